/*
 * The TensorBoard reader on event files written here message by message.
 */
#include "event_file.h"
#include "reading.h"
#include "temp.h"

#include <inttypes.h>
#include <math.h>
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

/* ---- scalars ---- */

static void scalars_of_both_writers_are_read(void **state)
{
    (void)state;
    struct buf file = event_buf();
    event_version(&file, 100);
    event_scalar(&file, 101, 0, "loss", 2.5f);
    event_tensor(&file, 101.5, 0, "mAP", "scalars", 0.25f);
    event_scalar(&file, 102, 10, "loss", 1.25f);
    event_tensor(&file, 102.5, 10, "mAP", NULL, 0.5f);
    event_scalar(&file, 103, -3, "loss", NAN);
    event_scalar(&file, 104, 10, "loss", INFINITY);
    assert_string_equal(text_of(&file),
        "metric loss: 0=2.5@101 10=1.25@102 -3=NaN@103 10=Infinity@104\n"
        "metric mAP: 0=0.25@101.5 10=0.5@102.5\n");
    buf_done(&file);
}

static void a_file_of_its_version_only_has_no_facts(void **state)
{
    (void)state;
    struct buf file = event_buf();
    event_version(&file, 100);
    assert_int_equal(file.length, 40);
    assert_string_equal(text_of(&file), "");
    buf_done(&file);
}

static void several_values_of_one_summary_share_its_moment(void **state)
{
    (void)state;
    struct buf file = event_buf(), value = event_buf(), summary = event_buf(), event = event_buf();
    pb_string(&value, 1, "a");
    pb_float(&value, 2, 1);
    pb_message(&summary, 1, &value);
    pb_float(&value, 2, 2); /* the tag may follow */
    pb_string(&value, 1, "b");
    pb_message(&summary, 1, &value);
    pb_message(&event, 5, &summary); /* before step and time */
    pb_varint(&event, 2, 7);
    pb_double(&event, 1, 50);
    pb_string(&value, 1, "c"); /* and a second piece of the same message */
    pb_float(&value, 2, 3);
    pb_message(&summary, 1, &value);
    pb_message(&event, 5, &summary);
    event_record(&file, event.data, event.length);
    assert_string_equal(text_of(&file), "metric a: 7=1@50\nmetric b: 7=2@50\nmetric c: 7=3@50\n");
    buf_done(&file);
    buf_done(&value);
    buf_done(&summary);
    buf_done(&event);
}

/* One value with TENSOR, of which the type is DTYPE; emptied. */
static void add_tensor(struct buf *file, const char *tag, int dtype, struct buf *tensor)
{
    struct buf value = event_buf(), whole = event_buf();
    pb_varint(&whole, 1, (uint64_t)dtype);
    buf_add(&whole, tensor->data, tensor->length);
    pb_string(&value, 1, tag);
    pb_message(&value, 8, &whole);
    event_value(file, 1, 1, &value);
    buf_clear(tensor);
    buf_done(&value);
    buf_done(&whole);
}

