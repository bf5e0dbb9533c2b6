/*
 * The keeper: a small process between the recorder and the command, the command's parent.
 * Knows: processes, sessions, the reading ends of the command's output. Must not know: what is
 * recorded, the person's terminal.
 *
 * Why there is one. With a pseudo terminal the command's process group must have a parent in its own
 * session, or the kernel throws Ctrl-Z away (an orphaned group does not stop). And somebody must hold
 * the reading ends open when the recorder is killed by kill -9 or the OOM killer: else the command
 * would die of SIGHUP (terminal) or SIGPIPE (pipes) at its next line. The keeper then goes on reading:
 * what came through a pipe it copies to the standard output and error that boxtop was given, what
 * came through the pseudo terminal it drops; and it tells how the command ended, when it ends.
 * It also outlives the recorder for as long as what the command left running in the background still
 * has the pseudo terminal open.
 * kill -9 of recorder and keeper both: with pipes the command meets SIGPIPE, with a terminal SIGHUP.
 *
 * Recorder and keeper talk in records over a socket; the keeper alone sends the command signals, for
 * only a parent knows that a pid is still that process.
 */
#pragma once

#include "base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

enum keeper_source { KEEPER_TERMINAL, KEEPER_OUT, KEEPER_ERR, KEEPER_SOURCES };

struct keeper_end {
    bool is_unknown; /* the keeper was killed; else: */
    int exit_code;   /* when `signal` is 0 */
    int signal;      /* that ended the command, or 0 */
};

/* The dispositions and the mask that the command is to have: those from before boxtop changed any. */
struct keeper_signals {
    sigset_t mask;
    struct sigaction pipe, xfsz, chld;
};

struct keeper_plan {
    char *const *words;            /* of the command, NULL-terminated */
    int given[3];                  /* what it gets as 0, 1, 2; -1: what we have */
    int terminal;                  /* its controlling terminal (the slave side), or -1 */
    int sources[KEEPER_SOURCES];   /* reading ends; -1: none */
    struct keeper_signals signals;
    /* Called in the keeper when the recorder died before it gave KEEPER_RELEASE and the command has
     * ended. May be NULL. */
    void (*orphan_ended)(void *self, const struct keeper_end *end);
    void *self;
};

enum keeper_report_kind {
    KEEPER_STARTED,  /* value: the command's pid */
    KEEPER_NO_START, /* value: errno of exec */
    KEEPER_STOPPED,  /* value: the signal that stopped it */
    KEEPER_ENDED,    /* value: as wait() has it */
    KEEPER_SAW,      /* value: a signal that reached the keeper too, in the recorder's group */
};

struct keeper_report {
    enum keeper_report_kind kind;
    int value;
};

enum keeper_order_kind {
    KEEPER_SIGNAL,       /* to the command */
    KEEPER_SIGNAL_GROUP, /* to its process group; with pipes, where that is ours too, to it alone */
    KEEPER_CLOSE,        /* value: an enum keeper_source that nobody reads any more */
    KEEPER_RELEASE,      /* the recorder has done all there was to do about the end */
};

struct keeper_order {
    enum keeper_order_kind kind;
    int value;
};

/*
 * Forks the keeper, which starts the command. *SOCKET (the caller's to close) then gives struct
 * keeper_report records, the first KEEPER_STARTED or KEEPER_NO_START, and takes struct keeper_order
 * ones; its closing tells the keeper that the recorder is gone. To be called while the process has
 * one thread and the signals that it cares for are blocked (the keeper keeps that mask).
 */
bool keeper_start(const struct keeper_plan *plan, int *socket, struct err *err);
/* Of a status as wait() has it. */
struct keeper_end keeper_end_of(int wait_status);
