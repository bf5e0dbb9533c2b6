#include "work/data_file.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "base/num.h"
#include "base/stream.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* A record with quotes that stay open over more lines, or bytes, has a quote that nothing closes. */
enum { MOST_RECORD_LINES = 1000, MOST_RECORD_BYTES = 1 << 20, ROWS_BETWEEN_LOOKS = 4096 };
enum { MOST_LIST_BYTES = 4096 };

struct reading {
    struct data_table *table;
    struct stream stream;
    const atomic_bool *stale;
    struct err *err;
    struct csv csv;
    bool quotes_are_text; /* one was never closed: a row is a line from there on */
    int64_t line;         /* of what was read last, from 1 */
    int64_t bad, first_bad, short_rows, long_rows, first_ragged; /* rows, and lines of the first */
    bool cut;    /* the last line has no end and is no row */
    struct buf text; /* scratch: names and texts of JSON */
};

const char *data_format_name(enum data_format format)
{
    static const char *const NAMES[] = {"", "CSV", "JSON lines", "JSON"};
    return NAMES[format];
}

/* ---- what a file is ---- */

static const char *end_of_line(const char *at, const char *end)
{
    const char *found = memchr(at, '\n', (size_t)(end - at));
    return found ? found : end;
}

static enum data_format sniff_json(const char *at, const char *end, bool whole)
{
    const char *line_end = end_of_line(at, end);
    if (*at == '[')
        return DATA_JSON;
    if (line_end == end && !whole)
        return DATA_JSON_LINES; /* one line longer than was looked at */
    struct json json;
    json_init_memory(&json, at, (size_t)(line_end - at));
    json_next(&json);
    bool is_line = json_skip(&json) && json_next(&json) == JSON_END;
    bool is_all = whole && line_end + 1 >= end;
    return is_line && !is_all ? DATA_JSON_LINES : DATA_JSON;
}

/* A header of two names or more, and a row with as many cells. */
static bool looks_separated(const char *at, const char *end, bool whole)
{
    const char *first = end_of_line(at, end);
    if (first == end || memchr(at, '\0', (size_t)(end - at)))
        return false;
    struct csv csv;
    csv_init(&csv, csv_guess_separator(at, (size_t)(first - at)));
    bool ok = csv_split(&csv, at, (size_t)(first - at)) && csv.count > 1;
    size_t columns = csv.count;
    const char *second = end_of_line(first + 1, end);
    ok = ok && (second < end || whole) &&
         csv_split(&csv, first + 1, (size_t)(second - first - 1)) && csv.count == columns;
    csv_done(&csv);
    return ok;
}

static bool has_any_suffix(const char *name, const char *const *suffixes)
{
    for (; *suffixes; suffixes++)
        if (path_has_suffix(name, *suffixes))
            return true;
    return false;
}

enum data_format data_sniff(const char *name, const char *head, size_t length, bool whole)
{
    static const char *const SEPARATED[] = {".csv", ".tsv", ".tab", NULL};
    const char *at = head + text_mark_bytes(head, length), *end = head + length;
    while (at < end && strchr(" \t\r\n", *at) && *at)
        at++;
    if (has_any_suffix(name, SEPARATED))
        return DATA_CSV;
    if (at == end)
        return path_has_suffix(name, ".jsonl") || path_has_suffix(name, ".ndjson")
                   ? DATA_JSON_LINES
                   : DATA_NO_TABLE;
    if (*at == '[' || *at == '{')
        return sniff_json(at, end, whole);
    return looks_separated(at, end, whole) ? DATA_CSV : DATA_NO_TABLE;
}

/* ---- separated values ---- */

static bool is_stale(const struct reading *r)
{
    if (!r->stale || !atomic_load_explicit(r->stale, memory_order_relaxed))
        return false;
    return !err_set(r->err, ERR_CANCELLED, "stopped");
}

/* The bytes of the line that begins OFFSET bytes behind the stream's place, with its end; 0 when
 * there is none. */
