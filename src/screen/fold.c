#include "screen/fold.h"

#include <stddef.h>

/* U+00A0 to U+00FF and U+0100 to U+017F, one character each. */
static const char LATIN1[] = " !cL$Y|S\"ca<--r-o+23'uP.,1o>???"
                             "?AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";
static const char LATIN_A[] = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLl"
                              "NnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
_Static_assert(sizeof LATIN1 - 1 == 0x60, "one letter for each of U+00A0..U+00FF");
_Static_assert(sizeof LATIN_A - 1 == 0x80, "one letter for each of U+0100..U+017F");

/* Symbols, by code. */
static const struct {
    uint32_t code;
    char ascii;
} SYMBOLS[] = {
    {0x0394, 'D'}, /* capital delta: a difference */
    {0x03bc, 'u'}, /* mu */
    {0x2010, '-'},
    {0x2011, '-'},
    {0x2012, '-'},
    {0x2013, '-'},
    {0x2014, '-'},
    {0x2015, '-'},
    {0x2018, '\''},
    {0x2019, '\''},
    {0x201c, '"'},
    {0x201d, '"'},
    {0x2022, '*'},
    {0x2026, '~'},
    {0x2190, '<'},
    {0x2191, '^'},
    {0x2192, '>'},
    {0x2193, 'v'},
    {0x2194, '-'},
    {0x2212, '-'},
    {0x2248, '~'},
    {0x2260, '#'},
    {0x2264, '<'},
    {0x2265, '>'},
    {0x25a0, '#'},
    {0x25a1, 'o'},
    {0x25aa, '#'},
    {0x25b2, '^'},
    {0x25b4, '^'},
    {0x25b6, '>'},
    {0x25b8, '>'},
    {0x25bc, 'v'},
    {0x25be, 'v'},
    {0x25c0, '<'},
    {0x25c2, '<'},
    {0x25c6, '%'},
    {0x25c7, '&'},
    {0x25cb, 'o'},
    {0x25cf, 'O'},
    {0x2605, '*'},
    {0x2713, 'x'},
    {0x2714, 'x'},
    {0x2717, 'X'},
};

/* The dots of a braille cell by the rows in which they lie (bit 0: the top one). */
static char fold_braille(uint32_t dots)
{
    static const uint8_t ROW_DOTS[4] = {0x09, 0x12, 0x24, 0xc0};
    static const char BY_ROWS[] = " '-'-|-|_:|||||#";
    unsigned rows = 0;
    for (unsigned i = 0; i < 4; i++)
        if (dots & ROW_DOTS[i])
            rows |= 1U << i;
    if (rows == 8)
        return (dots & 0xc0) == 0xc0 ? '_' : '.';
    if (rows == 12)
        return '.';
    return rows == 15 && dots != 0xff ? '|' : BY_ROWS[rows];
}

static char fold_box(uint32_t code)
{
    static const char ARROWLESS[] = "--||--||..||"; /* U+2500..U+250B: lines, solid and dashed */
    if (code < 0x250c)
        return ARROWLESS[code - 0x2500];
    if (code >= 0x2550 && code <= 0x2551)
        return code == 0x2550 ? '=' : '|';
    if (code >= 0x2571 && code <= 0x2573)
        return "/\\X"[code - 0x2571];
    if (code >= 0x2574 && code <= 0x257f)
        return code % 2 ? '|' : '-';
    return '+';
}

static char fold_block(uint32_t code)
{
    static const char RAMP[] = "_.-=+*#@"; /* U+2581..U+2588: an eighth to full */
    if (code >= 0x2581 && code <= 0x2588)
        return RAMP[code - 0x2581];
    if (code >= 0x2589 && code <= 0x258f)
        return code < 0x258c ? '#' : '|';
    if (code == 0x2580)
        return '"';
    if (code == 0x2596) /* a quarter: of what is '|' as a half */
        return '.';
    if (code >= 0x2591 && code <= 0x2593) /* shades */
        return ":+%"[code - 0x2591];
    return '#';
}

char fold_code(uint32_t code)
{
    if (code >= 0x20 && code < 0x7f)
        return (char)code;
    if (code >= 0xa0 && code < 0x100)
        return LATIN1[code - 0xa0];
    if (code >= 0x100 && code < 0x180)
        return LATIN_A[code - 0x100];
    if (code >= 0x2500 && code < 0x2580)
        return fold_box(code);
    if (code >= 0x2580 && code < 0x25a0)
        return fold_block(code);
    if (code >= 0x2800 && code < 0x2900)
        return fold_braille(code - 0x2800);
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof *SYMBOLS; i++)
        if (SYMBOLS[i].code == code)
            return SYMBOLS[i].ascii;
    return '?';
}
