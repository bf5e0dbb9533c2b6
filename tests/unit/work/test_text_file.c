/*
 * Text files for a pager: what grows, what is large, what is no text, two side by side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "temp.h"
#include "work/text_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct texts *load(const char *a, const char *b)
{
    struct text_want want = {0};
    snprintf(want.paths[0], sizeof want.paths[0], "%s", a);
    snprintf(want.paths[1], sizeof want.paths[1], "%s", b);
    struct texts *texts = texts_load(&want);
    assert_non_null(texts);
    return texts;
}

static void assert_line(const struct text_file *file, size_t i, const char *expected)
{
    size_t length;
    assert_true(i < file->lines.count);
    const char *line = lines_at(&file->lines, i, &length);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(line, expected, length);
}

static void append(const char *path, const char *text)
{
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* What a recorder does: the last line is written over until it has its end. */
static void two_are_followed(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    const char *status = temp_text(directory, "status", "running\n");
    const char *log = temp_text(directory, "log", "one\n10%");
    struct text_want want = {.follow = true};
    snprintf(want.paths[0], sizeof want.paths[0], "%s", status);
    snprintf(want.paths[1], sizeof want.paths[1], "%s", log);
    struct texts *before = texts_load(&want), *after;
    assert_non_null(before);
    assert_int_equal(before->diff.count, 0);
    assert_null(texts_grow(before));
    temp_text(directory, "log", "one\n20% of it\ntwo\n");
    after = texts_grow(before);
    assert_non_null(after);
    assert_line(&after->files[1], 1, "20% of it");
    assert_line(&after->files[1], 2, "two");
    assert_line(&after->files[0], 0, "running");
    texts_release(before);
    temp_text(directory, "status", "finished\n");
    before = texts_grow(after);
    assert_non_null(before);
    assert_line(&before->files[0], 0, "finished");
    assert_line(&before->files[1], 2, "two");
    texts_release(after);
    texts_release(before);
}

static void a_log_grows(void **state)
{
    (void)state;
    const char *path = temp_text(temp_dir(), "log", "one\ntw");
    struct texts *before = load(path, "");
    assert_int_equal(before->files[0].lines.count, 2);
    assert_line(&before->files[0], 1, "tw");
    assert_null(texts_grow(before));
    append(path, "o\nthree\n");
    struct texts *after = texts_grow(before);
    assert_non_null(after);
    assert_int_equal(after->files[0].lines.count, 3);
    assert_line(&after->files[0], 0, "one");
    assert_line(&after->files[0], 1, "two");
    assert_line(&after->files[0], 2, "three");
    texts_release(before);
    FILE *file = fopen(path, "w"); /* begun anew */
    assert_non_null(file);
    fputs("x\n", file);
    fclose(file);
    struct texts *anew = texts_grow(after);
    assert_non_null(anew);
    assert_int_equal(anew->files[0].lines.count, 1);
    assert_int_equal(remove(path), 0);
    struct texts *gone = texts_grow(anew);
    assert_non_null(gone);
    assert_true(gone->files[0].trouble[0]);
    assert_null(texts_grow(gone));
    texts_release(gone);
    texts_release(anew);
    texts_release(after);
}

static void of_a_large_file_the_end_is_kept(void **state)
{
    (void)state;
    enum { LINE = 16, LINES = TEXT_MOST_BYTES / LINE + 10 };
    struct buf text;
    buf_init(&text, (size_t)LINE * LINES);
    for (int i = 0; i < LINES; i++)
        buf_printf(&text, "line %10d\n", i);
    assert_false(text.failed);
    const char *path = temp_file(temp_dir(), "large", text.data, text.length);
    buf_done(&text);
    struct texts *texts = load(path, "");
    assert_int_equal(texts->files[0].skipped_bytes, 10 * LINE);
    assert_int_equal(texts->files[0].lines.count, LINES - 10);
    assert_line(&texts->files[0], 0, "line         10");
    append(path, "line       last\n");
    struct texts *grown = texts_grow(texts);
    assert_non_null(grown);
    assert_int_equal(grown->files[0].skipped_bytes, 11 * LINE);
    assert_line(&grown->files[0], 0, "line         11");
    assert_line(&grown->files[0], LINES - 10 - 1, "line       last");
    texts_release(grown);
    texts_release(texts);
}

static void what_is_no_text_says_so(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct texts *texts = load(temp_file(directory, "bytes", "PK\0\1", 4), "");
    assert_true(texts->files[0].binary);
    assert_int_equal(texts->files[0].lines.count, 0);
    texts_release(texts);
    texts = load(directory, "");
    assert_string_equal(texts->files[0].trouble, "is no regular file");
    texts_release(texts);
    char fifo[512];
    snprintf(fifo, sizeof fifo, "%s/fifo", directory);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    texts = load(fifo, ""); /* returns */
    assert_string_equal(texts->files[0].trouble, "is no regular file");
    texts_release(texts);
    texts = load(temp_text(directory, "empty", ""), "");
    assert_int_equal(texts->files[0].lines.count, 0);
    assert_string_equal(texts->files[0].trouble, "");
    texts_release(texts);
}

static void two_stand_side_by_side(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    const char *a = temp_text(directory, "a", "lr: 1\nbatch: 8\n");
    const char *b = temp_text(directory, "b", "lr: 2\nbatch: 8\nnew\n");
    struct texts *texts = load(a, b);
    assert_int_equal(texts->diff.count, 3);
    assert_int_equal(texts->diff.changes, 2);
    assert_true(texts->diff.rows[1].same);
    struct texts *shared = texts_share(texts);
    texts_release(texts);
    assert_line(&shared->files[1], 2, "new");
    texts_release(shared);
    texts = load(a, directory);
    assert_int_equal(texts->diff.count, 0);
    texts_release(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_grows),
        cmocka_unit_test(two_are_followed),
        cmocka_unit_test(of_a_large_file_the_end_is_kept),
        cmocka_unit_test(what_is_no_text_says_so),
        cmocka_unit_test(two_stand_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
