/*
 * The open source: facts on their way into the index, with the points that do not fill a chunk yet.
 * Knows: one source at a time, its metrics by name, chunks. Must not know: which source comes next,
 * how a change was noticed. (store_source_begin(), store_sink(), store_source_end() and
 * store_source_abandon(), which are here, stand in store.h.)
 */
#pragma once

#include "store/store.h"

/* Frees the open source without touching the file; the transaction must then be rolled back. */
void ingest_drop(struct store *store);
/* Deletes every fact of the source ID, but not its row. */
bool ingest_forget_facts(struct store *store, int64_t source, struct err *err);

enum { INGEST_TAIL_BYTES = 256 };

/* The checksum of up to INGEST_TAIL_BYTES bytes before OFFSET of SOURCE's file; false when there
 * are none or they cannot be read. */
bool ingest_tail(const struct store_source *source, int64_t offset, int64_t *tail);
