/*
 * Which directories have changed since they were looked at last, as the system tells.
 * Knows: inotify, and where it does not work. Must not know: what stands in the directories.
 *
 * Network, cluster and FUSE file systems tell only of what this machine does; and a system has only
 * so many watches. What cannot be watched makes the watch incomplete: everything must then be
 * looked at from time to time. One thread at a time.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct watch;

/* POLLS: watches nothing, as if no directory could be watched. NULL with ERR when memory is out;
 * a system without inotify gives a watch that is incomplete from the first directory on. */
struct watch *watch_new(bool polls, struct err *err);
void watch_free(struct watch *watch); /* accepts NULL */

/*
 * From here on tells of what is made, written to, renamed or removed in DIRECTORY (not below it),
 * under the number OWNER; one directory may have several owners. What is none, or is gone, is
 * passed over. False, once for each reason, when the watch is incomplete from now on: ERR says why,
 * for a person.
 */
bool watch_add(struct watch *watch, const char *directory, int64_t owner, struct err *err);
/* Whether every directory that was added is watched. */
bool watch_is_complete(const struct watch *watch);

/* Readable while there is news; -1 when there never will be. */
int watch_fd(const struct watch *watch);
/*
 * Takes the news: hands each owner of a directory with news to CHANGED (may be NULL), perhaps more
 * than once.
 * False when so much has happened that some of it was lost: everything may have changed.
 */
bool watch_take(struct watch *watch, void (*changed)(void *self, int64_t owner), void *self);
