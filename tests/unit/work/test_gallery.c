/*
 * The gallery: which boxes of an image are shown, in which line and words.
 */
#include "scene.h"

#include "work/gallery.h"

#include <string.h>

/* Image 1: the cat found, a cat where none is, the dog missed at a confidence of .5. */
static const char DETECTIONS[] =
    "[{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.9},"
    "{\"image_id\":1,\"category_id\":1,\"bbox\":[70,5,20,20],\"score\":0.6},"
    "{\"image_id\":1,\"category_id\":2,\"bbox\":[50,40,20,20],\"score\":0.3}]";

static struct study *make_study(struct scene *scene)
{
    struct err err = {0};
    scene_init(scene);
    struct truth truth = {
        .ground_truth = {scene_write(scene, "val.json", SCENE_TRUTH)}, .count = 1, .said = true};
    struct study_request request = {.predictions = scene_write(scene, "dt.json", DETECTIONS), .truth = &truth};
    struct study *study = study_load(&request, NULL, &err);
    if (!study)
        fail_msg("%s", err.text);
    return study;
}

static const struct easel_box *labelled(const struct easel_tile *tile, const char *label)
{
    for (size_t i = 0; i < tile->box_count; i++)
        if (strcmp(tile->boxes[i].label, label) == 0)
            return &tile->boxes[i];
    return NULL;
}

static const struct {
    enum gallery_overlay overlay;
    double confidence;
    size_t boxes;
    int64_t tp, fp, fn;
} VIEWS[] = {
    {GALLERY_ALL, 0.5, 4, 1, 1, 1},
    {GALLERY_VERDICTS, 0.5, 3, 1, 1, 1},
    {GALLERY_TRUTH, 0.5, 2, 1, 1, 1},
    {GALLERY_PREDICTIONS, 0.5, 2, 1, 1, 1},
    {GALLERY_PREDICTIONS, 0.2, 3, 2, 1, 0},
    {GALLERY_VERDICTS, 0.95, 2, 0, 0, 2},
    {GALLERY_ALL, 0, 5, 2, 1, 0},
};

static void test_what_is_shown(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    struct eval_counts counts;
    struct study *study = make_study(&scene);
    struct easel_scene *drawn = easel_scene_new();
    assert_non_null(drawn);
    struct easel_tile *shown = easel_scene_add(drawn);
    for (size_t i = 0; i < sizeof VIEWS / sizeof *VIEWS; i++) {
        struct gallery_settings settings = {
            .confidence = VIEWS[i].confidence, .iou = 0.5, .overlay = VIEWS[i].overlay};
        assert_true(gallery_boxes(study, 0, &settings, shown, &counts, &err));
        if (shown->box_count != VIEWS[i].boxes || counts.tp != VIEWS[i].tp ||
            counts.fp != VIEWS[i].fp || counts.fn != VIEWS[i].fn)
            fail_msg("view %zu: %zu boxes", i, shown->box_count);
    }
    easel_scene_free(drawn);
    study_release(study);
    scene_done(&scene);
}

static void test_lines_and_words(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    struct eval_counts counts;
    struct study *study = make_study(&scene);
    struct easel_scene *drawn = easel_scene_new();
    assert_non_null(drawn);
    struct easel_tile *shown = easel_scene_add(drawn);
    struct gallery_settings settings = {.confidence = 0.5, .iou = 0.5, .overlay = GALLERY_VERDICTS};
    settings.palette.by_verdict = true;
    memcpy(settings.palette.tp, "\1\2\3", 3);
    memcpy(settings.palette.fn, "\4\5\6", 3);
    assert_true(gallery_boxes(study, 0, &settings, shown, &counts, &err));
    const struct easel_box *tp = labelled(shown, "cat .90"), *fp = labelled(shown, "FP cat .60"),
                           *fn = labelled(shown, "FN dog");
    assert_true(tp && fp && fn);
    assert_int_equal(tp->line, EASEL_SOLID);
    assert_int_equal(fp->line, EASEL_DASHED);
    assert_int_equal(fn->line, EASEL_DOTTED);
    assert_memory_equal(tp->rgb, "\1\2\3", 3);
    assert_memory_equal(fn->rgb, "\4\5\6", 3);
    assert_true(tp->x == 10 && tp->y == 10 && tp->w == 20 && tp->h == 20);
    /* Dogs alone. */
    const uint64_t dogs = 2;
    settings.filter = &dogs;
    assert_true(gallery_boxes(study, 0, &settings, shown, &counts, &err));
    assert_int_equal(shown->box_count, 1);
    assert_int_equal(counts.fn, 1);
    easel_scene_free(drawn);
    study_release(study);
    scene_done(&scene);
}

