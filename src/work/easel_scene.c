/*
 * What is to be painted, before it is: scenes, their tiles and boxes, and whether two of them look the
 * same. Knows: memory. Must not know: how anything is painted.
 */
#include "work/easel_frame.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

struct easel_scene *easel_scene_new(void)
{
    return calloc(1, sizeof(struct easel_scene));
}

static void tile_done(struct easel_tile *tile)
{
    photo_release(tile->photo);
    free(tile->boxes);
    free(tile->runs);
    *tile = (struct easel_tile){0};
}

void easel_scene_free(struct easel_scene *scene)
{
    for (size_t i = 0; scene && i < scene->tile_count; i++)
        tile_done(&scene->tiles[i]);
    free(scene);
}

struct easel_tile *easel_scene_add(struct easel_scene *scene)
{
    return scene->tile_count < EASEL_MOST_TILES ? &scene->tiles[scene->tile_count++] : NULL;
}

void easel_scene_drop(struct easel_scene *scene)
{
    tile_done(&scene->tiles[--scene->tile_count]);
}

struct easel_box *easel_tile_add(struct easel_tile *tile)
{
    if (tile->box_count >= EASEL_MOST_BOXES ||
        !GROW(tile->boxes, tile->box_capacity, tile->box_count + 1))
        return NULL;
    struct easel_box *box = &tile->boxes[tile->box_count++];
    memset(box, 0, sizeof *box);
    return box;
}

void easel_tile_move_boxes(struct easel_tile *to, struct easel_tile *from)
{
    free(to->boxes);
    free(to->runs);
    to->boxes = from->boxes;
    to->box_count = from->box_count;
    to->box_capacity = from->box_capacity;
    to->runs = from->runs;
    to->run_count = from->run_count;
    to->run_capacity = from->run_capacity;
    from->boxes = NULL;
    from->runs = NULL;
    from->box_count = from->box_capacity = from->run_count = from->run_capacity = 0;
}

bool easel_tile_mask(struct easel_tile *tile, struct easel_box *box, const uint32_t *runs,
    size_t count, int32_t height_px)
{
    if (count > EASEL_MOST_RUNS - tile->run_count)
        return true;
    if (!GROW(tile->runs, tile->run_capacity, tile->run_count + count))
        return false;
    box->mask_at = tile->run_count;
    box->mask_count = count;
    box->mask_height_px = height_px;
    if (count)
        memcpy(tile->runs + tile->run_count, runs, count * sizeof *runs);
    tile->run_count += count;
    return true;
}

struct easel_scene *easel_scene_copy(const struct easel_scene *scene)
{
    struct easel_scene *copy = easel_scene_new();
    for (size_t i = 0; copy && i < scene->tile_count; i++) {
        const struct easel_tile *from = &scene->tiles[i];
        struct easel_tile *to = easel_scene_add(copy);
        *to = *from;
        to->photo = from->photo ? photo_share(from->photo) : NULL;
        to->boxes = malloc((from->box_count + 1) * sizeof *to->boxes);
        to->box_capacity = from->box_count + 1;
        to->runs = malloc((from->run_count + 1) * sizeof *to->runs);
        to->run_capacity = from->run_count + 1;
        if (!to->boxes || !to->runs) {
            easel_scene_free(copy);
            return NULL;
        }
        if (from->box_count)
            memcpy(to->boxes, from->boxes, from->box_count * sizeof *to->boxes);
        if (from->run_count)
            memcpy(to->runs, from->runs, from->run_count * sizeof *to->runs);
    }
    return copy;
}

bool easel_same_place(const struct easel_tile *a, const struct easel_tile *b)
{
    return a->row == b->row && a->col == b->col && a->rows == b->rows && a->cols == b->cols;
}

bool easel_same_look(const struct easel_look *a, const struct easel_look *b)
{
    return a->zoom == b->zoom && (!a->zoom || (a->x == b->x && a->y == b->y)) &&
           a->smooth == b->smooth && a->grey == b->grey && a->light == b->light &&
           a->brightness == b->brightness &&
           a->contrast == b->contrast;
}

bool easel_same_picture(const struct easel_tile *a, const struct easel_tile *b)
{
    return a->photo == b->photo && easel_same_place(a, b) && easel_same_look(&a->look, &b->look);
}

static bool same_tile(const struct easel_tile *a, const struct easel_tile *b)
{
    return easel_same_picture(a, b) && a->fine == b->fine && a->box_count == b->box_count &&
           (!a->box_count || memcmp(a->boxes, b->boxes, a->box_count * sizeof *a->boxes) == 0) &&
           a->run_count == b->run_count &&
           (!a->run_count || memcmp(a->runs, b->runs, a->run_count * sizeof *a->runs) == 0);
}

bool easel_scene_same_places(const struct easel_scene *a, const struct easel_scene *b)
{
    size_t count = a ? a->tile_count : 0;
    bool same = count == (b ? b->tile_count : 0);
    for (size_t i = 0; same && i < count; i++)
        same = easel_same_place(&a->tiles[i], &b->tiles[i]);
    return same;
}

bool easel_scene_same(const struct easel_scene *a, const struct easel_scene *b)
{
    bool same = a && b ? a->tile_count == b->tile_count : a == b;
    for (size_t i = 0; same && a && i < a->tile_count; i++)
        same = same_tile(&a->tiles[i], &b->tiles[i]);
    return same;
}

void easel_scene_follow(struct easel_scene *scene, const struct easel_scene *shown)
{
    for (size_t i = 0; i < scene->tile_count; i++) {
        struct easel_tile *tile = &scene->tiles[i];
        tile->fine = false;
        for (size_t j = 0; shown && j < shown->tile_count; j++)
            tile->fine |= shown->tiles[j].fine && easel_same_picture(tile, &shown->tiles[j]);
    }
}

void easel_scene_refine(struct easel_scene *scene)
{
    for (size_t i = 0; i < scene->tile_count; i++)
        scene->tiles[i].fine = true;
}

bool easel_scene_is_fine(const struct easel_scene *scene)
{
    bool fine = true;
    for (size_t i = 0; i < scene->tile_count; i++)
        fine &= scene->tiles[i].fine;
    return fine;
}
