/*
 * The graphics cards of the machine: what each is doing, asked of their drivers without waiting for
 * them.
 * Knows: threads, who is asked (gpu_source). Must not know: how a driver is asked, files.
 *
 * Every source has a thread of its own, for a driver may hang: what does not answer in time is
 * absent from the reading, and is asked again only once it has answered. A thread that never comes
 * back is left behind with what it holds. A source that costs more than its share of a core is
 * asked less often.
 *
 * Both sources were tested with stubs only (a library and a tree of files made by the tests): no
 * such hardware was at hand.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GPU_MOST = 32, GPU_MOST_PROCESSES = 32, GPU_KEY_BYTES = 96 };

struct gpu_process {
    int64_t pid;
    double memory_bytes; /* NaN: not told */
};

/* NaN: not told. */
struct gpu_load {
    char key[GPU_KEY_BYTES]; /* tells the device from all others, however many come and go */
    int number;              /* from 0, its own as long as the struct gpus lives */
    double use_percent;      /* of the time in which something was computed */
    double memory_bytes, memory_percent;
    double temperature_c, power_w;
    bool tells_processes; /* the driver said who computes there: */
    struct gpu_process processes[GPU_MOST_PROCESSES];
    size_t process_count;
};

/* A kind of driver; gpu_nvml.c, gpu_amd.c. All is called by one thread, the source's own. */
struct gpu_source {
    const char *name;
    /* WHERE: what the driver is reached by. NULL: there is no such driver. */
    void *(*open)(const char *where);
    /* At most MOST devices into OUT, all but `number`; how many. */
    size_t (*read)(void *self, struct gpu_load *out, size_t most);
    void (*close)(void *self);
};

/* NVIDIA's management library, by its name or path: "libnvidia-ml.so.1". */
extern const struct gpu_source gpu_nvml;
/* The kernel's amdgpu, by the root of sysfs: "/sys". */
extern const struct gpu_source gpu_amd;

struct gpus;

struct gpu_start {
    const struct gpu_source *source;
    const char *where; /* copied */
};

/* Opens COUNT sources, each in its thread, and does not wait for them. NULL with ERR when memory is
 * out or no thread can be made. */
struct gpus *gpus_new(const struct gpu_start *starts, size_t count, struct err *err);
/* Waits for threads that are at work, but not for long. Accepts NULL. */
void gpus_free(struct gpus *gpus);

/* Asks all that are idle. */
void gpus_ask(struct gpus *gpus);
/* What was answered since gpus_ask(), waiting at most WAIT_MS for more; at most GPU_MOST into OUT,
 * how many. *SETTLED is false while a source has never answered and may have something to say. */
size_t gpus_take(struct gpus *gpus, int wait_ms, struct gpu_load *out, bool *settled);
