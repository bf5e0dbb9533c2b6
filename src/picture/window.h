/*
 * A window on a picture: which part of an image is seen, and how large.
 * Knows: zoom, pan, scaling with a filter. Must not know: boxes, terminals, keys.
 *
 * All lengths of a window are pixels of the original image; the picture may hold it smaller (it was
 * decoded to fit) or in full. Functions are pure and may run on any thread.
 */
#pragma once

#include "picture/scene.h"

enum window_filter {
    WINDOW_NEAREST, /* enlarged pixels stay squares, as for labels drawn to the pixel */
    WINDOW_SMOOTH,  /* enlarged pixels run into one another (bilinear) */
};

/* The original's point that stands in the middle, and screen pixels for each of its pixels. */
struct window {
    double x, y, zoom;
};

/* All of a WIDTH x HEIGHT original in a room: the largest zoom that shows it whole. */
struct window window_fit(
    int32_t width_px, int32_t height_px, int32_t room_width_px, int32_t room_height_px);
/* Zoomed by FACTOR about a place in the room, which keeps showing the same point. */
struct window window_zoom(struct window window, double factor, double at_x, double at_y,
    int32_t room_width_px, int32_t room_height_px);
/* Held so that a side larger than the room leaves none of it empty, and one that is not stands in
 * the middle; zoom no less than that of window_fit() or 1, and no more than WINDOW_MOST_ZOOM. */
enum { WINDOW_MOST_ZOOM = 64 };
struct window window_hold(struct window window, int32_t width_px, int32_t height_px,
    int32_t room_width_px, int32_t room_height_px);

/*
 * What WINDOW shows of PICTURE, whose original is WIDTH x HEIGHT, in a room of that size with GROUND
 * around: area averages where it shrinks, FILTER where it grows. MAP takes boxes there (scene.h).
 * The caller frees it. NULL when memory is out.
 */
struct pixels *window_render(const struct pixels *picture, int32_t width_px, int32_t height_px,
    struct window window, int32_t room_width_px, int32_t room_height_px, enum window_filter filter,
    const uint8_t ground[3], struct scene_map *map);
