/*
 * What is recorded on one thread and played on another is what was said, in its order.
 */
#include "base/buf.h"
#include "record_sink.h"
#include "work/tape.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 1000, MANY = 3 * TAPE_BLOCK_BYTES * TAPE_MOST_BLOCKS / 24 };

/* Says something of every kind, ROUNDS times; false when the sink took no more. */
static bool speak(struct sink *sink, int rounds)
{
    bool ok = true;
    for (int i = 0; ok && i < rounds; i++) {
        char name[64];
        struct point points[300];
        for (int k = 0; k < 300; k++)
            points[k] = (struct point){i * 300 + k, k % 7 ? 1.5e9 + k : (double)NAN, k * 0.25};
        snprintf(name, sizeof name, "loss/%d", i % 11);
        int metric = sink->metric(sink->self, name, strlen(name));
        struct param param = {.name = name, .kind = PARAM_NUMBER, .text = "0.5", .number = 0.5};
        struct artifact artifact = {ARTIFACT_PREDICTIONS, name, i};
        struct note note = {.file = i % 2 ? name : NULL, .line = i, .offset = -1, .count = 2};
        note.text = "a row was skipped";
        ok = metric >= 0 && sink->points(sink->self, metric, points, 1 + (size_t)(i % 300)) &&
             sink->param(sink->self, &param) && sink->artifact(sink->self, &artifact) &&
             sink->note(sink->self, &note) && sink->label(sink->self, RUN_LABEL_TITLE, name) &&
             sink->status(sink->self, RUN_FINISHED, 1.25, i % 3 ? 9.5 : (double)NAN);
    }
    return ok;
}

struct recorder {
    struct tape *tape;
    int rounds;
    bool spoke;
};

static void *record(void *argument)
{
    struct recorder *recorder = argument;
    struct sink sink = tape_sink(recorder->tape);
    recorder->spoke = speak(&sink, recorder->rounds);
    tape_end(recorder->tape);
    return NULL;
}

/* Plays it all; NULL drops. Returns how it ended. */
static void play(struct tape *tape, struct sink *sink)
{
    enum tape_played played;
    do
        played = tape_play(tape, sink, PATIENCE_MS);
    while (played == TAPE_MORE || played == TAPE_WAITING);
    assert_int_equal(played, TAPE_OVER);
}

static void start(pthread_t *thread, struct recorder *recorder, int rounds)
{
    struct err err = {0};
    *recorder = (struct recorder){.tape = tape_new(&err), .rounds = rounds};
    assert_non_null(recorder->tape);
    assert_int_equal(pthread_create(thread, NULL, record, recorder), 0);
}

static void test_what_is_played_is_what_was_said(void **state)
{
    (void)state;
    for (int rounds = 0; rounds <= 400; rounds += 200) {
        struct record direct, played;
        struct recorder recorder;
        pthread_t thread;
        record_init(&direct);
        record_init(&played);
        struct sink sink = record_sink(&direct), far = record_sink(&played);
        assert_true(speak(&sink, rounds));
        start(&thread, &recorder, rounds);
        play(recorder.tape, &far);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(recorder.spoke);
        assert_false(tape_failed(recorder.tape));
        struct buf a, b;
        buf_init(&a, 1 << 28);
        buf_init(&b, 1 << 28);
        record_print(&direct, &a);
        record_print(&played, &b);
        assert_int_equal(a.length, b.length);
        assert_int_equal(memcmp(a.data ? a.data : "", b.data ? b.data : "", a.length), 0);
        buf_done(&a);
        buf_done(&b);
        tape_free(recorder.tape);
        record_done(&direct);
        record_done(&played);
    }
}

/* One call with more points than a block holds, and a text longer than one. */
static void test_large_facts(void **state)
{
    (void)state;
    struct err err = {0};
    struct tape *tape = tape_new(&err);
    struct record played;
    enum { POINTS = TAPE_BLOCK_BYTES / 10, TEXT_BYTES = TAPE_BLOCK_BYTES + 12345 };
    struct point *points = calloc(POINTS, sizeof *points);
    char *text = calloc(1, TEXT_BYTES);
    assert_true(tape && points && text);
    for (int i = 0; i < POINTS; i++)
        points[i] = (struct point){i, i * 0.5, -i};
    memset(text, 'x', TEXT_BYTES - 1);
    struct sink sink = tape_sink(tape);
    assert_true(sink.points(sink.self, sink.metric(sink.self, "m", 1), points, POINTS));
    struct param param = {.name = "p", .kind = PARAM_TEXT, .text = text};
    assert_true(sink.param(sink.self, &param));
    tape_end(tape);
    record_init(&played);
    struct sink far = record_sink(&played);
    play(tape, &far);
    assert_int_equal(played.metrics[0].count, POINTS);
    assert_int_equal(memcmp(played.metrics[0].points, points, POINTS * sizeof *points), 0);
    assert_string_equal(record_param(&played, "p"), text);
    record_done(&played);
    tape_free(tape);
    free(points);
    free(text);
}

static void test_a_recorder_that_is_stopped_gives_up(void **state)
{
    (void)state;
    struct recorder recorder;
    pthread_t thread;
    start(&thread, &recorder, MANY); /* more than may wait: it would wait for ever */
    assert_int_equal(tape_play(recorder.tape, NULL, PATIENCE_MS * 60), TAPE_MORE);
    tape_stop(recorder.tape);
    play(recorder.tape, NULL);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(recorder.spoke);
    tape_free(recorder.tape);
}

static void test_a_sink_that_refuses(void **state)
{
    (void)state;
    struct recorder recorder;
    struct record played;
    pthread_t thread;
    record_init(&played);
    played.calls_left = 100;
    struct sink far = record_sink(&played);
    start(&thread, &recorder, 400);
    enum tape_played result;
    do
        result = tape_play(recorder.tape, &far, PATIENCE_MS);
    while (result == TAPE_MORE || result == TAPE_WAITING);
    assert_int_equal(result, TAPE_REFUSED);
    tape_stop(recorder.tape);
    play(recorder.tape, NULL);
    assert_int_equal(pthread_join(thread, NULL), 0);
    tape_free(recorder.tape);
    record_done(&played);
}

static void test_nothing_comes(void **state)
{
    (void)state;
    struct err err = {0};
    struct tape *tape = tape_new(&err);
    assert_non_null(tape);
    assert_int_equal(tape_play(tape, NULL, 0), TAPE_WAITING);
    tape_end(tape);
    assert_int_equal(tape_play(tape, NULL, 0), TAPE_OVER);
    tape_free(tape);
    tape_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_played_is_what_was_said),
        cmocka_unit_test(test_large_facts),
        cmocka_unit_test(test_a_recorder_that_is_stopped_gives_up),
        cmocka_unit_test(test_a_sink_that_refuses),
        cmocka_unit_test(test_nothing_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
