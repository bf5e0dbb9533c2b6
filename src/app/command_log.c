/*
 * `boxtop log`: metrics of a run, from a shell script.
 * Knows: metrics.jsonl as boxtop/log.h appends to it. Must not know: readers, the index.
 *
 * A line is one write() at the end of the file: any number of these may run at once. Without --step
 * the file is locked from the look at its last line until the new one is there.
 */
#include "app/logging.h"
#include "base/file.h"
#include "base/json.h"
#include "base/num.h"
#include "boxtop/log.h"

#include <sys/file.h>

enum { MOST_METRICS = 4096, TAIL_BYTES = 64 << 10 };

/* ---- the step behind the last ---- */

/* The "step" of the line, as long as it has one. */
static bool take_step(const char *line, size_t length, int64_t *step)
{
    struct json json;
    json_init_memory(&json, line, length);
    if (json_next(&json) != JSON_OBJECT)
        return false;
    while (json_next(&json) == JSON_KEY) {
        bool is_step = json_is(&json, "step");
        if (is_step && json_next(&json) == JSON_NUMBER && json_int(&json, step))
            return true;
        if (!json_skip(&json))
            break;
    }
    return false;
}

/* One more than that of the last line of FD that has a step; 0 when none of the last has. */
static int64_t step_behind(int fd)
{
    char tail[TAIL_BYTES];
    off_t size = lseek(fd, 0, SEEK_END), from = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
    ssize_t got = pread(fd, tail, sizeof tail, from);
    int64_t step;
    for (const char *end = tail + (got > 0 ? got : 0); end > tail;) {
        const char *line = end;
        while (line > tail && line[-1] != '\n')
            line--;
        if (take_step(line, (size_t)(end - line), &step))
            return step < INT64_MAX ? step + 1 : step;
        end = line > tail ? line - 1 : tail;
    }
    return 0;
}

/* ---- the line ---- */

/* "val/AP=0.5"; the word is cut at its "=". */
static bool parse_pair(char *word, struct boxtop_metric *metric, struct err *err)
{
    char *equals = strchr(word, '=');
    if (!equals || equals == word)
        return err_set(err, ERR_USAGE, "\"%.80s\" is not NAME=VALUE", word);
    if (!num_parse(equals + 1, strlen(equals + 1), &metric->value))
        return err_set(
            err, ERR_USAGE, "the value of \"%.80s\" is no number (nan and inf are)", word);
    *equals = '\0';
    metric->name = word;
    return true;
}

static bool append(boxtop_log *log, bool stepped, int64_t step, const boxtop_metric *metrics,
    size_t count, struct err *err)
{
    int failed = boxtop_log_file_(log, &log->metrics_fd, &log->metrics_torn, "metrics.jsonl");
    if (!failed && !stepped) {
        while (flock(log->metrics_fd, LOCK_EX) != 0 && errno == EINTR)
            ;
        step = step_behind(log->metrics_fd);
    }
    if (!failed)
        failed = boxtop_log_metrics(log, step, metrics, count);
    if (!failed)
        return true;
    errno = failed;
    err_set_errno(err, "cannot write");
    err_in_file(err, "metrics.jsonl");
    return false;
}

static bool log_metrics(const struct settings *settings, char **operands, struct err *err)
{
    static boxtop_metric metrics[MOST_METRICS];
    char **rest;
    size_t count = 0;
    int64_t step = 0;
    bool stepped;
    const char *run = logging_run(operands, true, &rest, err);
    if (!run || !logging_step(settings, &stepped, &step, err))
        return false;
    for (; rest[count]; count++) {
        if (count == MOST_METRICS)
            return err_set(err, ERR_USAGE, "more than %d metrics at once", MOST_METRICS);
        if (!parse_pair(rest[count], &metrics[count], err))
            return false;
    }
    if (!count)
        return err_set(err, ERR_USAGE, "no NAME=VALUE behind RUN");
    boxtop_log log;
    int failed = boxtop_log_join(&log, run);
    if (failed) {
        errno = failed;
        err_set_errno(err, "cannot make the run");
        err_in_file(err, run);
        return false;
    }
    bool ok = append(&log, stepped, step, metrics, count, err);
    boxtop_log_close(&log);
    return ok;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    if (log_metrics(settings, operands, &err))
        return EXIT_FINE;
    say_error(&err);
    return err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
}

const struct command command_log = {
    .name = "log",
    .operands = "[RUN] NAME=VALUE...",
    .summary = "append metrics of one step to a run (metrics.jsonl), from any number of processes",
    .accepts = "logged_step",
    .examples =
        "RUN is a directory, made when it is not there; without it $BOXTOP_RUN, which boxtop\n"
        "record sets. NaN and inf are values.\n\n"
        "  boxtop log runs/exp1 --step 3 train/loss=0.52 val/AP=0.31\n"
        "  boxtop log loss=0.4                  in a command that boxtop record runs\n",
    .run = run,
};
