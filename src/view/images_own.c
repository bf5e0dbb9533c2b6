/*
 * What the confidence slider of the images screen moves: the confidence of all classes, or, while
 * each has its own, all of these by one shift, or that of the class under the cursor of the list of
 * classes.
 * Knows: the state of images.h, counts of a set. Must not know: keys, how a slider is drawn.
 */
#include "view/images.h"

#include "eval/sweep.h"

#include <math.h>
#include <stdlib.h>

static const double MOST_SHIFT = .5;

void images_own_forget(struct images_state *state)
{
    free(state->own);
    free(state->own_base);
    state->own = state->own_base = NULL;
    state->shift = 0;
    state->best_known = false;
    state->turn++;
}

/* The class whose own confidence the slider moves, SIZE_MAX for none alone. */
static size_t class_moved(const struct images_state *state)
{
    const struct study *study = images_study(state);
    size_t at = state->classes.scroll.cursor;
    bool one = state->own && study && state->pane == IMAGES_CLASSES;
    return one && at < study->dataset->category_count ? at : SIZE_MAX;
}

static void apply(struct images_state *state)
{
    for (size_t i = 0; i < images_study(state)->dataset->category_count; i++)
        state->own[i] = eval_shifted(state->own_base[i], state->shift);
    state->turn++;
}

struct images_governed images_governed(
    const struct images_state *state, const struct session *session)
{
    size_t class = class_moved(state);
    if (!state->own || !images_study(state))
        return (struct images_governed){GOVERNS_ALL, SIZE_MAX, session->confidence, 0, 1};
    if (class == SIZE_MAX)
        return (struct images_governed){
            GOVERNS_SHIFT, SIZE_MAX, state->shift, -MOST_SHIFT, MOST_SHIFT};
    return (struct images_governed){GOVERNS_CLASS, class, state->own[class], 0, 1};
}

void images_govern(struct images_state *state, struct session *session, double value)
{
    const struct images_governed now = images_governed(state, session);
    value = value < now.low ? now.low : value > now.high ? now.high : value;
    if (now.what == GOVERNS_ALL) {
        session->confidence = value;
    } else if (now.what == GOVERNS_SHIFT) {
        state->shift = value;
        apply(state);
    } else {
        state->own_base[now.class] = value - state->shift;
        state->own[now.class] = value;
        state->best_known = false; /* that of all classes' shift */
        state->turn++;
    }
}

bool images_own_set(struct images_state *state, const struct session *session)
{
    const struct study *study = images_study(state);
    size_t count = study->dataset->category_count;
    struct arena arena = {0};
    struct eval_sweep sweep;
    images_own_forget(state);
    state->own = calloc(count + 1, sizeof *state->own);
    state->own_base = calloc(count + 1, sizeof *state->own_base);
    bool ok = state->own && state->own_base &&
              eval_sweep(study->set, images_iou_index(session), NULL, &arena, &sweep, NULL);
    for (size_t i = 0; ok && i < count; i++) {
        double best = sweep.best_of_category[i].confidence;
        state->own_base[i] = isnan(best) ? session->confidence : best;
    }
    arena_done(&arena);
    if (ok)
        apply(state);
    else
        images_own_forget(state);
    return ok;
}

bool images_curve_at(const struct images_state *state, const struct session *session,
    struct arena *arena, struct eval_at *out)
{
    const struct images_governed now = images_governed(state, session);
    *out = (struct eval_at){.iou_index = images_iou_index(session),
        .area = (enum eval_area)state->size,
        .of_category = now.what == GOVERNS_SHIFT ? state->own_base : NULL,
        .filter = images_filter(state)};
    if (now.what != GOVERNS_CLASS)
        return true;
    uint64_t *one =
        ARENA_ARRAY(arena, uint64_t, images_study(state)->dataset->category_count / 64 + 1);
    if (one)
        one[now.class / 64] |= UINT64_C(1) << (now.class % 64);
    out->filter = one;
    return one != NULL;
}

void images_find_best(struct images_state *state, const struct session *session)
{
    const struct images_governed now = images_governed(state, session);
    struct arena arena = {0};
    struct eval_at at;
    bool same = state->best_what == now.what && state->best_class == now.class &&
                state->best_size == state->size;
    if (state->best_known && same)
        return;
    state->best_what = now.what;
    state->best_class = now.class;
    state->best_size = state->size;
    state->best_known = images_curve_at(state, session, &arena, &at) &&
                        eval_best_f1_of(images_study(state)->set, &at, &state->best, NULL);
    arena_done(&arena);
}
