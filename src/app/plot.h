/*
 * A plot for a command: charts of some metrics of some runs, loaded; and the ways to put it out.
 * Knows: panels, curve lines, charts. Must not know: words of a command line.
 */
#pragma once

#include "base/buf.h"
#include "view/curve_lines.h"

enum { PLOT_MOST_PANELS = 16 };

struct plot_chart {
    struct panel panel;
    struct curve_lines *lines;
    struct chart chart; /* titled, with a legend */
};

struct plot {
    struct session session; /* the theme */
    struct panel_look look;
    struct curve_set set;
    struct plot_chart charts[PLOT_MOST_PANELS];
    size_t count;
    struct curves *curves;
    struct arena arena;
};

/* The charts below one another, ROWS x COLS cells each, as text. COLOURS: with escapes for that many
 * colours; 0: none. Without UTF8 in ASCII. */
bool plot_text(
    const struct plot *plot, int rows, int cols, int colours, bool utf8, struct buf *out,
    struct err *err);
/* Columns to ask for when a chart is WIDTH_PX wide. */
int32_t plot_figure_columns(int32_t width_px);
/* The same into PATH, .svg or .png; HEIGHT_PX is that of one chart. */
bool plot_figure(
    struct plot *plot, int32_t width_px, int32_t height_px, const char *path, struct err *err);
