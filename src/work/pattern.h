/*
 * Regular expressions (POSIX extended, letter case ignored) that a person types while runs wait.
 * Knows: which patterns stay cheap. Must not know: what is searched.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* What a pattern may cost, counted in characters with every repetition written out: compilers of
 * regular expressions write them out too, and "((a+)+)+" grows twofold with every "+". */
enum { PATTERN_MOST_COST = 2000, PATTERN_MOST_DEEP = 16, PATTERN_MOST_TEXT = 2047 };

struct pattern;

/* NULL with ERR: ERR_USAGE for what is no pattern, costs too much or refers back ("\1"). */
const struct pattern *pattern_new(struct arena *arena, const char *text, struct err *err);
/* Whether any part of TEXT (its first PATTERN_MOST_TEXT bytes) is of the pattern. */
bool pattern_fits(const struct pattern *pattern, const char *text);
