/*
 * Evaluating the predictions of a run into metrics of the index: eval/AP, eval/AP50, ... over
 * steps. Knows: artifacts, truth, studies, the store. Must not know: when or for whom.
 */
#pragma once

#include "store/store.h"
#include "work/runs.h"
#include "work/truth.h"

/*
 * Brings the eval/ metrics of RUN up to date: predictions evaluated once are taken from the index,
 * and nothing is read when neither they nor their ground truth changed. What cannot be evaluated
 * becomes a note on the run. In a transaction of STORE; *CHANGED says whether anything was written.
 * False only when the store fails.
 */
bool evaluate_run(struct store *store, const struct run_row *run, const struct truth_rules *rules,
    bool *changed, struct err *err);
