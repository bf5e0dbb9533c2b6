/*
 * The JSON writer: layout, escapes, and that what it writes is read back as it was.
 */
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

static void write_sample(struct json_writer *writer)
{
    json_writer_object(writer);
    json_writer_key(writer, "runs");
    json_writer_array(writer);
    json_writer_string(writer, "a");
    json_writer_object(writer);
    json_writer_object_end(writer);
    json_writer_array(writer);
    json_writer_array_end(writer);
    json_writer_int(writer, INT64_MIN);
    json_writer_array_end(writer);
    json_writer_key(writer, "lr");
    json_writer_number(writer, 0.005);
    json_writer_key(writer, "ok");
    json_writer_bool(writer, true);
    json_writer_key(writer, "no");
    json_writer_string(writer, NULL);
    json_writer_object_end(writer);
}

static void test_layouts(void **state)
{
    (void)state;
    struct buf buf;
    struct json_writer writer;
    buf_init(&buf, 4096);
    json_writer_init(&writer, &buf, false);
    write_sample(&writer);
    assert_string_equal(buf.data,
        "{\"runs\":[\"a\",{},[],-9223372036854775808],\"lr\":0.005,\"ok\":true,\"no\":null}");
    buf_clear(&buf);
    json_writer_init(&writer, &buf, true);
    write_sample(&writer);
    assert_string_equal(buf.data,
        "{\n  \"runs\": [\n    \"a\",\n    {},\n    [],\n    "
        "-9223372036854775808\n  ],\n  \"lr\": 0.005,\n  \"ok\": true,\n  "
        "\"no\": null\n}");
    assert_false(buf.failed);
    buf_done(&buf);
}

static void test_lines(void **state)
{
    (void)state;
    struct buf buf;
    struct json_writer writer;
    buf_init(&buf, 4096);
    json_writer_init(&writer, &buf, false);
    for (int i = 0; i < 2; i++) {
        json_writer_array(&writer);
        json_writer_int(&writer, i);
        json_writer_array_end(&writer);
        buf_add_char(&buf, '\n');
    }
    assert_string_equal(buf.data, "[0]\n[1]\n");
    buf_done(&buf);
}

static const struct {
    const char *text, *json;
} STRINGS[] = {
    {"", "\"\""},
    {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
    {"\b\f\n\r\t\x01\x1b[31m", "\"\\b\\f\\n\\r\\t\\u0001\\u001b[31m\""},
    {"\x7f", "\"\\u007f\""},
    {"\xc2\x9b"
     "2J",
        "\"\\u009b2J\""},
    {"a\xe2\x80\xae"
     "b",
        "\"a\\u202eb\""},
    {"\xe2\x80\xa8", "\"\\u2028\""},
    {"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""},
    {"caf\xc3\xa9 \xe7\x8c\xab \xf0\x9f\x98\x80", "\"caf\xc3\xa9 \xe7\x8c\xab \xf0\x9f\x98\x80\""},
    {"x\xff\xc3y", "\"x\xef\xbf\xbd\xef\xbf\xbdy\""},
};

static void test_strings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof STRINGS / sizeof *STRINGS; i++) {
        struct buf buf;
        struct json_writer writer;
        buf_init(&buf, 4096);
        json_writer_init(&writer, &buf, false);
        json_writer_string(&writer, STRINGS[i].text);
        assert_string_equal(buf.data, STRINGS[i].json);
        buf_done(&buf);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *json;
    } NUMBERS[] = {{0.1, "0.1"}, {NAN, "\"NaN\""}, {INFINITY, "\"Infinity\""},
        {-INFINITY, "\"-Infinity\""}, {1e300, "1e+300"}, {3, "3"}};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        struct buf buf;
        struct json_writer writer;
        buf_init(&buf, 4096);
        json_writer_init(&writer, &buf, false);
        json_writer_number(&writer, NUMBERS[i].value);
        assert_string_equal(buf.data, NUMBERS[i].json);
        buf_done(&buf);
    }
}

static void test_full_buffer_is_said(void **state)
{
    (void)state;
    struct buf buf;
    struct json_writer writer;
    buf_init(&buf, 16);
    json_writer_init(&writer, &buf, true);
    write_sample(&writer);
    assert_true(buf.failed);
    assert_true(buf.length <= 16);
    buf_done(&buf);
}

/* Law: any bytes come back as they were, but for what is not UTF-8; and the output is harmless. */
static void test_random_bytes_come_back(void **state)
{
    (void)state;
    uint64_t seed = 99;
    for (int round = 0; round < 20000; round++) {
        char text[24], plain[512];
        size_t length = 0;
        while (length < sizeof text) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            int32_t code = (int32_t)(seed >> 40) % ((seed >> 33) % 4 ? 0x250 : 0x110000);
            if (code == 0 || length + 4 > sizeof text)
                break;
            length += text_encode(code, text + length);
        }
        struct buf buf;
        struct json_writer writer;
        struct json json;
        buf_init(&buf, 4096);
        json_writer_init(&writer, &buf, false);
        json_writer_bytes(&writer, text, length);
        for (size_t at = 0; at < buf.length;) {
            int32_t code;
            at += text_decode(buf.data + at, buf.data + buf.length, &code);
            assert_true(code >= 0 && !text_code_is_harmful(code));
        }
        json_init_memory(&json, buf.data, buf.length);
        assert_int_equal(json_next(&json), JSON_STRING);
        size_t back = json_unescape(json.text, json.length, plain);
        bool valid = true;
        for (size_t at = 0; at < length;) {
            int32_t code;
            at += text_decode(text + at, text + length, &code);
            valid = valid && code >= 0;
        }
        if (valid) {
            assert_int_equal(back, length);
            assert_memory_equal(plain, text, length);
        }
        buf_done(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_full_buffer_is_said),
        cmocka_unit_test(test_random_bytes_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
