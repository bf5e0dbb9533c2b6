/*
 * Draws the diff: lines that fold, values, metrics with their deltas and intervals.
 * Knows: the page of diff.h, the table widget. Must not know: keys, how anything is computed.
 */
#include "view/diff.h"

#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_NAME_COLS = 20, NAME_COLS = 40, VALUE_COLS = 38, INTERVAL_COLS = 100 };

#define NOT_THERE "\xe2\x80\x93"
#define FOLDED "\xe2\x96\xb8 "
#define OPEN "\xe2\x96\xbe "

bool diff_is_folded(const struct diff_state *state, const struct diff_line *line)
{
    for (size_t i = 0; i < state->toggled_count; i++)
        if (state->toggled[i] == line->key)
            return !line->folds;
    return line->folds;
}

static bool has_below(const struct diff_page *page, const struct diff_line *line)
{
    return line->end > (size_t)(line - page->compare.tree.lines) + 1;
}

bool diff_arrange(const struct diff_state *state, const struct session *session,
    const struct world *world, struct arena *arena, struct diff_page *page)
{
    *page = (struct diff_page){.arena = arena, .deltas = world->deltas};
    size_t count = session_runs(session, world->runs, state->run, page->runs, COMPARE_MOST_RUNS);
    if (count < 2)
        return false;
    if (!compare_runs(page->runs, count, 0, state->all, arena, &page->compare, NULL))
        return false;
    const struct diff_tree *tree = &page->compare.tree;
    page->lines = ARENA_ARRAY(arena, const struct diff_line *, tree->count + 1);
    if (!page->lines)
        return false;
    for (size_t at = 0; at < tree->count;) {
        const struct diff_line *line = &tree->lines[at];
        bool below = has_below(page, line);
        page->lines[page->line_count++] = line;
        at = diff_tree_next(tree, at, below && diff_is_folded(state, line));
    }
    return true;
}

/* Above the metrics: their heading, and the ground truths where they differ. */
static size_t head_rows(const struct compare *compare)
{
    return compare->kinship == DATASET_SAME ? 1 : 2;
}

size_t diff_rows(const struct diff_page *page)
{
    return page->line_count + head_rows(&page->compare) + page->compare.metrics.count;
}

/* ---- lines ---- */

struct drawing {
    const struct diff_state *state;
    const struct diff_page *page;
    bool wide; /* there is room for intervals; else only the mark of what is within noise */
};

static const char *group_name(const struct diff_page *page, const struct diff_line *line)
{
    if (line->kind == DIFF_LINE_ONLY)
        return arena_printf(
            page->arena, "only in %s", page->compare.runs[line->run]->shown);
    if (line->kind == DIFF_LINE_SOME)
        return "only in some, and the same there";
    return line->kind == DIFF_LINE_NOISE ? "as names and paths do" : line->label;
}

/* "▸ optimizer  2 differ"; of a group first how many, for its end may be cut: "▸ 9 only in exp/a". */
static void name_cell(
    const struct drawing *drawing, const struct diff_line *line, struct table_cell *out)
{
    const struct diff_page *page = drawing->page;
    bool below = has_below(page, line), folded = below && diff_is_folded(drawing->state, line);
    bool group = line->kind == DIFF_LINE_ONLY || line->kind == DIFF_LINE_SOME ||
                 line->kind == DIFF_LINE_NOISE;
    const char *mark = !below ? line->depth ? "  " : "" : folded ? FOLDED : OPEN;
    const char *name = group_name(page, line);
    char many[24] = "", count[40] = "";
    if (group)
        snprintf(many, sizeof many, "%zu ", line->differ);
    else if (folded && !line->param)
        snprintf(count, sizeof count, "  %zu differ%s", line->differ, line->differ == 1 ? "s" : "");
    char *text = arena_printf(
        page->arena, "%*s%s%s%s%s", line->depth * 2, "", mark, many, name ? name : "", count);
    out->text = text;
    out->style = group ? STYLE_IS(MUTED) : STYLE_IS(TEXT);
    if (line->param && !line->param->differs && !line->param->types_differ)
        out->style = STYLE_IS(MUTED);
    if (text && count[0])
        out->tail = text + strlen(text) - strlen(count);
}

