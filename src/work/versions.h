/*
 * Versions: of how many ground truths the numbers of a table are, and which of them do not compare.
 * Knows: rows, columns. Must not know: how it is said on a screen.
 */
#pragma once

#include "work/runs.h"

struct versions {
    /* What numbers are compared with: the baseline's, else what most of the runs were evaluated
     * on. NULL when none was. */
    const struct dataset_version *reference;
    size_t truths;   /* how many different ground truths */
    bool parts_differ; /* of one, some have detections on a part only, others on nearly all images */
};

/* Of the rows of RUNS that ORDER[0..COUNT) names, and of BASELINE (may be NULL), which is one of
 * RUNS. Without memory all count as one. */
struct versions versions_find(const struct runs *runs, const uint32_t *order, size_t count,
    const struct run_row *baseline);
/* True when not all numbers compare. */
bool versions_differ(const struct versions *versions);
/* "AP of 2 ground truths: not comparable as it stands"; "" when they compare. */
void versions_print(const struct versions *versions, char *out, size_t out_bytes);
/* What COLUMN shows of RUN was measured by an evaluation. */
bool versions_is_measured(const struct run_row *run, const struct run_column *column);
/* And that on something that does not compare with the reference. */
bool versions_is_foreign(
    const struct versions *versions, const struct run_row *run, const struct run_column *column);
/* Puts the column of datasets behind those of AP, else first behind the run's own; nothing when it
 * is there or there is no room for it. Returns how many columns there are now. */
size_t versions_add_column(struct run_column *columns, size_t count, size_t room);
