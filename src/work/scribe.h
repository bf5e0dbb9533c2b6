/*
 * The scribe: the thread that writes the person's own things, one after the other.
 * Knows: errands, where their files lie. Must not know: screens.
 *
 * It answers through the queue: MESSAGE_REMARKED when the runs are to be loaded again,
 * MESSAGE_COPIED, MESSAGE_TROUBLE for what could not be written.
 */
#pragma once

#include "work/errand.h"
#include "work/message.h"
#include "work/service_settings.h"

struct scribe;

/* SETTINGS and ANSWERS outlive it. The thread begins with the first errand. */
struct scribe *scribe_new(
    const struct service_settings *settings, struct queue *answers, struct err *err);
/* Writes what waits, then ends; accepts NULL. */
void scribe_free(struct scribe *scribe);

/* Ownership of ERRAND moves. Settings and files that wait are overtaken by newer ones of the same
 * name.
 * Returns at once. */
void scribe_order(struct scribe *scribe, struct errand *errand);