static void value_cell(const struct diff_page *page, const struct diff_line *line, size_t run,
    struct table_cell *out)
{
    const struct diff_param *row = line->param;
    size_t baseline = page->compare.baseline;
    if (!row)
        return;
    const struct param *value = row->values[run], *base = row->values[baseline];
    const char *text = compare_value_text(row, run, page->arena);
    out->text = text ? text : NOT_THERE;
    bool same = value && base && param_equal(value, base);
    out->style = !value || same || !row->differs ? STYLE_IS(MUTED) : STYLE_IS(TEXT);
    if (run == baseline && value && row->differs)
        out->style = STYLE_IS(TEXT);
    if (!same && value && row->differs && run != baseline)
        out->style = STYLE_IS(ACCENT);
    if (row->types_differ)
        out->style = value && value->kind == PARAM_TEXT ? STYLE_IS(WARN) : STYLE_IS(MUTED);
}

/* ---- metrics ---- */

static struct style verdict_style(enum diff_verdict verdict)
{
    return verdict == DIFF_BETTER  ? STYLE_IS(GOOD)
           : verdict == DIFF_WORSE ? STYLE_IS(BAD)
                                   : STYLE_IS(TEXT);
}

/* "+0.0213", "-0.004", "0"; with a sign unless it is zero. */
static void print_signed(double value, int digits, char *out, size_t out_bytes)
{
    char number[32];
    num_print_short(value, digits, number, sizeof number);
    snprintf(out, out_bytes, "%s%s", value > 0 ? "+" : "", number);
}

/* "  +0.021 [-0.004, +0.046] ≈": the interval where predictions allow; "  +0.021 ≈" unless WIDE. */
static void print_delta(double delta, const struct eval_interval *interval, bool wide, char *out,
    size_t out_bytes)
{
    char by[33], low[33], high[33];
    print_signed(delta, 3, by, sizeof by);
    if (!interval || !wide) {
        snprintf(out, out_bytes, "  %s%s", by,
            interval && interval->within_noise ? " " DELTAS_WITHIN_NOISE : "");
        return;
    }
    print_signed(interval->low, 2, low, sizeof low);
    print_signed(interval->high, 2, high, sizeof high);
    snprintf(out, out_bytes, "  %s [%s, %s]%s", by, low, high,
        interval->within_noise ? " " DELTAS_WITHIN_NOISE : "");
}

static void metric_cell(const struct drawing *drawing, const struct diff_metric *row, int column,
    struct table_cell *out)
{
    const struct diff_page *page = drawing->page;
    const struct compare *compare = &page->compare;
    if (column == 0) {
        out->text = row->name;
        return;
    }
    size_t run = (size_t)(column - 1);
    const struct diff_value *value = row->values[run];
    out->text = out->room;
    if (!value || isnan(value->value)) {
        bool lost = value && !value->undefined;
        snprintf(out->room, sizeof out->room, "%s",
            lost    ? "NaN"
            : value ? "undefined"
                    : NOT_THERE);
        out->style = lost ? STYLE_IS(WARN) : STYLE_IS(MUTED);
        return;
    }
    char number[32], delta[112] = "";
    const struct eval_interval *interval = deltas_find(page->deltas,
        compare->runs[compare->baseline]->id, compare->runs[run]->id, row->name, row->deltas[run]);
    num_print_short(value->value, 5, number, sizeof number);
    if (run != compare->baseline && !isnan(row->deltas[run]) && (row->deltas[run] != 0 || interval))
        print_delta(row->deltas[run], interval, drawing->wide, delta, sizeof delta);
    const char *text = arena_printf(page->arena, "%s%s", number, delta);
    out->text = text ? text : "";
    out->style = verdict_style(row->verdicts[run]);
    if (interval && interval->within_noise)
        out->style = STYLE_IS(TEXT); /* neither better nor worse can be said */
}

static void ground_truth_cell(const struct compare *compare, int column, struct table_cell *out)
{
    if (column == 0) {
        out->text = "ground truth";
        return;
    }
    const struct run_row *run = compare->runs[column - 1];
    out->text = run->dataset_label ? run->dataset_label : NOT_THERE;
    out->style = run->dataset_label ? STYLE_IS(WARN) : STYLE_IS(MUTED);
}

/* ---- the table ---- */

static size_t source_rows(void *self)
{
    return diff_rows(((struct drawing *)self)->page);
}

static void source_cell(void *self, size_t row, int column, struct table_cell *out)
{
    const struct drawing *drawing = self;
    const struct diff_page *page = drawing->page;
    const struct compare *compare = &page->compare;
    size_t lines = page->line_count;
    if (row < lines) {
        if (column == 0)
            name_cell(drawing, page->lines[row], out);
        else
            value_cell(page, page->lines[row], (size_t)column - 1, out);
    } else if (row == lines) {
        out->style = STYLE_IS(HEADER);
        out->text = column ? NULL : "metric";
    } else if (row < lines + head_rows(compare)) {
        ground_truth_cell(compare, column, out);
    } else {
        metric_cell(drawing, &compare->metrics.rows[row - lines - head_rows(compare)], column, out);
    }
}

