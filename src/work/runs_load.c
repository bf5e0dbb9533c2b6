/*
 * Loading the runs table: rows from the index, one per run however often it was found.
 * Knows: the store, what names mean, how rows are made of several sources. Must not know: columns,
 * screens. (runs_load(), which is here, stands in runs.h.)
 */
#include "work/absorb.h"
#include "work/rules.h"
#include "work/runs.h"
#include "work/status.h"
#include "work/title.h"
#include "work/watched.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a metric's name says by itself; each is looked at once, however many runs have it. */
struct name_meaning {
    struct role_match role;
    const struct run_metric_word *word; /* NULL until it has been looked at */
};

/* A name of the index that is a synonym, whether of a parameter or not. */
struct spelt {
    const char *name;
    const struct synonym *synonym;
};

/* What the index says of a run, and what it says of those that became part of it. */
struct said {
    enum run_status status;
    double started_s, ended_s;
    int64_t newest_mtime_ns;
    size_t note_count, artifact_count;
};

struct loading {
    struct store *store;
    struct store_runs found;
    const struct runs *before;
    struct runs *out;
    struct arena scratch;
    struct name_meaning *names; /* by index of the name */
    struct same_names same_names;
    struct synonyms synonyms;
    struct spelt *spelt; /* by name */
    size_t spelt_count;
    struct run_row *rows; /* one for each found run */
    size_t started;       /* of them so far */
    struct said *said;
    struct twins_place *places;
    double now_s;
    struct err *err;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory");
}

/* ---- what names mean ---- */

/* The person's synonyms for every root. What is wrong with a boxtop.json is said when the index is
 * refreshed, and here it is as if it was not there. */
static bool read_synonyms(struct loading *loading)
{
    const char *before = NULL;
    if (!synonyms_init(&loading->synonyms, &loading->out->arena))
        return false;
    for (size_t i = 0; i < loading->found.count; i++) {
        const char *root = loading->found.runs[i].root;
        struct rules rules;
        if (before && strcmp(root, before) == 0)
            continue;
        before = root;
        if (!rules_open(&loading->scratch, root, &rules, NULL))
            continue;
        if (rules.json)
            rules_add_synonyms(&rules, &loading->synonyms, NULL);
        rules_close(&rules);
    }
    return true;
}

static int compare_spelt(const void *a, const void *b)
{
    return strcmp(((const struct spelt *)a)->name, ((const struct spelt *)b)->name);
}

static bool find_meanings(struct loading *loading)
{
    const struct store_runs *found = &loading->found;
    loading->names = ARENA_ARRAY(&loading->scratch, struct name_meaning, found->name_count);
    loading->spelt = ARENA_ARRAY(&loading->scratch, struct spelt, found->name_count);
    if (!loading->names || !loading->spelt || !read_synonyms(loading))
        return false;
    for (size_t i = 0; i < found->name_count; i++) {
        const struct synonym *synonym = synonyms_find(&loading->synonyms, found->names[i]);
        if (synonym)
            loading->spelt[loading->spelt_count++] = (struct spelt){found->names[i], synonym};
    }
    if (loading->spelt_count)
        qsort(loading->spelt, loading->spelt_count, sizeof *loading->spelt, compare_spelt);
    return true;
}

static const struct name_meaning *metric_meaning(struct loading *loading, uint32_t name)
{
    struct name_meaning *meaning = &loading->names[name];
    if (meaning->word)
        return meaning;
    struct run_metric_word *word = ARENA_NEW(&loading->out->arena, struct run_metric_word);
    const char *text = loading->found.names[name];
    if (!word || !same_names_put(&loading->same_names, text, &word->same))
        return NULL;
    meaning->role = role_match(text);
    word->name = text;
    word->row = meaning->role.row;
    meaning->word = word;
    return meaning;
}

/* ---- rows ---- */

