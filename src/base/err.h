/*
 * The error record: one sentence for a person, with the file and the place.
 * Knows: how to fill and print itself. Must not know: who failed, or any global state.
 *
 * A function that can fail returns bool and takes `struct err *` last; it fills the record exactly
 * when it returns false. Each level may add what it was doing with err_context().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum err_code {
    ERR_NONE,
    ERR_USAGE,       /* the person's words are off */
    ERR_IO,          /* the system refused: open, read, write */
    ERR_FORMAT,      /* the bytes are not what the format says */
    ERR_LIMIT,       /* a size beyond the maximum that we accept */
    ERR_MEMORY,      /* out of memory */
    ERR_UNSUPPORTED, /* well-formed, but of a kind that is left out */
    ERR_CANCELLED,   /* the caller asked to stop */
};

enum err_place { ERR_NOWHERE, ERR_AT_BYTE, ERR_AT_LINE };

struct err {
    enum err_code code;
    enum err_place place;
    int64_t at;      /* byte offset or 1-based line, by place */
    char file[512];  /* "" when no file is concerned; raw bytes, shorten with err_print only */
    char text[256];  /* what is wrong and what to do, without the file */
};

/* Fills ERR (may be NULL) and returns false, so that a refusal is one line. TEXT is a printf format. */
bool err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, with strerror(errno) as the reason: "cannot open: No such file or directory". */
bool err_set_errno(struct err *err, const char *doing);
/* Names the file (copied, cut at the buffer) and the place; each keeps what is already set. */
void err_in_file(struct err *err, const char *file);
void err_at(struct err *err, enum err_place place, int64_t at);
/* Puts "DOING: " before the text. */
void err_context(struct err *err, const char *doing);
/* Writes "FILE: TEXT (at byte N)" harmlessly (see text.h) into OUT; always terminates it. */
void err_print(const struct err *err, char *out, size_t out_bytes);
