/*
 * The darkroom: decodes picture files in processes apart, a few at a time.
 * Knows: the children that decode, which of them is free. Must not know: what a picture is for.
 */
#pragma once

#include "base/err.h"

struct darkroom;
struct picture_ask;
struct picture_plan;

/* Forks (picture/decode_child.h): to be called before the program has threads. NULL with ERR. */
struct darkroom *darkroom_new(struct err *err);
void darkroom_free(struct darkroom *room); /* nobody decodes any more; accepts NULL */

/* The file at PATH as ASK says (picture/decode.h), NULL with ERR, which names the file; PLAN may be
 * NULL. A child is kept warm for the next one. ROOM NULL: in this process, unguarded, for tests and
 * for those who link the library. Any thread; waits where more decode at once than there are
 * children. */
struct pixels *darkroom_decode(struct darkroom *room, const char *path,
    const struct picture_ask *ask, struct picture_plan *plan, struct err *err);

/* How decoding is guarded here, one line for a person. */
const char *darkroom_guards(struct darkroom *room);
