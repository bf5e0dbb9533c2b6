/*
 * What a terminal notices on the wire besides text: queries it answers, pictures, modes left on.
 * Knows: escape sequences and the recorded answers of a few terminals. Must not know: processes,
 * cells, the program under test.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum wire_terminal {
    WIRE_DUMB,      /* answers nothing */
    WIRE_ALACRITTY, /* answers DA1, has no pictures */
    WIRE_XTERM,     /* `xterm -ti vt340`: sixel, no window operations, pictures up to 1000x1000 */
    WIRE_FOOT,      /* sixel, every size query, synchronised output */
    WIRE_MLTERM,    /* sixel, every size query, no name and no limit */
    WIRE_KITTY,     /* kitty graphics, no sixel */
    WIRE_TMUX,      /* tmux 3.4 built with sixel */
};

enum wire_kind { WIRE_SIXEL, WIRE_KITTY_GRAPHICS, WIRE_ITERM };

struct wire_picture {
    enum wire_kind kind;
    int row, col; /* of the cursor when it came, 0-based */
    char *bytes;  /* between the introducer and the terminator, NUL-terminated */
    size_t length;
};

/* What the owner of a wire does for it. */
struct wire_owner {
    void *self;
    void (*show)(
        void *self, const char *bytes, size_t length); /* text, controls, CSI: for the screen */
    void (*reply)(void *self, const char *bytes, size_t length); /* as if typed by the terminal */
    void (*cursor)(void *self, int *row, int *col);              /* where it is, 0-based */
};

struct wire;

/* CELL_*_PX is the size of one cell. Aborts when out of memory, as all of this file. */
struct wire *wire_new(enum wire_terminal terminal, int cell_width_px, int cell_height_px,
    const struct wire_owner *owner);
void wire_free(struct wire *wire); /* accepts NULL */

void wire_resize(struct wire *wire, int cols, int rows);
void wire_set_cell(struct wire *wire, int cell_width_px, int cell_height_px);
/* Bytes from the program, cut anywhere. */
void wire_feed(struct wire *wire, const char *bytes, size_t length);

/* All bytes fed so far. */
size_t wire_bytes(const struct wire *wire);
size_t wire_picture_count(const struct wire *wire);
const struct wire_picture *wire_picture(const struct wire *wire, size_t index);
/* Whether DEC private mode NUMBER is on (25 and 7 are so from the start). */
bool wire_mode(const struct wire *wire, int number);
/* What is not as at the start, as "alternate screen, mouse 1000"; "" when all is restored. */
const char *wire_left_on(struct wire *wire);
