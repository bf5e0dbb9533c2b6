/*
 * `boxtop eval --per-image`: every image with its own twelve numbers and counts.
 */
#include "app/eval_report.h"

static bool is_wanted(const struct settings *settings)
{
    return settings->per_image;
}

static double (*image_stats(const struct report *report, struct err *err))[EVAL_STATS]
{
    size_t count = report->set->image_count;
    double(*stats)[EVAL_STATS] = arena_array(report->arena, count + 1, sizeof *stats);
    if (!stats)
        err_set(err, ERR_MEMORY, "out of memory");
    return stats && study_image_stats(report->study, stats, err) ? stats : NULL;
}

static bool write_section(const struct report *report, struct json_writer *json, struct err *err)
{
    const struct dataset *dataset = report->study->dataset;
    double(*stats)[EVAL_STATS] = image_stats(report, err);
    if (!stats)
        return false;
    json_writer_key(json, "images");
    json_writer_array(json);
    for (size_t i = 0; i < dataset->image_count; i++) {
        int32_t index = report->set->image_order[i];
        json_writer_object(json);
        report_write_image(json, &dataset->images[index]);
        report_write_counts(json, &report->images[index]);
        report_write_stats(json, stats[index]);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    return true;
}

static bool print_section(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {"image", "TP", "FP", "FN", "precision", "recall", "F1",
        "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
    size_t count = report->set->image_count;
    double(*stats)[EVAL_STATS] = image_stats(report, err);
    if (!stats)
        return false;
    struct report_table table;
    report_table_init(&table, report->arena, TITLES, sizeof TITLES / sizeof *TITLES, count);
    for (size_t i = 0; i < count; i++) {
        int32_t index = report->set->image_order[i];
        report_add_text(&table, report_image_name(report, index));
        report_add_counts(&table, &report->images[index]);
        for (int s = 0; s < EVAL_STATS; s++)
            report_add_number(&table, stats[index][s]);
    }
    return report_table_print(&table, NULL, format, out, err);
}

const struct eval_section eval_section_per_image = {is_wanted, write_section, print_section, true};
