/*
 * The terminal is given back: after every way to end, and while stopped. Each case runs in a child
 * on a pseudo terminal of its own.
 */
#include "screen/tty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { LIMIT_MS = 20000, OUTPUT_BYTES = 65536 };

static const char ENTER[] = "\x1b[?1049h\x1b[?25l\x1b[?2004h";
static const char LEAVE_END[] = "\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";

/* What a child did. */
struct outcome {
    int status; /* of waitpid() */
    char output[OUTPUT_BYTES];
    bool same_modes; /* the terminal's, as before */
};

static int open_pty(int *slave)
{
    char name[128];
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, name, sizeof name))
        skip(); /* no pseudo terminals on this system */
    *slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave < 0)
        skip();
    return master;
}

static void prepare_child(int slave)
{
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS,
        SIGFPE, SIGILL, SIGTSTP, SIGCONT, SIGWINCH};
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++)
        signal(SIGNALS[i], SIG_DFL);
    setsid();
    ioctl(slave, TIOCSCTTY, 0);
}

static bool same_modes(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
           a->c_lflag == b->c_lflag && !memcmp(a->c_cc, b->c_cc, sizeof a->c_cc);
}

/* Runs BODY with its terminal as fd, and reads what it writes until all of it is there. */
static void run(void (*body)(int fd, int argument), int argument, struct outcome *outcome)
{
    int slave, master = open_pty(&slave), done[2];
    struct termios before, after;
    assert_int_equal(pipe2(done, O_CLOEXEC), 0);
    assert_int_equal(tcgetattr(slave, &before), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(master);
        close(done[0]);
        prepare_child(slave);
        body(slave, argument);
        exit(0);
    }
    close(done[1]); /* ends when the child does: nothing is written after that */
    size_t length = 0;
    bool running = true;
    while (length < OUTPUT_BYTES - 1) {
        struct pollfd fds[2] = {{master, POLLIN, 0}, {running ? done[0] : -1, POLLIN, 0}};
        int ready = poll(fds, 2, running ? LIMIT_MS : 0);
        assert_true(ready > 0 || !running);
        if (fds[1].revents)
            running = false;
        if (!ready || !(fds[0].revents & POLLIN)) {
            if (!running && !ready)
                break;
            continue;
        }
        ssize_t n = read(master, outcome->output + length, OUTPUT_BYTES - 1 - length);
        if (n <= 0)
            break;
        length += (size_t)n;
    }
    outcome->output[length] = '\0';
    assert_int_equal(waitpid(child, &outcome->status, 0), child);
    assert_int_equal(tcgetattr(slave, &after), 0);
    outcome->same_modes = same_modes(&before, &after);
    close(done[0]);
    close(slave);
    close(master);
}

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static bool ends(const char *text, const char *with)
{
    size_t length = strlen(text), tail = strlen(with);
    return length >= tail && !strcmp(text + length - tail, with);
}

static void start(int fd, bool mouse, bool kitty)
{
    struct err err;
    struct termios modes;
    struct tty_options options = {.mouse = mouse, .kitty = kitty};
    if (!tty_open(fd, fd, &err) || !tty_enter(&options, &err))
        _exit(90);
    if (tcgetattr(fd, &modes) != 0 || (modes.c_lflag & (ECHO | ICANON | ISIG)))
        _exit(91);
}

static void die_by(int fd, int signal_number)
{
    start(fd, true, true);
    raise(signal_number);
    _exit(92);
}

static void every_fatal_signal_restores(void **state)
{
    (void)state;
    static const int SIGNALS[] = {
        SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++) {
        struct outcome outcome;
        run(die_by, SIGNALS[i], &outcome);
        assert_true(WIFSIGNALED(outcome.status)); /* it still dies of it */
        assert_int_equal(WTERMSIG(outcome.status), SIGNALS[i]);
        assert_true(begins(outcome.output, ENTER));
        assert_true(ends(outcome.output, LEAVE_END));
        assert_non_null(strstr(outcome.output, "\x1b[?1006h"));
        assert_non_null(
            strstr(outcome.output, "\x1b\\\x1b[?2026l\x1b_Ga=d,d=A,q=2\x1b\\\x1b[?1006l"));
        assert_true(outcome.same_modes);
    }
}

static void exit_plainly(int fd, int twice)
{
    start(fd, false, false);
    if (twice) {
        tty_close();
        tty_close();
        start(fd, false, false);
    }
}

static void exit_restores(void **state)
{
    (void)state;
    for (int twice = 0; twice < 2; twice++) {
        struct outcome outcome;
        run(exit_plainly, twice, &outcome);
        assert_true(WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == 0);
        assert_true(begins(outcome.output, ENTER));
        assert_true(ends(outcome.output, LEAVE_END));
        assert_null(strstr(outcome.output, "1006")); /* no mouse was asked for */
        assert_null(strstr(outcome.output, "_Ga"));
        assert_true(outcome.same_modes);
    }
}

