/*
 * What is read back when several files and several roots have a say: precedence, joins, renames,
 * disappearance; curves; who notices a commit.
 * Knows: store.h. Must not know: SQLite.
 */
#include "scene.h"

#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Metric NAME of RUN; fails the test when it is not there. */
static const struct store_metric *metric_of(
    const struct store_runs *runs, const struct store_run *run, const char *name)
{
    for (size_t i = 0; i < run->metric_count; i++)
        if (strcmp(runs->names[run->metrics[i].name], name) == 0)
            return &run->metrics[i];
    fail_msg("no metric %s", name);
    return NULL;
}

/* A source that says METRICS series (m0, m1...) of COUNT points of SEED and the parameter p = SEED.
 */
static void add_source(struct store *store, int64_t run, const char *name, int rank, int position,
    int metrics, int64_t seed, int64_t count)
{
    struct err err = {0};
    char text[32];
    struct store_source source = scene_source_of(name, NULL);
    source.rank = rank;
    source.position = position;
    MUST(store_source_begin(store, run, &source, true, &err), &err);
    for (int m = 0; m < metrics; m++) {
        snprintf(text, sizeof text, "m%d", m);
        scene_add(store, text, seed + m, 0, count);
    }
    struct sink sink = store_sink(store);
    snprintf(text, sizeof text, "%lld", (long long)seed);
    struct param param = param_from_text("p", text);
    assert_true(sink.param(sink.self, &param));
    assert_true(
        sink.status(sink.self, rank ? RUN_FAILED : RUN_UNKNOWN, (double)seed, (double)seed));
    MUST(store_source_end(store, 0, NULL, &err), &err);
}

static void test_the_lower_rank_is_believed(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    struct store *store = scene_open(scene_path());
    MUST(store_begin(store, &err), &err);
    int64_t a = scene_run(store, "a"), b = scene_run(store, "b");
    add_source(store, a, "events", 2, 0, 3, 20, 30);
    add_source(store, b, "csv", 0, 0, 1, 50, 8);
    add_source(store, a, "csv", 0, 0, 2, 10, 6000);
    add_source(store, a, "json", 1, 0, 4, 30, 5);
    MUST(store_commit(store, &err), &err);
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 2);
    const struct store_run *run = &runs.runs[0];
    assert_int_equal(run->id, a);
    assert_int_equal(run->metric_count, 4);
    assert_int_equal(metric_of(&runs, run, "m0")->summary.count, 6000);
    assert_int_equal(metric_of(&runs, run, "m1")->summary.count, 6000);
    assert_int_equal(metric_of(&runs, run, "m2")->summary.count, 5);
    assert_int_equal(metric_of(&runs, run, "m3")->summary.count, 5);
    assert_int_equal(run->param_count, 1);
    assert_true(run->params[0].param.number == 10);
    assert_int_equal(run->status, RUN_FAILED); /* the best source did not say */
    assert_true(run->started_s == 10 && run->ended_s == 30);
    assert_int_equal(runs.runs[1].metric_count, 1);
    assert_int_equal(runs.runs[1].metrics[0].name, metric_of(&runs, run, "m0")->name);
    scene_expect(store, a, "m1", 11, 6000);
    scene_expect(store, a, "m3", 33, 5);
    scene_expect(store, b, "m0", 50, 8);
    arena_done(&arena);
    store_close(store);
}

static void test_files_of_one_rank_are_joined(void **state)
{
    (void)state;
    static const int64_t LENGTHS[] = {4500, 100, 9000};
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    struct point *points;
    size_t n, at = 0;
    struct metric_summary expected = {0};
    struct store *store = scene_open(scene_path());
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    add_source(store, run, "events.3", 1, 2, 1, 3, LENGTHS[2]);
    add_source(store, run, "events.1", 1, 0, 1, 1, LENGTHS[0]);
    add_source(store, run, "events.2", 1, 1, 1, 2, LENGTHS[1]);
    MUST(store_commit(store, &err), &err);
    MUST(store_load_points(store, run, "m0", &arena, &points, &n, &err), &err);
    assert_int_equal(n, LENGTHS[0] + LENGTHS[1] + LENGTHS[2]);
    for (int64_t seed = 1; seed <= 3; seed++)
        for (int64_t i = 0; i < LENGTHS[seed - 1]; i++, at++) {
            struct point point = scene_point(seed, i);
            assert_memory_equal(&points[at], &point, sizeof point);
        }
    metric_summary_add(&expected, points, n);
    assert_int_equal(expected.segments, 3);
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_memory_equal(&runs.runs[0].metrics[0].summary, &expected, sizeof expected);
    assert_true(runs.runs[0].params[0].param.number == 3); /* the last one said it last */
    arena_done(&arena);
    store_close(store);
}

