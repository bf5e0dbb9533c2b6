/*
 * The JSON reader: grammar, slices, skipping, limits, and every place where the input may be cut.
 */
#include "base/json.h"
#include "base/num.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SIGNS[] = "$!{}[]ks#tfn";

/* One character a token: "{k#}" for {"a":1}; '$' for the end and '!' for bad. */
static void trace(struct json *json, char *out, size_t out_bytes)
{
    size_t n = 0;
    for (;;) {
        enum json_kind kind = json_next(json);
        assert_true(n + 2 < out_bytes);
        out[n++] = SIGNS[kind];
        if (kind == JSON_END || kind == JSON_BAD)
            break;
    }
    out[n] = '\0';
}

static const struct {
    const char *text, *tokens;
} GRAMMAR[] = {
    {"{}", "{}$"},
    {"[]", "[]$"},
    {" [ ] \n", "[]$"},
    {"\xef\xbb\xbf[1]", "[#]$"},
    {"{\"a\":1}", "{k#}$"},
    {"{ \"a\" : [ 1 , -2.5e3 , true , false , null , \"x\" ] }", "{k[##tfns]}$"},
    {"[NaN, Infinity, -Infinity]", "[###]$"},
    {"3", "#$"},
    {"\"\"", "s$"},
    {"\"a\\\"b\\\\\"", "s$"},
    {"[{\"a\":{\"b\":[{}]}},[[]]]", "[{k{k[{}]}}[[]]]$"},
    {"", "!"},
    {"  ", "!"},
    {"[", "[!"},
    {"[1", "[#!"},
    {"[1,", "[#!"},
    {"[1,]", "[#!"},
    {"[,1]", "[!"},
    {"[1 2]", "[#!"},
    {"[1}", "[#!"},
    {"{\"a\" 1}", "{k!"},
    {"{\"a\":}", "{k!"},
    {"{\"a\"}", "{k!"},
    {"{\"a\":1,}", "{k#!"},
    {"{a:1}", "{!"},
    {"{1:1}", "{!"},
    {"{\"a\":1]", "{k#!"},
    {"[\"abc", "[!"},
    {"[\"abc\\", "[!"},
    {"[nul]", "[!"},
    {"[nulll]", "[n!"},
    {"[-]", "[!"},
    {"[-x]", "[!"},
    {"[+1]", "[!"},
    {"[-Inf]", "[!"},
    {"[1e]", "[#!"},
    {"1 2", "#!"},
    {"{} x", "{}!"},
    {"]", "!"},
};

static void test_grammar(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof GRAMMAR / sizeof *GRAMMAR; i++) {
        struct json json;
        char tokens[64];
        json_init_memory(&json, GRAMMAR[i].text, strlen(GRAMMAR[i].text));
        trace(&json, tokens, sizeof tokens);
        assert_string_equal(tokens, GRAMMAR[i].tokens);
    }
}

static void test_values(void **state)
{
    (void)state;
    static const char TEXT[] = "[0.1, -0, 1e-7, 123456789012345678, 9223372036854775807, "
                               "9223372036854775808, 3.0, 2.5, NaN]";
    struct json json;
    int64_t i;
    json_init_memory(&json, TEXT, strlen(TEXT));
    json_next(&json);
    json_next(&json);
    assert_true(json.number == 0.1);
    assert_false(json_int(&json, &i));
    json_next(&json);
    assert_true(json.number == 0 && signbit(json.number));
    json_next(&json);
    assert_true(json.number == 1e-7);
    assert_int_equal(json.length, 4);
    assert_memory_equal(json.text, "1e-7", 4);
    json_next(&json);
    assert_true(json_int(&json, &i) && i == INT64_C(123456789012345678));
    json_next(&json);
    assert_true(json_int(&json, &i) && i == INT64_MAX);
    json_next(&json);
    assert_false(json_int(&json, &i));
    json_next(&json);
    assert_true(json_int(&json, &i) && i == 3);
    json_next(&json);
    assert_false(json_int(&json, &i));
    json_next(&json);
    assert_true(isnan(json.number));
    assert_false(json_int(&json, &i));
    assert_int_equal(json_next(&json), JSON_ARRAY_END);
    assert_int_equal(json_next(&json), JSON_END);
    assert_int_equal(json_next(&json), JSON_END);
}

