#include "work/evaluate.h"

#include "work/content.h"
#include "work/kept.h"
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
    struct ground_truth *spare;
    const atomic_bool *stop;
    struct dataset_version version; /* what the last step was evaluated on; its name NULL: none */
    bool mixed;                     /* and one before it on something else */
};

/* FNV-1a, 64 bit: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_text(const char *text, uint64_t hash)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

/* What the person, the run and boxtop.json say now of ground truth and images that exist. */
static void add_said(struct buf *key, struct arena *arena, const struct truth_rules *rules,
    const struct run_row *run)
{
    struct truth truth;
    truth_find_said(
        arena, rules, run->root, run->directory, run->artifacts, run->artifact_count, &truth);
    for (size_t i = 0; i < truth.count; i++)
        content_add_set_identity(key, truth.ground_truth[i]);
    for (size_t i = 0; i < truth.image_dir_count; i++)
        content_add_identity(key, truth.image_dirs[i]);
    content_add_formats(key, &truth);
    buf_printf(key, "called %s;", truth.name ? truth.name : "");
}

/* Which ground truth served and how it looked, "path NUL identity"; without one, how the places
 * look where one might come to stand. */
static void add_truth_record(
    struct buf *out, struct arena *arena, const struct run_row *run, const char *path)
{
    buf_add(out, path, strlen(path) + 1);
    if (path[0]) {
        content_add_set_identity(out, path);
        return;
    }
    content_add_identity(out, run->directory);
    content_add_identity(out, path_parent(arena, run->directory));
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
    content_add_settings(key, NULL);
    for (size_t i = 0; i < run->prediction_count; i++)
        content_add_set_identity(key, run->artifacts[i].path);
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

/* What is kept under KEY, when it holds for TRUTH. */
static bool recall_scores(struct evaluating *e, const struct buf *key, const struct truth *truth,
    bool by_content, struct study_scores *scores, bool *found, struct err *err)
{
    struct buf blob;
    *found = false;
    if (!key->length)
        return true;
    buf_init(&blob, sizeof *scores);
    bool ok = store_get_evaluation(e->store, key->data, &blob, found, err);
    *found = ok && *found && blob.length == sizeof *scores;
    if (*found) {
        memcpy(scores, blob.data, sizeof *scores);
        *found = content_holds(truth, (size_t)scores->candidate, scores->complete, by_content);
    }
    buf_done(&blob);
    return ok;
}

static bool compute_scores(struct evaluating *e, const struct content_keys *keys,
    const struct study_request *request, struct study_scores *scores, struct err *trouble,
    struct err *err)
{
    struct study *study = study_load(request, e->stop, trouble);
    if (!study)
        return trouble->code != ERR_CANCELLED || err_set(err, ERR_CANCELLED, "cancelled");
    study_scores(study, scores);
    const struct buf *key =
        content_key_of(keys, request->truth, study->candidate, study->complete);
    bool ok = store_put_evaluation(e->store, key->data, scores, sizeof *scores, err) &&
              kept_put(e->store, key->data, study, STORE_WHERE_FREE, err);
    study_lend(study, e->spare);
    return ok;
}

/* The scores of one predictions file, from the index or computed now; what keeps them from being
 * computed is TROUBLE. */
static bool find_scores(struct evaluating *e, const struct truth *truth, const char *predictions,
    struct study_scores *scores, struct err *trouble, struct err *err)
{
    struct study_request request = {
        .predictions = predictions, .truth = truth, .spare = e->spare};
    struct content_keys keys;
    bool found;
    bool ok = content_keys_make(e->store, &request, &keys, err) &&
              recall_scores(e, &keys.content, truth, true, scores, &found, err) &&
              (found || recall_scores(e, &keys.identity, truth, false, scores, &found, err)) &&
              (found || compute_scores(e, &keys, &request, scores, trouble, err));
    content_keys_done(&keys);
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

/* The version that the run is known by is its last step's, with the images of all its steps. */
static void note_version(
    struct evaluating *e, const struct truth *truth, const struct study_scores *scores)
{
    struct dataset_version version = {.name = study_truth_name(truth, (size_t)scores->candidate),
        .content = scores->content,
        .images = scores->image_set,
        .image_count = scores->images,
        .images_with_detections = scores->images_with_detections};
    if (e->version.name && !digest_equal(&version.content, &e->version.content))
        e->mixed = true;
    else if (e->version.images_with_detections > version.images_with_detections)
        version.images_with_detections = e->version.images_with_detections;
    e->version = version;
}

static bool say_version(struct evaluating *e, struct sink *sink, struct err *err)
{
    struct note note = {.offset = -1,
        .count = 1,
        .text = "its steps were evaluated on different ground truths: their numbers do not compare"};
    if (e->mixed)
        sink->note(sink->self, &note);
    return !e->version.name || store_source_dataset(e->store, &e->version, err);
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
        struct study_scores scores = {0};
        trouble = (struct err){0};
        if (!find_scores(e, &truth, run->artifacts[i].path, &scores, &trouble, err))
            return false;
        if (trouble.code) {
            emit_note(sink, run, &trouble);
            continue;
        }
        ground_truth = truth.ground_truth[scores.candidate];
        note_version(e, &truth, &scores);
        if (!emit_scores(sink, &scores, step_of(run, i, last_step)))
            break;
    }
    return say_version(e, sink, err) && remember_truth(e->store, arena, run, ground_truth, err);
}

bool evaluate_run(struct store *store, const struct run_row *run, const struct truth_rules *rules,
    struct ground_truth *spare, const atomic_bool *stop, bool *changed, struct err *err)
{
    *changed = false;
    struct evaluating evaluating = {.store = store, .run = run, .rules = rules, .spare = spare, .stop = stop};
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
