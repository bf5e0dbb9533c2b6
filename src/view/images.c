#include "view/images.h"

#include "base/text.h"
#include "view/thresholds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum action {
    NEXT = 1,
    BEFORE,
    NEXT_TEN,
    BEFORE_TEN,
    STEP_NEXT,
    STEP_BEFORE,
    CLASSES,
    TICK,
    SOLO,
    OVERLAY,
    ORDER,
    SEARCH,
    FILTER,
    TAG,
    EXPORT,
    UNFIND,
    NEXT_FIXED,
    NEXT_BROKEN,
    OWN,
    HIDE_TP,
    HIDE_FP,
    HIDE_FN,
    SIZE,
    SHOW,
    PLAY,
    NEXT_BOX,
    BOX_BEFORE,
    HOVER,
    MASKS,
    COLOURS,
    GREY,
    NEAREST,
    BRIGHTER,
    DARKER,
    MORE_CONTRAST,
    LESS_CONTRAST,
    ZOOM_IN,
    ZOOM_OUT,
    FIT,
    ONE_TO_ONE,
    PAN_LEFT,
    PAN_DOWN,
    PAN_UP,
    PAN_RIGHT,
    OTHER_RUN,
    TABLES,
    EVALUATION,
};

static const struct key_row KEYS[] = {
    {"l Right", "next image", NEXT, "image", NULL, 0},
    {"h Left", "image before", BEFORE, "image", "image", 2},
    {">", "ten images on", NEXT_TEN, "image", NULL, 0},
    {"<", "ten images back", BEFORE_TEN, "image", NULL, 0},
    {".", "next step (epoch)", STEP_NEXT, "image", "step", 3},
    {",", "step before", STEP_BEFORE, "image", NULL, 0},
    {"F", "next order: most FP, lowest F1, broken by B ...", ORDER, "images",
        "order", 4},
    {"/", "only images whose name fits; of classes the next", SEARCH, "images", NULL, 0},
    {"f", "only images that fit an expression: FP>2 & F1<.5", FILTER, "images", NULL, 0},
    {"#", "tag the image, for filters (tags~night)", TAG, "images", NULL, 0},
    {"X", "write the list to a file", EXPORT, "images", NULL, 0},
    {"u", "all images again, whatever was asked for", UNFIND,
        "images", NULL, 0},
    {"e", "next image that B fixes", NEXT_FIXED, "images", NULL, 0},
    {"w", "next image that B breaks", NEXT_BROKEN, "images", NULL, 0},
    THRESHOLD_KEYS,
    {"O", "each class at its own best F1, or all at one", OWN,
        "thresholds", NULL, 0},
    {"c", "list of classes, or of images", CLASSES, "classes", "classes", 2},
    {"Space", "tick the class", TICK, "classes", NULL, 0},
    {"C", "this class alone, or all", SOLO, "classes", NULL, 0},
    {"o", "which boxes: all, verdicts, truth, predictions", OVERLAY, "boxes", "overlay", 3},
    {"n", "next box: what it is, and why it is wrong", NEXT_BOX, "boxes", "box", 4},
    {"N", "box before", BOX_BEFORE, "boxes", NULL, 0},
    {"p", "what is under the mouse: said as it moves, or not", HOVER, "boxes", NULL, 0},
    {"a", "true positives: shown or not", HIDE_TP, "boxes", NULL, 0},
    {"s", "false positives: shown or not", HIDE_FP, "boxes", NULL, 0},
    {"d", "missed objects: shown or not", HIDE_FN, "boxes", NULL, 0},
    {"A", "boxes of all sizes, or small, medium, large ones", SIZE, "boxes", NULL, 0},
    {"x", "masks: shown or not", MASKS, "boxes", NULL, 0},
    {"v", "colour by class, or by verdict", COLOURS, "boxes", NULL, 0},
    {"V", "one image, a grid, runs, steps, or A against B", SHOW, "pictures", "views", 3},
    {"P", "play the steps, or stop", PLAY, "pictures", NULL, 0},
    {"Tab", "the next selected run, or picture beside it", OTHER_RUN, "pictures",
        "run", 3},
    {"+", "zoom in; with the wheel where the mouse is", ZOOM_IN, "look", NULL, 0},
    {"-", "zoom out", ZOOM_OUT, "look", NULL, 0},
    {"0", "the whole image", FIT, "look", NULL, 0},
    {"Z", "one pixel of the image a pixel of the screen", ONE_TO_ONE, "look", NULL, 0},
    {"H Shift-Left", "look further to the left", PAN_LEFT, "look", NULL, 0},
    {"J Shift-Down", "further down", PAN_DOWN, "look", NULL, 0},
    {"K Shift-Up", "further up", PAN_UP, "look", NULL, 0},
    {"L Shift-Right", "further to the right", PAN_RIGHT, "look", NULL, 0},
    {"b", "greyscale picture", GREY, "look", NULL, 0},
    {"S", "enlarged pixels smooth, or as squares", NEAREST, "look", NULL, 0},
    {"i", "brighter", BRIGHTER, "look", NULL, 0},
    {"I", "darker", DARKER, "look", NULL, 0},
    {"m", "more contrast", MORE_CONTRAST, "look", NULL, 0},
    {"M", "less contrast", LESS_CONTRAST, "look", NULL, 0},
    {"T", "tables: images, classes, detections, files", TABLES, "image", NULL, 0},
    {"W", "evaluation: PR curves, classes, errors, confusion", EVALUATION, "image", "evaluate", 4},
    {0},
};

