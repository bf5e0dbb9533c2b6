#include "record/named_files.h"

#include "base/file.h"
#include "base/text.h"
#include "record/launch.h"

#include <string.h>

static bool is_file(const char *path)
{
    struct file_stat stat;
    return path && file_stat(path, &stat) && stat.is_regular &&
           stat.size_bytes <= NAMED_FILES_MOST_BYTES;
}

static void add(struct named_files *files, const char *path)
{
    for (size_t i = 0; i < files->count; i++)
        if (text_same(files->paths[i], path))
            return;
    if (files->count < NAMED_FILES_MOST && is_file(path))
        files->paths[files->count++] = path;
}

/* "pkg.train" as "pkg/train.py" or "pkg/train/__main__.py"; NULL when neither is there. */
static const char *module_file(struct arena *arena, const char *directory, const char *module)
{
    static const char *const ENDINGS[] = {".py", "/__main__.py"};
    char *stem = path_join(arena, directory, module);
    for (char *at = stem ? stem + strlen(stem) - strlen(module) : NULL; at && *at; at++)
        if (*at == '.')
            *at = '/';
    for (size_t i = 0; stem && i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        const char *path = arena_printf(arena, "%s%s", stem, ENDINGS[i]);
        if (is_file(path))
            return path;
    }
    return NULL;
}

static bool is_code(const char *word)
{
    static const char *const ENDINGS[] = {
        ".py", ".yaml", ".yml", ".json", ".toml", ".cfg", ".ini", ".sh"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
        if (path_has_suffix(word, ENDINGS[i]))
            return true;
    return false;
}

struct named_files named_files_of(char *const *words, const char *directory, struct arena *arena)
{
    struct named_files files = {0};
    struct launch launch = launch_read(words);
    if (launch.script)
        files.script = path_join(arena, directory, launch.script);
    else if (launch.module)
        files.script = module_file(arena, directory, launch.module);
    /* A program that PATH finds is no file of the project's, nor is a binary. */
    bool by_path = launch.script && !launch.interpreter && !strchr(launch.script, '/') &&
                   !is_code(launch.script);
    char head[64];
    if (by_path || !is_file(files.script) ||
        memchr(head, '\0', file_peek(files.script, head, sizeof head)))
        files.script = NULL;
    if (files.script)
        add(&files, files.script);
    for (size_t i = launch.own; i < launch.count; i++) {
        const char *equals = strchr(words[i], '='), *word = equals ? equals + 1 : words[i];
        if (is_code(word))
            add(&files, path_join(arena, directory, word));
    }
    return files;
}
