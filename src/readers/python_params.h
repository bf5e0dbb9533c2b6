/*
 * Python to parameters, as far as it is written in literals; nothing is ever run.
 * Knows: assignments, numbers, strings, dict(...), {...}, [...] and (...). Must not know: names,
 * imports, or which file it is.
 *
 * Maps become dotted names, lists and tuples JSON text. A value that is no literal ("2 * lr")
 * becomes its own text; a statement that is no assignment at the left margin is passed over.
 */
#pragma once

#include "base/err.h"
#include "readers/params.h"

enum { PYTHON_PARAMS_MAX_BYTES = 1 << 20 };

/* Puts what the statements of TEXT assign: "lr = 0.1" and "model = dict(depth=50)". */
void python_params_put(const char *text, size_t length, struct params *params);
/* The same for what a call's brackets hold: "lr=0.1, model='detr'". */
void python_params_put_arguments(const char *text, size_t length, struct params *params);
/* The length of the call that TEXT begins with ("Namespace(lr=0.1)"), to its closing bracket; 0
 * when it begins with none or that is missing. */
size_t python_call_length(const char *text, size_t length);
/* The file PATH, with limits as notes on NAME in SINK. False, with ERR, when it cannot be read. */
bool python_params_read(
    const char *path, const char *name, struct params *params, struct sink *sink, struct err *err);
