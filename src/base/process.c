#include "base/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The beginning of file PATH of /proc as text; false when it cannot be read. */
static bool read_text(const char *path, char *out, size_t bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, out, bytes - 1);
    if (fd >= 0)
        close(fd);
    if (got > 0)
        out[got] = '\0';
    return got > 0;
}

/* State and start of PID. */
static bool read_stat(pid_t pid, char *state, uint64_t *ticks)
{
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if (!read_text(path, text, sizeof text))
        return false;
    const char *at = strrchr(text, ')'); /* the name may hold anything, parentheses too */
    if (!at || at[1] != ' ')
        return false;
    *state = at[2];
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at && sscanf(at, " %" SCNu64, ticks) == 1;
}

bool process_start(pid_t pid, uint64_t *ticks)
{
    char state;
    return read_stat(pid, &state, ticks);
}

bool process_lives(pid_t pid, uint64_t start)
{
    char state;
    uint64_t ticks;
    return read_stat(pid, &state, &ticks) && ticks == start && state != 'Z' && state != 'X';
}

bool process_scope(char out[PROCESS_SCOPE_BYTES])
{
    char boot[64];
    struct stat space;
    if (!read_text("/proc/sys/kernel/random/boot_id", boot, sizeof boot) ||
        stat("/proc/self/ns/pid", &space) != 0)
        return false;
    snprintf(out, PROCESS_SCOPE_BYTES, "%.*s/%" PRIu64, (int)strcspn(boot, "\n"), boot,
        (uint64_t)space.st_ino);
    return true;
}
