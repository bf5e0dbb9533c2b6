#include "work/scan.h"

#include "base/clock.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEEPEST = 64 };

struct scan {
    const char *root;
    const struct scan_visitor *visitor;
    struct places *places; /* the visitor's, or the scan's own: of which it only needs the inodes */
    bool only_new;         /* directories that are remembered are passed over */
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

struct claims {
    struct found_source *sources;
    size_t count, capacity;
    const char **owned; /* directories below the place, see reader_claim_own() */
    size_t owned_count, owned_capacity;
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
            .is_aside = claim->is_aside,
            .rank = rank_of(reader)};
    }
    return true;
}

/* A file belongs to the first reader that claims it; several readers may share a directory. */
static bool ask_readers(
    const struct scan_visitor *visitor, const struct reader_place *place, struct claims *claims)
{
    for (size_t r = 0; readers[r]; r++) {
        struct reader_claim claim = {0};
        if (readers[r]->claim(place, &claim) && !add_claim(claims, readers[r], &claim))
            return false;
        for (size_t i = 0; i < claim.owned_count; i++) {
            if (!GROW(claims->owned, claims->owned_capacity, claims->owned_count + 1))
                return false;
            claims->owned[claims->owned_count++] = claim.owned[i];
        }
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

static const char *format_of(const struct found_source *sources, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!sources[i].is_aside)
            return sources[i].reader->name;
    return sources->reader->name;
}

/* The run whose COUNT sources these are. */
static bool visit_run(struct scan *scan, const struct reader_place *place,
    const struct found_source *sources, size_t count, const struct file_stat *stat,
    struct place_notes *notes)
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
        .format = format_of(sources, count),
        .device = part ? 0 : stat->device,
        .inode = part ? 0 : stat->inode,
        .sources = sources,
        .source_count = count,
        .notes = notes,
    };
    scan->stopped = !scan->visitor->run(scan->visitor->self, &run);
    return true;
}

