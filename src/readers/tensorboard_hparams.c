/*
 * The hparams plugin: a session's parameters, and when it began and how it ended.
 * Knows: plugin_data.proto, google.protobuf.Value. Must not know: scalars, records.
 */
#include "readers/params.h"
#include "readers/tensorboard.h"

#include <math.h>

/* google.protobuf.Value: which of its fields is set. */
enum { VALUE_NULL = 1, VALUE_NUMBER, VALUE_STRING, VALUE_BOOL, VALUE_STRUCT, VALUE_LIST };

static void write_value(struct json_writer *writer, struct wire value, int depth);

/* A map entry: its key and its value's message. False without a key. */
static bool take_entry(struct wire entry, struct wire *key, struct wire *value)
{
    struct wire_field field;
    bool has_key = false;
    *value = (struct wire){entry.end, entry.end};
    while (wire_next(&entry, &field)) {
        if (field.type != WIRE_BYTES)
            continue;
        if (field.number == 1) {
            *key = field.bytes;
            has_key = true;
        } else if (field.number == 2) {
            *value = field.bytes;
        }
    }
    return has_key;
}

static void write_list(struct json_writer *writer, struct wire list, int depth)
{
    struct wire_field item;
    json_writer_array(writer);
    while (depth < PARAMS_MOST_DEPTH && wire_next(&list, &item))
        if (item.number == 1 && item.type == WIRE_BYTES)
            write_value(writer, item.bytes, depth + 1);
    json_writer_array_end(writer);
}

/* A value inside a list; structures there are not flattened but left out as null. */
static void write_value(struct json_writer *writer, struct wire value, int depth)
{
    struct wire_field field = {0};
    while (wire_next(&value, &field) && field.number > VALUE_LIST)
        ;
    if (field.number == VALUE_NUMBER && field.type == WIRE_FIXED64)
        json_writer_number(writer, wire_double(field.value));
    else if (field.number == VALUE_STRING && field.type == WIRE_BYTES)
        json_writer_bytes(writer, (const char *)field.bytes.at, wire_left(field.bytes));
    else if (field.number == VALUE_BOOL && field.type == WIRE_VARINT)
        json_writer_bool(writer, field.value != 0);
    else if (field.number == VALUE_LIST && field.type == WIRE_BYTES)
        write_list(writer, field.bytes, depth);
    else
        json_writer_null(writer);
}

static void put_value(struct params *params, struct wire value, int depth);

static void put_struct(struct params *params, struct wire map, int depth)
{
    struct wire_field field;
    struct wire key, value;
    while (wire_next(&map, &field)) {
        if (field.number != 1 || field.type != WIRE_BYTES || !take_entry(field.bytes, &key, &value))
            continue;
        size_t entered = params_enter(params, (const char *)key.at, wire_left(key));
        put_value(params, value, depth + 1);
        params_leave(params, entered);
    }
}

/* The value of the parameter that is entered. */
static void put_value(struct params *params, struct wire value, int depth)
{
    struct wire_field field = {0};
    while (wire_next(&value, &field) && field.number > VALUE_LIST)
        ;
    if (depth > PARAMS_MOST_DEPTH) {
        params->left_out++;
    } else if (field.number == VALUE_NUMBER && field.type == WIRE_FIXED64) {
        params_put_number(params, wire_double(field.value));
    } else if (field.number == VALUE_STRING && field.type == WIRE_BYTES) {
        params_put_text(params, (const char *)field.bytes.at, wire_left(field.bytes));
    } else if (field.number == VALUE_BOOL && field.type == WIRE_VARINT) {
        params_put_bool(params, field.value != 0);
    } else if (field.number == VALUE_STRUCT && field.type == WIRE_BYTES) {
        put_struct(params, field.bytes, depth);
    } else if (field.number == VALUE_LIST && field.type == WIRE_BYTES) {
        struct json_writer writer = params_begin_list(params);
        write_list(&writer, field.bytes, depth);
        params_end_list(params);
    } else {
        params_put_null(params);
    }
}

/* SessionStartInfo: 1 hparams (a map, as a Struct's), 5 start_time_secs. */
static void take_start(struct tb_file *file, struct wire start)
{
    struct params params;
    struct wire_field field;
    params_init_sink(&params, file->sink);
    put_struct(&params, start, 0);
    if (params.stopped || !params_note(&params, file->sink, file->name))
        file->series.stopped = true;
    params_done(&params);
    while (wire_next(&start, &field))
        if (field.number == 5 && field.type == WIRE_FIXED64 && wire_double(field.value) > 0)
            file->session.started_s = wire_double(field.value);
    file->session.seen = true;
    file->session.status = RUN_UNKNOWN;
    file->session.ended_s = NAN;
}

/* SessionEndInfo: 1 status, 2 end_time_secs. */
static void take_end(struct tb_file *file, struct wire end)
{
    static const enum run_status STATUS[] = {
        RUN_UNKNOWN, RUN_FINISHED, RUN_FAILED, RUN_RUNNING}; /* plugin's Status */
    struct wire_field field;
    struct tb_session *session = &file->session;
    session->seen = true;
    session->status = RUN_UNKNOWN;
    session->ended_s = NAN;
    while (wire_next(&end, &field))
        if (field.number == 1 && field.type == WIRE_VARINT && field.value < 4)
            session->status = STATUS[field.value];
        else if (field.number == 2 && field.type == WIRE_FIXED64 && wire_double(field.value) > 0)
            session->ended_s = wire_double(field.value);
}

void tb_take_hparams(struct tb_file *file, struct wire content, bool *ends)
{
    struct wire_field field;
    while (wire_next(&content, &field)) {
        if (field.type != WIRE_BYTES)
            continue;
        if (field.number == 3)
            take_start(file, field.bytes);
        if (field.number == 4) {
            take_end(file, field.bytes);
            *ends = true;
        }
    }
}

/* PyTorch and Lightning write an end record, "success" without a time, when they begin. So an end
 * is believed only when it says when, and nothing was logged after that. */
void tb_emit_status(struct tb_file *file)
{
    const struct tb_session *session = &file->session;
    bool ended = (session->status == RUN_FINISHED || session->status == RUN_FAILED) &&
                 session->ended_s >= file->last_wall_s;
    struct sink *sink = file->sink;
    if (session->seen && !file->series.stopped &&
        !sink->status(sink->self, ended ? session->status : RUN_UNKNOWN, session->started_s,
            ended ? session->ended_s : NAN))
        file->series.stopped = true;
}
