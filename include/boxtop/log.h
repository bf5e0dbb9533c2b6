/*
 * A logger for training loops in C and C++: one header, nothing to link. It writes boxtop's plain
 * layout, which `boxtop` reads while it grows. C11 or C++11, POSIX, gcc or clang.
 *
 *     boxtop_log log;
 *     if (boxtop_log_open(&log, "runs/exp1")) // NULL: $BOXTOP_RUN, the run being recorded
 *         perror("log");                      // logging on is harmless: it does nothing
 *     boxtop_log_param_number(&log, "optimizer.lr", 0.005);
 *     boxtop_log_metric(&log, step, "train/loss", loss);
 *     boxtop_log_close(&log);
 *
 *     boxtop::logger log("runs/exp1");
 *     log.param("model", "fcos");
 *     log.metrics(step, {{"train/loss", loss}, {"lr", lr}});
 *
 * Files: params.jsonl and metrics.jsonl, an object a line, only ever appended to; status.json, made
 * when there is none (a recorder's is left alone), says running and, after the close, finished.
 *
 * Threads and processes: a line is one write() in O_APPEND, so any number of threads may use one
 * logger and any number of processes one directory, at once. Opening and closing are for one thread
 * while no other uses the logger. On file systems without atomic appends (NFS) give each process a
 * directory of its own.
 *
 * Errors: every function returns 0, or the errno of what failed; nothing is printed, thrown or
 * aborted. After a torn write (a full disk) the next line begins on a line of its own. Texts are
 * UTF-8. NaN and the infinities are written as the strings that boxtop reads as such. Numbers are
 * written with a point in every locale, and read back the same to the last bit.
 */
#ifndef BOXTOP_LOG_H
#define BOXTOP_LOG_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#ifdef __cplusplus
#include <exception>
#include <initializer_list>
extern "C" {
#endif

typedef struct boxtop_metric {
    const char *name; /* "val/AP": slashes group */
    double value;
} boxtop_metric;

/* Of one directory. The fields are the functions' own. */
typedef struct boxtop_log {
    char *directory;               /* NULL: not open */
    int metrics_fd, params_fd;     /* -1 until the first line */
    int metrics_torn, params_torn; /* the file does not end with a whole line */
    int owns_status;
    double started_s;
} boxtop_log;

/* ---- pieces: not for calling ---- */

enum { BOXTOP_LOG_NUMBER_BYTES = 40 };

static inline double boxtop_log_now_(void)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    return (double)now.tv_sec + (double)now.tv_usec / 1e6;
}

/* The shortest of 15 to 17 digits that reads back the same. */
static inline size_t boxtop_log_number_(char *out, double value)
{
    if (value != value)
        return (size_t)snprintf(out, BOXTOP_LOG_NUMBER_BYTES, "\"NaN\"");
    if (value - value != 0)
        return (size_t)snprintf(
            out, BOXTOP_LOG_NUMBER_BYTES, "\"%sInfinity\"", value < 0 ? "-" : "");
    int length = 0;
    for (int digits = 15; digits <= 17; digits++) {
        length = snprintf(out, BOXTOP_LOG_NUMBER_BYTES, "%.*g", digits, value);
        if (strtod(out, NULL) == value)
            break;
    }
    /* The locale's decimal point, which may have several bytes, becomes ours. */
    size_t kept = 0;
    for (int i = 0; i < length; i++) {
        if ((out[i] >= '0' && out[i] <= '9') || strchr("+-e", out[i]))
            out[kept++] = out[i];
        else if (kept && out[kept - 1] != '.')
            out[kept++] = '.';
    }
    out[kept] = '\0';
    return kept;
}

/* TEXT in quotes; OUT has room for 6 bytes for each of its bytes, and two. */
static inline size_t boxtop_log_text_(char *out, const char *text)
{
    static const char HEX[] = "0123456789abcdef";
    size_t used = 0;
    out[used++] = '"';
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f) {
            memcpy(out + used, "\\u00", 4);
            out[used + 4] = HEX[byte >> 4];
            out[used + 5] = HEX[byte & 15];
            used += 6;
            continue;
        }
        if (byte == '"' || byte == '\\')
            out[used++] = '\\';
        out[used++] = (char)byte;
    }
    out[used++] = '"';
    return used;
}

static inline char *boxtop_log_path_(const boxtop_log *log, const char *name)
{
    size_t length = strlen(log->directory), more = strlen(name);
    char *path = (char *)malloc(length + more + 2);
    if (!path)
        return NULL;
    memcpy(path, log->directory, length);
    path[length] = '/';
    memcpy(path + length + 1, name, more + 1);
    return path;
}

