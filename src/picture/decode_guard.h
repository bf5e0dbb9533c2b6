/*
 * What a process may still do that decodes files of strangers.
 * Knows: resource limits, seccomp, which system calls a decoder needs. Must not know: pictures.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUARD_MEMORY_BYTES = 512 << 20 };

/* Leaves this process no open file but the COUNT of KEPT (which get new numbers, in their place),
 * and nothing to read or write at 0, 1 and 2. Signals do what they do by default. It becomes the leader of a session, so that signals
 * of the terminal do not reach it, and dies when PARENT (a process id) does. */
bool guard_detach(int *kept, size_t count, int parent);

/* No files, no processes, no core; memory up to GUARD_MEMORY_BYTES and no file beyond FILE_BYTES. */
bool guard_limit(int64_t file_bytes);
/* From now on MS more of processor time, in whole seconds. */
bool guard_processor(int ms);
/* Only the system calls that decoding needs; all others fail as forbidden. False where the system
 * has no such filter, or where a sanitizer watches, which needs more. For good. */
bool guard_filter(void);
