/*
 * A picture in memory: packed RGB, and the few things done to a whole one.
 * Knows: 8-bit RGB and integer arithmetic. Must not know: files, terminals, what is drawn.
 *
 * All functions are pure and may run on any thread; none reports more than "out of memory" (NULL).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PIXELS_MAX_SIDE = 16384 };

struct pixels {
    int32_t width_px, height_px; /* each at least 1 */
    uint8_t *rgb;                /* width * height * 3 bytes, row after row without padding */
};

/* Black. NULL when a side is not in 1..PIXELS_MAX_SIDE or memory is out. The caller frees it. */
struct pixels *pixels_new(int32_t width_px, int32_t height_px);
void pixels_free(struct pixels *pixels); /* accepts NULL */
struct pixels *pixels_copy(const struct pixels *pixels);
size_t pixels_bytes(const struct pixels *pixels);
bool pixels_same_size(const struct pixels *a, const struct pixels *b);

/* Luma by BT.601 in integers, (77 R + 150 G + 29 B) / 256, as libjpeg's RGB to grey does. */
uint8_t pixels_luma(const uint8_t rgb[3]);
/* Makes every pixel its luma, in place. */
void pixels_grey(struct pixels *pixels);

/*
 * Brighter or darker (BRIGHTNESS -100..100: the share of full scale that is added, in per cent) and
 * with more or less CONTRAST (-100..100: the distance from mid-grey is multiplied by 2^(contrast/50),
 * so by 1/4 to 4), in place; contrast first. 0, 0 changes nothing.
 */
void pixels_tone(struct pixels *pixels, int brightness, int contrast);

/* The pixels turned as EXIF orientation 1..8 asks (TIFF 6.0 tag 274), in a new picture; anything
 * else is taken for 1. */
struct pixels *pixels_orient(const struct pixels *pixels, int orientation);
