/*
 * A tape: what a reader emits, recorded on one thread while another plays it into a sink.
 * Knows: facts as bytes, in order; how much may wait. Must not know: readers, files, the index.
 *
 * One thread records, one plays. The recorder waits while TAPE_MOST_BLOCKS are unplayed; every call
 * of the tape's sink fails once tape_stop() was called.
 */
#pragma once

#include "base/err.h"
#include "facts/sink.h"

enum { TAPE_BLOCK_BYTES = 256 << 10, TAPE_MOST_BLOCKS = 16 };

struct tape;

struct tape *tape_new(struct err *err);
/* No thread may be recording any more. Accepts NULL. */
void tape_free(struct tape *tape);

/* ---- the recording thread ---- */

struct sink tape_sink(struct tape *tape);
/* Nothing more will come. */
void tape_end(struct tape *tape);

/* ---- the playing thread ---- */

enum tape_played {
    TAPE_MORE,    /* some was played */
    TAPE_WAITING, /* nothing came for PATIENCE_MS */
    TAPE_OVER,    /* all was played */
    TAPE_REFUSED, /* SINK took no more: the rest is to be dropped */
};

/* Plays a piece into SINK, which must be the same each time; NULL drops it, and all that follows
 * must then be dropped too. */
enum tape_played tape_play(struct tape *tape, const struct sink *sink, int patience_ms);
/* The recorder ran out of memory: something is missing. */
bool tape_failed(struct tape *tape);
/* Makes the recorder give up. Any thread. */
void tape_stop(struct tape *tape);
