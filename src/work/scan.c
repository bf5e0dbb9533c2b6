#include "work/scan.h"

#include "base/grow.h"
#include "base/map.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };

struct scan {
    const char *root;
    const struct scan_visitor *visitor;
    struct arena arena; /* for what lives as long as the scan: the directories seen */
    struct map seen;
    bool stopped;
};

char *scan_absolute(struct arena *arena, const char *path, struct err *err)
{
    char *real = realpath(path, NULL);
    if (!real) {
        err_set_errno(err, "cannot open");
        err_in_file(err, path);
        return NULL;
    }
    char *copy = arena_string(arena, real);
    free(real);
    if (!copy)
        err_set(err, ERR_MEMORY, "out of memory");
    return copy;
}

/* False when this directory was met before, by whatever path. */
static bool is_new(struct scan *scan, const struct file_stat *stat)
{
    uint64_t key[2] = {stat->device, stat->inode};
    int64_t mine = (int64_t)scan->seen.count;
    return map_put(&scan->seen, key, sizeof key, mine, NULL) == mine;
}

struct claims {
    struct found_source *sources;
    size_t count, capacity;
    bool owns_subdirectories;
};

static bool already_claimed(const struct claims *claims, const struct reader_claimed *source)
{
    for (size_t i = 0; i < claims->count; i++)
        if (text_same(claims->sources[i].part, source->part) &&
            strcmp(claims->sources[i].name, source->name) == 0)
            return true;
    return false;
}

/* The row of READER in readers.def. */
static int rank_of(const struct reader *reader)
{
    int rank = 0;
    while (readers[rank] && readers[rank] != reader)
        rank++;
    return rank;
}

static bool add_claim(
    struct claims *claims, const struct reader *claiming, const struct reader_claim *claim)
{
    claims->owns_subdirectories |= claim->owns_subdirectories;
    for (size_t i = 0; i < claim->count; i++) {
        if (already_claimed(claims, &claim->sources[i]))
            continue;
        const struct reader *other = claim->sources[i].reader, *reader = other ? other : claiming;
        if (!GROW(claims->sources, claims->capacity, claims->count + 1))
            return false;
        claims->sources[claims->count++] = (struct found_source){.reader = reader,
            .name = claim->sources[i].name,
            .part = claim->sources[i].part,
            .prefix = claim->sources[i].prefix,
            .reason = claim->reason ? claim->reason : "",
            .rank = rank_of(reader)};
    }
    return true;
}

/* A subdirectory that a run owns counts as met: it is not walked. */
static void meet_owned(
    struct scan *scan, const struct reader_place *place, const struct reader_claim *claim)
{
    for (size_t i = 0; i < claim->owned_count; i++) {
        const char *path = path_join(place->arena, place->path, claim->owned[i]);
        struct file_stat stat;
        if (path && file_stat(path, &stat))
            is_new(scan, &stat);
    }
}

/* A file belongs to the first reader that claims it; several readers may share a directory. */
static bool ask_readers(struct scan *scan, const struct reader_place *place, struct claims *claims)
{
    const struct scan_visitor *visitor = scan->visitor;
    for (size_t r = 0; readers[r]; r++) {
        struct reader_claim claim = {0};
        if (readers[r]->claim(place, &claim) && !add_claim(claims, readers[r], &claim))
            return false;
        meet_owned(scan, place, &claim);
        for (size_t i = 0; visitor->refused && i < claim.refusal_count; i++)
            visitor->refused(visitor->self, place->path, readers[r], &claim.refusals[i]);
    }
    return true;
}

static int source_part_order(const struct found_source *a, const struct found_source *b)
{
    return text_compare_natural(a->part ? a->part : "", b->part ? b->part : "");
}

/* Stable: sources of one part lie together afterwards, those without a part first. */
static void sort_by_part(struct found_source *sources, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct found_source source = sources[i];
        size_t to = i;
        while (to > 0 && source_part_order(&sources[to - 1], &source) > 0) {
            sources[to] = sources[to - 1];
            to--;
        }
        sources[to] = source;
    }
}

