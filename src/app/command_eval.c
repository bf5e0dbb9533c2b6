/*
 * `boxtop eval`: COCO metrics of a run's predictions or of two files.
 * Knows: studies and how they are printed. Must not know: how a number is computed.
 */
#include "app/gather.h"
#include "app/pick.h"
#include "app/print.h"
#include "app/runs_json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "work/study.h"
#include "work/versions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_OUTPUT_BYTES = 1 << 30 };

/* One evaluation to be printed, with the counts at the asked thresholds. */
struct report {
    const char *name; /* of the run, or NULL */
    const struct study *study;
    const struct eval_set *set;
    int iou_index;
    double confidence, iou;
    struct eval_counts total, *classes, *images;
    double (*image_stats)[EVAL_STATS]; /* NULL unless wanted */
    struct eval_best best;
};

static bool prepare(
    struct report *report, const struct settings *settings, struct arena *arena, struct err *err)
{
    const struct study *study = report->study;
    const struct dataset *dataset = study->dataset;
    report->confidence = isnan(settings->confidence) ? 0.5 : settings->confidence;
    report->iou = isnan(settings->iou) ? 0.5 : settings->iou;
    if (!(report->iou > 0 && report->iou <= 1))
        return err_set(err, ERR_USAGE, "--iou is above 0 and at most 1");
    report->iou_index = eval_iou_index(&study->set->settings, report->iou);
    report->set = study->set;
    if (report->iou_index == EVAL_IOU_CUSTOM)
        report->set = eval_rematch(dataset, study->detections, study->set, report->iou, arena, err);
    uint64_t *filter;
    if (!pick_category(settings, study, arena, &filter, err))
        return false;
    report->classes = ARENA_ARRAY(arena, struct eval_counts, dataset->category_count);
    report->images = ARENA_ARRAY(arena, struct eval_counts, dataset->image_count);
    if (!report->set)
        return false;
    if (!report->classes || !report->images)
        return err_set(err, ERR_MEMORY, "out of memory");
    eval_counts_at(report->set, report->iou_index, report->confidence, filter, &report->total,
        report->classes, report->images);
    if (settings->per_image) {
        report->image_stats =
            arena_array(arena, dataset->image_count + 1, sizeof *report->image_stats);
        if (!report->image_stats)
            return err_set(err, ERR_MEMORY, "out of memory");
        if (!study_image_stats(study, report->image_stats, err))
            return false;
    }
    return eval_best_f1(report->set, report->iou_index, filter, &report->best, err);
}

/* ---- JSON ---- */

static void write_number(struct json_writer *json, const char *key, double value)
{
    json_writer_key(json, key);
    if (isnan(value))
        json_writer_null(json);
    else
        json_writer_number(json, value);
}

static void write_int(struct json_writer *json, const char *key, int64_t value)
{
    json_writer_key(json, key);
    json_writer_int(json, value);
}

static void write_counts(struct json_writer *json, const struct eval_counts *counts)
{
    write_int(json, "tp", counts->tp);
    write_int(json, "fp", counts->fp);
    write_int(json, "fn", counts->fn);
    write_number(json, "precision", eval_precision(counts));
    write_number(json, "recall", eval_recall(counts));
    write_number(json, "f1", eval_f1(counts));
}

static void write_category(struct json_writer *json, const struct category *category)
{
    write_int(json, "category_id", category->id);
    json_writer_key(json, "name");
    json_writer_string(json, category->name);
}

static void write_twelve(struct json_writer *json, const double stats[EVAL_STATS])
{
    for (int i = 0; i < EVAL_STATS; i++)
        write_number(json, eval_stat_name(i), stats[i]);
}

