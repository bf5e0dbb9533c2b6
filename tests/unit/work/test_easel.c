/*
 * The easel: what is painted, that the same scene costs nothing, and what a change of place costs.
 * In the blocks encoder and, where bytes matter, in the others.
 */
#include "scene.h"

#include "picture/decode.h"
#include "work/plates.h"

#include <stdlib.h>
#include <string.h>

static struct easel_terminal terminal_of(enum easel_graphics graphics)
{
    return (struct easel_terminal){.graphics = graphics,
        .delta = EASEL_CELLS,
        .cell_width_px = 10,
        .cell_height_px = 20,
        .colours = 1 << 24,
        .utf8 = true};
}

static struct easel_scene *new_scene(
    struct scene *scene, enum easel_graphics graphics, int row, int col, int rows, int cols)
{
    struct easel_scene *made = easel_scene_new();
    assert_non_null(made);
    const char *path = scene_picture(scene, "p.png", 100, 80);
    struct easel_terminal terminal = terminal_of(graphics);
    int32_t width, height;
    easel_room(&terminal, rows, cols, &width, &height);
    struct easel_tile *tile = easel_scene_add(made);
    *tile = (struct easel_tile){
        .photo = photo_load(NULL, path, width, height, false),
        .row = row,
        .col = col,
        .rows = rows,
        .cols = cols};
    assert_true(tile->photo && tile->photo->pixels);
    struct easel_box *box = easel_tile_add(tile);
    assert_non_null(box);
    *box = (struct easel_box){
        .x = 10, .y = 10, .w = 50, .h = 50, .rgb = {255, 0, 0}, .line_px = 2, .label = "cat"};
    return made;
}

static struct easel *new_easel(enum easel_graphics graphics)
{
    struct err err = {0};
    struct easel_terminal terminal = terminal_of(graphics);
    struct easel *easel = easel_new(&terminal, NULL, &err);
    if (!easel)
        fail_msg("%s", err.text);
    return easel;
}

/* Bytes of the next painting; OUT holds them until the next call. */
static size_t paint(
    struct easel *easel, const struct easel_scene *scene, bool whole, struct buf *out)
{
    struct err err = {0};
    buf_clear(out);
    if (!easel_paint(easel, scene, whole, out, &err))
        fail_msg("%s", err.text);
    assert_false(out->failed);
    return out->length;
}

static const enum easel_graphics ALL[] = {EASEL_BLOCKS, EASEL_SIXEL, EASEL_KITTY};

static void test_the_same_scene_costs_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++) {
        struct scene scene;
        struct buf out;
        scene_init(&scene);
        buf_init(&out, 16 << 20);
        struct easel *easel = new_easel(ALL[i]);
        struct easel_scene *first = new_scene(&scene, ALL[i], 2, 3, 10, 30);
        size_t whole = paint(easel, first, false, &out);
        assert_true(whole > 100);
        assert_int_equal(paint(easel, first, false, &out), 0);
        /* An equal scene of another record costs nothing either. */
        struct easel_scene *again = easel_scene_copy(first);
        assert_non_null(again);
        assert_true(easel_scene_same(first, again));
        assert_int_equal(paint(easel, again, false, &out), 0);
        assert_true(paint(easel, again, true, &out) > 100); /* the screen was erased */
        /* One box more costs something, and less than the whole. */
        *easel_tile_add(&again->tiles[0]) = (struct easel_box){
            .x = 80, .y = 60, .w = 10, .h = 10, .rgb = {0, 255, 0}, .line_px = 1};
        assert_false(easel_scene_same(first, again));
        size_t change = paint(easel, again, false, &out);
        if (!(change > 0 && change < whole))
            fail_msg("graphics %d: %zu of %zu bytes", ALL[i], change, whole);
        easel_scene_free(first);
        easel_scene_free(again);
        easel_free(easel);
        buf_done(&out);
        scene_done(&scene);
    }
}

