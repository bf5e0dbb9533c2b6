#include "record/packages.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "record/secret.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 4096, MOST_PACKAGES = 20000, MOST_NAME_BYTES = 256, MOST_BYTES = 64 << 20 };

struct package {
    const char *name, *version, *source; /* version "" and source NULL when not known */
    const char *folded;
};

struct packages {
    struct arena arena;
    struct map names;
    struct package *all;
    size_t count, capacity;
    int64_t end_ms;
    bool late;
};

/* ---- one package ---- */

/* As PyPI compares names: small letters, one '-' for any run of "-_.". */
static const char *fold(struct arena *arena, const char *name)
{
    char *folded = arena_string(arena, name), *to = folded;
    for (const char *at = name; to && *at; at++) {
        bool bar = strchr("-_.", *at) != NULL;
        if (!bar)
            *to++ = (char)tolower((unsigned char)*at);
        else if (to == folded || to[-1] != '-')
            *to++ = '-';
    }
    if (to)
        *to = '\0';
    return folded;
}

/* The value of the header KEY ("\nName: ") in HEAD, which begins with a newline; "" for none. */
static const char *header(struct arena *arena, const char *head, const char *key)
{
    const char *blank = strstr(head, "\n\n"), *at = strstr(head, key);
    if (!at || (blank && at > blank))
        return "";
    at += strlen(key);
    const char *value = arena_copy(arena, at, strcspn(at, "\r\n"));
    return value ? value : "";
}

static void add(struct packages *packages, struct package package)
{
    package.folded = fold(&packages->arena, package.name);
    if (!package.folded || !*package.name || packages->count == MOST_PACKAGES ||
        !GROW(packages->all, packages->capacity, packages->count + 1))
        return;
    int64_t place = (int64_t)packages->count;
    if (map_put(&packages->names, package.folded, strlen(package.folded), place, NULL) == place)
        packages->all[packages->count++] = package;
}

/* Where a package that no index gave came from: "git+https://...@commit", "file:///...". */
static const char *direct_source(struct packages *packages, const char *directory)
{
    struct arena *arena = &packages->arena;
    const char *path = path_join(arena, directory, "direct_url.json"), *url = NULL, *vcs = "",
               *commit = NULL;
    char text[HEAD_BYTES];
    struct json json;
    bool editable = false;
    size_t got = path ? file_peek(path, text, sizeof text) : 0;
    json_init_memory(&json, text, got);
    while (got && json_next(&json) != JSON_END && json.kind != JSON_BAD) {
        if (json.kind != JSON_KEY)
            continue;
        const char **to = json_is(&json, "url")         ? &url
                          : json_is(&json, "vcs")       ? &vcs
                          : json_is(&json, "commit_id") ? &commit
                                                        : NULL;
        bool flag = json_is(&json, "editable");
        enum json_kind kind = json_next(&json);
        if (to && kind == JSON_STRING)
            *to = json_string(&json, arena);
        editable |= flag && kind == JSON_TRUE;
    }
    if (!url || !vcs)
        return NULL;
    return arena_printf(arena, "%s%s%s%s%s%s", vcs, *vcs ? "+" : "", url, commit ? "@" : "",
        commit ? commit : "", editable ? " (editable)" : "");
}

/* The package whose headers the file PATH holds; FALLBACK ("numpy-1.26.4.dist-info") says what they
 * do not. */
static void add_headers(
    struct packages *packages, const char *path, const char *fallback, const char *source)
{
    struct arena *arena = &packages->arena;
    char head[HEAD_BYTES + 2] = "\n";
    size_t got = path ? file_peek(path, head + 1, HEAD_BYTES) : 0;
    head[got + 1] = '\0';
    struct package package = {.name = header(arena, head, "\nName: "),
        .version = header(arena, head, "\nVersion: "),
        .source = source};
    size_t stem = path_stem_length(fallback), name = strcspn(fallback, "-");
    if (!*package.name)
        package.name = arena_copy(arena, fallback, name < stem ? name : stem);
    if (!*package.version && name < stem) {
        size_t version = strcspn(fallback + name + 1, "-");
        package.version = arena_copy(
            arena, fallback + name + 1, name + 1 + version < stem ? version : stem - name - 1);
    }
    if (package.name && package.version)
        add(packages, package);
}

/* "develop" of old: a file that names the directory with the egg-info. */
static void add_link(struct packages *packages, const char *path)
{
    struct arena *arena = &packages->arena;
    char text[HEAD_BYTES + 1];
    struct file_list list;
    text[file_peek(path, text, HEAD_BYTES)] = '\0';
    const char *place = arena_copy(arena, text, strcspn(text, "\r\n"));
    if (!place || *place != '/' || !file_list(place, arena, &list, NULL))
        return;
    for (size_t i = 0; i < list.count; i++)
        if (path_has_suffix(list.entries[i].name, ".egg-info"))
            add_headers(packages,
                arena_printf(arena, "%s/%s/PKG-INFO", place, list.entries[i].name),
                list.entries[i].name, arena_printf(arena, "file://%s (editable)", place));
}

