/*
 * `boxtop eval`: COCO metrics of a run's predictions or of two files.
 * Knows: studies and how they are printed. Must not know: how a number is computed.
 */
#include "app/eval_report.h"
#include "app/gather.h"
#include "app/pick.h"

enum { MOST_OUTPUT_BYTES = 1 << 30 };

struct output {
    const struct settings *settings;
    enum print_format format;
    struct arena *arena;
    struct buf buf;
    struct json_writer json;
    size_t printed;
    bool failed; /* a condition of --fail-if holds */
};

static bool print_study(
    struct output *output, const char *name, const struct study *study, struct err *err)
{
    struct report report = {
        .name = name, .study = study, .settings = output->settings, .arena = output->arena};
    if (!report_prepare(&report, err) || !report_fail_if(&report, &output->failed, err))
        return false;
    if (output->printed++ && output->format != PRINT_JSON)
        buf_add_char(&output->buf, '\n');
    if (output->format == PRINT_JSON)
        return report_write(&report, &output->json, err);
    return report_print(&report, output->format, &output->buf, err);
}

static bool eval_run(struct output *output, const struct run_row *run, struct err *err)
{
    struct study *study = pick_study(output->settings, run, err);
    bool ok = study && print_study(output, run->name, study, err);
    study_release(study);
    return ok;
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
            ok = eval_run(output, gathered.chosen[i], err);
    if (list)
        json_writer_array_end(&output->json);
    gather_done(&gathered);
    return ok;
}

static bool eval_files(struct output *output, struct err *err)
{
    const struct settings *settings = output->settings;
    if (!settings->ground_truth || !settings->detections.count)
        return err_set(err, ERR_USAGE, "name a run, or two files with --gt FILE --dt FILE");
    struct truth truth = {.ground_truth = {settings->ground_truth},
        .count = 1,
        .said = true,
        .ground_truth_format = settings->ground_truth_format,
        .predictions_format = settings->predictions_format};
    if (settings->images)
        truth.image_dirs[truth.image_dir_count++] = settings->images;
    struct eval_settings how;
    if (!pick_settings(settings, &how, err))
        return false;
    struct study_request request = {settings->detections.items[0], &truth, &how};
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
            status = output.failed ? EXIT_FINDING : EXIT_FINE;
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
    .accepts = "index gt dt gt-format dt-format images conf iou step class ious max-dets per-class "
               "per-image sweep confusion errors other-ap fail-if format",
    .run = run,
};
