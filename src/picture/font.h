/*
 * A bitmap font for labels: printable ASCII, 5 x 7 pixels and one row for descenders.
 * Knows: glyphs. Must not know: where they are drawn.
 */
#pragma once

#include <stdint.h>

enum { FONT_WIDTH_PX = 5, FONT_HEIGHT_PX = 8 };

/* FONT_HEIGHT_PX rows of C, each 5 bits with the leftmost pixel highest; '?' for what is not
 * printable ASCII. */
const uint8_t *font_rows(char c);
