/*
 * The librarian: the thread that owns a read connection and answers with runs tables, curves and lists of files.
 * Knows: the index as readers see it. Must not know: who writes it, what is shown.
 */
#pragma once

#include "work/message.h"
#include "work/service_settings.h"

struct librarian;

/* Answers go to ANSWERS. Both arguments outlive the librarian. NULL with ERR. */
struct librarian *librarian_new(
    const struct service_settings *settings, struct queue *answers, struct err *err);
void librarian_free(struct librarian *librarian); /* waits for the thread; accepts NULL */

/* Orders; each overtakes one of its kind that still waits. Any thread; false when out of memory.
 * BEFORE (may be NULL) is the snapshot that the caller has; it is shared, not taken. TAILS are the
 * means that the runs are to have (see runs_list_tails()). IF_WRITTEN: only if there has been a
 * commit since the last were loaded, else the answer has none. */
bool librarian_order_runs(
    struct librarian *librarian, struct runs *before, const char *tails, bool if_written);
bool librarian_order_curves(
    struct librarian *librarian, const struct curve_want *wants, size_t count);
/* The files of RUN, a row of RUNS, which is shared, not taken. */
bool librarian_order_files(struct librarian *librarian, int64_t run, struct runs *runs);
/* Copies WANTS into TO, names into ARENA. */
void librarian_copy_wants(
    struct arena *arena, const struct curve_want *wants, size_t count, struct curve_want *to);
