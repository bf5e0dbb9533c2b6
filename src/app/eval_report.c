#include "app/eval_report.h"

#include "app/eval_fail.h"
#include "app/pick.h"
#include "app/runs_json.h"
#include "base/text.h"
#include "work/image_pool.h"

#include <math.h>
#include <string.h>

#define SECTION(name) extern const struct eval_section eval_section_##name;
#include "app/eval_sections.def"
#undef SECTION

static const struct eval_section *const SECTIONS[] = {
#define SECTION(name) &eval_section_##name,
#include "app/eval_sections.def"
#undef SECTION
};

enum { SECTION_COUNT = sizeof SECTIONS / sizeof *SECTIONS };

bool report_needs_boxes(const struct settings *settings, const struct study *study)
{
    for (int i = 0; i < SECTION_COUNT; i++)
        if (!SECTIONS[i]->from_set && SECTIONS[i]->is_wanted(settings))
            return true;
    return !isnan(settings->iou) &&
           eval_iou_index(&study->set->settings, settings->iou) == EVAL_IOU_CUSTOM;
}

bool report_prepare(struct report *report, struct err *err)
{
    const struct settings *settings = report->settings;
    const struct study *study = report->study;
    report->confidence = isnan(settings->confidence) ? 0.5 : settings->confidence;
    report->iou = isnan(settings->iou) ? 0.5 : settings->iou;
    if (!(report->iou > 0 && report->iou <= 1))
        return err_set(err, ERR_USAGE, "--iou is above 0 and at most 1");
    report->iou_index = eval_iou_index(&study->set->settings, report->iou);
    report->set = study->set;
    if (report->iou_index == EVAL_IOU_CUSTOM)
        report->set = eval_rematch(
            study->dataset, study->detections, study->set, report->iou, report->arena, err);
    if (!report->set || !pick_category(settings, study, report->arena, &report->filter, err))
        return false;
    report->classes = ARENA_ARRAY(report->arena, struct eval_counts, report->set->category_count);
    report->images = ARENA_ARRAY(report->arena, struct eval_counts, report->set->image_count);
    if (!report->classes || !report->images)
        return err_set(err, ERR_MEMORY, "out of memory");
    eval_counts_at(report->set, report->iou_index, report->confidence, report->filter,
        &report->total, report->classes, report->images);
    return eval_best_f1(report->set, report->iou_index, report->filter, &report->best, err);
}

/* ---- JSON ---- */

void report_write_number(struct json_writer *json, const char *key, double value)
{
    json_writer_key(json, key);
    if (isnan(value))
        json_writer_null(json);
    else
        json_writer_number(json, value);
}

void report_write_int(struct json_writer *json, const char *key, int64_t value)
{
    json_writer_key(json, key);
    json_writer_int(json, value);
}

void report_write_text(struct json_writer *json, const char *key, const char *text)
{
    json_writer_key(json, key);
    json_writer_string(json, text);
}

void report_write_list(struct json_writer *json, const char *key, const double *values, size_t n)
{
    json_writer_key(json, key);
    json_writer_array(json);
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            json_writer_null(json);
        else
            json_writer_number(json, values[i]);
    json_writer_array_end(json);
}

void report_write_counts(struct json_writer *json, const struct eval_counts *counts)
{
    report_write_int(json, "tp", counts->tp);
    report_write_int(json, "fp", counts->fp);
    report_write_int(json, "fn", counts->fn);
    report_write_number(json, "precision", eval_precision(counts));
    report_write_number(json, "recall", eval_recall(counts));
    report_write_number(json, "f1", eval_f1(counts));
}

void report_write_category(struct json_writer *json, const struct category *category)
{
    report_write_int(json, "category_id", category->id);
    report_write_text(json, "name", category->name);
}

void report_write_image(struct json_writer *json, const struct image *image)
{
    json_writer_key(json, "image_id");
    if (image->key)
        json_writer_string(json, image->key);
    else
        json_writer_int(json, image->id);
    report_write_text(json, "file_name", image->file_name);
}

