/*
 * The public C API: boxtop/boxtop.h as thin calls into this room.
 * Knows: how our records become public ones. Must not know: anything that a screen or a command
 * needs.
 */
#include "boxtop/boxtop.h"

#include "base/text.h"
#include "work/index.h"
#include "work/runs.h"
#include "work/scan.h"
#include "work/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *boxtop_version(void)
{
    return BOXTOP_VERSION;
}

/* ---- errors ---- */

static enum boxtop_code public_code(enum err_code code)
{
    static const enum boxtop_code CODES[] = {[ERR_NONE] = BOXTOP_OK,
        [ERR_USAGE] = BOXTOP_USAGE,
        [ERR_IO] = BOXTOP_IO,
        [ERR_FORMAT] = BOXTOP_FORMAT,
        [ERR_LIMIT] = BOXTOP_LIMIT,
        [ERR_MEMORY] = BOXTOP_MEMORY,
        [ERR_UNSUPPORTED] = BOXTOP_UNSUPPORTED,
        [ERR_CANCELLED] = BOXTOP_CANCELLED};
    return CODES[code];
}

static void tell(const struct err *err, struct boxtop_error *error)
{
    if (!error)
        return;
    error->code = public_code(err->code);
    err_print(err, error->text, sizeof error->text);
}

static bool refuse(struct boxtop_error *error, enum err_code code, const char *text)
{
    struct err err = {0};
    err_set(&err, code, "%s", text);
    tell(&err, error);
    return false;
}

/* ---- the index ---- */

struct boxtop_index {
    struct arena arena; /* holds what the settings point to */
    struct index_settings settings;
    struct store *store;
};

static bool copy_options(
    struct boxtop_index *index, const struct boxtop_options *options, struct err *err)
{
    struct arena *arena = &index->arena;
    const char **roots = ARENA_ARRAY(arena, const char *, options->root_count);
    if (!options->root_count)
        return err_set(err, ERR_USAGE, "no root is given to open an index over");
    if (!roots)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < options->root_count; i++) {
        roots[i] = scan_absolute(arena, options->roots[i], err);
        if (!roots[i])
            return false;
    }
    index->settings = (struct index_settings){
        .roots = roots, .root_count = options->root_count, .evaluate = true};
    if (options->ground_truth) {
        index->settings.ground_truth = scan_absolute(arena, options->ground_truth, err);
        if (!index->settings.ground_truth)
            return false;
    }
    if (options->images)
        index->settings.images = scan_absolute(arena, options->images, err);
    return !options->images || index->settings.images;
}

struct boxtop_index *boxtop_open(const struct boxtop_options *options, struct boxtop_error *error)
{
    struct err err = {0};
    struct boxtop_index *index = calloc(1, sizeof *index);
    if (!index)
        err_set(&err, ERR_MEMORY, "out of memory");
    if (index && copy_options(index, options, &err))
        index->store = index_open(&index->settings, options->index_file, false, &err);
    if (index && index->store)
        return index;
    tell(&err, error);
    boxtop_close(index);
    return NULL;
}

void boxtop_close(struct boxtop_index *index)
{
    if (!index)
        return;
    store_close(index->store);
    arena_done(&index->arena);
    free(index);
}

static bool pass_progress(void *self, const struct index_progress *progress)
{
    static const enum boxtop_phase PHASES[] = {[INDEX_SCANNING] = BOXTOP_SCANNING,
        [INDEX_READING] = BOXTOP_READING,
        [INDEX_EVALUATING] = BOXTOP_EVALUATING,
        [INDEX_DONE] = BOXTOP_DONE};
    const struct boxtop_listener *listener = self;
    if (!listener || !listener->progress)
        return true;
    struct boxtop_progress out = {.phase = PHASES[progress->phase],
        .runs_found = progress->runs_found,
        .runs_done = progress->runs_done,
        .sources_read = progress->sources_read,
        .run = progress->now};
    return listener->progress(listener->self, &out);
}

