/*
 * A screen of pixels that understands sixel, to judge what an encoder sends.
 * Knows: cursor moves, ECH, SGR, sixel with and without transparency; refuses everything else. Must
 * not know: the encoder.
 */
#pragma once

#include "escapes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sixel_screen {
    int rows, cols, cell_width_px, cell_height_px;
    uint8_t *rgb;     /* rows * cell height x cols * cell width */
    bool wipes_cells; /* a picture clears every cell that it touches, as mlterm does */

    struct cursor cursor;
    int images, clear_images;           /* seen since the caller set them to 0; with P2=1 */
    int largest_width_px, largest_height_px;
    int odd_heights; /* images whose height is not a multiple of 6 */
    char wrong[ESCAPES_WRONG_BYTES]; /* the first thing that a terminal would take badly; "" none */
};

/* Grey 40, which stands for the terminal's background. */
void sixel_screen_init(
    struct sixel_screen *screen, int rows, int cols, int cell_width_px, int cell_height_px);
void sixel_screen_done(struct sixel_screen *screen);
/* Gives cells the background again. */
void sixel_screen_wipe(struct sixel_screen *screen, int row, int col, int rows, int cols);
/* Applies whole sequences; false (and `wrong`) on: unknown sequences, registers used before they
 * are defined in the same image, defined twice or defined and not used, an image beyond the screen,
 * opaque images with holes, text. */
bool sixel_screen_feed(struct sixel_screen *screen, const char *bytes, size_t length);
