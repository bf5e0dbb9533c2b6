/*
 * `boxtop diff --importance METRIC`: parameters ranked by how a metric goes with them.
 * Knows: the ranking. Must not know: how it is computed.
 */
#pragma once

#include "app/gather.h"
#include "app/print.h"

/* Appends the ranking of the gathered runs that match --filter. */
bool diff_importance(const struct settings *settings, struct gathered *gathered,
    enum print_format format, struct buf *out, struct err *err);
