/*
 * Cells: text, clipping, wide and combining characters, hostile bytes, marks, pictures; folding.
 */
#include "dump.h"
#include "screen/fold.h"
#include "screen/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    int cols; /* the room */
    const char *want;
    int used;
} TEXTS[] = {
    {"", 10, "", 0},
    {"AP", 10, "AP", 2},
    {"faster_rcnn", 11, "faster_rcnn", 11},
    {"faster_rcnn", 10, "faster_rc…", 10},
    {"faster_rcnn", 1, "…", 1},
    {"faster_rcnn", 0, "", 0},
    {"faster_rcnn", -3, "", 0},
    {"日本語", 6, "日本語", 6},
    {"日本語", 5, "日本…", 5},
    {"日本語", 4, "日…", 3}, /* the second half of a wide one is never shown */
    {"e\u0301te\u0301", 3, "e\u0301te\u0301", 3},
    {"e\u0301te\u0301", 2, "e\u0301…", 2},
    {"a\u0301\u0302\u0303\u0304b", 5, "a\u0301\u0302b", 2},
    {"\u0301x", 5, " \u0301x", 2},
    {"a\x1b[31mred", 20, "a\\x1b[31mred", 12},
    {"line\nfeed\ttab", 20, "line\\x0afeed\\x09tab", 19},
    {"\u202egnp.exe", 20, "\\u{202e}gnp.exe", 15},
    {"\xff\xc3", 20, "\\xff\\xc3", 8},
    {"\xff\xff\xff", 6, "\\xff\\…", 6},
};

static void texts_are_cut_and_made_harmless(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct grid *grid = grid_of(1, 30);
        int used = grid_text(grid, 0, 0, TEXTS[i].cols, STYLE_IS(TEXT), TEXTS[i].text);
        char want[128];
        snprintf(want, sizeof want, "%s\n", TEXTS[i].want);
        assert_dump(grid, false, want);
        assert_int_equal(used, TEXTS[i].used);
        grid_free(grid);
    }
}

static void right_text_ends_at_its_column(void **state)
{
    (void)state;
    struct grid *grid = grid_of(4, 10);
    assert_int_equal(grid_text_right(grid, 0, 2, 8, STYLE_IS(TEXT), ".4123"), 5);
    grid_text_right(grid, 1, 2, 8, STYLE_IS(TEXT), "日本");
    grid_text_right(grid, 2, 2, 3, STYLE_IS(TEXT), ".4123");
    grid_printf(grid, 3, 0, 10, STYLE_IS(TEXT), "%d of %s", 3, "\x1b");
    assert_dump(grid, false, "     .4123\n      日本\n  .4…\n3 of \\x1b\n");
    grid_free(grid);
}

static void the_clip_holds_everything(void **state)
{
    (void)state;
    struct grid *grid = grid_of(4, 8);
    struct rect before = grid_clip(grid, (struct rect){1, 2, 2, 4});
    for (int row = -2; row < 7; row++)
        assert_int_equal(grid_text(grid, row, -3, 20, STYLE_IS(GOOD), "abcdefghijklmnop"), 16);
    grid_fill(grid, (struct rect){2, -5, 99, 99}, STYLE_IS(BAD), '#');
    grid_cursor(grid, 0, 0);
    assert_false(grid->cursor_shown);
    assert_dump(grid, true, "\n  fghi\n  ####\n--\n\n  gggg\n  bbbb\n");
    struct rect inner = grid_clip(grid, (struct rect){0, 0, 2, 3});
    grid_fill(grid, (struct rect){0, 0, 4, 8}, STYLE_IS(TEXT), 'x');
    grid_unclip(grid, inner);
    grid_put(grid, 1, 5, STYLE_IS(TEXT), 'y');
    grid_unclip(grid, before);
    grid_put(grid, 3, 7, STYLE_IS(TEXT), 'z');
    assert_dump(grid, false, "\n  xghy\n  ####\n       z\n");
    grid_free(grid);
}

static void wide_characters_are_never_halved(void **state)
{
    (void)state;
    struct grid *grid = grid_of(5, 6);
    grid_text(grid, 0, 0, 6, STYLE_IS(TEXT), "日本語");
    grid_put(grid, 0, 1, STYLE_IS(TEXT), 'x');        /* over a shadow */
    grid_put(grid, 0, 2, STYLE_IS(TEXT), 'y');        /* over a wide one */
    grid_text(grid, 1, 5, 6, STYLE_IS(TEXT), "日");   /* half outside on the right */
    grid_text(grid, 2, -1, 6, STYLE_IS(TEXT), "日a"); /* and on the left */
    grid_text(grid, 3, 0, 6, STYLE_IS(TEXT), "日日日");
    grid_text(grid, 3, 1, 6, STYLE_IS(TEXT), "本");
    grid_text(grid, 4, 0, 6, STYLE_IS(TEXT), "ab日");
    grid_put(grid, 4, 1, STYLE_IS(TEXT), 0x65e5);
    assert_dump(grid, false, " xy 語\n\n a\n 本 日\na日\n");
    for (int i = 0; i < 30; i++) {
        const struct cell *cell = &grid->cells[i];
        bool shadow = i % 6 != 0 && cell[-1].cols == 2;
        assert_int_equal(cell->cols == 0, shadow);
    }
    grid_free(grid);
}

