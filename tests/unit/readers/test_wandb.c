/*
 * The W&B reader on logs written here record by record.
 */
#include "reading.h"
#include "temp.h"
#include "wandb_file.h"

#include "base/file.h"
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char NAME[] = "run-ab12.wandb";
enum { BLOCK = 32768 };

static const struct reader *reader(void)
{
    return reader_find("wandb");
}

static const char *text_of(const struct buf *log)
{
    return reading_text(reader(), NAME, log->data ? log->data : "", log->length);
}

static struct buf new_log(void)
{
    struct buf log = event_buf();
    wandb_header(&log);
    return log;
}

/* Everything that a log may hold, small. */
static struct buf sample(void)
{
    struct buf log = new_log(), output = event_buf();
    wandb_run(&log, "ab12", "calm-lake-7", 1000);
    wandb_stats(&log, 1001, "cpu", "1.5", "gpu.0.temp|", "60", NULL);
    wandb_stats(&log, 1001, "disk", "70", NULL); /* another monitor, at the same time */
    wandb_summary(&log, "train|loss", "2.5");
    wandb_row(&log, 0, 1002, "train|loss", "2.5", "note", "\"warm\"", NULL);
    wandb_config(&log, "lr", "2e-3");
    pb_string(&output, 3, "a line on the console\n");
    wandb_add(&log, 13, &output);
    wandb_row(&log, 5, 1003, "train|loss", "\"NaN\"", "eval", "{\"map\": {\"50\": 0.25}}", NULL);
    wandb_stats(&log, 1011, "cpu", "2.5", "gpu.0.temp|", "61", NULL);
    wandb_summary(&log, "train|loss", "1");
    wandb_summary(&log, "best|", "{\"map\": 0.5}");
    wandb_row(&log, 6, 1004, "train|loss", "-1e-2", NULL);
    wandb_summary(&log, "_runtime", "12.5");
    wandb_exit(&log, 0, 20);
    buf_done(&output);
    return log;
}

static const char PARAMS[] = "param lr = number 1e-3\n"
                             "param model.name = text r18\n"
                             "param model.pretrained = bool true\n"
                             "param model.sizes = text [1,2]\n";

static void all_that_a_log_says_is_read(void **state)
{
    (void)state;
    struct buf log = sample(), expected = event_buf();
    buf_printf(&expected,
        "%sparam lr = number 2e-3\n"
        "metric system/cpu: 0=1.5@1001.5 1=2.5@1011.5\n"
        "metric system/gpu.0.temp: 0=60@1001.5 1=61@1011.5\n"
        "metric system/disk: 0=70@1001.5\n"
        "metric train.loss: 0=2.5@1002 5=NaN@1003 6=-0.01@1004\n"
        "metric eval.map.50: 5=0.25@1003\n"
        "metric best.map: 6=0.5@1011.5\n"
        "title calm-lake-7\n"
        "id ab12\n"
        "status finished 1000 1020\n",
        PARAMS);
    assert_string_equal(text_of(&log), expected.data);
    buf_done(&log);
    buf_done(&expected);
}

static void numbers_are_those_that_json_and_w_and_b_spell(void **state)
{
    (void)state;
    struct buf log = new_log();
    wandb_row(&log, 1, 2, "a", "\"Infinity\"", "b", "\"-Infinity\"", "c", "NaN", "d", "\"12\"", "e",
        "true", "f", "null", "g", "[1, 2]", "h", "{\"_type\": \"histogram\", \"bins\": 3}", "i",
        "{\"x\": \"NaN\", \"y\": {\"_type\": \"table-file\", \"size\": 5}, \"z\": [1]}", "j",
        "1.7e+09", "k", "", NULL);
    assert_string_equal(text_of(&log), "metric a: 1=Infinity@2\n"
                                       "metric b: 1=-Infinity@2\n"
                                       "metric c: 1=NaN@2\n"
                                       "metric i.x: 1=NaN@2\n"
                                       "metric j: 1=1700000000@2\n"
                                       "id ab12\n");
    buf_done(&log);
}

static void a_row_without_step_follows_the_one_before(void **state)
{
    (void)state;
    struct buf log = new_log(), row = event_buf(), step = event_buf();
    wandb_item(&row, 1, "loss", "1");
    wandb_add(&log, 2, &row);
    wandb_item(&row, 1, "loss", "2");
    pb_varint(&step, 1, 7);
    pb_message(&row, 2, &step);
    wandb_add(&log, 2, &row);
    wandb_item(&row, 1, "loss", "3");
    wandb_add(&log, 2, &row);
    assert_string_equal(text_of(&log), "metric loss: 0=1 7=2 8=3\nid ab12\n");
    reading_grows_to_the_same(reader(), NAME, log.data, log.length, 9);
    buf_done(&log);
    buf_done(&row);
    buf_done(&step);
}

