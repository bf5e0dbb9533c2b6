/*
 * What a reader keeps in its bookmark, taken apart again: varints and raw bytes.
 * Knows: bytes. Must not know: what they mean, or to which reader.
 *
 * The state is bytes of the index, which is only a cache: what does not parse reads as zeros, and
 * the rest of it as empty.
 */
#pragma once

#include "base/buf.h"
#include "readers/wire.h"

static inline void state_add_double(struct buf *state, double value)
{
    buf_add(state, &value, sizeof value);
}

static inline uint64_t state_take_varint(struct wire *state)
{
    uint64_t value;
    if (wire_varint(state, &value))
        return value;
    state->at = state->end;
    return 0;
}

/* OUT stays as it is when there are fewer than LENGTH bytes. */
static inline void state_take_bytes(struct wire *state, void *out, size_t length)
{
    if (wire_left(*state) < length) {
        state->at = state->end;
        return;
    }
    memcpy(out, state->at, length);
    state->at += length;
}

static inline void state_take_double(struct wire *state, double *value)
{
    state_take_bytes(state, value, sizeof *value);
}
