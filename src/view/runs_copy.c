/*
 * Copies a cell, the row or the whole of the runs table, as it is listed.
 * Knows: the state of runs_view.h, copy.h. Must not know: how text reaches a clipboard.
 */
#include "view/runs_view.h"

const char RUNS_COPY_KEYS[] = "copy the table: t TSV  c CSV  m Markdown  l LaTeX   "
                              "the row: T C M L";

static const struct {
    int32_t table, row;
    enum print_format format;
} FORMS[] = {{'t', 'T', PRINT_TSV}, {'c', 'C', PRINT_CSV}, {'m', 'M', PRINT_MARKDOWN},
    {'l', 'L', PRINT_LATEX}};

static void order(struct runs_state *state, struct session *session, enum print_format format,
    const struct run_column *columns, size_t column_count, const uint32_t *rows, size_t row_count,
    bool bare)
{
    struct copy *copy = copy_new(state->runs, columns, column_count, rows, row_count);
    if (copy) {
        copy->baseline = session->baseline;
        copy->now_s = session->now_s;
        copy->format = format;
        copy->bare = bare;
    }
    session_order(session, errand_copy(copy));
}

void runs_copy_cell(struct runs_state *state, struct session *session)
{
    size_t column = runs_cursor_column(state), row = state->table.scroll.cursor;
    if (column == SIZE_MAX || row >= state->count)
        return;
    if (state->columns[column].kind == RUN_COLUMN_SPARK)
        session_say(session, "a course has no text: copy a number beside it");
    else
        order(state, session, PRINT_TABLE, &state->columns[column], 1, &state->order[row], 1, true);
}

bool runs_copy_form(struct runs_state *state, struct session *session, int32_t key)
{
    size_t row = state->table.scroll.cursor;
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
        if (key == FORMS[i].table)
            order(state, session, FORMS[i].format, state->columns, state->column_count,
                state->order, state->count, false);
        else if (key == FORMS[i].row && row < state->count)
            order(state, session, FORMS[i].format, state->columns, state->column_count,
                &state->order[row], 1, false);
        else
            continue;
        return true;
    }
    return false;
}
