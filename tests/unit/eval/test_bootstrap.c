/*
 * The bootstrap: drawn weights, intervals by hand and beside a slow computation, pieces and
 * threads, rankings, refusals and memory that runs out.
 */
#include "sets.h"

#include "eval/bootstrap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { IMAGES = 12, CLASSES = 3, RUNS = 4, RESAMPLES = 60, NUMBERS = EVAL_NUMBERS + EVAL_CLASS_NUMBERS * CLASSES };

static const struct eval_common COMMON = {
    .image_count = IMAGES, .category_count = CLASSES, .iou_index = 0, .confidence = .3};
static const struct eval_bootstrap_settings SETTINGS = {
    .resamples = RESAMPLES, .threads = 1, .class_numbers = EVAL_CLASS_NUMBERS};

/* Runs on one dataset. */
struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections[RUNS];
    struct eval_aligned runs[RUNS];
};

static void scene_init(struct scene *scene, int images)
{
    *scene = (struct scene){.dataset = sets_truth(images, CLASSES)};
    arena_init(&scene->arena, 0);
    for (int r = 0; r < RUNS; r++)
        scene->detections[r] = sets_detections(images, CLASSES);
}

static void scene_match(struct scene *scene)
{
    for (int r = 0; r < RUNS; r++)
        scene->runs[r].set = sets_match(scene->dataset, scene->detections[r], &scene->arena);
}

static void scene_done(struct scene *scene)
{
    for (int r = 0; r < RUNS; r++)
        detections_free(scene->detections[r]);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
}