static const double ZOOM_STEP = 1.4;

/* ---- beginning and end ---- */

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct images_state *state = self;
    state->run = run;
    state->artifact = -1;
    state->dragging = -1;
    state->image = -1;
    state->follows = !run;
    snprintf(state->wanted, sizeof state->wanted, "%s", session->image);
    images_choose_run(state, session, world);
    images_look_begin(state, session, world);
    state->jumps = state->preset && !session->image[0];
    images_begin_request(state, session);
}

static void stop(void *self)
{
    images_forget(self);
}

static void keep_filter(const struct images_state *state, struct session *session)
{
    const struct dataset *dataset = images_study(state)->dataset;
    const char *names[KEPT_MOST_CLASSES + 1];
    size_t count = 0;
    for (size_t i = 0; i < dataset->category_count && count <= KEPT_MOST_CLASSES; i++)
        if (state->filter[i / 64] >> (i % 64) & 1)
            names[count++] = dataset->categories[i].name;
    if (session->boards)
        boards_keep_classes(session->boards, state->filtered ? names : NULL, count);
}

/* ---- acting ---- */

static void set_slider(struct images_state *state, struct session *session,
    const struct world *world, enum images_slider which, double value)
{
    struct slider slider = images_slider_now(state, session, world, which);
    value = value < slider.low ? slider.low : value > slider.high ? slider.high : value;
    if (which == SLIDER_CONFIDENCE)
        images_govern(state, session, value);
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
    size_t count = images_study(state)->dataset->category_count;
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
    state->turn++;
    keep_filter(state, session);
}

static void next_run(
    struct images_state *state, const struct session *session, const struct world *world)
{
    const struct run_row *all[IMAGES_MOST_SIDES];
    size_t count = images_runs(state, session, world, all, IMAGES_MOST_SIDES);
    for (size_t i = 0; i < count; i++)
        if (all[i]->id == state->run) {
            state->run = all[(i + 1) % count]->id;
            state->artifact = -1;
            state->follows = false;
            return;
        }
}

/* Tab: where several runs are seen it moves among the pictures, else it goes to the next run. */
static void next_tile(
    struct images_state *state, const struct session *session, const struct world *world)
{
    bool many = state->show == IMAGES_RUNS || state->show == IMAGES_STEPS;
    state->chosen.any = false;
    if (!many)
        next_run(state, session, world);
    else if (state->tiles.count)
        state->tile = (state->tile + 1) % state->tiles.count;
}

