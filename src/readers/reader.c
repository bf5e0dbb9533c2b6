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

bool reader_has_file(const struct reader_place *place, const char *name)
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

void reader_looked(const struct reader_place *place, const char *name)
{
    struct reader_looks *looks = place->looks;
    if (!looks)
        return;
    struct reader_look *rows =
        with_room(place, looks->looks, sizeof *rows, looks->count, &looks->capacity);
    struct arena arena = {0}; /* the place's is for what is kept: this path is not */
    const char *path = path_join(&arena, place->path, name);
    struct reader_look look = {.name = arena_string(place->arena, name)};
    looks->incomplete |= !rows || !path || !look.name;
    if (path)
        file_stat(path, &look.stat);
    if (rows) {
        looks->looks = rows;
        rows[looks->count] = look;
        looks->count += look.name != NULL;
    }
    arena_done(&arena);
}

size_t reader_peek(const struct reader_place *place, const char *name, char *out, size_t bytes)
{
    struct arena arena = {0};
    const char *path = path_join(&arena, place->path, name);
    reader_looked(place, name);
    size_t got = path ? file_peek(path, out, bytes) : 0;
    arena_done(&arena);
    return got;
}

bool reader_list(const struct reader_place *place, const char *name, struct file_list *out)
{
    const char *path = path_join(place->arena, place->path, name);
    reader_looked(place, name);
    return path && file_list(path, place->arena, out, NULL);
}

/* PART and PREFIX may be NULL. */
static bool add_source(const struct reader_place *place, struct reader_claim *claim,
    const char *part, const char *prefix, const char *name)
{
    if (claim->count == READER_MAX_SOURCES)
        return false;
    struct reader_claimed *rows =
        with_room(place, claim->sources, sizeof *rows, claim->count, &claim->capacity);
    struct reader_claimed row = {.name = arena_string(place->arena, name),
        .part = part ? arena_string(place->arena, part) : NULL,
        .prefix = prefix ? arena_string(place->arena, prefix) : NULL};
    if (!rows || !row.name || (part && !row.part) || (prefix && !row.prefix))
        return false;
    claim->sources = rows;
    rows[claim->count++] = row;
    return true;
}

bool reader_claim_add(
    const struct reader_place *place, struct reader_claim *claim, const char *name)
{
    return add_source(place, claim, NULL, NULL, name);
}

bool reader_claim_part(const struct reader_place *place, struct reader_claim *claim,
    const char *part, const char *name)
{
    return add_source(place, claim, part, NULL, name);
}

bool reader_claim_prefixed(const struct reader_place *place, struct reader_claim *claim,
    const char *prefix, const char *name)
{
    return add_source(place, claim, NULL, prefix, name);
}

bool reader_claim_for(const struct reader_place *place, struct reader_claim *claim,
    const char *reader, const char *name)
{
    const struct reader *other = reader_find(reader);
    if (!other || !reader_claim_add(place, claim, name))
        return false;
    claim->sources[claim->count - 1].reader = other;
    return true;
}

void reader_claim_own(
    const struct reader_place *place, struct reader_claim *claim, const char *name)
{
    for (size_t i = 0; i < claim->owned_count; i++)
        if (strcmp(claim->owned[i], name) == 0)
            return;
    const char **rows =
        with_room(place, claim->owned, sizeof *rows, claim->owned_count, &claim->owned_capacity);
    const char *own = rows ? arena_string(place->arena, name) : NULL;
    if (!own)
        return;
    claim->owned = rows;
    rows[claim->owned_count++] = own;
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
