/*
 * The load of a command and of its machine, a row of system.csv every few seconds.
 * Knows: tree, machine, gpu, which column is what. Must not know: how they are read, the run's
 * directory.
 *
 * The columns, of which those that cannot be known here are absent; MB are 10^6 bytes:
 *
 *     wall_time             seconds since 1970
 *     cpu_percent           CPU time of the command's processes: 100 is one core
 *     rss_mb                their memory; pages that they share count once each
 *     pss_mb                the same, shared pages in shares
 *     processes, threads
 *     read_mb_per_s, written_mb_per_s          what they had storage really do
 *     machine_cpu_percent   100 is all cores
 *     memory_percent, swap_mb                  of the machine
 *     disk_read_mb_per_s, disk_written_mb_per_s
 *     network_received_mb_per_s, network_sent_mb_per_s
 *     memory_limit_mb       the control group's (a container's, a batch system's)
 *     memory_limit_percent  how much of it is used
 *     gpu_N_percent, gpu_N_memory_mb, gpu_N_memory_percent, gpu_N_temperature_c, gpu_N_power_w
 *                           of every card, numbered as they are first seen: NVIDIA's in NVML's order
 *     gpu_percent           mean use of the cards on which the command computes
 *     gpu_memory_mb         its memory there
 *
 * Where the driver does not say who computes (AMD's), or knows processes by other numbers (in a
 * container), all cards that can be seen count as the command's.
 *
 * A card that comes brings its columns by a new header line, one that goes leaves its cells empty
 * (see columns.h). What is dear (pss_mb, the drivers of cards) is left out of as many rows as it
 * takes to stay below a share of a core: 0.1 % for pss_mb, 0.2 % for each driver.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

struct sampler_setup {
    int64_t command; /* its process id */
    const char *mark; /* what its environment alone has, "NAME=value" (copied); NULL: nothing */
    double interval_s;
    const char *proc, *sys, *nvml; /* NULL for the machine's own: /proc, /sys, libnvidia-ml.so.1 */
    /* Takes whole lines of the table, on the sampler's thread. False ends the sampling. */
    bool (*append)(void *self, const char *lines, size_t length);
    void *self;
};

struct sampler;

/* Takes the first reading, from which the first row's rates count. NULL with ERR when memory or
 * threads are out. */
struct sampler *sampler_new(const struct sampler_setup *setup, struct err *err);
/* Ends the thread, if there is one; waits for what it is doing, but not for a driver that hangs.
 * Accepts NULL. */
void sampler_free(struct sampler *sampler);

/* The row of now, and its header where one is due, appended to OUT: for a caller without a thread.
 * ELAPSED_S: since the row before. False when memory is out. */
bool sampler_row(struct sampler *sampler, double wall_s, double elapsed_s, struct buf *out);

/* From here on a row every interval, on a thread of the sampler's own. The first comes after a
 * second at most, so that short runs have one; on a machine whose graphics driver is slow to start
 * it waits for that, a few seconds at most, so that most tables have one header. */
bool sampler_start(struct sampler *sampler, struct err *err);
