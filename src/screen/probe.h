/*
 * What kind of terminal this is: questions in one write, answers read up to the one that all know.
 * Knows: the answers of terminals, by their shape. Must not know: curses, encoders.
 *
 * probe_ask() does the talking; the rest is pure and runs on recorded answers.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "screen/tty.h"

enum { PROBE_LIMIT_MS = 1000 };

enum terminal_graphics {
    GRAPHICS_NONE,
    GRAPHICS_BLOCKS,
    GRAPHICS_SIXEL,
    GRAPHICS_KITTY,
    GRAPHICS_ITERM,
    GRAPHICS_KINDS,
};

/* How a changed sixel picture may be sent; the same order as picture's enum encode_delta. */
enum terminal_delta { DELTA_FULL, DELTA_BANDS, DELTA_CELLS, DELTA_PIXELS };

/* Who told the size of a cell, the most trusted first. */
enum terminal_cell {
    CELL_BY_GRAPHICS, /* XTSMGRAPHICS: the sixel area is a whole number of cells */
    CELL_BY_QUERY,    /* CSI 16 t */
    CELL_BY_AREA,     /* CSI 14 t: the text area through its rows and columns */
    CELL_BY_SYSTEM,   /* the window size of the pseudo terminal */
    CELL_GUESSED,     /* nobody: 8 x 16 */
};

struct terminal {
    enum terminal_graphics graphics;
    enum terminal_delta delta;
    bool proven;              /* seen here: after changes the screen is as after a whole repaint */
    int cell_w_px, cell_h_px; /* never 0 */
    enum terminal_cell cell_from;
    int max_w_px, max_h_px;   /* of one picture; 0: no limit known */
    int registers;            /* sixel colours; 0 unknown */
    bool truecolour;          /* for what is written raw; text goes by terminfo */
    bool utf8;
    bool sync2026; /* knows synchronized output */
    bool light;    /* its ground is light, as it said itself */
    bool sgr_mouse; /* tells of the mouse in decimal numbers (mode 1006), as it said itself */
    int trip_ms;    /* from the questions to the closing answer, -1 unanswered */
    bool in_tmux, in_screen;
    bool answered; /* the closing answer came within the limit */
    char name[64]; /* of XTVERSION, harmless: "XTerm(379)"; "" unknown */
    char why[200]; /* one sentence: why these graphics, and what would give better ones */
};

/* What the environment says; strings may be NULL. */
struct probe_env {
    const char *graphics; /* --graphics: sixel, kitty, iterm ...; NULL or "auto": find out */
    const char *term, *colorterm, *no_color, *tmux, *sty; /* STY: inside GNU screen */
    const char *term_program, *lc_terminal; /* TERM_PROGRAM stays here, LC_TERMINAL passes ssh */
    bool utf8;
    struct tty_size size;
};

/* What the answers said so far. */
struct probe {
    bool done; /* DA1 came */
    bool da1_sixel, kitty_ok, rgb;
    int sync2026, sgr_mouse; /* DECRQM's values of these modes, -1 unanswered */
    int trip_ms;             /* until DA1 came, -1 */
    int ground_luma;         /* OSC 11: how light the ground is, 0..255, -1 unanswered */
    int registers;
    int size_answers;               /* XTSMGRAPHICS about sizes: how many came */
    int now_w, now_h, max_w, max_h; /* XTSMGRAPHICS, 0 unanswered */
    int cell_w, cell_h;             /* CSI 16 t */
    int text_w, text_h;             /* CSI 14 t */
    char name[64];
};

/* All questions, DA1 last; only those that this TERM does not print as garbage or misuse. */
void probe_questions(const struct probe_env *env, struct buf *out);
void probe_init(struct probe *probe);
/* The window or its font changed: forgets all sizes, and asks for them again with DA1 behind, so that
 * `done` tells when all are here. */
void probe_sizes_again(struct probe *probe, const struct probe_env *env, struct buf *out);
/* Takes one EVENT_ANSWER (key.h), also one that comes late: then decide again. What is not exactly
 * an expected answer is ignored. True when something was learnt. */
bool probe_answer(struct probe *probe, const char *answer, size_t length);
/* ERR_USAGE for an unknown word of --graphics; OUT is then what would be found without it. */
bool probe_decide(
    const struct probe *probe, const struct probe_env *env, struct terminal *out, struct err *err);

/*
 * Asks and waits for DA1, at most PROBE_LIMIT_MS. The terminal must be raw (tty_open()). All bytes
 * that came are appended to READ_BYTES: hand them to input_feed(), so that keys typed meanwhile are
 * not lost. A silent terminal is no error.
 */
bool probe_ask(int in_fd, int out_fd, const struct probe_env *env, struct probe *probe,
    struct buf *read_bytes, struct err *err);

const char *terminal_graphics_name(enum terminal_graphics graphics); /* the word of --graphics */
const char *terminal_delta_name(enum terminal_delta delta);          /* "pixels" */
const char *terminal_cell_name(enum terminal_cell from);             /* who told, in words */
