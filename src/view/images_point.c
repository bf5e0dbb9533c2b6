/*
 * Points at boxes on the images screen: with keys from box to box, with the mouse at what lies there.
 * Knows: the state of images.h. Must not know: what a box is said to be (work/gallery.h).
 */
#include "view/images.h"

#include <string.h>

/* The boxes of tile AT, judged as it shows them. False when there are none. */
static bool judge_tile(const struct images_state *state, const struct session *session, size_t at,
    struct arena *arena, struct gallery_settings *settings, struct eval_boxes *out, size_t *side)
{
    if (state->show == IMAGES_GRID || at >= state->tiles.count)
        return false;
    const struct images_tile *tile = &state->tiles.items[at];
    *side = tile->side < 0 ? 0 : (size_t)tile->side;
    if (*side >= state->side_count || !state->sides[*side].study || tile->image < 0 ||
        (size_t)tile->image >= state->sides[*side].study->dataset->image_count)
        return false;
    *settings = images_settings(state, session, *side, arena);
    if (tile->side == IMAGES_TRUTH)
        settings->overlay = GALLERY_TRUTH;
    else if (tile->side == IMAGES_BOTH)
        settings->overlay = GALLERY_ALL;
    return gallery_judge(state->sides[*side].study, tile->image, settings, arena, out, NULL) &&
           out->count;
}

/* The number of BOX in FOUND; its count when it is not there. */
static size_t place_of(const struct gallery_box *box, const struct eval_boxes *found)
{
    size_t at = 0;
    while (at < found->count && !(box->any && box->is_gt == found->boxes[at].is_gt &&
                                    box->source == found->boxes[at].source))
        at++;
    return at;
}

static struct gallery_box named(const struct eval_box *box)
{
    return (struct gallery_box){true, box->is_gt, box->source};
}

void images_point_next(struct images_state *state, const struct session *session, int by)
{
    struct arena arena = {0};
    struct gallery_settings settings;
    struct eval_boxes found;
    size_t side;
    if (judge_tile(state, session, state->tile, &arena, &settings, &found, &side)) {
        /* Detections, the surest first, then what is true. */
        size_t count = found.count, at = place_of(&state->chosen, &found);
        size_t place = at < count ? (at + count - found.gt_count) % count
                                  : (by > 0 ? count - 1 : 0);
        for (size_t tried = 0; tried < count; tried++) {
            place = (place + count + (size_t)by) % count;
            const struct eval_box *box = &found.boxes[(place + found.gt_count) % count];
            if (!gallery_shows(box, &settings))
                continue;
            state->chosen = named(box);
            break;
        }
    }
    arena_done(&arena);
}

/* The smallest box shown around X, Y, give or take SLACK; its count when there is none. When box
 * CHOSEN (the count for none) is there it is the next larger one. */
static size_t box_around(const struct eval_boxes *found, const struct gallery_settings *settings,
    size_t chosen, double x, double y, double slack)
{
    size_t best = found->count;
    double least = 0, above = -1;
    if (chosen < found->count) {
        const struct box *box = &found->boxes[chosen].box;
        if (x >= box->x - slack && x <= box->x + box->w + slack && y >= box->y - slack &&
            y <= box->y + box->h + slack)
            above = box->w * box->h;
    }
    for (int round = 0; round < 2 && best == found->count; round++, above = -1)
        for (size_t i = 0; i < found->count; i++) {
            const struct box *box = &found->boxes[i].box;
            double area = box->w * box->h;
            bool inside = x >= box->x - slack && x <= box->x + box->w + slack &&
                          y >= box->y - slack && y <= box->y + box->h + slack;
            bool later = area > above || (area == above && i > chosen);
            if (inside && later && gallery_shows(&found->boxes[i], settings) &&
                (best == found->count || area < least)) {
                best = i;
                least = area;
            }
        }
    return best;
}

/* The tile whose picture has the cell; their count for none. */
static size_t tile_at(const struct images_state *state, int row, int col)
{
    size_t at = 0;
    while (at < state->tiles.count && !rect_holds(state->tiles.items[at].picture, row, col))
        at++;
    return at;
}

/* What was found of an object says more than the object does. */
static size_t finder_of(
    const struct eval_boxes *found, size_t box, const struct gallery_settings *settings)
{
    int32_t partner = box < found->count && found->boxes[box].is_gt ? found->boxes[box].partner : -1;
    return partner >= 0 && gallery_shows(&found->boxes[partner], settings) ? (size_t)partner : box;
}

/* The box of tile AT under a cell, the one after CHOSEN when that is there; CHOSEN NULL: what the
 * smallest of them is about. */
