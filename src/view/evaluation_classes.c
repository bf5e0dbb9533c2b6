/*
 * The classes of the evaluation screen: a table of their numbers, run beside run, with the
 * differences to the first and how sure they are.
 * Knows: summaries, ladders, intervals, the table widget. Must not know: how they are computed,
 * other panes.
 */
#include "view/evaluation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum measure { NAME, TRUTHS, AP, F1, PRECISION, RECALL, AP50, AR, DETECTIONS, MEASURES };

static const struct {
    const char *title;
    int stat;   /* of enum eval_stat, -1 none */
    int number; /* of the intervals over all classes, -1 none */
    enum eval_class_number of_class;
} OF[MEASURES] = {[NAME] = {"class", -1, -1, 0},
    [TRUTHS] = {"gt", -1, -1, 0},
    [AP] = {"AP", EVAL_AP, EVAL_AP, EVAL_CLASS_AP},
    [F1] = {"F1", -1, EVAL_N_F1, EVAL_CLASS_F1},
    [PRECISION] = {"P", -1, EVAL_N_PRECISION, EVAL_CLASS_PRECISION},
    [RECALL] = {"R", -1, EVAL_N_RECALL, EVAL_CLASS_RECALL},
    [AP50] = {"AP50", EVAL_AP50, EVAL_AP50, EVAL_CLASS_AP50},
    [AR] = {"AR100", EVAL_AR100, EVAL_AR100, EVAL_CLASS_AR100},
    [DETECTIONS] = {"dt", -1, -1, 0}};

/* A number of run RUN, or its difference to the first. */
struct column {
    enum measure measure;
    size_t run;
    bool delta;
};

enum { MOST_COLUMNS = 2 + (MEASURES - AP) * 2 * EVALUATION_RUNS };

static int list_columns(const struct evaluation_state *state, struct column out[MOST_COLUMNS])
{
    int count = 0;
    out[count++] = (struct column){.measure = NAME, .run = state->base};
    out[count++] = (struct column){.measure = TRUTHS, .run = state->base};
    for (int m = AP; m < MEASURES; m++) {
        for (size_t r = 0; r < state->run_count && !state->deltas_alone; r++)
            out[count++] = (struct column){(enum measure)m, r, false};
        for (size_t r = 0; r < state->run_count && m != DETECTIONS; r++)
            if (r != state->base)
                out[count++] = (struct column){(enum measure)m, r, true};
    }
    return count;
}

int evaluation_class_columns(const struct evaluation_state *state)
{
    struct column columns[MOST_COLUMNS];
    return list_columns(state, columns);
}

/* ---- numbers ---- */

static double of_summary(const struct study *study, enum measure measure, int32_t category)
{
    if (OF[measure].stat >= 0)
        return category < 0 ? study->summary.stats[OF[measure].stat]
                            : study->summary.classes[category].stats[OF[measure].stat];
    int64_t sum = 0;
    size_t first = category < 0 ? 0 : (size_t)category;
    size_t last = category < 0 ? study->dataset->category_count : (size_t)category + 1;
    for (size_t c = first; c < last; c++)
        sum += measure == TRUTHS ? study->summary.classes[c].gt : study->summary.classes[c].dt;
    return (double)sum;
}

/* -1 where COCO's numbers are undefined, NaN where there is none. */
static double number_of(const struct evaluation_state *state, const struct session *session,
    const struct world *world, enum measure measure, size_t run, int32_t class)
{
    const struct study *study = run < state->run_count ? state->runs[run].study : NULL;
    int32_t category = study ? evaluation_category(state, run, class) : -2;
    if (category < EVALUATION_ALL)
        return NAN;
    if (OF[measure].stat >= 0 || measure == TRUTHS || measure == DETECTIONS)
        return of_summary(study, measure, category);
    const struct appraisal *rates = evaluation_appraisal(state, world, run, APPRAISAL_RATES);
    if (!rates)
        return NAN;
    struct eval_counts counts = eval_ladder_counts(&rates->ladder, category, session->confidence);
    return measure == F1          ? eval_f1(&counts)
           : measure == PRECISION ? eval_precision(&counts)
                                  : eval_recall(&counts);
}

