/*
 * Reads a PNG that the program wrote, as pixels.
 * Knows: spng. Must not know: what should be on the picture.
 */
#pragma once

#include <stdbool.h>

struct png_read {
    int width_px, height_px;
    unsigned char *rgb; /* malloc'd */
};

/* Fails the test when PATH is no PNG. */
struct png_read png_read(const char *path);
/* Whether the pixel has a colour. */
bool png_is_coloured(const struct png_read *png, int x, int y);
