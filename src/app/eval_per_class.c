/*
 * `boxtop eval --per-class`: all numbers of every class. In JSON the twelve are always there, so
 * this adds AP at every IoU and the best F1.
 */
#include "app/eval_report.h"

#include <string.h>

static bool is_wanted(const struct settings *settings)
{
    return settings->per_class;
}

/* The confidence with the best F1 of one class at the asked IoU. */
static bool find_best(
    const struct report *report, size_t class, struct eval_best *best, struct err *err)
{
    size_t words = report->set->category_count / 64 + 1;
    uint64_t *filter = ARENA_ARRAY(report->arena, uint64_t, words);
    if (!filter)
        return err_set(err, ERR_MEMORY, "out of memory");
    filter[class / 64] = UINT64_C(1) << (class % 64);
    return eval_best_f1(report->set, report->iou_index, filter, best, err);
}

static bool write_section(const struct report *report, struct json_writer *json, struct err *err)
{
    const struct study *study = report->study;
    json_writer_key(json, "classes");
    json_writer_array(json);
    for (size_t i = 0; i < study->dataset->category_count; i++) {
        struct eval_best best;
        if (!find_best(report, i, &best, err))
            return false;
        json_writer_object(json);
        report_write_category(json, &study->dataset->categories[i]);
        report_write_list(json, "ap_per_iou", study->summary.classes[i].ap_per_iou,
            (size_t)study->set->settings.iou_count);
        report_write_number(json, "best_f1", best.f1);
        report_write_number(json, "best_f1_conf", best.confidence);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    return true;
}

static void add_class(struct report_table *table, const char *name, const double *stats,
    const double *ious, int iou_count, const struct eval_best *best)
{
    report_add_text(table, name);
    for (int s = 0; s < EVAL_STATS; s++)
        report_add_number(table, stats[s]);
    for (int t = 0; t < iou_count; t++)
        report_add_number(table, ious[t]);
    report_add_number(table, best->f1);
    report_add_number(table, best->confidence);
}

static bool print_section(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    const char *titles[1 + EVAL_STATS + EVAL_MOST_IOUS + 2] = {"class"};
    const struct study *study = report->study;
    const struct eval_settings *settings = &study->set->settings;
    size_t columns = 1;
    for (int s = 0; s < EVAL_STATS; s++)
        titles[columns++] = eval_stat_name(s);
    for (int t = 0; t < settings->iou_count; t++)
        titles[columns++] = arena_printf(report->arena, "AP@%.3g", settings->ious[t]);
    titles[columns++] = "best F1";
    titles[columns++] = "at conf";
    struct report_table table;
    size_t classes = study->dataset->category_count;
    report_table_init(&table, report->arena, titles, columns, classes + 1);
    for (size_t i = 0; i < classes; i++) {
        const struct eval_class *class = &study->summary.classes[i];
        struct eval_best best;
        if (!find_best(report, i, &best, err))
            return false;
        add_class(&table, study->dataset->categories[i].name, class->stats, class->ap_per_iou,
            settings->iou_count, &best);
    }
    add_class(&table, "all", study->summary.stats, study->summary.ap_per_iou, settings->iou_count,
        &report->best);
    return report_table_print(&table, NULL, format, out, err);
}

const struct eval_section eval_section_per_class = {is_wanted, write_section, print_section, true};
