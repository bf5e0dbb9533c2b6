#include "work/evaluate.h"

#include "work/study.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The metrics, as metrics.def knows them. */
static const struct {
    const char *name;
    enum eval_stat stat;
} SERIES[] = {{"eval/AP", EVAL_AP}, {"eval/AP50", EVAL_AP50}, {"eval/AP75", EVAL_AP75},
    {"eval/APs", EVAL_APS}, {"eval/APm", EVAL_APM}, {"eval/APl", EVAL_APL}, {"eval/AR1", EVAL_AR1},
    {"eval/AR10", EVAL_AR10}, {"eval/AR100", EVAL_AR100}, {"eval/ARs", EVAL_ARS},
    {"eval/ARm", EVAL_ARM}, {"eval/ARl", EVAL_ARL}};

enum { KEY_BYTES = 2 << 20, SOURCE_RANK = -1 };

struct evaluating {
    struct store *store;
    const struct run_row *run;
    const struct truth_rules *rules;
    const atomic_bool *stop;
};

/* FNV-1a, 64 bit: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_text(const char *text, uint64_t hash)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

/* Files of a folder that are written again leave the folder itself as it was: some of them, spread
 * over all, stand for the others. */
static void add_samples(struct buf *key, const char *directory)
{
    enum { MOST_SAMPLES = 64 };
    struct arena arena = {0};
    struct file_list list;
    if (file_list(directory, &arena, &list, NULL)) {
        size_t stride = list.count / MOST_SAMPLES + 1;
        for (size_t i = 0; i < list.count; i += stride) {
            struct file_stat stat;
            const char *path = path_join(&arena, directory, list.entries[i].name);
            if (path && file_stat(path, &stat))
                buf_printf(key, "%lld,%lld,", (long long)stat.size_bytes, (long long)stat.mtime_ns);
        }
        buf_printf(key, "%zu files;", list.count);
    }
    arena_done(&arena);
}

static void add_identity(struct buf *key, const char *path)
{
    struct file_stat stat = {0};
    if (path)
        file_stat(path, &stat);
    buf_printf(key, "%s|%lld|%lld;", path ? path : "", (long long)stat.size_bytes,
        (long long)stat.mtime_ns);
}

/* The same of predictions or a ground truth, which may be a folder. */
static void add_set_identity(struct buf *key, const char *path)
{
    struct file_stat stat;
    add_identity(key, path);
    if (path && file_stat(path, &stat) && stat.is_dir)
        add_samples(key, path);
}

/* How the files are to be read. */
static void add_formats(struct buf *key, const struct truth *truth)
{
    if (truth->ground_truth_format)
        buf_printf(key, "ground truth is %s;", truth->ground_truth_format);
    if (truth->predictions_format)
        buf_printf(key, "predictions are %s;", truth->predictions_format);
}

/* What the person, the run and boxtop.json say now of ground truth and images that exist. */
static void add_said(struct buf *key, struct arena *arena, const struct truth_rules *rules,
    const struct run_row *run)
{
    struct truth truth;
    truth_find_said(
        arena, rules, run->root, run->directory, run->artifacts, run->artifact_count, &truth);
    for (size_t i = 0; i < truth.count; i++)
        add_set_identity(key, truth.ground_truth[i]);
    for (size_t i = 0; i < truth.image_dir_count; i++)
        add_identity(key, truth.image_dirs[i]);
    add_formats(key, &truth);
}

/* Which ground truth served and how it looked, "path NUL identity"; without one, how the places
 * look where one might come to stand. */
static void add_truth_record(
    struct buf *out, struct arena *arena, const struct run_row *run, const char *path)
{
    buf_add(out, path, strlen(path) + 1);
    if (path[0]) {
        add_set_identity(out, path);
        return;
    }
    add_identity(out, run->directory);
    add_identity(out, path_parent(arena, run->directory));
}

