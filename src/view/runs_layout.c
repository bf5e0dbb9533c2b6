#include "view/runs_layout.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

static const char COMPUTED[] = "computed";
static const char *const GROUPS[] = {"run", "quantity", "metric", "parameter", COMPUTED};

/* NULL for a group that there is not. */
static const char *group_called(const char *name)
{
    for (size_t i = 0; i < sizeof GROUPS / sizeof *GROUPS; i++)
        if (strcmp(GROUPS[i], name) == 0)
            return GROUPS[i];
    return NULL;
}

void layout_init(struct layout *layout)
{
    *layout = (struct layout){.frozen = 1};
}

void layout_done(struct layout *layout)
{
    free(layout->entries);
    arena_done(&layout->arena);
    arena_done(&layout->bound);
    *layout = (struct layout){0};
}

/* ---- names and columns ---- */

/* The column that a computed one's text means among RUNS, by its text as its name. */
static bool bind(struct layout *layout, const struct runs *runs, const char *text,
    struct run_column *out, struct err *err)
{
    if (!runs_parse_column(runs, &layout->bound, text, out, err))
        return false;
    if (out->kind == RUN_COLUMN_EXPR)
        out->name = text;
    return true;
}

static void find_column(struct layout *layout, struct layout_name *of, const struct runs *runs,
    const struct run_column *defaults, size_t default_count)
{
    of->known = strcmp(of->group, COMPUTED) == 0 && bind(layout, runs, of->name, &of->column, NULL);
    for (size_t i = 0; !of->known && i < default_count; i++)
        if (catalogue_is(&defaults[i], of->name, of->group)) {
            of->column = defaults[i];
            of->known = true;
        }
    for (size_t i = 0; !of->known && i < runs->catalogue_count; i++)
        if (catalogue_is(&runs->catalogue[i], of->name, of->group)) {
            of->column = runs->catalogue[i];
            of->known = true;
        }
}

size_t layout_find(const struct layout *layout, const struct run_column *column)
{
    for (size_t i = 0; i < layout->count; i++)
        if (layout->entries[i].of.known && catalogue_same(&layout->entries[i].of.column, column))
            return i;
    return SIZE_MAX;
}

/* False when memory is out. */
static bool name_column(
    struct layout *layout, const struct run_column *column, struct layout_name *out)
{
    char name[CATALOGUE_NAME_BYTES];
    size_t at = layout_find(layout, column);
    if (at != SIZE_MAX) {
        *out = layout->entries[at].of;
        return true;
    }
    catalogue_name(column, name, sizeof name);
    *out = (struct layout_name){arena_string(&layout->arena, column->name ? column->name : name),
        catalogue_group(column), true, *column};
    return out->name != NULL;
}

static bool insert(struct layout *layout, size_t at, struct layout_entry entry)
{
    if (layout->count == LAYOUT_MOST || !GROW(layout->entries, layout->capacity, layout->count + 1))
        return false;
    memmove(layout->entries + at + 1, layout->entries + at,
        (layout->count++ - at) * sizeof *layout->entries);
    layout->entries[at] = entry;
    return true;
}

/* ---- meeting the runs ---- */

static bool is_as_given(
    const struct layout *layout, const struct run_column *defaults, size_t default_count)
{
    bool same = layout->count == default_count;
    for (size_t i = 0; same && i < default_count; i++)
        same = catalogue_is(&defaults[i], layout->entries[i].of.name, layout->entries[i].of.group);
    return same;
}

void layout_meet(struct layout *layout, const struct runs *runs, const struct run_column *defaults,
    size_t default_count)
{
    arena_done(&layout->bound);
    if (!layout->arranged && !is_as_given(layout, defaults, default_count))
        layout->count = 0;
    for (size_t i = 0; i < layout->count; i++)
        find_column(layout, &layout->entries[i].of, runs, defaults, default_count);
    for (size_t i = 0; i < layout->sort_count; i++)
        find_column(layout, &layout->sorts[i].by, runs, defaults, default_count);
    size_t behind = 0;
    for (size_t i = 0; i < default_count; i++) {
        size_t at = layout_find(layout, &defaults[i]);
        struct layout_entry entry = {.shown = true};
        if (at == SIZE_MAX && name_column(layout, &defaults[i], &entry.of) &&
            insert(layout, behind, entry))
            at = behind;
        if (at != SIZE_MAX)
            behind = at + 1;
    }
}

