#include "picture/overlay.h"

#include "base/grow.h"
#include "picture/encoder.h"

#include <stdlib.h>
#include <string.h>

enum {
    LEAST_BAR_PX = 12, /* shorter lines go into patches */
    LEAST_DASHES = 3,  /* of a dashed bar */
    NEAR_PX = 10,      /* rectangles so near to one another share a patch */
    MOST_PATCHES = 64,
    AROUND_PX = 2, /* so far beyond a patch a bar is still part of it */
};

/* A pixel: as in the base, drawn, or drawn and in a bar. */
enum { CLEAR, DRAWN, BARRED };

void overlay_done(struct overlay *overlay)
{
    free(overlay->pieces);
    free(overlay->rects);
    free(overlay->order);
    free(overlay->state);
    *overlay = (struct overlay){0};
}

bool overlay_piece_same(const struct overlay_piece *a, const struct overlay_piece *b)
{
    return a->is_bar == b->is_bar && a->x == b->x && a->y == b->y && a->w == b->w && a->h == b->h &&
           (a->is_bar ? memcmp(a->rgb, b->rgb, 3) == 0 && a->on == b->on && a->off == b->off &&
                            a->phase == b->phase
                      : a->hash == b->hash);
}

static const uint8_t *pixel_at(const struct pixels *pixels, int32_t x, int32_t y)
{
    return pixels->rgb + ((size_t)y * (size_t)pixels->width_px + (size_t)x) * 3;
}

/* ---- rectangles of one colour ---- */

/* Makes the run [FROM, END) of row Y part of the rectangle above it that is just as wide, or a new
 * one. *ABOVE walks through those that end in the row above, BELOW collects those of this row. */
static bool add_run(
    struct overlay *overlay, int32_t y, int32_t from, int32_t end, size_t *above, size_t above_end)
{
    const uint8_t *rgb = pixel_at(overlay->shown, from, y);
    for (; *above < above_end; ++*above) {
        struct overlay_piece *rect = &overlay->rects[overlay->order[*above]];
        if (rect->x > from)
            break;
        if (rect->x == from && rect->w == end - from && rect->y + rect->h == y &&
            memcmp(rect->rgb, rgb, 3) == 0) {
            rect->h++;
            overlay->order[overlay->count++] = overlay->order[*above];
            return true;
        }
    }
    if (!GROW(overlay->rects, overlay->rect_capacity, overlay->rect_count + 1))
        return false;
    overlay->rects[overlay->rect_count] = (struct overlay_piece){.is_bar = true,
        .x = from,
        .y = y,
        .w = end - from,
        .h = 1,
        .rgb = {rgb[0], rgb[1], rgb[2]}};
    overlay->order[overlay->count++] = overlay->rect_count++;
    return true;
}

/* All drawn pixels as rectangles: runs of one colour, and equal ones below one another. */
static bool find_rects(struct overlay *overlay, const struct pixels *base)
{
    const struct pixels *shown = overlay->shown;
    size_t width = (size_t)shown->width_px, above = 0, above_end = 0;
    /* `order` holds the rectangles of the row above and of this one, `count` is its end. */
    if (!GROW(overlay->order, overlay->order_capacity, width * 2 + 2))
        return false;
    overlay->rect_count = overlay->count = 0;
    for (int32_t y = 0; y < shown->height_px; y++) {
        memmove(overlay->order, overlay->order + above_end,
            (overlay->count - above_end) * sizeof *overlay->order);
        above_end = overlay->count -= above_end;
        above = 0;
        int32_t from = 0, end;
        for (; encoder_next_change(shown, base, y, &from, &end); from = end) {
            memset(overlay->state + (size_t)y * width + (size_t)from, DRAWN, (size_t)(end - from));
            for (int32_t x = from, run = from; x < end; run = x) {
                while (x < end && memcmp(pixel_at(shown, x, y), pixel_at(shown, run, y), 3) == 0)
                    x++;
                if (!add_run(overlay, y, run, x, &above, above_end))
                    return false;
            }
        }
    }
    overlay->count = 0;
    return true;
}

/* ---- bars ---- */

static bool add_piece(struct overlay *overlay, const struct overlay_piece *piece)
{
    if (!GROW(overlay->pieces, overlay->capacity, overlay->count + 1))
        return false;
    overlay->pieces[overlay->count++] = *piece;
    return true;
}

/* Gives the pixels of BAR's ink the state STATE. */
static void mark_bar(struct overlay *overlay, const struct overlay_piece *bar, uint8_t state)
{
    size_t width = (size_t)overlay->shown->width_px;
    int32_t period = bar->on + bar->off;
    bool down = bar->h > OVERLAY_BAR_PX;
    for (int32_t y = 0; y < bar->h; y++)
        for (int32_t x = 0; x < bar->w; x++)
            if (!period || ((down ? y : x) + bar->phase) % period < bar->on)
                overlay->state[(size_t)(bar->y + y) * width + (size_t)(bar->x + x)] = state;
}

static int compare(int32_t a, int32_t b)
{
    return (a > b) - (a < b);
}

