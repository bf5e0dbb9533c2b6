/*
 * `boxtop record`: runs a command as if nobody watched, and writes down what there is to know of it.
 * Knows: the recorder's modules, and in which order they begin and end. Must not know: how any of
 * them does its part; the index, the screen.
 *
 * The command starts first; everything that takes time is looked up beside it, on a thread of its
 * own. Nothing that fails here ends or delays the command: what cannot be recorded is said in a line.
 */
#include "app/command.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/thread.h"
#include "record/console.h"
#include "record/relay.h"
#include "record/run_dir.h"
#include "record/status.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { FLUSH_MS = 500, STATUS_BYTES = 4 << 20 };

struct recording {
    const struct settings *settings;
    char **words;
    struct run_dir dir;
    bool on; /* there is a directory to write to */
    struct console console;
    int64_t flushed_ms;
    struct relay *relay;
    double started_s;
};

/* ---- a line for the person ---- */

static void say(const struct recording *recording, const char *text)
{
    char line[2400];
    snprintf(line, sizeof line, "boxtop: %s", text);
    relay_say(recording->relay, line);
}

static void say_stopped(void *self, const struct err *err)
{
    char reason[1024], text[1100];
    err_print(err, reason, sizeof reason);
    snprintf(text, sizeof text, "%s: recording stops here, the command runs on", reason);
    say(self, text);
}

/* ---- the directory ---- */

/* "train-20240501-100000" of python train.py; local time, as people name things. */
static void make_name(char *const *words, char *out, size_t out_bytes)
{
    const char *base = path_base(words[0]);
    time_t now = time(NULL);
    struct tm local;
    char date[32] = "";
    if (localtime_r(&now, &local))
        strftime(date, sizeof date, "%Y%m%d-%H%M%S", &local);
    snprintf(out, out_bytes, "%.*s-%s", (int)path_stem_length(base), base, date);
}

/* Children learn where they are recorded: `boxtop log "$BOXTOP_RUN" loss=0.3`. */
static void tell_children(const struct recording *recording)
{
    char *path = realpath(recording->dir.path, NULL);
    if (path)
        setenv("BOXTOP_RUN", path, 1);
    free(path);
}

static void open_directory(struct recording *recording)
{
    const struct settings *settings = recording->settings;
    char name[512], reason[1024], text[1100];
    struct err err = {0};
    if (settings->run_name)
        snprintf(name, sizeof name, "%s", settings->run_name);
    else
        make_name(recording->words, name, sizeof name);
    recording->on = run_dir_make(&recording->dir, settings->directory ? settings->directory : "runs",
        name, say_stopped, recording, &err);
    if (recording->on) {
        tell_children(recording);
        console_init(&recording->console, &recording->dir, CONSOLE_CAP_BYTES);
        return;
    }
    err_print(&err, reason, sizeof reason);
    snprintf(text, sizeof text, "%s: nothing is recorded, the command runs", reason);
    say(recording, text);
}

/* ---- status.json ---- */

static void write_status(struct recording *recording, const struct keeper_end *end, bool is_orphan)
{
    struct buf text;
    struct status_facts facts = {.words = recording->words,
        .started_s = recording->started_s,
        .ended_s = clock_wall_s(),
        .pid = recording->relay ? relay_pid(recording->relay) : 0,
        .end = end,
        .is_orphan = is_orphan};
    buf_init(&text, STATUS_BYTES);
    if (!status_write(&facts, &text))
        say(recording, "out of memory: status.json is not written");
    else if (end)
        run_dir_write_last(&recording->dir, "status.json", text.data, text.length, NULL);
    else
        run_dir_write(&recording->dir, "status.json", text.data, text.length, NULL);
    buf_done(&text);
}

/* In the keeper, after this process was killed: what was said once is not said again. */
static void orphan_ended(void *self, const struct keeper_end *end)
{
    struct recording *recording = self;
    recording->dir.say = NULL;
    if (recording->on)
        write_status(recording, end, true);
}

/* ---- while it runs ---- */

static void hear_output(void *self, enum relay_stream stream, const char *bytes, size_t length)
{
    struct recording *recording = self;
    if (recording->on)
        console_add(
            &recording->console, stream == RELAY_ERR, bytes, length, clock_wall_s());
}

static int idle(void *self)
{
    struct recording *recording = self;
    if (!recording->on || !console_waits(&recording->console))
        return -1;
    int64_t now = clock_ms(), due = recording->flushed_ms + FLUSH_MS;
    if (now < due)
        return (int)(due - now);
    console_flush(&recording->console);
    recording->flushed_ms = now;
    return -1;
}

static void record(struct recording *recording, struct keeper_end *end)
{
    if (recording->on)
        write_status(recording, NULL, false);
    *end = relay_run(recording->relay);
    if (!recording->on)
        return;
    console_done(&recording->console);
    write_status(recording, end, false);
}

/* Ends as the command did, so that whoever waits for us learns what it would have learnt of it. */
static int pass_on(const struct keeper_end *end)
{
    if (end->is_unknown)
        return EXIT_UNREADABLE;
    if (!end->signal)
        return end->exit_code;
    struct rlimit no_core = {0, 0};
    sigset_t only;
    fflush(NULL);
    setrlimit(RLIMIT_CORE, &no_core); /* the command's own core is the one that tells something */
    signal(end->signal, SIG_DFL);
    sigemptyset(&only);
    sigaddset(&only, end->signal);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    raise(end->signal);
    return 128 + end->signal;
}

static int run(const struct settings *settings, char **operands)
{
    static struct recording recording;
    struct err err = {0};
    struct keeper_end end = {0};
    int status;
    if (!operands[0]) {
        err_set(&err, ERR_USAGE, "name the command: boxtop record -- python train.py --lr 0.005");
        say_error(&err);
        return EXIT_WRONG_USAGE;
    }
    recording = (struct recording){
        .settings = settings, .words = operands, .started_s = clock_wall_s()};
    struct relay_calls calls = {&recording, hear_output, idle, orphan_ended};
    open_directory(&recording);
    recording.relay = relay_start(operands, &calls, &status, &err);
    if (recording.relay) {
        record(&recording, &end);
        relay_done(recording.relay);
    } else {
        say_error(&err);
        if (recording.on)
            rmdir(recording.dir.path);
    }
    bool ran = recording.relay != NULL;
    run_dir_done(&recording.dir);
    return ran ? pass_on(&end) : status;
}

const struct command command_record = {
    .name = "record",
    .operands = "[--] CMD...",
    .summary = "run a training command and record it: parameters, output, code, load",
    .accepts = "run_name dir run_tag note param watch interval",
    .examples = "  boxtop record -- python train.py --lr 0.005\n"
                "  boxtop record --name big-lr --note 'warmup off' -- torchrun train.py --lr 0.02\n\n"
                "The command finds the run's directory in $BOXTOP_RUN. The exit code is the command's;\n"
                "126 when it cannot be run, 127 when it is not there.\n",
    .operands_end_options = true,
    .run = run,
};
