#include "record/relay.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 << 10, /* of the command's output at once */
    WRITE_BYTES = 4096,    /* what a writable terminal or pipe takes without blocking for long */
    KEY_BYTES = 4096,
    FOREGROUND_MS = 200, /* no signal tells that `fg` made a running job the foreground one */
    SAW_MS = 50,         /* in which the keeper sees a signal that was sent to all */
    LAST_MS = 30,        /* in which the last output comes out of a terminal others hold open */
    MOST_LAST_MS = 1000, /* of listening to those others */
};

/* One way of the command's output: read here, written there. */
struct way {
    int from, to; /* -1: nothing (more) to read; nobody to write to */
    size_t at, length; /* what is read and not written, in `bytes` */
    char bytes[READ_BYTES];
};

struct relay {
    struct relay_calls calls;
    struct keeper_signals before; /* dispositions and mask from before */
    int keeper, signals;
    pid_t pid;
    struct way ways[KEEPER_SOURCES];
    char keys[KEY_BYTES];
    size_t key_at, key_length;
    int terminal; /* ours, or -1 */
    bool has_keys; /* standard input is it too, and has not ended */
    struct termios usual;
    atomic_bool raw;
    bool alone; /* no shell would continue us */
    int64_t due[NSIG]; /* when a signal is to go on to the command, clock_ms(); 0: none waits */
    bool over;
    struct keeper_end end;
};

/* ---- our terminal ---- */

static bool in_foreground(const struct relay *relay)
{
    return relay->terminal >= 0 && tcgetpgrp(relay->terminal) == getpgrp();
}

static void follow_size(struct relay *relay)
{
    struct winsize size;
    if (relay->ways[KEEPER_TERMINAL].from >= 0 && ioctl(relay->terminal, TIOCGWINSZ, &size) == 0)
        ioctl(relay->ways[KEEPER_TERMINAL].from, TIOCSWINSZ, &size);
}

static void leave_raw(struct relay *relay)
{
    if (atomic_exchange(&relay->raw, false))
        tcsetattr(relay->terminal, TCSADRAIN, &relay->usual);
}

/* Raw when the keys are ours to pass on: in the foreground. */
static void seek_raw(struct relay *relay)
{
    if (relay->raw || !relay->has_keys || !in_foreground(relay))
        return;
    struct termios raw;
    if (tcgetattr(relay->terminal, &relay->usual) != 0)
        return;
    raw = relay->usual;
    cfmakeraw(&raw);
    if (tcsetattr(relay->terminal, TCSADRAIN, &raw) == 0)
        relay->raw = true;
    follow_size(relay);
}

void relay_say(const struct relay *relay, const char *line)
{
    dprintf(STDERR_FILENO, "%s%s", line, relay && relay->raw ? "\r\n" : "\n");
}

/* ---- starting ---- */

static void hold_standard_fds(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd ? O_WRONLY : O_RDONLY); /* the lowest free one: FD */
}

static bool take_signals_over(struct relay *relay, struct err *err)
{
    static const int CARED_FOR[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP,
        SIGCONT, SIGWINCH, SIGTTIN, SIGTTOU, SIGCHLD};
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof CARED_FOR / sizeof *CARED_FOR; i++)
        sigaddset(&blocked, CARED_FOR[i]);
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignored, &relay->before.pipe);
    sigaction(SIGXFSZ, &ignored, &relay->before.xfsz); /* a full disk is an error, no death */
    sigaction(SIGCHLD, NULL, &relay->before.chld);
    sigprocmask(SIG_BLOCK, &blocked, &relay->before.mask);
    relay->signals = signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK);
    return relay->signals >= 0 || err_set_errno(err, "cannot take signals");
}

/* A pseudo terminal that is set and sized as ours; the slave side, or -1 with ERR. */
static int open_terminal(struct relay *relay, struct err *err)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct way *way = &relay->ways[KEEPER_TERMINAL];
    struct termios settings;
    way->from = master;
    way->to = relay->terminal;
    int slave = -1;
    char name[128];
    if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0 &&
        ptsname_r(master, name, sizeof name) == 0)
        slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        err_set_errno(err, "cannot open a pseudo terminal");
        return -1;
    }
    if (tcgetattr(relay->terminal, &settings) == 0)
        tcsetattr(slave, TCSANOW, &settings);
    follow_size(relay);
    fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
    return slave;
}

