/*
 * Sheets, decoded back: where pictures, boxes and gaps are; and what is too much or not there.
 */
#include "scene.h"
#include "temp.h"

#include "picture/decode.h"
#include "picture/png_out.h"
#include "work/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 120, HEIGHT = 80, GAP = 6, LINE = 10 };

static char in[512], out[512];
static struct easel_box box = {.x = 20, .y = 10, .w = 60, .h = 40, .rgb = {255, 0, 0}, .line_px = 2};

static void write_grey(int32_t width, int32_t height)
{
    struct pixels *grey = pixels_new(width, height);
    struct err err;
    memset(grey->rgb, 128, pixels_bytes(grey));
    assert_true(png_out_file(grey, in, &err));
    pixels_free(grey);
}

static int make_files(void **state)
{
    (void)state;
    const char *folder = temp_dir();
    snprintf(in, sizeof in, "%s/in.png", folder);
    snprintf(out, sizeof out, "%s/out.png", folder);
    write_grey(WIDTH, HEIGHT);
    return 0;
}

static struct pixels *draw(const struct sheet *sheet)
{
    struct err err;
    assert_true(sheet_write_png(sheet, NULL, out, &err));
    struct pixels *pixels = picture_decode(out, &(struct picture_ask){4000, 4000, false}, NULL, &err);
    assert_non_null(pixels);
    return pixels;
}

static void assert_pixel(const struct pixels *pixels, int x, int y, int r, int g, int b)
{
    const uint8_t *pixel = pixels->rgb + ((size_t)y * (size_t)pixels->width_px + (size_t)x) * 3;
    if (pixel[0] != r || pixel[1] != g || pixel[2] != b)
        fail_msg("%d %d is %d %d %d", x, y, pixel[0], pixel[1], pixel[2]);
}

static struct sheet_tile tile_of(const char *path)
{
    return (struct sheet_tile){.path = path, .boxes = {.boxes = &box, .box_count = 1}};
}

static void one_picture_alone(void **state)
{
    (void)state;
    struct sheet_tile tile = tile_of(in);
    struct sheet sheet = {.bare = true, .tiles = &tile, .count = 1, .cols = 1};
    struct pixels *pixels = draw(&sheet);
    assert_true(pixels->width_px == WIDTH && pixels->height_px == HEIGHT);
    assert_pixel(pixels, 20, 10, 255, 0, 0);
    assert_pixel(pixels, 21, 30, 255, 0, 0);
    assert_pixel(pixels, 79, 49, 255, 0, 0);
    assert_pixel(pixels, 19, 10, 128, 128, 128);
    assert_pixel(pixels, 22, 12, 128, 128, 128);
    assert_pixel(pixels, 80, 50, 128, 128, 128);
    pixels_free(pixels);
    struct err err;
    tile.path = "/nowhere/in.png";
    assert_false(sheet_write_png(&sheet, NULL, out, &err));
    assert_int_equal(err.code, ERR_IO);
}

/* Three in two columns, the last not there: text above, gaps between, its place not white. */
static void several_with_captions(void **state)
{
    (void)state;
    struct sheet_tile tiles[3] = {tile_of(in), tile_of(in), tile_of(NULL)};
    struct sheet sheet = {.heading = "all", .tiles = tiles, .count = 3, .cols = 2};
    snprintf(tiles[0].lines[0], sizeof tiles[0].lines[0], "one");
    struct pixels *pixels = draw(&sheet);
    int top = LINE + GAP + LINE;
    assert_int_equal(pixels->width_px, 2 * (WIDTH + GAP) + GAP);
    assert_int_equal(pixels->height_px, LINE + GAP + 2 * (LINE + HEIGHT + GAP));
    for (int i = 0; i < 2; i++) {
        int left = GAP + i * (WIDTH + GAP);
        assert_pixel(pixels, left + 20, top + 10, 255, 0, 0);
        assert_pixel(pixels, left, top, 128, 128, 128);
        assert_pixel(pixels, left - 1, top + 40, 255, 255, 255);
    }
    assert_pixel(pixels, GAP, top + HEIGHT + GAP + LINE, 224, 224, 224);
    assert_pixel(pixels, GAP + WIDTH + GAP, top + HEIGHT + GAP + LINE, 255, 255, 255);
    pixels_free(pixels);
}

/* In a size that all have, small ones are enlarged and boxes with them. */
static void a_size_for_all(void **state)
{
    (void)state;
    struct sheet_tile tile = tile_of(in);
    struct sheet sheet = {.tiles = &tile, .count = 1, .cols = 1, .width_px = 240, .height_px = 240};
    struct pixels *pixels = draw(&sheet);
    assert_int_equal(pixels->width_px, 240 + 2 * GAP);
    assert_pixel(pixels, GAP + 40, GAP + 20, 255, 0, 0);
    assert_pixel(pixels, GAP + 39, GAP + 20, 128, 128, 128);
    pixels_free(pixels);
}

/* Lines grow with the picture: 1400 pixels are twice 700. */
static void large_pictures_have_thicker_lines(void **state)
{
    (void)state;
    struct sheet_tile tile = tile_of(in);
    struct sheet sheet = {.bare = true, .tiles = &tile, .count = 1, .cols = 1};
    write_grey(1400, 1400);
    struct pixels *pixels = draw(&sheet);
    assert_pixel(pixels, 23, 30, 255, 0, 0);
    assert_pixel(pixels, 24, 30, 128, 128, 128);
    pixels_free(pixels);
    write_grey(WIDTH, HEIGHT);
}

/* However many: the sheet stays within what a picture can be. */
static void pictures_shrink_to_fit(void **state)
{
    (void)state;
    struct sheet_tile tiles[SHEET_MOST_TILES];
    struct sheet sheet = {.tiles = tiles, .count = 40, .cols = 40};
    for (size_t i = 0; i < sheet.count; i++)
        tiles[i] = tile_of(in);
    write_grey(1000, 20);
    struct err err;
    assert_true(sheet_write_png(&sheet, NULL, out, &err));
    int32_t width, height;
    assert_true(picture_size(out, &width, &height, &err));
    assert_true(width <= PIXELS_MAX_SIDE && width > PIXELS_MAX_SIDE / 2);
    write_grey(WIDTH, HEIGHT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_picture_alone),
        cmocka_unit_test(several_with_captions), cmocka_unit_test(a_size_for_all),
        cmocka_unit_test(large_pictures_have_thicker_lines),
        cmocka_unit_test(pictures_shrink_to_fit)};
    return cmocka_run_group_tests(tests, make_files, NULL);
}
