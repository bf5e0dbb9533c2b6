#include "temp.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_PATHS = 65536 };

static char *kept[MOST_PATHS];
static size_t kept_count, directories[1024], directory_count;
static pid_t owner;

/* A test is the same under nohup, or whatever else ignores or blocks signals for its children. */
__attribute__((constructor)) static void forget_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            signal(number, SIG_DFL);
    }
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
    (void)s, (void)type, (void)ftw;
    return remove(path);
}

static void clean_up(void)
{
    if (getpid() != owner)
        return; /* a child that exits must not remove what its parent uses */
    for (size_t i = 0; i < directory_count; i++)
        nftw(kept[directories[i]], remove_one, 16, FTW_DEPTH | FTW_PHYS);
    for (size_t i = 0; i < kept_count; i++)
        free(kept[i]);
}

static const char *keep(char *path)
{
    if (!path || kept_count == MOST_PATHS)
        abort();
    kept[kept_count++] = path;
    return path;
}

const char *temp_dir(void)
{
    const char *base = getenv("TMPDIR");
    char *path;
    if (asprintf(&path, "%s/boxtop-test-XXXXXX", base && *base ? base : "/tmp") < 0 || !mkdtemp(path))
        abort();
    if (!owner) {
        owner = getpid();
        atexit(clean_up);
    }
    if (directory_count == sizeof directories / sizeof *directories)
        abort();
    directories[directory_count++] = kept_count;
    return keep(path);
}

const char *temp_path(const char *directory, const char *file)
{
    char *path;
    if (asprintf(&path, "%s/%s", directory, file) < 0)
        abort();
    return keep(path);
}

const char *temp_file(const char *directory, const char *file, const void *data, size_t length)
{
    char *path;
    if (asprintf(&path, "%s/%s", directory, file) < 0)
        abort();
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(data, 1, length, out) != length || fclose(out) != 0)
        abort();
    return keep(path);
}

const char *temp_text(const char *directory, const char *file, const char *text)
{
    return temp_file(directory, file, text, strlen(text));
}
