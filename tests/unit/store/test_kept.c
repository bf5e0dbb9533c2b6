/*
 * What a refresh asks beside facts: whether a file is as it was, what was seen, what is remembered
 * of directories, snapshots in snapshots.
 */
#include "scene.h"

#include "temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum store_change check(struct store *store, int64_t run, const struct store_source *source)
{
    struct err err = {0};
    int64_t offset;
    enum store_change change = store_source_check(store, run, source, &offset, NULL, &err);
    MUST(change != STORE_FAILED, &err);
    return change;
}

static int64_t put_run(struct store *store, const char *name)
{
    struct err err = {0};
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, name);
    MUST(store_commit(store, &err), &err);
    return run;
}

/* The time of the last change of any kind betrays a file whose size and time were put back. A file
 * that may still change without a trace has none, and is compared once more when it has settled. */
static void test_times_of_change(void **state)
{
    (void)state;
    char text[] = "0123456789";
    struct scene_file file = {text, 10};
    struct store *store = scene_open(scene_path());
    int64_t run = put_run(store, "a");
    struct store_source source = scene_source_of("log", &file);
    source.stat.ctime_ns = 50;
    scene_source(store, run, &source, "loss", 1, 100);
    assert_int_equal(check(store, run, &source), STORE_SAME);
    source.stat.ctime_ns = 51;
    assert_int_equal(check(store, run, &source), STORE_CHANGED);
    source.stat.ctime_ns = 0; /* just touched: it may be anything */
    assert_int_equal(check(store, run, &source), STORE_CHANGED);

    scene_source(store, run, &source, "loss", 1, 100);
    assert_int_equal(check(store, run, &source), STORE_SAME); /* while it is still fresh */
    source.stat.ctime_ns = 51;
    assert_int_equal(check(store, run, &source), STORE_APPENDED); /* settled, and read on */
    text[9] = 'x';
    assert_int_equal(check(store, run, &source), STORE_CHANGED); /* settled as something else */
    store_close(store);
}

static bool has_source(struct store *store, int64_t run, const char *name)
{
    struct arena arena = {0};
    struct store_file *files;
    struct err err = {0};
    size_t count;
    bool found = false;
    MUST(store_load_files(store, run, &arena, &files, &count, &err), &err);
    for (size_t i = 0; i < count; i++)
        found |= strcmp(files[i].name, name) == 0;
    arena_done(&arena);
    return found;
}

static void test_what_was_seen_whole_is_spared(void **state)
{
    (void)state;
    struct err err = {0};
    char text[] = "0123456789";
    struct scene_file file = {text, 10};
    struct store *store = scene_open(scene_path());
    int64_t runs[3] = {put_run(store, "a"), put_run(store, "b"), put_run(store, "c")};
    struct store_source one = scene_source_of("one", &file), two = scene_source_of("two", &file);
    for (int i = 0; i < 3; i++) {
        scene_source(store, runs[i], &one, "loss", 1, 10);
        scene_source(store, runs[i], &two, "loss", 1, 10);
    }
    /* A: as it was. B: looked at, and one file is gone. C: gone. */
    store_scan_begin(store);
    MUST(store_begin(store, &err), &err);
    MUST(store_see_run(store, runs[0], &err), &err);
    assert_int_equal(scene_run(store, "b"), runs[1]);
    assert_int_equal(check(store, runs[1], &one), STORE_SAME);
    MUST(store_forget_unseen(store, "/data", &err), &err);
    MUST(store_commit(store, &err), &err);
    assert_true(has_source(store, runs[0], "one") && has_source(store, runs[0], "two"));
    assert_true(has_source(store, runs[1], "one") && !has_source(store, runs[1], "two"));
    assert_false(has_source(store, runs[2], "one"));
    /* What was seen in the scan before does not count in the next. */
    store_scan_begin(store);
    MUST(store_begin(store, &err), &err);
    assert_int_equal(scene_run(store, "a"), runs[0]);
    assert_int_equal(check(store, runs[0], &two), STORE_SAME);
    MUST(store_forget_unseen_of(store, runs[0], &err), &err);
    MUST(store_commit(store, &err), &err);
    assert_true(!has_source(store, runs[0], "one") && has_source(store, runs[0], "two"));
    MUST(store_check(store, &err), &err);
    store_close(store);
}

