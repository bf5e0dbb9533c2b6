/*
 * The keeper: one thread that writes the person's small files, so that no key waits for a disk.
 * Knows: whole texts and paths. Must not know: what is in them.
 *
 * A newer text for a path replaces one that still waits. What was handed over is written before
 * keeper_free() returns.
 */
#pragma once

#include "base/queue.h"

struct keeper;

/* Trouble is told through ANSWERS (message.h). NULL with ERR. */
struct keeper *keeper_new(struct queue *answers, struct err *err);
/* Writes what waits, then ends. Accepts NULL. */
void keeper_free(struct keeper *keeper);
/* Writes TEXT (copied) to PATH (copied), atomically, its folder made where it is not there. */
void keeper_put(struct keeper *keeper, const char *path, const char *text, size_t length);
