/*
 * Area averaging, fed row by row, so that a large picture is scaled while it is decoded.
 * Knows: integer arithmetic on RGB rows. Must not know: where rows come from.
 *
 * Each output pixel is the mean of the input area that it covers, with partly covered pixels
 * weighted exactly; a constant picture stays that constant.
 */
#pragma once

#include "picture/pixels.h"

enum { SHRINK_MAX_SIDE = 65500 };

struct shrink {
    struct pixels *out; /* the caller's */
    int32_t in_width_px, in_height_px;
    int32_t out_row;
    uint32_t rows_left;    /* weight still to come for out_row, in units of 1 / out height */
    uint64_t across, down; /* 2^40 over the input sides */
    uint16_t *line;        /* one input row averaged across, 8.8 fixed point */
    uint32_t *sums;        /* lines times weights */
};

/* OUT must be no larger than the input on either side; input sides up to SHRINK_MAX_SIDE. False
 * when out of memory. */
bool shrink_init(
    struct shrink *shrink, int32_t in_width_px, int32_t in_height_px, struct pixels *out);
void shrink_done(struct shrink *shrink); /* accepts a zeroed struct */
/* The next input row; the last output row is complete after in_height_px of them, more are ignored.
 */
void shrink_row(struct shrink *shrink, const uint8_t *rgb);
