#include "readers/held.h"

#include <string.h>

enum kind { PARAM, METRIC, POINTS, ARTIFACT, NOTE, LABEL, STATUS };

struct held_fact {
    struct held_fact *next;
    enum kind kind;
    union {
        struct param param;
        struct {
            const char *name;
            size_t length;
        } metric;
        struct {
            int metric;
            const struct point *points;
            size_t n;
        } points;
        struct artifact artifact;
        struct note note;
        struct {
            enum run_label label;
            const char *text;
        } label;
        struct {
            enum run_status status;
            double started_s, ended_s;
        } status;
    };
};

static bool add(struct held *held, struct held_fact fact)
{
    struct held_fact *kept = held->full ? NULL : ARENA_NEW(&held->arena, struct held_fact);
    if (!kept) {
        held->full = true;
        return false;
    }
    *kept = fact;
    *held->last = kept;
    held->last = &kept->next;
    return true;
}

/* A copy of TEXT, which may be NULL; "" when there is no room. */
static const char *keep(struct held *held, const char *text)
{
    const char *copy = text ? arena_string(&held->arena, text) : NULL;
    if (text && !copy)
        held->full = true;
    return text && !copy ? "" : copy;
}

static bool hold_param(void *self, const struct param *param)
{
    struct held_fact fact = {.kind = PARAM, .param = *param};
    fact.param.name = keep(self, param->name);
    fact.param.text = keep(self, param->text);
    return add(self, fact);
}

static int hold_metric(void *self, const char *name, size_t length)
{
    struct held *held = self;
    struct held_fact fact = {.kind = METRIC};
    fact.metric.name = arena_copy(&held->arena, name, length);
    fact.metric.length = length;
    held->full |= !fact.metric.name;
    return add(held, fact) ? held->metrics++ : -1;
}

static bool hold_points(void *self, int metric, const struct point *points, size_t n)
{
    struct held *held = self;
    struct held_fact fact = {.kind = POINTS};
    struct point *copy = ARENA_ARRAY(&held->arena, struct point, n);
    held->full |= !copy;
    if (copy)
        memcpy(copy, points, n * sizeof *points);
    fact.points.metric = metric;
    fact.points.points = copy;
    fact.points.n = n;
    return add(held, fact);
}

static bool hold_artifact(void *self, const struct artifact *artifact)
{
    struct held_fact fact = {.kind = ARTIFACT, .artifact = *artifact};
    fact.artifact.path = keep(self, artifact->path);
    return add(self, fact);
}

static bool hold_note(void *self, const struct note *note)
{
    struct held_fact fact = {.kind = NOTE, .note = *note};
    fact.note.file = keep(self, note->file);
    fact.note.text = keep(self, note->text);
    return add(self, fact);
}

static bool hold_label(void *self, enum run_label label, const char *text)
{
    struct held_fact fact = {.kind = LABEL, .label = {label, keep(self, text)}};
    return add(self, fact);
}

static bool hold_status(void *self, enum run_status status, double started_s, double ended_s)
{
    return add(self, (struct held_fact){.kind = STATUS, .status = {status, started_s, ended_s}});
}

void held_init(struct held *held, size_t max_bytes)
{
    *held = (struct held){.first = NULL};
    held->last = &held->first;
    arena_init(&held->arena, max_bytes);
}

void held_done(struct held *held)
{
    arena_done(&held->arena);
}

struct sink held_sink(struct held *held)
{
    return (struct sink){.self = held,
        .param = hold_param,
        .metric = hold_metric,
        .points = hold_points,
        .artifact = hold_artifact,
        .note = hold_note,
        .label = hold_label,
        .status = hold_status};
}

/* False when SINK stopped. HANDLES are the sink's, of the metrics in their order so far. */
static bool release(
    const struct held_fact *fact, struct sink *sink, int **handle, const int *handles)
{
    switch (fact->kind) {
    case PARAM:
        return sink->param(sink->self, &fact->param);
    case METRIC:
        **handle = sink->metric(sink->self, fact->metric.name, fact->metric.length);
        return *(*handle)++ >= 0;
    case POINTS:
        return sink->points(
            sink->self, handles[fact->points.metric], fact->points.points, fact->points.n);
    case ARTIFACT:
        return sink->artifact(sink->self, &fact->artifact);
    case NOTE:
        return sink->note(sink->self, &fact->note);
    case LABEL:
        return sink->label(sink->self, fact->label.label, fact->label.text);
    case STATUS:
        return sink->status(
            sink->self, fact->status.status, fact->status.started_s, fact->status.ended_s);
    }
    return false;
}

bool held_release(struct held *held, struct sink *sink)
{
    held->arena.max_bytes = 0; /* what is held may go, whatever little that takes */
    int *handles = ARENA_ARRAY(&held->arena, int, (size_t)held->metrics + 1), *handle = handles;
    for (const struct held_fact *fact = held->first; handles && fact; fact = fact->next)
        if (!release(fact, sink, &handle, handles))
            break;
    return handles != NULL;
}
