/*
 * What the screens of pixels have in common: a stream of whole escape sequences, a cursor that is
 * saved and given back, the first thing that is wrong.
 * Knows: ESC 7, ESC 8, where CSI and one kind of string begin. Must not know: any protocol.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { ESCAPES_WRONG_BYTES = 200 };

struct cursor {
    int row, col, saved_row, saved_col; /* from 0 */
};

/* Both functions get the SELF of escapes_feed() and are false, with a word to escapes_wrong(), on what
 * a terminal would take badly. */
struct escapes {
    bool (*csi)(void *self, const char **at, const char *end); /* behind ESC [; moves AT behind it */
    char introducer; /* of the strings, behind ESC */
    const char *terminator;
    bool (*string)(void *self, const char *at, const char *end); /* between the two */
};

/* Applies whole sequences and nothing else; false (and WRONG) at the first that is none. */
bool escapes_feed(const struct escapes *escapes, void *self, struct cursor *cursor,
    char wrong[ESCAPES_WRONG_BYTES], const char *bytes, size_t length);
/* Says what is wrong unless something was before; always false. */
bool escapes_wrong(char wrong[ESCAPES_WRONG_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));