static double delta_of(const struct evaluation_state *state, const struct session *session,
    const struct world *world, const struct column *column, int32_t class)
{
    double own = number_of(state, session, world, column->measure, column->run, class);
    double base = number_of(state, session, world, column->measure, state->base, class);
    return own >= 0 && base >= 0 ? own - base : NAN;
}

static double value_of(const struct evaluation_state *state, const struct session *session,
    const struct world *world, const struct column *column, int32_t class)
{
    if (column->delta)
        return delta_of(state, session, world, column, class);
    return number_of(state, session, world, column->measure, column->run, class);
}

/* How sure a difference is; NULL while that is not known, or of what no interval is made. */
static const struct eval_interval *interval_of(const struct evaluation_state *state,
    const struct session *session, const struct world *world, const struct column *column,
    int32_t class)
{
    const struct intervals *intervals = world->intervals;
    int number = OF[column->measure].number;
    if (!intervals || number < 0 || intervals->want.studies[0] != state->runs[state->base].study)
        return NULL;
    bool at_thresholds =
        intervals->want.confidence == session->confidence && intervals->want.iou == session->iou;
    if (number >= EVAL_STATS && !at_thresholds)
        return NULL;
    for (size_t i = 1; i < intervals->want.count; i++) {
        const struct intervals_row *row = &intervals->rows[i];
        if (intervals->want.studies[i] != state->runs[column->run].study || !row->resamples)
            continue;
        const struct eval_interval *found =
            class == EVALUATION_ALL
                ? &row->numbers[number]
                : intervals_class(row, OF[column->measure].of_class, (size_t)class);
        return found && !isnan(found->point) ? found : NULL;
    }
    return NULL;
}

/* ---- order ---- */

struct sorting {
    const struct evaluation_state *state;
    const struct study *study;
    const double *keys;
    bool by_name;
};

static int compare_classes(const void *left, const void *right, void *self)
{
    const struct sorting *sorting = self;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int sign = sorting->state->descending ? -1 : 1, order;
    if (sorting->by_name) {
        order = strcmp(sorting->study->dataset->categories[a].name,
            sorting->study->dataset->categories[b].name);
        return order ? sign * order : a < b ? -1 : 1;
    }
    double x = sorting->keys[a], y = sorting->keys[b];
    if (isnan(x) || isnan(y)) /* what is not known comes last either way */
        order = isnan(x) != isnan(y) ? (isnan(x) ? 1 : -1) : 0;
    else
        order = sign * (x < y ? -1 : x > y);
    return order ? order : a < b ? -1 : a > b;
}

bool evaluation_sort_classes(
    struct evaluation_state *state, const struct session *session, const struct world *world)
{
    struct column columns[MOST_COLUMNS];
    int32_t cursor = evaluation_class(state);
    if (state->base >= state->run_count || !state->order)
        return true;
    int count = list_columns(state, columns);
    for (size_t c = 0; c < state->class_count; c++)
        state->order[c] = (uint32_t)c;
    if (state->sort_column < 0 || state->sort_column >= count)
        return true;
    const struct column *column = &columns[state->sort_column];
    double *keys = calloc(state->class_count + 1, sizeof *keys);
    struct sorting sorting = {state, state->runs[state->base].study, keys, column->measure == NAME};
    for (size_t c = 0; keys && c < state->class_count; c++) {
        keys[c] = value_of(state, session, world, column, (int32_t)c);
        if (!column->delta && keys[c] < 0)
            keys[c] = NAN;
    }
    if (keys)
        qsort_r(state->order, state->class_count, sizeof *state->order, compare_classes, &sorting);
    free(keys);
    for (size_t row = 0; cursor >= 0 && row < state->class_count; row++)
        if (state->order[row] == (uint32_t)cursor)
            state->table.scroll.cursor = row + 1;
    return keys != NULL;
}

/* ---- drawing ---- */

struct drawing {
    const struct evaluation_drawing *of;
    struct column columns[MOST_COLUMNS];
    int count;
};

static size_t source_rows(void *self)
{
    return ((struct drawing *)self)->of->state->class_count + 1;
}

/* ".412", "1.000": as short as three decimals can be. */
enum { SHARE_BYTES = 12, DELTA_BYTES = SHARE_BYTES + 3 };

