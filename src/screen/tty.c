#include "screen/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { FATAL_COUNT = 9, STRING_BYTES = 256, STACK_BYTES = 64 << 10, MAX_CELL_PX = 512 };

static const int FATAL[FATAL_COUNT] = {
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

/* The state that signal handlers need; written only while the handlers are not installed, or with
 * their signals blocked. */
static struct {
    volatile sig_atomic_t open, entered;
    pid_t owner; /* a forked child must not restore its parent's terminal */
    int in_fd, out_fd;
    int pipe[2];
    struct termios before, raw;
    struct tty_options options;
    bool motion; /* the mouse tells of motion, too */
    char enter[STRING_BYTES], leave[STRING_BYTES];
    size_t enter_bytes, leave_bytes;
    struct sigaction old_fatal[FATAL_COUNT], old_winch, old_tstp, old_cont;
    stack_t old_stack;
    char *stack;
} tty;

static bool at_exit_set;

/* Everything down to hide_modes() is called from signal handlers: async-signal-safe calls only. */
static void write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* the terminal is gone, or full: nobody is left to tell */
        bytes += n;
        length -= (size_t)n;
    }
}

static void show_modes(void)
{
    tcsetattr(tty.in_fd, TCSANOW, &tty.raw);
    if (tty.entered)
        write_all(tty.out_fd, tty.enter, tty.enter_bytes);
}

static void hide_modes(void)
{
    if (tty.entered)
        write_all(tty.out_fd, tty.leave, tty.leave_bytes);
    tcsetattr(tty.in_fd, TCSANOW, &tty.before);
}

static void post(char what)
{
    int saved = errno;
    if (write(tty.pipe[1], &what, 1) < 0)
        errno = saved; /* a full pipe has told already */
    errno = saved;
}

static void on_fatal(int signal_number)
{
    if (tty.open && getpid() == tty.owner) {
        tty.open = 0;
        hide_modes();
    }
    for (int i = 0; i < FATAL_COUNT; i++)
        if (FATAL[i] == signal_number)
            sigaction(signal_number, &tty.old_fatal[i], NULL);
    raise(signal_number); /* blocked until this returns, then handled as it was before */
}

static void on_resize(int signal_number)
{
    (void)signal_number;
    post('r');
}

static void on_stop(int signal_number)
{
    int saved = errno;
    (void)signal_number;
    hide_modes();
    struct sigaction stop = {.sa_handler = SIG_DFL}, mine;
    sigset_t set, before;
    sigaction(SIGTSTP, &stop, &mine);
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &set, &before); /* here it stops, and here it goes on */
    sigprocmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGTSTP, &mine, NULL);
    show_modes();
    post('c');
    errno = saved;
}

static void on_continue(int signal_number)
{
    int saved = errno;
    (void)signal_number;
    show_modes();
    post('c');
    errno = saved;
}

static void install(int signal_number, void (*handler)(int), int flags, struct sigaction *old)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigfillset(&action.sa_mask);
    sigaction(signal_number, NULL, old);
    if (old->sa_handler != SIG_IGN) /* nohup: what is ignored stays ignored */
        sigaction(signal_number, &action, NULL);
}

/* A stack of its own, so that a stack overflow too leaves a usable terminal. */
static void install_all(void)
{
    tty.stack = malloc(STACK_BYTES);
    if (tty.stack) {
        stack_t stack = {.ss_sp = tty.stack, .ss_size = STACK_BYTES};
        sigaltstack(&stack, &tty.old_stack);
    }
    for (int i = 0; i < FATAL_COUNT; i++)
        install(FATAL[i], on_fatal, tty.stack ? SA_ONSTACK : 0, &tty.old_fatal[i]);
    install(SIGWINCH, on_resize, SA_RESTART, &tty.old_winch);
    install(SIGTSTP, on_stop, SA_RESTART, &tty.old_tstp);
    install(SIGCONT, on_continue, SA_RESTART, &tty.old_cont);
}

static void uninstall_all(void)
{
    for (int i = 0; i < FATAL_COUNT; i++)
        sigaction(FATAL[i], &tty.old_fatal[i], NULL);
    sigaction(SIGWINCH, &tty.old_winch, NULL);
    sigaction(SIGTSTP, &tty.old_tstp, NULL);
    sigaction(SIGCONT, &tty.old_cont, NULL);
    if (tty.stack)
        sigaltstack(&tty.old_stack, NULL);
    free(tty.stack);
    tty.stack = NULL;
}

