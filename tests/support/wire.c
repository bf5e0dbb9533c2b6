#include "wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MODES = 64, MOST_CSI_BYTES = 256, MOST_STRING_BYTES = 64 << 20 };

/* What a terminal answers, as recorded from the real ones; NULL or 0 for silence. */
struct profile {
    const char *da1, *da2, *version;
    bool sizes_px;   /* CSI 14t and 16t */
    bool size_cells; /* CSI 18t */
    int registers;   /* XTSMGRAPHICS, 0 for none */
    int picture_most_px; /* 0: it tells no size */
    bool kitty_graphics, kitty_keys, background;
    struct {
        int number, state;
    } modes[5]; /* DECRQM */
};

static const struct profile PROFILES[] = {
    [WIRE_DUMB] = {0},
    [WIRE_ALACRITTY] = {.da1 = "?6", .da2 = ">0;1700;1", .size_cells = true, .background = true},
    [WIRE_XTERM] = {.da1 = "?63;1;2;4;6;9;15;16;22;28",
        .da2 = ">19;379;0",
        .version = "XTerm(379)",
        .registers = 1024,
        .picture_most_px = 1000,
        .background = true,
        .modes = {{2026, 0}, {80, 2}, {8452, 2}, {1070, 1}, {1006, 2}}},
    [WIRE_FOOT] = {.da1 = "?62;4;22",
        .da2 = ">1;011301;0",
        .version = "foot(1.13.1)",
        .sizes_px = true,
        .size_cells = true,
        .registers = 1024,
        .picture_most_px = 10000,
        .kitty_keys = true,
        .background = true,
        .modes = {{2026, 2}, {80, 2}, {8452, 2}, {1070, 1}, {1006, 2}}},
    [WIRE_MLTERM] = {.da1 = "?63;1;2;3;4;6;7;15;18;22;29",
        .da2 = ">24;279;0",
        .sizes_px = true,
        .size_cells = true,
        .registers = 1024,
        .background = true,
        .modes = {{2026, 0}, {80, 2}, {8452, 2}, {1070, 0}, {1006, 2}}},
    [WIRE_KITTY] = {.da1 = "?62;",
        .da2 = ">1;4000;26",
        .version = "kitty(0.26.5)",
        .sizes_px = true,
        .size_cells = true,
        .kitty_graphics = true,
        .kitty_keys = true,
        .background = true,
        .modes = {{2026, 2}, {80, 0}, {8452, 0}, {1070, 0}, {1006, 2}}},
    [WIRE_TMUX] = {.da1 = "?1;2;4", .da2 = ">84;0;0", .version = "tmux 3.4"}, /* by its source */
};

struct mode {
    int number;
    bool on;
};

enum state { GROUND, ESCAPE, CHARSET, CSI, STRING, STRING_ESCAPE };

struct wire {
    const struct profile *profile;
    struct wire_owner owner;
    int cols, rows, cell_width_px, cell_height_px;
    enum state state;
    char csi[MOST_CSI_BYTES];
    size_t csi_length;
    char introducer; /* of the string: P, ], _, ^ or X */
    char *string;
    size_t string_length, string_capacity;
    struct mode modes[MOST_MODES];
    size_t mode_count;
    bool keypad;   /* application keypad */
    int key_depth; /* of the kitty keyboard stack */
    struct wire_picture *pictures;
    size_t picture_count, picture_capacity;
    size_t bytes;
    char left_on[512];
};

