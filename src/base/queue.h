/*
 * A queue of messages into one thread, wakeable through poll().
 * Knows: pointers in order. Must not know: what they point to.
 *
 * queue_post() is the one function of boxtop that any thread may call at any time.
 */
#pragma once

#include "base/err.h"

struct queue;

struct queue *queue_new(struct err *err);
/* Hands what is left to DROP (may be NULL) and frees the queue. No thread may be posting any more. */
void queue_free(struct queue *queue, void (*drop)(void *item));
/* Appends ITEM (ownership moves); false when out of memory (ownership stays). Any thread. */
bool queue_post(struct queue *queue, void *item);
/* The oldest item, or NULL when there is none. The owning thread. */
void *queue_take(struct queue *queue);
/* Readable exactly while items wait. */
int queue_fd(const struct queue *queue);
