/*
 * `boxtop index`: builds or refreshes the index; verifies it; says where it is.
 * Knows: the index, and what a scan says of every file. Must not know: what a table holds, screens.
 */
#include "app/gather.h"
#include "app/print.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "work/explain.h"

#include <stdio.h>
#include <string.h>

enum { MOST_OUTPUT_BYTES = 256 << 20 };

static int print_where(const struct settings *settings, char **operands, struct err *err)
{
    static const char *const HERE[] = {"."};
    struct arena arena = {0};
    struct index_settings index = {.roots = HERE, .root_count = 1};
    size_t count = 0;
    while (operands[count])
        count++;
    if (count) {
        index.roots = (const char *const *)operands;
        index.root_count = count;
    }
    const char *path = index_path(&arena, &index, settings->index, err);
    if (path)
        printf("%s\n", path);
    arena_done(&arena);
    return path ? EXIT_FINE : EXIT_UNREADABLE;
}

/* ---- --explain ---- */

static void explain_json(const struct explain *explain, struct json_writer *json)
{
    for (size_t i = 0; i < explain->count; i++) {
        const struct explain_row *row = &explain->rows[i];
        json_writer_object(json);
        json_writer_key(json, "directory");
        json_writer_string(json, row->directory);
        json_writer_key(json, "file");
        json_writer_string(json, row->file);
        json_writer_key(json, "part");
        json_writer_string(json, row->part);
        json_writer_key(json, "verdict");
        json_writer_string(json, explain_verdict_name(row->verdict));
        json_writer_key(json, "reader");
        json_writer_string(json, row->reader);
        json_writer_key(json, "reason");
        json_writer_string(json, row->reason);
        json_writer_key(json, "files");
        json_writer_int(json, (int64_t)row->count);
        json_writer_object_end(json);
    }
}

static bool explain_table(
    struct explain *explain, enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {
        "directory", "file", "part", "verdict", "reader", "reason", "files"};
    enum { COLUMNS = sizeof TITLES / sizeof *TITLES };
    struct print_cell *cells =
        ARENA_ARRAY(&explain->arena, struct print_cell, explain->count * COLUMNS + 1);
    if (!cells)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < explain->count; i++) {
        const struct explain_row *row = &explain->rows[i];
        const char *const texts[COLUMNS] = {row->directory, row->file, row->part,
            explain_verdict_name(row->verdict), row->reader, row->reason,
            arena_printf(&explain->arena, "%zu", row->count)};
        for (int c = 0; c < COLUMNS; c++)
            cells[i * COLUMNS + (size_t)c] = (struct print_cell){texts[c], c == COLUMNS - 1};
    }
    struct print_table table = {TITLES, COLUMNS, explain->count, cells};
    print_table(&table, format, out);
    return true;
}

static bool print_explained(
    const char *root, enum print_format format, struct json_writer *json, struct err *err)
{
    struct explain explain;
    bool ok = explain_root(root, &explain, err);
    if (ok && format == PRINT_JSON)
        explain_json(&explain, json);
    else if (ok)
        ok = explain_table(&explain, format, json->out, err);
    explain_done(&explain);
    return ok;
}

/* Needs no index and touches none. */
static int explain(const struct settings *settings, char **operands, struct err *err)
{
    static char here[] = ".";
    char *const only[] = {here, NULL};
    enum print_format format;
    struct buf out;
    struct json_writer json;
    if (!print_format_parse(settings->format, &format, err))
        return EXIT_WRONG_USAGE;
    buf_init(&out, MOST_OUTPUT_BYTES);
    json_writer_init(&json, &out, true);
    if (format == PRINT_JSON)
        json_writer_array(&json);
    bool ok = true;
    for (char *const *root = operands[0] ? operands : only; ok && *root; root++)
        ok = print_explained(*root, format, &json, err);
    if (format == PRINT_JSON) {
        json_writer_array_end(&json);
        buf_add_char(&out, '\n');
    }
    ok = ok && print_flush(&out, err);
    buf_done(&out);
    return ok ? EXIT_FINE : EXIT_UNREADABLE;
}

/* ---- the index ---- */

static size_t print_notes(const struct runs *runs)
{
    size_t count = 0;
    for (size_t i = 0; i < runs->count; i++)
        for (size_t n = 0; n < runs->rows[i].note_count; n++, count++) {
            char text[2048], name[1024], shown[4096];
            note_print(&runs->rows[i].notes[n], text, sizeof text);
            text_harmless(name, sizeof name, runs->rows[i].name, strlen(runs->rows[i].name));
            text_harmless(shown, sizeof shown, text, strlen(text));
            printf("%s: %s\n", name, shown);
        }
    return count;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    if (settings->where) {
        int status = print_where(settings, operands, &err);
        if (err.code)
            say_error(&err);
        return status;
    }
    if (settings->explain) {
        int status = explain(settings, operands, &err);
        if (err.code)
            say_error(&err);
        return status;
    }
    struct gathered gathered;
    int status = EXIT_UNREADABLE;
    if (gather_below(settings, operands, &gathered, &err)) {
        size_t notes = settings->check ? print_notes(gathered.runs) : 0;
        size_t points = 0;
        for (size_t i = 0; i < gathered.runs->count; i++)
            for (size_t m = 0; m < gathered.runs->rows[i].metric_count; m++)
                points += (size_t)gathered.runs->rows[i].metrics[m].extent->count;
        if (!settings->check || store_check(gathered.store, &err)) {
            status = EXIT_FINE;
            printf("%zu runs, %zu points indexed%s", gathered.runs->count, points,
                settings->check ? ", index sound" : "");
            if (settings->check)
                printf(", %zu notes on damage", notes);
            printf("\n");
        }
    }
    gather_done(&gathered);
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_index = {
    .name = "index",
    .operands = "[PATH...]",
    .summary = "build or refresh the index of the runs below PATH",
    .accepts = "index gt images format check explain rebuild where",
    .run = run,
};
