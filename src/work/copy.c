#include "work/copy.h"

#include "base/num.h"
#include "base/text.h"
#include "work/versions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES = 1100 /* a note is the longest */ };

/* A column whose texts, and whose expression, live in the copy's arena. */
static bool keep_column(struct copy *copy, const struct run_column *column, struct run_column *to)
{
    *to = *column;
    bool computed = column->kind == RUN_COLUMN_EXPR;
    if (computed && !runs_parse_column(copy->runs, &copy->arena, column->name, to, NULL))
        return false;
    to->title = arena_string(&copy->arena, column->title);
    to->name = column->name ? arena_string(&copy->arena, column->name) : NULL;
    return to->title && (to->name || !column->name);
}

static bool keep_group(struct copy *copy, const struct run_group *group, struct copy_line *to)
{
    struct run_group *kept = ARENA_NEW(&copy->arena, struct run_group);
    uint32_t *rows = ARENA_ARRAY(&copy->arena, uint32_t, group->count);
    if (!kept || !rows)
        return false;
    memcpy(rows, group->rows, group->count * sizeof *rows);
    *kept = (struct run_group){arena_string(&copy->arena, group->label), rows, group->count};
    to->group = kept;
    return kept->label != NULL;
}

struct copy *copy_new(struct runs *runs, const struct run_column *columns, size_t column_count,
    const struct copy_line *lines, size_t line_count)
{
    struct copy *copy = calloc(1, sizeof *copy);
    if (!copy)
        return NULL;
    struct run_column *kept = ARENA_ARRAY(&copy->arena, struct run_column, column_count + 1);
    struct copy_line *kept_lines = ARENA_ARRAY(&copy->arena, struct copy_line, line_count + 1);
    bool ok = kept && kept_lines;
    copy->runs = runs_share(runs);
    for (size_t i = 0; ok && i < column_count; i++)
        if (columns[i].kind != RUN_COLUMN_SPARK)
            ok = keep_column(copy, &columns[i], &kept[copy->column_count++]);
    for (size_t i = 0; ok && i < line_count; i++) {
        kept_lines[i] = lines[i];
        ok = !lines[i].group || keep_group(copy, lines[i].group, &kept_lines[i]);
    }
    if (!ok) {
        copy_free(copy);
        return NULL;
    }
    copy->columns = kept;
    copy->lines = kept_lines;
    copy->line_count = line_count;
    return copy;
}

struct copy *copy_new_table(const struct print_table *table, enum print_format format, bool bare)
{
    struct copy *copy = calloc(1, sizeof *copy);
    if (!copy)
        return NULL;
    struct print_table *kept = ARENA_NEW(&copy->arena, struct print_table);
    size_t count = table->columns * table->rows;
    const char **titles = ARENA_ARRAY(&copy->arena, const char *, table->columns + 1);
    struct print_cell *cells = ARENA_ARRAY(&copy->arena, struct print_cell, count + 1);
    bool ok = kept && titles && cells;
    for (size_t i = 0; ok && i < table->columns; i++)
        ok = (titles[i] = arena_string(&copy->arena, table->titles[i])) != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        cells[i] = table->cells[i];
        if (cells[i].text)
            ok = (cells[i].text = arena_string(&copy->arena, cells[i].text)) != NULL;
    }
    if (!ok) {
        copy_free(copy);
        return NULL;
    }
    *kept = (struct print_table){titles, table->columns, table->rows, cells};
    copy->table = kept;
    copy->line_count = table->rows;
    copy->format = format;
    copy->bare = bare;
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

bool copy_is_for_people(enum print_format format)
{
    return format == PRINT_TABLE || format == PRINT_MARKDOWN || format == PRINT_LATEX;
}

/* What a printed column shows of one of the table's. */
struct shown {
    const struct run_column *column;
    enum { SHOWN_VALUE, SHOWN_STD, SHOWN_COUNT } what;
    double best; /* NaN for none */
};

