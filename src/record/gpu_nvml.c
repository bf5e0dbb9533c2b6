/*
 * NVIDIA's cards through NVML, the library that comes with their driver, loaded when it is there.
 * Knows: the few functions of NVML that are used. Must not know: threads, what becomes of numbers.
 *
 * Nothing of NVIDIA's is needed to build this. The declarations follow the "NVML API Reference
 * Guide" (docs.nvidia.com/deploy/nvml-api): nvmlReturn_t is an int of which 0 is success,
 * nvmlDevice_t an opaque pointer, nvmlMemory_t three and nvmlUtilization_t two integers, power is
 * in milliwatts, sensor 0 is the die, and the symbols' _v2 are what the guide's names stand for.
 * nvmlProcessInfo_v2_t is preferred to the one of _v3, which some drivers of the 535 series made
 * longer. Tested with a stub that the tests build, not on hardware.
 */
#include "record/gpu.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, SENSOR_DIE = 0, MOST_LISTED = 256 };

struct device; /* NVML's own */

struct memory {
    unsigned long long total, free, used;
};

struct utilization {
    unsigned gpu, memory;
};

struct process_info {
    unsigned pid;
    unsigned long long used_memory;
    unsigned gpu_instance, compute_instance;
};
static const unsigned long long NOT_AVAILABLE = ~0ULL;

typedef int list_function(struct device *device, unsigned *count, struct process_info *out);

struct library {
    void *handle;
    int (*init)(void);
    int (*shutdown)(void);
    int (*count)(unsigned *count);
    int (*by_index)(unsigned index, struct device **out);
    /* Each of these may be NULL. */
    int (*uuid)(struct device *device, char *out, unsigned room);
    int (*utilization)(struct device *device, struct utilization *out);
    int (*memory)(struct device *device, struct memory *out);
    int (*temperature)(struct device *device, int sensor, unsigned *out);
    int (*power)(struct device *device, unsigned *out);
    list_function *processes, *processes_v3;
    struct process_info listed[MOST_LISTED];
};

static const struct {
    const char *symbol;
    size_t at;
    bool needed;
} SYMBOLS[] = {
    {"nvmlInit_v2", offsetof(struct library, init), true},
    {"nvmlShutdown", offsetof(struct library, shutdown), true},
    {"nvmlDeviceGetCount_v2", offsetof(struct library, count), true},
    {"nvmlDeviceGetHandleByIndex_v2", offsetof(struct library, by_index), true},
    {"nvmlDeviceGetUUID", offsetof(struct library, uuid), false},
    {"nvmlDeviceGetUtilizationRates", offsetof(struct library, utilization), false},
    {"nvmlDeviceGetMemoryInfo", offsetof(struct library, memory), false},
    {"nvmlDeviceGetTemperature", offsetof(struct library, temperature), false},
    {"nvmlDeviceGetPowerUsage", offsetof(struct library, power), false},
    {"nvmlDeviceGetComputeRunningProcesses_v2", offsetof(struct library, processes), false},
    {"nvmlDeviceGetComputeRunningProcesses_v3", offsetof(struct library, processes_v3), false},
};

/* POSIX lets a symbol's address be that of a function; C does not let it be cast. */
static bool find_symbols(struct library *library)
{
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof *SYMBOLS; i++) {
        void *found = dlsym(library->handle, SYMBOLS[i].symbol);
        if (!found && SYMBOLS[i].needed)
            return false;
        memcpy((char *)library + SYMBOLS[i].at, &found, sizeof found);
    }
    if (!library->processes)
        library->processes = library->processes_v3;
    return true;
}

static void *open_library(const char *where)
{
    struct library *library = calloc(1, sizeof *library);
    if (!library)
        return NULL;
    library->handle = dlopen(where, RTLD_NOW | RTLD_LOCAL);
    if (library->handle && find_symbols(library) && library->init() == SUCCESS)
        return library;
    if (library->handle)
        dlclose(library->handle);
    free(library);
    return NULL;
}

static void close_library(void *self)
{
    struct library *library = self;
    library->shutdown();
    dlclose(library->handle);
    free(library);
}

static void list_processes(struct library *library, struct device *device, struct gpu_load *load)
{
    unsigned count = MOST_LISTED;
    if (!library->processes || library->processes(device, &count, library->listed) != SUCCESS)
        return;
    load->tells_processes = true;
    for (unsigned i = 0; i < count && load->process_count < GPU_MOST_PROCESSES; i++) {
        const struct process_info *info = &library->listed[i];
        load->processes[load->process_count++] = (struct gpu_process){
            info->pid, info->used_memory == NOT_AVAILABLE ? NAN : (double)info->used_memory};
    }
}

/* A card that was lost answers everything with an error: nothing is told of it. */
static void read_device(struct library *library, struct device *device, struct gpu_load *load)
{
    struct utilization utilization;
    struct memory memory;
    unsigned number;
    if (library->utilization && library->utilization(device, &utilization) == SUCCESS)
        load->use_percent = utilization.gpu;
    if (library->memory && library->memory(device, &memory) == SUCCESS && memory.total) {
        load->memory_bytes = (double)memory.used;
        load->memory_percent = 100 * (double)memory.used / (double)memory.total;
    }
    if (library->temperature && library->temperature(device, SENSOR_DIE, &number) == SUCCESS)
        load->temperature_c = number;
    if (library->power && library->power(device, &number) == SUCCESS)
        load->power_w = number / 1e3;
    list_processes(library, device, load);
}

static size_t read_all(void *self, struct gpu_load *out, size_t most)
{
    struct library *library = self;
    unsigned count = 0;
    size_t held = 0;
    if (library->count(&count) != SUCCESS)
        return 0;
    for (unsigned i = 0; i < count && held < most; i++) {
        struct device *device;
        if (library->by_index(i, &device) != SUCCESS)
            continue;
        struct gpu_load *load = &out[held++];
        *load = (struct gpu_load){.use_percent = NAN,
            .memory_bytes = NAN,
            .memory_percent = NAN,
            .temperature_c = NAN,
            .power_w = NAN};
        if (!library->uuid || library->uuid(device, load->key, sizeof load->key) != SUCCESS)
            snprintf(load->key, sizeof load->key, "nvidia %u", i);
        load->key[sizeof load->key - 1] = '\0';
        read_device(library, device, load);
    }
    return held;
}

const struct gpu_source gpu_nvml = {"nvidia", open_library, read_all, close_library};
