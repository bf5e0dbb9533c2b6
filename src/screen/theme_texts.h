/*
 * The builtin themes' files, compiled in (theme_texts.c.in and themes/themes.def).
 * Knows: names and texts. Must not know: their grammar.
 */
#pragma once

#include <stddef.h>

struct theme_text {
    const char *name, *text;
};

extern const struct theme_text theme_texts[];
extern const size_t theme_text_count;
