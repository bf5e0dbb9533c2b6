/*
 * For fuzz targets of readers of runs: a file in memory, and a sink that makes one number of the
 * points. Knows: the sink. Must not know: formats.
 */
#pragma once

#include "readers/reader.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DIGEST_METRICS = 1 << 15 };

/* Per metric the name and the points in their order; which batches they came in does not matter. */
struct digest {
    size_t count;
    uint64_t names[DIGEST_METRICS], points[DIGEST_METRICS];
};

static inline void check(bool holds)
{
    if (!holds)
        abort();
}

static inline uint64_t digest_bytes(uint64_t sum, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ at[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static inline bool digest_param(void *self, const struct param *param)
{
    (void)self;
    check(param->name && param->text && strlen(param->name) <= 4096);
    return true;
}

static inline int digest_metric(void *self, const char *name, size_t length)
{
    struct digest *digest = self;
    uint64_t hash = digest_bytes(1, name, length);
    check(!memchr(name, '\0', length));
    for (size_t i = 0; i < digest->count; i++)
        if (digest->names[i] == hash)
            return (int)i;
    if (digest->count == DIGEST_METRICS)
        return -1;
    digest->names[digest->count] = digest->points[digest->count] = hash;
    return (int)digest->count++;
}

static inline bool digest_points(void *self, int metric, const struct point *points, size_t n)
{
    struct digest *digest = self;
    check(metric >= 0 && (size_t)metric < digest->count && n > 0);
    for (size_t i = 0; i < n; i++)
        digest->points[metric] = digest_bytes(digest->points[metric], &points[i], sizeof *points);
    return true;
}

static inline bool digest_artifact(void *self, const struct artifact *artifact)
{
    (void)self;
    check(artifact->path != NULL && artifact->step >= -1);
    return true;
}

static inline bool digest_note(void *self, const struct note *note)
{
    (void)self;
    check(note->text && note->count > 0);
    return true;
}

static inline bool digest_label(void *self, enum run_label label, const char *text)
{
    (void)self;
    check((label == RUN_LABEL_TITLE || label == RUN_LABEL_ID) && text);
    return true;
}

static inline bool digest_status(
    void *self, enum run_status status, double started_s, double ended_s)
{
    (void)self, (void)started_s, (void)ended_s;
    check(run_status_name(status) != NULL);
    return true;
}

static inline uint64_t digest_sum(const struct digest *digest)
{
    uint64_t sum = digest->count;
    for (size_t i = 0; i < digest->count; i++)
        sum += digest->points[i];
    return sum;
}

/* Reads a file called NAME with DATA; with CUT below SIZE it first has CUT bytes, and is read on
 * when it has grown. Returns a number of all points. */
static inline uint64_t read_digest(
    const struct reader *reader, const char *name, const void *data, size_t size, size_t cut)
{
    static struct digest digest;
    char path[64];
    struct reader_mark mark = {0};
    struct err err = {0};
    struct sink sink = {&digest, digest_param, digest_metric, digest_points, digest_artifact,
        digest_note, digest_label, digest_status};
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct reader_source source = {"", name, path};
    digest.count = 0;
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    if (cut < size) {
        check(fd >= 0 && pwrite(fd, data, cut, 0) == (ssize_t)cut);
        check(reader->read(&source, &mark, &sink, &err));
        check(mark.offset >= 0 && mark.offset <= (int64_t)cut && !mark.state.failed);
    }
    check(fd >= 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    check(reader->read(&source, &mark, &sink, &err));
    check(mark.offset >= 0 && mark.offset <= (int64_t)size && !mark.state.failed);
    buf_done(&mark.state);
    close(fd);
    return digest_sum(&digest);
}
