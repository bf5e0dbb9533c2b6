/*
 * Copies a cell, the row or the whole of what a pane of the evaluation screen shows, as a table.
 * Knows: the state of evaluation.h, forms, copy.h. Must not know: what a pane tells, how text
 * reaches a clipboard.
 */
#include "view/evaluation.h"

#include "base/num.h"
#include "view/copy_forms.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- a table being told ---- */

bool evaluation_table_begin(struct evaluation_table *table, size_t columns, size_t rows)
{
    table->titles = ARENA_ARRAY(table->arena, const char *, columns + 1);
    table->cells = ARENA_ARRAY(table->arena, struct print_cell, columns * rows + 1);
    table->columns = columns;
    table->rows = rows;
    for (size_t i = 0; table->titles && i < columns; i++)
        table->titles[i] = "";
    return table->titles && table->cells;
}

void evaluation_table_title(
    struct evaluation_table *table, size_t column, const char *what, const char *of)
{
    const char *title = arena_printf(table->arena, *of ? "%s %s" : "%s%s", what, of);
    if (title)
        table->titles[column] = title;
}

void evaluation_table_text(
    struct evaluation_table *table, size_t row, size_t column, const char *text)
{
    table->cells[row * table->columns + column].text = arena_string(table->arena, text);
}

void evaluation_table_number(
    struct evaluation_table *table, size_t row, size_t column, double value, int decimals)
{
    struct print_cell *cell = &table->cells[row * table->columns + column];
    char text[40];
    cell->is_number = true;
    if (isnan(value))
        return;
    if (table->people)
        snprintf(text, sizeof text, "%.*f", decimals, value);
    else
        num_print(value, text, sizeof text);
    cell->text = arena_string(table->arena, text);
}

const char *evaluation_table_run(
    const struct evaluation_state *state, const struct world *world, size_t index)
{
    const struct run_row *run = evaluation_row(state, world, index);
    return state->run_count < 2 || !run ? "" : run->shown;
}

/* ---- copying ---- */

static bool (*const TELL[EVALUATION_PANES])(const struct evaluation_state *state,
    const struct session *session, const struct world *world,
    struct evaluation_table *out) = {[EVALUATION_RECALL] = evaluation_tell_recall,
    [EVALUATION_CONFIDENCE] = evaluation_tell_confidence,
    [EVALUATION_CLASSES] = evaluation_tell_classes,
    [EVALUATION_ERRORS] = evaluation_tell_errors,
    [EVALUATION_CONFUSION] = evaluation_tell_confusion};

/* Orders what the focused pane tells: all of it, or from row and column of its cursor on ROWS rows
 * and COLUMNS columns. */
static void order(const struct evaluation_state *state, struct session *session,
    const struct world *world, enum print_format format, size_t rows, size_t columns)
{
    struct arena arena = {0};
    struct evaluation_table told = {.arena = &arena, .people = copy_is_for_people(format)};
    bool bare = columns == 1;
    if (state->base >= state->run_count || !TELL[state->focus](state, session, world, &told) ||
        !told.rows || !told.columns) {
        session_say(session, "there is nothing to copy yet");
        arena_done(&arena);
        return;
    }
    size_t row = told.row < told.rows ? told.row : told.rows - 1;
    size_t column = told.column < told.columns ? told.column : told.columns - 1;
    struct print_table table = {told.titles, told.columns, told.rows, told.cells};
    if (rows == 1) {
        table.rows = 1;
        table.cells += row * told.columns;
    }
    if (bare) {
        table.titles += column;
        table.cells += column;
        table.columns = 1;
    }
    session_order(session, errand_copy(copy_new_table(&table, format, bare)));
    arena_done(&arena);
}

void evaluation_copy_cell(
    const struct evaluation_state *state, struct session *session, const struct world *world)
{
    order(state, session, world, PRINT_TABLE, 1, 1);
}

void evaluation_copy_form(const struct evaluation_state *state, struct session *session,
    const struct world *world, const struct event *event)
{
    enum print_format format;
    bool whole;
    if (copy_form(event, &format, &whole))
        order(state, session, world, format, whole ? 0 : 1, 0);
}
