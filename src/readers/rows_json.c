/*
 * Rows as JSON lines: one object a line, nested names joined by "/".
 * Knows: JSON and the rules of rows.h. Must not know: CSV.
 */
#include "base/file.h"
#include "base/grow.h"
#include "base/json.h"
#include "base/num.h"
#include "readers/rows.h"
#include "readers/series.h"
#include "readers/wire.h"

#include <math.h>
#include <stdlib.h>

enum { STATE_VERSION = 1, UNDECIDED = -2, COUNTED = -1, MOST_DEPTH = 64 };
enum { MOST_OBJECT_BYTES = 1 << 20 };

struct cell {
    int32_t series;
    double value;
};

struct log {
    const struct rows_rules *rules;
    struct series_set series;
    struct buf name;    /* of the member being read */
    struct cell *cells; /* of the row being read: none counts until the row is whole */
    size_t cell_count, cell_capacity;
    int primary; /* which of rules->steps is the step of this file; COUNTED: none */
    bool has_step, fraction;
    int64_t step; /* of the row; else of the last that had one */
    double wall_s;
    int64_t lines, rows;
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
    int32_t series = series_find(&log->series, log->name.data, log->name.length);
    if (series < 0)
        return;
    if (!GROW(log->cells, log->cell_capacity, log->cell_count + 1)) {
        log->no_memory = true;
        return;
    }
    log->cells[log->cell_count++] = (struct cell){series, value};
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
            if (!json_skip(json))
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

/* The whole row is known to be good: its points. */
static void commit_row(struct log *log)
{
    int64_t step = log->primary == COUNTED ? log->rows : log->step;
    if (log->has_step && log->fraction && !log->damage.fractions++)
        log->damage.fractions_line = log->lines;
    log->rows++;
    for (size_t i = 0; i < log->cell_count && !log->series.stopped; i++)
        series_add(&log->series, log->cells[i].series, step, log->wall_s, log->cells[i].value);
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
    json_init_memory(&json, line, length);
    bool whole = json_next(&json) == JSON_OBJECT && take_members(log, &json, 0) &&
                 json_next(&json) == JSON_END;
    bool of_use = whole && (log->cell_count || log->has_step);
    if (of_use && (log->has_step || had_step || log->primary == COUNTED)) {
        commit_row(log);
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
}

static void load_state(struct log *log, const struct buf *state)
{
    struct wire rest = wire_of(state->length ? state->data : "", state->length);
    uint64_t version, lines, rows, primary, step;
    if (!state->length || !wire_varint(&rest, &version) || version != STATE_VERSION ||
        !wire_varint(&rest, &lines) || !wire_varint(&rest, &rows) ||
        !wire_varint(&rest, &primary) || !wire_varint(&rest, &step) || primary > 64)
        return;
    log->lines = (int64_t)lines;
    log->rows = (int64_t)rows;
    log->primary = (int)primary + UNDECIDED;
    log->step = (int64_t)step;
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
    log->no_memory = !buf_reserve(&log->name, 1); /* also an empty name is one */
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

bool rows_is_json_row(const struct rows_rules *rules, const char *line, size_t length)
{
    return best_step(rules, line, length) >= 0;
}
