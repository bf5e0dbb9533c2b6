#include "readers/folder.h"

#include "base/file.h"

#include <dirent.h>

enum { PEEK_ENTRIES = 256, PEEK_FILES = 16 };

static bool is_meant(const char *name, const char *suffix)
{
    return name[0] != '.' && path_has_suffix(name, suffix);
}

void folder_peek(const char *directory, const char *suffix, folder_look *look, void *self)
{
    DIR *entries = opendir(directory);
    struct dirent *entry;
    int seen = 0, looked = 0;
    while (entries && looked < PEEK_FILES && seen++ < PEEK_ENTRIES && (entry = readdir(entries))) {
        if (!is_meant(entry->d_name, suffix))
            continue;
        struct arena arena = {0};
        char head[FOLDER_HEAD_BYTES + 1];
        const char *path = path_join(&arena, directory, entry->d_name);
        size_t length = path ? file_peek(path, head, FOLDER_HEAD_BYTES) : 0;
        arena_done(&arena);
        head[length] = '\0';
        looked++;
        if (!look(self, entry->d_name, head, length))
            break;
    }
    if (entries)
        closedir(entries);
}

static bool out_of_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory while listing files");
}

bool folder_list(const char *path, const char *suffix, struct arena *arena, struct folder *folder,
    struct err *err)
{
    struct file_stat stat;
    struct file_list list;
    *folder = (struct folder){0};
    if (file_stat(path, &stat) && !stat.is_dir) {
        folder->paths = ARENA_ARRAY(arena, const char *, 1);
        if (!folder->paths)
            return out_of_memory(err);
        folder->paths[folder->count++] = path;
        return true;
    }
    if (!file_list(path, arena, &list, err))
        return false;
    if (list.count > FOLDER_MAX_FILES)
        return err_set(err, ERR_LIMIT, "holds more than %d files", FOLDER_MAX_FILES);
    folder->paths = ARENA_ARRAY(arena, const char *, list.count);
    if (!folder->paths)
        return out_of_memory(err);
    for (size_t i = 0; i < list.count; i++) {
        if (list.entries[i].is_dir || !is_meant(list.entries[i].name, suffix))
            continue;
        const char *file = path_join(arena, path, list.entries[i].name);
        if (!file)
            return out_of_memory(err);
        folder->paths[folder->count++] = file;
    }
    return true;
}

const char *folder_find(
    struct arena *arena, const char *directory, const char *prefix, const char *const *names)
{
    const char *home = path_join(arena, directory, prefix);
    for (; home && *names; names++) {
        struct file_stat stat;
        const char *path = path_join(arena, home, *names);
        const char *clean = path ? path_clean(arena, path) : NULL;
        if (clean && file_stat(clean, &stat) && stat.is_dir)
            return clean;
    }
    return NULL;
}

const char *folder_stem(struct arena *arena, const char *path)
{
    const char *base = path_base(path);
    return arena_copy(arena, base, path_stem_length(base));
}
