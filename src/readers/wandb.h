/*
 * What the files of the W&B reader share: the log being read, and its parts.
 * Knows: records and items, and the JSON in them. Must not know: framing, other formats.
 *
 * Records and field numbers are those of W&B's wandb_internal.proto.
 */
#pragma once

#include "readers/params.h"
#include "readers/reader.h"
#include "readers/series.h"
#include "readers/wandb_log.h"

enum { WANDB_NAME_BYTES = SERIES_NAME_BYTES };

/* Bits of series.kind in `history`. */
enum { WANDB_IN_HISTORY = 1, WANDB_IN_SUMMARY = 2 };

struct wandb_file {
    struct sink *sink;
    const struct reader_source *source;
    struct series_set history; /* and what only the summary has */
    struct series_set system;  /* of the machine; series.kind counts its samples */
    double *summary;           /* by series of `history`, where it is in the summary */
    size_t summary_capacity;
    struct params params;
    struct buf name;

    int64_t step;  /* of the last row */
    double wall_s; /* the latest of rows and samples, NaN before */
    double started_s, ended_s;
    bool is_known; /* a run or an exit was seen */
    bool ended;
    enum run_status status;
    bool truth_told;   /* that the log has ground truth was emitted */
    bool summary_lost; /* names were too many for the bookmark: the summary is not told */

    int64_t malformed; /* records that are not what their format says */
};

/* The facts of one whole record. */
void wandb_take_record(struct wandb_file *file, struct wire record);

/* The mark's state. */
void wandb_save_state(struct wandb_file *file, const struct wandb_log *log, struct buf *state);
void wandb_load_state(struct wandb_file *file, struct wandb_log *log, const struct buf *state);

/* ---- items: a name and its value as JSON text ---- */

struct wandb_item {
    const char *json;
    size_t length;
};

/* HistoryItem, SummaryItem, ConfigItem or StatsItem: the name, its parts joined by ".", into NAME
 * (emptied; failed when it is too long), and the value. False when the message is malformed or one
 * of them is missing. */
bool wandb_item_parse(struct wire message, struct buf *name, struct wandb_item *item);
/* The row of HistoryRecord or the like is about the run itself: "_step", "_wandb" and so on. */
bool wandb_is_internal(const char *name, size_t length);

typedef void wandb_number(void *self, const char *name, size_t length, double value);

/* Hands the numbers of ITEM, called NAME, to TAKE: itself, or those of nested objects under dotted
 * names. "NaN" and the infinities are numbers as texts too; other texts, lists, truth values and
 * media (objects with "_type") are none. NAME is as it was afterwards. Returns how many had names
 * too long. */
int64_t wandb_numbers(
    const struct wandb_item *item, struct buf *name, wandb_number *take, void *self);

/* The value of one item that is a number. */
bool wandb_item_number(const struct wandb_item *item, double *value);

/* ---- files beside the log, for runs whose log is missing or empty ---- */

bool wandb_read_config(const struct reader_source *source, struct sink *sink, struct err *err);
bool wandb_read_summary(const struct reader_source *source, struct sink *sink, struct err *err);
bool wandb_read_metadata(const struct reader_source *source, struct sink *sink, struct err *err);
