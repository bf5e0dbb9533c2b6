/*
 * What the stub of NVML is told by the test that loads it: `struct nvml_stub nvml_stub` of the
 * library.
 */
#pragma once

#include <stdatomic.h>

enum { NVML_STUB_MOST = 8 };

struct nvml_stub_device {
    atomic_int lost;   /* it answers everything with an error */
    atomic_int bare;   /* it supports nothing but its name */
    unsigned use, pid; /* percent; who computes there, 0 nobody */
    unsigned long long used_bytes, total_bytes, process_bytes;
    unsigned temperature_c, power_mw;
    char uuid[48];
};

struct nvml_stub {
    struct nvml_stub_device devices[NVML_STUB_MOST];
    atomic_int count;
    atomic_int broken; /* nvmlInit fails */
    atomic_int hangs;  /* every query hangs until it is 0 again */
    atomic_int inits, shutdowns, waiting;
};

/* Of the library at PATH, which stays loaded; NULL, with a line on standard error, when it is none. */
struct nvml_stub *nvml_stub_load(const char *path);
