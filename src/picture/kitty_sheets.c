#include "picture/kitty_sheets.h"

#include "base/grow.h"
#include "picture/palette.h"
#include "picture/png_out.h"
#include "picture/stencil.h"

#include <stdlib.h>
#include <string.h>

enum {
    RGBA_BYTES = 4,
    MOST_OUTLINE_BYTES = 24 << 20, /* beyond it outlines are four bars each */
    MOST_BYTES = 48 << 20,         /* kitty forgets what is beyond 320 MiB */
    MOST_SHEETS = KITTY_IDS_PER_FRAME - 512,
    MOST_LABELS_WIDTH_PX = 4000,
    MOST_PNG_BYTES = 64 << 20,
};

/* What tells sheets apart; zeroed first, for it is digested. */
struct key {
    enum { OUTLINE, BAR_ACROSS, BAR_DOWN, LABEL, MASK } what;
    uint8_t rgb[3], ink[3];
    int32_t on, off, line, width, height;
    char text[SCENE_LABEL_BYTES];
    double scale_x, scale_y, left, top;
    struct digest mask;
};

void kitty_sheets_init(struct kitty_sheets *sheets, const struct encode_place *place,
    int32_t width_px, int32_t height_px)
{
    *sheets = (struct kitty_sheets){.place = place, .width_px = width_px, .height_px = height_px};
    buf_init(&sheets->png, MOST_PNG_BYTES);
}

void kitty_sheets_done(struct kitty_sheets *sheets)
{
    free(sheets->items);
    free(sheets->labels);
    buf_done(&sheets->png);
}

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory");
}

static struct digest digest_key(const struct key *key)
{
    return digest_of(key, sizeof *key);
}

/* ---- sheets ---- */

static struct kitty_sheet *find(struct kitty_sheets *sheets, const struct digest *key)
{
    for (size_t i = 0; i < sheets->count; i++)
        if (digest_equal(&sheets->items[i].key, key)) {
            sheets->items[i].used = sheets->scene;
            return &sheets->items[i];
        }
    return NULL;
}

static struct kitty_sheet *by_number(struct kitty_sheets *sheets, uint32_t which)
{
    for (size_t i = 0; i < sheets->count; i++)
        if (sheets->items[i].which == which)
            return &sheets->items[i];
    return NULL;
}

/* That the terminal needs for it. */
static size_t bytes_of(const struct kitty_sheet *sheet)
{
    return (size_t)sheet->place.w * (size_t)sheet->place.h * RGBA_BYTES;
}

/* Sends INDEX, its entry 0 clear and its rightmost column, too; NULL with ERR. */
static struct kitty_sheet *send(struct kitty_sheets *sheets, const struct digest *key,
    struct png_indexed *picture, struct buf *out, struct err *err)
{
    if (sheets->count >= MOST_SHEETS) {
        err_set(err, ERR_LIMIT, "too many different things over one picture");
        return NULL;
    }
    picture->first_is_clear = true;
    buf_clear(&sheets->png);
    if (!png_out_indexed(picture, &sheets->png, err))
        return NULL;
    if (!GROW(sheets->items, sheets->capacity, sheets->count + 1)) {
        no_memory(err);
        return NULL;
    }
    do
        sheets->last = sheets->last % (KITTY_IDS_PER_FRAME - 1) + 1;
    while (by_number(sheets, sheets->last));
    struct kitty_sheet *sheet = &sheets->items[sheets->count++];
    *sheet = (struct kitty_sheet){.which = sheets->last,
        .key = *key,
        .place = {0, 0, picture->width_px, picture->height_px},
        .used = sheets->scene};
    sheets->bytes += bytes_of(sheet);
    kitty_send_sheet(out, sheets->place, sheet->which, picture->width_px - 1, 0, &sheets->png);
    return sheet;
}

/* Room for one byte a pixel, all clear, and a clear column beside. */
static uint8_t *blank(int32_t width, int32_t height, struct png_indexed *picture, struct err *err)
{
    uint8_t *index = calloc((size_t)(width + 1), (size_t)height);
    *picture = (struct png_indexed){.index = index, .width_px = width + 1, .height_px = height};
    if (!index)
        no_memory(err);
    return index;
}

