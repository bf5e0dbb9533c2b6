/*
 * Two runs against each other: by hand, and beside a slow comparison on thousands of small sets.
 */
#include "sets.h"

#include "eval/versus.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 3000, IMAGES = 4, CLASSES = 2, ROWS_MOST = 256 };

struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections[2];
    struct eval_side sides[2];
};

static void scene_init(struct scene *scene, int images)
{
    *scene = (struct scene){.dataset = sets_truth(images, CLASSES)};
    arena_init(&scene->arena, 0);
    for (int side = 0; side < 2; side++)
        scene->detections[side] = sets_detections(images, CLASSES);
}

static void scene_match(struct scene *scene)
{
    for (int side = 0; side < 2; side++)
        scene->sides[side] = (struct eval_side){scene->detections[side],
            sets_match(scene->dataset, scene->detections[side], &scene->arena)};
}

static void scene_rematch(struct scene *scene, double iou)
{
    struct err err;
    for (int side = 0; side < 2; side++)
        scene->sides[side].set = eval_rematch(scene->dataset, scene->detections[side],
            scene->sides[side].set, iou, &scene->arena, &err);
}

static void scene_done(struct scene *scene)
{
    for (int side = 0; side < 2; side++)
        detections_free(scene->detections[side]);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
}

static struct eval_versus compare(struct scene *scene, double confidence, eval_filter filter)
{
    struct err err;
    struct eval_versus versus;
    struct eval_at at = {.iou_index = eval_versus_iou_index(scene->sides[0].set),
        .confidence = confidence,
        .filter = filter};
    assert_true(eval_versus(scene->dataset, &scene->sides[0], &scene->sides[1], &at, &scene->arena,
        &versus, &err));
    return versus;
}

static void assert_pair(
    const struct eval_pairs *pairs, size_t at, int32_t annotation, int32_t row_a, int32_t row_b)
{
    assert_true(at < pairs->count);
    assert_int_equal(pairs->items[at].annotation, annotation);
    assert_int_equal(pairs->items[at].row[0], row_a);
    assert_int_equal(pairs->items[at].row[1], row_b);
}

static void assert_change(const struct eval_changes *changes, size_t at, int32_t image,
    int64_t errors_a, int64_t errors_b)
{
    assert_true(at < changes->count);
    assert_int_equal(changes->items[at].image, image);
    assert_int_equal(changes->items[at].errors[0], errors_a);
    assert_int_equal(changes->items[at].errors[1], errors_b);
}

/* Four ground truths on one image, one for each group, and a crowd that is in none. */
static void ground_truth_by_who_found_it(void **unused)
{
    (void)unused;
    struct scene scene;
    scene_init(&scene, 1);
    for (int i = 0; i < 5; i++)
        sets_annotate(scene.dataset, 0, 0, 100 * i, 0, 50, 50)->crowd = i == 2;
    for (int side = 0; side < 2; side++) {
        struct detections *detections = scene.detections[side];
        sets_detect(detections, 0, 0, .5, 200, 0, 50, 50);                   /* in the crowd */
        sets_detect(detections, 0, 0, .9, side ? 400 : 300, 0, 50, 50);      /* 4 or 3 */
        sets_detect(detections, 0, 0, .7, 0, 0, 50, side ? 40 : 30);         /* 0, IoU .8 or .6 */
        sets_detect(detections, 0, 0, side ? .3 : .2, 100, 0, 50, 50);       /* 1, low scores */
    }
    scene_match(&scene);
    struct eval_versus versus = compare(&scene, .4, NULL);
    assert_int_equal(versus.truths[EVAL_BY_NEITHER].count, 1);
    assert_pair(&versus.truths[EVAL_BY_NEITHER], 0, 1, -1, -1);
    assert_int_equal(versus.truths[EVAL_BY_A].count, 1);
    assert_pair(&versus.truths[EVAL_BY_A], 0, 3, 1, -1);
    assert_int_equal(versus.truths[EVAL_BY_B].count, 1);
    assert_pair(&versus.truths[EVAL_BY_B], 0, 4, -1, 1);
    assert_int_equal(versus.truths[EVAL_BY_BOTH].count, 1);
    assert_pair(&versus.truths[EVAL_BY_BOTH], 0, 0, 2, 2);
    versus = compare(&scene, .3, NULL);
    assert_pair(&versus.truths[EVAL_BY_B], 0, 1, -1, 3);
    scene_rematch(&scene, .75); /* on the grid, where A no longer finds 0 */
    versus = compare(&scene, .4, NULL);
    assert_int_equal(versus.truths[EVAL_BY_BOTH].count, 0);
    assert_pair(&versus.truths[EVAL_BY_B], 0, 0, -1, 2);
    assert_int_equal(versus.total[0].tp, 1);
    assert_int_equal(versus.total[1].tp, 2);
    uint64_t other = 2;
    versus = compare(&scene, 0, &other);
    for (int by = 0; by < EVAL_BYS; by++)
        assert_int_equal(versus.truths[by].count + versus.false_positives[by].count, 0);
    scene_done(&scene);
}