static void add_truth_key(struct buf *key, const struct run_row *run)
{
    buf_printf(key, "truth of %s", run->directory);
}

static bool remember_truth(struct store *store, struct arena *arena, const struct run_row *run,
    const char *path, struct err *err)
{
    struct buf key, record;
    buf_init(&key, KEY_BYTES);
    buf_init(&record, KEY_BYTES);
    add_truth_key(&key, run);
    add_truth_record(&record, arena, run, path);
    bool ok = !key.failed && !record.failed
                  ? store_put_evaluation(store, key.data, record.data, record.length, err)
                  : err_set(err, ERR_MEMORY, "out of memory");
    buf_done(&key);
    buf_done(&record);
    return ok;
}

/* Whether the ground truth that served last time still looks the same. */
static bool truth_is_same(struct store *store, struct arena *arena, const struct run_row *run,
    bool *same, struct err *err)
{
    struct buf key, was, is;
    bool found = false;
    buf_init(&key, KEY_BYTES);
    buf_init(&was, KEY_BYTES);
    buf_init(&is, KEY_BYTES);
    add_truth_key(&key, run);
    bool ok = !key.failed ? store_get_evaluation(store, key.data, &was, &found, err)
                          : err_set(err, ERR_MEMORY, "out of memory");
    if (found && was.length)
        add_truth_record(&is, arena, run, was.data);
    *same = found && is.length == was.length && memcmp(is.data, was.data, is.length) == 0;
    buf_done(&key);
    buf_done(&was);
    buf_done(&is);
    return ok;
}

static bool make_key(struct arena *arena, const struct run_row *run,
    const struct truth_rules *rules, struct buf *key, struct err *err)
{
    for (size_t i = 0; i < run->prediction_count; i++)
        add_set_identity(key, run->artifacts[i].path);
    add_said(key, arena, rules, run);
    return !key->failed || err_set(err, ERR_MEMORY, "out of memory");
}

/* Predictions without a step of their own stand behind the numbered ones, and one further; where
 * there are none, at the last step that the run logged. */
static int64_t step_of(const struct run_row *run, size_t index, int64_t last_step)
{
    int64_t step = run->artifacts[index].step;
    while (step < 0 && index > 0)
        if ((step = run->artifacts[--index].step) >= 0)
            return step + 1;
    return step >= 0 ? step : last_step;
}

static bool emit_scores(struct sink *sink, const struct study_scores *scores, int64_t step)
{
    struct point point = {.step = step, .wall_s = NAN};
    for (size_t i = 0; i < sizeof SERIES / sizeof *SERIES; i++) {
        int metric = sink->metric(sink->self, SERIES[i].name, strlen(SERIES[i].name));
        point.value = scores->stats[SERIES[i].stat];
        if (metric < 0 || !sink->points(sink->self, metric, &point, 1))
            return false;
    }
    if (isnan(scores->best_f1))
        return true;
    int metric = sink->metric(sink->self, "eval/F1", strlen("eval/F1"));
    point.value = scores->best_f1;
    return metric >= 0 && sink->points(sink->self, metric, &point, 1);
}

/* The scores of one predictions file, from the index or computed now. */
static bool find_scores(struct evaluating *e, struct arena *arena, const struct truth *truth,
    const char *predictions, struct study_scores *scores, const char **ground_truth,
    struct err *trouble, struct err *err)
{
    struct buf key, blob;
    bool found = false;
    buf_init(&key, KEY_BYTES);
    buf_init(&blob, sizeof *scores);
    buf_add_string(&key, "scores 1 ");
    add_set_identity(&key, predictions);
    for (size_t i = 0; i < truth->count; i++)
        add_set_identity(&key, truth->ground_truth[i]);
    for (size_t i = 0; i < truth->image_dir_count; i++)
        add_identity(&key, truth->image_dirs[i]);
    add_formats(&key, truth);
    bool ok = store_get_evaluation(e->store, key.data, &blob, &found, err);
    if (ok && found && blob.length == sizeof *scores)
        memcpy(scores, blob.data, sizeof *scores);
    else if (ok) {
        struct study_request request = {.predictions = predictions, .truth = truth};
        struct study *study = study_load(&request, e->stop, trouble);
        if (study) {
            study_scores(study, scores);
            *ground_truth = arena_string(arena, study->ground_truth);
            ok = store_put_evaluation(e->store, key.data, scores, sizeof *scores, err);
        } else if (trouble->code == ERR_CANCELLED) {
            ok = err_set(err, ERR_CANCELLED, "cancelled");
        }
        study_release(study);
    }
    buf_done(&key);
    buf_done(&blob);
    return ok;
}

