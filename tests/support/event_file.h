/*
 * Writes TensorBoard event files for tests, message by message.
 * Knows: the wire format and the record framing, written anew here so that reader and writer do not
 * share a mistake. Must not know: the reader.
 */
#pragma once

#include "base/buf.h"

/* Fields, appended to MESSAGE. */
void pb_varint(struct buf *message, int field, uint64_t value);
void pb_double(struct buf *message, int field, double value);
void pb_float(struct buf *message, int field, float value);
void pb_bytes(struct buf *message, int field, const void *bytes, size_t length);
void pb_string(struct buf *message, int field, const char *text);
/* Appends INNER as FIELD and empties it. */
void pb_message(struct buf *message, int field, struct buf *inner);

struct buf event_buf(void); /* an empty one, large enough */

/* One record around DATA. */
void event_record(struct buf *file, const void *data, size_t length);
/* Event{wall_time, step, FIELD: INNER}; INNER is emptied. */
void event_add(struct buf *file, double wall_s, int64_t step, int field, struct buf *inner);
/* Event with a summary of the one value VALUE, which is emptied. */
void event_value(struct buf *file, double wall_s, int64_t step, struct buf *value);
void event_version(struct buf *file, double wall_s);
/* A simple_value, as PyTorch writes it. */
void event_scalar(struct buf *file, double wall_s, int64_t step, const char *tag, float value);
/* A float tensor of rank 0, as TensorFlow 2 writes it; PLUGIN (may be NULL) is its metadata's. */
void event_tensor(struct buf *file, double wall_s, int64_t step, const char *tag,
    const char *plugin, float value);
/* A picture of BYTES zeros: in the old field of PyTorch, or (PLUGIN) as TensorFlow 2's tensor of
 * texts, whose first value of a tag says METADATA. */
void event_picture(struct buf *file, int64_t step, const char *tag, size_t bytes);
void event_picture_tensor(
    struct buf *file, int64_t step, const char *tag, size_t bytes, bool metadata);
/* TEXT for the text plugin. */
void event_text(struct buf *file, double wall_s, const char *tag, const char *text);
/* A value that carries CONTENT for the hparams plugin; CONTENT is emptied. */
void event_hparams(struct buf *file, double wall_s, const char *tag, struct buf *content);
