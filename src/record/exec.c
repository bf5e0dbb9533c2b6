#include "record/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t exec_start(char *const *words, char *const *environment, void (*prepare)(const void *self),
    const void *self)
{
    int failed[2], reason = 0;
    if (pipe2(failed, O_CLOEXEC) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        prepare(self);
        execvpe(words[0], words, environment);
        reason = errno;
        _exit(write(failed[1], &reason, sizeof reason) < 0 ? 126 : 127);
    }
    if (pid < 0)
        reason = errno;
    close(failed[1]);
    ssize_t got;
    while (pid > 0 && (got = read(failed[0], &reason, sizeof reason)) < 0 && errno == EINTR)
        continue;
    close(failed[0]);
    if (!reason)
        return pid;
    if (pid > 0)
        waitpid(pid, NULL, 0);
    errno = reason;
    return -1;
}
