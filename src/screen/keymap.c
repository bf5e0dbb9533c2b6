#include "screen/keymap.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The next of the blank-separated names; false at the end. */
static bool next_name(const char **at, const char **name, size_t *length)
{
    *at += strspn(*at, " ");
    *name = *at;
    *length = strcspn(*at, " ");
    *at += *length;
    return *length > 0;
}

static bool row_names(const struct key_row *row, int32_t key, uint8_t mods)
{
    const char *at = row->keys, *name;
    size_t length;
    while (next_name(&at, &name, &length)) {
        int32_t named;
        uint8_t named_mods;
        if (key_parse(name, length, &named, &named_mods) && named == key && named_mods == mods)
            return true;
    }
    return false;
}

int key_rows_find(const struct key_row *rows, const struct event *event)
{
    if (event->kind != EVENT_KEY)
        return KEY_NO_ACTION;
    for (; rows->keys; rows++)
        if (row_names(rows, event->key, event->mods))
            return rows->action;
    return KEY_NO_ACTION;
}

static bool check_row(const struct key_row *rows, const struct key_row *row, struct err *err)
{
    if (row->action == KEY_NO_ACTION || !row->does || !*row->does)
        return err_set(err, ERR_FORMAT, "\"%s\" has no action or no description", row->keys);
    const char *at = row->keys, *name;
    size_t length;
    while (next_name(&at, &name, &length)) {
        int32_t key;
        uint8_t mods;
        if (!key_parse(name, length, &key, &mods))
            return err_set(err, ERR_FORMAT, "\"%.*s\" is no key", (int)length, name);
        for (const struct key_row *other = rows; other < row; other++)
            if (row_names(other, key, mods))
                return err_set(err, ERR_FORMAT, "\"%.*s\" is named twice", (int)length, name);
    }
    return true;
}

bool key_rows_check(const struct key_row *rows, struct err *err)
{
    for (const struct key_row *row = rows; row->keys; row++)
        if (!check_row(rows, row, err))
            return false;
    return true;
}
