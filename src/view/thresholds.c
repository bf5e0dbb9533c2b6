#include "view/thresholds.h"

#include "base/num.h"

#include <math.h>

struct slider thresholds_slider(
    const struct thresholds *thresholds, const struct session *session, enum threshold_slider which)
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
        .mark = thresholds->best > 0 ? thresholds->best : NAN,
        .decimals = 2};
}

static double *threshold_of(struct session *session, enum threshold_slider which)
{
    return which == THRESHOLD_IOU ? &session->iou : &session->confidence;
}

bool thresholds_act(struct thresholds *thresholds, struct session *session, int action)
{
    static const struct {
        enum threshold_slider slider;
        int steps;
    } MOVES[] = {[THRESHOLD_LESS - THRESHOLD_LESS] = {THRESHOLD_CONFIDENCE, -1},
        [THRESHOLD_MORE - THRESHOLD_LESS] = {THRESHOLD_CONFIDENCE, 1},
        [THRESHOLD_MUCH_LESS - THRESHOLD_LESS] = {THRESHOLD_CONFIDENCE, -10},
        [THRESHOLD_MUCH_MORE - THRESHOLD_LESS] = {THRESHOLD_CONFIDENCE, 10},
        [THRESHOLD_IOU_LESS - THRESHOLD_LESS] = {THRESHOLD_IOU, -1},
        [THRESHOLD_IOU_MORE - THRESHOLD_LESS] = {THRESHOLD_IOU, 1}};
    if (action < THRESHOLD_LESS || action > THRESHOLD_IOU_MORE)
        return false;
    if (action == THRESHOLD_TYPE) {
        thresholds->typing = true;
        prompt_set(&thresholds->prompt, "");
    } else if (action == THRESHOLD_BEST) {
        if (thresholds->best > 0)
            session->confidence = thresholds->best;
    } else {
        enum threshold_slider which = MOVES[action - THRESHOLD_LESS].slider;
        struct slider slider = thresholds_slider(thresholds, session, which);
        *threshold_of(session, which) = slider_move(&slider, MOVES[action - THRESHOLD_LESS].steps);
    }
    return true;
}

void thresholds_type(
    struct thresholds *thresholds, struct session *session, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&thresholds->prompt, event);
    double value;
    if (answer == PROMPT_ACCEPTED) {
        if (num_parse(thresholds->prompt.text, thresholds->prompt.length, &value) && value >= 0 &&
            value <= 1)
            session->confidence = value;
        else
            session_say(session, "a confidence is a number from 0 to 1");
    }
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
    struct slider slider = thresholds_slider(thresholds, session, which);
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
    struct slider iou = thresholds_slider(thresholds, session, THRESHOLD_IOU);
    slider_draw(grid, row, col + half + 1, cols - half - 1, &iou, false,
        &thresholds->places[THRESHOLD_IOU]);
    if (thresholds->typing) {
        prompt_draw(&thresholds->prompt, grid, row, col, half, "confidence ");
        return;
    }
    struct slider confidence = thresholds_slider(thresholds, session, THRESHOLD_CONFIDENCE);
    slider_draw(
        grid, row, col, half, &confidence, false, &thresholds->places[THRESHOLD_CONFIDENCE]);
}
