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
        cmocka_unit_test(test_names_of_overlays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
