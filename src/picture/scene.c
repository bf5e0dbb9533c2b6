#include "picture/scene.h"

#include "base/grow.h"
#include "base/text.h"
#include "picture/draw.h"
#include "picture/label.h"
#include "picture/stencil.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PADDING_PX = 1, SQUARE_PX = 4, CELL_HEIGHT_PX = 2, BRIGHT_LUMA = 140, ELLIPSIS = 0x2026 };

/* Far outside of any picture, and far from overflow. */
static const double FAR_PX = 1 << 28;

void scene_texts_done(struct scene_texts *texts)
{
    free(texts->items);
    *texts = (struct scene_texts){0};
}

static double clamp_far(double value)
{
    return value < -FAR_PX ? -FAR_PX : value > FAR_PX ? FAR_PX : value;
}

/* Makes a side LEAST long, with the same middle. */
static void stretch(int32_t *from, int32_t *length, int32_t least)
{
    if (*length >= least)
        return;
    *from -= (least - *length) / 2;
    *length = least;
}

/* False when nothing of the box is on the picture. Both edges are rounded, so that boxes that touch
 * in the image touch here; no side is below LEAST. */
static bool place_box(const struct scene_map *map, const struct overlay_box *box, int32_t least,
    const struct pixels *out, struct draw_rect *rect)
{
    double x0 = box->x * map->scale_x + map->left_px, y0 = box->y * map->scale_y + map->top_px;
    double x1 = (box->x + box->w) * map->scale_x + map->left_px;
    double y1 = (box->y + box->h) * map->scale_y + map->top_px;
    if (!isfinite(x0) || !isfinite(y0) || !isfinite(x1) || !isfinite(y1) || x1 < x0 || y1 < y0)
        return false;
    rect->x = (int32_t)lround(clamp_far(x0));
    rect->y = (int32_t)lround(clamp_far(y0));
    rect->w = (int32_t)lround(clamp_far(x1)) - rect->x;
    rect->h = (int32_t)lround(clamp_far(y1)) - rect->y;
    stretch(&rect->x, &rect->w, least);
    stretch(&rect->y, &rect->h, least);
    return draw_clip(*rect, out->width_px, out->height_px).w > 0;
}

/* The label in printable ASCII, cut to MOST characters. Returns their number. */
static int32_t spell(const char *label, int32_t most, char out[SCENE_LABEL_BYTES])
{
    const char *end = label + strnlen(label, SCENE_LABEL_BYTES - 1);
    int32_t count = 0;
    while (label < end && count < most) {
        int32_t code;
        label += text_decode(label, end, &code);
        out[count++] = code >= ' ' && code <= '~' ? (char)code : code == ELLIPSIS ? '.' : '?';
    }
    out[count] = '\0';
    return count;
}

/* A label is at most a third as wide as the image, of CHAR_PX each: on a small one the score goes
 * first, then all but the first word. */
static int32_t shorten(
    char *text, int32_t count, const struct scene_map *map, int32_t width_px, int32_t char_px)
{
    enum { PARTS = 3, LEAST = 6 };
    double seen = map->left_px > 0 ? width_px - 2 * map->left_px : width_px;
    int32_t most = (int32_t)(seen / (PARTS * char_px));
    most = most < LEAST ? LEAST : most;
    while (count > most) {
        const char *blank = strrchr(text, ' ');
        count = blank && blank > text ? (int32_t)(blank - text) : most;
        text[count] = '\0';
    }
    return count;
}

static const uint8_t *ink_on(const uint8_t ground[3])
{
    static const uint8_t black[3] = {0, 0, 0}, white[3] = {255, 255, 255};
    return pixels_luma(ground) >= BRIGHT_LUMA ? black : white;
}

