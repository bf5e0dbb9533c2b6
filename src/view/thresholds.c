#include "view/thresholds.h"

#include "base/num.h"

#include <math.h>

struct slider threshold_slider_now(
    const struct session *session, enum threshold_slider which, double best)
{
    if (which == THRESHOLD_IOU)
        return (struct slider){.label = "IoU",
            .low = .5,
            .high = .95,
            .value = session->iou,
            .step = .05,
            .mark = NAN,
            .decimals = 2};
    return (struct slider){.label = "confidence",
        .low = 0,
        .high = 1,
        .value = session->confidence,
        .step = .01,
        .mark = best,
        .decimals = 2};
}

bool threshold_steps(int action, enum threshold_slider *which, int *steps)
{
    static const struct {
        int action;
        enum threshold_slider slider;
        int steps;
    } MOVES[] = {{THRESHOLD_LESS, THRESHOLD_CONFIDENCE, -1},
        {THRESHOLD_MORE, THRESHOLD_CONFIDENCE, 1}, {THRESHOLD_MUCH_LESS, THRESHOLD_CONFIDENCE, -10},
        {THRESHOLD_MUCH_MORE, THRESHOLD_CONFIDENCE, 10}, {THRESHOLD_IOU_LESS, THRESHOLD_IOU, -1},
        {THRESHOLD_IOU_MORE, THRESHOLD_IOU, 1}};
    for (size_t i = 0; i < sizeof MOVES / sizeof *MOVES; i++)
        if (MOVES[i].action == action) {
            *which = MOVES[i].slider;
            *steps = MOVES[i].steps;
            return true;
        }
    return false;
}

bool threshold_typed(struct session *session, const struct prompt *prompt, double *confidence)
{
    if (num_parse(prompt->text, prompt->length, confidence) && *confidence >= 0 && *confidence <= 1)
        return true;
    session_say(session, "a confidence is a number from 0 to 1");
    return false;
}

static double *threshold_of(struct session *session, enum threshold_slider which)
{
    return which == THRESHOLD_IOU ? &session->iou : &session->confidence;
}

bool thresholds_act(struct thresholds *thresholds, struct session *session, int action)
{
    enum threshold_slider which;
    int steps;
    if (threshold_steps(action, &which, &steps)) {
        struct slider slider = threshold_slider_now(session, which, NAN);
        *threshold_of(session, which) = slider_move(&slider, steps);
    } else if (action == THRESHOLD_TYPE) {
        thresholds->typing = true;
        prompt_set(&thresholds->prompt, "");
    } else if (action == THRESHOLD_BEST) {
        if (!isnan(thresholds->best))
            session->confidence = thresholds->best;
    } else {
        return false;
    }
    return true;
}

void thresholds_type(
    struct thresholds *thresholds, struct session *session, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&thresholds->prompt, event);
    double typed;
    if (answer == PROMPT_ACCEPTED && threshold_typed(session, &thresholds->prompt, &typed))
        session->confidence = typed;
    if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
        thresholds->typing = false;
}

bool thresholds_drag(
    struct thresholds *thresholds, struct session *session, const struct event *event)
{
    if (event->action == MOUSE_RELEASE)
        thresholds->dragging = 0;
    for (int i = 0; event->action == MOUSE_PRESS && i < THRESHOLD_SLIDERS; i++) {
        const struct slider_place *place = &thresholds->places[i];
        if (event->row == place->row && event->col >= place->col &&
            event->col < place->col + place->cols)
            thresholds->dragging = i + 1;
    }
    if (!thresholds->dragging || (event->action != MOUSE_PRESS && event->action != MOUSE_DRAG))
        return false;
    enum threshold_slider which = (enum threshold_slider)(thresholds->dragging - 1);
    struct slider slider = threshold_slider_now(session, which, NAN);
    *threshold_of(session, which) =
        slider_value_at(&slider, &thresholds->places[which], event->col);
    return true;
}

void thresholds_draw(struct thresholds *thresholds, const struct session *session,
    struct grid *grid, int row, int col, int cols)
{
    int half = cols * 3 / 5;
    for (int i = 0; i < THRESHOLD_SLIDERS; i++)
        thresholds->places[i] = (struct slider_place){0};
    if (cols < 8)
        return;
    struct slider iou = threshold_slider_now(session, THRESHOLD_IOU, NAN);
    slider_draw(grid, row, col + half + 1, cols - half - 1, &iou, false,
        &thresholds->places[THRESHOLD_IOU]);
    if (thresholds->typing) {
        prompt_draw(&thresholds->prompt, grid, row, col, half, "confidence ");
        return;
    }
    struct slider confidence = threshold_slider_now(session, THRESHOLD_CONFIDENCE, thresholds->best);
    slider_draw(
        grid, row, col, half, &confidence, false, &thresholds->places[THRESHOLD_CONFIDENCE]);
}
