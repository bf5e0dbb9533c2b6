/*
 * Figures: the SVG is what it must be, hostile texts stay texts, endings choose the writer.
 */
#include "scene.h"

#include "picture/pixels.h"
#include "work/figure.h"

#include <stdio.h>
#include <string.h>

static void test_svg_by_hand(void **state)
{
    (void)state;
    static const struct figure_point LINE[] = {{1, 2}, {3.5, 4}}, AT = {7, 8};
    struct arena arena = {0};
    struct figure figure = {.width_px = 20, .height_px = 10, .ground = {255, 255, 255},
        .title = "<a&\"b\">", .arena = &arena};
    struct buf out;
    buf_init(&out, 1 << 16);
    figure_add(&figure, &(struct figure_shape){.kind = FIGURE_LINE, .rgb = {255, 0, 16},
                            .alpha = 0.5, .points = LINE, .count = 2, .width_px = 2,
                            .dash = FIGURE_DASHED});
    figure_add(&figure, &(struct figure_shape){.kind = FIGURE_TEXT, .alpha = 1, .points = &AT,
                            .count = 1, .text = "</text>\x1b[2J\xff", .anchor = FIGURE_END});
    assert_true(figure_svg(&figure, &out, NULL));
    assert_non_null(strstr(out.data, "<title>&lt;a&amp;&quot;b&quot;&gt;</title>"));
    assert_non_null(strstr(out.data,
        "<polyline points=\"1.00,2.00 3.50,4.00\" stroke=\"#ff0010\" fill=\"none\""
        " stroke-width=\"2.00\" stroke-dasharray=\"9 5\" stroke-opacity=\"0.500\"/>"));
    assert_non_null(strstr(out.data,
        "text-anchor=\"end\" fill=\"#000000\">&lt;/text&gt;\\x1b[2J\\xff</text>"));
    buf_done(&out);
    figure_done(&figure);
    arena_done(&arena);
}

static void test_endings(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    struct figure figure = {.width_px = 8, .height_px = 8, .title = "", .arena = &scene.arena};
    char start[8] = "";
    scene_init(&scene);
    const char *png = scene_path(&scene, "f.PNG");
    assert_true(figure_write(&figure, png, &err));
    FILE *file = fopen(png, "rb");
    assert_true(file && fread(start, 1, 4, file) == 4 && !memcmp(start, "\x89PNG", 4));
    fclose(file);
    assert_true(figure_write(&figure, scene_path(&scene, "f.svg"), &err));
    assert_false(figure_write(&figure, scene_path(&scene, "f.gif"), &err));
    assert_int_equal(err.code, ERR_USAGE);
    scene_done(&scene);
}

/* A line across the middle of a picture of 20 x 10, in ARENA. */
static struct figure line_of(struct arena *arena, uint8_t red, double y)
{
    struct figure_point *points = ARENA_ARRAY(arena, struct figure_point, 2);
    struct figure figure = {.width_px = 20, .height_px = 10, .ground = {1, 2, 3}, .arena = arena};
    points[0] = (struct figure_point){0, y};
    points[1] = (struct figure_point){20, y};
    figure_add(&figure, &(struct figure_shape){.kind = FIGURE_LINE, .rgb = {red}, .alpha = 1,
                            .points = points, .count = 2, .width_px = 2});
    return figure;
}

static void test_a_photo_is_drawn_when_it_is_looked_at(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct figure figure = line_of(&arena, 200, 5);
    struct photo *photo = figure_photo(&figure);
    assert_non_null(photo);
    assert_int_equal(figure.count, 0);
    assert_null(arena.first); /* the photo has it */
    assert_null(photo->pixels);
    assert_int_equal(photo->original_width_px, 20);
    const struct pixels *pixels = photo_pixels(photo);
    assert_non_null(pixels);
    assert_ptr_equal(photo_pixels(photo_share(photo)), pixels);
    assert_int_equal(pixels->width_px, 20);
    assert_int_equal(pixels->height_px, 10);
    const uint8_t *above = pixels->rgb + (2 * 20 + 10) * 3, *on = pixels->rgb + (4 * 20 + 10) * 3;
    assert_true(above[0] == 1 && above[1] == 2 && above[2] == 3);
    assert_true(on[0] == 200 && on[1] == 0 && on[2] == 0);
    photo_release(photo);
    photo_release(photo);
    figure = line_of(&arena, 200, 5);
    photo_release(figure_photo(&figure)); /* never looked at */
}

static void test_a_digest_tells_figures_apart(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct figure figures[4] = {line_of(&arena, 200, 5), line_of(&arena, 200, 5),
        line_of(&arena, 201, 5), line_of(&arena, 200, 5.5)};
    struct digest first = figure_digest(&figures[0]), other;
    for (int i = 1; i < 4; i++) {
        other = figure_digest(&figures[i]);
        assert_int_equal(digest_equal(&first, &other), i == 1);
    }
    figures[1].width_px++;
    other = figure_digest(&figures[1]);
    assert_false(digest_equal(&first, &other));
    for (int i = 0; i < 4; i++)
        figure_done(&figures[i]);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_svg_by_hand), cmocka_unit_test(test_endings),
        cmocka_unit_test(test_a_photo_is_drawn_when_it_is_looked_at),
        cmocka_unit_test(test_a_digest_tells_figures_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
