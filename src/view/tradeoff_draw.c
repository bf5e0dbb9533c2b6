/*
 * Draws the trade-off: what it is about, the scatter, the front beside it, a sentence on the run
 * under the cursor.
 * Knows: the state of tradeoff_view.h, the widgets. Must not know: events.
 */
#include "view/tradeoff_view.h"

#include "base/text.h"
#include "screen/statusline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BESIDE_LEAST_COLS = 100, /* from here on the front stands beside the plot, else below it */
    NUMBER_COLS = 42, /* of the front's list, all but the name */
    NAME_LEAST_COLS = 12,
    NAME_MOST_COLS = 34,
    BELOW_LEAST_ROWS = 16,
    LABEL_LEAST_COLS = 12,
    LABEL_MOST_COLS = 32,
    SENTENCE_NAME_COLS = 40,
    MOST_MARKED = 60, /* points; of more, those beside the front are dots */
    MOST_LABELLED = 12,
    LETTERS = 26,
    FRONT_COLUMNS = 6,
};

/* ---- marks ---- */

/* Letters tell runs apart where colours are not there or come again. */
static bool has_letters(const struct tradeoff_state *state, const struct session *session)
{
    return state->found.front_count <= 2 * LETTERS &&
           state->found.count > (size_t)session->theme.run.count;
}

static uint32_t letter(size_t i)
{
    return (uint32_t)(i < LETTERS ? 'a' + (int)i : 'A' + (int)(i - LETTERS));
}

static size_t place_on_front(const struct tradeoff *found, size_t point)
{
    for (size_t i = 0; i < found->front_count; i++)
        if (found->front[i] == point)
            return i;
    return SIZE_MAX;
}

static uint32_t mark_of(const struct tradeoff_state *state, const struct session *session,
    size_t point, bool selected)
{
    const struct tradeoff *found = &state->found;
    bool marked = found->count <= MOST_MARKED;
    switch (found->points[point].standing) {
    case TRADEOFF_FRONT:
        return has_letters(state, session) ? letter(place_on_front(found, point)) : 0x25cf;
    case TRADEOFF_DOMINATED:
        return selected ? 0x25a0 : marked ? 0x25cb : 0;
    case TRADEOFF_RULED_OUT:
        return marked ? 0xd7 : 0;
    case TRADEOFF_FOREIGN:
        return 0x2260;
    }
    return 0;
}

static struct style point_style(const struct tradeoff_point *point, bool selected)
{
    struct style style = session_run_style(point->run);
    if (point->standing == TRADEOFF_RULED_OUT)
        style = (struct style){.role = STYLE_MUTED, .attr = STYLE_DIM};
    if (point->standing == TRADEOFF_FRONT)
        style.attr |= STYLE_BOLD;
    if (selected)
        style.attr |= STYLE_ON_SELECTED;
    return style;
}

static bool is_raised(const struct session *session, const struct tradeoff_point *point)
{
    return point->standing == TRADEOFF_FRONT || point->run->id == session->baseline;
}

