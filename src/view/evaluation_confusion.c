/*
 * The confusion of the evaluation screen: of one run, what becomes of each class, as a matrix, and
 * the pairs most confused.
 * Knows: confusion as eval/confusion.h makes it. Must not know: how, other panes.
 *
 * Classes and cells are those of the run's own study; the last row is detections of nothing, the
 * last column what was missed.
 */
#include "view/evaluation.h"

#include <math.h>
#include <stdio.h>

enum { LEAST_CELL_COLS = 6, SHADE_COLS = 1, BESIDE_COLS = 96, PAIRS_COLS = 44, BELOW_ROWS = 26 };

/* What is drawn: the matrix and the sums by which it is shared out. */
struct showing {
    const struct evaluation_state *state;
    const struct appraisal *made;
    int64_t *of_truth, *of_predicted;
    uint32_t most; /* of a cell */
};

static const struct appraisal *made_of(
    const struct evaluation_state *state, const struct world *world)
{
    return evaluation_appraisal(state, world, state->current, APPRAISAL_CONFUSION);
}

static const char *label(const struct appraisal *made, size_t category)
{
    const struct dataset *dataset = made->want.study->dataset;
    return category < dataset->category_count ? dataset->categories[category].name : "(background)";
}

size_t evaluation_matrix_size(const struct evaluation_state *state)
{
    const struct study *study =
        state->current < state->run_count ? state->runs[state->current].study : NULL;
    return study ? study->dataset->category_count + 1 : 0;
}

static bool make_showing(const struct evaluation_state *state, const struct appraisal *made,
    struct arena *scratch, struct showing *out)
{
    size_t size = (size_t)made->confusion.background + 1;
    *out = (struct showing){.state = state,
        .made = made,
        .of_truth = ARENA_ARRAY(scratch, int64_t, size),
        .of_predicted = ARENA_ARRAY(scratch, int64_t, size)};
    if (!out->of_truth || !out->of_predicted)
        return false;
    for (size_t i = 0; i < made->confusion.cell_count; i++) {
        const struct eval_confusion_cell *cell = &made->confusion.cells[i];
        out->of_truth[cell->truth] += cell->count;
        out->of_predicted[cell->predicted] += cell->count;
        out->most = cell->count > out->most ? cell->count : out->most;
    }
    return true;
}

static uint32_t count_at(const struct appraisal *made, size_t truth, size_t predicted)
{
    const struct eval_confusion_cell *cell =
        eval_confusion_find(&made->confusion, (int32_t)predicted, (int32_t)truth);
    return cell ? cell->count : 0;
}

/* ---- the matrix ---- */

static const char *side_name(void *self, size_t i)
{
    return label(((struct showing *)self)->made, i);
}

static struct style cell_style(const struct appraisal *made, size_t truth, size_t predicted)
{
    size_t background = (size_t)made->confusion.background;
    if (truth == predicted)
        return STYLE_IS(TP);
    return predicted == background ? STYLE_IS(FN) : STYLE_IS(FP);
}

/* Of its row or its column. */
static double share_of(const struct showing *showing, const struct eval_confusion_cell *cell)
{
    bool by_predicted = showing->state->share == SHARE_OF_PREDICTED;
    return (double)cell->count / (double)(by_predicted ? showing->of_predicted[cell->predicted]
                                                       : showing->of_truth[cell->truth]);
}

static void matrix_cell(void *self, size_t truth, size_t predicted, struct matrix_cell *out)
{
    struct showing *showing = self;
    const struct eval_confusion_cell *cell = eval_confusion_find(
        &showing->made->confusion, (int32_t)predicted, (int32_t)truth);
    out->style = cell_style(showing->made, truth, predicted);
    if (!cell || !cell->count)
        return;
    uint32_t count = cell->count;
    out->shade = share_of(showing, cell);
    out->text = out->room;
    if (showing->state->share == SHARE_NONE) {
        snprintf(out->room, sizeof out->room, "%u", count);
    } else if (out->shade < 1) {
        snprintf(out->room, sizeof out->room, "%.3f", out->shade);
        out->text += out->room[0] == '0';
    } else {
        out->text = "1";
    }
}

