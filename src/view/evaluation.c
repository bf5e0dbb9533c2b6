/*
 * The evaluation screen: curves, classes, errors and confusion of the chosen runs, all at the
 * thresholds of the images screen, and from each the way to its images.
 * Knows: which runs are chosen, what their panes want. Must not know: what a pane draws.
 */
#include "view/evaluation.h"

#include "base/text.h"
#include "view/steps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum action {
    OPEN = 1,
    NEXT_PANE,
    PANE_BEFORE,
    MAXIMISE,
    OTHER_WAY,
    NEXT_RUN,
    COPY_CELL,
    COPY_MORE,
    STEP_NEXT,
    STEP_BEFORE,
    LISTING,
    SHADES,
    LEFT,
    RIGHT,
    SORT_HERE,
    SORT_RIGHT,
    SORT_LEFT,
    INVERT,
    SEARCH,
    SEARCH_NEXT,
    SEARCH_BEFORE,
    TABLES,
};

static const struct key_row KEYS[] = {
    {"Enter", "the images of what the cursor is on", OPEN, "evaluation", "images", 1},
    {"Tab p", "the next pane", NEXT_PANE, "evaluation", "pane", 1},
    {"Shift-Tab P", "the pane before", PANE_BEFORE, "evaluation", NULL, 0},
    {"z", "this pane alone, or all", MAXIMISE, "evaluation", "alone", 4},
    {"o", "another way: raw, precision, deltas, counts, shares", OTHER_WAY, "evaluation", "other",
        2},
    {"v", "the next run, for its confusion and images", NEXT_RUN, "evaluation", "run", 3},
    {".", "next step (epoch), of all runs together", STEP_NEXT, "evaluation", "step", 4},
    {",", "step before", STEP_BEFORE, "evaluation", NULL, 0},
    {"y", "copy the cell", COPY_CELL, "evaluation", "copy", 5},
    {"Y", "copy the pane or the row: TSV, CSV, Markdown, LaTeX", COPY_MORE, "evaluation", NULL,
        0},
    {"T", "tables of the run", TABLES, "evaluation", NULL, 0},
    THRESHOLD_KEYS,
    {"h Left", "column to the left", LEFT, "classes and confusion", NULL, 0},
    {"l Right", "column to the right", RIGHT, "classes and confusion", NULL, 0},
    {"s", "sort by the column under the cursor; again: invert", SORT_HERE, "classes", NULL, 0},
    {">", "sort by the next column", SORT_RIGHT, "classes", NULL, 0},
    {"<", "sort by the column before", SORT_LEFT, "classes", NULL, 0},
    {"I", "invert the order", INVERT, "classes", NULL, 0},
    {"/", "search a class", SEARCH, "classes", "search", 5},
    {"n", "next match", SEARCH_NEXT, "classes", NULL, 0},
    {"N", "match before", SEARCH_BEFORE, "classes", NULL, 0},
    {"w", "the pairs most confused, or the matrix", LISTING, "confusion", "pairs", 5},
    {"x", "numbers, or shades alone", SHADES, "confusion", NULL, 0},
    {0},
};

/* ---- what is looked at ---- */

const struct run_row *evaluation_row(
    const struct evaluation_state *state, const struct world *world, size_t index)
{
    return world->runs && index < state->run_count ? runs_find(world->runs, state->runs[index].id)
                                                   : NULL;
}

int32_t evaluation_class(const struct evaluation_state *state)
{
    size_t row = state->table.scroll.cursor;
    return row && row <= state->class_count && state->order ? (int32_t)state->order[row - 1]
                                                            : EVALUATION_ALL;
}

const char *evaluation_class_name(const struct evaluation_state *state, int32_t class)
{
    const struct study *study = state->runs[state->base].study;
    if (class == EVALUATION_ALL)
        return "all classes";
    return (size_t) class < study->dataset->category_count ? study->dataset->categories[class].name
                                                           : "background";
}

int32_t evaluation_category(const struct evaluation_state *state, size_t index, int32_t class)
{
    const struct evaluation_run *run = &state->runs[index];
    if (class == EVALUATION_ALL)
        return EVALUATION_ALL;
    int32_t own = run->category ? run->category[class] : -1;
    return own < 0 ? -2 : own;
}

