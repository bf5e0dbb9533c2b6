/*
 * The run page: status, notes on damage, metrics with sparklines, parameters.
 * Knows: one row of the runs table and its curves. Must not know: files.
 */
#include "view/recorded.h"
#include "view/run_tables.h"
#include "view/view.h"

#include "base/clock.h"

#include <stdio.h>

enum { HEAD_NOTES = 6, HEAD_ABSORBED = 3 };
enum action {
    PANE = 1,
    DIFF,
    CURVES,
    IMAGES,
    EVALUATION,
    FILES,
    PICTURES,
    TABLES,
    SELECT,
    BASELINE,
    RECORDING
};

static const struct key_row KEYS[] = {
    {"Tab Shift-Tab", "metrics or parameters", PANE, "run", "pane", 3},
    {"v Enter", "curves", CURVES, "run", "curves", 1},
    {"i", "images with boxes", IMAGES, "run", "images", 1},
    {"W", "evaluation: PR curves, classes, errors, confusion", EVALUATION, "run", "evaluate", 2},
    {"o", "files of the run", FILES, "run", "files", 2},
    {"P", "pictures that the run logged, by step", PICTURES, "run", NULL, 0},
    {"T", "tables: files and evaluation", TABLES, "run", "tables", 3},
    {"d", "what differs between the selected runs", DIFF, "run", "diff", 2},
    {"L", "live: output, system and signals of a run that boxtop records", RECORDING, "run", NULL,
        0},
    {"Space", "select or unselect the run", SELECT, "run", NULL, 0},
    {"p", "make the run the baseline", BASELINE, "run", NULL, 0},
    {0},
};

enum pane { PANE_METRICS, PANE_PARAMS, PANES };

struct state {
    int64_t run;
    enum pane pane;
    struct table tables[PANES];
};

/* The run it was opened on; in a panel, the one that the table's cursor is on. */
static const struct run_row *find_run(
    const struct state *state, const struct session *session, const struct world *world)
{
    return world->runs ? runs_find(world->runs, session_current(session, world->runs, state->run))
                       : NULL;
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)session, (void)world;
    ((struct state *)self)->run = run;
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct state *state = self;
    const struct run_row *run = find_run(state, session, world);
    if (!run)
        return;
    struct run_tables_part all = run_tables_all(run);
    run_tables_want(&state->tables[PANE_METRICS], run, &all, session, out);
    recorded_want(run, false, &out->texts);
}

/* ---- the page ---- */

/* The directories that are this run too. Returns the rows that it took. */
static int draw_absorbed(const struct run_row *run, struct grid *grid, struct rect place)
{
    int row = place.row;
    for (size_t i = 0; i < run->absorbed_count && i < HEAD_ABSORBED; i++)
        grid_printf(grid, row++, place.col + 3, place.cols - 4, STYLE_IS(MUTED),
            "also in %s  (%s: %s)", run->absorbed[i].name, run->absorbed[i].format,
            run->absorbed[i].why);
    if (run->absorbed_count > HEAD_ABSORBED)
        grid_printf(grid, row++, place.col + 3, place.cols - 4, STYLE_IS(MUTED),
            "and %zu more: boxtop show lists them", run->absorbed_count - HEAD_ABSORBED);
    return row - place.row;
}

static int draw_head(const struct run_row *run, struct grid *grid, struct rect place)
{
    char when[32], status[64], text[1024];
    int row = place.row, col = place.col + 1;
    bool retitled = run->shown != run->name; /* the path then stands in the line below */
    col += grid_text(grid, row, col, 2, session_run_style(run), "\xe2\x96\xa0 ");
    col += grid_text(grid, row, col, place.cols - 4, STYLE_IS(TITLE), run->shown) + 2;
    clock_iso(run->started_s, when, sizeof when);
    run_status_print(run, status, sizeof status);
    snprintf(text, sizeof text, "%s  %s%s%s%s%s", run->format, status, when[0] ? "  since " : "",
        when, run->title && !retitled ? "  " : "", run->title && !retitled ? run->title : "");
    grid_text(grid, row++, col, place.col + place.cols - col - 1, STYLE_IS(MUTED), text);
    if (retitled)
        grid_text(grid, row++, place.col + 3, place.cols - 4, STYLE_IS(MUTED), run->name);
    struct rect below = {row, place.col, place.rows, place.cols};
    row += draw_absorbed(run, grid, below);
    for (size_t i = 0; i < run->note_count && i < HEAD_NOTES; i++, row++) {
        note_print(&run->notes[i], text, sizeof text);
        grid_text(grid, row, place.col + 1, 2, STYLE_IS(WARN), "!");
        grid_text(grid, row, place.col + 3, place.cols - 4, STYLE_IS(WARN), text);
    }
    if (run->note_count > HEAD_NOTES)
        grid_printf(grid, row++, place.col + 3, place.cols - 4, STYLE_IS(WARN),
            "and %zu more: boxtop show lists them", run->note_count - HEAD_NOTES);
    return row - place.row;
}

