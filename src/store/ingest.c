#include "store/ingest.h"

#include "store/curve.h"
#include "store/gist.h"
#include "store/hash.h"
#include "store/intake.h"
#include "store/sources.h"

#include "base/grow.h"
#include "base/text.h"
#include "facts/role.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NOTES = 64 }; /* distinct ones of one source; further ones are counted on the last */

struct kept_note {
    char *file, *text;
    int64_t line, offset, count;
};

struct ingest {
    struct store *store;
    const struct store_source *source;
    int64_t id;
    struct arena arena; /* names and notes */
    struct map by_name;
    struct intake *series;
    const char **names; /* of the series, in their order */
    size_t series_count, series_capacity, name_capacity;
    bool params_changed;
    struct kept_note notes[MAX_NOTES];
    size_t note_count;
    bool notes_changed;
    struct err err; /* code ERR_NONE while all is well */
    struct intake_writer writer;
};

bool ingest_tail(const struct store_source *source, int64_t offset, int64_t *tail)
{
    unsigned char bytes[INGEST_TAIL_BYTES];
    size_t length = offset < INGEST_TAIL_BYTES ? (size_t)offset : INGEST_TAIL_BYTES;
    if (offset <= 0 || !source->read_at ||
        !source->read_at(source->self, offset - (int64_t)length, bytes, length))
        return false;
    *tail = (int64_t)hash_stable(0, bytes, length);
    return true;
}

bool ingest_forget_facts(struct store *store, int64_t source, struct err *err)
{
    static const enum statement FORGET[] = {STATEMENT_DELETE_CHUNKS, STATEMENT_DELETE_SPANS,
        STATEMENT_DELETE_METRICS, STATEMENT_DELETE_PARAMS, STATEMENT_DELETE_GIST,
        STATEMENT_DELETE_NOTES, STATEMENT_DELETE_ARTIFACTS, STATEMENT_DELETE_DATASET,
        STATEMENT_FORGET_LABELS};
    for (size_t i = 0; i < sizeof FORGET / sizeof *FORGET; i++)
        if (!db_run(store, FORGET[i], err, "i", source))
            return false;
    return db_run(store, STATEMENT_STATUS_OF_SOURCE, err, "irri", (int64_t)RUN_UNKNOWN, (double)NAN,
        (double)NAN, source);
}

/* The id of TEXT in the table name, added when it is new; -1 with ERR. */
static int64_t name_id(struct store *store, const char *text, struct err *err)
{
    size_t length = strlen(text);
    int64_t id = map_get(&store->names, text, length);
    if (id >= 0)
        return id;
    sqlite3_stmt *find = db_bind(store, STATEMENT_FIND_NAME, err, "t", text);
    enum db_step step = find ? db_step(store, find, err) : DB_FAILED;
    if (step == DB_ROW) {
        id = sqlite3_column_int64(find, 0);
        sqlite3_reset(find);
    } else if (step == DB_DONE && db_run(store, STATEMENT_ADD_NAME, err, "t", text)) {
        id = sqlite3_last_insert_rowid(store->db);
    }
    if (id >= 0)
        map_put(&store->names, text, length, id, NULL); /* only a cache: it may be full */
    return id;
}

static bool sink_points(void *self, int metric, const struct point *points, size_t n)
{
    struct ingest *ingest = self;
    if (ingest->err.code || metric < 0 || (size_t)metric >= ingest->series_count)
        return false;
    if (!intake_add(&ingest->writer, &ingest->series[metric], points, n, &ingest->err))
        return false;
    bool ok = true;
    if (ingest->writer.capacity > INTAKE_MAX_WAITING_BYTES / sizeof(struct point))
        for (size_t i = 0; ok && i < ingest->series_count; i++)
            ok = intake_spill(&ingest->writer, &ingest->series[i], &ingest->err);
    return ok;
}