static void every_numeric_tensor_is_read_in_every_spelling(void **state)
{
    (void)state;
    struct buf file = event_buf(), t = event_buf(), packed = event_buf();
    double d = -2.5;
    float f = 0.5f;
    int32_t i32 = -7;
    int64_t i64 = INT64_C(-9007199254740993);
    uint16_t half = 0xC500 /* -5 */, bfloat = 0x4049 /* 3.140625 */, u16 = 65535;
    int8_t i8 = -1;
    uint64_t u64 = UINT64_MAX;

    pb_float(&t, 5, f), add_tensor(&file, "float", 1, &t);
    pb_bytes(&t, 5, &f, 4), add_tensor(&file, "float packed", 1, &t);
    pb_bytes(&t, 4, &f, 4), add_tensor(&file, "float content", 1, &t);
    pb_double(&t, 6, d), add_tensor(&file, "double", 2, &t);
    pb_bytes(&t, 4, &d, 8), add_tensor(&file, "double content", 2, &t);
    pb_varint(&t, 7, (uint64_t)(int64_t)i32), add_tensor(&file, "int32", 3, &t);
    pb_bytes(&t, 4, &i32, 4), add_tensor(&file, "int32 content", 3, &t);
    pb_bytes(&t, 4, &i8, 1), add_tensor(&file, "int8 content", 6, &t);
    pb_bytes(&t, 4, &i8, 1), add_tensor(&file, "uint8 content", 4, &t);
    buf_add_varint(&packed, (uint64_t)i64);
    pb_message(&t, 10, &packed), add_tensor(&file, "int64 packed", 9, &t);
    pb_varint(&t, 11, 1), add_tensor(&file, "bool", 10, &t);
    pb_varint(&t, 13, half), add_tensor(&file, "half", 19, &t);
    pb_bytes(&t, 4, &half, 2), add_tensor(&file, "half content", 19, &t);
    pb_varint(&t, 13, bfloat), add_tensor(&file, "bfloat16", 14, &t);
    pb_bytes(&t, 4, &u16, 2), add_tensor(&file, "uint16 content", 17, &t);
    pb_bytes(&t, 4, &u64, 8), add_tensor(&file, "uint64 content", 23, &t);
    pb_varint(&t, 16, 4000000000u), add_tensor(&file, "uint32", 22, &t);
    assert_string_equal(text_of(&file), "metric float: 1=0.5@1\n"
                                        "metric float packed: 1=0.5@1\n"
                                        "metric float content: 1=0.5@1\n"
                                        "metric double: 1=-2.5@1\n"
                                        "metric double content: 1=-2.5@1\n"
                                        "metric int32: 1=-7@1\n"
                                        "metric int32 content: 1=-7@1\n"
                                        "metric int8 content: 1=-1@1\n"
                                        "metric uint8 content: 1=255@1\n"
                                        "metric int64 packed: 1=-9007199254740992@1\n"
                                        "metric bool: 1=1@1\n"
                                        "metric half: 1=-5@1\n"
                                        "metric half content: 1=-5@1\n"
                                        "metric bfloat16: 1=3.140625@1\n"
                                        "metric uint16 content: 1=65535@1\n"
                                        "metric uint64 content: 1=1.8446744073709552e+19@1\n"
                                        "metric uint32: 1=4000000000@1\n");
    buf_done(&file);
    buf_done(&t);
    buf_done(&packed);
}

static void tensors_that_are_no_scalar_are_left_alone(void **state)
{
    (void)state;
    struct buf file = event_buf(), t = event_buf(), dimension = event_buf(), shape = event_buf();
    float two[2] = {1, 2};
    pb_bytes(&t, 5, two, 8), add_tensor(&file, "two packed", 1, &t);
    pb_float(&t, 5, 1), pb_float(&t, 5, 2), add_tensor(&file, "two", 1, &t);
    pb_bytes(&t, 4, two, 8), add_tensor(&file, "two content", 1, &t);
    pb_string(&t, 8, "words"), add_tensor(&file, "string", 7, &t);
    pb_float(&t, 5, 1), add_tensor(&file, "unknown type", 99, &t);
    pb_double(&t, 6, 1), add_tensor(&file, "another type's field", 1, &t);
    add_tensor(&file, "empty", 1, &t);
    pb_varint(&dimension, 1, 1);
    pb_message(&shape, 2, &dimension);
    pb_message(&t, 2, &shape), pb_float(&t, 5, 1), add_tensor(&file, "rank 1", 1, &t);
    assert_string_equal(text_of(&file), "");
    buf_done(&file);
    buf_done(&t);
    buf_done(&dimension);
    buf_done(&shape);
}

static void a_declared_kind_holds_for_all_later_values(void **state)
{
    (void)state;
    struct buf file = event_buf();
    event_tensor(&file, 1, 1, "curve", "pr_curves", 9);
    event_tensor(&file, 2, 2, "curve", NULL, 9);
    event_tensor(&file, 3, 3, "plain", NULL, 9);
    assert_string_equal(text_of(&file), "metric plain: 3=9@3\n");
    for (size_t chunk = 1; chunk < file.length; chunk += 29)
        reading_grows_to_the_same(reader(), NAME, file.data, file.length, chunk);
    buf_done(&file);
}

