/* Comet's offline archives, made here: messages of both ages, what is claimed, damage, bombs. */
#include "base/file.h"
#include "readers/comet_messages.h"
#include "readers/zip_file.h"
#include "reading.h"
#include "temp.h"
#include "zip_made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char EXPERIMENT[] =
    "{\"offline_id\": \"abc123\", \"project_name\": \"detectors\", \"workspace\": null,"
    " \"start_time\": 1700000000000, \"stop_time\": 1700000100500, \"tags\": [\"a\", \"b\"],"
    " \"resume_strategy\": \"create\"}";

#define METRIC(context, name, value, step, epoch)                                                  \
    "{\"type\": \"metric_msg\", \"payload\": {\"context\": " context                               \
    ", \"local_timestamp\": 1700000001500, \"metric\": {\"metricName\": \"" name                   \
    "\", \"metricValue\": " value ", \"step\": " step ", \"epoch\": " epoch "}}}\n"

static const char MESSAGES[] = METRIC("\"train\"", "loss", "2.5", "1", "0") METRIC(
    "null", "val/mAP", "0.25", "1", "0") METRIC("\"train\"", "loss", "\"NaN\"", "2",
    "1") METRIC("null", "sys.gpu.0.gpu_utilization", "55", "null", "null") METRIC("\"train\"",
    "loss", "\"-Infinity\"", "3", "1") METRIC("null", "sys.gpu.0.gpu_utilization", "60.5", "null",
    "null") "{\"type\": \"parameter_msg\", \"payload\": {\"param\": {\"paramName\": \"lr\","
            " \"paramValue\": 0.005, \"step\": null, \"source\": \"manual\"}}}\n"
            "{\"payload\": {\"params\": {\"paramValue\": [1, \"x\"], \"paramName\": "
            "\"head_layers\"}},"
            " \"type\": \"parameter_msg\"}\n"
            "{\"type\": \"parameter_msg\", \"payload\": {\"param\": {\"paramName\": \"amp\","
            " \"paramValue\": \"true\"}}}\n"
            "{\"type\": \"log_other\", \"payload\": {\"key\": \"Name\", \"value\": \"faster "
            "\\u00e9\"}}\n"
            "{\"type\": \"log_other\", \"payload\": {\"key\": \"dataset\", \"value\": \"v2\"}}\n"
            "{\"type\": \"system_info\", \"payload\": {\"key\": \"cpu\", \"value\": \"many\"}}\n"
            "{\"type\": \"git_metadata\", \"payload\": {\"git_metadata\": {\"user\": \"someone\","
            " \"branch\": \"refs/heads/main\", \"parent\": \"c0ffee\", \"status\": null}}}\n"
            "{\"type\": \"ws_msg\", \"payload\": {\"metric\": null, \"param\": null, \"params\": "
            "null,"
            " \"log_other\": null, \"stdout\": \"...\"}}\n"
            "{\"type\": \"standard_output\", \"payload\": {\"output\": \"Epoch 1\\n\"}}\n"
            "{\"type\": \"file_upload\", \"payload\": {\"file_path\": \"tmp0\", \"upload_type\":"
            " \"visualization\", \"additional_params\": {\"fileName\": \"a.png\", \"step\": 3},"
            " \"metadata\": \"{}\"}}\n"
            "{\"type\": \"file_upload\", \"payload\": {\"file_path\": \"tmp1\", \"upload_type\":"
            " \"asset\", \"additional_params\": null}}\n"
            "{\"type\": \"ws_msg\", \"payload\": {\"log_other\": {\"key\": \"host\", \"val\": "
            "\"gpu1\"},"
            " \"param\": {\"paramName\": \"seed\", \"paramValue\": 7}, \"local_timestamp\": "
            "1700000002500,"
            " \"metric\": {\"metricName\": \"val/mAP\", \"metricValue\": 0.5, \"step\": 3}}}";

