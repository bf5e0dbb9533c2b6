/*
 * Notes and statuses as a person reads them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/run.h"

#include <string.h>

static const struct {
    struct note note;
    const char *printed;
} NOTES[] = {
    {{"results.csv", 122, -1, 3, "git merge marker, row skipped"},
        "results.csv line 122: git merge marker, row skipped (3 in all)"},
    {{"events.0", 0, 4096, 1, "checksum differs"}, "events.0 byte 4096: checksum differs"},
    {{"events.0", 0, 0, 1, "no record"}, "events.0 byte 0: no record"},
    {{"a.json", 7, 99, 1, "cut off"}, "a.json line 7: cut off"}, /* the line says more */
    {{"a.json", 0, -1, 1, "is not JSON"}, "a.json: is not JSON"},
    {{NULL, 0, -1, 1, "not evaluated"}, "not evaluated"},
    {{NULL, 0, -1, 12, "x"}, "x (12 in all)"},
    {{"", 0, -1, 1, ""}, ": "},
};

static void test_notes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NOTES / sizeof *NOTES; i++) {
        char out[128];
        note_print(&NOTES[i].note, out, sizeof out);
        assert_string_equal(out, NOTES[i].printed);
    }
}

static void test_notes_are_cut_at_the_buffer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NOTES / sizeof *NOTES; i++)
        for (size_t bytes = 1; bytes < 80; bytes++) {
            char out[80];
            memset(out, '#', sizeof out);
            note_print(&NOTES[i].note, out, bytes);
            assert_true(strlen(out) < bytes);
            assert_memory_equal(out, NOTES[i].printed, strlen(out));
            if (strlen(NOTES[i].printed) >= bytes)
                assert_int_equal(strlen(out), bytes - 1);
            for (size_t rest = bytes; rest < sizeof out; rest++)
                assert_int_equal(out[rest], '#');
        }
}

static void test_the_largest_numbers_fit(void **state)
{
    (void)state;
    char out[200];
    struct note note = {"f", INT64_MAX, -1, INT64_MAX, "t"};
    note_print(&note, out, sizeof out);
    assert_string_equal(out, "f line 9223372036854775807: t (9223372036854775807 in all)");
}

static void test_status_names(void **state)
{
    (void)state;
    assert_string_equal(run_status_name(RUN_UNKNOWN), "unknown");
    assert_string_equal(run_status_name(RUN_RUNNING), "running");
    assert_string_equal(run_status_name(RUN_FINISHED), "finished");
    assert_string_equal(run_status_name(RUN_FAILED), "failed");
    assert_string_equal(run_status_name(RUN_STALLED), "stalled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_notes_are_cut_at_the_buffer),
        cmocka_unit_test(test_the_largest_numbers_fit),
        cmocka_unit_test(test_status_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
