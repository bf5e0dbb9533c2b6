/*
 * Packed sets: they come back as they were; what was cut, flipped or forged does no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "eval/counts.h"
#include "eval/image_stats.h"
#include "eval/packed.h"
#include "sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = 5, CLASSES = 3, MOST_BYTES = 1 << 20 };

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % n;
}

/* Objects and detections near them; crowds, small and large ones, images and classes without. */
static struct eval_set *random_set(struct arena *arena, struct eval_summary *summary)
{
    struct dataset *dataset = sets_truth(IMAGES, CLASSES);
    struct detections *detections = sets_detections(IMAGES + 1, CLASSES + 1);
    struct err err;
    for (uint32_t i = below(20); i > 0; i--) {
        int32_t image = (int32_t)below(IMAGES), class = (int32_t)below(CLASSES);
        double x = below(200), size = 10 + below(150);
        struct annotation *a = sets_annotate(dataset, image, class, x, x, size, size);
        a->crowd = below(8) == 0;
        for (uint32_t k = below(4); k > 0; k--)
            sets_detect(detections, image, class, below(100) / 100., x + below(5), x, size,
                size + below(9));
    }
    for (uint32_t i = below(12); i > 0; i--)
        sets_detect(detections, (int32_t)below(IMAGES + 1), (int32_t)below(CLASSES + 1),
            below(100) / 100., below(300), below(300), 20, 20);
    struct eval_settings settings = eval_settings_default();
    settings.overlap = below(3) ? EVAL_BOXES : EVAL_MASKS;
    struct eval_set *set = sets_match_as(dataset, detections, &settings, arena);
    assert_true(eval_stats(set, arena, summary, &err));
    dataset_free(dataset);
    detections_free(detections);
    return set;
}

/* The packed bytes, in malloc'd memory of exactly their length. */
static char *pack(const struct eval_set *set, const struct eval_summary *summary, size_t *length)
{
    struct buf out;
    struct err err;
    buf_init(&out, MOST_BYTES);
    assert_true(eval_pack(set, summary, &out, &err));
    assert_int_equal(out.length, eval_packed_bytes(set));
    char *bytes = malloc(out.length);
    assert_non_null(bytes);
    memcpy(bytes, out.data, out.length);
    *length = out.length;
    buf_done(&out);
    return bytes;
}

static void assert_same(const void *a, const void *b, size_t count, size_t item_bytes)
{
    assert_true(count == 0 || memcmp(a, b, count * item_bytes) == 0);
}

#define SAME(field, count) assert_same(a->field, b->field, (count), sizeof *a->field)

static void assert_same_sets(const struct eval_set *a, const struct eval_set *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->group_count, b->group_count);
    assert_int_equal(a->gt_count, b->gt_count);
    assert_int_equal(a->image_count, b->image_count);
    assert_int_equal(a->category_count, b->category_count);
    SAME(score, a->count);
    SAME(image, a->count);
    SAME(category, a->count);
    SAME(row, a->count);
    SAME(gt, a->count);
    SAME(iou, a->count);
    for (int area = 0; area < EVAL_AREAS; area++) {
        SAME(tp[area], a->count);
        SAME(ignored[area], a->count);
    }
    for (size_t g = 0; g < a->group_count; g++) {
        assert_true(a->groups[g].best == b->groups[g].best);
        assert_int_equal(a->groups[g].start, b->groups[g].start);
        assert_int_equal(a->groups[g].count, b->groups[g].count);
        assert_int_equal(a->groups[g].image, b->groups[g].image);
    }
    SAME(category_start, a->category_count + 1);
    SAME(category_group, a->category_count + 1);
    SAME(category_gt, a->category_count + 1);
    SAME(gt_image, a->gt_count);
    SAME(gt_areas, a->gt_count);
    SAME(positives, a->category_count);
    SAME(rows_of_category, a->category_count);
    SAME(image_order, a->image_count);
    SAME(left_out, a->image_count);
    assert_memory_equal(&a->unused, &b->unused, sizeof a->unused);
    assert_int_equal(a->settings.overlap, b->settings.overlap);
    assert_true(!a->sizes == !b->sizes);
    if (a->sizes)
        SAME(sizes, a->image_count);
    assert_true(isnan(b->custom_iou));
    assert_int_equal(b->settings.threads, 1);
    assert_int_equal(a->settings.iou_count, b->settings.iou_count);
    assert_memory_equal(a->settings.ious, b->settings.ious, sizeof a->settings.ious);
    assert_memory_equal(a->settings.max_dets, b->settings.max_dets, sizeof a->settings.max_dets);
}

