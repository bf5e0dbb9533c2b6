/*
 * `boxtop eval --slice BY`: the numbers on parts of the images, or of objects of one size.
 */
#include "app/eval_report.h"

#include "work/analysis.h"
#include "work/image_table.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* The columns of a slice's row, in JSON and tables alike. */
static const struct {
    const char *key, *title;
    size_t number;
} NUMBERS[] = {{"AP", "AP", EVAL_AP}, {"AP50", "AP50", EVAL_AP50}, {"AP75", "AP75", EVAL_AP75},
    {"AR100", "AR100", EVAL_AR100}, {"tp", "TP", EVAL_N_TP}, {"fp", "FP", EVAL_N_FP},
    {"fn", "FN", EVAL_N_FN}, {"precision", "precision", EVAL_N_PRECISION},
    {"recall", "recall", EVAL_N_RECALL}, {"f1", "F1", EVAL_N_F1}};

enum { NUMBER_COUNT = sizeof NUMBERS / sizeof *NUMBERS };

/* One way of slicing, done. */
struct sliced {
    struct slices slices;
    double (*numbers)[EVAL_NUMBERS];
};

static bool is_wanted(const struct settings *settings)
{
    return settings->slice.count > 0;
}

/* A column of what this evaluation found on each image; NULL when NAME is none. */
static const struct image_column *column_of_result(const struct report *report, const char *name)
{
    static const char *const NAMES[] = {"TP", "FP", "FN", "precision", "recall", "F1"};
    size_t images = report->set->image_count, which = 0;
    while (which < 6 && strcasecmp(NAMES[which], name) != 0)
        which++;
    struct image_column *column = ARENA_NEW(report->arena, struct image_column);
    const char **values = ARENA_ARRAY(report->arena, const char *, images + 1);
    if (which == 6 || !column || !values)
        return NULL;
    for (size_t i = 0; i < images; i++) {
        const struct eval_counts *counts = &report->images[i];
        double number = which == 0   ? (double)counts->tp
                        : which == 1 ? (double)counts->fp
                        : which == 2 ? (double)counts->fn
                        : which == 3 ? eval_precision(counts)
                        : which == 4 ? eval_recall(counts)
                                     : eval_f1(counts);
        values[i] = !isnan(number) ? arena_printf(report->arena, "%.6g", number) : NULL;
    }
    *column = (struct image_column){.name = NAMES[which], .values = values};
    return column;
}

static const struct image_column *find_column(const struct report *report, const char *name,
    const struct image_table *table, struct err *err)
{
    for (size_t c = 0; c < table->column_count; c++)
        if (strcmp(table->columns[c].name, name) == 0)
            return &table->columns[c];
    const struct image_column *column = column_of_result(report, name);
    return column ? column : slices_column(report->study->dataset, name, report->arena, err);
}

static bool read_table(const struct report *report, struct image_table *table, struct err *err)
{
    *table = (struct image_table){0};
    return !report->settings->image_table ||
           image_table_read(report->settings->image_table, report->study->dataset, report->arena,
               table, err);
}

static bool slice_by_size(const struct report *report, struct sliced *sliced, struct err *err)
{
    static const char *const NAMES[] = {"small", "medium", "large"};
    struct analysis_at at = {
        report->set, report->iou_index, report->confidence, report->filter};
    struct eval_counts counts[3];
    const double *stats = report->study->summary.stats;
    sliced->slices = (struct slices){.by = "size", .count = 3};
    sliced->slices.items = ARENA_ARRAY(report->arena, struct slice, 3);
    sliced->numbers = arena_array(report->arena, 3, sizeof *sliced->numbers);
    if (!sliced->slices.items || !sliced->numbers)
        return err_set(err, ERR_MEMORY, "out of memory");
    analysis_sizes(&at, counts);
    for (int i = 0; i < 3; i++) {
        double *row = sliced->numbers[i];
        sliced->slices.items[i] =
            (struct slice){.name = NAMES[i], .image_count = report->set->image_count};
        row[EVAL_AP] = stats[EVAL_APS + i];
        row[EVAL_AP50] = row[EVAL_AP75] = -1;
        row[EVAL_AR100] = stats[EVAL_ARS + i];
        row[EVAL_N_TP] = (double)counts[i].tp;
        row[EVAL_N_FP] = (double)counts[i].fp;
        row[EVAL_N_FN] = (double)counts[i].fn;
        row[EVAL_N_PRECISION] = eval_precision(&counts[i]);
        row[EVAL_N_RECALL] = eval_recall(&counts[i]);
        row[EVAL_N_F1] = eval_f1(&counts[i]);
    }
    return true;
}

