/*
 * Draws the evaluation screen: its head, its panes as the room allows, the sliders.
 * Knows: the state of evaluation.h, widgets. Must not know: events, what a pane draws.
 */
#include "view/evaluation.h"

#include "view/copy_forms.h"

#include <stdio.h>
#include <string.h>

enum { WIDE_COLS = 110, WIDE_ROWS = 30, WIDEST_COLS = 170, TALL_ROWS = 40 };

static const struct {
    const char *name;
    void (*draw)(const struct evaluation_drawing *drawing);
} PANES[EVALUATION_PANES] = {{"precision-recall", evaluation_draw_recall},
    {"by confidence", evaluation_draw_confidence}, {"classes", evaluation_draw_classes},
    {"errors", evaluation_draw_errors}, {"confusion", evaluation_draw_confusion}};

/* ---- where panes stand ---- */

/* Cuts COLUMN below ROWS. */
static void stack(struct rect column, int rows, struct rect *above, struct rect *below)
{
    *above = (struct rect){column.row, column.col, rows, column.cols};
    *below = (struct rect){column.row + rows, column.col, column.rows - rows, column.cols};
}

/* What the table of classes takes of ROWS: half, or less when it has few. */
static int class_rows(const struct evaluation_state *state, int rows)
{
    int needed = (int)(state->class_count < GRID_MAX_ROWS ? state->class_count : GRID_MAX_ROWS) + 4;
    return needed < rows / 2 ? needed : rows / 2;
}

/* Three columns: curves; classes and confusion; errors. */
static void lay_out_widest(
    const struct evaluation_state *state, struct rect body, struct rect places[EVALUATION_PANES])
{
    int side = body.cols / 3;
    struct rect left = {body.row, body.col, body.rows, side};
    struct rect middle = {body.row, body.col + side, body.rows, body.cols - 2 * side};
    stack(left, left.rows / 2, &places[EVALUATION_RECALL], &places[EVALUATION_CONFIDENCE]);
    stack(middle, class_rows(state, middle.rows), &places[EVALUATION_CLASSES],
        &places[EVALUATION_CONFUSION]);
    places[EVALUATION_ERRORS] =
        (struct rect){body.row, body.col + body.cols - side, body.rows, side};
}

/* Two columns: curves; classes above whichever of the others has the focus. */
static void lay_out_wide(
    const struct evaluation_state *state, struct rect body, struct rect places[EVALUATION_PANES])
{
    int half = body.cols * 2 / 5;
    struct rect left = {body.row, body.col, body.rows, half};
    struct rect right = {body.row, body.col + half, body.rows, body.cols - half};
    enum evaluation_pane last =
        state->focus == EVALUATION_CONFUSION ? EVALUATION_CONFUSION : EVALUATION_ERRORS;
    stack(left, left.rows / 2, &places[EVALUATION_RECALL], &places[EVALUATION_CONFIDENCE]);
    stack(right, class_rows(state, right.rows), &places[EVALUATION_CLASSES], &places[last]);
}

static bool lay_out(
    const struct evaluation_state *state, struct rect body, struct rect places[EVALUATION_PANES])
{
    memset(places, 0, EVALUATION_PANES * sizeof *places);
    bool alone = state->alone || body.cols < WIDE_COLS || body.rows < WIDE_ROWS - 2;
    if (!alone && body.cols >= WIDEST_COLS && body.rows >= TALL_ROWS - 2)
        lay_out_widest(state, body, places);
    else if (!alone)
        lay_out_wide(state, body, places);
    else
        places[state->focus] = body;
    return !alone;
}

/* ---- what is around them ---- */

static int draw_run(const struct evaluation_state *state, const struct world *world,
    struct grid *grid, int row, int col, int end, size_t index, struct arena *scratch)
{
    const struct evaluation_run *run = &state->runs[index];
    const struct run_row *of = evaluation_row(state, world, index);
    if (!of || col >= end - 4)
        return end;
    bool current = index == state->current;
    struct style style = session_run_style(of);
    style.attr |= current ? STYLE_BOLD | STYLE_UNDERLINE : 0;
    col += grid_text(
        grid, row, col, end - col, style, evaluation_run_name(state, world, index, scratch));
    int64_t step = of->artifacts[run->of.artifact].step;
    if (step >= 0)
        col +=
            grid_printf(grid, row, col, end - col, STYLE_IS(MUTED), " step %lld", (long long)step);
    if (run->trouble[0])
        col += grid_text(grid, row, col, end - col, STYLE_IS(WARN), " cannot be evaluated");
    else if (!run->study || run->late)
        col += grid_text(grid, row, col, end - col, STYLE_IS(MUTED), " loading ...");
    return col + 3;
}

