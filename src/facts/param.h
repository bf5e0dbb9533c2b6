/*
 * One parameter: a dotted name and a value.
 * Knows: kinds of values and how two are equal. Must not know: where it came from.
 */
#pragma once

#include <stdbool.h>

enum param_kind { PARAM_NULL, PARAM_BOOL, PARAM_NUMBER, PARAM_TEXT };

struct param {
    const char *name; /* nested names joined by "."; raw bytes of the file */
    enum param_kind kind;
    const char *text; /* as written in the file (lists as JSON text); never NULL */
    double number;    /* PARAM_NUMBER; 0 or 1 for PARAM_BOOL */
};

/* A parameter from unquoted text as YAML and JSON write it: null, ~, true, false, a number, else text.
 * NAME and TEXT are kept, not copied. */
struct param param_from_text(const char *name, const char *text);
/* Equal by value: 1e-4 equals 0.0001, 1 equals 1.0; kinds other than number compare by
 * text, lists and maps without regard to the blanks between their items. */
bool param_equal(const struct param *a, const struct param *b);