static const char FACTS[] =
    "param project = text detectors\nparam tags = text [\"a\",\"b\"]\nparam lr = number 0.005\n"
    "param head_layers = text [1,\"x\"]\nparam amp = bool true\nparam other.dataset = text v2\n"
    "param git.commit = text c0ffee\nparam git.branch = text main\nparam seed = number 7\n"
    "param other.host = text gpu1\n"
    "picture a.zip#tmp0 step 3\n"
    "metric train_loss: 1=2.5@1700000001.5 2=NaN@1700000001.5 3=-Infinity@1700000001.5\n"
    "metric epoch: 1=0@1700000001.5 2=1@1700000001.5 3=1@1700000001.5\n"
    "metric val/mAP: 1=0.25@1700000001.5 3=0.5@1700000002.5\n"
    "metric system/gpu.0.gpu_utilization: 0=55@1700000001.5 1=60.5@1700000001.5\n"
    "title faster \xc3\xa9\nid abc123\nstatus finished 1700000000 1700000100.5\n";

static const char *const FILES[] = {"tmp1", "an asset", "messages.json", MESSAGES,
    "experiment.json", EXPERIMENT, "tmp0", "a picture", NULL};

static unsigned char zip[1 << 20];

static const struct reader *reader(void)
{
    return reader_find("comet");
}

/* The facts of an archive of FILES. */
static const char *text_of(const char *const *files)
{
    size_t length = zip_made(zip, sizeof zip, files);
    return reading_text(reader(), "a.zip", zip, length);
}

/* The facts of messages that come in pieces of CHUNK bytes. */
static const char *messages_text(const char *text, size_t chunk)
{
    struct record record;
    struct err err = {0};
    record_init(&record);
    struct sink sink = record_sink(&record);
    struct comet_messages messages;
    comet_messages_init(&messages, &sink, "a.zip");
    for (size_t at = 0, length = strlen(text); at < length; at += chunk)
        assert_true(
            comet_messages_take(&messages, text + at, chunk < length - at ? chunk : length - at));
    assert_true(comet_messages_end(&messages, &err));
    comet_messages_done(&messages);
    const char *printed = record_text(&record);
    record_done(&record);
    return printed;
}

static void an_archive_is_read(void **state)
{
    (void)state;
    /* Which of the two comes first is up to the archive. */
    const char *facts = text_of(FILES);
    assert_int_equal(strlen(facts), strlen(FACTS));
    assert_string_equal(strstr(facts, "picture "), strstr(FACTS, "picture "));
    static const char *const ORDERED[] = {
        "experiment.json", EXPERIMENT, "messages.json", MESSAGES, NULL};
    assert_string_equal(text_of(ORDERED), FACTS);
}

static void pieces_do_not_matter(void **state)
{
    (void)state;
    static char whole[8192];
    snprintf(whole, sizeof whole, "%s", messages_text(MESSAGES, sizeof MESSAGES));
    assert_non_null(strstr(whole, "3=0.5@1700000002.5"));
    for (size_t chunk = 1; chunk < 300; chunk += 13)
        assert_string_equal(messages_text(MESSAGES, chunk), whole);
}

static void without_a_stop_the_end_is_unknown(void **state)
{
    (void)state;
    static const char *const RUNNING[] = {"experiment.json",
        "{\"start_time\": 1700000000000, \"stop_time\": null}", "messages.json", "", NULL};
    static const char *const NOTHING[] = {"experiment.json", "[]", "messages.json", "\n\n", NULL};
    assert_string_equal(text_of(RUNNING), "status unknown 1700000000 NaN\n");
    assert_string_equal(
        text_of(NOTHING), "note a.zip line 0 byte -1 x1 experiment.json is not a JSON object\n");
}

static void damaged_messages_are_skipped(void **state)
{
    (void)state;
    assert_string_equal(
        messages_text("{\"type\": \n" METRIC("null", "a", "1", "0",
                          "null") "text\n[]\n{}\n{\"payload\": null}\n{\"payload\": {\"metric\": "
                                  "\n" METRIC("null", "a", "\"text\"", "1", "null") METRIC("null",
                                      "", "1", "1", "null") METRIC("null", "a", "2", "1.5", "null"),
            1000),
        "metric a: 0=1@1700000001.5 0=2@1700000001.5\n"
        "note a.zip line 1 byte -1 x4 damaged message in messages.json, skipped\n"
        "note a.zip line 0 byte -1 x2 metric or parameter without a name or a number, left out\n");
}

static void a_line_without_end_is_left_out(void **state)
{
    (void)state;
    size_t length = COMET_LINE_BYTES + 100;
    char *text = malloc(length + 200);
    assert_non_null(text);
    memset(text, ' ', length);
    memcpy(text + length, "\n" METRIC("null", "a", "1", "0", "null"),
        sizeof "\n" METRIC("null", "a", "1", "0", "null"));
    assert_string_equal(messages_text(text, 100000),
        "metric a: 0=1@1700000001.5\n"
        "note a.zip line 0 byte -1 x1 message that is too long, left out\n");
    free(text);
}

