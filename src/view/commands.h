/*
 * Typed commands: "theme light", "conf 0.4", "filter lr<1e-3", "sort AP".
 * Knows: those that are the session's; the others it hands to the view. Must not know: the finder.
 */
#pragma once

#include "view/view.h"

/* The words, for completion: "filter", "sort" ...; NULL behind the last. */
const char *command_word(size_t i);
/* What it does, for the list. */
const char *command_does(size_t i);
/* Obeys TEXT; what is wrong with it is said in SESSION's message. VIEW with STATE is on top. */
void command_obey(const struct view *view, void *state, struct session *session,
    const struct world *world, const char *text);
