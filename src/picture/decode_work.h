/*
 * Decoding by order: a file's bytes in one file in memory, its pixels into another.
 * Knows: the order and its answer, the processes that obey. Must not know: who orders, paths.
 */
#pragma once

#include "picture/decode.h"

struct decode_order {
    int64_t length_bytes; /* of the file */
    struct picture_ask ask;
};

struct decode_answer {
    bool done;
    struct picture_plan plan; /* when done: what was decoded; the pixels are as stored, not turned */
    struct err err;           /* else */
};

/* How an order is obeyed. The functions are decode.h's picture_plan() and picture_fill(), or those
 * of a test that wants to see what becomes of worse ones. */
struct decode_work {
    bool (*plan)(const void *data, size_t length, const struct picture_ask *ask,
        struct picture_plan *plan, struct err *err);
    bool (*fill)(const void *data, size_t length, struct pixels *out, struct err *err);
    int limit_ms; /* for one order */
};

extern const struct decode_work decode_pictures;

/* Reads the order's bytes from FILE, writes pixels to PICTURE: both are open files in memory. */
void decode_obey(const struct decode_work *work, const struct decode_order *order, int file,
    int picture, struct decode_answer *answer);

/* ---- processes ---- */

enum nursery_word { NURSERY_RAISE, NURSERY_END };

/* What the nursery is told: to raise a child (with three open files: its socket, FILE, PICTURE) and
 * answer with its process id, or to end the child of that id and answer with its wait status. */
struct nursery_order {
    enum nursery_word word;
    int pid;
};

struct nursery_answer {
    bool done;
    int pid, status;
};

/* What a child says first. */
struct decode_hello {
    bool filtered;
};

/* The nursery's life, in a process of its own: obeys what comes through SOCKET until that closes.
 * PARENT is the process it was forked by, with which it dies. */
void nursery_live(const struct decode_work *work, int socket, int parent) __attribute__((noreturn));
