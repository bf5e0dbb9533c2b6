/*
 * A plot as text: cells with or without colour escapes, UTF-8 or ASCII.
 * Knows: the grid's cells, looks of a theme. Must not know: curses, what the curves are.
 */
#include "app/plot.h"

#include "base/text.h"
#include "screen/fold.h"

static void add_colour(const struct session *session, const struct cell *cell, int colours,
    struct theme_fitted *now, struct buf *out)
{
    struct theme_entry look;
    theme_look(&session->theme, cell, &look);
    struct theme_fitted fit = theme_fit(&session->theme, &look, colours);
    fit.bg = -1;
    if (fit.fg == now->fg && fit.attr == now->attr)
        return;
    buf_add_string(out, "\033[0");
    if (fit.attr & STYLE_BOLD)
        buf_add_string(out, ";1");
    if (fit.attr & STYLE_DIM)
        buf_add_string(out, ";2");
    if (fit.fg >= 0)
        buf_printf(out, ";38;5;%d", fit.fg);
    buf_add_char(out, 'm');
    *now = fit;
}

static void add_cell(const struct cell *cell, bool utf8, struct buf *out)
{
    char bytes[4];
    for (int i = 0; i < 3 && cell->code[i]; i++)
        if (utf8)
            buf_add(out, bytes, text_encode((int32_t)cell->code[i], bytes));
        else if (i == 0)
            buf_add_char(out, fold_code(cell->code[0]));
    if (!utf8 && cell->cols == 2)
        buf_add_char(out, ' ');
}

static void add_row(const struct session *session, const struct cell *cells, int cols, int colours,
    bool utf8, struct buf *out)
{
    struct theme_fitted now = {-1, -1, 0};
    while (cols && cells[cols - 1].code[0] == ' ')
        cols--;
    for (int i = 0; i < cols; i++) {
        if (!cells[i].cols)
            continue; /* the shadow of a wide one */
        if (colours)
            add_colour(session, &cells[i], colours, &now, out);
        add_cell(&cells[i], utf8, out);
    }
    if (now.fg >= 0 || now.attr)
        buf_add_string(out, "\033[0m");
    buf_add_char(out, '\n');
}

bool plot_text(const struct plot *plot, int rows, int cols, int colours, bool utf8, struct buf *out,
    struct err *err)
{
    struct grid *grid = grid_new(rows, cols, err);
    struct chart_place place;
    for (size_t i = 0; grid && i < plot->count; i++) {
        grid_clear(grid);
        chart_draw(grid, grid_rect(grid), &plot->charts[i].chart, &place);
        for (int row = 0; row < grid->rows; row++)
            add_row(&plot->session, grid->cells + (size_t)row * (size_t)grid->cols, grid->cols,
                colours, utf8, out);
    }
    bool ok = grid != NULL;
    grid_free(grid);
    return ok;
}