/* As wide as the greatest count needs. */
static int cell_cols(const struct showing *showing)
{
    int cols = 2;
    if (showing->state->shades)
        return SHADE_COLS;
    for (uint32_t rest = showing->most; rest; rest /= 10)
        cols++;
    return cols > LEAST_CELL_COLS ? cols : LEAST_CELL_COLS;
}

/* "12 of 340 person (3.5 %) are taken for car; 4.1 % of what is called car" */
static void draw_cell_words(const struct showing *showing, struct grid *grid, int row, int col,
    int cols, size_t truth, size_t predicted)
{
    const struct appraisal *made = showing->made;
    size_t background = (size_t)made->confusion.background;
    uint32_t count = count_at(made, truth, predicted);
    double of = (double)showing->of_truth[truth], called = (double)showing->of_predicted[predicted];
    if (truth == background)
        grid_printf(grid, row, col, cols, STYLE_IS(TEXT),
            "%u of %.0f detections of %s are where nothing is", count, called,
            label(made, predicted));
    else if (predicted == background)
        grid_printf(grid, row, col, cols, STYLE_IS(TEXT), "%u of %.0f %s (%.1f %%) are missed",
            count, of, label(made, truth), of > 0 ? 100 * count / of : 0);
    else if (truth == predicted)
        grid_printf(grid, row, col, cols, STYLE_IS(TEXT), "%u of %.0f %s (%.1f %%) are found",
            count, of, label(made, truth), of > 0 ? 100 * count / of : 0);
    else
        grid_printf(grid, row, col, cols, STYLE_IS(TEXT),
            "%u of %.0f %s (%.1f %%) are taken for %s", count, of, label(made, truth),
            of > 0 ? 100 * count / of : 0, label(made, predicted));
}

/* ---- the pairs ---- */

struct pairs_drawing {
    const struct appraisal *made;
    char text[512], right[32];
};

static size_t pair_count(void *self)
{
    return ((struct pairs_drawing *)self)->made->mistake_count;
}

static void pair_item(void *self, size_t i, struct list_item *out)
{
    struct pairs_drawing *drawing = self;
    const struct eval_confusion_cell *cell = &drawing->made->mistakes[i];
    int32_t background = drawing->made->confusion.background;
    const char *truth = label(drawing->made, (size_t)cell->truth);
    const char *predicted = label(drawing->made, (size_t)cell->predicted);
    if (cell->truth == background)
        snprintf(drawing->text, sizeof drawing->text, "nothing \xe2\x86\x92 %.200s", predicted);
    else if (cell->predicted == background)
        snprintf(drawing->text, sizeof drawing->text, "%.200s \xe2\x86\x92 missed", truth);
    else
        snprintf(
            drawing->text, sizeof drawing->text, "%.200s \xe2\x86\x92 %.200s", truth, predicted);
    snprintf(drawing->right, sizeof drawing->right, "%u", cell->count);
    out->text = drawing->text;
    out->right = drawing->right;
    out->style = cell->predicted == background ? STYLE_IS(FN) : STYLE_IS(FP);
}

static void draw_pairs(struct evaluation_state *state, const struct appraisal *made,
    struct grid *grid, struct rect place)
{
    struct pairs_drawing drawing = {.made = made};
    struct list_source source = {&drawing, pair_count, pair_item, false};
    bool focused = state->focus == EVALUATION_CONFUSION && state->listing;
    grid_text(
        grid, place.row, place.col, place.cols, STYLE_IS(HEADER), "truth \xe2\x86\x92 predicted");
    grid_text_right(grid, place.row, place.col, place.cols, STYLE_IS(HEADER), "count");
    struct rect rest = {place.row + 1, place.col, place.rows - 1, place.cols};
    if (!made->mistake_count)
        view_say_empty(grid, rest, "nothing is confused");
    else
        list_draw(&state->pairs, grid, rest, &source, focused);
}

