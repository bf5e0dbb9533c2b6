#include "picture/scene.h"

#include "base/grow.h"
#include "base/text.h"
#include "picture/label.h"
#include "picture/stencil.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PADDING_PX = 1, SQUARE_PX = 4, CELL_HEIGHT_PX = 2, BRIGHT_LUMA = 140, ELLIPSIS = 0x2026, LINE_LENGTHS = 4 };

/* Far outside of any picture, and far from overflow. */
static const double FAR_PX = 1 << 28;

void scene_texts_done(struct scene_texts *texts)
{
    free(texts->items);
    *texts = (struct scene_texts){0};
}

void scene_layers_done(struct scene_layers *layers)
{
    free(layers->items);
    *layers = (struct scene_layers){0};
}

/* A zeroed layer more; NULL when out of memory. */
static struct scene_layer *add_layer(
    struct scene_layers *layers, enum scene_kind kind, const uint8_t rgb[3])
{
    if (!GROW(layers->items, layers->capacity, layers->count + 1))
        return NULL;
    struct scene_layer *layer = &layers->items[layers->count++];
    memset(layer, 0, sizeof *layer); /* the text, too: layers are compared */
    layer->kind = kind;
    memcpy(layer->rgb, rgb, 3);
    return layer;
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
    const struct scene_layers *layers, struct draw_rect *rect)
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
    if (rect->w > LINE_LENGTHS * least || rect->h > LINE_LENGTHS * least)
        least = 1; /* a line is seen */
    stretch(&rect->x, &rect->w, least);
    stretch(&rect->y, &rect->h, least);
    return draw_clip(*rect, layers->width_px, layers->height_px).w > 0;
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
 * first, then all but the first word, then its end. */
static int32_t shorten(
    char *text, int32_t count, const struct scene_map *map, int32_t width_px, int32_t char_px)
{
    enum { PARTS = 3, LEAST = 6 };
    double seen = map->left_px > 0 ? width_px - 2 * map->left_px : width_px;
    int32_t most = (int32_t)(seen / (PARTS * char_px));
    most = most < LEAST ? LEAST : most;
    while (count > most) {
        const char *blank = strrchr(text, ' ');
        bool whole = blank && blank > text;
        count = whole ? (int32_t)(blank - text) : most;
        text[count] = '\0';
        if (!whole) /* a word that goes on */
            text[count - 1] = '.';
    }
    return count;
}

static const uint8_t *ink_on(const uint8_t ground[3])
{
    static const uint8_t black[3] = {0, 0, 0}, white[3] = {255, 255, 255};
    return pixels_luma(ground) >= BRIGHT_LUMA ? black : white;
}

static bool add_label(struct scene_layers *layers, struct label_map *taken, struct draw_rect rect,
    const struct overlay_box *box)
{
    char text[SCENE_LABEL_BYTES];
    int32_t enlarge = layers->map.enlarge, width = layers->width_px;
    int32_t padding = enlarge * PADDING_PX, room = (width - 2 * padding) / (enlarge * DRAW_CHAR_WIDTH_PX);
    int32_t high = enlarge * DRAW_CHAR_HEIGHT_PX + 2 * padding;
    int32_t count = spell(box->label, room < 0 ? 0 : room, text);
    count = shorten(text, count, &layers->map, width, enlarge * DRAW_CHAR_WIDTH_PX);
    if (count == 0 || high > layers->height_px)
        return true;
    int32_t wide = count * enlarge * DRAW_CHAR_WIDTH_PX + 2 * padding;
    struct draw_rect place;
    if (!label_place(taken, rect, wide < width ? wide : width, high, &place))
        return true;
    struct scene_layer *label = add_layer(layers, SCENE_LABEL, box->rgb);
    if (!label)
        return false;
    label->rect = place;
    memcpy(label->ink, ink_on(box->rgb), 3);
    memcpy(label->text, text, (size_t)count + 1);
    return true;
}

