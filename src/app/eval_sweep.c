/*
 * `boxtop eval --sweep`: everything against confidence, the best F1 of each class, and precision
 * against recall.
 */
#include "app/eval_report.h"

#include "work/analysis.h"

#include <math.h>

/* People see every fifth confidence. */
enum { EVERY = 5 };

static bool is_wanted(const struct settings *settings)
{
    return settings->sweep;
}

static bool make(const struct report *report, struct eval_sweep *sweep, struct err *err)
{
    return eval_sweep(report->set, report->iou_index, report->filter, report->arena, sweep, err);
}

static void write_best(struct json_writer *json, const char *key, const struct eval_best *best)
{
    json_writer_key(json, key);
    json_writer_object(json);
    report_write_number(json, "conf", best->confidence);
    report_write_counts(json, &best->counts);
    json_writer_object_end(json);
}

static void write_counted(struct json_writer *json, const struct eval_counts counts[EVAL_SWEEP])
{
    static const char *const KEYS[] = {"tp", "fp", "fn"};
    for (int k = 0; k < 3; k++) {
        json_writer_key(json, KEYS[k]);
        json_writer_array(json);
        for (int i = 0; i < EVAL_SWEEP; i++)
            json_writer_int(json, k == 0   ? counts[i].tp
                                  : k == 1 ? counts[i].fp
                                           : counts[i].fn);
        json_writer_array_end(json);
    }
}

