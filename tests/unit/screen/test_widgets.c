/*
 * Lists, scrolling, sliders, prompts, status lines, key rows, key bar and help: golden screens and
 * keys.
 */
#include "dump.h"
#include "screen/help.h"
#include "screen/keybar.h"
#include "screen/list.h"
#include "screen/prompt.h"
#include "screen/slider.h"
#include "screen/statusline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void scrolling_stays_inside(void **state)
{
    (void)state;
    struct scroll scroll = {0};
    scroll_fit(&scroll, 100, 10);
    assert_false(scroll_move(&scroll, SCROLL_UP, 100));
    assert_true(scroll_move(&scroll, SCROLL_DOWN, 100));
    assert_int_equal(scroll.cursor, 1);
    scroll_move(&scroll, SCROLL_PAGE_DOWN, 100);
    assert_int_equal(scroll.cursor, 10);
    scroll_fit(&scroll, 100, 10);
    assert_int_equal(scroll.top, 1);
    scroll_move(&scroll, SCROLL_HALF_UP, 100);
    assert_int_equal(scroll.cursor, 6);
    scroll_move(&scroll, SCROLL_LAST, 100);
    scroll_fit(&scroll, 100, 10);
    assert_true(scroll.cursor == 99 && scroll.top == 90);
    scroll_wheel(&scroll, -30, 100);
    assert_true(scroll.top == 60 && scroll.cursor == 69); /* dragged along */
    scroll_wheel(&scroll, 1000, 100);
    assert_true(scroll.top == 90 && scroll.cursor == 90);
    scroll_fit(&scroll, 5, 10); /* the list became short */
    assert_true(scroll.top == 0 && scroll.cursor == 4);
    scroll_fit(&scroll, 0, 10);
    assert_true(scroll.top == 0 && scroll.cursor == 0);
    assert_false(scroll_move(&scroll, SCROLL_LAST, 0));
    unsigned seed = 1;
    for (int round = 0; round < 5000; round++) {
        seed = seed * 1103515245 + 12345;
        size_t count = seed >> 8 & 63;
        int visible = (int)(seed >> 14 & 15) - 1;
        scroll_move(&scroll, (enum scroll_move)(seed >> 18 & 7), count);
        if (seed >> 21 & 1)
            scroll_wheel(&scroll, (int)(seed >> 22 & 15) - 8, count);
        scroll_fit(&scroll, count, visible);
        size_t seen = visible > 0 ? (size_t)visible : 1;
        assert_true(scroll.cursor < (count ? count : 1));
        assert_true(scroll.top <= scroll.cursor && scroll.cursor < scroll.top + seen);
    }
}

static size_t class_count(void *self)
{
    return *(size_t *)self;
}

static void class_item(void *self, size_t i, struct list_item *out)
{
    static const char *const NAMES[] = {"person", "a very long class name", "日本語の\x1b"};
    (void)self;
    out->text = NAMES[i % 3];
    out->right = i == 4 ? NULL : "122";
    out->ticked = i % 2;
    out->style = STYLE_HUE(CLASS, i);
}

static void lists(void **state)
{
    (void)state;
    size_t count = 30;
    struct list_source source = {&count, class_count, class_item, true};
    struct grid *grid = grid_of(4, 20);
    struct list list = {.scroll = {.cursor = 5}};
    list_draw(&list, grid, grid_rect(grid), &source, true);
    assert_dump(grid, true,
        "[ ] 日本語の\\x1b 122\n[x] person       122\n[ ] a very long cla…\n[x] 日本語の\\x1b "
        "122\n--\n"
        "mmm CCCCCCCCCCCC mmm\nAAA CCCCCC       mmm\nmmm CCCCCCCCCCCCCCCC\nAAA CCCCCCCCCCCC mmm "
        "^cursor\n");
    assert_int_equal(list_at(&list, 0, 3), 2);
    assert_int_equal(list_at(&list, 4, 3), SIZE_MAX);
    assert_true(grid->cursor_shown && grid->cursor_row == 3);
    source.ticks = false;
    count = 1;
    grid_clear(grid);
    list_draw(&list, grid, (struct rect){1, 2, 3, 9}, &source, false);
    assert_dump(grid, false, "\n  pers… 122\n");
    assert_int_equal(list_at(&list, 2, 3), SIZE_MAX);
    grid_free(grid);
}

