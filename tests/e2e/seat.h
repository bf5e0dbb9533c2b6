/*
 * A seat before the glass: a visit in a terminal that shows pictures, and the pixels that it shows.
 * Knows: visits, the glass. Must not know: what is looked at.
 *
 * What was sent is decoded again, so that pixels can be compared; every failure ends the test.
 */
#pragma once

#include "visit.h"

#include <stdint.h>

enum { SEAT_REFINED_MS = 600 /* by then a person at rest has the finest picture */ };

struct seat_place {
    const char *name, *term;
    enum wire_terminal terminal;
    bool kitty;
};
extern const struct seat_place SEAT_FOOT, SEAT_KITTY;

/* A visit, its screen, and the byte from which on its glass is to be understood. */
struct seat {
    const struct seat_place *place;
    struct pty *pty;
    int rows, cols, cell_width_px, cell_height_px;
    size_t from, bytes; /* of the stream; of the screen's pixels */
};

/* The program on ROOT, on 100 x 30 cells. */
struct seat seat_open(const struct seat_place *place, const char *root);
/* The same where a shell runs SCRIPT, which finds the program and ROOT in $BOXTOP and $ROOT. */
struct seat seat_open_shell(const struct seat_place *place, const char *root, const char *script);

/* Pixels of the whole screen, 3 bytes each; the caller frees them. */
uint8_t *seat_look(struct seat *seat);
uint8_t *seat_look_at_rest(struct seat *seat);
/* Those that are no grey: boxes are, the pictures of these tests and text are not. */
size_t seat_coloured_pixels(const struct seat *seat, const uint8_t *rgb);
void seat_expect_same(
    const struct seat *seat, const uint8_t *a, const uint8_t *b, const char *when);
/* What is seen equals what Ctrl-L makes; returns it. */
uint8_t *seat_expect_fresh(struct seat *seat, const char *when);
/* How often WHAT was sent from byte FROM on. */
size_t seat_count_since(struct seat *seat, size_t from, const char *what);
size_t seat_sent(struct seat *seat); /* bytes so far */