/* The next way of looking that has something to show. */
static void next_show(
    struct images_state *state, struct session *session, const struct world *world)
{
    const struct run_row *runs[2], *run = images_run(state, world);
    size_t count = images_runs(state, session, world, runs, 2);
    bool steps = run && run->prediction_count > 1;
    do
        state->show = (state->show + 1) % IMAGES_SHOWS;
    while ((state->show == IMAGES_STEPS && !steps) ||
           (state->show == IMAGES_VERSUS && count < 2));
    state->tile = 0;
    state->chosen.any = false;
    snprintf(
        session->images.show, sizeof session->images.show, "%s", images_show_name(state->show));
    session_say(session, "%s%s", images_show_name(state->show),
        state->show == IMAGES_RUNS && count < 2 ? ": select more runs in the table" : "");
}

static void toggle_play(
    struct images_state *state, struct session *session, const struct world *world)
{
    const struct run_row *run = images_run(state, world);
    if (run && run->prediction_count > 1)
        state->playing = !state->playing;
    else
        session_say(session, "this run has the predictions of one step only");
}

/* The next step, after the last the first again, once all that is shown of this one is there. */
static void play(struct images_state *state, const struct world *world)
{
    const struct run_row *run = images_run(state, world);
    for (size_t i = 0; i < state->side_count; i++)
        if (!world_study(world, &state->sides[i].want))
            return;
    if (state->playing && run && run->prediction_count)
        state->artifact =
            (images_artifact(state, run) + 1) % (int32_t)run->prediction_count;
}

static void move_in_pane(struct images_state *state, enum scroll_move move)
{
    if (!images_study(state))
        return;
    if (state->pane == IMAGES_CLASSES) {
        scroll_move(&state->classes.scroll, move, images_study(state)->dataset->category_count);
        return;
    }
    if (scroll_move(&state->list.scroll, move, images_count(state)))
        images_move(state, (int64_t)state->list.scroll.cursor - (int64_t)state->position);
}

/* Each class at its own best F1, or all at one confidence again. */
static void toggle_own(struct images_state *state, struct session *session)
{
    bool had = state->own != NULL;
    images_own_forget(state);
    if (!had && images_study(state) && images_own_set(state, session))
        session_say(session, "each class at its own best F1; [ ] move all, with c the one listed");
    else
        session_say(session, "all classes at confidence %.2f", session->confidence);
}

static void ask(struct images_state *state, enum images_asking what, const char *text)
{
    state->asking = what;
    prompt_set(&state->prompt, text);
}

static bool act_on_thresholds(
    struct images_state *state, struct session *session, const struct world *world, int action)
{
    enum threshold_slider which;
    int steps;
    if (threshold_steps(action, &which, &steps)) {
        move_slider(state, session, world,
            which == THRESHOLD_IOU ? SLIDER_IOU : SLIDER_CONFIDENCE, steps);
        return true;
    }
    switch (action) {
    case STEP_BEFORE:
    case STEP_NEXT:
        move_slider(state, session, world, SLIDER_STEP, action == STEP_NEXT ? 1 : -1);
        return true;
    case THRESHOLD_BEST:
        if (state->best_known && !isnan(state->best.confidence))
            images_govern(state, session, state->best.confidence);
        return true;
    case THRESHOLD_TYPE:
        ask(state, ASKS_CONFIDENCE, "");
        return true;
    case OWN:
        toggle_own(state, session);
        return true;
    }
    return false;
}

static int tone(int value, int by)
{
    enum { STEP = 10, MOST = 100 };
    value += by * STEP;
    return value < -MOST ? -MOST : value > MOST ? MOST : value;
}

