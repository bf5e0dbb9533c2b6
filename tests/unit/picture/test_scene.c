/*
 * Scenes: outlines, styles, labels, hostile boxes.
 */
#include "picture/draw.h"
#include "picture/label.h"
#include "picture/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 60, HEIGHT = 24 };

static const struct scene_map SAME = {1, 1, 0, 0};

/* The picture as text: '.' the base, '#' anything else. */
static void sketch(const struct pixels *p, char out[HEIGHT * (WIDTH + 1) + 1])
{
    for (int32_t y = 0; y < p->height_px; y++) {
        for (int32_t x = 0; x < p->width_px; x++) {
            const uint8_t *rgb = p->rgb + (y * p->width_px + x) * 3;
            *out++ = rgb[0] | rgb[1] | rgb[2] ? '#' : '.';
        }
        *out++ = '\n';
    }
    *out = '\0';
}

static void expect_drawn(
    int32_t w, int32_t h, const struct overlay_box *boxes, size_t count, const char *want)
{
    struct pixels *base = pixels_new(w, h), *out = pixels_new(w, h);
    char got[HEIGHT * (WIDTH + 1) + 1];
    assert_true(scene_compose(base, &SAME, boxes, count, out, NULL));
    sketch(out, got);
    assert_string_equal(got, want);
    pixels_free(base);
    pixels_free(out);
}

static void outlines_grow_inwards(void **state)
{
    (void)state;
    struct overlay_box box = {.x = 1, .y = 1, .w = 8, .h = 5, .rgb = {255, 0, 0}, .line_px = 1};
    expect_drawn(10, 7, &box, 1,
        "..........\n.########.\n.#......#.\n.#......#.\n.#......#.\n.########.\n..........\n");
    box.line_px = 2;
    expect_drawn(10, 7, &box, 1,
        "..........\n.########.\n.########.\n.##....##.\n.########.\n.########.\n..........\n");
    box.line_px = 3; /* nothing is left inside */
    expect_drawn(10, 7, &box, 1,
        "..........\n.########.\n.########.\n.########.\n.########.\n.########.\n..........\n");
}

static void styles_differ_and_clipping_keeps_them(void **state)
{
    (void)state;
    struct overlay_box box = {
        .w = 16, .h = 4, .rgb = {1, 1, 1}, .line_px = 1, .style = LINE_DASHED};
    expect_drawn(
        16, 4, &box, 1, "####...####...##\n#..............#\n#..............#\n##...####...####\n");
    box.style = LINE_DOTTED;
    expect_drawn(
        16, 4, &box, 1, "#..#..#..#..#..#\n................\n................\n#..#..#..#..#..#\n");
    box.style = LINE_DASHED;
    box.x = -5;
    box.w = 21;
    expect_drawn(
        16, 4, &box, 1, "..####...####..#\n...............#\n...............#\n##...####...####\n");
}

static void the_map_scales_and_moves(void **state)
{
    (void)state;
    struct overlay_box box = {.x = 10, .y = 10, .w = 20, .h = 10, .rgb = {9, 9, 9}, .line_px = 1};
    struct scene_map map = {0.25, 0.5, 3, -4};
    struct pixels *base = pixels_new(12, 8), *out = pixels_new(12, 8);
    assert_true(scene_compose(base, &map, &box, 1, out, NULL));
    char got[HEIGHT * (WIDTH + 1) + 1];
    sketch(out, got); /* x 5.5..10.5 to 6..11, y 1..6 */
    assert_string_equal(got,
        "............\n......#####.\n......#...#.\n......#...#.\n......#...#.\n"
        "......#####.\n............\n............\n");
    pixels_free(base);
    pixels_free(out);
}

