#include "app/pick.h"

#include "base/file.h"
#include "base/num.h"
#include "base/text.h"
#include "work/data_run.h"
#include "work/image_pool.h"
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

/* The numbers between commas in TEXT; -1 when one is none or there are more than MOST. */
static int split_numbers(const char *text, double *out, int most)
{
    int count = 0;
    for (;; text++) {
        size_t length = strcspn(text, ",");
        if (count == most || !num_parse(text, length, &out[count++]))
            return -1;
        text += length;
        if (!*text)
            return count;
    }
}

bool pick_settings(const struct settings *settings, struct eval_settings *out, struct err *err)
{
    *out = eval_settings_default();
    if (settings->iou_type && strcmp(settings->iou_type, "segm") == 0)
        out->overlap = EVAL_MASKS;
    else if (settings->iou_type && strcmp(settings->iou_type, "bbox") != 0)
        return err_set(err, ERR_USAGE, "--iou-type is bbox or segm");
    if (settings->ious) {
        out->iou_count = split_numbers(settings->ious, out->ious, EVAL_MOST_IOUS);
        if (out->iou_count < 1)
            return err_set(err, ERR_USAGE, "--ious takes up to %d numbers with commas between them",
                EVAL_MOST_IOUS);
    }
    if (settings->max_dets) {
        double most[3];
        if (split_numbers(settings->max_dets, most, 3) != 3)
            return err_set(err, ERR_USAGE, "--max-dets takes three numbers: 1,10,100");
        for (int i = 0; i < 3; i++)
            out->max_dets[i] = most[i] >= 1 && most[i] <= INT32_MAX ? (int32_t)most[i] : 0;
    }
    return true;
}

/* What an evaluation is asked for. */
struct picked {
    struct arena arena;
    struct truth truth;
    struct eval_settings how;
    struct study_request request; /* which points here */
};

/* To be finished with arena_done() in any case. */
static bool find_request(const struct settings *settings, const struct run_row *run,
    struct picked *picked, struct err *err)
{
    struct arena *arena = &picked->arena;
    struct truth_rules rules = {.ground_truth = settings->ground_truth,
        .images = settings->images,
        .ground_truth_format = settings->ground_truth_format,
        .predictions_format = settings->predictions_format};
    *picked = (struct picked){0};
    if (!pick_settings(settings, &picked->how, err))
        return false;
    const struct artifact *predictions = choose_predictions(run, settings->step, err);
    if (!predictions || !truth_read_rules(arena, run->root, &rules, err) ||
        !truth_find(arena, &rules, run->root, run->directory, run->artifacts, run->artifact_count,
            &picked->truth, err))
        return false;
    picked->request = (struct study_request){.predictions = predictions->path,
        .truth = &picked->truth,
        .settings = &picked->how,
        .columns = settings->slice.count > 0};
    return true;
}

struct study *pick_study(
    const struct settings *settings, const struct run_row *run, struct err *err)
{
    struct picked picked;
    struct study *study = NULL;
    bool found = find_request(settings, run, &picked, err);
    picked.request.columns = picked.request.shapes = true;
    if (found)
        study = study_load(&picked.request, NULL, err);
    arena_done(&picked.arena);
    return study;
}

struct study *pick_evaluated(const struct settings *settings, struct store *store,
    const struct run_row *run, struct err *err)
{
    struct picked picked;
    struct study *study = NULL;
    if (find_request(settings, run, &picked, err))
        study = kept_study(store, &picked.request, err);
    arena_done(&picked.arena);
    return study;
}

/* Images with names as near to NAME as any, none that has little in common with it. */
static void print_nearest(const struct dataset *dataset, const char *name, char *out, size_t out_bytes)
{
    enum { MOST = 3 };
    int32_t nearest[MOST];
    int distances[MOST], count = 0, far = (int)strlen(name) / 2 + 2;
    size_t used = 0;
    char id[IMAGE_ID_BYTES];
    for (size_t i = 0; i < dataset->image_count; i++) {
        const char *base = path_base(image_name(dataset, (int32_t)i, id));
        int distance = text_distance(name, base), stem = (int)path_stem_length(base), at = count;
        distance -= strchr(name, '.') ? 0 : (int)strlen(base) - stem; /* nobody typed an ending */
        if (text_contains(base, name)) /* exporters put a long tail behind a name */
            distance = 0;
        if (distance > far || (count == MOST && distance >= distances[MOST - 1]))
            continue;
        at -= count == MOST;
        count += count < MOST;
        for (; at > 0 && distances[at - 1] > distance; at--) {
            distances[at] = distances[at - 1];
            nearest[at] = nearest[at - 1];
        }
        distances[at] = distance;
        nearest[at] = (int32_t)i;
    }
    out[0] = '\0';
    for (int i = 0; i < count && used < out_bytes; i++)
        used += (size_t)snprintf(out + used, out_bytes - used, "%s%.50s", i ? ", " : "",
            path_base(image_name(dataset, nearest[i], id)));
}

int32_t pick_image(const struct study *study, const char *name, struct err *err)
{
    char nearest[160];
    int32_t image = data_run_image(study, name);
    if (image >= 0)
        return image;
    print_nearest(study->dataset, path_base(name), nearest, sizeof nearest);
    if (nearest[0])
        err_set(err, ERR_USAGE, "no image is called %.60s; there is %s", name, nearest);
    else
        err_set(err, ERR_USAGE, "no image is called %.60s: boxtop images RUN lists them", name);
    return -1;
}

static int32_t find_category(const struct dataset *dataset, const char *name)
{
    for (size_t i = 0; i < dataset->category_count; i++)
        if (strcmp(dataset->categories[i].name, name) == 0)
            return (int32_t)i;
    return -1;
}

bool pick_category(const struct settings *settings, const struct study *study, struct arena *arena,
    uint64_t **filter, struct err *err)
{
    const struct dataset *dataset = study->dataset;
    *filter = NULL;
    if (!settings->category.count)
        return true;
    *filter = ARENA_ARRAY(arena, uint64_t, dataset->category_count / 64 + 1);
    if (!*filter)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < settings->category.count; i++) {
        int32_t found = find_category(dataset, settings->category.items[i]);
        if (found < 0)
            return err_set(
                err, ERR_USAGE, "no class is called %.60s", settings->category.items[i]);
        (*filter)[found / 64] |= UINT64_C(1) << (found % 64);
    }
    return true;
}
