/*
 * However the program ends, the terminal is as it was: visit_over() holds the settings, the
 * alternate screen, the cursor and the mouse. And what may happen to a terminal meanwhile:
 * stopping, resizing, answers that come late or never.
 */
#include "made.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *root;

static int make_runs(void **state)
{
    (void)state;
    root = temp_dir();
    made_set(root);
    made_detector(root, "alpha", "0.1");
    made_plain(root, "beta", "0.02", 5, 0.5);
    return 0;
}

static struct pty *open_on(enum wire_terminal terminal, bool hold_answers)
{
    /* A sanitizer keeps the signals of a crash to itself unless told otherwise. */
    static const char *const env[] = {"ASAN_OPTIONS=handle_segv=0:handle_abort=0:detect_leaks=0",
        "UBSAN_OPTIONS=handle_segv=0:handle_abort=0", "TSAN_OPTIONS=handle_segv=0:handle_abort=0",
        NULL};
    const char *words[] = {root, NULL};
    struct visit visit = {.words = words,
        .terminal = terminal,
        .cols = 100,
        .rows = 30,
        .more_env = env,
        .hold_answers = hold_answers};
    return visit_open(&visit);
}

static struct pty *open_table(enum wire_terminal terminal)
{
    struct pty *pty = open_on(terminal, false);
    visit_expect(pty, "beta");
    visit_gone(pty, "evaluating");
    return pty;
}

/* Wherever one is, with a picture on the screen or without. */
static struct pty *open_picture(enum wire_terminal terminal)
{
    struct pty *pty = open_table(terminal);
    visit_type(pty, "gi", "whole set");
    assert_true(pty_wait_pictures(pty, 1));
    return pty;
}

static void check_modes_on(struct pty *pty)
{
    static const int MODES[] = {1049, 1002, 1006, 2004};
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++)
        assert_true(wire_mode(pty_wire(pty), MODES[i]));
    assert_non_null(strstr(pty_left_on(pty), "terminal settings"));
}

static void test_keys(void **state)
{
    (void)state;
    static const char *const KEYS[] = {"q", "Q", "\003", "\033"};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        struct pty *pty = open_table(i % 2 ? WIRE_FOOT : WIRE_XTERM);
        check_modes_on(pty);
        pty_type(pty, KEYS[i]);
        visit_over(pty, 0, 0);
    }
    struct pty *pty = open_picture(WIRE_KITTY);
    pty_type(pty, "?");
    visit_gone(pty, "whole set");
    visit_type(pty, "\033", "whole set");
    visit_type(pty, "q", "beta");
    pty_type(pty, "q");
    visit_over(pty, 0, 0);
}

static void test_signals(void **state)
{
    (void)state;
    static const int SIGNALS[] = {
        SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE};
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++) {
        struct pty *pty = i % 2 ? open_picture(WIRE_KITTY) : open_picture(WIRE_XTERM);
        pty_signal(pty, SIGNALS[i]);
        visit_over(pty, 0, SIGNALS[i]);
    }
}

/* The signal comes while the terminal is being asked what it is. */
static void test_a_signal_before_the_answers(void **state)
{
    (void)state;
    struct pty *pty = open_on(WIRE_XTERM, true);
    size_t length = 0;
    for (int i = 0; i < 20000 && !length; i++) {
        pty_wait_quiet(pty, 1);
        pty_bytes(pty, &length);
    }
    assert_true(length > 0);
    pty_signal(pty, SIGTERM);
    visit_over(pty, 0, SIGTERM);
}

/* As a shell does it: a program that is its session's own cannot be stopped. */
static void test_stop_and_go_on(void **state)
{
    (void)state;
    static const char SCRIPT[] = "set -m; \"$0\" \"$@\"; echo stopped; read line; "
                                 "fg >/dev/null; echo stopped; read line; fg >/dev/null; echo over";
    const char *argv[] = {"/bin/sh", "-c", SCRIPT, program_path(), root, NULL};
    const char *env[] = {"TERM=xterm-256color", NULL};
    struct pty_start start = {
        .argv = argv, .env = program_env(env), .cols = 100, .rows = 30, .terminal = WIRE_XTERM};
    struct pty *pty = pty_open(&start);
    visit_expect(pty, "beta");
    visit_gone(pty, "evaluating");
    for (int round = 0; round < 2; round++) {
        pty_type(pty, "\032");
        visit_expect(pty, "stopped");
        assert_string_equal(pty_left_on(pty), "");
        if (round == 1)
            pty_resize(pty, 120, 20);
        pty_type(pty, "\n");
        visit_expect(pty, "beta");
        check_modes_on(pty);
        visit_type(pty, "gi", "whole set");
        visit_type(pty, "q", "beta");
    }
    pty_type(pty, "Q");
    visit_expect(pty, "over");
    visit_over(pty, 0, 0);
}