static struct intake *add_series(struct ingest *ingest, const char *name, size_t length)
{
    const char *kept = NULL;
    if (ingest->series_count == SCHEMA_MAX_PER_PARENT)
        err_set(&ingest->err, ERR_LIMIT, "a file holds more metrics than the index can hold");
    else if (!GROW(ingest->series, ingest->series_capacity, ingest->series_count + 1) ||
             !GROW(ingest->names, ingest->name_capacity, ingest->series_count + 1) ||
             map_put(&ingest->by_name, name, length, (int64_t)ingest->series_count, &kept) < 0)
        err_set(&ingest->err, ERR_MEMORY, "out of memory");
    else {
        struct intake *series = &ingest->series[ingest->series_count];
        *series =
            (struct intake){.id = ingest->id << SCHEMA_ID_BITS | (int64_t)ingest->series_count};
        ingest->names[ingest->series_count++] = kept;
        return series;
    }
    return NULL;
}

static int sink_metric(void *self, const char *name, size_t length)
{
    struct ingest *ingest = self;
    if (ingest->err.code)
        return -1;
    char *spelt = arena_copy(&ingest->arena, name, length);
    if (!spelt) {
        err_set(&ingest->err, ERR_MEMORY, "out of memory");
        return -1;
    }
    for (char *nul = spelt; (nul = memchr(nul, '\0', (size_t)(spelt + length - nul)));)
        *nul = '?'; /* names are C strings everywhere else */
    int64_t handle = map_get(&ingest->by_name, spelt, length);
    if (handle >= 0)
        return (int)handle;
    struct intake *series = add_series(ingest, spelt, length);
    if (!series)
        return -1;
    series->name = name_id(ingest->store, spelt, &ingest->err);
    series->dirty = true;
    return series->name < 0 ? -1 : (int)(ingest->series_count - 1);
}

static bool sink_param(void *self, const struct param *param)
{
    struct ingest *ingest = self;
    if (ingest->err.code)
        return false;
    ingest->params_changed = true;
    int64_t name = name_id(ingest->store, param->name, &ingest->err);
    return name >= 0 && db_run(ingest->store, STATEMENT_PUT_PARAM, &ingest->err, "iiitr",
                            ingest->id, name, (int64_t)param->kind, param->text, param->number);
}

static bool sink_artifact(void *self, const struct artifact *artifact)
{
    struct ingest *ingest = self;
    return !ingest->err.code &&
           db_run(ingest->store, STATEMENT_PUT_ARTIFACT, &ingest->err, "iiit", ingest->id,
               (int64_t)artifact->kind, artifact->step, artifact->path);
}

static bool keep_note(struct ingest *ingest, const struct note *note)
{
    struct kept_note kept = {.line = note->line, .offset = note->offset, .count = note->count};
    kept.text = arena_string(&ingest->arena, note->text);
    kept.file = note->file ? arena_string(&ingest->arena, note->file) : NULL;
    if (!kept.text || (note->file && !kept.file))
        return err_set(&ingest->err, ERR_MEMORY, "out of memory");
    ingest->notes[ingest->note_count++] = kept;
    return true;
}

/* The same sentence about the same file is one note, at its first place, with how often. */
static bool sink_note(void *self, const struct note *note)
{
    struct ingest *ingest = self;
    if (ingest->err.code)
        return false;
    ingest->notes_changed = true;
    struct note last = {.line = 0, .offset = -1, .count = note->count, .text = "and other notes"};
    for (size_t i = 0; i < ingest->note_count; i++) {
        struct kept_note *kept = &ingest->notes[i];
        bool same = text_same(kept->text, note->text) && text_same(kept->file, note->file);
        if (same || i == MAX_NOTES - 1) {
            bool full = __builtin_add_overflow(kept->count, note->count, &kept->count);
            kept->count = full ? INT64_MAX : kept->count;
            return true;
        }
    }
    return keep_note(ingest, ingest->note_count == MAX_NOTES - 1 ? &last : note);
}

static bool sink_status(void *self, enum run_status status, double started_s, double ended_s)
{
    struct ingest *ingest = self;
    return !ingest->err.code && db_run(ingest->store, STATEMENT_STATUS_OF_SOURCE, &ingest->err,
                                    "irri", (int64_t)status, started_s, ended_s, ingest->id);
}

static bool sink_label(void *self, enum run_label label, const char *text)
{
    static const enum statement SET[] = {[RUN_LABEL_TITLE] = STATEMENT_TITLE_OF_SOURCE,
        [RUN_LABEL_ID] = STATEMENT_LABEL_ID_OF_SOURCE};
    struct ingest *ingest = self;
    return !ingest->err.code &&
           db_run(ingest->store, SET[label], &ingest->err, "ti", text, ingest->id);
}

