/*
 * The indexer: the thread that owns the write connection and keeps the index up to date.
 * Knows: when to look again. Must not know: how indexing works, who looks at the index.
 */
#pragma once

#include "work/message.h"
#include "work/service_settings.h"

struct indexer;

/* Starts with the first indexer_refresh(), or soon without one; progress and troubles go to ANSWERS. Both arguments outlive the indexer. NULL
 * with ERR. */
struct indexer *indexer_new(
    const struct service_settings *settings, struct queue *answers, struct err *err);
/* Cancels a refresh that is running, waits for the thread, closes the index. Accepts NULL. */
void indexer_free(struct indexer *indexer);
/* Looks again now rather than later. Any thread. */
void indexer_refresh(struct indexer *indexer);