static bool slice(const struct report *report, const char *by, const struct image_table *table,
    struct sliced *sliced, struct err *err)
{
    struct analysis_at at = {
        report->set, report->iou_index, report->confidence, report->filter};
    if (strcmp(by, "size") == 0)
        return slice_by_size(report, sliced, err);
    const struct image_column *column = find_column(report, by, table, err);
    return column &&
           slices_make(column, report->set->image_count, report->arena, &sliced->slices, err) &&
           analysis_slices(&at, &sliced->slices, report->arena, &sliced->numbers, err);
}

/* The twelve are -1 where undefined, as everywhere in this JSON. */
static void write_number(
    struct json_writer *json, const char *key, size_t number, const double *numbers)
{
    bool undefined = number < EVAL_STATS && isnan(numbers[number]);
    report_write_number(json, key, undefined ? -1 : numbers[number]);
}

static void write_slices(const struct sliced *sliced, struct json_writer *json)
{
    json_writer_object(json);
    report_write_text(json, "by", sliced->slices.by);
    report_write_int(json, "images_without", (int64_t)sliced->slices.images_without);
    json_writer_key(json, "slices");
    json_writer_array(json);
    for (size_t s = 0; s < sliced->slices.count; s++) {
        json_writer_object(json);
        report_write_text(json, "slice", sliced->slices.items[s].name);
        report_write_int(json, "images", (int64_t)sliced->slices.items[s].image_count);
        for (size_t n = 0; n < NUMBER_COUNT; n++)
            write_number(json, NUMBERS[n].key, NUMBERS[n].number, sliced->numbers[s]);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_object_end(json);
}

static bool write_section(const struct report *report, struct json_writer *json, struct err *err)
{
    const struct option_values *by = &report->settings->slice;
    struct image_table table;
    bool ok = read_table(report, &table, err);
    json_writer_key(json, "slices");
    json_writer_array(json);
    for (size_t i = 0; ok && i < by->count; i++) {
        struct sliced sliced;
        ok = slice(report, by->items[i], &table, &sliced, err);
        if (ok)
            write_slices(&sliced, json);
    }
    json_writer_array_end(json);
    return ok;
}

static bool print_slices(const struct report *report, const struct sliced *sliced,
    enum print_format format, struct buf *out, struct err *err)
{
    const char *titles[2 + NUMBER_COUNT] = {sliced->slices.by, "images"};
    struct report_table table;
    for (size_t n = 0; n < NUMBER_COUNT; n++)
        titles[2 + n] = NUMBERS[n].title;
    report_table_init(
        &table, report->arena, titles, 2 + NUMBER_COUNT, sliced->slices.count);
    for (size_t s = 0; s < sliced->slices.count; s++) {
        const double *row = sliced->numbers[s];
        report_add_text(&table, sliced->slices.items[s].name);
        report_add_int(&table, (int64_t)sliced->slices.items[s].image_count);
        for (size_t n = 0; n < NUMBER_COUNT; n++)
            if (NUMBERS[n].number >= EVAL_N_TP && NUMBERS[n].number <= EVAL_N_FN)
                report_add_int(&table, (int64_t)row[NUMBERS[n].number]);
            else
                report_add_number(&table, row[NUMBERS[n].number]);
    }
    const char *title = arena_printf(report->arena, "by %s%s", sliced->slices.by,
        sliced->slices.images_without ? arena_printf(report->arena, " (%zu images have none)",
                                            sliced->slices.images_without)
                                      : "");
    return report_table_print(&table, title, format, out, err);
}

static bool print_section(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    const struct option_values *by = &report->settings->slice;
    struct image_table table;
    bool ok = read_table(report, &table, err);
    for (size_t i = 0; ok && i < by->count; i++) {
        struct sliced sliced;
        if (i)
            buf_add_char(out, '\n');
        ok = slice(report, by->items[i], &table, &sliced, err) &&
             print_slices(report, &sliced, format, out, err);
    }
    return ok;
}

const struct eval_section eval_section_slice = {is_wanted, write_section, print_section};
