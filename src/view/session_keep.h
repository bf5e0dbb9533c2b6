/*
 * Keeps what a person has chosen among runs, selection and baseline, as JSON in their settings.
 * Knows: runs by their directory, one member of the settings. Must not know: files, screens.
 *
 * Runs come while they are being read, so what was chosen is found again bit by bit; what has not
 * come yet is kept as it is.
 */
#pragma once

#include "view/session.h"

/* What is yet to come, and what was kept last. Zeroed at first. */
struct session_keep {
    struct arena arena;
    const char **waiting; /* directories of selected runs that have not come; NULL: has come */
    size_t waiting_count;
    const char *waiting_baseline;
    const struct runs *met; /* only compared */
    char *kept;
};

/* Takes it from SETTINGS (a whole settings file, may be NULL). */
void session_keep_read(struct session_keep *keep, const char *settings);
void session_keep_done(struct session_keep *keep);
/* Selects those of RUNS (may be NULL) that were waited for. True when any came. */
bool session_keep_meet(
    struct session_keep *keep, struct session *session, const struct runs *runs);
/* Orders it to be kept when it is not as it was. Beyond some hundred selected runs only when LAST:
 * it is to be cheap at every key. */
void session_keep_order(
    struct session_keep *keep, struct session *session, const struct runs *runs, bool last);
