/*
 * Files and directories: whole small files, listings, paths, streams of large files.
 * Knows: plain reads (never mmap: a training script may truncate what we read). Must not know: formats.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct file_stat {
    int64_t size_bytes;
    int64_t mtime_ns;
    int64_t ctime_ns; /* of the last change of any kind, which no program can set back */
    uint64_t device, inode;
    bool is_dir, is_regular;
};

struct file_entry {
    const char *name;
    bool is_dir; /* symbolic links are followed for this */
    bool is_link;
};

struct file_list {
    struct file_entry *entries; /* sorted by name, bytewise */
    size_t count;
};

/* False without an error record when PATH does not exist or cannot be examined. */
bool file_stat(const char *path, struct file_stat *out);
/* The same of NAME below the directory that is open as DIRECTORY; "" is that directory itself. */
bool file_stat_at(int directory, const char *name, struct file_stat *out);
/* Everything in DIRECTORY but "." and ".."; memory from ARENA. */
bool file_list(const char *directory, struct arena *arena, struct file_list *out, struct err *err);
const struct file_entry *file_list_find(const struct file_list *list, const char *name);

/* The whole regular file, appended to OUT (its max_bytes is the limit). */
bool file_read(const char *path, struct buf *out, struct err *err);
/* The first bytes of the regular file PATH, at most BYTES, into OUT; 0 when it cannot be read. */
size_t file_peek(const char *path, char *out, size_t bytes);
/* All of DATA to FD, which waits; false (errno) when that cannot be. */
bool file_write_all(int fd, const void *data, size_t length);
/* Writes through a temporary file and rename(), so that a reader sees the old or the new whole. */
bool file_write_atomically(const char *path, const void *data, size_t length, struct err *err);
/* mkdir -p, mode 0700 for what it makes. */
bool file_make_dirs(const char *path, struct err *err);
/* The same for what others may see too: the modes are the person's umask's. */
bool file_make_shared_dirs(const char *path, struct err *err);

/* "a/b" from "a" and "b"; B alone when it is absolute. */
char *path_join(struct arena *arena, const char *a, const char *b);
/* Windows' backslashes become slashes, in place. */
void path_unify(char *path);
/* Without "." and "..", doubled slashes and a trailing one; lexical, touches no file. */
char *path_clean(struct arena *arena, const char *path);
char *path_parent(struct arena *arena, const char *path);
const char *path_base(const char *path);         /* behind the last slash */
size_t path_stem_length(const char *base);       /* without the last extension; ".x" has none */
bool path_has_suffix(const char *path, const char *suffix); /* ASCII case ignored */
/* PATH below ROOT, without the root; PATH itself when it is not below. "." for the root. */
const char *path_below(const char *root, const char *path);
