#include "work/text_file.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How much is looked at to tell text from bytes. */
enum { PEEK_BYTES = 8192 };

bool text_want_same(const struct text_want *a, const struct text_want *b)
{
    return a->follow == b->follow && strcmp(a->paths[0], b->paths[0]) == 0 &&
           strcmp(a->paths[1], b->paths[1]) == 0;
}

/* LENGTH bytes at OFFSET, or as many as there are; -1 with errno. */
static ssize_t read_at(int fd, char *out, size_t length, int64_t offset)
{
    size_t got = 0;
    while (got < length) {
        ssize_t bytes = pread(fd, out + got, length - got, (off_t)(offset + (int64_t)got));
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes < 0)
            return -1;
        if (bytes == 0)
            break;
        got += (size_t)bytes;
    }
    return (ssize_t)got;
}

/* From which byte on a file of SIZE bytes is kept. */
static int64_t first_kept(int64_t size)
{
    return size > TEXT_MOST_BYTES ? size - TEXT_MOST_BYTES : 0;
}

static void say_errno(struct text_file *file)
{
    file->missing = errno == ENOENT;
    if (file->missing)
        snprintf(file->trouble, sizeof file->trouble, "is not there");
    else
        snprintf(file->trouble, sizeof file->trouble, "cannot be read: %s", strerror(errno));
}

/* Where the last whole line ends: what is behind it may be written over. */
static int64_t whole_end(const struct text_file *file)
{
    size_t length = (size_t)(file->end - file->skipped_bytes);
    while (length && file->lines.text[length - 1] != '\n')
        length--;
    return file->skipped_bytes + (int64_t)length;
}

/* The end of FD that is kept, beginning with what BEFORE (may be NULL) has of it already. */
static bool fill(struct text_file *file, int fd, int64_t size, const struct text_file *before)
{
    int64_t from = first_kept(size), had = before ? whole_end(before) : from;
    size_t length = (size_t)(size - from);
    char *bytes = arena_alloc(&file->arena, length + 1);
    if (!bytes)
        return false;
    size_t kept = had > from ? (size_t)(had - from) : 0;
    if (kept)
        memcpy(bytes, before->lines.text + (had - before->skipped_bytes) - (int64_t)kept, kept);
    ssize_t got = read_at(fd, bytes + kept, length - kept, from + (int64_t)kept);
    if (got < 0) {
        say_errno(file);
        return true;
    }
    length = kept + (size_t)got;
    file->skipped_bytes = from;
    file->end = from + (int64_t)length;
    file->binary = memchr(bytes, '\0', length < PEEK_BYTES ? length : PEEK_BYTES) != NULL;
    return file->binary || lines_cut(bytes, length, &file->arena, &file->lines);
}

/* False only when memory is out. */
static bool load(const char *path, const struct text_file *before, struct text_file *file)
{
    struct file_stat stat;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us */
    bool ok = true;
    if (fd < 0 || !file_stat_at(fd, "", &stat))
        say_errno(file);
    else if (!stat.is_regular)
        snprintf(file->trouble, sizeof file->trouble, "is no regular file");
    else {
        bool grown = before && before->inode == stat.inode && stat.size_bytes >= before->end &&
                     before->lines.text;
        file->inode = stat.inode;
        file->mtime_ns = stat.mtime_ns;
        ok = fill(file, fd, stat.size_bytes, grown ? before : NULL);
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

/* BEFORE: the files as they were, or NULL. */
static struct texts *load_all(const struct text_want *want, const struct text_file *before)
{
    struct texts *texts = calloc(1, sizeof *texts);
    if (!texts)
        return NULL;
    atomic_init(&texts->references, 1);
    texts->want = *want;
    bool two = want->paths[1][0];
    bool ok = load(want->paths[0], two ? NULL : before, &texts->files[0]);
    ok = ok && (!two || load(want->paths[1], before ? before + 1 : NULL, &texts->files[1]));
    const struct lines *a = &texts->files[0].lines, *b = &texts->files[1].lines;
    if (ok && two && !want->follow && a->text && b->text)
        ok = lines_compare(a, b, &texts->arena, &texts->diff, NULL);
    if (ok)
        return texts;
    texts_release(texts);
    return NULL;
}

struct texts *texts_load(const struct text_want *want)
{
    return load_all(want, NULL);
}

/* Also when PATH is gone, as it was. */
static bool is_as_it_was(const char *path, const struct text_file *file)
{
    struct file_stat stat;
    if (!path[0])
        return true;
    if (!file_stat(path, &stat))
        return file->trouble[0];
    return stat.size_bytes == file->end && stat.inode == file->inode &&
           stat.mtime_ns == file->mtime_ns;
}

struct texts *texts_grow(const struct texts *texts)
{
    bool same = is_as_it_was(texts->want.paths[0], &texts->files[0]) &&
                is_as_it_was(texts->want.paths[1], &texts->files[1]);
    return same ? NULL : load_all(&texts->want, texts->files);
}

struct texts *texts_share(struct texts *texts)
{
    atomic_fetch_add(&texts->references, 1);
    return texts;
}

void texts_release(struct texts *texts)
{
    if (!texts || atomic_fetch_sub(&texts->references, 1) > 1)
        return;
    arena_done(&texts->arena);
    for (int i = 0; i < 2; i++)
        arena_done(&texts->files[i].arena);
    free(texts);
}
