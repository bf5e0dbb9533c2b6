/*
 * Facts in, facts out; files that grow, are replaced, vanish; batches that are given up.
 * Knows: store.h. Must not know: SQLite.
 */
#include "scene.h"

#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char HOSTILE[] = "a\x1b]0;x\a\n\t\xe2\x80\xae\xff\xfe\xc3'\";--%s";

static struct store_run only_run(struct store *store, struct arena *arena)
{
    struct store_runs runs;
    struct err err = {0};
    MUST(store_load_runs(store, arena, &runs, &err), &err);
    assert_int_equal(runs.count, 1);
    return runs.runs[0];
}

static char huge[(1 << 20) + 1];

static const struct param PARAMS[] = {{HOSTILE, PARAM_TEXT, HOSTILE, 0},
    {huge, PARAM_TEXT, huge, 0}, {"lr", PARAM_NUMBER, "5e-3", 0.005},
    {"amp", PARAM_BOOL, "True", 1}, {"seed", PARAM_NULL, "null", 0},
    {"bad", PARAM_NUMBER, "nan", NAN}};
enum { PARAM_COUNT = sizeof PARAMS / sizeof *PARAMS };

/* A run named HOSTILE with one fact of each kind and name of each sort. */
static int64_t add_everything(struct store *store)
{
    struct err err = {0};
    struct store_source source = scene_source_of("results.csv", NULL);
    memset(huge, 0xfe, sizeof huge - 1);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, HOSTILE);
    MUST(store_source_begin(store, run, &source, true, &err), &err);
    struct sink sink = store_sink(store);
    for (size_t i = 0; i < PARAM_COUNT; i++)
        assert_true(sink.param(sink.self, &PARAMS[i]));
    scene_add(store, HOSTILE, 3, 0, 10);
    scene_add(store, huge, 4, 0, 20);
    assert_int_equal(sink.metric(sink.self, "never logged", 12), 2);
    assert_int_equal(sink.metric(sink.self, "with\0nul", 8), 3);
    struct artifact artifact = {ARTIFACT_PREDICTIONS, "pred/\x1b.json", 7};
    assert_true(sink.artifact(sink.self, &artifact));
    struct note note = {HOSTILE, 12, -1, 1, "row skipped"};
    for (int i = 0; i < 3; i++, note.line++)
        assert_true(sink.note(sink.self, &note));
    assert_true(sink.status(sink.self, RUN_FINISHED, 100.5, NAN));
    MUST(store_source_end(store, 0, NULL, &err), &err);
    MUST(store_commit(store, &err), &err);
    MUST(store_check(store, &err), &err);
    return run;
}

static const struct param *param_of(const struct store_run *run, const char *name)
{
    for (size_t i = 0; i < run->param_count; i++)
        if (strcmp(run->params[i].param.name, name) == 0)
            return &run->params[i].param;
    fail_msg("no parameter %s", name);
    return NULL;
}

static size_t empty_metrics(const struct store_run *run)
{
    size_t count = 0;
    for (size_t i = 0; i < run->metric_count; i++)
        count += run->metrics[i].summary.count == 0;
    return count;
}

static void test_the_table_comes_back(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct store *store = scene_open(scene_path());
    int64_t run = add_everything(store);
    struct store_run loaded = only_run(store, &arena);
    assert_string_equal(loaded.root, "/data");
    assert_string_equal(loaded.name + 4, HOSTILE);
    assert_string_equal(loaded.format, "csv");
    assert_int_equal(loaded.status, RUN_FINISHED);
    assert_true(loaded.started_s == 100.5 && isnan(loaded.ended_s));
    assert_int_equal(loaded.newest_mtime_ns, 5);
    assert_int_equal(loaded.size_bytes, 100);
    assert_int_equal(loaded.note_count, 1);
    assert_int_equal(loaded.prediction_count, 1);
    assert_int_equal(loaded.param_count, PARAM_COUNT);
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        const struct param *param = param_of(&loaded, PARAMS[i].name);
        assert_string_equal(param->text, PARAMS[i].text);
        assert_true(param_equal(param, &PARAMS[i]));
        assert_true(!i || strcmp(loaded.params[i - 1].param.name, loaded.params[i].param.name) < 0);
    }
    assert_int_equal(loaded.metric_count, 4);
    assert_int_equal(empty_metrics(&loaded), 2);
    scene_expect(store, run, HOSTILE, 3, 10);
    scene_expect(store, run, huge, 4, 20);
    scene_expect(store, run, "never logged", 0, 0);
    scene_expect(store, run, "with?nul", 0, 0);
    scene_expect(store, run, "unknown", 0, 0);
    arena_done(&arena);
    store_close(store);
}

