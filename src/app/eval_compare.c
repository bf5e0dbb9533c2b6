#include "app/eval_compare.h"

#include "app/eval_fail.h"
#include "app/eval_versus.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_RESAMPLES = 1000, MOST_RESAMPLES = 1000000, PIECE = 100 };

static const char *number_name(size_t number)
{
    static const char *const NAMES[] = {"TP", "FP", "FN", "precision", "recall", "F1"};
    return number < EVAL_STATS ? eval_stat_name((int)number) : NAMES[number - EVAL_STATS];
}

/* How much of the bootstrap is done, for a person who waits; the first interval as soon as it is
 * there. */
static void tell_progress(struct eval_bootstrap *bootstrap, int done, int all)
{
    struct eval_interval ap = eval_bootstrap_delta(bootstrap, 0, 1, EVAL_AP);
    fprintf(stderr, "\r%d of %d resamples: AP %+.4f [%+.4f, %+.4f]\x1b[K", done, all, ap.point,
        ap.low, ap.high);
    if (done == all)
        fprintf(stderr, "\r\x1b[K");
    fflush(stderr);
}

static bool count_resamples(const struct settings *settings, int *resamples, struct err *err)
{
    double asked = isnan(settings->bootstrap) ? DEFAULT_RESAMPLES : settings->bootstrap;
    if (!(asked >= 1 && asked <= MOST_RESAMPLES))
        return err_set(err, ERR_USAGE, "--bootstrap takes 1 to %d resamples", MOST_RESAMPLES);
    *resamples = (int)asked;
    return true;
}

/* What is compared, and what came of it. */
struct comparing {
    const struct report *reports;
    size_t count;
    struct comparison_request request;
    struct comparison comparison;
};

static bool make(
    struct comparing *comparing, const struct report *reports, size_t count, struct err *err)
{
    struct arena *arena = reports[0].arena;
    const struct study **studies = ARENA_ARRAY(arena, const struct study *, count);
    const struct eval_set **sets = ARENA_ARRAY(arena, const struct eval_set *, count);
    if (!studies || !sets)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        studies[i] = reports[i].study;
        sets[i] = reports[i].set;
    }
    *comparing = (struct comparing){.reports = reports, .count = count};
    struct comparison_request *request = &comparing->request;
    *request = (struct comparison_request){.studies = studies,
        .sets = sets,
        .count = count,
        .iou_index = reports[0].iou_index,
        .confidence = reports[0].confidence,
        .common_images = reports[0].settings->common_images,
        .class_numbers = 1};
    if (!count_resamples(reports[0].settings, &request->resamples, err) ||
        !comparison_make(request, arena, &comparing->comparison, err))
        return false;
    bool tell = isatty(STDERR_FILENO);
    struct eval_bootstrap *bootstrap = comparing->comparison.bootstrap;
    for (int done = 0; done < request->resamples;) {
        done = eval_bootstrap_run(bootstrap, PIECE);
        if (tell)
            tell_progress(bootstrap, done, request->resamples);
    }
    return true;
}

/* Box for box against report INDEX. */
static bool make_versus(const struct comparing *comparing, size_t index,
    struct versus_report *report, struct err *err)
{
    const struct report *a = &comparing->reports[0];
    struct eval_versus *versus;
    if (!comparison_versus(
            &comparing->request, index, a->filter, a->arena, &versus, err))
        return false;
    *report = (struct versus_report){
        a, &comparing->reports[index], versus, &comparing->comparison.common.runs[0]};
    return true;
}

/* ---- --fail-if on differences ---- */

static bool put_deltas(const struct report *report, const struct comparison *comparison,
    size_t index, bool *failed, struct err *err)
{
    struct fail_number numbers[EVAL_NUMBERS];
    for (size_t n = 0; n < EVAL_NUMBERS; n++) {
        struct eval_interval delta = eval_bootstrap_delta(comparison->bootstrap, 0, index, n);
        const char *name = arena_printf(report->arena, FAIL_DELTA "%s", number_name(n));
        if (!name)
            return err_set(err, ERR_MEMORY, "out of memory");
        numbers[n] = (struct fail_number){name, delta.point, true};
    }
    return fail_if(report->settings, report->name, numbers, EVAL_NUMBERS, failed, err);
}

