/*
 * Drawing the data screen: head, notes, the table, one line about a column.
 * Knows: its state, the table widget. Must not know: what keys do.
 */
#include "view/data.h"

#include "base/num.h"
#include "screen/statusline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A text takes at most half the screen, and no more than can be read at a glance. */
enum { LEAST_TEXT_COLS = 20, MOST_TEXT_COLS = 60, FROZEN = 1 };

struct drawing {
    const struct data_state *state;
    const struct data_table *table;
};

static size_t source_rows(void *self)
{
    return ((struct drawing *)self)->state->page->count;
}

static void source_cell(void *self, size_t row, int column, struct table_cell *out)
{
    const struct drawing *drawing = self;
    size_t of_table = (size_t)drawing->state->columns[column];
    uint32_t at = drawing->state->page->order[row];
    struct data_value value = data_table_get(drawing->table, at, of_table);
    out->text = out->room;
    switch (value.type) {
    case DATA_ABSENT:
        out->text = "\xe2\x80\x93";
        out->style = STYLE_IS(MUTED);
        return;
    case DATA_TEXT:
        out->text = value.text;
        return;
    default:
        data_table_print(drawing->table, at, of_table, out->room, sizeof out->room);
        if (!isfinite(value.number))
            out->style = STYLE_IS(WARN);
    }
}

static void make_columns(const struct data_state *state, int cols, struct table_column *out)
{
    int most = cols / 2 < LEAST_TEXT_COLS ? LEAST_TEXT_COLS
               : cols / 2 > MOST_TEXT_COLS ? MOST_TEXT_COLS
                                           : cols / 2;
    for (int i = 0; i < state->shown; i++) {
        const struct data_column *column = &state->page->table->columns[state->columns[i]];
        bool is_text = column->type == DATA_TEXT;
        out[i] = (struct table_column){.title = column->name,
            .align = column->type == DATA_NUMBER   ? TABLE_DECIMAL
                     : column->type == DATA_ABSENT ? TABLE_RIGHT
                                                   : TABLE_LEFT,
            .max_cols = is_text ? most : 0,
            .ends = is_text && i == 0,
            .sort = data_sort_of(state, state->columns[i])};
    }
}

/* ---- above and below ---- */

static void draw_head(const struct data_state *state, const struct run_row *run, struct grid *grid,
    struct rect place)
{
    char rows[64] = "", sorted[160] = "", hidden[32] = "";
    size_t used = 0;
    const struct data_table *table = state->page ? state->page->table : NULL;
    int col = place.col + 1;
    col += grid_text(grid, place.row, col, 2, session_run_style(run), "\xe2\x96\xa0 ");
    col += grid_text(grid, place.row, col, place.cols / 3, STYLE_IS(TITLE), run->shown) + 2;
    if (table && state->page->count != table->row_count)
        snprintf(rows, sizeof rows, "%zu of %zu rows", state->page->count, table->row_count);
    else if (table)
        snprintf(rows, sizeof rows, table->row_count == 1 ? "%zu row" : "%zu rows", table->row_count);
    for (size_t i = 0; table && i < state->want.sort_count && used < sizeof sorted; i++) {
        const struct data_sort *sort = &state->want.sorts[i];
        if (sort->column < (int)table->column_count)
            used += (size_t)snprintf(sorted + used, sizeof sorted - used, "%s%.40s %s",
                i ? ", " : "sort ", table->columns[sort->column].name,
                sort->descending ? "\xe2\x96\xbe" : "\xe2\x96\xb4");
    }
    if (state->column_count > state->shown)
        snprintf(hidden, sizeof hidden, "%d hidden", state->column_count - state->shown);
    const struct status_part parts[] = {
        {data_is_list(state) ? "tables" : state->want.name, STYLE_IS(HEADER), 0, false},
        {state->want.filter[0] ? "filter" : "", STYLE_IS(MUTED), 4, false},
        {state->want.filter, STYLE_IS(FILTER), 1, false},
        {state->waits ? "..." : "", STYLE_IS(LIVE), 3, false},
        {hidden, STYLE_IS(MUTED), 5, true},
        {sorted, STYLE_IS(MUTED), 4, true},
        {rows, STYLE_IS(MUTED), 2, true},
    };
    statusline_draw(grid, place.row, col, place.col + place.cols - col - 1, parts,
        sizeof parts / sizeof *parts);
}