static size_t line_length(struct reading *r, size_t offset)
{
    size_t searched = offset;
    for (;;) {
        size_t held = stream_need(&r->stream, searched + 1);
        const char *at = stream_at(&r->stream);
        const char *end = held > searched ? memchr(at + searched, '\n', held - searched) : NULL;
        if (end)
            return (size_t)(end - at) + 1 - offset;
        if (held == searched)
            return held - offset;
        searched = held;
    }
}

static bool is_open(const struct reading *r, size_t length)
{
    const char *record = stream_at(&r->stream);
    return memchr(record, '"', length) && csv_is_open(record, length, r->csv.separator);
}

/* How many bytes the record at the stream's place has; 0 at the end. A line without a quote cannot
 * close one, so that a long cell is not looked at again with each of its lines. */
static size_t record_length(struct reading *r, int64_t *lines)
{
    size_t length = line_length(r, 0), first = length;
    *lines = 1;
    if (!length || r->quotes_are_text || !is_open(r, length))
        return length;
    for (;;) {
        size_t more = line_length(r, length);
        bool has_quote = more && memchr(stream_at(&r->stream) + length, '"', more);
        length += more;
        ++*lines;
        if (has_quote && !is_open(r, length))
            return length;
        if (!more || length > MOST_RECORD_BYTES || *lines > MOST_RECORD_LINES)
            break;
    }
    r->quotes_are_text = true;
    data_table_note(r->table, "line %lld: a quote is never closed; from there on every line is a row",
        (long long)r->line + 1);
    *lines = 1;
    return first;
}

/* The next record that is not blank, split; false at the end, or with *FAILED. It stays valid until
 * the stream moves, which is with the next one. */
static bool next_record(struct reading *r, size_t *consumed, bool *failed)
{
    for (;;) {
        int64_t lines;
        stream_skip(&r->stream, (int64_t)*consumed);
        *consumed = record_length(r, &lines);
        if (!*consumed)
            return false;
        r->line += lines;
        if (!csv_split(&r->csv, stream_at(&r->stream), *consumed)) {
            r->first_bad = r->bad++ ? r->first_bad : r->line;
            if (*consumed > CSV_MAX_RECORD_BYTES || r->csv.capacity >= CSV_MAX_CELLS)
                continue;
            *failed = true;
            err_set(r->err, ERR_MEMORY, "out of memory");
            return false;
        }
        if (r->csv.count)
            return true;
    }
}

static bool all_numbers(const struct csv *csv)
{
    double number;
    for (size_t i = 0; i < csv->count; i++)
        if (!num_parse(csv->cells[i].text, csv->cells[i].length, &number))
            return false;
    return csv->count > 0;
}

static bool make_columns(struct reading *r, bool named)
{
    size_t count = r->csv.count;
    if (count > DATA_MOST_COLUMNS) {
        data_table_note(r->table, "the first %d of %zu columns are shown", DATA_MOST_COLUMNS, count);
        count = DATA_MOST_COLUMNS;
    }
    for (size_t i = 0; i < count; i++) {
        const struct csv_cell *cell = &r->csv.cells[i];
        if (data_table_add_column(r->table, named ? cell->text : "", named ? cell->length : 0,
                r->err) < 0)
            return false;
    }
    return true;
}

static bool add_record(struct reading *r, size_t header_cells)
{
    const struct csv *csv = &r->csv;
    if (csv->count != header_cells) {
        r->first_ragged = r->short_rows + r->long_rows ? r->first_ragged : r->line;
        *(csv->count < header_cells ? &r->short_rows : &r->long_rows) += 1;
    }
    if (!data_table_add_row(r->table, r->err))
        return false;
    size_t count = csv->count < r->table->column_count ? csv->count : r->table->column_count;
    for (size_t i = 0; i < count; i++) {
        const struct csv_cell *cell = &csv->cells[i];
        if ((cell->length || cell->quoted) &&
            !data_table_set_parsed(r->table, (int)i, cell->text, cell->length, r->err))
            return false;
    }
    return true;
}

