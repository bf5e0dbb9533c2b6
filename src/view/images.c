#include "view/images.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

static const double CONFIDENCE_STEP = 0.01, IOU_LOW = 0.5, IOU_HIGH = 0.95, IOU_STEP = 0.05;

enum action {
    NEXT = 1,
    BEFORE,
    NEXT_TEN,
    BEFORE_TEN,
    STEP_NEXT,
    STEP_BEFORE,
    LESS,
    MORE,
    MUCH_LESS,
    MUCH_MORE,
    TYPE,
    BEST,
    IOU_LESS,
    IOU_MORE,
    CLASSES,
    TICK,
    SOLO,
    OVERLAY,
    COLOURS,
    GREY,
    OTHER_RUN,
    TABLES,
};

static const struct key_row KEYS[] = {
    {"l Right", "next image", NEXT, "image", NULL, 0},
    {"h Left", "image before", BEFORE, "image", "image", 2},
    {">", "ten images on", NEXT_TEN, "image", NULL, 0},
    {"<", "ten images back", BEFORE_TEN, "image", NULL, 0},
    {".", "next step (epoch)", STEP_NEXT, "image", "step", 3},
    {",", "step before", STEP_BEFORE, "image", NULL, 0},
    {"[", "confidence - 0.01", LESS, "thresholds", "less", 1},
    {"]", "confidence + 0.01", MORE, "thresholds", "more", 1},
    {"{", "confidence - 0.1", MUCH_LESS, "thresholds", NULL, 0},
    {"}", "confidence + 0.1", MUCH_MORE, "thresholds", NULL, 0},
    {"t", "type a confidence", TYPE, "thresholds", NULL, 0},
    {"B", "the confidence with the best F1", BEST, "thresholds", "best F1", 2},
    {"(", "IoU - 0.05", IOU_LESS, "thresholds", NULL, 0},
    {")", "IoU + 0.05", IOU_MORE, "thresholds", "IoU", 4},
    {"c", "list of classes, or of images", CLASSES, "classes", "classes", 2},
    {"Space", "tick the class", TICK, "classes", NULL, 0},
    {"C", "this class alone, or all", SOLO, "classes", NULL, 0},
    {"o", "which boxes: all, verdicts, truth, predictions", OVERLAY, "boxes", "overlay", 3},
    {"v", "colour by class, or by verdict", COLOURS, "boxes", NULL, 0},
    {"e", "greyscale picture", GREY, "boxes", NULL, 0},
    {"Tab", "the next of the selected runs", OTHER_RUN, "image", "run", 3},
    {"T", "tables: images, classes, detections, files", TABLES, "image", NULL, 0},
    {0},
};

/* ---- what is shown ---- */

const struct run_row *images_run(const struct images_state *state, const struct world *world)
{
    return world->runs ? runs_find(world->runs, state->run) : NULL;
}

int32_t images_artifact(const struct images_state *state, const struct run_row *run)
{
    int32_t last = (int32_t)run->prediction_count - 1;
    return state->artifact < 0 || state->artifact > last ? last : state->artifact;
}

int32_t images_current(const struct images_state *state)
{
    if (!state->study || state->position >= state->study->dataset->image_count)
        return -1;
    return state->study->set->image_order[state->position];
}

int images_iou_index(const struct session *session)
{
    int index = (int)lround((session->iou - IOU_LOW) / IOU_STEP);
    return index < 0 ? 0 : index >= EVAL_IOUS ? EVAL_IOUS - 1 : index;
}

const uint64_t *images_filter(const struct images_state *state)
{
    return state->filtered ? state->filter : NULL;
}

struct slider images_slider_now(const struct images_state *state, const struct session *session,
    const struct world *world, enum images_slider which)
{
    const struct run_row *run = images_run(state, world);
    double last = run && run->prediction_count > 1 ? (double)run->prediction_count - 1 : 0;
    switch (which) {
    case SLIDER_IOU:
        return (struct slider){.label = "IoU       ",
            .low = IOU_LOW,
            .high = IOU_HIGH,
            .value = session->iou,
            .step = IOU_STEP,
            .mark = NAN,
            .decimals = 2};
    case SLIDER_STEP:
        return (struct slider){.label = "step",
            .low = 0,
            .high = last,
            .value = run ? images_artifact(state, run) : 0,
            .step = 1,
            .mark = NAN,
            .decimals = 0};
    default:
        return (struct slider){.label = "confidence",
            .low = 0,
            .high = 1,
            .value = session->confidence,
            .step = CONFIDENCE_STEP,
            .mark = state->best_known ? state->best.confidence : NAN,
            .decimals = 2};
    }
}

/* ---- following the world ---- */

