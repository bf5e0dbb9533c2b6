/*
 * The curves of the evaluation screen: precision against recall, and F1, precision and recall
 * against confidence, of all runs for the class under the cursor.
 * Knows: ladders, sweeps, the chart. Must not know: how they are made, other panes.
 */
#include "view/evaluation.h"

#include "screen/chart.h"

#include <math.h>

enum { MARK_HERE = 0x25cf, MARK_BEST = 0x25c6, MARKS_MOST = 2 * EVALUATION_RUNS };

/* A sign on a curve. */
struct mark {
    double x, y;
    struct style style;
    uint32_t code;
};

struct figure {
    const struct evaluation_drawing *drawing;
    struct chart_series series[EVALUATION_RUNS + RATE_ALL];
    size_t count;
    struct mark marks[MARKS_MOST];
    size_t mark_count;
    bool waits; /* a run's numbers are not there yet, or of another IoU */
};

static void add_mark(struct figure *figure, size_t run, double x, double y, uint32_t code)
{
    const struct run_row *row = evaluation_row(figure->drawing->state, figure->drawing->world, run);
    if (isnan(x) || isnan(y) || figure->mark_count == MARKS_MOST || !row)
        return;
    struct style style = session_run_style(row);
    style.attr |= STYLE_BOLD;
    figure->marks[figure->mark_count++] = (struct mark){x, y, style, code};
}

/* Appends VALUES at X, without those that are NaN or -1, as the curve of run INDEX. */
static struct chart_series *add_series(
    struct figure *figure, size_t index, const double *x, const double *values, size_t count)
{
    const struct evaluation_drawing *drawing = figure->drawing;
    struct arena *scratch = drawing->canvas->scratch;
    const struct run_row *run = evaluation_row(drawing->state, drawing->world, index);
    struct chart_span *spans = ARENA_ARRAY(scratch, struct chart_span, count + 1);
    struct chart_series *series = &figure->series[figure->count];
    size_t kept = 0;
    if (!spans || !run)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (!(values[i] >= 0))
            continue;
        spans[kept] = (struct chart_span){.x = x[i],
            .min = values[i],
            .max = values[i],
            .first = values[i],
            .last = values[i],
            .starts = !kept};
        kept++;
    }
    *series = (struct chart_series){.spans = spans,
        .count = kept,
        .name = evaluation_run_name(drawing->state, drawing->world, index, scratch),
        .style = session_run_style(run)};
    session_run_stroke(drawing->session, run, &series->stroke, &series->marker);
    figure->count++;
    return series;
}

/* The numbers of run INDEX, noting whether newer ones are to come. */
static const struct appraisal *rates_of(struct figure *figure, size_t index)
{
    const struct evaluation_drawing *drawing = figure->drawing;
    const struct appraisal *rates =
        evaluation_appraisal(drawing->state, drawing->world, index, APPRAISAL_RATES);
    figure->waits |=
        drawing->state->runs[index].study && (!rates || rates->want.iou != drawing->session->iou);
    return rates;
}

static void draw_figure(
    struct figure *figure, enum evaluation_pane pane, struct chart *chart, const char *text)
{
    const struct evaluation_drawing *drawing = figure->drawing;
    struct grid *grid = drawing->canvas->grid;
    struct chart_place place;
    struct rect rest =
        evaluation_title(drawing->state, pane, grid, drawing->place, text ? text : "");
    chart->series = figure->series;
    chart->count = figure->count;
    chart->x_low = 0;
    chart->x_high = 1;
    chart->y_low = 0;
    chart->y_high = 1;
    chart->empty = !figure->waits
                       ? "no curve: no ground truth of it"
                       : evaluation_waiting(drawing->state, drawing->world, drawing->state->base,
                             APPRAISAL_RATES, "computing the curves ...");
    chart->note = figure->waits && figure->count ? "computing ..." : NULL;
    chart->title = "";
    chart_draw(grid, rest, chart, &place);
    for (size_t i = 0; i < figure->mark_count && place.plot.rows; i++) {
        const struct mark *mark = &figure->marks[i];
        int col = (int)lround(axis_place(&place.x, mark->x) * (place.plot.cols - 1));
        int row = (int)lround((1 - axis_place(&place.y, mark->y)) * (place.plot.rows - 1));
        struct rect before = grid_clip(grid, place.plot);
        grid_put(grid, place.plot.row + row, place.plot.col + col, mark->style, mark->code);
        grid_unclip(grid, before);
    }
}