static void a_parameter_that_is_taken_away_becomes_null(void **state)
{
    (void)state;
    struct buf log = new_log(), config = event_buf();
    wandb_config(&log, "a|b", "{\"c\": 1}");
    wandb_config(&log, "quote\"d", "\"x\\ny\"");
    wandb_config(&log, "_wandb|x", "3");
    wandb_item(&config, 2, "a.b.c", "");
    wandb_add(&log, 5, &config);
    assert_string_equal(text_of(&log), "param a.b.c = number 1\n"
                                       "param quote\"d = text x\\x0ay\n"
                                       "param a.b.c = null null\n"
                                       "id ab12\n");
    buf_done(&log);
    buf_done(&config);
}

static void how_it_ended_is_what_the_exit_says(void **state)
{
    static const struct {
        int code, runtime_s;
        const char *line;
    } CASES[] = {
        {0, 60, "status finished 1000 1060\n"},
        {255, 60, "status failed 1000 1060\n"},
        {1, 0, "status failed 1000 1002\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct buf log = new_log();
        wandb_run(&log, "ab12", NULL, 1000);
        wandb_row(&log, 1, 1002, "loss", "1", NULL);
        assert_non_null(strstr(text_of(&log), "status unknown 1000 NaN\n"));
        wandb_exit(&log, CASES[i].code, CASES[i].runtime_s);
        assert_non_null(strstr(text_of(&log), CASES[i].line));
        buf_done(&log);
    }
}

/* ---- framing ---- */

/* A log of some blocks: rows, and records that nobody reads of BULK bytes between them. */
static struct buf long_log(size_t bulk, int rows)
{
    struct buf log = new_log(), inner = event_buf();
    char *line = calloc(1, bulk + 1);
    assert_non_null(line);
    memset(line, 'x', bulk);
    for (int i = 0; i < rows; i++) {
        char value[16];
        snprintf(value, sizeof value, "%d", i * 10);
        wandb_row(&log, i, i, "loss", value, NULL);
        pb_bytes(&inner, 3, line, bulk);
        wandb_add(&log, 13, &inner);
    }
    free(line);
    buf_done(&inner);
    return log;
}

static void records_go_over_the_ends_of_blocks(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    /* Every rest of a block, from a whole fragment to none, and records of several blocks. */
    for (size_t bulk = 16300; bulk < 16340; bulk++) {
        struct buf log = long_log(bulk, 8);
        struct record record;
        temp_file(directory, NAME, log.data, log.length);
        reading_whole(reader(), directory, NAME, &record);
        assert_int_equal(record_points(&record), 8);
        assert_int_equal(record.metrics[0].points[7].step, 7);
        assert_int_equal(record.note_count, 0);
        record_done(&record);
        buf_done(&log);
    }
    struct buf log = long_log(200000, 2);
    assert_string_equal(text_of(&log), "metric loss: 0=0@0 1=10@1\nid ab12\n");
    reading_grows_to_the_same(reader(), NAME, log.data, log.length, 5000);
    buf_done(&log);
}

static void a_damaged_record_costs_the_rest_of_its_block(void **state)
{
    (void)state;
    struct buf log = long_log(8000, 16);
    struct record record;
    const char *directory = temp_dir();
    log.data[40] ^= 1; /* the first record; four rows and more share its block */
    temp_file(directory, NAME, log.data, log.length);
    reading_whole(reader(), directory, NAME, &record);
    const struct record_metric *loss = record_metric(&record, "loss");
    assert_non_null(loss);
    assert_true(loss->count >= 11 && loss->count < 14);
    assert_int_equal(loss->points[loss->count - 1].step, 15);
    assert_int_equal(record.note_count, 1);
    assert_int_equal(record.notes[0].offset, 7);
    assert_int_equal(record.notes[0].count, 1);
    assert_string_equal(record.notes[0].text, "damaged or unfinished record, skipped");
    record_done(&record);
    static const size_t CHUNKS[] = {97, 1000, 5001, BLOCK};
    for (size_t i = 0; i < sizeof CHUNKS / sizeof *CHUNKS; i++)
        reading_grows_to_the_same(reader(), NAME, log.data, log.length, CHUNKS[i]);
    buf_done(&log);
}

static void damage_at_the_end_is_told_of_once(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct record record;
    struct reader_mark mark = {0};
    struct buf log = long_log(100, 3);
    size_t whole = log.length;
    buf_add_string(&log, "no record at all");
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    record_init(&record);
    for (int i = 0; i < 3; i++) {
        temp_file(directory, NAME, log.data, log.length);
        reading_on(reader(), directory, NAME, &mark, &record);
        buf_add_string(&log, "and more of it");
    }
    assert_int_equal(record.note_count, 1);
    assert_int_equal(record.notes[0].offset, whole);
    assert_int_equal(record_points(&record), 3);
    assert_int_equal(mark.offset, whole);
    buf_done(&mark.state);
    buf_done(&log);
    record_done(&record);
}

static void a_killed_run_gives_what_came_before(void **state)
{
    (void)state;
    struct buf log = long_log(20000, 4);
    size_t end = 2 * BLOCK; /* within the third row's console */
    assert_string_equal(reading_text(reader(), NAME, log.data, end),
        "metric loss: 0=0@0 1=10@1 2=20@2 3=30@3\nid ab12\n");
    log.length = end;
    for (int i = 0; i < 200; i++)
        buf_add_char(&log, '\0'); /* room that was made for more */
    assert_string_equal(text_of(&log), "metric loss: 0=0@0 1=10@1 2=20@2 3=30@3\nid ab12\n");
    buf_done(&log);
}

static void what_is_empty_has_no_facts_and_what_is_no_log_says_so(void **state)
{
    (void)state;
    struct buf log = new_log();
    assert_string_equal(reading_text(reader(), NAME, "", 0), "id ab12\n");
    assert_string_equal(reading_text(reader(), NAME, log.data, 3), "id ab12\n");
    assert_string_equal(text_of(&log), "id ab12\n");
    log.data[6] = 1; /* a version to come */
    assert_non_null(strstr(text_of(&log), "is not a W&B log of a version known here"));
    assert_non_null(
        strstr(reading_text(reader(), NAME, "version https://git-lfs", 23), "is not a"));
    buf_done(&log);
}

static void malformed_messages_lose_only_themselves(void **state)
{
    (void)state;
    struct buf log = new_log(), row = event_buf();
    wandb_record(&log, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11);
    wandb_record(&log, "", 0);
    pb_string(&row, 1, "\xff");
    wandb_item(&row, 1, "loss", "2");
    wandb_item(&row, 1, "bad", "{\"x\": 1, \"y\"");
    wandb_add(&log, 2, &row);
    assert_string_equal(text_of(&log),
        "metric loss: 0=2\n"
        "metric bad.x: 0=1\n"
        "note run-ab12.wandb line 0 byte -1 x2 record that is not what its format says, read in "
        "part\n"
        "id ab12\n");
    buf_done(&log);
    buf_done(&row);
}

static void cuts_growth_and_refusals_are_survived(void **state)
{
    (void)state;
    struct buf log = sample();
    reading_survives_cuts(reader(), NAME, log.data, log.length);
    static const size_t CHUNKS[] = {1, 3, 50, 333};
    for (size_t i = 0; i < sizeof CHUNKS / sizeof *CHUNKS; i++)
        reading_grows_to_the_same(reader(), NAME, log.data, log.length, CHUNKS[i]);
    reading_survives_refusals(reader(), NAME, log.data, log.length);
    buf_done(&log);
}

static void very_many_names_lose_the_summary_only(void **state)
{
    enum { NAMES = 20000 };
    (void)state;
    struct buf log = new_log(), row = event_buf();
    for (int i = 0; i < NAMES; i++) {
        char key[100];
        snprintf(key, sizeof key, "%070d", i);
        wandb_item(&row, 1, key, "1");
    }
    wandb_add(&log, 2, &row);
    wandb_summary(&log, "best", "1");
    wandb_stats(&log, 1, "cpu", "1", NULL);
    wandb_exit(&log, 0, 1);
    reading_grows_to_the_same(reader(), NAME, log.data, log.length - 30, 1 << 20);
    buf_done(&log);
    buf_done(&row);
}

/* ---- files beside the log ---- */

static const char *file_text(const char *name, const char *content)
{
    return reading_text(reader(), name, content, strlen(content));
}

static void the_files_beside_an_empty_log_are_read(void **state)
{
    (void)state;
    assert_string_equal(
        file_text("files/config.yaml", "wandb_version: 1\n_wandb:\n  value:\n    a: 1\n"
                                       "lr:\n  desc: null\n  value: 0.001\n"
                                       "model:\n  value:\n    name: r18\n    value: 3\n"
                                       "dotted.value:\n  value: x\n"
                                       "sizes:\n  value:\n  - 1\n  - 2\n"),
        "param lr = number 0.001\nparam model.name = text r18\nparam model.value = number 3\n"
        "param dotted.value = text x\nparam sizes = text [1,2]\n");
    assert_string_equal(file_text("files/wandb-summary.json",
                            "{\"loss\":0.5,\"eval\":{\"map\":\"NaN\"},\"_step\":12,"
                            "\"_timestamp\":1.7e9,\"_wandb\":{\"runtime\":3},\"img\":{\"_type\":"
                            "\"image-file\",\"size\":3}}"),
        "metric loss: 12=0.5@1700000000\nmetric eval.map: 12=NaN@1700000000\n");
    assert_string_equal(file_text("files/wandb-metadata.json",
                            "{\"host\": \"h\", \"startedAt\": \"2024-05-01T10:00:00.5Z\"}"),
        "status unknown 1714557600.5 NaN\n");
    assert_string_equal(file_text("files/wandb-metadata.json", ""), "");
    assert_string_equal(file_text("files/wandb-summary.json", "{\"loss\":"),
        "note files/wandb-summary.json line 0 byte -1 x1 is not a JSON object, not read\n");
}

/* ---- recognising ---- */

static void add(const char *directory, const char *run, const char *file, const struct buf *bytes)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", run, file);
    temp_file(directory, path, bytes ? bytes->data : "{}", bytes ? bytes->length : 2);
}

