/*
 * `boxtop sql`: one SELECT over the runs below some paths.
 * Knows: operands, cells of an answer. Must not know: what the tables hold, SQLite.
 */
#include "app/gather.h"
#include "app/print.h"
#include "base/num.h"
#include "work/query.h"

#include <stdio.h>
#include <string.h>

enum { MOST_OUTPUT_BYTES = 1 << 30, SHOWN_DIGITS = 6 };

/* For people few digits, for machines all. */
static struct print_cell make_cell(
    struct arena *arena, const struct sql_value *value, enum print_format format)
{
    bool for_people = format == PRINT_TABLE || format == PRINT_MARKDOWN;
    char number[48];
    switch (value->kind) {
    case SQL_NULL:
        return (struct print_cell){0};
    case SQL_INTEGER:
        snprintf(number, sizeof number, "%lld", (long long)value->integer);
        break;
    case SQL_REAL:
        if (for_people)
            num_print_short(value->real, SHOWN_DIGITS, number, sizeof number);
        else
            num_print(value->real, number, sizeof number);
        break;
    default:
        return (struct print_cell){.text = value->text};
    }
    return (struct print_cell){arena_string(arena, number), true, false};
}

static bool print_answer(const struct sql_answer *answer, enum print_format format,
    struct arena *arena, struct err *err)
{
    size_t count = answer->rows * answer->columns;
    struct print_cell *cells = ARENA_ARRAY(arena, struct print_cell, count + 1);
    if (!cells)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++)
        cells[i] = make_cell(arena, &answer->cells[i], format);
    struct print_table table = {answer->titles, answer->columns, answer->rows, cells};
    struct buf out;
    buf_init(&out, MOST_OUTPUT_BYTES);
    print_table(&table, format, &out);
    bool ok = print_flush(&out, err);
    buf_done(&out);
    return ok;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct gathered gathered = {0};
    struct arena arena = {0};
    struct sql_answer answer;
    enum print_format format;
    bool ok = operands[0] || err_set(&err, ERR_USAGE, "what is asked? boxtop sql 'SELECT ...' [PATH...]");
    ok = ok && print_format_parse(settings->format, &format, &err) &&
         gather_below(settings, operands + 1, &gathered, &err) &&
         query_runs(gathered.store, gathered.runs, operands[0], NULL, &arena, &answer, &err) &&
         print_answer(&answer, format, &arena, &err);
    gather_done(&gathered);
    arena_done(&arena);
    if (ok)
        return EXIT_FINE;
    say_error(&err);
    return err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
}

const struct command command_sql = {
    .name = "sql",
    .operands = "'SELECT ...' [PATH...]",
    .summary = "read-only SQL over the runs below PATH, with points unpacked",
    .accepts = "index gt images format rebuild",
    .examples =
        "tables (run is runs.id; NaN is NULL; at most 1048576 rows come back):\n"
        "  runs(id, name, path, title, root, directory, format, status, started, started_s, ended_s,\n"
        "       duration_s, files, notes, dataset, ap, ap_step)\n"
        "  params(run, name, value, number)\n"
        "  metrics(run, name, role, scale, count, nonfinite, segments, first_step, first, last_step, last,\n"
        "          min_step, min, max_step, max); value * scale is in the unit of the role\n"
        "  notes(run, file, line, byte, count, text)\n"
        "  artifacts(run, kind, step, path)\n"
        "  points(run, metric): step, wall, value\n"
        "\n"
        "  boxtop sql 'SELECT name, status, ap FROM runs ORDER BY ap DESC LIMIT 10'\n"
        "  boxtop sql \"SELECT r.name, p.number AS lr, m.max FROM runs r\n"
        "      JOIN params p ON p.run = r.id AND p.name LIKE '%lr'\n"
        "      JOIN metrics m ON m.run = r.id AND m.role = 'AP' ORDER BY m.max DESC\" runs/\n"
        "  boxtop sql \"SELECT step, avg(value) FROM metrics m, points(m.run, m.name)\n"
        "      WHERE m.role = 'loss' GROUP BY step\" --format csv\n",
    .run = run,
};