static struct kitty_sheet *send_one_colour(struct kitty_sheets *sheets, const struct digest *key,
    const uint8_t colour[3], struct png_indexed *picture, struct buf *out, struct err *err)
{
    const uint8_t rgb[2][3] = {{0}, {colour[0], colour[1], colour[2]}};
    picture->rgb = rgb;
    picture->colours = 2;
    return send(sheets, key, picture, out, err);
}

static void drop(struct kitty_sheets *sheets, size_t at, struct buf *out)
{
    struct kitty_sheet *sheet = &sheets->items[at];
    size_t kept = 0;
    for (size_t i = 0; i < sheets->label_count; i++)
        if (sheets->labels[i].which != sheet->which)
            sheets->labels[kept++] = sheets->labels[i];
    sheets->label_count = kept;
    sheets->bytes -= bytes_of(sheet);
    sheets->outline_bytes -= sheet->outline ? bytes_of(sheet) : 0;
    kitty_forget(out, sheets->place, sheet->which);
    *sheet = sheets->items[--sheets->count];
}

void kitty_sheets_trim(struct kitty_sheets *sheets, struct buf *out)
{
    while (sheets->bytes > MOST_BYTES || sheets->count > MOST_SHEETS / 2) {
        size_t oldest = 0;
        for (size_t i = 1; i < sheets->count; i++)
            if (sheets->items[i].used < sheets->items[oldest].used)
                oldest = i;
        if (!sheets->count || sheets->items[oldest].used == sheets->scene)
            return;
        drop(sheets, oldest, out);
    }
}

void kitty_sheets_forget(struct kitty_sheets *sheets, struct buf *out)
{
    while (sheets->count)
        drop(sheets, sheets->count - 1, out);
}

/* ---- outlines ---- */

static struct key outline_key(const struct scene_layer *layer, int what)
{
    struct key key;
    memset(&key, 0, sizeof key);
    key.what = what;
    memcpy(key.rgb, layer->rgb, 3);
    key.line = layer->line_px;
    draw_pattern(layer->style, layer->line_px, &key.on, &key.off);
    return key;
}

/* 1 for solid lines: they look the same from anywhere. */
static int32_t period_of(const struct key *key)
{
    return key->off ? key->on + key->off : 1;
}

/* The two sides at the corner TO, in strokes from there on; the next row is DOWN further, the next
 * pixel of a row ACROSS. */
static void put_corner(const struct key *key, uint8_t *to, ptrdiff_t down, ptrdiff_t across,
    int32_t width, int32_t height)
{
    int32_t period = period_of(key);
    for (int32_t i = 0; i < width || i < height; i++)
        for (int32_t line = 0; (!key->off || i % period < key->on) && line < key->line; line++) {
            if (i < width)
                to[line * down + i * across] = 1;
            if (i < height)
                to[i * down + line * across] = 1;
        }
}

/* An outline larger than any that fits into the picture, wherever that is cut off; NULL without ERR
 * where it would be too much. */
static struct kitty_sheet *outline_sheet(struct kitty_sheets *sheets,
    const struct scene_layer *layer, const struct key *key, struct buf *out, struct err *err)
{
    struct digest digest = digest_key(key);
    struct kitty_sheet *sheet = find(sheets, &digest);
    int32_t more = 2 * key->line + period_of(key);
    int32_t w = sheets->width_px + more, h = sheets->height_px + more;
    size_t bytes = (size_t)(w + 1) * (size_t)h * RGBA_BYTES;
    if (sheet || sheets->outline_bytes + bytes > MOST_OUTLINE_BYTES)
        return sheet;
    struct png_indexed picture;
    uint8_t *index = blank(w, h, &picture, err);
    if (index) {
        put_corner(key, index, w + 1, 1, w, h);
        put_corner(key, index + (size_t)h * (size_t)(w + 1) - 2, -(w + 1), -1, w, h);
        sheet = send_one_colour(sheets, &digest, layer->rgb, &picture, out, err);
    }
    free(index);
    if (sheet) {
        sheet->outline = true;
        sheets->outline_bytes += bytes;
    }
    return sheet;
}

