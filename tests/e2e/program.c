#include "program.h"

#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KEPT = 64, MOST_ENV = 64, DEADLINE_MS = 120000, MOST_WORDS = 64 };

static const char *path, *home;
static struct outcome kept[KEPT];
static cJSON *kept_json[KEPT];
static size_t next_kept, next_json;

void program_init(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s PROGRAM [TEST]\n", argv[0]);
        exit(2);
    }
    path = realpath(argv[1], NULL);
    if (argc > 2)
        cmocka_set_test_filter(argv[2]);
    home = temp_dir();
    signal(SIGPIPE, SIG_IGN);
}

const char *program_path(void)
{
    return path;
}

const char *program_home(void)
{
    return home;
}

static bool same_name(const char *a, const char *b)
{
    size_t length = strcspn(a, "=");
    return length == strcspn(b, "=") && strncmp(a, b, length) == 0;
}

static void put_env(const char *env[], const char *word)
{
    size_t at = 0;
    while (env[at] && !same_name(env[at], word))
        at++;
    if (strchr(word, '=')) {
        assert_true(at + 1 < MOST_ENV);
        env[at] = word;
        return;
    }
    for (; env[at]; at++)
        env[at] = env[at + 1];
}

const char *const *program_env(const char *const *more)
{
    static const char *env[MOST_ENV];
    static char home_word[4200], cache_word[4200];
    static const char *const PASSED_ON[] = {
        "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "TMPDIR"};
    static char passed[sizeof PASSED_ON / sizeof *PASSED_ON][1024];
    memset(env, 0, sizeof env);
    snprintf(home_word, sizeof home_word, "HOME=%s", home);
    snprintf(cache_word, sizeof cache_word, "XDG_CACHE_HOME=%s/cache", home);
    put_env(env, home_word);
    put_env(env, cache_word);
    put_env(env, "LC_ALL=C.UTF-8");
    put_env(env, "PATH=/usr/bin:/bin");
    for (size_t i = 0; i < sizeof PASSED_ON / sizeof *PASSED_ON; i++) {
        const char *value = getenv(PASSED_ON[i]);
        if (value) {
            snprintf(passed[i], sizeof passed[i], "%s=%s", PASSED_ON[i], value);
            put_env(env, passed[i]);
        }
    }
    for (; more && *more; more++)
        put_env(env, *more);
    return env;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- harm ---- */

static bool is_harmful(uint32_t code)
{
    return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0) ||
           code == 0xad || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xfeff || (code >= 0xe0000 && code <= 0xe007f);
}

/* One character of UTF-8; its bytes, 0 when it is none. */
static size_t decode(const unsigned char *at, size_t left, uint32_t *code)
{
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t bytes = *at < 0x80 ? 1 : *at >> 5 == 6 ? 2 : *at >> 4 == 14 ? 3 : *at >> 3 == 30 ? 4 : 0;
    if (!bytes || bytes > left)
        return 0;
    *code = bytes == 1 ? *at : *at & (0x7fU >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if (at[i] >> 6 != 2)
            return 0;
        *code = *code << 6 | (at[i] & 0x3f);
    }
    bool surrogate = *code >= 0xd800 && *code < 0xe000;
    return *code < LEAST[bytes] || *code > 0x10ffff || surrogate ? 0 : bytes;
}

const char *program_harm(const char *bytes, size_t length)
{
    static char said[128];
    const unsigned char *text = (const unsigned char *)bytes;
    for (size_t at = 0; at < length;) {
        uint32_t code = 0;
        size_t used = decode(text + at, length - at, &code);
        if (!used || is_harmful(code)) {
            snprintf(said, sizeof said, used ? "U+%04X at byte %zu" : "byte %02X at %zu, no UTF-8",
                used ? (unsigned)code : text[at], at);
            return said;
        }
        at += used;
    }
    return NULL;
}

/* ---- running ---- */

static void be_the_child(const struct program *program, const char *const *env, int out, int err)
{
    const char *argv[MOST_WORDS] = {path};
    for (size_t i = 0; program->words[i] && i + 2 < MOST_WORDS; i++)
        argv[i + 1] = program->words[i];
    int nothing = open("/dev/null", O_RDWR);
    setsid(); /* no terminal of its own, whatever the tests have */
    signal(SIGPIPE, SIG_DFL);
    if (chdir(program->directory ? program->directory : home) != 0 || nothing < 0)
        _exit(126);
    dup2(nothing, 0);
    dup2(err >= 0 ? err : nothing, 2);
    if (program->out == PROGRAM_CLOSED)
        close(1);
    else
        dup2(program->out == PROGRAM_FULL ? open("/dev/full", O_WRONLY)
             : out >= 0                   ? out
                                          : nothing,
            1);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    execve(path, (char *const *)argv, (char *const *)env);
    _exit(127);
}

struct pipe_end {
    int fd;
    char **text;
    size_t *length, capacity;
};

/* False at the end of the pipe. */
static bool take(struct pipe_end *end)
{
    if (*end->length + 65536 + 1 > end->capacity) {
        end->capacity = end->capacity ? end->capacity * 2 : 131072;
        *end->text = realloc(*end->text, end->capacity);
        assert_non_null(*end->text);
    }
    ssize_t got = read(end->fd, *end->text + *end->length, 65536);
    if (got > 0)
        *end->length += (size_t)got;
    (*end->text)[*end->length] = '\0';
    return got > 0 || (got < 0 && errno == EINTR);
}

static void take_all(struct pipe_end ends[2], pid_t child)
{
    int64_t deadline = now_ms() + DEADLINE_MS;
    int open_ends = 2;
    while (open_ends) {
        struct pollfd wait[2] = {{ends[0].fd, POLLIN, 0}, {ends[1].fd, POLLIN, 0}};
        int64_t left = deadline - now_ms();
        if (left <= 0) {
            kill(child, SIGKILL);
            waitpid(child, NULL, 0);
            fail_msg("the program hangs");
        }
        poll(wait, 2, (int)left);
        for (int i = 0; i < 2; i++)
            if (wait[i].revents && !take(&ends[i])) {
                close(ends[i].fd);
                ends[i].fd = -1;
                open_ends--;
            }
    }
}

static struct outcome *next_outcome(void)
{
    struct outcome *outcome = &kept[next_kept++ % KEPT];
    free(outcome->out);
    free(outcome->err);
    *outcome = (struct outcome){.code = -1};
    return outcome;
}

static void print_outcome(const struct program *program, const struct outcome *outcome)
{
    fprintf(stderr, "boxtop");
    for (size_t i = 0; program->words[i]; i++)
        fprintf(stderr, " %s", program->words[i]);
    fprintf(stderr, "\nexit %d signal %d\n-- out:\n%.4000s\n-- err:\n%.4000s\n", outcome->code,
        outcome->signal, outcome->out, outcome->err);
}

/* Sanitizers say more than one line, and should. */
static bool is_one_line(const struct outcome *outcome)
{
    const char *end = strchr(outcome->err, '\n');
    return strncmp(outcome->err, "boxtop: ", 8) == 0 && end && !end[1];
}

static void check(const struct program *program, const struct outcome *outcome)
{
    const char *harm = program_harm(outcome->out, outcome->out_length);
    if (!harm)
        harm = program_harm(outcome->err, outcome->err_length);
    bool ended = outcome->signal == 0 || outcome->signal == SIGPIPE;
    bool said = outcome->code <= 1 || is_one_line(outcome);
    if (!harm && ended && said)
        return;
    print_outcome(program, outcome);
    fail_msg("%s", harm ? harm : !ended ? "it died" : "an error is one line");
}

const struct outcome *program_run(const struct program *program)
{
    struct outcome *outcome = next_outcome();
    const char *const *env = program_env(program->more_env);
    int out[2], err[2], status;
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(err, O_CLOEXEC), 0);
    if (program->out == PROGRAM_NOBODY_READS) {
        close(out[0]);
        out[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        be_the_child(program, env, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    struct pipe_end ends[2] = {{out[0], &outcome->out, &outcome->out_length, 0},
        {err[0], &outcome->err, &outcome->err_length, 0}};
    take_all(ends, child);
    assert_int_equal(waitpid(child, &status, 0), child);
    outcome->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    outcome->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    check(program, outcome);
    return outcome;
}

const struct outcome *program_words(const char *const *words)
{
    return program_run(&(struct program){.words = words});
}

const struct outcome *program_expect(int code, const char *const *words)
{
    struct program program = {.words = words};
    const struct outcome *outcome = program_run(&program);
    if (outcome->code != code) {
        print_outcome(&program, outcome);
        fail_msg("exit %d instead of %d", outcome->code, code);
    }
    return outcome;
}

cJSON *program_json(const char *const *words)
{
    const char *all[MOST_WORDS];
    size_t count = 0;
    for (; words[count]; count++)
        all[count] = words[count];
    assert_true(count + 3 < MOST_WORDS);
    all[count] = "--format";
    all[count + 1] = "json";
    all[count + 2] = NULL;
    const struct outcome *outcome = program_expect(0, all);
    const char *end = NULL;
    cJSON **json = &kept_json[next_json++ % KEPT];
    cJSON_Delete(*json);
    *json = cJSON_ParseWithOpts(outcome->out, &end, true);
    if (!*json)
        fail_msg("no JSON: %.2000s", outcome->out);
    return *json;
}

pid_t program_start(const char *const *words)
{
    struct program program = {.words = words};
    const char *const *env = program_env(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        be_the_child(&program, env, -1, -1);
    return child;
}