/* A missed dog with a polygon of 10 x 8 pixels, a cat found by runs of 6 x 4. */
static const char SHAPED_TRUTH[] =
    "{\"images\":[{\"id\":1,\"file_name\":\"a.jpg\",\"width\":30,\"height\":20}],"
    "\"categories\":[{\"id\":1,\"name\":\"cat\"},{\"id\":2,\"name\":\"dog\"}],"
    "\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[2,3,6,4],\"area\":24,"
    "\"segmentation\":[[2,3,8,3,8,7,2,7]],\"iscrowd\":0},"
    "{\"id\":2,\"image_id\":1,\"category_id\":2,\"bbox\":[12,5,10,8],\"area\":80,"
    "\"segmentation\":[[12,5,22,5,22,13,12,13]],\"iscrowd\":0}]}";
static const char SHAPED_DETECTIONS[] =
    "[{\"image_id\":1,\"category_id\":1,\"bbox\":[2,3,6,4],\"score\":0.9,\"segmentation\":"
    "{\"size\":[20,30],\"counts\":[43,4,16,4,16,4,16,4,16,4,16,4,453]}}]";

static uint32_t pixels_of(const struct easel_tile *tile, const struct easel_box *box)
{
    struct box extent;
    return mask_runs_extent(
        tile->runs + box->mask_at, box->mask_count, box->mask_height_px, &extent);
}

static struct study *load_shaped(struct scene *scene, bool shapes)
{
    struct err err = {0};
    struct truth truth = {.ground_truth = {scene_write(scene, "shaped.json", SHAPED_TRUTH)},
        .count = 1, .said = true};
    struct study_request request = {
        .predictions = scene_write(scene, "shaped_dt.json", SHAPED_DETECTIONS),
        .truth = &truth,
        .shapes = shapes};
    struct study *study = study_load(&request, NULL, &err);
    if (!study)
        fail_msg("%s", err.text);
    return study;
}

static void test_masks(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    struct eval_counts counts;
    scene_init(&scene);
    struct study *plain = load_shaped(&scene, false), *shaped = load_shaped(&scene, true);
    /* Whether masks are kept for pictures changes neither numbers nor whose ground truth it is. */
    assert_memory_equal(
        &plain->version.content, &shaped->version.content, sizeof plain->version.content);
    assert_memory_equal(
        plain->summary.stats, shaped->summary.stats, sizeof plain->summary.stats);
    struct easel_scene *drawn = easel_scene_new();
    assert_non_null(drawn);
    struct easel_tile *tile = easel_scene_add(drawn);
    struct gallery_settings settings = {.confidence = 0.5, .iou = 0.5, .masks = true};
    assert_true(gallery_boxes(shaped, 0, &settings, tile, &counts, &err));
    const struct easel_box *cat = labelled(tile, "cat .90"), *dog = labelled(tile, "FN dog");
    assert_true(cat && dog);
    assert_int_equal(pixels_of(tile, cat), 24);
    assert_int_equal(pixels_of(tile, dog), 80);
    assert_int_equal(cat->mask_height_px, 20);
    const struct easel_box *found = labelled(tile, "");
    assert_true(found && found->mask_count == 0);
    /* A copy looks the same, and other pixels in a mask do not. */
    struct easel_scene *copy = easel_scene_copy(drawn);
    assert_true(copy && easel_scene_same(copy, drawn));
    copy->tiles[0].runs[cat->mask_at]++;
    assert_false(easel_scene_same(copy, drawn));
    easel_scene_free(copy);
    settings.masks = false;
    assert_true(gallery_boxes(shaped, 0, &settings, tile, &counts, &err));
    assert_int_equal(tile->run_count, 0);
    settings.masks = true;
    assert_true(gallery_boxes(plain, 0, &settings, tile, &counts, &err));
    assert_int_equal(tile->run_count, 0);
    easel_scene_free(drawn);
    study_release(plain);
    study_release(shaped);
    scene_done(&scene);
}

static void test_names_of_overlays(void **state)
{
    (void)state;
    for (int i = 0; i < GALLERY_OVERLAYS; i++)
        assert_true(gallery_overlay_name((enum gallery_overlay)i)[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_shown),
        cmocka_unit_test(test_lines_and_words),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_names_of_overlays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
