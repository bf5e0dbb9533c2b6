/*
 * Rows as CSV: a header, then cells.
 * Knows: separated values and the rules of rows.h. Must not know: JSON.
 */
#include "base/csv.h"
#include "base/grow.h"
#include "base/num.h"
#include "readers/rows.h"
#include "readers/series.h"
#include "readers/wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_VERSION = 1, IGNORED = -1 };

struct table {
    const struct rows_rules *rules;
    struct series_set series;
    struct csv csv;
    struct buf header; /* the line as it stands; empty: not seen yet */
    int32_t *columns;  /* the series of each, or IGNORED */
    size_t column_count, column_capacity;
    int step, wall;      /* columns, or -1 */
    int64_t lines, rows; /* so far in the file */
    struct rows_damage damage;
    bool unended; /* the row being taken has no line end: its last cell may be cut */
};

/* The column that the best of NAMES heads, -1 for none. */
static int best_column(const struct csv *csv, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        int column = csv_find(csv, names[i]);
        if (column >= 0)
            return column;
    }
    return -1;
}

static size_t skip_mark(const char *line, size_t length)
{
    return length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static bool take_header(struct table *table, const char *line, size_t length)
{
    size_t skip = skip_mark(line, length);
    line += skip;
    length -= skip;
    buf_clear(&table->header);
    table->csv.separator = csv_guess_separator(line, length);
    if (!csv_split(&table->csv, line, length) || !table->csv.count) {
        rows_count_skipped(&table->damage, table->lines, false);
        return true;
    }
    const struct csv *csv = &table->csv;
    if (!GROW(table->columns, table->column_capacity, csv->count) ||
        !buf_add(&table->header, line, length))
        return false;
    table->step = best_column(csv, table->rules->steps);
    table->wall = best_column(csv, table->rules->walls);
    table->column_count = csv->count;
    for (size_t i = 0; i < csv->count; i++) {
        const char *last = i + 1 == csv->count ? table->rules->last : NULL;
        const char *name = last ? last : csv->cells[i].text;
        size_t name_length = last ? strlen(last) : csv->cells[i].length;
        table->columns[i] = (int)i == table->step || !name_length
                                ? IGNORED
                                : series_find(&table->series, name, name_length);
    }
    return true;
}

/* How many of the row's cells are whole. */
static size_t whole_cells(const struct table *table)
{
    size_t count = table->csv.count - table->unended;
    return count < table->column_count ? count : table->column_count;
}

/* True when the row's cells fit the header's; empty ones behind them are a trailing separator's. */
static bool fits(const struct table *table)
{
    const struct csv *csv = &table->csv;
    if (table->unended)
        return table->step < (int)whole_cells(table);
    for (size_t i = table->column_count; i < csv->count; i++)
        if (csv->cells[i].length)
            return false;
    return csv->count >= table->column_count;
}

static bool take_step(struct table *table, int64_t *step)
{
    *step = table->rows;
    if (table->step < 0)
        return true;
    bool fraction;
    const struct csv_cell *cell = &table->csv.cells[table->step];
    if (!rows_parse_step(cell->text, cell->length, step, &fraction))
        return false;
    if (fraction && !table->damage.fractions++)
        table->damage.fractions_line = table->lines;
    return true;
}

static void take_row(struct table *table)
{
    int64_t step;
    if (!fits(table) || !take_step(table, &step)) {
        rows_count_skipped(&table->damage, table->lines, false);
        return;
    }
    table->rows++;
    double wall_s = NAN;
    const struct csv_cell *cells = table->csv.cells;
    size_t count = whole_cells(table);
    bool dated = table->wall >= 0 && (size_t)table->wall < count &&
                 rows_parse_wall(cells[table->wall].text, cells[table->wall].length, &wall_s);
    for (size_t i = 0; i < count && !table->series.stopped; i++) {
        double value;
        if (table->columns[i] == IGNORED || !cells[i].length || (dated && (int)i == table->wall))
            continue;
        if (num_parse(cells[i].text, cells[i].length, &value))
            series_add(&table->series, table->columns[i], step, wall_s, value);
        else if (table->rules->numbers_only && !table->damage.texts++)
            table->damage.texts_line = table->lines;
    }
}

/* The header again, as a second start that appends writes it; it may have other columns. */
static bool is_header_again(const struct table *table)
{
    const struct csv *csv = &table->csv;
    if (table->step < 0)
        return false;
    double value;
    for (size_t i = 0; i < csv->count; i++)
        if (num_parse(csv->cells[i].text, csv->cells[i].length, &value))
            return false;
    return best_column(csv, table->rules->steps) >= 0;
}

/* False when out of memory. */
static bool take_line(struct table *table, const char *line, size_t length)
{
    table->lines++;
    if (rows_is_blank(line, length))
        return true;
    if (rows_is_merge_marker(line, length)) {
        rows_count_skipped(&table->damage, table->lines, true);
        return true;
    }
    if (!table->header.length && length < READER_MAX_STATE_BYTES / 2)
        return take_header(table, line, length);
    if (!table->header.length || !csv_split(&table->csv, line, length))
        rows_count_skipped(&table->damage, table->lines, false);
    else if (is_header_again(table) && length < READER_MAX_STATE_BYTES / 2)
        return take_header(table, line, length);
    else
        take_row(table);
    return true;
}

static void save_state(const struct table *table, struct buf *state)
{
    buf_clear(state);
    buf_add_varint(state, STATE_VERSION);
    buf_add_varint(state, (uint64_t)table->lines);
    buf_add_varint(state, (uint64_t)table->rows);
    buf_add(state, table->header.data, table->header.length);
}

/* False when out of memory. A state of another version, or damaged, is as none. */
static bool load_state(struct table *table, const struct buf *state)
{
    struct wire rest = wire_of(state->length ? state->data : "", state->length);
    uint64_t version, lines, rows;
    if (!state->length || !wire_varint(&rest, &version) || version != STATE_VERSION ||
        !wire_varint(&rest, &lines) || !wire_varint(&rest, &rows))
        return true;
    table->lines = (int64_t)lines;
    table->rows = (int64_t)rows;
    return !wire_left(rest) || take_header(table, (const char *)rest.at, wire_left(rest));
}

bool rows_read_csv(struct stream *stream, const struct reader_source *source,
    const struct rows_rules *rules, struct reader_mark *mark, struct sink *sink, struct err *err)
{
    struct table table = {.rules = rules, .step = -1, .wall = -1};
    const char *line;
    size_t length;
    bool complete = true;
    series_init(&table.series, sink, rules->prefix);
    csv_init(&table.csv, ',');
    buf_init(&table.header, READER_MAX_STATE_BYTES);
    bool ok = load_state(&table, &mark->state);
    while (ok && !table.series.stopped && stream_line(stream, &line, &length, &complete) &&
           (complete || length > ROWS_MAX_LINE_BYTES || source->settled)) {
        table.unended = !complete && length <= ROWS_MAX_LINE_BYTES;
        ok = take_line(&table, line, length);
        mark->offset = stream->offset;
    }
    if (!ok)
        err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && series_end(&table.series, source->name, err);
    if (ok && !table.series.stopped)
        rows_note(&table.damage, sink, source->name);
    save_state(&table, &mark->state);
    if (ok && table.unended) { /* should more come after all, all is read anew */
        struct note note = {.file = source->name,
            .line = table.lines,
            .offset = -1,
            .count = 1,
            .text = "the last row has no line end: its last value may be cut and is left out"};
        mark->offset = 0;
        buf_clear(&mark->state);
        sink->note(sink->self, &note);
    }
    series_done(&table.series);
    csv_done(&table.csv);
    buf_done(&table.header);
    free(table.columns);
    return ok;
}

bool rows_is_csv_header(const struct rows_rules *rules, const char *line, size_t length)
{
    size_t skip = skip_mark(line, length);
    struct csv csv;
    csv_init(&csv, csv_guess_separator(line, length));
    bool is_header =
        csv_split(&csv, line + skip, length - skip) && best_column(&csv, rules->steps) >= 0;
    csv_done(&csv);
    return is_header;
}