static void write_classes(
    const struct report *report, const struct eval_sweep *sweep, struct json_writer *json)
{
    const struct dataset *dataset = report->study->dataset;
    json_writer_key(json, "per_class");
    json_writer_array(json);
    for (size_t c = 0; c < dataset->category_count; c++) {
        double f1[EVAL_SWEEP];
        for (int i = 0; i < EVAL_SWEEP; i++)
            f1[i] = eval_f1(&sweep->categories[c][i]);
        json_writer_object(json);
        report_write_category(json, &dataset->categories[c]);
        write_best(json, "best_f1", &sweep->best_of_category[c]);
        write_counted(json, sweep->categories[c]);
        report_write_list(json, "f1", f1, EVAL_SWEEP);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

/* The curves of one category (-1: the mean) at every IoU. */
static bool write_curves(
    const struct report *report, int32_t category, struct json_writer *json, struct err *err)
{
    const struct study *study = report->study;
    double precision[EVAL_RECALLS];
    json_writer_key(json, "precision");
    json_writer_array(json);
    for (int t = 0; t < study->set->settings.iou_count; t++) {
        if (!analysis_precision(study, category, t, precision, err))
            return false;
        json_writer_array(json);
        for (int r = 0; r < EVAL_RECALLS; r++)
            json_writer_number(json, precision[r]);
        json_writer_array_end(json);
    }
    json_writer_array_end(json);
    return true;
}

static bool write_precision(const struct report *report, struct json_writer *json, struct err *err)
{
    const struct study *study = report->study;
    const struct eval_settings *settings = &study->set->settings;
    json_writer_key(json, "precision_recall");
    json_writer_object(json);
    report_write_list(json, "ious", settings->ious, (size_t)settings->iou_count);
    json_writer_key(json, "recall");
    json_writer_array(json);
    for (int r = 0; r < EVAL_RECALLS; r++)
        json_writer_number(json, r / 100.0);
    json_writer_array_end(json);
    if (!write_curves(report, -1, json, err))
        return false;
    json_writer_key(json, "per_class");
    json_writer_array(json);
    for (size_t c = 0; c < study->dataset->category_count; c++) {
        json_writer_object(json);
        report_write_category(json, &study->dataset->categories[c]);
        if (!write_curves(report, (int32_t)c, json, err))
            return false;
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_object_end(json);
    return true;
}

static bool write_section(const struct report *report, struct json_writer *json, struct err *err)
{
    struct eval_sweep sweep;
    if (!make(report, &sweep, err))
        return false;
    json_writer_key(json, "sweep");
    json_writer_object(json);
    report_write_number(json, "iou", report->iou);
    report_write_list(json, "conf", sweep.confidence, EVAL_SWEEP);
    write_counted(json, sweep.total);
    report_write_list(json, "precision", sweep.precision, EVAL_SWEEP);
    report_write_list(json, "recall", sweep.recall, EVAL_SWEEP);
    report_write_list(json, "f1", sweep.f1, EVAL_SWEEP);
    report_write_list(json, "macro_f1", sweep.macro_f1, EVAL_SWEEP);
    write_best(json, "best_f1", &sweep.best);
    write_classes(report, &sweep, json);
    bool ok = write_precision(report, json, err);
    json_writer_object_end(json);
    return ok;
}

static bool print_confidences(const struct report *report, const struct eval_sweep *sweep,
    enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {
        "confidence", "TP", "FP", "FN", "precision", "recall", "F1", "mean F1 of classes"};
    struct report_table table;
    report_table_init(
        &table, report->arena, TITLES, sizeof TITLES / sizeof *TITLES, EVAL_SWEEP);
    for (int i = 0; i < EVAL_SWEEP; i += format == PRINT_TABLE ? EVERY : 1) {
        report_add_percent(&table, sweep->confidence[i]);
        report_add_counts(&table, &sweep->total[i]);
        report_add_number(&table, sweep->macro_f1[i]);
    }
    const char *title = arena_printf(report->arena, "against confidence, at IoU %.2f", report->iou);
    return report_table_print(&table, title, format, out, err);
}

static bool print_bests(const struct report *report, const struct eval_sweep *sweep,
    enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {
        "class", "best at confidence", "TP", "FP", "FN", "precision", "recall", "F1"};
    const struct dataset *dataset = report->study->dataset;
    struct report_table table;
    report_table_init(&table, report->arena, TITLES, sizeof TITLES / sizeof *TITLES,
        dataset->category_count + 1);
    for (size_t c = 0; c <= dataset->category_count; c++) {
        bool all = c == dataset->category_count;
        const struct eval_best *best = all ? &sweep->best : &sweep->best_of_category[c];
        report_add_text(&table, all ? "all" : dataset->categories[c].name);
        report_add_number(&table, best->confidence);
        report_add_counts(&table, &best->counts);
    }
    return report_table_print(&table, "the best F1 of each class", format, out, err);
}

static bool print_precision(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    enum { SHOWN_RECALLS = 11 };
    const struct eval_settings *settings = &report->study->set->settings;
    const char *titles[1 + EVAL_MOST_IOUS] = {"recall"};
    double precision[EVAL_MOST_IOUS][EVAL_RECALLS];
    for (int t = 0; t < settings->iou_count; t++) {
        titles[t + 1] = arena_printf(report->arena, "IoU %.3g", settings->ious[t]);
        if (!analysis_precision(report->study, -1, t, precision[t], err))
            return false;
    }
    struct report_table table;
    report_table_init(
        &table, report->arena, titles, (size_t)settings->iou_count + 1, EVAL_RECALLS);
    for (int r = 0; r < EVAL_RECALLS; r += format == PRINT_TABLE ? SHOWN_RECALLS - 1 : 1) {
        report_add_percent(&table, r / 100.0);
        for (int t = 0; t < settings->iou_count; t++)
            report_add_number(&table, precision[t][r]);
    }
    return report_table_print(
        &table, "precision against recall, mean over classes", format, out, err);
}

static bool print_section(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    struct eval_sweep sweep;
    if (!make(report, &sweep, err) || !print_confidences(report, &sweep, format, out, err))
        return false;
    buf_add_char(out, '\n');
    if (!print_bests(report, &sweep, format, out, err))
        return false;
    buf_add_char(out, '\n');
    return print_precision(report, format, out, err);
}

const struct eval_section eval_section_sweep = {is_wanted, write_section, print_section, true};