static void labels_are_readable(void **state)
{
    (void)state;
    struct overlay_box box = {
        .y = 10, .w = 30, .h = 10, .rgb = {255, 255, 0}, .line_px = 1, .label = "Hi"};
    struct pixels *base = pixels_new(30, 20), *out = pixels_new(30, 20);
    assert_true(scene_compose(base, &SAME, &box, 1, out, NULL));
    static const char *const want[10] = {"##############", "#.###.###.####", "#.###.########",
        "#.###.##..####", "#.....###.####", "#.###.###.####", "#.###.###.####", "#.###.##...###",
        "##############", "##############"};
    for (int y = 0; y < 10; y++)
        for (int x = 0; x < 14; x++)
            assert_int_equal(out->rgb[(y * 30 + x) * 3] != 0, want[y][x] == '#');
    pixels_free(base);
    pixels_free(out);
}

static void hostile_boxes_and_words_do_no_harm(void **state)
{
    (void)state;
    const double odd[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300, 1e9, -1e9, 0, 5, -5, 1e-300};
    enum { COUNT = sizeof odd / sizeof *odd };
    struct pixels *base = pixels_new(40, 30), *out = pixels_new(40, 30);
    struct scene_texts texts = {0};
    for (int i = 0; i < COUNT * COUNT * COUNT * COUNT; i++) {
        struct overlay_box box = {.x = odd[i % COUNT],
            .y = odd[i / COUNT % COUNT],
            .w = odd[i / COUNT / COUNT % COUNT],
            .h = odd[i / COUNT / COUNT / COUNT],
            .line_px = i % 7 - 1,
            .style = (enum line_style)(i % 3),
            .rgb = {1, 1, 1},
            .label = "\x1b[2J\n\xe2\x80\xae\xff\xff label"};
        assert_true(scene_compose(base, &SAME, &box, 1, out, i % 2 ? &texts : NULL));
        for (size_t t = 0; i % 2 && t < texts.count; t++) {
            const struct scene_text *text = &texts.items[t];
            assert_string_equal(text->text, "?[2J????");
            assert_in_range(text->row, 0, 14);
            assert_in_range(text->col, 0, 39);
        }
    }
    struct overlay_box full = {.w = 9, .h = 9, .line_px = 1};
    memset(full.label, 'x', sizeof full.label); /* no terminator */
    assert_true(scene_compose(base, &SAME, &full, 1, out, NULL));
    scene_texts_done(&texts);
    pixels_free(base);
    pixels_free(out);
}

