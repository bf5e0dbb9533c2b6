#include "picture/stencil.h"

#include "facts/boxes.h"
#include "picture/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A third of the colour, in 256ths. */
enum { BLEND = 90, HATCH_COLS = 4, HATCH_SHIFT = 2 };

/* Which pixels of a part of the picture are inside, one byte each. */
struct inside {
    struct draw_rect place;
    uint8_t *pixels;
};

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
    const struct inside *inside, const struct scene_map *map, int32_t x, int64_t from, int64_t end)
{
    const struct draw_rect *place = &inside->place;
    int32_t bottom = place->y + place->h;
    int32_t y = pixel_from((double)from * map->scale_y + map->top_px, place->y, bottom);
    int32_t last = pixel_from((double)end * map->scale_y + map->top_px, place->y, bottom);
    for (; y < last; y++)
        inside->pixels[(size_t)(y - place->y) * (size_t)place->w + (size_t)(x - place->x)] = 1;
}

/* From left to right, and with it through the runs: those before a column are passed for good. */
static void mark(
    const struct inside *inside, const struct scene_map *map, const struct stencil *stencil)
{
    const struct draw_rect *place = &inside->place;
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
                mark_rows(inside, map, x, from > top ? from - top : 0,
                    end < top + height ? end - top : height);
            from = end;
        }
    }
}

static bool is_inside(const struct inside *inside, int32_t x, int32_t y)
{
    const struct draw_rect *place = &inside->place;
    return x >= 0 && y >= 0 && x < place->w && y < place->h &&
           inside->pixels[(size_t)y * (size_t)place->w + (size_t)x];
}

/* Something of another colour is beside it; the end of the picture is no outline. */
static bool is_outline(const struct inside *inside, int32_t x, int32_t y, const struct pixels *out)
{
    const struct draw_rect *place = &inside->place;
    return (place->x + x > 0 && !is_inside(inside, x - 1, y)) ||
           (place->y + y > 0 && !is_inside(inside, x, y - 1)) ||
           (place->x + x < out->width_px - 1 && !is_inside(inside, x + 1, y)) ||
           (place->y + y < out->height_px - 1 && !is_inside(inside, x, y + 1));
}

static void lay(struct pixels *out, const struct inside *inside, const struct stencil *stencil,
    enum stencil_way way)
{
    const struct draw_rect *place = &inside->place;
    for (int32_t y = 0; y < place->h; y++)
        for (int32_t x = 0; x < place->w; x++) {
            if (!is_inside(inside, x, y))
                continue;
            int32_t across = place->x + x, down = place->y + y;
            uint8_t *to = &out->rgb[3 * ((size_t)down * (size_t)out->width_px + (size_t)across)];
            if (way == STENCIL_BLENDED)
                for (int c = 0; c < 3; c++)
                    to[c] = (uint8_t)(to[c] + (stencil->rgb[c] - to[c]) * BLEND / 256);
            else if ((across + HATCH_SHIFT * down) % HATCH_COLS == 0 ||
                     is_outline(inside, x, y, out))
                memcpy(to, stencil->rgb, 3);
        }
}

bool stencil_lay(struct pixels *out, const struct scene_map *map, const struct stencil *stencil,
    enum stencil_way way)
{
    struct box box;
    struct inside inside = {{0}, NULL};
    mask_runs_extent(stencil->runs, stencil->count, stencil->height_px, &box);
    inside.place = place_of(&box, map, out->width_px, out->height_px);
    if (inside.place.w <= 0 || inside.place.h <= 0)
        return true;
    inside.pixels = calloc((size_t)inside.place.w, (size_t)inside.place.h);
    if (!inside.pixels)
        return false;
    mark(&inside, map, stencil);
    lay(out, &inside, stencil, way);
    free(inside.pixels);
    return true;
}