/* Whatever begins with its name. */
static int compare_named(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

_Static_assert(offsetof(struct param, name) == 0 && offsetof(struct run_metric, name) == 0,
    "compare_named() looks there");

/* The index gives what one file says in order of names already, and mostly the runs in theirs. */
static void sort_unsorted(
    void *items, size_t count, size_t bytes, int (*compare)(const void *, const void *))
{
    for (size_t i = 1; i < count; i++)
        if (compare((char *)items + (i - 1) * bytes, (char *)items + i * bytes) > 0) {
            qsort(items, count, bytes, compare);
            return;
        }
}

static bool copy_params(struct loading *loading, const struct store_run *from, struct run_row *to)
{
    struct param *params = ARENA_ARRAY(&loading->out->arena, struct param, from->param_count);
    if (!params)
        return false;
    for (size_t i = 0; i < from->param_count; i++) {
        params[i] = from->params[i].param;
        params[i].name = loading->found.names[from->params[i].name];
    }
    sort_unsorted(params, from->param_count, sizeof *params, compare_named);
    to->params = params;
    to->param_count = from->param_count;
    return true;
}

/* Behind its last slash a name is one of many that one logger writes in one unit. */
static size_t family_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) : 0;
}

/* COCO numbers that a logger writes together are in percent together: an AP of 0.9 beside an AP50
 * of 3.1 is no perfect score. */
static void share_percent(struct run_metric *metrics, size_t count, const bool *open)
{
    for (size_t i = 0; i < count; i++) {
        if (!open[i] || !role_is_coco(metrics[i].role) || metrics[i].scale != 0.01)
            continue;
        size_t length = family_length(metrics[i].name);
        for (size_t k = 0; k < count; k++)
            if (open[k] && role_is_coco(metrics[k].role) &&
                family_length(metrics[k].name) == length &&
                strncmp(metrics[k].name, metrics[i].name, length) == 0)
                metrics[k].scale = 0.01;
    }
}

static bool keep_course(
    struct arena *arena, const struct store_course *course, struct run_metric *metric)
{
    struct store_course *kept = ARENA_NEW(arena, struct store_course);
    if (kept)
        *kept = *course;
    metric->course = kept;
    return kept != NULL;
}

static bool copy_metrics(struct loading *loading, const struct store_run *from, struct run_row *to)
{
    struct run_metric *metrics =
        ARENA_ARRAY(&loading->out->arena, struct run_metric, from->metric_count);
    bool *open = calloc(from->metric_count + 1, sizeof *open);
    bool ok = metrics && open;
    for (size_t i = 0; ok && i < from->metric_count; i++) {
        const struct store_metric *metric = &from->metrics[i];
        const struct name_meaning *meaning = metric_meaning(loading, metric->name);
        if (!meaning) {
            ok = false;
            break;
        }
        struct role_match match = role_settle(meaning->role, &metric->summary);
        open[i] = meaning->role.scale == ROLE_EITHER;
        metrics[i] = (struct run_metric){.name = meaning->word->name,
            .run_id = from->id,
            .summary = metric->summary,
            .role = match.role,
            .scale = match.scale,
            .rank = metric->rank,
            .word = meaning->word};
        if (metric->course.count)
            ok = keep_course(&loading->out->arena, &metric->course, &metrics[i]);
    }
    if (ok)
        share_percent(metrics, from->metric_count, open);
    free(open);
    to->metrics = metrics;
    to->metric_count = ok ? from->metric_count : 0;
    return ok;
}

static bool start_row(
    struct loading *loading, const struct store_run *from, const struct twins_check *check)
{
    size_t i = loading->started++;
    loading->rows[i] = (struct run_row){.id = from->id,
        .name = from->name,
        .shown = from->name,
        .title = from->title,
        .label_id = from->label_id,
        .root = from->root,
        .directory = from->directory,
        .format = from->format,
        .source_count = from->source_count,
        .dataset = from->dataset,
        .colour = from->colour};
    loading->said[i] = (struct said){.status = from->status,
        .started_s = from->started_s,
        .ended_s = from->ended_s,
        .newest_mtime_ns = from->newest_mtime_ns,
        .note_count = from->note_count,
        .artifact_count = from->prediction_count};
    return copy_params(loading, from, &loading->rows[i]) &&
           copy_metrics(loading, from, &loading->rows[i]) &&
           absorb_doubles(&loading->rows[i], check);
}

/* ---- one run, found several times ---- */

/* For series of which one lags behind; a series that cannot be read is not the same. */
static bool check_points(void *self, const struct run_metric *a, const struct run_metric *b)
{
    struct loading *loading = self;
    struct arena arena = {0};
    struct point *x, *y;
    size_t x_count, y_count;
    bool same =
        store_load_points(loading->store, a->run_id, a->word->name, &arena, &x, &x_count, NULL) &&
        store_load_points(loading->store, b->run_id, b->word->name, &arena, &y, &y_count, NULL) &&
        same_points(x, x_count, y, y_count);
    arena_done(&arena);
    return same;
}

