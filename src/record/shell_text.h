/*
 * The text behind `sh -c` as words, where it is one simple command.
 * Knows: quotes, backslashes and redirections as the shell has them. Must not know: what the words
 * mean. Expands nothing: "$LR" and "*.jpg" stay as they are written.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

/*
 * Words in ARENA, NULL-terminated, redirections left out; assignments in front ("A=1 python x.py")
 * have "env" before them. NULL: TEXT is more than a simple command (a list, a pipe, a loop, a
 * comment, `$(...)`), is torn within quotes, or says nothing; or memory is out.
 */
char **shell_text_words(const char *text, struct arena *arena);
/* "NAME=value", as the shell and env take it. */
bool shell_is_assignment(const char *word);
