/*
 * W&B's records: rows of the history, the configuration, the summary, the run, the machine's
 * statistics and the exit.
 * Knows: their messages. Must not know: framing, files.
 *
 * The configuration comes in updates, and so do parameters: the last one counts; one that is taken
 * away becomes null. What only the summary has (best values, say) becomes a point at the exit.
 */
#include "readers/json_params.h"
#include "readers/wandb.h"
#include "readers/wandb_media.h"

#include "base/grow.h"
#include "base/num.h"

#include <math.h>

enum { RECORD_HISTORY = 2, RECORD_SUMMARY = 3, RECORD_CONFIG = 5, RECORD_STATS = 7 };
enum { RECORD_RUN = 17, RECORD_EXIT = 18 };
enum { ITEMS_UPDATE = 1, ITEMS_REMOVE = 2 };

/* A Timestamp: 1 seconds, 2 nanoseconds. */
static double timestamp_s(struct wire message)
{
    struct wire_field field;
    double seconds = NAN, rest = 0;
    while (wire_next(&message, &field))
        if (field.number == 1 && field.type == WIRE_VARINT)
            seconds = (double)(int64_t)field.value;
        else if (field.number == 2 && field.type == WIRE_VARINT)
            rest = (double)(int64_t)field.value * 1e-9;
    return seconds + rest;
}

static void count_refused(struct wandb_file *file, int64_t refused)
{
    file->history.refused += refused;
}

/* ---- history ---- */

struct row {
    struct wandb_file *file;
    int64_t step;
    double wall_s;
};

static void take_number(void *self, const char *name, size_t length, double value)
{
    struct row *row = self;
    struct series_set *history = &row->file->history;
    if (wandb_is_internal(name, length))
        return;
    int32_t index = series_find(history, name, length);
    if (index < 0)
        return;
    history->items[index].kind |= WANDB_IN_HISTORY;
    series_add(history, index, row->step, row->wall_s, value);
}

/* HistoryStep: 1 num. */
static void take_step(struct wire message, int64_t *step)
{
    struct wire_field field;
    while (wire_next(&message, &field))
        if (field.number == 1 && field.type == WIRE_VARINT)
            *step = (int64_t)field.value;
}

void wandb_row_moment(struct wire row, struct buf *name, int64_t *step, double *wall_s)
{
    struct wire_field field;
    struct wandb_item item;
    double number;
    *step += *step < INT64_MAX;
    while (wire_next(&row, &field)) {
        if (field.number == 2 && field.type == WIRE_BYTES)
            take_step(field.bytes, step);
        if (field.number != 1 || field.type != WIRE_BYTES ||
            !wandb_item_parse(field.bytes, name, &item) || !name->length ||
            !wandb_item_number(&item, &number))
            continue;
        if (strcmp(name->data, "_timestamp") == 0)
            *wall_s = number;
        if (strcmp(name->data, "_step") == 0 && fabs(number) < 0x1p53)
            *step = (int64_t)number;
    }
}

/* Boxes that the row logged: the log itself names them, see wandb_media.h. */
static void tell_boxes(struct wandb_file *file, int64_t step, bool has_truth)
{
    struct sink *sink = file->sink;
    /* Of several logs in one place each is a run, and none has a directory of its own. */
    const char *log = file->source->part ? file->source->path : file->source->name;
    char path[4096];
    struct artifact boxes = {ARTIFACT_PREDICTIONS, path, step};
    struct artifact truth = {ARTIFACT_GROUND_TRUTH, log, -1};
    if (!wandb_boxes_path(log, step, path, sizeof path) || file->history.stopped)
        return;
    if (!sink->artifact(sink->self, &boxes) ||
        (has_truth && !file->truth_told && !sink->artifact(sink->self, &truth)))
        file->history.stopped = true;
    file->truth_told |= has_truth;
}

