/*
 * The summary: how many runs there are, the best of each quantity and who has it, and which
 * parameters were used with which values.
 * Knows: a snapshot of the runs. Must not know: files, how the table is filtered.
 */
#include "view/view.h"

#include "base/text.h"
#include "screen/scroll.h"
#include "work/versions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE_COLS = 100, MOST_VALUES = 24, VALUE_BYTES = 48, LINE_BYTES = 512, LEAST_SECTION = 3 };
enum section { BESTS, PARAMS, SECTIONS };
enum action { OPEN = 1, SECTION };

static const struct key_row KEYS[] = {
    {"Enter", "open the run that has the best value", OPEN, "summary", "open", 1},
    {"h Left l Right", "best values, or parameters", SECTION, "summary", "section", 3},
    {0},
};

struct line {
    const char *label, *value, *rest; /* VALUE stands right in its column */
    struct style style;               /* of REST */
    int64_t run;                      /* to open, 0 for none */
};

struct state {
    struct runs *runs; /* that the lines were made from */
    struct arena arena;
    struct line *lines[SECTIONS];
    size_t counts[SECTIONS];
    int label_cols[SECTIONS], value_cols[SECTIONS];
    struct scroll scrolls[SECTIONS];
    struct rect places[SECTIONS];
    enum section section;
};

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)self, (void)session, (void)world, (void)run;
}

static void stop(void *self)
{
    struct state *state = self;
    runs_release(state->runs);
    arena_done(&state->arena);
}

/* ---- the lines ---- */

static void add_line(struct state *state, enum section section, struct line line)
{
    int label = grid_text_cols(line.label ? line.label : "");
    int value = line.value ? grid_text_cols(line.value) : 0;
    if (label > state->label_cols[section])
        state->label_cols[section] = label;
    if (value > state->value_cols[section])
        state->value_cols[section] = value;
    state->lines[section][state->counts[section]++] = line;
}

/* The best row of COLUMN among those that compare; NULL when no run has a value. */
static const struct run_row *find_best(const struct runs *runs, const struct versions *versions,
    const struct run_column *column, double now_s, struct run_value *best)
{
    const struct run_row *who = NULL;
    int sign = column->better == BETTER_HIGHER ? 1 : -1;
    for (size_t i = 0; i < runs->count; i++) {
        struct run_value value = run_value(&runs->rows[i], column, NULL, now_s);
        if (!value.known || !value.is_number || isnan(value.number) ||
            versions_is_foreign(versions, &runs->rows[i], column))
            continue;
        if (!who || value.number * sign > best->number * sign) {
            who = &runs->rows[i];
            *best = value;
        }
    }
    return who;
}

static struct versions find_versions(struct state *state)
{
    uint32_t *order = ARENA_ARRAY(&state->arena, uint32_t, state->runs->count + 1);
    for (size_t i = 0; order && i < state->runs->count; i++)
        order[i] = (uint32_t)i;
    return order ? versions_find(state->runs, order, state->runs->count, NULL)
                 : (struct versions){0};
}

static void add_bests(struct state *state, double now_s)
{
    const struct runs *runs = state->runs;
    struct versions versions = find_versions(state);
    for (size_t c = 0; c < runs->column_count; c++) {
        const struct run_column *column = &runs->columns[c];
        struct run_value best = {0};
        char text[VALUE_BYTES], step[32] = "";
        int64_t at = -1;
        bool of_role = column->kind == RUN_COLUMN_BEST || column->kind == RUN_COLUMN_LAST;
        if (!of_role || column->better == BETTER_NEITHER)
            continue;
        const struct run_row *who = find_best(runs, &versions, column, now_s, &best);
        if (!who)
            continue;
        run_value_print(&best, column, text, sizeof text);
        if (column->kind == RUN_COLUMN_BEST &&
            !isnan(run_role_best(who, column->role, false, &at)) && at >= 0)
            snprintf(step, sizeof step, "  @%lld", (long long)at);
        add_line(state, BESTS,
            (struct line){column->title, arena_string(&state->arena, text),
                arena_printf(&state->arena, "\xe2\x96\xa0 %s%s", who->shown, step),
                session_run_style(who), who->id});
    }
}

struct seen {
    char text[VALUE_BYTES];
    size_t count;
};

/* The values of COLUMN and how many runs have each; more than MOST_VALUES are not told apart, *MORE
 * says so. */
static size_t find_values(const struct runs *runs, const struct run_column *column, double now_s,
    struct seen *out, bool *more)
{
    size_t count = 0;
    *more = false;
    for (size_t i = 0; i < runs->count; i++) {
        struct run_value value = run_value(&runs->rows[i], column, NULL, now_s);
        char text[VALUE_BYTES];
        size_t at = 0;
        if (!value.known)
            continue;
        if (value.text && !value.is_number)
            text_fit(text, sizeof text, value.text, strlen(value.text), 24);
        else
            run_value_print(&value, column, text, sizeof text);
        while (at < count && strcmp(out[at].text, text) != 0)
            at++;
        if (at == MOST_VALUES) {
            *more = true;
            continue;
        }
        if (at == count) {
            memcpy(out[count].text, text, sizeof text);
            out[count++].count = 0;
        }
        out[at].count++;
    }
    return count;
}