static void print_share(double value, char out[SHARE_BYTES])
{
    char plain[32];
    snprintf(plain, sizeof plain, "%.3f", value);
    snprintf(out, SHARE_BYTES, "%.11s", plain[0] == '0' ? plain + 1 : plain);
}

static void print_delta(double value, char out[DELTA_BYTES])
{
    char plain[SHARE_BYTES];
    print_share(fabs(value), plain);
    snprintf(out, DELTA_BYTES, "%s%s", value < 0 ? "\xe2\x88\x92" : "+", plain);
}

/* The best of the runs of its row, where there are others. */
static bool is_best(
    const struct drawing *drawing, const struct column *column, int32_t class, double value)
{
    const struct evaluation_drawing *of = drawing->of;
    bool others = false;
    for (size_t r = 0; r < of->state->run_count; r++) {
        double other = number_of(of->state, of->session, of->world, column->measure, r, class);
        if (r == column->run || !(other >= 0))
            continue;
        others = true;
        if (other >= value)
            return false;
    }
    return others;
}

static void number_cell(const struct drawing *drawing, const struct column *column, int32_t class,
    struct table_cell *out)
{
    const struct evaluation_drawing *of = drawing->of;
    double value =
        number_of(of->state, of->session, of->world, column->measure, column->run, class);
    out->text = out->room;
    if (isnan(value)) {
        out->text = "\xe2\x80\x93";
        out->style = STYLE_IS(MUTED);
    } else if (value < 0) { /* as COCO has it: undefined */
        out->text = "-1";
        out->style = STYLE_IS(MUTED);
    } else if (column->measure == TRUTHS || column->measure == DETECTIONS) {
        snprintf(out->room, sizeof out->room, "%.0f", value);
    } else {
        print_share(value, out->room);
        if (is_best(drawing, column, class, value))
            out->style = STYLE_IS(BEST);
    }
}

/* "+.012≈", or with its interval (which may be NULL) "+.012 −.003 to +.027≈"; SURE stands in place of
 * the sign of noise. */
static void print_difference(double value, const struct eval_interval *interval, bool whole,
    const char *sure, char *out, size_t out_bytes)
{
    char delta[DELTA_BYTES], low[DELTA_BYTES], high[DELTA_BYTES];
    const char *noise = interval && interval->within_noise ? "\xe2\x89\x88" : sure;
    print_delta(value, delta);
    if (whole && interval && !isnan(interval->low)) {
        print_delta(interval->low, low);
        print_delta(interval->high, high);
        snprintf(out, out_bytes, "%s %s to %s%s", delta, low, high, noise);
    } else {
        snprintf(out, out_bytes, "%s%s", delta, noise);
    }
}

/* "+.012≈", or alone with its interval: "+.012 −.003 to +.027≈". */
static void delta_cell(const struct drawing *drawing, const struct column *column, int32_t class,
    struct table_cell *out)
{
    const struct evaluation_drawing *of = drawing->of;
    double value = delta_of(of->state, of->session, of->world, column, class);
    const struct eval_interval *interval =
        interval_of(of->state, of->session, of->world, column, class);
    out->text = out->room;
    if (isnan(value)) {
        out->text = "\xe2\x80\x93";
        out->style = STYLE_IS(MUTED);
        return;
    }
    print_difference(
        value, interval, of->state->deltas_alone, " ", out->room, sizeof out->room);
    if (!interval) /* how sure it is is not known */
        out->style = STYLE_IS(MUTED);
    else if (!interval->within_noise)
        out->style = value > 0 ? STYLE_IS(GOOD) : STYLE_IS(BAD);
}

static void source_cell(void *self, size_t row, int at, struct table_cell *out)
{
    const struct drawing *drawing = self;
    const struct evaluation_state *state = drawing->of->state;
    const struct column *column = &drawing->columns[at];
    int32_t class = row ? (int32_t)state->order[row - 1] : EVALUATION_ALL;
    if (column->measure == NAME) {
        out->text = evaluation_class_name(state, class);
        out->style = row ? STYLE_HUE(CLASS, state->hues[class]) : STYLE_IS(TITLE);
    } else if (column->delta) {
        delta_cell(drawing, column, class, out);
    } else {
        number_cell(drawing, column, class, out);
    }
}

