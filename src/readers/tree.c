#include "readers/tree.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct listing {
    const struct reader_place *place;
    bool (*wanted)(const char *base_name);
    struct tree tree;
};

static int compare_natural(const void *a, const void *b)
{
    return text_compare_natural(
        ((const struct file_entry *)a)->name, ((const struct file_entry *)b)->name);
}

static void add(struct listing *listing, const char *name)
{
    struct tree *tree = &listing->tree;
    if (tree->count == tree->capacity) {
        size_t wanted = tree->capacity ? tree->capacity * 2 : 32;
        const char **wider = wanted <= TREE_MOST_FILES
                                 ? ARENA_ARRAY(listing->place->arena, const char *, wanted)
                                 : NULL;
        if (!wider)
            return;
        if (tree->count)
            memcpy(wider, tree->names, tree->count * sizeof *wider);
        tree->names = wider;
        tree->capacity = wanted;
    }
    tree->names[tree->count++] = name;
}

static void list_below(struct listing *listing, const char *directory, int depth)
{
    struct arena *arena = listing->place->arena;
    struct file_list list;
    if (listing->tree.directories++ >= TREE_MOST_DIRECTORIES ||
        !reader_list(listing->place, directory, &list))
        return;
    if (list.count)
        qsort(list.entries, list.count, sizeof *list.entries, compare_natural);
    for (int folders = 0; folders <= 1; folders++)
        for (size_t i = 0; i < list.count; i++) {
            const struct file_entry *entry = &list.entries[i];
            if (entry->name[0] == '.' || entry->is_dir != folders ||
                (!folders && !listing->wanted(entry->name)))
                continue;
            const char *name = path_join(arena, directory, entry->name);
            if (name && !folders)
                add(listing, name);
            else if (name && !entry->is_link && depth < TREE_MOST_DEPTH)
                list_below(listing, name, depth + 1);
        }
}

struct tree tree_list(
    const struct reader_place *place, const char *directory, bool (*wanted)(const char *base_name))
{
    struct listing listing = {place, wanted, {0}};
    list_below(&listing, directory, 1);
    return listing.tree;
}
