/*
 * A listing as a table of texts.
 * Knows: listings, tables. Must not know: options.
 */
#pragma once

#include "app/listing.h"
#include "app/print.h"

/* Appends the table of runs, or of groups (with MEMBERS: each followed by its members), and what is
 * to be said below it. */
bool listing_print(const struct listing *listing, enum print_format format, bool members,
    struct buf *out, struct err *err);
