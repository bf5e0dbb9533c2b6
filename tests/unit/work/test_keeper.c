/*
 * The keeper: the newest text of each path is there when it has ended; what cannot be written is
 * told.
 * Knows: keeper.h, messages. Must not know: what is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "temp.h"
#include "work/keeper.h"
#include "work/message.h"

#include <stdio.h>
#include <string.h>

static void test_the_newest_is_written(void **state)
{
    (void)state;
    struct err err = {0};
    struct queue *answers = queue_new(&err);
    struct keeper *keeper = keeper_new(answers, &err);
    char a[512], b[512], text[32];
    snprintf(a, sizeof a, "%s/new/folder/a", temp_dir());
    snprintf(b, sizeof b, "%s/b", temp_dir());
    assert_non_null(keeper);
    for (int i = 0; i <= 500; i++) {
        snprintf(text, sizeof text, "%d", i);
        keeper_put(keeper, i % 2 ? a : b, text, strlen(text));
    }
    keeper_free(keeper);
    struct buf out;
    buf_init(&out, 100);
    assert_true(file_read(a, &out, &err));
    assert_string_equal(out.data, "499");
    buf_clear(&out);
    assert_true(file_read(b, &out, &err));
    assert_string_equal(out.data, "500");
    buf_done(&out);
    assert_null(queue_take(answers));
    queue_free(answers, message_free);
}

static void test_trouble_is_told(void **state)
{
    (void)state;
    struct err err = {0};
    struct queue *answers = queue_new(&err);
    struct keeper *keeper = keeper_new(answers, &err);
    keeper_put(keeper, "/dev/null/here/x", "text", 4);
    keeper_free(keeper);
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
        cmocka_unit_test(test_the_newest_is_written),
        cmocka_unit_test(test_trouble_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
