/*
 * A whole file of parameters, in the language that its name ends on.
 * Knows: endings, and what reads each language. Must not know: what a parameter means.
 */
#pragma once

#include "readers/params.h"
#include "readers/reader.h"

/* Gives the parameters of SOURCE (.json and .py as such, anything else as YAML) to TAKE, whose self
 * is SINK; with TAKE NULL straight to SINK. Damage and limits are notes on SINK. False, with ERR,
 * when it cannot be read. */
bool params_file_read(const struct reader_source *source,
    bool (*take)(void *self, const struct param *param), struct sink *sink, struct err *err);
