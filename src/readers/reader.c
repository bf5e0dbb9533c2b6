#include "readers/reader.h"

#include <string.h>

#define READER(name) extern const struct reader reader_##name;
#include "readers/readers.def"
#undef READER

const struct reader *const readers[] = {
#define READER(name) &reader_##name,
#include "readers/readers.def"
#undef READER
    NULL,
};

const struct reader *reader_find(const char *name)
{
    for (size_t i = 0; readers[i]; i++)
        if (strcmp(readers[i]->name, name) == 0)
            return readers[i];
    return NULL;
}

size_t reader_peek(const struct reader_place *place, const char *name, char *out, size_t bytes)
{
    /* The caller's arena is for what a claim keeps: a path that is needed for one call is not. */
    struct arena arena = {0};
    const char *path = path_join(&arena, place->path, name);
    size_t got = path ? file_peek(path, out, bytes) : 0;
    arena_done(&arena);
    return got;
}

bool reader_has(const struct reader_place *place, const char *name)
{
    const struct file_entry *entry = file_list_find(place->list, name);
    return entry && !entry->is_dir;
}

/* ROWS with room for one more, doubled in the place's arena when full; NULL when memory is out. */
static void *with_room(
    const struct reader_place *place, void *rows, size_t row_bytes, size_t count, size_t *capacity)
{
    if (count < *capacity)
        return rows;
    size_t wanted = *capacity ? *capacity * 2 : 8;
    void *wider = arena_array(place->arena, wanted, row_bytes);
    if (!wider)
        return NULL;
    if (count)
        memcpy(wider, rows, count * row_bytes);
    *capacity = wanted;
    return wider;
}

static bool add_source(
    const struct reader_place *place, struct reader_claim *claim, struct reader_claimed source)
{
    if (claim->count == READER_MAX_SOURCES)
        return false;
    struct reader_claimed *rows =
        with_room(place, claim->sources, sizeof *rows, claim->count, &claim->capacity);
    if (!rows || !source.name)
        return false;
    claim->sources = rows;
    rows[claim->count++] = source;
    return true;
}

bool reader_claim_part(const struct reader_place *place, struct reader_claim *claim,
    const char *part, const char *name)
{
    struct reader_claimed source = {.name = arena_string(place->arena, name),
        .part = part ? arena_string(place->arena, part) : NULL};
    return (!part || source.part) && add_source(place, claim, source);
}

bool reader_claim_add(
    const struct reader_place *place, struct reader_claim *claim, const char *name)
{
    return reader_claim_part(place, claim, NULL, name);
}

void reader_claim_below(const struct reader_place *place, struct reader_claim *claim,
    const struct reader *reader, const char *directory)
{
    const struct file_entry *entry = file_list_find(place->list, directory);
    const char *path =
        entry && entry->is_dir ? path_join(place->arena, place->path, directory) : NULL;
    struct file_list list;
    if (!path || !file_list(path, place->arena, &list, NULL))
        return;
    struct reader_place below = {path, &list, place->arena};
    struct reader_claim its = {0};
    if (!reader->claim(&below, &its))
        return;
    for (size_t i = 0; i < its.count; i++) {
        struct reader_claimed source = {
            .name = path_join(place->arena, directory, its.sources[i].name), .reader = reader};
        if (!add_source(place, claim, source))
            return;
    }
}

void reader_refuse(const struct reader_place *place, struct reader_claim *claim, const char *name,
    const char *reason)
{
    struct reader_refusal *rows = with_room(
        place, claim->refusals, sizeof *rows, claim->refusal_count, &claim->refusal_capacity);
    struct reader_refusal row = {
        arena_string(place->arena, name), arena_string(place->arena, reason)};
    if (!rows || !row.name || !row.reason)
        return;
    claim->refusals = rows;
    rows[claim->refusal_count++] = row;
}
