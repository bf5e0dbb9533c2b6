/*
 * Numbers under image weights: by hand, beside the definition computed slowly, beside datasets in
 * which each image stands as often as its weight says, and on parts of other datasets.
 */
#include "sets.h"

#include "eval/counts.h"
#include "eval/weighted.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 1500, IMAGES = 5, CLASSES = 3, ROWS_MOST = 256, MOST_WEIGHT = 4 };

/* One run with all that belongs to it. */
struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections;
    struct eval_set *set;
};

static void scene_init(struct scene *scene, int images)
{
    arena_init(&scene->arena, 0);
    scene->dataset = sets_truth(images, CLASSES);
    scene->detections = sets_detections(images, CLASSES);
}

static void scene_done(struct scene *scene)
{
    detections_free(scene->detections);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
}

static void weigh(struct scene *scene, const struct eval_aligned *run,
    const struct eval_common *common, const uint32_t *weights, double *numbers, double *classes)
{
    struct err err;
    const struct eval_weighted *weighted = eval_weighted_new(run, common, &scene->arena, &err);
    assert_non_null(weighted);
    struct eval_weighing *scratch = eval_weighing_new(&weighted, 1, &scene->arena);
    assert_non_null(scratch);
    double all[EVAL_NUMBERS + EVAL_CLASS_NUMBERS * CLASSES];
    eval_weighted_numbers(weighted, weights, scratch, EVAL_CLASS_NUMBERS, all);
    memcpy(numbers, all, EVAL_NUMBERS * sizeof *numbers);
    memcpy(classes, all + EVAL_NUMBERS, EVAL_CLASS_NUMBERS * CLASSES * sizeof *classes);
    double alone[EVAL_NUMBERS + CLASSES]; /* who asks for less gets the same */
    eval_weighted_numbers(weighted, weights, scratch, 1, alone);
    assert_memory_equal(
        alone, all, (EVAL_NUMBERS + common->category_count) * sizeof *alone);
}

static uint32_t next(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

static void assert_near(double is, double should)
{
    assert_true(isnan(should) ? isnan(is) : fabs(is - should) < 1e-12);
}

/* A number of eval_stats(), which says -1 where undefined. */
static void assert_stat(double is, double should)
{
    assert_near(is, should == -1 ? NAN : should);
}

/* Image 1 has a hit of score .9; image 2 a false one of .95 and a hit of .8. */
static void weights_count_images_by_hand(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t weights[2];
        double ap, ar1, tp, fp, fn;
    } CASES_BY_HAND[] = {
        {{1, 1}, 2. / 3, .5, 1, 1, 1}, /* precision 1/2, then 2/3 */
        {{2, 1}, 3. / 4, 2. / 3, 2, 1, 1}, /* 2/3, then 3/4 */
        {{1, 2}, 3. / 5, 1. / 3, 1, 2, 2}, /* 1/3, then 3/5 */
        {{1, 0}, 1, 1, 1, 0, 0},
        {{0, 3}, .5, 0, 0, 3, 3}, /* 3/6 */
        {{0, 0}, NAN, NAN, 0, 0, 0},
    };
    struct scene scene;
    scene_init(&scene, 2);
    sets_annotate(scene.dataset, 0, 1, 0, 0, 50, 50);
    sets_annotate(scene.dataset, 1, 1, 0, 0, 50, 50);
    sets_detect(scene.detections, 0, 1, .9, 0, 0, 50, 50);
    sets_detect(scene.detections, 1, 1, .95, 200, 0, 50, 50);
    sets_detect(scene.detections, 1, 1, .8, 0, 0, 50, 50);
    struct eval_aligned run = {.set = sets_match(scene.dataset, scene.detections, &scene.arena)};
    struct eval_common common = {.image_count = 2, .category_count = CLASSES, .confidence = .85};
    for (size_t i = 0; i < sizeof CASES_BY_HAND / sizeof *CASES_BY_HAND; i++) {
        double numbers[EVAL_NUMBERS], classes[EVAL_CLASS_NUMBERS * CLASSES];
        double tp = CASES_BY_HAND[i].tp, fp = CASES_BY_HAND[i].fp, fn = CASES_BY_HAND[i].fn;
        weigh(&scene, &run, &common, CASES_BY_HAND[i].weights, numbers, classes);
        assert_near(numbers[EVAL_AP], CASES_BY_HAND[i].ap);
        assert_near(numbers[EVAL_AP75], CASES_BY_HAND[i].ap);
        assert_near(numbers[EVAL_APM], CASES_BY_HAND[i].ap); /* 50 x 50 */
        assert_near(numbers[EVAL_APS], NAN);
        assert_near(numbers[EVAL_AR1], CASES_BY_HAND[i].ar1);
        assert_near(numbers[EVAL_AR10], isnan(CASES_BY_HAND[i].ap) ? NAN : 1);
        assert_near(numbers[EVAL_N_TP], tp);
        assert_near(numbers[EVAL_N_FP], fp);
        assert_near(numbers[EVAL_N_FN], fn);
        assert_near(numbers[EVAL_N_PRECISION], tp / (tp + fp));
        assert_near(numbers[EVAL_N_RECALL], tp / (tp + fn));
        assert_near(numbers[EVAL_N_F1], 2 * tp / (2 * tp + fp + fn));
        assert_near(classes[1], CASES_BY_HAND[i].ap);
        assert_true(isnan(classes[0]) && isnan(classes[2]));
    }
    scene_done(&scene);
}