static void make_columns(const struct drawing *drawing, struct table_column *out)
{
    const struct evaluation_state *state = drawing->of->state;
    struct arena *scratch = drawing->of->canvas->scratch;
    for (int i = 0; i < drawing->count; i++) {
        const struct column *column = &drawing->columns[i];
        const char *title = OF[column->measure].title;
        if (column->delta)
            title = arena_printf(scratch, "\xce\x94%s %c", title, 'A' + (int)column->run);
        else if (column->measure >= AP && state->run_count > 1)
            title = arena_printf(scratch, "%s %c", title, 'A' + (int)column->run);
        out[i] = (struct table_column){.title = title ? title : "",
            .align = column->measure == NAME ? TABLE_LEFT : TABLE_RIGHT,
            .max_cols = column->measure == NAME ? 24 : 0,
            .sort = i != state->sort_column ? 0
                    : state->descending     ? -1
                                            : 1};
    }
}

static const char *describe(const struct evaluation_drawing *of)
{
    const struct evaluation_state *state = of->state;
    const struct intervals *intervals = of->world->intervals;
    if (state->run_count < 2)
        return "at the thresholds: P R F1";
    if (!intervals || intervals->want.studies[0] != state->runs[state->base].study)
        return "\xce\x94 to A; resampling images ...";
    for (size_t i = 1; i < intervals->want.count; i++)
        if (intervals->rows[i].trouble[0])
            return intervals->rows[i].trouble;
    return intervals->done ? "\xce\x94 to A, 95 % intervals; \xe2\x89\x88 within noise"
                           : "\xce\x94 to A; resampling images ...";
}

void evaluation_draw_classes(const struct evaluation_drawing *of)
{
    struct evaluation_state *state = of->state;
    struct drawing drawing = {.of = of, .count = list_columns(state, drawing.columns)};
    struct table_column columns[MOST_COLUMNS];
    struct table_source source = {&drawing, source_rows, source_cell, NULL, NULL};
    make_columns(&drawing, columns);
    struct rect rest =
        evaluation_title(state, EVALUATION_CLASSES, of->canvas->grid, of->place, describe(of));
    bool focused = state->focus != EVALUATION_ERRORS && state->focus != EVALUATION_CONFUSION;
    table_draw(&state->table, of->canvas->grid, rest, &source, columns, drawing.count, 1, focused);
}

/* ---- telling ---- */

/* How many columns one of the screen's becomes: where numbers are whole a difference has its interval
 * beside it. */
static size_t told_columns(const struct column *column, bool people)
{
    return column->delta && !people && OF[column->measure].number >= 0 ? 3 : 1;
}

static void tell_title(const struct evaluation_state *state, const struct world *world,
    const struct column *column, size_t at, struct evaluation_table *out)
{
    static const char *const PARTS[] = {"", " low", " high"};
    const char *title = OF[column->measure].title;
    const char *run =
        column->measure < AP ? "" : evaluation_table_run(state, world, column->run);
    const char *what = !column->delta ? title
                       : out->people  ? arena_printf(out->arena, "\xce\x94%s", title)
                                      : arena_printf(out->arena, "delta %s", title);
    for (size_t i = 0; i < told_columns(column, out->people); i++) {
        const char *of = arena_printf(out->arena, "%s%s", run, PARTS[i]);
        evaluation_table_title(out, at + i, what ? what : title, of ? of : run);
    }
}

static void tell_difference(const struct evaluation_state *state, const struct session *session,
    const struct world *world, const struct column *column, int32_t class, size_t row, size_t at,
    struct evaluation_table *out)
{
    double value = delta_of(state, session, world, column, class);
    const struct eval_interval *interval = interval_of(state, session, world, column, class);
    char text[64];
    if (out->people && !isnan(value)) {
        print_difference(value, interval, true, "", text, sizeof text);
        evaluation_table_text(out, row, at, text);
    } else if (!out->people) {
        evaluation_table_number(out, row, at, value, 3);
        if (interval && told_columns(column, false) > 1) {
            evaluation_table_number(out, row, at + 1, interval->low, 3);
            evaluation_table_number(out, row, at + 2, interval->high, 3);
        }
    }
    out->cells[row * out->columns + at].is_number = true;
}

