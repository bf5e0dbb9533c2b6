#include "work/boards_file.h"

#include "base/file.h"
#include "store/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A relative path in the environment is to be ignored, says the XDG specification. */
static const char *folder(struct arena *arena, const char *variable, const char *otherwise)
{
    const char *named = getenv(variable), *home = getenv("HOME");
    if (named && named[0] == '/')
        return arena_printf(arena, "%s/boxtop", named);
    if (home && home[0] == '/')
        return arena_printf(arena, "%s/%s/boxtop", home, otherwise);
    return NULL;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of the roots as a set: in any order, however they are written. */
static uint64_t hash_roots(struct arena *arena, const char *const *roots, size_t count)
{
    const char **sorted = ARENA_ARRAY(arena, const char *, count + 1);
    uint64_t hash = 0;
    for (size_t i = 0; sorted && i < count; i++) {
        char *real = realpath(roots[i], NULL);
        sorted[i] = arena_string(arena, real ? real : roots[i]);
        free(real);
        if (!sorted[i])
            return 0;
    }
    if (sorted && count)
        qsort(sorted, count, sizeof *sorted, compare_texts);
    for (size_t i = 0; sorted && i < count; i++)
        if (i == 0 || strcmp(sorted[i], sorted[i - 1]) != 0)
            hash = hash_stable(hash, sorted[i], strlen(sorted[i]));
    return hash;
}

struct boards_paths boards_find_paths(struct arena *arena, const char *const *roots, size_t count)
{
    struct boards_paths paths = {0};
    const char *config = folder(arena, "XDG_CONFIG_HOME", ".config");
    const char *data = folder(arena, "XDG_DATA_HOME", ".local/share");
    if (config) {
        paths.config = arena_printf(arena, "%s/dashboards.json", config);
        paths.keys = arena_printf(arena, "%s/keys", config);
    }
    if (data)
        paths.kept = arena_printf(arena, "%s/%016llx/boards.json", data,
            (unsigned long long)hash_roots(arena, roots, count));
    return paths;
}

/* False when PATH is there but cannot be read. */
static bool read_file(const char *path, struct buf *out, struct err *err)
{
    struct file_stat is;
    return !path || !file_stat(path, &is) || file_read(path, out, err);
}

static void load_one(struct boards *boards, const char **path, char *trouble, size_t trouble_bytes,
    bool (*read)(struct boards *boards, const char *text, size_t length, struct err *err))
{
    struct buf text;
    struct err err = {0};
    buf_init(&text, BOARDS_MOST_FILE_BYTES);
    bool ok = read_file(*path, &text, &err) &&
              (!text.length || read(boards, text.data, text.length, &err));
    if (!ok) {
        err_in_file(&err, *path);
        if (!trouble[0])
            err_print(&err, trouble, trouble_bytes);
        *path = NULL;
    }
    buf_done(&text);
}

void boards_load(
    struct boards *boards, struct boards_paths *paths, char *trouble, size_t trouble_bytes)
{
    trouble[0] = '\0';
    load_one(boards, &paths->config, trouble, trouble_bytes, boards_read);
    load_one(boards, &paths->kept, trouble, trouble_bytes, boards_read_kept);
}

bool boards_load_keys(
    const struct boards_paths *paths, struct buf *out, char *trouble, size_t trouble_bytes)
{
    struct err err = {0};
    trouble[0] = '\0';
    if (read_file(paths->keys, out, &err))
        return true;
    err_in_file(&err, paths->keys);
    err_print(&err, trouble, trouble_bytes);
    return false;
}
