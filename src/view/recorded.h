/*
 * What screens share of a recorded run: which of its files they want, and what these say.
 * Knows: status.json and console.log by name. Must not know: how they are read.
 */
#pragma once

#include "view/session.h"
#include "work/recording.h"

/* Wants RUN's status.json, and its output too, followed while they may change. */
void recorded_want(const struct run_row *run, bool output, struct text_want *out);
/* What the answer to WANT says; false while there is none, and for a run that nobody recorded. */
bool recorded_find(const struct world *world, const struct text_want *want, struct recording *out);