static int compare_ids(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The ids of the selected runs, ascending: with all of many runs selected, asking the session of
 * each would take as long as a frame may. NULL when memory is out. */
static int64_t *sort_selected(const struct session *session, struct arena *scratch)
{
    int64_t *ids = ARENA_ARRAY(scratch, int64_t, session->selected_count + 1);
    if (ids && session->selected_count) {
        memcpy(ids, session->selected, session->selected_count * sizeof *ids);
        qsort(ids, session->selected_count, sizeof *ids, compare_ids);
    }
    return ids;
}

static void mark_points(
    struct tradeoff_state *state, const struct session *session, struct arena *scratch,
    int label_cols)
{
    size_t cursor = tradeoff_cursor(state);
    int64_t *ids = sort_selected(session, scratch);
    /* Letters and more names than have room are looked up in the list. */
    bool few = state->found.front_count <= MOST_LABELLED && !has_letters(state, session);
    for (size_t i = 0; i < state->found.count; i++) {
        const struct tradeoff_point *point = &state->found.points[i];
        char name[256] = "";
        bool selected = ids && bsearch(&point->run->id, ids, session->selected_count, sizeof *ids,
                                   compare_ids);
        if ((few && is_raised(session, point)) || i == cursor ||
            point->run->id == session->baseline)
            tradeoff_print_name(point->run->shown, label_cols, name, sizeof name);
        state->drawn[i] = (struct scatter_point){.x = point->x,
            .y = point->y,
            .style = point_style(point, selected),
            .mark = point->run->id == session->baseline ? 'A'
                                                        : mark_of(state, session, i, selected),
            .label = name[0] ? arena_string(scratch, name) : NULL,
            .raised = is_raised(session, point) || selected};
    }
}

/* ---- the scatter ---- */

static const char *axis_title(
    const struct tradeoff_axis *axis, bool log, struct arena *scratch)
{
    bool seconds =
        axis->column.kind == RUN_COLUMN_DURATION || axis->column.kind == RUN_COLUMN_AGE;
    const char *title = arena_printf(scratch, "%s%s%s, %s is better", axis->column.title,
        seconds ? " in s" : "", log ? " (log)" : "", axis->higher ? "higher" : "lower");
    return title ? title : axis->column.title;
}

static void draw_scatter(struct tradeoff_state *state, const struct session *session,
    struct canvas *canvas, struct rect place)
{
    const struct tradeoff *found = &state->found;
    struct arena *scratch = canvas->scratch;
    struct scatter_corner *front =
        ARENA_ARRAY(scratch, struct scatter_corner, found->front_count + 1);
    struct scatter_limit limits[TRADEOFF_MOST_LIMITS];
    if (!front || !state->drawn)
        return;
    for (size_t i = 0; i < found->front_count; i++)
        front[i] = (struct scatter_corner){
            found->points[found->front[i]].x, found->points[found->front[i]].y};
    for (size_t i = 0; i < state->constraint.limit_count; i++) {
        const struct tradeoff_limit *limit = &state->constraint.limits[i];
        limits[i] = (struct scatter_limit){limit->on_y, limit->above, limit->value};
    }
    int label_cols = place.cols / 3;
    label_cols = label_cols < LABEL_LEAST_COLS  ? LABEL_LEAST_COLS
                 : label_cols > LABEL_MOST_COLS ? LABEL_MOST_COLS
                                                : label_cols;
    mark_points(state, session, scratch, label_cols);
    struct scatter scatter = {.points = state->drawn,
        .count = found->count,
        .front = front,
        .front_count = found->front_count,
        .x_higher = found->x.higher,
        .y_higher = found->y.higher,
        .limits = limits,
        .limit_count = state->constraint.limit_count,
        .cursor = tradeoff_cursor(state),
        .x_title = axis_title(&found->x, state->x.log, scratch),
        .y_title = axis_title(&found->y, state->y.log, scratch),
        .log_x = state->x.log,
        .log_y = state->y.log,
        .label_cols = label_cols,
        .empty = found->count ? "no run has a place on these axes: X and Y make them plain"
                              : "no run has both: x and y choose other columns"};
    scatter_draw(canvas->grid, place, &scatter, &state->place);
}

/* ---- the front ---- */

struct listing {
    const struct tradeoff_state *state;
    const struct session *session;
};

static size_t front_rows(void *self)
{
    return ((struct listing *)self)->state->found.front_count;
}

/* What this run of the front has more than the one above it. */
static void gain_cell(const struct tradeoff *found, size_t row, bool on_y, struct table_cell *out)
{
    const struct tradeoff_axis *axis = on_y ? &found->y : &found->x;
    const struct tradeoff_point *at = &found->points[found->front[row]];
    const struct tradeoff_point *above = &found->points[found->front[row - 1]];
    double delta = on_y ? at->y - above->y : at->x - above->x;
    char number[48];
    tradeoff_print_value(axis, fabs(delta), number, sizeof number);
    snprintf(out->room, sizeof out->room, "%c%s", signbit(delta) ? '-' : '+', number);
    out->text = delta != 0 ? out->room : "=";
    out->style = on_y && delta != 0 ? STYLE_IS(GOOD) : STYLE_IS(MUTED);
}

static void front_cell(void *self, size_t row, int column, struct table_cell *out)
{
    struct listing *listing = self;
    const struct tradeoff *found = &listing->state->found;
    const struct tradeoff_point *point = &found->points[found->front[row]];
    const struct scatter_point *drawn = &listing->state->drawn[found->front[row]];
    out->text = out->room;
    if (column == 0) {
        size_t length = text_encode((int32_t)drawn->mark, out->room);
        out->room[length] = '\0';
        out->style = session_run_style(point->run);
    } else if (column == 1) {
        out->text = point->run->shown;
    } else if (column == 2) {
        tradeoff_print_value(&found->y, point->y, out->room, sizeof out->room);
    } else if (column == 3) {
        tradeoff_print_value(&found->x, point->x, out->room, sizeof out->room);
    } else if (row) {
        gain_cell(found, row, column == 4, out);
    } else {
        out->text = NULL;
    }
}

static int front_mark(void *self, size_t row)
{
    struct listing *listing = self;
    const struct tradeoff *found = &listing->state->found;
    return session_is_selected(listing->session, found->points[found->front[row]].run->id)
               ? TABLE_SELECTED
               : 0;
}

static void draw_front(struct tradeoff_state *state, const struct session *session,
    struct grid *grid, struct rect place)
{
    const struct tradeoff *found = &state->found;
    char gain[64], cost[64];
    int name_cols = place.cols - NUMBER_COLS;
    name_cols = name_cols < NAME_LEAST_COLS  ? NAME_LEAST_COLS
                : name_cols > NAME_MOST_COLS ? NAME_MOST_COLS
                                             : name_cols;
    snprintf(gain, sizeof gain, "\xce\x94%.40s", found->y.column.title);
    snprintf(cost, sizeof cost, "\xce\x94%.40s", found->x.column.title);
    const struct table_column columns[FRONT_COLUMNS] = {
        {.title = "", .min_cols = 1, .max_cols = 1},
        {.title = "front", .max_cols = name_cols, .ends = true},
        {.title = found->y.column.title, .align = TABLE_DECIMAL, .max_cols = 14},
        {.title = found->x.column.title, .align = TABLE_DECIMAL, .max_cols = 14},
        {.title = gain, .align = TABLE_DECIMAL, .max_cols = 14},
        {.title = cost, .align = TABLE_DECIMAL, .max_cols = 14},
    };
    struct listing listing = {state, session};
    struct table_source source = {&listing, front_rows, front_cell, front_mark, NULL};
    size_t row = place_on_front(found, tradeoff_cursor(state));
    if (row != SIZE_MAX)
        state->table.scroll.cursor = row;
    struct grid before = *grid; /* the cursor stays on the point */
    table_draw(&state->table, grid, place, &source, columns, FRONT_COLUMNS, 2, row != SIZE_MAX);
    grid->cursor_row = before.cursor_row;
    grid->cursor_col = before.cursor_col;
    grid->cursor_shown = before.cursor_shown;
}

/* The front's own columns want no more than this. */
static int front_cols(const struct tradeoff_state *state, int cols)
{
    int name = 5;
    for (size_t i = 0; i < state->found.front_count && i < 100; i++) {
        int own = grid_text_cols(state->found.points[state->found.front[i]].run->shown);
        name = own > name ? own : name;
    }
    int want = (name < NAME_MOST_COLS ? name : NAME_MOST_COLS) + NUMBER_COLS, most = cols / 2;
    return want < most ? want : most;
}

/* ---- lines ---- */

/* "75 of 300 runs within the brushes". */
static void print_lines(const struct tradeoff_state *state, char *out, size_t out_bytes)
{
    size_t held = state->sequence_count, count = state->found.count;
    size_t stride = tradeoff_axes_stride(state);
    char drawn[48] = "";
    if (stride > 1)
        snprintf(drawn, sizeof drawn, ", one in %zu drawn", stride);
    if (held == count)
        snprintf(out, out_bytes, "%zu run%s%s", count, count == 1 ? "" : "s", drawn);
    else
        snprintf(out, out_bytes, "%zu of %zu runs within the brushes%s", held, count, drawn);
}

static void draw_top(const struct tradeoff_state *state, const struct session *session,
    struct grid *grid, struct rect place)
{
    const struct tradeoff *found = &state->found;
    char about[160], counts[128], limit[128] = "";
    size_t beaten = found->count - found->front_count;
    for (size_t i = 0; i < found->count; i++)
        beaten -= found->points[i].standing == TRADEOFF_RULED_OUT ||
                  found->points[i].standing == TRADEOFF_FOREIGN;
    snprintf(about, sizeof about, "%.60s against %.60s", found->y.column.title,
        found->x.column.title);
    if (state->parallel)
        print_lines(state, counts, sizeof counts);
    else
        snprintf(counts, sizeof counts, "%zu on the front, %zu beaten", found->front_count, beaten);
    if (found->ruled_out)
        snprintf(limit, sizeof limit, "%zu ruled out by", found->ruled_out);
    else if (state->constraint.filter)
        snprintf(limit, sizeof limit, "none ruled out by");
    const struct status_part parts[] = {
        {about, STYLE_IS(ACCENT), 0, false},
        {counts, STYLE_IS(MUTED), 2, false},
        {limit, STYLE_IS(MUTED), 1, false},
        {state->constraint_text, STYLE_IS(FILTER), 1, false},
        {session->filter[0] ? "filter" : "", STYLE_IS(MUTED), 4, true},
        {session->filter, STYLE_IS(FILTER), 3, true},
        {state->front_only && !state->parallel ? "front only" : "", STYLE_IS(ACCENT), 3, true},
    };
    statusline_draw(
        grid, place.row, place.col + 1, place.cols - 2, parts, sizeof parts / sizeof *parts);
}

/* "best AP under ms/img<50: 0.4047 at 118.9 ms/img, faster_rcnn/r50". */
static bool print_best(const struct tradeoff_state *state, char *out, size_t out_bytes)
{
    const struct tradeoff *found = &state->found;
    char y[64], x[64], name[256];
    out[0] = '\0';
    if (!state->constraint.filter)
        return false;
    if (found->best == TRADEOFF_NONE) {
        snprintf(out, out_bytes, "no run is within %.100s", state->constraint_text);
        return true;
    }
    const struct tradeoff_point *best = &found->points[found->best];
    tradeoff_print_value(&found->y, best->y, y, sizeof y);
    tradeoff_print_value(&found->x, best->x, x, sizeof x);
    tradeoff_print_name(best->run->shown, SENTENCE_NAME_COLS, name, sizeof name);
    snprintf(out, out_bytes, "best %.40s with %.100s: %s, %s at %s %.40s",
        found->y.column.title, state->constraint_text, name, y, x, found->x.column.title);
    return true;
}

/* What must be known to read the plot; returns how many rows it took. */
static int draw_notes(const struct tradeoff_state *state, struct grid *grid, struct rect place)
{
    char text[640], unplaced[64] = "";
    int rows = 0;
    if (print_best(state, text, sizeof text))
        grid_text(grid, place.row + rows++, place.col + 1, place.cols - 2, STYLE_IS(BEST), text);
    tradeoff_print_foreign(&state->found, text, sizeof text);
    if (text[0])
        grid_text(grid, place.row + rows++, place.col + 1, place.cols - 2, STYLE_IS(WARN), text);
    tradeoff_print_without(&state->found, text, sizeof text);
    if (state->place.unplaced && !state->parallel)
        snprintf(unplaced, sizeof unplaced, "%s%zu not above 0: not on a logarithmic axis",
            text[0] ? ", " : "", state->place.unplaced);
    if (text[0] || unplaced[0])
        grid_printf(grid, place.row + rows++, place.col + 1, place.cols - 2, STYLE_IS(MUTED),
            "%s%s", text, unplaced);
    return rows;
}

/* The run under the cursor: its name, values, and what it is worth. */
static void draw_sentence(const struct tradeoff_state *state, const struct session *session,
    struct grid *grid, struct rect place)
{
    const struct tradeoff *found = &state->found;
    size_t at = tradeoff_cursor(state);
    char name[256], y[64], x[64], values[256], worth[512];
    if (at == TRADEOFF_NONE)
        return;
    const struct tradeoff_point *point = &found->points[at];
    int name_cols = place.cols / 3 < SENTENCE_NAME_COLS ? place.cols / 3 : SENTENCE_NAME_COLS;
    tradeoff_print_name(point->run->shown, name_cols, name, sizeof name);
    tradeoff_print_value(&found->y, point->y, y, sizeof y);
    tradeoff_print_value(&found->x, point->x, x, sizeof x);
    snprintf(values, sizeof values, "%s %.40s, %s %.40s", y, found->y.column.title, x,
        found->x.column.title);
    tradeoff_print_standing(found, at, &state->constraint, name_cols, worth, sizeof worth);
    bool selected = session_is_selected(session, point->run->id);
    const struct status_part parts[] = {
        {point->run->id == session->baseline ? "A" : "\xe2\x96\xa0", session_run_style(point->run),
            0, false},
        {name, selected ? STYLE_IS(SELECTED) : STYLE_IS(TEXT), 0, false},
        {values, STYLE_IS(TEXT), 1, false},
        {worth, point->standing == TRADEOFF_FRONT ? STYLE_IS(GOOD) : STYLE_IS(MUTED), 0, false},
    };
    statusline_draw(
        grid, place.row, place.col + 1, place.cols - 2, parts, sizeof parts / sizeof *parts);
}

/* ---- the whole ---- */

static void draw_plots(struct tradeoff_state *state, const struct session *session,
    struct canvas *canvas, struct rect place)
{
    struct rect plot = place, list = place;
    bool beside = place.cols >= BESIDE_LEAST_COLS;
    if (state->parallel) {
        tradeoff_axes_draw(state, session, canvas, place);
        return;
    }
    if (beside) {
        list.cols = front_cols(state, place.cols);
        plot.cols -= list.cols + 2;
        list.col += plot.cols + 2;
    } else {
        int most = place.rows >= BELOW_LEAST_ROWS ? place.rows / 3 : 0;
        list.rows = (int)(state->found.front_count < 100 ? state->found.front_count : 100) + 1;
        list.rows = list.rows < most ? list.rows : most;
        plot.rows -= list.rows;
        list.row += plot.rows;
    }
    draw_scatter(state, session, canvas, plot);
    if (list.rows > 1 && state->found.front_count && state->drawn)
        draw_front(state, session, canvas->grid, list);
}

static void draw_asking(struct tradeoff_state *state, struct grid *grid, struct rect place)
{
    if (state->asking == TRADEOFF_ASKING_CONSTRAINT)
        prompt_draw(&state->prompt, grid, place.row, place.col + 1, place.cols - 2, "constraint ");
    else if (state->asking)
        tradeoff_chooser_draw(&state->chooser, &state->prompt,
            state->asking == TRADEOFF_ASKING_X ? "x axis" : "y axis", grid, place);
}

void tradeoff_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct tradeoff_state *state = self;
    if (!state->runs || !state->runs->count) {
        view_say_empty(canvas->grid, place,
            world->indexing ? "looking for runs ..."
                            : "no runs to compare\n\nboxtop PATH opens another folder");
        return;
    }
    if (!state->found_any) {
        view_say_empty(canvas->grid, place, state->trouble);
        draw_asking(state, canvas->grid, place);
        return;
    }
    struct rect body = place;
    body.row++;
    body.rows--;
    int notes = draw_notes(state, canvas->grid, body);
    body.row += notes;
    body.rows -= notes + 1;
    if (body.rows > 0)
        draw_plots(state, session, canvas, body);
    struct rect bottom = {place.row + place.rows - 1, place.col, 1, place.cols};
    if (place.rows > notes + 1)
        draw_sentence(state, session, canvas->grid, bottom);
    if (state->asking != TRADEOFF_ASKING_CONSTRAINT)
        draw_top(state, session, canvas->grid, place);
    draw_asking(state, canvas->grid, place);
}