/* Sets *FD, once for all threads. */
static inline int boxtop_log_file_(boxtop_log *log, int *fd, int *torn, const char *name)
{
    char last = '\n', *path;
    int opened, none = -1;
    if (__atomic_load_n(fd, __ATOMIC_ACQUIRE) >= 0)
        return 0;
    path = boxtop_log_path_(log, name);
    if (!path)
        return ENOMEM;
    opened = open(path, O_RDWR | O_APPEND | O_CREAT, 0666);
    free(path);
    if (opened < 0)
        return errno;
    fcntl(opened, F_SETFD, FD_CLOEXEC);
    if (lseek(opened, -1, SEEK_END) >= 0 && read(opened, &last, 1) == 1 && last != '\n')
        __atomic_store_n(torn, 1, __ATOMIC_RELAXED);
    if (!__atomic_compare_exchange_n(fd, &none, opened, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        close(opened);
    return 0;
}

/* LINE begins with a line end that is left out unless the file is torn, and ends with one. */
static inline int boxtop_log_append_(int fd, int *torn, const char *line, size_t length)
{
    size_t from = __atomic_exchange_n(torn, 0, __ATOMIC_RELAXED) ? 0 : 1;
    for (;;) {
        ssize_t wrote = write(fd, line + from, length - from);
        if (wrote == (ssize_t)(length - from))
            return 0;
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote > 0 || from == 0)
            __atomic_store_n(torn, 1, __ATOMIC_RELAXED);
        return wrote < 0 ? errno : ENOSPC;
    }
}

/* mkdir -p */
static inline int boxtop_log_make_(char *path)
{
    for (char *at = path + 1;; at++) {
        char was = *at;
        if (was != '/' && was != '\0')
            continue;
        *at = '\0';
        int failed = mkdir(path, 0777) != 0 && errno != EEXIST && errno != EISDIR;
        *at = was;
        if (failed)
            return errno;
        if (!was)
            return 0;
    }
}

/* {"NAME": VALUE} into params.jsonl; VALUE is JSON, at most LENGTH bytes. */
static inline int boxtop_log_param_(
    boxtop_log *log, const char *name, const char *value, size_t length)
{
    if (!log->directory)
        return EBADF;
    int failed = boxtop_log_file_(log, &log->params_fd, &log->params_torn, "params.jsonl");
    char *line = failed ? NULL : (char *)malloc(6 * strlen(name) + length + 16);
    if (!line)
        return failed ? failed : ENOMEM;
    size_t used = 0;
    line[used++] = '\n';
    line[used++] = '{';
    used += boxtop_log_text_(line + used, name);
    line[used++] = ':';
    line[used++] = ' ';
    memcpy(line + used, value, length);
    used += length;
    line[used++] = '}';
    line[used++] = '\n';
    failed = boxtop_log_append_(log->params_fd, &log->params_torn, line, used);
    free(line);
    return failed;
}

static inline int boxtop_log_status_(boxtop_log *log, const char *status, int flags)
{
    char text[128];
    int fd, failed = 0, length, ended = strcmp(status, "running") != 0;
    char *path = boxtop_log_path_(log, ended ? "status.json.new" : "status.json");
    char *whole = boxtop_log_path_(log, "status.json");
    if (!path || !whole)
        failed = ENOMEM;
    fd = failed ? -1 : open(path, O_WRONLY | O_CREAT | flags, 0666);
    if (!failed && fd < 0)
        failed = errno;
    length = snprintf(text, sizeof text, "{\"status\": \"%s\", \"started\": %lld", status,
        (long long)log->started_s);
    length += snprintf(text + length, sizeof text - (size_t)length,
        ended ? ", \"ended\": %lld}\n" : "}\n", (long long)boxtop_log_now_());
    if (fd >= 0 && write(fd, text, (size_t)length) != length)
        failed = errno ? errno : ENOSPC;
    if (fd >= 0 && close(fd) != 0 && !failed)
        failed = errno;
    if (!failed && ended && rename(path, whole) != 0)
        failed = errno;
    free(path);
    free(whole);
    return failed;
}

/* ---- the logger ---- */

/* As boxtop_log_open(), but says nothing of the run's status: for one of several processes, or for
 * what only adds to a run. */
static inline int boxtop_log_join(boxtop_log *log, const char *directory)
{
    int failed;
    memset(log, 0, sizeof *log);
    log->metrics_fd = log->params_fd = -1;
    log->started_s = boxtop_log_now_();
    if (!directory)
        directory = getenv("BOXTOP_RUN");
    if (!directory || !*directory)
        return EINVAL;
    log->directory = (char *)malloc(strlen(directory) + 1);
    if (!log->directory)
        return ENOMEM;
    memcpy(log->directory, directory, strlen(directory) + 1);
    failed = boxtop_log_make_(log->directory);
    if (failed) {
        free(log->directory);
        log->directory = NULL;
    }
    return failed;
}

/* Opens DIRECTORY, which is made when it is not there; NULL: the one that $BOXTOP_RUN names. When
 * it fails LOG may be used and closed all the same: every line is then EBADF. */
static inline int boxtop_log_open(boxtop_log *log, const char *directory)
{
    int failed = boxtop_log_join(log, directory);
    if (failed)
        return failed;
    failed = boxtop_log_status_(log, "running", O_EXCL);
    log->owns_status = !failed;
    return failed == EEXIST ? 0 : failed; /* somebody else's */
}

/* A parameter; said again, the last one counts. Dots group: "optimizer.lr". */
static inline int boxtop_log_param(boxtop_log *log, const char *name, const char *value)
{
    char *text = (char *)malloc(6 * strlen(value) + 2);
    if (!text)
        return ENOMEM;
    int failed = boxtop_log_param_(log, name, text, boxtop_log_text_(text, value));
    free(text);
    return failed;
}

static inline int boxtop_log_param_number(boxtop_log *log, const char *name, double value)
{
    char text[BOXTOP_LOG_NUMBER_BYTES];
    return boxtop_log_param_(log, name, text, boxtop_log_number_(text, value));
}

static inline int boxtop_log_param_bool(boxtop_log *log, const char *name, int value)
{
    return boxtop_log_param_(log, name, value ? "true" : "false", value ? 4 : 5);
}

/* COUNT metrics of one step, on one line with the time. */
static inline int boxtop_log_metrics(
    boxtop_log *log, int64_t step, const boxtop_metric *metrics, size_t count)
{
    size_t room = 128, used = 0;
    if (!log->directory)
        return EBADF;
    int failed = boxtop_log_file_(log, &log->metrics_fd, &log->metrics_torn, "metrics.jsonl");
    for (size_t i = 0; i < count; i++)
        room += 6 * strlen(metrics[i].name) + BOXTOP_LOG_NUMBER_BYTES + 8;
    char *line = failed ? NULL : (char *)malloc(room);
    if (!line)
        return failed ? failed : ENOMEM;
    double now = boxtop_log_now_();
    long long seconds = (long long)now;
    used = (size_t)snprintf(line, room, "\n{\"step\": %lld, \"wall_time\": %lld.%03d",
        (long long)step, seconds, (int)((now - (double)seconds) * 1000));
    for (size_t i = 0; i < count; i++) {
        line[used++] = ',';
        line[used++] = ' ';
        used += boxtop_log_text_(line + used, metrics[i].name);
        line[used++] = ':';
        line[used++] = ' ';
        used += boxtop_log_number_(line + used, metrics[i].value);
    }
    line[used++] = '}';
    line[used++] = '\n';
    failed = boxtop_log_append_(log->metrics_fd, &log->metrics_torn, line, used);
    free(line);
    return failed;
}

static inline int boxtop_log_metric(boxtop_log *log, int64_t step, const char *name, double value)
{
    boxtop_metric metric;
    metric.name = name;
    metric.value = value;
    return boxtop_log_metrics(log, step, &metric, 1);
}

/* Closes with STATUS "finished" or "failed". Closing again does nothing. */
static inline int boxtop_log_close_as(boxtop_log *log, const char *status)
{
    int failed = 0;
    if (!log->directory)
        return 0;
    if (log->metrics_fd >= 0 && close(log->metrics_fd) != 0)
        failed = errno;
    if (log->params_fd >= 0 && close(log->params_fd) != 0 && !failed)
        failed = errno;
    if (log->owns_status) {
        int said = boxtop_log_status_(log, status, O_TRUNC);
        failed = failed ? failed : said;
    }
    free(log->directory);
    log->directory = NULL;
    log->metrics_fd = log->params_fd = -1;
    return failed;
}

static inline int boxtop_log_close(boxtop_log *log)
{
    return boxtop_log_close_as(log, "finished");
}

#ifdef __cplusplus
} /* extern "C" */