/* ---- the pane ---- */

/* Where matrix and pairs stand in PLACE; both where there is room. */
static void lay_out(const struct evaluation_state *state, struct rect place, struct rect *matrix,
    struct rect *pairs)
{
    *matrix = *pairs = (struct rect){0};
    if (place.cols >= BESIDE_COLS) {
        int cols = place.cols - PAIRS_COLS;
        *matrix = (struct rect){place.row, place.col, place.rows, cols - 2};
        *pairs = (struct rect){place.row, place.col + cols, place.rows, PAIRS_COLS};
    } else if (place.rows >= BELOW_ROWS) {
        int rows = place.rows * 3 / 5, needed = (int)evaluation_matrix_size(state) + 2;
        rows = needed < rows ? needed : rows;
        *matrix = (struct rect){place.row, place.col, rows, place.cols};
        *pairs = (struct rect){place.row + rows, place.col, place.rows - rows, place.cols};
    } else {
        *(state->listing ? pairs : matrix) = place;
    }
}

static const char *describe(const struct evaluation_drawing *drawing, const struct appraisal *made)
{
    static const char *const SHOWN[SHARES] = {
        "counts", "shares of the truth (rows)", "shares of the predicted (columns)"};
    const struct evaluation_state *state = drawing->state;
    struct arena *scratch = drawing->canvas->scratch;
    const char *name = evaluation_run_name(state, drawing->world, state->current, scratch);
    bool late = made->want.confidence != drawing->session->confidence ||
                made->want.iou != drawing->session->iou;
    return arena_printf(scratch, "%s, confidence > %.2f, IoU > %.2f%s: %lld of %zu right; %s", name,
        made->want.confidence, made->want.iou, late ? " (computing ...)" : "",
        (long long)made->confusion.trace, made->confusion.box_count, SHOWN[state->share]);
}

void evaluation_draw_confusion(const struct evaluation_drawing *drawing)
{
    struct evaluation_state *state = drawing->state;
    struct grid *grid = drawing->canvas->grid;
    const struct appraisal *made = made_of(state, drawing->world);
    struct showing showing;
    struct rect matrix, pairs;
    const char *text = made ? describe(drawing, made) : "";
    struct rect rest =
        evaluation_title(state, EVALUATION_CONFUSION, grid, drawing->place, text ? text : "");
    rest.col++;
    rest.cols -= 2;
    if (!made) {
        view_say_empty(grid, rest,
            evaluation_waiting(state, drawing->world, state->current, APPRAISAL_CONFUSION,
                "matching all classes ..."));
        return;
    }
    if (!make_showing(state, made, drawing->canvas->scratch, &showing))
        return;
    rest.rows--;
    lay_out(state, rest, &matrix, &pairs);
    struct matrix_source source = {&showing, (size_t)made->confusion.background + 1,
        (size_t)made->confusion.background + 1, side_name, side_name, matrix_cell};
    bool focused = state->focus == EVALUATION_CONFUSION;
    if (matrix.rows)
        matrix_draw(&state->matrix, grid, matrix, &source, cell_cols(&showing), focused);
    if (pairs.rows > 1)
        draw_pairs(state, made, grid, pairs);
    size_t truth = state->matrix.row.cursor, predicted = state->matrix.col.cursor;
    if (matrix.rows && truth < source.rows && predicted < source.cols)
        draw_cell_words(
            &showing, grid, rest.row + rest.rows, rest.col, rest.cols, truth, predicted);
    else
        grid_text(
            grid, rest.row + rest.rows, rest.col, rest.cols, STYLE_IS(MUTED), "w shows the matrix");
}

/* ---- telling ---- */

