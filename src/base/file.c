#include "base/file.h"

#include "base/grow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

bool file_stat(const char *path, struct file_stat *out)
{
    return path[0] && file_stat_at(AT_FDCWD, path, out);
}

bool file_stat_at(int directory, const char *name, struct file_stat *out)
{
    struct stat s;
    if (fstatat(directory, name, &s, AT_EMPTY_PATH) != 0)
        return false;
    *out = (struct file_stat){
        .size_bytes = s.st_size,
        .mtime_ns = nanoseconds(s.st_mtim),
        .ctime_ns = nanoseconds(s.st_ctim),
        .device = s.st_dev,
        .inode = s.st_ino,
        .is_dir = S_ISDIR(s.st_mode),
        .is_regular = S_ISREG(s.st_mode),
    };
    return true;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct file_entry *)a)->name, ((const struct file_entry *)b)->name);
}

static struct file_entry make_entry(int directory, const struct dirent *found)
{
    struct file_entry entry = {.is_dir = found->d_type == DT_DIR, .is_link = found->d_type == DT_LNK};
    if (found->d_type == DT_LNK || found->d_type == DT_UNKNOWN) {
        struct stat s;
        if (fstatat(directory, found->d_name, &s, 0) == 0)
            entry.is_dir = S_ISDIR(s.st_mode);
        if (found->d_type == DT_UNKNOWN && fstatat(directory, found->d_name, &s, AT_SYMLINK_NOFOLLOW) == 0)
            entry.is_link = S_ISLNK(s.st_mode);
    }
    return entry;
}

bool file_list(const char *directory, struct arena *arena, struct file_list *out, struct err *err)
{
    *out = (struct file_list){0};
    DIR *dir = opendir(directory);
    if (!dir) {
        err_set_errno(err, "cannot list the directory");
        err_in_file(err, directory);
        return false;
    }
    struct file_entry *entries = NULL;
    size_t capacity = 0;
    bool ok = true;
    for (struct dirent *found; ok && (found = readdir(dir));) {
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0)
            continue;
        struct file_entry entry = make_entry(dirfd(dir), found);
        entry.name = arena_string(arena, found->d_name);
        ok = entry.name && GROW(entries, capacity, out->count + 1);
        if (ok)
            entries[out->count++] = entry;
    }
    closedir(dir);
    if (ok && out->count) {
        qsort(entries, out->count, sizeof *entries, compare_entries);
        out->entries = ARENA_ARRAY(arena, struct file_entry, out->count);
        ok = out->entries != NULL;
        if (ok)
            memcpy(out->entries, entries, out->count * sizeof *entries);
    }
    free(entries);
    return ok || err_set(err, ERR_MEMORY, "out of memory while listing a directory");
}

const struct file_entry *file_list_find(const struct file_list *list, const char *name)
{
    struct file_entry key = {.name = name};
    if (!list->count)
        return NULL;
    return bsearch(&key, list->entries, list->count, sizeof key, compare_entries);
}

/* Never blocks on a FIFO or device that stands where a file should. */
static int open_regular(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat s;
    if (fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode))
        return fd;
    if (fd < 0)
        err_set_errno(err, "cannot open");
    else
        err_set(err, ERR_IO, "is not a regular file");
    err_in_file(err, path);
    if (fd >= 0)
        close(fd);
    return -1;
}

bool file_read(const char *path, struct buf *out, struct err *err)
{
    int fd = open_regular(path, err);
    if (fd < 0)
        return false;
    bool ok = true;
    for (size_t step = 16 << 10;; step = 256 << 10) {
        size_t room = out->max_bytes - out->length;
        if (step > room)
            step = room ? room : 1; /* one byte beyond the maximum tells that there is more */
        char beyond;
        if (room && !buf_reserve(out, step)) {
            ok = err_set(err, ERR_MEMORY, "out of memory while reading");
            break;
        }
        ssize_t got = read(fd, room ? out->data + out->length : &beyond, step);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            ok = err_set_errno(err, "cannot read");
        else if (got > 0 && !room)
            ok = err_set(err, ERR_LIMIT, "is larger than %zu bytes", out->max_bytes);
        if (got <= 0 || !ok)
            break;
        out->length += (size_t)got;
        out->data[out->length] = '\0';
    }
    close(fd);
    if (!ok)
        err_in_file(err, path);
    return ok;
}