/* The run it was opened on, else the first of the chosen that has predictions. */
static void choose_run(
    struct images_state *state, const struct session *session, const struct world *world)
{
    const struct run_row *all[64], *wanted = images_run(state, world);
    if (wanted && wanted->prediction_count && !state->follows)
        return;
    size_t count = session_runs(session, world->runs, state->follows ? 0 : state->run, all, 64);
    for (size_t i = 0; i < count; i++)
        if (all[i]->prediction_count) {
            state->run = all[i]->id;
            return;
        }
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct images_state *state = self;
    state->run = run;
    state->artifact = -1;
    state->dragging = -1;
    state->follows = !run;
    snprintf(state->wanted, sizeof state->wanted, "%s", session->image);
    choose_run(state, session, world);
}

static void stop(void *self)
{
    struct images_state *state = self;
    study_release(state->study);
    photo_release(state->photo);
    free(state->filter);
}

/* All classes, or those that were remembered, as far as this dataset has any of them. */
static void reset_filter(struct images_state *state, const struct session *session)
{
    const struct dataset *dataset = state->study->dataset;
    const struct boards_kept *kept = session->boards ? &session->boards->kept : NULL;
    free(state->filter);
    state->filter = calloc(dataset->category_count / 64 + 1, sizeof *state->filter);
    state->filtered = false;
    for (size_t i = 0; state->filter && kept && i < dataset->category_count; i++)
        for (size_t k = 0; k < kept->class_count; k++)
            if (strcmp(dataset->categories[i].name, kept->classes[k]) == 0) {
                state->filter[i / 64] |= UINT64_C(1) << (i % 64);
                state->filtered = true;
            }
}

static void keep_filter(const struct images_state *state, struct session *session)
{
    const struct dataset *dataset = state->study->dataset;
    const char *names[KEPT_MOST_CLASSES + 1];
    size_t count = 0;
    for (size_t i = 0; i < dataset->category_count && count <= KEPT_MOST_CLASSES; i++)
        if (state->filter[i / 64] >> (i % 64) & 1)
            names[count++] = dataset->categories[i].name;
    if (session->boards)
        boards_keep_classes(session->boards, state->filtered ? names : NULL, count);
}

static bool same_classes(const struct study *a, const struct study *b)
{
    bool same = a && a->dataset->category_count == b->dataset->category_count;
    for (size_t i = 0; same && i < b->dataset->category_count; i++)
        same = strcmp(a->dataset->categories[i].name, b->dataset->categories[i].name) == 0;
    return same;
}

static void show_image(struct images_state *state, int32_t index)
{
    for (size_t i = 0; i < state->study->dataset->image_count; i++)
        if (state->study->set->image_order[i] == index)
            state->position = i;
}

static void show_wanted(struct images_state *state)
{
    int32_t index = state->wanted[0] ? data_run_image(state->study, state->wanted) : -1;
    if (index < 0)
        return;
    show_image(state, index);
    state->wanted[0] = '\0';
}

/* Takes the study that came; the image stays when the other set has one of that name. */
static void take_study(struct images_state *state, const struct session *session,
    const struct study_answer *answer)
{
    snprintf(state->trouble, sizeof state->trouble, "%s", answer->trouble);
    struct study *old = state->study;
    if (!answer->study || answer->study == old)
        return;
    int32_t was = images_current(state);
    const char *name = was >= 0 ? old->dataset->images[was].file_name : NULL;
    bool same = same_classes(old, answer->study);
    state->study = study_share(answer->study);
    state->best_known = false;
    if (!same)
        reset_filter(state, session);
    for (size_t i = 0; name && i < state->study->dataset->image_count; i++) {
        int32_t index = state->study->set->image_order[i];
        if (strcmp(state->study->dataset->images[index].file_name, name) == 0)
            state->position = i;
    }
    show_wanted(state);
    study_release(old);
}

static void take_photo(
    struct images_state *state, const struct photo_want *want, const struct photo *photo)
{
    const char *name = state->study->dataset->images[want->image].file_name;
    if (photo == state->photo)
        return;
    photo_release(state->photo);
    state->photo = photo_share((struct photo *)photo);
    state->photo_image = want->image;
    state->photo_width_px = want->width_px;
    state->photo_height_px = want->height_px;
    snprintf(state->photo_name, sizeof state->photo_name, "%s", name);
}

static void find_best(struct images_state *state, const struct session *session)
{
    if (!state->best_known && state->study)
        state->best_known = eval_best_f1(
            state->study->set, images_iou_index(session), images_filter(state), &state->best, NULL);
}

