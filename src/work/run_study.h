/*
 * The study of one of a run's predictions, with the ground truth that the run, boxtop.json or the
 * person names.
 * Knows: how a row of the runs table becomes a study's request. Must not know: the index, screens.
 */
#pragma once

#include "work/index.h"
#include "work/runs.h"
#include "work/study.h"

/* Of artifact ARTIFACT, one of the run's predictions. Gives up (ERR_CANCELLED) soon after *STALE (may
 * be NULL) is set. SHAPES as in study_request. One reference is the caller's. NULL with ERR. Any
 * thread. */
struct study *run_study_load(const struct run_row *run, size_t artifact, bool shapes,
    const struct index_settings *settings, const atomic_bool *stale, struct err *err);