/* A pixel so far from the corner of an outline, found on its sheet. */
static int32_t on_sheet(const struct key *key, int32_t far)
{
    return far < key->line ? far : key->line + (far - key->line) % period_of(key);
}

/* The corner above left and the one below right, each with two sides. */
static size_t cut_corners(const struct kitty_sheet *sheet, const struct key *key,
    struct draw_rect rect, struct draw_rect seen, struct kitty_cut cuts[KITTY_MOST_CUTS])
{
    int32_t left = seen.x - rect.x, above = seen.y - rect.y;
    int32_t right = rect.x + rect.w - seen.x - seen.w, below = rect.y + rect.h - seen.y - seen.h;
    size_t count = 0;
    if (left < key->line || above < key->line)
        cuts[count++] =
            (struct kitty_cut){sheet->which, on_sheet(key, left), on_sheet(key, above), seen};
    if (right < key->line || below < key->line)
        cuts[count++] = (struct kitty_cut){sheet->which,
            sheet->place.w - 1 - on_sheet(key, right) - seen.w,
            sheet->place.h - on_sheet(key, below) - seen.h, seen};
    return count;
}

/* A bar as long as the picture, and twice as thick as the line. */
static struct kitty_sheet *bar_sheet(struct kitty_sheets *sheets, const struct scene_layer *layer,
    bool across, bool solid, struct key *key, struct buf *out, struct err *err)
{
    *key = outline_key(layer, across ? BAR_ACROSS : BAR_DOWN);
    key->off = solid ? 0 : key->off;
    struct digest digest = digest_key(key);
    struct kitty_sheet *sheet = find(sheets, &digest);
    if (sheet)
        return sheet;
    int32_t period = period_of(key), thick = 2 * key->line;
    int32_t w = across ? sheets->width_px + period : thick;
    int32_t h = across ? thick : sheets->height_px + period;
    struct png_indexed picture;
    uint8_t *index = blank(w, h, &picture, err);
    for (int32_t y = 0; index && y < h; y++)
        for (int32_t x = 0; x < w; x++)
            index[(size_t)y * (size_t)(w + 1) + (size_t)x] =
                !key->off || (across ? x : y) % period < key->on;
    if (index)
        sheet = send_one_colour(sheets, &digest, layer->rgb, &picture, out, err);
    free(index);
    return sheet;
}

/* STRIP of LAYER, a side of it or all; FROM_END as draw_outline() draws it. */
static bool cut_bar(struct kitty_sheets *sheets, const struct scene_layer *layer,
    struct draw_rect strip, bool across, bool solid, bool from_end, struct kitty_cut *cuts,
    size_t *count, struct buf *out, struct err *err)
{
    struct draw_rect seen = draw_clip(strip, sheets->width_px, sheets->height_px);
    struct key key;
    if (!seen.w)
        return true;
    const struct kitty_sheet *sheet = bar_sheet(sheets, layer, across, solid, &key, out, err);
    if (!sheet)
        return false;
    int32_t period = period_of(&key);
    int32_t far = across ? seen.x - strip.x : seen.y - strip.y;
    if (from_end) { /* counted backwards a stroke begins where it ends */
        far = (across ? strip.w : strip.h) - 1 - far;
        far = (key.on - 1 - far % period + period) % period;
    }
    int32_t from = key.off ? far % period : 0;
    cuts[(*count)++] = (struct kitty_cut){sheet->which, across ? from : 0, across ? 0 : from, seen};
    return true;
}

static bool cut_bars(struct kitty_sheets *sheets, const struct scene_layer *layer,
    struct kitty_cut *cuts, size_t *count, struct buf *out, struct err *err)
{
    struct draw_rect all = layer->rect;
    int32_t line = layer->line_px;
    struct draw_rect upper = {all.x, all.y, all.w, line}, left = {all.x, all.y, line, all.h};
    struct draw_rect lower = {all.x, all.y + all.h - line, all.w, line};
    struct draw_rect right = {all.x + all.w - line, all.y, line, all.h};
    return cut_bar(sheets, layer, upper, true, false, false, cuts, count, out, err) &&
           cut_bar(sheets, layer, left, false, false, false, cuts, count, out, err) &&
           cut_bar(sheets, layer, lower, true, false, true, cuts, count, out, err) &&
           cut_bar(sheets, layer, right, false, false, true, cuts, count, out, err);
}