bool tty_open(int in_fd, int out_fd, struct err *err)
{
    if (tty.open)
        return err_set(err, ERR_USAGE, "the terminal is open already");
    memset(&tty, 0, sizeof tty);
    if (tcgetattr(in_fd, &tty.before) != 0)
        return err_set_errno(err, "this is no terminal");
    if (pipe2(tty.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_set_errno(err, "cannot make a pipe for signals");
    tty.in_fd = in_fd;
    tty.out_fd = out_fd;
    tty.owner = getpid();
    tty.raw = tty.before;
    cfmakeraw(&tty.raw);
    tty.raw.c_cc[VMIN] = 1;
    tty.raw.c_cc[VTIME] = 0;
    install_all();
    tty.open = 1;
    if (!at_exit_set)
        at_exit_set = atexit(tty_close) == 0;
    if (tcsetattr(in_fd, TCSANOW, &tty.raw) != 0) {
        err_set_errno(err, "cannot set the terminal to raw mode");
        tty_close();
        return false;
    }
    return true;
}

#define MOTION_ON "\x1b[?1003h"
/* xterm has one of these modes at a time, so that the end of one is the end of all. */
#define MOTION_OFF "\x1b[?1003l\x1b[?1002h"

/* What is written on entering, on going on after a stop, and on leaving. */
static void set_strings(const struct tty_options *options, bool motion)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    /* Mouse: 1002 presses and drags, 1006 in decimal. 2004: pastes in brackets. */
    int enter = snprintf(tty.enter, sizeof tty.enter, "\x1b[?1049h\x1b[?25l\x1b[?2004h%s%s",
        options->mouse ? "\x1b[?1000h\x1b[?1002h\x1b[?1006h" : "", motion ? MOTION_ON : "");
    tty.enter_bytes = (size_t)enter;
    /* ST first: a picture may be cut in its middle. Then an open synchronized update. */
    int leave = snprintf(tty.leave, sizeof tty.leave,
        "\x1b\\\x1b[?2026l%s%s%s\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l",
        options->kitty ? "\x1b_Ga=d,d=A,q=2\x1b\\" : "", motion ? "\x1b[?1003l" : "",
        options->mouse ? "\x1b[?1006l\x1b[?1002l\x1b[?1000l" : "");
    tty.leave_bytes = (size_t)leave;
    tty.options = *options;
    tty.motion = motion;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void tty_found_kitty(void)
{
    struct tty_options options = tty.options;
    options.kitty = true;
    if (tty.open && tty.entered)
        set_strings(&options, tty.motion);
}

void tty_set_motion(bool on)
{
    if (!tty.open || !tty.entered || !tty.options.mouse || tty.motion == on)
        return;
    const struct tty_options options = tty.options;
    set_strings(&options, on); /* first: who is stopped in between leaves it as it was */
    const char *text = on ? MOTION_ON : MOTION_OFF;
    tty_write(tty.out_fd, text, strlen(text), NULL); /* a terminal that is gone tells otherwise */
}

bool tty_enter(const struct tty_options *options, struct err *err)
{
    if (!tty.open)
        return err_set(err, ERR_USAGE, "the terminal is not open");
    set_strings(options, false);
    tty.entered = 1;
    return tty_write(tty.out_fd, tty.enter, tty.enter_bytes, err);
}

void tty_close(void)
{
    if (!tty.open || getpid() != tty.owner)
        return;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    tty.open = 0;
    hide_modes();
    tty.entered = 0;
    uninstall_all();
    close(tty.pipe[0]);
    close(tty.pipe[1]);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool tty_get_size(int fd, struct tty_size *size)
{
    struct winsize window;
    *size = (struct tty_size){24, 80, 0, 0};
    if (ioctl(fd, TIOCGWINSZ, &window) != 0 || window.ws_row == 0 || window.ws_col == 0)
        return false;
    size->rows = window.ws_row;
    size->cols = window.ws_col;
    int cell_w = window.ws_xpixel / size->cols, cell_h = window.ws_ypixel / size->rows;
    if (cell_w > 0 && cell_h > 0 && cell_w <= MAX_CELL_PX && cell_h <= MAX_CELL_PX) {
        size->width_px = window.ws_xpixel;
        size->height_px = window.ws_ypixel;
    }
    return true;
}

int tty_signal_fd(void)
{
    return tty.open ? tty.pipe[0] : -1;
}

enum tty_signal tty_take_signal(void)
{
    char what;
    if (!tty.open || read(tty.pipe[0], &what, 1) != 1)
        return TTY_NO_SIGNAL;
    return what == 'r' ? TTY_RESIZED : TTY_CONTINUED;
}

void tty_suspend(void)
{
    if (tty.open)
        raise(SIGTSTP);
}

bool tty_write(int fd, const void *bytes, size_t length, struct err *err)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t n = write(fd, at, length);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            poll(&wait, 1, -1);
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, "cannot write to the terminal");
        at += n;
        length -= (size_t)n;
    }
    return true;
}