static void pass_trouble(void *self, const struct err *err)
{
    const struct boxtop_listener *listener = self;
    if (!listener || !listener->trouble)
        return;
    struct boxtop_error error = {0};
    tell(err, &error);
    listener->trouble(listener->self, &error);
}

bool boxtop_refresh(
    struct boxtop_index *index, const struct boxtop_listener *listener, struct boxtop_error *error)
{
    struct err err = {0};
    struct boxtop_listener copy = listener ? *listener : (struct boxtop_listener){0};
    struct index_listener own = {&copy, pass_progress, pass_trouble};
    if (index_refresh(index->store, &index->settings, &own, &err))
        return true;
    tell(&err, error);
    return false;
}

/* ---- runs: a handle is the snapshot itself ---- */

struct boxtop_runs {
    struct runs *runs;
};

struct boxtop_runs *boxtop_runs_load(struct boxtop_index *index, struct boxtop_error *error)
{
    struct err err = {0};
    struct boxtop_runs *runs = calloc(1, sizeof *runs);
    if (!runs)
        err_set(&err, ERR_MEMORY, "out of memory");
    else
        runs->runs = runs_load(index->store, NULL, &err);
    if (runs && runs->runs)
        return runs;
    tell(&err, error);
    boxtop_runs_free(runs);
    return NULL;
}

void boxtop_runs_free(struct boxtop_runs *runs)
{
    if (!runs)
        return;
    runs_release(runs->runs);
    free(runs);
}

size_t boxtop_runs_count(const struct boxtop_runs *runs)
{
    return runs->runs->count;
}

bool boxtop_runs_find(
    const struct boxtop_runs *runs, const char *name, size_t *run, struct boxtop_error *error)
{
    struct err err = {0};
    const struct run_row *found = runs_find_named(runs->runs, name, &err);
    if (found)
        *run = (size_t)(found - runs->runs->rows);
    else
        tell(&err, error);
    return found != NULL;
}

static const struct run_row *row_of(const struct boxtop_runs *runs, size_t run)
{
    return run < runs->runs->count ? &runs->runs->rows[run] : NULL;
}

bool boxtop_runs_get(const struct boxtop_runs *runs, size_t run, struct boxtop_run *out)
{
    static const enum boxtop_status STATUSES[] = {[RUN_UNKNOWN] = BOXTOP_UNKNOWN,
        [RUN_RUNNING] = BOXTOP_RUNNING,
        [RUN_FINISHED] = BOXTOP_FINISHED,
        [RUN_FAILED] = BOXTOP_FAILED,
        [RUN_STALLED] = BOXTOP_STALLED};
    const struct run_row *row = row_of(runs, run);
    if (!row)
        return false;
    *out = (struct boxtop_run){.name = row->name,
        .root = row->root,
        .directory = row->directory,
        .format = row->format,
        .status = STATUSES[row->status],
        .started_s = row->started_s,
        .ended_s = row->ended_s,
        .param_count = row->param_count,
        .metric_count = row->metric_count,
        .note_count = row->note_count,
        .prediction_count = row->prediction_count};
    return true;
}

bool boxtop_runs_param(
    const struct boxtop_runs *runs, size_t run, size_t item, struct boxtop_param *out)
{
    static const enum boxtop_param_kind KINDS[] = {[PARAM_NULL] = BOXTOP_NULL,
        [PARAM_BOOL] = BOXTOP_BOOL,
        [PARAM_NUMBER] = BOXTOP_NUMBER,
        [PARAM_TEXT] = BOXTOP_TEXT};
    const struct run_row *row = row_of(runs, run);
    if (!row || item >= row->param_count)
        return false;
    const struct param *param = &row->params[item];
    *out = (struct boxtop_param){param->name, KINDS[param->kind], param->text, param->number};
    return true;
}

