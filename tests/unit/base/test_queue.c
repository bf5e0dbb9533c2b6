/*
 * The queue: order, its descriptor, and posts from several threads at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/queue.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

enum { POSTERS = 4, POSTS = 5000 };

static bool is_readable(const struct queue *queue)
{
    struct pollfd fd = {.fd = queue_fd(queue), .events = POLLIN};
    return poll(&fd, 1, 0) == 1;
}

static void test_order_and_descriptor(void **state)
{
    (void)state;
    static int items[100];
    struct err err = {0};
    struct queue *queue = queue_new(&err);
    assert_non_null(queue);
    assert_false(is_readable(queue));
    assert_null(queue_take(queue));
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 100; i++)
            assert_true(queue_post(queue, &items[i]));
        assert_true(is_readable(queue));
        for (int i = 0; i < 100; i++) {
            assert_true(is_readable(queue));
            assert_true(queue_take(queue) == &items[i]);
        }
        assert_null(queue_take(queue));
        assert_false(is_readable(queue));
    }
    queue_free(queue, NULL);
    queue_free(NULL, NULL);
}

static void test_leftovers_are_dropped(void **state)
{
    (void)state;
    struct queue *queue = queue_new(NULL);
    for (int i = 0; i < 20; i++)
        assert_true(queue_post(queue, malloc(8)));
    free(queue_take(queue));
    queue_free(queue, free); /* what it misses, the leak checker sees */
}

struct poster {
    struct queue *queue;
    int numbers[POSTS];
};

static void *post_all(void *self)
{
    struct poster *poster = self;
    for (int i = 0; i < POSTS; i++) {
        poster->numbers[i] = i;
        if (!queue_post(poster->queue, &poster->numbers[i]))
            abort();
    }
    return NULL;
}

/* Each thread's items arrive all, and in that thread's order. */
static void test_many_posters(void **state)
{
    (void)state;
    struct queue *queue = queue_new(NULL);
    struct poster *posters = calloc(POSTERS, sizeof *posters);
    pthread_t threads[POSTERS];
    for (int i = 0; i < POSTERS; i++) {
        posters[i].queue = queue;
        assert_int_equal(pthread_create(&threads[i], NULL, post_all, &posters[i]), 0);
    }
    int next[POSTERS] = {0}, taken = 0;
    while (taken < POSTERS * POSTS) {
        struct pollfd fd = {.fd = queue_fd(queue), .events = POLLIN};
        assert_int_equal(poll(&fd, 1, -1), 1);
        for (int *item; (item = queue_take(queue)); taken++) {
            int poster = 0;
            while (item < posters[poster].numbers || item >= posters[poster].numbers + POSTS)
                poster++;
            assert_int_equal(*item, next[poster]++);
        }
    }
    for (int i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    assert_false(is_readable(queue));
    free(posters);
    queue_free(queue, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_descriptor),
        cmocka_unit_test(test_leftovers_are_dropped),
        cmocka_unit_test(test_many_posters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