/* ---- one number of two ---- */

static const char *verdict(size_t number, const struct eval_interval *delta)
{
    bool lower = eval_number_better(number) == BETTER_LOWER;
    if (isnan(delta->point))
        return NULL;
    if (delta->within_noise)
        return "within noise";
    return (delta->point > 0) != lower ? "B better" : "A better";
}

/* The fraction of resamples in which B is better. */
static double part_better(size_t number, const struct eval_interval *delta)
{
    return eval_number_better(number) == BETTER_LOWER ? delta->below : delta->above;
}

static void write_pair(struct json_writer *json, const struct comparison *comparison, size_t index,
    size_t number)
{
    struct eval_bootstrap *bootstrap = comparison->bootstrap;
    struct eval_interval delta = eval_bootstrap_delta(bootstrap, 0, index, number);
    report_write_number(json, "a", eval_bootstrap_number(bootstrap, 0, number).point);
    report_write_number(json, "b", eval_bootstrap_number(bootstrap, index, number).point);
    report_write_number(json, "delta", delta.point);
    report_write_number(json, "low", delta.low);
    report_write_number(json, "high", delta.high);
    report_write_number(json, "mean", delta.mean);
    report_write_number(json, "sd", delta.sd);
    report_write_number(json, "b_better", part_better(number, &delta));
    report_write_int(json, "undefined", delta.undefined);
    json_writer_key(json, "within_noise");
    json_writer_bool(json, delta.within_noise);
}

/* ---- JSON ---- */

static void write_common(const struct comparing *comparing, struct json_writer *json)
{
    const struct report *reports = comparing->reports;
    const struct comparison *comparison = &comparing->comparison;
    report_write_int(json, "image_count", (int64_t)comparison->common.common.image_count);
    report_write_text(json, "joined_by", comparison->common.joined_by);
    report_write_text(json, "difference", comparison->difference);
    report_write_int(json, "resamples", comparing->request.resamples);
    report_write_number(json, "conf", reports[0].confidence);
    report_write_number(json, "iou", reports[0].iou);
}

