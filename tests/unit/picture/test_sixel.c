/*
 * Sixel: what is drawn by changes equals what is drawn at once, in every way and many geometries.
 */
#include "picture/encode.h"
#include "sixel_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sixel/sixel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 32 << 20, MOST_BOXES = 6, STEPS = 200 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Smooth, with grain: more than 240 colours. */
static struct pixels *photo(int32_t w, int32_t h)
{
    struct pixels *p = pixels_new(w, h);
    uint32_t random = 1;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            uint8_t *rgb = p->rgb + ((size_t)y * (size_t)w + (size_t)x) * 3;
            uint32_t grain = next_random(&random) % 16;
            rgb[0] = (uint8_t)((uint32_t)x * 239 / (uint32_t)w + grain);
            rgb[1] = (uint8_t)((uint32_t)y * 239 / (uint32_t)h + grain);
            rgb[2] = (uint8_t)((uint32_t)(x + y) * 120 / (uint32_t)(w + h) + grain * 2);
        }
    return p;
}

static struct overlay_box random_box(uint32_t *random, const struct pixels *base)
{
    static const uint8_t colours[6][3] = {
        {0, 255, 0}, {255, 0, 0}, {255, 200, 0}, {0, 90, 255}, {255, 0, 255}, {0, 255, 255}};
    struct overlay_box box = {.x = (int32_t)(next_random(random) % (uint32_t)base->width_px) - 20,
        .y = (int32_t)(next_random(random) % (uint32_t)base->height_px) - 20,
        .w = next_random(random) % 90,
        .h = next_random(random) % 90,
        .style = (enum line_style)(next_random(random) % 3),
        .line_px = 1 + (int)(next_random(random) % 4)};
    memcpy(box.rgb, colours[next_random(random) % 6], 3);
    if (next_random(random) % 2)
        snprintf(box.label, sizeof box.label, "cat .%02u", next_random(random) % 100);
    return box;
}

/* The screen after SHOWN was drawn at once by a frame of its own. */
static void expect_like_full(const struct sixel_screen *screen,
    const struct encode_terminal *terminal, const struct encode_place *place,
    const struct pixels *base, const struct pixels *shown)
{
    struct sixel_screen other;
    sixel_screen_init(
        &other, screen->rows, screen->cols, screen->cell_width_px, screen->cell_height_px);
    struct encoder_frame *frame = encoder_open(encoder_find("sixel"), terminal, place, base, NULL);
    struct buf out;
    buf_init(&out, MOST_BYTES);
    assert_true(encoder_draw(frame, &(struct encode_scene){.pixels = shown}, true, &out, NULL));
    assert_true(sixel_screen_feed(&other, out.data, out.length));
    size_t width = (size_t)(screen->cols * screen->cell_width_px) * 3;
    size_t at = (size_t)(place->row * screen->cell_height_px) * width +
                (size_t)(place->col * screen->cell_width_px) * 3;
    for (int32_t y = 0; y < shown->height_px; y++)
        assert_memory_equal(screen->rgb + at + (size_t)y * width,
            other.rgb + at + (size_t)y * width, (size_t)shown->width_px * 3);
    buf_done(&out);
    encoder_close(frame);
    sixel_screen_done(&other);
}

struct geometry {
    int cell_width_px, cell_height_px, rows, cols;
    int max_width_px, max_height_px;
    int cut_px; /* the picture is so much narrower than its place */
};

static const struct geometry GEOMETRIES[] = {
    {8, 16, 12, 25, 0, 0, 0},
    {9, 17, 13, 21, 0, 0, 5},
    {10, 18, 11, 20, 100, 100, 0},
    {7, 15, 20, 30, 64, 45, 3},
    {5, 6, 30, 40, 1000, 1000, 0},
};

