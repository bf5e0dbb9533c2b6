/*
 * Runs a program in a pseudo terminal and plays the person and the terminal: types keys, keeps the
 * screen, answers queries as a chosen terminal does.
 * Knows: processes, libvterm, wire.h. Must not know: which program runs.
 *
 * Nothing sleeps: each wait polls until what it waits for is there or its deadline has passed. One
 * thread only. What cannot be (no pseudo terminal, no memory) ends the test with a sentence.
 */
#pragma once

#include "wire.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pty_start {
    const char *const *argv; /* NULL-terminated; argv[0] is a path */
    const char *const *env;  /* the whole environment, NULL-terminated; no other variable is set */
    const char *directory;   /* where the program starts; NULL for here */
    int cols, rows;          /* 0 for 80x24 */
    enum wire_terminal terminal;
    int deadline_ms;   /* of each wait; 0 for 20 s */
    bool hold_answers; /* the terminal answers nothing until pty_release_answers() */
};

struct pty_cell {
    char text[40]; /* UTF-8, " " when blank, "" for the right half of a wide character */
    uint8_t foreground[3], background[3];
    bool bold, underline, reverse;
    bool plain_foreground, plain_background; /* the terminal's own colours */
};

/* Keys as a terminal sends them while the application keypad is on (curses' keypad()). */
#define PTY_UP "\033OA"
#define PTY_DOWN "\033OB"
#define PTY_RIGHT "\033OC"
#define PTY_LEFT "\033OD"
#define PTY_PAGE_UP "\033[5~"
#define PTY_PAGE_DOWN "\033[6~"
#define PTY_ENTER "\r"
#define PTY_ESCAPE "\033"

struct pty;

struct pty *pty_open(const struct pty_start *start);
/* Kills what still runs; accepts NULL. */
void pty_close(struct pty *pty);

void pty_type(struct pty *pty, const char *keys);
/* One SGR mouse event at the cell: BUTTON 0 is the left one, pressed and released; 64 and 65 wheel.
 */
void pty_mouse(struct pty *pty, int button, int row, int col);
void pty_resize(struct pty *pty, int cols, int rows);
/* Another font: as many cells, of another size. */
void pty_set_cell(struct pty *pty, int width_px, int height_px);
/* From here on the terminal reads BYTES_PER_MS at most (0: all at once), and its answers take
 * ANSWER_MS. */
void pty_set_link(struct pty *pty, int bytes_per_ms, int answer_ms);
void pty_signal(struct pty *pty, int signal_number);
/* The terminal goes away, as when its window is closed; after it only pty_wait_exit() and close. */
void pty_hang_up(struct pty *pty);

/* What the terminal had to answer goes out now, and at once from here on. */
void pty_release_answers(struct pty *pty);

/* True when it came to be in time; the screen then is as it was at that moment. */
bool pty_wait_text(struct pty *pty, const char *text);
bool pty_wait_no_text(struct pty *pty, const char *text);
bool pty_wait_pictures(struct pty *pty, size_t count); /* at least COUNT since the start */
/* No byte for QUIET_MS. */
bool pty_wait_quiet(struct pty *pty, int quiet_ms);
bool pty_wait_exit(struct pty *pty);

/* The rows without their trailing blanks, each ended by "\n"; valid until the next call. */
const char *pty_screen(struct pty *pty);
const char *pty_row(struct pty *pty, int row); /* valid until the next call */
/* The first cell of TEXT, reading rows from the top; false when it is not on the screen. */
bool pty_find(struct pty *pty, const char *text, int *row, int *col);
struct pty_cell pty_cell(struct pty *pty, int row, int col);
void pty_cursor(struct pty *pty, int *row, int *col);
/* The screen within a frame, and what the processes wait for; for a failed test's log. */
void pty_print(struct pty *pty, FILE *out);
/* Every byte that the program wrote so far; valid until the next call. */
const char *pty_bytes(struct pty *pty, size_t *length);
/* Pictures, modes and bytes so far; owned by the pty. */
struct wire *pty_wire(struct pty *pty);

/* Of wait(2); only after pty_wait_exit(). */
int pty_status(const struct pty *pty);
/* What the program left behind, "" when nothing: wire_left_on() and changed terminal settings. */
const char *pty_left_on(struct pty *pty);