struct copying {
    struct copy *copy;
    const struct run_row *baseline;
    struct versions versions;
    struct shown *shown;
    size_t count;
    bool grouped;
};

static const struct run_row *row_of(const struct copying *c, const struct copy_line *line)
{
    return &c->copy->runs->rows[line->group ? line->group->rows[0] : line->row];
}

static struct run_value value_of(const struct copying *c, const struct copy_line *line,
    const struct run_column *column, struct run_spread *spread)
{
    const struct copy *copy = c->copy;
    *spread = (struct run_spread){0, NAN, NAN};
    return line->group
               ? run_group_value(copy->runs, line->group, column, c->baseline, copy->now_s, spread)
               : run_value(row_of(c, line), column, c->baseline, copy->now_s);
}

/* The value of LINE compares with those of the others: a member stands for its group. */
static bool compares(
    const struct copying *c, const struct copy_line *line, const struct run_column *column)
{
    return !versions_is_foreign(&c->versions, row_of(c, line), column);
}

/* The best of COLUMN, of what compares and where there is more than one line; NaN for none. */
static double find_best(const struct copying *c, const struct run_column *column)
{
    const struct copy *copy = c->copy;
    int sign = column->better == BETTER_HIGHER ? 1 : -1;
    double best = NAN;
    if (column->better == BETTER_NEITHER || copy->line_count < 2)
        return best;
    for (size_t i = 0; i < copy->line_count; i++) {
        struct run_spread spread;
        struct run_value v = value_of(c, &copy->lines[i], column, &spread);
        if (!copy->lines[i].is_member && v.known && v.is_number && isfinite(v.number) &&
            !(v.number * sign <= best * sign) && compares(c, &copy->lines[i], column))
            best = v.number;
    }
    return best;
}

static bool has_deviations(const struct copying *c, const struct run_column *column)
{
    for (size_t i = 0; i < c->copy->line_count; i++) {
        struct run_spread spread;
        value_of(c, &c->copy->lines[i], column, &spread);
        if (spread.n > 1 &&
            (spread.std > 0 || (spread.std == 0 && column->kind != RUN_COLUMN_PARAM)))
            return true;
    }
    return false;
}

/* Groups have a column of how many they are, and for machines one more for each deviation. */
static bool choose_shown(struct copying *c)
{
    const struct copy *copy = c->copy;
    for (size_t i = 0; i < copy->line_count; i++)
        c->grouped |= copy->lines[i].group != NULL;
    c->grouped &= !copy->bare;
    c->shown = ARENA_ARRAY(&c->copy->arena, struct shown, 2 * copy->column_count + 2);
    for (size_t i = 0; c->shown && i < copy->column_count; i++) {
        const struct run_column *column = &copy->columns[i];
        c->shown[c->count++] = (struct shown){column, SHOWN_VALUE, find_best(c, column)};
        if (c->grouped && i == 0)
            c->shown[c->count++] = (struct shown){column, SHOWN_COUNT, NAN};
        if (c->grouped && !copy_is_for_people(copy->format) && has_deviations(c, column))
            c->shown[c->count++] = (struct shown){column, SHOWN_STD, NAN};
    }
    return c->shown != NULL;
}

/* For people the status with its NaN badge and rounded numbers; for machines numbers with every
 * digit. "" for what is not known. */
static void print_value(const struct copying *c, const struct copy_line *line,
    const struct run_column *column, const struct run_value *value, const struct run_spread *spread,
    char *out, size_t out_bytes)
{
    bool is_date = column->kind == RUN_COLUMN_STARTED, for_people = copy_is_for_people(c->copy->format);
    if (value->is_number && !is_date && !for_people)
        num_print(value->number, out, out_bytes);
    else if (column->kind == RUN_COLUMN_STATUS && line->group)
        run_group_print_status(c->copy->runs, line->group, out, out_bytes);
    else if (column->kind == RUN_COLUMN_STATUS && for_people)
        run_status_print(row_of(c, line), out, out_bytes);
    else
        run_group_print(value, spread, column, " \xc2\xb1 ", out, out_bytes);
}

