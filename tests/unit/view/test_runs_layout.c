/*
 * The layout of the runs table: what comes later finds its place, what is kept comes back.
 * Knows: runs_layout.h, session_keep.h. Must not know: cells, keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/runs_layout.h"
#include "view/session_keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 32 };

static const struct run_column NAME = {.kind = RUN_COLUMN_NAME, .title = "run"};
static const struct run_column AP = {
    .kind = RUN_COLUMN_BEST, .role = ROLE_AP, .title = "AP", .better = BETTER_HIGHER};
static const struct run_column DELTA = {.kind = RUN_COLUMN_DELTA, .role = ROLE_AP, .title = "d"};
static const struct run_column LR = {.kind = RUN_COLUMN_PARAM, .name = "lr", .title = "lr"};
static const struct run_column SEED = {.kind = RUN_COLUMN_PARAM, .name = "seed", .title = "seed"};
/* A metric that is called as a quantity is. */
static const struct run_column METRIC_AP = {
    .kind = RUN_COLUMN_METRIC, .role = ROLE_AP, .name = "AP", .title = "AP"};

/* The names of what is shown, "run AP lr". */
static const char *shown(const struct layout *layout, bool deltas)
{
    static char text[256];
    struct run_column columns[MOST];
    uint16_t entries[MOST];
    size_t count = layout_shown(layout, deltas, columns, entries, MOST), used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s%s", i ? " " : "", columns[i].title);
    return text;
}

static void test_new_columns_find_their_place(void **state)
{
    (void)state;
    const struct runs none = {0};
    struct layout layout;
    layout_init(&layout);
    layout_meet(&layout, &none, (struct run_column[]){NAME, AP, LR}, 3);
    assert_string_equal(shown(&layout, false), "run AP lr");
    layout_meet(&layout, &none, (struct run_column[]){NAME, LR, AP}, 3); /* as they are given */
    assert_string_equal(shown(&layout, false), "run lr AP");
    layout_swap(&layout, 1, 2);
    layout_show(&layout, &LR, false);
    layout_meet(&layout, &none, (struct run_column[]){NAME, LR, AP}, 3); /* as they were put */
    assert_string_equal(shown(&layout, false), "run AP");
    layout_meet(&layout, &none, (struct run_column[]){NAME, LR, SEED, AP, DELTA}, 5);
    assert_string_equal(shown(&layout, false), "run AP seed"); /* behind lr, which is hidden */
    assert_string_equal(shown(&layout, true), "run AP d seed");
    layout_meet(&layout, &none, (struct run_column[]){NAME, LR}, 2); /* AP is gone for a while */
    assert_string_equal(shown(&layout, true), "run");
    layout_meet(&layout, &none, (struct run_column[]){NAME, LR, AP}, 3);
    assert_string_equal(shown(&layout, true), "run AP");
    layout_done(&layout);
}

static void test_sorting_by_several(void **state)
{
    (void)state;
    struct layout layout;
    struct run_key keys[LAYOUT_MOST_SORTS];
    layout_init(&layout);
    layout_sort_by(&layout, &AP, false);
    assert_int_equal(layout_sort_place(&layout, &AP), -1); /* the best on top */
    layout_sort_by(&layout, &LR, true);
    assert_int_equal(layout_sort_place(&layout, &LR), 2);
    layout_sort_by(&layout, &LR, true); /* again: the other way round */
    assert_int_equal(layout_sort_place(&layout, &LR), -2);
    layout_sort_by(&layout, &AP, false);
    assert_int_equal(layout_sort_place(&layout, &AP), 1);
    assert_int_equal(layout_keys(&layout, keys), 2);
    layout_sort_by(&layout, &LR, false); /* alone, from its own beginning */
    assert_int_equal(layout_sort_place(&layout, &LR), 1);
    assert_int_equal(layout_sort_place(&layout, &AP), 0);
    layout_sort_by(&layout, &METRIC_AP, true);
    assert_int_equal(layout_sort_place(&layout, &AP), 0); /* a name is not yet a column */
    layout_done(&layout);
}

static void print(const struct layout *layout, struct buf *out)
{
    struct json_writer json;
    buf_clear(out);
    json_writer_init(&json, out, false);
    json_writer_object(&json);
    layout_write(layout, &json);
    json_writer_object_end(&json);
}

static void read_text(struct layout *layout, const char *text, size_t length)
{
    struct json json;
    json_init_memory(&json, text, length);
    layout_init(layout);
    json_next(&json);
    while (json.kind != JSON_BAD && json_next(&json) == JSON_KEY)
        if (!layout_read(layout, &json))
            json_skip(&json);
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    struct runs none = {.catalogue = (struct run_column[]){METRIC_AP}, .catalogue_count = 1};
    struct layout layout, again;
    struct buf text, other;
    buf_init(&text, 1 << 16);
    buf_init(&other, 1 << 16);
    layout_init(&layout);
    layout_meet(&layout, &none, (struct run_column[]){NAME, AP, LR}, 3);
    layout_show(&layout, &METRIC_AP, true);
    layout_show(&layout, &LR, false);
    layout.entries[1].cols = 12;
    layout.frozen = 2;
    layout_sort_by(&layout, &AP, false);
    layout_sort_by(&layout, &METRIC_AP, true);
    print(&layout, &text);
    read_text(&again, text.data, text.length);
    print(&again, &other);
    assert_string_equal(text.data, other.data);
    layout_meet(&again, &none, (struct run_column[]){NAME, AP, LR}, 3);
    assert_string_equal(shown(&again, false), "run AP AP");
    assert_int_equal(again.entries[3].of.column.kind, RUN_COLUMN_METRIC);
    assert_int_equal(layout_sort_place(&again, &METRIC_AP), 2);
    layout_done(&again);
    for (size_t length = 0; length < text.length; length++) { /* torn anywhere */
        char *part = strndup(text.data, length);
        read_text(&again, part, length);
        layout_meet(&again, &none, (struct run_column[]){NAME, AP, LR}, 3);
        assert_non_null(strstr(shown(&again, false), "run"));
        layout_done(&again);
        free(part);
    }
    layout_done(&layout);
    buf_done(&text);
    buf_done(&other);
}

