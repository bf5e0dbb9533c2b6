/*
 * Digests of ground truth: what changes them and what does not, one thing at a time and at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/dataset_digest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

static uint64_t next_random(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return seed >> 33;
}

static size_t below(size_t n)
{
    return (size_t)(next_random() % n);
}

enum { IMAGES = 6, CATEGORIES = 3, ANNOTATIONS = 12 };

/* Some images have ids that are numbers, some ids that are texts. */
static struct dataset *make(void)
{
    static const char *const FILES[] = {
        "a.png", "val/b.png", "c.png", "deep/er/d.png", "", "f.png"};
    static const char *const KEYS[] = {NULL, NULL, "c", "d", NULL, "f"};
    static const char *const NAMES[] = {"cat", "dog", "bird"};
    struct dataset *set = dataset_new();
    assert_non_null(set);
    set->images = ARENA_ARRAY(&set->arena, struct image, IMAGES);
    set->categories = ARENA_ARRAY(&set->arena, struct category, CATEGORIES);
    set->annotations = ARENA_ARRAY(&set->arena, struct annotation, ANNOTATIONS);
    assert_true(set->images && set->categories && set->annotations);
    set->path = "/somewhere/val.json";
    set->image_count = IMAGES;
    set->category_count = CATEGORIES;
    set->annotation_count = ANNOTATIONS;
    for (int i = 0; i < IMAGES; i++)
        set->images[i] = (struct image){.id = 10 + i, .key = KEYS[i], .file_name = FILES[i]};
    for (int i = 0; i < CATEGORIES; i++)
        set->categories[i] = (struct category){1 + i, NAMES[i]};
    for (int i = 0; i < ANNOTATIONS; i++)
        set->annotations[i] = (struct annotation){.box = {i, 2 * i, 10.5 + i, 20},
            .area = 20 * (10.5 + i),
            .id = i,
            .image = (int32_t)(i % IMAGES),
            .category = (int32_t)(i % CATEGORIES)};
    return set;
}

static struct dataset_digest digest_and_free(struct dataset *set)
{
    struct dataset_digest digest = dataset_digest(set);
    dataset_free(set);
    return digest;
}

static bool same(struct dataset_digest a, struct dataset_digest b)
{
    return digest_equal(&a.content, &b.content);
}

static bool same_images(struct dataset_digest a, struct dataset_digest b)
{
    return digest_equal(&a.images, &b.images);
}

/* Puts the records of SET in another order. */
static void shuffle(struct dataset *set)
{
    for (size_t i = set->image_count; i-- > 1;) {
        size_t k = below(i + 1);
        struct image image = set->images[i];
        set->images[i] = set->images[k];
        set->images[k] = image;
        for (size_t a = 0; a < set->annotation_count; a++) {
            int32_t *at = &set->annotations[a].image;
            *at = *at == (int32_t)i ? (int32_t)k : *at == (int32_t)k ? (int32_t)i : *at;
        }
    }
    for (size_t i = set->annotation_count; i-- > 1;) {
        size_t k = below(i + 1);
        struct annotation annotation = set->annotations[i];
        set->annotations[i] = set->annotations[k];
        set->annotations[k] = annotation;
    }
}

static void test_what_does_not_count(void **state)
{
    (void)state;
    struct dataset_digest plain = digest_and_free(make());
    struct dataset *set = make();
    set->path = "/elsewhere/copy.json";
    set->images_dir = "/pictures";
    set->images[0].width_px = 640;
    set->images[1].file_name = "b.png"; /* another directory */
    set->annotations[3].id = 99;
    set->annotations[0].box.x = -0.0;
    set->dropped_annotations = 4;
    assert_true(same(plain, digest_and_free(set)));
    seed = 1;
    for (int i = 0; i < 200; i++) {
        set = make();
        shuffle(set);
        struct dataset_digest shuffled = digest_and_free(set);
        assert_true(same(plain, shuffled) && same_images(plain, shuffled));
    }
}