static void write_stats(struct json_writer *json, const struct study *study)
{
    json_writer_key(json, "stats");
    json_writer_object(json);
    write_twelve(json, study->summary.stats);
    json_writer_object_end(json);
    json_writer_key(json, "per_class");
    json_writer_array(json);
    for (size_t i = 0; i < study->dataset->category_count; i++) {
        const struct eval_class *class = &study->summary.classes[i];
        json_writer_object(json);
        write_category(json, &study->dataset->categories[i]);
        write_twelve(json, class->stats);
        write_int(json, "gt", class->gt);
        write_int(json, "dt", class->dt);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

static void write_at(struct json_writer *json, const struct report *report)
{
    json_writer_key(json, "at");
    json_writer_object(json);
    write_number(json, "conf", report->confidence);
    write_number(json, "iou", report->iou);
    write_counts(json, &report->total);
    json_writer_key(json, "per_class");
    json_writer_array(json);
    for (size_t i = 0; i < report->study->dataset->category_count; i++) {
        json_writer_object(json);
        write_category(json, &report->study->dataset->categories[i]);
        write_counts(json, &report->classes[i]);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_object_end(json);
    json_writer_key(json, "best_f1");
    json_writer_object(json);
    write_number(json, "conf", report->best.confidence);
    write_number(json, "f1", report->best.f1);
    json_writer_object_end(json);
}

static void write_images(struct json_writer *json, const struct report *report)
{
    const struct dataset *dataset = report->study->dataset;
    json_writer_key(json, "images");
    json_writer_array(json);
    for (size_t i = 0; i < dataset->image_count; i++) {
        int32_t index = report->set->image_order[i];
        const struct image *image = &dataset->images[index];
        json_writer_object(json);
        json_writer_key(json, "image_id");
        if (image->key)
            json_writer_string(json, image->key);
        else
            json_writer_int(json, image->id);
        json_writer_key(json, "file_name");
        json_writer_string(json, image->file_name);
        write_counts(json, &report->images[index]);
        write_twelve(json, report->image_stats[index]);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

static void report_json(const struct report *report, bool per_image, struct json_writer *json)
{
    const struct study *study = report->study;
    json_writer_object(json);
    json_writer_key(json, "run");
    json_writer_string(json, report->name);
    json_writer_key(json, "ground_truth");
    json_writer_string(json, study->ground_truth);
    json_writer_key(json, "dataset");
    runs_json_dataset(json, &study->version);
    json_writer_key(json, "predictions");
    json_writer_string(json, study->predictions);
    json_writer_key(json, "joined");
    json_writer_string(json, study->joined);
    json_writer_key(json, "warning");
    json_writer_string(json, study->warning);
    write_stats(json, study);
    write_at(json, report);
    if (per_image)
        write_images(json, report);
    json_writer_object_end(json);
}

/* ---- tables ---- */

static const char *four(struct arena *arena, double value)
{
    return isnan(value) || value == -1 ? NULL : arena_printf(arena, "%.4f", value);
}

static const char *whole(struct arena *arena, int64_t value)
{
    return arena_printf(arena, "%lld", (long long)value);
}

static void counts_cells(
    struct arena *arena, const struct eval_counts *counts, struct print_cell *row)
{
    row[0].text = whole(arena, counts->tp);
    row[1].text = whole(arena, counts->fp);
    row[2].text = whole(arena, counts->fn);
    row[3].text = four(arena, eval_precision(counts));
    row[4].text = four(arena, eval_recall(counts));
    row[5].text = four(arena, eval_f1(counts));
    for (int i = 0; i < 6; i++)
        row[i].is_number = true;
}

static bool class_table(
    const struct report *report, struct arena *arena, enum print_format format, struct buf *out)
{
    static const char *const TITLES[] = {"class", "AP", "AP50", "AP75", "AR100", "truth",
        "detections", "TP", "FP", "FN", "precision", "recall", "F1"};
    enum { COLUMNS = sizeof TITLES / sizeof *TITLES };
    const struct study *study = report->study;
    size_t rows = study->dataset->category_count + 1;
    struct print_cell *cells = ARENA_ARRAY(arena, struct print_cell, rows * COLUMNS);
    if (!cells)
        return false;
    for (size_t i = 0; i < rows; i++) {
        bool all = i + 1 == rows;
        const double *stats = all ? study->summary.stats : study->summary.classes[i].stats;
        struct print_cell *row = &cells[i * COLUMNS];
        row[0].text = all ? "all" : study->dataset->categories[i].name;
        row[1].text = four(arena, stats[EVAL_AP]);
        row[2].text = four(arena, stats[EVAL_AP50]);
        row[3].text = four(arena, stats[EVAL_AP75]);
        row[4].text = four(arena, stats[EVAL_AR100]);
        row[5].text =
            whole(arena, all ? (int64_t)study->set->gt_count : study->summary.classes[i].gt);
        row[6].text =
            whole(arena, all ? study->detection_count : study->summary.classes[i].dt);
        counts_cells(arena, all ? &report->total : &report->classes[i], &row[7]);
        for (int c = 1; c < 7; c++)
            row[c].is_number = true;
    }
    struct print_table table = {TITLES, COLUMNS, rows, cells};
    print_table(&table, format, out);
    return true;
}

static bool image_table(
    const struct report *report, struct arena *arena, enum print_format format, struct buf *out)
{
    static const char *const TITLES[] = {"image", "TP", "FP", "FN", "precision", "recall", "F1",
        "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
    enum { COLUMNS = sizeof TITLES / sizeof *TITLES };
    const struct dataset *dataset = report->study->dataset;
    struct print_cell *cells =
        ARENA_ARRAY(arena, struct print_cell, dataset->image_count * COLUMNS + 1);
    if (!cells)
        return false;
    for (size_t i = 0; i < dataset->image_count; i++) {
        int32_t index = report->set->image_order[i];
        cells[i * COLUMNS].text = dataset->images[index].file_name;
        struct print_cell *row = &cells[i * COLUMNS];
        counts_cells(arena, &report->images[index], &row[1]);
        for (int s = 0; s < EVAL_STATS; s++)
            row[7 + s] = (struct print_cell){
                .text = four(arena, report->image_stats[index][s]), .is_number = true};
    }
    struct print_table table = {TITLES, COLUMNS, dataset->image_count, cells};
    buf_add_char(out, '\n');
    print_table(&table, format, out);
    return true;
}

static void add_sentence(struct buf *out, const char *label, const char *text)
{
    char shown[2048];
    if (!text)
        return;
    text_harmless(shown, sizeof shown, text, strlen(text));
    buf_printf(out, "%-13s %s\n", label, shown);
}

static bool report_table(const struct report *report, bool per_image, struct arena *arena,
    enum print_format format, struct buf *out)
{
    const struct study *study = report->study;
    if (format == PRINT_TABLE) {
        add_sentence(out, "run", report->name);
        add_sentence(out, "predictions", study->predictions);
        char dataset[512];
        dataset_version_print(&study->version, dataset, sizeof dataset);
        add_sentence(out, "ground truth", study->ground_truth);
        add_sentence(out, "dataset", dataset);
        add_sentence(out, "joined", study->joined);
        add_sentence(out, "note", study->warning);
        for (int i = 0; i < EVAL_STATS; i++) {
            const char *number = four(arena, study->summary.stats[i]);
            buf_printf(out, "%s%s %s",
                i == 0       ? "\n"
                : i % 6 == 0 ? "\n"
                             : "  ",
                eval_stat_name((enum eval_stat)i), number ? number : "undefined");
        }
        buf_printf(out, "\n\nat confidence %.2f, IoU %.2f", report->confidence, report->iou);
        if (!isnan(report->best.f1))
            buf_printf(out, "  (best F1 %.4f at confidence %.4f)", report->best.f1,
                report->best.confidence);
        buf_add_char(out, '\n');
    }
    return class_table(report, arena, format, out) &&
           (!per_image || image_table(report, arena, format, out));
}

/* ---- what is evaluated ---- */

struct output {
    const struct settings *settings;
    enum print_format format;
    struct arena *arena;
    struct buf buf;
    struct json_writer json;
    size_t printed;
};

static bool print_study(
    struct output *output, const char *name, const struct study *study, struct err *err)
{
    struct report report = {.name = name, .study = study};
    if (!prepare(&report, output->settings, output->arena, err))
        return false;
    if (output->printed++ && output->format != PRINT_JSON)
        buf_add_char(&output->buf, '\n');
    if (output->format == PRINT_JSON)
        report_json(&report, output->settings->per_image, &output->json);
    else if (!report_table(
                 &report, output->settings->per_image, output->arena, output->format, &output->buf))
        return err_set(err, ERR_MEMORY, "out of memory");
    return true;
}

static bool eval_run(
    struct output *output, struct store *store, const struct run_row *run, struct err *err)
{
    struct study *study = pick_evaluated(output->settings, store, run, err);
    bool ok = study && print_study(output, run->name, study, err);
    study_release(study);
    return ok;
}

/* Numbers that stand below one another will be compared. */
static bool warn_of_versions(struct output *output, const struct gathered *gathered)
{
    char sentence[128];
    uint32_t *order = ARENA_ARRAY(output->arena, uint32_t, gathered->count);
    if (!order)
        return false;
    for (size_t i = 0; i < gathered->count; i++)
        order[i] = (uint32_t)(gathered->chosen[i] - gathered->runs->rows);
    struct versions versions = versions_find(gathered->runs, order, gathered->count, NULL);
    versions_print(&versions, sentence, sizeof sentence);
    if (sentence[0] && output->format == PRINT_TABLE)
        buf_printf(&output->buf, "\n%s\n", sentence);
    return true;
}

static bool eval_runs(struct output *output, char **operands, struct err *err)
{
    struct gathered gathered;
    bool ok = gather_named(output->settings, operands, 1, &gathered, err);
    bool list = ok && gathered.count > 1 && output->format == PRINT_JSON;
    if (list)
        json_writer_array(&output->json);
    for (size_t i = 0; ok && i < gathered.count; i++)
        if (gathered.count == 1 || gathered.chosen[i]->prediction_count)
            ok = eval_run(output, gathered.store, gathered.chosen[i], err);
    if (list)
        json_writer_array_end(&output->json);
    if (ok && !warn_of_versions(output, &gathered))
        ok = err_set(err, ERR_MEMORY, "out of memory");
    gather_done(&gathered);
    return ok;
}

static bool eval_files(struct output *output, struct err *err)
{
    const struct settings *settings = output->settings;
    if (!settings->ground_truth || !settings->detections)
        return err_set(err, ERR_USAGE, "name a run, or two files with --gt FILE --dt FILE");
    struct truth truth = {.ground_truth = {settings->ground_truth},
        .count = 1,
        .said = true,
        .ground_truth_format = settings->ground_truth_format,
        .predictions_format = settings->predictions_format};
    if (settings->images)
        truth.image_dirs[truth.image_dir_count++] = settings->images;
    struct study_request request = {settings->detections, &truth};
    struct study *study = study_load(&request, NULL, err);
    bool ok = study && print_study(output, NULL, study, err);
    study_release(study);
    return ok;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct arena arena = {0};
    struct output output = {.settings = settings, .arena = &arena};
    int status = EXIT_WRONG_USAGE;
    buf_init(&output.buf, MOST_OUTPUT_BYTES);
    json_writer_init(&output.json, &output.buf, true);
    if (print_format_parse(settings->format, &output.format, &err)) {
        bool ok = operands[0] ? eval_runs(&output, operands, &err) : eval_files(&output, &err);
        if (ok && output.format == PRINT_JSON)
            buf_add_char(&output.buf, '\n');
        if (ok && print_flush(&output.buf, &err))
            status = EXIT_FINE;
        else if (err.code != ERR_USAGE)
            status = EXIT_UNREADABLE;
    }
    buf_done(&output.buf);
    arena_done(&arena);
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_eval = {
    .name = "eval",
    .operands = "RUN... | --gt FILE --dt FILE",
    .summary = "COCO metrics: twelve stats, per class, counts at a confidence",
    .accepts = "index gt dt gt-format dt-format images conf iou step class per-image format",
    .run = run,
};