static void die_after_a_late_answer(int fd, int signal_number)
{
    start(fd, true, false);
    tty_found_kitty();
    raise(signal_number);
    _exit(92);
}

static void kitty_found_late_is_cleaned_up(void **state)
{
    (void)state;
    struct outcome outcome;
    run(die_after_a_late_answer, SIGTERM, &outcome);
    assert_int_equal(WTERMSIG(outcome.status), SIGTERM);
    assert_non_null(strstr(outcome.output, "\x1b_Ga=d,d=A,q=2\x1b\\\x1b[?1006l"));
    assert_true(ends(outcome.output, LEAVE_END));
}

static void move_and_die(int fd, int signal_number)
{
    start(fd, true, false);
    tty_set_motion(true);
    tty_set_motion(true);
    raise(signal_number);
    _exit(92);
}

static void motion_ends_with_a_crash(void **state)
{
    (void)state;
    struct outcome outcome;
    run(move_and_die, SIGSEGV, &outcome);
    assert_int_equal(WTERMSIG(outcome.status), SIGSEGV);
    const char *on = strstr(outcome.output, "\x1b[?1003h");
    assert_non_null(on);
    assert_null(strstr(on + 1, "\x1b[?1003h")); /* said once */
    assert_non_null(strstr(on, "\x1b[?1003l\x1b[?1006l\x1b[?1002l\x1b[?1000l"));
    assert_true(ends(outcome.output, LEAVE_END));
}

static void move_and_go(int fd, int mouse)
{
    start(fd, mouse, false);
    tty_set_motion(false);
    tty_set_motion(true);
    tty_set_motion(false);
    exit(0);
}

static void motion_ends_where_nobody_wants_it(void **state)
{
    (void)state;
    for (int mouse = 0; mouse < 2; mouse++) {
        struct outcome outcome;
        run(move_and_go, mouse, &outcome);
        assert_true(WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == 0);
        const char *off = strstr(outcome.output, "\x1b[?1003h\x1b[?1003l\x1b[?1002h");
        assert_int_equal(off != NULL, mouse); /* presses and drags go on */
        assert_true(!off || !strstr(off + 8, "\x1b[?1003l\x1b[?1006l"));
        assert_int_equal(strstr(outcome.output, "1003") != NULL, mouse);
        assert_true(ends(outcome.output, LEAVE_END));
    }
}

static void ignore_hangup(int fd, int unused)
{
    (void)unused;
    signal(SIGHUP, SIG_IGN);
    start(fd, false, false);
    raise(SIGHUP);
    exit(7);
}

static void an_ignored_signal_stays_ignored(void **state)
{
    (void)state;
    struct outcome outcome;
    run(ignore_hangup, 0, &outcome);
    assert_true(WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == 7);
    assert_true(outcome.same_modes);
}

static void let_a_child_exit(int fd, int unused)
{
    (void)unused;
    int status;
    start(fd, false, false);
    pid_t worker = fork();
    if (worker == 0)
        exit(0); /* with the parent's atexit() functions */
    waitpid(worker, &status, 0);
    struct termios modes;
    tcgetattr(fd, &modes);
    if (write(fd, "WORK", 4) != 4 || (modes.c_lflag & ECHO))
        _exit(93);
}

static void a_childs_exit_leaves_the_terminal_alone(void **state)
{
    (void)state;
    struct outcome outcome;
    run(let_a_child_exit, 0, &outcome);
    assert_true(WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == 0);
    const char *work = strstr(outcome.output, "WORK");
    assert_non_null(work);
    assert_true(begins(outcome.output, ENTER));
    assert_int_equal(work - outcome.output, sizeof ENTER - 1); /* nothing between */
    assert_true(ends(outcome.output, LEAVE_END));
}

static void resize(int fd, int unused)
{
    (void)unused;
    struct tty_size size;
    struct winsize window = {40, 120, 120 * 8 + 4, 40 * 17}, odd = {40, 120, 32000, 0}, none = {0};
    start(fd, false, false);
    ioctl(fd, TIOCSWINSZ, &window); /* tells the foreground group: this process */
    struct pollfd wait = {.fd = tty_signal_fd(), .events = POLLIN};
    if (poll(&wait, 1, LIMIT_MS) != 1 || tty_take_signal() != TTY_RESIZED)
        _exit(94);
    while (tty_take_signal() != TTY_NO_SIGNAL)
        continue;
    if (!tty_get_size(fd, &size) || size.rows != 40 || size.cols != 120 || size.width_px != 964)
        _exit(95);
    ioctl(fd, TIOCSWINSZ, &odd);
    if (!tty_get_size(fd, &size) || size.width_px != 0 || size.height_px != 0)
        _exit(96);
    ioctl(fd, TIOCSWINSZ, &none);
    if (tty_get_size(fd, &size) || size.rows != 24 || size.cols != 80)
        _exit(97);
}

