/*
 * A pool of worker threads that run pure jobs in the order they were given.
 * Knows: functions and their arguments. Must not know: what they compute.
 */
#pragma once

#include "base/err.h"

struct pool;

/* Runs on a worker; SELF is the job's own. It reports by queue_post() or not at all. */
typedef void pool_job(void *self);

struct pool *pool_new(int threads, struct err *err);
/* Waits for the running jobs; waiting ones are handed to DROP (may be NULL) instead of being run. */
void pool_free(struct pool *pool, void (*drop)(void *self));
/* Any thread. False when out of memory. */
bool pool_run(struct pool *pool, pool_job *job, void *self);
