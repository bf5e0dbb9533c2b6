/*
 * The person's own files: where they lie, and how they change without losing what others wrote.
 * Knows: XDG's folders, JSON objects, locks. Must not know: what the members mean.
 *
 * They are no cache: what stands in them cannot be made again. So a file that is not whole is put
 * aside, not written over, members that nobody here knows stay as they are, and a change is read,
 * made and written under a lock, through a temporary file and rename(). Not for the main thread
 * once the screen is open.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct cJSON;

/* $XDG_DATA_HOME/boxtop/NAME, $XDG_STATE_HOME/boxtop/NAME, or the same below ~/.local, and
 * $XDG_CONFIG_HOME/boxtop/NAME or below ~/.config; the folder need not be there. NULL with ERR when
 * there is no home. Memory from ARENA. */
char *own_config_path(struct arena *arena, const char *name, struct err *err);
char *own_data_path(struct arena *arena, const char *name, struct err *err);
char *own_state_path(struct arena *arena, const char *name, struct err *err);

/* Writes TEXT to PATH, atomically, its folder made where it is not there. */
bool own_put(const char *path, const char *text, size_t length, struct err *err);
/* The object in PATH: empty when there is no such file. NULL with ERR when it cannot be read or is
 * no JSON object. The caller's, for cJSON_Delete(). */
struct cJSON *own_read(const char *path, struct err *err);

/* The object called NAME in OBJECT, made when it is not there. NULL when memory is out. */
struct cJSON *own_object(struct cJSON *object, const char *name);

/* CHANGE edits the object in place and returns false, with ERR, to leave the file alone. */
struct own_change {
    bool (*change)(void *self, struct cJSON *object, struct err *err);
    void *self;
};
/* Makes the folder when it is not there. A file that is no JSON object becomes PATH.damaged (the
 * newest one only) and the object begins empty: then true, and ERR says so as ERR_FORMAT. */
bool own_write(const char *path, const struct own_change *change, struct err *err);
