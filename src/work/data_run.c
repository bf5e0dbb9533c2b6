#include "work/data_run.h"

#include "base/clock.h"
#include "base/file.h"
#include "work/data_file.h"

#include <stdio.h>
#include <string.h>

enum { TABLE, WHAT, BYTES, MODIFIED, COLUMNS };

/* Walking through a run. */
struct walk {
    struct data_table *table;
    struct arena arena;
    const atomic_bool *stale;
    struct err *err;
    size_t files; /* that were opened */
};

static bool add_entry(struct walk *w, const char *name, const char *what)
{
    return data_table_add_row(w->table, w->err) &&
           data_table_set_text(w->table, TABLE, name, strlen(name), w->err) &&
           data_table_set_text(w->table, WHAT, what, strlen(what), w->err);
}

static bool add_file(struct walk *w, const char *path, const char *name)
{
    struct file_stat stat;
    char head[DATA_SNIFF_BYTES], when[32];
    if (!file_stat(path, &stat) || !stat.is_regular)
        return true;
    w->files++;
    size_t length = file_peek(path, head, sizeof head);
    enum data_format format = data_sniff(path, head, length, (int64_t)length >= stat.size_bytes);
    if (format == DATA_NO_TABLE)
        return true;
    if (!add_entry(w, name, data_format_name(format)))
        return false;
    data_table_set_number(w->table, BYTES, (double)stat.size_bytes);
    clock_iso((double)stat.mtime_ns / 1e9, when, sizeof when);
    return data_table_set_text(w->table, MODIFIED, when, strlen(when), w->err);
}

/* Weights, pictures and event files are no text, and there may be many of them. */
static bool may_be_table(const char *name)
{
    static const char *const SUFFIXES[] = {
        ".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".txt", ".log", ".dat"};
    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++)
        if (path_has_suffix(name, SUFFIXES[i]))
            return true;
    return false;
}

/* Files below PATH, which is BELOW ("" for the run itself); links to directories are not followed. */
static bool walk_directory(struct walk *w, const char *path, const char *below, int depth)
{
    struct file_list list;
    if (w->stale && atomic_load_explicit(w->stale, memory_order_relaxed))
        return err_set(w->err, ERR_CANCELLED, "stopped");
    if (!file_list(path, &w->arena, &list, depth ? NULL : w->err))
        return depth > 0;
    for (int directories = 0; directories < 2; directories++)
        for (size_t i = 0; i < list.count && w->files < DATA_RUN_MOST_FILES; i++) {
            const struct file_entry *entry = &list.entries[i];
            bool wanted = entry->is_dir ? directories && !entry->is_link && entry->name[0] != '.' &&
                                              depth + 1 < DATA_RUN_DEPTH
                                        : !directories && may_be_table(entry->name);
            if (!wanted)
                continue;
            const char *inside = path_join(&w->arena, path, entry->name);
            const char *name =
                below[0] ? path_join(&w->arena, below, entry->name) : entry->name;
            if (!inside || !name)
                return err_set(w->err, ERR_MEMORY, "out of memory");
            if (!(entry->is_dir ? walk_directory(w, inside, name, depth + 1)
                                : add_file(w, inside, name)))
                return false;
        }
    return true;
}

/* Of a database or an archive: it has no files of its own. */
static bool is_within_file(struct arena *arena, const char *run)
{
    struct file_stat stat;
    const char *parent = path_parent(arena, run);
    return (file_stat(run, &stat) || (parent && file_stat(parent, &stat))) && stat.is_regular;
}

static struct data_table *list_tables(
    const struct data_run_request *request, const atomic_bool *stale, struct err *err)
{
    static const char *const NAMES[COLUMNS] = {"table", "what", "bytes", "modified"};
    struct walk w = {.table = data_table_new(), .stale = stale, .err = err};
    bool ok = w.table || err_set(err, ERR_MEMORY, "out of memory");
    for (int i = 0; ok && i < COLUMNS; i++)
        ok = data_table_add_column(w.table, NAMES[i], strlen(NAMES[i]), err) >= 0;
    for (const struct data_study_table *t = data_study_tables; ok && t->name; t++)
        if (request->evaluated)
            ok = add_entry(&w, t->name, t->what);
    ok = ok && (is_within_file(&w.arena, request->directory) ||
                   walk_directory(&w, request->directory, "", 0));
    if (ok && w.files == DATA_RUN_MOST_FILES)
        data_table_note(w.table, "only the first %d files were looked at", DATA_RUN_MOST_FILES);
    arena_done(&w.arena);
    if (ok) {
        data_table_finish(w.table);
        return w.table;
    }
    data_table_release(w.table);
    return NULL;
}

/* Below the run, whatever NAME says. */
static struct data_table *open_file(
    const struct data_run_request *request, const atomic_bool *stale, struct err *err)
{
    struct arena arena = {0};
    struct data_table *table = NULL;
    const char *joined = arena_printf(&arena, "%s/%s", request->directory, request->name);
    const char *path = joined ? path_clean(&arena, joined) : NULL;
    if (!path)
        err_set(err, ERR_MEMORY, "out of memory");
    else if (strcmp(path_below(request->directory, path), path) == 0) {
        err_set(err, ERR_USAGE, "is outside the run");
        err_in_file(err, request->name);
    } else {
        table = data_file_read(path, stale, err);
    }
    arena_done(&arena);
    return table;
}

struct data_table *data_run_open(
    const struct data_run_request *request, const atomic_bool *stale, struct err *err)
{
    if (strcmp(request->name, DATA_RUN_LIST) == 0)
        return list_tables(request, stale, err);
    if (data_study_find(request->name) && request->study)
        return data_study_make(request->study, request->name, &request->at, err);
    return open_file(request, stale, err);
}

static bool is_called(const struct image *image, const char *name)
{
    char id[32];
    const char *base = path_base(image->file_name);
    size_t stem = path_stem_length(base);
    snprintf(id, sizeof id, "%lld", (long long)image->id);
    return strcmp(image->file_name, name) == 0 || strcmp(base, name) == 0 ||
           (strlen(name) == stem && strncmp(base, name, stem) == 0) ||
           strcmp(image->key ? image->key : id, name) == 0;
}

int32_t data_run_image(const struct study *study, const char *name)
{
    const char *base = path_base(name);
    for (size_t i = 0; *name && i < study->dataset->image_count; i++)
        if (is_called(&study->dataset->images[i], name))
            return (int32_t)i;
    /* A path from where the script ran. */
    for (size_t i = 0; base != name && *base && i < study->dataset->image_count; i++)
        if (strcmp(path_base(study->dataset->images[i].file_name), base) == 0)
            return (int32_t)i;
    return -1;
}
