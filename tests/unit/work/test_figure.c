/*
 * Figures: the SVG is what it must be, hostile texts stay texts, endings choose the writer.
 */
#include "scene.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_svg_by_hand), cmocka_unit_test(test_endings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