size_t file_peek(const char *path, char *out, size_t bytes)
{
    int fd = open_regular(path, NULL);
    size_t held = 0;
    while (fd >= 0 && held < bytes) {
        ssize_t got = read(fd, out + held, bytes - held);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        held += (size_t)got;
    }
    if (fd >= 0)
        close(fd);
    return held;
}

bool file_write_all(int fd, const void *data, size_t length)
{
    const char *at = data;
    while (length) {
        ssize_t put = write(fd, at, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        length -= (size_t)put;
    }
    return true;
}

bool file_write_atomically(const char *path, const void *data, size_t length, struct err *err)
{
    char *temporary;
    if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
        return err_set(err, ERR_MEMORY, "out of memory");
    int fd = mkostemp(temporary, O_CLOEXEC);
    bool ok = fd >= 0 && file_write_all(fd, data, length) && fsync(fd) == 0;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok) {
        err_set_errno(err, "cannot write");
        err_in_file(err, path);
        if (fd >= 0)
            unlink(temporary);
    }
    free(temporary);
    return ok;
}

static bool make_dirs(const char *path, mode_t mode, struct err *err)
{
    char *copy = strdup(path);
    if (!copy)
        return err_set(err, ERR_MEMORY, "out of memory");
    bool ok = true;
    for (char *slash = strchr(copy + 1, '/'); ok; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        ok = mkdir(copy, mode) == 0 || errno == EEXIST;
        if (!slash)
            break;
        *slash = '/';
    }
    free(copy);
    if (!ok) {
        err_set_errno(err, "cannot make the directory");
        err_in_file(err, path);
    }
    return ok;
}

bool file_make_dirs(const char *path, struct err *err)
{
    return make_dirs(path, 0700, err);
}

bool file_make_shared_dirs(const char *path, struct err *err)
{
    return make_dirs(path, 0777, err);
}

char *path_join(struct arena *arena, const char *a, const char *b)
{
    if (b[0] == '/' || !a[0])
        return arena_string(arena, b);
    if (!b[0])
        return arena_string(arena, a);
    size_t length = strlen(a);
    return arena_printf(arena, "%s%s%s", a, a[length - 1] == '/' ? "" : "/", b);
}

void path_unify(char *path)
{
    while ((path = strchr(path, '\\')))
        *path++ = '/';
}

char *path_clean(struct arena *arena, const char *path)
{
    char *out = arena_alloc(arena, strlen(path) + 2);
    if (!out)
        return NULL;
    bool absolute = path[0] == '/';
    size_t base = absolute, length = base, kept = 0; /* kept: components that ".." may remove */
    if (absolute)
        out[0] = '/';
    for (const char *at = path; *at;) {
        size_t part = strcspn(at, "/");
        bool up = part == 2 && at[0] == '.' && at[1] == '.';
        if (up && kept) {
            while (length > base && out[length - 1] != '/')
                length--;
            if (length > base)
                length--;
            kept--;
        } else if (part && !(part == 1 && at[0] == '.') && !(up && absolute)) {
            if (length > base)
                out[length++] = '/';
            memcpy(out + length, at, part);
            length += part;
            kept += !up;
        }
        at += part;
        while (*at == '/')
            at++;
    }
    if (!length)
        out[length++] = '.';
    out[length] = '\0';
    return out;
}

char *path_parent(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return arena_string(arena, ".");
    return slash == path ? arena_string(arena, "/") : arena_copy(arena, path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

size_t path_stem_length(const char *base)
{
    const char *dot = strrchr(base, '.');
    return dot && dot != base ? (size_t)(dot - base) : strlen(base);
}

bool path_has_suffix(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n >= m && strcasecmp(path + n - m, suffix) == 0;
}

const char *path_below(const char *root, const char *path)
{
    size_t length = strlen(root);
    if (strncmp(root, path, length) != 0)
        return path;
    if (path[length] == '\0')
        return ".";
    if (length && root[length - 1] == '/')
        return path + length;
    return path[length] == '/' ? path + length + 1 : path;
}
