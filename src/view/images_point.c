/*
 * Points at boxes on the images screen: with keys from box to box, with the mouse at what lies there.
 * Knows: the state of images.h. Must not know: what a box is said to be (work/gallery.h).
 */
#include "view/images.h"

/* The boxes of the tile that is pointed into, judged as it shows them. False when there are none. */
static bool judge_tile(const struct images_state *state, const struct session *session,
    struct arena *arena, struct gallery_settings *settings, struct eval_boxes *out, size_t *side)
{
    if (state->show == IMAGES_GRID || state->tile >= state->tiles.count)
        return false;
    const struct images_tile *tile = &state->tiles.items[state->tile];
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

static bool is_chosen(const struct images_state *state, const struct eval_box *box)
{
    return state->chosen.any && state->chosen.is_gt == box->is_gt &&
           state->chosen.source == box->source;
}

/* The number in FOUND of the box that is pointed at; its count when there is none. */
static size_t chosen_at(const struct images_state *state, const struct eval_boxes *found)
{
    size_t at = 0;
    while (at < found->count && !is_chosen(state, &found->boxes[at]))
        at++;
    return at;
}

static void choose(struct images_state *state, const struct eval_box *box)
{
    state->chosen = (struct gallery_box){true, box->is_gt, box->source};
}

void images_point_next(struct images_state *state, const struct session *session, int by)
{
    struct arena arena = {0};
    struct gallery_settings settings;
    struct eval_boxes found;
    size_t side;
    if (judge_tile(state, session, &arena, &settings, &found, &side)) {
        /* Detections, the surest first, then what is true. */
        size_t count = found.count, at = chosen_at(state, &found);
        size_t place = at < count ? (at + count - found.gt_count) % count
                                  : (by > 0 ? count - 1 : 0);
        for (size_t tried = 0; tried < count; tried++) {
            place = (place + count + (size_t)by) % count;
            const struct eval_box *box = &found.boxes[(place + found.gt_count) % count];
            if (!gallery_shows(box, &settings))
                continue;
            choose(state, box);
            break;
        }
    }
    arena_done(&arena);
}

/* The smallest box shown around X, Y, give or take SLACK; its count when there is none. A second time
 * at the same place it is the next larger one. */
static size_t box_around(const struct images_state *state, const struct eval_boxes *found,
    const struct gallery_settings *settings, double x, double y, double slack)
{
    size_t best = found->count, chosen = chosen_at(state, found);
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

bool images_point_at(struct images_state *state, const struct session *session,
    const struct world *world, int row, int col)
{
    size_t at = 0;
    while (at < state->tiles.count && !rect_holds(state->tiles.items[at].picture, row, col))
        at++;
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
    struct arena arena = {0};
    struct gallery_settings settings;
    struct eval_boxes found;
    size_t side;
    struct easel_tile shown;
    if (images_seen(state, world, tile, &shown) &&
        judge_tile(state, session, &arena, &settings, &found, &side)) {
        double x, y, next_x, next_y;
        easel_where(&world->terminal, &shown, row, col, &x, &y);
        easel_where(&world->terminal, &shown, row + 1, col + 1, &next_x, &next_y);
        size_t box = box_around(state, &found, &settings, x, y, (next_x - x) / 2);
        state->chosen.any = false;
        if (box < found.count)
            choose(state, &found.boxes[box]);
    }
    arena_done(&arena);
    return true;
}

void images_point_words(const struct images_state *state, const struct session *session, char *out,
    size_t out_bytes)
{
    struct arena arena = {0};
    struct gallery_settings settings;
    struct eval_boxes found;
    size_t side;
    out[0] = '\0';
    if (state->chosen.any && judge_tile(state, session, &arena, &settings, &found, &side)) {
        size_t at = chosen_at(state, &found);
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
