/*
 * Text from files made safe and measurable: UTF-8, display width, harmless spelling.
 * Knows: Unicode (through utf8proc). Must not know: the locale or the terminal.
 *
 * Every name that came from a file passes text_harmless() (or is drawn into a grid, which calls it)
 * before it is shown anywhere, on the screen or by a command.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one code point from [at, end), at < end. Returns its bytes; invalid bytes give one byte and
 * *CODE = -1. */
size_t text_decode(const char *at, const char *end, int32_t *code);
/* Writes CODE as UTF-8 (at most 4 bytes, no NUL); returns the bytes. */
size_t text_encode(int32_t code, char out[4]);

/* The bytes of the UTF-8 byte order mark that TEXT begins with; 0 when it begins with none. */
size_t text_mark_bytes(const char *text, size_t length);

/* Columns that CODE takes: 0 (combining), 1 or 2. */
int text_code_cols(int32_t code);
/* True for what must never reach a terminal as it is: C0, DEL, C1, bidi controls, line and paragraph
 * separators, default-ignorable and unassigned format characters, surrogates, non-characters. */
bool text_code_is_harmful(int32_t code);

/*
 * Copies TEXT with every harmful code point spelt out (\x1b, \n as \x0a, \u{202e}, invalid bytes as
 * \xNN) and at most 2 combining marks kept per base. Cut at the buffer on a code point boundary,
 * always terminated. Returns the length written.
 */
size_t text_harmless(char *out, size_t out_bytes, const char *text, size_t length);
/* The same, cut to COLS columns with an ellipsis (U+2026) when it does not fit. */
size_t text_fit(char *out, size_t out_bytes, const char *text, size_t length, int cols);
/* Columns of a harmless, NUL-terminated UTF-8 text. */
int text_cols(const char *text);

/* Natural order: digit runs compare by value ("exp2" before "exp10"), letters without case first. */
int text_compare_natural(const char *a, const char *b);
/* How many bytes must be put in, taken out or changed to make B of A (Levenshtein), of their first 255;
 * letter case of ASCII ignored. */
int text_distance(const char *a, const char *b);
/* Equal, byte by byte; NULL equals NULL only. */
bool text_same(const char *a, const char *b);
/* Case-insensitive (ASCII) substring test; an empty needle matches. */
bool text_contains(const char *haystack, const char *needle);
/* Shell pattern over a whole path: * within a component, ** across, ? one character. */
bool text_glob(const char *pattern, const char *path);
