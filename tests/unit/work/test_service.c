/*
 * The service: four threads answer what is wanted, and close at any moment. The test waits on the
 * service's descriptor as the event loop does; nothing sleeps.
 */
#include "scene.h"

#include "work/gallery.h"
#include "work/service.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 100000 }; /* of a hung service; the harness ends a test sooner */

struct stage {
    struct scene scene;
    struct service_settings settings;
    struct service *service;
    struct world world;
    struct service_paint paint; /* the last painted picture */
};

static void stage_open(struct stage *stage)
{
    struct err err = {0};
    stage->settings = (struct service_settings){.index = stage->scene.settings,
        .index_path = stage->scene.index,
        .terminal = {.graphics = EASEL_BLOCKS,
            .cell_width_px = 10,
            .cell_height_px = 20,
            .colours = 1 << 24,
            .utf8 = true}};
    stage->service = service_new(&stage->settings, &err);
    if (!stage->service)
        fail_msg("%s", err.text);
}

static void stage_close(struct stage *stage)
{
    service_free(stage->service);
    world_done(&stage->world);
    buf_done(&stage->paint.bytes);
    scene_done(&stage->scene);
}

/* Wants, waits and takes until DONE says so. */
static void live_until(
    struct stage *stage, const struct wants *wants, bool (*done)(const struct stage *stage))
{
    while (!done(stage)) {
        service_want(stage->service, &stage->world, wants);
        struct pollfd poll_fd = {.fd = service_fd(stage->service), .events = POLLIN};
        if (poll(&poll_fd, 1, PATIENCE_MS) <= 0)
            fail_msg("the service is silent; trouble: %s", stage->world.trouble);
        struct service_paint paint;
        while (service_take(stage->service, &stage->world, &paint))
            if (paint.done) {
                buf_done(&stage->paint.bytes);
                stage->paint = paint;
            }
    }
}

static bool has_runs(const struct stage *stage)
{
    return !stage->world.indexing && stage->world.progress.phase == INDEX_DONE &&
           stage->world.runs && stage->world.runs->count > 0;
}

/* The evaluated run with a picture, and a plain one. */
static void make_runs(struct scene *scene)
{
    scene_init(scene);
    scene_write(scene, "run/metrics.csv", "step,loss\n1,3\n2,2\n");
    scene_write(scene, "run/val.json", SCENE_TRUTH);
    scene_write(scene, "run/predictions/epoch_1.json", SCENE_HALF);
    scene_write(scene, "run/predictions/epoch_2.json", SCENE_PERFECT);
    scene_picture(scene, "run/a.png", 100, 80);
}

static const struct run_row *the_run(const struct stage *stage)
{
    return scene_run(&(struct scene){.runs = stage->world.runs}, "run");
}

static bool is_evaluated(const struct stage *stage)
{
    return has_runs(stage) && run_metric(the_run(stage), "eval/AP");
}

static void test_runs_arrive(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct wants wants = {0};
    make_runs(&stage.scene);
    stage_open(&stage);
    live_until(&stage, &wants, is_evaluated);
    assert_string_equal(stage.world.trouble, "");
    assert_int_equal(stage.world.runs->count, 1);
    assert_true(fabs(run_metric(the_run(&stage), "eval/AP")->first - SCENE_HALF_AP) < 1e-9);
    stage_close(&stage);
}

static bool has_two_runs(const struct stage *stage)
{
    return stage->world.runs && stage->world.runs->count == 2;
}

static void test_a_refresh_that_is_asked_for(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct wants wants = {0};
    make_runs(&stage.scene);
    stage_open(&stage);
    live_until(&stage, &wants, is_evaluated);
    scene_write(&stage.scene, "more/metrics.csv", "step,loss\n1,3\n");
    service_refresh(stage.service);
    live_until(&stage, &wants, has_two_runs);
    stage_close(&stage);
}

static bool has_curve(const struct stage *stage)
{
    return stage->world.curves && stage->world.curves->count == 2;
}

static void test_curves_arrive(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct wants wants = {0};
    make_runs(&stage.scene);
    stage_open(&stage);
    live_until(&stage, &wants, is_evaluated);
    int64_t id = the_run(&stage)->id;
    wants.curves[0] = (struct curve_want){id, "loss", 2};
    wants.curves[1] = (struct curve_want){id, "no such metric", 0};
    wants.curve_count = 2;
    live_until(&stage, &wants, has_curve);
    const struct curve *curve = world_curve(&stage.world, &wants.curves[0]);
    assert_non_null(curve);
    assert_int_equal(curve->count, 2);
    assert_true(curve->points[1].value == 2 && curve->points[1].step == 2);
    assert_int_equal(world_curve(&stage.world, &wants.curves[1])->count, 0);
    const struct curve_want other = {id + 1, "loss", 2};
    assert_null(world_curve(&stage.world, &other));
    stage_close(&stage);
}

