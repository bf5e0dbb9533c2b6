#include "work/copy.h"

#include "base/num.h"
#include "base/text.h"
#include "work/versions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES = 1100 /* a note is the longest */ };

struct copy *copy_new(struct runs *runs, const struct run_column *columns, size_t column_count,
    const uint32_t *rows, size_t row_count)
{
    struct copy *copy = calloc(1, sizeof *copy);
    if (!copy)
        return NULL;
    struct run_column *kept = ARENA_ARRAY(&copy->arena, struct run_column, column_count + 1);
    uint32_t *kept_rows = ARENA_ARRAY(&copy->arena, uint32_t, row_count + 1);
    bool ok = kept && kept_rows;
    for (size_t i = 0; ok && i < column_count; i++) {
        if (columns[i].kind == RUN_COLUMN_SPARK)
            continue;
        struct run_column *to = &kept[copy->column_count++];
        *to = columns[i];
        to->title = arena_string(&copy->arena, columns[i].title);
        to->name = columns[i].name ? arena_string(&copy->arena, columns[i].name) : NULL;
        ok = to->title && (to->name || !columns[i].name);
    }
    copy->runs = runs_share(runs);
    if (!ok) {
        copy_free(copy);
        return NULL;
    }
    memcpy(kept_rows, rows, row_count * sizeof *rows);
    copy->columns = kept;
    copy->rows = kept_rows;
    copy->row_count = row_count;
    return copy;
}

void copy_free(struct copy *copy)
{
    if (!copy)
        return;
    runs_release(copy->runs);
    arena_done(&copy->arena);
    free(copy);
}

/* For people the status with its NaN badge and rounded numbers; for machines numbers with every
 * digit. "" for what is not known. */
static void print_cell(const struct run_row *run, const struct run_column *column,
    const struct run_value *value, enum print_format format, char *out, size_t out_bytes)
{
    bool for_people =
        format == PRINT_TABLE || format == PRINT_MARKDOWN || format == PRINT_LATEX;
    bool is_date = column->kind == RUN_COLUMN_STARTED;
    if (value->is_number && !is_date && !for_people)
        num_print(value->number, out, out_bytes);
    else if (column->kind == RUN_COLUMN_STATUS && for_people)
        run_status_print(run, out, out_bytes);
    else
        run_value_print(value, column, out, out_bytes);
}

/* The best of COLUMN, of what compares and where there is more than one row; NaN for none. */
static double find_best(const struct copy *copy, const struct versions *versions,
    const struct run_column *column, const struct run_row *baseline)
{
    int sign = column->better == BETTER_HIGHER ? 1 : -1;
    double best = NAN;
    if (column->better == BETTER_NEITHER || copy->row_count < 2)
        return best;
    for (size_t i = 0; i < copy->row_count; i++) {
        const struct run_row *run = &copy->runs->rows[copy->rows[i]];
        struct run_value v = run_value(run, column, baseline, copy->now_s);
        if (v.known && v.is_number && isfinite(v.number) && !(v.number * sign <= best * sign) &&
            !versions_is_foreign(versions, run, column))
            best = v.number;
    }
    return best;
}

static bool print_cells(struct copy *copy, struct print_cell *cells)
{
    const struct run_row *baseline = copy->baseline ? runs_find(copy->runs, copy->baseline) : NULL;
    struct versions versions = versions_find(copy->runs, copy->rows, copy->row_count, baseline);
    double *best = ARENA_ARRAY(&copy->arena, double, copy->column_count + 1);
    for (size_t c = 0; best && c < copy->column_count; c++)
        best[c] = find_best(copy, &versions, &copy->columns[c], baseline);
    if (!best)
        return false;
    for (size_t r = 0; r < copy->row_count; r++)
        for (size_t c = 0; c < copy->column_count; c++) {
            const struct run_row *run = &copy->runs->rows[copy->rows[r]];
            const struct run_column *column = &copy->columns[c];
            struct run_value value = run_value(run, column, baseline, copy->now_s);
            char text[CELL_BYTES];
            print_cell(run, column, &value, copy->format, text, sizeof text);
            const char *kept = text[0] ? arena_string(&copy->arena, text) : NULL;
            if (text[0] && !kept)
                return false;
            bool is_date = column->kind == RUN_COLUMN_STARTED;
            cells[r * copy->column_count + c] = (struct print_cell){.text = kept,
                .is_number = (value.is_number && !is_date) || value.undefined,
                .is_best = value.is_number && value.number == best[c] &&
                           !versions_is_foreign(&versions, run, column)};
        }
    return true;
}

static void print_bare(const struct print_cell *cell, struct buf *out)
{
    char text[4 * CELL_BYTES];
    const char *raw = cell->text ? cell->text : "";
    buf_add(out, text, text_harmless(text, sizeof text, raw, strlen(raw)));
}

bool copy_print(struct copy *copy, struct buf *out, struct err *err)
{
    struct print_cell *cells =
        ARENA_ARRAY(&copy->arena, struct print_cell, copy->row_count * copy->column_count + 1);
    const char **titles = ARENA_ARRAY(&copy->arena, const char *, copy->column_count + 1);
    if (!cells || !titles || !print_cells(copy, cells))
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t c = 0; c < copy->column_count; c++)
        titles[c] = copy->columns[c].title;
    struct print_table table = {titles, copy->column_count, copy->row_count, cells};
    if (copy->bare && copy->row_count && copy->column_count)
        print_bare(cells, out);
    else if (copy->column_count)
        print_table(&table, copy->format, out);
    if (copy->row_count == 1 && out->length && out->data[out->length - 1] == '\n')
        out->data[--out->length] = '\0';
    return !out->failed || err_set(err, ERR_MEMORY, "there is too much to copy");
}

const char *copy_file_name(const struct copy *copy)
{
    static const char *const NAMES[] = {[PRINT_TABLE] = "copied.txt",
        [PRINT_TSV] = "copied.txt",
        [PRINT_CSV] = "copied.csv",
        [PRINT_JSON] = "copied.json",
        [PRINT_MARKDOWN] = "copied.md",
        [PRINT_LATEX] = "copied.tex"};
    return copy->bare ? "copied.txt" : NAMES[copy->format];
}
