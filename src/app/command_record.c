/*
 * `boxtop record`: runs a command as if nobody watched, and writes down what there is to know of
 * it. Knows: the recorder's modules, and in which order they begin and end. Must not know: how any
 * of them does its part; the index, the screen.
 *
 * The command starts first; everything that takes time is looked up beside it, on a thread of its
 * own. Nothing that fails here ends or delays the command: what cannot be recorded is said in a
 * line.
 */
#include "app/command.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/thread.h"
#include "record/console.h"
#include "record/launch.h"
#include "record/lookup.h"
#include "record/relay.h"
#include "record/run_dir.h"
#include "record/sampler.h"
#include "record/status.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    FLUSH_MS = 500,
    INTERVAL_S = 5,
    LOOKED_UP_MS = 5000, /* for what is still being looked up when the command has ended */
    STATUS_BYTES = 4 << 20,
    GIVEN_BYTES = 64 << 10,
};

static const char RUN_VARIABLE[] = "BOXTOP_RUN"; /* of the command: the run's directory */

struct recording {
    const struct settings *settings;
    char **words;
    char *const *told; /* the same without `sh -c` around: what they tell of the command */
    struct arena arena;
    struct run_dir dir;
    bool on; /* there is a directory to write to */
    struct console console;
    int64_t flushed_ms;
    struct relay *relay;
    double started_s;
    bool is_looking; /* still, when all else has ended: the directory stays open */
    char *given[OPTION_MOST_VALUES + 4]; /* "name=value" of the person, NULL-terminated */
    size_t given_count;
    char *watched[OPTION_MOST_VALUES + 1]; /* absolute, NULL-terminated */
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
    struct launch launch = launch_read(words);
    const char *what = launch.script        ? launch.script
                       : launch.module      ? launch.module
                       : launch.interpreter ? launch.interpreter
                                            : words[0];
    const char *base = path_base(what);
    size_t length = what == launch.module ? strlen(base) : path_stem_length(base);
    time_t now = time(NULL);
    struct tm local;
    char date[32] = "";
    if (localtime_r(&now, &local))
        strftime(date, sizeof date, "%Y%m%d-%H%M%S", &local);
    snprintf(out, out_bytes, "%.*s-%s", (int)length, base, date);
}

/* Children learn where they are recorded: `boxtop log "$BOXTOP_RUN" loss=0.3`. */
static void tell_children(const struct recording *recording)
{
    char *path = realpath(recording->dir.path, NULL);
    if (path)
        setenv(RUN_VARIABLE, path, 1);
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
        make_name(recording->told, name, sizeof name);
    recording->on = run_dir_make(&recording->dir,
        settings->directory ? settings->directory : "runs", name, say_stopped, recording, &err);
    if (recording->on) {
        tell_children(recording);
        console_init(&recording->console, &recording->dir, CONSOLE_CAP_BYTES);
        return;
    }
    err_print(&err, reason, sizeof reason);
    snprintf(text, sizeof text, "%s: nothing is recorded, the command runs", reason);
    say(recording, text);
}

/* ---- what the person gives ---- */

/* "KEY=a, b" of VALUES, or "KEY=TEXT"; what memory is out for is left out. */
static void give(
    struct recording *recording, const char *key, const char *const *values, size_t count)
{
    struct buf text;
    buf_init(&text, GIVEN_BYTES);
    buf_printf(&text, "%s=", key);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s%s", i ? ", " : "", values[i]);
    if (count && !text.failed)
        recording->given[recording->given_count++] = text.data;
    else
        buf_done(&text);
}

/* --param as it is; tags and note are parameters too. False with ERR when one has no name.
 */
static bool gather_given(struct recording *recording, struct err *err)
{
    const struct settings *settings = recording->settings;
    for (size_t i = 0; i < settings->param.count; i++) {
        const char *given = settings->param.items[i], *equals = strchr(given, '=');
        if (!equals || equals == given)
            return err_set(err, ERR_USAGE, "--param takes name=value, not \"%.60s\"", given);
        char *copy = strdup(given);
        if (copy)
            recording->given[recording->given_count++] = copy;
    }
    give(recording, "tags", settings->run_tag.items, settings->run_tag.count);
    give(recording, "note", &settings->remark, settings->remark != NULL);
    return true;
}

/* The absolute path of what may not be there yet, links of what is there resolved; malloc'd. */
static char *find_absolute(const char *path)
{
    struct arena arena = {0};
    char *here = getcwd(NULL, 0), *found = realpath(path, NULL);
    const char *whole = here ? path_join(&arena, here, path) : NULL;
    const char *clean = whole ? path_clean(&arena, whole) : NULL, *above = clean;
    while (!found && above && strcmp(above, "/") != 0 && (above = path_parent(&arena, above))) {
        char *real = realpath(above, NULL);
        if (real && asprintf(&found, "%s/%s", strcmp(real, "/") == 0 ? "" : real,
                        path_below(above, clean)) < 0)
            found = NULL;
        free(real);
    }
    free(here);
    arena_done(&arena);
    return found;
}