static int compare_seen(const void *a, const void *b)
{
    return text_compare_natural(((const struct seen *)a)->text, ((const struct seen *)b)->text);
}

static void add_varying(struct state *state, double now_s)
{
    for (size_t c = 0; c < state->runs->column_count; c++) {
        const struct run_column *column = &state->runs->columns[c];
        struct seen values[MOST_VALUES];
        char rest[LINE_BYTES] = "";
        bool more;
        if (column->kind != RUN_COLUMN_PARAM)
            continue;
        size_t count = find_values(state->runs, column, now_s, values, &more), used = 0;
        qsort(values, count, sizeof *values, compare_seen);
        for (size_t i = 0; i < count && used < sizeof rest; i++) {
            const char *gap = i ? "   " : "", *text = values[i].text[0] ? values[i].text : "\"\"";
            used += (size_t)(values[i].count > 1
                                 ? snprintf(rest + used, sizeof rest - used, "%s%s \xc3\x97%zu",
                                       gap, text, values[i].count)
                                 : snprintf(rest + used, sizeof rest - used, "%s%s", gap, text));
        }
        if (more && used < sizeof rest)
            snprintf(rest + used, sizeof rest - used, "   \xe2\x80\xa6");
        add_line(state, PARAMS,
            (struct line){column->title, NULL, arena_string(&state->arena, rest), STYLE_IS(TEXT),
                0});
    }
}

/* What all runs have with one value: named after those that differ, muted. */
static void add_constant(struct state *state)
{
    const struct run_row *first = &state->runs->rows[0];
    for (size_t p = 0; p < first->param_count; p++) {
        const struct param *param = &first->params[p];
        bool same = true;
        for (size_t i = 1; same && i < state->runs->count; i++) {
            const struct param *other = run_param(&state->runs->rows[i], param->name);
            same = other && param_equal(param, other);
        }
        if (same)
            add_line(state, PARAMS,
                (struct line){param->name, NULL, param->kind == PARAM_NULL ? "null" : param->text,
                    STYLE_IS(MUTED), 0});
    }
}

static void follow(struct state *state, const struct session *session, const struct world *world)
{
    if (world->runs == state->runs)
        return;
    runs_release(state->runs);
    arena_done(&state->arena);
    memset(state->counts, 0, sizeof state->counts);
    memset(state->label_cols, 0, sizeof state->label_cols);
    memset(state->value_cols, 0, sizeof state->value_cols);
    state->runs = world->runs ? runs_share(world->runs) : NULL;
    if (!state->runs || !state->runs->count)
        return;
    size_t most = state->runs->column_count + state->runs->rows[0].param_count + 1;
    for (int i = 0; i < SECTIONS; i++)
        if (!(state->lines[i] = ARENA_ARRAY(&state->arena, struct line, most)))
            return;
    add_bests(state, session->now_s);
    add_varying(state, session->now_s);
    add_constant(state);
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    (void)out;
    follow(self, session, world);
}

/* ---- drawing ---- */

/* "9 runs   8 finished   1 failed", each in its colour. */
static void draw_counts(const struct runs *runs, struct grid *grid, struct rect place)
{
    static const struct {
        enum run_status status;
        struct style style;
    } ORDER[] = {{RUN_FINISHED, STYLE_IS(TEXT)}, {RUN_RUNNING, STYLE_IS(LIVE)},
        {RUN_FAILED, STYLE_IS(BAD)}, {RUN_STALLED, STYLE_IS(WARN)}, {RUN_UNKNOWN, STYLE_IS(MUTED)}};
    int col = place.col + 1, end = place.col + place.cols - 1;
    size_t lost = 0;
    col += grid_printf(grid, place.row, col, end - col, STYLE_IS(TITLE), "%zu run%s", runs->count,
               runs->count == 1 ? "" : "s") +
           3;
    for (size_t s = 0; s < sizeof ORDER / sizeof *ORDER && col < end; s++) {
        size_t count = 0;
        for (size_t i = 0; i < runs->count; i++)
            count += runs->rows[i].status == ORDER[s].status;
        if (count)
            col += grid_printf(grid, place.row, col, end - col, ORDER[s].style, "%zu %s", count,
                       run_status_name(ORDER[s].status)) +
                   3;
    }
    for (size_t i = 0; i < runs->count; i++)
        lost += runs->rows[i].loss_lost;
    if (lost && col < end)
        grid_printf(grid, place.row, col, end - col, STYLE_IS(BAD), "%zu lost to NaN", lost);
}