bool boxtop_runs_metric(
    const struct boxtop_runs *runs, size_t run, size_t item, struct boxtop_metric *out)
{
    const struct run_row *row = row_of(runs, run);
    if (!row || item >= row->metric_count)
        return false;
    const struct run_metric *metric = &row->metrics[item];
    const struct metric_summary summary = run_metric_summary(metric);
    *out = (struct boxtop_metric){.name = metric->kind->name,
        .role = role_info(metric->kind->role)->name,
        .scale = metric->kind->scale,
        .count = summary.count,
        .nonfinite = summary.nonfinite,
        .first_step = summary.first_step,
        .last_step = summary.last_step,
        .min_step = summary.min_step,
        .max_step = summary.max_step,
        .first = summary.first,
        .last = summary.last,
        .min = summary.min,
        .max = summary.max};
    return true;
}

bool boxtop_runs_prediction(
    const struct boxtop_runs *runs, size_t run, size_t item, struct boxtop_prediction *out)
{
    const struct run_row *row = row_of(runs, run);
    if (!row || item >= row->prediction_count)
        return false;
    *out = (struct boxtop_prediction){row->artifacts[item].path, row->artifacts[item].step};
    return true;
}

bool boxtop_runs_note(
    const struct boxtop_runs *runs, size_t run, size_t item, char *out, size_t out_bytes)
{
    const struct run_row *row = row_of(runs, run);
    if (!row || item >= row->note_count)
        return false;
    char raw[1024];
    note_print(&row->notes[item], raw, sizeof raw);
    text_harmless(out, out_bytes, raw, strlen(raw));
    return true;
}

static bool copy_points(
    const struct point *from, size_t count, struct boxtop_point **out, struct err *err)
{
    *out = calloc(count ? count : 1, sizeof **out);
    if (!*out)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++)
        (*out)[i] = (struct boxtop_point){from[i].step, from[i].wall_s, from[i].value};
    return true;
}

bool boxtop_read_points(struct boxtop_index *index, const struct boxtop_runs *runs, size_t run,
    const char *metric, struct boxtop_point **points, size_t *count, struct boxtop_error *error)
{
    const struct run_row *row = row_of(runs, run);
    const struct run_metric *held = row ? run_metric(row, metric) : NULL;
    if (!held)
        return refuse(error, ERR_USAGE, row ? "the run has no such metric" : "no such run");
    struct err err = {0};
    struct arena arena = {0};
    struct point *found;
    size_t found_count;
    bool ok = store_load_points(index->store, held->extent->run_id, held->kind->written, &arena, &found,
                  &found_count, &err) &&
              copy_points(found, found_count, points, &err);
    if (ok)
        *count = found_count;
    else
        tell(&err, error);
    arena_done(&arena);
    return ok;
}

void boxtop_points_free(struct boxtop_point *points)
{
    free(points);
}

/* ---- evaluation ---- */

struct boxtop_evaluation {
    struct study *study;
};

const char *boxtop_stat_name(int stat)
{
    return eval_stat_name(stat);
}

static struct boxtop_evaluation *evaluate(
    const char *predictions, const struct truth *truth, struct err *err)
{
    struct boxtop_evaluation *evaluation = calloc(1, sizeof *evaluation);
    if (!evaluation) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    struct study_request request = {.predictions = predictions, .truth = truth};
    evaluation->study = study_load(&request, NULL, err);
    if (evaluation->study)
        return evaluation;
    free(evaluation);
    return NULL;
}

struct boxtop_evaluation *boxtop_evaluate_files(const char *ground_truth, const char *predictions,
    const char *images, struct boxtop_error *error)
{
    struct err err = {0};
    struct arena arena = {0};
    struct truth truth = {.count = 1, .said = true};
    struct boxtop_evaluation *evaluation = NULL;
    truth.ground_truth[0] = scan_absolute(&arena, ground_truth, &err);
    if (truth.ground_truth[0] && images) {
        truth.image_dirs[0] = scan_absolute(&arena, images, &err);
        truth.image_dir_count = truth.image_dirs[0] != NULL;
    }
    if (!err.code)
        evaluation = evaluate(predictions, &truth, &err);
    if (!evaluation)
        tell(&err, error);
    arena_done(&arena);
    return evaluation;
}