static bool visit_runs(struct scan *scan, const struct reader_place *place, struct claims *claims,
    const struct file_stat *stat, struct place_notes *notes)
{
    sort_by_part(claims->sources, claims->count);
    for (size_t from = 0, to; from < claims->count && !scan->stopped; from = to) {
        for (to = from + 1; to < claims->count; to++)
            if (!text_same(claims->sources[from].part, claims->sources[to].part))
                break;
        if (!visit_run(scan, place, &claims->sources[from], to - from, stat, notes))
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

/* ---- one directory ---- */

/* A directory that is being visited: its path, and itself, open. */
struct spot {
    const char *path;
    int fd; /* O_PATH */
    int depth;
};

/* Before the readers look: the directory and its links, whose ends may come and go unseen. */
static void witness_list(struct place_notes *notes, const struct spot *spot,
    const struct file_stat *stat, const struct file_list *list)
{
    place_notes_witness(notes, "", stat);
    for (size_t i = 0; i < list->count; i++) {
        struct file_stat end = {0};
        if (!list->entries[i].is_link)
            continue;
        if (!file_stat_at(spot->fd, list->entries[i].name, &end))
            end = (struct file_stat){0};
        place_notes_witness(notes, list->entries[i].name, &end);
    }
}

static void witness_looks(struct place_notes *notes, const struct reader_looks *looks)
{
    notes->spoilt |= looks->incomplete;
    for (size_t i = 0; i < looks->count; i++)
        place_notes_witness(notes, looks->looks[i].name, &looks->looks[i].stat);
}

static bool is_owned(const struct claims *claims, const char *name)
{
    for (size_t i = 0; i < claims->owned_count; i++)
        if (strcmp(claims->owned[i], name) == 0)
            return true;
    return false;
}

/* The directories to walk; before them, by their paths, those further below that a run owns: on the
 * way they are not to be walked. */
static void note_children(
    struct place_notes *notes, struct file_list *list, const struct claims *claims)
{
    for (size_t i = 0; i < claims->owned_count; i++)
        if (strchr(claims->owned[i], '/'))
            place_notes_child(notes, claims->owned[i]);
    if (list->count)
        qsort(list->entries, list->count, sizeof *list->entries, compare_natural);
    for (size_t i = 0; i < list->count; i++) {
        const struct file_entry *entry = &list->entries[i];
        if (entry->is_dir && (entry->name[0] != '.' || is_looked_into(entry->name)) &&
            !is_owned(claims, entry->name))
            place_notes_child(notes, entry->name);
    }
}

/* Asks every reader; the directories to walk are then in NOTES. */
static bool look(struct scan *scan, const struct spot *spot, const struct file_stat *stat,
    struct place_notes *notes, struct err *err)
{
    struct arena arena = {0};
    struct file_list list;
    struct claims claims = {0};
    struct reader_looks looks = {0};
    bool ok = file_list(spot->path, &arena, &list, err);
    if (ok) {
        struct reader_place place = {spot->path, &list, &arena, &looks};
        witness_list(notes, spot, stat, &list);
        ok = ask_readers(scan->visitor, &place, &claims);
        witness_looks(notes, &looks);
        ok = (ok && visit_runs(scan, &place, &claims, stat, notes)) ||
             err_set(err, ERR_MEMORY, "out of memory");
        if (ok && !claims.owns_subdirectories)
            note_children(notes, &list, &claims);
    }
    free(claims.sources);
    free(claims.owned);
    arena_done(&arena);
    return ok;
}

static bool walk(struct scan *scan, const struct spot *above, const char *name, struct err *err);

/* Walks the directories NAMES of SPOT. */
static bool walk_below(struct scan *scan, const struct spot *spot, struct place_names names)
{
    for (const char *name; !scan->stopped && (name = place_next(&names));) {
        struct err refused = {0};
        struct file_stat owned;
        if (strchr(name, '/')) { /* it counts as met */
            if (file_stat_at(spot->fd, name, &owned))
                places_meet(scan->places, &owned);
            continue;
        }
        if (walk(scan, spot, name, &refused))
            continue;
        if (refused.code == ERR_MEMORY)
            return false;
        if (scan->visitor->unreadable)
            scan->visitor->unreadable(scan->visitor->self, refused.file, &refused);
    }
    return true;
}

/* A directory that is not as remembered, or not remembered at all. */
static bool visit_anew(
    struct scan *scan, const struct spot *spot, const struct file_stat *stat, struct err *err)
{
    struct place_notes *notes = calloc(1, sizeof *notes);
    if (!notes)
        return err_set(err, ERR_MEMORY, "out of memory");
    place_notes_init(notes, clock_wall_s() + scan->places->ahead_s);
    bool ok = look(scan, spot, stat, notes, err);
    struct place_names children = {notes->children.data, notes->child_count};
    if (ok && !walk_below(scan, spot, children))
        ok = err_set(err, ERR_MEMORY, "out of memory");
    if (ok && !scan->stopped && scan->visitor->places) {
        scan->stopped = !scan->visitor->looked(scan->visitor->self, spot->path, notes);
    } else {
        place_notes_done(notes);
        free(notes);
    }
    return ok;
}

static bool visit(
    struct scan *scan, const struct spot *spot, const struct file_stat *stat, struct err *err)
{
    if (!scan->visitor->places)
        return visit_anew(scan, spot, stat, err);
    struct place *place = places_of(scan->places, spot->path);
    if (!place)
        return err_set(err, ERR_MEMORY, "out of memory");
    place->met = true;
    place->root = scan->root;
    if (!place_is_same(place, spot->fd, stat))
        return visit_anew(scan, spot, stat, err);
    struct place_names children = place_children(place);
    scan->stopped = !scan->visitor->same(scan->visitor->self, place);
    return walk_below(scan, spot, children) || err_set(err, ERR_MEMORY, "out of memory");
}

static bool walk(struct scan *scan, const struct spot *above, const char *name, struct err *err)
{
    struct arena arena = {0};
    struct file_stat stat;
    struct spot spot = {path_join(&arena, above->path, name), -1, above->depth + 1};
    bool ok = spot.path || err_set(err, ERR_MEMORY, "out of memory");
    bool known = ok && scan->only_new && places_know(scan->places, spot.path);
    if (ok && !known && spot.depth <= DEEPEST)
        spot.fd = openat(above->fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (spot.fd >= 0 && file_stat_at(spot.fd, "", &stat) && places_meet(scan->places, &stat))
        ok = visit(scan, &spot, &stat, err);
    if (spot.fd >= 0)
        close(spot.fd);
    arena_done(&arena);
    return ok;
}

/* ---- whole scans ---- */

static bool scan_top(struct scan *scan, const char *top, struct err *err)
{
    struct file_stat stat;
    struct spot spot = {top, open(top, O_PATH | O_DIRECTORY | O_CLOEXEC), 0};
    bool ok = spot.fd >= 0 && file_stat_at(spot.fd, "", &stat);
    if (!ok) {
        err_set_errno(err, "cannot open");
        err_in_file(err, top);
    }
    /* What another root has met already is not met again. */
    if (ok && (scan->only_new || places_meet(scan->places, &stat)))
        ok = visit(scan, &spot, &stat, err);
    if (spot.fd >= 0)
        close(spot.fd);
    return ok;
}

bool scan_root(const char *root, const struct scan_visitor *visitor, struct err *err)
{
    struct arena arena = {0};
    struct places own = {0};
    struct scan scan = {.visitor = visitor, .places = visitor->places};
    if (!scan.places) {
        places_init(&own);
        scan.places = &own;
    }
    char *top = scan_absolute(&arena, root, err);
    struct file_stat stat;
    if (top && file_stat(top, &stat) && !stat.is_dir)
        top = path_parent(&arena, top);
    struct place *place = top ? places_of(scan.places, top) : NULL;
    scan.root = place ? place->directory : NULL; /* as long as the places */
    bool ok = top && (place || err_set(err, ERR_MEMORY, "out of memory")) &&
              scan_top(&scan, scan.root, err);
    places_done(&own);
    arena_done(&arena);
    return ok;
}

bool scan_again(
    const char *root, const char *directory, const struct scan_visitor *visitor, struct err *err)
{
    struct scan scan = {
        .root = root, .visitor = visitor, .places = visitor->places, .only_new = true};
    return scan_top(&scan, directory, err);
}
