/*
 * Every way of sending pictures, through a screen that understands it: after any of 200 random
 * actions it shows what is to be seen, pixel for pixel. (Cells of blocks: test_blocks.)
 */
#include "iterm_screen.h"
#include "kitty_screen.h"
#include "picture/encode.h"
#include "sixel_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCREEN_ROWS = 14, SCREEN_COLS = 30, MOST_BOXES = 8, ACTIONS = 200, MOST_BYTES = 16 << 20 };

static const struct way {
    const char *name, *encoder;
    enum encode_delta delta;
    int colours;
} WAYS[] = {
    {"sixel, everything", "sixel", ENCODE_FULL, 64},
    {"sixel, bands", "sixel", ENCODE_BANDS, 64},
    {"sixel, cells", "sixel", ENCODE_CELLS, 0},
    {"sixel, pixels", "sixel", ENCODE_PIXELS, 0},
    {"kitty", "kitty", ENCODE_CELLS, 0},
    {"kitty, few colours", "kitty", ENCODE_CELLS, 64},
    {"iTerm2", "iterm", ENCODE_CELLS, 0},
    {"iTerm2, coarse", "iterm", ENCODE_CELLS, 64},
};

/* A place, and the cells that the terminal has then. */
static const struct geometry {
    int cell_width_px, cell_height_px;
    struct encode_place place;
} GEOMETRIES[] = {
    {10, 20, {.row = 1, .col = 2, .rows = 8, .cols = 20, .id = 1}},
    {9, 17, {.row = 3, .col = 0, .rows = 10, .cols = 27, .id = 2}},
    {7, 14, {.row = 0, .col = 5, .rows = 13, .cols = 11, .id = 3}},
    {10, 20, {.row = 2, .col = 2, .rows = 3, .cols = 28, .id = 4}},
};
enum { GEOMETRY_COUNT = sizeof GEOMETRIES / sizeof *GEOMETRIES };

struct stage {
    const struct way *way;
    const struct geometry *geometry;
    struct encoder_frame *frame;
    struct pixels *base, *shown;
    struct overlay_box boxes[MOST_BOXES];
    size_t box_count;
    struct scene_layers layers;
    uint32_t random;
    struct buf out;
    /* The screen, one of them. */
    struct sixel_screen sixel;
    struct kitty_screen kitty;
    struct iterm_screen iterm;
    uint8_t *seen, *plain; /* the whole screen; with the base alone */
    size_t bytes;
};

static uint32_t pick(struct stage *stage, uint32_t below)
{
    stage->random = stage->random * 1664525u + 1013904223u;
    return (stage->random >> 8) % below;
}

static bool is(const struct stage *stage, const char *encoder)
{
    return strcmp(stage->way->encoder, encoder) == 0;
}

/* ---- the screen ---- */

static void screen_open(struct stage *stage)
{
    int w = stage->geometry->cell_width_px, h = stage->geometry->cell_height_px;
    stage->bytes = (size_t)(SCREEN_ROWS * h) * (size_t)(SCREEN_COLS * w) * 3;
    stage->seen = malloc(stage->bytes);
    stage->plain = malloc(stage->bytes);
    if (is(stage, "sixel")) {
        sixel_screen_init(&stage->sixel, SCREEN_ROWS, SCREEN_COLS, w, h);
        stage->sixel.wipes_cells = stage->way->delta != ENCODE_PIXELS;
    } else if (is(stage, "kitty")) {
        kitty_screen_init(&stage->kitty, SCREEN_ROWS, SCREEN_COLS, w, h);
    } else {
        iterm_screen_init(&stage->iterm, SCREEN_ROWS, SCREEN_COLS, w, h);
    }
}

static void screen_close(struct stage *stage)
{
    if (is(stage, "sixel"))
        sixel_screen_done(&stage->sixel);
    else if (is(stage, "kitty"))
        kitty_screen_done(&stage->kitty);
    else
        iterm_screen_done(&stage->iterm);
    free(stage->seen);
    free(stage->plain);
}

/* Shows what was sent, and looks at it. */
static void screen_look(struct stage *stage)
{
    const struct buf *out = &stage->out;
    if (is(stage, "sixel")) {
        if (!sixel_screen_feed(&stage->sixel, out->data, out->length))
            fail_msg("%s: %s", stage->way->name, stage->sixel.wrong);
        memcpy(stage->seen, stage->sixel.rgb, stage->bytes);
    } else if (is(stage, "kitty")) {
        if (!kitty_screen_feed(&stage->kitty, out->data, out->length))
            fail_msg("%s: %s", stage->way->name, stage->kitty.wrong);
        kitty_screen_look(&stage->kitty, stage->seen);
    } else {
        if (!iterm_screen_feed(&stage->iterm, out->data, out->length))
            fail_msg("%s: %s", stage->way->name, stage->iterm.wrong);
        memcpy(stage->seen, stage->iterm.rgb, stage->bytes);
    }
    buf_clear(&stage->out);
}

