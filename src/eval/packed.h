/*
 * A matched set and its summary as one piece of bytes, to be kept and taken up again.
 * Knows: the columns of a set. Must not know: where the bytes are kept.
 *
 * The bytes are this machine's (byte order, size of numbers), and begin with a digest of what
 * follows and a version: whatever was damaged, cut, made by another version or elsewhere is refused,
 * and so is what no matching can have left. Pure; any thread.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "eval/coco.h"

enum { EVAL_PACKED_ALIGN = 16 };

/* How many bytes eval_pack() makes of SET, which is not one of eval_rematch(). */
size_t eval_packed_bytes(const struct eval_set *set);
/* Appends SET and its SUMMARY to OUT. False when memory is out or OUT is too small. */
bool eval_pack(const struct eval_set *set, const struct eval_summary *summary, struct buf *out,
    struct err *err);
/*
 * The set and the summary in BYTES[0..LENGTH), which begin at a multiple of EVAL_PACKED_ALIGN and
 * must outlive them, for most columns stay there. The rest is made in ARENA. The set has one thread.
 * ERR_FORMAT for bytes that are refused, ERR_MEMORY.
 */
bool eval_unpack(void *bytes, size_t length, struct arena *arena, struct eval_set **set,
    struct eval_summary *summary, struct err *err);
/* Makes the digest in BYTES right, for tests that want to pass it; nothing below a head's length. */
void eval_packed_seal(void *bytes, size_t length);