struct boxtop_evaluation *boxtop_evaluate_run(const struct boxtop_index *index,
    const struct boxtop_runs *runs, size_t run, size_t prediction, struct boxtop_error *error)
{
    const struct run_row *row = row_of(runs, run);
    if (!row || prediction >= row->prediction_count) {
        refuse(error, ERR_USAGE, row ? "the run has no such predictions" : "no such run");
        return NULL;
    }
    struct err err = {0};
    struct arena arena = {0};
    struct truth_rules rules = {
        .ground_truth = index->settings.ground_truth, .images = index->settings.images};
    struct truth truth;
    struct boxtop_evaluation *evaluation = NULL;
    if (truth_read_rules(&arena, row->root, &rules, &err) &&
        truth_find(&arena, &rules, row->root, row->directory, row->artifacts, row->artifact_count,
            &truth, &err))
        evaluation = evaluate(row->artifacts[prediction].path, &truth, &err);
    if (!evaluation)
        tell(&err, error);
    arena_done(&arena);
    return evaluation;
}

void boxtop_evaluation_free(struct boxtop_evaluation *evaluation)
{
    if (!evaluation)
        return;
    study_release(evaluation->study);
    free(evaluation);
}

void boxtop_evaluation_summary(
    const struct boxtop_evaluation *evaluation, struct boxtop_summary *out)
{
    const struct study *study = evaluation->study;
    *out = (struct boxtop_summary){.ground_truth = study->ground_truth,
        .predictions = study->predictions,
        .joined = study->joined,
        .warning = study->warning,
        .image_count = study->dataset->image_count,
        .class_count = study->dataset->category_count,
        .detection_count = (size_t)study->detection_count,
        .best_f1 = study->best_f1.f1,
        .best_f1_confidence = study->best_f1.confidence};
    _Static_assert(sizeof out->stats == sizeof study->summary.stats, "twelve numbers");
    memcpy(out->stats, study->summary.stats, sizeof out->stats);
}

bool boxtop_evaluation_class(
    const struct boxtop_evaluation *evaluation, size_t item, struct boxtop_class *out)
{
    const struct study *study = evaluation->study;
    if (item >= study->dataset->category_count)
        return false;
    const struct category *category = &study->dataset->categories[item];
    const struct eval_class *found = &study->summary.classes[item];
    *out = (struct boxtop_class){.id = category->id,
        .name = category->name,
        .ground_truths = found->gt,
        .detections = found->dt};
    memcpy(out->stats, found->stats, sizeof out->stats);
    return true;
}

static struct boxtop_counts public_counts(const struct eval_counts *counts)
{
    return (struct boxtop_counts){counts->tp, counts->fp, counts->fn, eval_precision(counts),
        eval_recall(counts), eval_f1(counts)};
}

bool boxtop_evaluation_counts(const struct boxtop_evaluation *evaluation, double confidence,
    double iou, struct boxtop_counts *total, struct boxtop_counts *per_class,
    struct boxtop_error *error)
{
    if (!(iou > 0 && iou <= 1))
        return refuse(error, ERR_USAGE, "an IoU is above 0 and at most 1");
    const struct study *study = evaluation->study;
    struct err err = {0};
    struct arena arena = {0};
    const struct eval_set *set = study->set;
    int index = eval_iou_index(&set->settings, iou);
    if (index == EVAL_IOU_CUSTOM)
        set = eval_rematch(study->dataset, study->detections, set, iou, &arena, &err);
    struct eval_counts all, *classes;
    classes = ARENA_ARRAY(&arena, struct eval_counts, study->dataset->category_count);
    bool ok = set && (classes || err_set(&err, ERR_MEMORY, "out of memory"));
    if (ok) {
        eval_counts_at(set, index, confidence, NULL, &all, classes, NULL);
        *total = public_counts(&all);
        for (size_t i = 0; per_class && i < set->category_count; i++)
            per_class[i] = public_counts(&classes[i]);
    } else {
        tell(&err, error);
    }
    arena_done(&arena);
    return ok;
}
