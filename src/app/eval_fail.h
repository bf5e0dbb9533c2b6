/*
 * `boxtop eval --fail-if`: conditions on named numbers, for scripts.
 * Knows: names and numbers, the filter language. Must not know: where the numbers come from.
 */
#pragma once

#include "app/command.h"
#include "base/arena.h"

#include <stddef.h>

struct fail_number {
    const char *name;
    double value; /* NaN and -1 are undefined, unless it is a difference */
    bool is_delta;
};

/*
 * Puts the N numbers of SUBJECT ("run a") to every condition of --fail-if, and says those that hold
 * on standard error, one line each, into *FAILED. A condition on a number that is undefined holds.
 * False with ERR_USAGE for a name that is none of NUMBERS.
 */
bool fail_if(const struct settings *settings, const char *subject,
    const struct fail_number *numbers, size_t n, bool *failed, struct err *err);