static void join_said(struct said *to, const struct said *from)
{
    if (to->status == RUN_UNKNOWN)
        to->status = from->status;
    to->started_s = fmin(to->started_s, from->started_s); /* both leave NaN out */
    to->ended_s = fmax(to->ended_s, from->ended_s);
    if (from->newest_mtime_ns > to->newest_mtime_ns)
        to->newest_mtime_ns = from->newest_mtime_ns;
    to->note_count += from->note_count;
    to->artifact_count += from->artifact_count;
}

static bool join_twins(struct loading *loading, const struct twins_check *check)
{
    uint32_t *watchers = watched_load(loading->store, &loading->scratch, loading->found.runs,
        loading->rows, loading->found.count, NULL);
    if (!watchers ||
        !twins_find(loading->rows, loading->found.count, watchers, check, loading->places))
        return false;
    for (size_t i = 0; i < loading->found.count; i++) {
        uint32_t owner = loading->places[i].owner;
        if (owner == i)
            continue;
        if (!absorb_run(&loading->rows[owner], &loading->rows[i], loading->places[i].reason, check,
                &loading->out->arena))
            return false;
        join_said(&loading->said[owner], &loading->said[i]);
    }
    return true;
}

/* ---- finishing a row ---- */

/* Ours before theirs, then the one with more points, then the one that metrics.def names first. */
static bool is_preferred(const struct run_metric *a, const struct run_metric *b)
{
    bool ours = role_is_coco(a->role) || a->role == ROLE_F1;
    bool own_a = ours && strncmp(a->name, "eval/", 5) == 0;
    bool own_b = ours && strncmp(b->name, "eval/", 5) == 0;
    if (own_a != own_b)
        return own_a;
    if (a->summary.count != b->summary.count)
        return a->summary.count > b->summary.count;
    return a->word->row < b->word->row;
}

static void order_metrics(struct run_row *run)
{
    sort_unsorted((struct run_metric *)run->metrics, run->metric_count, sizeof *run->metrics,
        compare_named);
    for (size_t i = 0; i < run->metric_count; i++) {
        const struct run_metric *metric = &run->metrics[i];
        const struct run_metric **place = &run->by_role[metric->role];
        if (metric->role != ROLE_NONE && (!*place || is_preferred(metric, *place)))
            *place = metric;
    }
}

/* A parameter and what it spells. */
struct spelling {
    const struct synonym *synonym;
    struct run_setting *setting;
};

static int compare_spellings(const void *a, const void *b)
{
    const struct spelling *x = a, *y = b;
    int order = strcmp(x->synonym->quantity, y->synonym->quantity);
    bool null_x = x->setting->param->kind == PARAM_NULL;
    bool null_y = y->setting->param->kind == PARAM_NULL;
    if (order)
        return order;
    return null_x != null_y ? (int)null_x - (int)null_y : x->synonym->rank - y->synonym->rank;
}

/* Of several spellings of a quantity the first speaks for it; the others repeat it, or stand apart.
 */
static void settle_spellings(struct spelling *spellings, size_t count)
{
    if (count)
        qsort(spellings, count, sizeof *spellings, compare_spellings);
    for (size_t from = 0, i = 1; i < count; i++) {
        struct run_setting *setting = spellings[i].setting, *first = spellings[from].setting;
        if (strcmp(setting->quantity, first->quantity) != 0) {
            from = i;
            continue;
        }
        setting->repeats =
            setting->param->kind == PARAM_NULL || param_equal(setting->param, first->param);
        setting->is_own = !setting->repeats;
    }
}

static bool find_settings(struct loading *loading, struct run_row *run)
{
    size_t most = loading->spelt_count < run->param_count ? loading->spelt_count : run->param_count;
    struct run_setting *settings = ARENA_ARRAY(&loading->out->arena, struct run_setting, most);
    struct spelling *spellings = calloc(most + 1, sizeof *spellings);
    bool ok = settings && spellings;
    for (size_t i = 0; ok && i < loading->spelt_count; i++) {
        const struct spelt *spelt = &loading->spelt[i];
        const struct param *param = run_param(run, spelt->name);
        if (!param)
            continue;
        struct run_setting *setting = &settings[run->setting_count];
        *setting = (struct run_setting){spelt->synonym->quantity, param, false, false};
        spellings[run->setting_count++] = (struct spelling){spelt->synonym, setting};
    }
    if (ok)
        settle_spellings(spellings, run->setting_count);
    free(spellings);
    run->settings = settings;
    return ok;
}

