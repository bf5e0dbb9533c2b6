/*
 * `boxtop tradeoff`: two columns against each other, and which runs no other beats in both.
 * Knows: the trade-off of work/tradeoff.h. Must not know: how it is found.
 */
#include "app/gather.h"
#include "app/print.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "work/tradeoff.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 5, MOST_OUTPUT_BYTES = 1 << 30 };

static const char *standing_name(enum tradeoff_standing standing)
{
    static const char *const NAMES[] = {[TRADEOFF_FRONT] = "front",
        [TRADEOFF_DOMINATED] = "dominated",
        [TRADEOFF_RULED_OUT] = "ruled out",
        [TRADEOFF_FOREIGN] = "other ground truth"};
    return NAMES[standing];
}

static const struct run_row *dominator(
    const struct tradeoff *tradeoff, const struct tradeoff_point *point)
{
    return point->standing == TRADEOFF_DOMINATED ? tradeoff->points[point->dominator].run : NULL;
}

/* Index of the I-th row: the front, the best x first, then the others as x ascends. */
static size_t row_at(const struct tradeoff *tradeoff, const size_t *others, size_t i)
{
    return i < tradeoff->front_count ? tradeoff->front[i] : others[i - tradeoff->front_count];
}

static size_t *list_others(const struct tradeoff *tradeoff, struct arena *arena)
{
    size_t *others = ARENA_ARRAY(arena, size_t, tradeoff->count + 1);
    size_t count = 0;
    for (size_t i = 0; others && i < tradeoff->count; i++)
        if (tradeoff->points[i].standing != TRADEOFF_FRONT)
            others[count++] = i;
    return others;
}

static void axis_json(
    struct json_writer *json, const char *key, const struct tradeoff_axis *axis, size_t without)
{
    json_writer_key(json, key);
    json_writer_object(json);
    json_writer_key(json, "column");
    json_writer_string(json, axis->column.title);
    json_writer_key(json, "better");
    json_writer_string(json, axis->higher ? "higher" : "lower");
    json_writer_key(json, "runs_without");
    json_writer_int(json, (int64_t)without);
    json_writer_object_end(json);
}

static void point_json(
    struct json_writer *json, const struct tradeoff *tradeoff, const struct tradeoff_point *point)
{
    const struct run_row *by = dominator(tradeoff, point);
    json_writer_object(json);
    json_writer_key(json, "run");
    json_writer_string(json, point->run->name);
    json_writer_key(json, "x");
    json_writer_number(json, point->x);
    json_writer_key(json, "y");
    json_writer_number(json, point->y);
    json_writer_key(json, "standing");
    json_writer_string(json, standing_name(point->standing));
    json_writer_key(json, "dominated_by");
    json_writer_string(json, by ? by->name : NULL);
    json_writer_object_end(json);
}

static void print_json(const struct tradeoff *tradeoff, const size_t *others, struct buf *out)
{
    struct json_writer json;
    json_writer_init(&json, out, true);
    json_writer_object(&json);
    axis_json(&json, "x", &tradeoff->x, tradeoff->without_x);
    axis_json(&json, "y", &tradeoff->y, tradeoff->without_y);
    json_writer_key(&json, "front");
    json_writer_array(&json);
    for (size_t i = 0; i < tradeoff->front_count; i++)
        json_writer_string(&json, tradeoff->points[tradeoff->front[i]].run->name);
    json_writer_array_end(&json);
    json_writer_key(&json, "runs");
    json_writer_array(&json);
    for (size_t i = 0; i < tradeoff->count; i++)
        point_json(&json, tradeoff, &tradeoff->points[row_at(tradeoff, others, i)]);
    json_writer_array_end(&json);
    json_writer_key(&json, "without");
    json_writer_array(&json);
    for (size_t i = 0; i < tradeoff->without_count; i++)
        json_writer_string(&json, tradeoff->without[i]->name);
    json_writer_array_end(&json);
    json_writer_object_end(&json);
    buf_add_char(out, '\n');
}

