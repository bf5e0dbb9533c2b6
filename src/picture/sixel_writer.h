/*
 * Writes a picture of register numbers as one sixel.
 * Knows: the sixel format (DEC STD 070, chapter "Sixel graphics"). Must not know: where it lies on
 * the screen, palettes' origin, terminals.
 */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum { SIXEL_BAND_PX = 6, SIXEL_REGISTERS = 256 };

struct sixel_run;
struct sixel_pair;

/* Scratch memory, reused from sixel to sixel. Zeroed at first. */
struct sixel_writer {
    struct sixel_run *runs;
    struct sixel_pair *pairs;
    size_t run_capacity, pair_capacity;
};

struct sixel_picture {
    const uint8_t *index; /* of the top left pixel */
    const uint8_t *mask;  /* pixels to draw are not 0, the others stay transparent; NULL: all */
    size_t stride;        /* of both */
    int32_t width_px, height_px;
    const uint8_t (*rgb)[3]; /* SIXEL_REGISTERS colours */
};

void sixel_writer_done(struct sixel_writer *writer);

/* Appends PICTURE from DCS to ST: first the definitions of the registers that it uses, and of no
 * others, then bands with the runs of several registers packed into each pass. Nothing when no
 * pixel is drawn. False when out of memory; OUT's own failure is left to its `failed`. */
bool sixel_write(struct sixel_writer *writer, const struct sixel_picture *picture, struct buf *out);
