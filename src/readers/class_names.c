#include "readers/class_names.h"

#include "base/file.h"
#include "base/grow.h"
#include "base/stream.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 1 << 16, MOST_NAME_BYTES = 4096 };

static bool is_list(const char *name)
{
    return strcmp(name, "classes.txt") == 0 || strcmp(name, "names.txt") == 0 ||
           (name[0] != '.' && path_has_suffix(name, ".names"));
}

const char *class_names_find(struct arena *arena, const char *directory)
{
    struct file_list list;
    if (!file_list(directory, arena, &list, NULL))
        return NULL;
    for (size_t i = 0; i < list.count; i++)
        if (!list.entries[i].is_dir && is_list(list.entries[i].name))
            return path_join(arena, directory, list.entries[i].name);
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == ',';
}

bool class_names_read(struct arena *arena, const char *path, struct class_names *names)
{
    struct stream stream;
    const char *line, **all = NULL;
    size_t length, capacity = 0, count = 0;
    bool complete, ok = true;
    *names = (struct class_names){0};
    if (!stream_open(&stream, path, 0, NULL))
        return true;
    while (ok && count < MOST_CLASSES && stream_line(&stream, &line, &length, &complete)) {
        while (length && is_blank(line[length - 1]))
            length--;
        const char *name = length < MOST_NAME_BYTES ? arena_copy(arena, line, length) : "";
        ok = name && GROW(all, capacity, count + 1);
        if (ok)
            all[count++] = name;
    }
    stream_close(&stream);
    names->names = ARENA_ARRAY(arena, const char *, count);
    if (names->names && count)
        memcpy(names->names, all, count * sizeof *all);
    names->count = names->names ? count : 0;
    free(all);
    return ok && names->names;
}
