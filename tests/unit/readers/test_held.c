/* Facts held back come out as they went in, and end at their maximum. */
#include "readers/held.h"
#include "record_sink.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* False when SINK refused something. */
static bool say_all(struct sink *sink)
{
    struct param param = {"lr", PARAM_NUMBER, "0.5", 0.5};
    struct point points[] = {{1, 10, 0.25}, {2, NAN, INFINITY}};
    struct artifact artifact = {ARTIFACT_PICTURE, "a.zip#b", 3};
    struct note note = {NULL, 4, -1, 2, "damaged"};
    int loss = sink->metric(sink->self, "loss", 4);
    int map = loss < 0 ? -1 : sink->metric(sink->self, "mAP", 3);
    return map >= 0 && sink->points(sink->self, map, points, 1) &&
           sink->points(sink->self, loss, points, 2) && sink->param(sink->self, &param) &&
           sink->points(sink->self, map, points + 1, 1) && sink->artifact(sink->self, &artifact) &&
           sink->note(sink->self, &note) && sink->label(sink->self, RUN_LABEL_TITLE, "t") &&
           sink->label(sink->self, RUN_LABEL_ID, "i") &&
           sink->status(sink->self, RUN_FAILED, 1, NAN);
}

static void facts_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct held held;
    struct record direct, released;
    char wanted[1024];
    record_init(&direct);
    record_init(&released);
    struct sink sink = record_sink(&direct);
    assert_true(say_all(&sink));
    snprintf(wanted, sizeof wanted, "%s", record_text(&direct));
    held_init(&held, 1 << 20);
    sink = held_sink(&held);
    assert_true(say_all(&sink));
    sink = record_sink(&released);
    assert_true(held_release(&held, &sink));
    assert_string_equal(record_text(&released), wanted);
    for (int64_t calls = 0; calls < 8; calls++) {
        released.calls_left = calls;
        assert_true(held_release(&held, &sink)); /* a sink that stops */
    }
    held_done(&held);
    record_done(&direct);
    record_done(&released);
}

static void a_maximum_stops_the_reader(void **state)
{
    (void)state;
    for (size_t most = 1; most < 600; most += 50) {
        struct held held;
        held_init(&held, most);
        struct sink sink = held_sink(&held);
        assert_false(say_all(&sink));
        assert_true(held.full);
        held_done(&held);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_come_out_as_they_went_in),
        cmocka_unit_test(a_maximum_stops_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
