/*
 * Thrift: what is dear is done only as often as a share of one core pays for it.
 * Knows: the CPU time of the thread that asks. Must not know: what is done.
 */
#pragma once

#include "base/clock.h"

#include <time.h>

struct thrift {
    double share; /* of one core, as 0.001 */
    double began_s;
    int64_t next_ms;
};

static inline double thrift_cpu_s(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return (double)spent.tv_sec + 1e-9 * (double)spent.tv_nsec;
}

/* False while what was done last is not paid for; else done is from here to thrift_end(). */
static inline bool thrift_begin(struct thrift *thrift)
{
    if (clock_ms() < thrift->next_ms)
        return false;
    thrift->began_s = thrift_cpu_s();
    return true;
}

static inline void thrift_end(struct thrift *thrift)
{
    double cost_s = thrift_cpu_s() - thrift->began_s;
    thrift->next_ms = clock_ms() + (int64_t)(cost_s / thrift->share * 1e3);
}
