#include "view/curve_lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool curve_set_want(const struct curve_set *set, const struct panel *panel, int32_t number,
    const struct panel_look *look, int32_t columns, size_t run, struct curve_want *out)
{
    return panel_want(panel, set->runs[run], look, columns, number, set->groups[run], out);
}

static size_t members_of(const struct curve_set *set, size_t run, bool band)
{
    size_t members = 0;
    for (size_t i = 0; band && set->groups[run] && i < set->count; i++)
        members += set->groups[i] == set->groups[run];
    return members;
}

/* The first run of a group stands for all that a band was made of. */
void curve_lines_find(const struct curve_set *set, const struct panel *panel, int32_t number,
    const struct panel_look *look, const struct curves *curves, struct curve_lines *out)
{
    bool taken[CURVE_LINES_MOST + 1] = {false};
    out->count = 0;
    out->low = INFINITY;
    out->high = -INFINITY;
    for (size_t r = 0; r < set->count && r < CURVE_LINES_MOST; r++) {
        struct curve_want want;
        struct curve_line line = {.run = set->runs[r], .value = NAN, .spread = NAN};
        size_t members = members_of(set, r, look->band);
        if (curve_set_want(set, panel, number, look, 1, r, &want))
            line.curve = curves_find(curves, &want, out->count);
        if (line.curve) {
            out->low = fmin(out->low, line.curve->low);
            out->high = fmax(out->high, line.curve->high);
            line.trace = curve_shown(line.curve);
            line.behind = members && taken[set->groups[r]];
            if (members && line.curve->band.count) {
                taken[set->groups[r]] = true;
                line.trace = &line.curve->band;
                line.members = members;
            }
        }
        out->items[out->count++] = line;
    }
}

static struct chart_span *to_spans(const struct trace *trace, bool mean, struct arena *scratch)
{
    struct chart_span *spans = ARENA_ARRAY(scratch, struct chart_span, trace->count + 1);
    for (size_t i = 0; spans && i < trace->count; i++) {
        const struct trace_span *s = &trace->spans[i];
        spans[i] = (struct chart_span){.x = s->x / 2 + s->to_x / 2,
            .min = mean ? s->mean : s->min,
            .max = mean ? s->mean : s->max,
            .first = s->first,
            .last = s->last,
            .starts = s->starts};
    }
    return spans;
}

static struct chart_series faint_series(
    const struct curve_line *line, const struct trace *trace, struct arena *scratch)
{
    struct chart_series series = {.style = session_run_style(line->run),
        .faint = true,
        .spans = to_spans(trace, false, scratch)};
    series.count = series.spans ? trace->count : 0;
    return series;
}

/* Appends what LINE is drawn by: the band, what is behind, the line itself. */
static size_t add_series(const struct session *session, const struct curve_line *line, bool named,
    struct arena *scratch, struct chart_series *out)
{
    size_t count = 0;
    struct chart_series series = {.style = session_run_style(line->run)};
    if (!line->trace)
        return 0;
    if (line->members || line->behind)
        out[count++] = faint_series(line, curve_shown(line->curve), scratch);
    else if (line->trace != &line->curve->raw)
        out[count++] = faint_series(line, &line->curve->raw, scratch);
    if (line->behind)
        return count;
    if (line->members) {
        series.band = to_spans(line->trace, false, scratch);
        series.band_count = series.band ? line->trace->count : 0;
    }
    session_run_stroke(session, line->run, &series.stroke, &series.marker);
    series.spans = to_spans(line->trace, line->members > 0, scratch);
    series.count = series.spans ? line->trace->count : 0;
    if (named)
        series.name = line->members ? arena_printf(scratch, "%s \xc3\x97%zu", line->run->shown,
                                          line->members)
                                    : line->run->shown;
    out[count++] = series;
    return count;
}

void curve_lines_chart(const struct curve_lines *lines, const struct session *session,
    const struct panel_look *look, bool named, struct arena *scratch, struct chart *out)
{
    struct chart_series *series = ARENA_ARRAY(scratch, struct chart_series, 2 * lines->count + 1);
    size_t count = 0;
    for (size_t i = 0; series && i < lines->count; i++)
        count += add_series(session, &lines->items[i], named, scratch, series + count);
    bool any = lines->low <= lines->high;
    *out = (struct chart){.series = series,
        .count = count,
        .x_low = !isnan(look->low) ? look->low : any ? lines->low : NAN,
        .x_high = !isnan(look->high) ? look->high : any ? lines->high : NAN,
        .y_low = NAN,
        .y_high = NAN,
        .log_x = look->log_x,
        .log_y = look->log_y,
        .x = look->x == CURVE_X_TIME   ? CHART_X_DURATION
             : look->x == CURVE_X_WALL ? CHART_X_CLOCK
                                       : CHART_X_NUMBER,
        .mark_x = NAN};
}

/* ---- reading ---- */

static void read_line(struct curve_line *line, const struct chart_place *place, double mark)
{
    const struct trace *trace = line->trace;
    double columns = fmax(place->plot.cols - 1, 1), nearest = INFINITY;
    double column = (place->x.high - place->x.low) / columns;
    const struct trace_span *at = NULL;
    if (place->x.log && mark > 0)
        column = mark * (pow(place->x.high / place->x.low, 1 / columns) - 1);
    for (size_t i = 0; trace && i < trace->count; i++) {
        const struct trace_span *span = &trace->spans[i];
        const struct trace_span *before = i && !span->starts ? span - 1 : span;
        double away = fmax(fmax(span->x - mark, mark - span->to_x), 0);
        double since = mark - before->to_x; /* on the line between two points: the nearer one */
        bool between = since >= 0 && mark <= span->x;
        if (between && since < away && since <= nearest) {
            nearest = since;
            at = before;
        } else if (isnan(mark) || ((between || away <= column) && away <= nearest)) {
            nearest = away;
            at = span;
        }
    }
    line->value = at ? at->last : NAN;
    line->spread = at && line->members ? at->max - at->mean : NAN;
}

static int compare_rising(const void *a, const void *b)
{
    double x = ((const struct curve_line *)a)->value, y = ((const struct curve_line *)b)->value;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return x < y ? -1 : x > y;
}

static int compare_falling(const void *a, const void *b)
{
    double x = ((const struct curve_line *)a)->value, y = ((const struct curve_line *)b)->value;
    return isnan(x) || isnan(y) ? isnan(x) - isnan(y) : compare_rising(b, a);
}

void curve_lines_read(
    struct curve_lines *lines, const struct chart_place *place, double mark, enum better better)
{
    size_t kept = 0;
    for (size_t i = 0; i < lines->count; i++) {
        if (lines->items[i].behind)
            continue;
        lines->items[kept] = lines->items[i];
        read_line(&lines->items[kept++], place, mark);
    }
    lines->count = kept;
    if (lines->count)
        qsort(lines->items, lines->count, sizeof *lines->items,
            better == BETTER_LOWER ? compare_rising : compare_falling);
}

void curve_line_print_name(const struct curve_line *line, char *out, size_t out_bytes)
{
    if (line->members)
        snprintf(out, out_bytes, "%.250s \xc3\x97%zu", line->run->shown, line->members);
    else
        snprintf(out, out_bytes, "%.290s", line->run->shown);
}