static bool cut_outline(struct kitty_sheets *sheets, const struct scene_layer *layer,
    struct kitty_cut *cuts, size_t *count, struct buf *out, struct err *err)
{
    struct draw_rect seen = draw_clip(layer->rect, sheets->width_px, sheets->height_px);
    if (!seen.w)
        return true;
    if (draw_is_filled(layer->rect, layer->line_px))
        return cut_bar(sheets, layer, layer->rect, layer->rect.h <= 2 * layer->line_px, true, false,
            cuts, count, out, err);
    struct key key = outline_key(layer, OUTLINE);
    struct err failed = {0};
    const struct kitty_sheet *sheet = outline_sheet(sheets, layer, &key, out, &failed);
    if (failed.code) {
        *err = failed;
        return false;
    }
    if (!sheet)
        return cut_bars(sheets, layer, cuts, count, out, err);
    *count = cut_corners(sheet, &key, layer->rect, seen, cuts);
    return true;
}

/* ---- labels ---- */

static struct digest label_key(const struct scene_layer *label)
{
    struct key key;
    memset(&key, 0, sizeof key);
    key.what = LABEL;
    memcpy(key.rgb, label->rgb, 3);
    memcpy(key.ink, label->ink, 3);
    key.width = label->rect.w;
    key.height = label->rect.h;
    memcpy(key.text, label->text, strlen(label->text));
    return digest_key(&key);
}

static struct kitty_label *find_label(struct kitty_sheets *sheets, const struct digest *key)
{
    for (size_t i = 0; i < sheets->label_count; i++)
        if (digest_equal(&sheets->labels[i].key, key))
            return &sheets->labels[i];
    return NULL;
}

/* The labels from *AT on that are not known yet get places on a sheet beside one another, as many as it
 * takes. */
static bool place_labels(struct kitty_sheets *sheets, const struct scene_layers *layers, size_t *at,
    int32_t *width, int32_t *height, struct err *err)
{
    *width = *height = 0;
    for (; *at < layers->count; ++*at) {
        const struct scene_layer *label = &layers->items[*at];
        struct digest key = label->kind == SCENE_LABEL ? label_key(label) : (struct digest){0};
        if (label->kind != SCENE_LABEL || find_label(sheets, &key))
            continue;
        if (*width && *width + label->rect.w > MOST_LABELS_WIDTH_PX)
            return true;
        if (!GROW(sheets->labels, sheets->label_capacity, sheets->label_count + 1))
            return no_memory(err);
        sheets->labels[sheets->label_count++] = (struct kitty_label){key, 0, *width};
        *width += label->rect.w;
        *height = label->rect.h > *height ? label->rect.h : *height;
    }
    return true;
}

/* Draws and sends those from FIRST on, of the layers [BEGIN, END). */
static bool send_labels(struct kitty_sheets *sheets, const struct scene_layers *layers,
    size_t begin, size_t end, size_t first, int32_t width, int32_t height, struct buf *out,
    struct err *err)
{
    struct png_indexed picture;
    struct palette palette;
    uint8_t *index = blank(width, height, &picture, err);
    struct pixels *drawn = pixels_new(width, height);
    const struct kitty_sheet *sheet = NULL;
    if (index && drawn) {
        for (size_t i = begin; i < end; i++) {
            const struct scene_layer *label = &layers->items[i];
            struct digest key = label->kind == SCENE_LABEL ? label_key(label) : (struct digest){0};
            const struct kitty_label *known = find_label(sheets, &key);
            if (known && known >= sheets->labels + first)
                scene_paint_label(drawn, label, layers->map.enlarge, known->from_x, 0);
        }
        palette_init_exact(&palette, 1);
        for (size_t y = 0; y < (size_t)height; y++)
            for (size_t x = 0; x < (size_t)width; x++)
                index[y * (size_t)(width + 1) + x] =
                    palette_exact(&palette, drawn->rgb + (y * (size_t)width + x) * 3);
        picture.rgb = (const uint8_t(*)[3])palette.rgb;
        picture.colours = palette.used;
        sheet = send(sheets, &sheets->labels[first].key, &picture, out, err);
    }
    pixels_free(drawn);
    free(index);
    for (size_t i = first; sheet && i < sheets->label_count; i++)
        sheets->labels[i].which = sheet->which;
    return sheet;
}