/* A neighbour that was made ready costs the same bytes as one that was not. */
static void test_what_was_made_ready_looks_no_different(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++) {
        struct scene scene;
        struct buf out, other;
        struct err err = {0};
        scene_init(&scene);
        buf_init(&out, 16 << 20);
        buf_init(&other, 16 << 20);
        struct easel_terminal terminal = terminal_of(ALL[i]);
        struct plates *plates = plates_new(&err);
        struct easel *ready = easel_new(&terminal, plates, &err), *plain = new_easel(ALL[i]);
        struct easel_scene *first = new_scene(&scene, ALL[i], 2, 3, 10, 30);
        struct easel_scene *next = new_scene(&scene, ALL[i], 2, 3, 10, 30);
        struct photo *photo = next->tiles[0].photo;
        struct easel_frame frame;
        plates_make(plates, photo); /* nothing is shown yet: like what? */
        assert_false(plates_take(plates, &terminal, &next->tiles[0], 1, &frame));
        assert_int_equal(paint(ready, first, false, &out), paint(plain, first, false, &other));
        plates_make(plates, photo);
        paint(ready, next, false, &out);
        paint(plain, next, false, &other);
        assert_int_equal(out.length, other.length);
        assert_memory_equal(out.data, other.data, out.length);
        assert_false(plates_take(plates, &terminal, &next->tiles[0], 1, &frame)); /* it was taken */
        /* Elsewhere it is of no use. */
        plates_make(plates, photo);
        next->tiles[0].row++;
        assert_false(plates_take(plates, &terminal, &next->tiles[0], 1, &frame));
        next->tiles[0].row--;
        assert_true(plates_take(plates, &terminal, &next->tiles[0], 1, &frame));
        easel_frame_done(&frame);
        plates_make(plates, photo); /* and is freed with the plates */
        easel_scene_free(first);
        easel_scene_free(next);
        easel_free(ready);
        easel_free(plain);
        plates_free(plates);
        buf_done(&out);
        buf_done(&other);
        scene_done(&scene);
    }
}

static bool holds(const struct buf *out, const char *text)
{
    return out->length && memmem(out->data, out->length, text, strlen(text)) != NULL;
}

static void test_another_place_is_painted_whole(void **state)
{
    (void)state;
    struct scene scene;
    struct buf out;
    scene_init(&scene);
    buf_init(&out, 16 << 20);
    struct easel *easel = new_easel(EASEL_BLOCKS);
    struct easel_scene *scene_here = new_scene(&scene, EASEL_BLOCKS, 2, 3, 10, 30);
    size_t whole = paint(easel, scene_here, false, &out);
    assert_true(holds(&out, "\x1b[3;")); /* row 2 counted from 0 */
    scene_here->tiles[0].row = 7;
    size_t moved = paint(easel, scene_here, false, &out);
    assert_true(holds(&out, "\x1b[8;"));
    assert_false(holds(&out, "\x1b[3;"));
    assert_true(moved > whole / 2);
    scene_here->tiles[0].cols = 20;
    assert_true(paint(easel, scene_here, false, &out) > 100);
    scene_here->tiles[0].look.grey = true;
    paint(easel, scene_here, false, &out);
    assert_int_equal(paint(easel, scene_here, false, &out), 0);
    easel_scene_free(scene_here);
    easel_free(easel);
    buf_done(&out);
    scene_done(&scene);
}

static void test_taking_the_picture_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++) {
        struct scene scene;
        struct buf out;
        scene_init(&scene);
        buf_init(&out, 16 << 20);
        struct easel *easel = new_easel(ALL[i]);
        assert_int_equal(paint(easel, NULL, false, &out), 0); /* nothing is there yet */
        struct easel_scene *shown = new_scene(&scene, ALL[i], 0, 0, 8, 20);
        size_t whole = paint(easel, shown, false, &out);
        paint(easel, NULL, false, &out);
        if (ALL[i] == EASEL_KITTY)
            assert_true(out.length > 0); /* that terminal keeps pictures by itself */
        else
            assert_int_equal(out.length, 0); /* the text that stands there by now stays */
        assert_int_equal(paint(easel, NULL, false, &out), 0);
        assert_true(paint(easel, shown, false, &out) >= whole); /* from scratch again */
        easel_scene_free(shown);
        easel_free(easel);
        buf_done(&out);
        scene_done(&scene);
    }
}

