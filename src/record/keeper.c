#include "record/keeper.h"

#include "base/file.h"
#include "record/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct keeper_end keeper_end_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? (struct keeper_end){.signal = WTERMSIG(wait_status)}
                                    : (struct keeper_end){.exit_code = WEXITSTATUS(wait_status)};
}

/* ---- the command ---- */

static void restore_signals(const struct keeper_signals *signals)
{
    sigaction(SIGPIPE, &signals->pipe, NULL);
    sigaction(SIGXFSZ, &signals->xfsz, NULL);
    sigaction(SIGCHLD, &signals->chld, NULL);
    sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

/* In the child, before it becomes the command. */
static void prepare(const void *self)
{
    const struct keeper_plan *plan = self;
    if (plan->terminal >= 0) {
        setpgid(0, 0);
        tcsetpgrp(plan->terminal, getpid()); /* SIGTTOU is blocked */
    }
    for (int fd = 0; fd < 3; fd++)
        if (plan->given[fd] >= 0)
            dup2(plan->given[fd], fd);
    restore_signals(&plan->signals);
}

/* ---- the keeper ---- */

struct keeper {
    const struct keeper_plan *plan;
    int socket; /* -1: the recorder is gone */
    int signals;
    int sources[KEEPER_SOURCES];
    pid_t pid; /* of the command; 0 when it has ended */
    int wait_status;
    bool is_told; /* the recorder has written the end down, or we have */
};

static void report(struct keeper *keeper, enum keeper_report_kind kind, int value)
{
    struct keeper_report record = {kind, value};
    if (keeper->socket >= 0)
        send(keeper->socket, &record, sizeof record, MSG_NOSIGNAL);
}

/* Whoever is left writes the end down. */
static void tell_orphan_end(struct keeper *keeper)
{
    if (keeper->pid || keeper->socket >= 0 || keeper->is_told || !keeper->plan->orphan_ended)
        return;
    struct keeper_end end = keeper_end_of(keeper->wait_status);
    keeper->is_told = true;
    keeper->plan->orphan_ended(keeper->plan->self, &end);
}

static void ended(struct keeper *keeper, int wait_status)
{
    keeper->pid = 0;
    keeper->wait_status = wait_status;
    report(keeper, KEEPER_ENDED, wait_status);
    tell_orphan_end(keeper);
}

static void look_at_command(struct keeper *keeper)
{
    int status;
    while (keeper->pid && waitpid(keeper->pid, &status, WNOHANG | WUNTRACED) > 0) {
        if (WIFSTOPPED(status))
            report(keeper, KEEPER_STOPPED, WSTOPSIG(status));
        else
            ended(keeper, status);
    }
}

static void take_signals(struct keeper *keeper)
{
    struct signalfd_siginfo info;
    while (read(keeper->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            look_at_command(keeper);
        else if (keeper->pid)
            report(keeper, KEEPER_SAW, (int)info.ssi_signo);
    }
}

static void drop_source(struct keeper *keeper, int source)
{
    if (source >= 0 && source < KEEPER_SOURCES && keeper->sources[source] >= 0) {
        close(keeper->sources[source]);
        keeper->sources[source] = -1;
    }
}

static void take_order(struct keeper *keeper)
{
    struct keeper_order order;
    ssize_t got = recv(keeper->socket, &order, sizeof order, 0);
    if (got < 0 && (errno == EINTR || errno == ECONNRESET))
        return; /* reset: the recorder left a report unread; its last orders follow */
    if (got != sizeof order) {
        close(keeper->socket);
        keeper->socket = -1;
        tell_orphan_end(keeper);
    } else if (order.kind == KEEPER_RELEASE) {
        keeper->is_told = true;
    } else if (order.kind == KEEPER_CLOSE) {
        drop_source(keeper, order.value);
    } else if (keeper->pid) {
        bool group = order.kind == KEEPER_SIGNAL_GROUP && keeper->plan->terminal >= 0;
        kill(group ? -keeper->pid : keeper->pid, order.value);
    }
}

/* In the recorder's stead. */
static void take_output(struct keeper *keeper, int source)
{
    char bytes[16 << 10];
    ssize_t got = read(keeper->sources[source], bytes, sizeof bytes);
    if (got > 0 && source != KEEPER_TERMINAL)
        file_write_all(source == KEEPER_OUT ? STDOUT_FILENO : STDERR_FILENO, bytes, (size_t)got);
    else if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        drop_source(keeper, source);
}

static bool is_needed(const struct keeper *keeper)
{
    for (int i = 0; i < KEEPER_SOURCES; i++)
        if (keeper->sources[i] >= 0)
            return true;
    return keeper->socket >= 0 || keeper->pid;
}

static void keep(struct keeper *keeper)
{
    while (is_needed(keeper)) {
        bool alone = keeper->socket < 0;
        struct pollfd polled[2 + KEEPER_SOURCES] = {
            {keeper->signals, POLLIN, 0}, {keeper->socket, POLLIN, 0}};
        for (int i = 0; i < KEEPER_SOURCES; i++)
            polled[2 + i] = (struct pollfd){alone ? keeper->sources[i] : -1, POLLIN, 0};
        if (poll(polled, 2 + KEEPER_SOURCES, -1) < 0)
            continue;
        if (polled[0].revents)
            take_signals(keeper);
        if (polled[1].revents)
            take_order(keeper);
        for (int i = 0; i < KEEPER_SOURCES; i++)
            if (polled[2 + i].revents)
                take_output(keeper, i);
    }
}

/* What the keeper does not copy to it does not hold open: a terminal may be closed, an ssh end. */
static void let_go(const struct keeper_plan *plan)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    if (plan->sources[KEEPER_OUT] < 0)
        dup2(nothing, STDOUT_FILENO);
    if (plan->sources[KEEPER_ERR] < 0)
        dup2(nothing, STDERR_FILENO);
    close(nothing);
    for (int i = 0; i < 3; i++)
        if (plan->given[i] >= 0)
            close(plan->given[i]);
    if (plan->terminal >= 0)
        close(plan->terminal);
}

static void be_keeper(const struct keeper_plan *plan, int socket)
{
    struct keeper keeper = {.plan = plan, .socket = socket};
    sigset_t blocked;
    signal(SIGCHLD, SIG_DFL); /* one that is ignored cannot be waited for */
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    keeper.signals = signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK);
    memcpy(keeper.sources, plan->sources, sizeof keeper.sources);
    prctl(PR_SET_NAME, "boxtop-keeper");
    if (plan->terminal >= 0) {
        setsid();
        ioctl(plan->terminal, TIOCSCTTY, 0);
    }
    keeper.pid = exec_start(plan->words, environ, prepare, plan);
    int reason = errno;
    let_go(plan);
    if (keeper.pid < 0) {
        report(&keeper, KEEPER_NO_START, reason);
        _exit(0);
    }
    report(&keeper, KEEPER_STARTED, keeper.pid);
    keep(&keeper);
    _exit(0);
}

bool keeper_start(const struct keeper_plan *plan, int *socket, struct err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return err_set_errno(err, "cannot make a socket");
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        be_keeper(plan, pair[1]);
    }
    close(pair[1]);
    if (pid > 0) {
        *socket = pair[0];
        return true;
    }
    err_set_errno(err, "cannot fork");
    close(pair[0]);
    return false;
}
