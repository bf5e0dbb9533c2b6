#include "work/slices.h"

#include "base/file.h"
#include "base/map.h"
#include "base/num.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- by words ---- */

static int compare_slices(const void *left, const void *right)
{
    const struct slice *a = left, *b = right;
    double x, y;
    bool numbers =
        num_parse(a->name, strlen(a->name), &x) && num_parse(b->name, strlen(b->name), &y);
    if (numbers && x != y)
        return x < y ? -1 : 1;
    return text_compare_natural(a->name, b->name);
}

/* The slices being found, and the numbers of those that are there. */
struct sorting {
    struct slices *out;
    struct arena *arena;
    struct map places; /* a value -> its place in the slices */
    size_t image_count;
};

static bool put_into(
    struct sorting *sorting, const char *value, size_t length, size_t image, struct err *err)
{
    struct slices *out = sorting->out;
    int64_t place = map_get(&sorting->places, value, length);
    if (place < 0) {
        if (out->count == SLICES_MOST)
            return err_set(err, ERR_LIMIT, "%.60s has more than %d different values: too many slices",
                out->by, SLICES_MOST);
        struct slice *slice = &out->items[out->count];
        slice->name = arena_copy(sorting->arena, value, length);
        slice->has = ARENA_ARRAY(sorting->arena, bool, sorting->image_count + 1);
        place = map_put(&sorting->places, value, length, (int64_t)out->count, NULL);
        if (!slice->name || !slice->has || place < 0)
            return err_set(err, ERR_MEMORY, "out of memory while slicing");
        out->count++;
    }
    struct slice *slice = &out->items[place];
    slice->image_count += !slice->has[image];
    slice->has[image] = true;
    return true;
}

static bool put_image(
    struct sorting *sorting, const struct image_column *column, size_t image, struct err *err)
{
    const char *at = column->values[image];
    if (!at)
        sorting->out->images_without++;
    while (at) {
        size_t length = column->is_tags ? strcspn(at, "\n") : strlen(at);
        if (!put_into(sorting, at, length, image, err))
            return false;
        at = at[length] ? at + length + 1 : NULL;
    }
    return true;
}

static bool slice_by_words(const struct image_column *column, size_t image_count,
    struct arena *arena, struct slices *out, struct err *err)
{
    struct arena scratch = {0};
    struct sorting sorting = {.out = out, .arena = arena, .image_count = image_count};
    map_init(&sorting.places, &scratch);
    bool ok = true;
    for (size_t i = 0; ok && i < image_count; i++)
        ok = put_image(&sorting, column, i, err);
    map_done(&sorting.places);
    arena_done(&scratch);
    if (ok)
        qsort(out->items, out->count, sizeof *out->items, compare_slices);
    return ok;
}

/* ---- by numbers ---- */

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The finite numbers of COLUMN, ascending, into SORTED; false when a value is none. */
static bool sort_numbers(
    const struct image_column *column, size_t image_count, double *sorted, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < image_count; i++) {
        const char *text = column->values[i];
        if (!text)
            continue;
        if (column->is_tags || !num_parse(text, strlen(text), &sorted[*count]) ||
            !isfinite(sorted[*count]))
            return false;
        (*count)++;
    }
    qsort(sorted, *count, sizeof *sorted, compare_doubles);
    return true;
}

static size_t count_distinct(const double *sorted, size_t count)
{
    size_t distinct = count > 0;
    for (size_t i = 1; i < count; i++)
        distinct += sorted[i] != sorted[i - 1];
    return distinct;
}

static const char *range_name(struct arena *arena, double low, double high, bool is_last)
{
    char from[32], to[32];
    num_print_short(low, 6, from, sizeof from);
    num_print_short(high, 6, to, sizeof to);
    return arena_printf(arena, "[%s, %s%c", from, to, is_last ? ']' : ')');
}

/* Cuts at the quartiles; equal numbers stay together, so that there may be fewer ranges. */
static bool slice_by_ranges(const struct image_column *column, size_t image_count,
    const double *sorted, size_t count, struct arena *arena, struct slices *out)
{
    double edges[SLICES_BINS + 1] = {sorted[0]};
    size_t ranges = 0;
    for (size_t b = 1; b < SLICES_BINS; b++) {
        double edge = sorted[count * b / SLICES_BINS];
        if (edge > edges[ranges])
            edges[++ranges] = edge;
    }
    edges[++ranges] = sorted[count - 1];
    for (size_t r = 0; r < ranges; r++) {
        struct slice *slice = &out->items[out->count++];
        slice->name = range_name(arena, edges[r], edges[r + 1], r + 1 == ranges);
        slice->has = ARENA_ARRAY(arena, bool, image_count + 1);
        if (!slice->name || !slice->has)
            return false;
    }
    for (size_t i = 0; i < image_count; i++) {
        double value;
        if (!column->values[i]) {
            out->images_without++;
            continue;
        }
        num_parse(column->values[i], strlen(column->values[i]), &value);
        size_t r = 0;
        while (r + 1 < ranges && value >= edges[r + 1])
            r++;
        out->items[r].has[i] = true;
        out->items[r].image_count++;
    }
    return true;
}

