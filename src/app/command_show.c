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

/* What the index holds of a run beside its row. */
struct more {
    struct store_file *files;
    struct store_artifact *artifacts;
    size_t file_count, artifact_count;
};

static bool load_more(struct gathered *gathered, int64_t id, struct more *more, struct err *err)
{
    return store_load_files(
               gathered->store, id, &gathered->arena, &more->files, &more->file_count, err) &&
           store_load_artifacts(
               gathered->store, id, &gathered->arena, &more->artifacts, &more->artifact_count, err);
}

static const char *kind_name(enum artifact_kind kind)
{
    static const char *const KINDS[] = {[ARTIFACT_PREDICTIONS] = "predicts",
        [ARTIFACT_GROUND_TRUTH] = "truth",
        [ARTIFACT_IMAGES] = "images",
        [ARTIFACT_PICTURE] = "picture",
        [ARTIFACT_WATCHED] = "watched"};
    return KINDS[kind];
}

static bool is_listed(const struct more *more, const char *path)
{
    for (size_t i = 0; i < more->artifact_count; i++)
        if (strcmp(more->artifacts[i].artifact.path, path) == 0)
            return true;
    return false;
}

static bool show_more(struct gathered *gathered, int64_t id, struct buf *out, struct err *err)
{
    struct arena *arena = &gathered->arena;
    struct more more;
    if (!load_more(gathered, id, &more, err))
        return false;
    for (size_t i = 0; i < more.file_count; i++) {
        const struct store_file *file = &more.files[i];
        if (is_listed(&more, file->name))
            continue; /* among what it predicts, below */
        const char *line = arena_printf(arena, "%s  (%s, %lld bytes)", file->name, file->reader,
            (long long)(file->size_bytes > 0 ? file->size_bytes : 0));
        add_line(out, "file", line ? line : file->name);
    }
    for (size_t i = 0; i < more.artifact_count; i++) {
        const struct artifact *artifact = &more.artifacts[i].artifact;
        const char *line = artifact->step < 0 ? artifact->path
                                              : arena_printf(arena, "%s  (step %lld)",
                                                    artifact->path, (long long)artifact->step);
        add_line(out, kind_name(artifact->kind), line ? line : artifact->path);
    }
    return true;
}

static bool show_head(
    struct gathered *gathered, const struct run_row *run, struct buf *out, struct err *err)
{
    char when[32], text[2048];
    add_harmless(out, run->name);
    buf_add_char(out, '\n');
    if (run->title)
        add_line(out, "title", run->title);
    if (run->label_id)
        add_line(out, "id", run->label_id);
    add_line(out, "directory", run->directory);
    add_line(out, "format", run->format);
    run_status_print(run, text, sizeof text);
    add_line(out, "status", text);
    clock_iso(run->started_s, when, sizeof when);
    if (when[0])
        add_line(out, "started", when);
    static const struct run_column DURATION = {.kind = RUN_COLUMN_DURATION};
    struct run_value lasted = run_value(run, &DURATION, NULL, 0);
    run_value_print(&lasted, &DURATION, text, sizeof text);
    if (text[0])
        add_line(out, "duration", text);
    if (run->tags)
        add_line(out, "tags", run->tags);
    if (run->note)
        add_line(out, "remark", run->note);
    for (size_t i = 0; i < run->note_count; i++) {
        note_print(&run->notes[i], text, sizeof text);
        add_line(out, "note", text);
    }
    bool ok = show_more(gathered, run->id, out, err);
    for (size_t i = 0; ok && i < run->absorbed_count; i++) {
        const struct run_absorbed *absorbed = &run->absorbed[i];
        snprintf(text, sizeof text, "%s  (%s: %s)", absorbed->directory, absorbed->format,
            absorbed->why);
        add_line(out, "also in", text);
        ok = show_more(gathered, absorbed->id, out, err);
    }
    return ok;
}

