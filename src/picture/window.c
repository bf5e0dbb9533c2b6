#include "picture/window.h"

#include "picture/decode.h"

#include <math.h>
#include <string.h>

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static double fitting_zoom(
    int32_t width_px, int32_t height_px, int32_t room_width_px, int32_t room_height_px)
{
    return fmin((double)room_width_px / width_px, (double)room_height_px / height_px);
}

struct window window_fit(
    int32_t width_px, int32_t height_px, int32_t room_width_px, int32_t room_height_px)
{
    return (struct window){width_px / 2.0, height_px / 2.0,
        fitting_zoom(width_px, height_px, room_width_px, room_height_px)};
}

struct window window_zoom(struct window window, double factor, double at_x, double at_y,
    int32_t room_width_px, int32_t room_height_px)
{
    double x = at_x - room_width_px / 2.0, y = at_y - room_height_px / 2.0;
    double zoom = window.zoom * factor;
    return (struct window){window.x + x / window.zoom - x / zoom,
        window.y + y / window.zoom - y / zoom, zoom};
}

static double hold_axis(double middle, double length, double seen)
{
    return seen >= length ? length / 2 : clamp(middle, seen / 2, length - seen / 2);
}

struct window window_hold(struct window window, int32_t width_px, int32_t height_px,
    int32_t room_width_px, int32_t room_height_px)
{
    double least = fmin(1, fitting_zoom(width_px, height_px, room_width_px, room_height_px));
    double zoom = clamp(window.zoom, least, WINDOW_MOST_ZOOM);
    return (struct window){hold_axis(window.x, width_px, room_width_px / zoom),
        hold_axis(window.y, height_px, room_height_px / zoom), zoom};
}

/* One axis: whole pixels of the picture, and the screen's that show them. */
struct span {
    int32_t from, count; /* of the picture */
    int32_t to, length;  /* of the room; `to` may be negative, the rest beyond the room */
};

/* SCALE: pixels of the room for each of the picture's. */
static struct span span_of(double middle, double scale, int32_t pixels, int32_t room)
{
    double left = room / 2.0 - middle * scale; /* where the picture's edge comes to lie */
    int32_t from = (int32_t)clamp(floor(-left / scale), 0, pixels);
    int32_t end = (int32_t)clamp(ceil((room - left) / scale), from, pixels);
    int32_t to = (int32_t)lround(left + from * scale), until = (int32_t)lround(left + end * scale);
    if (until <= to && end > from)
        until = to + 1;
    return (struct span){from, end - from, to, until - to};
}

static struct pixels *cut(const struct pixels *picture, struct span across, struct span down)
{
    struct pixels *part = pixels_new(across.count, down.count);
    for (int32_t y = 0; part && y < down.count; y++)
        memcpy(part->rgb + (size_t)y * (size_t)across.count * 3,
            picture->rgb + ((size_t)(down.from + y) * (size_t)picture->width_px +
                               (size_t)across.from) * 3,
            (size_t)across.count * 3);
    return part;
}

/* Where on an axis of COUNT pixels the middle of pixel AT of LENGTH lies: the pixel before it, and
 * how far it is to the next, in 256ths. */
static int32_t blend_at(int32_t at, int32_t length, int32_t count, int32_t *part)
{
    double place = clamp((at + 0.5) * count / length - 0.5, 0, count - 1);
    int32_t before = (int32_t)place;
    *part = (int32_t)((place - before) * 256);
    return before;
}

static uint8_t mix(int32_t a, int32_t b, int32_t part)
{
    return (uint8_t)(a + (((b - a) * part + 128) >> 8));
}

static void blend_row(const struct pixels *part, int32_t y, int32_t length_y, struct pixels *out)
{
    int32_t down, across;
    int32_t above = blend_at(y, length_y, part->height_px, &down);
    int32_t below = above + 1 < part->height_px ? above + 1 : above;
    const uint8_t *upper = part->rgb + (size_t)above * (size_t)part->width_px * 3;
    const uint8_t *lower = part->rgb + (size_t)below * (size_t)part->width_px * 3;
    uint8_t *to = out->rgb + (size_t)y * (size_t)out->width_px * 3;
    for (int32_t x = 0; x < out->width_px; x++, to += 3) {
        int32_t left = blend_at(x, out->width_px, part->width_px, &across) * 3;
        int32_t right = left / 3 + 1 < part->width_px ? left + 3 : left;
        for (int32_t c = 0; c < 3; c++)
            to[c] = mix(mix(upper[left + c], upper[right + c], across),
                mix(lower[left + c], lower[right + c], across), down);
    }
}

static struct pixels *enlarge_smoothly(const struct pixels *part, int32_t width, int32_t height)
{
    struct pixels *out = pixels_new(width, height);
    for (int32_t y = 0; out && y < height; y++)
        blend_row(part, y, height, out);
    return out;
}

/* The part that is seen, scaled; NULL also when nothing is. */
static struct pixels *render_part(const struct pixels *picture, struct span across,
    struct span down, enum window_filter filter)
{
    if (across.count < 1 || down.count < 1)
        return NULL;
    bool whole = across.count == picture->width_px && down.count == picture->height_px;
    struct pixels *own = whole ? NULL : cut(picture, across, down);
    const struct pixels *part = whole ? picture : own;
    bool grows = across.length > across.count && down.length > down.count;
    struct pixels *out = NULL;
    if (part && grows && filter == WINDOW_SMOOTH)
        out = enlarge_smoothly(part, across.length, down.length);
    else if (part)
        out = picture_scale(part, across.length, down.length);
    pixels_free(own);
    return out;
}

static void lay(const struct pixels *part, struct span across, struct span down, struct pixels *out)
{
    int32_t first = across.to < 0 ? -across.to : 0;
    int32_t last = across.to + part->width_px > out->width_px ? out->width_px - across.to
                                                               : part->width_px;
    for (int32_t y = 0; y < part->height_px; y++) {
        int32_t row = down.to + y;
        if (row < 0 || row >= out->height_px || last <= first)
            continue;
        memcpy(out->rgb + ((size_t)row * (size_t)out->width_px + (size_t)(across.to + first)) * 3,
            part->rgb + ((size_t)y * (size_t)part->width_px + (size_t)first) * 3,
            (size_t)(last - first) * 3);
    }
}

struct pixels *window_render(const struct pixels *picture, int32_t width_px, int32_t height_px,
    struct window window, int32_t room_width_px, int32_t room_height_px, enum window_filter filter,
    const uint8_t ground[3], struct scene_map *map)
{
    double held_x = (double)picture->width_px / width_px;
    double held_y = (double)picture->height_px / height_px;
    struct span across =
        span_of(window.x * held_x, window.zoom / held_x, picture->width_px, room_width_px);
    struct span down =
        span_of(window.y * held_y, window.zoom / held_y, picture->height_px, room_height_px);
    struct pixels *out = pixels_new(room_width_px, room_height_px);
    if (!out)
        return NULL;
    for (uint8_t *at = out->rgb, *end = at + pixels_bytes(out); at < end; at += 3)
        memcpy(at, ground, 3);
    struct pixels *part = render_part(picture, across, down, filter);
    if (part)
        lay(part, across, down, out);
    bool ok = part || across.count < 1 || down.count < 1;
    pixels_free(part);
    *map = (struct scene_map){.scale_x = window.zoom,
        .scale_y = window.zoom,
        .left_px = room_width_px / 2.0 - window.x * window.zoom,
        .top_px = room_height_px / 2.0 - window.y * window.zoom};
    if (ok)
        return out;
    pixels_free(out);
    return NULL;
}
