#include "work/boards_file.h"

#include "base/file.h"
#include "store/hash.h"
#include "work/own.h"
#include "work/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of the roots as a set: in any order, however they are written. Only earlier versions name files
 * so. */
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
    char name[64];
    snprintf(name, sizeof name, "%016llx/boards.json",
        (unsigned long long)hash_roots(arena, roots, count));
    return (struct boards_paths){.config = own_config_path(arena, "dashboards.json", NULL),
        .keys = own_config_path(arena, "keys", NULL),
        .old_kept = own_data_path(arena, name, NULL)};
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

void boards_load(struct boards *boards, struct boards_paths *paths, const char *settings,
    char *trouble, size_t trouble_bytes)
{
    struct arena arena = {0};
    struct err err = {0};
    const char *kept = settings_member(&arena, settings, BOARDS_KEPT_MEMBER);
    trouble[0] = '\0';
    load_one(boards, &paths->config, trouble, trouble_bytes, boards_read);
    if (!kept)
        load_one(boards, &paths->old_kept, trouble, trouble_bytes, boards_read_kept);
    else if (!boards_read_kept(boards, kept, strlen(kept), &err) && !trouble[0])
        err_print(&err, trouble, trouble_bytes);
    arena_done(&arena);
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