static void lightnings_placeholder_is_left_out(void **state)
{
    (void)state;
    struct buf file = event_buf();
    event_scalar(&file, 1, 0, "hp_metric", -1);
    event_scalar(&file, 2, 5, "hp_metric", -1);
    assert_string_equal(text_of(&file), "");
    event_scalar(&file, 3, 6, "hp_metric", 0.5f);
    event_scalar(&file, 4, 7, "hp_metric", -1);
    assert_string_equal(text_of(&file), "metric hp_metric: 0=-1@1 5=-1@2 6=0.5@3 7=-1@4\n");
    reading_grows_to_the_same(reader(), NAME, file.data, file.length, 11);
    buf_done(&file);
}

/* ---- the hparams plugin ---- */

/* google.protobuf.Value with field KIND, as entry NAME of the map in MESSAGE. VALUE is emptied. */
static void add_entry(struct buf *message, const char *name, struct buf *value)
{
    struct buf entry = event_buf();
    pb_string(&entry, 1, name);
    pb_message(&entry, 2, value);
    pb_message(message, 1, &entry);
    buf_done(&entry);
}

static void add_session_start(struct buf *file)
{
    struct buf start = event_buf(), v = event_buf(), list = event_buf(), content = event_buf();
    pb_double(&v, 2, 16), add_entry(&start, "batch", &v);
    pb_double(&v, 2, 1e-4), add_entry(&start, "lr", &v);
    pb_string(&v, 3, "adam"), add_entry(&start, "optimizer", &v);
    pb_string(&v, 3, "16"), add_entry(&start, "precision", &v);
    pb_varint(&v, 4, 1), add_entry(&start, "amp", &v);
    pb_varint(&v, 1, 0), add_entry(&start, "seed", &v);
    pb_double(&v, 2, 1), pb_message(&list, 1, &v);
    pb_string(&v, 3, "a\x1b"), pb_message(&list, 1, &v);
    pb_message(&v, 6, &list), add_entry(&start, "anchors", &v);
    pb_double(&v, 2, 0.5), add_entry(&list, "p", &v);
    pb_message(&v, 5, &list), add_entry(&start, "flip", &v);
    pb_double(&start, 5, 1000);
    pb_message(&content, 3, &start);
    event_hparams(file, 1000, "_hparams_/session_start_info", &content);
    buf_done(&start);
    buf_done(&v);
    buf_done(&list);
    buf_done(&content);
}

static void add_session_end(struct buf *file, double wall_s, int status, double ended_s)
{
    struct buf end = event_buf(), content = event_buf();
    pb_varint(&end, 1, (uint64_t)status);
    if (ended_s > 0)
        pb_double(&end, 2, ended_s);
    pb_message(&content, 4, &end);
    event_hparams(file, wall_s, "_hparams_/session_end_info", &content);
    buf_done(&end);
    buf_done(&content);
}

static const char PARAMS[] = "param batch = number 16\n"
                             "param lr = number 0.0001\n"
                             "param optimizer = text adam\n"
                             "param precision = text 16\n"
                             "param amp = bool true\n"
                             "param seed = null null\n"
                             "param anchors = text [1,\"a\\u001b\"]\n"
                             "param flip.p = number 0.5\n";