namespace boxtop
{

/* The same as a class. What goes out of scope because of an exception says failed. */
class logger
{
  public:
    explicit logger(const char *directory = nullptr) noexcept
        : error_(boxtop_log_open(&log_, directory))
    {
    }
    ~logger()
    {
#if __cplusplus >= 201703L
        bool unwinding = std::uncaught_exceptions() > 0;
#else
        bool unwinding = std::uncaught_exception();
#endif
        boxtop_log_close_as(&log_, unwinding ? "failed" : "finished");
    }
    logger(const logger &) = delete;
    logger &operator=(const logger &) = delete;

    /* Why it is not open; 0 when it is. */
    int error() const noexcept
    {
        return error_;
    }
    int param(const char *name, const char *value) noexcept
    {
        return boxtop_log_param(&log_, name, value);
    }
    int param(const char *name, double value) noexcept
    {
        return boxtop_log_param_number(&log_, name, value);
    }
    int param(const char *name, int value) noexcept
    {
        return boxtop_log_param_number(&log_, name, value);
    }
    int param(const char *name, bool value) noexcept
    {
        return boxtop_log_param_bool(&log_, name, value);
    }
    int metric(int64_t step, const char *name, double value) noexcept
    {
        return boxtop_log_metric(&log_, step, name, value);
    }
    int metrics(int64_t step, std::initializer_list<boxtop_metric> metrics) noexcept
    {
        return boxtop_log_metrics(&log_, step, metrics.begin(), metrics.size());
    }
    int close() noexcept
    {
        return boxtop_log_close(&log_);
    }

  private:
    boxtop_log log_;
    int error_;
};

} // namespace boxtop
#endif

#endif
