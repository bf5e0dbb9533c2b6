/*
 * Prints what a command has to say to standard output.
 * Knows: a buffer. Must not know: what is in it.
 */
#pragma once

#include "work/print_table.h"

/* Writes OUT to standard output; false when it was not made whole or cannot be written. */
bool print_flush(struct buf *out, struct err *err);