const struct appraisal *evaluation_appraisal(const struct evaluation_state *state,
    const struct world *world, size_t index, enum appraisal_part part)
{
    const struct study *study = index < state->run_count ? state->runs[index].study : NULL;
    const struct appraisal *found = study ? appraisals_find(&world->appraisals, study, part) : NULL;
    return found && !found->trouble[0] ? found : NULL;
}

const char *evaluation_waiting(const struct evaluation_state *state, const struct world *world,
    size_t index, enum appraisal_part part, const char *otherwise)
{
    const struct evaluation_run *run = &state->runs[index];
    const struct appraisal *found =
        run->study ? appraisals_find(&world->appraisals, run->study, part) : NULL;
    if (found && found->trouble[0])
        return found->trouble;
    return run->trouble[0] ? run->trouble : otherwise;
}

const char *evaluation_run_name(const struct evaluation_state *state, const struct world *world,
    size_t index, struct arena *scratch)
{
    const struct run_row *run = evaluation_row(state, world, index);
    const char *name = arena_printf(scratch, "%c %s", 'A' + (int)index, run ? run->shown : "gone");
    return name ? name : "";
}

/* ---- following the world ---- */

static void drop_run(struct evaluation_run *run)
{
    study_release(run->study);
    free(run->category);
    *run = (struct evaluation_run){0};
}

/* Takes the run that is at ID in the old list, or begins it. */
static struct evaluation_run keep_or_begin(
    struct evaluation_run *old, const struct study_want *want)
{
    for (size_t i = 0; i < EVALUATION_RUNS; i++)
        if (old[i].id == want->run_id && study_want_same(&old[i].of, want)) {
            struct evaluation_run kept = old[i];
            old[i] = (struct evaluation_run){0};
            return kept;
        }
    for (size_t i = 0; i < EVALUATION_RUNS; i++)
        if (old[i].id == want->run_id && old[i].study) { /* of another step: until this one is there */
            struct evaluation_run kept = old[i];
            old[i] = (struct evaluation_run){0};
            kept.of = *want;
            kept.late = true;
            return kept;
        }
    return (struct evaluation_run){.id = want->run_id, .of = *want};
}

/* Which predictions of RUN, which may have none, are looked at. */
static int32_t file_of(const struct evaluation_state *state, const struct world *world,
    const struct run_row *run)
{
    const struct run_row *own = state->step_run ? runs_find(world->runs, state->step_run) : NULL;
    if (!own || !own->prediction_count)
        return (int32_t)run->prediction_count - 1;
    return steps_linked(own, steps_file(own, state->artifact), run);
}

static void choose_runs(
    struct evaluation_state *state, const struct session *session, const struct world *world)
{
    enum { MOST = 64 };
    const struct run_row *all[MOST];
    struct evaluation_run old[EVALUATION_RUNS];
    size_t count = session_runs(session, world->runs, state->opened, all, MOST);
    memcpy(old, state->runs, sizeof old);
    memset(state->runs, 0, sizeof state->runs);
    state->run_count = state->left_out = state->without = 0;
    for (size_t i = 0; i < count; i++) {
        struct study_want want = {all[i]->id, file_of(state, world, all[i])};
        if (!all[i]->prediction_count)
            state->without++;
        else if (state->run_count == EVALUATION_RUNS)
            state->left_out++;
        else
            state->runs[state->run_count++] = keep_or_begin(old, &want);
    }
    for (size_t i = 0; i < EVALUATION_RUNS; i++)
        drop_run(&old[i]);
    if (state->current >= state->run_count)
        state->current = 0;
}

/* Finds the classes of BASE in the study of RUN by their names. */
static int32_t *match_classes(const struct study *base, const struct study *study)
{
    const struct dataset *from = base->dataset, *in = study->dataset;
    int32_t *out = calloc(from->category_count + 1, sizeof *out);
    for (size_t c = 0; out && c < from->category_count; c++) {
        const char *name = from->categories[c].name;
        out[c] = -1;
        if (c < in->category_count && strcmp(in->categories[c].name, name) == 0)
            out[c] = (int32_t)c;
        for (size_t k = 0; out[c] < 0 && k < in->category_count; k++)
            if (strcmp(in->categories[k].name, name) == 0)
                out[c] = (int32_t)k;
    }
    return out;
}

