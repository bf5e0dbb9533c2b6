/*
 * The header-only logger: what it writes in C and in C++ is what the plain reader reads, from many
 * threads and processes, in any locale, and after a write that did not fit.
 * Knows: boxtop/log.h, the plain reader. Must not know: the recorder.
 */
#include "boxtop/log.h"

#include "comma_locale.h"
#include "log_words.h"
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { HANDS = 8, LINES = 100 };

static const struct reader *plain(void)
{
    return reader_find("plain");
}

static void read_run(const char *directory, const char *name, struct record *record)
{
    reading_whole(plain(), directory, name, record);
}

static void expect_words(const char *directory)
{
    struct record params, metrics, status;
    read_run(directory, "params.jsonl", &params);
    read_run(directory, "metrics.jsonl", &metrics);
    read_run(directory, "status.json", &status);
    assert_string_equal(record_param(&params, "model"), "a \"b\"\\\n\x01\xc3\xa4");
    assert_string_equal(record_param(&params, "optimizer.lr"), "0.005");
    assert_string_equal(record_param(&params, "epochs"), "12"); /* the last one said */
    assert_string_equal(record_param(&params, "amp"), "true");
    const struct record_metric *loss = record_metric(&metrics, "train/loss");
    assert_int_equal(loss->count, 2);
    assert_true(loss->points[0].value == 1.0 / 3 && loss->points[1].value == 0.1);
    assert_int_equal(loss->points[1].step, 2);
    assert_true(fabs(loss->points[0].wall_s - boxtop_log_now_()) < 1000);
    assert_true(isnan(record_metric(&metrics, "AP")->points[0].value));
    assert_true(record_metric(&metrics, "high")->points[0].value == INFINITY);
    assert_true(record_metric(&metrics, "low")->points[0].value == -INFINITY);
    assert_int_equal(status.status, RUN_FINISHED);
    assert_true(status.started_s > 0 && status.ended_s >= status.started_s);
    assert_int_equal(params.note_count + metrics.note_count + status.note_count, 0);
    record_done(&params);
    record_done(&metrics);
    record_done(&status);
}

static void test_reads_back(void **state)
{
    char below[4096];
    (void)state;
    snprintf(below, sizeof below, "%s/a/b c", temp_dir());
    assert_int_equal(log_words(below), 0);
    expect_words(below);
}

static void test_any_locale(void **state)
{
    char below[4096];
    (void)state;
    if (!comma_locale_set())
        skip();
    snprintf(below, sizeof below, "%s/run", temp_dir());
    int failed = log_words(below);
    comma_locale_unset();
    assert_int_equal(failed, 0);
    expect_words(below);
}

/* ---- many hands ---- */

static void log_lines(boxtop_log *log, int hand)
{
    for (int i = 0; i < LINES; i++) {
        char name[32];
        snprintf(name, sizeof name, "hand %d", hand);
        boxtop_log_metric(log, i, name, i / 7.0);
    }
}

struct hand {
    boxtop_log *log;
    int number;
};

static void *log_in_thread(void *self)
{
    struct hand *hand = self;
    log_lines(hand->log, hand->number);
    return NULL;
}

static void expect_hands(const char *directory)
{
    struct record metrics;
    read_run(directory, "metrics.jsonl", &metrics);
    assert_int_equal(metrics.note_count, 0);
    assert_int_equal(metrics.metric_count, HANDS);
    for (size_t m = 0; m < HANDS; m++) {
        assert_int_equal(metrics.metrics[m].count, LINES);
        for (int i = 0; i < LINES; i++) {
            assert_int_equal(metrics.metrics[m].points[i].step, i);
            assert_true(metrics.metrics[m].points[i].value == i / 7.0);
        }
    }
    record_done(&metrics);
}

