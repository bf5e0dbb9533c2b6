#include "work/explain.h"

#include "base/file.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/text.h"
#include "work/scan.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };

struct walk {
    struct explain *explain;
    const char *root;
    struct map spoken_of; /* paths of files that a row is about */
    struct map seen;      /* directories, by device and inode */
    bool failed;          /* out of memory */
};

const char *explain_verdict_name(enum explain_verdict verdict)
{
    static const char *const NAMES[] = {"taken", "refused", "unwanted", "closed"};
    return NAMES[verdict];
}

static void add_row(struct walk *walk, const char *directory, struct explain_row row)
{
    struct explain *explain = walk->explain;
    struct arena *arena = &explain->arena;
    const char *below = path_below(walk->root, directory);
    row.directory = arena_string(arena, below);
    row.file = row.file ? arena_string(arena, row.file) : NULL;
    row.part = row.part ? arena_string(arena, row.part) : NULL;
    row.reason = arena_string(arena, row.reason ? row.reason : "");
    if (!row.directory || !row.reason ||
        !GROW(explain->rows, explain->capacity, explain->count + 1)) {
        walk->failed = true;
        return;
    }
    explain->rows[explain->count++] = row;
    char *path = row.file ? path_join(arena, directory, row.file) : NULL;
    if (path)
        map_put(&walk->spoken_of, path, strlen(path), 1, NULL);
}

static bool take_run(void *self, const struct found_run *run)
{
    struct walk *walk = self;
    for (size_t i = 0; i < run->source_count; i++) {
        const struct found_source *source = &run->sources[i];
        add_row(walk, run->home,
            (struct explain_row){.verdict = EXPLAIN_TAKEN,
                .file = source->name,
                .part = source->part,
                .reader = source->reader->name,
                .reason = source->reason,
                .count = 1});
    }
    return !walk->failed;
}

static void take_refusal(void *self, const char *directory, const struct reader *reader,
    const struct reader_refusal *refusal)
{
    add_row(self, directory,
        (struct explain_row){.verdict = EXPLAIN_REFUSED,
            .file = refusal->name,
            .reader = reader->name,
            .reason = refusal->reason,
            .count = 1});
}

static void take_unreadable(void *self, const char *directory, const struct err *err)
{
    add_row(self, directory, (struct explain_row){.verdict = EXPLAIN_CLOSED, .reason = err->text});
}

/* Counts the files of DIRECTORY and below it that no row is about; each directory once. */
static void count_unwanted(struct walk *walk, const char *directory, int depth)
{
    struct arena arena = {0};
    struct file_stat stat;
    struct file_list list;
    size_t count = 0;
    int64_t mine = (int64_t)walk->seen.count;
    if (depth > DEEPEST || !file_stat(directory, &stat))
        return;
    uint64_t key[2] = {stat.device, stat.inode};
    if (map_put(&walk->seen, key, sizeof key, mine, NULL) != mine ||
        !file_list(directory, &arena, &list, NULL)) {
        arena_done(&arena);
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct file_entry *entry = &list.entries[i];
        char *path = path_join(&arena, directory, entry->name);
        if (!path)
            walk->failed = true;
        else if (entry->is_dir && entry->name[0] != '.')
            count_unwanted(walk, path, depth + 1);
        else if (!entry->is_dir)
            count += map_get(&walk->spoken_of, path, strlen(path)) < 0;
    }
    if (count)
        add_row(walk, directory,
            (struct explain_row){.verdict = EXPLAIN_UNWANTED,
                .reason = "no reader asked about these",
                .count = count});
    arena_done(&arena);
}

static int compare_rows(const void *a, const void *b)
{
    const struct explain_row *x = a, *y = b;
    int order = text_compare_natural(x->directory, y->directory);
    if (order)
        return order;
    if (x->verdict != y->verdict)
        return x->verdict < y->verdict ? -1 : 1;
    return text_compare_natural(x->file ? x->file : "", y->file ? y->file : "");
}

bool explain_root(const char *root, struct explain *explain, struct err *err)
{
    *explain = (struct explain){0};
    struct walk walk = {.explain = explain};
    struct scan_visitor visitor = {&walk, take_run, take_unreadable, take_refusal};
    struct file_stat stat;
    char *top = scan_absolute(&explain->arena, root, err);
    if (top && file_stat(top, &stat) && !stat.is_dir)
        top = path_parent(&explain->arena, top);
    if (!top)
        return false;
    walk.root = top;
    map_init(&walk.spoken_of, &explain->arena);
    map_init(&walk.seen, &explain->arena);
    bool ok = scan_root(top, &visitor, err);
    if (ok)
        count_unwanted(&walk, top, 0);
    if (ok && walk.failed)
        ok = err_set(err, ERR_MEMORY, "out of memory");
    if (explain->count)
        qsort(explain->rows, explain->count, sizeof *explain->rows, compare_rows);
    map_done(&walk.spoken_of);
    map_done(&walk.seen);
    return ok;
}

void explain_done(struct explain *explain)
{
    free(explain->rows);
    arena_done(&explain->arena);
}