static const struct slider CONFIDENCE = {"confidence", 0, 1, .55, .01, .57, 2, "best F1 .57"};

static void sliders(void **state)
{
    (void)state;
    struct grid *grid = grid_of(7, 60);
    struct slider_place place;
    slider_draw(grid, 0, 0, 60, &CONFIDENCE, true, &place);
    assert_int_equal(grid->cursor_col, place.col + lround(.55 * (place.cols - 1)));
    struct slider low = CONFIDENCE, wide = {"epoch", 0, 120, 500, 1, NAN, 0, NULL};
    low.value = NAN;
    slider_draw(grid, 1, 0, 24, &low, false, &place);
    slider_draw(grid, 2, 0, 9, &CONFIDENCE, false, &place);
    slider_draw(grid, 3, 0, 2, &CONFIDENCE, false, &place);
    slider_draw(grid, 4, 0, 30, &wide, false, &place);
    struct slider named = {"step", 0, 2, 1, 1, NAN, 0, NULL, "12000"},
                  moved = {"moved", -.5, .5, -.1, .01, NAN, 2, NULL, ""};
    slider_draw(grid, 5, 0, 30, &named, false, &place);
    slider_draw(grid, 6, 0, 30, &moved, false, &place);
    assert_dump(grid, true,
        "confidence ├────────────────●────────────┤ .55   best F1 .57\n"
        "confidence ├───┼──┤ –\n"
        "├─●┤ .55\n"
        "├●\n"
        "epoch ├──────────────────● 120\n"
        "step ├────────●────────┤ 12000\n"
        "moved ├──────●──────────┤ -.10\n"
        "--\n"
        "AAAAAAAAAA -----------------o------------- AAA   mmmmmmmmmmm\n"
        ".......... ----B--- .\n"
        "--o- ...\n"
        "-o\n"
        "..... -------------------o ...\n"
        ".... ---------o--------- .....\n"
        "..... -------o----------- ....\n");
    grid_free(grid);
}

static void slider_values(void **state)
{
    (void)state;
    struct slider_place place = {0, 10, 21};
    assert_float_equal(slider_value_at(&CONFIDENCE, &place, 10), 0, 0);
    assert_float_equal(slider_value_at(&CONFIDENCE, &place, 30), 1, 0);
    assert_float_equal(slider_value_at(&CONFIDENCE, &place, 20), .5, 1e-12);
    assert_float_equal(slider_value_at(&CONFIDENCE, &place, -99), 0, 0);
    assert_float_equal(slider_value_at(&CONFIDENCE, &place, 99), 1, 0);
    assert_float_equal(slider_move(&CONFIDENCE, 1), .56, 1e-12);
    assert_float_equal(slider_move(&CONFIDENCE, -10), .45, 1e-12);
    assert_float_equal(slider_move(&CONFIDENCE, 1000), 1, 0);
    struct slider slider = CONFIDENCE; /* a hundred steps there and back end where they began */
    for (int i = 0; i < 30; i++)
        slider.value = slider_move(&slider, 1);
    for (int i = 0; i < 30; i++)
        slider.value = slider_move(&slider, -1);
    assert_float_equal(slider.value, .55, 1e-9);
    slider.step = 0;
    assert_float_equal(slider_move(&slider, 1), .56, 1e-9);
}

static enum prompt_answer press(struct prompt *prompt, const char *key)
{
    struct event event = {.kind = EVENT_KEY};
    assert_true(key_parse(key, strlen(key), &event.key, &event.mods));
    return prompt_event(prompt, &event);
}