static int32_t category_of_row(const struct report *report, int32_t row)
{
    const struct study *study = report->study;
    return study->link.category_of_key[study->detections->rows[row].category_key];
}

static void write_box(struct json_writer *json, const struct box *box)
{
    double sides[4] = {box->x, box->y, box->w, box->h};
    report_write_list(json, "bbox", sides, 4);
}

void report_write_detection(const struct report *report, struct json_writer *json, const char *key,
    int32_t row, int32_t image)
{
    const struct study *study = report->study;
    json_writer_key(json, key);
    if (row < 0) {
        json_writer_null(json);
        return;
    }
    struct box box = eval_pixel_box(study->dataset, study->detections, (size_t)row, image);
    json_writer_object(json);
    report_write_category(json, &study->dataset->categories[category_of_row(report, row)]);
    report_write_number(json, "score", study->detections->rows[row].score);
    write_box(json, &box);
    json_writer_object_end(json);
}

void report_write_annotation(const struct report *report, struct json_writer *json, const char *key,
    int32_t annotation)
{
    const struct dataset *dataset = report->study->dataset;
    json_writer_key(json, key);
    if (annotation < 0) {
        json_writer_null(json);
        return;
    }
    const struct annotation *a = &dataset->annotations[annotation];
    json_writer_object(json);
    report_write_category(json, &dataset->categories[a->category]);
    report_write_int(json, "id", a->id);
    write_box(json, &a->box);
    json_writer_object_end(json);
}

void report_write_stats(struct json_writer *json, const double stats[EVAL_STATS])
{
    for (int i = 0; i < EVAL_STATS; i++)
        report_write_number(json, eval_stat_name(i), stats[i]);
}

static void write_settings(struct json_writer *json, const struct eval_settings *settings)
{
    json_writer_key(json, "settings");
    json_writer_object(json);
    report_write_text(json, "iou_type", settings->overlap == EVAL_MASKS ? "segm" : "bbox");
    report_write_list(json, "ious", settings->ious, (size_t)settings->iou_count);
    json_writer_key(json, "max_dets");
    json_writer_array(json);
    for (int i = 0; i < 3; i++)
        json_writer_int(json, settings->max_dets[i]);
    json_writer_array_end(json);
    json_writer_object_end(json);
}

