/*
 * Errands: what screens want done goes to the threads that do it, and what comes back goes into the
 * terminal's clipboard.
 * Knows: the session's errands, the terminal. Must not know: screens, files.
 */
#pragma once

#include "app/loop.h"
#include "view/session.h"

/* Sends off all that SESSION has ordered. Main thread. */
void errands_run(struct session *session, struct service *service);

/* Puts what was copied (*COPIED, which is empty then) into the terminal's clipboard, if that is to
 * be had, and has SESSION say so. False when the terminal fails. Main thread. */
bool errands_take_copied(struct copied *copied, const struct loop_settings *settings,
    struct session *session, struct err *err);
