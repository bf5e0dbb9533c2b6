/*
 * The picture that tests of decoders encode and know again: four quarters of four colours.
 * Knows: pixels. Must not know: formats.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "picture/pixels.h"

struct file {
    uint8_t *data;
    size_t length;
};

/* Four quarters: red, green / blue, white; smooth enough for JPEG. */
static inline struct pixels *quarters(int32_t w, int32_t h)
{
    static const uint8_t colours[4][3] = {
        {220, 20, 20}, {20, 200, 20}, {20, 20, 210}, {240, 240, 240}};
    struct pixels *p = pixels_new(w, h);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++)
            memcpy(p->rgb + ((size_t)y * (size_t)w + (size_t)x) * 3,
                colours[(y >= h / 2) * 2 + (x >= w / 2)], 3);
    return p;
}

/* Which quarter colour stands at a place: 'r', 'g', 'b', 'w'. */
static inline char seen_at(const struct pixels *p, double x, double y)
{
    const uint8_t *rgb =
        p->rgb + ((size_t)(y * p->height_px) * (size_t)p->width_px + (size_t)(x * p->width_px)) * 3;
    bool r = rgb[0] > 128, g = rgb[1] > 128, b = rgb[2] > 128;
    return r && g && b     ? 'w'
           : r && !g && !b ? 'r'
           : g && !r && !b ? 'g'
           : b && !r && !g ? 'b'
                           : '?';
}

static inline void expect_corners(const struct pixels *p, const char *corners)
{
    char seen[5] = {seen_at(p, .2, .2), seen_at(p, .8, .2), seen_at(p, .2, .8), seen_at(p, .8, .8)};
    assert_string_equal(seen, corners);
}

/* What each EXIF orientation makes of the quarters: top left, top right, bottom left, bottom right.
 */
static const char *const TURNED[9] = {
    "", "rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb"};