/* Takes what came of each study. True when any changed. */
static bool take_studies(struct evaluation_state *state, const struct world *world)
{
    bool any = false;
    for (size_t i = 0; i < state->run_count; i++) {
        struct evaluation_run *run = &state->runs[i];
        const struct study_answer *answer = world_study(world, &run->of);
        if (!answer)
            continue;
        memcpy(run->trouble, answer->trouble, sizeof run->trouble);
        run->trouble[sizeof run->trouble - 1] = '\0';
        bool same = answer->study == run->study, over = run->late && answer->trouble[0];
        if (same || (!answer->study && !over)) {
            run->late &= !same;
            continue;
        }
        study_release(run->study);
        run->study = answer->study ? study_share(answer->study) : NULL;
        run->late = false;
        any = true;
    }
    return any;
}

static void match_all_classes(struct evaluation_state *state)
{
    const struct study *base =
        state->base < state->run_count ? state->runs[state->base].study : NULL;
    for (size_t i = 0; i < state->run_count; i++) {
        struct evaluation_run *run = &state->runs[i];
        free(run->category);
        run->category = base && run->study ? match_classes(base, run->study) : NULL;
    }
    size_t classes = base ? base->dataset->category_count : 0;
    free(state->order);
    free(state->hues);
    state->order = calloc(classes + 1, sizeof *state->order);
    state->hues = calloc(classes + 1, sizeof *state->hues);
    state->class_count = state->order && state->hues ? classes : 0;
    if (base && state->hues)
        gallery_hues(base->dataset, state->hues);
}

/* Brings the runs, their studies and their classes up to the world. */
static void follow(
    struct evaluation_state *state, const struct session *session, const struct world *world)
{
    const struct study *had =
        state->base < state->run_count ? state->runs[state->base].study : NULL;
    choose_runs(state, session, world);
    bool any = take_studies(state, world);
    state->base = 0;
    while (state->base < state->run_count && !state->runs[state->base].study)
        state->base++;
    const struct study *base =
        state->base < state->run_count ? state->runs[state->base].study : NULL;
    if (any || base != had)
        match_all_classes(state);
    evaluation_sort_classes(state, session, world);
    const struct appraisal *rates =
        evaluation_appraisal(state, world, state->current, APPRAISAL_RATES);
    int32_t category =
        base && rates ? evaluation_category(state, state->current, evaluation_class(state)) : -2;
    const struct eval_best *best = category == -2 ? NULL
                                   : category < 0 ? &rates->sweep.best
                                                  : &rates->sweep.best_of_category[category];
    state->thresholds.best = best ? best->confidence : NAN;
}

static void add_appraisal(struct wants *out, const struct study *study, enum appraisal_part part,
    const struct session *session)
{
    struct appraisals_want *wants = &out->appraisals;
    if (study && wants->count < APPRAISALS_MOST_WANTED)
        wants->items[wants->count++] = (struct appraisal_want){
            study, part, session->iou, part == APPRAISAL_CONFUSION ? session->confidence : 0};
}

static void want_intervals(
    const struct evaluation_state *state, const struct session *session, struct wants *out)
{
    struct intervals_want want = {.iou = session->iou, .confidence = session->confidence};
    for (size_t i = 0; i < state->run_count; i++) {
        const struct evaluation_run *run = &state->runs[i];
        if (!run->study && !run->trouble[0])
            return; /* all that are on their way at once */
        if (run->study)
            want.studies[want.count++] = run->study;
    }
    if (want.count > 1)
        out->intervals = want;
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct evaluation_state *state = self;
    follow(state, session, world);
    size_t studies = 0;
    while (studies < WORLD_STUDIES && out->studies[studies].run_id)
        studies++;
    for (size_t i = 0; i < state->run_count && studies < WORLD_STUDIES; i++)
        out->studies[studies++] = state->runs[i].of;
    /* What the slider moves first, then what a new IoU brings. */
    if (state->current < state->run_count &&
        (state->places[EVALUATION_CONFUSION].rows || state->focus == EVALUATION_CONFUSION))
        add_appraisal(out, state->runs[state->current].study, APPRAISAL_CONFUSION, session);
    for (int part = APPRAISAL_RATES; part <= APPRAISAL_ERRORS; part++)
        for (size_t i = 0; i < state->run_count; i++)
            if (part == APPRAISAL_RATES || state->places[EVALUATION_ERRORS].rows ||
                state->focus == EVALUATION_ERRORS)
                add_appraisal(out, state->runs[i].study, (enum appraisal_part)part, session);
    want_intervals(state, session, out);
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct evaluation_state *state = self;
    state->opened = run;
    state->sort_column = -1;
    state->thresholds.best = NAN;
    choose_runs(state, session, world);
    for (size_t i = 0; i < state->run_count; i++)
        if (state->runs[i].id == run)
            state->current = i;
}

