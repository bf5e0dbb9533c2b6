/*
 * When the system refuses: a disk that fills up at every place, a second writer, an interrupt.
 * Knows: store.h, limits of the process. Must not know: SQLite.
 */
#include "scene.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OLD_POINTS = 5000, NEW_POINTS = 60000 };

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Replaces the points by NEW_POINTS of seed 2; false, with an error said, when the disk is full. */
static bool replace(const char *path, int64_t run)
{
    struct err err = {0};
    struct store *store = store_open(path, STORE_READ_WRITE, &err);
    struct store_source source = scene_source_of("f", NULL);
    bool ok = store && store_begin(store, &err);
    bool open = ok && store_source_begin(store, run, &source, true, &err);
    if (open) {
        struct sink sink = store_sink(store);
        int handle = sink.metric(sink.self, "m", 1);
        for (int64_t i = 0; i < NEW_POINTS; i++) {
            struct point point = scene_point(2, i);
            if (!sink.points(sink.self, handle, &point, 1))
                break;
        }
    }
    ok = open && store_source_end(store, 0, NULL, &err) && store_commit(store, &err);
    if (!ok) {
        assert_true(err.code == ERR_IO || err.code == ERR_FORMAT);
        assert_true(err.text[0] != '\0');
    }
    store_close(store);
    return ok;
}

static void test_a_full_disk_loses_nothing(void **state)
{
    (void)state;
    const char *path = scene_path();
    struct err err = {0};
    struct store *store = scene_open(path);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    MUST(store_commit(store, &err), &err);
    struct store_source source = scene_source_of("f", NULL);
    scene_source(store, run, &source, "m", 1, OLD_POINTS);
    store_close(store);
    signal(SIGXFSZ, SIG_IGN);
    int failures = 0, successes = 0;
    for (rlim_t limit = 0; !successes; limit += 37000) {
        limit_files(limit);
        bool ok = replace(path, run);
        limit_files(RLIM_INFINITY);
        failures += !ok;
        successes += ok;
        store = scene_open(path);
        MUST(store_check(store, &err), &err);
        scene_expect(store, run, "m", ok ? 2 : 1, ok ? NEW_POINTS : OLD_POINTS);
        store_close(store);
    }
    assert_true(failures > 5);
}

/* Also when a source was written completely; and an interrupt meets only what is running. */
static void test_a_rolled_back_batch_is_gone(void **state)
{
    (void)state;
    const char *path = scene_path();
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    struct store *store = scene_open(path);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    struct store_source source = scene_source_of("f", NULL);
    MUST(store_source_begin(store, run, &source, true, &err), &err);
    scene_add(store, "m", 1, 0, 50000);
    store_interrupt(store); /* nothing is running: no effect on what follows */
    MUST(store_source_end(store, 0, NULL, &err), &err);
    store_rollback(store);
    assert_false(store_source_begin(store, run, &source, true, &err));
    assert_int_equal(err.code, ERR_USAGE);
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 0);
    arena_done(&arena);
    store_close(store);
}

struct nagger {
    struct store *store;
    atomic_bool done;
};

static void *nag(void *self)
{
    struct nagger *nagger = self;
    while (!atomic_load(&nagger->done))
        store_interrupt(nagger->store);
    return NULL;
}

static void test_a_second_writer_waits_and_can_be_stopped(void **state)
{
    (void)state;
    const char *path = scene_path();
    struct err err = {0};
    struct store *first = scene_open(path), *second = scene_open(path);
    struct nagger nagger = {.store = second};
    pthread_t thread;
    MUST(store_begin(first, &err), &err);
    assert_int_equal(pthread_create(&thread, NULL, nag, &nagger), 0);
    assert_false(store_begin(second, &err));
    atomic_store(&nagger.done, true);
    pthread_join(thread, NULL);
    assert_int_equal(err.code, ERR_CANCELLED);
    scene_run(first, "a");
    MUST(store_commit(first, &err), &err);
    MUST(store_begin(second, &err), &err);
    assert_true(scene_run(second, "b") > 1);
    MUST(store_commit(second, &err), &err);
    store_close(first);
    store_close(second);
}

static void test_two_processes_write_in_turn(void **state)
{
    (void)state;
    enum { WRITERS = 3, EACH = 20 };
    const char *path = scene_path();
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    pid_t children[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        children[w] = fork();
        if (children[w] == 0) { /* also races for making the schema */
            struct store *store = store_open(path, STORE_READ_WRITE, &err);
            bool ok = store != NULL;
            for (int i = 0; ok && i < EACH; i++) {
                char name[32];
                snprintf(name, sizeof name, "/d/%d-%d", w, i);
                struct store_place place = {"/d", name + 3, name, "csv", 0, 0};
                ok = store_begin(store, &err) && store_put_run(store, &place, &err) > 0 &&
                     store_commit(store, &err);
            }
            if (!ok)
                print_error("writer: %s\n", err.text);
            store_close(store);
            _exit(!ok);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int status;
        assert_int_equal(waitpid(children[w], &status, 0), children[w]);
        assert_int_equal(status, 0);
    }
    struct store *store = scene_open(path);
    MUST(store_check(store, &err), &err);
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, WRITERS * EACH);
    arena_done(&arena);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_disk_loses_nothing),
        cmocka_unit_test(test_a_rolled_back_batch_is_gone),
        cmocka_unit_test(test_a_second_writer_waits_and_can_be_stopped),
        cmocka_unit_test(test_two_processes_write_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