struct sink store_sink(struct store *store)
{
    return (struct sink){.self = store->ingest,
        .param = sink_param,
        .metric = sink_metric,
        .points = sink_points,
        .artifact = sink_artifact,
        .note = sink_note,
        .label = sink_label,
        .status = sink_status};
}

void ingest_drop(struct store *store)
{
    struct ingest *ingest = store->ingest;
    if (!ingest)
        return;
    for (size_t i = 0; i < ingest->series_count; i++)
        intake_done(&ingest->series[i]);
    free(ingest->series);
    free(ingest->names);
    map_done(&ingest->by_name);
    arena_done(&ingest->arena);
    free(ingest);
    store->ingest = NULL;
}

/* The row of SOURCE, made when it is not there; -1 with ERR. */
static int64_t source_id(
    struct store *store, int64_t run, const struct store_source *source, struct err *err)
{
    sqlite3_stmt *find = db_bind(store, STATEMENT_FIND_SOURCE, err, "it", run, source->name);
    enum db_step step = find ? db_step(store, find, err) : DB_FAILED;
    if (step == DB_FAILED)
        return -1;
    int64_t id;
    if (step == DB_ROW) {
        id = sqlite3_column_int64(find, 0);
        sqlite3_reset(find);
    } else {
        if (!db_run(store, STATEMENT_ADD_SOURCE, err, "ittiii", run, source->name, source->reader,
                (int64_t)source->rank, (int64_t)source->position, (int64_t)source->computed))
            return -1;
        id = sqlite3_last_insert_rowid(store->db);
    }
    if (id > SCHEMA_MAX_SOURCE) {
        err_set(err, ERR_LIMIT, "the index holds as many files as it can");
        return -1;
    }
    return sources_see(store, id, err) ? id : -1;
}

/* Those of the series that will not grow stay as they are. */
static bool recall_courses(struct ingest *ingest)
{
    sqlite3_stmt *row = db_bind(ingest->store, STATEMENT_GET_GIST, &ingest->err, "i", ingest->id);
    enum db_step step = row ? db_step(ingest->store, row, &ingest->err) : DB_FAILED;
    if (step != DB_ROW)
        return step == DB_DONE;
    const unsigned char *bytes = sqlite3_column_blob(row, 1);
    struct gist gist = {bytes, bytes + sqlite3_column_bytes(row, 1)};
    struct gist_metric metric = {0};
    enum gist_step next;
    while ((next = gist_next_metric(&gist, &metric)) == GIST_ITEM)
        for (size_t i = 0; metric.course.count && i < ingest->series_count; i++)
            if (ingest->series[i].name == metric.name)
                ingest->series[i].course = metric.course;
    sqlite3_reset(row);
    return next == GIST_END ||
           err_set(&ingest->err, ERR_FORMAT, "the index is damaged: rebuild it");
}

/* What the source holds already, to be continued: its metrics in order of their numbers, its notes.
 */
static bool recall(struct ingest *ingest)
{
    struct store *store = ingest->store;
    struct err *err = &ingest->err;
    enum db_step step = DB_FAILED;
    sqlite3_stmt *rows = db_bind(store, STATEMENT_METRICS_OF_SOURCE, err, "i", ingest->id);
    while (rows && (step = db_step(store, rows, err)) == DB_ROW) {
        const char *name = (const char *)sqlite3_column_text(rows, INTAKE_COLUMNS);
        size_t length = (size_t)sqlite3_column_bytes(rows, INTAKE_COLUMNS);
        struct intake *series = name ? add_series(ingest, name, length) : NULL;
        int64_t id = series ? series->id : -1;
        if (series)
            intake_read(series, rows);
        if (!series || series->id != id || series->chunks < 0) {
            sqlite3_reset(rows);
            return err->code ? false : err_set(err, ERR_FORMAT, "the index is damaged: rebuild it");
        }
    }
    if (step == DB_FAILED || !recall_courses(ingest))
        return false;
    rows = db_bind(store, STATEMENT_NOTES_OF_SOURCE, err, "i", ingest->id);
    step = DB_FAILED;
    while (rows && (step = db_step(store, rows, err)) == DB_ROW) {
        struct note note = {.file = (const char *)sqlite3_column_text(rows, 0),
            .line = sqlite3_column_int64(rows, 1),
            .offset = sqlite3_column_int64(rows, 2),
            .count = sqlite3_column_int64(rows, 3),
            .text = (const char *)sqlite3_column_text(rows, 4)};
        if (ingest->note_count == MAX_NOTES || !note.text || !keep_note(ingest, &note)) {
            sqlite3_reset(rows);
            return err->code ? false : err_set(err, ERR_FORMAT, "the index is damaged: rebuild it");
        }
    }
    return step == DB_DONE;
}