static void stop(void *self)
{
    struct evaluation_state *state = self;
    for (size_t i = 0; i < EVALUATION_RUNS; i++)
        drop_run(&state->runs[i]);
    free(state->order);
    free(state->hues);
}

/* ---- acting ---- */

struct slider evaluation_step_slider(
    const struct evaluation_state *state, const struct world *world)
{
    const struct run_row *run = evaluation_row(state, world, state->current);
    return steps_slider(run, run ? state->runs[state->current].of.artifact : 0);
}

/* The predictions of that number of the current run, and of the others those nearest in step. */
static void show_step(struct evaluation_state *state, const struct world *world, double number)
{
    const struct slider slider = evaluation_step_slider(state, world);
    if (!(slider.high > slider.low) || state->current >= state->run_count)
        return;
    state->step_run = state->runs[state->current].id;
    state->artifact = (int32_t)number;
}

enum view_outcome evaluation_open_images(const struct evaluation_state *state,
    struct session *session, size_t index, struct image_request request, int32_t image,
    struct view_effect *effect)
{
    const struct evaluation_run *run = &state->runs[index];
    if (image < 0 || !run->study) {
        session_say(session, "no image has any of that at these thresholds");
        return VIEW_STAYED;
    }
    request.of = run->of;
    session->request = request;
    snprintf(
        session->image, sizeof session->image, "%s", run->study->dataset->images[image].file_name);
    *effect = (struct view_effect){&view_images, run->id};
    return VIEW_OPENED;
}

static enum view_outcome open_images(const struct evaluation_state *state, struct session *session,
    const struct world *world, struct view_effect *effect)
{
    if (state->focus == EVALUATION_ERRORS)
        return evaluation_open_error(state, session, world, effect);
    if (state->focus == EVALUATION_CONFUSION)
        return evaluation_open_confusion(state, session, world, effect);
    return evaluation_open_class(state, session, world, effect);
}

static void search(struct evaluation_state *state, struct session *session, int direction)
{
    size_t count = state->class_count, at = state->table.scroll.cursor;
    for (size_t i = 1; state->search[0] && i <= count; i++) {
        size_t on = direction > 0 ? at + i - 1 : (at ? at : 1) + 2 * count - 1 - i;
        size_t row = 1 + on % count; /* rows 1 to count are classes */
        if (text_contains(
                evaluation_class_name(state, (int32_t)state->order[row - 1]), state->search)) {
            state->table.scroll.cursor = row;
            return;
        }
    }
    session_say(session, "no class holds \"%.100s\"", state->search);
}

static void search_event(
    struct evaluation_state *state, struct session *session, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    if (answer == PROMPT_ACCEPTED) {
        memcpy(state->search, state->prompt.text, state->prompt.length + 1);
        search(state, session, 1);
    }
    if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
        state->searching = false;
}

static void move(struct evaluation_state *state, const struct world *world, enum scroll_move by)
{
    if (state->focus == EVALUATION_ERRORS)
        scroll_move(&state->bars.scroll, by, evaluation_error_rows(state));
    else if (state->focus == EVALUATION_CONFUSION)
        evaluation_move_confusion(state, world, by);
    else
        scroll_move(&state->table.scroll, by, state->class_count + 1);
}

static void move_sideways(struct evaluation_state *state, int by)
{
    if (state->focus == EVALUATION_CONFUSION)
        matrix_move_col(&state->matrix, by, evaluation_matrix_size(state));
    else
        table_move_column(&state->table, by);
}

static void sort_here(struct evaluation_state *state)
{
    state->descending =
        state->sort_column == state->table.column ? !state->descending : state->table.column > 0;
    state->sort_column = state->table.column;
}