static bool open_pipe(struct relay *relay, struct keeper_plan *plan, int fd, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set_errno(err, "cannot make a pipe");
    enum keeper_source source = fd == STDOUT_FILENO ? KEEPER_OUT : KEEPER_ERR;
    relay->ways[source].from = ends[0];
    relay->ways[source].to = fd;
    plan->given[fd] = ends[1];
    return true;
}

/* Which of 0, 1, 2 is what for the command. */
static bool open_ways(struct relay *relay, struct keeper_plan *plan, struct err *err)
{
    relay->terminal = isatty(STDOUT_FILENO) ? STDOUT_FILENO
                      : isatty(STDERR_FILENO) ? STDERR_FILENO
                                              : -1;
    if (relay->terminal >= 0) {
        plan->terminal = open_terminal(relay, err);
        if (plan->terminal < 0)
            return false;
        relay->has_keys = isatty(STDIN_FILENO);
        plan->given[STDIN_FILENO] = relay->has_keys ? plan->terminal : -1;
    }
    for (int fd = 1; fd < 3; fd++) {
        if (relay->terminal >= 0 && isatty(fd))
            plan->given[fd] = plan->terminal;
        else if (!open_pipe(relay, plan, fd, err))
            return false;
    }
    for (int i = 0; i < KEEPER_SOURCES; i++)
        plan->sources[i] = relay->ways[i].from;
    return true;
}

static bool hear_start(struct relay *relay, const char *name, int *exit_code, struct err *err)
{
    struct keeper_report report;
    ssize_t got;
    do
        got = recv(relay->keeper, &report, sizeof report, 0);
    while (got < 0 && errno == EINTR);
    if (got == sizeof report && report.kind == KEEPER_STARTED) {
        relay->pid = report.value;
        return true;
    }
    errno = got == sizeof report ? report.value : ECHILD;
    *exit_code = errno == ENOENT ? 127 : 126;
    err_set_errno(err, "cannot be run");
    err_in_file(err, name);
    return false;
}

static bool start(struct relay *relay, char *const *words, int *exit_code, struct err *err)
{
    struct keeper_plan plan = {.words = words,
        .given = {-1, -1, -1},
        .terminal = -1,
        .orphan_ended = relay->calls.orphan_ended,
        .self = relay->calls.self};
    bool ok = take_signals_over(relay, err);
    plan.signals = relay->before;
    ok = ok && open_ways(relay, &plan, err) && keeper_start(&plan, &relay->keeper, err);
    if (plan.terminal >= 0)
        close(plan.terminal);
    for (int fd = 0; fd < 3; fd++)
        if (plan.given[fd] >= 0 && plan.given[fd] != plan.terminal)
            close(plan.given[fd]);
    return ok && hear_start(relay, words[0], exit_code, err);
}

struct relay *relay_start(
    char *const *words, const struct relay_calls *calls, int *exit_code, struct err *err)
{
    struct relay *relay = calloc(1, sizeof *relay);
    *exit_code = 126;
    if (!relay) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    relay->calls = *calls;
    relay->keeper = relay->signals = relay->terminal = -1;
    for (int i = 0; i < KEEPER_SOURCES; i++)
        relay->ways[i].from = relay->ways[i].to = -1;
    relay->alone = getsid(getppid()) != getsid(0);
    hold_standard_fds();
    if (start(relay, words, exit_code, err))
        return relay;
    relay_done(relay);
    return NULL;
}

pid_t relay_pid(const struct relay *relay)
{
    return relay->pid;
}

bool relay_has_terminal(const struct relay *relay)
{
    return relay->terminal >= 0;
}

/* ---- running ---- */

static void order(struct relay *relay, enum keeper_order_kind kind, int value)
{
    struct keeper_order record = {kind, value};
    if (relay->keeper >= 0)
        send(relay->keeper, &record, sizeof record, MSG_NOSIGNAL);
}

/* The command has stopped: so do we, as its job. Returns when somebody continues us. */
static void stop_too(struct relay *relay)
{
    if (relay->alone) {
        order(relay, KEEPER_SIGNAL_GROUP, SIGCONT);
        return;
    }
    leave_raw(relay);
    if (relay->terminal >= 0)
        kill(0, SIGSTOP); /* Ctrl-Z stops a whole pipeline */
    else
        raise(SIGSTOP);
    seek_raw(relay);
    follow_size(relay);
    order(relay, KEEPER_SIGNAL_GROUP, SIGCONT);
}

