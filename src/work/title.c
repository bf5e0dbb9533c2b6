#include "work/title.h"

#include "base/file.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { LEAST_HEX_DIGITS = 16 };

/* Hexadecimal digits and dashes, to the end or to an extension. */
static bool is_hex(const char *text)
{
    size_t digits = 0;
    for (; isxdigit((unsigned char)*text) || *text == '-'; text++)
        digits += *text != '-';
    return digits >= LEAST_HEX_DIGITS && (!*text || *text == '.');
}

/* "run-20240501_101010-1a2b3c4d", "offline-run-..." */
static bool is_dated_run(const char *text)
{
    static const char SHAPE[] = "00000000_000000-";
    if (strncmp(text, "offline-", 8) == 0)
        text += 8;
    if (strncmp(text, "run-", 4) != 0)
        return false;
    text += 4;
    for (const char *at = SHAPE; *at; at++, text++)
        if (*at == '0' ? !isdigit((unsigned char)*text) : *text != *at)
            return false;
    return true;
}

const char *title_shown(struct arena *arena, const char *name, const char *title)
{
    const char *base = path_base(name);
    if (!title || !title[0] || !(is_hex(base) || is_dated_run(base)))
        return name;
    return arena_printf(arena, "%.*s%s", (int)(base - name), name, title);
}