/* Those of one line of dashes beside one another. */
static int by_row(const void *a, const void *b)
{
    const struct overlay_piece *p = a, *q = b;
    int order = compare(p->y, q->y);
    order = order ? order : compare(p->h, q->h);
    order = order ? order : memcmp(p->rgb, q->rgb, 3);
    return order ? order : compare(p->x, q->x);
}

static int by_col(const void *a, const void *b)
{
    const struct overlay_piece *p = a, *q = b;
    int order = compare(p->x, q->x);
    order = order ? order : compare(p->w, q->w);
    order = order ? order : memcmp(p->rgb, q->rgb, 3);
    return order ? order : compare(p->y, q->y);
}

/* A rectangle along the line that it may be a dash of. */
struct dash {
    int32_t from, length, across, thick;
};

static struct dash dash_of(const struct overlay_piece *rect, bool rows)
{
    return rows ? (struct dash){rect->x, rect->w, rect->y, rect->h}
                : (struct dash){rect->y, rect->h, rect->x, rect->w};
}

/* How far it is from A to B, which follows on the same line; -1 when it does not. */
static int32_t gap(const struct overlay_piece *a, const struct overlay_piece *b, bool rows)
{
    struct dash p = dash_of(a, rows), q = dash_of(b, rows);
    bool same = p.across == q.across && p.thick == q.thick && memcmp(a->rgb, b->rgb, 3) == 0;
    return same && p.thick <= OVERLAY_BAR_PX ? q.from - p.from - p.length : -1;
}

/* How many rectangles from RECTS on are the dashes of one line: all as long as the second, but the
 * first and the last, which may be cut. 0: none. */
static size_t count_dashes(const struct overlay_piece *rects, size_t left, bool rows)
{
    if (left < LEAST_DASHES)
        return 0;
    int32_t off = gap(&rects[0], &rects[1], rows), on = dash_of(&rects[1], rows).length;
    size_t count = 1;
    if (off <= 0 || on + off > OVERLAY_MOST_PERIOD_PX || dash_of(&rects[0], rows).length > on)
        return 0;
    while (count < left && gap(&rects[count - 1], &rects[count], rows) == off &&
           dash_of(&rects[count], rows).length == on)
        count++;
    if (count < left && gap(&rects[count - 1], &rects[count], rows) == off &&
        dash_of(&rects[count], rows).length < on)
        count++;
    const struct overlay_piece *last = &rects[count - 1];
    int32_t length =
        dash_of(last, rows).from + dash_of(last, rows).length - dash_of(&rects[0], rows).from;
    return count >= LEAST_DASHES && length >= 2 * LEAST_BAR_PX ? count : 0;
}

/* Takes lines of dashes out of the rectangles, along rows or along columns. */
static bool find_dashed(struct overlay *overlay, bool rows)
{
    struct overlay_piece *rects = overlay->rects;
    size_t kept = 0;
    if (overlay->rect_count)
        qsort(rects, overlay->rect_count, sizeof *rects, rows ? by_row : by_col);
    for (size_t i = 0; i < overlay->rect_count;) {
        size_t count = count_dashes(rects + i, overlay->rect_count - i, rows);
        if (!count) {
            rects[kept++] = rects[i++];
            continue;
        }
        struct overlay_piece bar = rects[i], *last = &rects[i + count - 1];
        bar.on = dash_of(&rects[i + 1], rows).length;
        bar.off = gap(&rects[i], &rects[i + 1], rows);
        bar.phase = bar.on - dash_of(&bar, rows).length;
        bar.w = last->x + last->w - bar.x;
        bar.h = last->y + last->h - bar.y;
        i += count;
        mark_bar(overlay, &bar, BARRED);
        if (!add_piece(overlay, &bar))
            return false;
    }
    overlay->rect_count = kept;
    return true;
}

static bool find_solid(struct overlay *overlay)
{
    size_t kept = 0;
    for (size_t i = 0; i < overlay->rect_count; i++) {
        const struct overlay_piece *rect = &overlay->rects[i];
        int32_t thick = rect->w < rect->h ? rect->w : rect->h;
        int32_t length = rect->w < rect->h ? rect->h : rect->w;
        if (thick > OVERLAY_BAR_PX || length < LEAST_BAR_PX) {
            overlay->rects[kept++] = *rect;
            continue;
        }
        mark_bar(overlay, rect, BARRED);
        if (!add_piece(overlay, rect))
            return false;
    }
    overlay->rect_count = kept;
    return true;
}

/* ---- patches ---- */

static bool is_near(const struct overlay_piece *a, const struct overlay_piece *b)
{
    return a->x < b->x + b->w + NEAR_PX && b->x < a->x + a->w + NEAR_PX &&
           a->y < b->y + b->h + NEAR_PX && b->y < a->y + a->h + NEAR_PX;
}

static void surround(struct overlay_piece *patch, const struct overlay_piece *with)
{
    int32_t right = patch->x + patch->w, bottom = patch->y + patch->h;
    right = with->x + with->w > right ? with->x + with->w : right;
    bottom = with->y + with->h > bottom ? with->y + with->h : bottom;
    patch->x = with->x < patch->x ? with->x : patch->x;
    patch->y = with->y < patch->y ? with->y : patch->y;
    patch->w = right - patch->x;
    patch->h = bottom - patch->y;
}

