/*
 * Finds images on the images screen: the list that is gone through, its order and filters, the next
 * one that B fixed or broke.
 * Knows: the state of images.h, lists of images. Must not know: how numbers of images are made.
 */
#include "view/images.h"

#include "work/image_export.h"

#include <stdio.h>
#include <string.h>

size_t images_count(const struct images_state *state)
{
    const struct study *study = images_study(state);
    return state->listed ? state->found.count : study ? study->dataset->image_count : 0;
}

int32_t images_at(const struct images_state *state, size_t place)
{
    return state->listed ? state->found.items[place].image
                         : images_study(state)->set->image_order[place];
}

static size_t place_of(const struct images_state *state, int32_t image)
{
    size_t count = images_count(state);
    for (size_t i = 0; i < count; i++)
        if (images_at(state, i) == image)
            return i;
    return count;
}

void images_show_index(struct images_state *state, int32_t index)
{
    size_t place = place_of(state, index);
    state->image = index;
    state->unlisted = place == images_count(state);
    if (!state->unlisted)
        state->position = place;
}

void images_move(struct images_state *state, int64_t by)
{
    int64_t last = (int64_t)images_count(state) - 1, at = (int64_t)state->position + by;
    state->chosen.any = false;
    if (last < 0)
        return;
    if (state->unlisted && by > 0) /* what is listed there comes behind it */
        at--;
    state->position = (size_t)(at < 0 ? 0 : at > last ? last : at);
    state->image = images_at(state, state->position);
    state->unlisted = false;
}

/* ---- making the list ---- */

/* All that a list depends on. */
static struct images_asked asked_now(const struct images_state *state,
    const struct session *session, const struct pool_answer *answer,
    const struct appraisal *marked)
{
    struct images_asked asked;
    memset(&asked, 0, sizeof asked); /* compared as a whole */
    asked.pool = answer->pool;
    asked.marked = marked;
    asked.confidence = session->confidence;
    asked.iou = session->iou;
    asked.preset = state->preset;
    asked.size = state->size;
    asked.turn = state->turn;
    return asked;
}

struct image_at images_looked_at(const struct images_state *state, const struct session *session)
{
    return (struct image_at){.confidence = session->confidence,
        .of_category = state->own,
        .iou = images_iou_index(session) * 0.05 + 0.5,
        .filter = images_filter(state),
        .size = (enum eval_area)state->size};
}

static const struct image_preset *preset_of(const struct images_state *state)
{
    return state->preset ? &image_presets[state->preset - 1] : NULL;
}

bool images_need_b(const struct images_state *state)
{
    const struct image_preset *preset = preset_of(state);
    return state->with_b || (preset && preset->needs_b);
}

const char *images_order_name(const struct images_state *state)
{
    const struct image_preset *preset = preset_of(state);
    return preset ? preset->name : "";
}

static bool make(const struct images_state *state, const struct session *session,
    struct image_pool *pool, enum image_change change, struct arena *arena,
    struct image_list *out, struct err *err)
{
    const struct image_preset *preset = preset_of(state);
    struct image_at at = images_looked_at(state, session);
    struct image_order order = preset ? preset->order : (struct image_order){-1, false};
    struct image_which which = {.change = change};
    if (state->name_pattern[0] && !(which.name = pattern_new(arena, state->name_pattern, err)))
        return false;
    if (state->filter_text[0] &&
        !(which.filter = image_pool_filter(pool, state->filter_text, arena, err)))
        return false;
    if (!images_request_apply(state, pool, &at, arena, &which, err))
        return false;
    return image_list_make(pool, &at, &which, &order, arena, out, err);
}

/* Goes to the next image of the list that B changed as is asked for, with the numbers of POOL. */
static void go_to_changed(
    struct images_state *state, const struct session *session, struct image_pool *pool)
{
    struct arena arena = {0};
    struct image_list changed;
    struct err err = {0};
    size_t count = images_count(state), at = 1;
    if (!make(state, session, pool, state->next, &arena, &changed, &err)) {
        err_print(&err, state->find_trouble, sizeof state->find_trouble);
    } else {
        while (at <= count && image_list_place(&changed, images_at(state,
                                  (state->position + at) % count)) == changed.count)
            at++;
        if (at > count)
            snprintf(state->find_trouble, sizeof state->find_trouble,
                "B %s none of the listed images at these thresholds",
                state->next == IMAGE_FIXED ? "fixes" : "breaks");
        else
            images_move(state, (int64_t)((state->position + at) % count) - (int64_t)state->position);
    }
    state->next = IMAGE_ANY;
    arena_done(&arena);
}