/* For people as the runs table has it; for machines with every digit. */
static const char *value_text(const struct tradeoff_axis *axis, double value,
    enum print_format format, struct arena *arena)
{
    char text[64];
    if (format == PRINT_TABLE || format == PRINT_MARKDOWN)
        tradeoff_print_value(axis, value, text, sizeof text);
    else
        num_print(value, text, sizeof text);
    return arena_string(arena, text);
}

static void print_notes(const struct tradeoff *tradeoff, struct buf *out)
{
    char sentence[256];
    tradeoff_print_without(tradeoff, sentence, sizeof sentence);
    if (sentence[0])
        buf_printf(out, "%s\n", sentence);
    tradeoff_print_foreign(tradeoff, sentence, sizeof sentence);
    if (sentence[0])
        buf_printf(out, "%s\n", sentence);
}

static bool print_rows(const struct tradeoff *tradeoff, const size_t *others,
    enum print_format format, struct arena *arena, struct buf *out, struct err *err)
{
    const char *const titles[COLUMNS] = {"run", tradeoff->y.column.title,
        tradeoff->x.column.title, "standing", "dominated by"};
    struct print_cell *cells = ARENA_ARRAY(arena, struct print_cell, tradeoff->count * COLUMNS + 1);
    if (!cells)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < tradeoff->count; i++) {
        const struct tradeoff_point *point = &tradeoff->points[row_at(tradeoff, others, i)];
        const struct run_row *by = dominator(tradeoff, point);
        struct print_cell *row = &cells[i * COLUMNS];
        row[0].text = point->run->name;
        row[1] = (struct print_cell){value_text(&tradeoff->y, point->y, format, arena), true};
        row[2] = (struct print_cell){value_text(&tradeoff->x, point->x, format, arena), true};
        row[3].text = standing_name(point->standing);
        row[4].text = by ? by->name : NULL;
    }
    struct print_table table = {titles, COLUMNS, tradeoff->count, cells};
    print_table(&table, format, out);
    if (format == PRINT_TABLE)
        print_notes(tradeoff, out);
    return true;
}

static bool find(const struct settings *settings, struct gathered *gathered,
    struct tradeoff *tradeoff, struct err *err)
{
    struct arena *arena = &gathered->arena;
    const struct runs *runs = gathered->runs;
    const char *x_name = settings->x_column ? settings->x_column : tradeoff_usual_x(runs);
    const char *y_name = settings->y_column ? settings->y_column : tradeoff_usual_y(runs);
    struct tradeoff_axis x, y;
    double now_s = clock_wall_s();
    const struct filter *filter =
        runs_parse_filter(runs, arena, settings->filter ? settings->filter : "", err);
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, runs->count + 1);
    if (!filter)
        return false;
    if (!order)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!tradeoff_parse_axis(runs, arena, x_name, false, &x, err) ||
        !tradeoff_parse_axis(runs, arena, y_name, true, &y, err))
        return false;
    size_t count = runs_order(runs, filter, NULL, false, NULL, now_s, order);
    return tradeoff_find(runs, order, count, &x, &y, NULL, NULL, now_s, arena, tradeoff, err);
}

static bool print(const struct tradeoff *tradeoff, enum print_format format, struct arena *arena,
    struct buf *out, struct err *err)
{
    size_t *others = list_others(tradeoff, arena);
    if (!others)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (format != PRINT_JSON)
        return print_rows(tradeoff, others, format, arena, out, err);
    print_json(tradeoff, others, out);
    return true;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct gathered gathered = {0};
    struct tradeoff tradeoff;
    enum print_format format;
    int status = EXIT_WRONG_USAGE;
    struct buf out;
    buf_init(&out, MOST_OUTPUT_BYTES);
    if (print_format_parse(settings->format, &format, &err)) {
        bool done = gather_below(settings, operands, &gathered, &err) &&
                    find(settings, &gathered, &tradeoff, &err) &&
                    print(&tradeoff, format, &gathered.arena, &out, &err) &&
                    print_flush(&out, &err);
        status = done ? EXIT_FINE : err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
        gather_done(&gathered);
    }
    buf_done(&out);
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_tradeoff = {
    .name = "tradeoff",
    .operands = "[PATH...]",
    .summary = "two columns against each other, and the runs that no other beats in both",
    .accepts = "index gt images format x y filter rebuild",
    .run = run,
};
