#include "base/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool stream_open(struct stream *stream, const char *path, int64_t offset, struct err *err)
{
    *stream = (struct stream){.fd = -1, .offset = offset};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat s;
    bool ok = fd >= 0 && fstat(fd, &s) == 0;
    if (!ok)
        err_set_errno(err, "cannot open");
    else if (!S_ISREG(s.st_mode))
        ok = err_set(err, ERR_IO, "is not a regular file");
    else if (offset && lseek(fd, offset, SEEK_SET) < 0)
        ok = err_set_errno(err, "cannot seek");
    if (!ok) {
        err_in_file(err, path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    stream->fd = fd;
    return true;
}

bool stream_open_memory(struct stream *stream, const void *data, size_t length, struct err *err)
{
    *stream = (struct stream){.fd = -1, .at_end = true};
    stream->data = malloc(length ? length : 1);
    if (!stream->data)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (length)
        memcpy(stream->data, data, length);
    stream->end = stream->capacity = length;
    return true;
}

void stream_close(struct stream *stream)
{
    if (stream->fd > 0)
        close(stream->fd);
    free(stream->data);
    *stream = (struct stream){.fd = -1};
}

/* Room for one more block behind the window: by moving it to the front, else by growing. */
static bool make_room(struct stream *stream, size_t want)
{
    size_t held = stream->end - stream->start;
    if (stream->start && stream->capacity - stream->end < STREAM_BLOCK_BYTES) {
        memmove(stream->data, stream->data + stream->start, held);
        stream->start = 0;
        stream->end = held;
    }
    if (stream->capacity - stream->end >= STREAM_BLOCK_BYTES)
        return true;
    if (want > STREAM_MAX_WINDOW)
        want = STREAM_MAX_WINDOW;
    if (held >= want)
        return false;
    size_t capacity = stream->capacity ? stream->capacity * 2 : 2 * STREAM_BLOCK_BYTES;
    char *data = realloc(stream->data, capacity);
    if (!data)
        return false;
    stream->data = data;
    stream->capacity = capacity;
    return true;
}

size_t stream_need(struct stream *stream, size_t want)
{
    while (stream->end - stream->start < want && !stream->at_end) {
        if (!make_room(stream, want))
            break;
        ssize_t got = read(stream->fd, stream->data + stream->end, STREAM_BLOCK_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            stream->at_end = true;
        else
            stream->end += (size_t)got;
    }
    return stream->end - stream->start;
}

const char *stream_at(const struct stream *stream)
{
    return stream->data + stream->start;
}

void stream_skip(struct stream *stream, int64_t n)
{
    int64_t held = (int64_t)(stream->end - stream->start);
    stream->offset += n;
    if (n <= held) {
        stream->start += (size_t)n;
        return;
    }
    stream->start = stream->end = 0;
    if (stream->fd < 0 || lseek(stream->fd, stream->offset, SEEK_SET) < 0)
        stream->at_end = true;
}

bool stream_line(struct stream *stream, const char **line, size_t *length, bool *complete)
{
    size_t searched = 0;
    for (;;) {
        size_t held = stream_need(stream, searched + 1);
        if (held == 0)
            return false;
        const char *at = stream_at(stream);
        const char *end = memchr(at + searched, '\n', held - searched);
        if (end || held == searched) { /* held == searched: the file or the window ends here */
            size_t used = end ? (size_t)(end - at) : held;
            *line = at;
            *length = used && end && at[used - 1] == '\r' ? used - 1 : used;
            *complete = end != NULL;
            stream_skip(stream, (int64_t)used + (end != NULL));
            return true;
        }
        searched = held;
    }
}
