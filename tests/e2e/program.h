/*
 * Runs the real program through pipes, and holds what it prints to what every command promises.
 * Knows: processes and the promises: no control bytes, one line for an error. Must not know: what a
 * command does.
 *
 * One thread only. Nothing sleeps: a program that does not end within its deadline is killed, which
 * fails the test.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum program_stdout { PROGRAM_PIPE, PROGRAM_CLOSED, PROGRAM_NOBODY_READS, PROGRAM_FULL };

/* Everything but the words may be left out. */
struct program {
    const char *const *words;    /* behind the program's name, NULL-terminated */
    const char *directory;       /* where it starts; NULL for the home */
    const char *const *more_env; /* NAME=value over the plain environment, NAME alone removes it */
    enum program_stdout out;     /* what standard output is */
};

struct outcome {
    int code;        /* exit status, or -1 */
    int signal;      /* that ended it, or 0 */
    char *out, *err; /* NUL-terminated; valid until 64 more programs have run */
    size_t out_length, err_length;
};

/* Takes the program's path from the words of the test's own command line, and makes a
 * home. A second word chooses tests by their names. */
void program_init(int argc, char **argv);
const char *program_path(void);
const char *program_home(void); /* a fresh directory: HOME; the index is below it */
/* The whole environment of a program, with MORE as above; valid until the next call. */
const char *const *program_env(const char *const *more);

/* Runs it to its end. Fails the test when it hangs, dies by a signal other than SIGPIPE, prints
 * bytes that could harm a terminal, or says an error in other than one line. */
const struct outcome *program_run(const struct program *program);
/* The same with words only: BOXTOP("ls", path). */
const struct outcome *program_words(const char *const *words);
#define BOXTOP(...) program_words((const char *const[]){__VA_ARGS__, NULL})
/* The same, which must end with CODE; the test's log shows what was printed otherwise. */
const struct outcome *program_expect(int code, const char *const *words);
#define EXPECT(code, ...) program_expect(code, (const char *const[]){__VA_ARGS__, NULL})
/* Standard output as JSON, which must be whole; owned by the helper like the outcome. Adds
 * --format json. */
cJSON *program_json(const char *const *words);
#define BOXTOP_JSON(...) program_json((const char *const[]){__VA_ARGS__, NULL})

/* Starts it with its output thrown away and returns at once. The caller waits for it. */
pid_t program_start(const char *const *words);

/* What is wrong with LENGTH bytes as plain text, or NULL: control bytes but for newlines and tabs,
 * invalid UTF-8, characters that turn text around or hide. A static text. */
const char *program_harm(const char *bytes, size_t length);