static bool act_on_look(struct images_state *state, const struct world *world, int action)
{
    enum { PAN_ROWS = 3, PAN_COLS = 6 };
    static const struct {
        int action, rows, cols;
    } PANS[] = {{PAN_LEFT, 0, -PAN_COLS}, {PAN_DOWN, PAN_ROWS, 0}, {PAN_UP, -PAN_ROWS, 0},
        {PAN_RIGHT, 0, PAN_COLS}};
    struct easel_look *look = &state->look;
    for (size_t i = 0; i < sizeof PANS / sizeof *PANS; i++)
        if (PANS[i].action == action)
            images_pan(state, world, PANS[i].rows, PANS[i].cols);
    if (action == ZOOM_IN || action == ZOOM_OUT)
        images_zoom(state, world, action == ZOOM_IN ? ZOOM_STEP : 1 / ZOOM_STEP, -1, -1);
    else if (action == FIT || action == ONE_TO_ONE)
        images_zoom_to(state, world, action == FIT ? 0 : 1);
    else if (action == GREY)
        look->grey = !look->grey;
    else if (action == NEAREST)
        look->smooth = !look->smooth;
    else if (action == BRIGHTER || action == DARKER)
        look->brightness = tone(look->brightness, action == BRIGHTER ? 1 : -1);
    else if (action == MORE_CONTRAST || action == LESS_CONTRAST)
        look->contrast = tone(look->contrast, action == MORE_CONTRAST ? 1 : -1);
    return action >= GREY && action <= PAN_RIGHT;
}

static bool act_on_list(
    struct images_state *state, struct session *session, const struct world *world, int action)
{
    const struct run_row *runs[2];
    switch (action) {
    case NEXT:
    case BEFORE:
        images_move(state, action == NEXT ? 1 : -1);
        return true;
    case NEXT_TEN:
    case BEFORE_TEN:
        images_move(state, action == NEXT_TEN ? 10 : -10);
        return true;
    case ORDER:
        images_next_order(state, session, images_runs(state, session, world, runs, 2) > 1);
        return true;
    case SEARCH:
        if (state->pane == IMAGES_CLASSES && images_study(state))
            ask(state, ASKS_CLASS, "");
        else
            ask(state, ASKS_NAME, state->name_pattern);
        return true;
    case FILTER:
        ask(state, ASKS_FILTER, state->filter_text);
        return true;
    case TAG:
        ask(state, ASKS_TAG, "");
        return true;
    case EXPORT:
        ask(state, ASKS_FILE, "images.csv");
        return true;
    case UNFIND:
        if (state->request.kind == IMAGE_REQUEST_CLASS && state->request.truth[0])
            state->filtered = state->best_known = false; /* it was its class alone */
        state->request = (struct image_request){0};
        state->name_pattern[0] = state->filter_text[0] = state->find_trouble[0] = '\0';
        state->preset = 0;
        state->turn++;
        return true;
    case NEXT_FIXED:
    case NEXT_BROKEN:
        if (images_runs(state, session, world, runs, 2) < 2)
            session_say(session, "there is no B: select two runs in the table");
        else
            images_next_changed(state, action == NEXT_FIXED ? IMAGE_FIXED : IMAGE_BROKEN);
        return true;
    }
    return false;
}

static void toggle_hover(struct images_state *state, struct session *session, const struct world *world)
{
    bool on = !images_hovers(session, world);
    char *wish = session->images.hover;
    state->hovered.any = false;
    if (on && world->motion == MOTION_NEVER) {
        session_say(session, "this terminal does not tell how the mouse moves: click on a box");
        return;
    }
    snprintf(wish, sizeof session->images.hover, "%s", on ? "on" : "off");
    session_say(session, on ? "what is under the mouse is said as it moves"
                            : "what is under the mouse is said at a click");
}