/* The image BY steps from here will be shown in the same place. */
static void want_ahead(
    const struct images_state *state, struct photo_want like, int by, struct wants *out)
{
    size_t at = state->position + (size_t)by;
    if (at >= state->study->dataset->image_count) /* also one before the first */
        return;
    like.image = state->study->set->image_order[at];
    like.ahead = true;
    out->photos[out->photo_count++] = like;
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct images_state *state = self;
    if (state->follows) /* a panel shows what the table's cursor is on */
        choose_run(state, session, world);
    const struct run_row *run = images_run(state, world);
    if (!run || !run->prediction_count)
        return;
    struct study_want want = {run->id, images_artifact(state, run)};
    out->studies[0] = want;
    const struct study_answer *answer = world_study(world, &want);
    if (answer)
        take_study(state, session, answer);
    find_best(state, session);
    int32_t image = images_current(state);
    if (!answer || !answer->study || image < 0)
        return;
    struct rect place = {1, 0, session->rows, session->cols};
    struct rect picture = images_picture_place(place);
    if (picture.rows <= 0)
        return;
    struct photo_want shown = {.study = answer->study, .image = image};
    easel_room(&world->terminal, picture.rows, picture.cols, &shown.width_px, &shown.height_px);
    out->photos[out->photo_count++] = shown;
    want_ahead(state, shown, 1, out);
    want_ahead(state, shown, -1, out);
    const struct photo *photo = world_photo(world, &shown);
    if (photo)
        take_photo(state, &shown, photo);
}

/* ---- acting ---- */

static void move_image(struct images_state *state, int64_t by)
{
    int64_t last = state->study ? (int64_t)state->study->dataset->image_count - 1 : 0;
    int64_t at = (int64_t)state->position + by;
    state->position = (size_t)(at < 0 ? 0 : at > last ? (last < 0 ? 0 : last) : at);
}

static void set_slider(struct images_state *state, struct session *session,
    const struct world *world, enum images_slider which, double value)
{
    struct slider slider = images_slider_now(state, session, world, which);
    value = value < slider.low ? slider.low : value > slider.high ? slider.high : value;
    if (which == SLIDER_CONFIDENCE)
        session->confidence = value;
    else if (which == SLIDER_STEP)
        state->artifact = (int32_t)value;
    else if (session->iou != value) {
        session->iou = value;
        state->best_known = false;
    }
}

static void move_slider(struct images_state *state, struct session *session,
    const struct world *world, enum images_slider which, int steps)
{
    struct slider slider = images_slider_now(state, session, world, which);
    set_slider(state, session, world, which, slider_move(&slider, steps));
}

static void tick_class(
    struct images_state *state, struct session *session, size_t class, bool solo)
{
    size_t count = state->study->dataset->category_count;
    if (class >= count || !state->filter)
        return;
    uint64_t bit = UINT64_C(1) << (class % 64);
    size_t ticked = 0;
    for (size_t i = 0; i < count; i++)
        ticked += state->filter[i / 64] >> (i % 64) & 1;
    bool alone = state->filtered && ticked == 1 && (state->filter[class / 64] & bit);
    if (!state->filtered || solo)
        memset(state->filter, solo ? 0 : 0xff, (count / 64 + 1) * sizeof *state->filter);
    state->filter[class / 64] ^= bit;
    state->filtered = !(solo && alone);
    state->best_known = false;
    keep_filter(state, session);
}

static void next_run(
    struct images_state *state, const struct session *session, const struct world *world)
{
    const struct run_row *all[256];
    size_t count = session_runs(session, world->runs, state->run, all, 256), at = 0;
    for (size_t i = 0; i < count; i++)
        if (all[i]->id == state->run)
            at = i;
    for (size_t i = 1; i <= count; i++) {
        const struct run_row *next = all[(at + i) % count];
        if (next->prediction_count) {
            state->run = next->id;
            state->artifact = -1;
            state->follows = false;
            return;
        }
    }
}

static void move_in_pane(struct images_state *state, enum scroll_move move)
{
    if (!state->study)
        return;
    if (state->pane == IMAGES_CLASSES) {
        scroll_move(&state->classes.scroll, move, state->study->dataset->category_count);
        return;
    }
    scroll_move(&state->list.scroll, move, state->study->dataset->image_count);
    state->position = state->list.scroll.cursor;
}

