/*
 * Facts held back: a sink that keeps what it is given until it is let go into another, or dropped.
 * Knows: the shapes of facts. Must not know: formats.
 *
 * For files that somebody may change under their reader, who then begins anew.
 */
#pragma once

#include "base/arena.h"
#include "facts/sink.h"

struct held_fact;

struct held {
    struct arena arena;
    struct held_fact *first, **last;
    int metrics;
    bool full; /* the maximum is reached: the reader was told to stop */
};

/* HELD must stay where it is until held_done(). */
void held_init(struct held *held, size_t max_bytes);
void held_done(struct held *held);
struct sink held_sink(struct held *held);
/* Hands all to SINK, in their order, until it takes no more. False only when memory is out. */
bool held_release(struct held *held, struct sink *sink);