static void take_history(struct wandb_file *file, struct wire message)
{
    struct row row = {file, file->step, NAN};
    struct wire items = message;
    struct wire_field field;
    struct wandb_item item;
    bool has_boxes = false, has_truth = false;
    wandb_row_moment(message, &file->name, &row.step, &row.wall_s);
    while (wire_next(&items, &field) && !file->history.stopped) {
        if (field.number != 1 || field.type != WIRE_BYTES)
            continue;
        if (!wandb_item_parse(field.bytes, &file->name, &item)) {
            file->malformed++;
            continue;
        }
        count_refused(file, wandb_numbers(&item, &file->name, take_number, &row));
        wandb_media_has_boxes(&item, &has_boxes, &has_truth);
    }
    if (items.at != items.end && !file->history.stopped)
        file->malformed++;
    file->step = row.step;
    if (!(row.wall_s <= file->wall_s) && !isnan(row.wall_s))
        file->wall_s = row.wall_s;
    if (has_boxes && row.step >= 0)
        tell_boxes(file, row.step, has_truth);
}

/* ---- the summary ---- */

static void keep_summary(void *self, const char *name, size_t length, double value)
{
    struct wandb_file *file = self;
    struct series_set *history = &file->history;
    if (wandb_is_internal(name, length))
        return;
    int32_t index = series_find(history, name, length);
    if (index < 0)
        return;
    if (!GROW(file->summary, file->summary_capacity, history->count)) {
        history->stopped = history->no_memory = true;
        return;
    }
    file->summary[index] = value;
    history->items[index].kind |= WANDB_IN_SUMMARY;
}

static void take_summary(struct wandb_file *file, struct wire message)
{
    struct wire_field field;
    struct wandb_item item;
    while (wire_next(&message, &field) && !file->history.stopped) {
        if (field.type != WIRE_BYTES)
            continue;
        bool whole = wandb_item_parse(field.bytes, &file->name, &item);
        if (whole && field.number == ITEMS_UPDATE)
            count_refused(file, wandb_numbers(&item, &file->name, keep_summary, file));
        if (field.number != ITEMS_REMOVE || file->name.failed || !file->name.length)
            continue;
        int32_t index = series_find(&file->history, file->name.data, file->name.length);
        if (index >= 0)
            file->history.items[index].kind &= ~WANDB_IN_SUMMARY;
    }
}

static void tell_summary(struct wandb_file *file)
{
    struct series_set *history = &file->history;
    for (size_t i = 0; i < history->count && !file->summary_lost; i++)
        if (history->items[i].kind == WANDB_IN_SUMMARY)
            series_add(history, (int32_t)i, file->step, file->wall_s, file->summary[i]);
}

/* ---- the configuration ---- */

/* As the one member of an object, so that one function knows how JSON becomes parameters. */
static void put_param(struct wandb_file *file, const char *value, size_t length)
{
    struct json_writer writer;
    struct buf object;
    if (file->name.failed) {
        file->params.left_out++;
        return;
    }
    buf_init(&object, (size_t)length + 8 * WANDB_NAME_BYTES);
    json_writer_init(&writer, &object, false);
    json_writer_object(&writer);
    json_writer_key(&writer, file->name.length ? file->name.data : "");
    buf_add(&object, value, length);
    buf_add_char(&object, '}');
    if (object.failed || json_params_put(object.data, object.length, &file->params) >= 0)
        file->malformed += !file->params.stopped;
    buf_done(&object);
}

static void take_config(struct wandb_file *file, struct wire message)
{
    static const char REMOVED[] = "null";
    struct wire_field field;
    struct wandb_item item;
    while (wire_next(&message, &field) && !file->params.stopped) {
        if (field.type != WIRE_BYTES || field.number > ITEMS_REMOVE)
            continue;
        bool whole = wandb_item_parse(field.bytes, &file->name, &item);
        if (file->name.length && wandb_is_internal(file->name.data, file->name.length))
            continue;
        if (field.number == ITEMS_REMOVE)
            put_param(file, REMOVED, sizeof REMOVED - 1);
        else if (whole)
            put_param(file, item.json, item.length);
        else
            file->malformed++;
    }
    if (file->params.stopped)
        file->history.stopped = true;
}