/* The run whose COUNT sources these are. */
static bool visit_run(struct scan *scan, const struct reader_place *place,
    const struct found_source *sources, size_t count, const struct file_stat *stat)
{
    const char *part = sources->part;
    const char *directory = part ? path_join(place->arena, place->path, part) : place->path;
    if (!directory)
        return false;
    const char *below = path_below(scan->root, directory);
    struct found_run run = {
        .root = scan->root,
        .home = place->path,
        .directory = directory,
        .name = strcmp(below, ".") == 0 ? path_base(scan->root) : below,
        .format = sources->reader->name,
        .device = part ? 0 : stat->device,
        .inode = part ? 0 : stat->inode,
        .sources = sources,
        .source_count = count,
    };
    scan->stopped = !scan->visitor->run(scan->visitor->self, &run);
    return true;
}

static bool visit_runs(struct scan *scan, const struct reader_place *place, struct claims *claims,
    const struct file_stat *stat)
{
    sort_by_part(claims->sources, claims->count);
    for (size_t from = 0, to; from < claims->count && !scan->stopped; from = to) {
        for (to = from + 1; to < claims->count; to++)
            if (!text_same(claims->sources[from].part, claims->sources[to].part))
                break;
        if (!visit_run(scan, place, &claims->sources[from], to - from, stat))
            return false;
    }
    return true;
}

/* Links last: a run has the name of its directory, not of a link to it ("latest-run"). */
static int compare_natural(const void *a, const void *b)
{
    const struct file_entry *x = a, *y = b;
    return x->is_link != y->is_link ? x->is_link - y->is_link
                                    : text_compare_natural(x->name, y->name);
}

/* A hidden directory that a format keeps its runs in. */
static bool is_looked_into(const char *name)
{
    for (size_t i = 0; readers[i]; i++)
        if (text_same(readers[i]->hidden_directory, name))
            return true;
    return false;
}

static bool walk(struct scan *scan, const char *directory, int depth, struct err *err);

static bool walk_below(struct scan *scan, const char *directory, struct file_list *list, int depth,
    struct arena *arena)
{
    if (list->count)
        qsort(list->entries, list->count, sizeof *list->entries, compare_natural);
    for (size_t i = 0; i < list->count && !scan->stopped; i++) {
        const struct file_entry *entry = &list->entries[i];
        if (!entry->is_dir || (entry->name[0] == '.' && !is_looked_into(entry->name)))
            continue;
        char *child = path_join(arena, directory, entry->name);
        struct err refused = {0};
        if (child && walk(scan, child, depth + 1, &refused))
            continue;
        if (!child || refused.code == ERR_MEMORY)
            return false;
        if (scan->visitor->unreadable)
            scan->visitor->unreadable(scan->visitor->self, child, &refused);
    }
    return true;
}

static bool walk(struct scan *scan, const char *directory, int depth, struct err *err)
{
    struct file_stat stat;
    if (depth > DEEPEST || !file_stat(directory, &stat) || !is_new(scan, &stat))
        return true;
    struct arena arena = {0};
    struct file_list list;
    struct claims claims = {0};
    bool ok = file_list(directory, &arena, &list, err);
    if (ok) {
        struct reader_place place = {directory, &list, &arena};
        ok = (ask_readers(scan, &place, &claims) && visit_runs(scan, &place, &claims, &stat)) ||
             err_set(err, ERR_MEMORY, "out of memory");
        if (ok && !scan->stopped && !claims.owns_subdirectories)
            ok = walk_below(scan, directory, &list, depth, &arena) ||
                 err_set(err, ERR_MEMORY, "out of memory");
    }
    free(claims.sources);
    arena_done(&arena);
    return ok;
}

bool scan_root(const char *root, const struct scan_visitor *visitor, struct err *err)
{
    struct scan scan = {.visitor = visitor};
    map_init(&scan.seen, &scan.arena);
    char *top = scan_absolute(&scan.arena, root, err);
    struct file_stat stat;
    if (top && file_stat(top, &stat) && !stat.is_dir)
        top = path_parent(&scan.arena, top);
    scan.root = top;
    bool ok = top && walk(&scan, top, 0, err);
    map_done(&scan.seen);
    arena_done(&scan.arena);
    return ok;
}
