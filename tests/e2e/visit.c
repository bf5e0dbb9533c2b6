#include "visit.h"

#include "glass.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Generous: under a sanitizer on a busy machine everything takes its time. */
enum { MOST_WORDS = 32, MOST_ENV = 64, WAIT_MS = 60000, QUIET_MS = 300 };

struct pty *visit_open(const struct visit *visit)
{
    static char data[4200]; /* what a person left behind in the last visit is not there in this */
    snprintf(data, sizeof data, "XDG_DATA_HOME=%s", temp_dir());
    const char *argv[MOST_WORDS] = {program_path()}, *env[MOST_ENV] = {"TERM=xterm-256color", data};
    for (size_t i = 0; visit->words[i] && i + 2 < MOST_WORDS; i++)
        argv[i + 1] = visit->words[i];
    size_t more = 2;
    for (size_t i = 0; visit->more_env && visit->more_env[i] && more + 1 < MOST_ENV; i++)
        env[more++] = visit->more_env[i];
    struct pty_start start = {.argv = argv,
        .env = program_env(env),
        .directory = program_home(),
        .cols = visit->cols,
        .rows = visit->rows,
        .terminal = visit->terminal,
        .deadline_ms = WAIT_MS,
        .hold_answers = visit->hold_answers};
    return pty_open(&start);
}

static void check(struct pty *pty, bool good, const char *what, const char *text)
{
    if (good)
        return;
    pty_print(pty, stderr);
    fail_msg("%s: %s", what, text);
}

void visit_expect(struct pty *pty, const char *text)
{
    check(pty, pty_wait_text(pty, text), "not seen", text);
}

void visit_gone(struct pty *pty, const char *text)
{
    check(pty, pty_wait_no_text(pty, text), "still seen", text);
}

void visit_type(struct pty *pty, const char *keys, const char *then_expect)
{
    pty_type(pty, keys);
    visit_expect(pty, then_expect);
}

void visit_settle(struct pty *pty)
{
    check(pty, pty_wait_quiet(pty, QUIET_MS), "no quiet", "the program draws on and on");
}

void visit_over(struct pty *pty, int code, int signal_number)
{
    size_t length;
    check(pty, pty_wait_exit(pty), "it does not end", "");
    int status = pty_status(pty);
    const char *bytes = pty_bytes(pty, &length), *harm = glass_harm(bytes, length);
    check(pty, !harm, "harm", harm);
    if (signal_number)
        check(pty, WIFSIGNALED(status) && WTERMSIG(status) == signal_number, "ended otherwise",
            "not by the signal");
    else
        check(pty, WIFEXITED(status) && WEXITSTATUS(status) == code, "ended otherwise",
            WIFSIGNALED(status) ? "by a signal" : "another exit status");
    assert_string_equal(pty_left_on(pty), "");
    pty_close(pty);
}

void visit_quit(struct pty *pty)
{
    pty_type(pty, "Q");
    visit_over(pty, 0, 0);
}