static void write_more(struct json_writer *json, const struct more *more)
{
    json_writer_key(json, "files");
    json_writer_array(json);
    for (size_t i = 0; i < more->file_count; i++) {
        json_writer_object(json);
        json_writer_key(json, "name");
        json_writer_string(json, more->files[i].name);
        json_writer_key(json, "reader");
        json_writer_string(json, more->files[i].reader);
        json_writer_key(json, "bytes");
        json_writer_int(json, more->files[i].size_bytes);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_key(json, "artifacts");
    json_writer_array(json);
    for (size_t i = 0; i < more->artifact_count; i++) {
        const struct artifact *artifact = &more->artifacts[i].artifact;
        json_writer_object(json);
        json_writer_key(json, "kind");
        json_writer_string(json, kind_name(artifact->kind));
        json_writer_key(json, "step");
        if (artifact->step < 0)
            json_writer_null(json);
        else
            json_writer_int(json, artifact->step);
        json_writer_key(json, "path");
        json_writer_string(json, artifact->path);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

static bool show_json(
    struct gathered *gathered, const struct run_row *run, struct json_writer *json, struct err *err)
{
    struct more more;
    if (!load_more(gathered, run->id, &more, err))
        return false;
    json_writer_object(json);
    runs_json_members(json, run);
    write_more(json, &more);
    json_writer_object_end(json);
    return true;
}

/* The quantity that PARAM is compared as, when that is not its own name. */
static const char *compared_as(const struct run_row *run, const struct param *param)
{
    for (size_t i = 0; i < run->setting_count; i++) {
        const struct run_setting *setting = &run->settings[i];
        if (setting->param == param && !setting->is_own &&
            strcmp(setting->quantity, param->name) != 0)
            return setting->quantity;
    }
    return NULL;
}

static bool show_params(struct arena *arena, const struct run_row *run, struct buf *out)
{
    static const char *const TITLES[] = {"parameter", "value", "compared as"};
    enum { COLUMNS = sizeof TITLES / sizeof *TITLES };
    struct print_cell *cells =
        ARENA_ARRAY(arena, struct print_cell, run->param_count * COLUMNS + 1);
    if (!cells)
        return false;
    for (size_t i = 0; i < run->param_count; i++) {
        cells[i * COLUMNS].text = run->params[i].name;
        cells[i * COLUMNS + 1].text = run->params[i].text;
        cells[i * COLUMNS + 2].text = compared_as(run, &run->params[i]);
    }
    struct print_table table = {TITLES, COLUMNS, run->param_count, cells};
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
    static const char *const TITLES[] = {"metric", "role", "points", "first", "last", "@", "min",
        "@", "max", "@", "segments", "not finite"};
    enum { COLUMNS = sizeof TITLES / sizeof *TITLES };
    struct print_cell *cells =
        ARENA_ARRAY(arena, struct print_cell, run->metric_count * COLUMNS + 1);
    if (!cells)
        return false;
    for (size_t i = 0; i < run->metric_count; i++) {
        const struct metric_summary summary = run_metric_summary(&run->metrics[i]), *s = &summary;
        const struct run_metric_kind *kind = run->metrics[i].kind;
        struct print_cell *row = &cells[i * COLUMNS];
        bool finite = !isnan(s->min);
        for (size_t c = 2; c < COLUMNS; c++)
            row[c].is_number = true;
        row[0].text = kind->name;
        row[1].text = role_info(kind->role)->name;
        row[2].text = arena_printf(arena, "%lld", (long long)s->count);
        row[3].text = number_text(arena, s->first);
        row[4].text = isnan(s->last) ? "NaN" : number_text(arena, s->last);
        row[5].text = arena_printf(arena, "%lld", (long long)s->last_step);
        row[6].text = number_text(arena, s->min);
        row[7].text = finite ? arena_printf(arena, "%lld", (long long)s->min_step) : NULL;
        row[8].text = number_text(arena, s->max);
        row[9].text = finite ? arena_printf(arena, "%lld", (long long)s->max_step) : NULL;
        row[10].text = s->segments > 1 ? arena_printf(arena, "%lld", (long long)s->segments) : NULL;
        row[11].text = s->nonfinite ? arena_printf(arena, "%lld", (long long)s->nonfinite) : NULL;
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
            ok = show_json(gathered, run, &json, err);
            continue;
        }
        if (i)
            buf_add_char(&out, '\n');
        if (!show_head(gathered, run, &out, err)) {
            ok = false;
            break;
        }
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
