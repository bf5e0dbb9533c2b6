/*
 * A screen of pixels that understands iTerm2's inline images, to judge what an encoder sends.
 * Knows: cursor moves, ECH, SGR, OSC 1337 File with JPEG and PNG over whole cells; refuses
 * everything else. Must not know: the encoder.
 */
#pragma once

#include "escapes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iterm_screen {
    int rows, cols, cell_width_px, cell_height_px;
    uint8_t *rgb; /* rows * cell height x cols * cell width */
    struct cursor cursor;
    size_t longest; /* bytes of the longest string */
    int images;
    char wrong[ESCAPES_WRONG_BYTES]; /* the first thing that a terminal would take badly; "" none */
};

/* Grey 40, which stands for the terminal's background. */
void iterm_screen_init(
    struct iterm_screen *screen, int rows, int cols, int cell_width_px, int cell_height_px);
void iterm_screen_done(struct iterm_screen *screen);
/* Applies whole sequences; false (and `wrong`) on what is not known, on an image that is not of its
 * cells' size, or beyond the screen. */
bool iterm_screen_feed(struct iterm_screen *screen, const char *bytes, size_t length);
