#include "picture/decode_child.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES = 3, COPY_BYTES = 256 << 10, HELLO_MS = 5000 };

struct decode_nursery {
    const struct decode_work *work;
    int socket;
    pid_t pid;
    pthread_mutex_t lock; /* an order and its answer belong together */
};

struct decode_child {
    struct decode_nursery *nursery;
    int pid; /* 0: there is none now */
    int socket;
    int file, picture; /* in memory */
    int64_t length_bytes;
    bool filtered;
};

/* ---- the nursery ---- */

struct decode_nursery *decode_nursery_new(const struct decode_work *work, struct err *err)
{
    struct decode_nursery *nursery = calloc(1, sizeof *nursery);
    int sockets[2];
    if (!nursery) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    int parent = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
        err_set_errno(err, "cannot make a socket for decoding");
        free(nursery);
        return NULL;
    }
    pid_t pid = fork();
    if (pid == 0)
        nursery_live(work, sockets[1], parent);
    close(sockets[1]);
    if (pid < 0) {
        err_set_errno(err, "cannot start a process for decoding");
        close(sockets[0]);
        free(nursery);
        return NULL;
    }
    nursery->work = work;
    nursery->socket = sockets[0];
    nursery->pid = pid;
    pthread_mutex_init(&nursery->lock, NULL);
    return nursery;
}

void decode_nursery_free(struct decode_nursery *nursery)
{
    if (!nursery)
        return;
    close(nursery->socket);
    while (waitpid(nursery->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    pthread_mutex_destroy(&nursery->lock);
    free(nursery);
}

static bool send_order(int socket, const struct nursery_order *order, const int *files)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(FILES * sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)order, sizeof *order};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (files) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(FILES * sizeof(int));
        memcpy(CMSG_DATA(head), files, FILES * sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) == sizeof *order;
}

/* A whole message within MS; false also when the other end is gone. */
static bool receive(int socket, void *out, size_t bytes, int ms)
{
    int64_t until = clock_ms() + ms;
    for (;;) {
        int64_t left = until - clock_ms();
        struct pollfd poll_fd = {.fd = socket, .events = POLLIN};
        int ready = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        return recv(socket, out, bytes, MSG_DONTWAIT) == (ssize_t)bytes;
    }
}

static struct nursery_answer order_nursery(
    struct decode_nursery *nursery, struct nursery_order order, const int *files)
{
    struct nursery_answer answer = {0};
    pthread_mutex_lock(&nursery->lock);
    if (!send_order(nursery->socket, &order, files) ||
        !receive(nursery->socket, &answer, sizeof answer, HELLO_MS))
        answer.done = false;
    pthread_mutex_unlock(&nursery->lock);
    return answer;
}

/* ---- a child's life ---- */

struct decode_child *decode_child_new(struct decode_nursery *nursery, struct err *err)
{
    struct decode_child *child = calloc(1, sizeof *child);
    if (!child) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    child->nursery = nursery;
    child->socket = -1;
    child->file = memfd_create("image file", MFD_CLOEXEC);
    child->picture = memfd_create("pixels", MFD_CLOEXEC);
    if (child->file >= 0 && child->picture >= 0)
        return child;
    err_set_errno(err, "cannot make files in memory");
    decode_child_free(child);
    return NULL;
}

/* Ends the process, if there is one. Its wait status, 0 where that cannot be told. */
static int end(struct decode_child *child)
{
    struct nursery_answer answer = {0};
    if (child->pid) {
        answer = order_nursery(
            child->nursery, (struct nursery_order){NURSERY_END, child->pid}, NULL);
        close(child->socket);
    }
    child->pid = 0;
    child->socket = -1;
    return answer.done ? answer.status : 0;
}

/* Why no answer came. */
static bool blame(int status, bool late, int limit_ms, struct err *err)
{
    bool killed = WIFSIGNALED(status);
    int signal_number = killed ? WTERMSIG(status) : 0;
    if (late || signal_number == SIGXCPU)
        return err_set(
            err, ERR_LIMIT, "it takes longer than decoding may (%.1f s)", limit_ms / 1000.0);
    if (!killed)
        return err_set(err, ERR_IO, "the process that decodes is gone");
    if (signal_number == SIGKILL)
        return err_set(err, ERR_IO, "the decoder was killed (signal %d)", signal_number);
    return err_set(err, ERR_FORMAT,
        "the decoder crashed (signal %d): the file is damaged, or made to do harm", signal_number);
}

static bool raise_process(struct decode_child *child, struct err *err)
{
    int sockets[2];
    struct decode_hello hello;
    if (child->pid)
        return true;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
        return err_set_errno(err, "cannot make a socket for decoding");
    int files[FILES] = {sockets[1], child->file, child->picture};
    struct nursery_answer answer =
        order_nursery(child->nursery, (struct nursery_order){NURSERY_RAISE, 0}, files);
    close(sockets[1]);
    if (!answer.done) {
        close(sockets[0]);
        return err_set(err, ERR_IO, "no process decodes any more: start boxtop again");
    }
    child->pid = answer.pid;
    child->socket = sockets[0];
    if (receive(child->socket, &hello, sizeof hello, HELLO_MS)) {
        child->filtered = hello.filtered;
        return true;
    }
    return blame(end(child), false, HELLO_MS, err);
}

