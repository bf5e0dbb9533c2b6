/*
 * What else event files hold: pictures, told by their place, session logs, and arguments as text.
 */
#include "event_file.h"
#include "reading.h"
#include "temp.h"

#include "base/file.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char NAME[] = "events.out.tfevents.1700000000.host.1.0";

static const struct reader *reader(void)
{
    return reader_find("tensorboard");
}

static const char *text_of(const struct buf *file)
{
    return reading_text(reader(), NAME, file->data ? file->data : "", file->length);
}

/* ---- pictures ---- */

static void pictures_are_passed_over(void **state)
{
    static const char ALL[] = "picture events.out.tfevents.1700000000.host.1.0#picture step 1\n"
                              "picture events.out.tfevents.1700000000.host.1.0#picture step 2\n"
                              "metric loss: 1=1@1 2=2@2 3=3@3\n";
    (void)state;
    struct buf file = event_buf();
    event_scalar(&file, 1, 1, "loss", 1);
    event_picture(&file, 1, "picture", 3 << 20);
    size_t behind = file.length;
    event_scalar(&file, 2, 2, "loss", 2);
    event_picture(&file, 2, "picture", 300 << 10);
    event_scalar(&file, 3, 3, "loss", 3);
    assert_string_equal(text_of(&file), ALL);
    reading_grows_to_the_same(reader(), NAME, file.data, file.length, 1 << 20);
    /* Its data is not looked at: not even its checksum. */
    file.data[1 << 20] ^= 1;
    assert_string_equal(text_of(&file), ALL);
    file.length = behind - 1; /* but it must be there */
    assert_string_equal(text_of(&file), "metric loss: 1=1@1\n");
    buf_done(&file);
}

static void pictures_of_both_writers_are_told_with_their_steps(void **state)
{
    static const size_t SIZES[] = {100, 300 << 10}; /* looked at whole, and passed over */
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct buf file = event_buf();
        event_picture(&file, -5, "old", SIZES[i]);
        event_picture_tensor(&file, 3, "val/new", SIZES[i], true);
        event_picture_tensor(&file, 4, "val/new", SIZES[i], false);
        event_picture_tensor(&file, 4, "nobody's", SIZES[i], false);
        event_scalar(&file, 3, 3, "loss", 3);
        assert_string_equal(text_of(&file),
            "picture events.out.tfevents.1700000000.host.1.0#old step -1\n"
            "picture events.out.tfevents.1700000000.host.1.0#val/new step 3\n"
            "picture events.out.tfevents.1700000000.host.1.0#val/new step 4\n"
            "metric loss: 3=3@3\n");
        buf_done(&file);
    }
}

/* Reads FILE from its front to its end in steps of CHUNK; the artifacts' steps, each behind a
 * blank.
 */
static void steps_of_pictures(const struct buf *file, size_t chunk, struct buf *out)
{
    const char *directory = temp_dir();
    struct record record;
    struct reader_mark mark = {0};
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    record_init(&record);
    for (size_t now = 0; now < file->length;) {
        now = file->length - now < chunk ? file->length : now + chunk;
        temp_file(directory, NAME, file->data, now);
        reading_on(reader(), directory, NAME, &mark, &record);
    }
    buf_clear(out);
    for (size_t i = 0; i < record.artifact_count; i++)
        buf_printf(out, " %" PRId64, record.artifacts[i].step);
    buf_done(&mark.state);
    record_done(&record);
}

static void of_very_many_pictures_ever_fewer_are_told(void **state)
{
    (void)state;
    struct buf file = event_buf(), expected = event_buf(), whole = event_buf(), grown = event_buf();
    for (int i = 0; i < 300; i++) {
        event_picture(&file, i, "a", 10);
        if (i < 64 || (i < 128 && i % 2 == 0) || (i < 256 && i % 4 == 0) || i % 8 == 0)
            buf_printf(&expected, " %d", i);
    }
    steps_of_pictures(&file, file.length, &whole);
    assert_string_equal(whole.data, expected.data);
    steps_of_pictures(&file, 1000, &grown);
    assert_string_equal(grown.data, expected.data);
    buf_done(&file);
    buf_done(&expected);
    buf_done(&whole);
    buf_done(&grown);
}

static void a_scalar_beside_a_picture_is_found(void **state)
{
    (void)state;
    struct buf file = event_buf(), image = event_buf(), value = event_buf(), summary = event_buf();
    char *data = calloc(1, 1 << 20);
    assert_non_null(data);
    pb_bytes(&image, 4, data, 1 << 20);
    pb_string(&value, 1, "picture");
    pb_message(&value, 4, &image);
    pb_message(&summary, 1, &value);
    pb_string(&value, 1, "loss");
    pb_float(&value, 2, 4);
    pb_message(&summary, 1, &value);
    event_add(&file, 1, 1, 5, &summary);
    assert_string_equal(text_of(&file),
        "picture events.out.tfevents.1700000000.host.1.0#picture step 1\nmetric loss: 1=4@1\n");
    free(data);
    buf_done(&file);
    buf_done(&image);
    buf_done(&value);
    buf_done(&summary);
}