static void note_records(struct reading *r)
{
    if (r->short_rows + r->long_rows)
        data_table_note(r->table,
            "%lld rows have fewer cells than the header and %lld more (the first in line %lld); what is "
            "beyond is left out",
            (long long)r->short_rows, (long long)r->long_rows, (long long)r->first_ragged);
    if (r->bad)
        data_table_note(r->table, "%lld rows are too long to be read (the first in line %lld)",
            (long long)r->bad, (long long)r->first_bad);
}

static bool read_separated(struct reading *r)
{
    size_t held = stream_need(&r->stream, 4), consumed = 0;
    bool failed = false, ok;
    if (held) {
        stream_skip(&r->stream, (int64_t)text_mark_bytes(stream_at(&r->stream), held));
        size_t length = line_length(r, 0);
        r->csv.separator = csv_guess_separator(stream_at(&r->stream), length);
    }
    if (!held || !next_record(r, &consumed, &failed)) {
        data_table_note(r->table, "the file is empty");
        return !failed;
    }
    size_t header_cells = r->csv.count;
    bool named = !all_numbers(&r->csv);
    ok = make_columns(r, named) && (named || add_record(r, header_cells));
    while (ok && next_record(r, &consumed, &failed)) {
        ok = add_record(r, header_cells);
        if (r->table->row_count % ROWS_BETWEEN_LOOKS == 0 && is_stale(r))
            ok = false;
    }
    note_records(r);
    return ok && !failed;
}

/* ---- JSON ---- */

/* Appends the token just taken, as JSON spells it. */
static void spell_token(struct reading *r, const struct json *json, bool comma)
{
    struct buf *out = &r->text;
    if (comma)
        buf_add_string(out, ", ");
    switch (json->kind) {
    case JSON_KEY:
    case JSON_STRING:
        buf_add_char(out, '"');
        buf_add(out, json->text, json->length);
        buf_add_string(out, json->kind == JSON_KEY ? "\": " : "\"");
        break;
    case JSON_NUMBER:
        buf_add(out, json->text, json->length);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        buf_add_string(out, json->kind == JSON_TRUE ? "true" : json->kind == JSON_FALSE ? "false" : "null");
        break;
    case JSON_OBJECT:
    case JSON_OBJECT_END:
        buf_add_char(out, json->kind == JSON_OBJECT ? '{' : '}');
        break;
    case JSON_ARRAY:
    case JSON_ARRAY_END:
        buf_add_char(out, json->kind == JSON_ARRAY ? '[' : ']');
        break;
    default:
        break;
    }
}

/* Behind an open bracket: the list or object up to its end as text, "..." beyond MOST_LIST_BYTES. */
static bool spell_nested(struct reading *r, struct json *json)
{
    size_t begin = r->text.length;
    int depth = json->depth;
    bool first = true;
    spell_token(r, json, false);
    for (;;) {
        enum json_kind kind = json_next(json);
        if (kind == JSON_BAD || kind == JSON_END)
            return false;
        bool closes = kind == JSON_ARRAY_END || kind == JSON_OBJECT_END;
        if (r->text.length - begin < MOST_LIST_BYTES)
            spell_token(r, json, !first && !closes);
        else if (r->text.length > begin && r->text.data[r->text.length - 1] != '.')
            buf_add_string(&r->text, " ...");
        first = kind == JSON_KEY || kind == JSON_ARRAY || kind == JSON_OBJECT;
        if (closes && json->depth < depth)
            return true;
    }
}

