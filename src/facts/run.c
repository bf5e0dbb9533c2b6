#include "facts/run.h"

#include <stdio.h>

const char *run_status_name(enum run_status status)
{
    static const char *const NAMES[] = {"unknown", "running", "finished", "failed", "stalled"};
    return NAMES[status];
}

void note_print(const struct note *note, char *out, size_t out_bytes)
{
    char place[64] = "", times[48] = "";
    if (note->line > 0)
        snprintf(place, sizeof place, " line %lld", (long long)note->line);
    else if (note->offset >= 0)
        snprintf(place, sizeof place, " byte %lld", (long long)note->offset);
    if (note->count > 1)
        snprintf(times, sizeof times, " (%lld in all)", (long long)note->count);
    snprintf(out, out_bytes, "%s%s%s%s%s", note->file ? note->file : "", place,
        note->file || place[0] ? ": " : "", note->text, times);
}
