#include "work/run_study.h"

struct study *run_study_load(const struct run_row *run, size_t artifact, bool shapes,
    const struct index_settings *settings, const atomic_bool *stale, struct err *err)
{
    struct arena arena = {0};
    struct truth_rules rules = {.ground_truth = settings->ground_truth, .images = settings->images};
    struct truth truth;
    struct study *study = NULL;
    if (artifact >= run->prediction_count)
        err_set(err, ERR_USAGE, "the run has no such predictions any more");
    else if (truth_read_rules(&arena, run->root, &rules, err) &&
             truth_find(&arena, &rules, run->root, run->directory, run->artifacts,
                 run->artifact_count, &truth, err)) {
        struct study_request request = {
            .predictions = run->artifacts[artifact].path, .truth = &truth, .shapes = shapes};
        study = study_load(&request, stale, err);
    }
    arena_done(&arena);
    return study;
}
