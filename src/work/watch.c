#include "work/watch.h"

#include "base/grow.h"
#include "store/store.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
    EVENTS = IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD,
    READ_BYTES = 16 << 10
};

/* The owners of one directory are a list through `next`. */
struct owner {
    int64_t number;
    size_t next; /* index + 1 of the next; 0: none */
};

struct watch {
    int fd; /* -1: everything must be polled */
    bool complete, told_remote, told_limit, told_none;
    size_t *heads; /* by watch descriptor: index + 1 of its first owner */
    size_t head_capacity;
    struct owner *owners;
    size_t owner_count, owner_capacity;
};

struct watch *watch_new(bool polls, struct err *err)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    watch->complete = true;
    watch->told_none = polls; /* nobody needs to be told what was asked for */
    watch->fd = polls ? -1 : inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    if (watch->fd >= 0)
        close(watch->fd);
    free(watch->heads);
    free(watch->owners);
    free(watch);
}

/* Says it the first time only. */
static bool incomplete(
    struct watch *watch, bool *told, const char *directory, const char *why, struct err *err)
{
    bool first = !*told;
    watch->complete = false;
    *told = true;
    if (!first)
        return true;
    err_set(err, ERR_UNSUPPORTED, "%s", why);
    err_in_file(err, directory);
    return false;
}

static bool own(struct watch *watch, int descriptor, int64_t number, struct err *err)
{
    size_t before = watch->head_capacity;
    if (!GROW(watch->heads, watch->head_capacity, (size_t)descriptor + 1) ||
        !GROW(watch->owners, watch->owner_capacity, watch->owner_count + 1)) {
        watch->complete = false;
        return err_set(err, ERR_MEMORY, "out of memory");
    }
    memset(watch->heads + before, 0, (watch->head_capacity - before) * sizeof *watch->heads);
    for (size_t at = watch->heads[descriptor]; at; at = watch->owners[at - 1].next)
        if (watch->owners[at - 1].number == number)
            return true;
    watch->owners[watch->owner_count] = (struct owner){number, watch->heads[descriptor]};
    watch->heads[descriptor] = ++watch->owner_count;
    return true;
}

bool watch_add(struct watch *watch, const char *directory, int64_t owner, struct err *err)
{
    struct statfs fs;
    if (watch->fd < 0)
        return incomplete(watch, &watch->told_none, directory,
            "the system cannot tell of changes: looking for them every second", err);
    if (statfs(directory, &fs) == 0 &&
        store_journal_for_fs((uint64_t)fs.f_type) == STORE_JOURNAL_DELETE)
        return incomplete(watch, &watch->told_remote, directory,
            "a network file system does not tell of changes: looking for them every second", err);
    int descriptor = inotify_add_watch(watch->fd, directory, EVENTS);
    if (descriptor >= 0)
        return own(watch, descriptor, owner, err);
    if (errno == ENOSPC || errno == ENOMEM)
        return incomplete(watch, &watch->told_limit, directory,
            "more directories than the system watches (fs.inotify.max_user_watches): looking for "
            "changes every second",
            err);
    if (errno != ENOENT && errno != ENOTDIR)
        watch->complete = false; /* unreadable: told of by whoever looks into it */
    return true;
}

bool watch_is_complete(const struct watch *watch)
{
    return watch->complete;
}

int watch_fd(const struct watch *watch)
{
    return watch->fd;
}

bool watch_take(struct watch *watch, void (*changed)(void *self, int64_t owner), void *self)
{
    _Alignas(struct inotify_event) char news[READ_BYTES];
    bool all = true;
    ssize_t got;
    while (watch->fd >= 0 && (got = read(watch->fd, news, sizeof news)) > 0)
        for (ssize_t at = 0; at < got;) {
            struct inotify_event event;
            memcpy(&event, news + at, sizeof event);
            at += (ssize_t)(sizeof event + event.len);
            if (event.mask & IN_Q_OVERFLOW)
                all = false;
            if (event.wd < 0 || (size_t)event.wd >= watch->head_capacity)
                continue;
            for (size_t i = watch->heads[event.wd]; changed && i; i = watch->owners[i - 1].next)
                changed(self, watch->owners[i - 1].number);
            if (event.mask & IN_IGNORED) /* it is gone, and its number may serve another */
                watch->heads[event.wd] = 0;
        }
    return all;
}
