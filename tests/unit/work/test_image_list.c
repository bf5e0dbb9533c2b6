/*
 * Lists of images, beside the plainest counting there is, on random sets; and filters and orders by
 * hand.
 */
#include "../eval/sets.h"
#include "../eval/slow.h"

#include "eval/match.h"
#include "eval/versus.h"
#include "work/image_list.h"
#include "work/image_marks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { IMAGES = 6, CATEGORIES = 3, CASES = 150 };

/* Two runs on one dataset. */
struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct study studies[2];
    struct image_pool *pool;
};

static void add_study(struct scene *scene, int which, struct detections *detections)
{
    struct study *study = &scene->studies[which];
    *study = (struct study){.dataset = scene->dataset,
        .detections = detections,
        .ground_truth = "truth.json",
        .predictions = "found.json",
        .detection_count = (int64_t)detections->count};
    sets_link(scene->dataset, detections, &scene->arena, &study->link);
    study->set = sets_match(scene->dataset, detections, &scene->arena);
}

static void make_pool(struct scene *scene, bool two, const struct image_column *columns, size_t count)
{
    struct err err;
    struct image_pool_request request = {.a = &scene->studies[0],
        .b = two ? &scene->studies[1] : NULL,
        .aps = true,
        .columns = columns,
        .column_count = count};
    scene->pool = image_pool_new(&request, &err);
    assert_non_null(scene->pool);
}

static void random_scene(uint64_t *state, struct scene *scene)
{
    *scene = (struct scene){.dataset = sets_truth(IMAGES, CATEGORIES)};
    struct detections *a = sets_detections(IMAGES, CATEGORIES);
    struct detections *b = sets_detections(IMAGES, CATEGORIES);
    sets_fill(state, IMAGES, CATEGORIES, scene->dataset, a);
    for (size_t i = 0; i < a->count; i++) { /* B: most of A's, some a little off */
        struct box box = a->rows[i].box;
        if (sets_next(state, 4))
            sets_detect(b, a->rows[i].image_key, a->rows[i].category_key,
                sets_next(state, 12) * .1 - .1, box.x + sets_next(state, 3), box.y, box.w, box.h);
    }
    add_study(scene, 0, a);
    add_study(scene, 1, b);
    make_pool(scene, true, NULL, 0);
}

static void scene_done(struct scene *scene)
{
    image_pool_free(scene->pool);
    for (int s = 0; s < 2; s++)
        detections_free(scene->studies[s].detections);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
}

/* ---- the plain counting ---- */

struct plain {
    int tp, fp, fn, boxes;
    double score;
};

static double box_iou(const struct slow_sets *sets, size_t row, size_t annotation)
{
    const struct annotation *a = &sets->dataset->annotations[annotation];
    return match_iou(&sets->detections->rows[row].box, &a->box, a->crowd);
}

static double box_area(const struct slow_sets *sets, size_t row)
{
    return sets->detections->rows[row].box.w * sets->detections->rows[row].box.h;
}

static struct plain count_plainly(const struct scene *scene, int side, int32_t image,
    const struct image_at *at, const struct image_which *which)
{
    struct slow_sets sets = {
        scene->dataset, scene->studies[side].detections, box_iou, box_area};
    struct plain plain = {0};
    for (int32_t c = 0; c < CATEGORIES; c++) {
        struct slow_verdict found[SLOW_MOST];
        int n = 0;
        if (!eval_filter_has(at->filter, (size_t)c))
            continue;
        double least = at->of_category ? at->of_category[c] : at->confidence;
        int positives = slow_image(&sets, image, c, at->iou, (int)at->size, 100, found, &n);
        for (int i = 0; i < n; i++) {
            if (found[i].score < least)
                continue;
            bool in = !which->in_range ||
                      (found[i].score >= which->low && found[i].score <= which->high);
            enum eval_verdict verdict = found[i].ignored ? EVAL_IGNORED
                                        : found[i].tp    ? EVAL_TP
                                                         : EVAL_FP;
            plain.tp += verdict == EVAL_TP;
            plain.fp += verdict == EVAL_FP;
            plain.score += verdict == EVAL_IGNORED ? 0 : found[i].score;
            plain.boxes += in && (which->verdicts ? which->verdicts >> verdict & 1
                                                  : verdict != EVAL_IGNORED);
            positives -= verdict == EVAL_TP;
        }
        plain.fn += positives;
    }
    bool misses = !which->in_range && (!which->verdicts || which->verdicts >> EVAL_FN & 1);
    plain.boxes += misses ? plain.fn : 0;
    return plain;
}