/* A computed column is kept as its text, and is nothing while the runs do not know its names. */
static void test_computed_columns(void **state)
{
    (void)state;
    struct param params[] = {param_from_text("lr", "0.1"), param_from_text("seed", "2")};
    struct run_row row = {.id = 1, .name = "a", .shown = "a", .params = params, .param_count = 2};
    struct runs runs = {.rows = &row, .count = 1};
    const struct runs none = {0};
    struct layout layout;
    struct err err = {0};
    size_t entry;
    assert_true(runs_find_names(&runs));
    layout_init(&layout);
    layout_meet(&layout, &runs, (struct run_column[]){NAME, LR}, 2);
    assert_false(layout_compute(&layout, &runs, "x=bogus*2", 1, &entry, &err));
    assert_true(layout_compute(&layout, &runs, " x=lr*seed", 1, &entry, &err));
    assert_int_equal(entry, 1);
    assert_string_equal(shown(&layout, false), "run x lr");
    assert_true(layout_compute(&layout, &runs, "x=lr*seed", 3, &entry, &err)); /* it is there */
    assert_int_equal(entry, 1);
    assert_true(layout_compute(&layout, &runs, "seed", 9, &entry, &err)); /* it is a plain one */
    layout_meet(&layout, &runs, (struct run_column[]){NAME, LR}, 2);
    assert_string_equal(shown(&layout, false), "run x lr seed");
    struct run_value value = run_value(&row, &layout.entries[1].of.column, NULL, 0);
    assert_true(value.known && value.number == 0.2);
    layout_rank_by(&layout, &layout.entries[1].of.column);
    assert_int_equal(layout_sort_place(&layout, &layout.entries[1].of.column), -1);
    layout_meet(&layout, &none, (struct run_column[]){NAME, LR}, 2);
    assert_string_equal(shown(&layout, false), "run lr");
    layout_meet(&layout, &runs, (struct run_column[]){NAME, LR}, 2);
    assert_int_equal(layout_sort_place(&layout, &layout.entries[1].of.column), -1);
    layout_done(&layout);
    arena_done(&runs.arena);
}

static void test_other_shapes_do_no_harm(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"{\"columns\": 3, \"sort\": {}, \"frozen\": [1]}",
        "{\"columns\": [1, [2], {\"name\": 3}, {\"of\": \"run\"}, {\"name\": \"x\", \"of\": \"y\"}]}",
        "{\"columns\": [{\"name\": \"lr\", \"of\": \"parameter\", \"shown\": true, \"width\": -4}]}",
        "{\"frozen\": -3}", "{\"frozen\": 1e99}", "[]", "3", ""};
    const struct runs none = {0};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct layout layout;
        read_text(&layout, TEXTS[i], strlen(TEXTS[i]));
        layout_meet(&layout, &none, (struct run_column[]){NAME, LR}, 2);
        assert_int_equal(layout.frozen, 1);
        for (size_t e = 0; e < layout.count; e++)
            assert_int_equal(layout.entries[e].cols, 0);
        assert_non_null(strstr(shown(&layout, false), "run"));
        layout_done(&layout);
    }
}

/* ---- what is chosen among runs ---- */

static void test_selection_waits_for_its_runs(void **state)
{
    (void)state;
    struct run_row rows[] = {{.id = 7, .directory = "/a"}, {.id = 9, .directory = "/b"}};
    struct run_place places[] = {{7, 0}, {9, 1}};
    struct runs first = {.rows = rows, .count = 1, .by_id = places, .place_count = 1};
    struct runs all = {.rows = rows, .count = 2, .by_id = places, .place_count = 2};
    struct session session = {0};
    struct session_keep keep = {0};
    session_keep_read(&keep,
        "{\"chosen\": {\"selected\": [\"/b\", \"/gone\", \"/a\"], \"baseline\": \"/b\"}}");
    assert_false(session_keep_meet(&keep, &session, NULL));
    assert_true(session_keep_meet(&keep, &session, &first));
    assert_int_equal(session.selected_count, 1);
    assert_int_equal(session.baseline, 0);
    assert_true(session_keep_meet(&keep, &session, &all));
    assert_true(session_is_selected(&session, 9));
    assert_int_equal(session.baseline, 9);
    assert_false(session_keep_meet(&keep, &session, &all));
    session_toggle(&session, 7); /* taken back by the person: it stays so */
    session_keep_order(&keep, &session, &all, false);
    struct errand *errand = errand_take(&session.errands);
    assert_non_null(errand);
    assert_string_equal(errand->name, "chosen");
    assert_string_equal(errand->value, /* what has not come is not forgotten */
        "{\"selected\":[\"/b\",\"/gone\"],\"baseline\":\"/b\"}");
    errand_free(errand);
    session_keep_order(&keep, &session, &all, true);
    assert_null(session.errands); /* nothing has changed */
    session_keep_done(&keep);
    session_done(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_columns_find_their_place),
        cmocka_unit_test(test_sorting_by_several),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_computed_columns),
        cmocka_unit_test(test_other_shapes_do_no_harm),
        cmocka_unit_test(test_selection_waits_for_its_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
