/*
 * Processes of this machine, as /proc tells of them.
 * Knows: that a pid is given again, so that only pid and start name one process. Must not know: why
 * somebody asks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* When PID began, in clock ticks since the machine did (field 22 of /proc/PID/stat); false when
 * there is no such process. */
bool process_start(pid_t pid, uint64_t *ticks);
/* PID is still the process that began at START, and has not ended (as a zombie has). */
bool process_lives(pid_t pid, uint64_t start);

enum { PROCESS_SCOPE_BYTES = 96 };
/* What pids of this process are good for: the boot of the machine and the space of pids (a
 * container has its own). Equal scopes, equal meaning. False where /proc does not tell. */
bool process_scope(char out[PROCESS_SCOPE_BYTES]);
