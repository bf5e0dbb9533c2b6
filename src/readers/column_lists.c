#include "readers/column_lists.h"

#include "base/file.h"
#include "base/grow.h"
#include "base/json.h"
#include "base/num.h"
#include "readers/series.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_DEPTH = 16 };

struct lists {
    const struct rows_rules *rules;
    struct series_set series;
    struct buf name;
    int step; /* which of rules->steps is one of the lists, -1: none */
    int64_t *steps;
    size_t step_count, step_capacity;
    int64_t left_out;
    bool no_memory;
};

/* ---- steps: a pass of its own, for their list may stand behind the others ---- */

/* The list that is open, as steps: true when all its items are whole numbers. */
static bool take_steps(struct lists *lists, struct json *json)
{
    bool good = true;
    lists->step_count = 0;
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD) {
        int64_t step = 0;
        good &= json_int(json, &step);
        if (!GROW(lists->steps, lists->step_capacity, lists->step_count + 1)) {
            lists->no_memory = true;
            return false;
        }
        lists->steps[lists->step_count++] = step;
        if (!json_skip(json))
            return false;
    }
    return good;
}

/* Finds the best list of steps; false when TEXT is not one whole object. */
static bool find_steps(struct lists *lists, const struct buf *text)
{
    struct json json;
    json_init_memory(&json, text->data, text->length);
    if (json_next(&json) != JSON_OBJECT)
        return false;
    while (json_next(&json) == JSON_KEY) {
        int index = rows_name_index(lists->rules->steps, json.text, json.length);
        bool better = index >= 0 && (lists->step < 0 || index < lists->step);
        if (better && json_next(&json) == JSON_ARRAY)
            lists->step = take_steps(lists, &json) ? index : -1;
        else if (!json_skip(&json))
            return false;
    }
    return json.kind == JSON_OBJECT_END && json_next(&json) == JSON_END;
}

/* ---- values ---- */

/* How many items the list has that is open in JSON, which reads memory and stays where it is. */
static size_t count_items(struct json json)
{
    size_t count = 0;
    while (json_next(&json) != JSON_ARRAY_END && json_skip(&json))
        count++;
    return count;
}

static void take_value(struct lists *lists, const struct json *json, int64_t step)
{
    static const char *const WORDS[] = {"NaN", "Infinity", "-Infinity", NULL};
    double value = json->number;
    bool word = json->kind == JSON_STRING &&
                rows_name_index(WORDS, json->text, json->length) >= 0 &&
                num_parse(json->text, json->length, &value);
    if (json->kind != JSON_NUMBER && !word) {
        lists->left_out += json->kind != JSON_NULL;
        return;
    }
    int32_t series = series_find(&lists->series, lists->name.data, lists->name.length);
    if (series >= 0)
        series_add(&lists->series, series, step, NAN, value);
}

/* The values of the list that is open; false when it is bad. One of another length than the steps'
 * counts by itself. */
static bool take_list(struct lists *lists, struct json *json)
{
    bool stepped = lists->step >= 0 && count_items(*json) == lists->step_count;
    for (size_t i = 0; json_next(json) != JSON_ARRAY_END; i++) {
        if (json->kind == JSON_BAD || lists->series.stopped)
            return false;
        take_value(lists, json, stepped ? lists->steps[i] : (int64_t)i);
        if (!json_skip(json))
            return false;
    }
    return true;
}

/* The lists of the object that is open; false when it is bad. */
static bool take_members(struct lists *lists, struct json *json, int depth)
{
    size_t outer = lists->name.length;
    while (json_next(json) == JSON_KEY) {
        bool is_step =
            !depth && lists->step >= 0 &&
            rows_name_index(lists->rules->steps, json->text, json->length) == lists->step;
        bool wrapper = !depth && json_is(json, "history");
        bool named = !is_step && (!outer || buf_add_char(&lists->name, '/')) && !json->too_long &&
                     json_add_string(json, &lists->name) && lists->name.length;
        bool whole;
        if (json_next(json) == JSON_OBJECT && wrapper)
            lists->name.length = outer;
        if (named && json->kind == JSON_ARRAY)
            whole = take_list(lists, json);
        else if (named && json->kind == JSON_OBJECT && depth < MOST_DEPTH)
            whole = take_members(lists, json, depth + 1);
        else
            whole = json_skip(json);
        lists->name.length = outer;
        lists->name.failed = false;
        if (!whole)
            return false;
    }
    return json->kind == JSON_OBJECT_END;
}

static void say(const struct lists *lists, const char *file, int64_t count, const char *text)
{
    struct note note = {.file = file, .offset = -1, .count = count, .text = text};
    if (count && !lists->series.stopped)
        lists->series.sink->note(lists->series.sink->self, &note);
}

bool column_lists_read(const struct reader_source *source, const struct rows_rules *rules,
    struct sink *sink, struct err *err)
{
    struct lists lists = {.rules = rules, .step = -1};
    struct buf text;
    struct json json;
    buf_init(&text, COLUMN_LISTS_MOST_BYTES);
    buf_init(&lists.name, SERIES_NAME_BYTES);
    series_init(&lists.series, sink, rules->prefix);
    bool ok = file_read(source->path, &text, err);
    bool whole = ok && text.length && find_steps(&lists, &text);
    if (whole) {
        json_init_memory(&json, text.data, text.length);
        whole = json_next(&json) == JSON_OBJECT && take_members(&lists, &json, 0);
    }
    if (lists.no_memory)
        err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && !lists.no_memory && series_end(&lists.series, source->name, err);
    if (ok) {
        say(&lists, source->name, lists.left_out, "value that is no number, left out");
        say(&lists, source->name, !whole, "is no whole JSON object");
    }
    series_done(&lists.series);
    buf_done(&lists.name);
    buf_done(&text);
    free(lists.steps);
    return ok;
}