/* Errors of A and B on six images: 1 0, 0 2, 3 1, 1 3, 2 2, 4 0. */
static void images_by_who_is_better(void **unused)
{
    (void)unused;
    static const int ERRORS[6][2] = {{1, 0}, {0, 2}, {3, 1}, {1, 3}, {2, 2}, {4, 0}};
    struct scene scene;
    scene_init(&scene, 6);
    for (int32_t image = 0; image < 6; image++)
        for (int side = 0; side < 2; side++)
            for (int i = 0; i < ERRORS[image][side]; i++)
                sets_detect(scene.detections[side], image, 1, .5, 60 * i, 0, 50, 50);
    scene_match(&scene);
    struct eval_versus versus = compare(&scene, 0, NULL);
    assert_int_equal(versus.better.count, 3);
    assert_change(&versus.better, 0, 5, 4, 0);
    assert_change(&versus.better, 1, 2, 3, 1);
    assert_change(&versus.better, 2, 0, 1, 0);
    assert_int_equal(versus.fixed.count, 2);
    assert_change(&versus.fixed, 0, 5, 4, 0);
    assert_change(&versus.fixed, 1, 0, 1, 0);
    assert_int_equal(versus.worse.count, 2); /* by as much: in the order of ids */
    assert_change(&versus.worse, 0, 1, 0, 2);
    assert_change(&versus.worse, 1, 3, 1, 3);
    assert_int_equal(versus.broken.count, 1);
    assert_change(&versus.broken, 0, 1, 0, 2);
    assert_int_equal(versus.images[0][2].fp, 3);
    assert_int_equal(versus.images[1][2].fp, 1);
    scene_done(&scene);
}

/* A has 0..3, B has 0..2: 0 of A overlaps 1 of B most (.9), so 1 of A is left with 0 of B (.6). */
static void false_positives_in_one_or_both(void **unused)
{
    (void)unused;
    struct scene scene;
    scene_init(&scene, 2);
    sets_detect(scene.detections[0], 0, 0, .9, 0, 0, 100, 100);
    sets_detect(scene.detections[0], 0, 0, .8, 0, 0, 100, 100);
    sets_detect(scene.detections[0], 0, 0, .7, 0, 0, 100, 100);
    sets_detect(scene.detections[0], 0, 1, .7, 300, 0, 100, 100);
    sets_detect(scene.detections[1], 0, 0, .6, 0, 0, 100, 60);
    sets_detect(scene.detections[1], 0, 0, .5, 0, 0, 100, 90);
    sets_detect(scene.detections[1], 1, 1, .9, 300, 0, 100, 100); /* another image */
    sets_detect(scene.detections[1], 0, 0, .4, 0, 0, 100, 49);    /* IoU .49 */
    scene_match(&scene);
    struct eval_versus versus = compare(&scene, 0, NULL);
    assert_int_equal(versus.false_positives[EVAL_BY_BOTH].count, 2);
    assert_pair(&versus.false_positives[EVAL_BY_BOTH], 0, -1, 0, 1);
    assert_pair(&versus.false_positives[EVAL_BY_BOTH], 1, -1, 1, 0);
    assert_int_equal(versus.false_positives[EVAL_BY_A].count, 2);
    assert_pair(&versus.false_positives[EVAL_BY_A], 0, -1, 2, -1);
    assert_pair(&versus.false_positives[EVAL_BY_A], 1, -1, 3, -1);
    assert_int_equal(versus.false_positives[EVAL_BY_B].count, 2);
    assert_pair(&versus.false_positives[EVAL_BY_B], 0, -1, -1, 3);
    assert_pair(&versus.false_positives[EVAL_BY_B], 1, -1, -1, 2);
    assert_int_equal(versus.false_positives[EVAL_BY_NEITHER].count, 0);
    versus = compare(&scene, .55, NULL);
    assert_int_equal(versus.false_positives[EVAL_BY_BOTH].count, 1);
    assert_pair(&versus.false_positives[EVAL_BY_BOTH], 0, -1, 0, 0);
    scene_done(&scene);
}

