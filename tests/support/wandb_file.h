/*
 * Writes W&B logs for tests, record by record.
 * Knows: the framing, written anew here so that reader and writer do not share a mistake; messages
 * are made with the pb_ functions of event_file.h. Must not know: the reader.
 */
#pragma once

#include "event_file.h"

/* The seven bytes that a log begins with. */
void wandb_header(struct buf *log);
/* Frames DATA, over as many blocks as it takes. */
void wandb_record(struct buf *log, const void *data, size_t length);
/* Record{FIELD: INNER}; INNER is emptied. */
void wandb_add(struct buf *log, int field, struct buf *inner);

/* Item{nested_key..., value_json}, as FIELD of MESSAGE: KEY is split at "|", and in one piece is
 * the plain key that older versions write. */
void wandb_item(struct buf *message, int field, const char *key, const char *json);
/* A row of the history from KEY, JSON, KEY, JSON, ..., NULL, beside "_step" and "_timestamp". */
void wandb_row(struct buf *log, int step, double wall_s, ...) __attribute__((sentinel));
/* A sample of the machine, of the same shape. */
void wandb_stats(struct buf *log, int64_t seconds, ...) __attribute__((sentinel));
/* Config record: one update. */
void wandb_config(struct buf *log, const char *key, const char *json);
/* Summary record: one update. */
void wandb_summary(struct buf *log, const char *key, const char *json);
/* Run record. TITLE may be NULL. */
void wandb_run(struct buf *log, const char *id, const char *title, int64_t started_s);
void wandb_exit(struct buf *log, int code, int runtime_s);
