/*
 * A program started in a process of its own.
 * Knows: fork, exec, and how exec's failure comes back. Must not know: which program, or what for.
 *
 * Never by vfork, and so never by posix_spawn: whoever waits in vfork cannot be stopped, and a
 * child that Ctrl-Z stops before its exec makes that wait endless. The shell would wait with us.
 */
#pragma once

#include <sys/types.h>

/*
 * WORDS[0] is a path, or looked up in our PATH; ENVIRONMENT as execve has it. PREPARE(SELF) is
 * called in the child before exec, with all descriptors of 3 and above to be closed by exec (they
 * are O_CLOEXEC): it may call what is safe in a signal handler and nothing else. The pid, or -1
 * with errno: of fork, or of exec. Safe on any thread; returns when exec has happened.
 */
pid_t exec_start(char *const *words, char *const *environment, void (*prepare)(const void *self),
    const void *self);
