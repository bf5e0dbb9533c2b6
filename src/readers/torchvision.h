/*
 * What the files of the torchvision reader share: lines and what they say.
 * Knows: progress, averages and COCO's summary as MetricLogger and pycocotools print them. Must not
 * know: where the lines come from.
 */
#pragma once

#include "readers/reader.h"
#include "readers/series.h"

/* "Epoch: [0]  [ 20/1000]  lr: 0.005  loss: 1.2 (1.5)", its meters still to be taken. */
struct torchvision_progress {
    int64_t epoch, batch, batches; /* both from 0 */
    const char *at, *end;
};

/* "loss: 1.2 (1.5)" */
struct torchvision_meter {
    const char *name; /* LENGTH bytes */
    size_t length;
    double value;   /* smoothed: the median of the last 20 batches */
    double average; /* of the epoch so far */
    bool averaged;  /* there is one */
    bool torn;      /* it is something else: other output got between */
};

struct torchvision_log {
    struct sink *sink;
    const char *name; /* for notes */
    struct series_set series;
    int64_t lines, step; /* of the last progress of training */
    double wall_s;       /* of the line, for who knows it; NaN at first */
    int64_t kind;        /* of evaluation: boxes, masks, key points */
    bool testing;        /* the last progress was an evaluation's */
    int64_t torn, torn_line;
};

/* The length of the line that TEXT begins with: up to "\n" or "\r", else all. */
size_t torchvision_line_length(const char *text, size_t length);
/* Where PART is in the line; NULL. */
const char *torchvision_find(const char *line, size_t length, const char *part);
/* The progress of training in a line, wherever it begins; false when it has none. */
bool torchvision_take_epoch(const char *line, size_t length, struct torchvision_progress *progress);
/* The next meter of the line (but "eta"); false at its end. */
bool torchvision_next_meter(struct torchvision_progress *progress, struct torchvision_meter *meter);

/* LOG's memory is the caller's; STATE is a mark's, and is where the last reading stopped. */
void torchvision_begin(
    struct torchvision_log *log, const char *name, struct sink *sink, const struct buf *state);
void torchvision_take_line(struct torchvision_log *log, const char *line, size_t length);
/* Hands over what waits, notes damage and fills STATE. False, with ERR, when memory ran out. */
bool torchvision_end(struct torchvision_log *log, struct buf *state, struct err *err);