/* A coarse grid makes equal boxes, touching boxes and IoUs on thresholds frequent. */
static struct box random_box(uint64_t *state)
{
    static const double SIDES[] = {8, 10, 16, 20, 32, 40, 96, 100};
    return (struct box){8 * next(state, 5), 8 * next(state, 5), SIDES[next(state, 8)],
        SIDES[next(state, 8)]};
}

/* Scores are of some steps, or all distinct. */
static void random_scene(uint64_t *state, struct scene *scene, bool distinct)
{
    uint32_t truths = next(state, 20), found = next(state, 60);
    for (uint32_t i = 0; i < truths; i++) {
        struct box b = random_box(state);
        struct annotation *a = sets_annotate(scene->dataset, (int32_t)next(state, IMAGES),
            (int32_t)next(state, CLASSES), b.x, b.y, b.w, b.h);
        a->crowd = next(state, 6) == 0;
        a->area *= next(state, 3) ? 1 : .7;
    }
    for (uint32_t i = 0; i < found; i++) {
        struct box b = random_box(state);
        int32_t image = (int32_t)next(state, IMAGES), class = (int32_t)next(state, CLASSES);
        if (truths && next(state, 3)) {
            const struct annotation *a = &scene->dataset->annotations[next(state, truths)];
            b = a->box;
            image = a->image;
            class = a->category;
        }
        b.w += next(state, 4);
        double score = distinct ? (next(state, 1000) * 64 + i) * 1e-5 : next(state, 8) * .1;
        sets_detect(scene->detections, image, class, score, b.x, b.y, b.w, b.h);
    }
}

