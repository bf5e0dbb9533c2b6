/*
 * Rows as JSON lines: one object a line, nested names joined by "/".
 * Knows: JSON and the rules of rows.h. Must not know: CSV.
 */
#include "base/file.h"
#include "base/grow.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "readers/rows.h"
#include "readers/series.h"
#include "readers/wire.h"

#include <math.h>
#include <stdlib.h>

enum {
    STATE_VERSION = 2,
    UNDECIDED = -2,
    COUNTED = -1,
    MOST_DEPTH = 64,
    MOST_ITEMS = 32,
    ROW_NAMES_BYTES = 4 << 20,
    HEAD_BYTES = 64 << 10,
    MOST_OBJECT_BYTES = 1 << 20,
};

struct log {
    const struct rows_rules *rules;
    struct series_set series;
    struct buf name;         /* of the member being read; then of a metric with its prefix */
    struct buf names;        /* of the cells, one behind the other */
    struct rows_cell *cells; /* of the row being read: none counts until the row is whole */
    size_t cell_count, cell_capacity;
    int primary; /* which of rules->steps is the step of this file; COUNTED: none */
    bool has_step, fraction;
    int64_t step; /* of the row; else of the last that had one */
    double wall_s;
    int64_t lines, rows, memory[ROWS_MEMORY];
    bool no_memory;
    struct rows_damage damage;
};

/* The token just taken as a number; text only where it is what writers put for non-finite ones. */
static bool number_of(const struct json *json, double *value)
{
    static const char *const WORDS[] = {"NaN", "Infinity", "-Infinity", NULL};
    if (json->kind == JSON_NUMBER) {
        *value = json->number;
        return true;
    }
    return json->kind == JSON_STRING && rows_name_index(WORDS, json->text, json->length) >= 0 &&
           num_parse(json->text, json->length, value);
}

static void add_cell(struct log *log, double value)
{
    size_t length = log->name.length;
    if (log->names.length + length >= ROW_NAMES_BYTES) {
        log->series.refused++;
        return;
    }
    if (!GROW(log->cells, log->cell_capacity, log->cell_count + 1) ||
        !buf_add(&log->names, log->name.data, length)) {
        log->no_memory = true;
        return;
    }
    log->cells[log->cell_count++] = (struct rows_cell){.length = length, .value = value};
}

/* A list of numbers whose items are metrics, unless they are too many. False when the row is bad.
 */
static bool take_items(struct log *log, struct json *json)
{
    double values[MOST_ITEMS];
    size_t named = 0, outer = log->name.length;
    while (log->rules->items[named])
        named++;
    size_t count = json_numbers(json, values, MOST_ITEMS);
    for (size_t i = 0; count <= MOST_ITEMS && i < count; i++) {
        if (count == named)
            buf_printf(&log->name, "/%s", log->rules->items[i]);
        else
            buf_printf(&log->name, "/%zu", i);
        if (log->name.failed)
            log->series.refused++;
        else
            add_cell(log, values[i]);
        log->name.length = outer;
        log->name.failed = false;
    }
    return json->kind == JSON_ARRAY_END;
}

/* A member of the row itself, its name in log->name: the step and the date are such. True when it
 * has been used up. */
static bool take_special(struct log *log, const struct json *json)
{
    int index = rows_name_index(log->rules->steps, log->name.data, log->name.length);
    if (index >= 0 && index == log->primary && json->kind == JSON_NUMBER) {
        log->has_step = rows_parse_step(json->text, json->length, &log->step, &log->fraction);
        return true;
    }
    if (rows_name_index(log->rules->walls, log->name.data, log->name.length) >= 0 &&
        (json->kind == JSON_NUMBER || json->kind == JSON_STRING))
        return rows_parse_wall(json->text, json->length, &log->wall_s);
    return false;
}