static bool is_wanted(const struct image_at *at, const struct image_which *which,
    const struct plain *a, const struct plain *b)
{
    int errors[2] = {a->fp + a->fn, b->fp + b->fn};
    bool narrowed = at->filter || at->size != EVAL_ALL;
    bool empty = !(a->tp + errors[0] + b->tp + errors[1]);
    bool change = which->change == IMAGE_ANY ||
                  (which->change == IMAGE_FIXED && errors[0] && !errors[1]) ||
                  (which->change == IMAGE_BROKEN && !errors[0] && errors[1]) ||
                  (which->change == IMAGE_BETTER && errors[0] > errors[1]) ||
                  (which->change == IMAGE_WORSE && errors[0] < errors[1]);
    bool asked = which->verdicts || which->in_range;
    return change && (!asked || a->boxes) &&
           (!narrowed || !empty || which->verdicts >> EVAL_IGNORED & 1);
}

static void assert_number(double is, double should)
{
    if (isnan(should))
        assert_true(isnan(is));
    else
        assert_true(fabs(is - should) < 1e-9);
}

static void assert_plain(const double *numbers, const struct plain *plain)
{
    int found = plain->tp + plain->fp, there = plain->tp + plain->fn;
    assert_number(numbers[IMAGE_TP], plain->tp);
    assert_number(numbers[IMAGE_FP], plain->fp);
    assert_number(numbers[IMAGE_FN], plain->fn);
    assert_number(numbers[IMAGE_PRECISION], found ? (double)plain->tp / found : NAN);
    assert_number(numbers[IMAGE_RECALL], there ? (double)plain->tp / there : NAN);
    assert_number(numbers[IMAGE_F1],
        found + there ? 2. * plain->tp / (found + there) : NAN);
    assert_number(numbers[IMAGE_SCORE], found ? plain->score / found : NAN);
}

static void ask_randomly(uint64_t *state, struct image_at *at, struct image_which *which,
    uint64_t *filter, double *confidences)
{
    *at = (struct image_at){.confidence = sets_next(state, 11) * .1 - .1,
        .iou = eval_iou_threshold((int)sets_next(state, EVAL_IOUS)),
        .size = sets_next(state, 3) ? EVAL_ALL : (enum eval_area)sets_next(state, EVAL_AREAS)};
    *filter = sets_next(state, 1 << CATEGORIES);
    for (int c = 0; c < CATEGORIES; c++)
        confidences[c] = sets_next(state, 11) * .1 - .1;
    if (sets_next(state, 2))
        at->filter = filter;
    if (!sets_next(state, 3))
        at->of_category = confidences;
    *which = (struct image_which){.change = (enum image_change)sets_next(state, IMAGE_DIFFERS)};
    if (!sets_next(state, 3))
        which->verdicts = 1u << sets_next(state, 5);
    which->in_range = !sets_next(state, 4);
    which->low = sets_next(state, 8) * .1;
    which->high = which->low + sets_next(state, 4) * .1;
}

/* What is not known comes last; of equals the one that stands first among the ids. */
static void assert_order(
    const struct image_pool *pool, const struct image_list *list, const struct image_order *order)
{
    for (size_t i = 1; i < list->count; i++) {
        double x = list->items[i - 1].numbers[order->column];
        double y = list->items[i].numbers[order->column];
        bool tie = x == y || (isnan(x) && isnan(y));
        assert_true(tie || isnan(y) || (order->descending ? x > y : x < y));
        size_t at = 0;
        while (pool->images[at] != list->items[i - 1].image)
            at++;
        while (tie && pool->images[at] != list->items[i].image)
            assert_true(++at < pool->count);
    }
}