bool store_source_begin(struct store *store, int64_t run, const struct store_source *source,
    bool fresh, struct err *err)
{
    if (!db_may_write(store, true, err))
        return false;
    if (store->ingest)
        return err_set(err, ERR_USAGE, "a source is open already");
    struct ingest *ingest = calloc(1, sizeof *ingest);
    if (!ingest)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!db_exec(store->db, "SAVEPOINT source", err)) {
        free(ingest);
        return false;
    }
    store->ingest = ingest;
    ingest->store = ingest->writer.store = store;
    ingest->source = source;
    arena_init(&ingest->arena, 0);
    map_init(&ingest->by_name, &ingest->arena);
    ingest->id = source_id(store, run, source, &ingest->err);
    bool ok = ingest->id >= 0 &&
              (fresh ? ingest_forget_facts(store, ingest->id, &ingest->err) : recall(ingest));
    if (!ok) {
        if (err)
            *err = ingest->err;
        store_source_abandon(store);
    }
    return ok;
}

bool store_source_dataset(
    struct store *store, const struct dataset_version *dataset, struct err *err)
{
    unsigned char content[DIGEST_BYTES], images[DIGEST_BYTES];
    if (!store->ingest)
        return err_set(err, ERR_USAGE, "no source is open");
    digest_put(&dataset->content, content);
    digest_put(&dataset->images, images);
    return db_run(store, STATEMENT_PUT_DATASET, err, "ibbtii", store->ingest->id,
        (const void *)content, sizeof content, (const void *)images, sizeof images, dataset->name,
        dataset->image_count, dataset->images_with_detections);
}

static bool write_notes(struct ingest *ingest)
{
    if (!ingest->notes_changed)
        return true;
    bool ok = db_run(ingest->store, STATEMENT_DELETE_NOTES, &ingest->err, "i", ingest->id);
    for (size_t i = 0; ok && i < ingest->note_count; i++) {
        const struct kept_note *note = &ingest->notes[i];
        ok = db_run(ingest->store, STATEMENT_PUT_NOTE, &ingest->err, "iitiiit", ingest->id,
            (int64_t)i, note->file, note->line, note->offset, note->count, note->text);
    }
    return ok;
}

static bool write_mark(struct ingest *ingest, int64_t offset, const struct buf *state)
{
    const struct store_source *source = ingest->source;
    int64_t tail = 0;
    bool has_tail = ingest_tail(source, offset, &tail);
    size_t length = state ? state->length : 0;
    if (length > STORE_MAX_STATE_BYTES)
        return err_set(&ingest->err, ERR_LIMIT, "the reader's state is too large");
    return db_run(ingest->store, STATEMENT_MARK_SOURCE, &ingest->err, "tiiiiiiiiiibi",
        source->reader, (int64_t)source->rank, (int64_t)source->position, (int64_t)source->computed,
        source->stat.size_bytes, source->stat.mtime_ns, source->stat.ctime_ns,
        (int64_t)source->stat.inode, offset, (int64_t)has_tail, tail,
        (const void *)(length ? state->data : NULL), length, ingest->id);
}

/* ---- the gist ---- */

/* Whether the series NAME, of this id, has a course; each name is looked at once. */
static bool has_course(struct store *store, const char *name, int64_t id)
{
    enum { UNKNOWN, WITHOUT, WITH };
    size_t before = store->course_capacity;
    if (id < 0 || !GROW(store->courses, store->course_capacity, (size_t)id + 1))
        return false; /* it is read from the points then, when it is shown */
    memset(store->courses + before, UNKNOWN, store->course_capacity - before);
    if (store->courses[id] == UNKNOWN)
        store->courses[id] = role_has_course(role_match(name).role) ? WITH : WITHOUT;
    return store->courses[id] == WITH;
}

