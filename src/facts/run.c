#include "facts/run.h"

const char *run_status_name(enum run_status status)
{
    static const char *const NAMES[] = {"unknown", "running", "finished", "failed", "stalled"};
    return NAMES[status];
}