static void infer_times(const struct said *said, struct run_row *run)
{
    double last = NAN;
    for (size_t i = 0; i < run->metric_count; i++)
        last = fmax(last, run->metrics[i].summary.last_wall_s);
    double touched = (double)said->newest_mtime_ns * 1e-9;
    run->started_s = isnan(said->started_s) ? run_first_wall(run) : said->started_s;
    run->ended_s = !isnan(said->ended_s) ? said->ended_s : !isnan(last) ? last : touched;
}

/* The notes of the run and of what it absorbed, whose files are named with their directory. */
static bool load_notes(struct loading *loading, struct run_row *run, size_t room)
{
    struct arena *arena = &loading->out->arena;
    struct note *all = ARENA_ARRAY(arena, struct note, room);
    bool ok = all || no_memory(loading->err);
    for (size_t part = 0; ok && part <= run->absorbed_count; part++) {
        const struct run_absorbed *absorbed = part ? &run->absorbed[part - 1] : NULL;
        struct note *notes;
        size_t count;
        ok = store_load_notes(
            loading->store, absorbed ? absorbed->id : run->id, arena, &notes, &count, loading->err);
        for (size_t i = 0; ok && i < count && run->note_count < room; i++) {
            struct note *note = &all[run->note_count++];
            *note = notes[i];
            if (absorbed)
                note->file = path_join(arena, absorbed->name, note->file ? note->file : "");
            ok = !absorbed || note->file || no_memory(loading->err);
        }
    }
    run->notes = all;
    return ok;
}

static int compare_artifacts(const void *a, const void *b)
{
    const struct artifact *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    /* What has no step of its own is of the end. */
    uint64_t x_step = (uint64_t)x->step, y_step = (uint64_t)y->step;
    if (x_step != y_step)
        return x_step < y_step ? -1 : 1;
    return text_compare_natural(x->path, y->path);
}

/* Appends what the run ID, which lies in DIRECTORY, says. Predictions get absolute paths, and so
 * does everything that DIRECTORY is not the run's own of. */
static bool add_artifacts(struct store *store, struct arena *arena, struct run_row *run, int64_t id,
    const char *directory, struct err *err)
{
    struct store_artifact *found;
    size_t count;
    if (!store_load_artifacts(store, id, arena, &found, &count, err))
        return false;
    struct artifact *all = ARENA_ARRAY(arena, struct artifact, run->artifact_count + count);
    if (!all)
        return no_memory(err);
    if (run->artifact_count)
        memcpy(all, run->artifacts, run->artifact_count * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        struct artifact *artifact = &all[run->artifact_count++];
        *artifact = found[i].artifact;
        bool predicts = artifact->kind == ARTIFACT_PREDICTIONS;
        if (predicts || directory != run->directory) {
            const char *path = path_join(arena, directory, artifact->path);
            artifact->path = path ? path_clean(arena, path) : NULL;
        }
        if (!artifact->path)
            return no_memory(err);
        run->prediction_count += predicts;
    }
    run->artifacts = all;
    return true;
}

bool run_load_artifacts(
    struct store *store, struct arena *arena, struct run_row *run, struct err *err)
{
    bool ok = add_artifacts(store, arena, run, run->id, run->directory, err);
    for (size_t i = 0; ok && i < run->absorbed_count; i++)
        ok = add_artifacts(store, arena, run, run->absorbed[i].id, run->absorbed[i].directory, err);
    if (ok && run->artifact_count)
        qsort((struct artifact *)run->artifacts, run->artifact_count, sizeof *run->artifacts,
            compare_artifacts);
    return ok;
}

/* ---- courses ---- */

/* The metric whose course a run shows: the quantity itself, else what comes closest to it. */
static const struct run_metric *course_metric(const struct run_row *run, enum role role)
{
    for (const enum role *at = role_courses(role); *at; at++)
        if (run->by_role[*at])
            return run->by_role[*at];
    return NULL;
}

