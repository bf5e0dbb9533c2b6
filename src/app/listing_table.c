#include "app/listing_table.h"

#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 512 };
/* Columns in front, and one more for the deviation of each. */
enum { MOST_PRINTED = 2 * LISTING_MOST_COLUMNS + 2 };

/* A table that is being filled, row by row. */
struct filling {
    const struct listing *listing;
    enum print_format format;
    struct arena *arena;
    const char *titles[MOST_PRINTED];
    size_t columns;
    struct print_cell *cells;
    size_t count; /* of cells so far */
    double best[LISTING_MOST_COLUMNS]; /* of each of the listing's columns; NaN for none */
};

static bool is_for_people(enum print_format format)
{
    return format == PRINT_TABLE || format == PRINT_MARKDOWN || format == PRINT_LATEX;
}

static const struct run_row *row_of(const struct listing *listing, uint32_t row)
{
    return &listing->gathered.runs->rows[row];
}

static struct run_value value_in(
    const struct filling *f, const struct run_row *run, const struct run_column *column)
{
    return run_value(run, column, f->listing->baseline, f->listing->now_s);
}

static void add_title(struct filling *f, const char *title)
{
    f->titles[f->columns++] = title;
}

static void add_cell(struct filling *f, const char *text, bool is_number, bool is_best)
{
    f->cells[f->count++] = (struct print_cell){
        .text = text && *text ? arena_string(f->arena, text) : NULL,
        .is_number = is_number,
        .is_best = is_best && text};
}

/* For people the status with its NaN badge; for machines numbers with every digit. */
static void print_value(const struct filling *f, const struct run_row *run,
    const struct run_column *column, const struct run_value *value, char *out)
{
    bool is_date = column->kind == RUN_COLUMN_STARTED;
    if (value->is_number && value->known && !is_date && !is_for_people(f->format))
        num_print(value->number, out, TEXT_BYTES);
    else if (column->kind == RUN_COLUMN_STATUS && is_for_people(f->format))
        run_status_print(run, out, TEXT_BYTES);
    else
        run_value_print(value, column, out, TEXT_BYTES);
}

/* ---- the best of a column ---- */

static bool is_better(const struct run_column *column, double a, double b)
{
    return column->better == BETTER_HIGHER ? a > b : a < b;
}

static void consider(struct filling *f, size_t c, double value)
{
    const struct run_column *column = &f->listing->columns[c];
    if (column->better == BETTER_NEITHER || !isfinite(value))
        return;
    if (isnan(f->best[c]) || is_better(column, value, f->best[c]))
        f->best[c] = value;
}

static bool is_foreign(
    const struct filling *f, const struct run_row *run, const struct run_column *column)
{
    return versions_is_foreign(&f->listing->versions, run, column);
}

/* Of what compares, where there is more than one of them. */
static void find_bests(struct filling *f)
{
    const struct listing *listing = f->listing;
    for (size_t c = 0; c < listing->column_count; c++) {
        const struct run_column *column = &listing->columns[c];
        f->best[c] = NAN;
        for (size_t i = 0; !listing->is_grouped && listing->count > 1 && i < listing->count; i++) {
            const struct run_row *run = row_of(listing, listing->order[i]);
            struct run_value value = value_in(f, run, column);
            if (value.known && value.is_number && !is_foreign(f, run, column))
                consider(f, c, value.number);
        }
        for (size_t g = 0; listing->groups.count > 1 && g < listing->groups.count; g++)
            consider(f, c,
                run_group_spread(listing->gathered.runs, &listing->groups.groups[g], column,
                    listing->baseline, listing->now_s)
                    .mean);
    }
}

/* ---- runs ---- */

static void add_run(struct filling *f, const struct run_row *run, size_t c)
{
    const struct run_column *column = &f->listing->columns[c];
    struct run_value value = value_in(f, run, column);
    char text[TEXT_BYTES];
    print_value(f, run, column, &value, text);
    bool is_best = value.is_number && value.number == f->best[c] && !is_foreign(f, run, column);
    bool is_date = column->kind == RUN_COLUMN_STARTED;
    add_cell(f, text, (value.is_number && !is_date) || value.undefined, is_best);
}

/* The first, and what is as good as it. */
static bool is_first(const struct filling *f, const struct run_row *run)
{
    const struct listing *listing = f->listing;
    const struct run_column *column = &listing->keys[0].column;
    struct run_value first = value_in(f, row_of(listing, listing->order[0]), column);
    struct run_value own = value_in(f, run, column);
    return own.is_number && own.number == first.number;
}

static bool fill_runs(struct filling *f)
{
    const struct listing *listing = f->listing;
    size_t columns = listing->column_count + listing->is_ranked;
    f->cells = ARENA_ARRAY(f->arena, struct print_cell, listing->count * columns + 1);
    if (!f->cells)
        return false;
    if (listing->is_ranked)
        add_title(f, "best");
    for (size_t c = 0; c < listing->column_count; c++)
        add_title(f, listing->columns[c].title);
    for (size_t i = 0; i < listing->count; i++) {
        const struct run_row *run = row_of(listing, listing->order[i]);
        if (listing->is_ranked)
            add_cell(f, is_first(f, run) ? "*" : is_for_people(f->format) ? " " : NULL, false, false);
        for (size_t c = 0; c < listing->column_count; c++)
            add_run(f, run, c);
    }
    return true;
}

/* ---- groups ---- */

/* What a group has no one value of. */
static bool is_of_group(const struct run_column *column)
{
    return column->kind != RUN_COLUMN_NAME && column->kind != RUN_COLUMN_PATH &&
           column->kind != RUN_COLUMN_AGE && column->kind != RUN_COLUMN_SPARK;
}

