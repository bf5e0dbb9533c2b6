/*
 * A desk: one thread that answers orders, the newest first, and forgets those that were overtaken.
 * Knows: slots and jobs. Must not know: what a job does.
 *
 * An order goes into a slot; a newer order in the same slot replaces one still waiting and marks
 * one already running as stale. So a person who holds a key down is answered for where they are,
 * not for where they were.
 */
#pragma once

#include "base/err.h"

#include <stdatomic.h>

struct desk;

struct desk_job {
    /* Runs on the desk's thread; may look at *STALE now and then and give up. Owns SELF. */
    void (*run)(void *self, const atomic_bool *stale);
    /* Instead of run() for a job that was overtaken while it waited. Any thread. */
    void (*drop)(void *self);
    void *self;
};

enum { DESK_SLOTS = 24 };

struct desk *desk_new(struct err *err);
/* Marks the running job stale, waits for it, drops the waiting ones. */
void desk_free(struct desk *desk);
/* Puts JOB (ownership moves) into SLOT. Any thread. */
void desk_put(struct desk *desk, int slot, struct desk_job job);
/* Drops what waits in SLOT and marks it stale when it runs. Any thread. */
void desk_cancel(struct desk *desk, int slot);