static void other_way(struct evaluation_state *state)
{
    switch (state->focus) {
    case EVALUATION_RECALL:
        state->raw = !state->raw;
        break;
    case EVALUATION_CONFIDENCE:
        state->rate = (state->rate + 1) % RATES;
        break;
    case EVALUATION_CLASSES:
        state->deltas_alone = !state->deltas_alone && state->run_count > 1;
        state->table.column = 0;
        state->sort_column = -1; /* the columns are others */
        break;
    case EVALUATION_ERRORS:
        state->counted = !state->counted;
        break;
    default:
        state->share = (state->share + 1) % SHARES;
    }
}

static bool act_on_classes(struct evaluation_state *state, struct session *session, int action)
{
    switch (action) {
    case SORT_HERE:
        sort_here(state);
        return true;
    case SORT_LEFT:
    case SORT_RIGHT: {
        int last = evaluation_class_columns(state) - 1;
        int to = state->table.column + (action == SORT_RIGHT ? 1 : -1);
        table_move_column(&state->table, (to >= 0 && to <= last) ? to - state->table.column : 0);
        sort_here(state);
        return true;
    }
    case INVERT:
        state->descending = !state->descending;
        return true;
    case SEARCH:
        state->searching = true;
        prompt_set(&state->prompt, "");
        return true;
    case SEARCH_NEXT:
    case SEARCH_BEFORE:
        search(state, session, action == SEARCH_NEXT ? 1 : -1);
        return true;
    }
    return false;
}

static bool act_on_panes(struct evaluation_state *state, const struct world *world, int action)
{
    const struct slider steps = evaluation_step_slider(state, world);
    switch (action) {
    case NEXT_PANE:
    case PANE_BEFORE:
        state->focus = (enum evaluation_pane)(
            ((int)state->focus + EVALUATION_PANES + (action == NEXT_PANE ? 1 : -1)) %
            EVALUATION_PANES);
        return true;
    case MAXIMISE:
        state->alone = !state->alone;
        return true;
    case OTHER_WAY:
        other_way(state);
        return true;
    case NEXT_RUN:
        state->current = state->run_count ? (state->current + 1) % state->run_count : 0;
        return true;
    case STEP_NEXT:
    case STEP_BEFORE:
        show_step(state, world, slider_move(&steps, action == STEP_NEXT ? 1 : -1));
        return true;
    case LISTING:
        state->listing = !state->listing;
        state->focus = EVALUATION_CONFUSION;
        if (state->listing)
            evaluation_show_pair(state, world);
        return true;
    case SHADES:
        state->shades = !state->shades;
        return true;
    case LEFT:
    case RIGHT:
        move_sideways(state, action == LEFT ? -1 : 1);
        return true;
    }
    return false;
}

/* Puts the cursor of PANE to where the mouse is. */
static void point(
    struct evaluation_state *state, enum evaluation_pane pane, const struct event *event)
{
    size_t row, col;
    state->focus = pane;
    if (pane == EVALUATION_ERRORS) {
        row = bars_at(&state->bars, event->row, event->col);
        if (row != SIZE_MAX)
            state->bars.scroll.cursor = row;
    } else if (pane == EVALUATION_CONFUSION) {
        size_t pair = list_at(&state->pairs, event->row, event->col);
        state->listing = pair != SIZE_MAX;
        if (state->listing) {
            state->pairs.scroll.cursor = pair;
        } else if (matrix_at(&state->matrix, event->row, event->col, &row, &col)) {
            state->matrix.row.cursor = row;
            state->matrix.col.cursor = col;
        }
    } else if (pane == EVALUATION_CLASSES) {
        struct table_hit hit = table_at(&state->table, event->row, event->col);
        if (hit.part != TABLE_NOWHERE && hit.column >= 0)
            state->table.column = hit.column;
        if (hit.part == TABLE_HEADER && hit.column >= 0)
            sort_here(state);
        if (hit.part == TABLE_ROW)
            state->table.scroll.cursor = hit.row;
    }
}

