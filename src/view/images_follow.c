/*
 * Follows the world for the images screen: which runs and steps are shown, their studies and photos.
 * Knows: the state of images.h, the world. Must not know: events, cells.
 */
#include "view/images.h"

#include "view/steps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double IOU_LOW = 0.5, IOU_STEP = 0.05;

enum { MOST_RUNS = 64, PLAY_MS = 400 };

const struct run_row *images_run(const struct images_state *state, const struct world *world)
{
    return world->runs ? runs_find(world->runs, state->run) : NULL;
}

int32_t images_artifact(const struct images_state *state, const struct run_row *run)
{
    return steps_file(run, state->artifact);
}

const struct study *images_study(const struct images_state *state)
{
    return state->side_count ? state->sides[0].study : NULL;
}

int32_t images_current(const struct images_state *state)
{
    const struct study *study = images_study(state);
    bool there = study && state->image >= 0 &&
                 (size_t)state->image < study->dataset->image_count;
    return there ? state->image : -1;
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

static bool same_classes(const struct study *a, const struct study *b)
{
    bool same = a && a->dataset->category_count == b->dataset->category_count;
    for (size_t i = 0; same && i < b->dataset->category_count; i++)
        same = strcmp(a->dataset->categories[i].name, b->dataset->categories[i].name) == 0;
    return same;
}

const uint64_t *images_filter_of(
    const struct images_state *state, size_t side, struct arena *arena)
{
    const struct study *first = images_study(state), *study = state->sides[side].study;
    if (!state->filtered || side == 0 || !study || same_classes(first, study))
        return images_filter(state);
    size_t count = study->dataset->category_count;
    uint64_t *filter = ARENA_ARRAY(arena, uint64_t, count / 64 + 1);
    for (size_t i = 0; filter && i < count; i++)
        for (size_t k = 0; k < first->dataset->category_count; k++)
            if ((state->filter[k / 64] >> (k % 64) & 1) &&
                strcmp(study->dataset->categories[i].name, first->dataset->categories[k].name) == 0)
                filter[i / 64] |= UINT64_C(1) << (i % 64);
    return filter;
}

const double *images_confidences_of(
    const struct images_state *state, size_t side, struct arena *arena)
{
    const struct study *first = images_study(state), *study = state->sides[side].study;
    if (!state->own || side == 0 || !study)
        return state->own;
    size_t count = study->dataset->category_count;
    double *own = ARENA_ARRAY(arena, double, count + 1);
    for (size_t i = 0; own && i < count; i++)
        for (size_t k = 0; k < first->dataset->category_count; k++)
            if (strcmp(study->dataset->categories[i].name, first->dataset->categories[k].name) == 0)
                own[i] = state->own[k];
    return own;
}

/* ---- which runs ---- */

void images_choose_run(
    struct images_state *state, const struct session *session, const struct world *world)
{
    const struct run_row *all[MOST_RUNS], *wanted = images_run(state, world);
    if (wanted && wanted->prediction_count && !state->follows)
        return;
    size_t count =
        session_runs(session, world->runs, state->follows ? 0 : state->run, all, MOST_RUNS);
    for (size_t i = 0; i < count; i++)
        if (all[i]->prediction_count) {
            state->run = all[i]->id;
            return;
        }
}

bool images_pair(const struct images_state *state)
{
    return state->side_count > 1 && state->show != IMAGES_STEPS;
}

size_t images_runs(const struct images_state *state, const struct session *session,
    const struct world *world, const struct run_row **out, size_t most)
{
    const struct run_row *all[MOST_RUNS], *own = images_run(state, world);
    size_t count = session_runs(session, world->runs, state->run, all, MOST_RUNS), kept = 0;
    bool has_own = false;
    for (size_t i = 0; i < count; i++)
        has_own |= all[i] == own;
    if (own && own->prediction_count && !has_own)
        out[kept++] = own;
    for (size_t i = 0; i < count && kept < most; i++)
        if (all[i]->prediction_count)
            out[kept++] = all[i];
    return kept;
}

int64_t images_step_of(const struct world *world, const struct study_want *want)
{
    return world->runs ? steps_at(runs_find(world->runs, want->run_id), want->artifact) : -1;
}

/* Steps of the run around the one that is shown, evenly over all when they are too many. */
static size_t choose_steps(const struct images_state *state, const struct run_row *run,
    struct study_want wants[IMAGES_MOST_SIDES])
{
    enum { MOST_STEPS = IMAGES_MOST_SIDES - 1 };
    size_t all = run->prediction_count, count = all < MOST_STEPS ? all : MOST_STEPS;
    wants[0] = (struct study_want){run->id, images_artifact(state, run)};
    for (size_t i = 0; i < count; i++) {
        size_t at = count < 2 ? all - 1 : i * (all - 1) / (count - 1);
        wants[1 + i] = (struct study_want){run->id, (int32_t)at};
    }
    return 1 + count;
}

static size_t choose_sides(const struct images_state *state, const struct session *session,
    const struct world *world, struct study_want wants[IMAGES_MOST_SIDES])
{
    const struct run_row *run = images_run(state, world), *runs[IMAGES_MOST_SIDES];
    if (!run || !run->prediction_count)
        return 0;
    wants[0] = (struct study_want){run->id, images_artifact(state, run)};
    if (state->show == IMAGES_STEPS)
        return choose_steps(state, run, wants);
    bool pair = state->show == IMAGES_VERSUS || images_need_b(state);
    if (state->show != IMAGES_RUNS && !pair)
        return 1;
    size_t most = state->show != IMAGES_RUNS ? 2 : IMAGES_MOST_SIDES - 1;
    size_t count = images_runs(state, session, world, runs, most);
    for (size_t i = 0; i < count; i++)
        wants[i] = (struct study_want){
            runs[i]->id, steps_linked(run, images_artifact(state, run), runs[i])};
    return count;
}

/* ---- studies ---- */

/* All classes, or those that were remembered, as far as this dataset has any of them. */
static void reset_filter(struct images_state *state, const struct session *session)
{
    const struct dataset *dataset = images_study(state)->dataset;
    const struct boards_kept *kept = session->boards ? &session->boards->kept : NULL;
    free(state->filter);
    free(state->hues);
    state->filter = calloc(dataset->category_count / 64 + 1, sizeof *state->filter);
    state->hues = calloc(dataset->category_count + 1, sizeof *state->hues);
    state->filtered = false;
    images_own_forget(state);
    if (state->hues)
        gallery_hues(dataset, state->hues);
    images_request_class(state);
    bool remembers = state->filter && kept && !state->filtered;
    for (size_t i = 0; remembers && i < dataset->category_count; i++)
        for (size_t k = 0; k < kept->class_count; k++)
            if (strcmp(dataset->categories[i].name, kept->classes[k]) == 0) {
                state->filter[i / 64] |= UINT64_C(1) << (i % 64);
                state->filtered = true;
            }
}

static void show_wanted(struct images_state *state)
{
    int32_t index = state->wanted[0] ? data_run_image(images_study(state), state->wanted) : -1;
    if (index < 0)
        return;
    images_show_index(state, index);
    state->wanted[0] = '\0';
}

/* The image of STUDY called NAME, which is likely at LIKELY; -1 none. */
static int32_t image_named(const struct study *study, const char *name, int32_t likely)
{
    const struct dataset *dataset = study->dataset;
    if (likely >= 0 && (size_t)likely < dataset->image_count &&
        strcmp(dataset->images[likely].file_name, name) == 0)
        return likely;
    for (size_t i = 0; i < dataset->image_count; i++)
        if (strcmp(dataset->images[i].file_name, name) == 0)
            return (int32_t)i;
    return -1;
}

/* Side 0 shows another study than OLD (NULL: none before) now; the image stays when that has one of
 * its name. */
static void first_changed(
    struct images_state *state, const struct session *session, struct study *old, int32_t was)
{
    const struct study *study = images_study(state);
    state->best_known = state->listed = false;
    if (!same_classes(old, study))
        reset_filter(state, session);
    int32_t index = was >= 0 ? image_named(study, old->dataset->images[was].file_name, was) : -1;
    if (index < 0 && study->dataset->image_count)
        index = study->set->image_order[0];
    images_show_index(state, index);
    show_wanted(state);
}

/* Makes the sides those of WANTS; each keeps the study it has, or that of its run as it was before. */
static void set_sides(struct images_state *state, const struct session *session,
    const struct study_want *wants, size_t count)
{
    struct images_side old[IMAGES_MOST_SIDES];
    size_t old_count = state->side_count;
    int32_t was = images_current(state);
    bool keeps = state->show != IMAGES_STEPS;
    memcpy(old, state->sides, sizeof old);
    memset(state->sides, 0, sizeof state->sides);
    for (size_t i = 0; i < count; i++) {
        struct images_side *side = &state->sides[i];
        side->want = wants[i];
        const struct images_side *from = NULL;
        for (size_t k = 0; k < old_count && !from; k++)
            if (old[k].study && study_want_same(&old[k].study_of, &wants[i]))
                from = &old[k];
        for (size_t k = 0; k < old_count && !from && (keeps || i == 0); k++)
            if (old[k].study && old[k].study_of.run_id == wants[i].run_id)
                from = &old[k];
        if (!from && i == 0 && old_count && old[0].study)
            from = &old[0];
        if (!from)
            continue;
        side->study = study_share(from->study);
        side->study_of = from->study_of;
    }
    state->side_count = count;
    struct study *first = old_count ? old[0].study : NULL;
    if (count && state->sides[0].study && state->sides[0].study != first)
        first_changed(state, session, first, was);
    for (size_t i = 0; i < old_count; i++)
        study_release(old[i].study);
}

static void want_study(struct wants *out, const struct study_want *want)
{
    size_t at = 0;
    while (at < WORLD_STUDIES && out->studies[at].run_id && !study_want_same(&out->studies[at], want))
        at++;
    if (at < WORLD_STUDIES)
        out->studies[at] = *want;
}

/* Takes what came; side 0 last, for the image shown is one of its. */
static void take_studies(struct images_state *state, const struct session *session,
    const struct world *world, struct wants *out)
{
    for (size_t i = 0; i < state->side_count; i++) {
        struct images_side *side = &state->sides[i];
        want_study(out, &side->want);
        const struct study_answer *answer = world_study(world, &side->want);
        if (i == 0)
            snprintf(state->trouble, sizeof state->trouble, "%s", answer ? answer->trouble : "");
        if (!answer || !answer->study || answer->study == side->study)
            continue;
        state->hovered.any = false;
        struct study *old = side->study;
        int32_t was = i == 0 ? images_current(state) : -1;
        side->study = study_share(answer->study);
        side->study_of = side->want;
        if (i == 0)
            first_changed(state, session, old, was);
        study_release(old);
    }
}

/* The image that is shown, in the study of SIDE. */
static void find_image(const struct images_state *state, struct images_side *side)
{
    int32_t image = images_current(state);
    side->image = -1;
    if (image >= 0 && side->study)
        side->image = image_named(
            side->study, images_study(state)->dataset->images[image].file_name, image);
}

/* ---- photos ---- */

static void take_photo(struct images_photo *place, const struct photo_want *want,
    const struct photo *photo)
{
    const char *name = want->study->dataset->images[want->image].file_name;
    if (photo == place->photo)
        return;
    photo_release(place->photo);
    place->photo = photo_share((struct photo *)photo);
    place->width_px = want->width_px;
    place->height_px = want->height_px;
    snprintf(place->name, sizeof place->name, "%s", name);
}

static void want_photo(struct wants *out, const struct photo_want *want)
{
    for (size_t i = 0; i < out->photo_count; i++)
        if (photo_want_same(&out->photos[i], want))
            return;
    if (out->photo_count < WORLD_PHOTOS)
        out->photos[out->photo_count++] = *want;
}

/* The image BY places from here will be shown in the same room. */
static void want_ahead(
    const struct images_state *state, struct photo_want like, int by, struct wants *out)
{
    size_t at = state->position + (size_t)by;
    if (at >= images_count(state)) /* also one before the first */
        return;
    like.image = images_at(state, at);
    like.ahead = true;
    want_photo(out, &like);
}

static void want_photos(struct images_state *state, const struct session *session,
    const struct world *world, struct wants *out)
{
    struct images_page page =
        images_lay_out_page(state, world, (struct rect){1, 0, session->rows, session->cols});
    struct images_tiles tiles;
    images_lay_out(state, world, &page, &tiles);
    struct photo_want want = {.study = images_study(state)};
    for (size_t i = 0; i < tiles.count; i++) {
        /* All tiles of one image share the photo of side 0's. */
        want.image = state->show == IMAGES_GRID ? tiles.items[i].image : images_current(state);
        images_room(state, world, &tiles.items[i], &want.study->dataset->images[want.image],
            &want.width_px, &want.height_px);
        want_photo(out, &want);
        const struct photo *photo = world_photo(world, &want);
        if (photo)
            take_photo(&state->photos[state->show == IMAGES_GRID ? i : 0], &want, photo);
    }
    int page_images = state->show == IMAGES_GRID ? (int)tiles.count : 1;
    for (int i = 0; tiles.count && i < page_images && i < WORLD_PHOTOS - EASEL_MOST_TILES; i++) {
        want_ahead(state, want, page_images + i, out);
        want_ahead(state, want, -page_images - i, out);
    }
}

void images_follow(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct images_state *state = self;
    struct study_want wants[IMAGES_MOST_SIDES];
    if (state->follows) /* a panel shows what the table's cursor is on */
        images_choose_run(state, session, world);
    size_t count = choose_sides(state, session, world, wants);
    set_sides(state, session, wants, count);
    take_studies(state, session, world, out);
    if (images_study(state))
        images_find(state, session, world, out);
    for (size_t i = 0; i < state->side_count; i++)
        find_image(state, &state->sides[i]);
    if (images_study(state))
        images_find_best(state, session);
    if (state->playing)
        out->tick_ms = PLAY_MS;
    out->motion = images_hovers(session, world);
    const struct study_answer *answer = count ? world_study(world, &wants[0]) : NULL;
    if (answer && answer->study && images_current(state) >= 0)
        want_photos(state, session, world, out);
}

void images_forget(struct images_state *state)
{
    for (size_t i = 0; i < state->side_count; i++)
        study_release(state->sides[i].study);
    for (size_t i = 0; i < EASEL_MOST_TILES; i++)
        photo_release(state->photos[i].photo);
    free(state->filter);
    free(state->hues);
    images_own_forget(state);
    arena_done(&state->found_arena);
}
