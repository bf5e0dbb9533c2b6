/* Loads the stub of NVML for the tests that speak to it. Knows: dlopen(). Must not know: what is tested. */
#include "nvml_stub.h"

#include <dlfcn.h>
#include <stdio.h>

struct nvml_stub *nvml_stub_load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW);
    struct nvml_stub *stub = library ? dlsym(library, "nvml_stub") : NULL;
    if (!stub)
        fprintf(stderr, "%s\n", dlerror());
    return stub;
}
