#include "work/index.h"

#include "base/clock.h"
#include "work/evaluate.h"
#include "store/hash.h"
#include "work/recording.h"
#include "work/refresh.h"
#include "work/runs.h"
#include <math.h>
#include <stdlib.h>

/* A batch is committed this often, so that the table fills while indexing goes on. */
enum { BATCH_MS = 250, REPORT_MS = 100 };

/* ---- reports and batches ---- */

bool refresh_report(struct refresh *refresh, bool now)
{
    int64_t ms = clock_ms();
    const struct index_listener *listener = refresh->listener;
    if (listener->stop && atomic_load_explicit(listener->stop, memory_order_relaxed))
        return err_set(&refresh->err, ERR_CANCELLED, "cancelled");
    if (!now && ms - refresh->reported_ms < REPORT_MS)
        return true;
    refresh->reported_ms = ms;
    bool go_on = listener->progress(listener->self, &refresh->progress);
    refresh->progress.changed = false;
    return go_on || err_set(&refresh->err, ERR_CANCELLED, "cancelled");
}

/* What has been committed by now is worth a look, if it is anything. */
static void tell_changes(struct refresh *refresh)
{
    int64_t rows = store_rows_written(refresh->store);
    refresh->progress.changed |= rows != refresh->rows_told;
    refresh->rows_told = rows;
}

bool refresh_turn_batch(struct refresh *refresh, bool now)
{
    int64_t ms = clock_ms();
    if (!now && ms - refresh->committed_ms < BATCH_MS)
        return true;
    refresh->committed_ms = ms;
    if (!store_commit(refresh->store, &refresh->err))
        return false;
    tell_changes(refresh);
    return store_begin(refresh->store, &refresh->err);
}

/* ---- looking at the roots ---- */

static bool scan_one(struct refresh *refresh, struct arena *arena, const char *given)
{
    struct scan_visitor visitor = ingest_visitor(refresh);
    char *root = scan_absolute(arena, given, &refresh->err);
    struct file_stat stat;
    if (root && file_stat(root, &stat) && !stat.is_dir)
        root = path_parent(arena, root);
    if (!root)
        return false;
    struct err trouble = {0};
    if (!truth_read_rules(arena, root, &refresh->rules, &trouble))
        refresh->listener->trouble(refresh->listener->self, &trouble);
    refresh->unlisted = false;
    if (!store_put_root(refresh->store, root, false, &refresh->err))
        return false;
    if (!scan_root(root, &visitor, &refresh->err) || refresh->err.code)
        return false;
    return ingest_drain(refresh) &&
           (refresh->unlisted || store_forget_unseen(refresh->store, root, &refresh->err));
}

/* Places that no root led to any more. */
static bool forget_unmet(struct refresh *refresh)
{
    for (size_t i = 0; i < refresh->places->count; i++) {
        struct place *place = &refresh->places->all[i];
        if (place->met || !place->bytes)
            continue;
        if (place->kept && !store_forget_place(refresh->store, place->directory, &refresh->err))
            return false;
        place_forget(place);
    }
    return true;
}

static bool scan(struct refresh *refresh, struct arena *arena)
{
    refresh->progress.phase = INDEX_SCANNING;
    bool unlisted = false;
    store_scan_begin(refresh->store);
    places_scan_begin(refresh->places);
    for (size_t i = 0; i < refresh->settings->root_count; i++) {
        if (!scan_one(refresh, arena, refresh->settings->roots[i]))
            return false;
        unlisted |= refresh->unlisted;
    }
    refresh->unlisted = false;
    if (!follow_watched(refresh, arena) || (!refresh->unlisted && !follow_forget(refresh, arena)))
        return false;
    unlisted |= refresh->unlisted;
    int64_t before = store_rows_written(refresh->store);
    if (!unlisted && !forget_unmet(refresh))
        return false;
    refresh->rows_told += store_rows_written(refresh->store) - before;
    return refresh_turn_batch(refresh, true) && refresh_report(refresh, true);
}

/* ---- evaluating ---- */

static bool evaluate_one(struct refresh *refresh, const struct store_predicted *predicted)
{
    struct arena arena = {0};
    struct run_row run = {.id = predicted->run,
        .root = predicted->root,
        .name = predicted->name,
        .directory = predicted->directory};
    bool changed = false;
    refresh->progress.now = run.name;
    bool ok = refresh_report(refresh, false) &&
              run_load_artifacts(refresh->store, &arena, &run, &refresh->err) &&
              evaluate_run(refresh->store, &run, &refresh->rules, &refresh->spare,
                  refresh->listener->stop, &changed, &refresh->err);
    refresh->progress.runs_done++;
    refresh->progress.now = NULL;
    arena_done(&arena);
    return ok && refresh_turn_batch(refresh, changed);
}

static bool evaluate_all(struct refresh *refresh, int64_t run)
{
    struct arena arena = {0};
    struct store_predicted *runs;
    size_t count;
    bool ok = store_load_predicted(refresh->store, run, &arena, &runs, &count, &refresh->err);
    for (size_t i = 0; ok && i < count; i++)
        ok = evaluate_one(refresh, &runs[i]);
    arena_done(&arena);
    return ok;
}

bool refresh_evaluate(struct refresh *refresh)
{
    refresh->progress.phase = INDEX_EVALUATING;
    refresh->progress.runs_done = 0;
    if (!refresh->settings->evaluate)
        return true;
    bool ok = true;
    for (size_t i = 0; ok && refresh->partly && i < refresh->touched_count; i++)
        ok = evaluate_all(refresh, refresh->touched[i]);
    return refresh->partly ? ok : evaluate_all(refresh, 0);
}

