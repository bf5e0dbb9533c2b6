/*
 * A chart in a figure: its lines, bands and markers as shapes in pixels.
 * Knows: charts and axes, shapes of a figure, a theme's colours. Must not know: titles, legends, how a
 * figure is put out.
 */
#pragma once

#include "screen/chart.h"
#include "screen/theme.h"
#include "work/figure.h"

/* Where the axes' ends lie, in pixels of the figure. */
struct chart_frame {
    double left, top, right, bottom;
};

struct chart_figure {
    struct figure *figure;
    const struct theme *theme;
    struct chart_frame frame;
    double scale; /* of line widths and markers; 1 for figures that are written to files */
    struct axis x, y; /* as chart_axes() or chart_draw() found them */
};

/* Where a value is to be; clipped only to what can be counted in pixels. */
struct figure_point chart_figure_place(const struct chart_figure *in, double x, double y);
/* Adds all series of CHART, cut at the frame; points live in the figure's arena. */
void chart_figure_add(struct chart_figure *in, const struct chart *chart);
/* The sign of a marker (chart_marker_code()) around AT, for legends. */
void chart_figure_marker(
    struct chart_figure *in, struct figure_point at, int marker, const uint8_t rgb[3]);
