/*
 * Drawing into pixels: filled rectangles, styled outlines, text in a small bitmap font.
 * Knows: integer pixel coordinates; everything is clipped. Must not know: images' own coordinates.
 */
#pragma once

#include "picture/pixels.h"

enum { DRAW_CHAR_WIDTH_PX = 6, DRAW_CHAR_HEIGHT_PX = 8 };

enum line_style { LINE_SOLID, LINE_DASHED, LINE_DOTTED, LINE_DOUBLE };

/* A rectangle: from x, y on, w x h pixels; empty when w or h is not positive. Its edges lie within
 * +-2^30. */
struct draw_rect {
    int32_t x, y, w, h;
};

/* The part of RECT inside a picture of that size; all zero when there is none. */
struct draw_rect draw_clip(struct draw_rect rect, int32_t width_px, int32_t height_px);

void draw_fill(struct pixels *pixels, struct draw_rect rect, const uint8_t rgb[3]);
/* How long the strokes of STYLE and the gaps between them are, for a line so wide; no gap: solid. */
void draw_pattern(enum line_style style, int32_t line_px, int32_t *on_px, int32_t *off_px);
/* The outline of RECT, LINE_PX wide inwards: its upper and left side in strokes from the upper left
 * corner on, the lower and right one from the lower right corner. Filled where nothing is left
 * inside. A double line counts as solid: it is two outlines (scene.h). */
void draw_outline(struct pixels *pixels, struct draw_rect rect, enum line_style style, int line_px,
    const uint8_t rgb[3]);
bool draw_is_filled(struct draw_rect rect, int32_t line_px);
/* Printable ASCII, top left corner at x, y, each character DRAW_CHAR_WIDTH_PX wide; other bytes as
 * '?'. The ground is left as it is. */
void draw_text(struct pixels *pixels, int32_t x, int32_t y, const char *text, const uint8_t rgb[3]);
/* The same with each dot SCALE (1 or more) pixels wide and high. */
void draw_text_scaled(struct pixels *pixels, int32_t x, int32_t y, const char *text, int32_t scale,
    const uint8_t rgb[3]);
