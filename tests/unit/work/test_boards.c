/*
 * Dashboards: what is read is written again with all that is not ours, trees stay trees, damage
 * leaves what was.
 * Knows: boards.h. Must not know: panels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "temp.h"
#include "work/boards.h"
#include "work/boards_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20, STEPS = 20000 };

static struct boards *ready(void)
{
    struct boards *boards = boards_new(NULL);
    assert_non_null(boards);
    return boards;
}

static struct buf print(const struct boards *boards, bool kept)
{
    struct buf out;
    buf_init(&out, MOST_BYTES);
    (kept ? boards_print_kept : boards_print)(boards, &out);
    assert_false(out.failed);
    return out;
}

static bool read_text(struct boards *boards, const char *text, struct err *err)
{
    return boards_read(boards, text, strlen(text), err);
}

/* Every pane is used once, splits have two parts and a sane ratio, ids differ. */
static int check_tree(const struct board *board, int pane, bool seen[BOARD_MOST_PANES])
{
    const struct board_pane *here = &board->panes[pane];
    assert_in_range(pane, 0, BOARD_MOST_PANES - 1);
    assert_false(seen[pane]);
    seen[pane] = true;
    assert_int_not_equal(here->split, BOARD_UNUSED);
    if (here->split == BOARD_PANEL) {
        assert_true(here->id > 0);
        return 1;
    }
    assert_true(here->ratio >= BOARD_LEAST_RATIO && here->ratio <= 1 - BOARD_LEAST_RATIO);
    return check_tree(board, here->parts[0], seen) + check_tree(board, here->parts[1], seen);
}

static void check_board(const struct board *board)
{
    bool seen[BOARD_MOST_PANES] = {false};
    int panes[BOARD_MOST_PANES], count = board_panels(board, panes);
    assert_int_equal(check_tree(board, 0, seen), count);
    for (int i = 0; i < BOARD_MOST_PANES; i++)
        assert_int_equal(seen[i], board->panes[i].split != BOARD_UNUSED);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < i; k++)
            assert_int_not_equal(board->panes[panes[i]].id, board->panes[panes[k]].id);
    assert_int_equal(board_parent(board, 0), -1);
}

static void test_the_ready_ones(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"Overview", "Debugging", "Metrics", "Accuracy-Speed"};
    static const int PANELS[] = {2, 2, 4, 2};
    struct boards *boards = ready();
    int panes[BOARD_MOST_PANES];
    assert_int_equal(boards->count, 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(boards->items[i].name, NAMES[i]);
        assert_int_equal(board_panels(&boards->items[i], panes), PANELS[i]);
        check_board(&boards->items[i]);
    }
    assert_string_equal(boards->items[0].panes[boards->items[0].panes[0].parts[0]].panel, "summary");
    assert_int_equal(boards->kept.shown, -1);
    boards_free(boards);
}

static const char MINE[] =
    "{\"dashboards\": [{\"name\": \"A\", \"colour\": \"red\", \"rows\": [{\"panel\": \"table\", "
    "\"do\": \"sort AP\", \"zoom\": [1, {\"x\": null}]}, {\"columns\": [{\"panel\": \"curve\"}, "
    "{\"panel\": \"hologram\"}], \"first\": 0.25, \"name\": \"inner\"}], \"first\": 0.75}], "
    "\"version\": 7}";

static void test_what_is_not_ours_stays(void **state)
{
    (void)state;
    struct boards *boards = ready();
    struct err err = {0};
    assert_true(read_text(boards, MINE, &err));
    assert_int_equal(boards->count, 1);
    assert_float_equal(boards->items[0].panes[0].ratio, 0.75, 1e-9);
    struct buf once = print(boards, false);
    assert_string_equal(once.data,
        "{\n"
        "  \"dashboards\": [\n"
        "    {\n"
        "      \"name\": \"A\",\n"
        "      \"rows\": [\n"
        "        {\n"
        "          \"panel\": \"table\",\n"
        "          \"do\": \"sort AP\",\n"
        "          \"zoom\": [\n"
        "            1,\n"
        "            {\n"
        "              \"x\": null\n"
        "            }\n"
        "          ]\n"
        "        },\n"
        "        {\n"
        "          \"columns\": [\n"
        "            {\n"
        "              \"panel\": \"curve\"\n"
        "            },\n"
        "            {\n"
        "              \"panel\": \"hologram\"\n"
        "            }\n"
        "          ],\n"
        "          \"first\": 0.25,\n"
        "          \"name\": \"inner\"\n"
        "        }\n"
        "      ],\n"
        "      \"first\": 0.75,\n"
        "      \"colour\": \"red\"\n"
        "    }\n"
        "  ],\n"
        "  \"version\": 7\n"
        "}\n");
    struct boards *again = ready();
    assert_true(boards_read(again, once.data, once.length, &err));
    struct buf twice = print(again, false);
    assert_string_equal(once.data, twice.data);
    buf_done(&once);
    buf_done(&twice);
    boards_free(again);
    boards_free(boards);
}

