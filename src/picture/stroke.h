/*
 * Lines and areas with soft edges, for charts as pictures.
 * Knows: pixels and coverage. Must not know: axes, curves.
 *
 * Coordinates are pixels, a pixel's middle at .5; everything is clipped. A shape is laid over the
 * picture once, however often it crosses itself. Time is that of the pixels within the rectangles
 * around its segments.
 */
#pragma once

#include "picture/pixels.h"

struct stroke_point {
    double x, y; /* finite */
};

struct stroke_ink {
    uint8_t rgb[3];
    double alpha; /* 0..1 */
};

enum { STROKE_MOST_DASHES = 4 };

/* The line through COUNT points, WIDTH_PX wide with round ends. DASHES are the lengths of ink and
 * gap in turn, DASH_COUNT of them (even, at most STROKE_MOST_DASHES, their sum above 0); 0: none.
 * False when memory is out. */
bool stroke_line(struct pixels *pixels, const struct stroke_point *points, size_t count,
    double width_px, const double *dashes, size_t dash_count, const struct stroke_ink *ink);
/* The inside of the polygon of COUNT points (even-odd). False when memory is out. */
bool stroke_area(struct pixels *pixels, const struct stroke_point *points, size_t count,
    const struct stroke_ink *ink);
