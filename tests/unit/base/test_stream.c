/*
 * Streams: lines and bytes wherever the blocks end, skipping, the window's maximum, truncation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/stream.h"
#include "temp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check_line(struct stream *stream, const char *wanted, bool whole)
{
    const char *line;
    size_t length;
    bool complete;
    assert_true(stream_line(stream, &line, &length, &complete));
    assert_int_equal(length, strlen(wanted));
    assert_memory_equal(line, wanted, length);
    assert_int_equal(complete, whole);
}

static void test_lines(void **state)
{
    (void)state;
    static const char TEXT[] = "a\r\n\nbc\n\rd\r\r\nlast\r";
    const char *path = temp_text(temp_dir(), "x", TEXT);
    for (int way = 0; way < 2; way++) {
        struct stream stream;
        const char *line;
        size_t length;
        bool complete;
        if (way)
            assert_true(stream_open_memory(&stream, TEXT, strlen(TEXT), NULL));
        else
            assert_true(stream_open(&stream, path, 0, NULL));
        check_line(&stream, "a", true);
        check_line(&stream, "", true);
        check_line(&stream, "bc", true);
        check_line(&stream, "\rd\r", true);
        check_line(&stream, "last\r", false);
        assert_false(stream_line(&stream, &line, &length, &complete));
        assert_int_equal(stream.offset, strlen(TEXT));
        stream_close(&stream);
        stream_close(&stream);
    }
}

/* Lines whose ends fall on every side of the blocks' ends. */
static void test_lines_across_blocks(void **state)
{
    (void)state;
    size_t length = 3 * (size_t)STREAM_BLOCK_BYTES;
    char *text = malloc(length);
    const char *directory = temp_dir();
    for (size_t step = STREAM_BLOCK_BYTES - 2; step <= STREAM_BLOCK_BYTES + 2; step++) {
        memset(text, 'x', length);
        size_t lines = 0;
        for (size_t at = step - 1; at < length; at += step, lines++)
            text[at] = '\n';
        const char *path = temp_file(directory, "lines", text, length);
        struct stream stream;
        assert_true(stream_open(&stream, path, 0, NULL));
        const char *line;
        size_t got, total = 0, count = 0;
        bool complete;
        while (stream_line(&stream, &line, &got, &complete)) {
            count += complete;
            total += got + complete;
            assert_true(!complete || got == step - 1);
        }
        assert_int_equal(count, lines);
        assert_int_equal(total, length);
        stream_close(&stream);
    }
    free(text);
}

static void test_skipping(void **state)
{
    (void)state;
    size_t length = 4 * (size_t)STREAM_BLOCK_BYTES;
    char *text = malloc(length);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)(i * 7 + i / 251);
    const char *path = temp_file(temp_dir(), "bytes", text, length);
    static const int64_t STEPS[] = {
        0, 1, 4096, STREAM_BLOCK_BYTES - 1, STREAM_BLOCK_BYTES, 2 * STREAM_BLOCK_BYTES + 17, 3};
    struct stream stream;
    assert_true(stream_open(&stream, path, 5, NULL));
    int64_t at = 5;
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        stream_skip(&stream, STEPS[i]);
        at += STEPS[i];
        size_t held = stream_need(&stream, 300);
        if (at >= (int64_t)length) {
            assert_int_equal(held, 0);
            break;
        }
        assert_int_equal(stream.offset, at);
        assert_true(held >= 300 || at + (int64_t)held == (int64_t)length);
        assert_memory_equal(stream_at(&stream), text + at, held < 300 ? held : 300);
    }
    stream_close(&stream);
    free(text);
}

static void test_file_shorter_than_said(void **state)
{
    (void)state;
    const char *path = temp_text(temp_dir(), "x", "0123456789");
    struct stream stream;
    struct err err = {0};
    assert_true(stream_open(&stream, path, 0, &err));
    assert_int_equal(stream_need(&stream, 1 << 30), 10);
    assert_int_equal(stream.capacity, 2 * STREAM_BLOCK_BYTES); /* a claim makes no room */
    stream_close(&stream);
    assert_true(stream_open(&stream, path, 50, &err)); /* behind the end: nothing */
    assert_int_equal(stream_need(&stream, 1), 0);
    stream_close(&stream);
    assert_true(stream_open(&stream, path, 0, &err));
    assert_int_equal(truncate(path, 4), 0);
    assert_int_equal(stream_need(&stream, 10), 4);
    stream_close(&stream);
    assert_false(stream_open(&stream, temp_dir(), 0, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_false(stream_open(&stream, "/nonexistent", 0, &err));
    stream_close(&stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_lines_across_blocks),
        cmocka_unit_test(test_skipping),
        cmocka_unit_test(test_file_shorter_than_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