bool slices_make(const struct image_column *column, size_t image_count, struct arena *arena,
    struct slices *out, struct err *err)
{
    *out = (struct slices){.by = column->name};
    out->items = ARENA_ARRAY(arena, struct slice, SLICES_MOST);
    double *sorted = calloc(image_count + 1, sizeof *sorted);
    size_t count = 0;
    bool numbers = sorted && sort_numbers(column, image_count, sorted, &count);
    bool ok = sorted && out->items;
    if (!ok)
        err_set(err, ERR_MEMORY, "out of memory while slicing");
    else if (numbers && count_distinct(sorted, count) > 2 * SLICES_BINS)
        ok = slice_by_ranges(column, image_count, sorted, count, arena, out) ||
             err_set(err, ERR_MEMORY, "out of memory while slicing");
    else
        ok = slice_by_words(column, image_count, arena, out, err);
    free(sorted);
    return ok;
}

/* ---- what every dataset has ---- */

static struct image_column *new_column(
    const struct dataset *dataset, const char *name, struct arena *arena)
{
    struct image_column *column = ARENA_NEW(arena, struct image_column);
    if (!column)
        return NULL;
    column->name = arena_string(arena, name);
    column->values = ARENA_ARRAY(arena, const char *, dataset->image_count + 1);
    return column->name && column->values ? column : NULL;
}

static const char *number_text(struct arena *arena, int64_t value)
{
    return arena_printf(arena, "%lld", (long long)value);
}

static bool fill_folders(
    const struct dataset *dataset, struct image_column *column, struct arena *arena)
{
    bool ok = true;
    for (size_t i = 0; ok && i < dataset->image_count; i++) {
        const char *name = dataset->images[i].file_name;
        size_t length = (size_t)(path_base(name) - name);
        column->values[i] = length > 1 ? arena_copy(arena, name, length - 1) : ".";
        ok = column->values[i] != NULL;
    }
    return ok;
}

static bool fill_sizes(
    const struct dataset *dataset, struct image_column *column, struct arena *arena, bool wide)
{
    bool ok = true;
    for (size_t i = 0; ok && i < dataset->image_count; i++) {
        const struct image *image = &dataset->images[i];
        int32_t side = wide ? image->width_px : image->height_px;
        if (side > 0)
            ok = (column->values[i] = number_text(arena, side)) != NULL;
    }
    return ok;
}

static bool fill_objects(
    const struct dataset *dataset, struct image_column *column, struct arena *arena)
{
    int64_t *counts = calloc(dataset->image_count + 1, sizeof *counts);
    bool ok = counts != NULL;
    for (size_t i = 0; ok && i < dataset->annotation_count; i++)
        counts[dataset->annotations[i].image] += !dataset->annotations[i].crowd;
    for (size_t i = 0; ok && i < dataset->image_count; i++)
        ok = (column->values[i] = number_text(arena, counts[i])) != NULL;
    free(counts);
    return ok;
}

static const char *names_of_columns(const struct dataset *dataset, struct arena *arena)
{
    const char *names = "size, folder, width, height, objects";
    for (size_t c = 0; names && c < dataset->column_count; c++)
        names = arena_printf(arena, "%s, %.40s", names, dataset->columns[c].name);
    return names ? names : "";
}

const struct image_column *slices_column(
    const struct dataset *dataset, const char *name, struct arena *arena, struct err *err)
{
    bool wide = strcmp(name, "width") == 0, filled;
    for (size_t c = 0; c < dataset->column_count; c++)
        if (strcmp(dataset->columns[c].name, name) == 0)
            return &dataset->columns[c];
    struct image_column *column = new_column(dataset, name, arena);
    if (!column)
        filled = false;
    else if (strcmp(name, "folder") == 0)
        filled = fill_folders(dataset, column, arena);
    else if (wide || strcmp(name, "height") == 0)
        filled = fill_sizes(dataset, column, arena, wide);
    else if (strcmp(name, "objects") == 0)
        filled = fill_objects(dataset, column, arena);
    else {
        err_set(err, ERR_USAGE, "no column %.60s of the images: there are %s", name,
            names_of_columns(dataset, arena));
        return NULL;
    }
    if (!filled)
        err_set(err, ERR_MEMORY, "out of memory while slicing");
    return filled ? column : NULL;
}