/* AP and recall of a class at one threshold by the definition, from the set's columns. */
static void slow_class(const struct eval_set *set, size_t class, int area, int iou,
    const uint32_t *weights, double *ap, double *recall)
{
    uint32_t order[ROWS_MOST];
    double tp = 0, fp = 0, positives = 0, recalls[ROWS_MOST], precisions[ROWS_MOST];
    int n = 0;
    *ap = *recall = NAN;
    for (uint32_t i = set->category_gt[class]; i < set->category_gt[class + 1]; i++)
        positives += set->gt_areas[i] >> area & 1 ? weights[set->gt_image[i]] : 0;
    if (!(positives > 0))
        return;
    for (uint32_t i = set->category_start[class]; i < set->category_start[class + 1]; i++) {
        int at = n++;
        for (; at > 0 && set->score[order[at - 1]] < set->score[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (int i = 0; i < n; i++) {
        double weight = weights[set->image[order[i]]];
        bool hit = set->tp[area][order[i]] >> iou & 1;
        tp += hit ? weight : 0;
        fp += !hit && !(set->ignored[area][order[i]] >> iou & 1) ? weight : 0;
        recalls[i] = tp / positives;
        precisions[i] = tp / (tp + fp + 0x1p-52);
    }
    *ap = 0;
    for (int r = 0; r <= 100; r++) {
        double best = 0;
        for (int i = 0; i < n; i++)
            if (recalls[i] >= (r == 100 ? 1 : r * .01) && precisions[i] > best)
                best = precisions[i];
        *ap += best / 101;
    }
    *recall = tp / positives;
}

/* The mean of a class over the thresholds. */
static void slow_mean(const struct eval_set *set, size_t class, int area, const uint32_t *weights,
    double *ap, double *recall)
{
    *ap = *recall = 0;
    for (int t = 0; t < set->settings.iou_count; t++) {
        double one, reached;
        slow_class(set, class, area, t, weights, &one, &reached);
        *ap += one / set->settings.iou_count;
        *recall += reached / set->settings.iou_count;
    }
}

static void check_slowly(const struct eval_set *set, const uint32_t *weights, const double *numbers,
    const double *classes)
{
    for (int area = 0; area < EVAL_AREAS; area++) {
        double sums[2] = {0}, count = 0;
        for (size_t c = 0; c < CLASSES; c++) {
            double ap, recall;
            slow_mean(set, c, area, weights, &ap, &recall);
            if (area == EVAL_ALL) {
                assert_near(classes[EVAL_CLASS_AP * CLASSES + c], ap);
                assert_near(classes[EVAL_CLASS_AR100 * CLASSES + c], recall);
            }
            if (isnan(ap))
                continue;
            sums[0] += ap;
            sums[1] += recall;
            count++;
        }
        assert_near(numbers[area ? EVAL_APS + area - 1 : EVAL_AP], sums[0] / count);
        assert_near(numbers[area ? EVAL_ARS + area - 1 : EVAL_AR100], sums[1] / count);
    }
}

/* A class at the thresholds of COMMON: the counts of each image, so many times. */
static void check_class_counts(const struct eval_set *set, const struct eval_common *common,
    const uint32_t *weights, const double *classes)
{
    for (size_t c = 0; c < CLASSES; c++) {
        uint64_t one = UINT64_C(1) << c;
        struct eval_counts total, images[IMAGES], sum = {0};
        bool listed = set->category_gt[c + 1] > set->category_gt[c];
        eval_counts_at(
            set, common->iou_index, common->confidence, &one, &total, NULL, images);
        for (int i = 0; i < IMAGES; i++) {
            sum.tp += weights[i] * images[i].tp;
            sum.fp += weights[i] * images[i].fp;
            sum.fn += weights[i] * images[i].fn;
        }
        assert_near(classes[EVAL_CLASS_PRECISION * CLASSES + c],
            listed ? eval_precision(&sum) : NAN);
        assert_near(
            classes[EVAL_CLASS_RECALL * CLASSES + c], listed ? eval_recall(&sum) : NAN);
        assert_near(classes[EVAL_CLASS_F1 * CLASSES + c], listed ? eval_f1(&sum) : NAN);
    }
}

/* Weights of 0, small ones, or so large that recall is looked up in steps of many. */
static void numbers_follow_the_definition(void **unused)
{
    (void)unused;
    static const uint32_t BELOW[] = {2, 4, 5000, 4000000};
    uint64_t state = 11;
    for (int i = 0; i < CASES; i++) {
        struct scene scene;
        uint32_t weights[IMAGES];
        double numbers[EVAL_NUMBERS], classes[EVAL_CLASS_NUMBERS * CLASSES];
        struct eval_common common = {.image_count = IMAGES,
            .category_count = CLASSES,
            .iou_index = i % 3,
            .confidence = i % 5 * .2};
        scene_init(&scene, IMAGES);
        random_scene(&state, &scene, i & 1);
        struct eval_aligned run = {
            .set = sets_match(scene.dataset, scene.detections, &scene.arena)};
        for (int image = 0; image < IMAGES; image++)
            weights[image] = next(&state, BELOW[i % 4]);
        weigh(&scene, &run, &common, weights, numbers, classes);
        check_slowly(run.set, weights, numbers, classes);
        check_class_counts(run.set, &common, weights, classes);
        scene_done(&scene);
    }
}

static void check_summary(
    const struct eval_summary *summary, const double *numbers, const double *classes)
{
    for (int i = 0; i < EVAL_STATS; i++)
        assert_stat(numbers[i], summary->stats[i]);
    for (int c = 0; c < CLASSES; c++) {
        assert_stat(classes[EVAL_CLASS_AP * CLASSES + c], summary->classes[c].stats[EVAL_AP]);
        assert_stat(classes[EVAL_CLASS_AP50 * CLASSES + c], summary->classes[c].stats[EVAL_AP50]);
        assert_stat(
            classes[EVAL_CLASS_AR100 * CLASSES + c], summary->classes[c].stats[EVAL_AR100]);
    }
}

static void check_counts(
    const struct eval_set *set, int iou_index, double confidence, const double *numbers)
{
    struct eval_counts counts;
    eval_counts_at(set, iou_index, confidence, NULL, &counts, NULL, NULL);
    assert_near(numbers[EVAL_N_TP], (double)counts.tp);
    assert_near(numbers[EVAL_N_FP], (double)counts.fp);
    assert_near(numbers[EVAL_N_FN], (double)counts.fn);
    assert_near(numbers[EVAL_N_PRECISION], eval_precision(&counts));
    assert_near(numbers[EVAL_N_RECALL], eval_recall(&counts));
    assert_near(numbers[EVAL_N_F1], eval_f1(&counts));
}

/* Ties, other thresholds and limits, and a custom IoU included. */
static void weight_one_gives_the_numbers_of_the_set(void **unused)
{
    (void)unused;
    static const uint32_t ONES[IMAGES] = {1, 1, 1, 1, 1};
    struct eval_settings few = {
        .max_dets = {1, 2, 3}, .iou_count = 3, .ious = {.3, .75, .95}, .threads = 1};
    uint64_t state = 5;
    for (int i = 0; i < CASES; i++) {
        struct scene scene;
        struct err err;
        struct eval_summary summary;
        double numbers[EVAL_NUMBERS], classes[EVAL_CLASS_NUMBERS * CLASSES];
        struct eval_settings settings = i % 3 ? eval_settings_default() : few;
        struct eval_common common = {.image_count = IMAGES,
            .category_count = CLASSES,
            .iou_index = i % 2 ? EVAL_IOU_CUSTOM : 2,
            .confidence = next(&state, 8) * .1};
        scene_init(&scene, IMAGES);
        random_scene(&state, &scene, false);
        struct eval_set *set =
            sets_match_as(scene.dataset, scene.detections, &settings, &scene.arena);
        struct eval_aligned run = {0};
        run.set = eval_rematch(scene.dataset, scene.detections, set, .4, &scene.arena, &err);
        assert_non_null(run.set);
        assert_true(eval_stats(set, &scene.arena, &summary, &err));
        weigh(&scene, &run, &common, ONES, numbers, classes);
        check_summary(&summary, numbers, classes);
        check_counts(run.set, common.iou_index, common.confidence, numbers);
        scene_done(&scene);
    }
}

/* Copies image after image so often as WEIGHTS say. */
static void replicate(const struct scene *from, const uint32_t *weights, struct scene *to)
{
    const struct dataset *dataset = from->dataset;
    int32_t copy = 0;
    scene_init(to, IMAGES * MOST_WEIGHT);
    for (int32_t image = 0; image < IMAGES; image++)
        for (uint32_t w = 0; w < weights[image]; w++, copy++) {
            for (size_t i = 0; i < dataset->annotation_count; i++) {
                if (dataset->annotations[i].image != image)
                    continue;
                struct annotation *a = sets_annotate(to->dataset, 0, 0, 0, 0, 0, 0);
                int64_t id = a->id;
                *a = dataset->annotations[i];
                a->id = id;
                a->image = copy;
            }
            for (size_t i = 0; i < from->detections->count; i++) {
                struct detection row = from->detections->rows[i];
                if (row.image_key != image)
                    continue;
                row.image_key = copy;
                to->detections->rows[to->detections->count++] = row;
            }
        }
}

/* With distinct scores copies do not interleave, and a weight is so many images. */
static void a_weight_is_so_many_copies(void **unused)
{
    (void)unused;
    uint64_t state = 77;
    for (int i = 0; i < CASES; i++) {
        struct scene scene, copies;
        struct err err;
        struct eval_summary summary;
        uint32_t weights[IMAGES];
        double numbers[EVAL_NUMBERS], classes[EVAL_CLASS_NUMBERS * CLASSES];
        struct eval_common common = {.image_count = IMAGES,
            .category_count = CLASSES,
            .iou_index = 4,
            .confidence = .3};
        for (int image = 0; image < IMAGES; image++)
            weights[image] = next(&state, MOST_WEIGHT + 1);
        scene_init(&scene, IMAGES);
        random_scene(&state, &scene, true);
        replicate(&scene, weights, &copies);
        struct eval_aligned run = {
            .set = sets_match(scene.dataset, scene.detections, &scene.arena)};
        struct eval_set *set = sets_match(copies.dataset, copies.detections, &copies.arena);
        assert_true(eval_stats(set, &copies.arena, &summary, &err));
        weigh(&scene, &run, &common, weights, numbers, classes);
        check_summary(&summary, numbers, classes);
        check_counts(set, 4, .3, numbers);
        scene_done(&scene);
        scene_done(&copies);
    }
}

/* The scene less the images that WEIGHTS say 0 of and its last class. */
static void keep_part(const struct scene *from, const uint32_t *weights, struct scene *to)
{
    const struct dataset *dataset = from->dataset;
    scene_init(to, IMAGES);
    for (size_t i = 0; i < dataset->annotation_count; i++)
        if (weights[dataset->annotations[i].image] &&
            dataset->annotations[i].category < CLASSES - 1)
            to->dataset->annotations[to->dataset->annotation_count++] = dataset->annotations[i];
    for (size_t i = 0; i < from->detections->count; i++)
        if (weights[from->detections->rows[i].image_key] &&
            from->detections->rows[i].category_key < CLASSES - 1)
            to->detections->rows[to->detections->count++] = from->detections->rows[i];
}

/* Turns the order of images round in the dataset, where ids and keys keep their meaning. */
static void turn_round(struct dataset *dataset)
{
    for (int i = 0; i < IMAGES; i++)
        dataset->images[i].id = IMAGES - i;
    for (size_t i = 0; i < dataset->annotation_count; i++)
        dataset->annotations[i].image = IMAGES - 1 - dataset->annotations[i].image;
}

/* Another dataset's order of images, and images and a category that are not common. */
static void positions_choose_and_order(void **unused)
{
    (void)unused;
    uint64_t state = 123;
    for (int i = 0; i < CASES; i++) {
        struct scene scene, part;
        struct err err;
        struct eval_summary summary;
        uint32_t kept[IMAGES], ones[IMAGES] = {1, 1, 1, 1, 1};
        int32_t positions[IMAGES], categories[CLASSES] = {1, 0, -1};
        double numbers[EVAL_NUMBERS], classes[EVAL_CLASS_NUMBERS * CLASSES];
        struct eval_common common = {.category_count = 2, .iou_index = 1, .confidence = .2};
        for (int image = 0; image < IMAGES; image++)
            kept[image] = next(&state, 2);
        for (int image = 0; image < IMAGES; image++) /* by id, in the dataset turned round */
            positions[IMAGES - 1 - image] =
                kept[image] ? (int32_t)common.image_count++ : -1;
        scene_init(&scene, IMAGES);
        random_scene(&state, &scene, i & 1);
        keep_part(&scene, kept, &part);
        turn_round(scene.dataset);
        struct eval_aligned run = {sets_match(scene.dataset, scene.detections, &scene.arena),
            positions, categories};
        struct eval_set *set = sets_match(part.dataset, part.detections, &part.arena);
        assert_true(eval_stats(set, &part.arena, &summary, &err));
        weigh(&scene, &run, &common, ones, numbers, classes);
        for (int s = 0; s < EVAL_STATS; s++)
            assert_stat(numbers[s], summary.stats[s]);
        assert_stat(classes[1], summary.classes[0].stats[EVAL_AP]);
        assert_stat(classes[0], summary.classes[1].stats[EVAL_AP]);
        check_counts(set, 1, .2, numbers);
        scene_done(&scene);
        scene_done(&part);
    }
}

static void what_does_not_fit_is_refused(void **unused)
{
    (void)unused;
    struct scene scene;
    struct err err;
    scene_init(&scene, IMAGES);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 50, 50);
    struct eval_set *set = sets_match(scene.dataset, scene.detections, &scene.arena);
    struct eval_common common = {.image_count = IMAGES, .category_count = CLASSES};
    int32_t images[IMAGES] = {0, 1, 2, 3, IMAGES}, categories[CLASSES] = {0, -2, 1};
    struct eval_aligned whole = {.set = set}, image_off = {set, images, NULL};
    struct eval_aligned category_off = {set, NULL, categories};
    assert_non_null(eval_weighted_new(&whole, &common, &scene.arena, &err));
    assert_null(eval_weighted_new(&image_off, &common, &scene.arena, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_null(eval_weighted_new(&category_off, &common, &scene.arena, &err));
    assert_int_equal(err.code, ERR_USAGE);
    common.image_count--;
    assert_null(eval_weighted_new(&whole, &common, &scene.arena, &err));
    common.image_count++;
    static const int OUTSIDE[] = {-1, EVAL_IOUS, EVAL_IOU_CUSTOM};
    for (int i = 0; i < 3; i++) {
        common.iou_index = OUTSIDE[i];
        assert_null(eval_weighted_new(&whole, &common, &scene.arena, &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(weights_count_images_by_hand),
        cmocka_unit_test(numbers_follow_the_definition),
        cmocka_unit_test(weight_one_gives_the_numbers_of_the_set),
        cmocka_unit_test(a_weight_is_so_many_copies),
        cmocka_unit_test(positions_choose_and_order),
        cmocka_unit_test(what_does_not_fit_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