static bool tell_pairs(const struct evaluation_state *state, const struct appraisal *made,
    struct evaluation_table *out)
{
    static const char *const TITLES[] = {"truth", "predicted", "count"};
    if (!evaluation_table_begin(out, 3, made->mistake_count))
        return false;
    for (size_t i = 0; i < 3; i++)
        evaluation_table_title(out, i, TITLES[i], "");
    for (size_t i = 0; i < made->mistake_count; i++) {
        const struct eval_confusion_cell *cell = &made->mistakes[i];
        evaluation_table_text(out, i, 0, label(made, (size_t)cell->truth));
        evaluation_table_text(out, i, 1, label(made, (size_t)cell->predicted));
        evaluation_table_number(out, i, 2, cell->count, 0);
    }
    out->row = state->pairs.scroll.cursor;
    out->column = 2;
    return true;
}

/* The pairs while they have the cursor, else the matrix with the truth down. */
bool evaluation_tell_confusion(const struct evaluation_state *state,
    const struct session *session, const struct world *world, struct evaluation_table *out)
{
    const struct appraisal *made = made_of(state, world);
    struct showing showing;
    (void)session;
    if (!made || state->listing)
        return made && tell_pairs(state, made, out);
    size_t size = (size_t)made->confusion.background + 1;
    if (!make_showing(state, made, out->arena, &showing) ||
        !evaluation_table_begin(out, size + 1, size))
        return false;
    evaluation_table_title(out, 0, "truth \\ predicted", "");
    for (size_t i = 0; i < size; i++) {
        evaluation_table_title(out, i + 1, label(made, i), "");
        evaluation_table_text(out, i, 0, label(made, i));
    }
    for (size_t i = 0; i < size * (size + 1); i++)
        if (i % (size + 1))
            out->cells[i] = (struct print_cell){.text = "0", .is_number = true};
    for (size_t i = 0; i < made->confusion.cell_count; i++) {
        const struct eval_confusion_cell *cell = &made->confusion.cells[i];
        bool counts = state->share == SHARE_NONE;
        evaluation_table_number(out, (size_t)cell->truth, (size_t)cell->predicted + 1,
            counts ? cell->count : share_of(&showing, cell), counts ? 0 : 3);
    }
    out->row = state->matrix.row.cursor;
    out->column = 1 + state->matrix.col.cursor;
    return true;
}

/* ---- acting ---- */

void evaluation_show_pair(struct evaluation_state *state, const struct world *world)
{
    const struct appraisal *made = made_of(state, world);
    if (!made || state->pairs.scroll.cursor >= made->mistake_count)
        return;
    const struct eval_confusion_cell *cell = &made->mistakes[state->pairs.scroll.cursor];
    state->matrix.row.cursor = (size_t)cell->truth;
    state->matrix.col.cursor = (size_t)cell->predicted;
}

void evaluation_move_confusion(
    struct evaluation_state *state, const struct world *world, enum scroll_move move)
{
    const struct appraisal *made = made_of(state, world);
    if (state->listing && made) {
        scroll_move(&state->pairs.scroll, move, made->mistake_count);
        evaluation_show_pair(state, world);
    }
    if (!state->listing)
        scroll_move(&state->matrix.row, move, evaluation_matrix_size(state));
}

enum view_outcome evaluation_open_confusion(const struct evaluation_state *state,
    struct session *session, const struct world *world, struct view_effect *effect)
{
    const struct appraisal *made = made_of(state, world);
    const struct eval_confusion_cell *cell = NULL;
    if (made && state->listing && state->pairs.scroll.cursor < made->mistake_count)
        cell = &made->mistakes[state->pairs.scroll.cursor];
    else if (made && !state->listing)
        cell = eval_confusion_find(
            &made->confusion, (int32_t)state->matrix.col.cursor, (int32_t)state->matrix.row.cursor);
    struct image_request request = {.kind = IMAGE_REQUEST_CONFUSION};
    if (cell && cell->truth != made->confusion.background)
        snprintf(request.truth, sizeof request.truth, "%s", label(made, (size_t)cell->truth));
    if (cell && cell->predicted != made->confusion.background)
        snprintf(request.predicted, sizeof request.predicted, "%s",
            label(made, (size_t)cell->predicted));
    return evaluation_open_images(state, session, state->current, request,
        cell ? made->confusion.boxes[cell->start].image : -1, effect);
}
