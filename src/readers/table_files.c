#include "readers/table_files.h"

#include "base/text.h"
#include "readers/column_lists.h"
#include "readers/params_file.h"
#include "readers/table_sniff.h"

#include <string.h>
#include <strings.h>

static const char SUMMARY[] = "metrics.json";
static const char *const NONE[] = {NULL};

/* ---- names ---- */

static bool is_parameters(const char *name)
{
    static const char *const STEMS[] = {"params", "parameters", "config", "args", "hparams", NULL};
    return rows_name_index(STEMS, name, path_stem_length(name)) >= 0 &&
           (path_has_suffix(name, ".json") || path_has_suffix(name, ".yaml") ||
               path_has_suffix(name, ".yml"));
}

static bool is_candidate(const struct file_entry *entry)
{
    static const char *const SUFFIXES[] = {".csv", ".tsv", ".log", "log.txt", ".jsonl", ".ndjson",
        "log.json", "history.json", "metrics.json"};
    if (entry->is_dir || entry->name[0] == '.' || is_parameters(entry->name))
        return false;
    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++)
        if (path_has_suffix(entry->name, SUFFIXES[i]))
            return true;
    return false;
}

/* What the name promises, so that the person may wonder why it was not taken. */
static bool promises_a_table(const char *name)
{
    return path_has_suffix(name, ".csv") || path_has_suffix(name, ".tsv") ||
           path_has_suffix(name, ".jsonl") || path_has_suffix(name, ".ndjson");
}

/* ---- recognising ---- */

static enum table_kind sniff(const char *path, const char *name, const char **why)
{
    char head[TABLE_SNIFF_BYTES];
    size_t got = file_peek(path, head, sizeof head);
    *why = NULL;
    enum table_kind kind = got ? table_sniff(head, got, got < sizeof head, why) : TABLE_NONE;
    bool is_summary = strcmp(name, SUMMARY) == 0;
    if (kind == TABLE_SUMMARY && !is_summary)
        return TABLE_NONE;
    if (kind == TABLE_LINE)
        return is_summary || !path_has_suffix(name, ".json") ? TABLE_LINES : TABLE_NONE;
    return kind;
}

struct tables {
    const char *names[TABLE_FILES_MOST];
    enum table_kind kinds[TABLE_FILES_MOST];
    size_t count;
    size_t series; /* how many are no summaries */
};

static void look_at(const struct reader_place *place, const char *name, struct tables *tables,
    struct reader_claim *claim, bool telling)
{
    struct arena arena = {0};
    const char *why = NULL, *path = path_join(&arena, place->path, name);
    enum table_kind kind = path ? sniff(path, name, &why) : TABLE_NONE;
    arena_done(&arena);
    if (kind != TABLE_NONE) {
        tables->names[tables->count] = name;
        tables->kinds[tables->count++] = kind;
        tables->series += kind != TABLE_SUMMARY;
    } else if (telling && why && promises_a_table(name)) {
        reader_refuse(place, claim, name, why);
    }
}

/* Looks into the first files of PLACE that may be tables. Both readers do; one tells of refusals. */
static void look(const struct reader_place *place, struct tables *tables,
    struct reader_claim *claim, bool telling)
{
    int looked = 0;
    for (size_t i = 0; i < place->list->count && looked <= TABLE_FILES_MOST; i++) {
        const struct file_entry *entry = &place->list->entries[i];
        if (!is_candidate(entry))
            continue;
        if (looked++ < TABLE_FILES_MOST)
            look_at(place, entry->name, tables, claim, telling);
        else if (telling)
            reader_refuse(place, claim, entry->name, "too many files here may be tables");
    }
}

/* "forward/" of forward.csv; the whole name where another table has the same stem. */
static const char *prefix_of(
    const struct reader_place *place, const struct tables *tables, size_t index)
{
    const char *name = tables->names[index];
    size_t length = path_stem_length(name);
    for (size_t i = 0; i < tables->count; i++)
        if (i != index && path_stem_length(tables->names[i]) == length &&
            strncmp(tables->names[i], name, length) == 0)
            return arena_printf(place->arena, "%s/", name);
    return arena_printf(place->arena, "%.*s/", (int)length, name);
}

static bool claim_table(const struct reader_place *place, const struct tables *tables, size_t index,
    struct reader_claim *claim)
{
    const char *name = tables->names[index];
    bool alone = tables->kinds[index] == TABLE_SUMMARY ? tables->series == 0 : tables->series == 1;
    if (alone)
        return reader_claim_add(place, claim, name);
    const char *prefix = prefix_of(place, tables, index);
    return prefix && reader_claim_prefixed(place, claim, prefix, name);
}

bool table_files_claim(const struct reader_place *place, bool keras, struct reader_claim *claim)
{
    struct tables tables = {0};
    bool any = false;
    look(place, &tables, claim, !keras);
    for (size_t i = 0; i < tables.count; i++)
        any |= (tables.kinds[i] == TABLE_KERAS) == keras;
    if (!any)
        return false;
    for (size_t i = 0; i < place->list->count; i++)
        if (!place->list->entries[i].is_dir && is_parameters(place->list->entries[i].name))
            reader_claim_add(place, claim, place->list->entries[i].name);
    for (size_t i = 0; i < tables.count; i++)
        if ((tables.kinds[i] == TABLE_KERAS) == keras && !claim_table(place, &tables, i, claim))
            break;
    return true;
}

/* ---- reading ---- */

/* The first byte that is no blank, behind a byte order mark. */
static char first_byte(const char *head, size_t length)
{
    size_t i = text_mark_bytes(head, length);
    while (i < length && strchr(" \t\r\n", head[i]))
        i++;
    return i < length ? head[i] : '\0';
}

bool table_files_read(const struct reader_source *source, const struct rows_rules *rules,
    struct reader_mark *mark, struct sink *sink, struct err *err)
{
    if (is_parameters(source->name))
        return params_file_read(source, NULL, sink, err);
    char head[TABLE_SNIFF_BYTES];
    const char *why;
    size_t got = file_peek(source->path, head, sizeof head);
    struct rows_rules prefixed = *rules;
    if (source->prefix)
        prefixed.prefix = source->prefix;
    const char first = first_byte(head, got);
    enum table_kind kind =
        first == '{' || first == '[' ? table_sniff(head, got, got < sizeof head, &why) : TABLE_NONE;
    if (kind == TABLE_COLUMNS)
        return column_lists_read(source, &prefixed, sink, err);
    if (kind == TABLE_LIST)
        return rows_read_json_list(source->path, source->name, &prefixed, sink, err);
    if (strcmp(source->name, SUMMARY) == 0 && kind == TABLE_SUMMARY) {
        prefixed.steps = prefixed.walls = NONE;
        return rows_read_json_object(source->path, source->name, &prefixed, sink, err);
    }
    struct stream stream;
    if (!stream_open(&stream, source->path, mark->offset, err))
        return false;
    bool ok = first == '{' ? rows_read_json(&stream, source->name, &prefixed, mark, sink, err)
                           : rows_read_csv(&stream, source, &prefixed, mark, sink, err);
    stream_close(&stream);
    return ok;
}
