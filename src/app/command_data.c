/*
 * `boxtop data`: a table of any file or run, filtered, sorted, its columns chosen.
 * Knows: operands, pages of work/data_page.h. Must not know: formats of files, how rows are sorted.
 */
#include "app/gather.h"
#include "app/pick.h"
#include "app/print.h"
#include "base/file.h"
#include "base/num.h"
#include "work/data_file.h"
#include "work/data_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_OUTPUT_BYTES = 1 << 30, MOST_PRINTED_CELLS = 20 << 20, MOST_SLASHES = 8 };

/* ---- which table ---- */

/* The table NAME of the one run that RUN names. Of an evaluation the boxes are read where they are
 * looked at. */
static struct data_table *open_of_run(const struct settings *settings, struct gathered *gathered,
    const char *name, struct err *err)
{
    const struct run_row *run = gathered->chosen[0];
    const struct data_study_table *evaluated = data_study_find(name);
    struct data_run_request request = {.directory = run->directory,
        .evaluated = run->prediction_count > 0,
        .name = name,
        .at = {isnan(settings->confidence) ? 0.5 : settings->confidence,
            isnan(settings->iou) ? 0.5 : settings->iou}};
    struct study *study = NULL;
    if (evaluated) {
        study = pick_evaluated(settings, gathered->store, run, err);
        bool boxes = study && (evaluated->needs_boxes ||
                                  eval_iou_index(&study->set->settings, request.at.iou) ==
                                      EVAL_IOU_CUSTOM);
        if (!study || (boxes && !study_load_boxes(study, err))) {
            study_release(study);
            return NULL;
        }
        request.study = study;
    }
    struct data_table *table = data_run_open(&request, NULL, err);
    study_release(study);
    return table;
}

/* True when NAMED is one run; ERR says why not. */
static bool gather_one(
    const struct settings *settings, char *named, struct gathered *gathered, struct err *err)
{
    char *names[] = {named, NULL};
    return gather_named(settings, names, 1, gathered, err) &&
           (gathered->count == 1 ||
               err_set(err, ERR_USAGE, "%.80s is %zu runs: name one, or RUN/TABLE", named,
                   gathered->count));
}

/* The table NAME of RUN; *FOUND: there is such a run. The first ERR is kept. */
static struct data_table *open_in(const struct settings *settings, char *run, const char *name,
    bool *found, struct err *err)
{
    struct err own = {0};
    struct gathered gathered;
    struct data_table *table = NULL;
    *found = gather_one(settings, run, &gathered, &own);
    if (*found) {
        *err = (struct err){0};
        table = open_of_run(settings, &gathered, name, err);
    } else if (!err->code) {
        *err = own;
    }
    gather_done(&gathered);
    return table;
}

/* OPERAND as a run as a whole, whose tables are listed, or as RUN/TABLE: what stands behind the last
 * slash is the table. Where that RUN is no path but a name, a slash may belong to the table's. */
static struct data_table *open_by_name(
    const struct settings *settings, char *operand, struct err *err)
{
    struct file_stat stat;
    struct data_table *table = NULL;
    bool is_here = file_stat(operand, &stat) && stat.is_dir, found = false;
    if (is_here)
        table = open_in(settings, operand, DATA_RUN_LIST, &found, err);
    char *slash = operand + strlen(operand);
    for (int i = 0; !found && i < MOST_SLASHES; i++) {
        slash = memrchr(operand, '/', (size_t)(slash - operand));
        if (!slash || slash == operand)
            break;
        *slash = '\0';
        if (slash[1])
            table = open_in(settings, operand, slash + 1, &found, err);
        bool is_path = gather_is_path(operand) || file_stat(operand, &stat);
        *slash = '/';
        if (is_path)
            break;
    }
    if (!found && !is_here)
        table = open_in(settings, operand, DATA_RUN_LIST, &found, err);
    return table;
}

static struct data_table *open_table(
    const struct settings *settings, char *operand, struct err *err)
{
    struct file_stat stat;
    if (file_stat(operand, &stat) && stat.is_regular)
        return data_file_read(operand, NULL, err);
    return open_by_name(settings, operand, err);
}

/* ---- what of it ---- */

struct printing {
    const struct data_page *page;
    size_t columns[DATA_MOST_COLUMNS], column_count;
    size_t rows;
    enum print_format format;
    struct arena arena;
};

static bool choose_columns(struct printing *p, const char *words, struct err *err)
{
    const struct data_table *table = p->page->table;
    for (size_t i = 0; !words && i < table->column_count; i++)
        p->columns[p->column_count++] = i;
    for (const char *at = words ? words : ""; *at;) {
        size_t length = strcspn(at, ",");
        const char *name = arena_copy(&p->arena, at, length);
        int column = name ? data_table_find(table, name) : -1;
        if (column < 0)
            return err_set(err, ERR_USAGE, "no column is called \"%.80s\"", name ? name : "");
        if (p->column_count == DATA_MOST_COLUMNS)
            return err_set(err, ERR_USAGE, "more than %d columns", DATA_MOST_COLUMNS);
        p->columns[p->column_count++] = (size_t)column;
        at += length;
        at += *at == ',';
    }
    return true;
}