/* What --watch names is, or will be, a directory. */
static bool gather_watched(struct recording *recording, struct err *err)
{
    const struct option_values *watch = &recording->settings->watch;
    size_t count = 0;
    for (size_t i = 0; i < watch->count; i++) {
        struct file_stat stat;
        if (file_stat(watch->items[i], &stat) && !stat.is_dir) {
            err_set(err, ERR_USAGE, "is no directory: --watch takes the one that it lies in");
            err_in_file(err, watch->items[i]);
            return false;
        }
        recording->watched[count] = find_absolute(watch->items[i]);
        count += recording->watched[count] != NULL;
    }
    return true;
}

/* ---- status.json ---- */

static void write_status(struct recording *recording, const struct keeper_end *end, bool is_orphan)
{
    struct buf text;
    struct status_facts facts = {.words = recording->words,
        .started_s = recording->started_s,
        .ended_s = clock_wall_s(),
        .watched = recording->watched,
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
        console_add(&recording->console, stream == RELAY_ERR, bytes, length, clock_wall_s());
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

/* On the sampler's thread. */
static bool append_load(void *self, const char *lines, size_t length)
{
    struct recording *recording = self;
    return run_dir_append(&recording->dir, "system.csv", lines, length, NULL);
}

/* NULL when none is wanted or none can be: that is no reason to say a word. */
static struct sampler *start_sampler(struct recording *recording)
{
    double interval_s = recording->settings->interval;
    const char *path = getenv(RUN_VARIABLE);
    char mark[PATH_MAX + sizeof RUN_VARIABLE + 1];
    snprintf(mark, sizeof mark, "%s=%s", RUN_VARIABLE, path ? path : "");
    struct sampler_setup setup = {.command = relay_pid(recording->relay),
        .mark = path ? mark : NULL,
        .interval_s = isnan(interval_s) ? INTERVAL_S : interval_s,
        .append = append_load,
        .self = recording};
    struct sampler *sampler = setup.interval_s > 0 ? sampler_new(&setup, NULL) : NULL;
    if (sampler && sampler_start(sampler, NULL))
        return sampler;
    sampler_free(sampler);
    return NULL;
}

static struct keeper_end record(struct recording *recording)
{
    if (!recording->on)
        return relay_run(recording->relay);
    write_status(recording, NULL, false);
    struct lookup_from about = {recording->told, recording->given, &recording->dir};
    struct lookup *lookup = lookup_start(&about, NULL);
    struct sampler *sampler = start_sampler(recording);
    struct keeper_end end = relay_run(recording->relay);
    sampler_free(sampler);
    console_done(&recording->console);
    write_status(recording, &end, false);
    recording->is_looking = !lookup_finish(lookup, LOOKED_UP_MS);
    return end;
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

/* The exit code when the command cannot be started; else never returns but with the command's end.
 */
static int run_recorded(struct recording *recording)
{
    struct relay_calls calls = {recording, hear_output, idle, orphan_ended};
    struct err err = {0};
    struct keeper_end end;
    int status;
    open_directory(recording);
    recording->relay = relay_start(recording->words, &calls, &status, &err);
    if (!recording->relay) {
        say_error(&err);
        if (recording->on)
            rmdir(recording->dir.path);
        run_dir_done(&recording->dir);
        return status;
    }
    end = record(recording);
    relay_done(recording->relay);
    if (!recording->is_looking)
        run_dir_done(&recording->dir);
    return pass_on(&end);
}

static int run(const struct settings *settings, char **operands)
{
    static struct recording recording; /* static: a thread that hangs may outlive this function */
    struct err err = {0};
    recording =
        (struct recording){.settings = settings, .words = operands, .started_s = clock_wall_s()};
    if (!operands[0])
        err_set(&err, ERR_USAGE, "name the command: boxtop record -- python train.py --lr 0.005");
    if (operands[0])
        recording.told = launch_unwrap(operands, &recording.arena);
    int status = EXIT_WRONG_USAGE;
    if (!err.code && gather_given(&recording, &err) && gather_watched(&recording, &err))
        status = run_recorded(&recording);
    else
        say_error(&err);
    if (recording.is_looking)
        return status; /* it still reads what is freed here */
    for (size_t i = 0; i < recording.given_count; i++)
        free(recording.given[i]);
    for (char **watched = recording.watched; *watched; watched++)
        free(*watched);
    arena_done(&recording.arena);
    return status;
}

const struct command command_record = {
    .name = "record",
    .operands = "[--] CMD...",
    .summary = "run a training command and record it: parameters, output, code, load",
    .accepts = "run_name dir run_tag note param watch interval",
    .examples =
        "  boxtop record -- python train.py --lr 0.005\n"
        "  boxtop record --name big-lr --note 'warmup off' -- torchrun train.py --lr 0.02\n\n"
        "The command finds the run's directory in $BOXTOP_RUN. The exit code is the command's;\n"
        "126 when it cannot be run, 127 when it is not there.\n",
    .operands_end_options = true,
    .run = run,
};
