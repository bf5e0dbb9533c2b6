/*
 * A figure: lines, areas and texts in pixels, written as SVG or drawn into a PNG.
 * Knows: shapes in the order in which they lie. Must not know: axes, curves, themes.
 *
 * One layout, two writers: both files show the same.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "work/photo.h"

enum { FIGURE_MOST_SIDE_PX = 16384, FIGURE_TEXT_PX = 14, FIGURE_CHAR_PX = 12 };

struct figure_point {
    double x, y; /* pixels from the top left; finite */
};

enum figure_kind { FIGURE_LINE, FIGURE_AREA, FIGURE_TEXT };
enum figure_anchor { FIGURE_START, FIGURE_MIDDLE, FIGURE_END };
enum figure_dash { FIGURE_SOLID, FIGURE_DASHED, FIGURE_DOTTED, FIGURE_DASHDOT };

struct figure_shape {
    enum figure_kind kind;
    uint8_t rgb[3];
    double alpha;                      /* 0..1 */
    const struct figure_point *points; /* a text has one: where its base line begins, or see anchor */
    size_t count;
    double width_px; /* of a line */
    enum figure_dash dash;
    const char *text; /* any bytes; written harmless */
    enum figure_anchor anchor;
    bool bold;
};

struct figure {
    int32_t width_px, height_px; /* 1..FIGURE_MOST_SIDE_PX */
    uint8_t ground[3];
    const char *title; /* for what reads the picture aloud; any bytes */
    struct arena *arena;
    struct figure_shape *shapes; /* in the arena's and the heap's memory: figure_done() */
    size_t count, capacity;
    bool failed; /* memory ran out while shapes were added */
};

/* Zeroed but for ARENA and sizes, the figure is ready. Adds a shape; points are not copied. */
void figure_add(struct figure *figure, const struct figure_shape *shape);
void figure_done(struct figure *figure);

/* A text is about this wide in both files. */
double figure_text_px(const char *text);

/* Appends the SVG to OUT: valid XML whatever the texts are. ERR_MEMORY. */
bool figure_svg(const struct figure *figure, struct buf *out, struct err *err);
/* A photo of the figure's size, drawn when it is first painted. Takes the figure's shapes and all that
 * its arena holds, and leaves both empty; NULL, and nothing taken or all freed, when memory is out. One
 * reference is the caller's. */
struct photo *figure_photo(struct figure *figure);
/* The same for figures that are drawn alike. */
struct digest figure_digest(const struct figure *figure);
/* Writes PATH, as its ending says: .svg or .png (ERR_USAGE for others). */
bool figure_write(const struct figure *figure, const char *path, struct err *err);