static const char *claims_of(const char *directory, const char *run)
{
    static struct buf claims;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, run);
    buf_done(&claims);
    buf_init(&claims, 1 << 16);
    reading_claims(path, &claims);
    return claims.data ? claims.data : "";
}

static void run_directories_are_claimed(void **state)
{
    (void)state;
    const char *root = temp_dir();
    struct buf log = new_log(), empty = new_log(), text = event_buf();
    wandb_row(&log, 1, 1, "loss", "1", NULL);
    buf_add_string(&text, "some text\n");

    add(root, "run-20240501_100000-ab12", NAME, &log);
    add(root, "run-20240501_100000-ab12", "files/config.yaml", NULL);
    assert_string_equal(claims_of(root, "run-20240501_100000-ab12"), "wandb: run-ab12.wandb\n");
    add(root, "offline-run-1", NAME, &empty);
    add(root, "offline-run-1", "files/config.yaml", NULL);
    add(root, "offline-run-1", "files/wandb-metadata.json", NULL);
    assert_string_equal(claims_of(root, "offline-run-1"),
        "wandb: run-ab12.wandb files/wandb-metadata.json files/config.yaml\n");
    add(root, "run-2", "files/wandb-summary.json", NULL);
    assert_string_equal(claims_of(root, "run-2"), "wandb: files/wandb-summary.json\n");
    add(root, "moved", NAME, &log);
    assert_string_equal(claims_of(root, "moved"), "wandb: run-ab12.wandb\n");
    /* Not W&B's. */
    add(root, "run-3", "files/config.yaml", NULL);
    assert_string_equal(claims_of(root, "run-3"), "");
    add(root, "run-4", NAME, &text);
    add(root, "run-4", "notes.wandb", &log);
    assert_string_equal(claims_of(root, "run-4"), "");
    buf_done(&log);
    buf_done(&empty);
    buf_done(&text);
}