static void draw_line(const struct state *state, enum section section, const struct line *line,
    struct grid *grid, int row, struct rect place)
{
    int end = place.col + place.cols - 1, col = place.col + 1;
    int most = place.cols / 3, label = state->label_cols[section];
    label = label > most ? most : label;
    grid_text(grid, row, col, label, STYLE_IS(TEXT), line->label ? line->label : "");
    col += label + 2;
    if (line->value) {
        grid_text_right(
            grid, row, col, state->value_cols[section], STYLE_IS(BEST), line->value);
        col += state->value_cols[section] + 2;
    }
    if (line->rest && col < end)
        grid_text(grid, row, col, end - col, line->style, line->rest);
}

static void draw_section(struct state *state, enum section section, struct grid *grid,
    struct rect place)
{
    static const char *const HEADS[] = {[BESTS] = "best of all", [PARAMS] = "parameters used"};
    struct scroll *scroll = &state->scrolls[section];
    state->places[section] = (struct rect){0};
    if (place.rows < 2)
        return;
    grid_text(grid, place.row, place.col + 1, place.cols - 2, STYLE_IS(HEADER), HEADS[section]);
    place.row++;
    place.rows--;
    state->places[section] = place;
    scroll_fit(scroll, state->counts[section], place.rows);
    if (!state->counts[section])
        grid_text(grid, place.row, place.col + 1, place.cols - 2, STYLE_IS(MUTED),
            section == BESTS ? "no metric was logged" : "no parameter was logged");
    for (int i = 0; i < place.rows; i++) {
        size_t at = scroll->top + (size_t)i;
        if (at >= state->counts[section])
            break;
        draw_line(state, section, &state->lines[section][at], grid, place.row + i, place);
        if (at == scroll->cursor && section == state->section) {
            grid_mark(
                grid, (struct rect){place.row + i, place.col, 1, place.cols}, STYLE_ON_CURSOR);
            grid_cursor(grid, place.row + i, place.col);
        }
    }
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    follow(state, session, world);
    if (!state->runs || !state->runs->count) {
        view_say_empty(canvas->grid, place,
            world->indexing || !world->runs ? "looking for runs ..." : "no runs found below this folder");
        return;
    }
    draw_counts(state->runs, canvas->grid, place);
    struct rect left = {place.row + 1, place.col, place.rows - 1, place.cols}, right = left;
    if (place.cols >= WIDE_COLS) {
        left.cols = place.cols * 2 / 5;
        right.col += left.cols + 1;
        right.cols = place.cols - left.cols - 1;
    } else {
        int wanted = (int)state->counts[BESTS] + 1, half = left.rows / 2;
        left.rows = wanted < half ? wanted : half < LEAST_SECTION ? LEAST_SECTION : half;
        right.row += left.rows;
        right.rows -= left.rows;
    }
    draw_section(state, BESTS, canvas->grid, left);
    draw_section(state, PARAMS, canvas->grid, right);
}

/* ---- acting ---- */

static enum view_outcome open_line(const struct state *state, struct view_effect *effect)
{
    size_t at = state->scrolls[state->section].cursor;
    if (at >= state->counts[state->section] || !state->lines[state->section][at].run)
        return VIEW_STAYED;
    *effect = (struct view_effect){&view_run, state->lines[state->section][at].run};
    return VIEW_OPENED;
}

static enum view_outcome act_by_mouse(
    struct state *state, const struct event *event, struct view_effect *effect)
{
    for (int i = 0; i < SECTIONS; i++) {
        struct scroll *scroll = &state->scrolls[i];
        if (!rect_holds(state->places[i], event->row, event->col))
            continue;
        if (event->action == MOUSE_WHEEL)
            scroll_wheel(scroll, event->wheel_rows * 3, state->counts[i]);
        size_t at = scroll->top + (size_t)(event->row - state->places[i].row);
        if (event->action != MOUSE_PRESS || at >= state->counts[i])
            continue;
        bool again = state->section == (enum section)i && scroll->cursor == at;
        state->section = (enum section)i;
        scroll->cursor = at;
        if (again)
            return open_line(state, effect);
    }
    return VIEW_STAYED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    follow(state, session, world);
    if (event->kind == EVENT_MOUSE)
        return act_by_mouse(state, event, effect);
    int move = view_movement(event);
    if (move >= 0) {
        scroll_move(&state->scrolls[state->section], (enum scroll_move)move,
            state->counts[state->section]);
        return VIEW_STAYED;
    }
    switch (key_rows_find(KEYS, event)) {
    case OPEN:
        return open_line(state, effect);
    case SECTION:
        state->section = state->section == BESTS ? PARAMS : BESTS;
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

const struct view view_summary = {
    .name = "summary",
    .title = "Summary",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = draw,
    .act = act,
};
