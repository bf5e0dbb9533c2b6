#include "screen/remap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct parsing {
    struct remap *remap;
    const struct key_table *tables;
    size_t count;
    int line;
    char *trouble;
    size_t trouble_bytes, faults;
};

__attribute__((format(printf, 2, 3))) static void fault(
    struct parsing *parsing, const char *format, ...)
{
    char said[200];
    va_list args;
    if (parsing->faults++)
        return;
    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    snprintf(parsing->trouble, parsing->trouble_bytes, "keys line %d: %s", parsing->line, said);
}

static const struct remapped *find_row(
    const struct remap *remap, const char *screen, const struct key_row *row)
{
    for (size_t i = remap->count; i > 0; i--) /* the last line holds */
        if (remap->items[i - 1].row == row && strcmp(remap->items[i - 1].screen, screen) == 0)
            return &remap->items[i - 1];
    return NULL;
}

static const char *keys_of(
    const struct remap *remap, const char *screen, const struct key_row *row)
{
    const struct remapped *item = find_row(remap, screen, row);
    return item ? item->keys : row->keys;
}

/* "runs.select", or a beginning of the name that no other action has. */
static const struct key_row *find_action(const struct key_table *table, const char *name)
{
    const struct key_row *begins = NULL;
    bool many = false;
    for (const struct key_row *row = table->rows; row->keys; row++) {
        char is[KEY_NAME_BYTES];
        key_row_name(row, is);
        if (strcmp(is, name) == 0)
            return row;
        if (strncmp(is, name, strlen(name)) == 0) {
            many |= begins != NULL;
            begins = row;
        }
    }
    return many ? NULL : begins;
}

/* What else has one of KEYS in the table; NULL for nothing. */
static const struct key_row *find_other(const struct parsing *parsing,
    const struct key_table *table, const struct key_row *than, const char *keys)
{
    for (const struct key_row *row = table->rows; row->keys; row++) {
        struct key_row named = {.keys = keys};
        const char *at = keys;
        while (row != than && *(at += strspn(at, " "))) {
            named.keys = at;
            struct event event = key_row_event(&named);
            if (keys_have(keys_of(parsing->remap, table->screen, row), &event))
                return row;
            at += strcspn(at, " ");
        }
    }
    return NULL;
}

static bool check_keys(struct parsing *parsing, const char *keys)
{
    const char *at = keys;
    if (!*at)
        fault(parsing, "no key is named");
    while (*(at += strspn(at, " "))) {
        size_t length = strcspn(at, " ");
        int32_t key;
        uint8_t mods;
        if (!key_parse(at, length, &key, &mods)) {
            fault(parsing, "%.*s is no key", (int)(length < 40 ? length : 40), at);
            return false;
        }
        at += length;
    }
    return *keys != '\0';
}

static void take_line(struct parsing *parsing, char *line)
{
    struct remap *remap = parsing->remap;
    char *dot = strchr(line, '.'), *blank = line + strcspn(line, " ");
    const char *keys = blank + strspn(blank, " ");
    const struct key_table *table = NULL;
    if (*blank)
        *blank = '\0';
    if (dot && dot < blank)
        *dot++ = '\0';
    else
        dot = NULL;
    for (size_t i = 0; dot && i < parsing->count; i++)
        if (strcmp(parsing->tables[i].screen, line) == 0)
            table = &parsing->tables[i];
    const struct key_row *row = table ? find_action(table, dot) : NULL;
    if (!row) {
        fault(parsing, "%.40s%s%.40s is no action: boxtop keys lists them", line, dot ? "." : "",
            dot ? dot : "");
        return;
    }
    if (!check_keys(parsing, keys))
        return;
    const char *kept = arena_string(&remap->arena, keys);
    if (!kept || remap->count == REMAP_MOST) {
        fault(parsing, "too many lines");
        return;
    }
    remap->items[remap->count++] = (struct remapped){table->screen, row, kept};
}

/* Once all lines are read: two actions of one screen on one key. */
static void check_conflicts(struct parsing *parsing)
{
    const struct remap *remap = parsing->remap;
    for (size_t i = 0; i < remap->count; i++)
        for (size_t t = 0; t < parsing->count; t++) {
            const struct key_table *table = &parsing->tables[t];
            const struct remapped *item = &remap->items[i];
            bool is_here = strcmp(table->screen, item->screen) == 0;
            const struct key_row *other =
                is_here ? find_other(parsing, table, item->row, item->keys) : NULL;
            char name[KEY_NAME_BYTES], with[KEY_NAME_BYTES];
            if (!other || find_row(remap, item->screen, item->row) != item)
                continue;
            key_row_name(item->row, name);
            key_row_name(other, with);
            fault(parsing, "%s.%.40s has a key of %.40s too: %.30s", item->screen, name, with,
                item->keys);
        }
}

void remap_parse(struct remap *remap, const char *text, size_t length,
    const struct key_table *tables, size_t count, char *trouble, size_t trouble_bytes)
{
    struct parsing parsing = {remap, tables, count, 0, trouble, trouble_bytes, 0};
    const char *at = text, *end = text + length;
    trouble[0] = '\0';
    while (at < end) {
        char line[256];
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t bytes = (size_t)((stop ? stop : end) - at), kept = 0;
        parsing.line++;
        for (size_t i = 0; i < bytes && kept + 1 < sizeof line; i++)
            line[kept++] = at[i] == '\t' || at[i] == '\r' || !at[i] ? ' ' : at[i];
        while (kept && line[kept - 1] == ' ')
            kept--;
        line[kept] = '\0';
        char *first = line + strspn(line, " ");
        if (*first && *first != '#')
            take_line(&parsing, first);
        at += bytes + 1;
    }
    check_conflicts(&parsing);
    size_t said = strlen(trouble);
    if (parsing.faults > 1)
        snprintf(
            trouble + said, trouble_bytes - said, " (and %zu more faults)", parsing.faults - 1);
}

void remap_done(struct remap *remap)
{
    arena_done(&remap->arena);
    remap->count = 0;
}

bool remap_event(const struct remap *remap, const struct key_table *tables, size_t count,
    struct event *event)
{
    bool taken_away = false;
    if (!remap->count || event->kind != EVENT_KEY)
        return true;
    for (size_t t = 0; t < count; t++) {
        for (const struct key_row *row = tables[t].rows; row->keys; row++) {
            const struct remapped *item = find_row(remap, tables[t].screen, row);
            if (item && keys_have(item->keys, event)) {
                *event = key_row_event(row);
                return true;
            }
        }
        for (const struct key_row *row = tables[t].rows; row->keys; row++)
            if (keys_have(row->keys, event)) {
                if (!find_row(remap, tables[t].screen, row) && !taken_away)
                    return true;
                taken_away = true;
                break;
            }
    }
    return !taken_away;
}

const struct key_row *remap_rows(
    const struct remap *remap, const struct key_table *table, struct arena *arena)
{
    size_t count = 0, differ = 0;
    for (const struct key_row *row = table->rows; row->keys; row++, count++)
        differ += remap->count && find_row(remap, table->screen, row);
    struct key_row *rows = differ ? ARENA_ARRAY(arena, struct key_row, count + 1) : NULL;
    for (size_t i = 0; rows && i < count; i++) {
        rows[i] = table->rows[i];
        rows[i].keys = keys_of(remap, table->screen, &table->rows[i]);
    }
    return rows ? rows : table->rows;
}
