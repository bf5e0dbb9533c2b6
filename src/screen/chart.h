/*
 * A line chart in braille: several series, axes with round numbers, a legend.
 * Knows: spans of already reduced series. Must not know: runs, files, how points were reduced.
 *
 * Cells are 2 x 4 dots. Nothing is lost: of each span everything from min to max is drawn. Where
 * two series meet in a cell the dots add up and the later series gives the colour. Folded to ASCII
 * a cell is '.', ':', '*' and the like by where its dots are.
 */
#pragma once

#include "screen/axis.h"
#include "screen/grid.h"

/* The values at one x (or around it: one dot column's worth). */
struct chart_span {
    double x;
    double min, max, first, last; /* finite; a single point has all four alike */
    bool starts;                  /* not joined to the span before: the first, or behind a gap */
};

/* Beside its colour: how a line is told from others of its hue, or where there are no colours. */
enum chart_stroke { CHART_SOLID, CHART_DASHED, CHART_DOTTED, CHART_DASHDOT, CHART_STROKES };
enum { CHART_MARKERS = 9 }; /* 0: none */

enum chart_x { CHART_X_NUMBER, CHART_X_DURATION, CHART_X_CLOCK };

struct chart_series {
    const struct chart_span *spans; /* x ascends from each `starts` on */
    size_t count;
    const char *name;              /* for the legend, any bytes; NULL: not in it */
    struct style style;            /* STYLE_HUE(RUN, hue) */
    const struct chart_span *band; /* a band behind the line (min to max of each, and between those
                                      that are joined), or NULL */
    size_t band_count;
    uint8_t stroke; /* enum chart_stroke: gaps in what joins its spans; what is high stays whole */
    uint8_t marker; /* below CHART_MARKERS: a sign at every so many columns */
    bool faint;     /* drawn dim and below the others: raw values behind smoothed ones */
};

struct chart {
    const struct chart_series *series;
    size_t count;
    const char *title;    /* in the first row, NULL for none; the legend follows it */
    const char *note;     /* at the right end of the first row, muted, NULL for none */
    double x_low, x_high; /* NaN: from the series */
    double y_low, y_high; /* NaN: from the series within x, widened to round numbers */
    bool log_x, log_y;
    enum chart_x x;    /* what the numbers of x are */
    bool bare;         /* title and axes only: what is plotted is put there by other means; linear y
                          axes that nobody set have their numbers in the middles of rows */
    bool focused;      /* its title is the one that keys go to */
    double mark_x;     /* a vertical line here; NaN for none */
    const char *empty; /* said in the middle when nothing can be drawn; NULL: "no points" */
};

/* Where the last drawing put things; for the mouse, zoom and pan, and to ask for as many columns as
 * there are dots. */
struct chart_place {
    struct rect plot; /* cells of the plot itself; 0 x 0 when there was no room */
    int dots_x;       /* 2 * plot.cols: the columns to reduce a series to */
    struct axis x, y;
    bool any; /* something was within the range of x */
};

/* How many dot columns a chart drawn into RECT will have, about: the axis' numbers may take one or
 * two cells more or less. */
int chart_dots(struct rect rect);
/* The axes of CHART with about so many ticks, for drawing it elsewhere; false when nothing is within
 * the range of x (the axes are usable all the same). */
bool chart_axes(
    const struct chart *chart, int wanted_x, int wanted_y, struct axis *x, struct axis *y);
void chart_draw(
    struct grid *grid, struct rect rect, const struct chart *chart, struct chart_place *place);
/* The sign of a marker, for legends: a square for 0. */
uint32_t chart_marker_code(int marker);
/* The x value under column COL of the grid. */
double chart_x_at(const struct chart_place *place, int col);