static uint32_t next(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

/* Runs find what is there more or less well; class 2 is rare, so resamples without it are many. */
static void random_scene(uint64_t *state, struct scene *scene)
{
    scene_init(scene, IMAGES);
    for (int i = 0; i < 30; i++) {
        double x = 10 * next(state, 40), y = 10 * next(state, 30), side = 10 + next(state, 110);
        int32_t image = (int32_t)next(state, IMAGES), class = i ? (int32_t)next(state, 2) : 2;
        sets_annotate(scene->dataset, image, class, x, y, side, side);
        for (uint32_t r = 0; r < RUNS; r++) {
            if (next(state, 10) > r)
                sets_detect(scene->detections[r], image, class, next(state, 1000) * .001,
                    x + next(state, 4 + r), y, side, side);
            if (next(state, 4) == 0)
                sets_detect(scene->detections[r], image, class, next(state, 1000) * .001, 600, 400,
                    side, side);
        }
    }
    scene_match(scene);
}

static struct eval_bootstrap *prepare(struct scene *scene, const struct eval_common *common,
    const struct eval_bootstrap_settings *settings)
{
    struct err err;
    struct eval_bootstrap *bootstrap =
        eval_bootstrap_new(scene->runs, RUNS, common, settings, &scene->arena, &err);
    assert_non_null(bootstrap);
    return bootstrap;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void assert_same_interval(struct eval_interval a, struct eval_interval b)
{
    assert_true(same(a.point, b.point) && same(a.low, b.low) && same(a.high, b.high));
    assert_true(same(a.mean, b.mean) && same(a.sd, b.sd) && same(a.above, b.above));
    assert_int_equal(a.count, b.count);
    assert_int_equal(a.undefined, b.undefined);
    assert_int_equal(a.within_noise, b.within_noise);
}

/* Of 50 images, by splitmix64 of seed 1000010 (reckoned outside). */
static void weights_are_those_of_the_definition(void **unused)
{
    (void)unused;
    static const uint32_t FIRST[] = {3, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0, 2, 1, 2, 0, 0, 0, 0, 1, 4};
    uint32_t weights[50], again[50], sum = 0;
    eval_bootstrap_weights(0, 50, weights);
    assert_memory_equal(weights, FIRST, sizeof FIRST);
    for (int i = 0; i < 50; i++)
        sum += weights[i];
    assert_int_equal(sum, 50);
    eval_bootstrap_weights(1, 50, again);
    assert_memory_not_equal(weights, again, sizeof weights);
    eval_bootstrap_weights(3, 1, weights);
    assert_int_equal(weights[0], 1);
    eval_bootstrap_weights(3, 0, weights); /* nothing to draw from */
    assert_int_equal(weights[0], 1);
}

/*
 * Ten images with one ground truth each, all found by run 1, the first five by run 0; nothing is
 * false. Recall of run 0 is the weight of its images, a tenth each, and of run 1 always 1.
 */
static void a_difference_by_hand(void **unused)
{
    (void)unused;
    struct scene scene;
    scene_init(&scene, 10);
    for (int32_t i = 0; i < 10; i++) {
        sets_annotate(scene.dataset, i, 0, 0, 0, 50, 50);
        if (i < 5)
            sets_detect(scene.detections[0], i, 0, .9, 0, 0, 50, 50);
        sets_detect(scene.detections[1], i, 0, .9, 0, 0, 50, 50);
    }
    scene_match(&scene);
    struct eval_common common = {.image_count = 10, .category_count = CLASSES};
    struct eval_bootstrap_settings settings = {.resamples = 3, .threads = 1};
    struct eval_bootstrap *bootstrap = prepare(&scene, &common, &settings);
    assert_int_equal(eval_bootstrap_run(bootstrap, 10), 3);
    double recalls[3], sum = 0, squares = 0;
    for (int r = 0; r < 3; r++) {
        uint32_t weights[10], found = 0;
        eval_bootstrap_weights(r, 10, weights);
        for (int i = 0; i < 5; i++)
            found += weights[i];
        int at = r;
        for (; at > 0 && recalls[at - 1] > found / 10.; at--)
            recalls[at] = recalls[at - 1];
        recalls[at] = found / 10.;
        sum += found / 10.;
    }
    for (int r = 0; r < 3; r++)
        squares += pow(recalls[r] - sum / 3, 2);
    struct eval_interval is = eval_bootstrap_number(bootstrap, 0, EVAL_N_RECALL);
    assert_true(is.point == .5 && is.count == 3 && is.undefined == 0);
    assert_true(recalls[0] < recalls[2] && is.above == 1);
    assert_true(fabs(is.low - (recalls[0] + .05 * (recalls[1] - recalls[0]))) < 1e-15);
    assert_true(fabs(is.high - (recalls[1] + .95 * (recalls[2] - recalls[1]))) < 1e-15);
    assert_true(fabs(is.mean - sum / 3) < 1e-15 && fabs(is.sd - sqrt(squares / 2)) < 1e-15);
    struct eval_interval delta = eval_bootstrap_delta(bootstrap, 0, 1, EVAL_N_RECALL);
    assert_true(delta.point == .5 && delta.above == 1 && !delta.within_noise);
    assert_true(fabs(delta.low - (1 - is.high)) < 1e-15);
    assert_true(fabs(delta.high - (1 - is.low)) < 1e-15);
    delta = eval_bootstrap_delta(bootstrap, 1, 0, EVAL_N_RECALL);
    assert_true(delta.point == -.5 && delta.above == 0 && !delta.within_noise);
    delta = eval_bootstrap_delta(bootstrap, 1, 1, EVAL_N_RECALL);
    assert_true(delta.low == 0 && delta.high == 0 && delta.sd == 0 && delta.within_noise);
    is = eval_bootstrap_number(bootstrap, 2, EVAL_N_PRECISION); /* it has no detections */
    assert_true(isnan(is.point) && isnan(is.low) && is.count == 0 && is.undefined == 3);
    assert_true(eval_bootstrap_number(bootstrap, 2, EVAL_AP).point == 0);
    scene_done(&scene);
}

/* Before any resample there is a point and no interval. */
static void nothing_is_sure_without_resamples(void **unused)
{
    (void)unused;
    struct scene scene;
    uint64_t state = 3;
    random_scene(&state, &scene);
    struct eval_bootstrap *bootstrap = prepare(&scene, &COMMON, &SETTINGS);
    assert_int_equal(eval_bootstrap_run(bootstrap, 0), 0);
    assert_int_equal(eval_bootstrap_run(bootstrap, -1), 0);
    struct eval_interval is = eval_bootstrap_delta(bootstrap, 0, 3, EVAL_AP);
    assert_true(is.point < 0 && isnan(is.low) && isnan(is.high) && isnan(is.mean));
    assert_true(isnan(is.sd) && isnan(is.above) && is.within_noise && is.count == 0);
    assert_int_equal(eval_bootstrap_run(bootstrap, 1), 1);
    is = eval_bootstrap_delta(bootstrap, 0, 3, EVAL_AP);
    assert_true(is.low == is.mean && is.high == is.mean && isnan(is.sd) && is.count == 1);
    scene_done(&scene);
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double slow_quantile(const double *sorted, int n, double q)
{
    double at = (n - 1) * q;
    int low = (int)floor(at);
    double above = low + 1 < n ? sorted[low + 1] : sorted[low];
    return sorted[low] * (1 - (at - low)) + above * (at - low);
}

/* VALUES[resample] as an interval, checked against IS. */
static void check_interval(const double *values, struct eval_interval is)
{
    double sorted[RESAMPLES], sum = 0, squares = 0, above = 0;
    int n = 0;
    for (int r = 0; r < RESAMPLES; r++)
        if (!isnan(values[r]))
            sorted[n++] = values[r];
    assert_int_equal(is.count, n);
    assert_int_equal(is.undefined, RESAMPLES - n);
    if (!n)
        return;
    qsort(sorted, (size_t)n, sizeof *sorted, compare_doubles);
    for (int i = 0; i < n; i++) {
        sum += sorted[i];
        above += sorted[i] > 0;
    }
    for (int i = 0; i < n; i++)
        squares += pow(sorted[i] - sum / n, 2);
    double low = slow_quantile(sorted, n, .025), high = slow_quantile(sorted, n, .975);
    assert_true(fabs(is.low - low) < 1e-12 && fabs(is.high - high) < 1e-12);
    assert_true(fabs(is.mean - sum / n) < 1e-12 && is.above == above / n);
    assert_true(n < 2 || fabs(is.sd - sqrt(squares / (n - 1))) < 1e-12);
    assert_int_equal(is.within_noise, is.low <= 0 && is.high >= 0);
}

/* All numbers of all resamples, one by one. */
static void number_by_number(
    struct scene *scene, double numbers[RUNS][RESAMPLES][NUMBERS], double points[RUNS][NUMBERS])
{
    const struct eval_weighted *weighted[RUNS];
    struct err err;
    uint32_t weights[IMAGES];
    for (int r = 0; r < RUNS; r++)
        weighted[r] = eval_weighted_new(&scene->runs[r], &COMMON, &scene->arena, &err);
    struct eval_weighing *scratch = eval_weighing_new(weighted, RUNS, &scene->arena);
    for (int resample = 0; resample < RESAMPLES; resample++) {
        eval_bootstrap_weights(resample, IMAGES, weights);
        for (int r = 0; r < RUNS; r++)
            eval_weighted_numbers(
                weighted[r], weights, scratch, EVAL_CLASS_NUMBERS, numbers[r][resample]);
    }
    for (int i = 0; i < IMAGES; i++)
        weights[i] = 1;
    for (int r = 0; r < RUNS; r++)
        eval_weighted_numbers(weighted[r], weights, scratch, EVAL_CLASS_NUMBERS, points[r]);
}

static void intervals_are_those_of_the_resamples(void **unused)
{
    (void)unused;
    static double numbers[RUNS][RESAMPLES][NUMBERS], points[RUNS][NUMBERS];
    uint64_t state = 2024;
    int undefined = 0, noise = 0, sure = 0;
    for (int i = 0; i < 25; i++) {
        struct scene scene;
        random_scene(&state, &scene);
        struct eval_bootstrap *bootstrap = prepare(&scene, &COMMON, &SETTINGS);
        eval_bootstrap_run(bootstrap, RESAMPLES);
        number_by_number(&scene, numbers, points);
        for (size_t n = 0; n < NUMBERS; n++)
            for (size_t a = 0; a < RUNS; a++)
                for (size_t b = 0; b < RUNS; b++) {
                    double values[RESAMPLES];
                    for (int r = 0; r < RESAMPLES; r++)
                        values[r] = numbers[b][r][n] - numbers[a][r][n];
                    struct eval_interval is = eval_bootstrap_delta(bootstrap, a, b, n);
                    check_interval(values, is);
                    assert_true(same(is.point, points[b][n] - points[a][n]));
                    undefined += is.undefined;
                    noise += is.within_noise;
                    sure += !is.within_noise;
                    for (int r = 0; r < RESAMPLES; r++)
                        values[r] = numbers[a][r][n];
                    is = eval_bootstrap_number(bootstrap, a, n);
                    check_interval(values, is);
                    assert_true(same(is.point, points[a][n]));
                }
        scene_done(&scene);
    }
    assert_true(undefined > 0 && noise > 0 && sure > 0); /* or the cases are too tame */
}

/* All intervals of B are A's. */
static void assert_same_results(struct eval_bootstrap *a, struct eval_bootstrap *b)
{
    for (size_t n = 0; n < NUMBERS; n++)
        for (size_t r = 0; r < RUNS; r++) {
            assert_same_interval(eval_bootstrap_number(a, r, n), eval_bootstrap_number(b, r, n));
            assert_same_interval(
                eval_bootstrap_delta(a, 0, r, n), eval_bootstrap_delta(b, 0, r, n));
        }
}

static void pieces_and_threads_change_nothing(void **unused)
{
    (void)unused;
    uint64_t state = 8;
    struct scene scene;
    random_scene(&state, &scene);
    struct eval_bootstrap_settings threads = SETTINGS, few = SETTINGS;
    threads.threads = 5;
    few.resamples = 17;
    struct eval_bootstrap *whole = prepare(&scene, &COMMON, &SETTINGS);
    struct eval_bootstrap *pieces = prepare(&scene, &COMMON, &threads);
    struct eval_bootstrap *left = prepare(&scene, &COMMON, &few);
    assert_int_equal(eval_bootstrap_run(whole, RESAMPLES), RESAMPLES);
    assert_int_equal(eval_bootstrap_run(pieces, 10), 10);
    assert_int_equal(eval_bootstrap_run(pieces, 7), 17);
    assert_int_equal(eval_bootstrap_run(left, 1000), 17);
    assert_same_results(left, pieces); /* one that stops here has what it has */
    assert_int_equal(eval_bootstrap_run(pieces, RESAMPLES), RESAMPLES);
    assert_same_results(whole, pieces);
    assert_int_equal(eval_bootstrap_run(pieces, 1), RESAMPLES);
    assert_same_results(whole, pieces);
    scene_done(&scene);
}

/* Runs 1 and 2 find everything, run 0 nothing; run 3 finds everything and as much that is false. */
static void runs_are_ranked_by_hand(void **unused)
{
    (void)unused;
    struct scene scene;
    struct err err;
    struct eval_ranking ranking;
    scene_init(&scene, IMAGES);
    for (int32_t i = 0; i < IMAGES; i++) {
        sets_annotate(scene.dataset, i, 0, 0, 0, 50, 50);
        for (int r = 1; r < RUNS; r++)
            sets_detect(scene.detections[r], i, 0, .9, 0, 0, 50, 50);
        sets_detect(scene.detections[3], i, 0, .95, 300, 0, 50, 50);
    }
    scene_match(&scene);
    struct eval_bootstrap *bootstrap = prepare(&scene, &COMMON, &SETTINGS);
    eval_bootstrap_run(bootstrap, RESAMPLES);
    assert_true(eval_bootstrap_rank(bootstrap, EVAL_AP, &scene.arena, &ranking, &err));
    static const struct {
        size_t run;
        int place, group;
    } BY_AP[] = {{1, 1, 0}, {2, 1, 0}, {3, 3, 1}, {0, 4, 2}};
    assert_int_equal(ranking.count, RUNS);
    for (size_t i = 0; i < RUNS; i++) {
        const struct eval_rank *row = &ranking.rows[i];
        assert_int_equal(row->run, BY_AP[i].run);
        assert_int_equal(row->place, BY_AP[i].place);
        assert_int_equal(row->group, BY_AP[i].group);
        assert_int_equal(ranking.row_of_run[row->run], i);
        assert_same_interval(row->interval, eval_bootstrap_number(bootstrap, row->run, EVAL_AP));
        for (size_t j = 0; j < RUNS; j++)
            assert_int_equal(ranking.within_noise[i * RUNS + j], row->group == BY_AP[j].group);
    }
    assert_true(eval_bootstrap_rank(bootstrap, EVAL_N_FP, &scene.arena, &ranking, &err));
    assert_int_equal(ranking.rows[3].run, 3); /* fewer are better; the others have none */
    assert_int_equal(ranking.rows[2].place, 1);
    assert_int_equal(ranking.rows[3].place, 4);
    assert_int_equal(ranking.rows[3].group, 1);
    assert_true(eval_bootstrap_rank(bootstrap, EVAL_N_PRECISION, &scene.arena, &ranking, &err));
    assert_int_equal(ranking.rows[3].run, 0); /* undefined */
    assert_int_equal(ranking.rows[3].place, 0);
    assert_int_equal(ranking.rows[3].group, -1);
    assert_true(ranking.within_noise[3] && ranking.within_noise[3 * RUNS]);
    assert_int_equal(ranking.rows[2].run, 3);
    assert_int_equal(ranking.rows[2].place, 3);
    scene_done(&scene);
}

/* Whether row AT is the best of its group. */
static bool leads(const struct eval_ranking *ranking, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (ranking->rows[i].group == ranking->rows[at].group)
            return false;
    return true;
}

/* The order is by points, and groups are what they are said to be. */
static void rankings_hold_together(void **unused)
{
    (void)unused;
    uint64_t state = 31;
    int shared = 0, apart = 0;
    for (int i = 0; i < 60; i++) {
        struct scene scene;
        struct err err;
        struct eval_ranking ranking;
        size_t number = i % NUMBERS;
        random_scene(&state, &scene);
        struct eval_bootstrap *bootstrap = prepare(&scene, &COMMON, &SETTINGS);
        eval_bootstrap_run(bootstrap, RESAMPLES);
        assert_true(eval_bootstrap_rank(bootstrap, number, &scene.arena, &ranking, &err));
        double sign = eval_number_better(number) == BETTER_LOWER ? -1 : 1;
        for (size_t a = 0; a < RUNS; a++) {
            const struct eval_rank *row = &ranking.rows[a];
            if (!row->place)
                continue;
            double better = 0, point = sign * row->interval.point;
            size_t leader = 0;
            for (size_t b = 0; b < RUNS; b++) {
                better += sign * ranking.rows[b].interval.point > point;
                struct eval_interval delta =
                    eval_bootstrap_delta(bootstrap, row->run, ranking.rows[b].run, number);
                assert_int_equal(ranking.within_noise[a * RUNS + b], delta.within_noise);
            }
            while (!leads(&ranking, leader) || ranking.rows[leader].group != row->group)
                leader++;
            assert_true(row->place == better + 1);
            assert_true(ranking.within_noise[leader * RUNS + a]);
            for (size_t b = 0; b < leader; b++) { /* it is in no group that is better */
                assert_true(ranking.rows[b].group < row->group);
                assert_false(leads(&ranking, b) && ranking.within_noise[b * RUNS + a]);
            }
            shared += leader != a;
            apart += row->group > 0;
        }
        scene_done(&scene);
    }
    assert_true(shared > 0 && apart > 0);
}

/* Images in another order in run 1's dataset, and one that only run 0's has. */
static void runs_may_have_datasets_of_their_own(void **unused)
{
    (void)unused;
    struct scene scene, turned;
    struct err err;
    uint64_t state = 14;
    random_scene(&state, &scene);
    state = 14;
    random_scene(&state, &turned);
    for (int i = 0; i < IMAGES; i++)
        turned.dataset->images[i].id = IMAGES - i;
    for (size_t i = 0; i < turned.dataset->annotation_count; i++)
        turned.dataset->annotations[i].image = IMAGES - 1 - turned.dataset->annotations[i].image;
    int32_t positions[IMAGES], of_turned[IMAGES], categories[CLASSES] = {0, 1, 2};
    for (int i = 0; i < IMAGES; i++) {
        positions[i] = i < IMAGES - 1 ? i : -1;
        of_turned[IMAGES - 1 - i] = positions[i];
    }
    scene_match(&turned);
    struct eval_aligned runs[2] = {{scene.runs[0].set, positions, NULL},
        {turned.runs[0].set, of_turned, categories}};
    struct eval_common common = COMMON;
    common.image_count--;
    struct eval_bootstrap *bootstrap =
        eval_bootstrap_new(runs, 2, &common, &SETTINGS, &scene.arena, &err);
    assert_non_null(bootstrap);
    eval_bootstrap_run(bootstrap, RESAMPLES);
    for (size_t n = 0; n < NUMBERS; n++)
        assert_same_interval(
            eval_bootstrap_number(bootstrap, 0, n), eval_bootstrap_number(bootstrap, 1, n));
    assert_true(eval_bootstrap_delta(bootstrap, 0, 1, EVAL_AP).high == 0);
    assert_true(eval_bootstrap_number(bootstrap, 0, EVAL_AP).sd > 0);
    scene_done(&scene);
    scene_done(&turned);
}

static void assert_refused(struct scene *scene, size_t runs, const struct eval_common *common,
    const struct eval_bootstrap_settings *settings, enum err_code code)
{
    struct err err;
    assert_null(eval_bootstrap_new(scene->runs, runs, common, settings, &scene->arena, &err));
    assert_int_equal(err.code, code);
}

static void what_does_not_fit_is_refused(void **unused)
{
    (void)unused;
    struct scene scene;
    struct err err;
    uint64_t state = 6;
    random_scene(&state, &scene);
    struct eval_bootstrap_settings settings = SETTINGS;
    struct eval_common common = COMMON;
    assert_refused(&scene, 0, &COMMON, &SETTINGS, ERR_USAGE);
    settings.resamples = 0;
    assert_refused(&scene, RUNS, &COMMON, &settings, ERR_USAGE);
    settings.resamples = INT32_MAX;
    assert_refused(&scene, RUNS, &COMMON, &settings, ERR_LIMIT);
    settings = SETTINGS;
    settings.threads = 0;
    assert_refused(&scene, RUNS, &COMMON, &settings, ERR_USAGE);
    common.category_count = SIZE_MAX / 2;
    assert_refused(&scene, RUNS, &common, &SETTINGS, ERR_LIMIT);
    const struct eval_set *set = scene.runs[1].set;
    common = COMMON;
    common.iou_index = EVAL_IOU_CUSTOM;
    scene.runs[0].set = eval_rematch(
        scene.dataset, scene.detections[0], scene.runs[0].set, .4, &scene.arena, &err);
    scene.runs[1].set =
        eval_rematch(scene.dataset, scene.detections[1], set, .45, &scene.arena, &err);
    assert_refused(&scene, 2, &common, &SETTINGS, ERR_USAGE);
    struct eval_settings other = eval_settings_default();
    other.ious[3] += .001;
    scene.runs[1].set =
        sets_match_as(scene.dataset, scene.detections[1], &other, &scene.arena);
    assert_refused(&scene, 2, &COMMON, &SETTINGS, ERR_USAGE);
    other = eval_settings_default();
    other.max_dets[1]++;
    scene.runs[1].set =
        sets_match_as(scene.dataset, scene.detections[1], &other, &scene.arena);
    assert_refused(&scene, 2, &COMMON, &SETTINGS, ERR_USAGE);
    scene_done(&scene);
}

/* Every amount of memory that is too little is an error and nothing worse. */
static void memory_may_run_out(void **unused)
{
    (void)unused;
    struct scene scene;
    struct err err;
    uint64_t state = 6;
    bool done = false;
    int refused = 0;
    random_scene(&state, &scene);
    for (size_t most = 64; !done; most += 256, refused += !done) {
        struct arena arena;
        struct eval_ranking ranking;
        arena_init(&arena, most);
        struct eval_bootstrap *bootstrap =
            eval_bootstrap_new(scene.runs, RUNS, &COMMON, &SETTINGS, &arena, &err);
        assert_true(bootstrap || err.code == ERR_MEMORY);
        done = bootstrap && eval_bootstrap_run(bootstrap, RESAMPLES) == RESAMPLES &&
               eval_bootstrap_rank(bootstrap, EVAL_AP, &arena, &ranking, &err);
        assert_true(done || err.code == ERR_MEMORY);
        arena_done(&arena);
    }
    assert_true(refused > 10);
    scene_done(&scene);
}

/* No images in common: nothing is drawn and nothing is defined. */
static void nothing_in_common(void **unused)
{
    (void)unused;
    struct scene scene;
    uint64_t state = 6;
    int32_t nowhere[IMAGES];
    memset(nowhere, -1, sizeof nowhere);
    random_scene(&state, &scene);
    struct eval_common common = COMMON;
    common.image_count = 0;
    for (int r = 0; r < RUNS; r++)
        scene.runs[r].image_position = nowhere;
    struct eval_bootstrap *bootstrap = prepare(&scene, &common, &SETTINGS);
    eval_bootstrap_run(bootstrap, RESAMPLES);
    struct eval_interval is = eval_bootstrap_delta(bootstrap, 0, 1, EVAL_AP);
    assert_true(isnan(is.point) && is.count == 0 && is.undefined == RESAMPLES);
    assert_true(eval_bootstrap_number(bootstrap, 0, EVAL_N_FN).point == 0);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(weights_are_those_of_the_definition),
        cmocka_unit_test(a_difference_by_hand), cmocka_unit_test(nothing_is_sure_without_resamples),
        cmocka_unit_test(intervals_are_those_of_the_resamples),
        cmocka_unit_test(pieces_and_threads_change_nothing),
        cmocka_unit_test(runs_are_ranked_by_hand), cmocka_unit_test(rankings_hold_together),
        cmocka_unit_test(runs_may_have_datasets_of_their_own),
        cmocka_unit_test(what_does_not_fit_is_refused), cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(nothing_in_common)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