static void expect_empty(struct stage *stage)
{
    for (size_t i = 0; i < stage->bytes; i++)
        if (stage->seen[i] != 40)
            fail_msg("%s: something stayed after erasing", stage->way->name);
    assert_int_equal(stage->kitty.image_count + stage->kitty.placement_count, 0);
}

/* Sixel tells colours in percent. */
static uint8_t as_sent(const struct stage *stage, uint8_t level)
{
    return is(stage, "sixel") ? (uint8_t)(((level * 100 + 127) / 255 * 255 + 50) / 100) : level;
}

/* The plain base where nothing is drawn, else just what is drawn; around it nothing. */
static void expect_shown(struct stage *stage, int action)
{
    const struct geometry *geometry = stage->geometry;
    int left = geometry->place.col * geometry->cell_width_px;
    int top = geometry->place.row * geometry->cell_height_px;
    int width = SCREEN_COLS * geometry->cell_width_px;
    for (size_t i = 0; i < stage->bytes / 3; i++) {
        int x = (int)(i % (size_t)width) - left, y = (int)(i / (size_t)width) - top;
        uint8_t want[3];
        memcpy(want, stage->plain + i * 3, 3);
        if (x >= 0 && y >= 0 && x < stage->shown->width_px && y < stage->shown->height_px) {
            size_t at = ((size_t)y * (size_t)stage->shown->width_px + (size_t)x) * 3;
            const uint8_t *drawn = stage->shown->rgb + at;
            for (int c = 0; memcmp(drawn, stage->base->rgb + at, 3) != 0 && c < 3; c++)
                want[c] = as_sent(stage, drawn[c]);
        }
        if (memcmp(want, stage->seen + i * 3, 3) != 0)
            fail_msg("%s, action %d: pixel %d,%d is %d,%d,%d and should be %d,%d,%d",
                stage->way->name, action, x, y, stage->seen[i * 3], stage->seen[i * 3 + 1],
                stage->seen[i * 3 + 2], want[0], want[1], want[2]);
    }
    assert_int_equal(stage->sixel.cursor.row + stage->kitty.cursor.row + stage->iterm.cursor.row, 0); /* it is back */
    assert_int_equal(stage->sixel.cursor.col + stage->kitty.cursor.col + stage->iterm.cursor.col, 0);
}

/* ---- the actions ---- */

static struct pixels *photo(int32_t w, int32_t h)
{
    struct pixels *p = pixels_new(w, h);
    uint32_t grain = 1;
    for (int32_t i = 0; i < w * h; i++) {
        grain = grain * 1664525u + 1013904223u;
        p->rgb[i * 3] = (uint8_t)(i % w * 200 / w + (grain >> 28));
        p->rgb[i * 3 + 1] = (uint8_t)(i / w * 200 / h + (grain >> 28));
        p->rgb[i * 3 + 2] = (uint8_t)(100 + (grain >> 27));
    }
    return p;
}

static void set_box(struct stage *stage, struct overlay_box *box)
{
    static const uint8_t COLOURS[6][3] = {
        {0, 255, 0}, {255, 0, 0}, {255, 200, 0}, {0, 90, 255}, {255, 0, 255}, {0, 255, 255}};
    uint32_t w = (uint32_t)stage->base->width_px, h = (uint32_t)stage->base->height_px;
    *box = (struct overlay_box){.x = (int)pick(stage, w + 20) - 20,
        .y = (int)pick(stage, h + 20) - 20,
        .w = pick(stage, w),
        .h = pick(stage, h),
        .style = (enum line_style)pick(stage, 3),
        .line_px = 1 + (int)pick(stage, SCENE_MAX_LINE_PX)};
    memcpy(box->rgb, COLOURS[pick(stage, 6)], 3);
    if (pick(stage, 2))
        snprintf(box->label, sizeof box->label, "P cat .%02u", pick(stage, 100));
}

static void compose(struct stage *stage)
{
    struct scene_map map = {.scale_x = 1, .scale_y = 1};
    assert_true(scene_lay(&map, stage->boxes, stage->box_count, stage->base->width_px,
        stage->base->height_px, &stage->layers, NULL));
    assert_true(scene_paint(stage->base, &stage->layers, stage->shown));
}