/* Of a run that boxtop recorded how it can be watched. Returns the rows that it took. */
static int draw_recorded(const struct run_row *run, const struct world *world, struct grid *grid,
    int row, struct rect place)
{
    struct text_want want;
    struct recording recording;
    recorded_want(run, false, &want);
    if (!recorded_find(world, &want, &recording))
        return 0;
    int col = place.col + 3, end = place.col + place.cols - 1;
    bool running = recording.status == RUN_RUNNING && run->status == RUN_RUNNING;
    col += grid_text(grid, row, col, end - col, STYLE_IS(ACCENT), running ? "L  live  " : "L  ");
    grid_printf(grid, row, col, end - col, STYLE_IS(MUTED), "$ %s", recording.command);
    return 1;
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    const struct run_row *run = find_run(state, session, world);
    if (!run) {
        view_say_empty(canvas->grid, place, world->runs ? "the run is gone" : "loading ...");
        return;
    }
    struct run_tables_part all = run_tables_all(run);
    int used = draw_head(run, canvas->grid, place);
    used += draw_recorded(run, world, canvas->grid, place.row + used, place) + 1;
    struct rect body = {place.row + used, place.col, place.rows - used, place.cols};
    if (body.rows < 2)
        return;
    struct rect left = body, right = body;
    if (body.cols >= 110) { /* side by side, else the pane that has the focus */
        left.cols = body.cols * 3 / 5;
        right.col += left.cols + 1;
        right.cols = body.cols - left.cols - 1;
    } else if (state->pane == PANE_METRICS) {
        right.rows = 0;
    } else {
        left.rows = 0;
    }
    if (left.rows)
        run_tables_metrics(&state->tables[PANE_METRICS], canvas->grid, left, run, &all, world,
            state->pane == PANE_METRICS);
    if (right.rows)
        run_tables_params(
            &state->tables[PANE_PARAMS], canvas->grid, right, run, state->pane == PANE_PARAMS);
    if (!run->metric_count && left.rows)
        view_say_empty(canvas->grid, left, "no metric was logged");
    if (!run->param_count && right.rows)
        view_say_empty(canvas->grid, right, "no parameter was logged");
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    const struct run_row *run = find_run(state, session, world);
    struct scroll *scroll = &state->tables[state->pane].scroll;
    if (!run)
        return VIEW_IGNORED;
    size_t rows = state->pane == PANE_METRICS ? run->metric_count : run->param_count;
    int move = view_movement(event);
    if (event->kind == EVENT_MOUSE && event->action == MOUSE_WHEEL) {
        scroll_wheel(scroll, event->wheel_rows * 3, rows);
        return VIEW_STAYED;
    }
    if (move >= 0) {
        scroll_move(scroll, (enum scroll_move)move, rows);
        return VIEW_STAYED;
    }
    switch (key_rows_find(KEYS, event)) {
    case PANE:
        state->pane = (state->pane + 1) % PANES;
        return VIEW_STAYED;
    case SELECT:
        session_toggle(session, run->id);
        return VIEW_STAYED;
    case BASELINE:
        session->baseline = session->baseline == run->id ? 0 : run->id;
        session_say(session, session->baseline ? "baseline: %.120s" : "no baseline", run->shown);
        return VIEW_STAYED;
    case CURVES:
        session_list(session, NULL, NULL, 0);
        *effect = (struct view_effect){&view_curves, run->id};
        return VIEW_OPENED;
    case IMAGES:
        *effect = (struct view_effect){&view_images, run->id};
        return VIEW_OPENED;
    case EVALUATION:
        *effect = (struct view_effect){&view_evaluation, run->id};
        return VIEW_OPENED;
    case FILES:
        *effect = (struct view_effect){&view_files, run->id};
        return VIEW_OPENED;
    case PICTURES:
        session->file[0] = '\0';
        *effect = (struct view_effect){&view_picture, run->id};
        return VIEW_OPENED;
    case RECORDING:
        *effect = (struct view_effect){&view_recording, run->id};
        return VIEW_OPENED;
    case TABLES:
        *effect = (struct view_effect){&view_data, run->id};
        return VIEW_OPENED;
    case DIFF:
        *effect = (struct view_effect){&view_diff, run->id};
        return VIEW_OPENED;
    }
    return VIEW_IGNORED;
}

const struct view view_run = {
    .name = "run",
    .title = "Run",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .wants = wants,
    .draw = draw,
    .act = act,
};
