/*
 * Keeps how curves, the trade-off and images are looked at, as JSON in the person's settings: pins, x,
 * smoothing, the rest; axes and the constraint; views, order, boxes, tones.
 * Knows: the looks of the session, three members of the settings. Must not know: files, screens.
 */
#pragma once

#include "view/session.h"

/* Takes it from SETTINGS (a whole settings file, may be NULL); what is wrong there is passed over. */
void look_keep_read(struct session *session, const char *settings);
/* As they were ordered last. Zeroed at first. */
struct look_kept {
    char *curves, *tradeoff, *images;
};
/* Orders them to be kept when they are not what KEPT says; see session_keep_text(). */
void look_keep_order(struct look_kept *kept, struct session *session);
void look_keep_done(struct look_kept *kept);