static void prompts_edit(void **state)
{
    (void)state;
    static const struct {
        const char *text, *keys, *want;
        size_t cursor;
        enum prompt_answer last;
    } EDITS[] = {
        {"", "a b Space c", "ab c", 4, PROMPT_EDITED},
        {"abc", "Left Left x", "axbc", 2, PROMPT_EDITED},
        {"日é", "Backspace", "日", 3, PROMPT_EDITED},
        {"日é", "Left Left Delete", "é", 0, PROMPT_EDITED},
        {"日é", "Left Left Left", "日é", 0, PROMPT_MOVED},
        {"lr < 1e-2", "Ctrl-W", "lr < ", 5, PROMPT_EDITED},
        {"lr < 1e-2", "Ctrl-A Ctrl-K", "", 0, PROMPT_EDITED},
        {"lr < 1e-2", "Home Ctrl-Right Ctrl-D", "lr< 1e-2", 2, PROMPT_EDITED},
        {"lr < 1e-2", "Alt-b Ctrl-U", "1e-2", 0, PROMPT_EDITED},
        {"lr", "Ctrl-B Ctrl-F End Ctrl-H", "l", 1, PROMPT_EDITED},
        {"lr", "Enter", "lr", 2, PROMPT_ACCEPTED},
        {"lr", "Esc", "lr", 2, PROMPT_CANCELLED},
        {"lr", "Ctrl-C", "lr", 2, PROMPT_CANCELLED},
        {"", "Backspace", "", 0, PROMPT_CANCELLED},
        {"lr", "Tab", "lr", 2, PROMPT_IGNORED},
        {"lr", "Up", "lr", 2, PROMPT_IGNORED},
        {"lr", "Alt-x", "lr", 2, PROMPT_IGNORED},
        {"a\x1b[31m\nb\xff", "", "a[31m b", 7, PROMPT_IGNORED},
    };
    for (size_t i = 0; i < sizeof EDITS / sizeof *EDITS; i++) {
        struct prompt prompt;
        enum prompt_answer last = PROMPT_IGNORED;
        prompt_set(&prompt, EDITS[i].text);
        char keys[64];
        snprintf(keys, sizeof keys, "%s", EDITS[i].keys);
        for (char *rest = keys, *key; (key = strsep(&rest, " ")) && *key;)
            last = press(&prompt, key);
        assert_string_equal(prompt.text, EDITS[i].want);
        assert_int_equal(prompt.cursor, EDITS[i].cursor);
        assert_int_equal(last, EDITS[i].last);
        assert_int_equal(prompt.length, strlen(prompt.text));
    }
}

static void prompts_are_bounded(void **state)
{
    (void)state;
    struct prompt prompt;
    char text[5000];
    memset(text, 'x', sizeof text);
    prompt_set(&prompt, NULL);
    struct event paste = {.kind = EVENT_PASTE, .text = text, .length = sizeof text};
    assert_int_equal(prompt_event(&prompt, &paste), PROMPT_EDITED);
    assert_int_equal(prompt.length, PROMPT_BYTES - 1);
    assert_int_equal(press(&prompt, "y"), PROMPT_MOVED);
    assert_int_equal(prompt_event(&prompt, &paste), PROMPT_MOVED);
    assert_int_equal(strlen(prompt.text), PROMPT_BYTES - 1);
    assert_int_equal(press(&prompt, "Backspace"), PROMPT_EDITED);
    assert_int_equal(press(&prompt, "日"), PROMPT_MOVED); /* no room for half a character */
}

static void prompts_are_drawn_around_their_cursor(void **state)
{
    (void)state;
    struct grid *grid = grid_of(4, 24);
    struct prompt prompt;
    prompt_set(&prompt, "model~rcnn & lr<1e-2");
    prompt_draw(&prompt, grid, 0, 0, 24, "filter ");
    assert_true(grid->cursor_shown);
    assert_int_equal(grid->cursor_col, 23);
    prompt.cursor = 2;
    prompt_draw(&prompt, grid, 1, 0, 24, "filter ");
    assert_int_equal(grid->cursor_col, 9);
    prompt_set(&prompt, "日本語");
    prompt_draw(&prompt, grid, 2, 0, 24, ":");
    assert_int_equal(grid->cursor_col, 7);
    prompt_draw(&prompt, grid, 3, 0, 5, ":");
    assert_int_equal(grid->cursor_col, 3);
    assert_dump(grid, false, "filter l~rcnn & lr<1e-2\nfilter model~rcnn & lr<…\n:日本語\n:語\n");
    grid_free(grid);
}