static bool has_file(const struct stage *stage)
{
    return stage->world.files && stage->world.texts;
}

static bool has_grown(const struct stage *stage)
{
    return stage->world.texts->files[0].lines.count == 2;
}

static bool has_deltas_and_ranking(const struct stage *stage)
{
    return stage->world.deltas && stage->world.deltas->done && stage->world.influence;
}

static void test_what_the_clerk_does_arrives(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct wants wants = {0};
    make_runs(&stage.scene);
    scene_write(&stage.scene, "run2/metrics.csv", "step,loss\n1,3\n2,2\n");
    scene_write(&stage.scene, "run2/val.json", SCENE_TRUTH);
    scene_write(&stage.scene, "run2/predictions/epoch_1.json", SCENE_PERFECT);
    scene_write(&stage.scene, "run/console.log", "one\n");
    stage_open(&stage);
    live_until(&stage, &wants, is_evaluated);
    wants.files = the_run(&stage)->id;
    snprintf(wants.texts.paths[0], sizeof wants.texts.paths[0], "%s",
        scene_path(&stage.scene, "run/console.log"));
    wants.texts.follow = true;
    live_until(&stage, &wants, has_file);
    assert_non_null(world_files(&stage.world, wants.files));
    assert_non_null(world_texts(&stage.world, &wants.texts));
    scene_append(&stage.scene, "run/console.log", "two\n");
    live_until(&stage, &wants, has_grown); /* without being asked again */
    /* The one that follows leaves the desk to what is wanted next. */
    const struct run_row *rows[] = {
        the_run(&stage), scene_run(&(struct scene){.runs = stage.world.runs}, "run2")};
    wants = (struct wants){.deltas = deltas_want_of(rows, 2),
        .influence = {.snapshot = stage.world.runs, .metric = "AP"}};
    assert_int_equal(wants.deltas.count, 2);
    live_until(&stage, &wants, has_deltas_and_ranking);
    assert_string_equal(stage.world.deltas->rows[1].trouble, "");
    assert_non_null(world_influence(&stage.world, &wants.influence));
    stage_close(&stage);
}

static struct study_want second_of(const struct stage *stage)
{
    return (struct study_want){the_run(stage)->id, 1};
}

static bool has_study(const struct stage *stage)
{
    struct study_want want = second_of(stage);
    return world_study(&stage->world, &want) != NULL;
}

static struct photo *a_photo(const struct stage *stage)
{
    for (size_t i = 0; i < WORLD_PHOTOS; i++)
        if (stage->world.photos[i].photo)
            return stage->world.photos[i].photo;
    return NULL;
}

static bool has_photo(const struct stage *stage)
{
    return a_photo(stage) != NULL;
}

static bool is_painted(const struct stage *stage)
{
    return stage->paint.done;
}

static struct easel_scene *scene_of(const struct stage *stage)
{
    struct easel_scene *scene = easel_scene_new();
    struct err err = {0};
    struct eval_counts counts;
    struct gallery_settings settings = {.confidence = 0.5, .iou = 0.5};
    assert_non_null(scene);
    struct easel_tile *tile = easel_scene_add(scene);
    tile->photo = photo_share(a_photo(stage));
    tile->rows = 10;
    tile->cols = 30;
    assert_true(gallery_boxes(stage->world.studies[0].study, 0, &settings, tile, &counts, &err));
    assert_int_equal(counts.tp, 2);
    return scene;
}

