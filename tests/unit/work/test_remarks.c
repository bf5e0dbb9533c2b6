/*
 * Remarks: tags and notes are kept per run, whatever else stands in the file, whoever else writes.
 * Knows: remarks.h, own.h. Must not know: screens.
 */
#include "scene.h"

#include "base/file.h"
#include "temp.h"
#include "work/remarks.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { WRITERS = 4, EACH = 25 };

static struct arena arena;

static const char *fresh(void)
{
    return arena_printf(&arena, "%s/data/boxtop/notes.json", temp_dir());
}

static const char *read_all(const char *path)
{
    struct buf text;
    struct err err = {0};
    buf_init(&text, 1 << 20);
    assert_true(file_read(path, &text, &err));
    const char *kept = arena_copy(&arena, text.data, text.length);
    buf_done(&text);
    return kept;
}

static void put(const char *path, const char *directory, const char *tags, const char *note)
{
    struct err err = {0};
    assert_true(remarks_write(path, &(struct remark){directory, tags, note}, 1, &err));
    assert_int_equal(err.code, ERR_NONE);
}

static void write_text(const char *path, const char *text)
{
    struct err err = {0};
    assert_true(file_make_dirs(path_parent(&arena, path), &err));
    assert_true(file_write_atomically(path, text, strlen(text), &err));
}

/* Two runs in memory, the second of which absorbed /c. */
static struct run_absorbed absorbed = {.id = 3, .name = "c", .directory = "/c"};
struct made {
    struct runs runs;
    struct run_row rows[2];
};

static void make(struct made *made, const char *path, struct err *err, bool fine)
{
    memset(made, 0, sizeof *made);
    made->rows[0] = (struct run_row){.id = 1, .name = "a", .directory = "/a"};
    made->rows[1] = (struct run_row){.id = 2,
        .name = "b",
        .directory = "/b",
        .absorbed = &absorbed,
        .absorbed_count = 1};
    made->runs.rows = made->rows;
    made->runs.count = 2;
    assert_true(runs_find_columns(&made->runs));
    assert_int_equal(remarks_attach(&made->runs, path, err), fine);
}

static size_t columns_of_kind(const struct runs *runs, enum run_column_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < runs->column_count; i++)
        count += runs->columns[i].kind == kind;
    return count;
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    const char *path = fresh();
    struct made made;
    struct err err = {0};
    put(path, "/a", " keep, paper keep\tKEEP ", NULL);
    put(path, "/a", NULL, "exploded \x1b[31m \"quoted\"");
    make(&made, path, &err, true);
    assert_string_equal(made.rows[0].tags, "keep paper");
    assert_string_equal(made.rows[0].note, "exploded \x1b[31m \"quoted\"");
    assert_null(made.rows[1].tags);
    assert_int_equal(columns_of_kind(&made.runs, RUN_COLUMN_TAGS), 1);
    assert_int_equal(columns_of_kind(&made.runs, RUN_COLUMN_REMARK), 1);
    arena_done(&made.runs.arena);
    put(path, "/a", "", NULL); /* one is taken away, the other stays */
    make(&made, path, &err, true);
    assert_null(made.rows[0].tags);
    assert_non_null(made.rows[0].note);
    assert_int_equal(columns_of_kind(&made.runs, RUN_COLUMN_TAGS), 0);
    arena_done(&made.runs.arena);
    put(path, "/a", NULL, "  "); /* and with the last the run leaves the file */
    assert_null(strstr(read_all(path), "/a"));
}

static void test_an_absorbed_directory_counts(void **state)
{
    (void)state;
    const char *path = fresh();
    struct made made;
    struct err err = {0};
    put(path, "/c", "elsewhere", NULL);
    make(&made, path, &err, true);
    assert_string_equal(made.rows[1].tags, "elsewhere");
    arena_done(&made.runs.arena);
    put(path, "/b", "own", NULL); /* its own is nearer */
    make(&made, path, &err, true);
    assert_string_equal(made.rows[1].tags, "own");
    arena_done(&made.runs.arena);
}

static void test_several_at_once(void **state)
{
    (void)state;
    const char *path = arena_printf(&arena, "%s/several.json", temp_dir());
    struct made made;
    struct err err = {0};
    static const struct remark BOTH[] = {{"/a", "keep", NULL}, {"/b", "keep paper", "later"}};
    assert_true(remarks_write(path, BOTH, 2, &err));
    make(&made, path, &err, true);
    assert_string_equal(made.rows[0].tags, "keep");
    assert_null(made.rows[0].note);
    assert_string_equal(made.rows[1].tags, "keep paper");
    assert_string_equal(made.rows[1].note, "later");
    arena_done(&made.runs.arena);
}