static void put_spark(struct run_spark *out, int at, double last, const struct run_metric *metric)
{
    bool undefined = role_info(metric->role)->better == BETTER_HIGHER && last < 0;
    out->values[at] = undefined ? NAN : (float)(last * metric->scale);
    out->count = at + 1;
}

static bool load_spark(struct loading *loading, const struct run_row *run, enum role role,
    const struct run_spark *kept, struct run_spark *out)
{
    *out = (struct run_spark){0};
    const struct run_metric *metric = course_metric(run, role);
    if (!metric)
        return true;
    if (kept) {
        *out = *kept;
        return true;
    }
    for (uint32_t i = 0; metric->course && i < metric->course->count; i++)
        put_spark(out, (int)i, metric->course->values[i], metric);
    if (metric->course)
        return true;
    struct arena scratch = {0};
    struct store_bucket *buckets;
    size_t count;
    bool ok = store_load_curve(loading->store, metric->run_id, metric->word->name, INT64_MIN,
        INT64_MAX, RUN_SPARK_POINTS, &scratch, &buckets, &count, loading->err);
    for (size_t i = 0; ok && i < count && i < RUN_SPARK_POINTS; i++)
        put_spark(out, (int)i, buckets[i].last, metric);
    arena_done(&scratch);
    return ok;
}

/* The older snapshot's course, when the metric is the same and has not grown. */
static const struct run_spark *kept_spark(
    const struct run_row *old, const struct run_row *run, enum role role)
{
    const struct run_metric *was = old ? course_metric(old, role) : NULL;
    const struct run_metric *is = course_metric(run, role);
    if (!was || !is || was->run_id != is->run_id || was->scale != is->scale ||
        strcmp(was->word->name, is->word->name) != 0 || was->summary.count != is->summary.count ||
        memcmp(&was->summary.last, &is->summary.last, sizeof is->summary.last) != 0)
        return NULL;
    return role == ROLE_LOSS ? &old->loss_spark : &old->ap_spark;
}

static bool label_dataset(struct arena *arena, struct run_row *run)
{
    char label[512];
    if (!run->dataset)
        return true;
    dataset_version_print(run->dataset, label, sizeof label);
    run->dataset_label = arena_string(arena, label);
    return run->dataset_label != NULL;
}

static bool finish_row(struct loading *loading, struct run_row *run, const struct said *said)
{
    order_metrics(run);
    run->shown = title_shown(&loading->out->arena, run->name, run->title);
    if (!run->shown || !find_settings(loading, run) || !label_dataset(&loading->out->arena, run))
        return no_memory(loading->err);
    infer_times(said, run);
    double silent_s = loading->now_s - (double)said->newest_mtime_ns * 1e-9;
    if (said->status == RUN_RUNNING) /* then an end is the last sign of life that it gave */
        silent_s = fmax(silent_s, loading->now_s - said->ended_s);
    run->status = status_infer(run, said->status, silent_s);
    status_find_lost(run);
    if (said->note_count && !load_notes(loading, run, said->note_count))
        return false;
    if (said->artifact_count &&
        !run_load_artifacts(loading->store, &loading->out->arena, run, loading->err))
        return false;
    const struct run_row *old = loading->before ? runs_find(loading->before, run->id) : NULL;
    old = old && old->id == run->id ? old : NULL;
    return load_spark(loading, run, ROLE_LOSS, kept_spark(old, run, ROLE_LOSS), &run->loss_spark) &&
           load_spark(loading, run, ROLE_AP, kept_spark(old, run, ROLE_AP), &run->ap_spark);
}

/* ---- the table ---- */

static int compare_rows(const void *a, const void *b)
{
    const struct run_row *x = a, *y = b;
    int order = text_compare_natural(x->root, y->root);
    return order ? order : text_compare_natural(x->name, y->name);
}

static int compare_shown(const void *a, const void *b)
{
    const struct run_row *x = *(struct run_row *const *)a, *y = *(struct run_row *const *)b;
    int order = strcmp(x->shown, y->shown);
    return order ? order : strcmp(x->name, y->name);
}

