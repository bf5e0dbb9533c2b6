#include "picture/shrink.h"

#include <stdlib.h>
#include <string.h>

bool shrink_init(
    struct shrink *shrink, int32_t in_width_px, int32_t in_height_px, struct pixels *out)
{
    size_t samples = (size_t)out->width_px * 3;
    *shrink = (struct shrink){.out = out,
        .in_width_px = in_width_px,
        .in_height_px = in_height_px,
        .rows_left = (uint32_t)in_height_px,
        .across = ((UINT64_C(1) << 40) + (uint32_t)in_width_px - 1) / (uint32_t)in_width_px,
        .down = ((UINT64_C(1) << 40) + (uint32_t)in_height_px - 1) / (uint32_t)in_height_px,
        .line = malloc(samples * sizeof(uint16_t)),
        .sums = calloc(samples, sizeof(uint32_t))};
    if (shrink->line && shrink->sums)
        return true;
    shrink_done(shrink);
    return false;
}

void shrink_done(struct shrink *shrink)
{
    free(shrink->line);
    free(shrink->sums);
    *shrink = (struct shrink){0};
}

/* sum is at most 255 * 65500, so that sum * across stays below 2^48. */
static uint16_t mean_across(const struct shrink *shrink, uint32_t sum)
{
    return (uint16_t)((sum * shrink->across) >> 32);
}

/* Lays the row over the output columns: an input pixel is `out width` units wide, an output pixel
 * `in width` units, so that every overlap is a whole number. */
static void average_across(struct shrink *shrink, const uint8_t *rgb)
{
    uint32_t unit = (uint32_t)shrink->out->width_px, full = (uint32_t)shrink->in_width_px;
    uint32_t left = full, r = 0, g = 0, b = 0;
    uint16_t *line = shrink->line;
    for (const uint8_t *end = rgb + (size_t)full * 3; rgb < end; rgb += 3) {
        if (left > unit) {
            r += rgb[0] * unit;
            g += rgb[1] * unit;
            b += rgb[2] * unit;
            left -= unit;
            continue;
        }
        *line++ = mean_across(shrink, r + rgb[0] * left);
        *line++ = mean_across(shrink, g + rgb[1] * left);
        *line++ = mean_across(shrink, b + rgb[2] * left);
        uint32_t rest = unit - left;
        r = rgb[0] * rest;
        g = rgb[1] * rest;
        b = rgb[2] * rest;
        left = full - rest;
    }
}

static void add_line(struct shrink *shrink, uint32_t weight)
{
    size_t samples = (size_t)shrink->out->width_px * 3;
    for (size_t i = 0; i < samples; i++)
        shrink->sums[i] += shrink->line[i] * weight;
    shrink->rows_left -= weight;
}

/* sums are at most 65280 * 65500 < 2^32. */
static void finish_row(struct shrink *shrink)
{
    size_t samples = (size_t)shrink->out->width_px * 3;
    uint8_t *to = shrink->out->rgb + (size_t)shrink->out_row * samples;
    for (size_t i = 0; i < samples; i++)
        to[i] = (uint8_t)((shrink->sums[i] * shrink->down + (UINT64_C(1) << 47)) >> 48);
    memset(shrink->sums, 0, samples * sizeof *shrink->sums);
    shrink->out_row++;
    shrink->rows_left = (uint32_t)shrink->in_height_px;
}

void shrink_row(struct shrink *shrink, const uint8_t *rgb)
{
    struct pixels *out = shrink->out;
    if (shrink->out_row >= out->height_px)
        return;
    if (out->width_px == shrink->in_width_px && out->height_px == shrink->in_height_px) {
        size_t bytes = (size_t)out->width_px * 3;
        memcpy(out->rgb + (size_t)shrink->out_row++ * bytes, rgb, bytes);
        return;
    }
    average_across(shrink, rgb);
    uint32_t unit = (uint32_t)out->height_px;
    if (shrink->rows_left > unit) {
        add_line(shrink, unit);
        return;
    }
    uint32_t rest = unit - shrink->rows_left;
    add_line(shrink, shrink->rows_left);
    finish_row(shrink);
    if (shrink->out_row < out->height_px)
        add_line(shrink, rest);
}