static void test_damage_leaves_what_was(void **state)
{
    (void)state;
    static const char *const BAD[] = {"", "[]", "{", "{\"dashboards\": 3}", "{\"dashboards\": []}",
        "{\"dashboards\": [{}]}", "{\"dashboards\": [{\"name\": \"x\"}]}",
        "{\"dashboards\": [{\"name\": \"x\", \"rows\": [{\"panel\": \"a\"}]}]}",
        "{\"dashboards\": [{\"name\": \"x\", \"rows\": {\"panel\": \"a\"}}]}",
        "{\"dashboards\": [1,2,3,4,5,6,7,8,9,10]}", "{\"dashboards\": [null]}"};
    struct boards *boards = ready();
    struct buf before = print(boards, false);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct err err = {0};
        assert_false(read_text(boards, BAD[i], &err));
        assert_true(err.code == ERR_FORMAT && err.text[0]);
        struct buf after = print(boards, false);
        assert_string_equal(before.data, after.data);
        buf_done(&after);
    }
    buf_done(&before);
    boards_free(boards);
}

static void test_too_deep_is_refused(void **state)
{
    (void)state;
    struct boards *boards = ready();
    struct buf text;
    struct err err = {0};
    buf_init(&text, MOST_BYTES);
    buf_add_string(&text, "{\"dashboards\": [{\"name\": \"deep\"");
    for (int i = 0; i < 100; i++)
        buf_add_string(&text, i ? ", {\"rows\": [{\"panel\": \"a\"}" : ", \"rows\": [{\"panel\": \"a\"}");
    buf_add_string(&text, ", {\"panel\": \"b\"}");
    for (int i = 0; i < 100; i++)
        buf_add_string(&text, "]}");
    buf_add_string(&text, "]}");
    assert_false(boards_read(boards, text.data, text.length, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_int_equal(boards->count, 4);
    buf_done(&text);
    boards_free(boards);
}

static void test_what_is_kept(void **state)
{
    (void)state;
    static const char KEPT[] =
        "{\"open\": \"Metrics\", \"focus\": 2, \"confidence\": 0.3, \"iou\": 7, \"theme\": \"light\","
        "\"classes\": [\"car\", 3, \"person\"], \"later\": true}";
    struct boards *boards = ready();
    struct err err = {0};
    assert_true(boards_read_kept(boards, KEPT, sizeof KEPT - 1, &err));
    assert_int_equal(boards->kept.shown, 2);
    assert_int_equal(boards->kept.focus, 2);
    assert_float_equal(boards->kept.confidence, 0.3, 1e-12);
    assert_true(isnan(boards->kept.iou)); /* no IoU */
    assert_int_equal(boards->kept.class_count, 2);
    assert_false(boards->own);
    boards->kept.iou = 0.75;
    static const char *const NAMES[] = {"bus"};
    boards_keep_classes(boards, NAMES, 1);
    struct buf out = print(boards, true);
    assert_string_equal(out.data,
        "{\"open\":\"Metrics\",\"focus\":2,\"confidence\":0.3,\"iou\":0.75,"
        "\"theme\":\"light\",\"classes\":[\"bus\"],\"later\":true}");
    buf_done(&out);
    boards_keep_classes(boards, NULL, 0);
    boards->own = true;
    out = print(boards, true);
    assert_non_null(strstr(out.data, "\"classes\":null")); /* takes the older ones away */
    struct boards *again = ready();
    assert_true(boards_remove(again, 0));
    assert_true(boards_read_kept(again, out.data, out.length, &err));
    assert_true(again->own); /* the dashboards of these roots come over those of everywhere */
    assert_int_equal(again->count, 4);
    buf_done(&out);
    boards_free(again);
    boards_free(boards);
}

static uint32_t throw_dice(uint32_t *dice, uint32_t below)
{
    *dice = *dice * 1664525u + 1013904223u;
    return (*dice >> 8) % below;
}

static void change_at_random(struct boards *boards, uint32_t *dice)
{
    int which = (int)throw_dice(dice, (uint32_t)boards->count), panes[BOARD_MOST_PANES];
    struct board *board = &boards->items[which];
    int count = board_panels(board, panes), pane = panes[throw_dice(dice, (uint32_t)count)];
    int added, before = boards->count;
    enum board_split split = throw_dice(dice, 2) ? BOARD_ROWS : BOARD_COLUMNS;
    switch (throw_dice(dice, 8)) {
    case 0:
    case 1:
    case 2:
        added = board_cut(boards, which, pane, split);
        assert_int_equal(added >= 0, count < (BOARD_MOST_PANES + 1) / 2);
        assert_int_equal(board_panels(board, panes), count + (added >= 0));
        break;
    case 3:
    case 4:
        assert_int_equal(board_close(board, pane), count > 1);
        break;
    case 5:
        board_resize(board, pane, split, (double)throw_dice(dice, 200) / 100 - 1);
        break;
    case 6:
        assert_int_equal(boards_add(boards, "new"), before < BOARDS_MOST);
        boards_move(boards, which, throw_dice(dice, 2) ? 1 : -1);
        break;
    case 7:
        assert_int_equal(boards_remove(boards, which), before > 1);
        break;
    }
}

static void test_random_changes_keep_trees(void **state)
{
    (void)state;
    struct boards *boards = ready();
    uint32_t dice = 20240501;
    for (int step = 0; step < STEPS; step++) {
        change_at_random(boards, &dice);
        for (int i = 0; i < boards->count; i++)
            check_board(&boards->items[i]);
        if (step % 100)
            continue;
        struct buf text = print(boards, false);
        struct boards *again = ready();
        assert_true(boards_read(again, text.data, text.length, NULL));
        struct buf twice = print(again, false);
        assert_string_equal(text.data, twice.data);
        buf_done(&twice);
        buf_done(&text);
        boards_free(again);
    }
    boards_free(boards);
}

static void test_closing_gives_room_to_the_neighbour(void **state)
{
    (void)state;
    struct boards *boards = ready();
    assert_true(read_text(boards,
        "{\"dashboards\": [{\"name\": \"x\", \"rows\": [{\"panel\": \"a\"}, {\"columns\": "
        "[{\"panel\": \"b\"}, {\"panel\": \"c\"}]}]}]}",
        NULL));
    struct board *board = &boards->items[0];
    int panes[BOARD_MOST_PANES];
    assert_int_equal(board_panels(board, panes), 3);
    assert_true(board_close(board, panes[0]));
    assert_int_equal(board->panes[0].split, BOARD_COLUMNS);
    assert_int_equal(board_panels(board, panes), 2);
    assert_string_equal(board->panes[panes[0]].panel, "b");
    assert_string_equal(board->panes[panes[1]].panel, "c");
    assert_false(board_resize(board, panes[0], BOARD_ROWS, 0.1));
    assert_true(board_resize(board, panes[0], BOARD_COLUMNS, 0.1));
    assert_float_equal(board->panes[0].ratio, 0.6, 1e-12);
    boards_free(boards);
}

static void write_file(const char *path, const char *text)
{
    struct arena arena = {0};
    assert_true(file_make_dirs(path_parent(&arena, path), NULL));
    assert_true(file_write_atomically(path, text, strlen(text), NULL));
    arena_done(&arena);
}

static void test_files(void **state)
{
    (void)state;
    const char *home = temp_dir(), *roots[] = {"/there", "/here"}, *turned[] = {"/here", "/there"};
    struct arena arena = {0};
    char trouble[256];
    assert_int_equal(setenv("HOME", home, 1), 0);
    assert_int_equal(setenv("XDG_CONFIG_HOME", "relative", 1), 0); /* to be ignored */
    assert_int_equal(unsetenv("XDG_DATA_HOME"), 0);
    struct boards_paths paths = boards_find_paths(&arena, roots, 2);
    assert_string_equal(
        paths.config, arena_printf(&arena, "%s/.config/boxtop/dashboards.json", home));
    assert_string_equal(paths.old_kept, boards_find_paths(&arena, turned, 2).old_kept);
    assert_string_not_equal(paths.old_kept, boards_find_paths(&arena, roots, 1).old_kept);
    struct boards *boards = ready();
    struct boards_paths none = paths;
    boards_load(boards, &none, NULL, trouble, sizeof trouble);
    assert_string_equal(trouble, "");
    assert_non_null(none.config);
    write_file(paths.config, MINE);
    write_file(paths.old_kept, "{\"open\": \"A\", \"iou\": 0.6}");
    boards_load(boards, &paths, "{\"runs\": {}}", trouble, sizeof trouble);
    assert_string_equal(trouble, "");
    assert_string_equal(boards->items[0].name, "A");
    assert_int_equal(boards->kept.shown, 0);
    assert_float_equal(boards->kept.iou, 0.6, 1e-12);
    /* What was kept since then has the word. */
    boards_load(boards, &paths, "{\"session\": {\"open\": null, \"iou\": 0.7}}", trouble,
        sizeof trouble);
    assert_int_equal(boards->kept.shown, -1);
    assert_float_equal(boards->kept.iou, 0.7, 1e-12);
    write_file(paths.config, "{\"dashboards\": ");
    boards_load(boards, &paths, NULL, trouble, sizeof trouble);
    assert_non_null(strstr(trouble, "dashboards.json: is no JSON object"));
    assert_null(paths.config); /* it is not written over */
    assert_non_null(paths.old_kept);
    boards_free(boards);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_ready_ones),
        cmocka_unit_test(test_what_is_not_ours_stays),
        cmocka_unit_test(test_damage_leaves_what_was),
        cmocka_unit_test(test_too_deep_is_refused),
        cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_random_changes_keep_trees),
        cmocka_unit_test(test_closing_gives_room_to_the_neighbour),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