/* The members of the object that is open; false when the row is bad. */
static bool take_members(struct log *log, struct json *json, int depth)
{
    size_t outer = log->name.length;
    while (json_next(json) == JSON_KEY) {
        if (outer)
            buf_add_char(&log->name, '/');
        bool named = !json->too_long && json_add_string(json, &log->name) && log->name.data;
        double value;
        switch (json_next(json)) {
        case JSON_OBJECT:
            if (!(named && depth < MOST_DEPTH ? take_members(log, json, depth + 1)
                                              : json_skip(json)))
                return false;
            break;
        case JSON_ARRAY:
            if (!(named && log->rules->items ? take_items(log, json) : json_skip(json)))
                return false;
            break;
        default:
            if ((named && depth == 0 && take_special(log, json)) || !number_of(json, &value))
                break;
            if (named)
                add_cell(log, value);
            else
                log->series.refused++;
        }
        log->name.length = outer;
        log->name.failed = false;
    }
    return json->kind == JSON_OBJECT_END;
}

/* The best step key among the members of the row. */
static int best_step(const struct rows_rules *rules, const char *line, size_t length)
{
    struct json json;
    int best = COUNTED;
    json_init_memory(&json, line, length);
    if (json_next(&json) != JSON_OBJECT)
        return COUNTED;
    while (json_next(&json) == JSON_KEY) {
        int index = rows_name_index(rules->steps, json.text, json.length);
        bool better = index >= 0 && (best < 0 || index < best);
        if (better && json_next(&json) == JSON_NUMBER)
            best = index;
        if (!json_skip(&json))
            break;
    }
    return best;
}

/* The series of CELL. */
static int32_t series_of(struct log *log, const struct rows_cell *cell, const char *prefix)
{
    if (cell->unprefixed || !prefix[0])
        return series_find(&log->series, cell->name, cell->length);
    buf_clear(&log->name);
    buf_add_string(&log->name, prefix);
    if (buf_add(&log->name, cell->name, cell->length))
        return series_find(&log->series, log->name.data, log->name.length);
    log->series.refused++;
    return -1;
}

/* The whole row is known to be good: its points. */
static void commit_row(struct log *log, const struct rows_row *row)
{
    if (log->has_step && log->fraction && !log->damage.fractions++)
        log->damage.fractions_line = log->lines;
    log->rows++;
    for (size_t i = 0; i < row->count && !log->series.stopped; i++) {
        int32_t series = series_of(log, &row->cells[i], row->prefix);
        if (series >= 0)
            series_add(&log->series, series, row->step, log->wall_s, row->cells[i].value);
    }
}

/* The row as its format arranges it. Its names stand one behind the other. */
static struct rows_row row_of(struct log *log, const char *line, size_t length)
{
    const char *name = log->names.data;
    for (size_t i = 0; i < log->cell_count; i++) {
        log->cells[i].name = name;
        name += log->cells[i].length;
    }
    return (struct rows_row){.line = line,
        .line_length = length,
        .cells = log->cells,
        .count = log->cell_count,
        .step = log->primary == COUNTED ? log->rows : log->step,
        .prefix = "",
        .memory = log->memory};
}

/* A row that has no step of its own (an evaluation, say) stands at the last one's. False for a
 * damaged row, or one that comes before any step. */
static bool take_row(struct log *log, const char *line, size_t length)
{
    struct json json;
    int64_t step_before = log->step;
    bool had_step = log->rows > 0;
    int primary_before = log->primary;
    if (log->primary == UNDECIDED)
        log->primary = best_step(log->rules, line, length);
    log->cell_count = 0;
    log->has_step = log->fraction = false;
    log->wall_s = NAN;
    buf_clear(&log->name);
    buf_clear(&log->names);
    json_init_memory(&json, line, length);
    bool whole = json_next(&json) == JSON_OBJECT && take_members(log, &json, 0) &&
                 json_next(&json) == JSON_END;
    struct rows_row row = row_of(log, line, length);
    bool of_use = whole && (log->cell_count || log->has_step);
    if (whole && log->rules->arrange) {
        if (log->rules->arrange(log->rules->self, &row))
            commit_row(log, &row);
        return true;
    }
    if (of_use && (log->has_step || had_step || log->primary == COUNTED)) {
        commit_row(log, &row);
        return true;
    }
    log->step = step_before;
    log->primary = primary_before;
    return whole && !of_use; /* words only: what some tools begin with */
}

