/*
 * Plates: pictures made ready for the terminal before they are asked for, as the neighbours of one that
 * is looked at will be: in its place, looked at alike. What takes the longest of a picture, its
 * scaling, palette and compression, is then done.
 * Knows: frames of the easel, a few of which it keeps. Must not know: files, which photo is next.
 *
 * Any thread.
 */
#pragma once

#include "work/easel_frame.h"

struct plates;
struct plates *plates_new(struct err *err); /* ERR_MEMORY */
void plates_free(struct plates *plates);    /* accepts NULL */

/* From now on they are made like TILE (NULL: none are made); those of before are thrown away. */
void plates_like(struct plates *plates, const struct easel_terminal *terminal,
    const struct easel_tile *tile);
/* Makes one of PHOTO, which may take some 20 ms; nothing when there is one. */
void plates_make(struct plates *plates, struct photo *photo);
/* Moves the one that is just as TILE to OUT, as encoder frame ID. False when there is none. */
bool plates_take(struct plates *plates, const struct easel_terminal *terminal,
    const struct easel_tile *tile, uint32_t id, struct easel_frame *out);