/* Puts RECT into a patch near it, and joins those that are near one another then. Alone it stays a
 * bar: so a corner of a dashed box is cheaper. */
static bool add_to_patch(struct overlay *overlay, size_t first, const struct overlay_piece *rect)
{
    struct overlay_piece patch = *rect;
    bool full = overlay->count - first >= MOST_PATCHES;
    for (size_t i = first; i < overlay->count;) {
        if (!is_near(&overlay->pieces[i], &patch) && !full) {
            i++;
            continue;
        }
        surround(&patch, &overlay->pieces[i]);
        patch.is_bar = false;
        overlay->pieces[i] = overlay->pieces[--overlay->count];
        full = false;
        i = first; /* it has grown: look at the others again */
    }
    return add_piece(overlay, &patch);
}

const uint8_t *overlay_pixel(
    const struct overlay *overlay, const struct overlay_piece *patch, int32_t x, int32_t y)
{
    size_t at = (size_t)(patch->y + y) * (size_t)overlay->shown->width_px + (size_t)(patch->x + x);
    return overlay->state[at] == DRAWN ? overlay->shown->rgb + at * 3 : NULL;
}

/* FNV-1a of its pixels. */
static void look(const struct overlay *overlay, struct overlay_piece *patch)
{
    patch->hash = 14695981039346656037u;
    for (int32_t y = 0; y < patch->h; y++)
        for (int32_t x = 0; x < patch->w; x++) {
            const uint8_t *rgb = overlay_pixel(overlay, patch, x, y);
            uint32_t value = rgb ? 1u << 24 | (uint32_t)rgb[0] << 16 | rgb[1] << 8 | rgb[2] : 0;
            patch->hash = (patch->hash ^ value) * 1099511628211u;
        }
}

static bool is_inside(const struct overlay_piece *bar, const struct overlay_piece *patch)
{
    return bar->x >= patch->x - AROUND_PX && bar->y >= patch->y - AROUND_PX &&
           bar->x + bar->w <= patch->x + patch->w + AROUND_PX &&
           bar->y + bar->h <= patch->y + patch->h + AROUND_PX;
}

/* The bars among the FIRST pieces that lie in a patch become part of it: the ground of a label. */
static void take_bars(struct overlay *overlay, size_t first)
{
    size_t kept = 0;
    if (!first)
        return;
    for (size_t i = 0; i < first; i++) {
        const struct overlay_piece *bar = &overlay->pieces[i];
        size_t patch = first;
        while (patch < overlay->count &&
               (overlay->pieces[patch].is_bar || !is_inside(bar, &overlay->pieces[patch])))
            patch++;
        if (patch == overlay->count) {
            overlay->pieces[kept++] = *bar;
            continue;
        }
        mark_bar(overlay, bar, DRAWN);
        surround(&overlay->pieces[patch], bar);
    }
    memmove(overlay->pieces + kept, overlay->pieces + first,
        (overlay->count - first) * sizeof *overlay->pieces);
    overlay->count -= first - kept;
}

static bool find_patches(struct overlay *overlay)
{
    size_t first = overlay->count;
    bool ok = true;
    for (size_t i = 0; ok && i < overlay->rect_count; i++)
        ok = add_to_patch(overlay, first, &overlay->rects[i]);
    for (size_t i = first; ok && i < overlay->count; i++) {
        struct overlay_piece *alone = &overlay->pieces[i];
        alone->is_bar &= alone->w <= OVERLAY_BAR_PX || alone->h <= OVERLAY_BAR_PX;
        if (alone->is_bar)
            mark_bar(overlay, alone, BARRED);
    }
    if (ok)
        take_bars(overlay, first);
    for (size_t i = 0; ok && i < overlay->count; i++)
        if (!overlay->pieces[i].is_bar)
            look(overlay, &overlay->pieces[i]);
    return ok;
}

/* Gives the pixels of all bars back: the drawing is one patch. */
static bool give_up_bars(struct overlay *overlay)
{
    for (size_t i = 0; i < overlay->state_bytes; i++)
        overlay->state[i] = overlay->state[i] ? DRAWN : CLEAR;
    struct overlay_piece all = overlay->pieces[0];
    for (size_t i = 1; i < overlay->count; i++)
        surround(&all, &overlay->pieces[i]);
    all.is_bar = false;
    overlay->count = 0;
    look(overlay, &all);
    return add_piece(overlay, &all);
}

bool overlay_find(struct overlay *overlay, const struct pixels *base, const struct pixels *shown)
{
    size_t bytes = (size_t)shown->width_px * (size_t)shown->height_px;
    overlay->shown = shown;
    if (!GROW(overlay->state, overlay->state_bytes, bytes))
        return false;
    memset(overlay->state, CLEAR, bytes);
    if (!find_rects(overlay, base) || !find_dashed(overlay, true) || !find_dashed(overlay, false) ||
        !find_solid(overlay) || !find_patches(overlay))
        return false;
    return overlay->count <= OVERLAY_MOST_PIECES || give_up_bars(overlay);
}
