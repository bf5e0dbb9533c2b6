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

/* A table that grows by rows of run_count + 1 cells. */
struct rows {
    struct arena *arena;
    const struct compare *compare;
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
            add_cell(rows, metric_text(rows->arena, compare, row, i, exact), true);
    }
}

static void add_summary(
    const struct settings *settings, const struct compare *compare, struct buf *out)
{
    const char *warning = compare_warning(compare);
    buf_printf(out, "%zu parameters differ, %zu are the same\n",
        compare->params.differ_count - compare->noise_count, compare->params.same_count);
    if (compare->noise_count && !settings->all && !settings->noise)
        buf_printf(out, "%zu more differ%s as names and paths do: --noise shows them\n",
            compare->noise_count, compare->noise_count == 1 ? "s" : "");
    if (warning)
        buf_printf(out, "%s\n", warning);
}

static bool diff_table(const struct settings *settings, struct arena *arena,
    const struct compare *compare, enum print_format format, struct buf *out, struct err *err)
{
    size_t columns = compare->run_count + 1;
    size_t most = compare->tree.count + 1 + compare->metrics.count;
    const char **titles = ARENA_ARRAY(arena, const char *, columns);
    struct print_cell *cells = ARENA_ARRAY(arena, struct print_cell, most * columns);
    struct rows rows = {.arena = arena, .compare = compare, .cells = cells, .next = cells};
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
        add_summary(settings, compare, out);
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
        ok = diff_table(settings, &gathered->arena, &compare, format, &out, err);
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
    .accepts = "index gt images format all noise",
    .run = run,
};
