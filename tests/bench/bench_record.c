/*
 * What watching a command costs: a row of system.csv on a machine with PROCESSES more processes, of
 * which some are the command's.
 * Knows: sampler.h. Must not know: how it is done.
 */
#include "base/clock.h"
#include "record/sampler.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 200, ITS_OWN = 32, ROWS = 500 };

/* A process that does nothing, and COUNT children of it that do nothing. */
static pid_t idle(int count)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    for (int i = 0; i < count; i++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
    for (;;)
        pause();
}

static double spent_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int main(void)
{
    pid_t command = idle(ITS_OWN - 1), others = idle(PROCESSES - ITS_OWN - 1);
    struct buf out;
    struct err err = {0};
    struct sampler_setup setup = {.command = command, .interval_s = 1};
    buf_init(&out, 1 << 20);
    sleep(1); /* until all are there */
    struct sampler *sampler = sampler_new(&setup, &err);
    if (!sampler || !sampler_row(sampler, clock_wall_s(), 1, &out)) {
        fprintf(stderr, "bench_record: no sampler\n");
        return 1;
    }
    fputs(out.data, stdout);
    double begun_s = spent_s();
    for (int i = 0; i < ROWS; i++) {
        buf_clear(&out);
        sampler_row(sampler, clock_wall_s(), 1, &out);
    }
    double row_s = (spent_s() - begun_s) / ROWS;
    printf("%d processes of the command, %d others: %.3f ms of CPU a row, without pss_mb: %.2f %% of a "
           "core at a row a second\n",
        ITS_OWN, PROCESSES - ITS_OWN, 1e3 * row_s, 100 * row_s);
    sampler_free(sampler);
    buf_done(&out);
    kill(command, SIGKILL);
    kill(others, SIGKILL);
    return 0;
}