static void update_list(struct images_state *state, const struct session *session,
    const struct world *world, struct wants *out)
{
    bool b = images_need_b(state) && state->side_count > 1;
    struct pool_want want = {images_study(state), b ? state->sides[1].study : NULL};
    const struct pool_answer *answer = want.a && (!b || want.b) ? world_pool(world, &want) : NULL;
    out->pool = want;
    if (!answer || !answer->pool) {
        state->listed = state->listed && state->asked.pool == world->pool.pool;
        return;
    }
    const struct appraisal *marked = images_request_want(state, session, world, out);
    if (state->request.kind > IMAGE_REQUEST_CLASS && !marked) {
        state->listed = false; /* until what it is about is there */
        return;
    }
    struct images_asked asked = asked_now(state, session, answer, marked);
    if (state->listed && memcmp(&asked, &state->asked, sizeof asked) == 0)
        return;
    const struct image_preset *preset = preset_of(state);
    struct err err = {0};
    enum image_change change = preset && b ? preset->change : IMAGE_ANY;
    arena_done(&state->found_arena);
    state->asked = asked;
    state->listed =
        make(state, session, answer->pool, change, &state->found_arena, &state->found, &err);
    if (!state->listed) {
        err_print(&err, state->find_trouble, sizeof state->find_trouble);
        state->name_pattern[0] = state->filter_text[0] = '\0';
        state->turn++;
    }
    if (state->jumps && state->listed && state->found.count)
        images_show_index(state, images_at(state, 0));
    else if (state->image >= 0)
        images_show_index(state, state->image);
    state->jumps = false;
}

void images_find(struct images_state *state, const struct session *session,
    const struct world *world, struct wants *out)
{
    update_list(state, session, world, out);
    struct image_pool *pool = world->pool.pool;
    if (state->next && state->listed && state->asked.pool == pool && pool->side_count > 1)
        go_to_changed(state, session, pool);
}

/* ---- acting ---- */

void images_next_order(struct images_state *state, struct session *session, bool has_b)
{
    do {
        state->preset++;
        if (!image_presets[state->preset - 1].name)
            state->preset = 0;
    } while (state->preset && image_presets[state->preset - 1].needs_b && !has_b);
    session_say(session, "images in the order of %s",
        state->preset ? image_presets[state->preset - 1].name : "their ids");
    state->jumps = state->preset != 0;
}

void images_next_changed(struct images_state *state, enum image_change change)
{
    state->with_b = true;
    state->next = change;
}

/* ---- keeping what was found ---- */

void images_tag(struct images_state *state, struct session *session, const char *tag)
{
    struct err err = {0};
    const struct study *study = images_study(state);
    int32_t image = images_current(state);
    bool takes = tag[0] == '-';
    tag += takes;
    if (image < 0 || !state->listed || !image_tag_check(tag, &err)) {
        session_say(session, "%s", err.code ? err.text : "the list is not there yet");
        return;
    }
    const char *name = state->asked.pool->names[image];
    session_order(session, errand_tag((struct study *)study, &name, 1, tag, takes));
    session_say(session, takes ? "no tag %s any more: %s" : "tagged %s: %s", tag, name);
}

void images_export(struct images_state *state, struct session *session,
    const struct world *world, const char *path)
{
    struct arena arena = {0};
    struct image_columns columns;
    struct print_table table;
    struct buf text;
    const struct image_pool *pool = world->pool.pool;
    buf_init(&text, 64 << 20);
    bool ok = state->listed && state->asked.pool == pool;
    if (ok) {
        image_columns_default(pool, &state->found, false, &columns);
        ok = image_export_table(pool, &state->found, &columns, &arena, &table);
    }
    if (ok)
        print_table(&table, PRINT_CSV, &text);
    if (ok && !text.failed && path[0]) {
        session_order(session, errand_file(path, text.data ? text.data : ""));
        session_say(session, "%zu images: %s", state->found.count, path);
    } else {
        session_say(session, "the list is not there yet");
    }
    buf_done(&text);
    arena_done(&arena);
}
