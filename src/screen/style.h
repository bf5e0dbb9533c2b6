/*
 * What a cell is for: a role, a hue among the role's, attributes.
 * Knows: the names of roles (roles.def). Must not know: colours; themes have those.
 */
#pragma once

#include <stdint.h>

enum style_role {
#define STYLE(id, name, letter) STYLE_##id,
#include "screen/roles.def"
#undef STYLE
    STYLE_ROLES
};

/* Attributes of one cell. The two grounds keep the role's own foreground and lay the background of
 * STYLE_CURSOR or STYLE_SELECTED under it (cursor wins): that is how a bar crosses coloured cells.
 */
enum style_attr {
    STYLE_BOLD = 1,
    STYLE_DIM = 2,
    STYLE_UNDERLINE = 4,
    STYLE_REVERSE = 8,
    STYLE_ITALIC = 16,
    STYLE_ON_SELECTED = 64,
    STYLE_ON_CURSOR = 128,
};

struct style {
    uint8_t role; /* enum style_role */
    uint8_t hue;  /* STYLE_RUN, STYLE_CLASS: which of the theme's hues, taken modulo their number */
    uint8_t attr; /* enum style_attr, added to the theme's */
};

/* STYLE_IS(GOOD), STYLE_HUE(RUN, 3): a struct style as an expression. */
#define STYLE_IS(id) ((struct style){.role = STYLE_##id})
#define STYLE_HUE(id, which) ((struct style){.role = STYLE_##id, .hue = (uint8_t)(which)})

const char *style_name(enum style_role role);
char style_letter(enum style_role role);
/* The role called NAME (length bytes), or -1. */
int style_find(const char *name, int length);