/* A number as JSON wrote it; also "NaN" and its like, as this program writes them itself. */
static bool set_scalar(struct reading *r, int column, const struct json *json)
{
    struct data_table *table = r->table;
    size_t begin = r->text.length;
    double number;
    switch (json->kind) {
    case JSON_NULL:
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        data_table_set_bool(table, column, json->kind == JSON_TRUE);
        return true;
    case JSON_NUMBER:
        return data_table_set_parsed(table, column, json->text, json->length, r->err);
    default:
        if (!json_add_string(json, &r->text))
            return err_set(r->err, ERR_MEMORY, "out of memory");
        bool spelt = json->length && strchr("NI-", json->text[0]) &&
                     num_parse(json->text, json->length, &number) && !(number - number == 0);
        bool ok = true;
        if (spelt)
            data_table_set_number(table, column, number);
        else
            ok = data_table_set_text(
                table, column, r->text.data + begin, r->text.length - begin, r->err);
        r->text.length = begin;
        return ok;
    }
}

static bool set_nested(struct reading *r, int column, struct json *json, bool *bad)
{
    size_t begin = r->text.length;
    *bad = !spell_nested(r, json);
    bool ok = *bad || data_table_set_text(r->table, column, r->text.data + begin,
                          r->text.length - begin, r->err);
    r->text.length = begin;
    return ok;
}

/*
 * Behind '{': the members as cells of the last row. The names of the objects around stand in r->text
 * from BEGIN on, "a.b.". False only with an error; *BAD: the document is.
 */
static bool set_members(struct reading *r, struct json *json, size_t begin, int depth, bool *bad)
{
    size_t prefix = r->text.length;
    while (!*bad && json_next(json) == JSON_KEY) {
        if (!json_add_string(json, &r->text))
            return err_set(r->err, ERR_MEMORY, "out of memory");
        enum json_kind kind = json_next(json);
        if (kind == JSON_OBJECT && depth < DATA_MOST_JSON_DEPTH &&
            r->text.length - begin < DATA_MOST_NAME_BYTES) {
            buf_add_char(&r->text, '.');
            if (!set_members(r, json, begin, depth + 1, bad))
                return false;
        } else if (kind == JSON_BAD || kind == JSON_END) {
            break;
        } else {
            int column = data_table_column(
                r->table, r->text.data + begin, r->text.length - begin, r->err);
            bool nested = kind == JSON_OBJECT || kind == JSON_ARRAY;
            if (column < 0 || !(nested ? set_nested(r, column, json, bad)
                                       : set_scalar(r, column, json)))
                return false;
        }
        r->text.length = prefix;
    }
    *bad |= json->kind != JSON_OBJECT_END;
    r->text.length = prefix;
    return true;
}

/* The value whose first token was just taken, as one row; *BAD: it is none. */
static bool add_value(struct reading *r, struct json *json, bool *bad)
{
    if (!data_table_add_row(r->table, r->err))
        return false;
    bool ok = true;
    buf_clear(&r->text);
    if (json->kind == JSON_OBJECT) {
        ok = set_members(r, json, 0, 1, bad);
    } else if (json->kind == JSON_BAD || json->kind == JSON_END) {
        *bad = true;
    } else {
        int column = data_table_column(r->table, "value", 5, r->err);
        ok = column >= 0 && (json->kind == JSON_ARRAY ? set_nested(r, column, json, bad)
                                                      : set_scalar(r, column, json));
    }
    if (*bad)
        data_table_drop_row(r->table);
    return ok;
}

static bool is_blank_line(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!strchr(" \t\r", line[i]) || !line[i])
            return false;
    return true;
}

static bool add_line(struct reading *r, const char *line, size_t length, bool complete)
{
    struct json json;
    bool bad = false;
    json_init_memory(&json, line, length);
    json_next(&json);
    if (!add_value(r, &json, &bad))
        return false;
    if (!bad && json_next(&json) != JSON_END) {
        data_table_drop_row(r->table);
        bad = true;
    }
    if (bad && !complete)
        r->cut = true;
    else if (bad)
        r->first_bad = r->bad++ ? r->first_bad : r->line;
    return true;
}

