/*
 * Coloured cells, judged by libvterm: the screen after changes equals the screen drawn at once.
 */
#include "picture/encode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

enum { ROWS = 12, COLS = 30, TOP = 2, LEFT = 3, STEPS = 200, MOST_BYTES = 1 << 20 };

struct screen {
    VTerm *vterm;
    VTermScreen *cells;
};

static struct screen screen_open(void)
{
    struct screen screen = {.vterm = vterm_new(ROWS + TOP + 1, COLS + LEFT + 1)};
    vterm_set_utf8(screen.vterm, 1);
    screen.cells = vterm_obtain_screen(screen.vterm);
    vterm_screen_reset(screen.cells, 1);
    return screen;
}

static void feed(struct screen *screen, const struct buf *out)
{
    assert_int_equal(vterm_input_write(screen->vterm, out->data, out->length), out->length);
}

static VTermScreenCell cell_at(const struct screen *screen, int row, int col)
{
    VTermScreenCell cell;
    vterm_screen_get_cell(screen->cells, (VTermPos){row, col}, &cell);
    return cell;
}

static void expect_same(const struct screen *a, const struct screen *b)
{
    for (int row = 0; row < ROWS + TOP + 1; row++)
        for (int col = 0; col < COLS + LEFT + 1; col++) {
            VTermScreenCell p = cell_at(a, row, col), q = cell_at(b, row, col);
            assert_int_equal(p.chars[0], q.chars[0]);
            assert_int_equal(p.attrs.reverse, q.attrs.reverse);
            assert_true(vterm_color_is_equal(&p.bg, &q.bg));
            if (p.chars[0] != ' ') /* a blank's own colour is not seen */
                assert_true(vterm_color_is_equal(&p.fg, &q.fg));
        }
}

static struct pixels *photo(int32_t w, int32_t h)
{
    struct pixels *p = pixels_new(w, h);
    for (int32_t i = 0; i < w * h; i++) {
        p->rgb[i * 3] = (uint8_t)(i % w * 8);
        p->rgb[i * 3 + 1] = (uint8_t)(i / w * 10);
        p->rgb[i * 3 + 2] = (uint8_t)(i % 5 * 20);
    }
    return p;
}

static struct encode_place place_of(void)
{
    return (struct encode_place){.row = TOP, .col = LEFT, .rows = ROWS, .cols = COLS};
}

/* OUT is empty and reused. */
static void expect_erased(struct encoder_frame *frame, struct screen *screen, struct buf *out)
{
    encoder_erase(frame, out);
    feed(screen, out);
    VTermScreenCell corner = cell_at(screen, 0, 0);
    for (int i = 0; i < ROWS * COLS; i++) {
        VTermScreenCell cell = cell_at(screen, TOP + i / COLS, LEFT + i % COLS);
        assert_true(cell.chars[0] == 0 || cell.chars[0] == ' ');
        assert_true(vterm_color_is_equal(&cell.bg, &corner.bg));
    }
}

static void run_steps(enum encode_colours colours, bool utf8)
{
    struct encode_terminal terminal = {
        .cell_width_px = 8, .cell_height_px = 16, .colours = colours, .utf8 = utf8};
    struct encode_place place = place_of();
    const struct encoder *encoder = encoder_find("blocks");
    int32_t w, h;
    encoder_area(encoder, &terminal, ROWS, COLS, &w, &h);
    assert_int_equal(w, COLS);
    assert_int_equal(h, ROWS * 2);
    struct pixels *base = photo(w, h - 1), *shown = pixels_copy(base); /* odd height */
    struct encoder_frame *frame = encoder_open(encoder, &terminal, &place, base, NULL);
    struct screen screen = screen_open();
    struct scene_texts texts = {0};
    struct buf out;
    buf_init(&out, MOST_BYTES);
    uint32_t random = 3;
    for (int step = 0; step < STEPS; step++) {
        struct overlay_box boxes[3] = {0};
        for (int i = 0; i < 3; i++) {
            random = random * 1664525u + 1013904223u;
            boxes[i] = (struct overlay_box){.x = random >> 27,
                .y = random >> 23 & 15,
                .w = random >> 19 & 15,
                .h = random >> 15 & 15,
                .line_px = 1,
                .rgb = {255, (uint8_t)(i * 100), 0}};
            snprintf(boxes[i].label, sizeof boxes[i].label, "cat %u", random >> 30);
        }
        struct scene_map map = {1, 1, 0, 0};
        assert_true(scene_compose(base, &map, boxes, random >> 30, shown, &texts));
        buf_clear(&out);
        assert_true(encoder_draw(frame, &(struct encode_scene){.pixels = shown, .texts = &texts}, false, &out, NULL));
        for (size_t i = 0; !utf8 && i < out.length; i++)
            assert_true((signed char)out.data[i] >= 0);
        feed(&screen, &out);
        struct screen other = screen_open();
        struct encoder_frame *fresh = encoder_open(encoder, &terminal, &place, base, NULL);
        buf_clear(&out);
        assert_true(encoder_draw(fresh, &(struct encode_scene){.pixels = shown, .texts = &texts}, true, &out, NULL));
        feed(&other, &out);
        expect_same(&screen, &other);
        encoder_close(fresh);
        vterm_free(other.vterm);
    }
    buf_clear(&out);
    assert_true(encoder_draw(frame, &(struct encode_scene){.pixels = shown, .texts = &texts}, false, &out, NULL));
    assert_int_equal(out.length, 0);
    expect_erased(frame, &screen, &out);
    scene_texts_done(&texts);
    buf_done(&out);
    encoder_close(frame);
    vterm_free(screen.vterm);
    pixels_free(base);
    pixels_free(shown);
}