static void sizes_and_their_signal(void **state)
{
    (void)state;
    struct outcome outcome;
    run(resize, 0, &outcome);
    assert_true(WIFEXITED(outcome.status));
    assert_int_equal(WEXITSTATUS(outcome.status), 0);
}

/* A job as a shell starts it: in a group of its own, in the foreground. */
static void be_a_shell(int fd, int from_outside)
{
    struct termios before, stopped;
    tcgetattr(fd, &before);
    signal(SIGTTOU, SIG_IGN);
    pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(fd, getpid());
        start(fd, true, false);
        tty_set_motion(true);
        if (from_outside)
            raise(SIGTSTP);
        else
            tty_suspend();
        struct termios modes;
        if (tty_take_signal() != TTY_CONTINUED || tcgetattr(fd, &modes) || (modes.c_lflag & ECHO))
            _exit(98);
        exit(0);
    }
    int status;
    if (waitpid(job, &status, WUNTRACED) != job || !WIFSTOPPED(status) ||
        WSTOPSIG(status) != SIGTSTP)
        _exit(80);
    tcgetattr(fd, &stopped);
    if (!same_modes(&before, &stopped))
        _exit(81);
    if (write(fd, "SHELL", 5) != 5)
        _exit(82);
    kill(job, SIGCONT);
    if (waitpid(job, &status, 0) != job || !WIFEXITED(status))
        _exit(83);
    _exit(WEXITSTATUS(status));
}

static void stopping_gives_the_terminal_back_meanwhile(void **state)
{
    (void)state;
    for (int from_outside = 0; from_outside < 2; from_outside++) {
        struct outcome outcome;
        run(be_a_shell, from_outside, &outcome);
        assert_true(WIFEXITED(outcome.status));
        assert_int_equal(WEXITSTATUS(outcome.status), 0);
        char *shell = strstr(outcome.output, "SHELL");
        assert_non_null(shell);
        assert_true(begins(shell + 5, ENTER));
        const char *again = strstr(shell, "\x1b[?1006h\x1b[?1003h"); /* as it was */
        assert_non_null(again);
        assert_non_null(strstr(again, "\x1b[?1003l"));
        assert_true(ends(outcome.output, LEAVE_END));
        *shell = '\0';
        assert_non_null(strstr(outcome.output, "\x1b[?1003l"));
        assert_true(ends(outcome.output, LEAVE_END));
        assert_true(outcome.same_modes);
    }
}

static void what_is_no_terminal_is_refused(void **state)
{
    (void)state;
    struct err err;
    struct tty_size size;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    assert_false(tty_open(null, null, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_false(tty_get_size(null, &size));
    assert_int_equal(size.cols, 80);
    assert_int_equal(tty_signal_fd(), -1);
    assert_int_equal(tty_take_signal(), TTY_NO_SIGNAL);
    struct tty_options options = {0};
    assert_false(tty_enter(&options, &err));
    tty_close();
    close(null);
}

static void writing_waits_for_a_full_pipe(void **state)
{
    (void)state;
    struct err err;
    int ends_of[2];
    assert_int_equal(pipe2(ends_of, O_CLOEXEC | O_NONBLOCK), 0);
    size_t length = 1 << 20;
    char *bytes = calloc(1, length);
    pid_t child = fork();
    if (child == 0) {
        close(ends_of[0]);
        _exit(tty_write(ends_of[1], bytes, length, &err) ? 0 : 1);
    }
    close(ends_of[1]);
    size_t total = 0;
    for (;;) {
        char part[4096];
        struct pollfd wait = {.fd = ends_of[0], .events = POLLIN};
        assert_int_equal(poll(&wait, 1, LIMIT_MS), 1);
        ssize_t n = read(ends_of[0], part, sizeof part);
        if (n <= 0)
            break;
        total += (size_t)n;
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(total, length);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    free(bytes);
    close(ends_of[0]);
    assert_false(tty_write(ends_of[0], "x", 1, &err));
    assert_int_equal(err.code, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fatal_signal_restores),
        cmocka_unit_test(exit_restores),
        cmocka_unit_test(kitty_found_late_is_cleaned_up),
        cmocka_unit_test(motion_ends_with_a_crash),
        cmocka_unit_test(motion_ends_where_nobody_wants_it),
        cmocka_unit_test(an_ignored_signal_stays_ignored),
        cmocka_unit_test(a_childs_exit_leaves_the_terminal_alone),
        cmocka_unit_test(sizes_and_their_signal),
        cmocka_unit_test(stopping_gives_the_terminal_back_meanwhile),
        cmocka_unit_test(what_is_no_terminal_is_refused),
        cmocka_unit_test(writing_waits_for_a_full_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
