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

/* What names of differences between two runs begin with. */
#define FAIL_DELTA "delta."

/* Whether a condition of --fail-if begins with such a name. */
bool fail_if_has_deltas(const struct settings *settings);

/*
 * Puts the N numbers of SUBJECT ("run a") to every condition of --fail-if, or with the numbers of
 * differences to every one that has deltas, and says those that hold on standard error, one line
 * each; *FAILED is then set. A condition on a number that is undefined holds. False with ERR_USAGE
 * for a name that is none of NUMBERS.
 */
bool fail_if(const struct settings *settings, const char *subject,
    const struct fail_number *numbers, size_t n, bool *failed, struct err *err);