static void *or_abort(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct wire *wire_new(enum wire_terminal terminal, int cell_width_px, int cell_height_px,
    const struct wire_owner *owner)
{
    struct wire *wire = or_abort(calloc(1, sizeof *wire));
    wire->profile = &PROFILES[terminal];
    wire->owner = *owner;
    wire->cell_width_px = cell_width_px;
    wire->cell_height_px = cell_height_px;
    wire->modes[0] = (struct mode){25, true};
    wire->modes[1] = (struct mode){7, true};
    wire->mode_count = 2;
    return wire;
}

void wire_free(struct wire *wire)
{
    if (!wire)
        return;
    for (size_t i = 0; i < wire->picture_count; i++)
        free(wire->pictures[i].bytes);
    free(wire->pictures);
    free(wire->string);
    free(wire);
}

void wire_resize(struct wire *wire, int cols, int rows)
{
    wire->cols = cols;
    wire->rows = rows;
}

void wire_set_cell(struct wire *wire, int cell_width_px, int cell_height_px)
{
    wire->cell_width_px = cell_width_px;
    wire->cell_height_px = cell_height_px;
}

__attribute__((format(printf, 2, 3))) static void reply(struct wire *wire, const char *format, ...)
{
    char out[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(out, sizeof out, format, arguments);
    va_end(arguments);
    wire->owner.reply(wire->owner.self, out, (size_t)length);
}

static struct mode *find_mode(const struct wire *wire, int number)
{
    for (size_t i = 0; i < wire->mode_count; i++)
        if (wire->modes[i].number == number)
            return (struct mode *)&wire->modes[i];
    return NULL;
}

bool wire_mode(const struct wire *wire, int number)
{
    const struct mode *mode = find_mode(wire, number);
    return mode && mode->on;
}

static void set_modes(struct wire *wire, const char *numbers, bool on)
{
    for (const char *at = numbers; at && *at; at = strchr(at, ';')) {
        at += *at == ';';
        int number = (int)strtol(at, NULL, 10);
        struct mode *mode = find_mode(wire, number);
        if (!mode) {
            if (wire->mode_count == MOST_MODES)
                abort();
            mode = &wire->modes[wire->mode_count++];
            mode->number = number;
        }
        mode->on = on;
    }
}

static void answer_mode(struct wire *wire, int number)
{
    const struct profile *profile = wire->profile;
    size_t count = sizeof profile->modes / sizeof *profile->modes;
    if (!profile->modes[0].number)
        return;
    int state = 0;
    for (size_t i = 0; i < count; i++)
        if (profile->modes[i].number == number)
            state = profile->modes[i].state;
    if (state == 2 && wire_mode(wire, number))
        state = 1;
    reply(wire, "\033[?%d;%d$y", number, state);
}

/* XTSMGRAPHICS: ITEM 1 is colour registers, 2 the picture size; ACTION 1 reads, 4 reads the limit.
 */
static void answer_graphics(struct wire *wire, int item, int action)
{
    const struct profile *profile = wire->profile;
    if (!profile->registers)
        return;
    if (item == 1)
        reply(wire, "\033[?1;0;%dS", profile->registers);
    else if (item == 2 && !profile->picture_most_px)
        reply(wire, "\033[?2;3;0S");
    else if (item == 2 && action == 4)
        reply(wire, "\033[?2;0;%d;%dS", profile->picture_most_px, profile->picture_most_px);
    else if (item == 2)
        reply(wire, "\033[?2;0;%d;%dS", wire->cols * wire->cell_width_px,
            wire->rows * wire->cell_height_px);
    else
        reply(wire, "\033[?%d;1S", item);
}

static void answer_size(struct wire *wire, int what)
{
    const struct profile *profile = wire->profile;
    if (what == 14 && profile->sizes_px)
        reply(wire, "\033[4;%d;%dt", wire->rows * wire->cell_height_px,
            wire->cols * wire->cell_width_px);
    else if (what == 16 && profile->sizes_px)
        reply(wire, "\033[6;%d;%dt", wire->cell_height_px, wire->cell_width_px);
    else if (what == 18 && profile->size_cells)
        reply(wire, "\033[8;%d;%dt", wire->rows, wire->cols);
}

static void answer_status(struct wire *wire, int what)
{
    int row, col;
    wire->owner.cursor(wire->owner.self, &row, &col);
    if (wire->profile->da1 && what == 6)
        reply(wire, "\033[%d;%dR", row + 1, col + 1);
    else if (wire->profile->da1 && what == 5)
        reply(wire, "\033[0n");
}

/* A whole CSI sequence stands in wire->csi, its final byte last. */
static void take_csi(struct wire *wire)
{
    char *csi = wire->csi, final = csi[wire->csi_length - 1];
    const struct profile *profile = wire->profile;
    int first = (int)strtol(csi + (*csi == '?' || *csi == '>' || *csi == '<'), NULL, 10);
    const char *second_text = strchr(csi, ';');
    int second = second_text ? (int)strtol(second_text + 1, NULL, 10) : 0;
    bool dollar = wire->csi_length > 1 && csi[wire->csi_length - 2] == '$';
    if (*csi == '?' && (final == 'h' || final == 'l'))
        set_modes(wire, csi + 1, final == 'h');
    else if (*csi == '?' && final == 'p' && dollar)
        answer_mode(wire, first);
    else if (*csi == '?' && final == 'S')
        answer_graphics(wire, first, second);
    else if (*csi == '?' && final == 'u' && profile->kitty_keys)
        reply(wire, "\033[?0u");
    else if (*csi == '>' && final == 'c' && profile->da2)
        reply(wire, "\033[%sc", profile->da2);
    else if (*csi == '>' && final == 'q' && profile->version)
        reply(wire, "\033P>|%s\033\\", profile->version);
    else if ((*csi == '>' || *csi == '<') && final == 'u')
        wire->key_depth += *csi == '>' ? 1 : -1;
    else if ((*csi == 'c' || *csi == '0') && final == 'c' && profile->da1)
        reply(wire, "\033[%sc", profile->da1);
    else if (final == 't' && *csi != '?' && *csi != '>')
        answer_size(wire, first);
    else if (final == 'n' && *csi != '?')
        answer_status(wire, first);
}

static void keep_picture(struct wire *wire, enum wire_kind kind)
{
    if (wire->picture_count == wire->picture_capacity) {
        wire->picture_capacity = wire->picture_capacity ? wire->picture_capacity * 2 : 16;
        wire->pictures =
            or_abort(realloc(wire->pictures, wire->picture_capacity * sizeof *wire->pictures));
    }
    struct wire_picture *picture = &wire->pictures[wire->picture_count++];
    picture->kind = kind;
    picture->length = wire->string_length;
    picture->bytes = or_abort(malloc(wire->string_length + 1));
    memcpy(picture->bytes, wire->string, wire->string_length + 1);
    wire->owner.cursor(wire->owner.self, &picture->row, &picture->col);
}

/* The value of KEY in a kitty graphics command ("i=31,s=1;..."), or -1. */
static long kitty_value(const char *command, char key)
{
    for (const char *at = command; *at && *at != ';'; at++)
        if ((at == command || at[-1] == ',') && at[0] == key && at[1] == '=')
            return at[2] >= '0' && at[2] <= '9' ? strtol(at + 2, NULL, 10) : (unsigned char)at[2];
    return -1;
}

/* Kitty answers queries, and transmissions that name an id and do not ask for silence. */
static void take_kitty(struct wire *wire)
{
    const char *command = wire->string + 1;
    bool query = kitty_value(command, 'a') == 'q';
    if (!query)
        keep_picture(wire, WIRE_KITTY_GRAPHICS);
    bool answered = kitty_value(command, 'i') > 0 && kitty_value(command, 'q') < 1 &&
                    kitty_value(command, 'm') != 1 && kitty_value(command, 'a') != 'd';
    if (wire->profile->kitty_graphics && answered)
        reply(wire, "\033_Gi=%ld;OK\033\\", kitty_value(command, 'i'));
}

/* A whole string sequence stands in wire->string. */
static void take_string(struct wire *wire)
{
    const char *string = or_abort(wire->string);
    size_t parameters = strspn(string, "0123456789;");
    if (wire->introducer == 'P' && string[parameters] == 'q')
        keep_picture(wire, WIRE_SIXEL);
    else if (wire->introducer == '_' && *string == 'G')
        take_kitty(wire);
    else if (wire->introducer == ']' && strncmp(string, "1337;File=", 10) == 0)
        keep_picture(wire, WIRE_ITERM);
    else if (wire->introducer == ']' && strcmp(string, "11;?") == 0 && wire->profile->background)
        reply(wire, "\033]11;rgb:0000/0000/0000\033\\");
}

static void add_to_string(struct wire *wire, char c)
{
    if (wire->string_length + 2 > wire->string_capacity) {
        if (wire->string_capacity >= MOST_STRING_BYTES)
            abort();
        wire->string_capacity = wire->string_capacity ? wire->string_capacity * 2 : 4096;
        wire->string = or_abort(realloc(wire->string, wire->string_capacity));
    }
    wire->string[wire->string_length++] = c;
    wire->string[wire->string_length] = '\0';
}

static void show(struct wire *wire, char c)
{
    wire->owner.show(wire->owner.self, &c, 1);
}

/* The byte behind ESC: strings stay away from the screen, whose emulator would print some of them.
 */
static void take_escape(struct wire *wire, char c)
{
    wire->state = GROUND;
    if (c && strchr("P]_^X", c)) {
        wire->state = STRING;
        wire->introducer = c;
        wire->string_length = 0;
        add_to_string(wire, '\0');
        wire->string_length = 0;
        return;
    }
    if (c == '[') {
        wire->state = CSI;
        wire->csi_length = 0;
    } else if (c && strchr("()*+#%", c)) {
        wire->state = CHARSET;
    } else if (c == '=' || c == '>') {
        wire->keypad = c == '=';
    }
    show(wire, '\033');
    show(wire, c);
}

static void take_csi_byte(struct wire *wire, char c)
{
    show(wire, c);
    if (wire->csi_length + 1 < sizeof wire->csi) {
        wire->csi[wire->csi_length++] = c;
        wire->csi[wire->csi_length] = '\0';
    }
    if (c >= 0x40 && c <= 0x7e) {
        wire->state = GROUND;
        take_csi(wire);
    }
}

static void take_string_byte(struct wire *wire, char c)
{
    if (wire->state == STRING_ESCAPE || (c == '\a' && wire->introducer == ']')) {
        wire->state = GROUND;
        take_string(wire);
        if (c != '\\' && c != '\a')
            take_escape(wire, c);
    } else if (c == '\033') {
        wire->state = STRING_ESCAPE;
    } else {
        add_to_string(wire, c);
    }
}

void wire_feed(struct wire *wire, const char *bytes, size_t length)
{
    wire->bytes += length;
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        switch (wire->state) {
        case GROUND:
            if (c == '\033')
                wire->state = ESCAPE;
            else
                show(wire, c);
            break;
        case ESCAPE:
            take_escape(wire, c);
            break;
        case CHARSET:
            wire->state = GROUND;
            show(wire, c);
            break;
        case CSI:
            take_csi_byte(wire, c);
            break;
        case STRING:
        case STRING_ESCAPE:
            take_string_byte(wire, c);
        }
    }
}

size_t wire_bytes(const struct wire *wire)
{
    return wire->bytes;
}

size_t wire_picture_count(const struct wire *wire)
{
    return wire->picture_count;
}

const struct wire_picture *wire_picture(const struct wire *wire, size_t index)
{
    return index < wire->picture_count ? &wire->pictures[index] : NULL;
}

static void add_left(struct wire *wire, bool left, const char *what, int number)
{
    size_t used = strlen(wire->left_on);
    if (left)
        snprintf(wire->left_on + used, sizeof wire->left_on - used, number ? "%s%s %d" : "%s%s",
            used ? ", " : "", what, number);
}

const char *wire_left_on(struct wire *wire)
{
    static const int MOUSE[] = {9, 1000, 1001, 1002, 1003, 1005, 1006, 1015, 1016};
    static const int SCREENS[] = {47, 1047, 1049};
    wire->left_on[0] = '\0';
    for (size_t i = 0; i < sizeof SCREENS / sizeof *SCREENS; i++)
        add_left(wire, wire_mode(wire, SCREENS[i]), "alternate screen", SCREENS[i]);
    for (size_t i = 0; i < sizeof MOUSE / sizeof *MOUSE; i++)
        add_left(wire, wire_mode(wire, MOUSE[i]), "mouse", MOUSE[i]);
    add_left(wire, !wire_mode(wire, 25), "hidden cursor", 0);
    add_left(wire, !wire_mode(wire, 7), "no wrapping", 0);
    add_left(wire, wire_mode(wire, 1), "cursor keys", 1);
    add_left(wire, wire_mode(wire, 1004), "focus reports", 1004);
    add_left(wire, wire_mode(wire, 2004), "bracketed paste", 2004);
    add_left(wire, wire_mode(wire, 2026), "synchronised output", 2026);
    add_left(wire, wire->keypad, "application keypad", 0);
    add_left(wire, wire->key_depth != 0, "kitty keyboard", 0);
    add_left(wire, wire->state != GROUND, "an unfinished sequence", 0);
    return wire->left_on;
}
