/*
 * `boxtop ls`: the runs table.
 * Knows: columns and rows. Must not know: how a number came about.
 */
#include "app/gather.h"
#include "app/print.h"
#include "app/runs_json.h"
#include "base/clock.h"
#include "work/copy.h"
#include "work/versions.h"

#include <stdio.h>
#include <string.h>

enum { MOST_COLUMNS = 256, SHOWN_COLUMNS = 14, MOST_OUTPUT_BYTES = 1 << 30 };

struct listing {
    struct gathered gathered;
    struct run_column columns[MOST_COLUMNS];
    size_t column_count;
    struct run_column sort;
    bool sorted, descending;
    const struct filter *filter;
    uint32_t *order;
    size_t count;
    struct versions versions; /* of what is listed */
};

/* Words of "A,B", each parsed as a column. */
static bool parse_columns(struct listing *listing, const char *words, struct err *err)
{
    struct arena *arena = &listing->gathered.arena;
    for (const char *at = words; *at;) {
        size_t length = strcspn(at, ",");
        const char *word = arena_copy(arena, at, length);
        if (listing->column_count == MOST_COLUMNS)
            return err_set(err, ERR_USAGE, "more than %d columns", MOST_COLUMNS);
        if (!word || !runs_parse_column(listing->gathered.runs, arena, word,
                         &listing->columns[listing->column_count], err))
            return false;
        listing->column_count++;
        at += length;
        at += *at == ',';
    }
    return true;
}

static bool is_printable(const struct run_column *column)
{
    return column->kind != RUN_COLUMN_SPARK;
}

static void choose_columns(struct listing *listing)
{
    const struct runs *runs = listing->gathered.runs;
    for (size_t i = 0; i < runs->column_count && listing->column_count < SHOWN_COLUMNS; i++)
        if (is_printable(&runs->columns[i]))
            listing->columns[listing->column_count++] = runs->columns[i];
    if (versions_differ(&listing->versions))
        listing->column_count =
            versions_add_column(listing->columns, listing->column_count, MOST_COLUMNS);
}

/* "COL", "COL:desc", "COL:asc"; without a word the best is on top where a quantity has one. */
static bool parse_sort(struct listing *listing, const char *sort, struct err *err)
{
    if (!sort)
        return true;
    struct arena *arena = &listing->gathered.arena;
    const char *colon = strrchr(sort, ':');
    bool has_word = colon && (strcmp(colon, ":desc") == 0 || strcmp(colon, ":asc") == 0);
    const char *name = arena_copy(arena, sort, has_word ? (size_t)(colon - sort) : strlen(sort));
    if (!name || !runs_parse_column(listing->gathered.runs, arena, name, &listing->sort, err))
        return false;
    listing->sorted = true;
    listing->descending =
        has_word ? strcmp(colon, ":desc") == 0 : listing->sort.better == BETTER_HIGHER;
    return true;
}

static bool prepare(struct listing *listing, const struct settings *settings, struct err *err)
{
    const struct runs *runs = listing->gathered.runs;
    struct arena *arena = &listing->gathered.arena;
    listing->filter = filter_parse(arena, settings->filter ? settings->filter : "", err);
    listing->order = ARENA_ARRAY(arena, uint32_t, runs->count);
    if (!listing->filter || !listing->order)
        return listing->filter != NULL && err_set(err, ERR_MEMORY, "out of memory");
    if (settings->columns ? !parse_columns(listing, settings->columns, err) : false)
        return false;
    if (!parse_sort(listing, settings->sort, err))
        return false;
    listing->count = runs_order(runs, listing->filter, listing->sorted ? &listing->sort : NULL,
        listing->descending, NULL, clock_wall_s(), listing->order);
    listing->versions = versions_find(runs, listing->order, listing->count, NULL);
    if (!settings->columns)
        choose_columns(listing);
    return true;
}

static void list_json(const struct listing *listing, struct buf *out)
{
    struct json_writer json;
    json_writer_init(&json, out, true);
    json_writer_array(&json);
    for (size_t i = 0; i < listing->count; i++)
        runs_json_run(&json, &listing->gathered.runs->rows[listing->order[i]]);
    json_writer_array_end(&json);
    buf_add_char(out, '\n');
}

/* Anything listed was measured on a ground truth. */
static bool shows_measured(const struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        for (size_t c = 0; c < listing->column_count; c++)
            if (versions_is_measured(
                    &listing->gathered.runs->rows[listing->order[i]], &listing->columns[c]))
                return true;
    return false;
}

static bool list_table(
    struct listing *listing, enum print_format format, struct buf *out, struct err *err)
{
    struct arena *arena = &listing->gathered.arena;
    struct print_cell *cells =
        ARENA_ARRAY(arena, struct print_cell, listing->count * listing->column_count + 1);
    const char *titles[MOST_COLUMNS];
    double now_s = clock_wall_s();
    if (!cells)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t c = 0; c < listing->column_count; c++)
        titles[c] = listing->columns[c].title;
    for (size_t i = 0; i < listing->count; i++)
        for (size_t c = 0; c < listing->column_count; c++) {
            const struct run_row *run = &listing->gathered.runs->rows[listing->order[i]];
            struct run_value value = run_value(run, &listing->columns[c], NULL, now_s);
            char text[512];
            copy_print_cell(run, &listing->columns[c], &value, format, text, sizeof text);
            cells[i * listing->column_count + c] = (struct print_cell){
                text[0] ? arena_string(arena, text) : NULL, value.is_number || value.undefined};
        }
    struct print_table table = {titles, listing->column_count, listing->count, cells};
    print_table(&table, format, out);
    char sentence[128];
    versions_print(&listing->versions, sentence, sizeof sentence);
    if (format == PRINT_TABLE && sentence[0] && shows_measured(listing))
        buf_printf(out, "%s\n", sentence);
    return true;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct listing listing = {0};
    enum print_format format;
    int status = EXIT_WRONG_USAGE;
    struct buf out;
    buf_init(&out, MOST_OUTPUT_BYTES);
    if (print_format_parse(settings->format, &format, &err)) {
        status = EXIT_UNREADABLE;
        if (gather_below(settings, operands, &listing.gathered, &err) &&
            prepare(&listing, settings, &err)) {
            /* The whole of every run, unless columns were asked for. */
            if (format == PRINT_JSON && !settings->columns)
                list_json(&listing, &out);
            else
                list_table(&listing, format, &out, &err);
            if (listing.gathered.runs->count == 0 && format == PRINT_TABLE)
                buf_printf(&out,
                    "no runs found: boxtop reads Ultralytics, TensorBoard, COCO results "
                    "and its own plain layout\n");
            status = print_flush(&out, &err) ? EXIT_FINE : EXIT_UNREADABLE;
        }
        if (err.code == ERR_USAGE)
            status = EXIT_WRONG_USAGE;
        gather_done(&listing.gathered);
    }
    buf_done(&out);
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_ls = {
    .name = "ls",
    .operands = "[PATH...]",
    .summary = "the table of the runs below PATH",
    .accepts = "index gt images format sort filter columns rebuild",
    .run = run,
};