/* The buckets cover all finite extremes and every point of the window once. */
static void check_curve(struct store *store, int64_t run, int64_t low, int64_t high, size_t most)
{
    struct err err = {0};
    struct arena arena = {0};
    struct store_bucket *buckets;
    struct point *points;
    size_t n, count;
    double min = NAN, max = NAN, seen_min = NAN, seen_max = NAN;
    int64_t inside = 0, covered = 0, last_high = INT64_MIN;
    MUST(store_load_points(store, run, "m0", &arena, &points, &n, &err), &err);
    MUST(store_load_curve(store, run, "m0", low, high, most, &arena, &buckets, &count, &err), &err);
    assert_true(count <= most);
    for (size_t i = 0; i < n; i++) {
        if (points[i].step < low || points[i].step > high)
            continue;
        inside++;
        if (isfinite(points[i].value)) {
            min = fmin(min, points[i].value);
            max = fmax(max, points[i].value);
        }
    }
    for (size_t i = 0; i < count; i++) {
        covered += buckets[i].count;
        seen_min = fmin(seen_min, buckets[i].min);
        seen_max = fmax(seen_max, buckets[i].max);
        assert_true(buckets[i].low_step <= buckets[i].high_step);
        assert_true(buckets[i].low_step > last_high);
        last_high = buckets[i].high_step;
    }
    bool whole_chunks = most < (n + 4095) / 4096 + 1;
    assert_true(whole_chunks ? covered >= inside : covered == inside);
    if (inside)
        assert_true(seen_min <= min && seen_max >= max);
    if (!whole_chunks && inside && isfinite(min))
        assert_true(seen_min == min && seen_max == max);
    arena_done(&arena);
}

static void test_curves_lose_no_extreme(void **state)
{
    (void)state;
    struct err err = {0};
    static const int64_t LENGTHS[] = {1, 10, 4096, 4097, 50000};
    struct store *store = scene_open(scene_path());
    for (size_t i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "r%zu", i);
        MUST(store_begin(store, &err), &err);
        int64_t run = scene_run(store, name);
        add_source(store, run, "f", 0, 0, 1, 7, LENGTHS[i]);
        MUST(store_commit(store, &err), &err);
        for (size_t most = 1; most < 70; most += 1 + most / 4) {
            check_curve(store, run, INT64_MIN, INT64_MAX, most);
            check_curve(store, run, 5, 3000, most);
            check_curve(store, run, 4000, 30000, most);
            check_curve(store, run, -5, -1, most);
        }
    }
    store_close(store);
}

/* The pyramid: a whole span of 64 chunks and more, continued where its last chunk was short. */
static void test_long_curves_lose_no_extreme_when_they_grow(void **state)
{
    (void)state;
    enum { SPAN = 64 * 4096 };
    static const int64_t ENDS[] = {SPAN - 10, SPAN, SPAN + 1, SPAN + 4096, SPAN + 4200};
    struct err err = {0};
    struct store *store = scene_open(scene_path());
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "long"), from = 0;
    MUST(store_commit(store, &err), &err);
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        struct store_source source = scene_source_of("f", NULL);
        MUST(store_begin(store, &err), &err);
        MUST(store_source_begin(store, run, &source, i == 0, &err), &err);
        scene_add(store, "m0", 7, from, ENDS[i]);
        MUST(store_source_end(store, 0, NULL, &err), &err);
        MUST(store_commit(store, &err), &err);
        from = ENDS[i];
        check_curve(store, run, INT64_MIN, INT64_MAX, 24);
        check_curve(store, run, INT64_MIN, INT64_MAX, 200);
        check_curve(store, run, SPAN - 5000, SPAN + 100, 50);
    }
    MUST(store_check(store, &err), &err);
    store_close(store);
}

