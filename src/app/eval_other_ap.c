/*
 * `boxtop eval --other-ap`: AP as Pascal VOC and as Ultralytics compute it, under names of their own.
 */
#include "app/eval_report.h"

#include "work/analysis.h"

static bool is_wanted(const struct settings *settings)
{
    return settings->other_ap;
}

static bool make(const struct report *report, struct eval_voc *voc,
    struct eval_ultralytics *ultralytics, struct err *err)
{
    return analysis_voc(report->study, report->iou, report->arena, voc, err) &&
           analysis_ultralytics(report->study, report->arena, ultralytics, err);
}

static void write_voc(
    const struct report *report, const struct eval_voc *voc, struct json_writer *json)
{
    const struct dataset *dataset = report->study->dataset;
    json_writer_key(json, "voc");
    json_writer_object(json);
    report_write_number(json, "iou", report->iou);
    report_write_number(json, "mAP", voc->map);
    report_write_number(json, "mAP_11_point", voc->map_11);
    json_writer_key(json, "per_class");
    json_writer_array(json);
    for (size_t c = 0; c < dataset->category_count; c++) {
        json_writer_object(json);
        report_write_category(json, &dataset->categories[c]);
        report_write_number(json, "AP", voc->classes[c].ap);
        report_write_number(json, "AP_11_point", voc->classes[c].ap_11);
        report_write_int(json, "gt", voc->classes[c].gt);
        report_write_int(json, "dt", voc->classes[c].dt);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_object_end(json);
}

static void write_ultralytics(const struct report *report,
    const struct eval_ultralytics *ultralytics, struct json_writer *json)
{
    const struct dataset *dataset = report->study->dataset;
    json_writer_key(json, "ultralytics");
    json_writer_object(json);
    report_write_number(json, "mAP50", ultralytics->map50);
    report_write_number(json, "mAP50_95", ultralytics->map);
    report_write_number(json, "precision", ultralytics->precision);
    report_write_number(json, "recall", ultralytics->recall);
    report_write_number(json, "f1", ultralytics->f1);
    report_write_number(json, "conf", ultralytics->confidence);
    json_writer_key(json, "per_class");
    json_writer_array(json);
    for (size_t c = 0; c < dataset->category_count; c++) {
        const struct eval_ultralytics_class *class = &ultralytics->classes[c];
        json_writer_object(json);
        report_write_category(json, &dataset->categories[c]);
        report_write_number(json, "mAP50", class->ap50);
        report_write_number(json, "mAP50_95", class->ap);
        report_write_number(json, "precision", class->precision);
        report_write_number(json, "recall", class->recall);
        report_write_number(json, "f1", class->f1);
        report_write_int(json, "labels", class->labels);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_object_end(json);
}

static bool write_section(const struct report *report, struct json_writer *json, struct err *err)
{
    struct eval_voc voc;
    struct eval_ultralytics ultralytics;
    if (!make(report, &voc, &ultralytics, err))
        return false;
    write_voc(report, &voc, json);
    write_ultralytics(report, &ultralytics, json);
    return true;
}

static bool print_section(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {"class", "VOC AP", "VOC AP 11-point", "Ultralytics mAP50",
        "Ultralytics mAP50-95", "precision", "recall", "F1"};
    const struct dataset *dataset = report->study->dataset;
    struct eval_voc voc;
    struct eval_ultralytics ultra;
    if (!make(report, &voc, &ultra, err))
        return false;
    struct report_table table;
    report_table_init(&table, report->arena, TITLES, sizeof TITLES / sizeof *TITLES,
        dataset->category_count + 1);
    for (size_t c = 0; c <= dataset->category_count; c++) {
        bool all = c == dataset->category_count;
        const struct eval_ultralytics_class *class = &ultra.classes[all ? 0 : c];
        report_add_text(&table, all ? "all" : dataset->categories[c].name);
        report_add_number(&table, all ? voc.map : voc.classes[c].ap);
        report_add_number(&table, all ? voc.map_11 : voc.classes[c].ap_11);
        report_add_number(&table, all ? ultra.map50 : class->ap50);
        report_add_number(&table, all ? ultra.map : class->ap);
        report_add_number(&table, all ? ultra.precision : class->precision);
        report_add_number(&table, all ? ultra.recall : class->recall);
        report_add_number(&table, all ? ultra.f1 : class->f1);
    }
    const char *title = arena_printf(report->arena,
        "other metrics of boxes, not COCO's AP: Pascal VOC at IoU %.2f; Ultralytics, whose precision, recall "
        "and F1 are at confidence %.3f",
        report->iou, ultra.confidence);
    return report_table_print(&table, title, format, out, err);
}

const struct eval_section eval_section_other_ap = {is_wanted, write_section, print_section};