static void write_classes(struct json_writer *json, const struct report *report)
{
    const struct study *study = report->study;
    json_writer_key(json, "per_class");
    json_writer_array(json);
    for (size_t i = 0; i < study->dataset->category_count; i++) {
        const struct eval_class *class = &study->summary.classes[i];
        json_writer_object(json);
        report_write_category(json, &study->dataset->categories[i]);
        report_write_stats(json, class->stats);
        report_write_int(json, "gt", class->gt);
        report_write_int(json, "dt", class->dt);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

static void write_at(struct json_writer *json, const struct report *report)
{
    json_writer_key(json, "at");
    json_writer_object(json);
    report_write_number(json, "conf", report->confidence);
    report_write_number(json, "iou", report->iou);
    report_write_counts(json, &report->total);
    json_writer_key(json, "per_class");
    json_writer_array(json);
    for (size_t i = 0; i < report->study->dataset->category_count; i++) {
        json_writer_object(json);
        report_write_category(json, &report->study->dataset->categories[i]);
        report_write_counts(json, &report->classes[i]);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_object_end(json);
    json_writer_key(json, "best_f1");
    json_writer_object(json);
    report_write_number(json, "conf", report->best.confidence);
    report_write_number(json, "f1", report->best.f1);
    json_writer_object_end(json);
}

bool report_write_members(const struct report *report, struct json_writer *json, struct err *err)
{
    const struct study *study = report->study;
    const struct eval_settings *settings = &study->set->settings;
    report_write_text(json, "run", report->name);
    report_write_text(json, "ground_truth", study->ground_truth);
    json_writer_key(json, "dataset");
    runs_json_dataset(json, &study->version);
    report_write_text(json, "predictions", study->predictions);
    report_write_text(json, "joined", study->joined);
    report_write_text(json, "warning", study->warning);
    write_settings(json, settings);
    json_writer_key(json, "stats");
    json_writer_object(json);
    report_write_stats(json, study->summary.stats);
    json_writer_object_end(json);
    report_write_list(
        json, "ap_per_iou", study->summary.ap_per_iou, (size_t)settings->iou_count);
    write_classes(json, report);
    write_at(json, report);
    for (size_t i = 0; i < SECTION_COUNT; i++)
        if (SECTIONS[i]->is_wanted(report->settings) && SECTIONS[i]->write &&
            !SECTIONS[i]->write(report, json, err))
            return false;
    return true;
}

bool report_write(const struct report *report, struct json_writer *json, struct err *err)
{
    json_writer_object(json);
    bool ok = report_write_members(report, json, err);
    json_writer_object_end(json);
    return ok;
}

/* ---- tables ---- */

void report_table_init(struct report_table *table, struct arena *arena, const char *const *titles,
    size_t columns, size_t rows)
{
    *table = (struct report_table){.arena = arena,
        .titles = titles,
        .cells = arena_array(arena, rows * columns + 1, sizeof *table->cells),
        .columns = columns,
        .rows = rows};
    table->failed = !table->cells;
}

static void add_cell(struct report_table *table, const char *text, bool is_number)
{
    if (table->count >= table->rows * table->columns)
        table->failed = true;
    if (!table->failed)
        table->cells[table->count++] = (struct print_cell){.text = text, .is_number = is_number};
}

void report_add_text(struct report_table *table, const char *text)
{
    add_cell(table, text, false);
}

void report_add_int(struct report_table *table, int64_t value)
{
    add_cell(table, arena_printf(table->arena, "%lld", (long long)value), true);
}

void report_add_number(struct report_table *table, double value)
{
    bool absent = isnan(value) || value == -1;
    add_cell(table, absent ? NULL : arena_printf(table->arena, "%.4f", value), true);
}

void report_add_delta(struct report_table *table, double value)
{
    add_cell(table, isnan(value) ? NULL : arena_printf(table->arena, "%+.4f", value), true);
}

void report_add_number_text(struct report_table *table, const char *text)
{
    add_cell(table, text, true);
}

void report_add_percent(struct report_table *table, double value)
{
    add_cell(table, isnan(value) ? NULL : arena_printf(table->arena, "%.2f", value), true);
}

void report_add_counts(struct report_table *table, const struct eval_counts *counts)
{
    report_add_int(table, counts->tp);
    report_add_int(table, counts->fp);
    report_add_int(table, counts->fn);
    report_add_number(table, eval_precision(counts));
    report_add_number(table, eval_recall(counts));
    report_add_number(table, eval_f1(counts));
}

bool report_table_print(const struct report_table *table, const char *title,
    enum print_format format, struct buf *out, struct err *err)
{
    if (table->failed)
        return err_set(err, ERR_MEMORY, "out of memory while printing");
    if (title && format == PRINT_TABLE)
        buf_printf(out, "%s\n", title);
    struct print_table shown = {
        table->titles, table->columns, table->count / table->columns, table->cells};
    print_table(&shown, format, out);
    return true;
}

const char *report_class_of_row(const struct report *report, int32_t row)
{
    return row < 0 ? NULL : report->study->dataset->categories[category_of_row(report, row)].name;
}

const char *report_class_of_annotation(const struct report *report, int32_t annotation)
{
    const struct dataset *dataset = report->study->dataset;
    return annotation < 0
               ? NULL
               : dataset->categories[dataset->annotations[annotation].category].name;
}

const char *report_image_name(const struct report *report, int32_t image)
{
    char id[IMAGE_ID_BYTES];
    const char *name = image_name(report->study->dataset, image, id);
    return name == id ? arena_string(report->arena, id) : name;
}

static bool print_classes(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {"class", "AP", "AP50", "AP75", "AR100", "truth",
        "detections", "TP", "FP", "FN", "precision", "recall", "F1"};
    const struct study *study = report->study;
    struct report_table table;
    size_t classes = study->dataset->category_count;
    report_table_init(&table, report->arena, TITLES, sizeof TITLES / sizeof *TITLES, classes + 1);
    for (size_t i = 0; i <= classes; i++) {
        bool all = i == classes;
        const double *stats = all ? study->summary.stats : study->summary.classes[i].stats;
        report_add_text(&table, all ? "all" : study->dataset->categories[i].name);
        report_add_number(&table, stats[EVAL_AP]);
        report_add_number(&table, stats[EVAL_AP50]);
        report_add_number(&table, stats[EVAL_AP75]);
        report_add_number(&table, stats[EVAL_AR100]);
        report_add_int(
            &table, all ? (int64_t)study->set->gt_count : study->summary.classes[i].gt);
        report_add_int(
            &table, all ? study->detection_count : study->summary.classes[i].dt);
        report_add_counts(&table, all ? &report->total : &report->classes[i]);
    }
    return report_table_print(&table, NULL, format, out, err);
}

void report_add_sentence(struct buf *out, const char *label, const char *text)
{
    char shown[2048];
    if (!text)
        return;
    text_harmless(shown, sizeof shown, text, strlen(text));
    buf_printf(out, "%-13s %s\n", label, shown);
}

static void print_head(const struct report *report, struct buf *out)
{
    const struct study *study = report->study;
    report_add_sentence(out, "run", report->name);
    report_add_sentence(out, "predictions", study->predictions);
    char dataset[512];
    dataset_version_print(&study->version, dataset, sizeof dataset);
    report_add_sentence(out, "ground truth", study->ground_truth);
    report_add_sentence(out, "dataset", dataset);
    report_add_sentence(out, "joined", study->joined);
    report_add_sentence(out, "note", study->warning);
    for (int i = 0; i < EVAL_STATS; i++) {
        double value = study->summary.stats[i];
        buf_printf(out, "%s%s ", i == 0 || i == 6 ? "\n" : "  ", eval_stat_name(i));
        if (isnan(value) || value == -1)
            buf_add_string(out, "undefined");
        else
            buf_printf(out, "%.4f", value);
    }
    buf_printf(out, "\n\nat confidence %.2f, IoU %.2f", report->confidence, report->iou);
    if (!isnan(report->best.f1))
        buf_printf(out, "  (best F1 %.4f at confidence %.4f)", report->best.f1,
            report->best.confidence);
    buf_add_char(out, '\n');
}

static bool any_section(const struct settings *settings)
{
    for (size_t i = 0; i < SECTION_COUNT; i++)
        if (SECTIONS[i]->is_wanted(settings))
            return true;
    return false;
}

bool report_print(
    const struct report *report, enum print_format format, struct buf *out, struct err *err)
{
    bool for_people = format == PRINT_TABLE, ok = true, begun = false;
    if (for_people)
        print_head(report, out);
    if (for_people || !any_section(report->settings)) {
        ok = print_classes(report, format, out, err);
        begun = true;
    }
    for (size_t i = 0; ok && i < SECTION_COUNT; i++) {
        if (!SECTIONS[i]->is_wanted(report->settings))
            continue;
        if (begun)
            buf_add_char(out, '\n');
        ok = SECTIONS[i]->print(report, format, out, err);
        begun = true;
    }
    return ok;
}

bool report_fail_if(const struct report *report, bool *failed, struct err *err)
{
    const struct eval_counts *total = &report->total;
    struct fail_number numbers[EVAL_STATS + 7] = {{"TP", (double)total->tp, false},
        {"FP", (double)total->fp, false}, {"FN", (double)total->fn, false},
        {"precision", eval_precision(total), false}, {"recall", eval_recall(total), false},
        {"F1", eval_f1(total), false}, {"best_F1", report->best.f1, false}};
    for (int i = 0; i < EVAL_STATS; i++)
        numbers[7 + i] =
            (struct fail_number){eval_stat_name(i), report->study->summary.stats[i], false};
    return fail_if(report->settings, report->name, numbers, EVAL_STATS + 7, failed, err);
}
