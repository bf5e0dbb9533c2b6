/*
 * The machine on which a command runs: its processors, memory, disks and network, and the limit
 * that a container sets. Knows: /proc/{stat,meminfo,diskstats,net/dev,PID/cgroup}, sysfs. Must not
 * know: processes, graphics cards, files that are written.
 *
 * Disks are those that /sys/block has, without what only passes on to others (device mapper, RAID,
 * loops) or is memory; network cards those with a device, and where there is none (in a container)
 * all but the loopback. A counter that goes back (it wrapped, a device was taken out) gives no rate
 * that time. One thread at a time.
 */
#pragma once

#include "base/err.h"

#include <stdint.h>

/* NaN: not known. Rates are since the reading before. */
struct machine_load {
    double cpu_percent;    /* of all processors: 100 is all of them busy */
    double memory_percent; /* of what there is, what cannot be had without swapping */
    double swap_bytes;     /* NaN also when there is no swap */
    double disk_read_bytes_per_s, disk_written_bytes_per_s;
    double received_bytes_per_s, sent_bytes_per_s;
    double limit_bytes;   /* the narrowest memory limit of the control groups (v2 or v1) of PID */
    double limit_percent; /* of it, what is used; files that can be dropped do not count */
};

struct machine;

/* PROC and SYS: "/proc" and "/sys" (copied). PID: whose control group and network it is. NULL with
 * ERR when memory is out. */
struct machine *machine_new(const char *proc, const char *sys, int64_t pid, struct err *err);
void machine_free(struct machine *machine); /* accepts NULL */

/* ELAPSED_S: since the reading before; of no matter the first time. */
void machine_read(struct machine *machine, double elapsed_s, struct machine_load *load);
