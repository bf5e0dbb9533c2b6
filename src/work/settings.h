/*
 * Settings: how a person has arranged the screens, kept for a set of roots.
 * Knows: the file, whose members belong to one screen or thing each. Must not know: what stands in
 * a member (its owner writes and reads it as JSON text).
 *
 *     {"roots": ["/exp"], "runs": {"columns": [...], "sort": [...], ...}, "dashboards": ...}
 *
 * Members, and members of members, that a writer does not name stay as they are.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { SETTINGS_MOST_BYTES = 16 << 20 };

/* The file for these roots, whatever their order: in the data folder, called by a hash of their
 * absolute paths. Memory from ARENA. */
char *settings_path(struct arena *arena, const char *const *roots, size_t count, struct err *err);

/* The whole file's text appended to OUT, for settings_member(); nothing when there is none. */
bool settings_read(const char *path, struct buf *out, struct err *err);
/* The value of the member NAME in TEXT (a settings file), as JSON text from ARENA. NULL when there
 * is none. */
const char *settings_member(struct arena *arena, const char *text, const char *name);

/* Makes VALUE (JSON text) the member NAME of the file; of an object only the members that VALUE
 * has. As own_write() does. ROOTS are written too, for whoever opens the file. */
struct settings_change {
    const char *const *roots;
    size_t root_count;
    const char *name, *value;
};
bool settings_write(const char *path, const struct settings_change *change, struct err *err);