static void status_lines(void **state)
{
    (void)state;
    static const struct status_part PARTS[] = {{"boxtop", STYLE_IS(TITLE), 0, false},
        {"~/exp/pedestrians", STYLE_IS(TEXT), 1, false}, {"312 runs", STYLE_IS(MUTED), 2, true},
        {NULL, STYLE_IS(BAD), 0, true}, {"indexing 87 %", STYLE_IS(LIVE), 3, true}};
    struct grid *grid = grid_of(6, 60);
    for (int i = 0; i < 5; i++)
        statusline_draw(grid, i, 0, 60 - 10 * i, PARTS, 5);
    statusline_draw(grid, 5, 0, 4, PARTS, 5);
    assert_dump(grid, true,
        "boxtop  ~/exp/pedestrians            312 runs  indexing 87 %\n"
        "boxtop  ~/exp/pedestrians  312 runs  indexing 87 %\n"
        "boxtop  ~/exp/pedestrians       312 runs\n"
        "boxtop  ~/exp/pedestrians\n"
        "boxtop\n"
        "box…\n"
        "--\n"
        "TTTTTT  .................            mmmmmmmm  lllllllllllll\n"
        "TTTTTT  .................  mmmmmmmm  lllllllllllll\n"
        "TTTTTT  .................       mmmmmmmm\n"
        "TTTTTT  .................\n"
        "TTTTTT\n"
        "TTTT\n");
    grid_free(grid);
}

enum { SELECT = 1, BASELINE, SORT, DOWN, HELP, QUIT };

static const struct key_row TABLE_KEYS[] = {
    {"Space", "select the run", SELECT, "table", "select", 1},
    {"p", "pin as baseline", BASELINE, "table", "baseline", 3},
    {"< >", "sort by the column to the left or right", SORT, "table", "sort", 2},
    {"j Down Ctrl-N", "down", DOWN, "move", NULL, 0},
    {0},
};
static const struct key_row ALL_KEYS[] = {
    {"?", "this help", HELP, NULL, "help", 0},
    {"q Esc", "back", QUIT, NULL, NULL, 0},
    {"p", "another p", HELP, NULL, "other", 0},
    {0},
};
static const struct key_row *const TABLES[] = {TABLE_KEYS, ALL_KEYS};

static void keys_find_their_action(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        int action;
    } KEYS[] = {{"Space", SELECT}, {"p", BASELINE}, {"<", SORT}, {">", SORT}, {"Down", DOWN},
        {"Ctrl-N", DOWN}, {"n", KEY_NO_ACTION}, {"P", KEY_NO_ACTION}, {"Alt-p", KEY_NO_ACTION}};
    struct event event = {.kind = EVENT_KEY};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        assert_true(key_parse(KEYS[i].key, strlen(KEYS[i].key), &event.key, &event.mods));
        assert_int_equal(key_rows_find(TABLE_KEYS, &event), KEYS[i].action);
    }
    event.kind = EVENT_MOUSE;
    assert_int_equal(key_rows_find(TABLE_KEYS, &event), KEY_NO_ACTION);
}

static void faulty_key_rows_are_told(void **state)
{
    (void)state;
    static const struct key_row WRONG[][3] = {
        {{"j", "down", 1, NULL, NULL, 0}, {"k j", "up", 2, NULL, NULL, 0}, {0}},
        {{"Spce", "select", 1, NULL, NULL, 0}, {0}},
        {{"j", "down", 0, NULL, NULL, 0}, {0}},
        {{"j", "", 1, NULL, NULL, 0}, {0}},
    };
    static const char *const WHY[] = {
        "\"j\" is named twice", "\"Spce\" is no key", "no action", "no description"};
    struct err err;
    assert_true(key_rows_check(TABLE_KEYS, &err));
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        assert_false(key_rows_check(WRONG[i], &err));
        assert_non_null(strstr(err.text, WHY[i]));
    }
}