static void draw(struct stage *stage, bool full)
{
    const struct encode_scene scene = {stage->shown, &stage->layers, NULL};
    assert_true(encoder_draw(stage->frame, &scene, full, &stage->out, NULL));
}

/* A window of another size or font: a new place and a new screen. */
static void open_frame(struct stage *stage, const struct geometry *geometry)
{
    const struct encoder *encoder = encoder_find(stage->way->encoder);
    struct encode_terminal terminal = {.cell_width_px = geometry->cell_width_px,
        .cell_height_px = geometry->cell_height_px,
        .delta = stage->way->delta,
        .palette_colours = stage->way->colours};
    int32_t w, h;
    stage->geometry = geometry;
    screen_open(stage);
    encoder_area(encoder, &terminal, geometry->place.rows, geometry->place.cols, &w, &h);
    stage->base = photo(w, h);
    stage->shown = pixels_copy(stage->base);
    stage->frame = encoder_open(encoder, &terminal, &geometry->place, stage->base, NULL);
    assert_non_null(stage->frame);
    size_t boxes = stage->box_count;
    stage->box_count = 0;
    compose(stage);
    draw(stage, false);
    stage->box_count = boxes;
    screen_look(stage);
    memcpy(stage->plain, stage->seen, stage->bytes);
}

static void close_frame(struct stage *stage)
{
    encoder_erase(stage->frame, &stage->out);
    screen_look(stage);
    expect_empty(stage);
    encoder_close(stage->frame);
    screen_close(stage);
    pixels_free(stage->base);
    pixels_free(stage->shown);
}

static void act(struct stage *stage, int action)
{
    uint32_t what = pick(stage, 20);
    bool full = false;
    if (what == 0) {
        close_frame(stage);
        open_frame(stage, &GEOMETRIES[pick(stage, GEOMETRY_COUNT)]);
    } else if (what == 1) {
        encoder_erase(stage->frame, &stage->out);
        screen_look(stage);
        expect_empty(stage);
    } else if (what == 2) {
        full = true;
    } else if (what < 9 && stage->box_count < MOST_BOXES) {
        set_box(stage, &stage->boxes[stage->box_count++]);
    } else if (what < 14 && stage->box_count) {
        stage->boxes[pick(stage, (uint32_t)stage->box_count)] = stage->boxes[stage->box_count - 1];
        stage->box_count--;
    } else if (stage->box_count) {
        struct overlay_box *box = &stage->boxes[pick(stage, (uint32_t)stage->box_count)];
        box->x += (int)pick(stage, 9) - 4;
        box->y += (int)pick(stage, 9) - 4;
    }
    compose(stage);
    draw(stage, full);
    screen_look(stage);
    expect_shown(stage, action);
}

static void every_way_shows_what_is_drawn(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
        struct stage *stage = calloc(1, sizeof *stage);
        stage->way = &WAYS[i];
        stage->random = 7;
        buf_init(&stage->out, MOST_BYTES);
        open_frame(stage, &GEOMETRIES[0]);
        for (int action = 0; action < ACTIONS; action++)
            act(stage, action);
        draw(stage, false);
        assert_int_equal(stage->out.length, 0); /* nothing changed, nothing sent */
        close_frame(stage);
        scene_layers_done(&stage->layers);
        buf_done(&stage->out);
        free(stage);
    }
}

/* More outlines than kitty is given whole sheets for: the others are bars, and look no different. */
static void many_outlines_of_kitty_are_bars(void **state)
{
    (void)state;
    enum { BOXES = 40 };
    static const struct way KITTY = {"kitty, many outlines", "kitty", ENCODE_CELLS, 64};
    static const struct geometry LARGE = {
        32, 48, {.row = 1, .col = 1, .rows = 12, .cols = 28, .id = 5}};
    struct stage *stage = calloc(1, sizeof *stage);
    struct overlay_box boxes[BOXES];
    struct scene_map map = {.scale_x = 1, .scale_y = 1};
    stage->way = &KITTY;
    stage->random = 11;
    buf_init(&stage->out, MOST_BYTES);
    open_frame(stage, &LARGE);
    for (int i = 0; i < BOXES; i++) {
        set_box(stage, &boxes[i]);
        boxes[i].rgb[2] = (uint8_t)(i * 6);
    }
    for (int count = BOXES; count > 0; count -= 13) {
        assert_true(scene_lay(&map, boxes, (size_t)count, stage->base->width_px,
            stage->base->height_px, &stage->layers, NULL));
        assert_true(scene_paint(stage->base, &stage->layers, stage->shown));
        draw(stage, false);
        screen_look(stage);
        expect_shown(stage, count);
        size_t bars = 0;
        for (size_t i = 0; i < stage->kitty.image_count; i++)
            bars += stage->kitty.images[i].width > (uint32_t)stage->base->width_px &&
                    stage->kitty.images[i].height <= 2 * SCENE_MAX_LINE_PX;
        assert_true(bars > 2);
    }
    close_frame(stage);
    scene_layers_done(&stage->layers);
    buf_done(&stage->out);
    free(stage);
}

