/*
 * `boxtop show`: everything known of a run.
 * Knows: one row of the runs table. Must not know: screens.
 */
#include "app/gather.h"
#include "app/print.h"
#include "app/runs_json.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_OUTPUT_BYTES = 256 << 20 };

static void add_harmless(struct buf *out, const char *text)
{
    char shown[4096];
    text_harmless(shown, sizeof shown, text, strlen(text));
    buf_add_string(out, shown);
}

static void add_line(struct buf *out, const char *label, const char *text)
{
    buf_printf(out, "  %-10s ", label);
    add_harmless(out, text);
    buf_add_char(out, '\n');
}

static void show_head(const struct run_row *run, struct buf *out)
{
    char when[32], text[2048];
    add_harmless(out, run->name);
    buf_add_char(out, '\n');
    add_line(out, "directory", run->directory);
    add_line(out, "format", run->format);
    add_line(out, "status", run_status_name(run->status));
    clock_iso(run->started_s, when, sizeof when);
    if (when[0])
        add_line(out, "started", when);
    for (size_t i = 0; i < run->note_count; i++) {
        note_print(&run->notes[i], text, sizeof text);
        add_line(out, "note", text);
    }
    for (size_t i = 0; i < run->artifact_count; i++) {
        static const char *const KINDS[] = {"predicts", "truth", "images", "picture"};
        add_line(out, KINDS[run->artifacts[i].kind], run->artifacts[i].path);
    }
}

static bool show_params(struct arena *arena, const struct run_row *run, struct buf *out)
{
    static const char *const TITLES[] = {"parameter", "value"};
    struct print_cell *cells = ARENA_ARRAY(arena, struct print_cell, run->param_count * 2 + 1);
    if (!cells)
        return false;
    for (size_t i = 0; i < run->param_count; i++) {
        cells[i * 2].text = run->params[i].name;
        cells[i * 2 + 1].text = run->params[i].text;
    }
    struct print_table table = {TITLES, 2, run->param_count, cells};
    if (run->param_count) {
        buf_add_char(out, '\n');
        print_table(&table, PRINT_TABLE, out);
    }
    return true;
}

static const char *number_text(struct arena *arena, double value)
{
    char text[40];
    num_print_short(value, 7, text, sizeof text);
    return isnan(value) ? NULL : arena_string(arena, text);
}

static bool show_metrics(struct arena *arena, const struct run_row *run, struct buf *out)
{
    static const char *const TITLES[] = {
        "metric", "role", "points", "first", "last", "@", "min", "@", "max", "@", "not finite"};
    enum { COLUMNS = sizeof TITLES / sizeof *TITLES };
    struct print_cell *cells =
        ARENA_ARRAY(arena, struct print_cell, run->metric_count * COLUMNS + 1);
    if (!cells)
        return false;
    for (size_t i = 0; i < run->metric_count; i++) {
        const struct metric_summary *s = &run->metrics[i].summary;
        struct print_cell *row = &cells[i * COLUMNS];
        bool finite = !isnan(s->min);
        for (size_t c = 2; c < COLUMNS; c++)
            row[c].is_number = true;
        row[0].text = run->metrics[i].name;
        row[1].text = role_info(run->metrics[i].role)->name;
        row[2].text = arena_printf(arena, "%lld", (long long)s->count);
        row[3].text = number_text(arena, s->first);
        row[4].text = isnan(s->last) ? "NaN" : number_text(arena, s->last);
        row[5].text = arena_printf(arena, "%lld", (long long)s->last_step);
        row[6].text = number_text(arena, s->min);
        row[7].text = finite ? arena_printf(arena, "%lld", (long long)s->min_step) : NULL;
        row[8].text = number_text(arena, s->max);
        row[9].text = finite ? arena_printf(arena, "%lld", (long long)s->max_step) : NULL;
        row[10].text = s->nonfinite ? arena_printf(arena, "%lld", (long long)s->nonfinite) : NULL;
    }
    struct print_table table = {TITLES, COLUMNS, run->metric_count, cells};
    if (run->metric_count) {
        buf_add_char(out, '\n');
        print_table(&table, PRINT_TABLE, out);
    }
    return true;
}

static bool print_runs(struct gathered *gathered, enum print_format format, struct err *err)
{
    struct buf out;
    buf_init(&out, MOST_OUTPUT_BYTES);
    bool ok = true;
    struct json_writer json;
    json_writer_init(&json, &out, true);
    if (format == PRINT_JSON)
        json_writer_array(&json);
    for (size_t i = 0; i < gathered->count && ok; i++) {
        const struct run_row *run = gathered->chosen[i];
        if (format == PRINT_JSON) {
            runs_json_run(&json, run);
            continue;
        }
        if (i)
            buf_add_char(&out, '\n');
        show_head(run, &out);
        ok = (show_params(&gathered->arena, run, &out) &&
                 show_metrics(&gathered->arena, run, &out)) ||
             err_set(err, ERR_MEMORY, "out of memory");
    }
    if (format == PRINT_JSON) {
        json_writer_array_end(&json);
        buf_add_char(&out, '\n');
    }
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
    if (!print_format_parse(settings->format, &format, &err))
        ;
    else if (format != PRINT_TABLE && format != PRINT_JSON)
        err_set(&err, ERR_USAGE, "boxtop show prints a table or --format json");
    else {
        if (gather_named(settings, operands, 1, &gathered, &err) &&
            print_runs(&gathered, format, &err))
            status = EXIT_FINE;
        else if (err.code != ERR_USAGE)
            status = EXIT_UNREADABLE;
        gather_done(&gathered);
    }
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_show = {
    .name = "show",
    .operands = "RUN...",
    .summary = "everything known of a run: parameters, metrics, notes",
    .accepts = "index gt images format",
    .run = run,
};
