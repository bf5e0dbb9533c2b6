/*
 * A screen of pixels that understands kitty graphics, to judge what an encoder sends.
 * Knows: cursor moves; pictures as PNG in chunks, placements cut from them, deletion by id and by
 * placement. Must not know: the encoder.
 */
#pragma once

#include "escapes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KITTY_SCREEN_IMAGES = 1200, KITTY_SCREEN_PLACEMENTS = 1200 };

struct kitty_image {
    uint32_t id, width, height;
    uint8_t *rgba;
};

struct kitty_placement {
    uint32_t image, id;
    int x, y;                               /* pixels of the screen */
    uint32_t from_x, from_y, width, height; /* of the image */
    int z;
};

struct kitty_screen {
    int rows, cols, cell_width_px, cell_height_px;
    struct cursor cursor;
    struct kitty_image images[KITTY_SCREEN_IMAGES];
    size_t image_count;
    struct kitty_placement placements[KITTY_SCREEN_PLACEMENTS];
    size_t placement_count;
    struct kitty_image coming; /* while its chunks arrive, and how it is to be placed */
    struct kitty_placement coming_place;
    bool places, more, coming_stays;
    uint8_t *data;
    size_t length, capacity;
    char wrong[ESCAPES_WRONG_BYTES]; /* the first thing that a terminal would take badly; "" none */
};

void kitty_screen_init(
    struct kitty_screen *screen, int rows, int cols, int cell_width_px, int cell_height_px);
void kitty_screen_done(struct kitty_screen *screen);
/* Applies whole sequences; false (and `wrong`) on what is not known, beyond the screen, deleted
 * twice or placed without a picture. */
bool kitty_screen_feed(struct kitty_screen *screen, const char *bytes, size_t length);
/* What is seen, over grey 40; rows * cell height x cols * cell width * 3 bytes. */
void kitty_screen_look(const struct kitty_screen *screen, uint8_t *rgb);
