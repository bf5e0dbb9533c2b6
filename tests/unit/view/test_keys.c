/*
 * The key tables of all views: each key means one thing, and help can be read.
 * Knows: key rows, the stage. Must not know: what an action does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_runs.h"
#include "screen/frame.h"
#include "screen/help.h"
#include "stage.h"

#include <stdio.h>
#include <string.h>

enum { MOST_ROWS = 128, ROWS = 24, COLS = 80 };

static void assert_sound(const struct key_row *rows, const char *of)
{
    struct err err = {0};
    bool sound = key_rows_check(rows, &err);
    if (!sound)
        print_error("%s: %s\n", of, err.text);
    assert_true(sound);
}

static size_t append(struct key_row *out, size_t count, const struct key_row *rows)
{
    for (; rows->keys; rows++) {
        assert_true(count + 1 < MOST_ROWS);
        out[count++] = *rows;
    }
    return count;
}

static void test_every_view_introduces_itself(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct view *const *view = views; *view; view++, count++) {
        assert_non_null((*view)->name);
        assert_true((*view)->title && *(*view)->title);
        assert_true((*view)->keys && (*view)->keys->keys);
        assert_true((*view)->state_bytes > 0);
        assert_true((*view)->start && (*view)->draw && (*view)->act);
        for (const struct view *const *other = views; other < view; other++)
            assert_string_not_equal((*other)->name, (*view)->name);
    }
    assert_true(count > 0);
}

static void test_tables_are_sound(void **state)
{
    (void)state;
    assert_sound(view_move_keys, "movement");
    assert_sound(stage_keys, "everywhere");
    for (const struct view *const *view = views; *view; view++)
        assert_sound((*view)->keys, (*view)->name);
}

/* A key of the view that also moves, or that the loop has, would hide the other meaning. */
static void test_no_key_means_two_things(void **state)
{
    (void)state;
    for (const struct view *const *view = views; *view; view++) {
        struct key_row all[MOST_ROWS] = {0};
        size_t count = append(all, 0, (*view)->keys);
        count = append(all, count, view_move_keys);
        append(all, count, stage_keys);
        assert_sound(all, (*view)->name);
    }
}

/* The text of ROW of GRID as far as it is plain: help is. */
static void row_text(const struct grid *grid, int row, char *out, size_t out_bytes)
{
    size_t length = 0;
    for (int col = 0; col < grid->cols && length + 1 < out_bytes; col++) {
        uint32_t code = grid->cells[row * grid->cols + col].code[0];
        out[length++] = code < 128 ? (char)code : '?';
    }
    out[length] = '\0';
}

static bool is_shown(const struct grid *grid, const char *text)
{
    char line[COLS + 1];
    for (int row = 0; row < grid->rows; row++) {
        row_text(grid, row, line, sizeof line);
        if (strstr(line, text))
            return true;
    }
    return false;
}

/* Draws the help of TABLES from line TOP on; returns how many lines it has. */
static int draw_help(
    struct grid *grid, const struct key_row *const *tables, size_t count, int top, int *page)
{
    grid_clear(grid);
    struct rect inside = frame_popup(grid, (struct rect){1, 0, ROWS - 2, COLS}, "keys");
    *page = inside.rows;
    return help_draw(grid, inside, tables, count, count - 2, top);
}

static void test_help_can_be_read_whole(void **state)
{
    (void)state;
    struct grid *grid = grid_new(ROWS, COLS, NULL);
    assert_non_null(grid);
    for (const struct view *const *view = views; *view; view++) {
        const struct key_row *tables[] = {(*view)->keys, view_move_keys, stage_keys};
        for (size_t t = 0; t < 3; t++)
            for (const struct key_row *row = tables[t]; row->keys; row++) {
                bool shown = false;
                int page, lines = draw_help(grid, tables, 3, 0, &page);
                for (int top = 0; !shown && (top == 0 || top <= lines - page); top++) {
                    draw_help(grid, tables, 3, top, &page);
                    shown = is_shown(grid, row->does) && is_shown(grid, row->keys);
                }
                if (!shown)
                    print_error("%s: \"%s  %s\" is cut\n", (*view)->name, row->keys, row->does);
                assert_true(shown);
            }
    }
    grid_free(grid);
}

/* The first of the names in ROW as an event. */
static struct event first_key(const struct key_row *row)
{
    struct event event = {.kind = EVENT_KEY};
    assert_true(key_parse(row->keys, strcspn(row->keys, " "), &event.key, &event.mods));
    return event;
}

static void test_every_key_is_taken_by_its_view(void **state)
{
    (void)state;
    struct stage_settings settings = {
        .store = made_runs("boxes")->store, .terminal = stage_terminal(), .rows = 40, .cols = 140};
    for (const struct view *const *view = views; *view; view++)
        for (const struct key_row *row = (*view)->keys; row->keys; row++) {
            struct stage *stage = stage_new(&settings);
            const struct runs *runs = stage_world(stage)->runs;
            assert_true(runs->count > 0);
            stage_open(stage, *view, runs->rows[0].id);
            stage_settle(stage);
            struct event event = first_key(row);
            enum view_outcome outcome = stage_event(stage, &event);
            if (outcome == VIEW_IGNORED)
                print_error("%s does not take %s\n", (*view)->name, row->keys);
            assert_int_not_equal(outcome, VIEW_IGNORED);
            stage_settle(stage);
            stage_free(stage);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_view_introduces_itself),
        cmocka_unit_test(test_tables_are_sound),
        cmocka_unit_test(test_no_key_means_two_things),
        cmocka_unit_test(test_help_can_be_read_whole),
        cmocka_unit_test(test_every_key_is_taken_by_its_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
