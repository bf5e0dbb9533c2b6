#include "record/child.h"

#include "base/clock.h"
#include "record/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* What hangs in a dead file system does not even die: it is left behind. */
enum { GRACE_MS = 200 };

/* In the child. */
static void prepare(const void *self)
{
    const int *out = self;
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    dup2(*out, 1);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
    for (int i = 1; i < NSIG; i++)
        sigaction(i, &usual, NULL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The child's id, its output readable at *FROM; -1 when it cannot be started. */
static pid_t start(char *const *words, char *const *environment, int *from)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    pid_t pid = exec_start(words, environment, prepare, &ends[1]);
    close(ends[1]);
    if (pid < 0)
        close(ends[0]);
    *from = ends[0];
    return pid;
}

/* Reads to the end of FROM, OUT's maximum or the time END_MS. */
static enum child_end drain(int from, int64_t end_ms, struct buf *out)
{
    for (;;) {
        char bytes[64 << 10];
        int64_t left_ms = end_ms - clock_ms();
        struct pollfd ready = {.fd = from, .events = POLLIN};
        /* What is ready counts though the time is over: we may have been stopped meanwhile. */
        int said = poll(&ready, 1, left_ms > 0 ? (int)left_ms : 0);
        if (said < 0 && errno == EINTR)
            continue;
        if (said <= 0)
            return CHILD_LATE;
        ssize_t got = read(from, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return CHILD_DONE;
        size_t room = out->max_bytes - out->length;
        if (!buf_add(out, bytes, (size_t)got < room ? (size_t)got : room) || (size_t)got > room)
            return CHILD_FULL;
    }
}

/* True when PID is gone by END_MS. Somebody else may have been told its end: then it was well. */
static bool is_gone(pid_t pid, int64_t end_ms, int *status)
{
    for (;; poll(NULL, 0, 1)) {
        pid_t gone = waitpid(pid, status, WNOHANG);
        if (gone == pid || (gone < 0 && errno == ECHILD))
            return true;
        if (clock_ms() >= end_ms)
            return false;
    }
}

struct child_result child_run(
    char *const *words, char *const *environment, int64_t limit_ms, struct buf *out)
{
    int from = -1, status = 0;
    int64_t end_ms = clock_ms() + limit_ms;
    pid_t pid = start(words, environment ? environment : environ, &from);
    if (pid < 0)
        return (struct child_result){.end = CHILD_ABSENT};
    struct child_result result = {.end = drain(from, end_ms, out)};
    close(from);
    if (!is_gone(pid, result.end == CHILD_DONE ? end_ms : 0, &status)) {
        if (result.end == CHILD_DONE)
            result.end = CHILD_LATE;
        kill(-pid, SIGKILL);
        is_gone(pid, clock_ms() + GRACE_MS, &status);
    }
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}
