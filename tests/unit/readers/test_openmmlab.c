/* The OpenMMLab reader: logs of MMCV and MMEngine, where their evaluations stand, claims, real
 * runs. */
#include "base/file.h"
#include "expected.h"
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char RUNS[] = SHARED "/real-runs";

static const char MODE[] = "{\"mode\": \"val\", \"epoch\": 1, \"iter\": 5, \"mAP\": 0.5}\n";
static const char ROW[] = "{\"loss\": 1.5, \"iter\": 20, \"step\": 20}\n";
static const char DETECTIONS[] =
    "[{\"image_id\": 1, \"category_id\": 0, \"bbox\": [0, 0, 1, 1], \"score\": 0.5}]";

/* Two epochs with evaluations, then a restart from the second; a merge; cut off at its end. */
static const char LOG[] =
    "{\"env_info\": \"a\\nb\", \"config\": \"model = dict(\\n    type='FCOS')\\nlr = 0.01 * "
    "2\\n\", "
    "\"seed\": 7, \"exp_name\": \"fcos.py\"}\n"
    "{\"mode\": \"train\", \"epoch\": 1, \"iter\": 50, \"lr\": 0.5, \"loss\": 1.5}\n"
    "{\"mode\": \"train\", \"epoch\": 1, \"iter\": 100, \"lr\": 0.5, \"loss\": NaN}\n"
    "{\"mode\": \"val\", \"epoch\": 1, \"iter\": 40, \"bbox_mAP\": 0.25, \"bbox_mAP_s\": -1.0, "
    "\"bbox_mAP_copypaste\": \"0.25 -1.0\"}\n"
    "{\"mode\": \"train\", \"epoch\": 2, \"iter\": 50, \"lr\": 0.5, \"loss\": 1.0}\n"
    "=======\n"
    "{\"hook_msgs\": {}}\n"
    "{\"seed\": 8}\n"
    "{\"mode\": \"train\", \"epoch\": 2, \"iter\": 50, \"lr\": 0.5, \"loss\": 2.0}\n"
    "{\"mode\": \"val\", \"epoch\": 2, \"iter\": 40, \"bbox_mAP\": 0.5}\n"
    "{\"mode\": \"train\", \"epoch\": 3, \"iter\": 5";

/* Trained by epoch: evaluations say the epoch. */
static const char SCALARS[] =
    "{\"lr\": 0.5, \"grad_norm\": NaN, \"loss\": 1.5, \"epoch\": 1, \"iter\": 20, \"memory\": "
    "4021, "
    "\"step\": 20}\n"
    "{\"lr\": 0.5, \"loss\": 1.0, \"epoch\": 1, \"iter\": 40, \"step\": 40}\n"
    "{\"coco/bbox_mAP\": 0.25, \"coco/bbox_mAP_s\": -1.0, \"time\": 0.5, \"step\": 1}\n"
    "{\"lr\": 0.5, \"loss\": 0.5, \"epoch\": 2, \"iter\": 60, \"step\": 60}\n"
    "{\"lr\": 0.5, \"lo\n"
    "{\"coco/bbox_mAP\": 0.5, \"time\": 0.5, \"step\": 2}\n";