/* SIGCONT alone, as after kill -STOP: another program may have changed everything. */
static void test_stopped_from_outside(void **state)
{
    (void)state;
    struct pty *pty = open_picture(WIRE_FOOT);
    visit_settle(pty);
    size_t pictures = wire_picture_count(pty_wire(pty));
    pty_signal(pty, SIGSTOP);
    pty_signal(pty, SIGCONT);
    assert_true(pty_wait_pictures(pty, pictures + 1)); /* drawn anew */
    visit_settle(pty);
    check_modes_on(pty);
    visit_quit(pty);
}

static void test_the_terminal_goes_away(void **state)
{
    (void)state;
    struct pty *pty = open_picture(WIRE_XTERM);
    pty_hang_up(pty);
    assert_true(pty_wait_exit(pty));
    pty_close(pty);
}

static void test_sizes(void **state)
{
    (void)state;
    static const int SIZES[][2] = {{1, 1}, {2, 2}, {3, 1}, {10, 3}, {20, 5}, {500, 3}, {4, 200},
        {40, 12}, {300, 100}, {79, 23}, {81, 25}};
    enum { COUNT = sizeof SIZES / sizeof *SIZES };
    struct pty *pty = open_picture(WIRE_XTERM);
    for (int round = 0; round < 4; round++)
        for (int i = 0; i < COUNT; i++) {
            pty_resize(pty, SIZES[(i * 7 + round) % COUNT][0], SIZES[(i * 7 + round) % COUNT][1]);
            if (i % 3 == 0)
                pty_type(pty, "]l");
            if (i % 4 == round)
                pty_wait_quiet(pty, 20);
        }
    pty_resize(pty, 100, 30);
    visit_expect(pty, "whole set");
    visit_settle(pty);
    visit_expect(pty, "confidence");
    visit_type(pty, "q", "beta");
    for (int i = 0; i < COUNT; i++) { /* every screen at every size */
        pty_resize(pty, SIZES[i][0], SIZES[i][1]);
        pty_type(pty, "  dDjkqvjkqg\rq?jG?");
        pty_wait_quiet(pty, 20);
    }
    pty_resize(pty, 100, 30);
    visit_settle(pty);
    visit_expect(pty, "beta");
    visit_quit(pty);
}

static void test_answers_that_never_come(void **state)
{
    (void)state;
    struct pty *pty = open_on(WIRE_DUMB, false);
    visit_expect(pty, "beta");
    visit_gone(pty, "evaluating");
    visit_type(pty, "gi", "whole set");
    visit_quit(pty);
}

/* Keys typed meanwhile are not lost, and late answers are not taken for keys. */
static void test_answers_that_come_late(void **state)
{
    (void)state;
    struct pty *pty = open_on(WIRE_XTERM, true);
    pty_type(pty, "?");
    visit_expect(pty, "this help"); /* without the answers */
    pty_release_answers(pty);
    visit_settle(pty);
    visit_expect(pty, "this help"); /* a key would have closed it */
    visit_type(pty, "q", "beta");
    visit_quit(pty);
    pty = open_on(WIRE_FOOT, true);
    pty_type(pty, "Q");
    visit_over(pty, 0, 0);
}

static void test_answers_between_keys(void **state)
{
    (void)state;
    struct pty *pty = open_on(WIRE_FOOT, true);
    size_t length = 0;
    for (int i = 0; i < 20000 && !length; i++) {
        pty_wait_quiet(pty, 1);
        pty_bytes(pty, &length);
    }
    pty_type(pty, "?");
    pty_release_answers(pty);
    visit_expect(pty, "this help");
    visit_type(pty, "q", "beta");
    visit_gone(pty, "evaluating");
    visit_type(pty, "gi", "whole set");
    assert_true(pty_wait_pictures(pty, 1)); /* the answers were heard */
    visit_quit(pty);
}

static void test_what_cannot_be_opened(void **state)
{
    (void)state;
    static const struct {
        const char *word, *env, *said;
        int code;
    } CASES[] = {{"/nowhere/at/all", "TERM=xterm", "No such file", 3},
        {"--theme=none-such", "TERM=xterm", "none-such", 2},
        {"--graphics=crayons", "TERM=xterm", "crayons", 2},
        {"--mouse", "TERM=xterm", "no option", 2}, {".", "TERM=no-such-terminal", "terminfo", 2},
        {".", "TERM", "TERM is not set", 2}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const char *words[] = {CASES[i].word, NULL}, *env[] = {CASES[i].env, NULL};
        struct visit visit = {.words = words, .terminal = WIRE_XTERM, .cols = 120, .more_env = env};
        struct pty *pty = visit_open(&visit);
        visit_expect(pty, CASES[i].said);
        visit_over(pty, CASES[i].code, 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_a_signal_before_the_answers),
        cmocka_unit_test(test_stop_and_go_on),
        cmocka_unit_test(test_stopped_from_outside),
        cmocka_unit_test(test_the_terminal_goes_away),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_answers_that_never_come),
        cmocka_unit_test(test_answers_that_come_late),
        cmocka_unit_test(test_answers_between_keys),
        cmocka_unit_test(test_what_cannot_be_opened),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, NULL);
}