/* Titles may be given twice: then the id that they stand for is shown too. */
static bool tell_apart(struct runs *runs)
{
    struct run_row **order = calloc(runs->count + 1, sizeof *order);
    size_t count = 0;
    bool ok = order != NULL;
    for (size_t i = 0; ok && i < runs->count; i++)
        if (runs->rows[i].shown != runs->rows[i].name)
            order[count++] = &runs->rows[i];
    if (count)
        qsort(order, count, sizeof *order, compare_shown);
    for (size_t from = 0, to; ok && from < count; from = to) {
        const char *shown = order[from]->shown;
        for (to = from + 1; to < count && strcmp(order[to]->shown, shown) == 0; to++)
            continue;
        for (size_t i = from; ok && to - from > 1 && i < to; i++) {
            const char *id = path_base(order[i]->name);
            order[i]->shown = arena_printf(&runs->arena, "%s (%s)", shown, id);
            ok = order[i]->shown != NULL;
        }
    }
    free(order);
    return ok;
}

static int compare_places(const void *a, const void *b)
{
    int64_t x = ((const struct run_place *)a)->id, y = ((const struct run_place *)b)->id;
    return x < y ? -1 : x > y;
}

static bool make_id_index(struct runs *runs)
{
    size_t count = 0;
    for (size_t i = 0; i < runs->count; i++)
        count += 1 + runs->rows[i].absorbed_count;
    runs->by_id = ARENA_ARRAY(&runs->arena, struct run_place, count);
    if (!runs->by_id)
        return false;
    for (size_t i = 0; i < runs->count; i++) {
        const struct run_row *run = &runs->rows[i];
        runs->by_id[runs->place_count++] = (struct run_place){run->id, (uint32_t)i};
        for (size_t k = 0; k < run->absorbed_count; k++)
            runs->by_id[runs->place_count++] = (struct run_place){run->absorbed[k].id, (uint32_t)i};
    }
    if (count)
        qsort(runs->by_id, count, sizeof *runs->by_id, compare_places);
    return true;
}

static bool take_run(void *self, const struct store_run *run, struct err *err)
{
    struct loading *loading = self;
    const struct twins_check check = {loading, check_points};
    return start_row(loading, run, &check) || no_memory(err);
}

static bool make_rows(struct loading *loading)
{
    const struct twins_check check = {loading, check_points};
    size_t count = loading->found.count;
    struct runs *out = loading->out;
    out->rows = loading->rows = ARENA_ARRAY(&out->arena, struct run_row, count);
    loading->said = ARENA_ARRAY(&loading->scratch, struct said, count);
    loading->places = ARENA_ARRAY(&loading->scratch, struct twins_place, count);
    if (!loading->rows || !loading->said || !loading->places || !find_meanings(loading))
        return no_memory(loading->err);
    if (!store_load_facts(
            loading->store, &loading->found, &out->arena, take_run, loading, loading->err))
        return false;
    if (!join_twins(loading, &check))
        return no_memory(loading->err);
    for (size_t i = 0; i < count; i++) {
        if (loading->places[i].owner != i || loading->found.runs[i].is_watched)
            continue;
        struct run_row row = loading->rows[i];
        if (!finish_row(loading, &row, &loading->said[i]))
            return false;
        out->rows[out->count++] = row;
    }
    return true;
}

struct runs *runs_load(struct store *store, const struct runs *before, struct err *err)
{
    struct runs *runs = calloc(1, sizeof *runs);
    if (!runs) {
        no_memory(err);
        return NULL;
    }
    atomic_init(&runs->references, 1);
    struct loading loading = {
        .store = store, .before = before, .out = runs, .now_s = clock_wall_s(), .err = err};
    if (!store_snapshot_begin(store, err)) {
        runs_release(runs);
        return NULL;
    }
    same_names_init(&loading.same_names, &loading.scratch);
    bool ok = store_load_runs_only(store, &runs->arena, &loading.found, err) && make_rows(&loading);
    store_snapshot_end(store);
    if (ok)
        sort_unsorted(runs->rows, runs->count, sizeof *runs->rows, compare_rows);
    if (ok && (!tell_apart(runs) || !make_id_index(runs) || !runs_find_names(runs) ||
                  !runs_find_columns(runs)))
        ok = no_memory(err);
    synonyms_done(&loading.synonyms);
    same_names_done(&loading.same_names);
    arena_done(&loading.scratch);
    if (ok)
        return runs;
    runs_release(runs);
    return NULL;
}
