/*
 * A recorded command: what status.json says, and signals that reach the right process only.
 */
#include "work/recording.h"

#include "base/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool read_text(const char *text, struct recording *out)
{
    return recording_read(text, strlen(text), out);
}

static void test_running(void **state)
{
    struct recording recording;
    (void)state;
    assert_true(read_text(
        "{\"status\": \"running\", \"started\": \"2024-05-01T10:00:00Z\", \"other\": {\"pid\": 1},"
        " \"host\": \"gpu1\", \"pid\": 4711, \"pid_start\": 88123, \"command\":"
        " [\"python\", \"a b.py\", \"\", \"--lr=0.1\"], \"directory\": \"x\"}   \n",
        &recording));
    assert_string_equal(recording.command, "python 'a b.py' '' --lr=0.1");
    assert_string_equal(recording.host, "gpu1");
    assert_int_equal(recording.pid, 4711);
    assert_int_equal(recording.pid_start, 88123);
    assert_int_equal(recording.status, RUN_RUNNING);
    assert_true(recording.started_s == 1714557600 && isnan(recording.ended_s));
    assert_int_equal(recording.exit_code, -1);
    assert_string_equal(recording.signal, "");
}

static void test_whether_somebody_lives(void **state)
{
    (void)state;
    struct recording recording = {.status = RUN_RUNNING};
    uint64_t start;
    assert_int_equal(recording_life(&recording), RECORDING_UNSURE);
    assert_true(process_start(getpid(), &start) && process_scope(recording.scope));
    recording.pid = recording.recorder_pid = getpid();
    recording.pid_start = recording.recorder_start = (int64_t)start;
    assert_int_equal(recording_life(&recording), RECORDING_LIVES);
    recording.pid_start--;
    assert_int_equal(recording_life(&recording), RECORDING_LIVES);
    recording.recorder_start--;
    assert_int_equal(recording_life(&recording), RECORDING_DEAD);
    recording.scope[0] ^= 1; /* another boot, or another machine */
    assert_int_equal(recording_life(&recording), RECORDING_UNSURE);
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_true(process_start(pid, &start));
    assert_false(process_lives(pid, start)); /* a zombie */
    waitpid(pid, NULL, 0);
    assert_int_equal(recording_life_in("/nowhere"), RECORDING_NONE);
}

static void test_ended(void **state)
{
    struct recording recording;
    (void)state;
    assert_true(
        read_text("{\"command\": \"make\", \"status\": \"failed\", \"exit_code\": 2, \"ended\": 5}",
            &recording));
    assert_string_equal(recording.command, "make");
    assert_int_equal(recording.status, RUN_FAILED);
    assert_int_equal(recording.exit_code, 2);
    assert_true(recording.ended_s == 5);
    assert_true(read_text(
        "{\"command\": [\"a\"], \"status\": \"failed\", \"signal\": \"SIGKILL\"}", &recording));
    assert_string_equal(recording.signal, "SIGKILL");
}

static void test_others_are_none(void **state)
{
    static const char *const TEXTS[] = {"", "[]", "{}", "{\"status\": \"running\"}",
        "{\"command\": [1, 2]}", "{\"command\": [\"a\"]", "{\"command\": \"\"}",
        "{\"command\": {\"a\": 1}}"};
    struct recording recording;
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        assert_false(read_text(TEXTS[i], &recording));
}

static void test_a_long_command_is_cut(void **state)
{
    char text[4 * RECORDING_COMMAND_BYTES], word[2 * RECORDING_COMMAND_BYTES];
    struct recording recording;
    (void)state;
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    snprintf(text, sizeof text, "{\"command\": [\"x\", \"%s\", \"y\"]}", word);
    assert_true(read_text(text, &recording));
    assert_int_equal(strlen(recording.command), RECORDING_COMMAND_BYTES - 1);
}

/* ---- signals ---- */

/* A child that waits for its end; LEADS: a group of its own. */
static pid_t start_child(bool leads, struct recording *recording)
{
    pid_t pid = fork();
    uint64_t ticks;
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGINT, SIG_DFL);
        for (;;)
            pause();
    }
    if (leads)
        assert_int_equal(setpgid(pid, pid), 0);
    assert_true(process_start(pid, &ticks));
    *recording = (struct recording){.status = RUN_RUNNING, .pid = pid, .pid_start = (int64_t)ticks};
    assert_int_equal(gethostname(recording->host, sizeof recording->host - 1), 0);
    return pid;
}

static void assert_ends_by(pid_t pid, int signal)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal);
}

static void test_it_is_interrupted(void **state)
{
    struct recording recording;
    struct err err = {0};
    (void)state;
    for (int leads = 0; leads < 2; leads++) {
        pid_t pid = start_child(leads, &recording);
        assert_true(recording_send(&recording, leads ? SIGINT : SIGTERM, &err));
        assert_ends_by(pid, leads ? SIGINT : SIGTERM);
        assert_false(recording_send(&recording, SIGINT, &err));
        assert_non_null(strstr(err.text, "is gone"));
    }
}

static void assert_refused(const struct recording *recording, const char *why)
{
    struct err err = {0};
    assert_false(recording_send(recording, SIGKILL, &err));
    assert_non_null(strstr(err.text, why));
}

static void test_nobody_else_is_hit(void **state)
{
    struct recording right, wrong;
    (void)state;
    pid_t pid = start_child(true, &right);
    wrong = right;
    wrong.pid_start++;
    assert_refused(&wrong, "another one now");
    wrong = right;
    snprintf(wrong.host, sizeof wrong.host, "elsewhere.invalid");
    assert_refused(&wrong, "runs on elsewhere.invalid");
    wrong = right;
    wrong.status = RUN_FAILED;
    assert_refused(&wrong, "has ended");
    static const int64_t PIDS[] = {0, 1, -1};
    for (size_t i = 0; i < sizeof PIDS / sizeof *PIDS; i++) {
        wrong = right;
        wrong.pid = PIDS[i];
        assert_refused(&wrong, "does not say which");
    }
    wrong = right;
    wrong.pid_start = 0;
    assert_refused(&wrong, "does not say which");
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0); /* it lives */
    assert_true(recording_send(&right, SIGKILL, NULL));
    assert_ends_by(pid, SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_running),
        cmocka_unit_test(test_ended),
        cmocka_unit_test(test_whether_somebody_lives),
        cmocka_unit_test(test_others_are_none),
        cmocka_unit_test(test_a_long_command_is_cut),
        cmocka_unit_test(test_it_is_interrupted),
        cmocka_unit_test(test_nobody_else_is_hit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
