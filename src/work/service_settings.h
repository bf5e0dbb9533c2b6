/*
 * What the service and its threads are told at the beginning; it never changes afterwards.
 * Knows: paths and the terminal. Must not know: threads.
 */
#pragma once

#include "work/darkroom.h"
#include "work/easel.h"
#include "work/index.h"

struct service_settings {
    struct index_settings index;
    const char *index_path;
    bool rebuild;
    bool polls; /* directories are not watched but looked at again and again */
    struct easel_terminal terminal;
    struct darkroom *room; /* where pictures are decoded; NULL: in this process */
};