static bool act_on_boxes(
    struct images_state *state, struct session *session, const struct world *world, int action)
{
    bool of_classes = state->pane == IMAGES_CLASSES;
    switch (action) {
    case HIDE_TP:
        state->hidden ^= 1U << EVAL_TP;
        return true;
    case HIDE_FP:
        state->hidden ^= 1U << EVAL_FP;
        return true;
    case HIDE_FN:
        state->hidden ^= 1U << EVAL_FN;
        return true;
    case SIZE:
        state->size = (state->size + 1) % (GALLERY_SIZES + 1);
        return true;
    case NEXT_BOX:
    case BOX_BEFORE:
        images_point_next(state, session, action == NEXT_BOX ? 1 : -1);
        return true;
    case HOVER:
        toggle_hover(state, session, world);
        return true;
    case SHOW:
        next_show(state, session, world);
        return true;
    case PLAY:
        toggle_play(state, session, world);
        return true;
    case CLASSES:
        state->pane = of_classes ? IMAGES_LIST : IMAGES_CLASSES;
        state->pane_shown = !of_classes;
        return true;
    case TICK:
    case SOLO:
        if (of_classes && images_study(state))
            tick_class(state, session, state->classes.scroll.cursor, action == SOLO);
        else
            session_say(session, "c opens the list of classes");
        return true;
    case OVERLAY:
        state->overlay = (state->overlay + 1) % GALLERY_OVERLAYS;
        return true;
    case MASKS:
        state->maskless = !state->maskless;
        session_say(session, state->maskless ? "boxes without masks" : "boxes with their masks");
        return true;
    case COLOURS:
        state->by_verdict = !state->by_verdict;
        return true;
    case OTHER_RUN:
        next_tile(state, session, world);
        return true;
    }
    return false;
}

/* Puts the cursor of the list of classes on the next that holds TEXT. */
static void find_class(struct images_state *state, struct session *session, const char *text)
{
    const struct study *study = images_study(state);
    size_t count = study ? study->dataset->category_count : 0, at = state->classes.scroll.cursor;
    for (size_t i = 1; text[0] && i <= count; i++)
        if (text_contains(study->dataset->categories[(at + i) % count].name, text)) {
            state->classes.scroll.cursor = (at + i) % count;
            return;
        }
    if (text[0])
        session_say(session, "no class holds \"%.100s\"", text);
}

/* A confidence is of what the slider moves; but all classes are typed as one. */
static void take_typed(struct images_state *state, struct session *session)
{
    double typed;
    if (!threshold_typed(session, &state->prompt, &typed))
        return;
    if (images_governed(state, session).what != GOVERNS_CLASS)
        images_own_forget(state);
    images_govern(state, session, typed);
}

static enum view_outcome act_in_prompt(struct images_state *state, struct session *session,
    const struct world *world, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    const char *text = state->prompt.text;
    if (answer == PROMPT_ACCEPTED && state->asking == ASKS_CONFIDENCE) {
        take_typed(state, session);
    } else if (answer == PROMPT_ACCEPTED && state->asking == ASKS_CLASS) {
        find_class(state, session, text);
    } else if (answer == PROMPT_ACCEPTED && state->asking == ASKS_TAG) {
        images_tag(state, session, text);
    } else if (answer == PROMPT_ACCEPTED && state->asking == ASKS_FILE) {
        images_export(state, session, world, text);
    } else if (answer == PROMPT_ACCEPTED) {
        char *place = state->asking == ASKS_NAME ? state->name_pattern : state->filter_text;
        snprintf(place, sizeof state->name_pattern, "%s", text);
        state->find_trouble[0] = '\0';
        state->jumps = text[0] != '\0';
        state->turn++;
    }
    if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
        state->asking = ASKS_NOTHING;
    return VIEW_STAYED;
}

/* Over a picture it zooms, elsewhere it goes through the images. */
static void turn_wheel(
    struct images_state *state, const struct world *world, const struct event *event)
{
    for (size_t i = 0; i < state->tiles.count && state->show != IMAGES_GRID; i++)
        if (rect_holds(state->tiles.items[i].picture, event->row, event->col)) {
            state->tile = i;
            images_zoom(state, world, event->wheel_rows < 0 ? ZOOM_STEP : 1 / ZOOM_STEP,
                event->row, event->col);
            return;
        }
    images_move(state, event->wheel_rows);
}

static bool is_on_picture(const struct images_state *state, int row, int col)
{
    bool on = false;
    for (size_t i = 0; i < state->tiles.count; i++)
        on |= rect_holds(state->tiles.items[i].picture, row, col);
    return on;
}

/* A picture that is looked at closely is drawn along; a click that stays where it was points at a box,
 * as on any other. */
