#include "facts/synonym.h"

#include "base/grow.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Longer names are nobody's synonym. */
enum { MOST_NAME_BYTES = 128 };

static const struct {
    const char *quantity, *name;
} TABLE[] = {
#define SYNONYM(quantity, name) {quantity, name},
#include "facts/synonyms.def"
#undef SYNONYM
};

/* NAME in small letters; 0 when it is too long. */
static size_t fold(const char *name, char out[MOST_NAME_BYTES])
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length && length < MOST_NAME_BYTES; i++)
        out[i] = (char)tolower((unsigned char)name[i]);
    return length < MOST_NAME_BYTES ? length : 0;
}

static int64_t place_of(const struct synonyms *synonyms, const char *name)
{
    char key[MOST_NAME_BYTES];
    size_t length = fold(name, key);
    return length ? map_get(&synonyms->places, key, length) : -1;
}

/* Said again, a name goes over to the later quantity. */
static bool put(struct synonyms *synonyms, const char *quantity, const char *name)
{
    char key[MOST_NAME_BYTES];
    size_t length = fold(name, key);
    if (!length)
        return true;
    if (!GROW(synonyms->items, synonyms->capacity, synonyms->count + 1))
        return false;
    int64_t at = map_put(&synonyms->places, key, length, (int64_t)synonyms->count, NULL);
    if (at < 0)
        return false;
    synonyms->items[at] = (struct synonym){quantity, (int)at};
    synonyms->count += (size_t)at == synonyms->count;
    return true;
}

bool synonyms_init(struct synonyms *synonyms, struct arena *arena)
{
    *synonyms = (struct synonyms){.arena = arena};
    map_init(&synonyms->places, arena);
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++)
        if (!put(synonyms, TABLE[i].quantity, TABLE[i].name))
            return false;
    return true;
}

void synonyms_done(struct synonyms *synonyms)
{
    map_done(&synonyms->places);
    free(synonyms->items);
    synonyms->items = NULL;
}

bool synonyms_add(struct synonyms *synonyms, const char *const *names, size_t count)
{
    const char *quantity = NULL;
    for (size_t i = 0; i < count && !quantity; i++) {
        const struct synonym *known = synonyms_find(synonyms, names[i]);
        quantity = known ? known->quantity : NULL;
    }
    if (!quantity && count)
        quantity = arena_string(synonyms->arena, names[0]);
    bool ok = quantity || !count;
    for (size_t i = 0; ok && i < count; i++)
        ok = put(synonyms, quantity, names[i]);
    return ok;
}

/* NAME without the name of what holds all parameters of a script; NULL when it has none. */
static const char *unwrapped(const char *name)
{
    static const char *const WRAPPERS[] = {"args.", "hparams.", "cfg.", "config.", "params."};
    for (size_t i = 0; i < sizeof WRAPPERS / sizeof *WRAPPERS; i++)
        if (strncmp(name, WRAPPERS[i], strlen(WRAPPERS[i])) == 0)
            return name + strlen(WRAPPERS[i]);
    return NULL;
}

const struct synonym *synonyms_find(const struct synonyms *synonyms, const char *name)
{
    int64_t at = place_of(synonyms, name);
    const char *inner = at < 0 ? unwrapped(name) : NULL;
    if (inner)
        at = place_of(synonyms, inner);
    return at < 0 ? NULL : &synonyms->items[at];
}