static bool print_cell(const struct copying *c, const struct copy_line *line,
    const struct shown *shown, struct print_cell *out)
{
    char text[CELL_BYTES] = "";
    struct run_spread spread;
    struct run_value value = value_of(c, line, shown->column, &spread);
    bool is_date = shown->column->kind == RUN_COLUMN_STARTED;
    *out = (struct print_cell){.is_number = true};
    if (shown->what == SHOWN_COUNT && line->group) {
        snprintf(text, sizeof text, "%zu", line->group->count);
    } else if (shown->what == SHOWN_STD && line->group && spread.n > 1 && !isnan(spread.std)) {
        num_print(spread.std, text, sizeof text);
    } else if (shown->what == SHOWN_VALUE) {
        print_value(c, line, shown->column, &value, &spread, text, sizeof text);
        out->is_number = (value.is_number && !is_date) || value.undefined;
        out->is_best = value.is_number && value.number == shown->best && !line->is_member &&
                       compares(c, line, shown->column);
    }
    out->text = text[0] ? arena_string(&c->copy->arena, text) : NULL;
    return out->text || !text[0];
}

static const char *title_of(const struct copying *c, const struct shown *shown)
{
    return shown->what == SHOWN_COUNT ? "n"
           : shown->what == SHOWN_STD
               ? arena_printf(&c->copy->arena, "%s std", shown->column->title)
               : shown->column->title;
}

static void print_bare(const struct print_cell *cell, struct buf *out)
{
    char text[4 * CELL_BYTES];
    const char *raw = cell->text ? cell->text : "";
    buf_add(out, text, text_harmless(text, sizeof text, raw, strlen(raw)));
}

static void find_versions(struct copying *c)
{
    struct copy *copy = c->copy;
    uint32_t *rows = ARENA_ARRAY(&copy->arena, uint32_t, copy->line_count + 1);
    for (size_t i = 0; rows && i < copy->line_count; i++)
        rows[i] = (uint32_t)(row_of(c, &copy->lines[i]) - copy->runs->rows);
    if (rows)
        c->versions = versions_find(copy->runs, rows, copy->line_count, c->baseline);
}

/* The runs as a table of texts; false when memory is out. */
static bool make_table(struct copy *copy, struct print_table *out)
{
    struct copying c = {
        .copy = copy, .baseline = copy->baseline ? runs_find(copy->runs, copy->baseline) : NULL};
    find_versions(&c);
    bool ok = choose_shown(&c);
    struct print_cell *cells =
        ARENA_ARRAY(&copy->arena, struct print_cell, copy->line_count * c.count + 1);
    const char **titles = ARENA_ARRAY(&copy->arena, const char *, c.count + 1);
    ok = ok && cells && titles;
    for (size_t i = 0; ok && i < c.count; i++)
        ok = (titles[i] = title_of(&c, &c.shown[i])) != NULL;
    for (size_t r = 0; r < copy->line_count; r++)
        for (size_t i = 0; ok && i < c.count; i++)
            ok = print_cell(&c, &copy->lines[r], &c.shown[i], &cells[r * c.count + i]);
    *out = (struct print_table){titles, c.count, copy->line_count, cells};
    return ok;
}

bool copy_print(struct copy *copy, struct buf *out, struct err *err)
{
    struct print_table made;
    const struct print_table *table = copy->table ? copy->table : &made;
    if (!copy->table && !make_table(copy, &made))
        return err_set(err, ERR_MEMORY, "out of memory");
    if (copy->bare && table->rows && table->columns)
        print_bare(table->cells, out);
    else if (table->columns)
        print_table(table, copy->format, out);
    if (table->rows == 1 && out->length && out->data[out->length - 1] == '\n')
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