/* ---- places ---- */

static void add_entry(struct packages *packages, const char *site, const struct file_entry *entry)
{
    struct arena *arena = &packages->arena;
    const char *path = path_join(arena, site, entry->name);
    if (!path || entry->name[0] == '~') /* what pip could not remove */
        return;
    if (path_has_suffix(entry->name, ".dist-info") && entry->is_dir)
        add_headers(packages, path_join(arena, path, "METADATA"), entry->name,
            direct_source(packages, path));
    else if (path_has_suffix(entry->name, ".egg-info"))
        add_headers(
            packages, entry->is_dir ? path_join(arena, path, "PKG-INFO") : path, entry->name, NULL);
    else if (path_has_suffix(entry->name, ".egg") && entry->is_dir)
        add_headers(packages, path_join(arena, path, "EGG-INFO/PKG-INFO"), entry->name, NULL);
    else if (path_has_suffix(entry->name, ".egg-link"))
        add_link(packages, path);
}

static bool is_late(struct packages *packages)
{
    packages->late |= clock_ms() >= packages->end_ms;
    return packages->late;
}

static void add_site(struct packages *packages, const char *site)
{
    struct file_list list;
    if (is_late(packages) || !file_list(site, &packages->arena, &list, NULL))
        return;
    for (size_t i = 0; i < list.count && !is_late(packages); i++)
        add_entry(packages, site, &list.entries[i]);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct package *)a)->folded, ((const struct package *)b)->folded);
}

/* ---- text ---- */

/* A line that is harmless wherever it is shown, secrets masked. */
static void add_line(struct buf *out, const char *line)
{
    struct buf masked;
    char harmless[4 * HEAD_BYTES];
    buf_init(&masked, HEAD_BYTES);
    secret_add(&masked, line, strlen(line));
    text_harmless(harmless, sizeof harmless, masked.data ? masked.data : "", masked.length);
    buf_printf(out, "%s\n", harmless);
    buf_done(&masked);
}

static void add_text(struct arena *arena, struct buf *out, const struct package *package)
{
    const char *line =
        package->source     ? arena_printf(arena, "%s @ %s", package->name, package->source)
        : *package->version ? arena_printf(arena, "%s==%s", package->name, package->version)
                            : package->name;
    if (line)
        add_line(out, line);
}

/* What conda installed and Python does not know: "conda-meta/cuda-toolkit-11.8.0-0.json". */
static void add_conda(struct packages *packages, const char *prefix, struct buf *out)
{
    struct arena *arena = &packages->arena;
    const char *meta = path_join(arena, prefix, "conda-meta");
    struct file_list list;
    struct file_stat stat;
    bool any = false;
    if (!meta || !file_stat(meta, &stat) || !file_list(meta, arena, &list, NULL))
        return;
    for (size_t i = 0; i < list.count; i++) {
        const char *file = list.entries[i].name;
        char *name =
            path_has_suffix(file, ".json") ? arena_copy(arena, file, path_stem_length(file)) : NULL;
        char *build = name ? strrchr(name, '-') : NULL;
        if (!build)
            continue;
        *build++ = '\0';
        char *version = strrchr(name, '-');
        if (!version)
            continue;
        *version++ = '\0';
        const char *folded = fold(arena, name);
        if (!folded || map_get(&packages->names, folded, strlen(folded)) >= 0)
            continue;
        if (!any)
            add_line(out, "# conda");
        any = true;
        const char *line = arena_printf(arena, "%s=%s=%s", name, version, build);
        if (line)
            add_line(out, line);
    }
}

static void write_text(struct packages *packages, const struct python_env *env, struct buf *out)
{
    struct arena *arena = &packages->arena;
    const char *head = arena_printf(arena, "# Python %s of %s%s", env->version, env->interpreter,
        env->guessed ? ", which PATH gives to the script" : "");
    if (head)
        add_line(out, head);
    for (size_t i = 0; i < env->site_count; i++) {
        const char *site = arena_printf(arena, "# %s", env->sites[i]);
        if (site)
            add_line(out, site);
    }
    if (packages->count)
        qsort(packages->all, packages->count, sizeof *packages->all, by_name);
    for (size_t i = 0; i < packages->count; i++)
        add_text(arena, out, &packages->all[i]);
    add_conda(packages, env->prefix, out);
    if (packages->late)
        add_line(out, "# the time limit is over: the rest is not listed");
}

bool packages_write(
    const struct python_env_from *from, int64_t limit_ms, struct buf *out, struct err *err)
{
    struct packages packages = {.end_ms = clock_ms() + limit_ms};
    struct python_env env;
    arena_init(&packages.arena, MOST_BYTES);
    map_init(&packages.names, &packages.arena);
    if (python_env_find(from, &packages.arena, &env)) {
        for (size_t i = 0; i < env.site_count; i++)
            add_site(&packages, env.sites[i]);
        write_text(&packages, &env, out);
    }
    map_done(&packages.names);
    free(packages.all);
    arena_done(&packages.arena);
    return !out->failed || err_set(err, ERR_MEMORY, "out of memory for the list of packages");
}