void decode_child_free(struct decode_child *child)
{
    if (!child)
        return;
    end(child);
    if (child->file >= 0)
        close(child->file);
    if (child->picture >= 0)
        close(child->picture);
    free(child);
}

/* ---- pictures ---- */

static bool copy_file(int from, struct decode_child *child, char *buffer, struct err *err)
{
    for (;;) {
        ssize_t n = read(from, buffer, COPY_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, "cannot read");
        if (n == 0)
            return true;
        if (child->length_bytes + n > PICTURE_MOST_FILE_BYTES)
            return err_set(err, ERR_LIMIT, "it grew beyond what is read of a picture");
        if (pwrite(child->file, buffer, (size_t)n, child->length_bytes) != n)
            return err_set_errno(err, "cannot keep the file in memory");
        child->length_bytes += n;
    }
}

static bool take_file(struct decode_child *child, const char *path, struct err *err)
{
    char *buffer = malloc(COPY_BYTES);
    int from = picture_open(path, NULL, err);
    bool ok = from >= 0 && (buffer || err_set(err, ERR_MEMORY, "out of memory"));
    child->length_bytes = 0;
    ok = ok && copy_file(from, child, buffer, err);
    if (from >= 0)
        close(from);
    free(buffer);
    return ok;
}

/* Large pictures are not kept in memory twice. */
static bool empty(struct decode_child *child, struct err *err)
{
    return (ftruncate(child->file, 0) == 0 && ftruncate(child->picture, 0) == 0) ||
           err_set_errno(err, "cannot empty the files in memory");
}

static bool order_child(struct decode_child *child, const struct decode_order *order,
    struct decode_answer *answer, struct err *err)
{
    int limit_ms = child->nursery->work->limit_ms;
    if (!raise_process(child, err))
        return false;
    if (send(child->socket, order, sizeof *order, MSG_NOSIGNAL) == sizeof *order) {
        int64_t begun = clock_ms();
        if (receive(child->socket, answer, sizeof *answer, limit_ms))
            return true;
        return blame(end(child), clock_ms() - begun >= limit_ms, limit_ms, err);
    }
    return blame(end(child), false, limit_ms, err);
}

static bool byte_truth(const bool *stranger)
{
    unsigned char byte;
    memcpy(&byte, stranger, sizeof byte);
    return byte == 1;
}

/* What the child says is a stranger's word: of sizes that ASK allows, text that ends, and no truth
 * beside true and false. */
static bool believe(
    const struct picture_ask *ask, struct decode_answer *answer, struct err *err)
{
    struct picture_plan *plan = &answer->plan;
    plan->coarse = byte_truth(&plan->coarse);
    if (!byte_truth(&answer->done)) {
        answer->err.text[sizeof answer->err.text - 1] = '\0';
        enum err_code code = answer->err.code;
        bool known = code > ERR_NONE && code <= ERR_CANCELLED;
        return err_set(err, known ? code : ERR_FORMAT, "%s", answer->err.text);
    }
    bool turned = plan->orientation >= 5;
    int32_t most_w = turned ? ask->max_height_px : ask->max_width_px;
    int32_t most_h = turned ? ask->max_width_px : ask->max_height_px;
    return (plan->width_px >= 1 && plan->width_px <= most_w && plan->height_px >= 1 &&
               plan->height_px <= most_h && plan->original_width_px >= 1 &&
               plan->original_height_px >= 1 && plan->orientation >= 1 && plan->orientation <= 8) ||
           err_set(err, ERR_FORMAT, "the decoder answers nonsense");
}

static struct pixels *take_pixels(
    const struct decode_child *child, const struct picture_plan *plan, struct err *err)
{
    struct pixels *pixels = pixels_new(plan->width_px, plan->height_px);
    size_t bytes = pixels ? pixels_bytes(pixels) : 0;
    if (!pixels)
        err_set(err, ERR_MEMORY, "out of memory");
    for (size_t at = 0; pixels && at < bytes;) {
        ssize_t n = pread(child->picture, pixels->rgb + at, bytes - at, (off_t)at);
        if (n <= 0) {
            err_set(err, ERR_FORMAT, "the decoder gives too few pixels");
            pixels_free(pixels);
            return NULL;
        }
        at += (size_t)n;
    }
    return pixels ? picture_upright(pixels, plan->orientation, err) : NULL;
}

struct pixels *decode_child_picture(struct decode_child *child, const char *path,
    const struct picture_ask *ask, struct picture_plan *plan, struct err *err)
{
    struct decode_answer answer = {0};
    bool ok = take_file(child, path, err);
    struct decode_order order = {child->length_bytes, *ask};
    ok = ok && order_child(child, &order, &answer, err) && believe(ask, &answer, err);
    struct pixels *pixels = ok ? take_pixels(child, &answer.plan, err) : NULL;
    if (pixels && plan)
        *plan = answer.plan;
    if (!empty(child, pixels ? NULL : err) || !pixels)
        err_in_file(err, path);
    return pixels;
}

const char *decode_child_guards(struct decode_child *child)
{
    if (!raise_process(child, NULL))
        return "not at all: no process could be started";
    return child->filtered ? "in a process of limited memory, time and system calls"
                           : "in a process of limited memory and time; this system does not filter "
                             "its system calls (seccomp)";
}