/* ---- precision against recall ---- */

static void add_raw(struct figure *figure, size_t index, const struct eval_ladder *ladder,
    int32_t category, size_t columns)
{
    const struct evaluation_drawing *drawing = figure->drawing;
    struct arena *scratch = drawing->canvas->scratch;
    struct eval_ladder_span *spans = ARENA_ARRAY(scratch, struct eval_ladder_span, columns + 1);
    double *x = ARENA_ARRAY(scratch, double, columns + 1);
    double *last = ARENA_ARRAY(scratch, double, columns + 1);
    if (!spans || !x || !last)
        return;
    eval_ladder_curve(ladder, category, columns, spans);
    for (size_t i = 0; i < columns; i++) {
        x[i] = ((double)i + .5) / (double)columns;
        last[i] = spans[i].last;
    }
    struct chart_series *series = add_series(figure, index, x, last, columns);
    struct chart_span *drawn = series ? (struct chart_span *)series->spans : NULL;
    for (size_t i = 0, at = 0; drawn && i < columns; i++)
        if (!isnan(spans[i].low)) {
            drawn[at].min = spans[i].low;
            drawn[at].max = spans[i].high;
            drawn[at++].first = spans[i].first;
        }
}

/* Mean recall, at CONFIDENCE, of the classes that have ground truth. */
static double mean_recall(const struct eval_ladder *ladder, double confidence)
{
    double sum = 0, classes = 0;
    for (size_t c = 0; c < ladder->category_count; c++) {
        struct eval_counts counts = eval_ladder_counts(ladder, (int32_t)c, confidence);
        if (!ladder->positives[c])
            continue;
        sum += eval_recall(&counts);
        classes++;
    }
    return classes > 0 ? sum / classes : NAN;
}

static void add_interpolated(
    struct figure *figure, size_t index, const struct appraisal *rates, int32_t category)
{
    double x[EVAL_RECALLS], confidence = figure->drawing->session->confidence;
    size_t slot = category < 0 ? rates->ladder.category_count : (size_t)category;
    const double *precision = rates->precision[slot];
    for (int r = 0; r < EVAL_RECALLS; r++)
        x[r] = r / 100.;
    add_series(figure, index, x, precision, EVAL_RECALLS);
    struct eval_counts counts = eval_ladder_counts(&rates->ladder, category, confidence);
    double recall = category < 0 ? mean_recall(&rates->ladder, confidence) : eval_recall(&counts);
    if (!isnan(recall) && precision[0] >= 0)
        add_mark(figure, index, recall, precision[(int)floor(recall * 100)], MARK_HERE);
}

void evaluation_draw_recall(const struct evaluation_drawing *drawing)
{
    const struct evaluation_state *state = drawing->state;
    struct figure figure = {.drawing = drawing};
    struct chart chart = {.mark_x = NAN};
    int32_t class = evaluation_class(state);
    bool raw = state->raw, off_grid = false;
    for (size_t i = 0; i < state->run_count; i++) {
        const struct appraisal *rates = rates_of(&figure, i);
        int32_t category = evaluation_category(state, i, class);
        if (!rates || category < EVALUATION_ALL)
            continue;
        off_grid |= !rates->precision;
        if (!raw && rates->precision) {
            add_interpolated(&figure, i, rates, category);
            continue;
        }
        int dots = chart_dots(drawing->place);
        add_raw(&figure, i, &rates->ladder, category, dots > 2 ? (size_t)dots : 2);
        struct eval_counts counts =
            eval_ladder_counts(&rates->ladder, category, drawing->session->confidence);
        add_mark(&figure, i, eval_recall(&counts), eval_precision(&counts), MARK_HERE);
    }
    bool of_curves = class < 0 && !raw && !off_grid;
    const char *name = of_curves ? "mean of all" : evaluation_class_name(state, class);
    const char *what = !raw && !off_grid ? "" : class < 0 ? " pooled, raw" : ", raw";
    draw_figure(&figure, EVALUATION_RECALL, &chart,
        arena_printf(drawing->canvas->scratch, "%s%s; IoU %.2f \xe2\x97\x8f %.2f", name, what,
            drawing->session->iou, drawing->session->confidence));
}