/* Each changes one thing that counts. */
static void move_by_an_ulp(struct dataset *set)
{
    struct box *box = &set->annotations[below(ANNOTATIONS)].box;
    double *numbers[] = {&box->x, &box->y, &box->w, &box->h};
    double *number = numbers[below(4)];
    *number = nextafter(*number, INFINITY);
}

static void change_area(struct dataset *set)
{
    double *area = &set->annotations[below(ANNOTATIONS)].area;
    *area = nextafter(*area, 0);
}

static void flip_crowd(struct dataset *set)
{
    struct annotation *a = &set->annotations[below(ANNOTATIONS)];
    a->crowd = !a->crowd;
}

static void rename_class(struct dataset *set)
{
    set->categories[below(CATEGORIES)].name = "horse";
}

static void renumber_class(struct dataset *set)
{
    set->categories[below(CATEGORIES)].id += 100;
}

static void reclassify(struct dataset *set)
{
    struct annotation *a = &set->annotations[below(ANNOTATIONS)];
    a->category = (a->category + 1) % CATEGORIES;
}

static void drop_annotation(struct dataset *set)
{
    set->annotations[below(ANNOTATIONS)] = set->annotations[ANNOTATIONS - 1];
    set->annotation_count--;
}

static void repeat_annotation(struct dataset *set)
{
    size_t i = below(ANNOTATIONS);
    set->annotations[i] = set->annotations[(i + 1) % ANNOTATIONS];
}

static void make_fractions(struct dataset *set)
{
    set->fractions = true;
}

static void drop_image(struct dataset *set)
{
    set->image_count--; /* the last, with what is on it */
    size_t kept = 0;
    for (size_t i = 0; i < ANNOTATIONS; i++)
        if (set->annotations[i].image < IMAGES - 1)
            set->annotations[kept++] = set->annotations[i];
    set->annotation_count = kept;
}

static void drop_empty_image(struct dataset *set)
{
    for (size_t i = 0; i < ANNOTATIONS; i++)
        set->annotations[i].image = 0;
    set->image_count = IMAGES - 1 - below(2);
}

static void rename_image(struct dataset *set)
{
    set->images[below(IMAGES)].file_name = "new.png";
}

static void test_what_counts(void **state)
{
    (void)state;
    static const struct {
        void (*change)(struct dataset *set);
        bool of_images;
    } CHANGES[] = {{move_by_an_ulp, false}, {change_area, false}, {flip_crowd, false},
        {rename_class, false}, {renumber_class, false}, {reclassify, false},
        {drop_annotation, false}, {repeat_annotation, false}, {make_fractions, false},
        {drop_image, true}, {drop_empty_image, true}, {rename_image, true}};
    struct dataset_digest plain = digest_and_free(make());
    seed = 2;
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++)
        for (int round = 0; round < 50; round++) {
            struct dataset *set = make();
            CHANGES[i].change(set);
            struct dataset_digest changed = digest_and_free(set);
            if (same(plain, changed) || same_images(plain, changed) == CHANGES[i].of_images)
                fail_msg("change %zu, round %d", i, round);
        }
}

enum { CORNERS = 40 };

/* As make(), and masks of every kind beside the annotations: two polygons, runs, none. */
static struct dataset *make_masked(void)
{
    struct dataset *set = make();
    set->masks = ARENA_ARRAY(&set->arena, struct mask *, ANNOTATIONS);
    assert_non_null(set->masks);
    for (size_t i = 0; i < ANNOTATIONS; i++) {
        struct mask *mask = ARENA_NEW(&set->arena, struct mask);
        mask->polygon_count = i % 3 == 0 ? 2 : 0;
        mask->polygons = ARENA_ARRAY(&set->arena, struct polygon, 2);
        for (size_t p = 0; p < 2; p++) {
            mask->polygons[p].point_count = CORNERS;
            mask->polygons[p].xy = ARENA_ARRAY(&set->arena, double, 2 * CORNERS);
            for (size_t k = 0; k < 2 * CORNERS; k++)
                mask->polygons[p].xy[k] = (double)(i + 3 * p + k);
        }
        mask->runs = ARENA_ARRAY(&set->arena, uint32_t, CORNERS);
        if (i % 3 == 1) {
            mask->run_count = CORNERS;
            mask->width_px = 20;
            mask->height_px = 10;
            for (size_t k = 0; k < CORNERS; k++)
                mask->runs[k] = 5;
        }
        set->masks[i] = i % 3 == 2 ? NULL : mask;
    }
    return set;
}