static bool drag_step(
    struct evaluation_state *state, const struct world *world, const struct event *event)
{
    const struct slider_place *place = &state->step_place;
    const struct rect track = {place->row, place->col, 1, place->cols};
    if (event->action == MOUSE_RELEASE)
        state->step_dragged = false;
    if (event->action == MOUSE_PRESS && rect_holds(track, event->row, event->col))
        state->step_dragged = true;
    if (!state->step_dragged || (event->action != MOUSE_PRESS && event->action != MOUSE_DRAG))
        return false;
    const struct slider slider = evaluation_step_slider(state, world);
    show_step(state, world, slider_value_at(&slider, place, event->col));
    return true;
}

static enum view_outcome act_by_mouse(struct evaluation_state *state, struct session *session,
    const struct world *world, const struct event *event)
{
    if (thresholds_drag(&state->thresholds, session, event) || drag_step(state, world, event))
        return VIEW_STAYED;
    for (int pane = 0; pane < EVALUATION_PANES; pane++) {
        if (!rect_holds(state->places[pane], event->row, event->col))
            continue;
        if (event->action == MOUSE_PRESS && event->button == 1)
            point(state, (enum evaluation_pane)pane, event);
        if (event->action == MOUSE_WHEEL && event->wheel_rows) {
            state->focus = (enum evaluation_pane)pane;
            for (int i = 0; i < 3; i++)
                move(state, world, event->wheel_rows > 0 ? SCROLL_DOWN : SCROLL_UP);
        }
    }
    return VIEW_STAYED;
}

static enum view_outcome act_on_key(struct evaluation_state *state, struct session *session,
    const struct world *world, const struct event *event, struct view_effect *effect)
{
    int action = key_rows_find(KEYS, event), by = view_movement(event);
    const struct run_row *run = evaluation_row(state, world, state->current);
    if (by >= 0) {
        move(state, world, (enum scroll_move)by);
        return VIEW_STAYED;
    }
    if (action == OPEN && state->base < state->run_count)
        return open_images(state, session, world, effect);
    if (action == TABLES && run) {
        *effect = (struct view_effect){&view_data, run->id};
        return VIEW_OPENED;
    }
    if (!action)
        return VIEW_IGNORED;
    if (action == COPY_CELL)
        evaluation_copy_cell(state, session, world);
    else if (action == COPY_MORE)
        state->copying = true;
    else if (!thresholds_act(&state->thresholds, session, action) && !act_on_panes(state, world, action))
        act_on_classes(state, session, action);
    return VIEW_STAYED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct evaluation_state *state = self;
    session->image[0] = '\0'; /* were for the screen that was open above this one */
    session->request = (struct image_request){0};
    follow(state, session, world);
    enum view_outcome outcome = VIEW_STAYED;
    if (state->thresholds.typing && event->kind != EVENT_MOUSE)
        thresholds_type(&state->thresholds, session, event);
    else if (state->searching && event->kind != EVENT_MOUSE)
        search_event(state, session, event);
    else if (state->copying && event->kind == EVENT_KEY) {
        state->copying = false;
        evaluation_copy_form(state, session, world, event);
    }
    else if (event->kind == EVENT_MOUSE)
        outcome = act_by_mouse(state, session, world, event);
    else
        outcome = act_on_key(state, session, world, event, effect);
    return outcome;
}

static bool is_typing(const void *self)
{
    const struct evaluation_state *state = self;
    return state->thresholds.typing || state->searching || state->copying;
}

/* "show errors": the pane of that name, alone. */
static bool obey(void *self, struct session *session, const struct world *world, const char *word,
    const char *rest)
{
    static const char *const NAMES[EVALUATION_PANES] = {
        "recall", "confidence", "classes", "errors", "confusion"};
    struct evaluation_state *state = self;
    (void)world;
    if (strcmp(word, "show") != 0)
        return false;
    for (int i = 0; i < EVALUATION_PANES; i++)
        if (*rest && strncmp(NAMES[i], rest, strlen(rest)) == 0) {
            state->focus = (enum evaluation_pane)i;
            state->alone = true;
            return true;
        }
    session_say(session, "panes are recall, confidence, classes, errors, confusion");
    return true;
}

const struct view view_evaluation = {
    .name = "evaluation",
    .title = "Evaluation",
    .keys = KEYS,
    .state_bytes = sizeof(struct evaluation_state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = evaluation_draw,
    .act = act,
    .is_typing = is_typing,
    .obey = obey,
};
