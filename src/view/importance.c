/*
 * Which parameter made the difference: all that varies over the filtered runs, ranked by how a metric
 * goes with it.
 * Knows: the ranking of work/influence.h. Must not know: how it is computed.
 */
#include "view/view.h"

#include "base/num.h"
#include "screen/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_METRICS = 64, VALUES_BYTES = 512, HEAD_ROWS = 3 };
enum action { METRIC_NEXT = 1, METRIC_BEFORE, LEFT, RIGHT };

static const struct key_row KEYS[] = {
    {">", "by the next metric", METRIC_NEXT, "importance", "metric", 1},
    {"<", "by the metric before", METRIC_BEFORE, "importance", NULL, 0},
    {"h Left", "columns to the left", LEFT, "importance", NULL, 0},
    {"l Right", "columns to the right", RIGHT, "importance", NULL, 0},
    {0},
};

struct state {
    char metric[sizeof ((struct influence_want *)NULL)->metric]; /* "": the first */
    struct table table;
    size_t rows; /* of the last drawing */
};

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)self, (void)session, (void)world, (void)run;
}

/* False while there is nothing to ask for. */
static bool make_want(const struct state *state, const struct session *session,
    const struct world *world, struct influence_want *want)
{
    const char *first;
    *want = (struct influence_want){0};
    if (!world->runs || !influence_metrics(world->runs, &first, 1))
        return false;
    want->snapshot = world->runs;
    snprintf(want->filter, sizeof want->filter, "%s", session->filter);
    snprintf(want->metric, sizeof want->metric, "%s", state->metric[0] ? state->metric : first);
    return true;
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    make_want(self, session, world, &out->influence);
}

/* ---- drawing ---- */

enum column { NAME, STRENGTH, SHARE, P, RUNS, VALUES, COLUMNS };

struct drawing {
    const struct importance *importance;
    struct arena *arena;
};

static size_t source_rows(void *self)
{
    return ((struct drawing *)self)->importance->count;
}

static void number_cell(double number, const char *format, struct table_cell *out)
{
    if (isnan(number)) {
        out->text = "\xe2\x80\x93";
        out->style = STYLE_IS(MUTED);
        return;
    }
    snprintf(out->room, sizeof out->room, format, number);
    out->text = out->room;
}

static void values_cell(
    const struct drawing *drawing, const struct importance_row *row, struct table_cell *out)
{
    char text[VALUES_BYTES];
    influence_print_values(row, text, sizeof text);
    out->text = row->twin ? arena_printf(drawing->arena, "goes with %s; %s", row->twin, text)
                          : arena_string(drawing->arena, text);
    out->style = row->trouble ? STYLE_IS(MUTED) : STYLE_IS(TEXT);
}

static void source_cell(void *self, size_t at, int column, struct table_cell *out)
{
    const struct drawing *drawing = self;
    const struct importance_row *row = &drawing->importance->rows[at];
    switch ((enum column)column) {
    case NAME:
        out->text = row->name;
        out->style = row->trouble ? STYLE_IS(MUTED) : STYLE_IS(TEXT);
        break;
    case STRENGTH:
        influence_print_strength(row, out->room, sizeof out->room);
        out->text = out->room;
        out->style = row->trouble ? STYLE_IS(WARN) : STYLE_IS(TEXT);
        break;
    case SHARE:
        number_cell(row->share, "%.2f", out);
        break;
    case P:
        number_cell(row->p, "%.4f", out);
        out->style = row->p < 0.05 ? STYLE_IS(ACCENT) : STYLE_IS(MUTED);
        break;
    case RUNS:
        snprintf(out->room, sizeof out->room, "%zu", row->n);
        out->text = out->room;
        break;
    default:
        values_cell(drawing, row, out);
    }
}

