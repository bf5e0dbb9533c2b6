#include "work/image_table.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/map.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 256 << 20, MOST_COLUMNS = 256 };

/* Reading one table. */
struct joining {
    const struct dataset *dataset;
    struct arena *arena;
    struct image_table *out;
    struct arena scratch;
    struct map names; /* every way to call an image -> WAYS x its index + the way */
    struct map shared; /* those that two images have in the same way */
    struct csv csv;
    const char *at, *end; /* of the text */
    int64_t line;
};

/* How an image can be called; a name that one has outright is not another's stem. */
enum way { BY_FILE_NAME, BY_BASE_NAME, BY_ID, BY_STEM, WAYS };

static bool add_name(
    struct joining *join, const char *name, size_t length, size_t image, enum way way)
{
    int64_t value = (int64_t)(image * WAYS + way);
    if (!length)
        return true;
    int64_t held = map_put(&join->names, name, length, value, NULL);
    if (held >= 0 && held != value && held % WAYS == (int64_t)way)
        return map_put(&join->shared, name, length, value, NULL) >= 0;
    return held >= 0;
}

static bool name_images(struct joining *join)
{
    const struct dataset *dataset = join->dataset;
    bool ok = true;
    for (enum way way = 0; way < WAYS; way++)
        for (size_t i = 0; ok && i < dataset->image_count; i++) {
            const struct image *image = &dataset->images[i];
            const char *name = way == BY_FILE_NAME ? image->file_name : path_base(image->file_name);
            size_t length = way == BY_STEM ? path_stem_length(name) : strlen(name);
            char id[32];
            if (way == BY_ID) {
                snprintf(id, sizeof id, "%lld", (long long)image->id);
                name = image->key ? image->key : id;
                length = strlen(name);
            }
            ok = add_name(join, name, length, i, way);
        }
    return ok;
}

/* -1 for none, or for more than one. */
static int64_t find_image(const struct joining *join, const struct csv_cell *name)
{
    if (map_get(&join->shared, name->text, name->length) >= 0)
        return -1;
    int64_t held = map_get(&join->names, name->text, name->length);
    return held < 0 ? -1 : held / WAYS;
}

/* Splits the next record; false at the end of the text. */
static bool next_record(struct joining *join)
{
    if (join->at >= join->end)
        return false;
    const char *stop = join->at;
    do {
        stop = memchr(stop, '\n', (size_t)(join->end - stop));
        stop = stop ? stop + 1 : join->end;
        join->line++;
    } while (stop < join->end &&
             csv_is_open(join->at, (size_t)(stop - join->at), join->csv.separator));
    const char *begin = join->at;
    join->at = stop;
    return csv_split(&join->csv, begin, (size_t)(stop - begin));
}

static bool make_columns(struct joining *join)
{
    struct image_table *out = join->out;
    size_t count = join->csv.count - 1;
    out->columns = ARENA_ARRAY(join->arena, struct image_column, count);
    for (size_t c = 0; out->columns && c < count; c++) {
        const struct csv_cell *title = &join->csv.cells[c + 1];
        struct image_column *column = &out->columns[out->column_count++];
        column->name = arena_copy(join->arena, title->text, title->length);
        column->values = ARENA_ARRAY(join->arena, const char *, join->dataset->image_count + 1);
        if (!column->name || !column->values)
            return false;
    }
    return out->columns != NULL;
}

static bool keep_row(struct joining *join)
{
    const struct csv *csv = &join->csv;
    if (!csv->count)
        return true;
    int64_t image = find_image(join, &csv->cells[0]);
    if (image < 0) {
        join->out->rows_unknown++;
        return true;
    }
    join->out->rows_joined++;
    for (size_t c = 0; c < join->out->column_count && c + 1 < csv->count; c++) {
        const struct csv_cell *cell = &csv->cells[c + 1];
        if (!cell->length)
            continue;
        const char *value = arena_copy(join->arena, cell->text, cell->length);
        if (!value)
            return false;
        join->out->columns[c].values[image] = value;
    }
    return true;
}

static bool read_table(struct joining *join, const char *path, struct err *err)
{
    const char *first = memchr(join->at, '\n', (size_t)(join->end - join->at));
    join->csv.separator = csv_guess_separator(
        join->at, (size_t)((first ? first : join->end) - join->at));
    if (!next_record(join) || join->csv.count < 2 || join->csv.count > MOST_COLUMNS) {
        err_set(err, ERR_FORMAT,
            "no header with a column of image names and at most %d more behind it", MOST_COLUMNS);
        err_in_file(err, path);
        return false;
    }
    bool ok = make_columns(join) && name_images(join);
    while (ok && next_record(join))
        ok = keep_row(join);
    if (!ok)
        return err_set(err, ERR_MEMORY, "out of memory while reading a table of images");
    if (join->out->rows_joined)
        return true;
    err_set(err, ERR_FORMAT, "none of %zu rows begins with the name or id of an image",
        join->out->rows_unknown);
    err_in_file(err, path);
    return false;
}

bool image_table_read(const char *path, const struct dataset *dataset, struct arena *arena,
    struct image_table *out, struct err *err)
{
    *out = (struct image_table){0};
    struct joining join = {.dataset = dataset, .arena = arena, .out = out};
    struct buf text;
    buf_init(&text, MOST_BYTES);
    map_init(&join.names, &join.scratch);
    map_init(&join.shared, &join.scratch);
    csv_init(&join.csv, ',');
    bool ok = file_read(path, &text, err);
    if (ok) {
        join.at = text.data ? text.data : "";
        join.end = join.at + text.length;
        join.at += text_mark_bytes(join.at, text.length);
        ok = read_table(&join, path, err);
    }
    csv_done(&join.csv);
    map_done(&join.names);
    map_done(&join.shared);
    arena_done(&join.scratch);
    buf_done(&text);
    return ok;
}
