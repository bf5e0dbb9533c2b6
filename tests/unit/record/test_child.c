/*
 * Helper programs: output, exit code, limits on size and time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "record/child.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONG_MS = 60000 };

static struct child_result run(const char *script, int64_t limit_ms, size_t most, struct buf *out)
{
    char *words[] = {"sh", "-c", (char *)script, NULL};
    buf_init(out, most);
    return child_run(words, NULL, limit_ms, out);
}

static void test_output(void **state)
{
    (void)state;
    struct buf out;
    struct child_result result =
        run("echo a; echo hidden >&2; read x; echo \"[$x]\"; exit 3", LONG_MS, 100, &out);
    assert_int_equal(result.end, CHILD_DONE);
    assert_int_equal(result.code, 3);
    assert_string_equal(out.data, "a\n[]\n"); /* nothing to read */
    buf_done(&out);
    result = run("kill -9 $$", LONG_MS, 100, &out);
    assert_int_equal(result.end, CHILD_DONE);
    assert_int_equal(result.code, 128 + SIGKILL);
    buf_done(&out);
}

static void test_limits(void **state)
{
    (void)state;
    struct buf out;
    struct child_result result = run("yes", LONG_MS, 100000, &out);
    assert_int_equal(result.end, CHILD_FULL);
    assert_int_equal(out.length, 100000);
    assert_memory_equal(out.data, "y\ny\n", 4);
    buf_done(&out);
    result = run("printf 12345", LONG_MS, 5, &out);
    assert_int_equal(result.end, CHILD_DONE);
    buf_done(&out);
    /* Who holds the output open in the background is killed too. */
    int64_t began_ms = clock_ms();
    result = run("echo a; sleep 100 & sleep 100", 50, 100, &out);
    assert_int_equal(result.end, CHILD_LATE);
    assert_string_equal(out.data, "a\n");
    assert_true(clock_ms() - began_ms < LONG_MS);
    buf_done(&out);
    result = run("exec >&-; sleep 100", 50, 100, &out);
    assert_int_equal(result.end, CHILD_LATE);
    buf_done(&out);
}

static void test_absent(void **state)
{
    (void)state;
    struct buf out;
    char *words[] = {"no-such-program-anywhere", NULL};
    buf_init(&out, 100);
    assert_int_equal(child_run(words, NULL, LONG_MS, &out).end, CHILD_ABSENT);
    assert_int_equal(out.length, 0);
    buf_done(&out);
}

/* The signals of the recorder are none of the child's business. */
static void test_signals(void **state)
{
    (void)state;
    struct buf out;
    sigset_t term, old;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &old);
    signal(SIGTERM, SIG_IGN);
    struct child_result result = run("kill -TERM $$; echo alive", LONG_MS, 100, &out);
    assert_int_equal(result.code, 128 + SIGTERM);
    buf_done(&out);
    /* Nobody is told of children that end: the output counts all the same. */
    signal(SIGCHLD, SIG_IGN);
    result = run("echo a", LONG_MS, 100, &out);
    assert_int_equal(result.end, CHILD_DONE);
    assert_string_equal(out.data, "a\n");
    buf_done(&out);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static _Noreturn void start_children(void)
{
    setpgid(0, 0);
    for (;;) {
        struct buf out;
        run("", LONG_MS, 100, &out);
        buf_done(&out);
    }
}

/* Ctrl-Z stops a whole job, and the shell waits until it has: a child that is stopped on its way to
 * the exec must not keep us from stopping. With vfork one of these rounds never ends, all but
 * always. */
static void test_stops_with_its_job(void **state)
{
    (void)state;
    enum { ROUNDS = 200 };
    pid_t pid = fork();
    if (pid == 0)
        start_children();
    setpgid(pid, pid);
    for (int i = 0; i < ROUNDS; i++) {
        int status = 0;
        pid_t stopped = 0;
        usleep((useconds_t)(i * 97 % 2000));
        kill(-pid, SIGSTOP);
        for (int64_t end_ms = clock_ms() + LONG_MS; !stopped && clock_ms() < end_ms;) {
            poll(NULL, 0, 1);
            stopped = waitpid(pid, &status, WUNTRACED | WNOHANG);
        }
        if (stopped != pid || !WIFSTOPPED(status)) {
            kill(-pid, SIGKILL);
            fail_msg("does not stop: round %d", i);
        }
        kill(-pid, SIGCONT);
    }
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_stops_with_its_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
