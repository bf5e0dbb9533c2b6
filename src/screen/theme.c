#include "screen/theme.h"

#include "base/file.h"
#include "screen/theme_texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct word {
    const char *at;
    size_t length;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of [*at, end); length 0 at the end. */
static struct word next_word(const char **at, const char *end)
{
    while (*at < end && is_blank(**at))
        (*at)++;
    struct word word = {*at, 0};
    while (*at < end && !is_blank(**at))
        (*at)++;
    word.length = (size_t)(*at - word.at);
    return word;
}

static bool word_is(struct word word, const char *text)
{
    return word.length == strlen(text) && !memcmp(word.at, text, word.length);
}

static bool hex_digit(char c, unsigned *value)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char *found = c ? strchr(DIGITS, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    if (found)
        *value = (unsigned)(found - DIGITS);
    return found != NULL;
}

static bool parse_rgb(struct word word, uint8_t rgb[3])
{
    if (word.length != 7 || word.at[0] != '#')
        return false;
    for (int i = 0; i < 3; i++) {
        unsigned high, low;
        if (!hex_digit(word.at[1 + 2 * i], &high) || !hex_digit(word.at[2 + 2 * i], &low))
            return false;
        rgb[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool parse_colour(struct word word, struct theme_colour *colour, struct err *err)
{
    if (word_is(word, "default")) {
        colour->set = false;
        return true;
    }
    colour->set = parse_rgb(word, colour->rgb);
    return colour->set ? true
                       : err_set(err, ERR_FORMAT, "a colour is #rrggbb or default, not \"%.*s\"",
                             (int)(word.length < 32 ? word.length : 32), word.at);
}

/* `fg #87d787 bold`, `#87d787` (the foreground), `bg #303030`, `default`. */
static bool parse_entry(const char *at, const char *end, struct theme_entry *entry, struct err *err)
{
    static const struct {
        const char *name;
        uint8_t attr;
    } ATTRS[] = {{"bold", STYLE_BOLD}, {"dim", STYLE_DIM}, {"underline", STYLE_UNDERLINE},
        {"reverse", STYLE_REVERSE}, {"italic", STYLE_ITALIC}};
    *entry = (struct theme_entry){0};
    for (struct word word = next_word(&at, end); word.length; word = next_word(&at, end)) {
        uint8_t attr = 0;
        for (size_t i = 0; i < sizeof ATTRS / sizeof *ATTRS; i++)
            if (word_is(word, ATTRS[i].name))
                attr = ATTRS[i].attr;
        bool fg = word_is(word, "fg"), bg = word_is(word, "bg");
        if (attr)
            entry->attr |= attr;
        else if (!parse_colour(
                     fg || bg ? next_word(&at, end) : word, bg ? &entry->bg : &entry->fg, err))
            return false;
    }
    return true;
}

/* `run.3 = #rrggbb`: hues are numbered from 0 without holes. */
static bool parse_hue(struct word name, size_t prefix, const char *at, const char *end,
    struct theme_hues *hues, struct err *err)
{
    int index = 0;
    for (size_t i = prefix; i < name.length; i++) {
        if (name.at[i] < '0' || name.at[i] > '9' || index >= THEME_MAX_HUES)
            return err_set(err, ERR_FORMAT, "\"%.*s\" is no hue: they are numbered from 0 to %d",
                (int)(name.length < 32 ? name.length : 32), name.at, THEME_MAX_HUES - 1);
        index = index * 10 + (name.at[i] - '0');
    }
    if (index != hues->count || index >= THEME_MAX_HUES)
        return err_set(err, ERR_FORMAT, "%.*s%d comes next here (hues in order, at most %d)",
            (int)prefix, name.at, hues->count, THEME_MAX_HUES);
    struct theme_entry entry;
    if (!parse_entry(at, end, &entry, err))
        return false;
    if (!entry.fg.set || entry.bg.set || entry.attr)
        return err_set(err, ERR_FORMAT, "a hue is one colour, #rrggbb");
    memcpy(hues->rgb[hues->count++], entry.fg.rgb, 3);
    return true;
}

static bool parse_line(struct theme *theme, const char *at, const char *end, struct err *err)
{
    struct word name = next_word(&at, end);
    if (!name.length || name.at[0] == '#')
        return true;
    if (!word_is(next_word(&at, end), "="))
        return err_set(err, ERR_FORMAT, "a line is `name = value`");
    if (name.length > 4 && !memcmp(name.at, "run.", 4))
        return parse_hue(name, 4, at, end, &theme->run, err);
    if (name.length > 6 && !memcmp(name.at, "class.", 6))
        return parse_hue(name, 6, at, end, &theme->class, err);
    struct theme_entry entry;
    if (!parse_entry(at, end, &entry, err))
        return false;
    if (word_is(name, "on")) {
        memcpy(theme->ground, entry.fg.rgb, 3);
        return true;
    }
    int role = style_find(name.at, (int)(name.length < 64 ? name.length : 64));
    if (role < 0)
        return err_set(err, ERR_FORMAT, "there is no role called \"%.*s\"",
            (int)(name.length < 32 ? name.length : 32), name.at);
    theme->roles[role] = entry;
    return true;
}

bool theme_parse(
    struct theme *out, const char *name, const char *text, size_t length, struct err *err)
{
    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "%s", name);
    int64_t line = 1;
    for (const char *at = text, *end = text + length; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            stop = end;
        if (!parse_line(out, at, stop, err)) {
            err_at(err, ERR_AT_LINE, line);
            return false;
        }
        at = stop + 1;
    }
    return true;
}

const char *theme_builtin_name(size_t i)
{
    return i < theme_text_count ? theme_texts[i].name : NULL;
}

bool theme_builtin(struct theme *out, const char *name, struct err *err)
{
    char known[256] = "";
    for (size_t i = 0; i < theme_text_count; i++) {
        const struct theme_text *text = &theme_texts[i];
        if (!strcmp(text->name, name))
            return theme_parse(out, text->name, text->text, strlen(text->text), err);
        size_t length = strlen(known);
        snprintf(known + length, sizeof known - length, "%s%s", i ? ", " : "", text->name);
    }
    memset(out, 0, sizeof *out);
    return err_set(
        err, ERR_USAGE, "there is no theme called \"%.40s\": %s, or a file", name, known);
}

bool theme_load(struct theme *out, const char *name_or_file, struct err *err)
{
    size_t length = strlen(name_or_file);
    bool file =
        strchr(name_or_file, '/') || (length > 6 && !strcmp(name_or_file + length - 6, ".theme"));
    if (!file)
        return theme_builtin(out, name_or_file, err);
    struct buf text;
    buf_init(&text, THEME_MAX_FILE_BYTES);
    memset(out, 0, sizeof *out);
    bool good = file_read(name_or_file, &text, err) &&
                theme_parse(out, "file", text.data ? text.data : "", text.length, err);
    if (!good)
        err_in_file(err, name_or_file);
    buf_done(&text);
    return good;
}

const char *theme_default_name(const char *no_color)
{
    return no_color && *no_color ? "mono" : "dark";
}

static void lay_ground(const struct theme_entry *ground, struct theme_entry *look)
{
    if (ground->bg.set)
        look->bg = ground->bg;
    if (ground->fg.set && !look->fg.set)
        look->fg = ground->fg;
    look->attr |= ground->attr;
}

void theme_look(const struct theme *theme, const struct cell *cell, struct theme_entry *out)
{
    unsigned role = cell->role < STYLE_ROLES ? cell->role : STYLE_TEXT;
    const struct theme_hues *hues = role == STYLE_RUN     ? &theme->run
                                    : role == STYLE_CLASS ? &theme->class
                                                          : NULL;
    *out = theme->roles[role];
    if (hues && hues->count) {
        out->fg.set = true;
        memcpy(out->fg.rgb, hues->rgb[cell->hue % hues->count], 3);
    }
    out->attr |= cell->attr & (uint8_t) ~(STYLE_ON_CURSOR | STYLE_ON_SELECTED);
    if (cell->attr & STYLE_ON_CURSOR)
        lay_ground(&theme->roles[STYLE_CURSOR], out);
    else if (cell->attr & STYLE_ON_SELECTED)
        lay_ground(&theme->roles[STYLE_SELECTED], out);
}

static int luma(const uint8_t rgb[3])
{
    return (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000; /* ITU-R BT.601 */
}

bool theme_is_light(const struct theme *theme)
{
    return luma(theme->ground) >= 128;
}

void theme_rgb(const struct theme *theme, enum style_role role, int hue, uint8_t out[3])
{
    struct theme_entry look;
    struct cell cell = {.role = (uint8_t)role, .hue = (uint8_t)(hue < 0 ? 0 : hue % 256)};
    theme_look(theme, &cell, &look);
    if (look.fg.set) {
        memcpy(out, look.fg.rgb, 3);
        return;
    }
    memset(out, theme_is_light(theme) ? 0 : 255, 3);
}

/* xterm's colours from 16 on: a 6 x 6 x 6 cube, then 24 greys. */
static void palette_rgb(int index, uint8_t out[3])
{
    static const uint8_t CUBE[6] = {0, 95, 135, 175, 215, 255};
    if (index < 232) {
        out[0] = CUBE[(index - 16) / 36];
        out[1] = CUBE[(index - 16) / 6 % 6];
        out[2] = CUBE[(index - 16) % 6];
    } else {
        memset(out, 8 + 10 * (index - 232), 3);
    }
}

static int distance(const uint8_t a[3], const uint8_t b[3])
{
    int mean = (a[0] + b[0]) / 2, r = a[0] - b[0], g = a[1] - b[1], blue = a[2] - b[2];
    return (((512 + mean) * r * r) >> 8) + 4 * g * g + (((767 - mean) * blue * blue) >> 8);
}

/* Among so few colours the nearest one of a pastel is grey: what has a hue keeps it instead. */
static int nearest_ansi(const uint8_t rgb[3], bool bright)
{
    enum { LEAST_CHROMA = 48, LEAST_LIGHT = 96, BRIGHT = 192 };
    int most = rgb[0], least = rgb[0];
    for (int i = 1; i < 3; i++) {
        most = rgb[i] > most ? rgb[i] : most;
        least = rgb[i] < least ? rgb[i] : least;
    }
    int light = luma(rgb);
    if (most - least < LEAST_CHROMA || most < LEAST_LIGHT) {
        if (!bright)
            return light < 110 ? 0 : 7;
        return light < 40 ? 0 : light < 145 ? 8 : light < 215 ? 7 : 15;
    }
    int middle = (most + least) / 2;
    int hue = (rgb[0] >= middle) | (rgb[1] >= middle) << 1 | (rgb[2] >= middle) << 2;
    return bright && most >= BRIGHT ? hue + 8 : hue;
}

int theme_nearest(const uint8_t rgb[3], int colours)
{
    if (colours < 256)
        return nearest_ansi(rgb, colours >= 16);
    int best = 16;
    for (int i = best; i < 256; i++) {
        uint8_t candidate[3], chosen[3];
        palette_rgb(i, candidate);
        palette_rgb(best, chosen);
        if (distance(rgb, candidate) < distance(rgb, chosen))
            best = i;
    }
    return best;
}

struct theme_fitted theme_fit(
    const struct theme *theme, const struct theme_entry *look, int colours)
{
    struct theme_fitted fitted = {-1, -1, look->attr};
    if (colours < 8) {
        if (look->bg.set)
            fitted.attr |= STYLE_REVERSE;
        return fitted;
    }
    int ground = theme_nearest(theme->ground, colours);
    if (look->bg.set) {
        fitted.bg = theme_nearest(look->bg.rgb, colours);
        if (fitted.bg == ground) {
            fitted.bg = -1;
            fitted.attr |= STYLE_REVERSE;
        }
    }
    if (look->fg.set) {
        fitted.fg = theme_nearest(look->fg.rgb, colours);
        if (fitted.fg == ground && fitted.bg < 0) {
            fitted.fg = -1;
            fitted.attr |= STYLE_DIM;
        } else if (fitted.fg == fitted.bg) {
            fitted.fg = -1;
        }
    }
    return fitted;
}