static void lists_agree_with_plain_counting(void **unused)
{
    (void)unused;
    uint64_t state = 77;
    size_t listed = 0, left_out = 0;
    for (int i = 0; i < CASES; i++) {
        struct scene scene;
        struct arena arena = {0};
        struct image_at at;
        struct image_which which;
        struct image_order order = {(int)sets_next(&state, IMAGE_NUMBERS), sets_next(&state, 2)};
        struct image_list list;
        struct err err;
        uint64_t filter;
        double confidences[CATEGORIES];
        random_scene(&state, &scene);
        ask_randomly(&state, &at, &which, &filter, confidences);
        assert_true(image_list_make(scene.pool, &at, &which, &order, &arena, &list, &err));
        assert_int_equal(list.of, IMAGES);
        struct eval_counts total = {0};
        for (int32_t image = 0; image < IMAGES; image++) {
            struct plain a = count_plainly(&scene, 0, image, &at, &which);
            struct plain b = count_plainly(&scene, 1, image, &at, &which);
            size_t place = image_list_place(&list, image);
            bool wanted = is_wanted(&at, &which, &a, &b);
            total.tp += a.tp;
            total.fp += a.fp;
            total.fn += a.fn;
            assert_int_equal(place < list.count, wanted);
            listed += wanted;
            left_out += !wanted;
            if (!wanted)
                continue;
            const double *numbers = list.items[place].numbers;
            assert_plain(numbers, &a);
            assert_plain(numbers + IMAGE_B_TP, &b);
            assert_number(numbers[IMAGE_BOXES], a.boxes);
            assert_number(numbers[IMAGE_GAIN], a.fp + a.fn - b.fp - b.fn);
        }
        assert_true(total.tp == list.total[0].tp && total.fp == list.total[0].fp &&
                    total.fn == list.total[0].fn);
        assert_order(scene.pool, &list, &order);
        arena_done(&arena);
        scene_done(&scene);
    }
    assert_true(listed > 100 && left_out > 100);
}

/* As the lists of eval/versus.h say it, at any IoU, image by image. */
static void disagreement_is_what_only_one_has(void **unused)
{
    (void)unused;
    static const double IOUS[] = {.5, .75, .3};
    uint64_t state = 5;
    int64_t all = 0;
    for (int i = 0; i < 60; i++) {
        struct scene scene;
        struct arena arena = {0};
        struct image_at at = {.confidence = sets_next(&state, 5) * .1,
            .iou = IOUS[sets_next(&state, 3)],
            .disagreement = true};
        struct image_which which = {0};
        struct image_order order = {.column = -1};
        struct image_list list;
        struct eval_versus versus;
        struct eval_side sides[2];
        struct err err;
        int64_t alone[IMAGES] = {0};
        random_scene(&state, &scene);
        for (int s = 0; s < 2; s++) {
            struct study *study = &scene.studies[s];
            sides[s] = (struct eval_side){.detections = study->detections,
                .set = eval_rematch(study->dataset, study->detections, study->set, at.iou,
                    &scene.arena, &err)};
        }
        struct eval_at place = {.iou_index = EVAL_IOU_CUSTOM, .confidence = at.confidence};
        assert_true(eval_versus(
            scene.dataset, &sides[0], &sides[1], &place, &arena, &versus, &err));
        for (enum eval_by by = EVAL_BY_A; by <= EVAL_BY_B; by++) {
            for (size_t k = 0; k < versus.truths[by].count; k++)
                alone[scene.dataset->annotations[versus.truths[by].items[k].annotation].image]++;
            for (size_t k = 0; k < versus.false_positives[by].count; k++)
                alone[sides[by == EVAL_BY_B]
                          .detections->rows[versus.false_positives[by].items[k].row[by == EVAL_BY_B]]
                          .image_key]++;
        }
        assert_true(image_list_make(scene.pool, &at, &which, &order, &arena, &list, &err));
        for (size_t k = 0; k < list.count; k++) {
            assert_number(list.items[k].numbers[IMAGE_DISAGREEMENT],
                (double)alone[list.items[k].image]);
            all += alone[k];
        }
        arena_done(&arena);
        scene_done(&scene);
    }
    assert_true(all > 100);
}