static int name_cols(int cols)
{
    int name = cols * 3 / 10;
    return name < LEAST_NAME_COLS ? LEAST_NAME_COLS : name > NAME_COLS ? NAME_COLS : name;
}

/* Whether intervals fit beside the numbers of all runs; of more than a few of them only some would be
 * in sight at once anyway. */
static bool is_wide(const struct compare *compare, int cols)
{
    enum { BASELINE_COLS = 14, DELTA_COLS = 36, MANY = 4 };
    size_t runs = compare->run_count < MANY ? compare->run_count : MANY;
    return cols >= INTERVAL_COLS &&
           cols >= name_cols(cols) + BASELINE_COLS + DELTA_COLS * (int)(runs - 1);
}

static void make_columns(
    const struct compare *compare, struct canvas *canvas, int cols, struct table_column *out)
{
    out[0] =
        (struct table_column){.title = "parameter", .min_cols = 16, .max_cols = name_cols(cols)};
    for (size_t i = 0; i < compare->run_count; i++) {
        const char *title = arena_printf(
            canvas->scratch, "%s%s", i == compare->baseline ? "A " : "", compare->runs[i]->shown);
        out[i + 1] = (struct table_column){
            .title = title ? title : "", .min_cols = 10, .max_cols = VALUE_COLS};
    }
}

/* What became of the intervals: "" when there is nothing to say. */
static void print_intervals(
    const struct diff_page *page, bool asks, char *out, size_t out_bytes)
{
    const struct deltas *deltas = page->deltas;
    struct deltas_want want = deltas_want_of(page->compare.runs, page->compare.run_count);
    out[0] = '\0';
    if (!want.count || !asks)
        return;
    if (!deltas || !deltas_want_same(&deltas->want, &want)) {
        snprintf(out, out_bytes, "; intervals are being computed");
        return;
    }
    for (size_t i = 1; i < want.count; i++)
        if (deltas->rows[i].trouble[0]) {
            snprintf(out, out_bytes, "; no interval: %s", deltas->rows[i].trouble);
            return;
        }
    int resamples = deltas->rows[1].resamples;
    snprintf(out, out_bytes,
        "; 95 %% intervals of %d resamples, " DELTAS_WITHIN_NOISE " within noise", resamples);
}

/* Returns how many rows it took. */
static int draw_head(const struct diff_state *state,
    const struct diff_page *page, struct grid *grid, struct rect place)
{
    const struct compare *compare = &page->compare;
    const char *warning = compare_warning(compare);
    size_t differ = compare->params.differ_count;
    char intervals[320], only[48] = "", noise[64] = "";
    print_intervals(page, state->asks, intervals, sizeof intervals);
    if (compare->tree.only_count)
        snprintf(only, sizeof only, ", %zu only in some", compare->tree.only_count);
    if (compare->noise_count)
        snprintf(noise, sizeof noise, ", %zu more as names and paths do", compare->noise_count);
    grid_printf(grid, place.row, place.col + 1, place.cols - 2, STYLE_IS(MUTED),
        "%zu of %zu parameters differ among %zu runs%s%s%s%s", compare_differ_count(compare),
        differ + compare->params.same_count, compare->run_count, only, noise,
        state->all ? "; all are listed" : "", intervals);
    if (warning)
        grid_text(grid, place.row + 1, place.col + 1, place.cols - 2, STYLE_IS(WARN), warning);
    return warning ? 2 : 1;
}

void diff_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct diff_state *state = self;
    struct diff_page page;
    state->rows = 0;
    if (!diff_arrange(state, session, world, canvas->scratch, &page)) {
        if (page.compare.run_count < 2)
            view_say_empty(canvas->grid, place,
                "a diff wants two runs\n\nq goes back; Space selects runs, p makes one the "
                "baseline,\nthen d shows what differs between them");
        return;
    }
    struct drawing drawing = {state, &page, is_wide(&page.compare, place.cols)};
    struct table_source source = {&drawing, source_rows, source_cell, NULL, NULL};
    struct table_column columns[COMPARE_MOST_RUNS + 1];
    make_columns(&page.compare, canvas, place.cols, columns);
    int head = draw_head(state, &page, canvas->grid, place);
    struct rect body = {place.row + head, place.col, place.rows - head, place.cols};
    table_draw(&state->table, canvas->grid, body, &source, columns,
        (int)page.compare.run_count + 1, 1, true);
    state->rows = source_rows(&drawing);
}