void scene_paint_label(
    struct pixels *out, const struct scene_layer *label, int32_t enlarge, int32_t x, int32_t y)
{
    draw_fill(out, (struct draw_rect){x, y, label->rect.w, label->rect.h}, label->rgb);
    draw_text_scaled(
        out, x + enlarge * PADDING_PX, y + enlarge * PADDING_PX, label->text, enlarge, label->ink);
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

/* One outline, or the two of a double line where there is room for the second. */
static bool add_outlines(
    struct scene_layers *layers, struct draw_rect rect, const struct overlay_box *box)
{
    int32_t line = box->line_px;
    line = line < 1 ? 1 : line > SCENE_MAX_LINE_PX ? SCENE_MAX_LINE_PX : line;
    line *= layers->map.enlarge;
    int32_t in = 2 * line;
    bool twice = box->style == LINE_DOUBLE && rect.w > 2 * (in + line) && rect.h > 2 * (in + line);
    for (int i = 0; i <= twice; i++) {
        struct scene_layer *layer = add_layer(layers, SCENE_OUTLINE, box->rgb);
        if (!layer)
            return false;
        layer->rect = rect;
        layer->style = box->style == LINE_DOUBLE ? LINE_SOLID : box->style;
        layer->line_px = line;
        rect = (struct draw_rect){rect.x + in, rect.y + in, rect.w - 2 * in, rect.h - 2 * in};
    }
    return true;
}

static bool add_mask(struct scene_layers *layers, const struct overlay_box *box)
{
    struct scene_layer *layer = add_layer(layers, SCENE_MASK, box->rgb);
    if (!layer)
        return false;
    layer->mask = box->mask;
    layer->mask_count = box->mask_count;
    layer->mask_height_px = box->mask_height_px;
    return true;
}

static bool add_labels(struct scene_layers *layers, const struct overlay_box *boxes, size_t count,
    int32_t least, struct scene_texts *texts)
{
    struct label_map taken;
    int32_t w = layers->width_px, h = layers->height_px;
    bool ok = texts ? label_map_init(&taken, w, h / CELL_HEIGHT_PX, 1)
                    : label_map_init(&taken, w, h, SQUARE_PX);
    struct draw_rect rect;
    for (size_t i = 0; ok && i < count; i++) {
        if (!boxes[i].label[0] || !place_box(&layers->map, &boxes[i], least, layers, &rect))
            continue;
        ok = texts ? add_text(texts, &layers->map, &taken, rect, &boxes[i])
                   : add_label(layers, &taken, rect, &boxes[i]);
    }
    label_map_done(&taken);
    return ok;
}

bool scene_lay(const struct scene_map *map, const struct overlay_box *boxes, size_t count,
    int32_t width_px, int32_t height_px, struct scene_layers *layers, struct scene_texts *texts)
{
    struct draw_rect rect;
    bool ok = true;
    layers->count = 0;
    layers->width_px = width_px;
    layers->height_px = height_px;
    layers->map = *map;
    layers->map.enlarge = map->enlarge < 1 ? 1 : map->enlarge;
    int32_t least = texts ? 1 : SCENE_LEAST_BOX_PX * layers->map.enlarge;
    if (texts)
        texts->count = 0;
    for (size_t i = 0; ok && i < count; i++)
        if (boxes[i].mask_count)
            ok = add_mask(layers, &boxes[i]);
    for (size_t i = 0; ok && i < count; i++)
        if (place_box(map, &boxes[i], least, layers, &rect))
            ok = add_outlines(layers, rect, &boxes[i]);
    return ok && add_labels(layers, boxes, count, least, texts);
}

static bool paint_mask(
    const struct scene_layers *layers, const struct scene_layer *layer, struct pixels *out)
{
    struct stencil stencil = {layer->mask, layer->mask_count, layer->mask_height_px,
        {layer->rgb[0], layer->rgb[1], layer->rgb[2]}};
    return stencil_lay(
        out, &layers->map, &stencil, layers->map.hatched ? STENCIL_HATCHED : STENCIL_BLENDED);
}

bool scene_paint(const struct pixels *base, const struct scene_layers *layers, struct pixels *out)
{
    bool ok = true;
    memcpy(out->rgb, base->rgb, pixels_bytes(base));
    for (size_t i = 0; i < layers->count; i++) {
        const struct scene_layer *layer = &layers->items[i];
        if (layer->kind == SCENE_MASK)
            ok &= paint_mask(layers, layer, out);
        else if (layer->kind == SCENE_OUTLINE)
            draw_outline(out, layer->rect, layer->style, layer->line_px, layer->rgb);
        else
            scene_paint_label(out, layer, layers->map.enlarge, layer->rect.x, layer->rect.y);
    }
    return ok;
}

bool scene_compose(const struct pixels *base, const struct scene_map *map,
    const struct overlay_box *boxes, size_t count, struct pixels *out, struct scene_texts *texts)
{
    struct scene_layers layers = {0};
    bool ok = scene_lay(map, boxes, count, base->width_px, base->height_px, &layers, texts);
    ok &= scene_paint(base, &layers, out);
    scene_layers_done(&layers);
    return ok;
}
