/*
 * The errors of the evaluation screen: what each kind costs, as bars of all runs, and how many
 * there are. Knows: errors as eval/errors.h finds them. Must not know: how, other panes.
 */
#include "view/evaluation.h"

#include <math.h>

/* The kinds, then all false detections and all that was missed. */
enum { FALSE_POS = EVAL_ERRORS, FALSE_NEG, KINDS };

static const char *kind_name(int kind)
{
    return kind == FALSE_POS ? "FalsePos" : kind == FALSE_NEG ? "FalseNeg" : eval_error_name(kind);
}

static const char *kind_meaning(int kind)
{
    return kind == FALSE_POS   ? "all false detections"
           : kind == FALSE_NEG ? "all that was not found"
                               : eval_error_meaning(kind);
}

static double kind_cost(const struct eval_errors *errors, int kind)
{
    return kind == FALSE_POS   ? errors->dap_false_pos
           : kind == FALSE_NEG ? errors->dap_false_neg
                               : errors->dap[kind];
}

static int64_t kind_count(const struct eval_errors *errors, int kind)
{
    int64_t false_detections = 0;
    for (int t = EVAL_CLS; t < EVAL_MISS; t++)
        false_detections += errors->count[t];
    return kind == FALSE_POS   ? false_detections
           : kind == FALSE_NEG ? errors->count[EVAL_MISS]
                               : errors->count[kind];
}

/* Of the mistakes of a TYPE, which stand by descending score, those that reach CONFIDENCE. */
static int64_t type_reached(const struct eval_errors *errors, int type, double confidence)
{
    size_t low = errors->start[type], high = errors->start[type + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (errors->boxes[middle].score >= confidence)
            low = middle + 1;
        else
            high = middle;
    }
    return (int64_t)(low - errors->start[type]);
}

static int64_t kind_reached(const struct eval_errors *errors, int kind, double confidence)
{
    int64_t sum = 0;
    if (kind < EVAL_MISS)
        return type_reached(errors, kind, confidence);
    for (int t = EVAL_CLS; t < EVAL_MISS && kind == FALSE_POS; t++)
        sum += type_reached(errors, t, confidence);
    return sum;
}

size_t evaluation_error_rows(const struct evaluation_state *state)
{
    return KINDS * state->run_count;
}

static void make_item(
    const struct evaluation_drawing *drawing, int kind, size_t index, struct bars_item *out)
{
    const struct evaluation_state *state = drawing->state;
    struct arena *scratch = drawing->canvas->scratch;
    const struct run_row *run = evaluation_row(state, drawing->world, index);
    const struct appraisal *made =
        evaluation_appraisal(state, drawing->world, index, APPRAISAL_ERRORS);
    const char *label = arena_printf(scratch, "%c", 'A' + (int)index), *text = NULL;
    *out = (struct bars_item){kind_name(kind), label ? label : "",
        run ? session_run_style(run) : STYLE_IS(MUTED), NAN, "\xe2\x80\x93"};
    if (!made)
        return;
    double cost = kind_cost(&made->errors, kind);
    int64_t count = kind_count(&made->errors, kind);
    out->value = state->counted ? (double)count : cost;
    if (kind == EVAL_MISS || kind == FALSE_NEG)
        text = arena_printf(scratch, "%.2f %8lld        ", cost, (long long)count);
    else
        text = arena_printf(scratch, "%.2f %8lld %7lld", cost, (long long)count,
            (long long)kind_reached(&made->errors, kind, drawing->session->confidence));
    out->text = text ? text : "";
}

