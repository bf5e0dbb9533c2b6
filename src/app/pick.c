#include "app/pick.h"

#include "base/file.h"
#include "work/kept.h"
#include "work/truth.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct artifact *choose_predictions(
    const struct run_row *run, double step, struct err *err)
{
    const struct artifact *chosen = NULL;
    for (size_t i = 0; i < run->prediction_count; i++)
        if (isnan(step) || (double)run->artifacts[i].step == step)
            chosen = &run->artifacts[i];
    if (chosen)
        return chosen;
    if (run->prediction_count)
        err_set(err, ERR_USAGE, "run %.80s has no predictions of step %g", run->name, step);
    else
        err_set(err, ERR_FORMAT, "run %.80s has no predictions: name files with --gt and --dt",
            run->name);
    return NULL;
}

/* Which file of RUN is judged by what; memory from ARENA. */
static bool find_request(const struct settings *settings, const struct run_row *run,
    struct arena *arena, struct truth *truth, struct study_request *request, struct err *err)
{
    struct truth_rules rules = {.ground_truth = settings->ground_truth,
        .images = settings->images,
        .ground_truth_format = settings->ground_truth_format,
        .predictions_format = settings->predictions_format};
    const struct artifact *predictions = choose_predictions(run, settings->step, err);
    if (!predictions || !truth_read_rules(arena, run->root, &rules, err) ||
        !truth_find(arena, &rules, run->root, run->directory, run->artifacts, run->artifact_count,
            truth, err))
        return false;
    *request = (struct study_request){predictions->path, truth};
    return true;
}

struct study *pick_study(
    const struct settings *settings, const struct run_row *run, struct err *err)
{
    struct arena arena = {0};
    struct truth truth;
    struct study_request request;
    struct study *study = NULL;
    if (find_request(settings, run, &arena, &truth, &request, err))
        study = study_load(&request, NULL, err);
    arena_done(&arena);
    return study;
}

/* Only boxes tell what matches at another threshold than those of the evaluation. */
static bool needs_boxes(const struct settings *settings, const struct study *study)
{
    return !isnan(settings->iou) &&
           eval_iou_index(&study->set->settings, settings->iou) == EVAL_IOU_CUSTOM;
}

struct study *pick_evaluated(const struct settings *settings, struct store *store,
    const struct run_row *run, struct err *err)
{
    struct arena arena = {0};
    struct truth truth;
    struct study_request request;
    struct study *study = NULL;
    if (find_request(settings, run, &arena, &truth, &request, err))
        study = kept_study(store, &request, err);
    arena_done(&arena);
    if (!study || !needs_boxes(settings, study) || study_load_boxes(study, err))
        return study;
    study_release(study);
    return NULL;
}

static bool is_called(const struct image *image, const char *name)
{
    char id[32];
    const char *base = path_base(image->file_name);
    snprintf(id, sizeof id, "%lld", (long long)image->id);
    size_t stem = path_stem_length(base);
    return strcmp(image->file_name, name) == 0 || strcmp(base, name) == 0 ||
           (strlen(name) == stem && strncmp(base, name, stem) == 0) ||
           strcmp(image->key ? image->key : id, name) == 0;
}

int32_t pick_image(const struct study *study, const char *name, struct err *err)
{
    for (size_t i = 0; i < study->dataset->image_count; i++)
        if (is_called(&study->dataset->images[i], name))
            return (int32_t)i;
    err_set(
        err, ERR_USAGE, "no image is called %.80s: boxtop eval RUN --per-image lists them", name);
    return -1;
}

bool pick_category(const struct settings *settings, const struct study *study, struct arena *arena,
    uint64_t **filter, struct err *err)
{
    const struct dataset *dataset = study->dataset;
    *filter = NULL;
    if (!settings->category)
        return true;
    for (size_t i = 0; i < dataset->category_count; i++)
        if (strcmp(dataset->categories[i].name, settings->category) == 0) {
            *filter = ARENA_ARRAY(arena, uint64_t, dataset->category_count / 64 + 1);
            if (!*filter)
                return err_set(err, ERR_MEMORY, "out of memory");
            (*filter)[i / 64] |= UINT64_C(1) << (i % 64);
            return true;
        }
    return err_set(err, ERR_USAGE, "no class is called %.60s", settings->category);
}