static void press_picture(struct images_state *state, const struct session *session,
    const struct world *world, const struct event *event)
{
    state->panning = state->look.zoom > 0 && is_on_picture(state, event->row, event->col);
    state->panned = false;
    state->pan_row = event->row;
    state->pan_col = event->col;
    if (!state->panning)
        images_point_at(state, session, world, event->row, event->col);
}

static void pan_by_mouse(struct images_state *state, const struct session *session,
    const struct world *world, const struct event *event)
{
    if (event->action == MOUSE_DRAG &&
        (event->row != state->pan_row || event->col != state->pan_col)) {
        images_pan(state, world, state->pan_row - event->row, state->pan_col - event->col);
        state->pan_row = event->row;
        state->pan_col = event->col;
        state->panned = true;
    } else if (event->action == MOUSE_RELEASE) {
        if (!state->panned)
            images_point_at(state, session, world, event->row, event->col);
        state->panning = false;
    }
}

static enum view_outcome act_by_mouse(struct images_state *state, struct session *session,
    const struct world *world, const struct event *event)
{
    if (event->action == MOUSE_MOVE)
        return images_hover_at(state, session, world, event->row, event->col) ? VIEW_STAYED
                                                                              : VIEW_IGNORED;
    state->hovered.any = false;
    if (event->action == MOUSE_RELEASE)
        state->dragging = -1;
    if (event->action == MOUSE_WHEEL) {
        turn_wheel(state, world, event);
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
            images_show_index(state, images_at(state, item));
            state->chosen.any = false;
        } else if (state->dragging < 0) {
            press_picture(state, session, world, event);
        }
    } else if (state->panning) {
        pan_by_mouse(state, session, world, event);
    }
    if (state->dragging >= 0 && (event->action == MOUSE_PRESS || event->action == MOUSE_DRAG)) {
        enum images_slider which = (enum images_slider)state->dragging;
        struct slider slider = images_slider_now(state, session, world, which);
        set_slider(state, session, world, which,
            slider_value_at(&slider, &state->sliders[which], event->col));
    }
    return VIEW_STAYED;
}

static enum view_outcome act_on_event(struct images_state *state, struct session *session,
    const struct world *world, const struct event *event, struct view_effect *effect)
{
    if (state->asking && event->kind != EVENT_MOUSE && event->kind != EVENT_TICK)
        return act_in_prompt(state, session, world, event);
    if (event->kind == EVENT_TICK) {
        play(state, world);
        return VIEW_STAYED;
    }
    if (event->kind == EVENT_MOUSE)
        return act_by_mouse(state, session, world, event);
    int action = key_rows_find(KEYS, event), move = view_movement(event);
    state->find_trouble[0] = '\0';
    state->hovered.any = false; /* the person is at the keys */
    if (action == EVALUATION) {
        *effect = (struct view_effect){&view_evaluation, state->run};
        return VIEW_OPENED;
    }
    if (action == TABLES) {
        *effect = (struct view_effect){&view_data, state->run};
        return VIEW_OPENED;
    }
    if (action)
        return act_on_thresholds(state, session, world, action) ||
                       act_on_list(state, session, world, action) ||
                       act_on_look(state, world, action) ||
                       act_on_boxes(state, session, world, action)
                   ? VIEW_STAYED
                   : VIEW_IGNORED;
    if (move < 0)
        return VIEW_IGNORED;
    move_in_pane(state, (enum scroll_move)move);
    return VIEW_STAYED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct images_state *state = self;
    enum view_outcome outcome = act_on_event(state, session, world, event, effect);
    images_look_remember(state, session);
    return outcome;
}

static bool is_typing(const void *self)
{
    return ((const struct images_state *)self)->asking != ASKS_NOTHING;
}

const struct view view_images = {
    .name = "images",
    .title = "Images",
    .keys = KEYS,
    .state_bytes = sizeof(struct images_state),
    .start = start,
    .stop = stop,
    .wants = images_follow,
    .draw = images_draw,
    .act = act,
    .is_typing = is_typing,
};