/* Tiles on one screen of kitty, each a frame of its own: what one sends, forgets or takes away leaves
 * the others as they were. */
struct tile {
    struct encode_place place;
    struct encoder_frame *frame;
    struct pixels *base, *shown, *plain;
    struct overlay_box boxes[MOST_BOXES];
    size_t box_count;
};

enum { TILES = 4, TILE_CELL_PX = 10, TILE_CELL_HIGH_PX = 20 };

static void tile_open(struct tile *tile, size_t where, uint32_t id)
{
    static const struct encode_place PLACES[TILES] = {{1, 1, 6, 14, 0}, {1, 15, 6, 15, 0},
        {7, 0, 6, 10, 0}, {7, 10, 6, 19, 0}};
    const struct encode_terminal terminal = {.cell_width_px = TILE_CELL_PX,
        .cell_height_px = TILE_CELL_HIGH_PX,
        .palette_colours = 64};
    tile->place = PLACES[where];
    tile->place.id = id;
    tile->base = photo(tile->place.cols * TILE_CELL_PX, tile->place.rows * TILE_CELL_HIGH_PX - 6);
    tile->shown = pixels_copy(tile->base);
    tile->plain = pixels_copy(tile->base);
    tile->frame =
        encoder_open(encoder_find("kitty"), &terminal, &tile->place, tile->base, NULL);
    assert_non_null(tile->frame);
    tile->box_count = 0;
}

/* What is seen at the tile's pixel X, Y. */
static const uint8_t *seen_at(const struct stage *stage, const struct tile *tile, int x, int y)
{
    size_t row = (size_t)(tile->place.row * TILE_CELL_HIGH_PX + y);
    size_t col = (size_t)(tile->place.col * TILE_CELL_PX + x);
    return stage->seen + (row * SCREEN_COLS * TILE_CELL_PX + col) * 3;
}

static void tile_draw(struct stage *stage, struct tile *tile, bool full)
{
    struct scene_map map = {.scale_x = 1, .scale_y = 1};
    const struct encode_scene scene = {tile->shown, &stage->layers, NULL};
    assert_true(scene_lay(&map, tile->boxes, tile->box_count, tile->base->width_px,
        tile->base->height_px, &stage->layers, NULL));
    assert_true(scene_paint(tile->base, &stage->layers, tile->shown));
    assert_true(encoder_draw(tile->frame, &scene, full, &stage->out, NULL));
    screen_look(stage);
}

static void tile_close(struct stage *stage, struct tile *tile)
{
    encoder_erase(tile->frame, &stage->out);
    encoder_close(tile->frame);
    pixels_free(tile->base);
    pixels_free(tile->shown);
    pixels_free(tile->plain);
    screen_look(stage);
}

/* First without boxes: so it is known what its palette makes of the base. */
static void tile_begin(struct stage *stage, struct tile *tile, size_t where, uint32_t id)
{
    tile_open(tile, where, id);
    tile_draw(stage, tile, false);
    for (int y = 0; y < tile->base->height_px; y++)
        for (int x = 0; x < tile->base->width_px; x++)
            memcpy(tile->plain->rgb + (y * tile->base->width_px + x) * 3,
                seen_at(stage, tile, x, y), 3);
}

static void expect_tile(const struct stage *stage, const struct tile *tile, int action)
{
    for (int y = 0; y < tile->base->height_px; y++)
        for (int x = 0; x < tile->base->width_px; x++) {
            size_t at = (size_t)(y * tile->base->width_px + x) * 3;
            bool drawn = memcmp(tile->shown->rgb + at, tile->base->rgb + at, 3) != 0;
            if (memcmp(seen_at(stage, tile, x, y), (drawn ? tile->shown : tile->plain)->rgb + at, 3))
                fail_msg("action %d: tile at %d, %d: pixel %d, %d", action, tile->place.row,
                    tile->place.col, x, y);
        }
}