static void styles_and_marks(void **state)
{
    (void)state;
    struct grid *grid = grid_of(3, 6);
    grid_text(grid, 0, 0, 6, STYLE_IS(GOOD), "good");
    grid_text(grid, 1, 0, 6, STYLE_HUE(RUN, 7), "run");
    grid_restyle(grid, (struct rect){0, 2, 1, 1}, STYLE_IS(BAD));
    grid_mark(grid, (struct rect){1, 0, 1, 6}, STYLE_ON_CURSOR);
    grid_mark(grid, (struct rect){1, 0, 2, 6}, STYLE_ON_SELECTED);
    assert_dump(grid, true, "good\nrun\n--\nggbg\nrrr ^cursor ^selected\n ^selected\n");
    assert_int_equal(grid->cells[6].hue, 7);
    grid_free(grid);
}

static void hostile_codes_are_not_put(void **state)
{
    (void)state;
    struct grid *grid = grid_of(1, 8);
    const uint32_t CODES[] = {0x1b, 0x202e, 0xd800, 0x110000, 0xffffffff, 0x301, 0};
    for (int i = 0; i < 7; i++)
        grid_put(grid, 0, i, STYLE_IS(TEXT), CODES[i]);
    assert_dump(grid, false, "???????\n");
    grid_fill(grid, (struct rect){0, 0, 1, 3}, STYLE_IS(TEXT), 0x65e5);
    assert_dump(grid, false, "???????\n");
    grid_free(grid);
}

static void very_long_text_is_bounded(void **state)
{
    (void)state;
    struct grid *grid = grid_of(1, GRID_MAX_COLS + 50);
    assert_int_equal(grid->cols, GRID_MAX_COLS);
    size_t length = 1 << 20;
    char *text = malloc(length + 1);
    memset(text, '\x1b', length);
    text[length] = '\0';
    assert_int_equal(grid_text(grid, 0, 0, GRID_MAX_COLS, STYLE_IS(TEXT), text), GRID_MAX_COLS);
    assert_int_equal(
        grid_text_bytes(grid, 0, 0, GRID_MAX_COLS, STYLE_IS(TEXT), text, length), GRID_MAX_COLS);
    free(text);
    grid_free(grid);
}

static void damage_says_which_pictures_are_wiped(void **state)
{
    (void)state;
    struct grid *before = grid_of(4, 8), *now = grid_of(4, 8);
    bool damaged[256];
    grid_reserve(before, (struct rect){0, 0, 2, 4}, 1);
    grid_reserve(before, (struct rect){0, 4, 2, 4}, 2);
    grid_text(before, 0, 4, 1, STYLE_IS(TEXT), "x"); /* a popup over the second */
    grid_reserve(now, (struct rect){0, 0, 2, 4}, 1);
    grid_reserve(now, (struct rect){0, 4, 2, 4}, 2);
    grid_reserve(now, (struct rect){2, 0, 2, 8}, 255);
    grid_damage(before, now, damaged);
    assert_false(damaged[1]);
    assert_true(damaged[2]);
    assert_true(damaged[255]);
    grid_damage(now, before, damaged);
    assert_false(damaged[1] || damaged[2] || damaged[255]);
    grid_damage(NULL, now, damaged);
    assert_true(damaged[1] && damaged[2] && damaged[255]);
    assert_true(grid_resize(before, 4, 9, NULL));
    grid_damage(before, now, damaged);
    assert_true(damaged[1]);
    grid_free(before);
    grid_free(now);
}

static void frames(void **state)
{
    (void)state;
    struct grid *grid = grid_of(4, 14);
    grid_fill(grid, grid_rect(grid), STYLE_IS(MUTED), '.');
    struct rect inside = frame_popup(grid, (struct rect){0, 1, 3, 12}, "A\nmask");
    assert_int_equal(inside.row, 1);
    assert_int_equal(inside.cols, 10);
    assert_dump(grid, false, ".┌ A\\x0ama… ┐.\n.│          │.\n.└──────────┘.\n..............\n");
    inside = frame_draw(grid, (struct rect){3, 0, 1, 5}, STYLE_IS(BORDER), "x", STYLE_IS(TITLE));
    assert_int_equal(inside.rows, 0);
    grid_free(grid);
}

static void everything_folds_to_printable_ascii(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x120000; code++) {
        char c = fold_code(code);
        assert_in_range(c, 0x20, 0x7e);
    }
    static const struct {
        uint32_t code;
        char want;
    } FOLDS[] = {{'a', 'a'}, {0xe9, 'e'}, {0x17d, 'Z'}, {0x2026, '~'}, {0x2013, '-'}, {0x2212, '-'},
        {0x258c, '|'}, {0x2596, '.'}, {0x250c, '+'}, {0x2500, '-'}, {0x2502, '|'}, {0x253c, '+'}, {0x2581, '_'}, {0x2588, '@'},
        {0x2801, '\''}, {0x28c0, '_'}, {0x2840, '.'}, {0x28ff, '#'}, {0x2800, ' '}, {0x2847, '|'},
        {0x25a0, '#'}, {0x2192, '>'}, {0x25cf, 'O'}, {0x25be, 'v'}, {0x65e5, '?'}, {0x1b, '?'}};
    for (size_t i = 0; i < sizeof FOLDS / sizeof *FOLDS; i++)
        assert_int_equal(fold_code(FOLDS[i].code), FOLDS[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_cut_and_made_harmless),
        cmocka_unit_test(right_text_ends_at_its_column),
        cmocka_unit_test(the_clip_holds_everything),
        cmocka_unit_test(wide_characters_are_never_halved),
        cmocka_unit_test(styles_and_marks),
        cmocka_unit_test(hostile_codes_are_not_put),
        cmocka_unit_test(very_long_text_is_bounded),
        cmocka_unit_test(damage_says_which_pictures_are_wiped),
        cmocka_unit_test(frames),
        cmocka_unit_test(everything_folds_to_printable_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
