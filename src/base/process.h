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