static const struct {
    const char *raw, *plain;
} ESCAPES[] = {
    {"plain", "plain"},
    {"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
    {"caf\\u00e9 \\u732b", "caf\xc3\xa9 \xe7\x8c\xab"},
    {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
    {"\\uD83D\\uDE00!", "\xf0\x9f\x98\x80!"},
    {"\\ud83d", "\xef\xbf\xbd"},
    {"\\ude00x", "\xef\xbf\xbdx"},
    {"\\ud83d\\u0041", "\xef\xbf\xbd"
                       "A"},
    {"\\u0000", "\xef\xbf\xbd"},
    {"\\u12", "?12"},
    {"\\x", "?"},
    {"\xff", "\xff"},
};

static void test_unescape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ESCAPES / sizeof *ESCAPES; i++) {
        size_t length = strlen(ESCAPES[i].raw);
        char *out = malloc(length); /* exactly what is promised, so that a sanitizer sees more */
        size_t written = json_unescape(ESCAPES[i].raw, length, out);
        assert_int_equal(written, strlen(ESCAPES[i].plain));
        assert_memory_equal(out, ESCAPES[i].plain, written);
        free(out);
    }
    char out[2];
    assert_int_equal(json_unescape("a\0", 2, out), 2);
    assert_memory_equal(out, "a?", 2);
}

static void test_strings_are_compared_and_copied(void **state)
{
    (void)state;
    static const char TEXT[] = "{\"b\\u0062ox\": \"a\\tb\", \"bbox\": \"\"}";
    struct json json;
    struct arena arena;
    struct buf buf;
    arena_init(&arena, 0);
    buf_init(&buf, 8);
    json_init_memory(&json, TEXT, strlen(TEXT));
    json_next(&json);
    assert_int_equal(json_next(&json), JSON_KEY);
    assert_true(json.escaped);
    assert_true(json_is(&json, "bbox"));
    assert_false(json_is(&json, "bbo"));
    assert_int_equal(json_next(&json), JSON_STRING);
    assert_string_equal(json_string(&json, &arena), "a\tb");
    assert_true(json_add_string(&json, &buf));
    assert_true(json_add_string(&json, &buf));
    assert_false(json_add_string(&json, &buf)); /* the buffer's maximum */
    assert_string_equal(buf.data, "a\tba\tb");
    assert_int_equal(json_next(&json), JSON_KEY);
    assert_true(json_is(&json, "bbox"));
    json_next(&json);
    assert_int_equal(json.length, 0);
    assert_string_equal(json_string(&json, &arena), "");
    arena_done(&arena);
    buf_done(&buf);
}

static void test_skip(void **state)
{
    (void)state;
    static const char TEXT[] =
        "{\"a\": [1, {\"]\": \"}\\\"]\"}, [[2], []]], \"b\": \"x\", \"c\": 7, "
        "\"d\": {\"e\": 1, \"f\": [2]}, \"g\": true}";
    struct json json;
    json_init_memory(&json, TEXT, strlen(TEXT));
    json_next(&json);
    int keys = 0;
    while (json_next(&json) == JSON_KEY) {
        keys++;
        if (json_is(&json, "d")) {
            json_next(&json);
            json_next(&json);
            json_next(&json);
            assert_true(
                json.number == 1); /* the skip below skips nothing: a scalar is taken already */
            assert_true(json_skip(&json));
            assert_int_equal(json_next(&json), JSON_KEY);
            assert_int_equal(json_next(&json), JSON_ARRAY);
            assert_true(json_skip(&json));
            assert_int_equal(json_next(&json), JSON_OBJECT_END);
        } else {
            assert_true(json_skip(&json));
        }
    }
    assert_int_equal(keys, 5);
    assert_int_equal(json.kind, JSON_OBJECT_END);
    assert_int_equal(json_next(&json), JSON_END);
}