/* What is kept of a course is what the points say, whoever wrote how much of them when. */
static void test_courses_follow_their_points(void **state)
{
    (void)state;
    static const int64_t ENDS[] = {1, 23, 24, 25, 5000, 130000};
    struct err err = {0};
    struct store *store = scene_open(scene_path());
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a"), from = 0;
    MUST(store_commit(store, &err), &err);
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        struct arena arena = {0};
        struct store_runs runs;
        struct store_bucket *buckets;
        size_t count;
        struct store_source source = scene_source_of("f", NULL);
        MUST(store_begin(store, &err), &err);
        MUST(store_source_begin(store, run, &source, i == 0, &err), &err);
        scene_add(store, "train/loss", 3, from, ENDS[i]);
        scene_add(store, i ? "later/loss" : "lr", 5, 0, i ? 7 : 9);
        MUST(store_source_end(store, 0, NULL, &err), &err);
        MUST(store_commit(store, &err), &err);
        from = ENDS[i];
        MUST(store_load_runs(store, &arena, &runs, &err), &err);
        MUST(store_load_curve(store, run, "train/loss", INT64_MIN, INT64_MAX, STORE_COURSE_POINTS,
                 &arena, &buckets, &count, &err),
            &err);
        const struct store_course *course = &metric_of(&runs, &runs.runs[0], "train/loss")->course;
        assert_int_equal(course->count, count);
        for (size_t k = 0; k < count; k++) {
            float last = (float)buckets[k].last;
            assert_memory_equal(&course->values[k], &last, sizeof last);
        }
        assert_int_equal(metric_of(&runs, &runs.runs[0], "lr")->course.count, 0);
        arena_done(&arena);
    }
    MUST(store_check(store, &err), &err);
    store_close(store);
}

static size_t count_runs(struct store *store)
{
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    arena_done(&arena);
    return runs.count;
}

static void test_what_vanished_is_forgotten(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    struct store *store = scene_open(scene_path());
    MUST(store_begin(store, &err), &err);
    store_scan_begin(store);
    int64_t a = scene_run(store, "a"), b = scene_run(store, "b");
    add_source(store, a, "one", 0, 0, 2, 1, 5000);
    add_source(store, a, "two", 1, 0, 3, 2, 10);
    add_source(store, b, "one", 0, 0, 2, 3, 5000);
    struct store_source eval = {.name = "eval", .reader = "eval", .rank = 9, .computed = true};
    MUST(store_source_begin(store, a, &eval, true, &err), &err);
    scene_add(store, "eval/AP", 4, 0, 3);
    MUST(store_source_end(store, 0, NULL, &err), &err);
    MUST(store_forget_unseen(store, "/data", &err), &err); /* all of it was just seen */
    MUST(store_commit(store, &err), &err);
    assert_int_equal(count_runs(store), 2);

    MUST(store_begin(store, &err), &err);
    store_scan_begin(store);
    assert_int_equal(scene_run(store, "a"), a);
    struct store_source two = scene_source_of("two", NULL);
    int64_t offset;
    two.rank = 1;
    assert_int_equal(store_source_check(store, a, &two, &offset, NULL, &err), STORE_SAME);
    MUST(store_forget_unseen(store, "/elsewhere", &err), &err);
    MUST(store_forget_unseen(store, "/data", &err), &err);
    int64_t c = scene_run(store, "c");
    MUST(store_commit(store, &err), &err);
    MUST(store_check(store, &err), &err);
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 2);
    assert_int_equal(runs.runs[0].id, a);
    assert_int_equal(runs.runs[0].colour, 0);
    assert_int_equal(runs.runs[1].id, c);
    assert_int_equal(runs.runs[0].metric_count, 4);
    scene_expect(store, a, "m0", 2, 10);
    scene_expect(store, a, "eval/AP", 4, 3);
    arena_done(&arena);
    store_close(store);
}

static int64_t put_directory(
    struct store *store, const char *root, const char *name, const char *directory, bool with_inode)
{
    struct err err = {0};
    struct file_stat stat = {0};
    if (with_inode)
        assert_true(file_stat(directory, &stat));
    struct store_place place = {root, name, directory, "csv", stat.device, stat.inode};
    int64_t id = store_put_run(store, &place, &err);
    MUST(id > 0, &err);
    return id;
}

static void test_one_directory_is_one_run(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    const char *top = temp_dir();
    char *was = path_join(&arena, top, "was"), *link = path_join(&arena, top, "link");
    char *now = path_join(&arena, top, "now");
    assert_int_equal(mkdir(was, 0700), 0);
    assert_int_equal(symlink(was, link), 0);
    struct store *store = scene_open(scene_path());
    MUST(store_begin(store, &err), &err);
    int64_t id = put_directory(store, top, "was", was, true);
    assert_int_equal(put_directory(store, was, "was", was, true), id); /* by another root */
    assert_int_equal(put_directory(store, top, "link", link, true), id);
    assert_int_equal(rename(was, now), 0);
    assert_int_equal(put_directory(store, top, "now", now, true), id);
    struct store_runs runs;
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 1);
    assert_string_equal(runs.runs[0].name, "now");
    assert_string_equal(runs.runs[0].directory, now);
    assert_int_equal(mkdir(was, 0700), 0);
    assert_true(put_directory(store, top, "was", was, true) != id);
    /* Without inodes only the path tells. */
    int64_t plain = put_directory(store, "/x", "p", "/x/p", false);
    assert_true(put_directory(store, "/x", "q", "/x/q", false) != plain);
    MUST(store_commit(store, &err), &err);
    arena_done(&arena);
    store_close(store);
}