static bool act_on_thresholds(
    struct images_state *state, struct session *session, const struct world *world, int action)
{
    static const struct {
        int action;
        enum images_slider slider;
        int steps;
    } MOVES[] = {{LESS, SLIDER_CONFIDENCE, -1}, {MORE, SLIDER_CONFIDENCE, 1},
        {MUCH_LESS, SLIDER_CONFIDENCE, -10}, {MUCH_MORE, SLIDER_CONFIDENCE, 10},
        {IOU_LESS, SLIDER_IOU, -1}, {IOU_MORE, SLIDER_IOU, 1}, {STEP_BEFORE, SLIDER_STEP, -1},
        {STEP_NEXT, SLIDER_STEP, 1}};
    for (size_t i = 0; i < sizeof MOVES / sizeof *MOVES; i++)
        if (MOVES[i].action == action) {
            move_slider(state, session, world, MOVES[i].slider, MOVES[i].steps);
            return true;
        }
    if (action == BEST && state->best_known && !isnan(state->best.confidence))
        session->confidence = state->best.confidence;
    else if (action == TYPE) {
        state->typing = true;
        prompt_set(&state->prompt, "");
    } else {
        return action == BEST;
    }
    return true;
}

static bool act_on_boxes(
    struct images_state *state, struct session *session, const struct world *world, int action)
{
    bool of_classes = state->pane == IMAGES_CLASSES;
    switch (action) {
    case NEXT:
    case BEFORE:
        move_image(state, action == NEXT ? 1 : -1);
        return true;
    case NEXT_TEN:
    case BEFORE_TEN:
        move_image(state, action == NEXT_TEN ? 10 : -10);
        return true;
    case CLASSES:
        state->pane = of_classes ? IMAGES_LIST : IMAGES_CLASSES;
        return true;
    case TICK:
    case SOLO:
        if (of_classes && state->study)
            tick_class(state, session, state->classes.scroll.cursor, action == SOLO);
        else
            session_say(session, "c opens the list of classes");
        return true;
    case OVERLAY:
        state->overlay = (state->overlay + 1) % GALLERY_OVERLAYS;
        return true;
    case COLOURS:
        state->by_verdict = !state->by_verdict;
        return true;
    case GREY:
        state->grey = !state->grey;
        return true;
    case OTHER_RUN:
        next_run(state, session, world);
        return true;
    }
    return false;
}

static enum view_outcome act_in_prompt(
    struct images_state *state, struct session *session, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    double value;
    if (answer == PROMPT_ACCEPTED) {
        if (num_parse(state->prompt.text, state->prompt.length, &value) && value >= 0 && value <= 1)
            session->confidence = value;
        else
            session_say(session, "a confidence is a number from 0 to 1");
    }
    if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
        state->typing = false;
    return VIEW_STAYED;
}

static enum view_outcome act_by_mouse(struct images_state *state, struct session *session,
    const struct world *world, const struct event *event)
{
    if (event->action == MOUSE_RELEASE)
        state->dragging = -1;
    if (event->action == MOUSE_WHEEL) {
        move_image(state, event->wheel_rows);
        return VIEW_STAYED;
    }
    if (event->action == MOUSE_PRESS) {
        for (int i = 0; i < IMAGES_SLIDERS; i++) {
            const struct slider_place *p = &state->sliders[i];
            if (event->row == p->row && event->col >= p->col && event->col < p->col + p->cols)
                state->dragging = i;
        }
        struct list *list = state->pane == IMAGES_CLASSES ? &state->classes : &state->list;
        size_t item = list_at(list, event->row, event->col);
        if (item != SIZE_MAX && state->pane == IMAGES_CLASSES) {
            list->scroll.cursor = item;
            tick_class(state, session, item, false);
        } else if (item != SIZE_MAX) {
            state->position = item;
        }
    }
    if (state->dragging >= 0 && (event->action == MOUSE_PRESS || event->action == MOUSE_DRAG)) {
        enum images_slider which = (enum images_slider)state->dragging;
        struct slider slider = images_slider_now(state, session, world, which);
        set_slider(state, session, world, which,
            slider_value_at(&slider, &state->sliders[which], event->col));
    }
    return VIEW_STAYED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct images_state *state = self;
    if (state->typing && event->kind != EVENT_MOUSE)
        return act_in_prompt(state, session, event);
    if (event->kind == EVENT_MOUSE)
        return act_by_mouse(state, session, world, event);
    int action = key_rows_find(KEYS, event), move = view_movement(event);
    if (action == TABLES) {
        *effect = (struct view_effect){&view_data, state->run};
        return VIEW_OPENED;
    }
    if (action)
        return act_on_thresholds(state, session, world, action) ||
                       act_on_boxes(state, session, world, action)
                   ? VIEW_STAYED
                   : VIEW_IGNORED;
    if (move < 0)
        return VIEW_IGNORED;
    move_in_pane(state, (enum scroll_move)move);
    return VIEW_STAYED;
}

static bool is_typing(const void *self)
{
    return ((const struct images_state *)self)->typing;
}

const struct view view_images = {
    .name = "images",
    .title = "Images",
    .keys = KEYS,
    .state_bytes = sizeof(struct images_state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = images_draw,
    .act = act,
    .is_typing = is_typing,
};