static void emit_note(struct sink *sink, const struct run_row *run, const struct err *trouble)
{
    char text[400];
    snprintf(text, sizeof text, "not evaluated: %s", trouble->text);
    struct note note = {.offset = -1, .count = 1, .text = text};
    if (trouble->file[0])
        note.file = path_below(run->directory, trouble->file);
    if (trouble->place == ERR_AT_BYTE)
        note.offset = trouble->at;
    if (trouble->place == ERR_AT_LINE)
        note.line = trouble->at;
    sink->note(sink->self, &note);
}

static bool evaluate_all(
    struct evaluating *e, struct arena *arena, struct sink *sink, struct err *err)
{
    const struct run_row *run = e->run;
    struct truth truth;
    struct err trouble = {0};
    if (!truth_find(arena, e->rules, run->root, run->directory, run->artifacts, run->artifact_count,
            &truth, &trouble)) {
        emit_note(sink, run, &trouble);
        return remember_truth(e->store, arena, run, "", err);
    }
    const char *ground_truth = truth.ground_truth[0];
    int64_t last_step;
    if (!store_last_step(e->store, run->id, &last_step, err))
        return false;
    for (size_t i = 0; i < run->prediction_count; i++) {
        const struct artifact *predictions = &run->artifacts[i];
        struct study_scores scores = {0};
        trouble = (struct err){0};
        if (!find_scores(
                e, arena, &truth, predictions->path, &scores, &ground_truth, &trouble, err))
            return false;
        if (trouble.code)
            emit_note(sink, run, &trouble);
        else if (!emit_scores(sink, &scores, step_of(run, i, last_step)))
            break;
    }
    return ground_truth && remember_truth(e->store, arena, run, ground_truth, err);
}

bool evaluate_run(struct store *store, const struct run_row *run, const struct truth_rules *rules,
    const atomic_bool *stop, bool *changed, struct err *err)
{
    *changed = false;
    struct evaluating evaluating = {store, run, rules, stop};
    struct arena arena = {0};
    struct buf key;
    buf_init(&key, KEY_BYTES);
    struct store_source source = {
        .name = "evaluation", .reader = "eval", .rank = SOURCE_RANK, .computed = true};
    bool ok = make_key(&arena, run, rules, &key, err), same = false;
    if (ok) {
        uint64_t hash = hash_text(key.data, UINT64_C(0xcbf29ce484222325));
        source.stat.size_bytes = (int64_t)(hash & INT64_MAX);
        source.stat.mtime_ns = (int64_t)(hash >> 1);
        int64_t offset;
        enum store_change change = store_source_check(store, run->id, &source, &offset, NULL, err);
        ok = change != STORE_FAILED && truth_is_same(store, &arena, run, &same, err);
        *changed = ok && (change != STORE_SAME || !same);
    }
    if (ok && *changed) {
        ok = store_source_begin(store, run->id, &source, true, err);
        if (ok) {
            struct sink sink = store_sink(store);
            ok = evaluate_all(&evaluating, &arena, &sink, err) &&
                 store_source_end(store, 0, NULL, err);
            if (!ok)
                store_source_abandon(store);
        }
    }
    buf_done(&key);
    arena_done(&arena);
    return ok;
}
