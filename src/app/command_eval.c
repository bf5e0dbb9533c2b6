/*
 * `boxtop eval`: COCO metrics of a run's predictions or of two files.
 * Knows: studies and how they are printed. Must not know: how a number is computed.
 */
#include "app/eval_compare.h"
#include "app/eval_fail.h"
#include "app/gather.h"
#include "app/pick.h"
#include "work/versions.h"

enum { MOST_OUTPUT_BYTES = 1 << 30 };

struct output {
    const struct settings *settings;
    enum print_format format;
    struct arena *arena;
    struct buf buf;
    struct json_writer json;
    size_t printed;
    bool failed;     /* a condition of --fail-if holds */
    bool unreadable; /* a run was passed over */
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

/* Everything side by side: all studies are held at once. */
struct side {
    const char *name;
    struct study *study;
};

static bool compare_sides(
    struct output *output, const struct side *sides, size_t count, struct err *err)
{
    struct report *reports = ARENA_ARRAY(output->arena, struct report, count);
    bool ok = reports != NULL || err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; ok && i < count; i++) {
        reports[i] = (struct report){.name = sides[i].name,
            .study = sides[i].study,
            .settings = output->settings,
            .arena = output->arena};
        ok = report_prepare(&reports[i], err) && report_fail_if(&reports[i], &output->failed, err);
    }
    if (!ok)
        return false;
    return output->format == PRINT_JSON
               ? compare_write(reports, count, &output->json, &output->failed, err)
               : compare_print(
                     reports, count, output->format, &output->buf, &output->failed, err);
}

static bool print_side(struct output *output, const struct side *side, struct err *err)
{
    return print_study(output, side->name, side->study, err);
}

/* ---- runs ---- */

/* The study of RUN, with its boxes where anything looks at them; NULL with ERR. */
static struct study *evaluated(const struct output *output, const struct gathered *gathered,
    const struct run_row *run, struct err *err)
{
    const struct settings *settings = output->settings;
    struct study *study = pick_evaluated(settings, gathered->store, run, err);
    bool boxes = study && (settings->compare || report_needs_boxes(settings, study));
    if (!boxes || study_load_boxes(study, err))
        return study;
    study_release(study);
    return NULL;
}

static bool compare_runs_of(struct output *output, const struct gathered *gathered, struct err *err)
{
    struct side *sides = ARENA_ARRAY(output->arena, struct side, gathered->count);
    size_t count = 0;
    bool ok = sides != NULL || err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; ok && i < gathered->count; i++) {
        const struct run_row *run = gathered->chosen[i];
        if (!run->prediction_count && gathered->count > 2)
            continue;
        struct side side = {run->name, evaluated(output, gathered, run, err)};
        ok = side.study != NULL;
        if (ok)
            sides[count++] = side;
    }
    if (ok && count < 2)
        ok = err_set(err, ERR_USAGE, "--compare takes two runs or more that have predictions");
    ok = ok && compare_sides(output, sides, count, err);
    for (size_t i = 0; i < count; i++)
        study_release(sides[i].study);
    return ok;
}

/* Says why one of several runs cannot be evaluated, and lets the others be. */
static bool pass_over(struct output *output, struct err *err)
{
    if (err->code == ERR_USAGE || err->code == ERR_MEMORY)
        return false;
    say_error(err);
    *err = (struct err){0};
    output->unreadable = true;
    return true;
}

static bool print_runs(struct output *output, const struct gathered *gathered, struct err *err)
{
    bool list = gathered->count > 1 && output->format == PRINT_JSON, ok = true;
    if (list)
        json_writer_array(&output->json);
    for (size_t i = 0; ok && i < gathered->count; i++) {
        const struct run_row *run = gathered->chosen[i];
        if (gathered->count > 1 && !run->prediction_count)
            continue;
        struct side side = {run->name, evaluated(output, gathered, run, err)};
        ok = side.study ? print_side(output, &side, err)
                        : gathered->count > 1 && pass_over(output, err);
        study_release(side.study);
    }
    if (list)
        json_writer_array_end(&output->json);
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
    if (ok)
        ok = output->settings->compare ? compare_runs_of(output, &gathered, err)
                                       : print_runs(output, &gathered, err) &&
                                             (warn_of_versions(output, &gathered) ||
                                                 err_set(err, ERR_MEMORY, "out of memory"));
    gather_done(&gathered);
    return ok;
}

/* ---- files ---- */

static struct study *load_files(
    const struct settings *settings, const char *detections, struct err *err)
{
    struct truth truth = {.ground_truth = {settings->ground_truth},
        .count = 1,
        .said = true,
        .ground_truth_format = settings->ground_truth_format,
        .predictions_format = settings->predictions_format};
    if (settings->images)
        truth.image_dirs[truth.image_dir_count++] = settings->images;
    struct eval_settings how;
    if (!pick_settings(settings, &how, err))
        return NULL;
    struct study_request request = {.predictions = detections,
        .truth = &truth,
        .settings = &how,
        .columns = settings->slice.count > 0};
    return study_load(&request, NULL, err);
}

static bool eval_files(struct output *output, struct err *err)
{
    const struct settings *settings = output->settings;
    const struct option_values *detections = &settings->detections;
    if (!settings->ground_truth || !detections->count)
        return err_set(err, ERR_USAGE, "name a run, or two files with --gt FILE --dt FILE");
    struct side sides[OPTION_MOST_VALUES] = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < detections->count; i++) {
        sides[i].study = load_files(settings, detections->items[i], err);
        ok = sides[i].study != NULL;
    }
    if (ok)
        ok = detections->count == 1 ? print_side(output, &sides[0], err)
                                    : compare_sides(output, sides, detections->count, err);
    for (size_t i = 0; i < detections->count; i++)
        study_release(sides[i].study);
    return ok;
}

static bool is_comparing(const struct settings *settings)
{
    return settings->compare || settings->detections.count > 1;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct arena arena = {0};
    struct output output = {.settings = settings, .arena = &arena};
    int status = EXIT_WRONG_USAGE;
    buf_init(&output.buf, MOST_OUTPUT_BYTES);
    json_writer_init(&output.json, &output.buf, true);
    if (fail_if_has_deltas(settings) && !is_comparing(settings)) {
        err_set(&err, ERR_USAGE, "--fail-if %s... is of two runs: with --compare", FAIL_DELTA);
    } else if (print_format_parse(settings->format, &output.format, &err)) {
        bool ok = operands[0] ? eval_runs(&output, operands, &err) : eval_files(&output, &err);
        if (ok && output.format == PRINT_JSON)
            buf_add_char(&output.buf, '\n');
        if (ok && print_flush(&output.buf, &err))
            status = output.unreadable ? EXIT_UNREADABLE
                     : output.failed   ? EXIT_FINDING
                                       : EXIT_FINE;
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
    .summary = "COCO metrics: twelve stats, per class, counts at a confidence; runs compared",
    .accepts = "index gt dt gt-format dt-format images conf iou step class iou-type ious max-dets per-class "
               "per-image sweep confusion errors other-ap slice image-table compare common-images "
               "bootstrap fail-if format",
    .run = run,
};
