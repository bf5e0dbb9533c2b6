/*
 * Several tiles: whatever is changed in whichever of them, the screen shows what a fresh painting of
 * the whole scene would, and what did not change costs nothing.
 */
#include "scene.h"

#include "sixel_screen.h"
#include "work/easel.h"

#include <string.h>

enum { ROWS = 14, COLS = 40, CELL_WIDTH = 6, CELL_HEIGHT = 11, STEPS = 60, PHOTOS = 2 };
enum { MASK_HEIGHT = 50 };

static uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

/* Rows and columns of tiles. */
static const struct layout {
    int down, across;
} LAYOUTS[] = {{1, 1}, {1, 2}, {2, 2}, {2, 3}};

struct fixture {
    struct scene scene;
    const char *paths[PHOTOS];
    struct easel_terminal terminal;
    uint32_t random;
};

static struct easel_terminal terminal_of(enum easel_delta delta)
{
    return (struct easel_terminal){.graphics = EASEL_SIXEL,
        .delta = delta,
        .cell_width_px = CELL_WIDTH,
        .cell_height_px = CELL_HEIGHT,
        .colours = 1 << 24,
        .utf8 = true};
}

static void set_photo(struct fixture *fixture, struct easel_tile *tile)
{
    int32_t width, height;
    easel_room(&fixture->terminal, tile->rows, tile->cols, &width, &height);
    photo_release(tile->photo);
    tile->photo =
        photo_load(NULL, fixture->paths[next_random(&fixture->random) % PHOTOS], width, height,
            false);
    assert_true(tile->photo && tile->photo->pixels);
}

static void change_look(struct fixture *fixture, struct easel_look *look)
{
    uint32_t random = next_random(&fixture->random);
    look->grey = random & 1;
    look->smooth = random & 2;
    look->zoom = random & 4 ? 0 : 1 + (random >> 8 & 7);
    look->x = random >> 12 & 63;
    look->y = random >> 18 & 63;
    look->brightness = random & 8 ? 20 : 0;
    look->contrast = random & 16 ? -30 : 0;
}

static void change_boxes(struct fixture *fixture, struct easel_tile *tile)
{
    static const uint8_t colours[3][3] = {{255, 0, 0}, {0, 200, 0}, {250, 250, 0}};
    uint32_t *random = &fixture->random;
    if (tile->box_count > 4)
        tile->box_count = 1;
    struct easel_box *box = easel_tile_add(tile);
    assert_non_null(box);
    *box = (struct easel_box){.x = next_random(random) % 60,
        .y = next_random(random) % 40,
        .w = next_random(random) % 60,
        .h = next_random(random) % 50,
        .line = (enum easel_line)(next_random(random) % 3),
        .line_px = (uint8_t)(1 + next_random(random) % 2),
        .label = "cat"};
    memcpy(box->rgb, colours[next_random(random) % 3], 3);
    /* A part of one column, whole ones and parts of others; sometimes the box alone. */
    uint32_t inside = 1 + next_random(random) % 40;
    uint32_t runs[] = {3 * MASK_HEIGHT, inside, MASK_HEIGHT, 2 * MASK_HEIGHT + inside,
        MASK_HEIGHT, 7, MASK_HEIGHT};
    if (next_random(random) % 2)
        assert_true(easel_tile_mask(tile, box, runs, sizeof runs / sizeof *runs, MASK_HEIGHT));
}

static struct easel_scene *lay_out(struct fixture *fixture)
{
    const struct layout *layout =
        &LAYOUTS[next_random(&fixture->random) % (sizeof LAYOUTS / sizeof *LAYOUTS)];
    struct easel_scene *made = easel_scene_new();
    assert_non_null(made);
    int rows = (ROWS - 1) / layout->down - 1, cols = COLS / layout->across - 1;
    for (int i = 0; i < layout->down * layout->across; i++) {
        struct easel_tile *tile = easel_scene_add(made);
        tile->row = 1 + i / layout->across * (rows + 1);
        tile->col = i % layout->across * (cols + 1);
        tile->rows = rows;
        tile->cols = cols;
        set_photo(fixture, tile);
        change_boxes(fixture, tile);
    }
    return made;
}