static void draw_head(const struct evaluation_state *state, const struct world *world,
    struct grid *grid, struct rect place, struct arena *scratch)
{
    int col = place.col + 1, end = place.col + place.cols - 1;
    for (size_t i = 0; i < state->run_count; i++)
        col = draw_run(state, world, grid, place.row, col, end, i, scratch);
    if (col < end && state->left_out)
        col += grid_printf(grid, place.row, col, end - col, STYLE_IS(WARN),
            "%zu more are not shown   ", state->left_out);
    if (col < end && state->without)
        grid_printf(grid, place.row, col, end - col, STYLE_IS(MUTED), "%zu without predictions",
            state->without);
}

static void draw_tabs(const struct evaluation_state *state, struct grid *grid, struct rect place)
{
    int col = place.col + 1, end = place.col + place.cols - 1;
    for (int i = 0; i < EVALUATION_PANES && col < end; i++) {
        struct style style = STYLE_IS(MUTED);
        if (i == (int)state->focus)
            style = (struct style){.role = STYLE_ACCENT, .attr = STYLE_BOLD | STYLE_UNDERLINE};
        col += grid_text(grid, place.row, col, end - col, style, PANES[i].name) + 2;
    }
}

struct rect evaluation_title(const struct evaluation_state *state, enum evaluation_pane pane,
    struct grid *grid, struct rect place, const char *text)
{
    int col = place.col + 1, end = place.col + place.cols - 1;
    struct style style = pane == state->focus ? STYLE_IS(ACCENT) : STYLE_IS(HEADER);
    if (!state->tabbed)
        col += grid_text(grid, place.row, col, end - col, style, PANES[pane].name) + 2;
    if (col < end)
        grid_text(grid, place.row, col, end - col, STYLE_IS(MUTED), text);
    return (struct rect){place.row + 1, place.col, place.rows - 1, place.cols};
}

/* True when there is nothing to evaluate, and says why. */
static bool draw_nothing(const struct evaluation_state *state, struct grid *grid, struct rect place)
{
    char text[1024];
    const char *said = "matching the predictions with the ground truth ...";
    if (state->base < state->run_count)
        return false;
    if (!state->run_count)
        said = state->without ? "no chosen run has predictions\n\n"
                                "boxtop looks for predictions.json (COCO results) in the run,\n"
                                "or predictions/epoch_003.json in its own plain layout"
                              : "no run is chosen";
    for (size_t i = state->run_count; i-- > 0;)
        if (state->runs[i].trouble[0]) {
            snprintf(text, sizeof text,
                "%c: %s\n\nground truth is named by the run, by boxtop.json in the root,\n"
                "or with --gt FILE",
                'A' + (int)i, state->runs[i].trouble);
            said = text;
        }
    view_say_empty(grid, place, said);
    return true;
}

/* The thresholds, and the step where there are several; or what is asked. */
static void draw_bottom(struct evaluation_state *state, const struct session *session,
    const struct world *world, struct grid *grid, struct rect at)
{
    const struct slider steps = evaluation_step_slider(state, world);
    int cols = steps.high > steps.low ? at.cols / 4 : 0;
    state->step_place = (struct slider_place){0};
    if (state->searching) {
        prompt_draw(&state->prompt, grid, at.row, at.col, at.cols, "search class ");
        return;
    }
    if (state->copying) {
        grid_text(grid, at.row, at.col, at.cols, STYLE_IS(ACCENT), COPY_FORMS);
        return;
    }
    thresholds_draw(
        &state->thresholds, session, grid, at.row, at.col, at.cols - cols - (cols > 0));
    if (cols)
        slider_draw(
            grid, at.row, at.col + at.cols - cols, cols, &steps, false, &state->step_place);
}

void evaluation_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct evaluation_state *state = self;
    struct grid *grid = canvas->grid;
    memset(state->places, 0, sizeof state->places);
    draw_head(state, world, grid, place, canvas->scratch);
    if (draw_nothing(state, grid, place))
        return;
    struct rect body = {place.row + 1, place.col, place.rows - 2, place.cols};
    if (body.rows < 3)
        return;
    state->tabbed = !lay_out(state, body, state->places);
    if (state->tabbed) {
        draw_tabs(state, grid, body);
        state->places[state->focus].row++;
        state->places[state->focus].rows--;
    }
    for (int i = 0; i < EVALUATION_PANES; i++)
        if (state->places[i].rows > 2) {
            struct evaluation_drawing drawing = {state, session, world, canvas, state->places[i]};
            PANES[i].draw(&drawing);
        }
    draw_bottom(state, session, world, grid,
        (struct rect){place.row + place.rows - 1, place.col + 1, 1, place.cols - 2});
}