static void hear_keeper(struct relay *relay)
{
    struct keeper_report report;
    ssize_t got = recv(relay->keeper, &report, sizeof report, 0);
    if (got < 0 && errno == EINTR)
        return;
    if (got != sizeof report) { /* somebody killed the keeper */
        close(relay->keeper);
        relay->keeper = -1;
        relay->end.is_unknown = true;
    } else if (report.kind == KEEPER_ENDED) {
        relay->over = true;
        relay->end = keeper_end_of(report.value);
    } else if (report.kind == KEEPER_STOPPED) {
        stop_too(relay);
    } else if (report.kind == KEEPER_SAW && report.value > 0 && report.value < NSIG) {
        relay->due[report.value] = 0;
    }
}

static void give_up_writing(struct relay *relay)
{
    for (int i = 0; i < KEEPER_SOURCES; i++) {
        relay->ways[i].at = relay->ways[i].length = 0;
        relay->ways[i].to = -1;
    }
}

/* Those that the kernel made of keys or of a lost terminal went to our whole group. */
static void take_signal(struct relay *relay, const struct signalfd_siginfo *info)
{
    int number = (int)info->ssi_signo;
    bool own_terminal = relay->terminal >= 0;
    if (number == SIGCHLD || number == SIGTTIN || number == SIGTTOU)
        return;
    if (number == SIGWINCH && own_terminal) {
        follow_size(relay);
    } else if (number == SIGCONT) {
        seek_raw(relay);
        follow_size(relay);
        order(relay, KEEPER_SIGNAL_GROUP, SIGCONT);
    } else if (relay->over && number != SIGTSTP) {
        give_up_writing(relay); /* there is nobody else left to obey */
    } else if (info->ssi_code != SI_KERNEL) {
        relay->due[number] = clock_ms() + SAW_MS;
    } else if (own_terminal) {
        order(relay, KEEPER_SIGNAL_GROUP, number);
    }
}

static void take_signals(struct relay *relay)
{
    struct signalfd_siginfo info;
    while (read(relay->signals, &info, sizeof info) == sizeof info)
        take_signal(relay, &info);
}

/* Sends on what only we were sent; returns the milliseconds until the next is due, -1 for none. */
static int send_due(struct relay *relay)
{
    int64_t now = clock_ms(), next = -1;
    for (int i = 1; i < NSIG; i++) {
        if (relay->due[i] && relay->due[i] <= now) {
            relay->due[i] = 0;
            order(relay, KEEPER_SIGNAL, i);
        } else if (relay->due[i] && (next < 0 || relay->due[i] - now < next)) {
            next = relay->due[i] - now;
        }
    }
    return (int)next;
}

static void end_way(struct relay *relay, enum keeper_source source)
{
    struct way *way = &relay->ways[source];
    close(way->from);
    way->from = -1;
    order(relay, KEEPER_CLOSE, source);
}

static void read_way(struct relay *relay, enum keeper_source source)
{
    static const enum relay_stream STREAMS[] = {RELAY_TERMINAL, RELAY_OUT, RELAY_ERR};
    struct way *way = &relay->ways[source];
    ssize_t got = read(way->from, way->bytes, sizeof way->bytes);
    if (got > 0) {
        way->at = 0;
        way->length = (size_t)got;
        relay->calls.output(relay->calls.self, STREAMS[source], way->bytes, way->length);
        if (way->to < 0)
            way->length = 0;
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        end_way(relay, source); /* a pseudo terminal that nobody has open says EIO */
    }
}

static void write_way(struct relay *relay, enum keeper_source source)
{
    struct way *way = &relay->ways[source];
    size_t length = way->length - way->at;
    ssize_t put = write(way->to, way->bytes + way->at, length < WRITE_BYTES ? length : WRITE_BYTES);
    if (put > 0) {
        way->at += (size_t)put;
    } else if (put < 0 && errno != EINTR && errno != EAGAIN) {
        if (errno == EPIPE && way->from >= 0)
            end_way(relay, source); /* the command learns it as it would without us */
        way->to = -1;               /* else the terminal is gone, or a disk full: go on recording */
    }
    if (way->at == way->length || way->to < 0)
        way->at = way->length = 0;
}

static void read_keys(struct relay *relay)
{
    ssize_t got = read(STDIN_FILENO, relay->keys, sizeof relay->keys);
    relay->key_at = 0;
    relay->key_length = got > 0 ? (size_t)got : 0;
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        relay->has_keys = false;
}

static void write_keys(struct relay *relay)
{
    size_t length = relay->key_length - relay->key_at;
    ssize_t put = write(relay->ways[KEEPER_TERMINAL].from, relay->keys + relay->key_at, length);
    if (put > 0)
        relay->key_at += (size_t)put;
    else if (errno != EINTR && errno != EAGAIN)
        relay->key_at = relay->key_length;
}

