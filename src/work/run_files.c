#include "work/run_files.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool is_picture_name(const char *name)
{
    static const char *const ENDINGS[] = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
        if (path_has_suffix(name, ENDINGS[i]))
            return true;
    return false;
}

static struct run_file *find(const struct run_files *files, const char *name)
{
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->files[i].name, name) == 0)
            return &files->files[i];
    return NULL;
}

/* Adds NAME unless it is there or is no file. False only when memory is out. */
static bool add(struct run_files *files, const char *name, const char *reader)
{
    struct file_stat stat;
    char *path = path_join(&files->arena, files->directory, name);
    if (!path)
        return false;
    if (!file_stat(path, &stat) || stat.is_dir)
        return true;
    if (files->count == RUN_FILES_MOST) {
        files->cut = true;
        return true;
    }
    files->files[files->count++] = (struct run_file){
        name, path, reader, stat.size_bytes, stat.mtime_ns, is_picture_name(name)};
    return true;
}

static bool add_directory(struct run_files *files, const char *below, int depth)
{
    struct arena scratch = {0};
    struct file_list list;
    char *path = path_join(&scratch, files->directory, below);
    bool ok = path != NULL;
    if (!ok || !file_list(path, &scratch, &list, NULL)) {
        arena_done(&scratch);
        return ok;
    }
    for (size_t i = 0; ok && i < list.count && files->count < RUN_FILES_MOST; i++) {
        const struct file_entry *entry = &list.entries[i];
        if (entry->name[0] == '.' || (entry->is_dir && entry->is_link))
            continue;
        char *name = below[0] ? path_join(&files->arena, below, entry->name)
                              : arena_string(&files->arena, entry->name);
        if (!name) {
            ok = false;
        } else if (!entry->is_dir) {
            ok = find(files, name) || add(files, name, NULL);
        } else if (depth == RUN_FILES_DEPTH) {
            files->cut = true;
        } else {
            ok = add_directory(files, name, depth + 1);
        }
    }
    files->cut |= files->count == RUN_FILES_MOST;
    arena_done(&scratch);
    return ok;
}

static int compare_files(const void *left, const void *right)
{
    const struct run_file *a = left, *b = right;
    int order = !a->reader - !b->reader;
    if (!order)
        order = text_compare_natural(a->name, b->name);
    return order ? order : strcmp(a->name, b->name);
}

static bool fill(struct run_files *files, struct store *store, struct err *err)
{
    struct store_file *sources;
    size_t source_count;
    files->files = ARENA_ARRAY(&files->arena, struct run_file, RUN_FILES_MOST);
    if (!store_load_files(store, files->run, &files->arena, &sources, &source_count, err))
        return false;
    bool ok = files->files && files->directory;
    for (size_t i = 0; ok && i < source_count; i++)
        ok = find(files, sources[i].name) || add(files, sources[i].name, sources[i].reader);
    ok = ok && add_directory(files, "", 1);
    if (ok && files->count)
        qsort(files->files, files->count, sizeof *files->files, compare_files);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}

struct run_files *run_files_load(struct store *store, const struct run_row *row, struct err *err)
{
    struct run_files *files = calloc(1, sizeof *files);
    if (!files) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    atomic_init(&files->references, 1);
    files->run = row->id;
    files->directory = arena_string(&files->arena, row->directory);
    if (fill(files, store, err))
        return files;
    run_files_release(files);
    return NULL;
}

struct run_files *run_files_share(struct run_files *files)
{
    atomic_fetch_add(&files->references, 1);
    return files;
}

void run_files_release(struct run_files *files)
{
    if (!files || atomic_fetch_sub(&files->references, 1) > 1)
        return;
    arena_done(&files->arena);
    free(files);
}