static bool make_page(const struct settings *settings, struct data_table *table,
    struct printing *p, struct err *err)
{
    struct data_sort sorts[DATA_MOST_SORTS];
    int sort_count = data_sorts_parse(table, settings->sort ? settings->sort : "", sorts, err);
    bool headed = !isnan(settings->head);
    if (sort_count < 0)
        return false;
    if (headed && !(settings->head >= 0 && settings->head == floor(settings->head)))
        return err_set(err, ERR_USAGE, "--head takes a number of rows");
    p->page = data_page_new(table, settings->filter ? settings->filter : "", sorts,
        (size_t)sort_count, NULL, err);
    if (!p->page || !choose_columns(p, settings->columns, err))
        return false;
    p->rows = p->page->count;
    if (headed && settings->head < (double)p->rows)
        p->rows = (size_t)settings->head;
    return p->rows <= MOST_PRINTED_CELLS / (p->column_count + 1) ||
           err_set(err, ERR_LIMIT, "at most %d cells are printed: --head N or --columns A,B takes fewer",
               MOST_PRINTED_CELLS);
}

/* For people as the screen shows it, for machines with every digit. */
static struct print_cell make_cell(struct printing *p, size_t row, size_t column)
{
    const struct data_table *table = p->page->table;
    bool for_people = p->format == PRINT_TABLE || p->format == PRINT_MARKDOWN;
    uint32_t at = p->page->order[row];
    struct data_value value = data_table_get(table, at, column);
    char text[64];
    if (value.type == DATA_ABSENT || value.type == DATA_TEXT)
        return (struct print_cell){.text = value.text};
    if (value.type == DATA_NUMBER && !for_people)
        num_print(value.number, text, sizeof text);
    else
        data_table_print(table, at, column, text, sizeof text);
    return (struct print_cell){.text = arena_string(&p->arena, text),
        .is_number = value.type == DATA_NUMBER,
        .is_bool = value.type == DATA_BOOL};
}

static bool print_page(struct printing *p, struct err *err)
{
    const char *titles[DATA_MOST_COLUMNS];
    struct print_cell *cells =
        ARENA_ARRAY(&p->arena, struct print_cell, p->rows * p->column_count + 1);
    if (!cells)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t c = 0; c < p->column_count; c++)
        titles[c] = p->page->table->columns[p->columns[c]].name;
    for (size_t row = 0; row < p->rows; row++)
        for (size_t c = 0; c < p->column_count; c++)
            cells[row * p->column_count + c] = make_cell(p, row, p->columns[c]);
    struct buf out;
    buf_init(&out, MOST_OUTPUT_BYTES);
    struct print_table table = {titles, p->column_count, p->rows, cells};
    print_table(&table, p->format, &out);
    bool ok = print_flush(&out, err);
    buf_done(&out);
    return ok;
}

/* Damage is told beside what is printed. */
static void say_notes(const struct data_table *table, const char *operand)
{
    for (size_t i = 0; i < table->note_count; i++) {
        struct err note = {0};
        err_set(&note, ERR_FORMAT, "%s", table->notes[i]);
        err_in_file(&note, operand);
        say_error(&note);
    }
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct printing p = {0};
    struct data_table *table = NULL;
    bool ok = (operands[0] && !operands[1]) ||
              err_set(&err, ERR_USAGE, "name a file or a table of a run: boxtop data FILE | RUN/TABLE");
    ok = ok && print_format_parse(settings->format, &p.format, &err);
    if (ok && (table = open_table(settings, operands[0], &err))) {
        say_notes(table, operands[0]);
        ok = make_page(settings, table, &p, &err) && print_page(&p, &err);
    }
    data_page_release((struct data_page *)p.page);
    data_table_release(table);
    arena_done(&p.arena);
    if (ok && table)
        return EXIT_FINE;
    say_error(&err);
    return err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
}

const struct command command_data = {
    .name = "data",
    .operands = "FILE | RUN[/TABLE]",
    .summary = "a table of a file (CSV, TSV, JSON) or of a run; RUN alone lists its tables",
    .accepts = "index gt gt-format dt-format images conf iou step format sort filter columns head",
    .examples = "  boxtop data runs/a/results.csv --sort 'metrics/mAP50(B):desc' --head 5\n"
                "  boxtop data runs/a/images --filter 'FN>0' --sort recall,FP:desc\n"
                "  boxtop data runs/a/detections --filter 'verdict=FP score>=0.5' --format csv\n",
    .run = run,
};
