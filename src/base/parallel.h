/*
 * Work split over the cores: a loop whose rounds may run beside one another.
 * Knows: threads, for the time of one call. Must not know: what the rounds do.
 */
#pragma once

#include <stddef.h>

enum { PARALLEL_MOST = 16 };

/* How many cores this process may use, 1 to PARALLEL_MOST. */
int parallel_cores(void);

/*
 * Calls RUN(self, worker, index) once for every index in [0, COUNT), in ascending order of starting,
 * and returns when all are done. The caller is worker 0; up to THREADS - 1 more (at most
 * PARALLEL_MOST in all) help, each with a number of its own below THREADS, so that scratch memory
 * can be had by worker. Where no thread can be made the caller does it all.
 */
void parallel_for(int threads, size_t count, void (*run)(void *self, int worker, size_t index),
    void *self);
