#include "record/run_dir.h"

#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_NAMESAKES = 10000, NAME_BYTES = 200 };

static const char TEMPORARY[] = ".being-written";

/* ---- making ---- */

/* One component that any shell can type. */
static void tame(const char *name, char out[NAME_BYTES + 1])
{
    size_t length = 0;
    for (; name[length] && length < NAME_BYTES; length++)
        out[length] =
            name[length] == '/' || (unsigned char)name[length] < ' ' || name[length] == 0x7f
                ? '_'
                : name[length];
    out[length] = '\0';
    if (out[0] == '.' || !out[0])
        out[0] = '_', out[length ? length : 1] = '\0';
}

/* The first free name of the family; errno when there is none. */
static char *make_free(const char *parent, const char *name)
{
    char *path = NULL;
    for (int i = 1; i <= MOST_NAMESAKES; i++) {
        int length = i == 1 ? asprintf(&path, "%s/%s", parent, name)
                            : asprintf(&path, "%s/%s-%d", parent, name, i);
        if (length < 0)
            return NULL;
        if (mkdir(path, 0777) == 0)
            return path;
        int reason = errno;
        free(path);
        errno = reason;
        if (reason != EEXIST)
            return NULL;
    }
    return NULL;
}

bool run_dir_make(struct run_dir *dir, const char *parent, const char *name,
    void (*say)(void *self, const struct err *err), void *self, struct err *err)
{
    char tamed[NAME_BYTES + 1];
    *dir = (struct run_dir){.fd = -1, .say = say, .self = self};
    tame(name, tamed);
    if (!file_make_shared_dirs(parent, err))
        return false;
    dir->path = make_free(parent, tamed);
    dir->fd = dir->path ? open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (dir->fd < 0) {
        err_set_errno(err, "cannot make the run's directory");
        err_in_file(err, dir->path ? dir->path : parent);
        free(dir->path);
        *dir = (struct run_dir){.fd = -1};
        return false;
    }
    pthread_mutex_init(&dir->lock, NULL);
    return true;
}

void run_dir_done(struct run_dir *dir)
{
    if (!dir->path)
        return;
    close(dir->fd);
    free(dir->path);
    pthread_mutex_destroy(&dir->lock);
    *dir = (struct run_dir){.fd = -1};
}

bool run_dir_stopped(struct run_dir *dir)
{
    pthread_mutex_lock(&dir->lock);
    bool stopped = dir->stopped;
    pthread_mutex_unlock(&dir->lock);
    return stopped;
}

/* ---- writing; with the lock held ---- */

static bool refused(struct run_dir *dir, const char *name, struct err *err)
{
    err_set_errno(err, "cannot write");
    if (err) {
        char path[sizeof err->file];
        snprintf(path, sizeof path, "%s/%s", dir->path, name);
        err_in_file(err, path);
    }
    return false;
}

static int open_in(struct run_dir *dir, const char *name, int flags)
{
    int fd = openat(dir->fd, name, flags | O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        char part[NAME_BYTES + 1];
        snprintf(part, sizeof part, "%.*s", (int)(slash - name), name);
        if (mkdirat(dir->fd, part, 0777) != 0 && errno != EEXIST)
            return -1;
    }
    return openat(dir->fd, name, flags | O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
}

/* Opens, moves to OFFSET, writes, closes. */
static bool put(struct run_dir *dir, const char *name, int flags, int64_t offset, const void *data,
    size_t length)
{
    int fd = open_in(dir, name, flags);
    if (fd < 0)
        return false;
    bool ok = lseek(fd, offset, SEEK_SET) >= 0 && file_write_all(fd, data, length);
    int reason = errno;
    ok = close(fd) == 0 && ok;
    if (reason && !ok)
        errno = reason;
    return ok;
}

static bool replace(struct run_dir *dir, const char *name, const void *data, size_t length)
{
    bool ok = put(dir, TEMPORARY, O_TRUNC, 0, data, length);
    if (ok && renameat(dir->fd, TEMPORARY, dir->fd, name) != 0) {
        int made = errno == ENOENT ? open_in(dir, name, 0) : -1; /* makes its directory */
        ok = made >= 0 && renameat(dir->fd, TEMPORARY, dir->fd, name) == 0;
        if (made >= 0)
            close(made);
    }
    if (!ok) {
        int reason = errno;
        unlinkat(dir->fd, TEMPORARY, 0);
        errno = reason;
    }
    return ok;
}

static bool write_over(struct run_dir *dir, const char *name, const void *data, size_t length)
{
    struct stat old;
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_add(&text, data, length);
    if (fstatat(dir->fd, name, &old, AT_SYMLINK_NOFOLLOW) == 0)
        while (!text.failed && (off_t)text.length < old.st_size)
            buf_add_char(&text, ' ');
    bool ok = !text.failed && put(dir, name, 0, 0, text.data, text.length);
    buf_done(&text);
    return ok;
}

/* ---- the doors ---- */

/* Ends a write: unlocks, and tells of the first that failed. */
static bool finish(struct run_dir *dir, bool ok, const char *name, struct err *err)
{
    struct err reason = {0};
    bool tell = false;
    if (!ok) {
        refused(dir, name, &reason);
        tell = !dir->stopped;
        dir->stopped = true;
    }
    pthread_mutex_unlock(&dir->lock);
    if (tell && dir->say)
        dir->say(dir->self, &reason);
    if (!ok && err)
        *err = reason;
    return ok;
}

/* Locks, unless recording has stopped. */
static bool begin(struct run_dir *dir, struct err *err)
{
    pthread_mutex_lock(&dir->lock);
    if (!dir->stopped)
        return true;
    pthread_mutex_unlock(&dir->lock);
    return err_set(err, ERR_IO, "recording has stopped");
}

bool run_dir_write(
    struct run_dir *dir, const char *name, const void *data, size_t length, struct err *err)
{
    return begin(dir, err) && finish(dir, replace(dir, name, data, length), name, err);
}

bool run_dir_append(
    struct run_dir *dir, const char *name, const void *data, size_t length, struct err *err)
{
    return begin(dir, err) && finish(dir, put(dir, name, O_APPEND, 0, data, length), name, err);
}

bool run_dir_write_at(struct run_dir *dir, const char *name, int64_t offset, const void *data,
    size_t length, struct err *err)
{
    return begin(dir, err) && finish(dir, put(dir, name, 0, offset, data, length), name, err);
}

bool run_dir_write_last(
    struct run_dir *dir, const char *name, const void *data, size_t length, struct err *err)
{
    pthread_mutex_lock(&dir->lock);
    bool ok = replace(dir, name, data, length) || write_over(dir, name, data, length);
    return finish(dir, ok, name, err);
}