/* ---- archives ---- */

static const char *claim_on(const char *directory)
{
    static char text[4096];
    struct buf out;
    buf_init(&out, sizeof text - 1);
    reading_claim(reader(), directory, &out);
    snprintf(text, sizeof text, "%s", out.data ? out.data : "");
    buf_done(&out);
    return text;
}

static void each_archive_is_a_run(void **state)
{
    (void)state;
    static const char *const OTHER[] = {"experiment.json", "{}", "images/messages.json", "", NULL};
    const char *directory = temp_dir();
    char hidden[4096];
    size_t length = zip_made(zip, sizeof zip, FILES);
    temp_file(directory, "a.zip", zip, length);
    temp_file(directory, ".cometml-runs/b.ZIP", zip, length);
    temp_file(directory, ".cometml-runs/cut.zip", zip, length - 1);
    length = zip_made(zip, sizeof zip, OTHER);
    temp_file(directory, "dataset.zip", zip, length);
    temp_text(directory, "c.zip/readme", "");
    temp_text(directory, "d.zip", "");
    assert_string_equal(claim_on(directory), "a.zip is a.zip\n");
    snprintf(hidden, sizeof hidden, "%s/.cometml-runs", directory);
    assert_string_equal(claim_on(hidden),
        "b.ZIP is b.ZIP\n"
        "refused cut.zip: not a whole ZIP archive with experiment.json and messages.json\n");
    assert_string_equal(reader()->hidden_directory, ".cometml-runs");
}

static void a_cut_archive_is_no_archive(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    size_t length = zip_made(zip, sizeof zip, FILES);
    for (size_t cut = 0; cut < length; cut++) {
        struct record record;
        struct err err = {0};
        temp_file(directory, "a.zip", zip, cut);
        assert_string_equal(claim_on(directory), "");
        assert_false(reading_part(reader(), directory, "a.zip", "a.zip", &record, &err));
        assert_int_equal(err.code, ERR_FORMAT);
        assert_string_equal(record_text(&record), "");
        record_done(&record);
    }
}

static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    size_t length = zip_made(zip, sizeof zip, FILES);
    for (size_t at = 0; at < length; at++) {
        struct record record;
        struct err err = {0};
        zip[at] ^= 0x41;
        temp_file(directory, "a.zip", zip, length);
        claim_on(directory);
        reading_part(reader(), directory, "a.zip", "a.zip", &record, &err);
        record_done(&record);
        zip[at] ^= 0x41;
    }
}

static void a_bomb_is_cut_short(void **state)
{
    (void)state;
    static const char *const NOTHING[] = {"experiment.json", "{}", NULL};
    const char *directory = temp_dir();
    const void *piece;
    size_t length = zip_made_of_blanks(zip, sizeof zip, NOTHING, "messages.json", 10 << 20);
    struct zip_file file;
    struct err err = {0};
    assert_true(zip_open(&file, temp_file(directory, "a.zip", zip, length), &err));
    assert_true(file.bytes_left == ZIP_MOST_BYTES);
    file.bytes_left = 5 << 20;
    assert_string_equal(zip_next(&file, &err), "experiment.json");
    assert_string_equal(zip_next(&file, &err), "messages.json");
    size_t pieces = 0;
    while (zip_piece(&file, &piece, &length, &err))
        pieces += length;
    assert_true(pieces <= 5 << 20);
    assert_int_equal(err.code, ERR_LIMIT);
    assert_string_equal(err.text, "holds more than 512 MiB: the rest is left out");
    zip_close(&file);
}

static void a_sink_that_refuses_ends_it(void **state)
{
    (void)state;
    size_t length = zip_made(zip, sizeof zip, FILES);
    reading_survives_refusals(reader(), "a.zip", zip, length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_archive_is_read),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(without_a_stop_the_end_is_unknown),
        cmocka_unit_test(damaged_messages_are_skipped),
        cmocka_unit_test(a_line_without_end_is_left_out),
        cmocka_unit_test(each_archive_is_a_run),
        cmocka_unit_test(a_cut_archive_is_no_archive),
        cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(a_bomb_is_cut_short),
        cmocka_unit_test(a_sink_that_refuses_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