static void test_they_come_back(void **state)
{
    (void)state;
    seed = 11;
    for (int round = 0; round < 2000; round++) {
        struct arena arena = {0};
        struct eval_summary summary, again;
        struct eval_set *set = random_set(&arena, &summary), *back;
        struct err err = {0};
        size_t length;
        char *bytes = pack(set, &summary, &length);
        assert_true(eval_unpack(bytes, length, &arena, &back, &again, &err));
        assert_same_sets(set, back);
        assert_memory_equal(summary.stats, again.stats, sizeof summary.stats);
        assert_memory_equal(summary.ap_per_iou, again.ap_per_iou, sizeof summary.ap_per_iou);
        assert_memory_equal(summary.classes, again.classes, CLASSES * sizeof *summary.classes);
        free(bytes);
        arena_done(&arena);
    }
}

static void refuse(void *bytes, size_t length)
{
    struct arena arena = {0};
    struct eval_summary summary;
    struct eval_set *set;
    struct err err = {0};
    assert_false(eval_unpack(bytes, length, &arena, &set, &summary, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    arena_done(&arena);
}

static void test_what_was_cut_or_flipped_is_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct eval_summary summary;
    size_t length;
    seed = 12;
    char *bytes = pack(random_set(&arena, &summary), &summary, &length);
    for (size_t cut = 0; cut < length; cut++) {
        char *part = malloc(cut + 1);
        assert_non_null(part);
        memcpy(part, bytes, cut);
        refuse(part, cut);
        free(part);
    }
    for (size_t bit = 0; bit < 8 * length; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        refuse(bytes, length);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
    char *shifted = malloc(length + 1);
    assert_non_null(shifted);
    memcpy(shifted + 1, bytes, length);
    refuse(shifted + 1, length);
    free(shifted);
    free(bytes);
    arena_done(&arena);
}

/* What is taken can be used for everything; the sanitizers watch. */
static bool use(void *bytes, size_t length)
{
    struct arena arena = {0};
    struct eval_summary summary, again;
    struct eval_set *set;
    struct err err = {0};
    bool taken = eval_unpack(bytes, length, &arena, &set, &summary, &err);
    assert_true(taken || err.code == ERR_FORMAT);
    if (taken) {
        double(*stats)[EVAL_STATS] = calloc(set->image_count + 1, sizeof *stats);
        struct eval_counts *images = calloc(set->image_count + 1, sizeof *images), total;
        struct eval_best best;
        assert_true(stats && images);
        assert_true(eval_stats(set, &arena, &again, &err));
        assert_true(eval_image_stats(set, stats, &err));
        assert_true(eval_best_f1(set, 0, NULL, &best, &err));
        eval_counts_at(set, 0, .5, NULL, &total, NULL, images);
        assert_true(total.tp <= (int64_t)set->gt_count);
        free(stats);
        free(images);
    }
    arena_done(&arena);
    return taken;
}

/* Bytes and words changed at random, with the digest made right again. */
static void test_forged_ones_do_no_harm(void **state)
{
    (void)state;
    int taken = 0, refused = 0;
    seed = 13;
    for (int round = 0; round < 20000; round++) {
        struct arena arena = {0};
        struct eval_summary summary;
        size_t length;
        char *bytes = pack(random_set(&arena, &summary), &summary, &length);
        for (uint32_t changes = 1 + below(3); changes > 0; changes--) {
            uint32_t at = 16 + below((uint32_t)length - 16);
            if (below(2))
                bytes[at] = (char)below(256);
            else
                bytes[at] = (char)(bytes[at] + (below(2) ? 1 : -1));
        }
        eval_packed_seal(bytes, length);
        bool good = use(bytes, length);
        taken += good;
        refused += !good;
        free(bytes);
        arena_done(&arena);
    }
    assert_true(taken > 1000 && refused > 1000); /* both ways were tried */
}

static void test_a_buffer_that_is_too_small(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct eval_summary summary;
    struct buf out;
    struct err err = {0};
    seed = 14;
    struct eval_set *set = random_set(&arena, &summary);
    buf_init(&out, eval_packed_bytes(set) - 1);
    assert_false(eval_pack(set, &summary, &out, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    buf_done(&out);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_come_back),
        cmocka_unit_test(test_what_was_cut_or_flipped_is_refused),
        cmocka_unit_test(test_forged_ones_do_no_harm),
        cmocka_unit_test(test_a_buffer_that_is_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
