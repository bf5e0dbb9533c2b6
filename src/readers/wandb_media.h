/*
 * Pictures with boxes that a W&B run logged: what a row says of them, and how they are named.
 * Knows: the JSON of "images/separated" and "image-file", paths. Must not know: box files' insides.
 *
 * The boxes that a run logged at step N are named by the path of its log, "#" and the step:
 * "run-ab12.wandb#40"; the log alone names those of its last row with boxes. The files that the log
 * speaks of lie in "files" beside it. Of the groups of boxes that a picture carries, one called
 * "ground_truth" (or "gt", "labels", "target") is the truth; "predictions", else the first other
 * one, is what was predicted.
 */
#pragma once

#include "base/arena.h"
#include "readers/wandb.h"

struct wandb_picture {
    const char *file_name;           /* below "files"; NULL when the row does not say */
    const char *predictions, *truth; /* box files, below "files"; NULL for none */
    int32_t width_px, height_px;     /* 0 unknown */
};

struct wandb_media {
    struct wandb_picture *pictures; /* malloc'd */
    size_t count, capacity;
};

/* The pictures with boxes of the value ITEM, texts into ARENA. False when it has none; else
 * wandb_media_done() is due. */
bool wandb_media_read(
    const struct wandb_item *item, struct arena *arena, struct wandb_media *media);
void wandb_media_done(struct wandb_media *media);
/* Sets *PREDICTIONS and *TRUTH when ITEM has such boxes; else leaves them. */
void wandb_media_has_boxes(const struct wandb_item *item, bool *predictions, bool *truth);

/* Writes "LOG#STEP" into OUT; false when it does not fit. */
bool wandb_boxes_path(const char *log, int64_t step, char *out, size_t out_bytes);
/* The length of the log's path in PATH, and *STEP (-1: the last); 0 when PATH names no such log. */
size_t wandb_boxes_log(const char *path, int64_t *step);

/* The moment of the HistoryRecord ROW: *STEP, which is that of the row before, becomes its own (the
 * next one when it has none); *WALL_S, when it has a time. NAME is room for names. */
void wandb_row_moment(struct wire row, struct buf *name, int64_t *step, double *wall_s);
