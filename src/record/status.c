#include "record/status.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/process.h"
#include "record/words.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM_FOR_THE_END = 256 };

/* "SIGTERM", or "signal 34" of one without a name. */
static void print_signal(int number, char *out, size_t out_bytes)
{
    const char *name = sigabbrev_np(number);
    if (name)
        snprintf(out, out_bytes, "SIG%s", name);
    else
        snprintf(out, out_bytes, "signal %d", number);
}

void status_print_end(const struct keeper_end *end, char *out, size_t out_bytes)
{
    if (end->is_unknown)
        snprintf(out, out_bytes, "unknown");
    else if (end->signal)
        print_signal(end->signal, out, out_bytes);
    else
        snprintf(out, out_bytes, "exit code %d", end->exit_code);
}

static void member(struct json_writer *json, const char *key, const char *text)
{
    json_writer_key(json, key);
    json_writer_string(json, text);
}

static void date(struct json_writer *json, const char *key, double wall_s)
{
    char text[32];
    clock_iso(wall_s, text, sizeof text);
    member(json, key, text);
}

static void write_end(struct json_writer *json, const struct status_facts *facts)
{
    const struct keeper_end *end = facts->end;
    char name[32];
    date(json, "ended", facts->ended_s);
    if (end->signal) {
        print_signal(end->signal, name, sizeof name);
        member(json, "signal", name);
    } else if (!end->is_unknown) {
        json_writer_key(json, "exit_code");
        json_writer_int(json, end->exit_code);
    }
    if (facts->is_orphan) {
        json_writer_key(json, "recorder_killed");
        json_writer_bool(json, true);
    }
}

static void write_processes(struct json_writer *json, const struct status_facts *facts)
{
    uint64_t start;
    char scope[PROCESS_SCOPE_BYTES];
    if (process_scope(scope))
        member(json, "pid_scope", scope);
    json_writer_key(json, "recorder_pid");
    json_writer_int(json, getpid());
    if (process_start(getpid(), &start)) {
        json_writer_key(json, "recorder_start");
        json_writer_int(json, (int64_t)start);
    }
    if (facts->pid) {
        json_writer_key(json, "pid");
        json_writer_int(json, facts->pid);
    }
    if (facts->pid && process_start(facts->pid, &start)) {
        json_writer_key(json, "pid_start");
        json_writer_int(json, (int64_t)start);
    }
}

static void write_watched(struct json_writer *json, char *const *watched)
{
    if (!watched || !watched[0])
        return;
    json_writer_key(json, "watch");
    json_writer_array(json);
    for (; *watched; watched++)
        json_writer_string(json, *watched);
    json_writer_array_end(json);
}

static const char *word_of(const struct keeper_end *end)
{
    if (!end)
        return "running";
    if (end->is_unknown)
        return "unknown";
    return end->signal || end->exit_code ? "failed" : "finished";
}

bool status_write(const struct status_facts *facts, struct buf *out)
{
    char host[256] = "";
    char *here = getcwd(NULL, 0);
    struct json_writer json;
    json_writer_init(&json, out, true);
    json_writer_object(&json);
    member(&json, "status", word_of(facts->end));
    date(&json, "started", facts->started_s);
    if (facts->end)
        write_end(&json, facts);
    if (gethostname(host, sizeof host - 1) == 0)
        member(&json, "host", host);
    write_processes(&json, facts);
    json_writer_key(&json, "command");
    words_write_command(facts->words, &json);
    if (here)
        member(&json, "directory", here);
    write_watched(&json, facts->watched);
    json_writer_object_end(&json);
    free(here);
    if (!facts->end)
        buf_printf(out, "%*s", ROOM_FOR_THE_END, "");
    buf_add_char(out, '\n');
    return !out->failed;
}
