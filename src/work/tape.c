#include "work/tape.h"

#include "base/grow.h"
#include "base/map.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum kind { PARAM, METRIC, POINTS, ARTIFACT, NOTE, LABEL, STATUS };

/* A record: this, then LENGTH bytes; both multiples of 8. */
struct record {
    uint32_t kind;
    int32_t metric;
    size_t length;
};

/* The fixed part of a record, behind it its texts, each with its NUL. */
struct taped_note {
    int64_t line, offset, count;
    bool has_file;
};

struct taped_status {
    enum run_status status;
    double started_s, ended_s;
};

struct block {
    struct block *next;
    size_t used, size;
    _Alignas(8) unsigned char bytes[];
};

struct tape {
    pthread_mutex_t lock;
    pthread_cond_t played, recorded;
    struct block *first, *last; /* unplayed, under lock; the recorder's own is not among them */
    int waiting;                /* blocks in the list */
    bool ended, stopped, failed;

    /* The recorder's. */
    struct block *open;
    struct arena names;
    struct map by_name;

    /* The player's: the sink's handle of each metric. */
    int *handles;
    size_t handle_count, handle_capacity;
};

struct tape *tape_new(struct err *err)
{
    struct tape *tape = calloc(1, sizeof *tape);
    if (!tape) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&tape->lock, NULL);
    pthread_cond_init(&tape->played, NULL);
    pthread_cond_init(&tape->recorded, &monotonic);
    pthread_condattr_destroy(&monotonic);
    map_init(&tape->by_name, &tape->names);
    return tape;
}

