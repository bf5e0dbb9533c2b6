#include "work/index.h"

#include "base/clock.h"
#include "work/evaluate.h"
#include "work/runs.h"
#include "work/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A batch is committed this often, so that the table fills while indexing goes on. */
enum { BATCH_MS = 250, REPORT_MS = 100 };
/* A file that was not written to for so long is taken for whole. */
enum { SETTLED_S = 2 };
/* What came before a source of this size is committed first: it need not wait for it. */
enum { LARGE_SOURCE_BYTES = 8 << 20 };

struct refresh {
    struct store *store;
    const struct index_settings *settings;
    const struct index_listener *listener;
    struct index_progress progress;
    int64_t committed_ms, reported_ms;
    int64_t rows_told; /* written when a report last said "changed" */
    bool unlisted;
    struct truth_rules rules;
    struct err err;
};

static bool report(struct refresh *refresh, bool now)
{
    int64_t ms = clock_ms();
    if (!now && ms - refresh->reported_ms < REPORT_MS)
        return true;
    refresh->reported_ms = ms;
    bool go_on = refresh->listener->progress(refresh->listener->self, &refresh->progress);
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

/* Ends a batch that has run long enough and begins the next. */
static bool turn_batch(struct refresh *refresh, bool now)
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

static bool read_at(void *self, int64_t offset, void *out, size_t bytes)
{
    int fd = open((const char *)self, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    ssize_t got = pread(fd, out, bytes, offset);
    close(fd);
    return got == (ssize_t)bytes;
}

static void note_unreadable(struct sink *sink, const char *name, const struct err *err)
{
    struct note note = {.file = name,
        .offset = err->place == ERR_AT_BYTE ? err->at : -1,
        .line = err->place == ERR_AT_LINE ? err->at : 0,
        .count = 1,
        .text = err->text};
    sink->note(sink->self, &note);
}

static bool read_source(struct refresh *refresh, int64_t run, const struct found_source *found,
    const struct reader_source *source, const struct store_source *known, enum store_change change,
    struct reader_mark *mark)
{
    bool go_on = change == STORE_APPENDED && found->reader->incremental && mark->offset > 0 &&
                 (!found->reader->continues || found->reader->continues(source, mark));
    if (!go_on) {
        mark->offset = 0;
        buf_clear(&mark->state);
    }
    if (!store_source_begin(refresh->store, run, known, !go_on, &refresh->err))
        return false;
    struct sink sink = store_sink(refresh->store);
    struct err trouble = {0};
    if (!found->reader->read(source, mark, &sink, &trouble))
        note_unreadable(&sink, found->name, &trouble);
    refresh->progress.sources_read++;
    if (store_source_end(refresh->store, mark->offset, &mark->state, &refresh->err))
        return true;
    if (refresh->err.code != ERR_LIMIT)
        return false;
    refresh->listener->trouble(refresh->listener->self, &refresh->err);
    return true;
}

static bool check_source(struct refresh *refresh, int64_t run, const struct found_run *place,
    size_t index, struct arena *arena)
{
    const struct found_source *found = &place->sources[index];
    char *path = path_join(arena, place->home, found->name);
    /* The same file under other names is another reading. */
    const char *reading = found->prefix
                              ? arena_printf(arena, "%s %s", found->reader->name, found->prefix)
                              : found->reader->name;
    if (!path || !reading)
        return err_set(&refresh->err, ERR_MEMORY, "out of memory");
    struct reader_source source = {
        place->home, found->name, path, false, found->part, found->prefix};
    struct store_source known = {.name = found->name,
        .reader = reading,
        .rank = found->rank,
        .position = (int)index,
        .read_at = read_at,
        .self = path};
    struct reader_mark mark = {0};
    if (!file_stat(path, &known.stat))
        return true; /* gone since it was listed */
    source.settled = clock_wall_s() - (double)known.stat.mtime_ns * 1e-9 > SETTLED_S;
    if (!source.settled)
        known.stat.mtime_ns--; /* looked at again when settled: the clock of files is coarse */
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    enum store_change change =
        store_source_check(refresh->store, run, &known, &mark.offset, &mark.state, &refresh->err);
    bool ok = change != STORE_FAILED;
    if (ok && change != STORE_SAME && known.stat.size_bytes >= LARGE_SOURCE_BYTES)
        ok = turn_batch(refresh, true) && report(refresh, true);
    if (ok && change != STORE_SAME)
        ok = read_source(refresh, run, found, &source, &known, change, &mark);
    buf_done(&mark.state);
    return ok;
}

static bool visit_run(void *self, const struct found_run *found)
{
    struct refresh *refresh = self;
    struct store_place place = {
        found->root, found->name, found->directory, found->format, found->device, found->inode};
    refresh->progress.phase = INDEX_READING;
    refresh->progress.runs_found++;
    refresh->progress.now = found->name;
    if (!report(refresh, false))
        return false;
    int64_t run = store_put_run(refresh->store, &place, &refresh->err);
    struct arena arena = {0};
    bool ok = run > 0;
    for (size_t i = 0; ok && i < found->source_count; i++)
        ok = check_source(refresh, run, found, i, &arena);
    arena_done(&arena);
    refresh->progress.runs_done += ok;
    return ok && turn_batch(refresh, false);
}

static void visit_unreadable(void *self, const char *directory, const struct err *err)
{
    struct refresh *refresh = self;
    (void)directory;
    refresh->unlisted = true; /* what is below it must not be forgotten */
    refresh->listener->trouble(refresh->listener->self, err);
}

static bool scan(struct refresh *refresh, struct arena *arena)
{
    struct scan_visitor visitor = {refresh, visit_run, visit_unreadable, NULL};
    refresh->progress.phase = INDEX_SCANNING;
    store_scan_begin(refresh->store);
    for (size_t i = 0; i < refresh->settings->root_count; i++) {
        char *root = scan_absolute(arena, refresh->settings->roots[i], &refresh->err);
        struct file_stat stat;
        if (root && file_stat(root, &stat) && !stat.is_dir)
            root = path_parent(arena, root);
        if (!root)
            return false;
        struct err trouble = {0};
        if (!truth_read_rules(arena, root, &refresh->rules, &trouble))
            refresh->listener->trouble(refresh->listener->self, &trouble);
        refresh->unlisted = false;
        if (!scan_root(root, &visitor, &refresh->err) || refresh->err.code)
            return false;
        if (!refresh->unlisted && !store_forget_unseen(refresh->store, root, &refresh->err))
            return false;
    }
    return turn_batch(refresh, true) && report(refresh, true);
}

static bool evaluate(struct refresh *refresh)
{
    refresh->progress.phase = INDEX_EVALUATING;
    refresh->progress.runs_done = 0;
    struct runs *runs = runs_load(refresh->store, NULL, &refresh->err);
    bool ok = runs != NULL;
    for (size_t i = 0; ok && i < runs->count; i++) {
        const struct run_row *run = &runs->rows[i];
        bool changed;
        refresh->progress.now = run->name;
        if (!run->prediction_count)
            continue;
        ok = report(refresh, false) &&
             evaluate_run(refresh->store, run, &refresh->rules, &changed, &refresh->err);
        refresh->progress.runs_done++;
        ok = ok && turn_batch(refresh, ok && changed);
    }
    runs_release(runs);
    return ok;
}

bool index_refresh(struct store *store, const struct index_settings *settings,
    const struct index_listener *listener, struct err *err)
{
    struct arena arena = {0};
    struct refresh refresh = {.store = store,
        .settings = settings,
        .listener = listener,
        .rows_told = store_rows_written(store)};
    refresh.rules.ground_truth =
        settings->ground_truth ? scan_absolute(&arena, settings->ground_truth, &refresh.err) : NULL;
    refresh.rules.images =
        settings->images ? scan_absolute(&arena, settings->images, &refresh.err) : NULL;
    bool ok = !refresh.err.code && store_begin(store, &refresh.err);
    ok = ok && scan(&refresh, &arena) && (!settings->evaluate || evaluate(&refresh));
    if (ok || refresh.err.code == ERR_CANCELLED)
        ok = store_commit(store, ok ? &refresh.err : NULL) && ok;
    else
        store_rollback(store);
    if (ok) {
        tell_changes(&refresh);
        refresh.progress.phase = INDEX_DONE;
        refresh.progress.now = NULL;
        ok = report(&refresh, true);
    }
    if (!ok && err)
        *err = refresh.err;
    arena_done(&arena);
    return ok;
}

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