static void save_state(const struct log *log, struct buf *state)
{
    buf_clear(state);
    buf_add_varint(state, STATE_VERSION);
    buf_add_varint(state, (uint64_t)log->lines);
    buf_add_varint(state, (uint64_t)log->rows);
    buf_add_varint(state, (uint64_t)(log->primary - UNDECIDED));
    buf_add_varint(state, (uint64_t)log->step);
    for (size_t i = 0; i < ROWS_MEMORY; i++)
        buf_add_varint(state, (uint64_t)log->memory[i]);
}

static void load_state(struct log *log, const struct buf *state)
{
    struct wire rest = wire_of(state->length ? state->data : "", state->length);
    uint64_t version, lines, rows, primary, step, memory[ROWS_MEMORY];
    if (!state->length || !wire_varint(&rest, &version) || version != STATE_VERSION ||
        !wire_varint(&rest, &lines) || !wire_varint(&rest, &rows) ||
        !wire_varint(&rest, &primary) || !wire_varint(&rest, &step) || primary > 64)
        return;
    for (size_t i = 0; i < ROWS_MEMORY; i++)
        if (!wire_varint(&rest, &memory[i]))
            return;
    log->lines = (int64_t)lines;
    log->rows = (int64_t)rows;
    log->primary = (int)primary + UNDECIDED;
    log->step = (int64_t)step;
    for (size_t i = 0; i < ROWS_MEMORY; i++)
        log->memory[i] = (int64_t)memory[i];
}

/* One line. False when it has no end yet and is not a whole row either: it is still being written.
 */
static bool take_line(struct log *log, const char *line, size_t length, bool complete)
{
    bool too_long = length > ROWS_MAX_LINE_BYTES, taken = complete || too_long;
    log->lines++;
    if (rows_is_merge_marker(line, length) && complete)
        rows_count_skipped(&log->damage, log->lines, true);
    else if (!rows_is_blank(line, length)) {
        if (!too_long && take_row(log, line, length))
            taken = true;
        else if (taken)
            rows_count_skipped(&log->damage, log->lines, false);
    }
    log->lines -= !complete; /* its end is still to come */
    return taken;
}

static void log_init(struct log *log, const struct rows_rules *rules, struct sink *sink)
{
    *log = (struct log){.rules = rules, .primary = UNDECIDED};
    series_init(&log->series, sink, rules->prefix);
    buf_init(&log->name, SERIES_NAME_BYTES);
    buf_init(&log->names, ROW_NAMES_BYTES);
    /* Also an empty name is one. */
    log->no_memory = !buf_reserve(&log->name, 1) || !buf_reserve(&log->names, 1);
}

/* Hands over what waits and tells of damage; false when memory ran out. */
static bool log_end(struct log *log, const char *name, struct err *err)
{
    if (log->no_memory)
        err_set(err, ERR_MEMORY, "out of memory");
    bool ok = !log->no_memory && series_end(&log->series, name, err);
    if (ok && !log->series.stopped)
        rows_note(&log->damage, log->series.sink, name);
    return ok;
}

static void log_done(struct log *log)
{
    series_done(&log->series);
    buf_done(&log->name);
    buf_done(&log->names);
    free(log->cells);
}

bool rows_read_json(struct stream *stream, const char *name, const struct rows_rules *rules,
    struct reader_mark *mark, struct sink *sink, struct err *err)
{
    struct log log;
    const char *line;
    size_t length;
    bool complete;
    log_init(&log, rules, sink);
    load_state(&log, &mark->state);
    while (!log.series.stopped && !log.no_memory &&
           stream_line(stream, &line, &length, &complete) &&
           take_line(&log, line, length, complete))
        mark->offset = stream->offset;
    bool ok = log_end(&log, name, err);
    save_state(&log, &mark->state);
    log_done(&log);
    return ok;
}