enum {
    ON_KEEPER,
    ON_SIGNALS,
    ON_KEYS,
    ON_KEYS_OUT,
    ON_IN,
    ON_OUT = ON_IN + KEEPER_SOURCES,
    ON_COUNT = ON_OUT + KEEPER_SOURCES
};

/* What is read waits until it is written: the command is as fast as who reads us. */
static void plan_poll(const struct relay *relay, struct pollfd polled[ON_COUNT])
{
    bool keys_wait = relay->key_at < relay->key_length;
    int master = relay->ways[KEEPER_TERMINAL].from;
    bool listen = relay->raw && relay->has_keys && !keys_wait && master >= 0;
    polled[ON_KEEPER] = (struct pollfd){relay->over ? -1 : relay->keeper, POLLIN, 0};
    polled[ON_SIGNALS] = (struct pollfd){relay->signals, POLLIN, 0};
    polled[ON_KEYS] = (struct pollfd){listen ? STDIN_FILENO : -1, POLLIN, 0};
    polled[ON_KEYS_OUT] = (struct pollfd){keys_wait ? master : -1, POLLOUT, 0};
    for (int i = 0; i < KEEPER_SOURCES; i++) {
        const struct way *way = &relay->ways[i];
        bool waits = way->at < way->length;
        polled[ON_IN + i] = (struct pollfd){waits ? -1 : way->from, POLLIN, 0};
        polled[ON_OUT + i] = (struct pollfd){waits ? way->to : -1, POLLOUT, 0};
    }
}

static int sooner(int a, int b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

/* One wait and what came of it; false when nothing did within MOST_MS (-1: no limit). */
static bool turn(struct relay *relay, int most_ms)
{
    struct pollfd polled[ON_COUNT];
    int wait_ms = sooner(most_ms, sooner(send_due(relay), relay->calls.idle(relay->calls.self)));
    if (relay->has_keys && !relay->raw) {
        seek_raw(relay);
        wait_ms = relay->raw ? wait_ms : sooner(wait_ms, FOREGROUND_MS);
    }
    plan_poll(relay, polled);
    int ready = poll(polled, ON_COUNT, wait_ms);
    if (ready <= 0)
        return ready < 0;
    for (int i = 0; i < KEEPER_SOURCES; i++) {
        if (polled[ON_IN + i].revents)
            read_way(relay, (enum keeper_source)i);
        if (polled[ON_OUT + i].revents)
            write_way(relay, (enum keeper_source)i);
    }
    if (polled[ON_KEYS].revents)
        read_keys(relay);
    if (polled[ON_KEYS_OUT].revents)
        write_keys(relay);
    if (polled[ON_SIGNALS].revents)
        take_signals(relay);
    if (polled[ON_KEEPER].revents)
        hear_keeper(relay);
    return true;
}

static bool waits_to_write(const struct relay *relay)
{
    for (int i = 0; i < KEEPER_SOURCES; i++)
        if (relay->ways[i].at < relay->ways[i].length)
            return true;
    return false;
}

static bool has_output(const struct relay *relay)
{
    for (int i = 0; i < KEEPER_SOURCES; i++)
        if (relay->ways[i].from >= 0)
            return true;
    return waits_to_write(relay);
}

/* Others that the command left behind may hold its output open: what they print is not waited for,
 * the keeper takes it. */
static void take_the_last(struct relay *relay)
{
    int64_t until = clock_ms() + MOST_LAST_MS;
    while (has_output(relay)) {
        bool more = turn(relay, LAST_MS);
        if (!waits_to_write(relay) && (!more || clock_ms() > until))
            return;
    }
}

struct keeper_end relay_run(struct relay *relay)
{
    seek_raw(relay);
    while (!relay->over && (relay->keeper >= 0 || has_output(relay)))
        turn(relay, -1);
    take_the_last(relay);
    leave_raw(relay);
    return relay->end;
}

void relay_done(struct relay *relay)
{
    if (!relay)
        return;
    leave_raw(relay);
    for (int i = 0; i < KEEPER_SOURCES; i++)
        if (relay->ways[i].from >= 0)
            close(relay->ways[i].from);
    if (relay->keeper >= 0) {
        order(relay, KEEPER_RELEASE, 0);
        close(relay->keeper);
    }
    if (relay->signals >= 0)
        close(relay->signals);
    sigaction(SIGPIPE, &relay->before.pipe, NULL);
    sigaction(SIGXFSZ, &relay->before.xfsz, NULL);
    sigprocmask(SIG_SETMASK, &relay->before.mask, NULL);
    free(relay);
}
