/*
 * Keep: what outlives a session, gathered from where it is and ordered to be written.
 * Knows: the session, the palette, the dashboards' file. Must not know: threads, when it is time.
 */
#pragma once

#include "view/finder.h"
#include "view/look_keep.h"
#include "work/boards_file.h"

/* As it was ordered last. Zeroed at first. */
struct keep {
    char *session;
    struct look_kept looks;
};

/* Takes what SETTINGS (a whole settings file, may be NULL) and SESSION's dashboards hold. */
void keep_read(struct session *session, struct finder *finder, const char *settings);
/* Orders what is not as it was; the first time it only looks how it is. */
void keep_save(struct keep *keep, struct session *session, struct finder *finder,
    const struct boards_paths *paths);
void keep_done(struct keep *keep);
