/*
 * `boxtop eval --compare`: several evaluations beside each other, with how sure each difference is.
 * Knows: reports, what they have in common, the bootstrap. Must not know: where reports come from.
 */
#pragma once

#include "app/eval_report.h"

/*
 * Prints REPORTS[1..] against the first, and with more than two a ranking, behind what was written
 * of them. Refuses (ERR_USAGE) evaluations of different ground truth or images unless
 * --common-images is given. *FAILED is set when a condition of --fail-if on a "delta." holds.
 */
bool compare_write(const struct report *reports, size_t count, struct json_writer *json,
    bool *failed, struct err *err);
bool compare_print(const struct report *reports, size_t count, enum print_format format,
    struct buf *out, bool *failed, struct err *err);
