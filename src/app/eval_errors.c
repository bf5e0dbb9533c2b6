/*
 * `boxtop eval --errors`: the types of errors, what each costs, and every error.
 */
#include "app/eval_report.h"

#include "work/analysis.h"

/* People see so many of each type; programs get all. */
enum { MOST_SHOWN = 5 };

static bool is_wanted(const struct settings *settings)
{
    return settings->errors;
}

/* At --iou, else as TIDE has it. */
static bool make(const struct report *report, struct eval_errors *errors, struct err *err)
{
    return analysis_errors(
        report->study, report->settings->iou, report->arena, errors, err);
}

static void write_box(const struct report *report, const struct eval_error_box *box,
    struct json_writer *json)
{
    const struct study *study = report->study;
    const struct dataset *dataset = study->dataset;
    json_writer_object(json);
    report_write_text(json, "type", eval_error_name(box->type));
    report_write_image(json, &dataset->images[box->image]);
    report_write_detection(report, json, "predicted", box->row, box->image);
    report_write_annotation(report, json, "truth", box->annotation);
    report_write_number(json, "iou", box->iou);
    json_writer_object_end(json);
}

static bool write_section(const struct report *report, struct json_writer *json, struct err *err)
{
    struct eval_errors errors;
    if (!make(report, &errors, err))
        return false;
    json_writer_key(json, "errors");
    json_writer_object(json);
    report_write_text(json, "iou_type", "bbox");
    report_write_number(json, "iou", errors.settings.positive_iou);
    report_write_number(json, "ap50", errors.ap);
    json_writer_key(json, "types");
    json_writer_object(json);
    for (int t = 0; t < EVAL_ERRORS; t++) {
        json_writer_key(json, eval_error_name(t));
        json_writer_object(json);
        report_write_int(json, "count", errors.count[t]);
        report_write_number(json, "dAP", errors.dap[t]);
        json_writer_object_end(json);
    }
    json_writer_object_end(json);
    report_write_number(json, "dAP_false_pos", errors.dap_false_pos);
    report_write_number(json, "dAP_false_neg", errors.dap_false_neg);
    json_writer_key(json, "boxes");
    json_writer_array(json);
    for (size_t i = 0; i < errors.start[EVAL_ERRORS]; i++)
        write_box(report, &errors.boxes[i], json);
    json_writer_array_end(json);
    json_writer_object_end(json);
    return true;
}

static bool print_types(const struct report *report, const struct eval_errors *errors,
    enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {"error", "count", "costs AP50", "what it is"};
    struct report_table table;
    report_table_init(
        &table, report->arena, TITLES, sizeof TITLES / sizeof *TITLES, EVAL_ERRORS + 2);
    for (int t = 0; t < EVAL_ERRORS; t++) {
        report_add_text(&table, eval_error_name(t));
        report_add_int(&table, errors->count[t]);
        report_add_percent(&table, errors->dap[t]);
        report_add_text(&table, eval_error_meaning(t));
    }
    report_add_text(&table, "FalsePos");
    report_add_text(&table, NULL);
    report_add_percent(&table, errors->dap_false_pos);
    report_add_text(&table, "all false detections");
    report_add_text(&table, "FalseNeg");
    report_add_text(&table, NULL);
    report_add_percent(&table, errors->dap_false_neg);
    report_add_text(&table, "all that was not found");
    const char *title = arena_printf(report->arena,
        "errors (TIDE) of boxes at IoU %.2f, background %.2f, %d detections an image: AP%.0f %.2f %% "
        "over classes with truth or detections",
        errors->settings.positive_iou, errors->settings.background_iou,
        (int)errors->settings.max_dets, 100 * errors->settings.positive_iou, errors->ap);
    return report_table_print(&table, title, format, out, err);
}

static bool print_boxes(const struct report *report, const struct eval_errors *errors,
    enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {"error", "image", "predicted", "score", "truth", "IoU"};
    struct report_table table;
    size_t count = errors->start[EVAL_ERRORS];
    report_table_init(&table, report->arena, TITLES, sizeof TITLES / sizeof *TITLES, count);
    for (int t = 0; t < EVAL_ERRORS; t++) {
        size_t end = errors->start[t + 1];
        if (format == PRINT_TABLE && end > errors->start[t] + MOST_SHOWN)
            end = errors->start[t] + MOST_SHOWN;
        for (size_t i = errors->start[t]; i < end; i++) {
            const struct eval_error_box *box = &errors->boxes[i];
            report_add_text(&table, eval_error_name(t));
            report_add_text(&table, report_image_name(report, box->image));
            report_add_text(&table, report_class_of_row(report, box->row));
            report_add_number(&table, box->score);
            report_add_text(&table, report_class_of_annotation(report, box->annotation));
            report_add_number(&table, box->iou);
        }
    }
    return report_table_print(
        &table, "the most confident of each (csv and json list all)", format, out, err);
}

static bool print_section(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    struct eval_errors errors;
    if (!make(report, &errors, err) || !print_types(report, &errors, format, out, err))
        return false;
    buf_add_char(out, '\n');
    return print_boxes(report, &errors, format, out, err);
}

const struct eval_section eval_section_errors = {is_wanted, write_section, print_section};