static void test_threads(void **state)
{
    pthread_t threads[HANDS];
    struct hand hands[HANDS];
    boxtop_log log;
    const char *directory = temp_dir();
    (void)state;
    assert_int_equal(boxtop_log_open(&log, directory), 0);
    for (int i = 0; i < HANDS; i++) {
        hands[i] = (struct hand){&log, i};
        assert_int_equal(pthread_create(&threads[i], NULL, log_in_thread, &hands[i]), 0);
    }
    for (int i = 0; i < HANDS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(boxtop_log_close(&log), 0);
    expect_hands(directory);
}

static void test_processes(void **state)
{
    pid_t children[HANDS];
    const char *directory = temp_dir();
    (void)state;
    for (int i = 0; i < HANDS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            boxtop_log log;
            int failed = boxtop_log_join(&log, directory);
            log_lines(&log, i);
            _exit(failed || boxtop_log_close(&log) ? 1 : 0);
        }
    }
    for (int i = 0; i < HANDS; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    expect_hands(directory);
}

/* ---- what goes wrong ---- */

static void test_a_torn_write_costs_its_own_line_only(void **state)
{
    const char *directory = temp_dir();
    struct rlimit was, now;
    struct record metrics;
    boxtop_log log;
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(boxtop_log_open(&log, directory), 0);
    assert_int_equal(boxtop_log_metric(&log, 1, "loss", 1), 0);
    getrlimit(RLIMIT_FSIZE, &was);
    now = (struct rlimit){60, was.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
    int torn = boxtop_log_metric(&log, 2, "loss", 2),
        refused = boxtop_log_metric(&log, 3, "loss", 3);
    setrlimit(RLIMIT_FSIZE, &was);
    assert_int_equal(torn, ENOSPC);
    assert_int_equal(refused, EFBIG);
    assert_int_equal(boxtop_log_metric(&log, 4, "loss", 4), 0);
    assert_int_equal(boxtop_log_close(&log), 0);
    read_run(directory, "metrics.jsonl", &metrics);
    const struct record_metric *loss = record_metric(&metrics, "loss");
    assert_int_equal(loss->count, 2);
    assert_int_equal(loss->points[1].step, 4);
    record_done(&metrics);
}

static void test_a_torn_end_is_left_behind(void **state)
{
    const char *directory = temp_dir();
    struct record metrics;
    boxtop_log log;
    (void)state;
    temp_text(directory, "metrics.jsonl", "{\"step\": 1, \"loss\": 1}\n{\"step\": 2, \"lo");
    assert_int_equal(boxtop_log_open(&log, directory), 0);
    assert_int_equal(boxtop_log_metric(&log, 3, "loss", 3), 0);
    assert_int_equal(boxtop_log_close(&log), 0);
    read_run(directory, "metrics.jsonl", &metrics);
    assert_int_equal(record_metric(&metrics, "loss")->count, 2);
    record_done(&metrics);
}

static void test_a_logger_that_is_not_open_does_nothing(void **state)
{
    char below[4096];
    boxtop_log log;
    (void)state;
    snprintf(below, sizeof below, "%s/run", temp_text(temp_dir(), "file", ""));
    assert_int_equal(boxtop_log_open(&log, below), ENOTDIR);
    assert_int_equal(boxtop_log_metric(&log, 1, "loss", 1), EBADF);
    assert_int_equal(boxtop_log_param(&log, "a", "b"), EBADF);
    assert_int_equal(boxtop_log_close(&log), 0);
    unsetenv("BOXTOP_RUN");
    assert_int_equal(boxtop_log_open(&log, NULL), EINVAL);
    setenv("BOXTOP_RUN", temp_dir(), 1);
    assert_int_equal(boxtop_log_open(&log, NULL), 0);
    assert_int_equal(boxtop_log_close(&log), 0);
}

static void test_the_status_of_a_recorder_stays(void **state)
{
    static const char SAID[] = "{\"status\": \"running\", \"command\": \"x\"}\n";
    const char *directory = temp_dir();
    struct buf text;
    (void)state;
    const char *path = temp_text(directory, "status.json", SAID);
    assert_int_equal(log_words(directory), 0);
    buf_init(&text, 4096);
    assert_true(file_read(path, &text, NULL));
    assert_int_equal(text.length, sizeof SAID - 1);
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_back),
        cmocka_unit_test(test_any_locale),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_processes),
        cmocka_unit_test(test_a_torn_write_costs_its_own_line_only),
        cmocka_unit_test(test_a_torn_end_is_left_behind),
        cmocka_unit_test(test_a_logger_that_is_not_open_does_nothing),
        cmocka_unit_test(test_the_status_of_a_recorder_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
