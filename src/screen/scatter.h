/*
 * A scatter plot: marked points, a front as a stepped line, limits, labels that do not collide.
 * Knows: points of plain numbers, cells. Must not know: runs, what is better, how a front is found.
 *
 * A mark takes the cell that the point lies in; a point without one is drawn as 2 x 2 braille dots,
 * so that hundreds stay apart. What is raised is drawn over what is not, the cursor over all.
 */
#pragma once

#include "screen/axis.h"
#include "screen/grid.h"

struct scatter_point {
    double x, y; /* what has no place on its axis (NaN, not positive on a logarithmic one) is not
                    drawn */
    struct style style;
    uint32_t mark;     /* a character one column wide; 0: dots */
    const char *label; /* any bytes, drawn where there is room; NULL: none */
    bool raised;
};

struct scatter_corner {
    double x, y;
};

/* What is above VALUE (right of it), or below, is ruled out. */
struct scatter_limit {
    bool on_y, above;
    double value;
};

struct scatter {
    const struct scatter_point *points;
    size_t count;
    /* The front, from its best x on: a line to the next point's x, then to its y; and from its ends
     * to the edges of the plot on the sides where x and y are worse. */
    const struct scatter_corner *front;
    size_t front_count;
    bool x_higher, y_higher; /* is better: for the ends of the front */
    const struct scatter_limit *limits;
    size_t limit_count;
    size_t cursor; /* the point under the cursor; SIZE_MAX for none */
    const char *x_title, *y_title;
    bool log_x, log_y;
    int label_cols;    /* labels are cut to this */
    const char *empty; /* said in the middle when no point can be drawn */
};

/* Where the last drawing put things; for the mouse. */
struct scatter_place {
    struct rect plot; /* 0 x 0 when there was no room */
    struct axis x, y;
    size_t unplaced; /* points that have no place on an axis */
};

void scatter_draw(struct grid *grid, struct rect rect, const struct scatter *scatter,
    struct scatter_place *place);
/* The drawn point nearest to the cell ROW, COL of the grid, or SIZE_MAX: outside of the plot, or no
 * point. */
size_t scatter_at(const struct scatter_place *place, const struct scatter_point *points,
    size_t count, int row, int col);