/* What cannot be matched is neither found nor missed. */
static void what_does_not_count_is_in_no_list(void **unused)
{
    (void)unused;
    struct scene scene;
    scene_init(&scene, 3);
    sets_annotate(scene.dataset, 0, 0, 0, 0, .5, .5);
    sets_annotate(scene.dataset, 1, 0, 0, 0, .5, .5);
    sets_annotate(scene.dataset, 2, 0, 0, INFINITY, .5, .5);
    sets_annotate(scene.dataset, 2, 0, 0, 0, .5, .5)->area = 2e10;
    sets_annotate(scene.dataset, 2, 0, 0, 0, .5, .5)->area = NAN;
    scene.dataset->fractions = true;
    scene.dataset->images[0].width_px = 0;
    scene_match(&scene);
    struct eval_versus versus = compare(&scene, 0, NULL);
    assert_int_equal(versus.truths[EVAL_BY_NEITHER].count, 1);
    assert_pair(&versus.truths[EVAL_BY_NEITHER], 0, 1, -1, -1);
    assert_int_equal(versus.total[0].fn, 1);
    scene_done(&scene);
}

static uint32_t next(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

static struct box random_box(uint64_t *state)
{
    static const double SIDES[] = {0, 8, 10, 16, 20, 32};
    return (struct box){
        4 * next(state, 4), 4 * next(state, 4), SIDES[next(state, 6)], SIDES[next(state, 6)]};
}

/* Much of what B finds A has found too, and some of it is there. */
static void random_row(uint64_t *state, struct scene *scene, int side)
{
    const struct dataset *dataset = scene->dataset;
    const struct detections *first = scene->detections[0];
    struct box b = random_box(state);
    int32_t image = (int32_t)next(state, IMAGES), class = (int32_t)next(state, CLASSES);
    if (dataset->annotation_count && next(state, 3) == 0) {
        const struct annotation *a =
            &dataset->annotations[next(state, (uint32_t)dataset->annotation_count)];
        b = a->box;
        image = a->image;
        class = a->category;
    } else if (side && first->count && next(state, 2)) {
        const struct detection *row = &first->rows[next(state, (uint32_t)first->count)];
        b = row->box;
        image = row->image_key;
        class = row->category_key;
    }
    sets_detect(scene->detections[side], image, class, next(state, 6) * .1, b.x + next(state, 3),
        b.y, b.w, b.h);
}

/* Ids of images descend, so that their order is not that of the dataset. */
static void random_scene(uint64_t *state, struct scene *scene)
{
    scene_init(scene, IMAGES);
    uint32_t truths = next(state, 12), most = next(state, 2) ? 50 : 6;
    for (uint32_t i = 0; i < truths; i++) {
        struct box b = random_box(state);
        sets_annotate(scene->dataset, (int32_t)next(state, IMAGES), (int32_t)next(state, CLASSES),
            b.x, b.y, b.w, b.h)
            ->crowd = next(state, 6) == 0;
    }
    for (int side = 0; side < 2; side++)
        for (uint32_t i = next(state, most); i > 0; i--)
            random_row(state, scene, side);
    for (int i = 0; i < IMAGES; i++) {
        scene->dataset->images[i].id = IMAGES - i;
        for (int side = 0; side < 2; side++)
            scene->detections[side]->image_keys[i].id = IMAGES - i;
    }
    scene_match(scene);
}

/* A comparison at one place, for the slow version. */
struct place {
    const struct scene *scene;
    int iou_index;
    double confidence;
    eval_filter filter;
};

static const struct eval_set *set_of(const struct place *place, int side)
{
    return place->scene->sides[side].set;
}

static bool is_in(const struct place *place, int side, size_t i)
{
    const struct eval_set *set = set_of(place, side);
    return set->score[i] >= place->confidence &&
           eval_filter_has(place->filter, (size_t)set->category[i]);
}

static bool has_bit(const struct place *place, uint16_t *const *masks, size_t i)
{
    return masks[EVAL_ALL][i] >> place->iou_index & 1;
}

static bool is_false(const struct place *place, int side, size_t i)
{
    const struct eval_set *set = set_of(place, side);
    return is_in(place, side, i) && !has_bit(place, set->tp, i) && !has_bit(place, set->ignored, i);
}

static void check_truths(const struct place *place, const struct eval_versus *versus)
{
    size_t seen[EVAL_BYS] = {0};
    const struct dataset *dataset = place->scene->dataset;
    for (size_t a = 0; a < dataset->annotation_count; a++) {
        int32_t rows[2] = {-1, -1};
        for (int side = 0; side < 2; side++) {
            const struct eval_set *set = set_of(place, side);
            for (size_t i = 0; i < set->count; i++)
                if (set->gt[i] == (int32_t)a && is_in(place, side, i) &&
                    has_bit(place, set->tp, i))
                    rows[side] = set->row[i];
        }
        if (dataset->annotations[a].crowd ||
            !eval_filter_has(place->filter, (size_t)dataset->annotations[a].category))
            continue;
        int by = (rows[0] >= 0) + 2 * (rows[1] >= 0);
        assert_pair(&versus->truths[by], seen[by]++, (int32_t)a, rows[0], rows[1]);
    }
    for (int by = 0; by < EVAL_BYS; by++)
        assert_int_equal(versus->truths[by].count, seen[by]);
    for (int side = 0; side < 2; side++)
        assert_int_equal(
            versus->total[side].tp, seen[EVAL_BY_BOTH] + seen[side ? EVAL_BY_B : EVAL_BY_A]);
}

static double overlap(const struct box *a, const struct box *b)
{
    double w = fmin(a->w + a->x, b->w + b->x) - fmax(a->x, b->x);
    double h = fmin(a->h + a->y, b->h + b->y) - fmax(a->y, b->y);
    return w <= 0 || h <= 0 ? 0 : w * h / (a->w * a->h + b->w * b->h - w * h);
}

/* The sets stand in the order of the lists, so it is walked as it is and every other box tried. */
static void check_false(const struct place *place, const struct eval_versus *versus)
{
    const struct eval_set *a = set_of(place, 0), *b = set_of(place, 1);
    const struct detection *rows_a = place->scene->detections[0]->rows;
    const struct detection *rows_b = place->scene->detections[1]->rows;
    bool taken[ROWS_MOST] = {false};
    size_t both = 0, only_a = 0, only_b = 0;
    for (size_t i = 0; i < a->count; i++) {
        double most = 0;
        size_t same = SIZE_MAX;
        if (!is_false(place, 0, i))
            continue;
        for (size_t j = 0; j < b->count; j++) {
            if (!is_false(place, 1, j) || taken[j] || a->image[i] != b->image[j] ||
                a->category[i] != b->category[j])
                continue;
            double iou = overlap(&rows_a[a->row[i]].box, &rows_b[b->row[j]].box);
            if (iou >= .5 && iou > most) {
                most = iou;
                same = j;
            }
        }
        if (same == SIZE_MAX) {
            assert_pair(&versus->false_positives[EVAL_BY_A], only_a++, -1, a->row[i], -1);
            continue;
        }
        taken[same] = true;
        assert_pair(&versus->false_positives[EVAL_BY_BOTH], both++, -1, a->row[i], b->row[same]);
    }
    for (size_t j = 0; j < b->count; j++)
        if (is_false(place, 1, j) && !taken[j])
            assert_pair(&versus->false_positives[EVAL_BY_B], only_b++, -1, -1, b->row[j]);
    assert_int_equal(versus->false_positives[EVAL_BY_BOTH].count, both);
    assert_int_equal(versus->false_positives[EVAL_BY_A].count, only_a);
    assert_int_equal(versus->false_positives[EVAL_BY_B].count, only_b);
    assert_int_equal(versus->total[0].fp, both + only_a);
    assert_int_equal(versus->total[1].fp, both + only_b);
}

/* The images by descending SIGN x (A's errors - B's), ids ascending, that CLEAN allows. */
static void check_list(const struct eval_versus *versus, const struct eval_changes *changes,
    int sign, bool clean)
{
    size_t seen = 0;
    for (int64_t more = 100; more > 0; more--)
        for (int32_t image = IMAGES - 1; image >= 0; image--) { /* their ids ascend */
            int64_t errors[2];
            for (int side = 0; side < 2; side++)
                errors[side] = versus->images[side][image].fp + versus->images[side][image].fn;
            if (sign * (errors[0] - errors[1]) == more && (!clean || !errors[sign > 0]))
                assert_change(changes, seen++, image, errors[0], errors[1]);
        }
    assert_int_equal(changes->count, seen);
}

static void small_sets_agree_with_the_slow_comparison(void **unused)
{
    (void)unused;
    static const double IOUS[] = {0, .3, .75};
    uint64_t state = 400;
    size_t pairs = 0, changes = 0;
    for (int i = 0; i < CASES; i++) {
        struct scene scene;
        uint64_t filter = next(&state, 4);
        random_scene(&state, &scene);
        struct place place = {.scene = &scene,
            .iou_index = i % 3 ? EVAL_IOU_CUSTOM : 0,
            .confidence = next(&state, 5) * .1,
            .filter = i % 2 ? NULL : &filter};
        if (i % 3)
            scene_rematch(&scene, IOUS[i % 3]);
        struct eval_versus versus = compare(&scene, place.confidence, place.filter);
        check_truths(&place, &versus);
        check_false(&place, &versus);
        check_list(&versus, &versus.better, 1, false);
        check_list(&versus, &versus.fixed, 1, true);
        check_list(&versus, &versus.worse, -1, false);
        check_list(&versus, &versus.broken, -1, true);
        pairs += versus.false_positives[EVAL_BY_BOTH].count + versus.truths[EVAL_BY_BOTH].count;
        changes += versus.fixed.count + versus.broken.count;
        scene_done(&scene);
    }
    assert_true(pairs > CASES && changes > CASES / 8); /* or the cases are too tame */
}

static void what_does_not_fit_is_refused(void **unused)
{
    (void)unused;
    struct scene scene, other;
    struct err err;
    struct eval_versus versus;
    struct eval_at at = {0}, small = {.area = EVAL_SMALL};
    uint64_t state = 2;
    random_scene(&state, &scene);
    assert_false(eval_versus(scene.dataset, &scene.sides[0], &scene.sides[1], &small,
        &scene.arena, &versus, &err));
    assert_int_equal(err.code, ERR_USAGE);
    scene_init(&other, IMAGES + 1);
    scene_match(&other);
    assert_false(eval_versus(scene.dataset, &scene.sides[0], &other.sides[1], &at,
        &scene.arena, &versus, &err));
    assert_int_equal(err.code, ERR_USAGE);
    struct eval_side a = scene.sides[0], b = scene.sides[1];
    scene_rematch(&scene, .5);
    assert_false(eval_versus(
        scene.dataset, &a, &scene.sides[1], &at, &scene.arena, &versus, &err));
    assert_int_equal(err.code, ERR_USAGE);
    a = scene.sides[0];
    scene.sides[1] = b;
    scene_rematch(&scene, .6);
    assert_false(eval_versus(
        scene.dataset, &a, &scene.sides[1], &at, &scene.arena, &versus, &err));
    assert_int_equal(err.code, ERR_USAGE);
    scene_done(&scene);
    scene_done(&other);
}

/* Every amount of memory that is too little is an error and nothing worse. */
static void memory_may_run_out(void **unused)
{
    (void)unused;
    struct scene scene;
    struct err err;
    struct eval_at at = {0};
    uint64_t state = 2;
    bool done = false;
    int refused = 0;
    random_scene(&state, &scene);
    for (size_t most = 16; !done; most += 32, refused += !done) {
        struct arena arena;
        struct eval_versus versus;
        arena_init(&arena, most);
        done = eval_versus(scene.dataset, &scene.sides[0], &scene.sides[1], &at, &arena,
            &versus, &err);
        assert_true(done || err.code == ERR_MEMORY);
        arena_done(&arena);
    }
    assert_true(refused > 10);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ground_truth_by_who_found_it),
        cmocka_unit_test(images_by_who_is_better),
        cmocka_unit_test(false_positives_in_one_or_both),
        cmocka_unit_test(what_does_not_count_is_in_no_list),
        cmocka_unit_test(small_sets_agree_with_the_slow_comparison),
        cmocka_unit_test(what_does_not_fit_is_refused), cmocka_unit_test(memory_may_run_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