static void test_the_details_come_back(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct note *notes;
    struct store_artifact *artifacts;
    struct store_file *files;
    size_t n;
    struct store *store = scene_open(scene_path());
    int64_t run = add_everything(store);
    MUST(store_load_notes(store, run, &arena, &notes, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_string_equal(notes[0].file, HOSTILE);
    assert_string_equal(notes[0].text, "row skipped");
    assert_int_equal(notes[0].line, 12);
    assert_int_equal(notes[0].count, 3);
    MUST(store_load_artifacts(store, run, &arena, &artifacts, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_string_equal(artifacts[0].artifact.path, "pred/\x1b.json");
    assert_string_equal(artifacts[0].source, "results.csv");
    assert_int_equal(artifacts[0].artifact.step, 7);
    MUST(store_load_files(store, run, &arena, &files, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_string_equal(files[0].name, "results.csv");
    assert_string_equal(files[0].reader, "csv");
    MUST(store_load_notes(store, run + 1, &arena, &notes, &n, &err), &err);
    assert_int_equal(n, 0);
    arena_done(&arena);
    store_close(store);
}

/* A summary equals the one made of all points at once. */
static void expect_summary(struct store *store, int64_t seed, int64_t count)
{
    struct arena arena = {0};
    struct metric_summary expected = {0};
    struct store_run run = only_run(store, &arena);
    for (int64_t i = 0; i < count; i++) {
        struct point point = scene_point(seed, i);
        metric_summary_add(&expected, &point, 1);
    }
    assert_int_equal(run.metric_count, 1);
    assert_memory_equal(&run.metrics[0].summary, &expected, sizeof expected);
    arena_done(&arena);
}

static void test_a_growing_file_is_continued(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf saved, found;
    struct store *store = scene_open(scene_path());
    static char text[20000];
    struct scene_file file = {text, 0};
    int64_t run = 0, done = 0, offset;
    buf_init(&saved, 100);
    buf_init(&found, 100);
    memset(text, 'x', sizeof text);
    for (int round = 0; round < 12; round++) {
        int64_t more = (int64_t[]){1, 5, 4090, 1, 5000, 0, 3}[round % 7];
        text[file.length] = (char)('a' + round);
        file.length += 1000;
        struct store_source source = scene_source_of("events", &file);
        MUST(store_begin(store, &err), &err);
        run = scene_run(store, "a");
        enum store_change change = store_source_check(store, run, &source, &offset, &found, &err);
        assert_int_equal(change, round ? STORE_APPENDED : STORE_NEW);
        assert_int_equal(offset, round ? file.length - 1000 : 0);
        assert_int_equal(found.length, saved.length);
        if (saved.length)
            assert_memory_equal(found.data, saved.data, saved.length);
        MUST(store_source_begin(store, run, &source, false, &err), &err);
        scene_add(store, "loss", 2, done, done + more);
        done += more;
        buf_add_char(&saved, (char)round);
        MUST(store_source_end(store, (int64_t)file.length, &saved, &err), &err);
        MUST(store_commit(store, &err), &err);
        assert_int_equal(store_source_check(store, run, &source, &offset, NULL, &err), STORE_SAME);
        scene_expect(store, run, "loss", 2, done);
        expect_summary(store, 2, done);
    }
    MUST(store_check(store, &err), &err);
    buf_done(&saved);
    buf_done(&found);
    store_close(store);
}

static void test_other_changes_are_told_apart(void **state)
{
    (void)state;
    struct err err = {0};
    struct store *store = scene_open(scene_path());
    static char text[1000], other[1000];
    struct scene_file file = {text, 500}, changed = {other, 1000};
    memset(text, 'x', sizeof text);
    memset(other, 'x', sizeof other);
    other[450] = 'y'; /* among the bytes before the bookmark */
    struct store_source source = scene_source_of("f", &file);
    int64_t offset;
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    MUST(store_commit(store, &err), &err);
    scene_source(store, run, &source, "m", 1, 50);
    struct store_source now = source;
    assert_int_equal(store_source_check(store, run, &now, &offset, NULL, &err), STORE_SAME);
    now.stat.size_bytes = 1000;
    now.stat.mtime_ns = 6;
    file.length = 1000;
    assert_int_equal(store_source_check(store, run, &now, &offset, NULL, &err), STORE_APPENDED);
    assert_int_equal(offset, 500);
    now.self = &changed;
    assert_int_equal(store_source_check(store, run, &now, &offset, NULL, &err), STORE_CHANGED);
    assert_int_equal(offset, 0);
    now.self = &file;
    now.read_at = NULL;
    assert_int_equal(store_source_check(store, run, &now, &offset, NULL, &err), STORE_CHANGED);
    now = source;
    now.stat.inode++;
    assert_int_equal(store_source_check(store, run, &now, &offset, NULL, &err), STORE_CHANGED);
    now = source;
    now.stat.size_bytes = 400;
    assert_int_equal(store_source_check(store, run, &now, &offset, NULL, &err), STORE_CHANGED);
    now = source;
    now.stat.mtime_ns++;
    assert_int_equal(store_source_check(store, run, &now, &offset, NULL, &err), STORE_CHANGED);
    now = source;
    now.reader = "json";
    assert_int_equal(store_source_check(store, run, &now, &offset, NULL, &err), STORE_CHANGED);
    now = source;
    now.name = "g";
    assert_int_equal(store_source_check(store, run, &now, &offset, NULL, &err), STORE_NEW);
    store_close(store);
}

static void test_a_replaced_file_leaves_nothing(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct store *store = scene_open(scene_path());
    struct store_source source = scene_source_of("f", NULL);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    MUST(store_source_begin(store, run, &source, true, &err), &err);
    struct sink sink = store_sink(store);
    struct param param = {"old", PARAM_NUMBER, "1", 1};
    struct note note = {"f", 1, -1, 1, "old"};
    struct artifact artifact = {ARTIFACT_PREDICTIONS, "old", 1};
    assert_true(sink.param(sink.self, &param) && sink.note(sink.self, &note) &&
                sink.artifact(sink.self, &artifact) && sink.status(sink.self, RUN_FAILED, 1, 2));
    scene_add(store, "old", 1, 0, 9000);
    scene_add(store, "both", 1, 0, 9000);
    MUST(store_source_end(store, 0, NULL, &err), &err);
    MUST(store_commit(store, &err), &err);
    scene_source(store, run, &source, "both", 5, 10);
    MUST(store_check(store, &err), &err);
    struct store_run loaded = only_run(store, &arena);
    assert_int_equal(loaded.param_count, 0);
    assert_int_equal(loaded.note_count, 0);
    assert_int_equal(loaded.prediction_count, 0);
    assert_int_equal(loaded.status, RUN_UNKNOWN);
    assert_true(isnan(loaded.started_s));
    assert_int_equal(loaded.metric_count, 1);
    scene_expect(store, run, "old", 1, 0);
    scene_expect(store, run, "both", 5, 10);
    arena_done(&arena);
    store_close(store);
}

static void test_giving_up_restores(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    const char *path = scene_path();
    struct store *store = scene_open(path);
    struct store_source one = scene_source_of("one", NULL), two = scene_source_of("two", NULL);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    MUST(store_commit(store, &err), &err);
    scene_source(store, run, &one, "m", 1, 5000);

    MUST(store_begin(store, &err), &err);
    MUST(store_source_begin(store, run, &one, true, &err), &err);
    scene_add(store, "new name", 2, 0, 9000);
    store_source_abandon(store);
    MUST(store_source_begin(store, run, &two, true, &err), &err);
    scene_add(store, "new name", 2, 0, 10); /* the name's id was taken back in between */
    MUST(store_source_end(store, 0, NULL, &err), &err);
    MUST(store_commit(store, &err), &err);
    MUST(store_check(store, &err), &err);
    scene_expect(store, run, "m", 1, 5000);
    scene_expect(store, run, "new name", 2, 10);

    MUST(store_begin(store, &err), &err);
    MUST(store_source_begin(store, run, &one, true, &err), &err);
    scene_add(store, "lost", 2, 0, 9000);
    store_close(store); /* with a source open and nothing committed */
    store = scene_open(path);
    MUST(store_check(store, &err), &err);
    scene_expect(store, run, "m", 1, 5000);
    assert_int_equal(only_run(store, &arena).metric_count, 2);
    arena_done(&arena);
    store_close(store);
}

static void test_order_of_calls_is_guarded(void **state)
{
    (void)state;
    struct err err = {0};
    struct store *store = scene_open(scene_path());
    struct store_source source = scene_source_of("f", NULL);
    struct store_place place = {"/d", "r", "/d/r", "csv", 0, 0};
    assert_int_equal(store_put_run(store, &place, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(store_source_begin(store, 1, &source, true, &err));
    assert_false(store_source_end(store, 0, NULL, &err));
    assert_false(store_commit(store, &err));
    store_source_abandon(store);
    store_rollback(store);
    MUST(store_begin(store, &err), &err);
    assert_false(store_begin(store, &err));
    MUST(store_commit(store, &err), &err);
    store_close(store);
    store_close(NULL);
}

static void test_many_notes_are_bounded(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct note *notes;
    size_t n;
    int64_t told = 0;
    char text[32];
    struct store *store = scene_open(scene_path());
    struct store_source source = scene_source_of("f", NULL);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    for (int round = 0; round < 2; round++) { /* the second continues the first */
        MUST(store_source_begin(store, run, &source, false, &err), &err);
        struct sink sink = store_sink(store);
        for (int i = 0; i < 1000; i++) {
            snprintf(text, sizeof text, "strange thing %d", i);
            struct note note = {"f", i, -1, 1, text};
            assert_true(sink.note(sink.self, &note));
        }
        MUST(store_source_end(store, 0, NULL, &err), &err);
    }
    MUST(store_commit(store, &err), &err);
    MUST(store_load_notes(store, run, &arena, &notes, &n, &err), &err);
    assert_int_equal(n, 64);
    for (size_t i = 0; i < n; i++)
        told += notes[i].count;
    assert_int_equal(told, 2000); /* none is hidden */
    assert_int_equal(notes[0].count, 2);
    assert_int_equal(notes[0].line, 0);
    arena_done(&arena);
    store_close(store);
}

/* More series than fit into memory at once are spilled, and nothing is lost. */
static void test_very_many_series(void **state)
{
    (void)state;
    enum { SERIES = 1500, ROUNDS = 4, EACH = 600 };
    struct err err = {0};
    char name[32];
    struct store *store = scene_open(scene_path());
    struct store_source source = scene_source_of("f", NULL);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    MUST(store_source_begin(store, run, &source, true, &err), &err);
    for (int64_t r = 0; r < ROUNDS; r++)
        for (int64_t m = 0; m < SERIES; m++) {
            snprintf(name, sizeof name, "grad/%lld", (long long)m);
            scene_add(store, name, m, r * EACH, (r + 1) * EACH);
        }
    MUST(store_source_end(store, 0, NULL, &err), &err);
    MUST(store_commit(store, &err), &err);
    MUST(store_check(store, &err), &err);
    for (int64_t m = 0; m < SERIES; m += 37) {
        snprintf(name, sizeof name, "grad/%lld", (long long)m);
        scene_expect(store, run, name, m, ROUNDS * EACH);
    }
    store_close(store);
}

static void test_evaluations_are_kept(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf out;
    bool found;
    struct store *store = scene_open(scene_path());
    buf_init(&out, 4096);
    MUST(store_get_evaluation(store, "k", &out, &found, &err), &err);
    assert_false(found);
    MUST(store_put_evaluation(store, "k", "old", 3, &err), &err);
    MUST(store_put_evaluation(store, "k", "n\0w", 3, &err), &err);
    MUST(store_put_evaluation(store, "empty", NULL, 0, &err), &err);
    MUST(store_get_evaluation(store, "k", &out, &found, &err), &err);
    assert_true(found);
    assert_int_equal(out.length, 3);
    assert_memory_equal(out.data, "n\0w", 3);
    MUST(store_get_evaluation(store, "empty", &out, &found, &err), &err);
    assert_true(found);
    assert_int_equal(out.length, 3);
    buf_done(&out);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_comes_back),
        cmocka_unit_test(test_the_details_come_back),
        cmocka_unit_test(test_a_growing_file_is_continued),
        cmocka_unit_test(test_other_changes_are_told_apart),
        cmocka_unit_test(test_a_replaced_file_leaves_nothing),
        cmocka_unit_test(test_giving_up_restores),
        cmocka_unit_test(test_order_of_calls_is_guarded),
        cmocka_unit_test(test_many_notes_are_bounded),
        cmocka_unit_test(test_very_many_series),
        cmocka_unit_test(test_evaluations_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
