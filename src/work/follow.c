/*
 * Directories that recorded runs watch (--watch), scanned behind the roots as roots of their own.
 * Knows: what the index says of recorded runs, scans. Must not know: which of the runs there are
 * whose (watched.h). (Its functions stand in refresh.h.)
 *
 * What lies below a root that the person gave is found there, and what is missing is looked for
 * again with the next refresh.
 */
#include "work/refresh.h"

static bool is_given(struct refresh *refresh, struct arena *arena, const char *path)
{
    for (size_t i = 0; i < refresh->settings->root_count; i++) {
        const char *root = scan_absolute(arena, refresh->settings->roots[i], NULL);
        if (root && path_below(root, path) != path)
            return true;
    }
    return false;
}

/* False with an error in REFRESH; a directory that cannot be read is trouble only. */
static bool follow_one(struct refresh *refresh, const char *root)
{
    struct scan_visitor visitor = ingest_visitor(refresh);
    struct err trouble = {0};
    if (!store_put_root(refresh->store, root, true, &refresh->err))
        return false;
    if (!scan_root(root, &visitor, &trouble) && !refresh->err.code) {
        refresh->unlisted = true;
        refresh->listener->trouble(refresh->listener->self, &trouble);
    }
    return !refresh->err.code && ingest_drain(refresh);
}

bool follow_watched(struct refresh *refresh, struct arena *arena)
{
    struct store_watch *watches;
    size_t count;
    if (!store_load_watches(refresh->store, arena, &watches, &count, &refresh->err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *path = watches[i].path;
        const char *root = path ? scan_absolute(arena, path, NULL) : NULL;
        struct file_stat stat;
        if (!root || !file_stat(root, &stat) || !stat.is_dir || is_given(refresh, arena, root) ||
            (refresh->partly && places_know(refresh->places, root)))
            continue;
        if (!follow_one(refresh, root))
            return false;
    }
    return true;
}

bool follow_forget(struct refresh *refresh, struct arena *arena)
{
    const char **roots;
    size_t count;
    bool ok = store_load_watched_roots(refresh->store, arena, &roots, &count, &refresh->err);
    for (size_t i = 0; ok && i < count; i++)
        ok = store_forget_unseen(refresh->store, roots[i], &refresh->err);
    return ok;
}