struct told {
    char text[256];
};

static bool take(void *self, const char *directory, const void *data, size_t length)
{
    struct told *told = self;
    size_t used = strlen(told->text);
    snprintf(told->text + used, sizeof told->text - used, " %s=%.*s", directory, (int)length,
        (const char *)data);
    return true;
}

static bool refuse(void *self, const char *directory, const void *data, size_t length)
{
    (void)self, (void)directory, (void)data, (void)length;
    return false;
}

static void test_places(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = scene_path();
    struct store *store = scene_open(path);
    assert_false(store_put_place(store, 1, "/a", "x", 1, &err)); /* outside a batch */
    MUST(store_begin(store, &err), &err);
    MUST(store_put_place(store, 1, "/a", "old", 3, &err), &err);
    MUST(store_put_place(store, 1, "/a", "new", 3, &err), &err);
    MUST(store_put_place(store, 1, "/b", "", 0, &err), &err);
    MUST(store_put_place(store, 2, "/c", "other", 5, &err), &err);
    MUST(store_put_place(store, 1, "/d", "gone", 4, &err), &err);
    MUST(store_forget_place(store, "/d", &err), &err);
    MUST(store_commit(store, &err), &err);
    store_close(store);
    store = scene_open(path);
    for (int i = 0; i < 2; i++) {
        struct told told = {""};
        MUST(store_begin(store, &err), &err);
        MUST(store_load_places(store, 1, take, &told, &err), &err);
        assert_string_equal(told.text, " /a=new /b=");
        assert_false(store_load_places(store, 1, refuse, NULL, &err));
        assert_int_equal(err.code, ERR_MEMORY);
        told = (struct told){""};
        MUST(store_load_places(store, i ? 2 : 1, take, &told, &err), &err);
        assert_string_equal(told.text, i ? "" : " /a=new /b="); /* /c is forgotten long since */
        MUST(store_commit(store, &err), &err);
    }
    store_close(store);
}