static struct gallery_box box_under(const struct images_state *state,
    const struct session *session, const struct world *world, size_t at, int row, int col,
    const struct gallery_box *chosen)
{
    struct gallery_box under = {0};
    struct arena arena = {0};
    struct gallery_settings settings;
    struct eval_boxes found;
    size_t side;
    struct easel_tile shown;
    if (judge_tile(state, session, at, &arena, &settings, &found, &side) &&
        images_seen(state, world, &state->tiles.items[at], &shown)) {
        double x, y, next_x, next_y;
        easel_where(&world->terminal, &shown, row, col, &x, &y);
        easel_where(&world->terminal, &shown, row + 1, col + 1, &next_x, &next_y);
        size_t after = chosen ? place_of(chosen, &found) : found.count;
        size_t box = box_around(&found, &settings, after, x, y, (next_x - x) / 2);
        if (!chosen)
            box = finder_of(&found, box, &settings);
        if (box < found.count)
            under = named(&found.boxes[box]);
    }
    arena_done(&arena);
    return under;
}

bool images_point_at(struct images_state *state, const struct session *session,
    const struct world *world, int row, int col)
{
    size_t at = tile_at(state, row, col);
    if (at == state->tiles.count)
        return false;
    const struct images_tile *tile = &state->tiles.items[at];
    if (state->show == IMAGES_GRID) {
        images_show_index(state, tile->image);
        return true;
    }
    if (state->tile != at)
        state->chosen.any = false;
    state->tile = at;
    state->chosen = box_under(state, session, world, at, row, col, &state->chosen);
    return true;
}

bool images_hovers(const struct session *session, const struct world *world)
{
    const char *wish = session->images.hover;
    return strcmp(wish, "off") != 0 &&
           world->motion >= (strcmp(wish, "on") == 0 ? MOTION_COSTLY : MOTION_CHEAP);
}

bool images_hover_at(struct images_state *state, const struct session *session,
    const struct world *world, int row, int col)
{
    static const struct gallery_box NONE = {0};
    const struct gallery_box was = state->hovered;
    size_t at = tile_at(state, row, col), was_tile = state->hovered_tile;
    state->hovered_tile = at;
    state->hovered = at == state->tiles.count
                         ? NONE
                         : box_under(state, session, world, at, row, col, NULL);
    const struct gallery_box *now = &state->hovered;
    return now->any != was.any ||
           (now->any &&
               (now->is_gt != was.is_gt || now->source != was.source || at != was_tile));
}

void images_point_words(const struct images_state *state, const struct session *session, char *out,
    size_t out_bytes)
{
    struct arena arena = {0};
    struct gallery_settings settings;
    struct eval_boxes found;
    size_t side;
    bool hovers = state->hovered.any;
    const struct gallery_box *box = hovers ? &state->hovered : &state->chosen;
    out[0] = '\0';
    if (box->any && judge_tile(state, session, hovers ? state->hovered_tile : state->tile, &arena,
                        &settings, &found, &side)) {
        size_t at = place_of(box, &found);
        if (at < found.count)
            gallery_describe(
                state->sides[side].study, &found, at, &settings, out, out_bytes, NULL);
    }
    arena_done(&arena);
}

/* The tile that is pointed into, as it is seen; false when that is no picture. */
static bool seen_now(
    const struct images_state *state, const struct world *world, struct easel_tile *out)
{
    size_t at = state->show == IMAGES_GRID ? 0 : state->tile;
    return at < state->tiles.count && state->tiles.items[at].image >= 0 && images_study(state) &&
           images_seen(state, world, &state->tiles.items[at], out);
}

void images_zoom(struct images_state *state, const struct world *world, double factor, int row,
    int col)
{
    struct easel_tile tile;
    if (!seen_now(state, world, &tile))
        return;
    bool inside = rect_holds((struct rect){tile.row, tile.col, tile.rows, tile.cols}, row, col);
    state->look = easel_zoomed(&world->terminal, &tile, factor,
        inside ? row : tile.row + tile.rows / 2, inside ? col : tile.col + tile.cols / 2);
}

void images_zoom_to(struct images_state *state, const struct world *world, double scale)
{
    struct easel_tile tile;
    if (scale <= 0)
        state->look.zoom = state->look.x = state->look.y = 0;
    else if (seen_now(state, world, &tile))
        images_zoom(state, world, scale / easel_scale(&world->terminal, &tile), -1, -1);
}

void images_pan(struct images_state *state, const struct world *world, int rows, int cols)
{
    struct easel_tile tile;
    if (seen_now(state, world, &tile))
        state->look = easel_moved(&world->terminal, &tile, rows, cols);
}