static bool has_numbers(const struct filling *f, const struct run_column *column)
{
    const struct listing *listing = f->listing;
    for (size_t i = 0; i < listing->count; i++) {
        struct run_value value = value_in(f, row_of(listing, listing->order[i]), column);
        if (value.known && value.is_number)
            return true;
    }
    return false;
}

/* "0.4123 ± 0.0021" for people; for machines two cells. */
static void add_spread(struct filling *f, const struct run_column *column,
    const struct run_value *value, const struct run_spread *spread, bool is_best)
{
    char text[2 * TEXT_BYTES + 8], std[TEXT_BYTES] = "";
    if (!is_for_people(f->format)) {
        num_print(value->number, text, sizeof text);
        if (spread->n > 1)
            num_print(spread->std, std, sizeof std);
        add_cell(f, spread->n ? text : NULL, true, false);
        add_cell(f, std, true, false);
        return;
    }
    run_group_print(value, spread, column, " \xc2\xb1 ", text, sizeof text);
    add_cell(f, text, true, is_best);
}

static void add_group(struct filling *f, const struct run_group *group, const bool *numeric)
{
    const struct listing *listing = f->listing;
    char text[TEXT_BYTES];
    add_cell(f, group->label, false, false);
    snprintf(text, sizeof text, "%zu", group->count);
    add_cell(f, text, true, false);
    for (size_t c = 0; c < listing->column_count; c++) {
        const struct run_column *column = &listing->columns[c];
        struct run_spread spread;
        struct run_value value = run_group_value(listing->gathered.runs, group, column,
            listing->baseline, listing->now_s, &spread);
        if (!is_of_group(column))
            continue;
        if (numeric[c] && (spread.n || !is_for_people(f->format))) {
            add_spread(f, column, &value, &spread, value.known && value.number == f->best[c]);
            continue;
        }
        run_value_print(&value, column, text, sizeof text);
        add_cell(f, text, numeric[c], false);
    }
}

static void add_member(struct filling *f, const struct run_row *run, const bool *numeric)
{
    char text[TEXT_BYTES];
    snprintf(text, sizeof text, "  %s", run->shown);
    add_cell(f, text, false, false);
    add_cell(f, NULL, true, false);
    for (size_t c = 0; c < f->listing->column_count; c++) {
        if (!is_of_group(&f->listing->columns[c]))
            continue;
        add_run(f, run, c);
        f->cells[f->count - 1].is_best = false;
        if (numeric[c] && !is_for_people(f->format))
            add_cell(f, NULL, true, false);
    }
}

static bool fill_groups(struct filling *f, bool members)
{
    const struct listing *listing = f->listing;
    bool numeric[LISTING_MOST_COLUMNS];
    add_title(f, "group");
    add_title(f, "n");
    for (size_t c = 0; c < listing->column_count; c++) {
        const struct run_column *column = &listing->columns[c];
        numeric[c] = column->kind != RUN_COLUMN_STARTED && has_numbers(f, column);
        if (!is_of_group(column))
            continue;
        add_title(f, column->title);
        if (numeric[c] && !is_for_people(f->format))
            add_title(f, arena_printf(f->arena, "%s std", column->title));
    }
    size_t rows = listing->groups.count + (members ? listing->count : 0);
    f->cells = ARENA_ARRAY(f->arena, struct print_cell, rows * f->columns + 1);
    for (size_t c = 0; c < f->columns; c++)
        if (!f->titles[c] || !f->cells)
            return false;
    for (size_t g = 0; g < listing->groups.count; g++) {
        const struct run_group *group = &listing->groups.groups[g];
        add_group(f, group, numeric);
        for (size_t i = 0; members && i < group->count; i++)
            add_member(f, row_of(listing, group->rows[i]), numeric);
    }
    return true;
}

/* ---- below the table ---- */

/* Anything listed was measured on a ground truth. */
static bool shows_measured(const struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        for (size_t c = 0; c < listing->column_count; c++)
            if (versions_is_measured(row_of(listing, listing->order[i]), &listing->columns[c]))
                return true;
    return false;
}

static void say_below(const struct listing *listing, enum print_format format, struct buf *out)
{
    char sentence[128];
    const char *before = format == PRINT_LATEX ? "% " : format == PRINT_MARKDOWN ? "\n" : "";
    if (!is_for_people(format))
        return;
    versions_print(&listing->versions, sentence, sizeof sentence);
    if (format == PRINT_TABLE && sentence[0] && shows_measured(listing))
        buf_printf(out, "%s\n", sentence);
    size_t all = listing->count + listing->ruled_out + listing->unranked;
    if (listing->constraint)
        buf_printf(out, "%s%zu of %zu runs ruled out by %s\n", before, listing->ruled_out, all,
            listing->constraint);
    if (listing->unranked)
        buf_printf(out, "%s%zu of %zu runs without %s left out\n", before, listing->unranked, all,
            listing->keys[0].column.title);
}

bool listing_print(const struct listing *listing, enum print_format format, bool members,
    struct buf *out, struct err *err)
{
    struct arena arena = {0};
    struct filling *f = ARENA_NEW(&arena, struct filling);
    bool ok = f != NULL;
    if (ok) {
        f->listing = listing;
        f->format = format;
        f->arena = &arena;
        find_bests(f);
        ok = listing->is_grouped ? fill_groups(f, members) : fill_runs(f);
    }
    if (ok) {
        struct print_table table = {f->titles, f->columns, f->count / f->columns, f->cells};
        print_table(&table, format, out);
        say_below(listing, format, out);
    }
    arena_done(&arena);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}