size_t layout_shown(const struct layout *layout, bool deltas, struct run_column *out,
    uint16_t *entries, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < layout->count && count < most; i++) {
        const struct layout_entry *entry = &layout->entries[i];
        if (!entry->shown || !entry->of.known ||
            (entry->of.column.kind == RUN_COLUMN_DELTA && !deltas))
            continue;
        out[count] = entry->of.column;
        entries[count++] = (uint16_t)i;
    }
    return count;
}

/* ---- changing ---- */

void layout_show(struct layout *layout, const struct run_column *column, bool shown)
{
    size_t at = layout_find(layout, column);
    struct layout_entry entry = {.shown = shown};
    layout->arranged = true;
    if (at != SIZE_MAX)
        layout->entries[at].shown = shown;
    else if (name_column(layout, column, &entry.of))
        insert(layout, layout->count, entry);
}

static const struct run_column *in_catalogue(
    const struct runs *runs, const struct run_column *column)
{
    for (size_t i = 0; i < runs->catalogue_count; i++)
        if (catalogue_same(&runs->catalogue[i], column))
            return &runs->catalogue[i];
    return NULL;
}

bool layout_compute(struct layout *layout, const struct runs *runs, const char *text, size_t at,
    size_t *entry, struct err *err)
{
    struct layout_entry added = {.shown = true};
    struct run_column *column = &added.of.column;
    const char *name = arena_string(&layout->arena, text + strspn(text, " "));
    if (!name)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!bind(layout, runs, name, column, err))
        return false;
    *entry = layout_find(layout, column);
    if (*entry != SIZE_MAX) {
        layout_show(layout, column, true);
        return true;
    }
    const struct run_column *plain = in_catalogue(runs, column);
    added.of = (struct layout_name){name, COMPUTED, true, *column};
    if (plain && !name_column(layout, plain, &added.of))
        return err_set(err, ERR_MEMORY, "out of memory");
    layout->arranged = true;
    *entry = at < layout->count ? at : layout->count;
    return insert(layout, *entry, added) || err_set(err, ERR_LIMIT, "no more columns can be shown");
}

void layout_swap(struct layout *layout, size_t a, size_t b)
{
    struct layout_entry entry = layout->entries[a];
    layout->entries[a] = layout->entries[b];
    layout->entries[b] = entry;
    layout->arranged = true;
}

static size_t find_sort(const struct layout *layout, const struct run_column *column)
{
    for (size_t i = 0; i < layout->sort_count; i++)
        if (layout->sorts[i].by.known && catalogue_same(&layout->sorts[i].by.column, column))
            return i;
    return SIZE_MAX;
}

void layout_sort_by(struct layout *layout, const struct run_column *column, bool also)
{
    size_t at = find_sort(layout, column);
    struct layout_sort sort = {.descending = column->better == BETTER_HIGHER};
    if (at != SIZE_MAX && (also || at == 0)) {
        layout->sorts[at].descending = !layout->sorts[at].descending;
        return;
    }
    if (!name_column(layout, column, &sort.by))
        return;
    if (!also)
        layout->sort_count = 0;
    if (layout->sort_count == LAYOUT_MOST_SORTS)
        layout->sort_count--;
    layout->sorts[layout->sort_count++] = sort;
}

void layout_rank_by(struct layout *layout, const struct run_column *column)
{
    struct layout_sort sort = {.descending = column->better != BETTER_LOWER};
    if (!name_column(layout, column, &sort.by))
        return;
    layout->sorts[0] = sort;
    layout->sort_count = 1;
}

size_t layout_keys(const struct layout *layout, struct run_key out[LAYOUT_MOST_SORTS])
{
    size_t count = 0;
    for (size_t i = 0; i < layout->sort_count; i++)
        if (layout->sorts[i].by.known)
            out[count++] =
                (struct run_key){layout->sorts[i].by.column, layout->sorts[i].descending};
    return count;
}

