/*
 * Threads that live on: how they are started.
 * Knows: threads and signals. Must not know: what runs there.
 */
#pragma once

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>

/* Runs RUN(SELF) in a THREAD of its own, which signals never reach: they go to the threads that
 * were there before. To be joined. False with ERR (may be NULL) when none can be made. */
bool thread_start(pthread_t *thread, void *(*run)(void *self), void *self, struct err *err);
