#include "app/logging.h"

#include "base/file.h"
#include "boxtop/log.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 64 << 10 };

const char *logging_run(char **operands, bool pairs, char ***rest, struct err *err)
{
    bool named = operands[0] && (pairs ? !strchr(operands[0], '=') : operands[1] != NULL);
    const char *run = named ? operands[0] : getenv("BOXTOP_RUN");
    *rest = operands + named;
    if (run && *run)
        return run;
    err_set(err, ERR_USAGE, "no RUN is named, and $BOXTOP_RUN names none: boxtop record sets it");
    return NULL;
}

bool logging_step(const struct settings *settings, bool *given, int64_t *step, struct err *err)
{
    const double most = 9007199254740992.0;
    double value = settings->logged_step;
    *given = !isnan(value);
    if (!*given)
        return true;
    if (value != floor(value) || fabs(value) > most)
        return err_set(err, ERR_USAGE, "--step takes a whole number, not %g", value);
    *step = (int64_t)value;
    return true;
}

static bool copy_bytes(int in, int out, struct err *err)
{
    char block[BLOCK_BYTES];
    for (;;) {
        ssize_t got = read(in, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set_errno(err, "cannot read");
        if (got == 0)
            return true;
        for (ssize_t done = 0, wrote; done < got; done += wrote) {
            wrote = write(out, block + done, (size_t)(got - done));
            if (wrote < 0 && errno != EINTR)
                return err_set_errno(err, "cannot write");
            wrote = wrote < 0 ? 0 : wrote;
        }
    }
}

/* The copy has the mode that the umask gives, as any file has that the script writes itself. */
static bool give_mode(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(fd, 0666 & ~mask) == 0;
}

/* By a temporary name, of which readers take no notice, and rename(). */
static bool copy_to(int in, const char *from, const char *path, const char *dir, struct err *err)
{
    char *temporary;
    if (asprintf(&temporary, "%s/.XXXXXX", dir) < 0)
        return err_set(err, ERR_MEMORY, "out of memory");
    int out = mkostemp(temporary, O_CLOEXEC);
    bool ok = out >= 0;
    if (!ok) {
        err_set_errno(err, "cannot make a file");
        err_in_file(err, dir);
    } else if (!copy_bytes(in, out, err)) {
        ok = false;
        err_in_file(err, from);
    }
    if (out >= 0) {
        bool kept = give_mode(out);
        kept = close(out) == 0 && kept;
        if (ok && (!kept || rename(temporary, path) != 0)) {
            ok = err_set_errno(err, "cannot write");
            err_in_file(err, path);
        }
        if (!ok)
            unlink(temporary);
    }
    free(temporary);
    return ok;
}

static bool make_and_copy(struct arena *arena, const char *run, const char *folder,
    const char *name, const char *from, struct err *err)
{
    bool piped = strcmp(from, "-") == 0;
    char *dir = path_join(arena, run, folder), *path = dir ? path_join(arena, dir, name) : NULL;
    if (!path)
        return err_set(err, ERR_MEMORY, "out of memory");
    int in = piped ? STDIN_FILENO : open(from, O_RDONLY | O_CLOEXEC);
    struct stat stat;
    if (in >= 0 && fstat(in, &stat) == 0 && S_ISDIR(stat.st_mode)) {
        if (!piped)
            close(in);
        errno = EISDIR;
        in = -1;
    }
    if (in < 0) {
        err_set_errno(err, "cannot open");
        err_in_file(err, from);
        return false;
    }
    int failed = boxtop_log_make_(dir);
    if (failed) {
        errno = failed;
        err_set_errno(err, "cannot make the directory");
        err_in_file(err, dir);
    }
    bool ok = !failed && copy_to(in, from, path, dir, err);
    if (!piped)
        close(in);
    return ok;
}

bool logging_copy(
    const char *run, const char *folder, const char *name, const char *from, struct err *err)
{
    if (!*name || strchr(name, '/') || name[0] == '.')
        return err_set(err, ERR_USAGE,
            "\"%.80s\" cannot be the name of a file in a run: no slash, no dot in front", name);
    struct arena arena = {0};
    bool ok = make_and_copy(&arena, run, folder, name, from, err);
    arena_done(&arena);
    return ok;
}

/* FILE's name in the run: --name, with FILE's ending when it has none; else its own. */
static bool print_name(
    const struct settings *settings, const char *file, char *out, size_t bytes, struct err *err)
{
    const char *own = path_base(file), *name = settings->logged_name;
    const char *ending = own + path_stem_length(own);
    if (!name && strcmp(file, "-") == 0)
        return err_set(err, ERR_USAGE, "standard input has no name: --name NAME.csv gives one");
    bool bare = name && !name[path_stem_length(name)] && strcmp(file, "-") != 0;
    int length = snprintf(out, bytes, "%s%s", name ? name : own, bare ? ending : "");
    return (length >= 0 && (size_t)length < bytes) ||
           err_set(err, ERR_USAGE, "the name is longer than %zu bytes", bytes - 1);
}

static bool log_file(
    const struct settings *settings, char **operands, const char *folder, struct err *err)
{
    char name[256], below[320], **rest;
    int64_t step = 0;
    bool stepped;
    const char *run = logging_run(operands, false, &rest, err);
    if (!run || !logging_step(settings, &stepped, &step, err))
        return false;
    if (!rest[0] || rest[1])
        return err_set(err, ERR_USAGE, "one FILE is wanted behind RUN");
    if (!print_name(settings, rest[0], name, sizeof name, err))
        return false;
    snprintf(below, sizeof below, stepped ? "%s/step_%06lld" : "%s", folder, (long long)step);
    return logging_copy(run, below, name, rest[0], err);
}

int logging_file(const struct settings *settings, char **operands, const char *folder)
{
    struct err err = {0};
    if (log_file(settings, operands, folder, &err))
        return EXIT_FINE;
    say_error(&err);
    return err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
}
