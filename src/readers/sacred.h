/*
 * The documents of a Sacred run: run.json, metrics.json, and info.json where old versions have no
 * other. Knows: their keys. Must not know: which of them a run has.
 *
 * All are rewritten with every heartbeat and read whole each time. The functions are as the read
 * function of struct reader.
 */
#pragma once

#include "readers/reader.h"

/* The head of the file NAME is that of a run.json. */
bool sacred_is_run(const struct reader_place *place, const char *name);
bool sacred_read_run(const struct reader_source *source, struct sink *sink, struct err *err);
bool sacred_read_metrics(const struct reader_source *source, struct sink *sink, struct err *err);
/* The numbers of info.json as metrics: a list's by their place in it, others at step 0. */
bool sacred_read_info(const struct reader_source *source, struct sink *sink, struct err *err);

/* The note that FILE ends too early, or is damaged, at byte OFFSET. False when the sink stopped. */
bool sacred_note_cut(struct sink *sink, const char *file, int64_t offset);