static const struct reader *reader(void)
{
    return reader_find("openmmlab");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static void survives_all(const char *name, const char *data)
{
    size_t length = strlen(data);
    reading_survives_cuts(reader(), name, data, length);
    for (size_t chunk = 1; chunk < 80; chunk += 23)
        reading_grows_to_the_same(reader(), name, data, length, chunk);
    reading_survives_refusals(reader(), name, data, length);
}

static void iterations_of_an_epoch_become_steps(void **state)
{
    (void)state;
    assert_string_equal(text_of("None.log.json", LOG),
        "param model.type = text FCOS\nparam lr = text 0.01 * 2\nparam seed = number 7\n"
        "param exp_name = text fcos.py\nparam seed = number 8\n"
        "metric epoch: 50=1 100=1 100=1 150=2 150=2 150=2\n"
        "metric train/lr: 50=0.5 100=0.5 150=0.5 150=0.5\n"
        "metric train/loss: 50=1.5 100=NaN 150=1 150=2\nmetric val/bbox_mAP: 100=0.25 150=0.5\n"
        "metric val/bbox_mAP_s: 100=-1\n"
        "note None.log.json line 6 byte -1 x1 git merge marker, row skipped\n");
    survives_all("None.log.json", LOG);
}

static const char *rows_of(const char *rows)
{
    return text_of("20240101_000000.log.json", rows);
}

#define TRAIN(epoch, iteration)                                                                    \
    "{\"mode\": \"train\", \"epoch\": " #epoch ", \"iter\": " #iteration ", \"loss\": 1}\n"
#define VAL(epoch) "{\"mode\": \"val\", \"epoch\": " #epoch ", \"iter\": 7, \"mAP\": 1}\n"

static void iterations_that_go_on_are_steps_themselves(void **state)
{
    (void)state;
    assert_string_equal(
        rows_of(TRAIN(1, 50) TRAIN(1, 100) TRAIN(2, 150) VAL(2) TRAIN(3, 200) TRAIN(3, 250)),
        "metric epoch: 50=1 100=1 150=2 150=2 200=3 250=3\n"
        "metric train/loss: 50=1 100=1 150=1 200=1 250=1\nmetric val/mAP: 150=1\n");
    assert_string_equal(rows_of(TRAIN(4, 500) TRAIN(4, 550) TRAIN(5, 600)),
        "metric epoch: 500=4 550=4 600=5\nmetric train/loss: 500=1 550=1 600=1\n");
}

static void evaluations_alone_stand_at_their_epoch(void **state)
{
    (void)state;
    assert_string_equal(rows_of("{\"hook_msgs\": {}}\n" VAL(5) VAL(10)),
        "metric epoch: 5=5 10=10\nmetric val/mAP: 5=1 10=1\n");
}

/* How long an epoch is shows when it is over; until then it is read again from the front. */
static void a_log_that_resumes_looks_ahead(void **state)
{
    static const char ROWS[] = TRAIN(3, 50) TRAIN(3, 100) VAL(3) TRAIN(4, 50);
    static const char EXPECTED[] = "metric epoch: 250=3 300=3 300=3 350=4\n"
                                   "metric train/loss: 250=1 300=1 350=1\nmetric val/mAP: 300=1\n";
    (void)state;
    assert_string_equal(rows_of(ROWS), EXPECTED);
    const char *directory = temp_dir();
    struct record record;
    struct reader_mark mark = {0};
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    temp_text(directory, "a.log.json", TRAIN(3, 50));
    record_init(&record);
    reading_on(reader(), directory, "a.log.json", &mark, &record);
    assert_int_equal(record_points(&record), 2);
    assert_int_equal(mark.offset, 0);
    record_done(&record);
    temp_text(directory, "b.log.json", ROWS);
    record_init(&record);
    reading_on(reader(), directory, "b.log.json", &mark, &record);
    assert_int_equal(mark.offset, sizeof ROWS - 1);
    record_done(&record);
    buf_done(&mark.state);
}

static void evaluations_keep_their_step_and_say_where_training_stood(void **state)
{
    (void)state;
    assert_string_equal(text_of("vis_data/scalars.json", SCALARS),
        "metric lr: 20=0.5 40=0.5 60=0.5\nmetric grad_norm: 20=NaN\n"
        "metric loss: 20=1.5 40=1 60=0.5\nmetric epoch: 20=1 40=1 60=2\n"
        "metric memory: 20=4021\nmetric coco/bbox_mAP: 1=0.25 2=0.5\n"
        "metric coco/bbox_mAP_s: 1=-1\nmetric time: 1=0.5 2=0.5\nmetric iter: 1=40 2=60\n"
        "note vis_data/scalars.json line 5 byte -1 x1 damaged row, skipped\n");
    survives_all("vis_data/scalars.json", SCALARS);
    /* Trained by iteration: evaluations say that. */
    assert_string_equal(
        text_of("vis_data/20240102_030405.json", "{\"loss\": 1, \"iter\": 3950, \"step\": 3950}\n"
                                                 "{\"mIoU\": 50.5, \"step\": 4000}\n"
                                                 "{\"loss\": 1, \"iter\": 4050, \"step\": 4050}\n"),
        "metric loss: 3950=1 4050=1\nmetric mIoU: 4000=50.5\n");
    assert_string_equal(text_of("scalars.json", "{\"coco/bbox_mAP\": 0.5, \"step\": 1}\n"),
        "metric coco/bbox_mAP: 1=0.5\n");
}

/* The first releases of MMEngine left the iteration out, for it is the step. */
static void training_rows_without_an_iteration_have_a_rate(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("scalars.json", "{\"lr\": 0.5, \"loss\": 1, \"epoch\": 1, \"step\": 50}\n"
                                "{\"coco/bbox_mAP\": 0.5, \"step\": 1}\n"
                                "{\"lr\": 0.5, \"loss\": 1, \"epoch\": 2, \"step\": 100}\n"
                                "{\"coco/bbox_mAP\": 0.75, \"step\": 2}\n"),
        "metric lr: 50=0.5 100=0.5\nmetric loss: 50=1 100=1\n"
        "metric epoch: 50=1 100=2\nmetric coco/bbox_mAP: 1=0.5 2=0.75\n"
        "metric iter: 1=50 2=100\n");
}

