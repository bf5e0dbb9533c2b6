/*
 * Parallel coordinates: an upright axis per quantity, a line per item across all of them.
 * Knows: places from 0 (bottom) to 1 (top). Must not know: runs, what the quantities are.
 *
 * Inselberg, "The plane with parallel coordinates", The Visual Computer 1, 1985. What is brushed
 * out is drawn first and faint, then the lines in their order, the cursor's last. An absent value
 * has a row of its own below the axes.
 */
#pragma once

#include "screen/axis.h"
#include "screen/grid.h"

struct coords_axis {
    const char *title; /* any bytes */
    struct axis scale; /* numbers; its ticks are drawn. Not used with names */
    const char *const *names; /* categories, from the bottom on; NULL for numbers */
    size_t name_count;
    double low, high; /* the brush, as places; 0 and 1: none */
};

struct coords_line {
    const double *places; /* one per axis; NaN: absent */
    struct style style;
    bool dotted; /* every fourth dot only, where hundreds of lines would hide one another */
    bool faint;  /* brushed out: dotted and dim */
};

struct coords {
    const struct coords_axis *axes;
    size_t axis_count, focus; /* the axis that keys act on is always seen */
    const struct coords_line *lines;
    size_t line_count;
    size_t cursor;            /* the line under the cursor; SIZE_MAX for none */
    const char *const *texts; /* its values, one per axis, any bytes; NULL: not said */
};

/* Where the last drawing put things. Zeroed at first: the first axis seen moves only as it must. */
struct coords_place {
    struct rect plot; /* 0 x 0 when there was no room */
    size_t first, count; /* of the axes that are seen */
    int left, spacing;   /* columns of the first, and from one to the next */
};

void coords_draw(
    struct grid *grid, struct rect rect, const struct coords *coords, struct coords_place *place);
/* The place of category I of COUNT. */
double coords_name_place(size_t i, size_t count);
/* The axis nearest to column COL of the grid, or SIZE_MAX. */
size_t coords_axis_at(const struct coords_place *place, int row, int col);
