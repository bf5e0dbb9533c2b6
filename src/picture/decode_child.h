/*
 * Decoding in a process of its own: a file that breaks a decoder breaks that process.
 * Knows: children, how they are raised, ended and raised anew. Must not know: screens, what is
 * decoded first.
 *
 * A forked program with threads is only safe until it needs a lock, so the nursery, a process
 * without threads, is forked at the beginning and forks the children from then on. (Running the own
 * binary again in a hidden mode would do too, but costs the loading of all libraries each time, and
 * a program that links the library has no such mode.) The file's bytes go to a child and its pixels
 * come back through files in memory; orders and answers through a socket. A child has no open
 * files, 512 MiB of memory, the order's limit of processor time and as much of the clock, and but a
 * few system calls (decode_guard.h). It stays warm from one picture to the next.
 */
#pragma once

#include "picture/decode_work.h"

struct decode_nursery;

/* Forks: to be called before the program has threads. WORK (decode_pictures) outlives it. NULL with
 * ERR. */
struct decode_nursery *decode_nursery_new(const struct decode_work *work, struct err *err);
/* Ends the process and waits for it; the children are freed before. Accepts NULL. */
void decode_nursery_free(struct decode_nursery *nursery);

struct decode_child;

/* A child to be; the process is raised with its first picture. NULL with ERR. */
struct decode_child *decode_child_new(struct decode_nursery *nursery, struct err *err);
void decode_child_free(struct decode_child *child); /* accepts NULL */

/*
 * The picture in the file at PATH, as picture_decode() gives it. One call at a time for a child,
 * children on several threads at once. NULL with ERR: those of decode.h; ERR_LIMIT when it took too
 * long, ERR_FORMAT when the decoder crashed, ERR_IO when no child can be raised. The next call
 * raises a new one.
 */
struct pixels *decode_child_picture(struct decode_child *child, const char *path,
    const struct picture_ask *ask, struct picture_plan *plan, struct err *err);

/* How decoding is kept apart, one line for a person; raises the process when there is none. */
const char *decode_child_guards(struct decode_child *child);