/* ---- by hand ---- */

static const char *WEATHER[IMAGES] = {"rain", "sun", NULL, "rain", "snow", "sun"};
static const char *TAGS[IMAGES] = {"night\npaper", NULL, "paper", NULL, NULL, NULL};
static const char *SIZES[IMAGES] = {"10", "9", "x", NULL, "100", "2"};

static const struct image_column COLUMNS[] = {
    {.name = "weather", .values = WEATHER},
    {.name = "tags", .values = TAGS, .is_tags = true},
    {.name = "size", .values = SIZES},
};

/* Image i has i ground truths of class 0, of which the first i / 2 are found, and i % 3 false ones. */
static void small_scene(struct scene *scene)
{
    *scene = (struct scene){.dataset = sets_truth(IMAGES, CATEGORIES)};
    struct detections *a = sets_detections(IMAGES, CATEGORIES);
    for (int i = 0; i < IMAGES; i++) {
        for (int n = 0; n < i; n++)
            sets_annotate(scene->dataset, i, 0, 60 * n, 0, 40, 40);
        for (int n = 0; n < i / 2; n++)
            sets_detect(a, i, 0, .9 - .1 * n, 60 * n, 0, 40, 40);
        for (int n = 0; n < i % 3; n++)
            sets_detect(a, i, 1, .55, 60 * n, 200, 40, 40);
    }
    add_study(scene, 0, a);
    scene->studies[1].detections = NULL;
    make_pool(scene, false, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
}

static void assert_list(
    struct scene *scene, const struct image_which *which, const char *order, const char *images)
{
    struct arena arena = {0};
    struct image_at at = {.confidence = .5, .iou = .5};
    struct image_order by = {.column = -1};
    struct image_list list;
    struct err err;
    char is[32] = "";
    assert_true(!order || image_order_parse(scene->pool, order, &by, &err));
    assert_true(image_list_make(scene->pool, &at, which, &by, &arena, &list, &err));
    for (size_t i = 0; i < list.count; i++)
        is[i] = (char)('0' + list.items[i].image);
    assert_string_equal(is, images);
    arena_done(&arena);
}

static void orders(void **unused)
{
    (void)unused;
    struct scene scene;
    struct image_which all = {0};
    small_scene(&scene);
    assert_list(&scene, &all, NULL, "012345");
    assert_list(&scene, &all, "FN", "534120");
    assert_list(&scene, &all, "fn:asc", "012345");
    assert_list(&scene, &all, "weather", "034152");
    assert_list(&scene, &all, "weather:desc", "154032");
    assert_list(&scene, &all, "size", "510423"); /* 2 9 10 100 x, none */
    assert_list(&scene, &all, "image:desc", "543210");
    struct image_order order;
    struct err err;
    assert_false(image_order_parse(scene.pool, "B.FP", &order, &err)); /* there is no B */
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(image_order_parse(scene.pool, "climate", &order, &err));
    assert_non_null(strstr(err.text, "weather"));
    scene_done(&scene);
}

static void filters(void **unused)
{
    (void)unused;
    static const struct {
        const char *filter, *images;
    } ROWS[] = {{"FP>1", "25"}, {"weather=rain", "03"}, {"tags=paper", "02"}, {"tags=night", "0"},
        {"F1<0.7 objects>=3", "345"}, {"size>5", "014"}, {"sun", "15"}, {"not weather=rain FP=0", ""},
        {"image~/[45][.]jpg/", "34"}};
    struct scene scene;
    struct arena arena = {0};
    struct err err;
    small_scene(&scene);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct image_which which = {
            .filter = image_pool_filter(scene.pool, ROWS[i].filter, &arena, &err)};
        assert_non_null(which.filter);
        assert_list(&scene, &which, NULL, ROWS[i].images);
    }
    assert_null(image_pool_filter(scene.pool, "FPs>1", &arena, &err));
    assert_null(image_pool_filter(scene.pool, "climate=dry", &arena, &err));
    assert_int_equal(err.code, ERR_USAGE);
    struct image_which tagged = {.tag = "paper"};
    assert_list(&scene, &tagged, NULL, "02");
    struct image_which named = {.name = pattern_new(&arena, "^[23]", &err)};
    assert_list(&scene, &named, NULL, "12"); /* the files are called from 1 on */
    uint32_t marks[IMAGES] = {0, 3, 0, 0, 1, 0};
    struct image_which marked = {.marks = marks};
    assert_list(&scene, &marked, "boxes", "14");
    arena_done(&arena);
    scene_done(&scene);
}