static void move_a_corner(struct dataset *set)
{
    double *at = &set->masks[3 * below(ANNOTATIONS / 3)]->polygons[below(2)].xy[below(2 * CORNERS)];
    *at = nextafter(*at, INFINITY);
}

static void cut_a_polygon(struct dataset *set)
{
    set->masks[3 * below(ANNOTATIONS / 3)]->polygons[below(2)].point_count -= 1 + below(CORNERS - 3);
}

static void drop_a_polygon(struct dataset *set)
{
    set->masks[3 * below(ANNOTATIONS / 3)]->polygon_count--;
}

static void shift_a_run(struct dataset *set)
{
    uint32_t *runs = set->masks[3 * below(ANNOTATIONS / 3) + 1]->runs;
    size_t i = below(CORNERS - 1);
    runs[i]--;
    runs[i + 1]++;
}

static void turn_an_image(struct dataset *set)
{
    struct mask *mask = set->masks[3 * below(ANNOTATIONS / 3) + 1];
    mask->width_px = 10;
    mask->height_px = 20;
}

static void drop_a_mask(struct dataset *set)
{
    set->masks[3 * below(ANNOTATIONS / 3) + below(2)] = NULL;
}

static void give_a_mask_away(struct dataset *set)
{
    size_t i = 3 * below(ANNOTATIONS / 3);
    set->masks[i + 2] = set->masks[i];
    set->masks[i] = NULL;
}

static void drop_all_masks(struct dataset *set)
{
    set->masks = NULL;
}

static void test_masks_count_where_they_are_kept(void **state)
{
    (void)state;
    static void (*const CHANGES[])(struct dataset *) = {move_a_corner, cut_a_polygon,
        drop_a_polygon, shift_a_run, turn_an_image, drop_a_mask, give_a_mask_away, drop_all_masks};
    struct dataset_digest masked = digest_and_free(make_masked());
    assert_true(same(masked, digest_and_free(make_masked())));
    seed = 3;
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++)
        for (int round = 0; round < 200; round++) {
            struct dataset *set = make_masked();
            CHANGES[i](set);
            struct dataset_digest changed = digest_and_free(set);
            if (same(masked, changed) || !same_images(masked, changed))
                fail_msg("change %zu, round %d", i, round);
        }
    struct dataset *bare = make_masked();
    memset(bare->masks, 0, ANNOTATIONS * sizeof *bare->masks);
    assert_true(same(digest_and_free(make()), digest_and_free(bare)));
}

/* Where a format names classes only, the ids are made by whoever reads it. */
static void test_ids_that_are_ours(void **state)
{
    (void)state;
    struct dataset *a = make(), *b = make();
    a->ids_are_ours = b->ids_are_ours = true;
    for (size_t i = 0; i < CATEGORIES; i++)
        b->categories[i].id += 5;
    assert_true(same(digest_and_free(a), digest_and_free(b)));
    a = make(), b = make();
    a->ids_are_ours = b->ids_are_ours = true;
    b->categories[1].name = "wolf";
    assert_false(same(digest_and_free(a), digest_and_free(b)));
}

static void test_nothing(void **state)
{
    (void)state;
    struct dataset *set = dataset_new(), *other = make();
    assert_non_null(set);
    struct dataset_digest none = digest_and_free(set);
    other->image_count = other->annotation_count = 0;
    struct dataset_digest classes = digest_and_free(other);
    assert_false(same(none, classes));
    assert_true(same_images(none, classes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_does_not_count),
        cmocka_unit_test(test_what_counts),
        cmocka_unit_test(test_masks_count_where_they_are_kept),
        cmocka_unit_test(test_ids_that_are_ours),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
