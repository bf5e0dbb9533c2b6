/*
 * The ways in which a table is copied, as a person chooses among them by one more key.
 * Knows: formats. Must not know: what is copied, how text reaches a clipboard.
 */
#pragma once

#include "screen/key.h"
#include "work/print_table.h"

#include <stdint.h>

/* What is said while one is chosen. */
extern const char COPY_FORMS[];
/* The form that EVENT's key stands for, of the whole table or of a row. False for none. */
bool copy_form(const struct event *event, enum print_format *format, bool *whole);
