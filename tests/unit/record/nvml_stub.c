/*
 * A stub of NVIDIA's management library, built as a shared module for the tests.
 * Knows: the signatures and structures of the NVML API Reference Guide, written here once more so
 * that the program and the stub do not share a mistake. Must not know: the program.
 */
#include "nvml_stub.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

typedef enum {
    NVML_SUCCESS = 0,
    NVML_ERROR_NOT_SUPPORTED = 3,
    NVML_ERROR_INSUFFICIENT_SIZE = 7,
    NVML_ERROR_DRIVER_NOT_LOADED = 9,
    NVML_ERROR_GPU_IS_LOST = 15
} nvmlReturn_t;
typedef struct nvml_stub_device *nvmlDevice_t;
typedef struct {
    unsigned long long total, free, used;
} nvmlMemory_t;
typedef struct {
    unsigned int gpu, memory;
} nvmlUtilization_t;
typedef struct {
    unsigned int pid;
    unsigned long long usedGpuMemory;
    unsigned int gpuInstanceId, computeInstanceId;
} nvmlProcessInfo_v2_t;

#define EXPORT __attribute__((visibility("default")))
EXPORT extern struct nvml_stub nvml_stub;
struct nvml_stub nvml_stub;

EXPORT nvmlReturn_t nvmlInit_v2(void);
EXPORT nvmlReturn_t nvmlShutdown(void);
EXPORT nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count);
EXPORT nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device);
EXPORT nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length);
EXPORT nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *out);
EXPORT nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *out);
EXPORT nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, int sensor, unsigned int *out);
EXPORT nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int *out);
EXPORT nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v2(
    nvmlDevice_t device, unsigned int *count, nvmlProcessInfo_v2_t *out);

static nvmlReturn_t ask(nvmlDevice_t device)
{
    atomic_fetch_add(&nvml_stub.waiting, 1);
    while (nvml_stub.hangs)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    atomic_fetch_sub(&nvml_stub.waiting, 1);
    return device->lost   ? NVML_ERROR_GPU_IS_LOST
           : device->bare ? NVML_ERROR_NOT_SUPPORTED
                          : NVML_SUCCESS;
}

nvmlReturn_t nvmlInit_v2(void)
{
    atomic_fetch_add(&nvml_stub.inits, 1);
    return nvml_stub.broken ? NVML_ERROR_DRIVER_NOT_LOADED : NVML_SUCCESS;
}

nvmlReturn_t nvmlShutdown(void)
{
    atomic_fetch_add(&nvml_stub.shutdowns, 1);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count)
{
    *count = (unsigned)nvml_stub.count;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device)
{
    *device = &nvml_stub.devices[index];
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length)
{
    if (strlen(device->uuid) >= length)
        return NVML_ERROR_INSUFFICIENT_SIZE;
    snprintf(uuid, length, "%s", device->uuid);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *out)
{
    nvmlReturn_t said = ask(device);
    if (!said)
        *out = (nvmlUtilization_t){device->use, 1};
    return said;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *out)
{
    nvmlReturn_t said = ask(device);
    if (!said)
        *out = (nvmlMemory_t){
            device->total_bytes, device->total_bytes - device->used_bytes, device->used_bytes};
    return said;
}

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, int sensor, unsigned int *out)
{
    nvmlReturn_t said = ask(device);
    if (!said && sensor != 0)
        return NVML_ERROR_NOT_SUPPORTED;
    if (!said)
        *out = device->temperature_c;
    return said;
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int *out)
{
    nvmlReturn_t said = ask(device);
    if (!said)
        *out = device->power_mw;
    return said;
}

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v2(
    nvmlDevice_t device, unsigned int *count, nvmlProcessInfo_v2_t *out)
{
    nvmlReturn_t said = ask(device);
    if (said)
        return said;
    if (device->pid && !*count)
        return NVML_ERROR_INSUFFICIENT_SIZE;
    *count = device->pid != 0;
    if (device->pid)
        out[0] = (nvmlProcessInfo_v2_t){device->pid, device->process_bytes, ~0U, ~0U};
    return NVML_SUCCESS;
}