void tape_free(struct tape *tape)
{
    if (!tape)
        return;
    for (struct block *block = tape->first, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(tape->open);
    free(tape->handles);
    map_done(&tape->by_name);
    arena_done(&tape->names);
    pthread_cond_destroy(&tape->played);
    pthread_cond_destroy(&tape->recorded);
    pthread_mutex_destroy(&tape->lock);
    free(tape);
}

/* ---- recording ---- */

/* Hands the open block over; false when the player has given up. */
static bool pass_on(struct tape *tape)
{
    struct block *block = tape->open;
    tape->open = NULL;
    pthread_mutex_lock(&tape->lock);
    while (!tape->stopped && tape->waiting >= TAPE_MOST_BLOCKS)
        pthread_cond_wait(&tape->played, &tape->lock);
    bool stopped = tape->stopped;
    if (block && !stopped) {
        *(tape->last ? &tape->last->next : &tape->first) = block;
        tape->last = block;
        tape->waiting++;
        pthread_cond_signal(&tape->recorded);
        block = NULL;
    }
    pthread_mutex_unlock(&tape->lock);
    free(block);
    return !stopped;
}

static bool fail(struct tape *tape)
{
    pthread_mutex_lock(&tape->lock);
    tape->failed = tape->stopped = true;
    pthread_mutex_unlock(&tape->lock);
    return false;
}

/* Room for a record of LENGTH bytes, to be filled; NULL when recording is over. */
static unsigned char *record(struct tape *tape, enum kind kind, int metric, size_t length)
{
    size_t padded = (length + 7) & ~(size_t)7, need = sizeof(struct record) + padded;
    if (tape->open && tape->open->size - tape->open->used < need && !pass_on(tape))
        return NULL;
    if (!tape->open) {
        size_t size = need > TAPE_BLOCK_BYTES ? need : TAPE_BLOCK_BYTES;
        tape->open = malloc(sizeof *tape->open + size);
        if (!tape->open) {
            fail(tape);
            return NULL;
        }
        *tape->open = (struct block){.size = size};
    }
    unsigned char *at = tape->open->bytes + tape->open->used;
    struct record head = {.kind = kind, .metric = metric, .length = padded};
    memcpy(at, &head, sizeof head);
    tape->open->used += need;
    return at + sizeof head;
}

static bool record_text(struct tape *tape, enum kind kind, int number, const char *text)
{
    unsigned char *at = record(tape, kind, number, strlen(text) + 1);
    if (at)
        memcpy(at, text, strlen(text) + 1);
    return at != NULL;
}

static bool sink_param(void *self, const struct param *param)
{
    size_t name = strlen(param->name) + 1, text = strlen(param->text) + 1;
    unsigned char *at = record(self, PARAM, (int)param->kind, sizeof param->number + name + text);
    if (!at)
        return false;
    memcpy(at, &param->number, sizeof param->number);
    memcpy(at + sizeof param->number, param->name, name);
    memcpy(at + sizeof param->number + name, param->text, text);
    return true;
}

static int sink_metric(void *self, const char *name, size_t length)
{
    struct tape *tape = self;
    int64_t mine = (int64_t)tape->by_name.count;
    int64_t handle = mine <= INT32_MAX ? map_put(&tape->by_name, name, length, mine, NULL) : -1;
    if (handle < 0) {
        fail(tape);
        return -1;
    }
    if (handle != mine)
        return (int)handle;
    unsigned char *at = record(tape, METRIC, (int)handle, sizeof length + length);
    if (!at)
        return -1;
    memcpy(at, &length, sizeof length);
    memcpy(at + sizeof length, name, length);
    return (int)handle;
}

static bool sink_points(void *self, int metric, const struct point *points, size_t n)
{
    enum { MOST = (TAPE_BLOCK_BYTES - sizeof(struct record)) / sizeof(struct point) };
    for (size_t part; n; points += part, n -= part) {
        part = n < MOST ? n : MOST;
        unsigned char *at = record(self, POINTS, metric, part * sizeof *points);
        if (!at)
            return false;
        memcpy(at, points, part * sizeof *points);
    }
    return true;
}

static bool sink_artifact(void *self, const struct artifact *artifact)
{
    size_t path = strlen(artifact->path) + 1;
    unsigned char *at = record(self, ARTIFACT, (int)artifact->kind, sizeof artifact->step + path);
    if (!at)
        return false;
    memcpy(at, &artifact->step, sizeof artifact->step);
    memcpy(at + sizeof artifact->step, artifact->path, path);
    return true;
}

static bool sink_note(void *self, const struct note *note)
{
    struct taped_note fixed = {note->line, note->offset, note->count, note->file != NULL};
    size_t text = strlen(note->text) + 1, file = note->file ? strlen(note->file) + 1 : 0;
    unsigned char *at = record(self, NOTE, 0, sizeof fixed + text + file);
    if (!at)
        return false;
    memcpy(at, &fixed, sizeof fixed);
    memcpy(at + sizeof fixed, note->text, text);
    if (file)
        memcpy(at + sizeof fixed + text, note->file, file);
    return true;
}

static bool sink_label(void *self, enum run_label label, const char *text)
{
    return record_text(self, LABEL, (int)label, text);
}

static bool sink_status(void *self, enum run_status status, double started_s, double ended_s)
{
    struct taped_status taped = {status, started_s, ended_s};
    unsigned char *at = record(self, STATUS, 0, sizeof taped);
    if (at)
        memcpy(at, &taped, sizeof taped);
    return at != NULL;
}

struct sink tape_sink(struct tape *tape)
{
    return (struct sink){.self = tape,
        .param = sink_param,
        .metric = sink_metric,
        .points = sink_points,
        .artifact = sink_artifact,
        .note = sink_note,
        .label = sink_label,
        .status = sink_status};
}

void tape_end(struct tape *tape)
{
    if (tape->open)
        pass_on(tape);
    pthread_mutex_lock(&tape->lock);
    tape->ended = true;
    pthread_cond_signal(&tape->recorded);
    pthread_mutex_unlock(&tape->lock);
}

/* ---- playing ---- */

static bool play_metric(struct tape *tape, const unsigned char *at, const struct sink *sink)
{
    size_t length;
    memcpy(&length, at, sizeof length);
    if (!GROW(tape->handles, tape->handle_capacity, tape->handle_count + 1))
        return false;
    int handle = sink->metric(sink->self, (const char *)at + sizeof length, length);
    tape->handles[tape->handle_count++] = handle;
    return handle >= 0;
}

static bool play_param(const struct record *head, const unsigned char *at, const struct sink *sink)
{
    struct param param = {.kind = (enum param_kind)head->metric};
    memcpy(&param.number, at, sizeof param.number);
    param.name = (const char *)at + sizeof param.number;
    param.text = param.name + strlen(param.name) + 1;
    return sink->param(sink->self, &param);
}

static bool play_note(const unsigned char *at, const struct sink *sink)
{
    struct taped_note fixed;
    memcpy(&fixed, at, sizeof fixed);
    struct note note = {.line = fixed.line, .offset = fixed.offset, .count = fixed.count};
    note.text = (const char *)at + sizeof fixed;
    note.file = fixed.has_file ? note.text + strlen(note.text) + 1 : NULL;
    return sink->note(sink->self, &note);
}

static bool play_record(
    struct tape *tape, const struct record *head, const unsigned char *at, const struct sink *sink)
{
    struct artifact artifact = {.kind = (enum artifact_kind)head->metric};
    struct taped_status status;
    switch ((enum kind)head->kind) {
    case PARAM:
        return play_param(head, at, sink);
    case METRIC:
        return play_metric(tape, at, sink);
    case POINTS: /* whole points and nothing else: their size is a multiple of 8 */
        return sink->points(sink->self, tape->handles[head->metric], (const struct point *)at,
            head->length / sizeof(struct point));
    case ARTIFACT:
        memcpy(&artifact.step, at, sizeof artifact.step);
        artifact.path = (const char *)at + sizeof artifact.step;
        return sink->artifact(sink->self, &artifact);
    case NOTE:
        return play_note(at, sink);
    case LABEL:
        return sink->label(sink->self, (enum run_label)head->metric, (const char *)at);
    case STATUS:
        memcpy(&status, at, sizeof status);
        return sink->status(sink->self, status.status, status.started_s, status.ended_s);
    }
    return false;
}

static bool play_block(struct tape *tape, const struct block *block, const struct sink *sink)
{
    bool ok = true;
    for (size_t at = 0; ok && at < block->used;) {
        struct record head;
        memcpy(&head, block->bytes + at, sizeof head);
        at += sizeof head;
        ok = play_record(tape, &head, block->bytes + at, sink);
        at += head.length;
    }
    return ok;
}

/* The next block, or NULL: see *PLAYED. */
static struct block *next_block(struct tape *tape, int patience_ms, enum tape_played *played)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += patience_ms / 1000;
    until.tv_nsec += patience_ms % 1000 * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&tape->lock);
    int late = 0;
    while (!tape->first && !tape->ended && !late)
        late = pthread_cond_timedwait(&tape->recorded, &tape->lock, &until);
    struct block *block = tape->first;
    if (block) {
        tape->first = block->next;
        if (!tape->first)
            tape->last = NULL;
        tape->waiting--;
        pthread_cond_signal(&tape->played);
    } else {
        *played = tape->ended ? TAPE_OVER : TAPE_WAITING;
    }
    pthread_mutex_unlock(&tape->lock);
    return block;
}

enum tape_played tape_play(struct tape *tape, const struct sink *sink, int patience_ms)
{
    enum tape_played played = TAPE_MORE;
    struct block *block = next_block(tape, patience_ms, &played);
    if (!block)
        return played;
    if (sink && !play_block(tape, block, sink))
        played = TAPE_REFUSED;
    free(block);
    return played;
}

bool tape_failed(struct tape *tape)
{
    pthread_mutex_lock(&tape->lock);
    bool failed = tape->failed;
    pthread_mutex_unlock(&tape->lock);
    return failed;
}

void tape_stop(struct tape *tape)
{
    pthread_mutex_lock(&tape->lock);
    tape->stopped = true;
    pthread_cond_signal(&tape->played);
    pthread_mutex_unlock(&tape->lock);
}
