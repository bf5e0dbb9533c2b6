/*
 * `boxtop diff`: what differs between runs, and what it did to the metrics.
 * Knows: the comparison. Must not know: how it is computed.
 */
#include "app/gather.h"
#include "app/print.h"
#include "app/runs_json.h"
#include "base/num.h"
#include "work/compare.h"

#include <math.h>
#include <string.h>

enum { MOST_OUTPUT_BYTES = 256 << 20 };

static const char *better_word(enum better better)
{
    return better == BETTER_HIGHER ? "higher" : better == BETTER_LOWER ? "lower" : NULL;
}

static void diff_json(const struct compare *compare, struct buf *out)
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
        json_writer_object_end(&json);
    }
    json_writer_array_end(&json);
    json_writer_object_end(&json);
    buf_add_char(out, '\n');
}

static const char *metric_text(struct arena *arena, const struct compare *compare,
    const struct diff_metric *row, size_t run, bool exact)
{
    char number[40], delta[40] = "";
    if (!row->values[run])
        return NULL;
    if (row->values[run]->undefined)
        return "undefined";
    if (exact)
        num_print(row->values[run]->value, number, sizeof number);
    else
        num_print_short(row->values[run]->value, 4, number, sizeof number);
    if (!exact && run != compare->baseline && !isnan(row->deltas[run]))
        num_print_short(row->deltas[run], 3, delta, sizeof delta);
    const char *sign = delta[0] && delta[0] != '-' ? "+" : "";
    return arena_printf(arena, "%s%s%s%s%s", number, delta[0] ? " (" : "", delta[0] ? sign : "",
        delta, delta[0] ? ")" : "");
}

static bool diff_table(struct arena *arena, const struct compare *compare, enum print_format format,
    struct buf *out, struct err *err)
{
    const char *warning = compare_warning(compare);
    size_t columns = compare->run_count + 1;
    size_t rows = compare->params.count + (warning ? 1 : 0) + compare->metrics.count;
    const char **titles = ARENA_ARRAY(arena, const char *, columns);
    struct print_cell *cells = ARENA_ARRAY(arena, struct print_cell, rows * columns + 1);
    if (!titles || !cells)
        return err_set(err, ERR_MEMORY, "out of memory");
    bool exact = format == PRINT_CSV || format == PRINT_TSV;
    titles[0] = "name";
    for (size_t i = 0; i < compare->run_count; i++)
        titles[i + 1] = compare->runs[i]->shown;
    struct print_cell *cell = cells;
    for (size_t r = 0; r < compare->params.count; r++) {
        const struct diff_param *row = &compare->params.rows[r];
        *cell++ = (struct print_cell){row->name, false};
        for (size_t i = 0; i < compare->run_count; i++)
            *cell++ = (struct print_cell){row->values[i] ? row->values[i]->text : NULL, false};
    }
    if (warning) {
        *cell++ = (struct print_cell){"ground truth", false};
        for (size_t i = 0; i < compare->run_count; i++)
            *cell++ = (struct print_cell){compare->runs[i]->dataset_label, false};
    }
    for (size_t r = 0; r < compare->metrics.count; r++) {
        const struct diff_metric *row = &compare->metrics.rows[r];
        *cell++ = (struct print_cell){row->name, false};
        for (size_t i = 0; i < compare->run_count; i++)
            *cell++ = (struct print_cell){metric_text(arena, compare, row, i, exact), true};
    }
    struct print_table table = {titles, columns, rows, cells};
    print_table(&table, format, out);
    if (format == PRINT_TABLE)
        buf_printf(out, "%zu parameters differ, %zu are the same\n", compare->params.count,
            compare->params.same_count);
    if (format == PRINT_TABLE && warning)
        buf_printf(out, "%s\n", warning);
    return true;
}

static bool print_diff(const struct settings *settings, struct gathered *gathered,
    enum print_format format, struct err *err)
{
    struct compare compare;
    struct buf out;
    buf_init(&out, MOST_OUTPUT_BYTES);
    if (gathered->count > COMPARE_MOST_RUNS)
        return err_set(err, ERR_USAGE, "%zu runs are too many: at most %d", gathered->count,
            COMPARE_MOST_RUNS);
    bool ok = compare_runs(
        gathered->chosen, gathered->count, 0, settings->all, &gathered->arena, &compare, err);
    if (ok && format == PRINT_JSON)
        diff_json(&compare, &out);
    else if (ok)
        ok = diff_table(&gathered->arena, &compare, format, &out, err);
    ok = ok && print_flush(&out, err);
    buf_done(&out);
    return ok;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct gathered gathered = {0};
    enum print_format format;
    int status = EXIT_WRONG_USAGE;
    if (print_format_parse(settings->format, &format, &err)) {
        if (gather_named(settings, operands, 2, &gathered, &err) &&
            print_diff(settings, &gathered, format, &err))
            status = EXIT_FINE;
        else if (err.code != ERR_USAGE)
            status = EXIT_UNREADABLE;
        gather_done(&gathered);
    }
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_diff = {
    .name = "diff",
    .operands = "RUN RUN...",
    .summary = "parameters that differ, metrics against the first run",
    .accepts = "index gt images format all",
    .run = run,
};