/* ---- refreshing ---- */

static bool take_place(void *self, const char *directory, const void *data, size_t length)
{
    struct place *place = places_of(self, directory);
    return place && place_recall(place, data, length);
}

bool refresh_is_current(struct refresh *refresh, const struct index_memory *memory, bool *current)
{
    uint64_t generation = 0;
    bool ok = store_generation(refresh->store, &generation, &refresh->err);
    *current = ok && memory->loaded && generation == memory->generation;
    return ok;
}

/* What another process has written meanwhile counts for more than what is remembered. */
static bool recall(struct refresh *refresh, struct index_memory *memory)
{
    bool current;
    if (!refresh_is_current(refresh, memory, &current) || current)
        return !refresh->err.code;
    refresh->lost |= refresh->partly;
    refresh->progress.changed |= memory->loaded;
    places_done(&memory->places);
    places_init(&memory->places);
    memory->places.ahead_s = refresh->settings->ahead_s;
    if (memory->watch) { /* it knows directories by their old numbers */
        watch_free(memory->watch);
        memory->watch = watch_new(memory->polls, &refresh->err);
        if (!memory->watch)
            return false;
    }
    memory->loaded = store_load_places(
        refresh->store, refresh->place_kind, take_place, &memory->places, &refresh->err);
    return memory->loaded;
}

static bool resolve_rules(struct refresh *refresh, struct arena *arena)
{
    const struct index_settings *settings = refresh->settings;
    refresh->rules.ground_truth =
        settings->ground_truth ? scan_absolute(arena, settings->ground_truth, &refresh->err) : NULL;
    refresh->rules.images =
        settings->images ? scan_absolute(arena, settings->images, &refresh->err) : NULL;
    return !refresh->err.code;
}

/* Whoever was killed with its recorder changes no file: it is a change all the same. */
static void notice_deaths(struct refresh *refresh, struct index_memory *memory, struct arena *arena)
{
    struct store_watch *watches;
    size_t count;
    uint64_t lives = 0;
    if (!store_load_watches(refresh->store, arena, &watches, &count, NULL))
        return;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(watches[i].ended_s) || (i && watches[i].run == watches[i - 1].run))
            continue;
        enum recording_life life = recording_life_in(watches[i].directory);
        lives = hash_stable(lives, &life, sizeof life);
    }
    refresh->progress.changed |= lives != memory->lives;
    memory->lives = lives;
}

bool refresh_run(struct refresh *refresh, struct index_memory *memory,
    bool (*work)(struct refresh *refresh, struct arena *arena), struct err *err)
{
    struct arena arena = {0};
    struct store *store = refresh->store;
    refresh->places = &memory->places;
    refresh->place_kind = ingest_place_kind();
    refresh->rows_told = store_rows_written(store);
    bool ok = store_begin(store, &refresh->err) && recall(refresh, memory) &&
              resolve_rules(refresh, &arena) && work(refresh, &arena);
    feed_done(&refresh->feed);
    if (ok || refresh->err.code == ERR_CANCELLED)
        ok = store_commit(store, ok ? &refresh->err : NULL) && ok;
    else
        store_rollback(store);
    if (ok && !refresh->partly)
        notice_deaths(refresh, memory, &arena);
    memory->loaded = ok && store_generation(store, &memory->generation, &refresh->err);
    if (ok) {
        tell_changes(refresh);
        refresh->progress.phase = INDEX_DONE;
        refresh->progress.now = NULL;
        ok = refresh_report(refresh, true);
    }
    if (!ok && err)
        *err = refresh->err;
    free(refresh->touched);
    ground_truth_done(&refresh->spare);
    arena_done(&arena);
    return ok;
}

bool refresh_everything(struct refresh *refresh, struct arena *arena)
{
    return scan(refresh, arena) && refresh_evaluate(refresh);
}

bool index_refresh(struct store *store, const struct index_settings *settings,
    const struct index_listener *listener, struct err *err)
{
    struct index_memory memory = {0};
    places_init(&memory.places);
    struct refresh refresh = {.store = store, .settings = settings, .listener = listener};
    bool ok = refresh_run(&refresh, &memory, refresh_everything, err);
    places_done(&memory.places);
    return ok;
}

/* ---- the file ---- */

const char *index_path(
    struct arena *arena, const struct index_settings *settings, const char *path, struct err *err)
{
    if (path)
        return arena_string(arena, path);
    const char **roots = ARENA_ARRAY(arena, const char *, settings->root_count);
    if (!roots) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < settings->root_count; i++) {
        roots[i] = scan_absolute(arena, settings->roots[i], err);
        if (!roots[i])
            return NULL;
    }
    return store_path_for_roots(arena, roots, settings->root_count, err);
}

struct store *index_open(
    const struct index_settings *settings, const char *path, bool rebuild, struct err *err)
{
    struct arena arena = {0};
    const char *file = index_path(&arena, settings, path, err);
    struct store *store = NULL;
    struct err first = {0};
    if (file && !rebuild)
        store = store_open(file, STORE_READ_WRITE, &first);
    bool useless = rebuild || first.code == ERR_FORMAT || first.code == ERR_UNSUPPORTED;
    if (file && !store && useless)
        store = store_rebuild(file, err);
    else if (file && !store && err)
        *err = first;
    arena_done(&arena);
    return store;
}