static void changes_draw_what_a_full_redraw_draws(void **state)
{
    (void)state;
    for (int colours = ENCODE_MONO; colours <= ENCODE_TRUECOLOUR; colours++)
        for (int utf8 = 0; utf8 < 2; utf8++)
            run_steps((enum encode_colours)colours, utf8);
}

static struct screen draw_one(const struct pixels *base, const struct pixels *shown,
    const struct scene_texts *texts, enum encode_colours colours, bool utf8)
{
    struct encode_terminal terminal = {
        .cell_width_px = 8, .cell_height_px = 16, .colours = colours, .utf8 = utf8};
    struct encode_place place = place_of();
    struct encoder_frame *frame =
        encoder_open(encoder_find("blocks"), &terminal, &place, base, NULL);
    struct buf out;
    buf_init(&out, MOST_BYTES);
    assert_true(encoder_draw(frame, &(struct encode_scene){.pixels = shown, .texts = texts}, true, &out, NULL));
    struct screen screen = screen_open();
    feed(&screen, &out);
    encoder_close(frame);
    buf_done(&out);
    return screen;
}

static void truecolour_is_exact(void **state)
{
    (void)state;
    struct pixels *base = photo(COLS, ROWS * 2);
    struct screen screen = draw_one(base, base, NULL, ENCODE_TRUECOLOUR, true);
    for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < COLS; col++) {
            VTermScreenCell cell = cell_at(&screen, TOP + row, LEFT + col);
            const uint8_t *upper = base->rgb + (row * 2 * COLS + col) * 3;
            const uint8_t *lower = upper + COLS * 3;
            assert_int_equal(cell.chars[0], 0x2580);
            assert_true(cell.fg.rgb.red == upper[0] && cell.fg.rgb.green == upper[1] &&
                        cell.fg.rgb.blue == upper[2]);
            assert_true(cell.bg.rgb.red == lower[0] && cell.bg.rgb.green == lower[1] &&
                        cell.bg.rgb.blue == lower[2]);
        }
    vterm_free(screen.vterm);
    pixels_free(base);
}

/* xterm's 256 colours above the first 16 (libvterm's own table has other levels). */
static void xterm_colour(int i, int rgb[3])
{
    int cube = i - 16;
    for (int c = 2; c >= 0; c--, cube /= 6) {
        int level = cube % 6 ? 55 + 40 * (cube % 6) : 0;
        rgb[c] = i >= 232 ? 8 + 10 * (i - 232) : level;
    }
}

static int distance(const uint8_t rgb[3], int i)
{
    int colour[3], sum = 0;
    xterm_colour(i, colour);
    for (int c = 0; c < 3; c++)
        sum += (colour[c] - rgb[c]) * (colour[c] - rgb[c]);
    return sum;
}

static int nearest_distance(const uint8_t rgb[3])
{
    int best = INT_MAX;
    for (int i = 16; i < 256; i++)
        best = distance(rgb, i) < best ? distance(rgb, i) : best;
    return best;
}

static void indexed_colours_are_the_nearest(void **state)
{
    (void)state;
    struct pixels *base = photo(COLS, ROWS * 2);
    for (size_t i = 0; i < pixels_bytes(base) / 2; i++) /* every third grey in the upper half */
        base->rgb[i] = (uint8_t)(i / 3 * 3);
    struct screen screen = draw_one(base, base, NULL, ENCODE_256, true);
    for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < COLS; col++) {
            VTermScreenCell cell = cell_at(&screen, TOP + row, LEFT + col);
            const uint8_t *rgb = base->rgb + ((row * 2 + 1) * COLS + col) * 3;
            assert_true(VTERM_COLOR_IS_INDEXED(&cell.bg));
            assert_int_equal(distance(rgb, cell.bg.indexed.idx), nearest_distance(rgb));
        }
    vterm_free(screen.vterm);
    pixels_free(base);
}

static void boxes_without_colour_are_lines(void **state)
{
    (void)state;
    struct pixels *base = pixels_new(COLS, ROWS * 2), *shown = pixels_copy(base);
    struct overlay_box box = {
        .x = 2, .y = 4, .w = 6, .h = 8, .line_px = 1, .rgb = {9, 9, 9}, .label = "ant"};
    struct scene_map map = {1, 1, 0, 0};
    struct scene_texts texts = {0};
    assert_true(scene_compose(base, &map, &box, 1, shown, &texts));
    static const char *const ascii[5] = {
        "  ant   ", "  +----+", "  |    |", "  |    |", "  +----+"};
    static const uint32_t utf8[8] = {0, 0, 0x250C, 0x2500, 0x2500, 0x2500, 0x2500, 0x2510};
    struct screen plain = draw_one(base, shown, &texts, ENCODE_MONO, false);
    struct screen lines = draw_one(base, shown, &texts, ENCODE_MONO, true);
    for (int row = 0; row < 5; row++)
        for (int col = 0; col < 8; col++)
            assert_int_equal(cell_at(&plain, TOP + 1 + row, LEFT + col).chars[0], ascii[row][col]);
    for (int col = 2; col < 8; col++)
        assert_int_equal(cell_at(&lines, TOP + 2, LEFT + col).chars[0], utf8[col]);
    assert_true(cell_at(&plain, TOP + 1, LEFT + 2).attrs.reverse);
    scene_texts_done(&texts);
    vterm_free(plain.vterm);
    vterm_free(lines.vterm);
    pixels_free(base);
    pixels_free(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_draw_what_a_full_redraw_draws),
        cmocka_unit_test(truecolour_is_exact),
        cmocka_unit_test(indexed_colours_are_the_nearest),
        cmocka_unit_test(boxes_without_colour_are_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
