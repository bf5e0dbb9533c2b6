#include "picture/decode_work.h"

#include "picture/decode_guard.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT_MS = 5000, FILES = 3, MOST_FILE_BYTES = 1 << 30 };

const struct decode_work decode_pictures = {picture_plan, picture_fill, LIMIT_MS};

/* ---- one order ---- */

static bool read_all(int fd, uint8_t *out, size_t bytes)
{
    for (size_t at = 0; at < bytes;) {
        ssize_t n = pread(fd, out + at, bytes - at, (off_t)at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static bool write_all(int fd, const uint8_t *from, size_t bytes)
{
    for (size_t at = 0; at < bytes;) {
        ssize_t n = pwrite(fd, from + at, bytes - at, (off_t)at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static bool decode_to(const struct decode_work *work, const struct decode_order *order,
    const uint8_t *data, int picture, struct decode_answer *answer)
{
    size_t length = (size_t)order->length_bytes;
    struct err *err = &answer->err;
    if (!work->plan(data, length, &order->ask, &answer->plan, err))
        return false;
    struct pixels *pixels = pixels_new(answer->plan.width_px, answer->plan.height_px);
    if (!pixels)
        return err_set(err, ERR_MEMORY, "out of memory");
    bool ok = work->fill(data, length, pixels, err);
    if (ok && !write_all(picture, pixels->rgb, pixels_bytes(pixels)))
        ok = err_set_errno(err, "cannot hand over the pixels");
    pixels_free(pixels);
    return ok;
}

void decode_obey(const struct decode_work *work, const struct decode_order *order, int file,
    int picture, struct decode_answer *answer)
{
    size_t length = (size_t)order->length_bytes;
    uint8_t *data = malloc(length + !length);
    *answer = (struct decode_answer){0};
    if (!data)
        err_set(&answer->err, ERR_MEMORY, "out of memory");
    else if (!read_all(file, data, length))
        err_set(&answer->err, ERR_IO, "cannot take over the file");
    else
        answer->done = decode_to(work, order, data, picture, answer);
    if (answer->err.code == ERR_MEMORY)
        err_set(&answer->err, ERR_MEMORY, "it takes more memory than decoding may (%d MiB)",
            GUARD_MEMORY_BYTES >> 20);
    free(data);
}

/* ---- a child ---- */

static void child_live(const struct decode_work *work, int files[FILES], int parent)
{
    if (!guard_detach(files, FILES, parent) || !guard_limit(MOST_FILE_BYTES))
        _exit(1);
    int socket = files[0];
    struct decode_hello hello = {guard_filter()};
    if (send(socket, &hello, sizeof hello, MSG_NOSIGNAL) != sizeof hello)
        _exit(1);
    struct decode_order order;
    struct decode_answer answer;
    for (;;) {
        ssize_t n = recv(socket, &order, sizeof order, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n != sizeof order)
            _exit(0);
        guard_processor(work->limit_ms);
        decode_obey(work, &order, files[1], files[2], &answer);
        if (send(socket, &answer, sizeof answer, MSG_NOSIGNAL) != sizeof answer)
            _exit(1);
    }
}

/* ---- the nursery ---- */

/* An order and the files that came with it; false when there are no more. */
static bool take_order(int socket, struct nursery_order *order, int files[FILES])
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(FILES * sizeof(int))];
    } control;
    struct iovec part = {order, sizeof *order};
    struct msghdr message = {.msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control};
    ssize_t n;
    do
        n = recvmsg(socket, &message, 0);
    while (n < 0 && errno == EINTR);
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    for (int i = 0; i < FILES; i++)
        files[i] = -1;
    if (n == sizeof *order && head && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(FILES * sizeof(int)))
        memcpy(files, CMSG_DATA(head), FILES * sizeof(int));
    return n == sizeof *order;
}

static struct nursery_answer raise_child(const struct decode_work *work, int files[FILES])
{
    int parent = getpid();
    pid_t pid = files[0] < 0 ? -1 : fork();
    if (pid == 0)
        child_live(work, files, parent);
    for (int i = 0; i < FILES; i++)
        close(files[i]);
    return (struct nursery_answer){.done = pid > 0, .pid = pid};
}

/* It has not been waited for before, so that its number cannot be another's by now. */
static struct nursery_answer end_child(int pid)
{
    struct nursery_answer answer = {.pid = pid};
    kill(pid, SIGKILL);
    while (waitpid(pid, &answer.status, 0) < 0)
        if (errno != EINTR)
            return answer;
    answer.done = true;
    return answer;
}

void nursery_live(const struct decode_work *work, int socket, int parent)
{
    struct nursery_order order;
    struct nursery_answer answer;
    int files[FILES];
    if (!guard_detach(&socket, 1, parent))
        _exit(1);
    while (take_order(socket, &order, files)) {
        answer = order.word == NURSERY_RAISE ? raise_child(work, files) : end_child(order.pid);
        if (send(socket, &answer, sizeof answer, MSG_NOSIGNAL) != sizeof answer)
            break;
    }
    _exit(0);
}
