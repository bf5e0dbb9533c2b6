/*
 * Evaluating the predictions of a run into metrics of the index: eval/AP, eval/AP50, ... over
 * steps. Knows: artifacts, truth, studies, the store. Must not know: when or for whom.
 */
#pragma once

#include "store/store.h"
#include "work/ground_truth.h"
#include "work/runs.h"
#include "work/truth.h"

/*
 * Brings the eval/ metrics of RUN, of which id, root, directory and artifacts are known, up to
 * date: predictions evaluated once are taken from the index, and nothing is read when neither they
 * nor their ground truth changed. SPARE is the ground truth of the run before, for it may be the
 * same, and then that of this one. What cannot be evaluated becomes a note on the run. In a
 * transaction of STORE; *CHANGED says whether anything was written. False only when the store
 * fails, or (ERR_CANCELLED) when STOP (may be NULL) became true: the run is then as before.
 */
bool evaluate_run(struct store *store, const struct run_row *run, const struct truth_rules *rules,
    struct ground_truth *spare, const atomic_bool *stop, bool *changed, struct err *err);
