/*
 * Twins: runs that were found in two places and are one.
 * Knows: rows with the names, roles and summaries of their metrics. Must not know: files, the
 * index, how rows are merged.
 *
 * Evidence only. Either their tools gave them one id, and no series that both hold says otherwise.
 * Or they lie below one root, are of different formats, and hold one loss (3 points or more, not
 * constant) that is equal step by step, written at the same times where both know them. Two runs of
 * one format are never twins by their numbers: deterministic scripts are run twice. Or one is what
 * the command that the other recorded wrote while it ran (watched.h).
 */
#pragma once

#include "work/runs.h"

struct twins_check {
    void *self;
    /* Whether two series that begin alike, one a little longer, are equal point by point. */
    bool (*points)(void *self, const struct run_metric *a, const struct run_metric *b);
};

enum twins_reason { TWINS_SELF, TWINS_BY_ID, TWINS_BY_SERIES, TWINS_BY_WATCH };

struct twins_place {
    uint32_t owner; /* the row that this row belongs to: the best of them; its own when it stands
                       alone */
    enum twins_reason reason;
};

/* Fills PLACES for the COUNT rows. WATCHERS (may be NULL) has of each row the one that recorded it,
 * or itself: that one wins. Of one id the row with more files wins, then the one with more
 * points; else the one whose format stands higher in readers.def. False when memory is out. */
bool twins_find(const struct run_row *rows, size_t count, const uint32_t *watchers,
    const struct twins_check *check, struct twins_place *places);

/* Both are one series: by their summaries, or where these leave it open by CHECK. */
bool twins_same_series(
    const struct twins_check *check, const struct run_metric *a, const struct run_metric *b);
