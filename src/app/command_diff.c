/*
 * `boxtop diff`: what differs between runs, and what it did to the metrics.
 * Knows: the comparison. Must not know: how it is computed.
 */
#include "app/diff_importance.h"
#include "app/gather.h"
#include "app/print.h"
#include "app/runs_json.h"
#include "base/num.h"
#include "work/compare.h"
#include "work/deltas.h"

#include <math.h>
#include <string.h>

enum { MOST_OUTPUT_BYTES = 256 << 20 };

static const char *better_word(enum better better)
{
    return better == BETTER_HIGHER ? "higher" : better == BETTER_LOWER ? "lower" : NULL;
}

/* The interval of value RUN of ROW, NULL for none. */
static const struct eval_interval *interval_of(const struct compare *compare,
    const struct deltas *deltas, const struct diff_metric *row, size_t run)
{
    return deltas_find(deltas, compare->runs[compare->baseline]->id, compare->runs[run]->id,
        row->name, row->deltas[run]);
}

static void write_intervals(struct json_writer *json, const struct compare *compare,
    const struct deltas *deltas, const struct diff_metric *row)
{
    json_writer_key(json, "intervals");
    json_writer_array(json);
    for (size_t i = 0; i < compare->run_count; i++) {
        const struct eval_interval *interval = interval_of(compare, deltas, row, i);
        if (!interval) {
            json_writer_null(json);
            continue;
        }
        json_writer_object(json);
        json_writer_key(json, "delta");
        json_writer_number(json, interval->point);
        json_writer_key(json, "low");
        json_writer_number(json, interval->low);
        json_writer_key(json, "high");
        json_writer_number(json, interval->high);
        json_writer_key(json, "within_noise");
        json_writer_bool(json, interval->within_noise);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

static void diff_json(
    const struct compare *compare, const struct deltas *deltas, struct buf *out)
{
    struct json_writer json;
    json_writer_init(&json, out, true);
    json_writer_object(&json);
    json_writer_key(&json, "runs");
    json_writer_array(&json);
    for (size_t i = 0; i < compare->run_count; i++)
        json_writer_string(&json, compare->runs[i]->name);
    json_writer_array_end(&json);
    json_writer_key(&json, "datasets");
    json_writer_array(&json);
    for (size_t i = 0; i < compare->run_count; i++)
        runs_json_dataset(&json, compare->runs[i]->dataset);
    json_writer_array_end(&json);
    json_writer_key(&json, "datasets_differ");
    json_writer_bool(&json, compare->kinship != DATASET_SAME);
    json_writer_key(&json, "params");
    json_writer_array(&json);
    for (size_t r = 0; r < compare->params.count; r++) {
        const struct diff_param *row = &compare->params.rows[r];
        json_writer_object(&json);
        json_writer_key(&json, "name");
        json_writer_string(&json, row->name);
        json_writer_key(&json, "values");
        json_writer_array(&json);
        for (size_t i = 0; i < compare->run_count; i++)
            runs_json_param(&json, row->values[i]);
        json_writer_array_end(&json);
        json_writer_key(&json, "noise");
        json_writer_bool(&json, row->noise);
        json_writer_key(&json, "types_differ");
        json_writer_bool(&json, row->types_differ);
        json_writer_object_end(&json);
    }
    json_writer_array_end(&json);
    json_writer_key(&json, "metrics");
    json_writer_array(&json);
    for (size_t r = 0; r < compare->metrics.count; r++) {
        const struct diff_metric *row = &compare->metrics.rows[r];
        json_writer_object(&json);
        json_writer_key(&json, "name");
        json_writer_string(&json, row->name);
        json_writer_key(&json, "values");
        json_writer_array(&json);
        for (size_t i = 0; i < compare->run_count; i++)
            if (row->values[i])
                json_writer_number(&json, row->values[i]->undefined ? -1 : row->values[i]->value);
            else
                json_writer_null(&json);
        json_writer_array_end(&json);
        json_writer_key(&json, "better");
        json_writer_string(&json, better_word(row->better));
        if (deltas)
            write_intervals(&json, compare, deltas, row);
        json_writer_object_end(&json);
    }
    json_writer_array_end(&json);
    json_writer_object_end(&json);
    buf_add_char(out, '\n');
}

/* " (+0.02)", " (+0.02 [-0.004, +0.046] ≈)"; ≈: the interval contains 0. */
static const char *delta_text(
    struct arena *arena, double delta, const struct eval_interval *interval)
{
    char by[40], low[40], high[40];
    num_print_short(delta, 3, by, sizeof by);
    const char *sign = by[0] != '-' ? "+" : "";
    if (!interval)
        return arena_printf(arena, " (%s%s)", sign, by);
    num_print_short(interval->low, 2, low, sizeof low);
    num_print_short(interval->high, 2, high, sizeof high);
    return arena_printf(arena, " (%s%s [%s%s, %s%s]%s)", sign, by, low[0] != '-' ? "+" : "", low,
        high[0] != '-' ? "+" : "", high, interval->within_noise ? " " DELTAS_WITHIN_NOISE : "");
}

static const char *metric_text(struct arena *arena, const struct compare *compare,
    const struct deltas *deltas, const struct diff_metric *row, size_t run, bool exact)
{
    char number[40];
    const char *delta = "";
    if (!row->values[run])
        return NULL;
    if (row->values[run]->undefined)
        return "undefined";
    if (exact)
        num_print(row->values[run]->value, number, sizeof number);
    else
        num_print_short(row->values[run]->value, 4, number, sizeof number);
    if (!exact && run != compare->baseline && !isnan(row->deltas[run]))
        delta = delta_text(arena, row->deltas[run], interval_of(compare, deltas, row, run));
    return delta ? arena_printf(arena, "%s%s", number, delta) : NULL;
}

/* A table that grows by rows of run_count + 1 cells. */
struct rows {
    struct arena *arena;
    const struct compare *compare;
    const struct deltas *deltas; /* NULL: not asked for */
    struct print_cell *cells, *next;
    bool failed;
};

static void add_cell(struct rows *rows, const char *text, bool is_number)
{
    *rows->next++ = (struct print_cell){text, is_number};
}

static void add_param(struct rows *rows, const char *name, const struct diff_param *row)
{
    add_cell(rows, name, false);
    rows->failed |= !name;
    for (size_t i = 0; i < rows->compare->run_count; i++)
        add_cell(rows, compare_value_text(row, i, rows->arena), false);
}

/* A line that stands for those below it; its values are blank, not absent. */
static void add_heading(struct rows *rows, const char *text)
{
    add_cell(rows, text, false);
    rows->failed |= !text;
    for (size_t i = 0; i < rows->compare->run_count; i++)
        add_cell(rows, "", false);
}

static const char *group_text(
    struct rows *rows, const struct diff_line *line, bool folded, const char *indent)
{
    const char *name = line->kind == DIFF_LINE_ONLY ? rows->compare->runs[line->run]->shown : "";
    switch (line->kind) {
    case DIFF_LINE_ONLY:
        return arena_printf(rows->arena, "only in %s (%zu%s)", name, line->differ,
            folded ? ": --all lists them" : "");
    case DIFF_LINE_SOME:
        return arena_printf(rows->arena, "only in some, and the same there (%zu%s)", line->differ,
            folded ? ": --all lists them" : "");
    case DIFF_LINE_NOISE:
        return arena_printf(rows->arena, "as names and paths do (%zu)", line->differ);
    default:
        return arena_printf(rows->arena, "%s%s", indent, line->label);
    }
}

/* As a tree: what shares a level is indented below it. */
static void add_tree(struct rows *rows, const struct settings *settings)
{
    static const char BLANKS[] = "                                        ";
    const struct diff_tree *tree = &rows->compare->tree;
    for (size_t at = 0; at < tree->count;) {
        const struct diff_line *line = &tree->lines[at];
        bool noise = line->kind == DIFF_LINE_NOISE;
        bool folded = line->folds && !settings->all && !(noise && settings->noise);
        size_t by = (size_t)line->depth * 2;
        const char *indent = BLANKS + sizeof BLANKS - 1 - (by < sizeof BLANKS ? by : 0);
        if (line->param)
            add_param(rows, arena_printf(rows->arena, "%s%s", indent, line->label), line->param);
        else if (!noise || !folded) /* what is folded is said below the table */
            add_heading(rows, group_text(rows, line, folded, indent));
        at = diff_tree_next(tree, at, folded);
    }
}

static void add_list(struct rows *rows, const struct settings *settings)
{
    const struct diff_params *params = &rows->compare->params;
    for (size_t r = 0; r < params->count; r++)
        if (!params->rows[r].noise || settings->noise || settings->all)
            add_param(rows, params->rows[r].name, &params->rows[r]);
}

static void add_metrics(struct rows *rows, bool exact)
{
    const struct compare *compare = rows->compare;
    if (compare_warning(compare)) {
        add_cell(rows, "ground truth", false);
        for (size_t i = 0; i < compare->run_count; i++)
            add_cell(rows, compare->runs[i]->dataset_label, false);
    }
    for (size_t r = 0; r < compare->metrics.count; r++) {
        const struct diff_metric *row = &compare->metrics.rows[r];
        add_cell(rows, row->name, false);
        for (size_t i = 0; i < compare->run_count; i++)
            add_cell(rows, metric_text(rows->arena, compare, rows->deltas, row, i, exact), true);
    }
}

static void add_intervals_summary(
    const struct compare *compare, const struct deltas *deltas, struct buf *out)
{
    for (size_t i = 1; i < deltas->want.count; i++) {
        const struct deltas_row *row = &deltas->rows[i];
        for (size_t r = 0; r < compare->run_count; r++)
            if (compare->runs[r]->id == deltas->want.runs[i] && row->trouble[0])
                buf_printf(out, "no interval for run %zu: %s\n", r + 1, row->trouble);
    }
    if (deltas->want.count)
        buf_printf(out, "95 %% intervals of %d resamples of the images; \xe2\x89\x88 within noise\n",
            DELTAS_ALL);
    else
        buf_add_string(out, "no intervals: the first run and another one must have predictions\n");
}

static void add_summary(const struct settings *settings, const struct compare *compare,
    const struct deltas *deltas, struct buf *out)
{
    const char *warning = compare_warning(compare);
    buf_printf(out, "%zu parameters differ, ", compare_differ_count(compare));
    if (compare->tree.only_count)
        buf_printf(out, "%zu are in some runs only, ", compare->tree.only_count);
    buf_printf(out, "%zu are the same\n", compare->params.same_count);
    if (compare->noise_count && !settings->all && !settings->noise)
        buf_printf(out, "%zu more differ%s as names and paths do: --noise shows them\n",
            compare->noise_count, compare->noise_count == 1 ? "s" : "");
    if (warning)
        buf_printf(out, "%s\n", warning);
    if (deltas)
        add_intervals_summary(compare, deltas, out);
}

static bool diff_table(const struct settings *settings, struct arena *arena,
    const struct compare *compare, const struct deltas *deltas, enum print_format format,
    struct buf *out, struct err *err)
{
    size_t columns = compare->run_count + 1;
    size_t most = compare->tree.count + 1 + compare->metrics.count;
    const char **titles = ARENA_ARRAY(arena, const char *, columns);
    struct print_cell *cells = ARENA_ARRAY(arena, struct print_cell, most * columns);
    struct rows rows = {
        .arena = arena, .compare = compare, .deltas = deltas, .cells = cells, .next = cells};
    bool exact = format == PRINT_CSV || format == PRINT_TSV;
    if (!titles || !cells)
        return err_set(err, ERR_MEMORY, "out of memory");
    titles[0] = "name";
    for (size_t i = 0; i < compare->run_count; i++)
        titles[i + 1] = compare->runs[i]->shown;
    if (format == PRINT_TABLE)
        add_tree(&rows, settings);
    else
        add_list(&rows, settings);
    add_metrics(&rows, exact);
    if (rows.failed)
        return err_set(err, ERR_MEMORY, "out of memory");
    struct print_table table = {titles, columns, (size_t)(rows.next - cells) / columns, cells};
    print_table(&table, format, out);
    if (format == PRINT_TABLE)
        add_summary(settings, compare, deltas, out);
    return true;
}

static void keep_deltas(void *self, const struct deltas *so_far)
{
    *(struct deltas *)self = *so_far;
}

/* *OUT stays empty when no two runs have predictions. */
static bool make_deltas(const struct gathered *gathered, struct deltas *out, struct err *err)
{
    struct deltas_want want = deltas_want_of(gathered->chosen, gathered->count);
    *out = (struct deltas){0};
    return !want.count || deltas_make(&want, gathered->runs, &gathered->settings, NULL,
                              keep_deltas, out, err);
}

static bool print_diff(const struct settings *settings, struct gathered *gathered,
    enum print_format format, struct buf *out, struct err *err)
{
    struct compare compare;
    struct deltas deltas;
    const struct deltas *asked = settings->intervals ? &deltas : NULL;
    if (gathered->count > COMPARE_MOST_RUNS)
        return err_set(err, ERR_USAGE, "%zu runs are too many: at most %d", gathered->count,
            COMPARE_MOST_RUNS);
    if (!compare_runs(gathered->chosen, gathered->count, 0, settings->all, &gathered->arena,
            &compare, err) ||
        (asked && !make_deltas(gathered, &deltas, err)))
        return false;
    if (format != PRINT_JSON)
        return diff_table(settings, &gathered->arena, &compare, asked, format, out, err);
    diff_json(&compare, asked, out);
    return true;
}

/* Runs are named, or for a ranking all below the directory. */
static bool gather(const struct settings *settings, char **operands, struct gathered *gathered,
    struct err *err)
{
    if (settings->filter && !settings->importance)
        return err_set(err, ERR_USAGE, "--filter chooses the runs of --importance METRIC");
    if (!settings->importance)
        return gather_named(settings, operands, 2, gathered, err);
    return operands[0] ? gather_named(settings, operands, 1, gathered, err)
                       : gather_below(settings, operands, gathered, err);
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct gathered gathered = {0};
    struct buf out;
    enum print_format format;
    int status = EXIT_WRONG_USAGE;
    buf_init(&out, MOST_OUTPUT_BYTES);
    if (print_format_parse(settings->format, &format, &err)) {
        bool ok = gather(settings, operands, &gathered, &err) &&
                  (settings->importance
                          ? diff_importance(settings, &gathered, format, &out, &err)
                          : print_diff(settings, &gathered, format, &out, &err));
        if (ok && print_flush(&out, &err))
            status = EXIT_FINE;
        else if (err.code != ERR_USAGE)
            status = EXIT_UNREADABLE;
        gather_done(&gathered);
    }
    buf_done(&out);
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_diff = {
    .name = "diff",
    .operands = "RUN RUN... | --importance METRIC [RUN...]",
    .summary = "parameters that differ, metrics against the first run; which parameter mattered",
    .accepts = "index gt images format all noise intervals importance filter",
    .run = run,
};