static void test_numbers(void **state)
{
    (void)state;
    static const char TEXT[] = "[[1, 2.5, -3, 4, 5], [], [1, null], [1, [2], \"x\"], [6]]";
    struct json json;
    double out[4] = {0};
    json_init_memory(&json, TEXT, strlen(TEXT));
    json_next(&json);
    json_next(&json);
    assert_int_equal(json_numbers(&json, out, 4), 5);
    assert_true(out[0] == 1 && out[1] == 2.5 && out[2] == -3 && out[3] == 4);
    json_next(&json);
    assert_int_equal(json_numbers(&json, out, 4), 0);
    json_next(&json);
    assert_true(json_numbers(&json, out, 4) == JSON_NOT_NUMBERS);
    json_next(&json);
    assert_true(json_numbers(&json, out, 4) == JSON_NOT_NUMBERS);
    assert_int_equal(json.kind, JSON_ARRAY_END);
    json_next(&json);
    assert_int_equal(json_numbers(&json, out, 4), 1);
    assert_int_equal(json_next(&json), JSON_ARRAY_END);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* A list of up to seven of COUNT items, of which the first NUMBERS are that, or a long one of
 * numbers alone. Blanks stand here and there. */
static size_t write_list(
    char *out, const char *const *items, size_t count, size_t numbers, uint64_t *seed)
{
    char *at = out;
    bool is_long = next_random(seed) % 256 == 0;
    *at++ = '[';
    for (size_t i = 0, n = is_long ? 3000 : next_random(seed) % 8; i < n; i++) {
        size_t item = next_random(seed) % (is_long || next_random(seed) % 8 ? numbers : count);
        at += snprintf(
            at, 24, "%s%s%s", i ? "," : "", next_random(seed) % 4 ? "" : " \n", items[item]);
    }
    *at++ = ']';
    return (size_t)(at - out);
}

/* Law: numbers read as a list are those read token by token, wherever the window's blocks end and
 * whatever else stands among them. */
static void test_numbers_as_tokens(void **state)
{
    (void)state;
    static const char *const ITEMS[] = {
        "1", "-0.5", "123.25", "1e3", "99999999", "0.1234567890123", "NaN", "null", "[2]", "\"3\""};
    enum { ITEM_COUNT = sizeof ITEMS / sizeof *ITEMS, NUMBERS = 6 };
    enum { LISTS = 20000, MOST = 3000 };
    char *text = malloc(LISTS * 400);
    size_t length = 0;
    uint64_t seed = 5;
    text[length++] = '[';
    for (int i = 0; i < LISTS; i++) {
        length += write_list(text + length, ITEMS, ITEM_COUNT, NUMBERS, &seed);
        text[length++] = i + 1 < LISTS ? ',' : ']';
    }
    const char *path = temp_file(temp_dir(), "numbers.json", text, length);
    struct stream one_stream, other_stream;
    struct json one, other;
    assert_true(
        stream_open(&one_stream, path, 0, NULL) && stream_open(&other_stream, path, 0, NULL));
    json_init_stream(&one, &one_stream);
    json_init_stream(&other, &other_stream);
    assert_int_equal(json_next(&one), json_next(&other));
    while (json_next(&one) == JSON_ARRAY) {
        static double listed[MOST], alone[MOST];
        assert_int_equal(json_next(&other), JSON_ARRAY);
        size_t count = json_numbers(&one, listed, MOST), n = 0;
        bool others = false;
        while (json_next(&other) != JSON_ARRAY_END) {
            assert_int_not_equal(other.kind, JSON_BAD);
            if (other.kind == JSON_NUMBER && n < MOST)
                alone[n] = other.number;
            others |= other.kind != JSON_NUMBER;
            json_skip(&other);
            n++;
        }
        assert_int_equal(count, others ? JSON_NOT_NUMBERS : n);
        assert_int_equal(one.kind, JSON_ARRAY_END);
        assert_int_equal(json_offset(&one), json_offset(&other));
        for (size_t i = 0; !others && i < n && i < MOST; i++)
            assert_memory_equal(&listed[i], &alone[i], sizeof *alone);
    }
    assert_int_equal(json_next(&one), JSON_END);
    stream_close(&one_stream);
    stream_close(&other_stream);
    free(text);
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    enum { TOO_DEEP = JSON_MAX_DEPTH + 1 };
    char text[2 * TOO_DEEP];
    for (int depth = JSON_MAX_DEPTH; depth <= TOO_DEEP; depth++)
        for (int skipping = 0; skipping < 2; skipping++) {
            memset(text, '[', (size_t)depth);
            memset(text + depth, ']', (size_t)depth);
            struct json json;
            json_init_memory(&json, text, 2 * (size_t)depth);
            if (skipping) {
                json_next(&json);
                assert_int_equal(json_skip(&json), depth == JSON_MAX_DEPTH);
            }
            while (json_next(&json) != JSON_END && json.kind != JSON_BAD)
                ;
            assert_int_equal(json.kind, depth == JSON_MAX_DEPTH ? JSON_END : JSON_BAD);
        }
}

static void test_errors_name_the_place(void **state)
{
    (void)state;
    struct json json;
    struct err err = {0};
    json_init_memory(&json, "[1,  x]", 7);
    while (json_next(&json) != JSON_BAD)
        ;
    assert_false(json_error(&json, "a list", &err));
    assert_int_equal(err.code, ERR_FORMAT);
    assert_int_equal(err.place, ERR_AT_BYTE);
    assert_int_equal(err.at, 5);
    assert_true(strlen(err.text) > 0);
    json_init_memory(&json, "{}", 2);
    json_next(&json);
    err = (struct err){0};
    assert_false(json_error(&json, "a list of detections", &err));
    assert_string_equal(err.text, "does not hold a list of detections: name a file that does");
}

/* A document that uses everything, with blanks and escapes where a cut is nasty. */
static const char SAMPLE[] =
    "\xef\xbb\xbf{ \"images\" : [ {\"id\":12345,\"file_name\":\"caf\\u00e9 \\\"x\\\\.jpg\"}"
    " , -1.25e-3 , NaN, -Infinity , true,false , null ] ,\"k\\ney\": { } }\n";

static void test_every_prefix_is_refused(void **state)
{
    (void)state;
    size_t whole = strlen(SAMPLE) - 1;
    for (size_t length = 0; length < whole; length++) {
        char *copy =
            malloc(length ? length : 1); /* exact, so that a sanitizer sees a byte too far */
        memcpy(copy, SAMPLE, length);
        struct json json;
        char tokens[64];
        json_init_memory(&json, copy, length);
        trace(&json, tokens, sizeof tokens);
        assert_int_equal(json.kind, JSON_BAD);
        assert_true(json_offset(&json) <= (int64_t)length);
        json_init_memory(&json, copy, length);
        json_next(&json);
        assert_false(json_skip(&json));
        free(copy);
    }
    struct json json;
    char tokens[64];
    json_init_memory(&json, SAMPLE, strlen(SAMPLE));
    trace(&json, tokens, sizeof tokens);
    assert_string_equal(tokens, "{k[{k#ks}###tfn]k{}}$");
}

/* The same tokens from a file as from memory, wherever the window's blocks end. */
static void test_tokens_across_blocks(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    size_t around = STREAM_BLOCK_BYTES, most = 3 * around;
    char *text = malloc(most);
    for (size_t before = around - 100; before < around + 5; before++) {
        text[0] = '[';
        memset(text + 1, ' ', before);
        memcpy(text + 1 + before, SAMPLE + 3, strlen(SAMPLE + 3));
        size_t length = 1 + before + strlen(SAMPLE + 3);
        text[length++] = ']';
        const char *path = temp_file(directory, "big.json", text, length);
        for (int skipping = 0; skipping < 2; skipping++) {
            struct stream stream;
            struct json json;
            char tokens[64];
            assert_true(stream_open(&stream, path, 0, NULL));
            json_init_stream(&json, &stream);
            if (skipping) {
                assert_int_equal(json_next(&json), JSON_ARRAY);
                assert_true(json_skip(&json));
                assert_int_equal(json_offset(&json), length);
            }
            trace(&json, tokens, sizeof tokens);
            assert_string_equal(tokens, skipping ? "$" : "[{k[{k#ks}###tfn]k{}}]$");
            stream_close(&stream);
        }
    }
    free(text);
}

/* A key's slice must hold although its colon lies in the next block. */
static void test_key_before_a_far_colon(void **state)
{
    (void)state;
    size_t gap = 2 * STREAM_BLOCK_BYTES, length = gap + 20;
    char *text = malloc(length);
    memset(text, ' ', length);
    memcpy(text, "{\"bbox\"", 7);
    memcpy(text + length - 4, ":12}", 4);
    const char *path = temp_file(temp_dir(), "far.json", text, length);
    struct stream stream;
    struct json json;
    assert_true(stream_open(&stream, path, 0, NULL));
    json_init_stream(&json, &stream);
    json_next(&json);
    assert_int_equal(json_next(&json), JSON_KEY);
    assert_true(json_is(&json, "bbox"));
    assert_int_equal(json_next(&json), JSON_NUMBER);
    assert_true(json.number == 12);
    assert_int_equal(json_next(&json), JSON_OBJECT_END);
    stream_close(&stream);
    free(text);
}

static void test_long_string_is_passed_over(void **state)
{
    (void)state;
    size_t big = 8 * (size_t)JSON_MAX_TOKEN_BYTES, length = 0;
    char *text = malloc(big + 64);
    length += (size_t)snprintf(text, 32, "{\"counts\": \"");
    memset(text + length, 'x', big);
    memcpy(text + length + big / 2, "\\\"]}", 4);
    length += big;
    length += (size_t)snprintf(text + length, 32, "\", \"id\": 4}");
    const char *path = temp_file(temp_dir(), "long.json", text, length);
    struct stream stream;
    struct json json;
    assert_true(stream_open(&stream, path, 0, NULL));
    json_init_stream(&json, &stream);
    json_next(&json);
    assert_int_equal(json_next(&json), JSON_KEY);
    assert_int_equal(json_next(&json), JSON_STRING);
    assert_true(json.too_long);
    assert_int_equal(json.length, 0);
    assert_true(stream.capacity <= 4 * (size_t)JSON_MAX_TOKEN_BYTES);
    assert_int_equal(json_next(&json), JSON_KEY);
    assert_true(json_is(&json, "id"));
    assert_int_equal(json_next(&json), JSON_NUMBER);
    assert_true(json.number == 4);
    assert_int_equal(json_next(&json), JSON_OBJECT_END);
    assert_int_equal(json_next(&json), JSON_END);
    stream_close(&stream);
    /* Skipped whole, it is not even held. */
    assert_true(stream_open(&stream, path, 0, NULL));
    json_init_stream(&json, &stream);
    json_next(&json);
    assert_true(json_skip(&json));
    assert_int_equal(json_offset(&json), length);
    assert_true(stream.capacity <= 2 * STREAM_BLOCK_BYTES);
    stream_close(&stream);
    free(text);
}

/* Whatever the bytes, the reader comes to an end, and skipping agrees with reading token by token.
 */
static void test_random_documents(void **state)
{
    (void)state;
    static const char ALPHABET[] = "{}[]\"\\:,1-.eE tnN\"au";
    uint64_t seed = 12345;
    int good = 0;
    for (int round = 0; round < 200000; round++) {
        char text[12];
        size_t length = 0;
        do {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            text[length++] = ALPHABET[(seed >> 33) % (sizeof ALPHABET - 1)];
        } while (length < sizeof text && (seed >> 60));
        struct json json;
        char tokens[64];
        json_init_memory(&json, text, length);
        trace(&json, tokens, sizeof tokens);
        bool valid = json.kind == JSON_END;
        good += valid;
        json_init_memory(&json, text, length);
        json_next(&json);
        bool skipped = json_skip(&json) && json_next(&json) == JSON_END;
        assert_true(skipped || !valid);
    }
    assert_true(good > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grammar),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_unescape),
        cmocka_unit_test(test_strings_are_compared_and_copied),
        cmocka_unit_test(test_skip),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_as_tokens),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_errors_name_the_place),
        cmocka_unit_test(test_every_prefix_is_refused),
        cmocka_unit_test(test_tokens_across_blocks),
        cmocka_unit_test(test_key_before_a_far_colon),
        cmocka_unit_test(test_long_string_is_passed_over),
        cmocka_unit_test(test_random_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
