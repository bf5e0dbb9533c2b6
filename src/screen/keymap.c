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

static bool names_hold(const char *keys, int32_t key, uint8_t mods)
{
    const char *at = keys, *name;
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
        if (names_hold(rows->keys, event->key, event->mods))
            return rows->action;
    return KEY_NO_ACTION;
}

bool keys_have(const char *keys, const struct event *event)
{
    return event->kind == EVENT_KEY && names_hold(keys, event->key, event->mods);
}

bool key_row_names(const struct key_row *row, const struct key_row *const *front, size_t count,
    bool taken, char *out, size_t out_bytes)
{
    const char *at = row->keys, *name;
    size_t length, written = 0;
    out[0] = '\0';
    while (next_name(&at, &name, &length)) {
        struct event event = {.kind = EVENT_KEY};
        bool is_taken = false;
        if (!key_parse(name, length, &event.key, &event.mods))
            continue;
        for (size_t i = 0; i < count; i++)
            is_taken |= key_rows_find(front[i], &event) != KEY_NO_ACTION;
        if (is_taken == taken && written + length + 2 <= out_bytes)
            written += (size_t)snprintf(out + written, out_bytes - written, "%s%.*s",
                written ? " " : "", (int)length, name);
    }
    return written > 0;
}

struct event key_row_event(const struct key_row *row)
{
    struct event event = {.kind = EVENT_KEY};
    const char *at = row->keys, *name;
    size_t length;
    if (next_name(&at, &name, &length))
        key_parse(name, length, &event.key, &event.mods);
    return event;
}

void key_row_name(const struct key_row *row, char out[KEY_NAME_BYTES])
{
    size_t length = 0;
    for (const char *at = row->bar ? row->bar : row->does; *at && !strchr(":;,(", *at); at++) {
        bool is_plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                        (*at >= '0' && *at <= '9');
        bool is_gap = !is_plain && length && out[length - 1] != '-';
        if ((is_plain || is_gap) && length + 1 < KEY_NAME_BYTES)
            out[length++] = (char)(!is_plain ? '-' : *at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    }
    while (length && out[length - 1] == '-')
        length--;
    out[length] = '\0';
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
            if (names_hold(other->keys, key, mods))
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