static void tell_value(const struct drawing *drawing, const struct column *column, size_t row,
    size_t at, struct evaluation_table *out)
{
    const struct evaluation_drawing *of = drawing->of;
    const struct evaluation_state *state = of->state;
    int32_t class = row ? (int32_t)state->order[row - 1] : EVALUATION_ALL;
    if (column->measure == NAME) {
        evaluation_table_text(out, row, at, evaluation_class_name(state, class));
    } else if (column->delta) {
        tell_difference(state, of->session, of->world, column, class, row, at, out);
    } else {
        bool counts = column->measure == TRUTHS || column->measure == DETECTIONS;
        double value =
            number_of(state, of->session, of->world, column->measure, column->run, class);
        evaluation_table_number(out, row, at, value, counts || value < 0 ? 0 : 3);
        out->cells[row * out->columns + at].is_best =
            !counts && value >= 0 && is_best(drawing, column, class, value);
    }
}

bool evaluation_tell_classes(const struct evaluation_state *state, const struct session *session,
    const struct world *world, struct evaluation_table *out)
{
    struct evaluation_drawing of = {
        .state = (struct evaluation_state *)state, .session = session, .world = world};
    struct drawing drawing = {.of = &of, .count = list_columns(state, drawing.columns)};
    size_t columns = 0, rows = state->class_count + 1;
    for (int i = 0; i < drawing.count; i++)
        columns += told_columns(&drawing.columns[i], out->people);
    if (!evaluation_table_begin(out, columns, rows))
        return false;
    for (size_t i = 0, at = 0; i < (size_t)drawing.count; i++) {
        const struct column *column = &drawing.columns[i];
        tell_title(state, world, column, at, out);
        for (size_t row = 0; row < rows; row++)
            tell_value(&drawing, column, row, at, out);
        if ((int)i == state->table.column)
            out->column = at;
        at += told_columns(column, out->people);
    }
    out->row = state->table.scroll.cursor;
    return true;
}

/* ---- acting ---- */

/* The image with the most errors of CATEGORY (of all with -1); -1 without any. */
static int32_t worst_image(
    const struct study *study, double iou, double confidence, int32_t category)
{
    const struct eval_set *set = study->set;
    struct arena scratch = {0};
    uint64_t *filter = ARENA_ARRAY(&scratch, uint64_t, set->category_count / 64 + 1);
    struct eval_counts total,
        *images = ARENA_ARRAY(&scratch, struct eval_counts, set->image_count + 1);
    int32_t worst = -1;
    int index = eval_iou_index(&set->settings, iou);
    if (filter && images) {
        if (category >= 0)
            filter[category / 64] |= UINT64_C(1) << (category % 64);
        /* off the grid the lowest stands in: it is but the first of a list */
        eval_counts_at(set, index == EVAL_IOU_CUSTOM ? 0 : index, confidence,
            category >= 0 ? filter : NULL, &total, NULL, images);
        for (size_t i = 0; i < set->image_count; i++) {
            int32_t at = set->image_order[i];
            int64_t errors = images[at].fp + images[at].fn;
            if (errors && (worst < 0 || errors > images[worst].fp + images[worst].fn))
                worst = at;
        }
    }
    arena_done(&scratch);
    return worst;
}

enum view_outcome evaluation_open_class(const struct evaluation_state *state,
    struct session *session, const struct world *world, struct view_effect *effect)
{
    struct column columns[MOST_COLUMNS];
    int count = list_columns(state, columns), at = state->table.column;
    int32_t class = evaluation_class(state);
    size_t run = state->current;
    (void)world;
    if (state->focus == EVALUATION_CLASSES && at >= 0 && at < count && columns[at].measure >= AP)
        run = columns[at].run;
    const struct study *study = state->runs[run].study;
    int32_t category = study ? evaluation_category(state, run, class) : -2;
    int32_t image = category < EVALUATION_ALL
                        ? -1
                        : worst_image(study, session->iou, session->confidence, category);
    struct image_request request = {.kind = IMAGE_REQUEST_CLASS};
    if (class != EVALUATION_ALL)
        snprintf(request.truth, sizeof request.truth, "%s", evaluation_class_name(state, class));
    return evaluation_open_images(state, session, run, request, image, effect);
}
