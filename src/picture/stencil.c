#include "picture/stencil.h"

#include "facts/boxes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A third of the colour, in 256ths; a line of so many rows: in a sixel one for each band of them. */
enum { BLEND = 90, HATCH_ROWS = 6 };

enum { OUTSIDE, INSIDE }; /* and STENCIL_DRAWN, which is inside, too */

/* The first pixel whose middle is not before AT on the picture, within LOW..HIGH. */
static int32_t pixel_from(double at, int32_t low, int32_t high)
{
    double pixel = ceil(at - 0.5);
    return pixel < low ? low : pixel > high ? high : (int32_t)pixel;
}

/* The part of a WIDTH x HEIGHT picture that BOX, of the image, takes. */
static struct draw_rect place_of(
    const struct box *box, const struct scene_map *map, int32_t width, int32_t height)
{
    struct draw_rect place;
    place.x = pixel_from(box->x * map->scale_x + map->left_px, 0, width);
    place.y = pixel_from(box->y * map->scale_y + map->top_px, 0, height);
    place.w = pixel_from((box->x + box->w) * map->scale_x + map->left_px, 0, width) - place.x;
    place.h = pixel_from((box->y + box->h) * map->scale_y + map->top_px, 0, height) - place.y;
    return place;
}

/* Marks what column X of the picture shows of rows [FROM, END) of the image. */
static void mark_rows(
    const struct stencil_cut *cut, const struct scene_map *map, int32_t x, int64_t from, int64_t end)
{
    const struct draw_rect *place = &cut->place;
    int32_t bottom = place->y + place->h;
    int32_t y = pixel_from((double)from * map->scale_y + map->top_px, place->y, bottom);
    int32_t last = pixel_from((double)end * map->scale_y + map->top_px, place->y, bottom);
    for (; y < last; y++)
        cut->pixels[(size_t)(y - place->y) * (size_t)place->w + (size_t)(x - place->x)] = INSIDE;
}

/* From left to right, and with it through the runs: those before a column are passed for good. */
static void mark(
    const struct stencil_cut *cut, const struct scene_map *map, const struct stencil *stencil)
{
    const struct draw_rect *place = &cut->place;
    int64_t height = stencil->height_px, passed = 0; /* pixels of the image before run AT */
    size_t at = 0;
    for (int32_t x = place->x; x < place->x + place->w; x++) {
        int64_t top = (int64_t)floor((x + 0.5 - map->left_px) / map->scale_x) * height;
        while (at < stencil->count && passed + stencil->runs[at] <= top)
            passed += stencil->runs[at++];
        int64_t from = passed;
        for (size_t i = at; i < stencil->count && from < top + height; i++) {
            int64_t end = from + stencil->runs[i];
            if (i % 2 == 1)
                mark_rows(cut, map, x, from > top ? from - top : 0,
                    end < top + height ? end - top : height);
            from = end;
        }
    }
}

static bool is_inside(const struct stencil_cut *cut, int32_t x, int32_t y)
{
    const struct draw_rect *place = &cut->place;
    return x >= 0 && y >= 0 && x < place->w && y < place->h &&
           cut->pixels[(size_t)y * (size_t)place->w + (size_t)x];
}

/* Something of another colour is beside it; the end of the picture is no outline. */
static bool is_outline(
    const struct stencil_cut *cut, int32_t x, int32_t y, int32_t width, int32_t height)
{
    const struct draw_rect *place = &cut->place;
    return (place->x + x > 0 && !is_inside(cut, x - 1, y)) ||
           (place->y + y > 0 && !is_inside(cut, x, y - 1)) ||
           (place->x + x < width - 1 && !is_inside(cut, x + 1, y)) ||
           (place->y + y < height - 1 && !is_inside(cut, x, y + 1));
}

static void hatch(const struct stencil_cut *cut, int32_t width, int32_t height)
{
    const struct draw_rect *place = &cut->place;
    for (int32_t y = 0; y < place->h; y++)
        for (int32_t x = 0; x < place->w; x++)
            if (is_inside(cut, x, y) && ((place->y + y) % HATCH_ROWS == HATCH_ROWS / 2 ||
                                            is_outline(cut, x, y, width, height)))
                cut->pixels[(size_t)y * (size_t)place->w + (size_t)x] = STENCIL_DRAWN;
}

/* Marks the pixels inside. */
static bool cut_out(const struct scene_map *map, const struct stencil *stencil, int32_t width,
    int32_t height, struct stencil_cut *out)
{
    struct box box;
    mask_runs_extent(stencil->runs, stencil->count, stencil->height_px, &box);
    *out = (struct stencil_cut){place_of(&box, map, width, height), NULL};
    if (out->place.w <= 0 || out->place.h <= 0) {
        out->place = (struct draw_rect){0};
        return true;
    }
    out->pixels = calloc((size_t)out->place.w, (size_t)out->place.h);
    if (!out->pixels)
        return false;
    mark(out, map, stencil);
    return true;
}

bool stencil_hatch(const struct scene_map *map, const struct stencil *stencil, int32_t width_px,
    int32_t height_px, struct stencil_cut *out)
{
    bool ok = cut_out(map, stencil, width_px, height_px, out);
    hatch(out, width_px, height_px);
    return ok;
}

static void lay(struct pixels *out, const struct stencil_cut *cut, const struct stencil *stencil,
    enum stencil_way way)
{
    const struct draw_rect *place = &cut->place;
    const uint8_t *at = cut->pixels;
    for (int32_t y = place->y; y < place->y + place->h; y++)
        for (int32_t x = place->x; x < place->x + place->w; x++, at++) {
            uint8_t *to = &out->rgb[3 * ((size_t)y * (size_t)out->width_px + (size_t)x)];
            for (int c = 0; *at && way == STENCIL_BLENDED && c < 3; c++)
                to[c] = (uint8_t)(to[c] + (stencil->rgb[c] - to[c]) * BLEND / 256);
            if (*at == STENCIL_DRAWN)
                memcpy(to, stencil->rgb, 3);
        }
}

bool stencil_lay(struct pixels *out, const struct scene_map *map, const struct stencil *stencil,
    enum stencil_way way)
{
    struct stencil_cut cut;
    bool ok = way == STENCIL_HATCHED
                  ? stencil_hatch(map, stencil, out->width_px, out->height_px, &cut)
                  : cut_out(map, stencil, out->width_px, out->height_px, &cut);
    if (ok)
        lay(out, &cut, stencil, way);
    free(cut.pixels);
    return ok;
}