static void marks_come_from_cells_errors_and_rows(void **unused)
{
    (void)unused;
    struct scene scene;
    struct err err;
    struct eval_confusion confusion;
    struct eval_errors errors;
    struct eval_confusion_settings cells = {.confidence = .5, .iou = .5};
    struct eval_error_settings types = eval_error_settings_default();
    small_scene(&scene);
    struct study *study = &scene.studies[0];
    assert_true(eval_confusion_make(study->dataset, study->detections, &study->link, &cells,
        &scene.arena, &confusion, &err));
    assert_true(eval_errors_make(study->dataset, study->detections, &study->link, &types,
        &scene.arena, &errors, &err));
    uint32_t *missed = image_marks_cell(scene.pool, &confusion, CATEGORIES, 0, &scene.arena);
    struct image_at at = {.confidence = .5, .iou = .5}, high = {.confidence = .56, .iou = .5};
    uint32_t *misses = image_marks_errors(scene.pool, &errors, EVAL_MISS, &at, &scene.arena);
    uint32_t *bkg = image_marks_errors(scene.pool, &errors, EVAL_BKG, &at, &scene.arena);
    uint32_t *none = image_marks_errors(scene.pool, &errors, EVAL_BKG, &high, &scene.arena);
    for (uint32_t i = 0; i < IMAGES; i++) {
        assert_int_equal(missed[i], i - i / 2);
        assert_int_equal(misses[i], i - i / 2);
        assert_int_equal(bkg[i], i % 3);
        assert_int_equal(none[i], 0);
    }
    struct data_table *table = data_table_new();
    int column = data_table_column(table, "image", 5, &err);
    static const char *const NAMES[] = {"3.jpg", "nobody", "1.jpg", "3.jpg"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(data_table_add_row(table, &err));
        assert_true(data_table_set_text(table, column, NAMES[i], strlen(NAMES[i]), &err));
    }
    data_table_finish(table);
    uint32_t rows[] = {0, 1, 3}, *marks = image_marks_rows(scene.pool, table, rows, 3, &scene.arena);
    assert_true(marks[2] == 2 && marks[0] == 0);
    data_table_release(table);
    scene_done(&scene);
}

static void what_cannot_be_asked_is_refused(void **unused)
{
    (void)unused;
    struct scene scene;
    struct image_at off = {.confidence = .5, .iou = .33, .size = EVAL_SMALL};
    struct image_at on = {.confidence = .5, .iou = .5};
    struct image_which all = {0}, fixed = {.change = IMAGE_FIXED};
    struct image_order order = {.column = -1};
    struct image_list list;
    struct err err;
    small_scene(&scene);
    assert_false(image_list_make(scene.pool, &off, &all, &order, &scene.arena, &list, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(image_list_make(scene.pool, &on, &fixed, &order, &scene.arena, &list, &err));
    assert_int_equal(err.code, ERR_USAGE);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lists_agree_with_plain_counting),
        cmocka_unit_test(disagreement_is_what_only_one_has), cmocka_unit_test(orders),
        cmocka_unit_test(filters), cmocka_unit_test(marks_come_from_cells_errors_and_rows),
        cmocka_unit_test(what_cannot_be_asked_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