static void paint(struct easel *easel, const struct easel_scene *scene, bool whole,
    struct sixel_screen *screen, size_t *bytes)
{
    struct buf out;
    struct err err = {0};
    buf_init(&out, 16 << 20);
    if (!easel_paint(easel, scene, whole, &out, &err))
        fail_msg("%s", err.text);
    if (out.length && !sixel_screen_feed(screen, out.data, out.length))
        fail_msg("%s", screen->wrong);
    *bytes = out.length;
    buf_done(&out);
}

/* The cells of the tiles alone: all others belong to whoever paints text. */
static void expect_same(const struct sixel_screen *a, const struct sixel_screen *b,
    const struct easel_scene *scene, int step)
{
    size_t line = (size_t)COLS * CELL_WIDTH * 3;
    for (size_t i = 0; i < scene->tile_count; i++) {
        const struct easel_tile *tile = &scene->tiles[i];
        for (int y = tile->row * CELL_HEIGHT; y < (tile->row + tile->rows) * CELL_HEIGHT; y++) {
            size_t at = (size_t)y * line + (size_t)(tile->col * CELL_WIDTH * 3);
            if (memcmp(a->rgb + at, b->rgb + at, (size_t)(tile->cols * CELL_WIDTH * 3)) != 0)
                fail_msg("step %d: tile %zu of %zu differs in line %d", step, i, scene->tile_count, y);
        }
    }
}

static void compare_with_fresh(const struct fixture *fixture, const struct easel_scene *scene,
    const struct sixel_screen *screen, int step)
{
    struct sixel_screen fresh_screen;
    struct err err = {0};
    struct easel *fresh = easel_new(&fixture->terminal, NULL, &err);
    size_t bytes;
    assert_non_null(fresh);
    sixel_screen_init(&fresh_screen, ROWS, COLS, CELL_WIDTH, CELL_HEIGHT);
    fresh_screen.wipes_cells = screen->wipes_cells;
    paint(fresh, scene, true, &fresh_screen, &bytes);
    expect_same(screen, &fresh_screen, scene, step);
    sixel_screen_done(&fresh_screen);
    easel_free(fresh);
}

static void run(enum easel_delta delta, bool wipes_cells)
{
    struct fixture fixture = {.terminal = terminal_of(delta), .random = 7};
    struct sixel_screen screen;
    struct err err = {0};
    size_t bytes;
    scene_init(&fixture.scene);
    fixture.paths[0] = scene_picture(&fixture.scene, "a.png", 100, 80);
    fixture.paths[1] = scene_picture(&fixture.scene, "b.png", 60, 90);
    sixel_screen_init(&screen, ROWS, COLS, CELL_WIDTH, CELL_HEIGHT);
    screen.wipes_cells = wipes_cells;
    struct easel *easel = easel_new(&fixture.terminal, NULL, &err);
    struct easel_scene *scene = lay_out(&fixture);
    assert_non_null(easel);
    for (int step = 0; step < STEPS; step++) {
        uint32_t what = next_random(&fixture.random) % 10;
        struct easel_tile *tile =
            &scene->tiles[next_random(&fixture.random) % scene->tile_count];
        if (what == 0) {
            easel_scene_free(scene);
            scene = lay_out(&fixture);
        } else if (what == 1) {
            set_photo(&fixture, tile);
        } else if (what == 2) {
            change_look(&fixture, &tile->look);
        } else {
            change_boxes(&fixture, tile);
        }
        paint(easel, scene, false, &screen, &bytes);
        compare_with_fresh(&fixture, scene, &screen, step);
        paint(easel, scene, false, &screen, &bytes);
        assert_int_equal(bytes, 0); /* nothing changed */
    }
    easel_scene_free(scene);
    easel_free(easel);
    sixel_screen_done(&screen);
    scene_done(&fixture.scene);
}

static void test_pixels(void **state)
{
    (void)state;
    run(EASEL_PIXELS, false);
}

static void test_cells(void **state)
{
    (void)state;
    run(EASEL_CELLS, true);
}

static void test_full(void **state)
{
    (void)state;
    run(EASEL_FULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pixels),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