/* What is wrong with the table, or with what is asked of it. Returns how many rows it took. */
static int draw_notes(const struct data_state *state, struct grid *grid, struct rect place)
{
    const struct data_table *table = state->page->table;
    int row = place.row;
    if (state->trouble[0])
        grid_text(grid, row++, place.col + 1, place.cols - 2, STYLE_IS(ERROR), state->trouble);
    for (size_t i = 0; i < table->note_count && row < place.row + place.rows / 3; i++, row++) {
        grid_text(grid, row, place.col + 1, 2, STYLE_IS(WARN), "!");
        grid_text(grid, row, place.col + 3, place.cols - 4, STYLE_IS(WARN), table->notes[i]);
    }
    return row - place.row;
}

static void print_number(
    char *out, size_t out_bytes, const char *name, double value, const struct data_column *column)
{
    char number[48];
    if (column->decimals >= 0 && isfinite(value) && value == nearbyint(value) && fabs(value) < 1e9)
        snprintf(number, sizeof number, "%.0f", value);
    else
        num_print_short(value, 5, number, sizeof number);
    snprintf(out, out_bytes, "%s %s", name, number);
}

/* The column under the cursor in one line. */
static void draw_summary(const struct data_state *state, struct grid *grid, struct rect place)
{
    int at = data_column(state);
    if (at < 0)
        return;
    const struct data_column *column = &state->page->table->columns[at];
    const struct data_summary *summary = &state->summary;
    char count[48] = "", absent[48] = "", distinct[48] = "", min[64] = "", median[64] = "", max[64] = "";
    if (state->summary_column == at) {
        snprintf(count, sizeof count, "%zu values", summary->count);
        if (summary->absent)
            snprintf(absent, sizeof absent, "%zu absent", summary->absent);
        snprintf(distinct, sizeof distinct, "%zu distinct", summary->distinct);
        if (summary->numbers && column->type == DATA_NUMBER) {
            print_number(min, sizeof min, "min", summary->min, column);
            print_number(median, sizeof median, "median", summary->median, column);
            print_number(max, sizeof max, "max", summary->max, column);
        }
    }
    const struct status_part parts[] = {{column->name, STYLE_IS(ACCENT), 0, false},
        {data_type_name(column->type), STYLE_IS(MUTED), 3, false},
        {count, STYLE_IS(TEXT), 4, false},
        {absent, STYLE_IS(WARN), 1, false},
        {distinct, STYLE_IS(TEXT), 2, false},
        {min, STYLE_IS(TEXT), 1, false},
        {median, STYLE_IS(TEXT), 1, false},
        {max, STYLE_IS(TEXT), 1, false}};
    statusline_draw(grid, place.row + place.rows - 1, place.col + 1, place.cols - 2, parts,
        sizeof parts / sizeof *parts);
}

/* ---- the page ---- */

static void say_nothing(
    const struct data_state *state, const struct run_row *run, struct grid *grid, struct rect place)
{
    char text[1024] = "reading ...";
    if (!run)
        snprintf(text, sizeof text, "no run is chosen");
    else if (state->trouble[0])
        snprintf(text, sizeof text, "%s\n\nT lists the tables of the run", state->trouble);
    view_say_empty(grid, place, text);
}

static void draw_body(
    struct data_state *state, struct canvas *canvas, struct rect place)
{
    struct drawing drawing = {state, state->page->table};
    struct table_source source = {&drawing, source_rows, source_cell, NULL, NULL};
    struct table_column *columns =
        ARENA_ARRAY(canvas->scratch, struct table_column, (size_t)state->shown + 1);
    if (!columns)
        return;
    make_columns(state, place.cols, columns);
    table_draw(&state->table, canvas->grid, place, &source, columns, state->shown, FROZEN,
        !state->asking);
    struct rect below = {place.row + 1, place.col, place.rows - 1, place.cols};
    if (!state->page->count)
        view_say_empty(canvas->grid, below,
            state->page->table->row_count ? "no row matches the filter\n\nf changes it"
            : data_is_list(state)         ? "no file of the run is a table"
                                          : "the table has no rows");
}

void data_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct data_state *state = self;
    const struct run_row *run = data_run(state, world);
    (void)session;
    if (run)
        draw_head(state, run, canvas->grid, place);
    struct rect body = {place.row + 1, place.col, place.rows - 2, place.cols};
    if (body.rows < 2)
        return;
    if (!run || !state->page) {
        say_nothing(state, run, canvas->grid, body);
        return;
    }
    int used = draw_notes(state, canvas->grid, body);
    body.row += used;
    body.rows -= used;
    if (body.rows >= 2)
        draw_body(state, canvas, body);
    draw_summary(state, canvas->grid, place);
    if (state->asking) {
        struct rect line = {place.row, place.col, 1, place.cols};
        grid_fill(canvas->grid, line, STYLE_IS(TEXT), ' ');
        prompt_draw(&state->prompt, canvas->grid, place.row, place.col + 1, place.cols - 2,
            state->asking == DATA_ASKING_FILTER ? "filter " : "/");
    }
}