static void run_steps(const struct geometry *geometry, enum encode_delta delta)
{
    struct encode_terminal terminal = {.cell_width_px = geometry->cell_width_px,
        .cell_height_px = geometry->cell_height_px,
        .max_width_px = geometry->max_width_px,
        .max_height_px = geometry->max_height_px,
        .delta = delta};
    struct encode_place place = {
        .row = 1, .col = 2, .rows = geometry->rows, .cols = geometry->cols};
    const struct encoder *encoder = encoder_find("sixel");
    int32_t w, h;
    encoder_area(encoder, &terminal, place.rows, place.cols, &w, &h);
    assert_int_equal(h % 6, 0);
    struct pixels *base = photo(w - geometry->cut_px, h), *shown = pixels_copy(base);
    struct sixel_screen screen;
    sixel_screen_init(
        &screen, place.rows + 2, place.cols + 3, geometry->cell_width_px, geometry->cell_height_px);
    screen.wipes_cells = delta == ENCODE_CELLS || delta == ENCODE_BANDS;
    struct encoder_frame *frame = encoder_open(encoder, &terminal, &place, base, NULL);
    assert_non_null(frame);
    struct buf out;
    buf_init(&out, MOST_BYTES);
    struct overlay_box boxes[MOST_BOXES] = {0};
    struct scene_map map = {1, 1, 0, 0};
    uint32_t random = 7;
    int steps = delta == ENCODE_PIXELS || delta == ENCODE_CELLS ? STEPS : STEPS / 8;
    for (int step = 0; step < steps; step++) {
        boxes[next_random(&random) % MOST_BOXES] = random_box(&random, base);
        size_t count = next_random(&random) % (MOST_BOXES + 1);
        assert_true(scene_compose(base, &map, boxes, count, shown, NULL));
        buf_clear(&out);
        assert_true(encoder_draw(frame, &(struct encode_scene){.pixels = shown}, step % 50 == 49, &out, NULL));
        if (!sixel_screen_feed(&screen, out.data, out.length))
            fail_msg("step %d: %s", step, screen.wrong);
        if (step % 20 == 19 || step < 3)
            expect_like_full(&screen, &terminal, &place, base, shown);
    }
    if (delta == ENCODE_PIXELS)
        assert_true(screen.clear_images > STEPS / 2);
    else
        assert_int_equal(screen.clear_images, 0);
    if (delta == ENCODE_BANDS && geometry->max_height_px == 0)
        assert_int_equal(screen.odd_heights, 0);
    if (geometry->max_width_px) {
        assert_true(screen.largest_width_px <= geometry->max_width_px);
        assert_true(screen.largest_height_px <= geometry->max_height_px);
    }
    assert_int_equal(screen.cursor.row + screen.cursor.col, 0); /* the cursor is back */
    buf_done(&out);
    encoder_close(frame);
    sixel_screen_done(&screen);
    pixels_free(base);
    pixels_free(shown);
}

static void changes_draw_what_a_full_redraw_draws(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof GEOMETRIES / sizeof *GEOMETRIES; i++)
        for (int delta = ENCODE_FULL; delta <= ENCODE_PIXELS; delta++)
            run_steps(&GEOMETRIES[i], (enum encode_delta)delta);
}

struct small {
    struct encode_terminal terminal;
    struct encode_place place;
    struct pixels *base, *shown;
    struct encoder_frame *frame;
    struct buf out;
};

static void small_open_within(struct small *small, enum encode_delta delta, int32_t most_bytes)
{
    *small = (struct small){.terminal = {.cell_width_px = 10,
                                .cell_height_px = 20,
                                .most_bytes = most_bytes,
                                .delta = delta},
        .place = {.rows = 9, .cols = 24}};
    small->base = photo(240, 180);
    small->shown = pixels_copy(small->base);
    small->frame =
        encoder_open(encoder_find("sixel"), &small->terminal, &small->place, small->base, NULL);
    buf_init(&small->out, MOST_BYTES);
    assert_true(encoder_draw(small->frame, &(struct encode_scene){.pixels = small->base}, false, &small->out, NULL));
}

static void small_open(struct small *small, enum encode_delta delta)
{
    small_open_within(small, delta, 0);
}

static void small_close(struct small *small)
{
    encoder_close(small->frame);
    pixels_free(small->base);
    pixels_free(small->shown);
    buf_done(&small->out);
}

