#include "work/settings.h"

#include "base/digest.h"
#include "base/file.h"
#include "work/own.h"
#include "work/scan.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The same for the same set, in whatever order and how often its roots are named: each counts once
 * and the sum has no order. */
static bool digest_roots(
    struct arena *arena, const char *const *roots, size_t count, struct digest *sum, struct err *err)
{
    const char **seen = ARENA_ARRAY(arena, const char *, count + 1);
    size_t seen_count = 0;
    if (!seen)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const char *root = scan_absolute(arena, roots[i], err);
        bool again = false;
        if (!root)
            return false;
        for (size_t k = 0; k < seen_count; k++)
            again |= strcmp(seen[k], root) == 0;
        if (again)
            continue;
        seen[seen_count++] = root;
        *sum = digest_add(*sum, digest_of(root, strlen(root)));
    }
    return true;
}

char *settings_path(struct arena *arena, const char *const *roots, size_t count, struct err *err)
{
    struct digest sum = {0};
    char digits[DIGEST_TEXT_BYTES], name[DIGEST_TEXT_BYTES + sizeof ".json"];
    if (!digest_roots(arena, roots, count, &sum, err))
        return NULL;
    digest_print(&sum, digits);
    snprintf(name, sizeof name, "%.16s.json", digits);
    return own_data_path(arena, name, err);
}

bool settings_read(const char *path, struct buf *out, struct err *err)
{
    struct file_stat stat;
    return !file_stat(path, &stat) || file_read(path, out, err);
}

const char *settings_member(struct arena *arena, const char *text, const char *name)
{
    cJSON *object = text ? cJSON_Parse(text) : NULL;
    cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    char *printed = member ? cJSON_PrintUnformatted(member) : NULL;
    const char *kept = printed ? arena_string(arena, printed) : NULL;
    cJSON_free(printed);
    cJSON_Delete(object);
    return kept;
}

/* Puts ITEM (owned) into OBJECT in place of what is called so. */
static bool put(cJSON *object, const char *name, cJSON *item)
{
    bool there = cJSON_GetObjectItemCaseSensitive(object, name) != NULL;
    bool ok = item && (there ? cJSON_ReplaceItemInObjectCaseSensitive(object, name, item)
                             : cJSON_AddItemToObject(object, name, item));
    if (!ok)
        cJSON_Delete(item);
    return ok;
}

/* Moves the members of FROM (owned) into TO. */
static bool merge(cJSON *to, cJSON *from)
{
    bool ok = true;
    for (cJSON *item; ok && (item = from->child);) {
        char *name = strdup(item->string);
        cJSON_DetachItemViaPointer(from, item);
        ok = name && put(to, name, item);
        free(name);
    }
    cJSON_Delete(from);
    return ok;
}

static bool change_member(void *self, cJSON *object, struct err *err)
{
    const struct settings_change *change = self;
    cJSON *value = cJSON_Parse(change->value);
    cJSON *before = cJSON_GetObjectItemCaseSensitive(object, change->name);
    if (!value)
        return err_set(err, ERR_FORMAT, "these settings are no JSON");
    bool ok = put(object, "roots",
                  cJSON_CreateStringArray(change->roots, (int)change->root_count)) &&
              (cJSON_IsObject(before) && cJSON_IsObject(value) ? merge(before, value)
                                                               : put(object, change->name, value));
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}

bool settings_write(const char *path, const struct settings_change *change, struct err *err)
{
    struct settings_change copy = *change;
    struct arena arena = {0};
    const char **roots = ARENA_ARRAY(&arena, const char *, change->root_count + 1);
    for (size_t i = 0; roots && i < change->root_count; i++) {
        const char *absolute = scan_absolute(&arena, change->roots[i], NULL);
        roots[i] = absolute ? absolute : change->roots[i];
    }
    copy.roots = roots;
    bool ok = roots ? own_write(path, &(struct own_change){change_member, &copy}, err)
                    : err_set(err, ERR_MEMORY, "out of memory");
    arena_done(&arena);
    return ok;
}