static void key_bars_drop_the_least(void **state)
{
    (void)state;
    struct grid *grid = grid_of(4, 60);
    struct keybar bar = {.tables = TABLES, .count = 2};
    keybar_draw(&bar, grid, 0, 0, 60);
    keybar_draw(&bar, grid, 1, 0, 35);
    keybar_draw(&bar, grid, 2, 0, 24);
    keybar_draw(&bar, grid, 3, 0, 5);
    assert_dump(grid, true,
        "Space select  p baseline  < sort  ? help\n"
        "Space select  < sort  ? help\n"
        "Space select  ? help\n"
        "--\n"
        "kkkkk ======  k ========  k ====  k ====\n"
        "kkkkk ======  k ====  k ====\n"
        "kkkkk ======  k ====\n");
    assert_int_equal(keybar_at(&bar, 0, 60, 0)->action, SELECT);
    assert_null(keybar_at(&bar, 0, 60, 12));
    assert_int_equal(keybar_at(&bar, 0, 60, 14)->action, BASELINE);
    assert_int_equal(keybar_at(&bar, 0, 24, 14)->action, HELP);
    assert_null(keybar_at(&bar, 0, 60, 59));
    grid_free(grid);
}

/* What is said takes words away, but moves none; a covered word is not there to be clicked. */
static void a_message_lies_over_the_key_bar(void **state)
{
    (void)state;
    static const char *const SAID[] = {"copied", "ten columns", "just fits it",
        "longer than the row \x1b that it is said in, by far"};
    struct grid *grid = grid_of(4, 42);
    struct keybar bar = {.tables = TABLES, .count = 2, .style = STYLE_IS(ACCENT)};
    for (int i = 0; i < 4; i++) {
        bar.message = SAID[i];
        keybar_draw(&bar, grid, i, 0, 42);
    }
    assert_dump(grid, false,
        "copied      │ p baseline  < sort  ? help\n"
        "ten columns │ p baseline  < sort  ? help\n"
        "just fits it            │ < sort  ? help\n"
        "longer than the row \\x1b that it is said …\n");
    bar.message = SAID[0];
    assert_null(keybar_at(&bar, 0, 42, 0));
    assert_int_equal(keybar_at(&bar, 0, 42, 14)->action, BASELINE);
    bar.message = SAID[3];
    assert_null(keybar_at(&bar, 0, 42, 36));
    grid_free(grid);
}

static void help_pages(void **state)
{
    (void)state;
    struct grid *grid = grid_of(7, 96);
    assert_int_equal(help_draw(grid, grid_rect(grid), TABLES, 2, 1, 0), 6);
    assert_dump(grid, false,
        "table                                            move\n"
        "Space            select the run                  j Down Ctrl-N    down\n"
        "p                pin as baseline\n"
        "< >              sort by the column to the le…   everywhere\n"
        "                                                 ?                this help\n"
        "                                                 q Esc            back\n");
    /* As if the second were a panel of the first: what it would mean alone stands at the end. */
    grid_resize(grid, 14, 40, NULL);
    assert_int_equal(help_draw(grid, grid_rect(grid), TABLES, 2, 2, 11), 14);
    assert_dump(grid, false, "\non its own screen\np                another p\n");
    grid_resize(grid, 4, 40, NULL);
    assert_int_equal(help_draw(grid, grid_rect(grid), TABLES, 2, 1, 5), 11);
    assert_dump(grid, true,
        "move\nj Down Ctrl-N    down\n\neverywhere\n--\n"
        "hhhh\nkkkkkkkkkkkkk    ....\n\nhhhhhhhhhh\n");
    grid_free(grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scrolling_stays_inside),
        cmocka_unit_test(lists),
        cmocka_unit_test(sliders),
        cmocka_unit_test(slider_values),
        cmocka_unit_test(prompts_edit),
        cmocka_unit_test(prompts_are_bounded),
        cmocka_unit_test(prompts_are_drawn_around_their_cursor),
        cmocka_unit_test(status_lines),
        cmocka_unit_test(keys_find_their_action),
        cmocka_unit_test(faulty_key_rows_are_told),
        cmocka_unit_test(key_bars_drop_the_least),
        cmocka_unit_test(a_message_lies_over_the_key_bar),
        cmocka_unit_test(help_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
