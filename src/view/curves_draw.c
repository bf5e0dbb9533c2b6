/*
 * Draws the curves: the line above them, the charts of a page, the readout of all runs.
 * Knows: the state of curves_view.h, spans of the world. Must not know: events.
 */
#include "view/curves_view.h"

#include "base/clock.h"
#include "base/num.h"
#include "screen/statusline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A chart that can be read, the readout beside or below, and when there is room for either. */
enum { CHART_COLS = 36, CHART_ROWS = 9, SIDE_COLS = 34, SIDE_LEAST_COLS = 104 };
enum { BELOW_COLS = 38, BELOW_MOST_ROWS = 5, BELOW_LEAST_ROWS = 14, HEAD_LEAST_ROWS = 8 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Takes the rows or columns of the readout off BODY. */
static struct rect take_readout(const struct curves_state *state, struct rect *body)
{
    struct rect readout = *body;
    int per_row = body->cols / BELOW_COLS > 1 ? body->cols / BELOW_COLS : 1;
    if (body->cols >= SIDE_LEAST_COLS && body->rows >= HEAD_LEAST_ROWS) {
        readout.cols = SIDE_COLS;
        readout.col = body->col + body->cols - SIDE_COLS;
        body->cols -= SIDE_COLS + 1;
    } else if (body->rows >= BELOW_LEAST_ROWS) {
        int lines = ((int)state->shown_count + per_row - 1) / per_row + 1;
        readout.rows = lines < BELOW_MOST_ROWS ? lines : BELOW_MOST_ROWS;
        readout.row = body->row + body->rows - readout.rows;
        body->rows -= readout.rows;
    } else {
        readout.rows = 0;
    }
    return readout;
}

void curves_layout(const struct curves_state *state, struct rect place, struct curves_layout *out)
{
    *out = (struct curves_layout){0};
    struct rect body = place;
    if (place.rows >= HEAD_LEAST_ROWS) {
        out->head = (struct rect){place.row, place.col, 1, place.cols};
        body.row++;
        body.rows--;
    }
    if (!state->panels.count || body.rows < 1 || body.cols < 1)
        return;
    out->readout = take_readout(state, &body);
    int across = body.cols / CHART_COLS, down = body.rows / CHART_ROWS;
    across = across < 1 ? 1 : across > 6 ? 6 : across;
    down = down < 1 ? 1 : down > 4 ? 4 : down;
    out->page_panels = (size_t)(across * down);
    if (state->maximised)
        across = down = 1;
    size_t page = (size_t)(across * down);
    out->first = state->focus / page * page;
    out->count = least(page, state->panels.count - out->first);
    /* A page that is not full gives its room to what it has; pages that follow one another keep theirs. */
    if (state->panels.count < page) {
        while (across > 1 && (size_t)((across - 1) * down) >= out->count)
            across--;
        down = ((int)out->count + across - 1) / across;
    }
    for (size_t i = 0; i < out->count; i++) {
        int row = (int)i / across, col = (int)i % across;
        int top = body.rows * row / down, left = body.cols * col / across;
        out->charts[i] = (struct rect){body.row + top, body.col + left,
            body.rows * (row + 1) / down - top,
            body.cols * (col + 1) / across - left - (col + 1 < across)};
    }
}

/* ---- one chart ---- */

struct drawing {
    struct curves_state *state;
    const struct session *session;
    const struct world *world;
    struct canvas *canvas;
    struct panel_look look;
    struct curve_set set;
};

static void draw_panel(struct drawing *drawing, size_t i, const struct curves_layout *layout,
    struct curve_lines *lines)
{
    struct curves_state *state = drawing->state;
    const struct panel_look *look = &drawing->look;
    size_t at = layout->first + i;
    const struct panel *panel = &state->panels.items[at];
    char title[PANELS_NAME_BYTES + 4];
    struct chart chart;
    curve_lines_find(&drawing->set, panel, (int32_t)at, look, drawing->world->curves, lines);
    curve_lines_chart(
        lines, drawing->session, look, !layout->readout.rows, drawing->canvas->scratch, &chart);
    snprintf(title, sizeof title, "%s%s", panel->pinned ? "* " : "", panel->name);
    chart.title = title;
    chart.focused = at == state->focus;
    chart.mark_x = state->mark;
    bool logged = false;
    for (size_t l = 0; l < lines->count; l++)
        logged |= lines->items[l].curve != NULL;
    chart.empty = !drawing->world->curves   ? "loading ..."
                  : logged                  ? "logged, but no point can be shown"
                  : look->x == CURVE_X_STEP ? "none of these runs logged it"
                                            : "no point has such an x";
    chart.bare = drawing->session->pixels && curves_picture_can(drawing->world);
    chart_draw(drawing->canvas->grid, layout->charts[i], &chart, &state->places[i]);
    if (chart.bare && state->places[i].any &&
        !curves_picture_draw(&state->pictures[i], &chart, &state->places[i], drawing->session,
            drawing->world, drawing->canvas)) {
        chart.bare = false;
        chart_draw(drawing->canvas->grid, layout->charts[i], &chart, &state->places[i]);
    }
    if (chart.focused && !state->asking)
        grid_cursor(drawing->canvas->grid, layout->charts[i].row, layout->charts[i].col);
}

/* ---- the readout ---- */

static void print_x(const struct panel_look *look, double x, char *out, size_t out_bytes)
{
    char number[32];
    bool by_step = look->x == CURVE_X_STEP || look->x == CURVE_X_RELATIVE_STEP;
    num_print_short(by_step ? round(x) : x, by_step ? 15 : 6, number, sizeof number);
    if (look->x == CURVE_X_WALL)
        clock_iso(x, out, out_bytes);
    else if (look->x == CURVE_X_TIME)
        snprintf(out, out_bytes, "%.0f:%02d:%02d h", floor(x / 3600), (int)fmod(x / 60, 60),
            (int)fmod(x, 60));
    else
        snprintf(out, out_bytes, "%s %s", panel_look_x_name(look), number);
}

static void draw_line(
    const struct drawing *drawing, const struct curve_line *line, struct rect place, bool best)
{
    struct grid *grid = drawing->canvas->grid;
    char value[80], spread[32], name[300];
    uint8_t stroke, marker;
    session_run_stroke(drawing->session, line->run, &stroke, &marker);
    num_print_short(line->value, 5, value, sizeof value);
    if (!isnan(line->spread)) {
        num_print_short(line->spread, 2, spread, sizeof spread);
        size_t length = strlen(value);
        snprintf(value + length, sizeof value - length, " \xc2\xb1%s", spread);
    }
    if (isnan(line->value))
        snprintf(value, sizeof value, "\xe2\x80\x93");
    int room = place.cols - 3 - grid_text_cols(value);
    curve_line_print_name(line, name, sizeof name);
    grid_put(grid, place.row, place.col, session_run_style(line->run), chart_marker_code(marker));
    if (room > 0)
        grid_text(grid, place.row, place.col + 2, room, STYLE_IS(TEXT), name);
    grid_text_right(grid, place.row, place.col + 2, place.cols - 2,
        isnan(line->value) ? STYLE_IS(MUTED)
        : best             ? STYLE_IS(BEST)
                           : STYLE_IS(TEXT),
        value);
}

static void draw_readout(
    const struct drawing *drawing, const struct curves_layout *layout, struct curve_lines *lines)
{
    const struct curves_state *state = drawing->state;
    const struct panel *panel = &state->panels.items[state->focus];
    const struct chart_place *place = &state->places[state->focus - layout->first];
    struct rect rect = layout->readout;
    enum better better = role_info(panel->role)->better;
    char x[64];
    curve_lines_read(lines, place, state->mark, better);
    if (isnan(state->mark))
        snprintf(x, sizeof x, "last");
    else
        print_x(&drawing->look, state->mark, x, sizeof x);
    int col = rect.col + grid_text(drawing->canvas->grid, rect.row, rect.col, rect.cols / 2,
                             STYLE_IS(TITLE), panel->name);
    grid_text(drawing->canvas->grid, rect.row, col + 2, rect.col + rect.cols - col - 2,
        STYLE_IS(MUTED), x);
    int across = rect.cols / BELOW_COLS > 1 ? rect.cols / BELOW_COLS : 1;
    size_t room = (size_t)((rect.rows - 1) * across);
    for (size_t i = 0; i < lines->count && i < room; i++) {
        struct rect at = {rect.row + 1 + (int)i / across,
            rect.col + (int)i % across * (rect.cols / across), 1, rect.cols / across - (across > 1)};
        if (i + 1 == room && lines->count > room)
            grid_printf(drawing->canvas->grid, at.row, at.col + 2, at.cols - 2, STYLE_IS(MUTED),
                "and %zu more", lines->count - i);
        else
            draw_line(drawing, &lines->items[i], at, i == 0 && better != BETTER_NEITHER);
    }
}

/* ---- the whole ---- */

/* Which of the pages or panels is seen; "" where there is one. */
static void print_page(const struct curves_state *state, const struct curves_layout *layout,
    char *out, size_t out_bytes)
{
    size_t pages = layout->page_panels
                       ? (state->panels.count + layout->page_panels - 1) / layout->page_panels
                       : 1;
    out[0] = '\0';
    if (state->maximised && !state->is_missing)
        snprintf(out, out_bytes, "panel %zu of %zu", state->focus + 1, state->panels.count);
    else if (!state->is_missing && pages > 1)
        snprintf(
            out, out_bytes, "page %zu of %zu", state->focus / layout->page_panels + 1, pages);
}

static void draw_head(const struct drawing *drawing, const struct curves_layout *layout)
{
    const struct curves_state *state = drawing->state;
    const struct panel_look *look = &drawing->look;
    struct rect rect = layout->head;
    char pattern[SESSION_FILTER_BYTES + 1], page[64], shown[64] = "", x[128], smooth[64];
    if (!rect.rows)
        return;
    if (state->asking) {
        prompt_draw(&state->prompt, drawing->canvas->grid, rect.row, rect.col, rect.cols,
            state->asking == CURVES_ASKING_PATTERN ? "/" : "x axis: ");
        return;
    }
    bool some = state->chosen_count > state->shown_count;
    snprintf(pattern, sizeof pattern, "/%s", state->pattern);
    print_page(state, layout, page, sizeof page);
    if (some)
        snprintf(
            shown, sizeof shown, "%zu of %zu runs", state->shown_count, state->chosen_count);
    panel_look_print_smooth(look, smooth, sizeof smooth);
    snprintf(x, sizeof x, "x %.100s%s", panel_look_x_name(look), look->log_x ? ", log" : "");
    const struct status_part parts[] = {
        {state->pattern[0] ? pattern : "", STYLE_IS(FILTER), 0, false},
        {page, STYLE_IS(MUTED), 3, false},
        {shown, STYLE_IS(MUTED), 1, false},
        {!some        ? ""
         : state->all ? "Enter for more"
                      : "a for all",
            STYLE_IS(MUTED), 5, false},
        {smooth, STYLE_IS(MUTED), 2, true},
        {look->band ? "band over seeds" : "", STYLE_IS(MUTED), 4, true},
        {look->log_y ? "log y" : "", STYLE_IS(MUTED), 2, true},
        {isnan(state->low) ? "" : "zoomed", STYLE_IS(MUTED), 3, true},
        {x, STYLE_IS(MUTED), 1, true},
    };
    statusline_draw(drawing->canvas->grid, rect.row, rect.col, rect.cols, parts,
        sizeof parts / sizeof *parts);
}

static const char *what_is_missing(const struct curves_state *state, const struct world *world)
{
    return !world->runs          ? "loading ..."
           : !state->shown_count ? "no run is chosen\n\nq goes back; Space selects runs for the curves"
           : state->pattern[0]   ? "no metric of these runs matches\n\n/ changes the pattern"
                                 : "these runs logged no metric";
}

void curves_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct curves_state *state = self;
    struct drawing drawing = {state, session, world, canvas, curves_look(state, session),
        {state->shown, state->groups, state->shown_count}};
    struct curves_layout *layout = &state->drawn;
    struct curve_lines *lines = ARENA_ARRAY(canvas->scratch, struct curve_lines, 2);
    state->place = place;
    curves_layout(state, place, layout);
    draw_head(&drawing, layout);
    if (layout->count && state->is_missing) {
        const char *said = arena_printf(canvas->scratch,
            "none of these runs logged \"%.100s\"\n\nj shows another panel", state->asked_name);
        layout->count = 0; /* for the mouse */
        view_say_empty(canvas->grid, place, said ? said : "");
        return;
    }
    if (!layout->count || !lines) {
        view_say_empty(canvas->grid, place, what_is_missing(state, world));
        return;
    }
    struct curve_lines *focused = NULL;
    for (size_t i = 0; i < layout->count; i++) {
        bool is_focus = layout->first + i == state->focus;
        draw_panel(&drawing, i, layout, &lines[is_focus]);
        focused = is_focus ? &lines[1] : focused;
    }
    if (layout->readout.rows && focused)
        draw_readout(&drawing, layout, focused);
}