static void boxes_are_of_their_colour_and_few_bytes(void **state)
{
    (void)state;
    struct small small;
    small_open(&small, ENCODE_PIXELS);
    size_t full = small.out.length;
    struct sixel_screen screen;
    sixel_screen_init(&screen, 9, 24, 10, 20);
    assert_true(sixel_screen_feed(&screen, small.out.data, small.out.length));
    struct overlay_box box = {
        .x = 31, .y = 42, .w = 60, .h = 50, .rgb = {255, 102, 0}, .line_px = 2};
    struct scene_map map = {1, 1, 0, 0};
    scene_compose(small.base, &map, &box, 1, small.shown, NULL);
    buf_clear(&small.out);
    assert_true(encoder_draw(small.frame, &(struct encode_scene){.pixels = small.shown}, false, &small.out, NULL));
    assert_true(small.out.length > 0 && small.out.length < full / 100);
    assert_true(sixel_screen_feed(&screen, small.out.data, small.out.length));
    for (int32_t i = 0; i < 240 * 180; i++)
        if (memcmp(small.shown->rgb + i * 3, small.base->rgb + i * 3, 3) != 0)
            assert_memory_equal(screen.rgb + i * 3, box.rgb, 3);
    buf_clear(&small.out);
    assert_true(encoder_draw(small.frame, &(struct encode_scene){.pixels = small.shown}, false, &small.out, NULL));
    assert_int_equal(small.out.length, 0); /* nothing changed, nothing sent */
    sixel_screen_done(&screen);
    small_close(&small);
}

/* The base comes within the distance that 240 colours allow. */
static void the_base_looks_like_itself(void **state)
{
    (void)state;
    struct small small;
    small_open(&small, ENCODE_FULL);
    struct sixel_screen screen;
    sixel_screen_init(&screen, 9, 24, 10, 20);
    assert_true(sixel_screen_feed(&screen, small.out.data, small.out.length));
    int64_t sum = 0;
    for (int32_t i = 0; i < 240 * 180 * 3; i++) {
        int d = screen.rgb[i] - small.base->rgb[i];
        sum += d * d;
    }
    assert_true(sum < INT64_C(240) * 180 * 3 * 100); /* root mean square error below 10 of 255 */
    assert_int_equal(screen.images, 1);
    sixel_screen_done(&screen);
    small_close(&small);
}

/* As many colours as the bytes allow: a little more room is not left unused. */
static void a_picture_keeps_to_its_bytes(void **state)
{
    (void)state;
    struct small small;
    small_open(&small, ENCODE_FULL);
    size_t whole = small.out.length, before = whole;
    small_close(&small);
    for (size_t part = 9; part >= 4; part--) {
        size_t most = whole * part / 10;
        small_open_within(&small, ENCODE_FULL, (int32_t)most);
        assert_true(small.out.length <= most + most / 10 && small.out.length <= before);
        assert_true(small.out.length > most / 3);
        before = small.out.length;
        small_close(&small);
    }
    small_open_within(&small, ENCODE_FULL, (int32_t)whole * 2);
    assert_int_equal(small.out.length, whole);
    small_close(&small);
    small_open_within(&small, ENCODE_FULL, 1); /* what cannot be is as small as can be */
    assert_true(small.out.length > 100 && small.out.length < whole / 2);
    small_close(&small);
}

static void libsixel_reads_the_same_picture(void **state)
{
    (void)state;
    struct small small;
    small_open(&small, ENCODE_FULL);
    struct sixel_screen screen;
    sixel_screen_init(&screen, 9, 24, 10, 20);
    assert_true(sixel_screen_feed(&screen, small.out.data, small.out.length));
    char *begin = memmem(small.out.data, small.out.length, "\x1bP", 2);
    char *end = memmem(begin, small.out.length - (size_t)(begin - small.out.data), "\x1b\\", 2);
    unsigned char *pixels = NULL, *palette = NULL;
    int w, h, colours;
    sixel_allocator_t *allocator;
    assert_int_equal(sixel_allocator_new(&allocator, malloc, calloc, realloc, free), SIXEL_OK);
    assert_int_equal(sixel_decode_raw((unsigned char *)begin, (int)(end + 2 - begin), &pixels, &w,
                         &h, &palette, &colours, allocator),
        SIXEL_OK);
    assert_int_equal(w, 240);
    assert_int_equal(h, 180);
    for (int i = 0; i < w * h; i++)
        for (int c = 0; c < 3; c++) {
            int d = palette[pixels[i] * 3 + c] - screen.rgb[i * 3 + c];
            assert_in_range(d + 1, 0, 2); /* percent to 255, rounded or cut */
        }
    free(pixels);
    free(palette);
    sixel_allocator_unref(allocator);
    sixel_screen_done(&screen);
    small_close(&small);
}

