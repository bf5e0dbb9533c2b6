/*
 * The scribe: of each file and each setting the newest is there when it has ended; what cannot be
 * written is told.
 * Knows: scribe.h, messages. Must not know: what is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "temp.h"
#include "work/scribe.h"
#include "work/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct queue *answers;

static struct scribe *begin(const struct service_settings *settings)
{
    struct err err = {0};
    answers = queue_new(&err);
    struct scribe *scribe = scribe_new(settings, answers, &err);
    assert_non_null(scribe);
    return scribe;
}

static void assert_file(const char *path, const char *text)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_true(file_read(path, &out, NULL));
    assert_string_equal(out.data, text);
    buf_done(&out);
}

static void test_the_newest_file_is_written(void **state)
{
    (void)state;
    struct service_settings settings = {0};
    struct scribe *scribe = begin(&settings);
    char a[512], b[512], text[32];
    snprintf(a, sizeof a, "%s/new/folder/a", temp_dir());
    snprintf(b, sizeof b, "%s/b", temp_dir());
    for (int i = 0; i <= 500; i++) {
        snprintf(text, sizeof text, "%d", i);
        scribe_order(scribe, errand_file(i % 2 ? a : b, text));
    }
    scribe_free(scribe);
    assert_file(a, "499");
    assert_file(b, "500");
    assert_null(queue_take(answers));
    queue_free(answers, message_free);
}

static void test_members_do_not_overtake_one_another(void **state)
{
    (void)state;
    const char *roots[] = {temp_dir()};
    struct service_settings settings = {.index = {.roots = roots, .root_count = 1}};
    assert_int_equal(setenv("XDG_DATA_HOME", temp_dir(), 1), 0);
    struct scribe *scribe = begin(&settings);
    scribe_order(scribe, errand_settings("session", "{\"open\":\"Metrics\",\"iou\":0.5}"));
    for (int i = 0; i < 50; i++) {
        scribe_order(scribe, errand_settings("curves", i < 49 ? "{\"x\":\"step\"}" : "{\"x\":\"epoch\"}"));
        scribe_order(scribe, errand_settings("session", "{\"open\":null}"));
    }
    scribe_free(scribe);
    struct arena arena = {0};
    struct buf text;
    buf_init(&text, 1 << 20);
    assert_true(settings_read(settings_path(&arena, roots, 1, NULL), &text, NULL));
    assert_string_equal(settings_member(&arena, text.data, "curves"), "{\"x\":\"epoch\"}");
    const char *session = settings_member(&arena, text.data, "session");
    assert_non_null(strstr(session, "\"open\":null"));
    buf_done(&text);
    arena_done(&arena);
    queue_free(answers, message_free);
}

static void test_trouble_is_told(void **state)
{
    (void)state;
    struct service_settings settings = {0};
    struct scribe *scribe = begin(&settings);
    scribe_order(scribe, errand_file("/dev/null/here/x", "text"));
    scribe_free(scribe);
    struct message *message = queue_take(answers);
    assert_non_null(message);
    assert_int_equal(message->kind, MESSAGE_TROUBLE);
    assert_non_null(strstr(message->trouble, "/dev/null"));
    message_free(message);
    queue_free(answers, message_free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_newest_file_is_written),
        cmocka_unit_test(test_members_do_not_overtake_one_another),
        cmocka_unit_test(test_trouble_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
