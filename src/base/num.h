/*
 * Numbers as text, always in the C locale and correctly rounded, whatever setlocale() said.
 * Knows: decimal text and IEEE doubles. Must not know: files or formats.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads one number from [text, text+length): decimal, optional sign and exponent; also nan, inf,
 * infinity in any letter case with a sign. Surrounding blanks are skipped. False unless the whole
 * range is one number. Correctly rounded: <= 2^53 of digits and |exponent| <= 22 by one exact
 * operation, up to 19 digits and 27 decimal places by one division of 128 bits by 64, everything
 * else by strtod_l in the C locale. 1e400 gives infinity.
 */
bool num_parse(const char *text, size_t length, double *value);
/* Reads the longest number at TEXT (JSON's grammar, no nan); returns the bytes used, 0 for none. */
size_t num_scan(const char *text, const char *end, double *value);
/* The whole range as a decimal integer in int64 range. */
bool num_parse_int(const char *text, size_t length, int64_t *value);

/* Shortest text that reads back the same (up to 17 digits); "NaN", "Infinity", "-Infinity". */
void num_print(double value, char *out, size_t out_bytes);
/* For tables: at most DIGITS significant digits, plain or e-notation, whichever is shorter. */
void num_print_short(double value, int digits, char *out, size_t out_bytes);
