/*
 * Curve lines: what is drawn of each run in one panel; the same for the screen and `boxtop plot`.
 * Knows: answered wants, the chart widget. Must not know: where a chart stands.
 */
#pragma once

#include "screen/chart.h"
#include "view/session.h"
#include "work/panels.h"

enum { CURVE_LINES_MOST = 512 };

/* The runs of a chart, at most CURVE_LINES_MOST. */
struct curve_set {
    const struct run_row *const *runs;
    const int32_t *groups; /* runs alike but for the seed; 0: none */
    size_t count;
};

/* A run with what there is to draw of it; the first of a group with its band and itself behind. */
struct curve_line {
    const struct run_row *run;
    const struct curve *curve; /* NULL: it has none */
    const struct trace *trace; /* the band, or what is shown of the curve */
    size_t members;            /* of the band; 0: none */
    bool behind;               /* a member of a band: drawn faint, not named, not read */
    double value, spread;      /* see curve_lines_read(); NaN: none */
};

struct curve_lines {
    struct curve_line items[CURVE_LINES_MOST];
    size_t count;
    double low, high; /* of all in x; low > high without any */
};

/* What PANEL (called NUMBER) asks for of run R. */
bool curve_set_want(const struct curve_set *set, const struct panel *panel, int32_t number,
    const struct panel_look *look, int32_t columns, size_t run, struct curve_want *out);
void curve_lines_find(const struct curve_set *set, const struct panel *panel, int32_t number,
    const struct panel_look *look, const struct curves *curves, struct curve_lines *out);
/* The chart of LINES without a title; spans and series live in SCRATCH. NAMED: with a legend. */
void curve_lines_chart(const struct curve_lines *lines, const struct session *session,
    const struct panel_look *look, bool named, struct arena *scratch, struct chart *out);
/* The value of each line at MARK (of the nearer point where a line lies between two, else of the
 * nearest within a column of PLACE), or the last without a mark (NaN); then the best first, those
 * without a value last. Lines behind a band are left out. */
void curve_lines_read(struct curve_lines *lines, const struct chart_place *place, double mark,
    enum better better);
/* "fcos/base", "ssd ×3" */
void curve_line_print_name(const struct curve_line *line, char *out, size_t out_bytes);