static void configs_and_predictions(void **state)
{
    (void)state;
    assert_string_equal(text_of("vis_data/config.py", "optimizer = dict(lr=0.5, type='SGD')\n"),
        "param optimizer.lr = number 0.5\nparam optimizer.type = text SGD\n");
    assert_string_equal(
        text_of("results.bbox.json", DETECTIONS), "predictions results.bbox.json step -1\n");
}

static void the_masks_file_beside_the_boxes_is_no_second_set(void **state)
{
    (void)state;
    struct record record;
    const char *directory = temp_dir();
    temp_text(directory, "x.segm.json", DETECTIONS);
    reading_whole(reader_find("openmmlab"), directory, "x.segm.json", &record);
    assert_int_equal(record.artifact_count, 1);
    record_done(&record);
    temp_text(directory, "x.bbox.json", DETECTIONS);
    reading_whole(reader_find("openmmlab"), directory, "x.segm.json", &record);
    assert_int_equal(record.artifact_count, 0);
    record_done(&record);
}

static void a_directory_of_mmcv_is_one_run(void **state)
{
    (void)state;
    assert_string_equal(
        READING_CLAIMS_BELOW("", "20210102_000000.log.json", MODE, "20210101_000000.log.json", LOG,
            "20210101_000000.log", "words", "fcos.py", "lr = 1\n", "x.bbox.json", DETECTIONS,
            "x.segm.json", DETECTIONS, "y.segm.json", DETECTIONS, "z.json", "{}",
            "tf_logs/events.out.tfevents.1.host.1.0", ""),
        "openmmlab: 20210101_000000.log.json 20210102_000000.log.json x.bbox.json x.segm.json "
        "y.segm.json tensorboard:tf_logs/events.out.tfevents.1.host.1.0 tf_logs/\n");
    /* Without a config in the log the one beside it serves. */
    assert_string_equal(READING_CLAIMS_BELOW("", "None.log.json", MODE, "fcos.py", "lr = 1\n"),
        "openmmlab: None.log.json fcos.py\n");
    assert_string_equal(
        READING_CLAIMS_BELOW("", "None.log.json", MODE, "a.py", "lr = 1\n", "b.py", "lr = 1\n"),
        "openmmlab: None.log.json\n");
    assert_string_equal(READING_CLAIMS_BELOW("", "other.log.json", "{\"level\": \"info\"}\n"),
        "openmmlab not other.log.json: has no row with a mode and no header of OpenMMLab\n");
}

