/*
 * A sink that keeps all it is given, for tests of readers.
 * Knows: the facts. Must not know: formats. Aborts when memory is out.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "facts/sink.h"

struct record_metric {
    const char *name;
    size_t length;
    struct point *points;
    size_t count, capacity;
};

struct record {
    struct arena arena;
    struct record_metric *metrics;
    size_t metric_count, metric_capacity;
    struct param *params;
    size_t param_count, param_capacity;
    struct artifact *artifacts;
    size_t artifact_count, artifact_capacity;
    struct note *notes;
    size_t note_count, note_capacity;
    enum run_status status; /* the last one said */
    double started_s, ended_s;
    size_t status_count;
    const char *title, *id; /* the labels; NULL while not said */
    int64_t calls_left; /* the sink refuses from then on; INT64_MAX at first */
};

void record_init(struct record *record);
void record_done(struct record *record);
struct sink record_sink(struct record *record);

const struct record_metric *record_metric(
    const struct record *record, const char *name); /* or NULL */
/* The text of the last parameter called NAME, NULL for none. */
const char *record_param(const struct record *record, const char *name);
size_t record_points(const struct record *record); /* of all metrics */

/* Everything, a line a fact, appended to OUT: parameters, metrics with their points as STEP=VALUE
 * (and
 * @WALL where there is one), artifacts, notes, the last status. */
void record_print(const struct record *record, struct buf *out);
/* The same as a text, cut at 64 KiB, in one of four static buffers that are used in turn. */
const char *record_text(const struct record *record);
/* Every metric of PART has the same first points in WHOLE (bit for bit), in the same order. */
bool record_is_prefix(const struct record *part, const struct record *whole);
