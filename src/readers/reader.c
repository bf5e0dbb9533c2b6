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

bool reader_claim_add(
    const struct reader_place *place, struct reader_claim *claim, const char *name)
{
    if (claim->count == READER_MAX_SOURCES)
        return false;
    if (claim->count == claim->capacity) {
        size_t capacity = claim->capacity ? claim->capacity * 2 : 8;
        const char **wider = ARENA_ARRAY(place->arena, const char *, capacity);
        if (!wider)
            return false;
        if (claim->count)
            memcpy(wider, claim->sources, claim->count * sizeof *wider);
        claim->sources = wider;
        claim->capacity = capacity;
    }
    const char *copy = arena_string(place->arena, name);
    if (!copy)
        return false;
    claim->sources[claim->count++] = copy;
    return true;
}