static bool write_against_first(
    const struct comparing *comparing, size_t index, struct json_writer *json, struct err *err)
{
    const struct comparison *comparison = &comparing->comparison;
    const struct dataset *dataset = comparing->reports[0].study->dataset;
    struct versus_report versus;
    if (!make_versus(comparing, index, &versus, err))
        return false;
    for (size_t n = 0; n < EVAL_NUMBERS; n++) {
        json_writer_key(json, number_name(n));
        json_writer_object(json);
        write_pair(json, comparison, index, n);
        json_writer_object_end(json);
    }
    json_writer_key(json, "per_class");
    json_writer_array(json);
    for (size_t c = 0; c < comparison->common.common.category_count; c++) {
        json_writer_object(json);
        report_write_category(json, &dataset->categories[comparison->common.category[c]]);
        write_pair(json, comparison, index, EVAL_NUMBERS + c);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    versus_write(&versus, json);
    return true;
}

static void write_ranking(const struct report *reports, const struct comparison *comparison,
    const struct eval_ranking *ranking, struct json_writer *json)
{
    json_writer_key(json, "ranking");
    json_writer_array(json);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct eval_rank *row = &ranking->rows[i];
        json_writer_object(json);
        report_write_int(json, "place", row->place);
        report_write_int(json, "group", row->group);
        report_write_text(json, "run", reports[row->run].name);
        report_write_text(json, "predictions", reports[row->run].study->predictions);
        report_write_number(json, "AP", row->interval.point);
        report_write_number(json, "low", row->interval.low);
        report_write_number(json, "high", row->interval.high);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_key(json, "pairs");
    json_writer_array(json);
    for (size_t i = 0; i < ranking->count; i++)
        for (size_t j = i + 1; j < ranking->count; j++) {
            size_t a = ranking->rows[i].run, b = ranking->rows[j].run;
            struct eval_interval delta =
                eval_bootstrap_delta(comparison->bootstrap, a, b, EVAL_AP);
            json_writer_object(json);
            report_write_int(json, "a", (int64_t)a);
            report_write_int(json, "b", (int64_t)b);
            report_write_number(json, "delta", delta.point);
            report_write_number(json, "low", delta.low);
            report_write_number(json, "high", delta.high);
            json_writer_key(json, "within_noise");
            json_writer_bool(json, delta.within_noise);
            json_writer_object_end(json);
        }
    json_writer_array_end(json);
}

/* Two: A's object with B's and the comparison in it. */
static bool write_two(
    const struct comparing *comparing, struct json_writer *json, struct err *err)
{
    json_writer_object(json);
    if (!report_write_members(&comparing->reports[0], json, err))
        return false;
    json_writer_key(json, "compare");
    json_writer_object(json);
    write_common(comparing, json);
    json_writer_key(json, "with");
    if (!report_write(&comparing->reports[1], json, err) ||
        !write_against_first(comparing, 1, json, err))
        return false;
    json_writer_object_end(json);
    json_writer_object_end(json);
    return true;
}

static bool write_many(
    const struct comparing *comparing, struct json_writer *json, struct err *err)
{
    const struct report *reports = comparing->reports;
    struct eval_ranking ranking;
    if (!eval_bootstrap_rank(
            comparing->comparison.bootstrap, EVAL_AP, reports[0].arena, &ranking, err))
        return false;
    json_writer_object(json);
    write_common(comparing, json);
    json_writer_key(json, "runs");
    json_writer_array(json);
    for (size_t i = 0; i < comparing->count; i++)
        if (!report_write(&reports[i], json, err))
            return false;
    json_writer_array_end(json);
    json_writer_key(json, "compare");
    json_writer_array(json);
    for (size_t i = 1; i < comparing->count; i++) {
        json_writer_object(json);
        report_write_int(json, "a", 0);
        report_write_int(json, "b", (int64_t)i);
        if (!write_against_first(comparing, i, json, err))
            return false;
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    write_ranking(reports, &comparing->comparison, &ranking, json);
    json_writer_object_end(json);
    return true;
}

/* Makes it all and puts the differences to --fail-if. */
static bool make_and_put(struct comparing *comparing, const struct report *reports, size_t count,
    bool *failed, struct err *err)
{
    if (!make(comparing, reports, count, err))
        return false;
    for (size_t i = 1; i < count; i++)
        if (!put_deltas(&reports[i], &comparing->comparison, i, failed, err))
            return false;
    return true;
}

bool compare_write(const struct report *reports, size_t count, struct json_writer *json,
    bool *failed, struct err *err)
{
    struct comparing comparing;
    return make_and_put(&comparing, reports, count, failed, err) &&
           (count == 2 ? write_two(&comparing, json, err) : write_many(&comparing, json, err));
}

/* ---- tables ---- */

/* What a report is called beside others: its run, else its file of detections. */
static const char *called(const struct report *report)
{
    return report->name ? report->name : report->study->predictions;
}

static void add_pair(struct report_table *table, const struct comparison *comparison, size_t index,
    size_t number, const char *name)
{
    struct eval_bootstrap *bootstrap = comparison->bootstrap;
    struct eval_interval delta = eval_bootstrap_delta(bootstrap, 0, index, number);
    double a = eval_bootstrap_number(bootstrap, 0, number).point;
    double b = eval_bootstrap_number(bootstrap, index, number).point;
    bool counts = number >= EVAL_N_TP && number <= EVAL_N_FN;
    report_add_text(table, name);
    if (counts) {
        report_add_int(table, (int64_t)a);
        report_add_int(table, (int64_t)b);
    } else {
        report_add_number(table, a);
        report_add_number(table, b);
    }
    double shown[3] = {delta.point, delta.low, delta.high};
    for (int i = 0; i < 3; i++)
        if (counts && !isnan(shown[i]))
            report_add_number_text(table, arena_printf(table->arena, "%+.0f", shown[i]));
        else
            report_add_delta(table, shown[i]);
    report_add_percent(table, 100 * part_better(number, &delta));
    report_add_text(table, verdict(number, &delta));
}

static bool print_against_first(const struct report *reports, const struct comparison *comparison,
    size_t index, enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {
        "number", "A", "B", "B-A", "low", "high", "B better %", "verdict"};
    const struct dataset *dataset = reports[0].study->dataset;
    size_t classes =
        reports[0].settings->per_class ? comparison->common.common.category_count : 0;
    struct report_table table;
    report_table_init(&table, reports[0].arena, TITLES, sizeof TITLES / sizeof *TITLES,
        EVAL_NUMBERS + classes);
    for (size_t n = 0; n < EVAL_NUMBERS; n++)
        add_pair(&table, comparison, index, n, number_name(n));
    for (size_t c = 0; c < classes; c++)
        add_pair(&table, comparison, index, EVAL_NUMBERS + c,
            arena_printf(reports[0].arena, "AP %s",
                dataset->categories[comparison->common.category[c]].name));
    return report_table_print(&table, NULL, format, out, err);
}

static void print_head(const struct report *reports, const struct comparison *comparison,
    size_t index, struct buf *out)
{
    report_add_sentence(out, "A", called(&reports[0]));
    report_add_sentence(out, "B", called(&reports[index]));
    report_add_sentence(out, "ground truth", reports[0].study->ground_truth);
    report_add_sentence(out, "common images",
        arena_printf(reports[0].arena, "%zu, joined by %s",
            comparison->common.common.image_count, comparison->common.joined_by));
    report_add_sentence(out, "note", comparison->difference);
    buf_printf(out,
        "at confidence %.2f, IoU %.2f; 95 %% intervals of the difference by resampling the images\n",
        reports[0].confidence, reports[0].iou);
}

static bool print_ranking(const struct report *reports, const struct comparison *comparison,
    enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {"place", "run", "AP", "low", "high", "group"};
    struct eval_ranking ranking;
    struct report_table table;
    if (!eval_bootstrap_rank(
            comparison->bootstrap, EVAL_AP, reports[0].arena, &ranking, err))
        return false;
    report_table_init(&table, reports[0].arena, TITLES, sizeof TITLES / sizeof *TITLES,
        ranking.count);
    for (size_t i = 0; i < ranking.count; i++) {
        const struct eval_rank *row = &ranking.rows[i];
        report_add_int(&table, row->place);
        report_add_text(&table, called(&reports[row->run]));
        report_add_number(&table, row->interval.point);
        report_add_number(&table, row->interval.low);
        report_add_number(&table, row->interval.high);
        report_add_text(&table, row->group < 0 ? NULL
                                : row->group == 0
                                    ? "not distinguishable from the best"
                                    : arena_printf(reports[0].arena, "%d", row->group + 1));
    }
    return report_table_print(&table,
        "ranking by AP, with the 95 % interval of each; within a group differences are within noise",
        format, out, err);
}

static bool print_one(const struct comparing *comparing, size_t index, enum print_format format,
    struct buf *out, struct err *err)
{
    const struct comparison *comparison = &comparing->comparison;
    struct versus_report versus;
    if (!make_versus(comparing, index, &versus, err))
        return false;
    if (format == PRINT_TABLE)
        print_head(comparing->reports, comparison, index, out);
    return print_against_first(comparing->reports, comparison, index, format, out, err) &&
           versus_print(&versus, format, out, err);
}

bool compare_print(const struct report *reports, size_t count, enum print_format format,
    struct buf *out, bool *failed, struct err *err)
{
    struct comparing comparing;
    if (!make_and_put(&comparing, reports, count, failed, err))
        return false;
    for (size_t i = 1; i < count; i++) {
        if (i > 1)
            buf_add_char(out, '\n');
        if (!print_one(&comparing, i, format, out, err))
            return false;
    }
    if (count == 2)
        return true;
    buf_add_char(out, '\n');
    return print_ranking(reports, &comparing.comparison, format, out, err);
}
