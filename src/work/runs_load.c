/*
 * Loading the runs table: rows from the index, one per run however often it was found.
 * Knows: the store, what names mean, how rows are made of several sources. Must not know: columns,
 * screens. (runs_load(), which is here, stands in runs.h.)
 */
#include "work/absorb.h"
#include "work/rules.h"
#include "work/run_facts.h"
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

/* A name of the index that is a synonym, whether of a parameter or not. */
struct spelt {
    const char *name;
    const struct synonym *synonym;
};

/* What the index says of a run, and what it says of those that became part of it. */
struct said {
    enum run_status status;
    double started_s, ended_s;
    double first_wall_s, last_wall_s; /* of the points of its metrics, NaN when not known */
    int64_t newest_mtime_ns;
    size_t note_count, artifact_count;
};

struct loading {
    struct store *store;
    struct store_runs found;
    const struct runs *before;
    struct runs *out;
    struct arena scratch;
    struct run_facts facts;
    const struct run_row *known; /* the older row of the run that is taken next; NULL for none */
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
    loading->spelt = ARENA_ARRAY(&loading->scratch, struct spelt, found->name_count);
    if (!loading->spelt || !read_synonyms(loading))
        return false;
    for (size_t i = 0; i < found->name_count; i++) {
        const char *name = loading->facts.names[i];
        const struct synonym *synonym = synonyms_find(&loading->synonyms, name);
        if (synonym)
            loading->spelt[loading->spelt_count++] = (struct spelt){name, synonym};
    }
    if (loading->spelt_count)
        qsort(loading->spelt, loading->spelt_count, sizeof *loading->spelt, compare_spelt);
    return true;
}

/* ---- rows ---- */

/* The index gives the runs mostly in the order of their names already. */
static void sort_unsorted(
    void *items, size_t count, size_t bytes, int (*compare)(const void *, const void *))
{
    for (size_t i = 1; i < count; i++)
        if (compare((char *)items + (i - 1) * bytes, (char *)items + i * bytes) > 0) {
            qsort(items, count, bytes, compare);
            return;
        }
}

/* The run as an older snapshot has it, when it stood alone there and all that is said of it has
 * stayed. */
static bool knows_run(void *self, const struct store_run *from)
{
    struct loading *loading = self;
    const struct run_row *old = loading->before ? runs_find(loading->before, from->id) : NULL;
    bool same = old && old->id == from->id && !old->absorbed_count &&
                run_facts_may_share(&loading->facts, old) &&
                digest_equal(&old->print, &from->print);
    loading->known = same ? old : NULL;
    return same;
}

static bool take_facts(struct loading *loading, const struct store_run *from,
    const struct twins_check *check, struct run_row *row)
{
    if (loading->known)
        run_facts_share(loading->known, row);
    else if (!run_facts_take(&loading->facts, from, row) ||
             !absorb_doubles(row, check, &loading->facts.book->arena))
        return false;
    else
        run_facts_look(&loading->facts, row);
    return true;
}

/* Looked for while the metrics are at hand: of many runs they are too many to be so again. */
static void find_wall_times(const struct run_row *run, struct said *said)
{
    const struct run_metric_extent *before = NULL;
    said->first_wall_s = said->last_wall_s = NAN;
    for (size_t i = 0; i < run->metric_count; i++) {
        const struct run_metric_extent *extent = run->metrics[i].extent;
        if (extent != before) { /* fmin and fmax leave NaN out */
            said->first_wall_s = fmin(said->first_wall_s, extent->first_wall_s);
            said->last_wall_s = fmax(said->last_wall_s, extent->last_wall_s);
        }
        before = extent;
    }
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
        .colour = from->colour,
        .print = from->print};
    loading->said[i] = (struct said){.status = from->status,
        .started_s = from->started_s,
        .ended_s = from->ended_s,
        .newest_mtime_ns = from->newest_mtime_ns,
        .note_count = from->note_count,
        .artifact_count = from->prediction_count};
    if (!take_facts(loading, from, check, &loading->rows[i]))
        return false;
    find_wall_times(&loading->rows[i], &loading->said[i]);
    return true;
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
        store_load_points(loading->store, a->extent->run_id, a->kind->written, &arena, &x, &x_count, NULL) &&
        store_load_points(loading->store, b->extent->run_id, b->kind->written, &arena, &y, &y_count, NULL) &&
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
        run_facts_settle(&loading->rows[owner]);
        find_wall_times(&loading->rows[owner], &loading->said[owner]);
        join_said(&loading->said[owner], &loading->said[i]);
    }
    return true;
}

/* ---- finishing a row ---- */

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
    double touched = (double)said->newest_mtime_ns * 1e-9;
    run->started_s = isnan(said->started_s) ? said->first_wall_s : said->started_s;
    run->ended_s = !isnan(said->ended_s)       ? said->ended_s
                   : !isnan(said->last_wall_s) ? said->last_wall_s
                                               : touched;
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

