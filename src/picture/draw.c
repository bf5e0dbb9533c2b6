#include "picture/draw.h"

#include "picture/font.h"

#include <string.h>

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

struct draw_rect draw_clip(struct draw_rect rect, int32_t width_px, int32_t height_px)
{
    int32_t x0 = larger(rect.x, 0), y0 = larger(rect.y, 0);
    int32_t x1 = smaller(rect.x + rect.w, width_px), y1 = smaller(rect.y + rect.h, height_px);
    if (x1 <= x0 || y1 <= y0)
        return (struct draw_rect){0};
    return (struct draw_rect){x0, y0, x1 - x0, y1 - y0};
}

void draw_fill(struct pixels *pixels, struct draw_rect rect, const uint8_t rgb[3])
{
    rect = draw_clip(rect, pixels->width_px, pixels->height_px);
    for (int32_t y = rect.y; y < rect.y + rect.h; y++) {
        uint8_t *to = pixels->rgb + ((size_t)y * (size_t)pixels->width_px + (size_t)rect.x) * 3;
        for (int32_t x = 0; x < rect.w; x++, to += 3)
            memcpy(to, rgb, 3);
    }
}

void draw_pattern(enum line_style style, int32_t line_px, int32_t *on_px, int32_t *off_px)
{
    static const struct {
        int on, off; /* line widths */
    } PATTERNS[] = {[LINE_SOLID] = {1, 0}, [LINE_DASHED] = {4, 3}, [LINE_DOTTED] = {1, 2},
        [LINE_DOUBLE] = {1, 0}};
    *on_px = PATTERNS[style].on * line_px;
    *off_px = PATTERNS[style].off * line_px;
}

/* One side of an outline: STRIP filled in strokes along its longer axis, beginning at its own end
 * (FROM_END: the far one) and not at the picture's, so that a clipped box keeps its pattern. */
static void draw_strip(struct pixels *pixels, struct draw_rect strip, bool across, bool from_end,
    enum line_style style, int line_px, const uint8_t rgb[3])
{
    int32_t on, off, length = across ? strip.w : strip.h;
    draw_pattern(style, line_px, &on, &off);
    if (!off) {
        draw_fill(pixels, strip, rgb);
        return;
    }
    struct draw_rect seen = draw_clip(strip, pixels->width_px, pixels->height_px);
    int32_t from = across ? seen.x - strip.x : seen.y - strip.y;
    int32_t end = from + (across ? seen.w : seen.h);
    if (from_end) {
        int32_t first = length - end;
        end = length - from;
        from = first;
    }
    for (int32_t at = from - from % (on + off); at < end; at += on + off) {
        struct draw_rect stroke = strip;
        int32_t part = smaller(on, length - at), begin = from_end ? length - at - part : at;
        if (across) {
            stroke.x += begin;
            stroke.w = part;
        } else {
            stroke.y += begin;
            stroke.h = part;
        }
        draw_fill(pixels, stroke, rgb);
    }
}

bool draw_is_filled(struct draw_rect rect, int32_t line_px)
{
    return rect.w <= 2 * line_px || rect.h <= 2 * line_px;
}

void draw_outline(struct pixels *pixels, struct draw_rect rect, enum line_style style, int line_px,
    const uint8_t rgb[3])
{
    if (draw_is_filled(rect, line_px)) {
        draw_fill(pixels, rect, rgb);
        return;
    }
    struct draw_rect top = {rect.x, rect.y, rect.w, line_px};
    struct draw_rect left = {rect.x, rect.y, line_px, rect.h};
    struct draw_rect bottom = top, right = left;
    bottom.y += rect.h - line_px;
    right.x += rect.w - line_px;
    draw_strip(pixels, top, true, false, style, line_px, rgb);
    draw_strip(pixels, left, false, false, style, line_px, rgb);
    draw_strip(pixels, bottom, true, true, style, line_px, rgb);
    draw_strip(pixels, right, false, true, style, line_px, rgb);
}

void draw_text_scaled(struct pixels *pixels, int32_t x, int32_t y, const char *text, int32_t scale,
    const uint8_t rgb[3])
{
    for (; *text && x < pixels->width_px; text++, x += scale * DRAW_CHAR_WIDTH_PX) {
        const uint8_t *rows = font_rows(*text);
        for (int32_t row = 0; row < FONT_HEIGHT_PX; row++)
            for (int32_t col = 0; col < FONT_WIDTH_PX; col++)
                if (rows[row] >> (FONT_WIDTH_PX - 1 - col) & 1)
                    draw_fill(pixels,
                        (struct draw_rect){x + scale * col, y + scale * row, scale, scale}, rgb);
    }
}

void draw_text(struct pixels *pixels, int32_t x, int32_t y, const char *text, const uint8_t rgb[3])
{
    draw_text_scaled(pixels, x, y, text, 1, rgb);
}