/* ---- the run, the machine, the exit ---- */

static void tell_label(struct wandb_file *file, enum run_label label, struct wire text)
{
    struct sink *sink = file->sink;
    buf_clear(&file->name);
    if (!wire_left(text) || memchr(text.at, '\0', wire_left(text)) ||
        !buf_add(&file->name, text.at, wire_left(text)))
        return;
    if (!sink->label(sink->self, label, file->name.data))
        file->history.stopped = true;
}

static void take_run(struct wandb_file *file, struct wire message)
{
    enum { ID = 1, CONFIG = 4, SUMMARY = 5, TITLE = 8, STARTED = 17 };
    struct wire_field field;
    file->is_known = true;
    while (wire_next(&message, &field) && !file->history.stopped) {
        if (field.type != WIRE_BYTES)
            continue;
        if (field.number == ID)
            tell_label(file, RUN_LABEL_ID, field.bytes);
        else if (field.number == TITLE)
            tell_label(file, RUN_LABEL_TITLE, field.bytes);
        else if (field.number == CONFIG)
            take_config(file, field.bytes);
        else if (field.number == SUMMARY)
            take_summary(file, field.bytes);
        else if (field.number == STARTED)
            file->started_s = timestamp_s(field.bytes);
    }
}

static void take_sample(void *self, const char *name, size_t length, double value)
{
    struct row *row = self;
    struct series_set *system = &row->file->system;
    int32_t index = series_find(system, name, length);
    if (index >= 0 && system->items[index].kind < INT32_MAX)
        series_add(system, index, system->items[index].kind++, row->wall_s, value);
}

/* StatsRecord: 2 timestamp, 3 items. A sample's step is its number: the machine has none. */
static void take_stats(struct wandb_file *file, struct wire message)
{
    struct row row = {file, 0, NAN};
    struct wire items = message;
    struct wire_field field;
    struct wandb_item item;
    while (wire_next(&message, &field))
        if (field.number == 2 && field.type == WIRE_BYTES)
            row.wall_s = timestamp_s(field.bytes);
    while (wire_next(&items, &field) && !file->system.stopped) {
        if (field.number != 3 || field.type != WIRE_BYTES)
            continue;
        if (wandb_item_parse(field.bytes, &file->name, &item))
            count_refused(file, wandb_numbers(&item, &file->name, take_sample, &row));
        else
            file->malformed++;
    }
    if (!(row.wall_s <= file->wall_s) && !isnan(row.wall_s))
        file->wall_s = row.wall_s;
}

/* RunExitRecord: 1 exit_code, 2 runtime in seconds. */
static void take_exit(struct wandb_file *file, struct wire message)
{
    struct wire_field field;
    uint64_t code = 0, runtime_s = 0;
    while (wire_next(&message, &field))
        if (field.number == 1 && field.type == WIRE_VARINT)
            code = field.value;
        else if (field.number == 2 && field.type == WIRE_VARINT)
            runtime_s = field.value;
    file->is_known = true;
    file->status = code ? RUN_FAILED : RUN_FINISHED;
    file->ended_s =
        runtime_s && !isnan(file->started_s) ? file->started_s + (double)runtime_s : file->wall_s;
    if (!file->ended)
        tell_summary(file);
    file->ended = true;
}

void wandb_take_record(struct wandb_file *file, struct wire record)
{
    static void (*const TAKE[])(struct wandb_file * file, struct wire message) = {
        [RECORD_HISTORY] = take_history,
        [RECORD_SUMMARY] = take_summary,
        [RECORD_CONFIG] = take_config,
        [RECORD_STATS] = take_stats,
        [RECORD_RUN] = take_run,
        [RECORD_EXIT] = take_exit,
    };
    struct wire_field field;
    while (wire_next(&record, &field) && !file->history.stopped)
        if (field.type == WIRE_BYTES && field.number < sizeof TAKE / sizeof *TAKE &&
            TAKE[field.number])
            TAKE[field.number](file, field.bytes);
    if (record.at != record.end && !file->history.stopped)
        file->malformed++;
}