/* ---- against confidence ---- */

static void rate_values(const struct eval_sweep *sweep, int32_t category, enum evaluation_rate rate,
    double out[EVAL_SWEEP])
{
    static double (*const RATE_OF[])(const struct eval_counts *) = {
        eval_f1, eval_precision, eval_recall};
    for (int i = 0; i < EVAL_SWEEP; i++)
        out[i] = RATE_OF[rate](category < 0 ? &sweep->total[i] : &sweep->categories[category][i]);
}

static void add_rate(struct figure *figure, size_t index, const struct appraisal *rates,
    int32_t category, enum evaluation_rate rate)
{
    double values[EVAL_SWEEP];
    const struct eval_sweep *sweep = &rates->sweep;
    rate_values(sweep, category, rate, values);
    add_series(figure, index, sweep->confidence, values, EVAL_SWEEP);
    const struct eval_best *best = category < 0 ? &sweep->best : &sweep->best_of_category[category];
    if (rate == RATE_F1)
        add_mark(figure, index, best->confidence, best->f1, MARK_BEST);
}

/* F1, precision and recall of one run, told apart by strokes. */
static void add_rates(
    struct figure *figure, size_t index, const struct appraisal *rates, int32_t category)
{
    static const char *const NAMES[] = {"F1", "precision", "recall"};
    static const uint8_t STROKES[] = {CHART_SOLID, CHART_DASHED, CHART_DOTTED};
    for (int rate = RATE_F1; rate < RATE_ALL; rate++) {
        size_t at = figure->count;
        add_rate(figure, index, rates, category, (enum evaluation_rate)rate);
        if (at == figure->count)
            continue;
        figure->series[at].name = NAMES[rate];
        figure->series[at].stroke = STROKES[rate];
        figure->series[at].marker = 0;
    }
}

/* "F1 best .57 at .43, .55 here": of the current run. */
static const char *describe_confidence(
    const struct evaluation_drawing *drawing, const char *what, int32_t class)
{
    const struct evaluation_state *state = drawing->state;
    struct arena *scratch = drawing->canvas->scratch;
    const struct appraisal *rates =
        evaluation_appraisal(state, drawing->world, state->current, APPRAISAL_RATES);
    int32_t category = evaluation_category(state, state->current, class);
    const char *name = evaluation_class_name(state, class);
    if (!rates || category < EVALUATION_ALL)
        return arena_printf(scratch, "%s, %s", name, what);
    const struct eval_best *best =
        category < 0 ? &rates->sweep.best : &rates->sweep.best_of_category[category];
    if (isnan(best->f1))
        return arena_printf(scratch, "%s, %s", name, what);
    return arena_printf(scratch, "\xe2\x97\x86 best F1 of %c %.3f at %.3f; %s, %s",
        'A' + (int)state->current, best->f1, best->confidence, name, what);
}

void evaluation_draw_confidence(const struct evaluation_drawing *drawing)
{
    static const char *const WHAT[] = {"F1", "precision", "recall", "all three"};
    const struct evaluation_state *state = drawing->state;
    struct figure figure = {.drawing = drawing};
    struct chart chart = {.mark_x = drawing->session->confidence};
    int32_t class = evaluation_class(state);
    /* one run alone has room for all three */
    bool all = state->rate == RATE_ALL || (state->run_count == 1 && state->rate == RATE_F1);
    for (size_t i = 0; i < state->run_count; i++) {
        const struct appraisal *rates = rates_of(&figure, i);
        int32_t category = evaluation_category(state, i, class);
        if (!rates || category < EVALUATION_ALL || (all && i != state->current))
            continue;
        if (all)
            add_rates(&figure, i, rates, category);
        else
            add_rate(&figure, i, rates, category, state->rate);
    }
    const char *what = all ? arena_printf(drawing->canvas->scratch, "%s of %c", WHAT[RATE_ALL],
                                 'A' + (int)state->current)
                           : WHAT[state->rate];
    draw_figure(&figure, EVALUATION_CONFIDENCE, &chart,
        describe_confidence(drawing, what ? what : "", class));
}

