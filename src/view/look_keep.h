/*
 * Keeps how curves are looked at, as JSON in the person's settings: pins, x, smoothing, the rest.
 * Knows: the look of the session, one member of the settings. Must not know: files, screens.
 */
#pragma once

#include "view/session.h"

/* Takes it from SETTINGS (a whole settings file, may be NULL); what is wrong there is passed over. */
void look_keep_read(struct session *session, const char *settings);
/* Orders it to be kept when it is not what KEPT says; see session_keep_text(). */
void look_keep_order(char **kept, struct session *session);