static void test_no_graphics(void **state)
{
    (void)state;
    struct scene scene;
    struct buf out;
    scene_init(&scene);
    buf_init(&out, 1 << 20);
    struct easel *easel = new_easel(EASEL_NONE);
    struct easel_scene *shown = new_scene(&scene, EASEL_BLOCKS, 0, 0, 8, 20);
    assert_int_equal(paint(easel, shown, true, &out), 0);
    easel_scene_free(shown);
    easel_free(easel);
    buf_done(&out);
    scene_done(&scene);
}

/* A painting that did not fit is a failure, and the next one is whole. */
static void test_after_a_failure_all_is_painted(void **state)
{
    (void)state;
    struct scene scene;
    struct buf small, out;
    struct err err = {0};
    scene_init(&scene);
    buf_init(&small, 64);
    buf_init(&out, 16 << 20);
    struct easel *easel = new_easel(EASEL_BLOCKS);
    struct easel_scene *shown = new_scene(&scene, EASEL_BLOCKS, 0, 0, 8, 20);
    size_t whole = paint(easel, shown, true, &out);
    bool ok = easel_paint(easel, shown, true, &small, &err);
    assert_true(!ok || small.failed);
    if (!ok)
        assert_int_equal(paint(easel, shown, false, &out), whole);
    assert_int_equal(err.code, ok ? ERR_NONE : ERR_MEMORY);
    easel_scene_free(shown);
    easel_free(easel);
    buf_done(&small);
    buf_done(&out);
    scene_done(&scene);
}

static void test_photos(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *path = scene_picture(&scene, "p.png", 100, 80);
    struct photo *photo = photo_load(NULL, path, 50, 50, false);
    assert_true(photo && photo->pixels);
    assert_int_equal(photo->pixels->width_px, 50);
    assert_int_equal(photo->pixels->height_px, 40);
    assert_int_equal(photo->original_width_px, 100);
    assert_string_equal(photo->trouble, "");
    assert_ptr_equal(photo_share(photo), photo);
    photo_release(photo);
    photo_release(photo);
    photo = photo_load(NULL, path, 400, 400, false); /* no larger than it is */
    assert_int_equal(photo->pixels->width_px, 100);
    photo_release(photo);
    photo = photo_load(NULL, NULL, 10, 10, false);
    assert_null(photo->pixels);
    assert_non_null(strstr(photo->trouble, "--images"));
    photo_release(photo);
    photo = photo_load(NULL, scene_write(&scene, "\x1b[31m.png", "no picture"), 10, 10, false);
    assert_null(photo->pixels);
    assert_true(photo->trouble[0] && !strchr(photo->trouble, '\x1b')); /* harmless */
    photo_release(photo);
    photo_release(NULL);
    scene_done(&scene);
}

static void test_room(void **state)
{
    (void)state;
    int32_t width, height;
    struct easel_terminal terminal = terminal_of(EASEL_SIXEL);
    easel_room(&terminal, 10, 30, &width, &height);
    assert_true(width <= 300 && width > 200 && height <= 200 && height > 100);
    int32_t limited_width, limited_height;
    terminal.max_width_px = 120; /* of one picture: larger ones are sent in pieces */
    terminal.max_height_px = 90;
    easel_room(&terminal, 10, 30, &limited_width, &limited_height);
    assert_true(limited_width == width && limited_height == height);
    terminal.graphics = EASEL_NONE;
    easel_room(&terminal, 10, 30, &width, &height);
    assert_true(width == 1 && height == 1);
    terminal.graphics = EASEL_BLOCKS;
    easel_room(&terminal, 0, -3, &width, &height);
    assert_true(width == 1 && height == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_scene_costs_nothing),
        cmocka_unit_test(test_what_was_made_ready_looks_no_different),
        cmocka_unit_test(test_another_place_is_painted_whole),
        cmocka_unit_test(test_taking_the_picture_away),
        cmocka_unit_test(test_no_graphics),
        cmocka_unit_test(test_after_a_failure_all_is_painted),
        cmocka_unit_test(test_photos),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