/* ---- session logs ---- */

static void a_restart_is_seen_by_its_steps(void **state)
{
    (void)state;
    struct buf file = event_buf(), session = event_buf();
    for (int step = 1; step < 4; step++)
        event_scalar(&file, step, step, "loss", (float)step);
    pb_varint(&session, 1, 1); /* START */
    event_add(&file, 10, 2, 7, &session);
    event_scalar(&file, 11, 2, "loss", 5);
    assert_string_equal(text_of(&file), "metric loss: 1=1@1 2=2@2 3=3@3 2=5@11\n");
    buf_done(&file);
    buf_done(&session);
}

/* ---- text ---- */

static void the_trainers_arguments_become_parameters(void **state)
{
    static const char *const SPELT[] = {
        "{\n  \"lr\": 5e-06,\n  \"fsdp\": {\"xla\": false},\n  \"report_to\": [\"tb\"]\n}",
        "    {\n      \"lr\": 5e-06,\n      \"fsdp\": {\"xla\": false},\n      \"report_to\": "
        "[\"tb\"]"
        "\n    }\n",
        "<pre>{\"lr\": 5e-06, \"fsdp\": {\"xla\": false}, \"report_to\": [\"tb\"]}</pre>"};
    (void)state;
    for (size_t i = 0; i < sizeof SPELT / sizeof *SPELT; i++) {
        struct buf file = event_buf();
        event_text(&file, 1, "args/text_summary", SPELT[i]);
        event_text(&file, 1, "model_config/text_summary", "{\"layers\": 12}");
        event_scalar(&file, 2, 2, "loss", 2);
        assert_string_equal(text_of(&file),
            "param lr = number 5e-06\nparam fsdp.xla = bool false\n"
            "param report_to = text [\"tb\"]\nmetric loss: 2=2@2\n");
        reading_survives_cuts(reader(), NAME, file.data, file.length);
        reading_survives_refusals(reader(), NAME, file.data, file.length);
        buf_done(&file);
    }
}

static void arguments_in_yaml_are_read_and_other_text_is_none(void **state)
{
    (void)state;
    struct buf file = event_buf();
    event_text(&file, 1, "config/text_summary",
        "task: detection\nuse_amp: True\nyaml_cfg: {'lr': 0.1, 'model': {'depth': 50}}\n");
    event_text(&file, 1, "notes/text_summary", "x: 1\n");
    assert_string_equal(text_of(&file),
        "param task = text detection\nparam use_amp = bool True\n"
        "param yaml_cfg.lr = number 0.1\nparam yaml_cfg.model.depth = number 50\n");
    buf_clear(&file);
    event_text(&file, 1, "config/text_summary", "just a text");
    event_text(&file, 1, "config/text_summary", "");
    assert_string_equal(text_of(&file), "");
    buf_done(&file);
}

/* The first event file of the real run RUN; skips the test when it is absent. */
static void read_real(const char *run, struct record *record)
{
    struct arena arena = {0};
    struct file_list list;
    const char *directory = path_join(&arena, SHARED "/real-runs", run);
    if (!file_list(directory, &arena, &list, NULL)) {
        arena_done(&arena);
        skip();
    }
    assert_true(list.count > 0);
    reading_whole(reader(), directory, list.entries[0].name, record);
    arena_done(&arena);
}

static void arguments_of_real_runs_are_read(void **state)
{
    struct record record;
    (void)state;
    read_real("hf-agnews/runs/run0", &record);
    assert_string_equal(record_param(&record, "learning_rate"), "5e-06");
    assert_string_equal(record_param(&record, "fsdp_config.xla"), "false");
    assert_string_equal(record_param(&record, "report_to"), "[\"tensorboard\"]");
    assert_int_equal(record.note_count, 0);
    record_done(&record);
    read_real("detr-dfine/m_custom/summary", &record);
    assert_string_equal(record_param(&record, "epoches"), "132");
    assert_string_equal(record_param(&record, "yaml_cfg.num_classes"), "14");
    assert_int_equal(record.note_count, 0);
    record_done(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_passed_over),
        cmocka_unit_test(pictures_of_both_writers_are_told_with_their_steps),
        cmocka_unit_test(of_very_many_pictures_ever_fewer_are_told),
        cmocka_unit_test(a_scalar_beside_a_picture_is_found),
        cmocka_unit_test(a_restart_is_seen_by_its_steps),
        cmocka_unit_test(the_trainers_arguments_become_parameters),
        cmocka_unit_test(arguments_in_yaml_are_read_and_other_text_is_none),
        cmocka_unit_test(arguments_of_real_runs_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
