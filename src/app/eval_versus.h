/*
 * The second part of `boxtop eval --compare`: box for box, which run finds what, and which images
 * it mends or breaks.
 * Knows: what eval_versus() found. Must not know: the bootstrap.
 */
#pragma once

#include "app/eval_report.h"
#include "work/comparison.h"

/* A pair of reports and what is between them; NULL when they cannot be compared box for box. */
struct versus_report {
    const struct report *a, *b;
    const struct eval_versus *versus;
    const struct eval_aligned *run; /* A's: images that are not common are left out */
};

/* Members of the object that is open. */
void versus_write(const struct versus_report *report, struct json_writer *json);
/* Tables, a blank line before each. */
bool versus_print(const struct versus_report *report, enum print_format format, struct buf *out,
    struct err *err);