static void a_directory_of_mmengine_is_the_one_above_vis_data(void **state)
{
    static const char LFS[] = "version https://git-lfs.github.com/spec/v1\n";
    (void)state;
    assert_string_equal(
        READING_CLAIMS_BELOW("/cfg/20240102_030405", "cfg/20240102_030405/vis_data/scalars.json", ROW,
            "cfg/20240102_030405/vis_data/20240102_030405.json", ROW,
            "cfg/20240102_030405/vis_data/config.py", "lr = 1\n",
            "cfg/20240102_030405/vis_data/events.out.tfevents.1.host.1.0", "", "cfg/cfg.py",
            "lr = 1\n", "cfg/20240102_030405/20240102_030405.log", "words"),
        "openmmlab: vis_data/scalars.json vis_data/config.py "
        "tensorboard:vis_data/events.out.tfevents.1.host.1.0 vis_data/\n");
    assert_string_equal(
        READING_CLAIMS_BELOW("/cfg/run", "cfg/run/vis_data/scalars.json", LFS,
            "cfg/run/vis_data/20240102_030405.json", ROW, "cfg/cfg.py", "", "cfg/x.py", ""),
        "openmmlab: vis_data/20240102_030405.json ../cfg.py vis_data/\n"
        "openmmlab not vis_data/scalars.json: is not JSON lines with a step\n");
    assert_string_equal(READING_CLAIMS_BELOW("/cfg/20240102_030405",
                            "cfg/20240102_030405/vis_data/scalars.json", ROW, "cfg/other.py", ""),
        "openmmlab: vis_data/scalars.json ../other.py vis_data/\n");
    assert_string_equal(READING_CLAIMS_BELOW("/sub", "sub/scalars.json", ROW, "sub/my_fcos.py",
                            "lr = 1\n", "sub.py", "lr = 2\n"),
        "openmmlab: scalars.json my_fcos.py\n");
    /* Moved elsewhere: a script beside it says nothing of it. */
    assert_string_equal(
        READING_CLAIMS_BELOW("/sub", "sub/vis_data/scalars.json", ROW, "setup.py", "a = 1\n"),
        "openmmlab: vis_data/scalars.json vis_data/\n");
    assert_string_equal(
        READING_CLAIMS_BELOW("/sub", "sub/scalars.json", ROW), "openmmlab: scalars.json\n");
    /* What vis_data holds, copied elsewhere; what a test leaves there is no log. */
    assert_string_equal(
        READING_CLAIMS_BELOW("/sub", "sub/20240102_030405.json", ROW, "sub/config.py", "lr = 1\n"),
        "openmmlab: 20240102_030405.json config.py\n");
    assert_string_equal(READING_CLAIMS_BELOW("/sub", "sub/20240102_030405.json",
                            "{\"coco/bbox_mAP\": 0.5, \"time\": 1}\n"),
        "");
    assert_string_equal(READING_CLAIMS_BELOW("", "vis_data/events.out.tfevents.1.host.1.0", "",
                            "20240102_030405.json", ROW),
        "");
}

static const cJSON *facts_in(const cJSON *expected)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(expected, "facts"), 0);
}

static void compare_run(const char *run, int extra)
{
    struct arena arena = {0};
    struct record record;
    cJSON *expected = expected_load(RUNS, run);
    if (!expected)
        skip();
    const char *directory = path_join(&arena, RUNS, run);
    cJSON *metrics = cJSON_GetObjectItemCaseSensitive(facts_in(expected), "metrics");
    const char *file = cJSON_GetObjectItemCaseSensitive(facts_in(expected), "file")->valuestring;
    const char *path = path_join(&arena, directory, file);
    reading_whole(reader(), path_parent(&arena, path), path_base(path), &record);
    if (cJSON_GetObjectItemCaseSensitive(metrics, "seed")) { /* a parameter here */
        assert_string_equal(record_param(&record, "seed"), "0");
        cJSON_DeleteItemFromObject(metrics, "seed");
    }
    assert_int_equal(expected_metrics(&record, metrics), cJSON_GetArraySize(metrics));
    assert_int_equal(record.metric_count, cJSON_GetArraySize(metrics) + extra);
    assert_int_equal(record.note_count, 0);
    record_done(&record);
    cJSON_Delete(expected);
    arena_done(&arena);
}

static void real_runs_say_what_others_found_in_them(void **state)
{
    (void)state;
    compare_run("synthetic-mmdet2", 1); /* the epoch */
    compare_run("synthetic-mmdet3", 2); /* epoch and iter */
    compare_run("mmdet2-falldetection", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iterations_of_an_epoch_become_steps),
        cmocka_unit_test(iterations_that_go_on_are_steps_themselves),
        cmocka_unit_test(evaluations_alone_stand_at_their_epoch),
        cmocka_unit_test(a_log_that_resumes_looks_ahead),
        cmocka_unit_test(evaluations_keep_their_step_and_say_where_training_stood),
        cmocka_unit_test(training_rows_without_an_iteration_have_a_rate),
        cmocka_unit_test(configs_and_predictions),
        cmocka_unit_test(the_masks_file_beside_the_boxes_is_no_second_set),
        cmocka_unit_test(a_directory_of_mmcv_is_one_run),
        cmocka_unit_test(a_directory_of_mmengine_is_the_one_above_vis_data),
        cmocka_unit_test(real_runs_say_what_others_found_in_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
