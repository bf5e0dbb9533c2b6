/*
 * The gist of a source: its parameters and the summaries of its metrics in one piece of bytes each,
 * so that a table of all runs is read a row per file and not a row per number.
 * Knows: how the two pieces are spelt. Must not know: SQLite, which of several sources is believed.
 *
 * The tables param and metric hold the same; the gist is written with them, in one transaction.
 */
#pragma once

#include "base/buf.h"
#include "facts/metric.h"
#include "facts/param.h"
#include "store/store.h"

struct gist_metric {
    int64_t name; /* name.id */
    struct metric_summary summary;
    struct store_course course;
};

struct gist_param {
    int64_t name;
    struct param param; /* without its name; the text lies in the bytes that were read */
};

/* The bytes that are left. */
struct gist {
    const unsigned char *at, *end;
};

/* BEFORE is the one that was added before (NULL for none): a file's mostly have as many points at
 * the same steps and times. A failure is left in OUT. */
void gist_add_metric(
    struct buf *out, const struct gist_metric *metric, const struct gist_metric *before);
void gist_add_param(struct buf *out, const struct gist_param *param);

enum gist_step { GIST_DAMAGED = -1, GIST_END, GIST_ITEM };
/* The next one of what was added, in that order; METRIC is the same at each call. Safe for any
 * bytes. */
enum gist_step gist_next_metric(struct gist *gist, struct gist_metric *metric);
enum gist_step gist_next_param(struct gist *gist, struct gist_param *param);
