#include "work/recording.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 4 << 20 };

/* ---- status.json ---- */

static void add_text(char *out, size_t bytes, const char *text, size_t length)
{
    size_t used = strlen(out);
    if (used + length >= bytes)
        length = bytes - used - 1;
    memcpy(out + used, text, length);
    out[used + length] = '\0';
}

static void take_text(const struct json *json, char *out, size_t bytes)
{
    char text[RECORDING_COMMAND_BYTES];
    out[0] = '\0';
    if (json->kind == JSON_STRING && json->length < sizeof text)
        add_text(out, bytes, text, json_unescape(json->text, json->length, text));
}

/* A word, in quotes that show where it begins and ends; to be read, not to be run. */
static void add_word(const struct json *json, char *out, size_t bytes)
{
    char word[RECORDING_COMMAND_BYTES];
    size_t length = json->length < sizeof word ? json_unescape(json->text, json->length, word)
                                               : json_unescape(json->text, sizeof word - 1, word);
    static const char PLAIN[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%^";
    word[length < sizeof word ? length : sizeof word - 1] = '\0';
    bool plain = length && strspn(word, PLAIN) == length;
    const char *quote = plain ? "" : memchr(word, '\'', length) ? "\"" : "'";
    if (out[0])
        add_text(out, bytes, " ", 1);
    add_text(out, bytes, quote, strlen(quote));
    add_text(out, bytes, word, length);
    add_text(out, bytes, quote, strlen(quote));
}

static void take_command(struct json *json, struct recording *out)
{
    if (json->kind != JSON_ARRAY) {
        take_text(json, out->command, sizeof out->command);
        return;
    }
    while (json_next(json) == JSON_STRING)
        add_word(json, out->command, sizeof out->command);
}

static double date_of(const struct json *json)
{
    double wall_s;
    if (json->kind == JSON_NUMBER)
        return json->number;
    return json->kind == JSON_STRING && clock_parse_iso(json->text, json->length, &wall_s) ? wall_s
                                                                                           : NAN;
}

static enum run_status status_of(const struct json *json)
{
    for (enum run_status status = RUN_RUNNING; status <= RUN_FAILED; status++)
        if (json->kind == JSON_STRING && json_is(json, run_status_name(status)))
            return status;
    return RUN_UNKNOWN;
}

enum member {
    COMMAND,
    HOST,
    SCOPE,
    PID,
    PID_START,
    RECORDER_PID,
    RECORDER_START,
    STATUS,
    STARTED,
    ENDED,
    EXIT_CODE,
    SIGNAL,
    MEMBERS
};

static void take_member(struct json *json, enum member member, struct recording *out)
{
    int64_t *const numbers[MEMBERS] = {[PID] = &out->pid,
        [PID_START] = &out->pid_start,
        [RECORDER_PID] = &out->recorder_pid,
        [RECORDER_START] = &out->recorder_start,
        [EXIT_CODE] = &out->exit_code};
    json_next(json);
    switch (member) {
    case COMMAND:
        take_command(json, out);
        break;
    case HOST:
        take_text(json, out->host, sizeof out->host);
        break;
    case SCOPE:
        take_text(json, out->scope, sizeof out->scope);
        break;
    case STATUS:
        out->status = status_of(json);
        break;
    case SIGNAL:
        take_text(json, out->signal, sizeof out->signal);
        break;
    case STARTED:
        out->started_s = date_of(json);
        break;
    case ENDED:
        out->ended_s = date_of(json);
        break;
    default:
        json_int(json, numbers[member]);
    }
}

bool recording_read(const char *text, size_t length, struct recording *out)
{
    static const char *const NAMES[MEMBERS] = {[COMMAND] = "command",
        [HOST] = "host",
        [SCOPE] = "pid_scope",
        [PID] = "pid",
        [PID_START] = "pid_start",
        [RECORDER_PID] = "recorder_pid",
        [RECORDER_START] = "recorder_start",
        [STATUS] = "status",
        [STARTED] = "started",
        [ENDED] = "ended",
        [EXIT_CODE] = "exit_code",
        [SIGNAL] = "signal"};
    struct json json;
    *out = (struct recording){.started_s = NAN, .ended_s = NAN, .exit_code = -1};
    json_init_memory(&json, text, length);
    if (json_next(&json) != JSON_OBJECT)
        return false;
    while (json_next(&json) == JSON_KEY) {
        enum member member = 0;
        while (member < MEMBERS && !json_is(&json, NAMES[member]))
            member++;
        if (member < MEMBERS)
            take_member(&json, member, out);
        if (json.kind != JSON_ARRAY_END && !json_skip(&json))
            break;
    }
    return json.kind == JSON_OBJECT_END && out->command[0];
}

/* ---- the process ---- */

enum recording_life recording_life(const struct recording *recording)
{
    char scope[PROCESS_SCOPE_BYTES];
    if (!recording->pid || !recording->recorder_pid || !recording->scope[0] ||
        !process_scope(scope) || strcmp(scope, recording->scope) != 0)
        return RECORDING_UNSURE;
    return process_lives((pid_t)recording->pid, (uint64_t)recording->pid_start) ||
                   process_lives(
                       (pid_t)recording->recorder_pid, (uint64_t)recording->recorder_start)
               ? RECORDING_LIVES
               : RECORDING_DEAD;
}

enum recording_life recording_life_in(const char *directory)
{
    struct arena arena = {0};
    struct recording recording;
    struct buf text;
    buf_init(&text, MOST_BYTES);
    const char *path = path_join(&arena, directory, "status.json");
    bool is_one = path && file_read(path, &text, NULL) && text.length &&
                  recording_read(text.data, text.length, &recording);
    buf_done(&text);
    arena_done(&arena);
    return is_one ? recording_life(&recording) : RECORDING_NONE;
}

bool recording_send(const struct recording *recording, int signal, struct err *err)
{
    char host[RECORDING_HOST_BYTES] = "";
    if (recording->status != RUN_RUNNING)
        return err_set(err, ERR_USAGE, "the command has ended");
    if (recording->pid <= 1 || !recording->pid_start || !recording->host[0])
        return err_set(err, ERR_USAGE, "status.json does not say which process it is");
    if (gethostname(host, sizeof host - 1) != 0 || strcmp(host, recording->host) != 0)
        return err_set(err, ERR_USAGE, "the command runs on %s, this is %s: send it there",
            recording->host, host);
    pid_t pid = (pid_t)recording->pid;
    uint64_t start;
    if (!process_start(pid, &start))
        return err_set(err, ERR_USAGE, "the command runs no more: process %lld is gone",
            (long long)recording->pid);
    if ((int64_t)start != recording->pid_start)
        return err_set(err, ERR_USAGE, "the command runs no more: process %lld is another one now",
            (long long)recording->pid);
    if (kill(getpgid(pid) == pid ? -pid : pid, signal) != 0)
        return err_set_errno(err, "cannot send the signal");
    return true;
}