static void test_snapshots_nest(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    const char *path = scene_path();
    struct store *writer = scene_open(path);
    put_run(writer, "a");
    struct store *reader = store_open(path, STORE_READ_ONLY, &err);
    MUST(reader != NULL, &err);
    MUST(store_snapshot_begin(reader, &err), &err);
    MUST(store_load_runs(reader, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 1);
    put_run(writer, "b");
    MUST(store_load_runs(reader, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 1); /* still as it was */
    store_snapshot_end(reader);
    MUST(store_load_runs(reader, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 2);
    /* In a batch there is none, for the batch is one. */
    MUST(store_begin(writer, &err), &err);
    MUST(store_snapshot_begin(writer, &err), &err);
    scene_run(writer, "c");
    store_snapshot_end(writer);
    MUST(store_commit(writer, &err), &err);
    MUST(store_load_runs(reader, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 3);
    store_close(reader);
    store_close(writer);
    arena_done(&arena);
}

static void test_runs_with_predictions(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct store *store = scene_open(scene_path());
    int64_t with = put_run(store, "with"), without = put_run(store, "without");
    struct store_source source = scene_source_of("log", NULL);
    struct store_source computed = {.name = "evaluation", .reader = "eval", .computed = true};
    scene_source(store, without, &source, "loss", 1, 10);
    MUST(store_begin(store, &err), &err);
    MUST(store_source_begin(store, with, &source, true, &err), &err);
    scene_add(store, "loss", 0, 0, 10);
    struct sink sink = store_sink(store);
    struct artifact predictions = {ARTIFACT_PREDICTIONS, "p.json", 3};
    assert_true(sink.artifact(sink.self, &predictions));
    MUST(store_source_end(store, 1, NULL, &err), &err);
    MUST(store_source_begin(store, with, &computed, true, &err), &err);
    scene_add(store, "eval/AP", 0, 0, 100);
    MUST(store_source_end(store, 0, NULL, &err), &err);
    MUST(store_commit(store, &err), &err);
    struct store_predicted *runs;
    size_t count;
    int64_t step;
    MUST(store_load_predicted(store, 0, &arena, &runs, &count, &err), &err);
    assert_int_equal(count, 1);
    assert_int_equal(runs[0].run, with);
    assert_string_equal(runs[0].directory, "/data/exp/with");
    assert_string_equal(runs[0].root, "/data");
    MUST(store_load_predicted(store, with, &arena, &runs, &count, &err), &err);
    assert_int_equal(count, 1);
    MUST(store_load_predicted(store, without, &arena, &runs, &count, &err), &err);
    assert_int_equal(count, 0);
    MUST(store_last_step(store, with, &step, &err), &err);
    assert_int_equal(step, 9); /* not what the evaluation says */
    MUST(store_last_step(store, put_run(store, "empty"), &step, &err), &err);
    assert_int_equal(step, 0);
    store_close(store);
    arena_done(&arena);
}

/* A rebuild by another process takes away the ids of names that this one knows. */
static void test_names_after_a_rebuild_elsewhere(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    const char *path = scene_path();
    struct store *store = scene_open(path);
    struct store_source source = scene_source_of("log", NULL);
    scene_source(store, put_run(store, "a"), &source, "first", 1, 10);
    scene_source(store, put_run(store, "a"), &source, "second", 1, 10);
    struct store *other = store_rebuild(path, &err);
    MUST(other != NULL, &err);
    store_close(other);
    scene_source(store, put_run(store, "a"), &source, "second", 1, 10);
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 1);
    assert_string_equal(runs.names[runs.runs[0].metrics[0].name], "second");
    MUST(store_check(store, &err), &err);
    store_close(store);
    arena_done(&arena);
}

/* ---- large results ---- */

static void keep(struct store *store, const char *key, size_t length, enum store_room room)
{
    struct err err = {0};
    char bytes[1000];
    memset(bytes, key[0], sizeof bytes);
    MUST(store_keep(store, key, bytes, length, 1000, room, &err), &err);
}

/* How many bytes are kept under KEY; 0 for none. */
static size_t kept(struct store *store, const char *key)
{
    struct err err = {0};
    struct arena arena = {0};
    void *data;
    size_t length;
    MUST(store_get_kept(store, key, &arena, &data, &length, &err), &err);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(((char *)data)[i], key[0]);
    assert_true((data != NULL) == (length > 0));
    arena_done(&arena);
    return length;
}

static void test_the_least_recently_used_go_first(void **state)
{
    (void)state;
    static const char *const KEYS[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    struct store *store = scene_open(scene_path());
    assert_int_equal(kept(store, "a"), 0);
    keep(store, "a", 126, STORE_BY_FORGETTING); /* more than an eighth */
    assert_int_equal(kept(store, "a"), 0);
    for (int i = 0; i < 8; i++)
        keep(store, KEYS[i], 125, STORE_WHERE_FREE);
    keep(store, "i", 1, STORE_WHERE_FREE); /* all is full */
    assert_int_equal(kept(store, "i"), 0);
    keep(store, "b", 125, STORE_WHERE_FREE); /* in its own place */
    assert_int_equal(kept(store, "a"), 125); /* and so it is used later than c */
    keep(store, "i", 125, STORE_BY_FORGETTING);
    assert_int_equal(kept(store, "c"), 0);
    for (int i = 0; i < 9; i++)
        if (i != 2)
            assert_int_equal(kept(store, KEYS[i]), 125);
    keep(store, "i", 7, STORE_BY_FORGETTING); /* smaller now */
    assert_int_equal(kept(store, "i"), 7);
    keep(store, "c", 118, STORE_WHERE_FREE);
    assert_int_equal(kept(store, "c"), 118);
    store_close(store);
}

static void test_a_reader_takes_what_is_kept(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = scene_path();
    struct store *store = scene_open(path);
    keep(store, "a", 9, STORE_WHERE_FREE);
    struct store *reader = store_open(path, STORE_READ_ONLY, &err);
    assert_non_null(reader);
    assert_int_equal(kept(reader, "a"), 9);
    assert_false(store_keep(reader, "b", "b", 1, 1000, STORE_WHERE_FREE, &err));
    assert_int_equal(err.code, ERR_USAGE);
    store_close(reader);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_of_change),
        cmocka_unit_test(test_what_was_seen_whole_is_spared),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_the_least_recently_used_go_first),
        cmocka_unit_test(test_a_reader_takes_what_is_kept),
        cmocka_unit_test(test_snapshots_nest),
        cmocka_unit_test(test_runs_with_predictions),
        cmocka_unit_test(test_names_after_a_rebuild_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