static bool overlap(struct draw_rect a, struct draw_rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static void labels_stay_inside_and_apart(void **state)
{
    (void)state;
    struct label_map map;
    assert_true(label_map_init(&map, 400, 300, 4));
    struct draw_rect places[60];
    uint32_t random = 5;
    int placed = 0;
    for (int i = 0; i < 60; i++) {
        random = random * 1664525u + 1013904223u;
        struct draw_rect box = {
            (int32_t)(random >> 8) % 400 - 20, (int32_t)(random >> 17) % 300 - 20, 30, 30};
        if (!label_place(&map, box, 40, 10, &places[placed]))
            continue;
        assert_in_range(places[placed].x, 0, 360);
        assert_in_range(places[placed].y, 0, 290);
        for (int j = 0; j < placed; j++)
            assert_false(overlap(places[placed], places[j]));
        placed++;
    }
    assert_true(placed > 50); /* nearly all of 60 find room */
    label_map_done(&map);
    assert_true(label_map_init(&map, 400, 300, 4));
    struct draw_rect same = {100, 100, 50, 50};
    for (int i = 0; i < 6; i++) { /* six for one box */
        assert_true(label_place(&map, same, 24, 10, &places[i]));
        for (int j = 0; j < i; j++)
            assert_false(overlap(places[i], places[j]));
    }
    while (label_place(&map, same, 24, 10, &places[0])) /* until it is all taken around it */
        continue;
    label_map_done(&map);
}

static void a_double_line_has_a_gap(void **state)
{
    (void)state;
    struct overlay_box box = {
        .x = 1, .y = 1, .w = 9, .h = 8, .line_px = 1, .rgb = {255, 0, 0}, .style = LINE_DOUBLE};
    expect_drawn(11, 10, &box, 1,
        "...........\n"
        ".#########.\n"
        ".#.......#.\n"
        ".#.#####.#.\n"
        ".#.#...#.#.\n"
        ".#.#...#.#.\n"
        ".#.#####.#.\n"
        ".#.......#.\n"
        ".#########.\n"
        "...........\n");
    box.w = box.h = 6; /* no room for a second */
    expect_drawn(8, 8, &box, 1,
        "........\n"
        ".######.\n"
        ".#....#.\n"
        ".#....#.\n"
        ".#....#.\n"
        ".#....#.\n"
        ".######.\n"
        "........\n");
}

static void texts_are_cells(void **state)
{
    (void)state;
    struct overlay_box boxes[2] = {
        {.x = 4, .y = 8, .w = 20, .h = 8, .line_px = 1, .rgb = {250, 250, 0}, .label = "cat .91"},
        {.x = 4, .y = 8, .w = 20, .h = 8, .line_px = 1, .rgb = {0, 0, 90}, .label = "dog"}};
    struct pixels *base = pixels_new(40, 30), *out = pixels_new(40, 30);
    struct scene_texts texts = {0};
    for (int round = 0; round < 2; round++) {
        assert_true(scene_compose(base, &SAME, boxes, 2, out, &texts));
        assert_int_equal(texts.count, 2);
        assert_string_equal(texts.items[0].text, "cat .91");
        assert_int_equal(texts.items[0].row, 3);
        assert_int_equal(texts.items[0].col, 4);
        assert_int_equal(texts.items[0].fg[0], 0);   /* black on yellow */
        assert_int_equal(texts.items[1].fg[0], 255); /* white on blue */
        assert_int_equal(texts.items[1].row, 3);
        assert_int_equal(texts.items[1].col, 21); /* at the right end, where there is room */
    }
    scene_texts_done(&texts);
    pixels_free(base);
    pixels_free(out);
}

static void labels_of_small_images_are_short(void **state)
{
    (void)state;
    static const struct {
        int32_t width;
        double left;
        const char *label;
    } WANT[] = {{60, 0, "FP person .52"}, {39, 0, "FP person .52"}, {36, 0, "FP person"},
        {60, 15, "FP person"}, {24, 0, "FP"}, {10, 0, "FP"}};
    struct overlay_box box = {
        .y = 8, .w = 20, .h = 8, .line_px = 1, .rgb = {250, 250, 0}, .label = "FP person .52"};
    struct scene_texts texts = {0};
    for (size_t i = 0; i < sizeof WANT / sizeof *WANT; i++) {
        struct pixels *base = pixels_new(WANT[i].width, 30), *out = pixels_new(WANT[i].width, 30);
        struct scene_map map = {.scale_x = 1, .scale_y = 1, .left_px = WANT[i].left};
        assert_true(scene_compose(base, &map, &box, 1, out, &texts));
        assert_int_equal(texts.count, 1);
        assert_string_equal(texts.items[0].text, WANT[i].label);
        pixels_free(base);
        pixels_free(out);
    }
    scene_texts_done(&texts);
}

static void tiny_boxes_are_seen(void **state)
{
    (void)state;
    struct overlay_box box = {.x = 5.2, .y = 3.1, .w = 0.3, .h = 0.2, .rgb = {255, 0, 0}, .line_px = 2};
    expect_drawn(10, 7, &box, 1,
        "..........\n....####..\n....####..\n....####..\n....####..\n..........\n..........\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outlines_grow_inwards),
        cmocka_unit_test(styles_differ_and_clipping_keeps_them),
        cmocka_unit_test(the_map_scales_and_moves),
        cmocka_unit_test(labels_are_readable),
        cmocka_unit_test(hostile_boxes_and_words_do_no_harm),
        cmocka_unit_test(labels_stay_inside_and_apart),
        cmocka_unit_test(a_double_line_has_a_gap),
        cmocka_unit_test(texts_are_cells),
        cmocka_unit_test(labels_of_small_images_are_short),
        cmocka_unit_test(tiny_boxes_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
