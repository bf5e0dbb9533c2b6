/*
 * Parameters on their way out: dotted names from nested maps, values as text, limits on both.
 * Knows: names, kinds of values. Must not know: YAML, JSON or other formats, or who takes them.
 *
 * A value or name beyond the limits, or one parameter too many, is left out and counted.
 */
#pragma once

#include "base/buf.h"
#include "base/json_writer.h"
#include "facts/sink.h"

enum {
    PARAMS_MOST = 1 << 16,
    PARAMS_MOST_DEPTH = 64, /* of nested maps and lists */
    PARAMS_NAME_BYTES = 4096,
    PARAMS_TEXT_BYTES = 64 << 10,
    PARAMS_TOTAL_BYTES = 32 << 20, /* of all names and values */
};

struct params {
    /* Takes one parameter, valid during the call. False: no more are wanted. */
    bool (*take)(void *self, const struct param *param);
    void *self;

    int64_t count, left_out;
    size_t total_bytes;
    bool stopped; /* TAKE returned false */
    bool full;    /* a limit on all together is reached: nothing more needs to be put */
    struct buf name, text;
    int lost; /* members entered since the name became too long */
};

void params_init(
    struct params *params, bool (*take)(void *self, const struct param *param), void *self);
/* Parameters straight into SINK. */
void params_init_sink(struct params *params, struct sink *sink);
void params_done(struct params *params);

/* Enters the member KEY of the map that is open; params_leave() takes what this returned. NUL bytes
 * become '?'. */
size_t params_enter(struct params *params, const char *key, size_t length);
void params_leave(struct params *params, size_t entered);

/* The value of the member that is entered. */
void params_put_plain(struct params *params, const char *text, size_t length); /* unquoted text */
void params_put_text(struct params *params, const char *text, size_t length);  /* a string */
void params_put_number(struct params *params, double value);
void params_put_bool(struct params *params, bool value);
void params_put_null(struct params *params);
/* A list (or empty map) as JSON text: what the caller writes into params->text between these two.
 */
struct json_writer params_begin_list(struct params *params);
void params_end_list(struct params *params);

/* One scalar of a list, unquoted: a number, true, false or null as such, else a string. */
void params_write_plain(struct json_writer *writer, const char *text, size_t length);

/* Says on SINK, as a note on FILE, how many parameters were left out, if any. */
bool params_note(const struct params *params, struct sink *sink, const char *file);