static void test_readers_notice_commits(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = scene_path();
    struct store *writer = scene_open(path);
    struct store *reader = store_open(path, STORE_READ_ONLY, &err);
    MUST(reader != NULL, &err);
    uint64_t before, after, own_before, own_after;
    MUST(store_generation(reader, &before, &err), &err);
    MUST(store_generation(writer, &own_before, &err), &err);
    MUST(store_begin(writer, &err), &err);
    int64_t run = scene_run(writer, "a");
    add_source(writer, run, "f", 0, 0, 1, 1, 10);
    MUST(store_generation(reader, &after, &err), &err);
    assert_true(after == before);
    assert_int_equal(count_runs(reader), 0); /* and is not kept waiting */
    MUST(store_commit(writer, &err), &err);
    MUST(store_generation(reader, &after, &err), &err);
    MUST(store_generation(writer, &own_after, &err), &err);
    assert_true(after != before && own_after != own_before);
    assert_int_equal(count_runs(reader), 1);
    scene_expect(reader, run, "m0", 1, 10);
    assert_false(store_begin(reader, &err));
    assert_false(store_put_evaluation(reader, "k", "v", 1, &err));
    store_close(reader);
    store_close(writer);
}

static struct dataset_version version_of(uint64_t seed)
{
    return (struct dataset_version){.name = seed == 2 ? "" : "val.json",
        .content = {seed, UINT64_MAX},
        .images = {~seed, 3},
        .image_count = 5000,
        .images_with_detections = (int64_t)seed};
}

static void say_dataset(struct store *store, int64_t run, const char *name, uint64_t seed)
{
    struct err err = {0};
    struct store_source source = scene_source_of(name, NULL);
    struct dataset_version version = version_of(seed);
    MUST(store_source_begin(store, run, &source, true, &err), &err);
    scene_add(store, "eval/AP", 1, 0, 3);
    if (seed)
        MUST(store_source_dataset(store, &version, &err), &err);
    MUST(store_source_end(store, 0, NULL, &err), &err);
}

static void test_what_a_run_was_evaluated_on(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    struct store *store = scene_open(scene_path());
    struct dataset_version version = version_of(9);
    assert_false(store_source_dataset(store, &version, &err));
    assert_int_equal(err.code, ERR_USAGE);
    MUST(store_begin(store, &err), &err);
    int64_t a = scene_run(store, "a"), b = scene_run(store, "b"), c = scene_run(store, "c");
    say_dataset(store, a, "evaluation", 1);
    say_dataset(store, a, "evaluation", 7); /* anew: the last counts */
    say_dataset(store, b, "evaluation", 2);
    say_dataset(store, c, "evaluation", 3);
    say_dataset(store, c, "evaluation", 0); /* and then it cannot be evaluated any more */
    MUST(store_commit(store, &err), &err);
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 3);
    for (int i = 0; i < 2; i++) {
        struct dataset_version want = version_of(i ? 2 : 7);
        const struct dataset_version *found = runs.runs[i].dataset;
        assert_non_null(found);
        assert_string_equal(found->name, want.name);
        assert_true(digest_equal(&found->content, &want.content));
        assert_true(digest_equal(&found->images, &want.images));
        assert_int_equal(found->image_count, 5000);
        assert_int_equal(found->images_with_detections, want.images_with_detections);
    }
    assert_null(runs.runs[2].dataset);
    MUST(store_check(store, &err), &err);
    /* With the run goes what is said of it. */
    MUST(store_begin(store, &err), &err);
    store_scan_begin(store);
    MUST(store_forget_unseen(store, "/data", &err), &err);
    MUST(store_commit(store, &err), &err);
    MUST(store_check(store, &err), &err);
    store_close(store);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_run_was_evaluated_on),
        cmocka_unit_test(test_the_lower_rank_is_believed),
        cmocka_unit_test(test_files_of_one_rank_are_joined),
        cmocka_unit_test(test_curves_lose_no_extreme),
        cmocka_unit_test(test_long_curves_lose_no_extreme_when_they_grow),
        cmocka_unit_test(test_courses_follow_their_points),
        cmocka_unit_test(test_what_vanished_is_forgotten),
        cmocka_unit_test(test_one_directory_is_one_run),
        cmocka_unit_test(test_readers_notice_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