static void hparams_become_parameters_and_a_status(void **state)
{
    static const struct {
        int status;
        double ended_s, last_event_s;
        const char *line;
    } CASES[] = {
        {1, 0, 1001, "status unknown 1000 NaN\n"},    /* as Lightning writes at its start */
        {1, 2000, 2500, "status unknown 1000 NaN\n"}, /* something was logged after it */
        {1, 2500, 2400, "status finished 1000 2500\n"},
        {2, 2500, 2500, "status failed 1000 2500\n"},
        {3, 2500, 2400, "status unknown 1000 NaN\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct buf file = event_buf(), expected = event_buf();
        event_version(&file, 999);
        add_session_start(&file);
        add_session_end(&file, 2501, CASES[i].status, CASES[i].ended_s);
        event_scalar(&file, CASES[i].last_event_s, 1, "loss", 1);
        buf_printf(
            &expected, "%smetric loss: 1=1@%g\n%s", PARAMS, CASES[i].last_event_s, CASES[i].line);
        assert_string_equal(text_of(&file), expected.data);
        reading_grows_to_the_same(reader(), NAME, file.data, file.length, 41);
        buf_done(&file);
        buf_done(&expected);
    }
}

static void arguments_are_not_needed_beside_hparams(void **state)
{
    (void)state;
    struct buf file = event_buf();
    add_session_start(&file);
    event_text(&file, 1, "args/text_summary", "{\"lr\": 5}");
    assert_null(strstr(text_of(&file), "lr = number 5"));
    buf_clear(&file);
    event_text(&file, 1, "args/text_summary", "{\"lr\": 5, \"x\"}");
    assert_string_equal(text_of(&file),
        "param lr = number 5\n"
        "note events.out.tfevents.1700000000.host.1.0 line 0 byte 0 x1 record that is not what its "
        "format says, read in part\n");
    buf_done(&file);
}

/* ---- damage ---- */

static struct buf sample(void)
{
    struct buf file = event_buf();
    event_version(&file, 100);
    add_session_start(&file);
    for (int step = 0; step < 4; step++) {
        event_scalar(&file, 100 + step, step, "train/loss", 1.0f / (float)(step + 1));
        event_tensor(&file, 100 + step, step, "val/mAP", step ? NULL : "scalars", (float)step / 4);
    }
    add_session_end(&file, 200, 1, 200);
    return file;
}

static void a_cut_anywhere_gives_what_came_before(void **state)
{
    (void)state;
    struct buf file = sample();
    reading_survives_cuts(reader(), NAME, file.data, file.length);
    buf_done(&file);
}

static void a_growing_file_gives_the_same_as_a_whole_one(void **state)
{
    (void)state;
    struct buf file = sample();
    static const size_t CHUNKS[] = {1, 2, 13, 64, 100};
    for (size_t i = 0; i < sizeof CHUNKS / sizeof *CHUNKS; i++)
        reading_grows_to_the_same(reader(), NAME, file.data, file.length, CHUNKS[i]);
    reading_survives_refusals(reader(), NAME, file.data, file.length);
    buf_done(&file);
}

/* The offset of record INDEX. */
static size_t record_at(const struct buf *file, int index)
{
    size_t at = 0;
    for (; index > 0; index--) {
        uint64_t length;
        memcpy(&length, file->data + at, 8);
        at += length + 16;
    }
    return at;
}

static void a_damaged_record_is_skipped_and_told_of(void **state)
{
    (void)state;
    struct buf file = event_buf();
    for (int step = 0; step < 4; step++)
        event_scalar(&file, step, step, "loss", (float)step);
    char *second = file.data + record_at(&file, 1);
    second[14] ^= 1;
    assert_string_equal(text_of(&file),
        "metric loss: 0=0@0 2=2@2 3=3@3\n"
        "note events.out.tfevents.1700000000.host.1.0 line 0 byte 40 x1 record with a wrong "
        "checksum, skipped\n");
    second[0] ^= 1; /* the length: what follows cannot be found */
    assert_string_equal(text_of(&file),
        "metric loss: 0=0@0\n"
        "note events.out.tfevents.1700000000.host.1.0 line 0 byte 40 x1 damaged here: the rest of "
        "the file cannot be read\n");
    buf_done(&file);
}

static void damage_that_stops_reading_is_told_of_once(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct record record;
    struct reader_mark mark = {0};
    struct buf file = event_buf();
    event_scalar(&file, 1, 1, "loss", 1);
    buf_add_string(&file, "no record at all");
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    record_init(&record);
    for (int i = 0; i < 3; i++) {
        temp_file(directory, NAME, file.data, file.length);
        reading_on(reader(), directory, NAME, &mark, &record);
        buf_add_string(&file, "and more of it");
    }
    assert_int_equal(record.note_count, 1);
    assert_int_equal(record_points(&record), 1);
    buf_done(&mark.state);
    buf_done(&file);
    record_done(&record);
}

static void what_is_no_event_file_says_so(void **state)
{
    static const char LFS[] = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n";
    (void)state;
    assert_non_null(strstr(reading_text(reader(), NAME, LFS, sizeof LFS - 1), "git lfs pull"));
    assert_non_null(
        strstr(reading_text(reader(), NAME, "a long line of text", 19), "not an event file"));
    assert_string_equal(reading_text(reader(), NAME, "", 0), "");
    assert_string_equal(reading_text(reader(), NAME, "1234567", 7), "");
    char zeros[100] = {0}; /* a file that is longer than what was written yet */
    assert_string_equal(reading_text(reader(), NAME, zeros, sizeof zeros), "");
}

static void a_length_beyond_reason_is_damage(void **state)
{
    (void)state;
    struct buf file = event_buf(), claim = event_buf();
    event_scalar(&file, 1, 1, "loss", 1);
    /* A record of its own, of which only the header is taken: its checksum is right. */
    uint64_t lengths[] = {(UINT64_C(1) << 30) + 1, UINT64_C(1) << 30, UINT64_MAX};
    for (size_t i = 0; i < 3; i++) {
        buf_clear(&claim);
        event_record(&claim, &lengths[i], 8); /* the data's checksum is that of the length */
        struct buf bad = event_buf();
        buf_add(&bad, file.data, file.length);
        buf_add(&bad, &lengths[i], 8);
        buf_add(&bad, claim.data + 20, 4);
        buf_add(&bad, "data", 4);
        const char *text = text_of(&bad);
        assert_int_equal(strncmp(text, "metric loss: 1=1@1\n", 19), 0);
        assert_int_equal(strstr(text, "damaged here") != NULL, lengths[i] > UINT64_C(1) << 30);
        buf_done(&bad);
    }
    buf_done(&file);
    buf_done(&claim);
}

static void malformed_messages_lose_only_themselves(void **state)
{
    (void)state;
    struct buf file = event_buf(), value = event_buf(), summary = event_buf();
    event_record(&file, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11);
    event_record(&file, "\x0b\x00", 2);     /* a group */
    event_record(&file, "\x2a\x7f\x0a", 3); /* a summary that reaches beyond */
    pb_float(&value, 2, 1);
    event_value(&file, 1, 1, &value); /* no name */
    pb_message(&summary, 1, &value);
    event_scalar(&file, 2, 2, "loss", 2);
    const char *text = text_of(&file);
    assert_int_equal(strncmp(text, "metric loss: 2=2@2\n", 19), 0);
    assert_non_null(strstr(text, "x3 record that is not what its format says"));
    assert_non_null(strstr(text, "x1 value without a name"));
    buf_done(&file);
    buf_done(&value);
    buf_done(&summary);
}

/* ---- many metrics, names ---- */

static void many_metrics_keep_all_their_points(void **state)
{
    enum { METRICS = 3000, STEPS = 20, LONG = 2000 };
    (void)state;
    struct buf file = event_buf();
    struct record record;
    const char *directory = temp_dir();
    for (int step = 0; step < STEPS; step++)
        for (int i = 0; i < METRICS; i++) {
            char tag[32];
            snprintf(tag, sizeof tag, "metric %d", (i * 7) % METRICS);
            event_scalar(&file, 1, step, tag, (float)step);
        }
    for (int step = 0; step < LONG; step++)
        event_scalar(&file, 1, step, "long", (float)step);
    temp_file(directory, NAME, file.data, file.length);
    reading_whole(reader(), directory, NAME, &record);
    assert_int_equal(record.metric_count, METRICS + 1);
    for (size_t i = 0; i < record.metric_count; i++) {
        const struct record_metric *metric = &record.metrics[i];
        assert_int_equal(metric->count, i == METRICS ? LONG : STEPS);
        for (size_t k = 0; k < metric->count; k++)
            assert_true(
                metric->points[k].step == (int64_t)k && metric->points[k].value == (double)k);
    }
    record_done(&record);
    buf_done(&file);
}

static void names_are_kept_whatever_they_are(void **state)
{
    (void)state;
    struct buf file = event_buf(), value = event_buf();
    event_scalar(&file, 1, 1, "\x1b[31m\n\xe2\x80\xae\xff", 1);
    event_scalar(&file, 1, 1, "", 2);
    pb_bytes(&value, 1, "a\0b", 3);
    pb_float(&value, 2, 3);
    event_value(&file, 1, 1, &value);
    char *longest = calloc(1, 5001);
    assert_non_null(longest);
    memset(longest, 'x', 5000);
    event_scalar(&file, 1, 1, longest, 4);
    assert_string_equal(text_of(&file),
        "metric \\x1b[31m\\x0a\\u{202e}\\xff: 1=1@1\nmetric : 1=2@1\nmetric a?b: 1=3@1\n"
        "note events.out.tfevents.1700000000.host.1.0 line 0 byte -1 x1 values left out: the "
        "metric's name is too long, or there are too many metrics\n");
    free(longest);
    buf_done(&file);
    buf_done(&value);
}

/* ---- recognising ---- */

static void event_files_are_claimed_in_the_order_of_their_times(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct buf file = event_buf(), claims;
    buf_init(&claims, 1 << 16);
    event_version(&file, 1);
    temp_file(directory, "events.out.tfevents.900.b", file.data, file.length);
    temp_file(directory, "events.out.tfevents.1000.b.v2", file.data, file.length);
    temp_file(directory, "events.out.tfevents.1000.a", "", 0);
    temp_file(directory, "my.tfevents.5", file.data, file.length);
    temp_file(directory, "my.tfevents.6", "text, not events", 16);
    temp_text(directory, "tfeventstream.go", "package tfevents");
    temp_text(directory, "events.out.tfevents.tmp", "x");
    temp_file(directory, "train/events.out.tfevents.1.c", file.data, file.length);
    reading_claims(directory, &claims);
    assert_string_equal(claims.data,
        "tensorboard: my.tfevents.5 events.out.tfevents.900.b events.out.tfevents.1000.a "
        "events.out.tfevents.1000.b.v2\n");
    buf_done(&file);
    buf_done(&claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_of_both_writers_are_read),
        cmocka_unit_test(a_file_of_its_version_only_has_no_facts),
        cmocka_unit_test(several_values_of_one_summary_share_its_moment),
        cmocka_unit_test(every_numeric_tensor_is_read_in_every_spelling),
        cmocka_unit_test(tensors_that_are_no_scalar_are_left_alone),
        cmocka_unit_test(a_declared_kind_holds_for_all_later_values),
        cmocka_unit_test(lightnings_placeholder_is_left_out),
        cmocka_unit_test(hparams_become_parameters_and_a_status),
        cmocka_unit_test(a_cut_anywhere_gives_what_came_before),
        cmocka_unit_test(a_growing_file_gives_the_same_as_a_whole_one),
        cmocka_unit_test(a_damaged_record_is_skipped_and_told_of),
        cmocka_unit_test(damage_that_stops_reading_is_told_of_once),
        cmocka_unit_test(what_is_no_event_file_says_so),
        cmocka_unit_test(a_length_beyond_reason_is_damage),
        cmocka_unit_test(malformed_messages_lose_only_themselves),
        cmocka_unit_test(arguments_are_not_needed_beside_hparams),
        cmocka_unit_test(many_metrics_keep_all_their_points),
        cmocka_unit_test(names_are_kept_whatever_they_are),
        cmocka_unit_test(event_files_are_claimed_in_the_order_of_their_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