static void the_latest_run_is_one_unless_it_is_a_copy(void **state)
{
    (void)state;
    static const char CONFIG[] = "wandb_version: 1\n_wandb:\n  value: {}\nlr:\n  value: 0.1\n";
    const char *root = temp_dir();
    temp_text(root, "wandb/latest-run/files/config.yaml", "lr:\n  value: 0.1\n");
    assert_string_equal(claims_of(root, "wandb/latest-run"), "");
    temp_text(root, "wandb/latest-run/files/config.yaml", CONFIG);
    assert_string_equal(claims_of(root, "wandb/latest-run"), "wandb: files/config.yaml\n");
    temp_text(root, "wandb/run-20240501_100000-ab12/files/config.yaml", CONFIG);
    assert_string_equal(
        claims_of(root, "wandb/run-20240501_100000-ab12"), "wandb: files/config.yaml\n");
    assert_string_equal(claims_of(root, "wandb/latest-run"), "");
    char link[4096];
    temp_text(root, "linked/run-20240501_100000-ab12/files/config.yaml", CONFIG);
    snprintf(link, sizeof link, "%s/linked/latest-run", root);
    assert_int_equal(symlink("run-20240501_100000-ab12", link), 0);
    assert_string_equal(claims_of(root, "linked/latest-run"), "wandb: files/config.yaml\n");
}

