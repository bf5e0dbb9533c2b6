/*
 * The clerk: the thread that compares runs and reads files for a person who looks at them.
 * Knows: intervals, rankings, texts. Must not know: the index, pictures, what is wanted next.
 */
#pragma once

#include "work/message.h"
#include "work/service_settings.h"

struct clerk;

enum clerk_kind { CLERK_DELTAS, CLERK_INFLUENCE, CLERK_TEXTS, CLERK_INTERVALS };

/* Answers go to ANSWERS. Both arguments outlive the clerk. NULL with ERR. */
struct clerk *clerk_new(
    const struct service_settings *settings, struct queue *answers, struct err *err);
void clerk_free(struct clerk *clerk); /* waits for the thread; accepts NULL */

/* Orders; each overtakes one of its kind. Any thread; false when out of memory. RUNS is shared, not
 * taken, and so are studies. Deltas and intervals are answered in part and again when done; texts that are followed whenever they have
 * grown, until they are cancelled. */
bool clerk_order_deltas(
    struct clerk *clerk, const struct deltas_want *want, struct runs *runs);
bool clerk_order_influence(
    struct clerk *clerk, const struct influence_want *want, struct runs *runs);
bool clerk_order_texts(struct clerk *clerk, const struct text_want *want);
bool clerk_order_intervals(struct clerk *clerk, const struct intervals_want *want);
/* Nobody wants the answer any more. */
void clerk_cancel(struct clerk *clerk, enum clerk_kind kind);
