#include "work/image_export.h"

#include "base/file.h"

#include <math.h>
#include <string.h>

enum { MOST_BYTES = 1 << 30 };

static void add(struct image_columns *columns, int column)
{
    if (columns->count < IMAGE_MOST_COLUMNS)
        columns->items[columns->count++] = column;
}

static bool any_known(const struct image_list *list, int number)
{
    for (size_t i = 0; i < list->count; i++)
        if (!isnan(list->items[i].numbers[number]))
            return true;
    return false;
}

static bool any_has(const struct image_list *list, const struct image_column *column)
{
    for (size_t i = 0; i < list->count; i++)
        if (column->values[list->items[i].image])
            return true;
    return false;
}

void image_columns_default(const struct image_pool *pool, const struct image_list *list, bool boxes,
    struct image_columns *out)
{
    static const int ONE[] = {IMAGE_NAME, IMAGE_TP, IMAGE_FP, IMAGE_FN, IMAGE_PRECISION,
        IMAGE_RECALL, IMAGE_F1, IMAGE_SCORE};
    static const int TWO[] = {IMAGE_NAME, IMAGE_TP, IMAGE_FP, IMAGE_FN, IMAGE_F1, IMAGE_B_TP,
        IMAGE_B_FP, IMAGE_B_FN, IMAGE_B_F1, IMAGE_GAIN};
    bool two = pool->side_count > 1;
    const int *columns = two ? TWO : ONE;
    out->count = 0;
    for (size_t i = 0; i < (two ? sizeof TWO : sizeof ONE) / sizeof *ONE; i++)
        add(out, columns[i]);
    if (any_known(list, IMAGE_DISAGREEMENT))
        add(out, IMAGE_DISAGREEMENT);
    if (boxes)
        add(out, IMAGE_BOXES);
    for (size_t c = 0; c < pool->column_count; c++)
        if (pool->columns[c].is_tags && any_has(list, &pool->columns[c]))
            add(out, IMAGE_COLUMNS + (int)c);
}

bool image_columns_parse(
    const struct image_pool *pool, const char *text, struct image_columns *out, struct err *err)
{
    out->count = 0;
    for (; *text; text += *text == ',') {
        size_t length = strcspn(text, ",");
        char name[EXPR_MOST_WORD + 1];
        if (length >= sizeof name || out->count == IMAGE_MOST_COLUMNS)
            return err_set(err, ERR_USAGE, "too many columns of images, or too long a name");
        memcpy(name, text, length);
        name[length] = '\0';
        if (length && !image_pool_know(pool, name, err))
            return false;
        if (length)
            add(out, image_pool_find(pool, name, length));
        text += length;
    }
    return out->count || err_set(err, ERR_USAGE, "name the columns of the images with commas between");
}

/* ---- cells ---- */

static const char *print_number(struct arena *arena, int column, double value)
{
    switch (column) {
    case IMAGE_PRECISION:
    case IMAGE_RECALL:
    case IMAGE_F1:
    case IMAGE_SCORE:
    case IMAGE_AP:
    case IMAGE_B_PRECISION:
    case IMAGE_B_RECALL:
    case IMAGE_B_F1:
    case IMAGE_B_SCORE:
    case IMAGE_B_AP:
        return arena_printf(arena, "%.4f", value);
    case IMAGE_GAIN:
        return arena_printf(arena, value ? "%+.0f" : "%.0f", value);
    default:
        return arena_printf(arena, "%.0f", value);
    }
}

/* Tags with blanks between them. */
static const char *flatten(struct arena *arena, const char *tags)
{
    char *flat = arena_string(arena, tags);
    for (char *at = flat; at && *at; at++)
        if (*at == '\n')
            *at = ' ';
    return flat;
}

static bool fill_cell(const struct image_pool *pool, const struct image_entry *entry, int column,
    struct arena *arena, struct print_cell *cell)
{
    bool known = true;
    if (column < IMAGE_NUMBERS) {
        known = !isnan(entry->numbers[column]);
        cell->is_number = true;
        cell->text = known ? print_number(arena, column, entry->numbers[column]) : NULL;
    } else if (column == IMAGE_NAME) {
        cell->text = pool->names[entry->image];
    } else {
        const struct image_column *own = &pool->columns[column - IMAGE_COLUMNS];
        const char *value = own->values[entry->image];
        known = value != NULL;
        cell->text = value && own->is_tags ? flatten(arena, value) : value;
    }
    return !known || cell->text;
}

bool image_export_table(const struct image_pool *pool, const struct image_list *list,
    const struct image_columns *columns, struct arena *arena, struct print_table *out)
{
    const char **titles = ARENA_ARRAY(arena, const char *, columns->count + 1);
    struct print_cell *cells =
        ARENA_ARRAY(arena, struct print_cell, list->count * columns->count + 1);
    bool ok = titles && cells;
    for (size_t c = 0; ok && c < columns->count; c++)
        titles[c] = image_pool_column_name(pool, columns->items[c]);
    for (size_t i = 0; ok && i < list->count; i++)
        for (size_t c = 0; ok && c < columns->count; c++)
            ok = fill_cell(pool, &list->items[i], columns->items[c], arena,
                &cells[i * columns->count + c]);
    *out = (struct print_table){titles, columns->count, list->count, cells};
    return ok;
}

/* ---- files ---- */

static bool add_names(
    const struct image_pool *pool, const struct image_list *list, struct buf *out, struct err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *name = pool->names[list->items[i].image];
        if (strchr(name, '\n'))
            return err_set(err, ERR_UNSUPPORTED,
                "the name of an image has a new line in it: write a .csv or .json instead");
        buf_printf(out, "%s\n", name);
    }
    return true;
}

bool image_export_file(const struct image_pool *pool, const struct image_list *list,
    const struct image_columns *columns, const char *path, struct err *err)
{
    static const struct {
        const char *suffix;
        enum print_format format;
    } FORMATS[] = {{".csv", PRINT_CSV}, {".tsv", PRINT_TSV}, {".json", PRINT_JSON},
        {".md", PRINT_MARKDOWN}};
    enum { FORMAT_COUNT = sizeof FORMATS / sizeof *FORMATS };
    struct arena arena = {0};
    struct buf out;
    struct print_table table;
    size_t format = 0;
    while (format < FORMAT_COUNT && !path_has_suffix(path, FORMATS[format].suffix))
        format++;
    buf_init(&out, MOST_BYTES);
    bool ok = true;
    if (format == FORMAT_COUNT)
        ok = add_names(pool, list, &out, err);
    else if (image_export_table(pool, list, columns, &arena, &table))
        print_table(&table, FORMATS[format].format, &out);
    else
        out.failed = true;
    if (ok && out.failed)
        ok = err_set(err, ERR_MEMORY, "out of memory while writing a list of images");
    ok = ok && file_write_atomically(path, out.data ? out.data : "", out.length, err);
    buf_done(&out);
    arena_done(&arena);
    return ok;
}