static int compare_places(const void *a, const void *b, void *names)
{
    const char *const *all = names;
    return strcmp(all[*(const uint32_t *)a], all[*(const uint32_t *)b]);
}

/* In the order of their names, so that nobody sorts them again. */
static bool add_metrics(struct ingest *ingest, struct buf *out)
{
    struct gist_metric before;
    uint32_t *order = malloc((ingest->series_count + 1) * sizeof *order);
    bool ok = order || err_set(&ingest->err, ERR_MEMORY, "out of memory");
    for (uint32_t i = 0; ok && i < ingest->series_count; i++)
        order[i] = i;
    if (ok && ingest->series_count)
        qsort_r(order, ingest->series_count, sizeof *order, compare_places, ingest->names);
    for (size_t i = 0; ok && i < ingest->series_count; i++) {
        struct intake *series = &ingest->series[order[i]];
        if (series->dirty && has_course(ingest->store, ingest->names[order[i]], series->name))
            ok = curve_course(
                ingest->store, series->id, series->chunks, &series->course, &ingest->err);
        struct gist_metric metric = {series->name, series->summary, series->course};
        gist_add_metric(out, &metric, i ? &before : NULL);
        before = metric;
    }
    free(order);
    return ok;
}

static bool add_params(struct ingest *ingest, struct buf *out)
{
    enum db_step step = DB_FAILED;
    sqlite3_stmt *rows =
        db_bind(ingest->store, STATEMENT_PARAMS_OF_SOURCE, &ingest->err, "i", ingest->id);
    while (rows && (step = db_step(ingest->store, rows, &ingest->err)) == DB_ROW) {
        const char *text = (const char *)sqlite3_column_text(rows, 2);
        struct gist_param param = {.name = sqlite3_column_int64(rows, 0),
            .param = {.kind = (enum param_kind)sqlite3_column_int(rows, 1),
                .text = text ? text : "",
                .number = db_real(rows, 3)}};
        gist_add_param(out, &param);
    }
    return step == DB_DONE;
}

static bool write_gist(struct ingest *ingest)
{
    struct buf params, metrics;
    bool changed = ingest->params_changed;
    for (size_t i = 0; i < ingest->series_count; i++)
        changed |= ingest->series[i].dirty;
    if (!changed)
        return true;
    buf_init(&params, INT32_MAX);
    buf_init(&metrics, INT32_MAX);
    bool ok = add_params(ingest, &params) && add_metrics(ingest, &metrics) &&
              ((!params.failed && !metrics.failed) ||
                  err_set(&ingest->err, ERR_MEMORY, "out of memory")) &&
              db_run(ingest->store, STATEMENT_PUT_GIST, &ingest->err, "ibb", ingest->id,
                  (const void *)params.data, params.length, (const void *)metrics.data,
                  metrics.length);
    buf_done(&params);
    buf_done(&metrics);
    return ok;
}

bool store_source_end(struct store *store, int64_t offset, const struct buf *state, struct err *err)
{
    struct ingest *ingest = store->ingest;
    if (!ingest)
        return err_set(err, ERR_USAGE, "no source is open");
    bool ok = ingest->err.code == ERR_NONE && db_may_write(store, true, &ingest->err);
    for (size_t i = 0; ok && i < ingest->series_count; i++)
        ok = !ingest->series[i].dirty ||
             intake_write(&ingest->writer, &ingest->series[i], &ingest->err);
    ok = ok && write_gist(ingest) && write_notes(ingest) && write_mark(ingest, offset, state) &&
         db_exec(store->db, "RELEASE source", &ingest->err);
    if (ok) {
        ingest_drop(store);
        return true;
    }
    if (err)
        *err = ingest->err;
    store_source_abandon(store);
    return false;
}

void store_source_abandon(struct store *store)
{
    if (!store->ingest)
        return;
    ingest_drop(store);
    if (!sqlite3_get_autocommit(store->db))
        db_exec(store->db, "ROLLBACK TO source; RELEASE source", NULL);
    db_forget_names(store);
}
