/*
 * Fuzzy matching: letters in order, wherever they stand.
 * Knows: ASCII letters without case, other bytes as they are. Must not know: what is matched.
 */
#pragma once

/* How well TEXT matches PATTERN: -1 when a letter is missing, else higher for letters that follow
 * one another, that begin words, that stand early, and for short texts. Blanks in the pattern match
 * anywhere. An empty pattern matches all alike (0). */
int fuzzy_score(const char *pattern, const char *text);