static void tiles_of_kitty_leave_one_another_alone(void **state)
{
    (void)state;
    static const struct way KITTY = {"kitty, tiles", "kitty", ENCODE_CELLS, 64};
    static const struct geometry CELLS = {TILE_CELL_PX, TILE_CELL_HIGH_PX, {.id = 1}};
    struct stage *stage = calloc(1, sizeof *stage);
    struct tile tiles[TILES];
    uint32_t id = 0;
    stage->way = &KITTY;
    stage->geometry = &CELLS;
    stage->random = 23;
    buf_init(&stage->out, MOST_BYTES);
    screen_open(stage);
    for (size_t t = 0; t < TILES; t++)
        tile_begin(stage, &tiles[t], t, ++id);
    for (int action = 0; action < ACTIONS / 2; action++) {
        size_t where = pick(stage, TILES);
        struct tile *tile = &tiles[where];
        uint32_t what = pick(stage, 12);
        stage->base = tile->base;
        if (what == 0) { /* the next image, in the same place */
            tile_close(stage, tile);
            tile_begin(stage, tile, where, ++id);
        } else if (what < 8 && tile->box_count < MOST_BOXES) {
            set_box(stage, &tile->boxes[tile->box_count++]);
        } else if (tile->box_count) {
            tile->boxes[pick(stage, (uint32_t)tile->box_count)] = tile->boxes[tile->box_count - 1];
            tile->box_count--;
        }
        tile_draw(stage, tile, what == 1);
        for (int t = 0; t < TILES; t++)
            expect_tile(stage, &tiles[t], action);
    }
    for (int t = 0; t < TILES; t++)
        tile_close(stage, &tiles[t]);
    expect_empty(stage);
    screen_close(stage);
    scene_layers_done(&stage->layers);
    buf_done(&stage->out);
    free(stage);
}

/* Four boxes that come or go, in a picture of 800 x 600: what a step of the slider costs. */
static size_t bytes_of_step(struct encoder_frame *frame, const struct pixels *base,
    struct pixels *shown, const struct overlay_box *boxes, size_t count, struct buf *out)
{
    struct scene_map map = {.scale_x = 1, .scale_y = 1};
    struct scene_layers layers = {0};
    const struct encode_scene scene = {shown, &layers, NULL};
    buf_clear(out);
    assert_true(
        scene_lay(&map, boxes, count, base->width_px, base->height_px, &layers, NULL));
    assert_true(scene_paint(base, &layers, shown));
    assert_true(encoder_draw(frame, &scene, false, out, NULL));
    scene_layers_done(&layers);
    return out->length;
}

static void a_step_of_the_slider_is_cheap(void **state)
{
    (void)state;
    static const struct {
        const char *encoder;
        enum encode_delta delta;
        size_t most;
    } COSTS[] = {{"sixel", ENCODE_PIXELS, 12000}, {"sixel", ENCODE_CELLS, 50000},
        {"kitty", ENCODE_CELLS, 1536}};
    for (size_t i = 0; i < sizeof COSTS / sizeof *COSTS; i++) {
        struct encode_terminal terminal = {
            .cell_width_px = 8, .cell_height_px = 20, .delta = COSTS[i].delta};
        struct encode_place place = {.rows = 30, .cols = 100, .id = 1};
        struct pixels *base = photo(800, 600), *shown = pixels_copy(base);
        struct encoder_frame *frame =
            encoder_open(encoder_find(COSTS[i].encoder), &terminal, &place, base, NULL);
        struct overlay_box boxes[12] = {0};
        struct buf out;
        for (int b = 0; b < 12; b++) {
            boxes[b] = (struct overlay_box){.x = 20 + b % 4 * 190 + b / 4 * 9,
                .y = 20 + b / 4 * 190 + b % 4 * 7,
                .w = 100,
                .h = 80,
                .line_px = 2,
                .style = b % 2 ? LINE_DASHED : LINE_SOLID,
                .rgb = {255, (uint8_t)(b % 2 * 200), 0}};
            snprintf(boxes[b].label, sizeof boxes[b].label, "P cat .%02d", 50 + b);
        }
        buf_init(&out, MOST_BYTES);
        bytes_of_step(frame, base, shown, boxes, 8, &out);
        size_t more = bytes_of_step(frame, base, shown, boxes, 12, &out);
        size_t fewer = bytes_of_step(frame, base, shown, boxes, 8, &out);
        print_message("%s %d: four more %zu bytes, four fewer %zu\n", COSTS[i].encoder,
            (int)COSTS[i].delta, more, fewer);
        assert_true(more + fewer <= 2 * COSTS[i].most);
        buf_done(&out);
        encoder_close(frame);
        pixels_free(base);
        pixels_free(shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_shows_what_is_drawn),
        cmocka_unit_test(many_outlines_of_kitty_are_bars),
        cmocka_unit_test(tiles_of_kitty_leave_one_another_alone),
        cmocka_unit_test(a_step_of_the_slider_is_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