static void draw_table(struct state *state, const struct influence *influence,
    struct canvas *canvas, struct rect place)
{
    static const struct table_column TABLE[COLUMNS] = {
        [NAME] = {.title = "parameter", .min_cols = 12, .max_cols = 36},
        [STRENGTH] = {.title = "association", .max_cols = 20},
        [SHARE] = {.title = "share", .align = TABLE_DECIMAL, .max_cols = 8},
        [P] = {.title = "p", .align = TABLE_DECIMAL, .max_cols = 8},
        [RUNS] = {.title = "n", .align = TABLE_RIGHT, .max_cols = 7},
        [VALUES] = {.title = "median by value (runs)", .min_cols = 16},
    };
    struct drawing drawing = {&influence->importance, canvas->scratch};
    struct table_source source = {&drawing, source_rows, source_cell, NULL, NULL};
    table_draw(&state->table, canvas->grid, place, &source, TABLE, COLUMNS, 1, true);
    state->rows = influence->importance.count;
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    struct influence_want want;
    struct grid *grid = canvas->grid;
    state->rows = 0;
    if (!make_want(state, session, world, &want)) {
        view_say_empty(grid, place, "no run has a metric");
        return;
    }
    const struct influence_answer *answer = world_influence(world, &want);
    if (!answer || answer->trouble[0]) {
        view_say_empty(grid, place, answer ? answer->trouble : "ranking parameters ...");
        return;
    }
    char text[512];
    int row = place.row, col = place.col + 1;
    influence_print_summary(&answer->influence, text, sizeof text);
    col += grid_text(grid, row, col, place.cols - 2, STYLE_IS(TITLE), want.metric) + 2;
    row += grid_paragraph(grid,
        (struct rect){row, col, HEAD_ROWS, place.col + place.cols - col - 1}, STYLE_IS(MUTED), text);
    const char *legend = arena_printf(canvas->scratch,
        "share of the variance of ranks: rho\xc2\xb2 of numbers, eta\xc2\xb2 of others; p by %d "
        "permutations; an association is no cause%s%s",
        answer->influence.importance.permutations, want.filter[0] ? "; filter " : "", want.filter);
    row += grid_paragraph(grid, (struct rect){row, place.col + 1, HEAD_ROWS, place.cols - 2},
        STYLE_IS(MUTED), legend ? legend : "");
    struct rect body = {row, place.col, place.row + place.rows - row, place.cols};
    if (!answer->influence.importance.count)
        view_say_empty(grid, body, "no parameter varies over these runs");
    else if (body.rows > 0)
        draw_table(state, &answer->influence, canvas, body);
}

/* ---- acting ---- */

static void next_metric(struct state *state, const struct world *world, int by)
{
    const char *titles[MOST_METRICS];
    size_t count = world->runs ? influence_metrics(world->runs, titles, MOST_METRICS) : 0, at = 0;
    if (!count)
        return;
    for (size_t i = 0; i < count; i++)
        if (strcmp(titles[i], state->metric) == 0)
            at = i;
    at = (at + count + (size_t)by) % count;
    snprintf(state->metric, sizeof state->metric, "%s", titles[at]);
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    int move = view_movement(event);
    (void)session, (void)effect;
    if (event->kind == EVENT_MOUSE && event->action == MOUSE_WHEEL) {
        scroll_wheel(&state->table.scroll, event->wheel_rows * 3, state->rows);
        return VIEW_STAYED;
    }
    if (move >= 0) {
        scroll_move(&state->table.scroll, (enum scroll_move)move, state->rows);
        return VIEW_STAYED;
    }
    int action = key_rows_find(KEYS, event);
    if (action == METRIC_NEXT || action == METRIC_BEFORE)
        next_metric(state, world, action == METRIC_NEXT ? 1 : -1);
    else if (action == LEFT || action == RIGHT)
        table_move_column(&state->table, action == LEFT ? -1 : 1);
    return action ? VIEW_STAYED : VIEW_IGNORED;
}

const struct view view_importance = {
    .name = "importance",
    .title = "Importance",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .wants = wants,
    .draw = draw,
    .act = act,
};