void evaluation_draw_errors(const struct evaluation_drawing *drawing)
{
    struct evaluation_state *state = drawing->state;
    struct grid *grid = drawing->canvas->grid;
    struct arena *scratch = drawing->canvas->scratch;
    size_t count = evaluation_error_rows(state);
    const struct appraisal *made =
        evaluation_appraisal(state, drawing->world, state->base, APPRAISAL_ERRORS);
    struct rect rest = evaluation_title(state, EVALUATION_ERRORS, grid, drawing->place,
        !made ? evaluation_waiting(
                    state, drawing->world, state->base, APPRAISAL_ERRORS, "finding errors ...")
        : made->want.iou != drawing->session->iou
            ? arena_printf(scratch, "at IoU %.2f; finding errors ...", made->want.iou)
            : arena_printf(scratch, "TIDE at IoU %.2f; bars: %s", made->want.iou,
                  state->counted ? "how many" : "what they cost AP, %"));
    struct bars_item *items = ARENA_ARRAY(scratch, struct bars_item, count + 1);
    if (!items || rest.rows < 3)
        return;
    for (size_t i = 0; i < count; i++)
        make_item(drawing, (int)(i / state->run_count), i % state->run_count, &items[i]);
    const char *columns =
        arena_printf(scratch, "dAP    count   >=%.2f", drawing->session->confidence);
    grid_text_right(
        grid, rest.row, rest.col + 1, rest.cols - 2, STYLE_IS(HEADER), columns ? columns : "");
    struct rect bars = {rest.row + 1, rest.col + 1, rest.rows - 2, rest.cols - 2};
    bool focused = state->focus == EVALUATION_ERRORS;
    bars_draw(&state->bars, grid, bars, items, count, focused);
    int kind = (int)(state->bars.scroll.cursor / (state->run_count ? state->run_count : 1));
    grid_printf(grid, rest.row + rest.rows - 1, rest.col + 1, rest.cols - 2, STYLE_IS(MUTED),
        "%s: %s", kind_name(kind), kind_meaning(kind));
}

bool evaluation_tell_errors(const struct evaluation_state *state, const struct session *session,
    const struct world *world, struct evaluation_table *out)
{
    enum { OF_A_RUN = 3 };
    bool any = false;
    if (!evaluation_table_begin(out, 1 + OF_A_RUN * state->run_count, KINDS))
        return false;
    evaluation_table_title(out, 0, "error", "");
    for (int kind = 0; kind < KINDS; kind++)
        evaluation_table_text(out, (size_t)kind, 0, kind_name(kind));
    for (size_t r = 0; r < state->run_count; r++) {
        const struct appraisal *made = evaluation_appraisal(state, world, r, APPRAISAL_ERRORS);
        const char *run = evaluation_table_run(state, world, r);
        const char *above = arena_printf(out->arena, "count >=%.2f", session->confidence);
        size_t at = 1 + OF_A_RUN * r;
        evaluation_table_title(out, at, "dAP", run);
        evaluation_table_title(out, at + 1, "count", run);
        evaluation_table_title(out, at + 2, above ? above : "", run);
        for (int kind = 0; made && kind < KINDS; kind++) {
            bool reached = kind != EVAL_MISS && kind != FALSE_NEG;
            evaluation_table_number(
                out, (size_t)kind, at, kind_cost(&made->errors, kind), 2);
            evaluation_table_number(
                out, (size_t)kind, at + 1, (double)kind_count(&made->errors, kind), 0);
            evaluation_table_number(out, (size_t)kind, at + 2,
                reached ? (double)kind_reached(&made->errors, kind, session->confidence) : NAN, 0);
        }
        any |= made != NULL;
    }
    size_t cursor = state->bars.scroll.cursor;
    out->row = cursor / state->run_count;
    out->column = 1 + OF_A_RUN * (cursor % state->run_count) + state->counted;
    return any;
}

enum view_outcome evaluation_open_error(const struct evaluation_state *state,
    struct session *session, const struct world *world, struct view_effect *effect)
{
    size_t index = state->bars.scroll.cursor % state->run_count;
    int kind = (int)(state->bars.scroll.cursor / state->run_count);
    const struct appraisal *made = evaluation_appraisal(state, world, index, APPRAISAL_ERRORS);
    int32_t image = -1;
    if (made && kind < KINDS) {
        int first = kind == FALSE_POS ? EVAL_CLS : kind == FALSE_NEG ? EVAL_MISS : kind;
        int last = kind == FALSE_POS ? EVAL_BKG : first;
        const struct eval_errors *errors = &made->errors;
        if (errors->start[first] < errors->start[last + 1])
            image = errors->boxes[errors->start[first]].image;
    }
    struct image_request request = {.kind = IMAGE_REQUEST_ERROR, .error = kind};
    return evaluation_open_images(state, session, index, request, image, effect);
}
