/*
 * A palette for one picture: its best colours by libsixel, and registers kept for overlay colours.
 * Knows: colour distance, libsixel's quantiser. Must not know: how a palette is written.
 */
#pragma once

#include "base/err.h"
#include "picture/pixels.h"

enum { PALETTE_MAX_COLOURS = 240, PALETTE_RESERVED = 16, PALETTE_SIZE = 256 };

struct palette {
    uint8_t rgb[PALETTE_SIZE][3];
    int32_t count;       /* colours of the picture: 0..count-1 */
    int32_t used, limit; /* exact colours: count..used-1, at most up to limit */
    int32_t last;        /* the exact colour last asked for */
    uint16_t *nearest;   /* by the upper 6 bits of each channel, filled when asked for */
};

/* The COLOURS (2..PALETTE_MAX_COLOURS) best for PIXELS, and PALETTE_RESERVED behind them.
 * ERR_MEMORY. */
bool palette_init(
    struct palette *palette, const struct pixels *pixels, int32_t colours, struct err *err);
/* FIRST unused entries (0 or 1), then only exact colours. Needs no done(). */
void palette_init_exact(struct palette *palette, int32_t first);
void palette_done(struct palette *palette); /* accepts a zeroed palette */

/* The nearest colour of the picture, to 6 bits a channel. */
uint8_t palette_nearest(struct palette *palette, const uint8_t rgb[3]);
/* The register of just this colour, taken if need be; when all are taken the nearest of all. */
uint8_t palette_exact(struct palette *palette, const uint8_t rgb[3]);
/* Gives the registers of exact colours back. */
void palette_forget_exact(struct palette *palette);
/* palette_nearest() of every pixel; INDEX has one byte a pixel. */
void palette_map(struct palette *palette, const struct pixels *pixels, uint8_t *index);