static bool read_lines(struct reading *r)
{
    const char *line;
    size_t length;
    bool complete, ok = true;
    while (ok && stream_line(&r->stream, &line, &length, &complete)) {
        r->line++;
        size_t mark = r->line == 1 ? text_mark_bytes(line, length) : 0;
        if (!is_blank_line(line + mark, length - mark))
            ok = add_line(r, line + mark, length - mark, complete);
        if (r->line % ROWS_BETWEEN_LOOKS == 0 && is_stale(r))
            ok = false;
    }
    if (r->bad)
        data_table_note(r->table, "%lld lines are no JSON and left out (the first is line %lld)",
            (long long)r->bad, (long long)r->first_bad);
    if (r->cut)
        data_table_note(r->table, "the last line, %lld, is cut off and left out", (long long)r->line);
    if (ok && !r->table->row_count && r->bad)
        return err_set(r->err, ERR_FORMAT, "no line is JSON");
    return ok;
}

static bool read_document(struct reading *r)
{
    struct json json;
    struct err damage = {0};
    bool bad = false, ok = true;
    json_init_stream(&json, &r->stream);
    if (json_next(&json) != JSON_ARRAY) {
        ok = add_value(r, &json, &bad);
    } else {
        while (ok && !bad && json_next(&json) != JSON_ARRAY_END) {
            ok = add_value(r, &json, &bad);
            if (r->table->row_count % ROWS_BETWEEN_LOOKS == 0 && is_stale(r))
                ok = false;
        }
    }
    if (!ok || (!bad && json_next(&json) == JSON_END))
        return ok;
    json_error(&json, "a list of rows", &damage);
    if (!r->table->row_count) {
        *r->err = damage;
        return false;
    }
    data_table_note(r->table, "%.160s (at byte %lld): the rows before are shown", damage.text,
        (long long)json_offset(&json));
    return true;
}

/* ---- a file ---- */

static bool read_as(struct reading *r, enum data_format format)
{
    switch (format) {
    case DATA_CSV:
        return read_separated(r);
    case DATA_JSON_LINES:
        return read_lines(r);
    case DATA_JSON:
        return read_document(r);
    case DATA_NO_TABLE:
        break;
    }
    return err_set(r->err, ERR_FORMAT,
        "is no table: separated values with a header, JSON lines or a JSON list are");
}

static bool sniff_file(const char *path, enum data_format *format, struct err *err)
{
    struct file_stat stat;
    char head[DATA_SNIFF_BYTES];
    if (!file_stat(path, &stat))
        return err_set(err, ERR_IO, "is not there");
    if (!stat.is_regular)
        return err_set(err, ERR_IO, "is no regular file");
    if (stat.size_bytes > DATA_MOST_FILE_BYTES)
        return err_set(err, ERR_LIMIT, "is larger than 2 GB");
    size_t length = file_peek(path, head, sizeof head);
    *format = data_sniff(path, head, length, (int64_t)length >= stat.size_bytes);
    return true;
}

struct data_table *data_file_read(const char *path, const atomic_bool *stale, struct err *err)
{
    struct err own = {0};
    struct reading r = {.table = data_table_new(), .stale = stale, .err = &own};
    enum data_format format = DATA_NO_TABLE;
    r.stream.fd = -1;
    csv_init(&r.csv, ',');
    buf_init(&r.text, 2 * JSON_MAX_TOKEN_BYTES + (64 << 10));
    bool ok = (r.table || err_set(&own, ERR_MEMORY, "out of memory")) &&
              sniff_file(path, &format, &own) && stream_open(&r.stream, path, 0, &own) &&
              read_as(&r, format);
    stream_close(&r.stream);
    csv_done(&r.csv);
    buf_done(&r.text);
    if (ok) {
        data_table_finish(r.table);
        return r.table;
    }
    data_table_release(r.table);
    err_in_file(&own, path);
    if (err)
        *err = own;
    return NULL;
}