bool kitty_sheets_begin(struct kitty_sheets *sheets, const struct scene_layers *layers,
    struct buf *out, struct err *err)
{
    sheets->scene++;
    for (size_t at = 0; at < layers->count;) {
        int32_t width, height;
        size_t begin = at, first = sheets->label_count;
        bool ok = place_labels(sheets, layers, &at, &width, &height, err) &&
                  (!width || send_labels(sheets, layers, begin, at, first, width, height, out, err));
        if (!ok) {
            sheets->label_count = first;
            return false;
        }
    }
    return true;
}

static void cut_label(struct kitty_sheets *sheets, const struct scene_layer *label,
    struct kitty_cut *cut)
{
    struct digest key = label_key(label);
    const struct kitty_label *known = find_label(sheets, &key);
    by_number(sheets, known->which)->used = sheets->scene;
    *cut = (struct kitty_cut){known->which, known->from_x, 0, label->rect};
}

/* ---- masks ---- */

static struct kitty_sheet *mask_sheet(struct kitty_sheets *sheets, const struct scene_map *map,
    const struct scene_layer *mask, const struct digest *key, struct buf *out, struct err *err)
{
    struct stencil stencil = {mask->mask, mask->mask_count, mask->mask_height_px, {0}};
    struct stencil_cut cut;
    if (!stencil_hatch(map, &stencil, sheets->width_px, sheets->height_px, &cut)) {
        no_memory(err);
        return NULL;
    }
    struct png_indexed picture;
    int32_t w = cut.place.w < 1 ? 1 : cut.place.w, h = cut.place.h < 1 ? 1 : cut.place.h;
    uint8_t *index = blank(w, h, &picture, err);
    for (int32_t y = 0; index && y < cut.place.h; y++)
        for (int32_t x = 0; x < w; x++)
            index[(size_t)y * (size_t)(w + 1) + (size_t)x] =
                cut.pixels[(size_t)y * (size_t)w + (size_t)x] == STENCIL_DRAWN;
    struct kitty_sheet *sheet =
        index ? send_one_colour(sheets, key, mask->rgb, &picture, out, err) : NULL;
    if (sheet) {
        sheet->place.x = cut.place.x;
        sheet->place.y = cut.place.y;
    }
    free(index);
    free(cut.pixels);
    return sheet;
}

static bool cut_mask(struct kitty_sheets *sheets, const struct scene_map *map,
    const struct scene_layer *mask, struct kitty_cut *cut, struct buf *out, struct err *err)
{
    struct key key;
    memset(&key, 0, sizeof key);
    key.what = MASK;
    memcpy(key.rgb, mask->rgb, 3);
    key.height = mask->mask_height_px;
    key.scale_x = map->scale_x;
    key.scale_y = map->scale_y;
    key.left = map->left_px;
    key.top = map->top_px;
    key.mask = digest_of(mask->mask, mask->mask_count * sizeof *mask->mask);
    struct digest digest = digest_key(&key);
    const struct kitty_sheet *sheet = find(sheets, &digest);
    sheet = sheet ? sheet : mask_sheet(sheets, map, mask, &digest, out, err);
    if (!sheet)
        return false;
    *cut = (struct kitty_cut){sheet->which, 0, 0, sheet->place};
    cut->place.w--;
    return true;
}

bool kitty_sheets_cut(struct kitty_sheets *sheets, const struct scene_layers *layers,
    const struct scene_layer *layer, struct kitty_cut cuts[KITTY_MOST_CUTS], size_t *count,
    struct buf *out, struct err *err)
{
    *count = 0;
    if (layer->kind == SCENE_OUTLINE)
        return cut_outline(sheets, layer, cuts, count, out, err);
    *count = 1;
    if (layer->kind == SCENE_MASK)
        return cut_mask(sheets, &layers->map, layer, cuts, out, err);
    cut_label(sheets, layer, cuts);
    return true;
}
