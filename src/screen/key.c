#include "screen/key.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    int32_t key;
} NAMES[] = {
    {"Space", ' '},
    {"Enter", KEY_ENTER},
    {"Tab", KEY_TAB},
    {"Esc", KEY_ESC},
    {"Backspace", KEY_BACKSPACE},
    {"Up", KEY_UP},
    {"Down", KEY_DOWN},
    {"Left", KEY_LEFT},
    {"Right", KEY_RIGHT},
    {"Home", KEY_HOME},
    {"End", KEY_END},
    {"PgUp", KEY_PAGE_UP},
    {"PgDn", KEY_PAGE_DOWN},
    {"Insert", KEY_INSERT},
    {"Delete", KEY_DELETE},
    {"F1", KEY_F1},
    {"F2", KEY_F1 + 1},
    {"F3", KEY_F1 + 2},
    {"F4", KEY_F1 + 3},
    {"F5", KEY_F1 + 4},
    {"F6", KEY_F1 + 5},
    {"F7", KEY_F1 + 6},
    {"F8", KEY_F1 + 7},
    {"F9", KEY_F1 + 8},
    {"F10", KEY_F1 + 9},
    {"F11", KEY_F1 + 10},
    {"F12", KEY_F12},
};
enum { NAME_COUNT = sizeof NAMES / sizeof *NAMES };

static const struct {
    const char *prefix;
    uint8_t mod;
} MODS[] = {{"Ctrl-", KEY_CTRL}, {"Alt-", KEY_ALT}, {"Shift-", KEY_SHIFT}};
enum { MOD_COUNT = sizeof MODS / sizeof *MODS };

void key_name(int32_t key, uint8_t mods, char *out, size_t out_bytes)
{
    char text[64] = "";
    size_t length = 0;
    for (int i = 0; i < MOD_COUNT; i++)
        if (mods & MODS[i].mod)
            length += (size_t)snprintf(text + length, sizeof text - length, "%s", MODS[i].prefix);
    for (int i = 0; i < NAME_COUNT; i++)
        if (NAMES[i].key == key) {
            snprintf(out, out_bytes, "%s%s", text, NAMES[i].name);
            return;
        }
    if (key < 0 || key >= KEY_ENTER || text_code_is_harmful(key)) {
        snprintf(out, out_bytes, "%s\\u{%x}", text, (unsigned)key);
        return;
    }
    if ((mods & KEY_CTRL) && key >= 'a' && key <= 'z')
        key += 'A' - 'a';
    text[length + text_encode(key, text + length)] = '\0';
    snprintf(out, out_bytes, "%s", text);
}

bool key_parse(const char *name, size_t length, int32_t *key, uint8_t *mods)
{
    *mods = 0;
    for (int i = 0; i < MOD_COUNT; i++) {
        size_t prefix = strlen(MODS[i].prefix);
        if (length > prefix && !strncasecmp(name, MODS[i].prefix, prefix)) {
            *mods |= MODS[i].mod;
            name += prefix;
            length -= prefix;
        }
    }
    for (int i = 0; i < NAME_COUNT; i++)
        if (strlen(NAMES[i].name) == length && !strncasecmp(NAMES[i].name, name, length)) {
            *key = NAMES[i].key;
            return true;
        }
    if (length == 0 || text_decode(name, name + length, key) != length || *key < 0 ||
        text_code_is_harmful(*key) || *key == ' ')
        return false;
    if ((*mods & KEY_CTRL) && *key >= 'A' && *key <= 'Z')
        *key += 'a' - 'A';
    return true;
}