/* ---- telling ---- */

/* Where precision against recall is of all classes: behind those of each. */
static const double *precision_of(const struct evaluation_state *state, const struct world *world,
    size_t index, int32_t class)
{
    const struct appraisal *rates = evaluation_appraisal(state, world, index, APPRAISAL_RATES);
    int32_t category = evaluation_category(state, index, class);
    if (!rates || !rates->precision || category < EVALUATION_ALL)
        return NULL;
    return rates->precision[category < 0 ? rates->ladder.category_count : (size_t)category];
}

/* Interpolated precision at the 101 recalls: of an IoU off the grid there is none. */
bool evaluation_tell_recall(const struct evaluation_state *state, const struct session *session,
    const struct world *world, struct evaluation_table *out)
{
    bool any = false;
    int32_t class = evaluation_class(state);
    (void)session;
    if (!evaluation_table_begin(out, 1 + state->run_count, EVAL_RECALLS))
        return false;
    evaluation_table_title(out, 0, "recall", "");
    for (size_t i = 0; i < EVAL_RECALLS; i++)
        evaluation_table_number(out, i, 0, (double)i / 100, 2);
    for (size_t r = 0; r < state->run_count; r++) {
        const double *precision = precision_of(state, world, r, class);
        evaluation_table_title(
            out, 1 + r, "precision", evaluation_table_run(state, world, r));
        for (size_t i = 0; precision && i < EVAL_RECALLS; i++)
            evaluation_table_number(
                out, i, 1 + r, precision[i] >= 0 ? precision[i] : NAN, 3);
        any |= precision != NULL;
    }
    out->column = 1 + state->current;
    return any;
}

/* The rates that are shown, at the confidences of the sweep. */
bool evaluation_tell_confidence(const struct evaluation_state *state,
    const struct session *session, const struct world *world, struct evaluation_table *out)
{
    static const char *const NAMES[] = {"F1", "precision", "recall"};
    bool any = false;
    int first = state->rate == RATE_ALL ? RATE_F1 : (int)state->rate;
    int last = state->rate == RATE_ALL ? RATE_RECALL : first;
    size_t of_a_run = (size_t)(last - first) + 1;
    int32_t class = evaluation_class(state);
    if (!evaluation_table_begin(out, 1 + of_a_run * state->run_count, EVAL_SWEEP))
        return false;
    evaluation_table_title(out, 0, "confidence", "");
    for (size_t i = 0; i < EVAL_SWEEP; i++)
        evaluation_table_number(out, i, 0, (double)i / 100, 2);
    for (size_t r = 0; r < state->run_count; r++) {
        const struct appraisal *rates = evaluation_appraisal(state, world, r, APPRAISAL_RATES);
        int32_t category = evaluation_category(state, r, class);
        for (int rate = first; rate <= last; rate++) {
            double values[EVAL_SWEEP];
            size_t at = 1 + of_a_run * r + (size_t)(rate - first);
            evaluation_table_title(out, at, NAMES[rate], evaluation_table_run(state, world, r));
            if (!rates || category < EVALUATION_ALL)
                continue;
            rate_values(&rates->sweep, category, (enum evaluation_rate)rate, values);
            for (size_t i = 0; i < EVAL_SWEEP; i++)
                evaluation_table_number(out, i, at, values[i], 3);
            any = true;
        }
    }
    out->row = (size_t)lround(session->confidence * 100);
    out->column = 1 + of_a_run * state->current;
    return any;
}