/* The metric is the same and has not grown. */
static bool is_as_before(const struct run_metric *was, const struct run_metric *is)
{
    return was->extent->run_id == is->extent->run_id && was->kind->scale == is->kind->scale &&
           strcmp(was->kind->written, is->kind->written) == 0 &&
           was->extent->count == is->extent->count &&
           memcmp(&was->last, &is->last, sizeof is->last) == 0;
}

/* One that the index does not keep is read from its points. */
static bool read_spark(
    struct loading *loading, const struct run_metric *metric, struct run_spark *out)
{
    struct arena scratch = {0};
    struct store_bucket *buckets;
    size_t count;
    bool ok = store_load_curve(loading->store, metric->extent->run_id, metric->kind->written,
        INT64_MIN, INT64_MAX, RUN_SPARK_POINTS, &scratch, &buckets, &count, loading->err);
    for (size_t i = 0; ok && i < count && i < RUN_SPARK_POINTS; i++)
        run_spark_put(out, buckets[i].last, metric->kind);
    arena_done(&scratch);
    return ok;
}

static bool load_spark(struct loading *loading, const struct run_row *old,
    const struct run_row *run, enum role role, const struct run_spark **out)
{
    const struct run_metric *metric = course_metric(run, role);
    const struct run_metric *was = old ? course_metric(old, role) : NULL;
    *out = metric ? metric->spark : NULL;
    if (!metric || metric->spark)
        return true;
    struct run_spark *spark = ARENA_NEW(&loading->out->arena, struct run_spark);
    if (!spark)
        return no_memory(loading->err);
    const struct run_spark *kept = role == ROLE_LOSS ? old && was ? old->loss_spark : NULL
                                   : old && was      ? old->ap_spark
                                                     : NULL;
    if (kept && is_as_before(was, metric))
        *spark = *kept;
    else if (!read_spark(loading, metric, spark))
        return false;
    *out = spark->count ? spark : NULL;
    return true;
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
    run->shown = title_shown(&loading->out->arena, run->name, run->title);
    if (!run->shown || !find_settings(loading, run) || !label_dataset(&loading->out->arena, run))
        return no_memory(loading->err);
    infer_times(said, run);
    double silent_s = loading->now_s - (double)said->newest_mtime_ns * 1e-9;
    if (said->status == RUN_RUNNING) /* then an end is the last sign of life that it gave */
        silent_s = fmax(silent_s, loading->now_s - said->ended_s);
    enum recording_life life =
        said->status == RUN_RUNNING ? recording_life_in(run->directory) : RECORDING_NONE;
    run->status = status_infer(run, said->status, life, silent_s);
    status_find_lost(run);
    if (said->note_count && !load_notes(loading, run, said->note_count))
        return false;
    if (said->artifact_count &&
        !run_load_artifacts(loading->store, &loading->out->arena, run, loading->err))
        return false;
    const struct run_row *old = loading->before ? runs_find(loading->before, run->id) : NULL;
    old = old && old->id == run->id ? old : NULL;
    return load_spark(loading, old, run, ROLE_LOSS, &run->loss_spark) &&
           load_spark(loading, old, run, ROLE_AP, &run->ap_spark);
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
    const struct store_taker taker = {loading, knows_run, take_run};
    if (!store_load_facts(loading->store, &loading->found, &loading->facts.book->arena, &taker,
            loading->err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!runs_hold_book(out, loading->rows[i].book))
            return no_memory(loading->err);
    if (!join_twins(loading, &check))
        return no_memory(loading->err);
    for (size_t i = 0; i < count; i++) {
        if (loading->places[i].owner != i || loading->found.runs[i].is_watched)
            continue;
        if (!finish_row(loading, &loading->rows[i], &loading->said[i]))
            return false;
        out->running += loading->rows[i].status == RUN_RUNNING;
        if (out->count < i)
            out->rows[out->count] = loading->rows[i];
        out->count++;
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
    bool ok =
        store_load_runs_only(store, &loading.scratch, &runs->arena, &loading.found, err) &&
        (run_facts_init(&loading.facts, &loading.found, runs, before) ||
            no_memory(err)) &&
        make_rows(&loading);
    runs->shape_count = loading.facts.shape_count;
    store_snapshot_end(store);
    if (ok)
        sort_unsorted(runs->rows, runs->count, sizeof *runs->rows, compare_rows);
    if (ok && (!tell_apart(runs) || !make_id_index(runs) || !runs_find_names(runs) ||
                  !runs_find_columns(runs)))
        ok = no_memory(err);
    synonyms_done(&loading.synonyms);
    run_facts_done(&loading.facts);
    arena_done(&loading.scratch);
    if (ok)
        return runs;
    runs_release(runs);
    return NULL;
}
