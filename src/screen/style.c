#include "screen/style.h"

#include <string.h>

static const struct {
    const char *name;
    char letter;
} ROWS[STYLE_ROLES] = {
#define STYLE(id, name, letter) {name, letter},
#include "screen/roles.def"
#undef STYLE
};

const char *style_name(enum style_role role)
{
    return (unsigned)role < STYLE_ROLES ? ROWS[role].name : "";
}

char style_letter(enum style_role role)
{
    return (unsigned)role < STYLE_ROLES ? ROWS[role].letter : '?';
}

int style_find(const char *name, int length)
{
    for (int i = 0; i < STYLE_ROLES; i++)
        if ((int)strlen(ROWS[i].name) == length && !memcmp(ROWS[i].name, name, (size_t)length))
            return i;
    return -1;
}
