#include "picture/palette.h"

#include <stdlib.h>
#include <string.h>

#include <sixel/sixel.h>

enum { CHANNEL_BITS = 6, TABLE_SIZE = 1 << (3 * CHANNEL_BITS), UNKNOWN = 0xFFFF };

/* libsixel works on a copy: it may write into what it is given. */
static bool choose_colours(
    struct palette *palette, const struct pixels *pixels, int32_t colours, struct err *err)
{
    struct pixels *copy = pixels_copy(pixels);
    sixel_dither_t *dither = NULL;
    bool ok = copy && SIXEL_SUCCEEDED(sixel_dither_new(&dither, colours, NULL)) &&
              SIXEL_SUCCEEDED(sixel_dither_initialize(dither, copy->rgb, copy->width_px,
                  copy->height_px, SIXEL_PIXELFORMAT_RGB888, SIXEL_LARGE_NORM,
                  SIXEL_REP_AVERAGE_PIXELS, SIXEL_QUALITY_HIGH));
    if (ok) {
        int32_t count = sixel_dither_get_num_of_palette_colors(dither);
        palette->count = count < colours ? count : colours;
        memcpy(palette->rgb, sixel_dither_get_palette(dither), (size_t)palette->count * 3);
    }
    if (dither)
        sixel_dither_unref(dither);
    pixels_free(copy);
    return ok || err_set(err, ERR_MEMORY, "out of memory for a palette");
}

bool palette_init(
    struct palette *palette, const struct pixels *pixels, int32_t colours, struct err *err)
{
    *palette = (struct palette){0};
    if (!choose_colours(palette, pixels, colours, err))
        return false;
    palette->limit = palette->count + PALETTE_RESERVED;
    palette_forget_exact(palette);
    palette->nearest = malloc(TABLE_SIZE * sizeof *palette->nearest);
    if (!palette->nearest)
        return err_set(err, ERR_MEMORY, "out of memory for a palette");
    memset(palette->nearest, 0xFF, TABLE_SIZE * sizeof *palette->nearest);
    return true;
}

void palette_init_exact(struct palette *palette, int32_t first)
{
    *palette = (struct palette){.count = first, .limit = PALETTE_SIZE};
    palette_forget_exact(palette);
}

void palette_done(struct palette *palette)
{
    free(palette->nearest);
    *palette = (struct palette){0};
}

void palette_forget_exact(struct palette *palette)
{
    palette->used = palette->last = palette->count;
}

/* By squared distance with the weights of luma (about 2 : 4 : 1). */
static int32_t search(const struct palette *palette, int32_t from, int32_t to, const uint8_t rgb[3])
{
    int32_t best = from, best_distance = INT32_MAX;
    for (int32_t i = from; i < to; i++) {
        int32_t r = palette->rgb[i][0] - rgb[0], g = palette->rgb[i][1] - rgb[1];
        int32_t b = palette->rgb[i][2] - rgb[2];
        int32_t distance = 2 * r * r + 4 * g * g + b * b;
        if (distance < best_distance) {
            best_distance = distance;
            best = i;
        }
    }
    return best;
}

uint8_t palette_nearest(struct palette *palette, const uint8_t rgb[3])
{
    enum { DROPPED = 8 - CHANNEL_BITS, CENTRE = 1 << (DROPPED - 1) };
    uint8_t r = rgb[0] >> DROPPED, g = rgb[1] >> DROPPED, b = rgb[2] >> DROPPED;
    uint16_t *known = &palette->nearest[(r << CHANNEL_BITS | g) << CHANNEL_BITS | b];
    if (*known == UNKNOWN) {
        const uint8_t centre[3] = {(uint8_t)(r << DROPPED | CENTRE),
            (uint8_t)(g << DROPPED | CENTRE), (uint8_t)(b << DROPPED | CENTRE)};
        *known = (uint16_t)search(palette, 0, palette->count, centre);
    }
    return (uint8_t)*known;
}

uint8_t palette_exact(struct palette *palette, const uint8_t rgb[3])
{
    if (palette->last < palette->used && memcmp(palette->rgb[palette->last], rgb, 3) == 0)
        return (uint8_t)palette->last;
    for (int32_t i = palette->count; i < palette->used; i++)
        if (memcmp(palette->rgb[i], rgb, 3) == 0)
            return (uint8_t)(palette->last = i);
    if (palette->used == palette->limit)
        return (uint8_t)search(palette, palette->nearest ? 0 : palette->count, palette->used, rgb);
    memcpy(palette->rgb[palette->used], rgb, 3);
    return (uint8_t)(palette->last = palette->used++);
}

void palette_map(struct palette *palette, const struct pixels *pixels, uint8_t *index)
{
    size_t count = (size_t)pixels->width_px * (size_t)pixels->height_px;
    for (size_t i = 0; i < count; i++)
        index[i] = palette_nearest(palette, pixels->rgb + i * 3);
}
