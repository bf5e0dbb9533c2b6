/*
 * The words that an expression over runs may hold.
 * Knows: names and values of the runs. Must not know: what is typed.
 */
#include "work/runs.h"

#include "base/grow.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 1000 }; /* of one name */

struct listing {
    const struct runs *runs;
    const char **words;
    size_t count, capacity;
    struct arena *arena;
};

static const char *const PLAIN[] = {"name", "path", "title", "id", "status", "age", "started",
    "duration", "format", "tag", "note", "notes", "nan", "truth", "and", "or", "not"};

static void put(struct listing *listing, const char *word)
{
    if (word && *word && GROW(listing->words, listing->capacity, listing->count + 1))
        listing->words[listing->count++] = word;
}

static void list_names(struct listing *listing)
{
    const struct run_names *names = &listing->runs->names;
    for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++)
        put(listing, PLAIN[i]);
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (names->roles[role])
            put(listing, role_info((enum role)role)->name);
    for (size_t i = 0; i < names->param_count; i++)
        if (!names->params[i].ambiguous)
            put(listing, names->params[i].word);
    for (size_t i = 0; i < names->metric_count; i++)
        put(listing, names->metrics[i]);
}

static void list_values(struct listing *listing, const char *of)
{
    struct run_column column;
    struct map seen;
    if (strcmp(of, "status") == 0) {
        for (int status = 0; status <= RUN_STALLED; status++)
            put(listing, run_status_name((enum run_status)status));
        return;
    }
    if (!runs_parse_column(listing->runs, listing->arena, of, &column, NULL))
        return;
    map_init(&seen, listing->arena);
    for (size_t i = 0; i < listing->runs->count && seen.count < MOST_VALUES; i++) {
        struct run_value value = run_value(&listing->runs->rows[i], &column, NULL, 0);
        size_t before = seen.count;
        if (value.text && map_put(&seen, value.text, strlen(value.text), 0, NULL) >= 0 &&
            seen.count > before)
            put(listing, value.text);
    }
    map_done(&seen);
}

static const char *word_of(void *self, const char *of, size_t i)
{
    struct listing *listing = self;
    if (i == 0) {
        listing->count = 0;
        if (of)
            list_values(listing, of);
        else
            list_names(listing);
    }
    return i < listing->count ? listing->words[i] : NULL;
}

size_t runs_complete(const struct runs *runs, const char *text, size_t cursor, struct arena *arena,
    struct expr_typed *typed, struct expr_candidate *out, size_t most)
{
    struct listing listing = {.runs = runs, .arena = arena};
    struct expr_words words = {&listing, word_of};
    size_t count = expr_complete(text, cursor, &words, arena, typed, out, most);
    free(listing.words);
    return count;
}