static void more_colours_than_registers_still_draw(void **state)
{
    (void)state;
    struct small small;
    small_open(&small, ENCODE_PIXELS);
    struct sixel_screen screen;
    sixel_screen_init(&screen, 9, 24, 10, 20);
    assert_true(sixel_screen_feed(&screen, small.out.data, small.out.length));
    struct overlay_box boxes[60] = {0};
    for (int i = 0; i < 60; i++)
        boxes[i] = (struct overlay_box){.x = i * 3,
            .y = i * 2,
            .w = 40,
            .h = 40,
            .line_px = 1,
            .rgb = {(uint8_t)(i * 4), (uint8_t)(255 - i * 4), (uint8_t)(i * 37)}};
    struct scene_map map = {1, 1, 0, 0};
    scene_compose(small.base, &map, boxes, 60, small.shown, NULL);
    buf_clear(&small.out);
    assert_true(encoder_draw(small.frame, &(struct encode_scene){.pixels = small.shown}, false, &small.out, NULL));
    if (!sixel_screen_feed(&screen, small.out.data, small.out.length))
        fail_msg("%s", screen.wrong);
    sixel_screen_done(&screen);
    small_close(&small);
}

static void erasing_leaves_the_background(void **state)
{
    (void)state;
    struct small small;
    small_open(&small, ENCODE_CELLS);
    encoder_erase(small.frame, &small.out);
    struct sixel_screen screen;
    sixel_screen_init(&screen, 9, 24, 10, 20);
    uint8_t ground = screen.rgb[0];
    assert_true(sixel_screen_feed(&screen, small.out.data, small.out.length));
    for (int32_t i = 0; i < 240 * 180 * 3; i++)
        assert_int_equal(screen.rgb[i], ground);
    buf_clear(&small.out);
    assert_true(encoder_draw(small.frame, &(struct encode_scene){.pixels = small.base}, false, &small.out, NULL));
    assert_true(small.out.length > 1000); /* all of it again */
    sixel_screen_done(&screen);
    small_close(&small);
}

static void a_full_buffer_is_an_error_and_then_drawn_again(void **state)
{
    (void)state;
    struct small small;
    small_open(&small, ENCODE_CELLS);
    struct buf little;
    buf_init(&little, 2000);
    struct err err = {0};
    assert_false(encoder_draw(small.frame, &(struct encode_scene){.pixels = small.base}, true, &little, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    buf_done(&little);
    size_t full = small.out.length;
    buf_clear(&small.out);
    assert_true(encoder_draw(small.frame, &(struct encode_scene){.pixels = small.base}, false, &small.out, NULL));
    assert_int_equal(small.out.length, full);
    small_close(&small);
}

static void tiny_and_wrong_sizes(void **state)
{
    (void)state;
    const struct encoder *encoder = encoder_find("sixel");
    struct encode_terminal terminal = {.cell_width_px = 8, .cell_height_px = 16};
    struct encode_place place = {.rows = 1, .cols = 1};
    struct pixels *one = pixels_new(1, 1), *large = pixels_new(9, 6);
    struct buf out;
    buf_init(&out, MOST_BYTES);
    struct encoder_frame *frame = encoder_open(encoder, &terminal, &place, one, NULL);
    assert_true(encoder_draw(frame, &(struct encode_scene){.pixels = one}, true, &out, NULL));
    struct sixel_screen screen;
    sixel_screen_init(&screen, 1, 1, 8, 16);
    assert_true(sixel_screen_feed(&screen, out.data, out.length));
    assert_int_equal(screen.rgb[0] + screen.rgb[1] + screen.rgb[2], 0);
    struct err err = {0};
    assert_false(encoder_draw(frame, &(struct encode_scene){.pixels = large}, true, &out, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_null(encoder_open(encoder, &terminal, &place, large, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_null(encoder_find("nothing"));
    encoder_close(frame);
    encoder_close(NULL);
    sixel_screen_done(&screen);
    buf_done(&out);
    pixels_free(one);
    pixels_free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_draw_what_a_full_redraw_draws),
        cmocka_unit_test(boxes_are_of_their_colour_and_few_bytes),
        cmocka_unit_test(the_base_looks_like_itself),
        cmocka_unit_test(a_picture_keeps_to_its_bytes),
        cmocka_unit_test(libsixel_reads_the_same_picture),
        cmocka_unit_test(more_colours_than_registers_still_draw),
        cmocka_unit_test(erasing_leaves_the_background),
        cmocka_unit_test(a_full_buffer_is_an_error_and_then_drawn_again),
        cmocka_unit_test(tiny_and_wrong_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
