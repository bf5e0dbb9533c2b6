#include "work/own.h"

#include "base/buf.h"
#include "base/file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { LARGEST_BYTES = 64 << 20 };

/* A relative path in the environment is to be ignored, says the XDG specification. */
static char *place_of(struct arena *arena, const char *variable, const char *otherwise,
    const char *name, struct err *err)
{
    const char *folder = getenv(variable), *home = getenv("HOME");
    char *path = NULL;
    if (folder && folder[0] == '/')
        path = arena_printf(arena, "%s/boxtop/%s", folder, name);
    else if (home && home[0] == '/')
        path = arena_printf(arena, "%s/%s/boxtop/%s", home, otherwise, name);
    else
        return err_set(err, ERR_IO, "no place for your own things: set HOME or %s", variable), NULL;
    if (!path)
        err_set(err, ERR_MEMORY, "out of memory");
    return path;
}

char *own_config_path(struct arena *arena, const char *name, struct err *err)
{
    return place_of(arena, "XDG_CONFIG_HOME", ".config", name, err);
}

char *own_data_path(struct arena *arena, const char *name, struct err *err)
{
    return place_of(arena, "XDG_DATA_HOME", ".local/share", name, err);
}

char *own_state_path(struct arena *arena, const char *name, struct err *err)
{
    return place_of(arena, "XDG_STATE_HOME", ".local/state", name, err);
}

bool own_put(const char *path, const char *text, size_t length, struct err *err)
{
    struct arena arena = {0};
    char *folder = path_parent(&arena, path);
    bool ok = folder ? file_make_dirs(folder, err) : err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && file_write_atomically(path, text, length, err);
    arena_done(&arena);
    return ok;
}

struct cJSON *own_read(const char *path, struct err *err)
{
    struct file_stat stat;
    struct buf text;
    if (!file_stat(path, &stat)) {
        cJSON *empty = cJSON_CreateObject();
        if (!empty)
            err_set(err, ERR_MEMORY, "out of memory");
        return empty;
    }
    buf_init(&text, LARGEST_BYTES);
    cJSON *object = NULL;
    if (file_read(path, &text, err)) {
        object = cJSON_ParseWithLength(text.data ? text.data : "", text.length);
        if (!cJSON_IsObject(object)) {
            cJSON_Delete(object);
            object = NULL;
            err_set(err, ERR_FORMAT, "is no JSON object, or not the whole of one");
            err_in_file(err, path);
        }
    }
    buf_done(&text);
    return object;
}

struct cJSON *own_object(struct cJSON *object, const char *name)
{
    cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    if (cJSON_IsObject(found))
        return found;
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    return cJSON_AddObjectToObject(object, name);
}

/* What is damaged may still be of use to the person. NULL when it cannot be put aside. */
static cJSON *begin_anew(struct arena *arena, const char *path, struct err *err)
{
    char *aside = arena_printf(arena, "%s.damaged", path);
    cJSON *empty = aside && rename(path, aside) == 0 ? cJSON_CreateObject() : NULL;
    if (empty)
        err_set(err, ERR_FORMAT, "was not whole: it is kept as %.120s", path_base(aside));
    else
        err_set_errno(err, "is damaged, and cannot be put aside");
    err_in_file(err, path);
    return empty;
}

static bool change_locked(
    struct arena *arena, const char *path, const struct own_change *change, struct err *err)
{
    struct err found = {0};
    cJSON *object = own_read(path, &found);
    if (!object && found.code == ERR_FORMAT)
        object = begin_anew(arena, path, &found);
    if (err)
        *err = found;
    if (!object)
        return false;
    struct err failed = {0};
    bool ok = change->change(change->self, object, &failed);
    char *text = ok ? cJSON_Print(object) : NULL;
    size_t length = text ? strlen(text) : 0;
    if (text)
        text[length++] = '\n'; /* in place of its NUL */
    else if (ok)
        err_set(&failed, ERR_MEMORY, "out of memory");
    ok = text && file_write_atomically(path, text, length, &failed);
    cJSON_free(text);
    cJSON_Delete(object);
    if (!ok && err)
        *err = failed;
    return ok;
}

bool own_write(const char *path, const struct own_change *change, struct err *err)
{
    struct arena arena = {0};
    char *parent = path_parent(&arena, path), *lock = arena_printf(&arena, "%s.lock", path);
    bool ok = parent && lock ? file_make_dirs(parent, err)
                             : err_set(err, ERR_MEMORY, "out of memory");
    if (ok) {
        /* Without a lock (no such thing on this file system) the rename still keeps it whole. */
        int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
            continue;
        ok = change_locked(&arena, path, change, err);
        if (fd >= 0)
            close(fd);
    }
    arena_done(&arena);
    return ok;
}