bool rows_read_json_object(const char *path, const char *name, const struct rows_rules *rules,
    struct sink *sink, struct err *err)
{
    struct log log;
    struct buf text;
    log_init(&log, rules, sink);
    log.primary = COUNTED;
    buf_init(&text, MOST_OBJECT_BYTES);
    bool ok = file_read(path, &text, err);
    if (ok && !(text.length && take_row(&log, text.data, text.length)))
        rows_count_skipped(&log.damage, 1, false);
    ok = ok && log_end(&log, name, err);
    buf_done(&text);
    log_done(&log);
    return ok;
}

/* The objects of the list that TEXT holds, each as a row; false when it is cut, or something else.
 */
static bool take_objects(struct log *log, const struct buf *text)
{
    struct json json;
    json_init_memory(&json, text->data, text->length);
    if (json_next(&json) != JSON_ARRAY)
        return false;
    while (json_next(&json) != JSON_ARRAY_END && !log->series.stopped && !log->no_memory) {
        size_t start = (size_t)json_offset(&json) - 1;
        bool object = json.kind == JSON_OBJECT;
        if (!json_skip(&json))
            return false;
        log->lines++;
        if (!object || !take_row(log, text->data + start, (size_t)json_offset(&json) - start))
            rows_count_skipped(&log->damage, log->lines, false);
    }
    return true;
}

bool rows_read_json_list(const char *path, const char *name, const struct rows_rules *rules,
    struct sink *sink, struct err *err)
{
    struct log log;
    struct buf text;
    log_init(&log, rules, sink);
    buf_init(&text, ROWS_MAX_LINE_BYTES);
    bool ok = file_read(path, &text, err);
    if (ok && !(text.length && take_objects(&log, &text)))
        rows_count_skipped(&log.damage, log.lines + 1, false);
    ok = ok && log_end(&log, name, err);
    buf_done(&text);
    log_done(&log);
    return ok;
}

bool rows_read_json_file(const struct reader_source *source, const struct rows_rules *rules,
    struct reader_mark *mark, struct sink *sink, struct err *err)
{
    struct stream stream;
    if (!stream_open(&stream, source->path, mark->offset, err))
        return false;
    bool ok = rows_read_json(&stream, source->name, rules, mark, sink, err);
    stream_close(&stream);
    return ok;
}

bool rows_is_json_row(const struct rows_rules *rules, const char *line, size_t length)
{
    return best_step(rules, line, length) >= 0;
}

bool rows_is_json_log(
    const struct reader_place *place, const char *name, const struct rows_rules *rules)
{
    char head[HEAD_BYTES];
    size_t got = reader_peek(place, name, head, sizeof head);
    const char *line = head + text_mark_bytes(head, got), *end;
    for (; (end = memchr(line, '\n', got - (size_t)(line - head))); line = end + 1) {
        size_t length = (size_t)(end - line);
        if (rows_is_json_row(rules, line, length))
            return true;
        if (*line != '{' && !rows_is_blank(line, length) && !rows_is_merge_marker(line, length))
            return false;
    }
    return false;
}

struct rows_cell *rows_find(const struct rows_row *row, const char *name)
{
    for (size_t i = 0, length = strlen(name); i < row->count; i++)
        if (row->cells[i].length == length && memcmp(row->cells[i].name, name, length) == 0)
            return &row->cells[i];
    return NULL;
}

void rows_drop(struct rows_row *row, const char *name)
{
    struct rows_cell *cell = rows_find(row, name);
    if (!cell)
        return;
    size_t behind = (size_t)(row->cells + row->count - (cell + 1));
    memmove(cell, cell + 1, behind * sizeof *cell);
    row->count--;
}

bool rows_text(const struct rows_row *row, const char *name, struct buf *text)
{
    struct json json;
    buf_clear(text);
    json_init_memory(&json, row->line, row->line_length);
    json_next(&json);
    while (json_next(&json) == JSON_KEY) {
        if (json_is(&json, name))
            return json_next(&json) == JSON_STRING && !json.too_long &&
                   json_add_string(&json, text);
        if (!json_skip(&json))
            return false;
    }
    return false;
}