static void test_unknown_members_stay(void **state)
{
    (void)state;
    const char *path = fresh();
    write_text(path, "{\"future\": {\"x\": [1, 2.5, null]}, \"runs\": {\"/z\": {\"stars\": 5},"
                     " \"/a\": {\"stars\": 3, \"tags\": [\"old\"]}}}");
    put(path, "/a", "new", NULL);
    put(path, "/a", "", NULL);
    const char *text = read_all(path);
    assert_non_null(strstr(text, "\"future\""));
    assert_non_null(strstr(text, "2.5"));
    assert_non_null(strstr(text, "\"/z\""));
    assert_non_null(strstr(text, "\"stars\":\t3"));
    assert_null(strstr(text, "old"));
    assert_null(strstr(text, "new"));
}

/* A file that is not whole is never written over: it is put aside, and what comes is kept. */
static void test_a_torn_file_is_put_aside(void **state)
{
    (void)state;
    static const char WHOLE[] = "{\"runs\": {\"/a\": {\"tags\": [\"keep\"], \"note\": \"n\"}}}";
    for (size_t length = 0; length + 1 < sizeof WHOLE - 1; length++) {
        const char *path = fresh();
        char torn[sizeof WHOLE];
        struct err err = {0};
        struct made made;
        memcpy(torn, WHOLE, length);
        torn[length] = '\0';
        write_text(path, torn);
        make(&made, path, &err, false);
        assert_int_equal(err.code, ERR_FORMAT);
        assert_null(made.rows[0].tags);
        arena_done(&made.runs.arena);
        err = (struct err){0};
        assert_true(remarks_write(path, &(struct remark){"/b", "later", NULL}, 1, &err));
        assert_int_equal(err.code, ERR_FORMAT); /* it is said */
        assert_string_equal(read_all(arena_printf(&arena, "%s.damaged", path)), torn);
        make(&made, path, &(struct err){0}, true);
        assert_string_equal(made.rows[1].tags, "later");
        arena_done(&made.runs.arena);
    }
}

static void test_other_shapes_do_no_harm(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"{}", "{\"runs\": []}", "{\"runs\": 1}",
        "{\"runs\": {\"/a\": []}}", "{\"runs\": {\"/a\": {\"tags\": \"x\", \"note\": 3}}}",
        "{\"runs\": {\"/a\": {\"tags\": [1, null, \"\", \" \", {}]}}}",
        "{\"runs\": {\"/a\": {\"note\": \"\"}, \"/a\": {\"note\": \"\"}}}"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        const char *path = fresh();
        struct made made;
        struct err err = {0};
        write_text(path, TEXTS[i]);
        make(&made, path, &err, true);
        assert_null(made.rows[0].tags);
        assert_null(made.rows[0].note);
        arena_done(&made.runs.arena);
        put(path, "/a", "t", "n");
        make(&made, path, &err, true);
        assert_string_equal(made.rows[0].tags, "t");
        arena_done(&made.runs.arena);
    }
}

struct writer {
    const char *path;
    int number;
    bool ok;
};

static void *write_many(void *argument)
{
    struct writer *writer = argument;
    writer->ok = true;
    for (int i = 0; i < EACH; i++) {
        char directory[32];
        struct err err = {0};
        snprintf(directory, sizeof directory, "/w%d/%d", writer->number, i);
        struct remark remark = {directory, "seen", NULL};
        writer->ok &= remarks_write(writer->path, &remark, 1, &err) && !err.code;
    }
    return NULL;
}

/* The last writer wins run by run, so of writers on different runs nobody loses anything. */
static void test_writers_at_once_lose_nothing(void **state)
{
    (void)state;
    const char *path = fresh();
    pthread_t threads[WRITERS];
    struct writer writers[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){path, i, false};
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(writers[i].ok);
    }
    size_t count = 0;
    for (const char *at = read_all(path); (at = strstr(at, "\"seen\"")); at++)
        count++;
    assert_int_equal(count, WRITERS * EACH);
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_an_absorbed_directory_counts),
        cmocka_unit_test(test_several_at_once),
        cmocka_unit_test(test_unknown_members_stay),
        cmocka_unit_test(test_a_torn_file_is_put_aside),
        cmocka_unit_test(test_other_shapes_do_no_harm),
        cmocka_unit_test(test_writers_at_once_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
