#include "picture/pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pixels *pixels_new(int32_t width_px, int32_t height_px)
{
    if (width_px < 1 || height_px < 1 || width_px > PIXELS_MAX_SIDE || height_px > PIXELS_MAX_SIDE)
        return NULL;
    struct pixels *pixels = malloc(sizeof *pixels);
    uint8_t *rgb = calloc((size_t)width_px * (size_t)height_px, 3);
    if (!pixels || !rgb) {
        free(pixels);
        free(rgb);
        return NULL;
    }
    *pixels = (struct pixels){width_px, height_px, rgb};
    return pixels;
}

void pixels_free(struct pixels *pixels)
{
    if (!pixels)
        return;
    free(pixels->rgb);
    free(pixels);
}

size_t pixels_bytes(const struct pixels *pixels)
{
    return (size_t)pixels->width_px * (size_t)pixels->height_px * 3;
}

bool pixels_same_size(const struct pixels *a, const struct pixels *b)
{
    return a->width_px == b->width_px && a->height_px == b->height_px;
}

struct pixels *pixels_copy(const struct pixels *pixels)
{
    struct pixels *copy = pixels_new(pixels->width_px, pixels->height_px);
    if (copy)
        memcpy(copy->rgb, pixels->rgb, pixels_bytes(pixels));
    return copy;
}

uint8_t pixels_luma(const uint8_t rgb[3])
{
    return (uint8_t)((77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2] + 128) >> 8);
}

void pixels_grey(struct pixels *pixels)
{
    uint8_t *end = pixels->rgb + pixels_bytes(pixels);
    for (uint8_t *at = pixels->rgb; at < end; at += 3)
        memset(at, pixels_luma(at), 3);
}

void pixels_tone(struct pixels *pixels, int brightness, int contrast)
{
    enum { MID = 128 };
    uint8_t table[256];
    double gain = exp2(contrast / 50.0), offset = brightness * 2.55;
    for (int i = 0; i < 256; i++)
        table[i] = (uint8_t)lround(fmin(fmax((i - MID) * gain + MID + offset, 0), 255));
    if (brightness == 0 && contrast == 0)
        return;
    uint8_t *end = pixels->rgb + pixels_bytes(pixels);
    for (uint8_t *at = pixels->rgb; at < end; at++)
        *at = table[*at];
}

struct pixels *pixels_orient(const struct pixels *pixels, int orientation)
{
    if (orientation < 2 || orientation > 8)
        return pixels_copy(pixels);
    /* TIFF 6.0, tag 274: where the stored row 0 and column 0 are seen. */
    bool turned = orientation >= 5;
    bool flip_x = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    bool flip_y = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    int32_t w = pixels->width_px, h = pixels->height_px;
    struct pixels *out = turned ? pixels_new(h, w) : pixels_new(w, h);
    if (!out)
        return NULL;
    for (int32_t y = 0; y < h; y++) {
        const uint8_t *from = pixels->rgb + (size_t)y * (size_t)w * 3;
        for (int32_t x = 0; x < w; x++, from += 3) {
            int32_t to_x = turned ? y : x, to_y = turned ? x : y;
            to_x = flip_x ? out->width_px - 1 - to_x : to_x;
            to_y = flip_y ? out->height_px - 1 - to_y : to_y;
            memcpy(out->rgb + ((size_t)to_y * (size_t)out->width_px + (size_t)to_x) * 3, from, 3);
        }
    }
    return out;
}
