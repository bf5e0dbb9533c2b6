/*
 * Runs a command as if nobody stood between it and the person, and hands out what it prints.
 * Knows: the person's terminal, a pseudo terminal, pipes, signals. Must not know: what is recorded.
 *
 * Where standard output or error is a terminal, the command gets a pseudo terminal in its place
 * (colours, progress bars, passwords), of the size of ours at every time. While we are in the
 * foreground our terminal is raw: keys go through as they are, and Ctrl-C, Ctrl-Z, Ctrl-\ are what
 * the command's own terminal makes of them. When the command stops, we restore the terminal and stop
 * with it; `fg` and `bg` continue both. Started by no shell that could continue us, a stopped command
 * is continued at once. What is no terminal becomes a pipe, standard output and error each its own; standard
 * input that is no terminal is the command's as it is. Without any terminal (nohup, cron, slurm) the
 * command stays in our process group.
 *
 * Signals sent to us go on to the command, but for those that reached the command already because
 * they were sent to the group or to every process of a job (the keeper, in the same group, sees them
 * too). SIGHUP too: whether to survive a closed terminal is the command's choice, and we live as long
 * as it does. Nobody reading our output any more (`| head`) is passed on likewise, by closing the
 * pipe. What happens when we are killed by SIGKILL: record/keeper.h; the terminal may then need
 * `reset` where the shell does not see to it.
 */
#pragma once

#include "base/err.h"
#include "record/keeper.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum relay_stream { RELAY_TERMINAL, RELAY_OUT, RELAY_ERR };

/* All on the thread of relay_run(), but for orphan_ended(). */
struct relay_calls {
    void *self;
    void (*output)(void *self, enum relay_stream stream, const char *bytes, size_t length);
    /* In how many milliseconds it wants to be called again, at the latest; -1: when something was
     * printed. Called before every wait. */
    int (*idle)(void *self);
    /* In the keeper: the command ended after we were killed. */
    void (*orphan_ended)(void *self, const struct keeper_end *end);
};

struct relay;

/* Starts the command WORDS; one thread may run yet. NULL with ERR when it cannot be started:
 * *EXIT_CODE is then what a shell would return (127 not found, 126 not to be run). CALLS is copied. */
struct relay *relay_start(char *const *words, const struct relay_calls *calls, int *exit_code,
    struct err *err);
pid_t relay_pid(const struct relay *relay); /* of the command */
bool relay_has_terminal(const struct relay *relay);
/* Until the command has ended and what it printed is handed out; the terminal is as it was. */
struct keeper_end relay_run(struct relay *relay);
/* Prints LINE on our standard error, also while the terminal is raw. RELAY may be NULL. Any
 * thread. */
void relay_say(const struct relay *relay, const char *line);
/* To be called when the end has been dealt with: until then the keeper would do it in our stead. */
void relay_done(struct relay *relay);