/* A study, then its photo, then the picture: what a person sees when they open the images. */
static void test_a_picture_is_painted(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct wants wants = {0};
    make_runs(&stage.scene);
    stage_open(&stage);
    live_until(&stage, &wants, is_evaluated);
    wants.studies[0] = second_of(&stage);
    live_until(&stage, &wants, has_study);
    const struct study_answer *answer = world_study(&stage.world, &wants.studies[0]);
    assert_non_null(answer->study);
    assert_true(fabs(answer->study->summary.stats[EVAL_AP] - 1) < 1e-9);
    wants.photos[0] = (struct photo_want){.study = answer->study, .width_px = 30, .height_px = 20};
    wants.photo_count = 1;
    live_until(&stage, &wants, has_photo);
    const struct photo *photo = world_photo(&stage.world, &wants.photos[0]);
    assert_true(photo && photo->pixels);
    assert_int_equal(photo->original_width_px, 100);
    service_paint(stage.service, scene_of(&stage), true, 7);
    live_until(&stage, &wants, is_painted);
    assert_int_equal(stage.paint.serial, 7);
    assert_true(stage.paint.bytes.length > 100);
    /* The same once more costs nothing, and says so. */
    stage.paint.done = false;
    service_paint(stage.service, scene_of(&stage), false, 8);
    live_until(&stage, &wants, is_painted);
    assert_int_equal(stage.paint.serial, 8);
    assert_int_equal(stage.paint.bytes.length, 0);
    /* Another study is wanted: the one before and its photo stay for a way back. */
    const struct study_want first = {the_run(&stage)->id, 0}, second = wants.studies[0];
    wants = (struct wants){.studies = {first}};
    while (!world_study(&stage.world, &first)) {
        struct service_paint paint;
        service_want(stage.service, &stage.world, &wants);
        struct pollfd poll_fd = {.fd = service_fd(stage.service), .events = POLLIN};
        assert_true(poll(&poll_fd, 1, PATIENCE_MS) > 0);
        service_take(stage.service, &stage.world, &paint);
        buf_done(&paint.bytes);
    }
    assert_non_null(world_study(&stage.world, &second));
    assert_true(has_photo(&stage));
    stage_close(&stage);
}

/* A held key: many orders, the newest of which is answered. */
static void test_orders_overtake(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct wants wants = {0};
    make_runs(&stage.scene);
    stage_open(&stage);
    live_until(&stage, &wants, is_evaluated);
    for (int i = 0; i < 200; i++) {
        wants.studies[0] = (struct study_want){the_run(&stage)->id, i % 2};
        service_want(stage.service, &stage.world, &wants);
        service_paint(stage.service, NULL, i == 0, (uint64_t)i);
    }
    live_until(&stage, &wants, has_study);
    while (!stage.paint.done || stage.paint.serial != 199) {
        stage.paint.done = false;
        live_until(&stage, &wants, is_painted);
    }
    stage_close(&stage);
}

static bool has_trouble(const struct stage *stage)
{
    return stage->world.trouble[0] != '\0';
}

/* Predictions that the run does not have. */
#define NOWHERE(stage) ((struct study_want){the_run(stage)->id, 99})

static bool has_study_trouble(const struct stage *stage)
{
    return world_study(&stage->world, &NOWHERE(stage)) != NULL;
}

static void test_what_cannot_be_is_said(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct wants wants = {0};
    make_runs(&stage.scene);
    stage_open(&stage);
    live_until(&stage, &wants, is_evaluated);
    wants.studies[1] = NOWHERE(&stage);
    live_until(&stage, &wants, has_study_trouble);
    const struct study_answer *answer = world_study(&stage.world, &wants.studies[1]);
    assert_non_null(answer);
    assert_null(answer->study);
    stage_close(&stage);
    stage = (struct stage){0};
    make_runs(&stage.scene);
    stage.scene.roots[0] = scene_path(&stage.scene, "gone");
    stage_open(&stage);
    live_until(&stage, &(struct wants){0}, has_trouble);
    assert_non_null(strstr(stage.world.trouble, "gone"));
    stage_close(&stage);
}

/* Closed at once, while indexing, while answers wait: no thread is left, no memory either. */
static void test_closing_at_any_moment(void **state)
{
    (void)state;
    char name[64];
    struct scene scene;
    make_runs(&scene);
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "run%d/metrics.csv", i);
        scene_write(&scene, name, "step,loss\n1,3\n");
    }
    for (int answers = 0; answers < 12; answers++) {
        struct stage stage = {.scene = scene};
        struct wants wants = {0};
        stage_open(&stage);
        for (int taken = 0; taken < answers; taken++) {
            struct service_paint paint;
            struct pollfd poll_fd = {.fd = service_fd(stage.service), .events = POLLIN};
            wants.studies[0].run_id =
                stage.world.runs && stage.world.runs->count ? stage.world.runs->rows[0].id : 0;
            service_want(stage.service, &stage.world, &wants);
            service_paint(stage.service, NULL, false, 1);
            assert_true(poll(&poll_fd, 1, PATIENCE_MS) > 0);
            service_take(stage.service, &stage.world, &paint);
            buf_done(&paint.bytes);
        }
        service_free(stage.service);
        world_done(&stage.world);
    }
    scene_refresh(&scene); /* the index is whole */
    assert_int_equal(scene.runs->count, 201);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_arrive),
        cmocka_unit_test(test_a_refresh_that_is_asked_for),
        cmocka_unit_test(test_curves_arrive),
        cmocka_unit_test(test_what_the_clerk_does_arrives),
        cmocka_unit_test(test_a_picture_is_painted),
        cmocka_unit_test(test_orders_overtake),
        cmocka_unit_test(test_what_cannot_be_is_said),
        cmocka_unit_test(test_closing_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
