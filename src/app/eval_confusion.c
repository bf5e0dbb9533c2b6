/*
 * `boxtop eval --confusion`: which class is taken for which, and the boxes behind each cell.
 */
#include "app/eval_report.h"

#include "work/analysis.h"

#include <stdlib.h>

/* People see the cells off the diagonal that weigh most; programs get all. */
enum { MOST_SHOWN = 20 };

static bool is_wanted(const struct settings *settings)
{
    return settings->confusion;
}

static bool make(const struct report *report, struct eval_confusion *confusion, struct err *err)
{
    return analysis_confusion(report->study, report->settings->confidence, report->settings->iou,
        report->arena, confusion, err);
}

static const char *label(const struct report *report, int32_t category)
{
    const struct dataset *dataset = report->study->dataset;
    return (size_t)category < dataset->category_count ? dataset->categories[category].name
                                                      : "background";
}

static void write_matrix(const struct eval_confusion *confusion, struct json_writer *json)
{
    const struct eval_confusion_cell *cell = confusion->cells;
    const struct eval_confusion_cell *end = cell + confusion->cell_count;
    json_writer_key(json, "matrix");
    json_writer_array(json);
    for (int32_t p = 0; p <= confusion->background; p++) {
        json_writer_array(json);
        for (int32_t t = 0; t <= confusion->background; t++) {
            bool here = cell < end && cell->predicted == p && cell->truth == t;
            json_writer_int(json, here ? cell->count : 0);
            cell += here;
        }
        json_writer_array_end(json);
    }
    json_writer_array_end(json);
}

static void write_cells(const struct report *report, const struct eval_confusion *confusion,
    struct json_writer *json)
{
    json_writer_key(json, "cells");
    json_writer_array(json);
    for (size_t c = 0; c < confusion->cell_count; c++) {
        const struct eval_confusion_cell *cell = &confusion->cells[c];
        json_writer_object(json);
        report_write_text(json, "predicted", label(report, cell->predicted));
        report_write_text(json, "true", label(report, cell->truth));
        report_write_int(json, "count", cell->count);
        json_writer_key(json, "boxes");
        json_writer_array(json);
        for (uint32_t i = cell->start; i < cell->start + cell->count; i++) {
            const struct eval_confusion_box *box = &confusion->boxes[i];
            json_writer_object(json);
            report_write_image(json, &report->study->dataset->images[box->image]);
            report_write_detection(report, json, "predicted", box->row, box->image);
            report_write_annotation(report, json, "truth", box->annotation);
            report_write_number(json, "iou", box->iou);
            json_writer_object_end(json);
        }
        json_writer_array_end(json);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

static bool write_section(const struct report *report, struct json_writer *json, struct err *err)
{
    struct eval_confusion confusion;
    if (!make(report, &confusion, err))
        return false;
    json_writer_key(json, "confusion");
    json_writer_object(json);
    report_write_text(json, "iou_type", "bbox");
    report_write_number(json, "conf", confusion.settings.confidence);
    report_write_number(json, "iou", confusion.settings.iou);
    json_writer_key(json, "labels");
    json_writer_array(json);
    for (int32_t c = 0; c <= confusion.background; c++)
        json_writer_string(json, label(report, c));
    json_writer_array_end(json);
    report_write_int(json, "sum", (int64_t)confusion.box_count);
    report_write_int(json, "trace", confusion.trace);
    write_matrix(&confusion, json);
    write_cells(report, &confusion, json);
    json_writer_object_end(json);
    return true;
}

static bool print_section(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {
        "predicted", "true", "count", "most confident", "on image", "IoU"};
    struct eval_confusion confusion;
    if (!make(report, &confusion, err))
        return false;
    struct report_table table;
    size_t count = confusion.cell_count;
    report_table_init(&table, report->arena, TITLES, sizeof TITLES / sizeof *TITLES, count);
    qsort(confusion.cells, count, sizeof *confusion.cells, analysis_compare_cells);
    for (size_t c = 0; c < count && (format != PRINT_TABLE || c < MOST_SHOWN); c++) {
        const struct eval_confusion_cell *cell = &confusion.cells[c];
        const struct eval_confusion_box *first = &confusion.boxes[cell->start];
        report_add_text(&table, label(report, cell->predicted));
        report_add_text(&table, label(report, cell->truth));
        report_add_int(&table, cell->count);
        report_add_number(
            &table, first->row < 0 ? -1 : report->study->detections->rows[first->row].score);
        report_add_text(&table, report_image_name(report, first->image));
        report_add_number(&table, first->iou);
    }
    const char *title = arena_printf(report->arena,
        "confusion of boxes at confidence above %.2f, IoU above %.2f: %lld of %zu on the diagonal",
        confusion.settings.confidence, confusion.settings.iou, (long long)confusion.trace,
        confusion.box_count);
    return report_table_print(&table, title, format, out, err);
}

const struct eval_section eval_section_confusion = {is_wanted, write_section, print_section};