static void a_directory_without_a_log_says_the_id(void **state)
{
    (void)state;
    const char *root = temp_dir();
    static const struct {
        const char *directory, *id;
    } CASES[] = {{"run-20240501_100000-ab-12", "ab-12"}, {"offline-run-20240501_100000-x", "x"},
        {"run-1", NULL}, {"latest-run", NULL}, {"run-20240501_100000-", NULL}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct record record;
        char path[4096];
        snprintf(path, sizeof path, "%s/files/wandb-summary.json", CASES[i].directory);
        temp_text(root, path, "{\"loss\": 0.5}");
        snprintf(path, sizeof path, "%s/%s", root, CASES[i].directory);
        reading_whole(reader_find("wandb"), path, "files/wandb-summary.json", &record);
        assert_non_null(record_metric(&record, "loss"));
        if (CASES[i].id)
            assert_string_equal(record.id, CASES[i].id);
        else
            assert_true(!record.id || !record.id[0]);
        record_done(&record);
    }
}

static void several_logs_in_one_place_are_a_run_each(void **state)
{
    (void)state;
    const char *root = temp_dir();
    struct buf log = new_log();
    wandb_row(&log, 1, 1, "loss", "1", NULL);
    temp_file(root, "run-a.wandb", log.data, log.length);
    temp_file(root, "run-b.wandb", log.data, log.length);
    struct arena arena = {0};
    struct file_list list;
    struct err err;
    assert_true(file_list(root, &arena, &list, &err));
    struct reader_place place = {root, &list, &arena};
    struct reader_claim claim = {0};
    assert_true(reader()->claim(&place, &claim));
    assert_int_equal(claim.count, 2);
    assert_string_equal(claim.sources[0].part, "run-a");
    assert_string_equal(claim.sources[1].part, "run-b");
    arena_done(&arena);
    buf_done(&log);
}

static void what_only_looks_like_a_log_is_refused(void **state)
{
    (void)state;
    const char *root = temp_dir();
    temp_text(root, NAME, "version https://git-lfs.github.com/spec/v1\n");
    struct arena arena = {0};
    struct file_list list;
    struct err err;
    assert_true(file_list(root, &arena, &list, &err));
    struct reader_place place = {root, &list, &arena};
    struct reader_claim claim = {0};
    assert_false(reader()->claim(&place, &claim));
    assert_int_equal(claim.refusal_count, 1);
    assert_string_equal(claim.refusals[0].name, NAME);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_a_log_says_is_read),
        cmocka_unit_test(numbers_are_those_that_json_and_w_and_b_spell),
        cmocka_unit_test(a_row_without_step_follows_the_one_before),
        cmocka_unit_test(a_parameter_that_is_taken_away_becomes_null),
        cmocka_unit_test(how_it_ended_is_what_the_exit_says),
        cmocka_unit_test(records_go_over_the_ends_of_blocks),
        cmocka_unit_test(a_damaged_record_costs_the_rest_of_its_block),
        cmocka_unit_test(damage_at_the_end_is_told_of_once),
        cmocka_unit_test(a_killed_run_gives_what_came_before),
        cmocka_unit_test(what_is_empty_has_no_facts_and_what_is_no_log_says_so),
        cmocka_unit_test(malformed_messages_lose_only_themselves),
        cmocka_unit_test(cuts_growth_and_refusals_are_survived),
        cmocka_unit_test(very_many_names_lose_the_summary_only),
        cmocka_unit_test(the_files_beside_an_empty_log_are_read),
        cmocka_unit_test(run_directories_are_claimed),
        cmocka_unit_test(the_latest_run_is_one_unless_it_is_a_copy),
        cmocka_unit_test(a_directory_without_a_log_says_the_id),
        cmocka_unit_test(several_logs_in_one_place_are_a_run_each),
        cmocka_unit_test(what_only_looks_like_a_log_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