static void draw_label(struct pixels *out, const struct scene_map *map, struct label_map *taken,
    struct draw_rect rect, const struct overlay_box *box, int32_t enlarge)
{
    char text[SCENE_LABEL_BYTES];
    int32_t padding = enlarge * PADDING_PX;
    int32_t room = (out->width_px - 2 * padding) / (enlarge * DRAW_CHAR_WIDTH_PX);
    int32_t high = enlarge * DRAW_CHAR_HEIGHT_PX + 2 * padding;
    int32_t count = spell(box->label, room < 0 ? 0 : room, text);
    count = shorten(text, count, map, out->width_px, enlarge * DRAW_CHAR_WIDTH_PX);
    if (count == 0 || high > out->height_px)
        return;
    int32_t wide = count * enlarge * DRAW_CHAR_WIDTH_PX + 2 * padding;
    struct draw_rect place;
    if (!label_place(taken, rect, wide < out->width_px ? wide : out->width_px, high, &place))
        return;
    draw_fill(out, place, box->rgb);
    draw_text_scaled(
        out, place.x + padding, place.y + padding, text, enlarge, ink_on(box->rgb));
}

static int32_t floor_half(int32_t value)
{
    return value >= 0 ? value / 2 : -((1 - value) / 2);
}

static bool add_text(struct scene_texts *texts, const struct scene_map *map,
    struct label_map *taken, struct draw_rect rect, const struct overlay_box *box)
{
    struct scene_text text = {0};
    int32_t count = spell(box->label, taken->width, text.text);
    count = shorten(text.text, count, map, taken->width, 1);
    if (count == 0 || taken->height == 0)
        return true;
    int32_t top = floor_half(rect.y), bottom = floor_half(rect.y + rect.h + CELL_HEIGHT_PX - 1);
    struct draw_rect cells = {rect.x, top, rect.w, bottom - top};
    struct draw_rect place;
    if (!label_place(taken, cells, count, 1, &place))
        return true;
    text.row = place.y;
    text.col = place.x;
    memcpy(text.bg, box->rgb, 3);
    memcpy(text.fg, ink_on(box->rgb), 3);
    if (!GROW(texts->items, texts->capacity, texts->count + 1))
        return false;
    texts->items[texts->count++] = text;
    return true;
}

static bool lay_masks(const struct scene_map *map, const struct overlay_box *boxes, size_t count,
    struct pixels *out)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        const struct overlay_box *box = &boxes[i];
        struct stencil stencil = {box->mask, box->mask_count, box->mask_height_px,
            {box->rgb[0], box->rgb[1], box->rgb[2]}};
        if (box->mask_count)
            ok = stencil_lay(
                out, map, &stencil, map->hatched ? STENCIL_HATCHED : STENCIL_BLENDED);
    }
    return ok;
}

bool scene_compose(const struct pixels *base, const struct scene_map *map,
    const struct overlay_box *boxes, size_t count, struct pixels *out, struct scene_texts *texts)
{
    memcpy(out->rgb, base->rgb, pixels_bytes(base));
    bool ok = lay_masks(map, boxes, count, out);
    struct draw_rect rect;
    int32_t enlarge = map->enlarge < 1 ? 1 : map->enlarge;
    int32_t least = texts ? 1 : SCENE_LEAST_BOX_PX * enlarge;
    for (size_t i = 0; i < count; i++)
        if (place_box(map, &boxes[i], least, out, &rect)) {
            int line = boxes[i].line_px;
            line = line < 1 ? 1 : line > SCENE_MAX_LINE_PX ? SCENE_MAX_LINE_PX : line;
            draw_outline(out, rect, boxes[i].style, line * enlarge, boxes[i].rgb);
        }
    if (texts)
        texts->count = 0;
    struct label_map taken;
    int32_t w = out->width_px, h = out->height_px;
    ok &= texts ? label_map_init(&taken, w, h / CELL_HEIGHT_PX, 1)
                : label_map_init(&taken, w, h, SQUARE_PX);
    for (size_t i = 0; ok && i < count; i++) {
        if (!boxes[i].label[0] || !place_box(map, &boxes[i], least, out, &rect))
            continue;
        if (texts)
            ok = add_text(texts, map, &taken, rect, &boxes[i]);
        else
            draw_label(out, map, &taken, rect, &boxes[i], enlarge);
    }
    label_map_done(&taken);
    return ok;
}
