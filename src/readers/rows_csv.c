/*
 * Rows as CSV: a header, then cells.
 * Knows: separated values and the rules of rows.h. Must not know: JSON.
 */
#include "base/csv.h"
#include "base/grow.h"
#include "base/num.h"
#include "base/text.h"
#include "readers/rows.h"
#include "readers/series.h"
#include "readers/wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The version is none that the states of JSON lines have: a reader may meet either. */
enum { STATE_VERSION = 2, IGNORED = -1 };

struct cell {
    size_t column;
    double value;
};

struct table {
    const struct rows_rules *rules;
    struct series_set series;
    struct csv csv;
    struct buf header; /* the line as it stands; empty: not seen yet */
    int64_t header_at; /* its offset in the file */
    int32_t *columns;  /* the series of each, or IGNORED */
    size_t column_count, column_capacity;
    int step, wall;      /* columns, or -1 */
    int64_t lines, rows; /* so far in the file */
    struct rows_damage damage;
    bool unended; /* the row being taken has no line end: its last cell may be cut */

    /* Of the row being taken. */
    struct cell *cells;                      /* what has a value, no more than there are columns */
    size_t cell_count, cell_capacity, width; /* WIDTH: how many cells, but for a cut last one */
    const char *step_text;                   /* NULL: none */
    size_t step_length;
    double wall_s;
    int64_t texts;
    bool too_wide; /* something stands behind the last column */
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

/* The line at byte AT of the file. False when out of memory. */
static bool take_header(struct table *table, int64_t at, const char *line, size_t length)
{
    buf_clear(&table->header);
    table->csv.separator = csv_guess_separator(line, length);
    if (!csv_split(&table->csv, line, length) || !table->csv.count) {
        rows_count_skipped(&table->damage, table->lines, false);
        return true;
    }
    const struct csv *csv = &table->csv;
    if (!GROW(table->columns, table->column_capacity, csv->count) ||
        !GROW(table->cells, table->cell_capacity, csv->count) ||
        !buf_add(&table->header, line, length))
        return false;
    table->header_at = at;
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

/* ---- a row: its cells are gathered first, for none counts unless the row fits ---- */

/* A cell that is not empty, in any spelling. */
static void put_cell(struct table *table, size_t column, const char *text, size_t length)
{
    double value;
    if (column >= table->column_count) {
        table->too_wide = true;
    } else if ((int)column == table->step) {
        table->step_text = text;
        table->step_length = length;
    } else if (table->columns[column] == IGNORED ||
               ((int)column == table->wall && rows_parse_wall(text, length, &table->wall_s))) {
        return;
    } else if (num_parse(text, length, &value)) {
        table->cells[table->cell_count++] = (struct cell){column, value};
    } else if (table->rules->numbers_only && !rows_is_missing(text, length)) {
        table->texts++;
    }
}

/*
 * The cells of a line without quotes, in one pass: where a number stands that fills its cell, what
 * ends the number is the separator that would else have to be looked for.
 */
static void put_plain_cells(struct table *table, const char *at, const char *end)
{
    const char separator = table->csv.separator;
    for (size_t column = 0;; column++, at++) {
        double value;
        size_t used;
        at = csv_skip_blanks(at, end, separator);
        if (at < end && *at != separator) {
            bool common = column < table->column_count && table->columns[column] != IGNORED &&
                          (int)column != table->wall;
            if (common && (used = num_scan(at, end, &value)) &&
                (at + used < end ? at[used] == separator : !table->unended)) {
                table->cells[table->cell_count++] = (struct cell){column, value};
                at += used;
            } else {
                const char *next = memchr(at, separator, (size_t)(end - at));
                next = next ? next : end;
                if (next < end || !table->unended)
                    put_cell(
                        table, column, at, (size_t)(csv_trim_blanks(at, next, separator) - at));
                at = next;
            }
        }
        if (at == end) {
            table->width = column + !table->unended;
            return;
        }
    }
}

/* False when the line cannot be split. */
static bool put_cells(struct table *table, const char *line, size_t length)
{
    table->cell_count = table->width = 0;
    table->step_text = NULL;
    table->wall_s = NAN;
    table->texts = 0;
    table->too_wide = false;
    if (length > CSV_MAX_RECORD_BYTES)
        return false;
    if (!memchr(line, '"', length)) {
        put_plain_cells(table, line, line + length);
        return true;
    }
    if (!csv_split(&table->csv, line, length))
        return false;
    const struct csv_cell *cells = table->csv.cells;
    table->width = table->csv.count - (table->csv.count && table->unended);
    for (size_t i = 0; i < table->width; i++)
        if (cells[i].length)
            put_cell(table, i, cells[i].text, cells[i].length);
    return true;
}

/* An unended row may have too few cells. */
static bool fits(const struct table *table)
{
    return !table->too_wide && (table->unended || table->width >= table->column_count);
}

/* Adds the points of the row that has been gathered; false when it is damaged. */
static bool take_row(struct table *table)
{
    int64_t step = table->rows;
    bool fraction = false;
    if (!fits(table))
        return false;
    if (table->step >= 0 && !(table->step_text && rows_parse_step(table->step_text,
                                                      table->step_length, &step, &fraction)))
        return false;
    if (fraction && !table->damage.fractions++)
        table->damage.fractions_line = table->lines;
    if (table->texts && !table->damage.texts)
        table->damage.texts_line = table->lines;
    table->damage.texts += table->texts;
    table->rows++;
    for (size_t i = 0; i < table->cell_count && !table->series.stopped; i++)
        series_add(&table->series, table->columns[table->cells[i].column], step, table->wall_s,
            table->cells[i].value);
    return true;
}

/* The header again, as a second start that appends writes it; it may have other columns. Rows that go
 * by the clock name it there. */
static bool is_header_again(struct table *table, const char *line, size_t length)
{
    if (length >= READER_MAX_STATE_BYTES / 2 || !csv_split(&table->csv, line, length))
        return false;
    const struct csv *csv = &table->csv;
    double value;
    for (size_t i = 0; i < csv->count; i++)
        if (num_parse(csv->cells[i].text, csv->cells[i].length, &value))
            return false;
    return best_column(csv, table->rules->steps) >= 0 ||
           (table->step < 0 && table->wall >= 0 && best_column(csv, table->rules->walls) >= 0);
}

/* The line at byte AT of the file. False when out of memory. */
static bool take_line(struct table *table, int64_t at, const char *line, size_t length)
{
    table->lines++;
    if (rows_is_blank(line, length))
        return true;
    if (rows_is_merge_marker(line, length)) {
        rows_count_skipped(&table->damage, table->lines, true);
        return true;
    }
    if (!table->header.length && length < READER_MAX_STATE_BYTES / 2) {
        size_t skip = text_mark_bytes(line, length);
        return take_header(table, at + (int64_t)skip, line + skip, length - skip);
    }
    if (table->header.length && put_cells(table, line, length) && take_row(table))
        return true;
    if (table->header.length && is_header_again(table, line, length))
        return take_header(table, at, line, length);
    rows_count_skipped(&table->damage, table->lines, false);
    return true;
}

static void save_state(const struct table *table, struct buf *state)
{
    buf_clear(state);
    buf_add_varint(state, STATE_VERSION);
    buf_add_varint(state, (uint64_t)table->lines);
    buf_add_varint(state, (uint64_t)table->rows);
    buf_add_varint(state, (uint64_t)table->header_at);
    buf_add(state, table->header.data, table->header.length);
}

/* What a bookmark holds; false when it is none of ours, or damaged. */
struct state {
    uint64_t lines, rows, header_at;
    struct wire header;
};

static bool parse_state(const struct buf *bytes, struct state *state)
{
    uint64_t version;
    state->header = wire_of(bytes->length ? bytes->data : "", bytes->length);
    return bytes->length && wire_varint(&state->header, &version) && version == STATE_VERSION &&
           wire_varint(&state->header, &state->lines) &&
           wire_varint(&state->header, &state->rows) &&
           wire_varint(&state->header, &state->header_at) && state->header_at <= INT64_MAX;
}

/* False when out of memory. A state that is none is as no state. */
static bool load_state(struct table *table, const struct buf *bytes)
{
    struct state state;
    if (!parse_state(bytes, &state))
        return true;
    table->lines = (int64_t)state.lines;
    table->rows = (int64_t)state.rows;
    return !wire_left(state.header) || take_header(table, (int64_t)state.header_at,
                                           (const char *)state.header.at, wire_left(state.header));
}

bool rows_continue_csv(const struct reader_source *source, const struct reader_mark *mark)
{
    struct state state;
    struct stream stream;
    if (!parse_state(&mark->state, &state) || !wire_left(state.header))
        return true;
    if (!stream_open(&stream, source->path, (int64_t)state.header_at, NULL))
        return true; /* the reader will say why */
    const char *line;
    size_t length;
    bool complete, same = stream_line(&stream, &line, &length, &complete) &&
                          length == wire_left(state.header) &&
                          memcmp(line, state.header.at, length) == 0;
    stream_close(&stream);
    return same;
}

bool rows_read_csv(struct stream *stream, const struct reader_source *source,
    const struct rows_rules *rules, struct reader_mark *mark, struct sink *sink, struct err *err)
{
    struct table table = {.rules = rules, .step = -1, .wall = -1};
    const char *line;
    size_t length;
    bool complete = true, again = false;
    series_init(&table.series, sink, rules->prefix);
    csv_init(&table.csv, ',');
    buf_init(&table.header, READER_MAX_STATE_BYTES);
    bool ok = load_state(&table, &mark->state);
    while (ok && !table.series.stopped && stream_line(stream, &line, &length, &complete) &&
           (complete || length > ROWS_MAX_LINE_BYTES || source->settled)) {
        bool last = !complete && length <= ROWS_MAX_LINE_BYTES;
        table.unended = last && !rules->parted;
        again |= last; /* should more come after all, all is read anew */
        ok = take_line(&table, mark->offset, line, length);
        mark->offset = stream->offset;
    }
    if (!ok)
        err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && series_end(&table.series, source->name, err);
    if (ok && !table.series.stopped)
        rows_note(&table.damage, sink, source->name);
    save_state(&table, &mark->state);
    if (ok && again) {
        mark->offset = 0;
        buf_clear(&mark->state);
    }
    if (ok && table.unended) {
        struct note note = {.file = source->name,
            .line = table.lines,
            .offset = -1,
            .count = 1,
            .text = "the last row has no line end: its last value may be cut and is left out"};
        sink->note(sink->self, &note);
    }
    series_done(&table.series);
    csv_done(&table.csv);
    buf_done(&table.header);
    free(table.columns);
    free(table.cells);
    return ok;
}

bool rows_is_csv_header(const struct rows_rules *rules, const char *line, size_t length)
{
    size_t skip = text_mark_bytes(line, length);
    struct csv csv;
    csv_init(&csv, csv_guess_separator(line, length));
    bool is_header =
        csv_split(&csv, line + skip, length - skip) && best_column(&csv, rules->steps) >= 0;
    csv_done(&csv);
    return is_header;
}