int layout_sort_place(const struct layout *layout, const struct run_column *column)
{
    size_t at = find_sort(layout, column);
    int place = at == SIZE_MAX ? 0 : (int)at + 1;
    return place && layout->sorts[at].descending ? -place : place;
}

/* ---- as JSON ---- */

static void write_name(struct json_writer *json, const struct layout_name *of)
{
    json_writer_key(json, "name");
    json_writer_string(json, of->name);
    json_writer_key(json, "of");
    json_writer_string(json, of->group);
}

void layout_write(const struct layout *layout, struct json_writer *json)
{
    json_writer_key(json, "columns");
    json_writer_array(json);
    for (size_t i = 0; layout->arranged && i < layout->count; i++) {
        json_writer_object(json);
        write_name(json, &layout->entries[i].of);
        json_writer_key(json, "shown");
        json_writer_bool(json, layout->entries[i].shown);
        json_writer_key(json, "width");
        json_writer_int(json, layout->entries[i].cols);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_key(json, "frozen");
    json_writer_int(json, layout->frozen);
    json_writer_key(json, "sort");
    json_writer_array(json);
    for (size_t i = 0; i < layout->sort_count; i++) {
        json_writer_object(json);
        write_name(json, &layout->sorts[i].by);
        json_writer_key(json, "descending");
        json_writer_bool(json, layout->sorts[i].descending);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

/* What an object of either list says. */
struct read_name {
    struct layout_name of;
    bool shown, descending;
    int cols;
};

/* Behind JSON_OBJECT. False when it names no column. */
static bool read_name(struct layout *layout, struct json *json, struct read_name *out)
{
    *out = (struct read_name){.shown = true};
    while (json_next(json) == JSON_KEY) {
        int64_t cols;
        if (json_is(json, "name") && json_next(json) == JSON_STRING) {
            out->of.name = json_string(json, &layout->arena);
        } else if (json_is(json, "of") && json_next(json) == JSON_STRING) {
            const char *group = json_string(json, &layout->arena);
            out->of.group = group ? group_called(group) : NULL;
        } else if (json_is(json, "shown")) {
            out->shown = json_next(json) != JSON_FALSE;
        } else if (json_is(json, "descending")) {
            out->descending = json_next(json) == JSON_TRUE;
        } else if (json_is(json, "width") && json_next(json) == JSON_NUMBER) {
            if (json_int(json, &cols) && cols >= LAYOUT_LEAST_COLS && cols <= LAYOUT_MOST_COLS)
                out->cols = (int)cols;
        } else {
            json_skip(json);
        }
    }
    return out->of.name && out->of.group;
}

static void read_columns(struct layout *layout, struct json *json)
{
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD && json->kind != JSON_END) {
        struct read_name read;
        if (json->kind != JSON_OBJECT)
            json_skip(json);
        else if (read_name(layout, json, &read))
            layout->arranged |= insert(
                layout, layout->count, (struct layout_entry){read.of, read.shown, read.cols});
    }
}

static void read_sorts(struct layout *layout, struct json *json)
{
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    layout->sort_count = 0;
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD && json->kind != JSON_END) {
        struct read_name read;
        if (json->kind != JSON_OBJECT)
            json_skip(json);
        else if (read_name(layout, json, &read) && layout->sort_count < LAYOUT_MOST_SORTS)
            layout->sorts[layout->sort_count++] = (struct layout_sort){read.of, read.descending};
    }
}

bool layout_read(struct layout *layout, struct json *json)
{
    int64_t frozen;
    if (json_is(json, "columns")) {
        read_columns(layout, json);
    } else if (json_is(json, "sort")) {
        read_sorts(layout, json);
    } else if (json_is(json, "frozen")) {
        if (json_next(json) == JSON_NUMBER && json_int(json, &frozen) && frozen >= 1 &&
            frozen < LAYOUT_MOST)
            layout->frozen = (int)frozen;
        else
            json_skip(json);
    } else {
        return false;
    }
    return true;
}
