/*
 * Themes: which colours and attributes the roles have.
 * Knows: theme files, nearest colours of small palettes. Must not know: terminals, what is drawn.
 *
 * A theme file has lines `name = value`; a line that begins with # is a comment:
 *
 *     text   = default
 *     good   = fg #87d787 bold
 *     cursor = bg #303030            also fg, bold, dim, underline, reverse, italic
 *     run.0  = #1f77b4               run.0.. and class.0.. are the hues
 *     on     = #000000               what pictures and nearest colours take for the default ground
 *
 * A role without a line looks like text. The builtin themes are compiled in from themes/ (list:
 * themes/themes.def).
 */
#pragma once

#include "base/err.h"
#include "screen/grid.h"
#include "screen/style.h"

enum { THEME_MAX_HUES = 32, THEME_MAX_FILE_BYTES = 64 << 10 };

struct theme_colour {
    bool set; /* else the terminal's default */
    uint8_t rgb[3];
};

struct theme_entry {
    struct theme_colour fg, bg;
    uint8_t attr; /* enum style_attr */
};

struct theme_hues {
    uint8_t rgb[THEME_MAX_HUES][3];
    int count; /* 0: the role's own foreground */
};

struct theme {
    char name[32];
    struct theme_entry roles[STYLE_ROLES];
    struct theme_hues run, class;
    uint8_t ground[3]; /* the line `on` */
};

/* Errors name the line (ERR_FORMAT). OUT is wholly written, also on failure. */
bool theme_parse(
    struct theme *out, const char *name, const char *text, size_t length, struct err *err);
/* A theme compiled in; an unknown name is ERR_USAGE and lists the known ones. */
bool theme_builtin(struct theme *out, const char *name, struct err *err);
const char *theme_builtin_name(size_t i); /* NULL behind the last */
/* NAME_OR_FILE of --theme: a builtin name, else a file (whatever holds a '/' or ends in .theme). */
bool theme_load(struct theme *out, const char *name_or_file, struct err *err);
/* The default: "mono" when NO_COLOR (may be NULL) is set and not empty, else "dark". */
const char *theme_default_name(const char *no_color);

/* How a cell looks: role, hue, attributes and grounds put together. */
void theme_look(const struct theme *theme, const struct cell *cell, struct theme_entry *out);
/* The foreground of a role for drawing on pictures; mono and default colours give white on dark
 * grounds, black on light ones. */
void theme_rgb(const struct theme *theme, enum style_role role, int hue, uint8_t out[3]);
bool theme_is_light(const struct theme *theme); /* its ground is */

/* How a look is shown with 256, 16, 8 or 0 colours. A background that would vanish into the ground
 * becomes reverse, a foreground dim: nothing that tells something is lost. */
struct theme_fitted {
    int fg, bg; /* -1: the terminal's default */
    uint8_t attr;
};
struct theme_fitted theme_fit(
    const struct theme *theme, const struct theme_entry *look, int colours);

/* The nearest entry of xterm's palette of 256 (from 16 on: the first 16 are the person's own), by
 * the weighted RGB distance "redmean" (compuphase.com/cmetric.htm); of the 16 or 8 ANSI colours the
 * one of the same hue and about the same lightness. */
int theme_nearest(const uint8_t rgb[3], int colours);
