#include "app/diff_importance.h"

#include "app/runs_json.h"
#include "work/influence.h"

#include <math.h>
#include <stdio.h>

/* The chosen runs that match --filter, in the order of the table. */
static const struct run_row **matching(const struct settings *settings, struct gathered *gathered,
    size_t *count, struct err *err)
{
    const struct runs *runs = gathered->runs;
    struct arena *arena = &gathered->arena;
    const struct filter *filter =
        runs_parse_filter(runs, arena, settings->filter ? settings->filter : "", err);
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, runs->count + 1);
    bool *chosen = ARENA_ARRAY(arena, bool, runs->count + 1);
    const struct run_row **rows = ARENA_ARRAY(arena, const struct run_row *, runs->count + 1);
    struct run_column name = {.kind = RUN_COLUMN_NAME, .title = "run"};
    *count = 0;
    if (!filter)
        return NULL;
    if (!order || !chosen || !rows) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < gathered->count; i++)
        chosen[gathered->chosen[i] - runs->rows] = true;
    size_t matched = runs_order(runs, filter, &name, false, NULL, 0, order);
    for (size_t i = 0; i < matched; i++)
        if (chosen[order[i]])
            rows[(*count)++] = &runs->rows[order[i]];
    return rows;
}

static void write_number(struct json_writer *json, const char *key, double number)
{
    json_writer_key(json, key);
    if (isnan(number))
        json_writer_null(json);
    else
        json_writer_number(json, number);
}

static void write_row(struct json_writer *json, const struct importance_row *row)
{
    char trouble[64];
    influence_print_strength(row, trouble, sizeof trouble);
    json_writer_object(json);
    json_writer_key(json, "name");
    json_writer_string(json, row->name);
    json_writer_key(json, "kind");
    json_writer_string(json, row->numeric ? "number" : "category");
    json_writer_key(json, "n");
    json_writer_int(json, (int64_t)row->n);
    write_number(json, "rho", row->rho);
    write_number(json, "eta2", row->numeric ? NAN : row->share);
    write_number(json, "share", row->share);
    write_number(json, "p", row->p);
    json_writer_key(json, "trouble");
    json_writer_string(json, row->trouble ? trouble : NULL);
    json_writer_key(json, "goes_with");
    json_writer_string(json, row->twin);
    json_writer_key(json, "values");
    json_writer_array(json);
    for (size_t i = 0; i < row->value_count; i++) {
        json_writer_object(json);
        json_writer_key(json, "value");
        runs_json_param(json, row->values[i].value);
        json_writer_key(json, "runs");
        json_writer_int(json, (int64_t)row->values[i].count);
        write_number(json, "median", row->values[i].median);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
    json_writer_object_end(json);
}

static void write_json(const struct influence *influence, struct buf *out)
{
    const struct importance *importance = &influence->importance;
    struct json_writer json;
    json_writer_init(&json, out, true);
    json_writer_object(&json);
    json_writer_key(&json, "metric");
    json_writer_string(&json, influence->metric.title);
    json_writer_key(&json, "runs");
    json_writer_int(&json, (int64_t)influence->run_count);
    json_writer_key(&json, "runs_with_metric");
    json_writer_int(&json, (int64_t)importance->run_count);
    json_writer_key(&json, "tested");
    json_writer_int(&json, (int64_t)importance->tested);
    json_writer_key(&json, "permutations");
    json_writer_int(&json, importance->permutations);
    json_writer_key(&json, "params");
    json_writer_array(&json);
    for (size_t i = 0; i < importance->count; i++)
        write_row(&json, &importance->rows[i]);
    json_writer_array_end(&json);
    json_writer_object_end(&json);
    buf_add_char(out, '\n');
}

static const char *number_text(struct arena *arena, const char *format, double number, bool *ok)
{
    if (isnan(number))
        return NULL;
    char text[32];
    snprintf(text, sizeof text, format, number);
    const char *copy = arena_string(arena, text);
    *ok &= copy != NULL;
    return copy;
}

static bool print_rows(struct arena *arena, const struct influence *influence,
    enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {
        "parameter", "association", "share", "p", "n", "goes with", "median by value (runs)"};
    enum { COLUMNS = sizeof TITLES / sizeof *TITLES, TEXT_BYTES = 512 };
    const struct importance *importance = &influence->importance;
    struct print_cell *cells = ARENA_ARRAY(arena, struct print_cell, importance->count * COLUMNS + 1);
    bool ok = cells != NULL;
    for (size_t i = 0; ok && i < importance->count; i++) {
        const struct importance_row *row = &importance->rows[i];
        struct print_cell *cell = &cells[i * COLUMNS];
        char strength[64], values[TEXT_BYTES];
        influence_print_strength(row, strength, sizeof strength);
        influence_print_values(row, values, sizeof values);
        cell[0].text = row->name;
        cell[1].text = arena_string(arena, strength);
        cell[2] = (struct print_cell){number_text(arena, "%.3f", row->share, &ok), true};
        cell[3] = (struct print_cell){number_text(arena, "%.4f", row->p, &ok), true};
        cell[4] = (struct print_cell){arena_printf(arena, "%zu", row->n), true};
        cell[5].text = row->twin;
        cell[6].text = arena_string(arena, values);
        ok = ok && cell[1].text && cell[4].text && cell[6].text;
    }
    if (!ok)
        return err_set(err, ERR_MEMORY, "out of memory");
    struct print_table table = {TITLES, COLUMNS, importance->count, cells};
    print_table(&table, format, out);
    return true;
}

bool diff_importance(const struct settings *settings, struct gathered *gathered,
    enum print_format format, struct buf *out, struct err *err)
{
    struct influence influence;
    size_t count;
    const struct run_row **rows = matching(settings, gathered, &count, err);
    if (!rows || !influence_make(gathered->runs, rows, count, settings->importance,
                     &gathered->arena, &influence, err))
        return false;
    if (format == PRINT_JSON) {
        write_json(&influence, out);
        return true;
    }
    if (!print_rows(&gathered->arena, &influence, format, out, err))
        return false;
    char summary[512];
    influence_print_summary(&influence, summary, sizeof summary);
    if (format == PRINT_TABLE)
        buf_printf(out, "%s\nan association is no cause; share: of the variance of ranks\n",
            summary);
    return true;
}
