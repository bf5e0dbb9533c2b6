/*
 * Drawing into pixels: filled rectangles, styled outlines, text in a small bitmap font.
 * Knows: integer pixel coordinates; everything is clipped. Must not know: images' own coordinates.
 */
#pragma once

#include "picture/pixels.h"
#include "picture/scene.h"

enum { DRAW_CHAR_WIDTH_PX = 6, DRAW_CHAR_HEIGHT_PX = 8 };

/* A rectangle: from x, y on, w x h pixels; empty when w or h is not positive. Its edges lie within
 * +-2^30. */
struct draw_rect {
    int32_t x, y, w, h;
};

/* The part of RECT inside a picture of that size; all zero when there is none. */
struct draw_rect draw_clip(struct draw_rect rect, int32_t width_px, int32_t height_px);

void draw_fill(struct pixels *pixels, struct draw_rect rect, const uint8_t rgb[3]);
/* The outline of RECT, LINE_PX wide inwards; a double one is two such lines with one width between,
 * where there is room for them, else one. A dash is 4 line widths with 3 between, a dot 1 with 2
 * between, each side counted from its left or top end. */
void draw_outline(struct pixels *pixels, struct draw_rect rect, enum line_style style, int line_px,
    const uint8_t rgb[3]);
/* Printable ASCII, top left corner at x, y, each character DRAW_CHAR_WIDTH_PX wide; other bytes as
 * '?'. The ground is left as it is. */
void draw_text(struct pixels *pixels, int32_t x, int32_t y, const char *text, const uint8_t rgb[3]);
/* The same with each dot SCALE (1 or more) pixels wide and high. */
void draw_text_scaled(struct pixels *pixels, int32_t x, int32_t y, const char *text, int32_t scale,
    const uint8_t rgb[3]);
