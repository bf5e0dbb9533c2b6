/*
 * A drawing: the pictures that `boxtop draw` was asked for, as tiles with their boxes and captions.
 * Knows: options, studies, findings, the gallery. Must not know: terminals, files of pictures.
 */
#pragma once

#include "app/finding.h"
#include "work/gallery.h"
#include "work/sheet.h"

struct drawing {
    struct arena arena;
    struct sheet sheet; /* a tile for each picture; width_px and height_px only for --grid */
    struct gallery_palette palette;
    uint8_t sides[2][3]; /* colours of A and B */
    char at[64];         /* "confidence 0.50, IoU 0.50"; of several runs with --conf best the first's */
};

/* Of one run and an image, of several, of all steps of one (--steps), of A and B in one picture
 * (--compare), or of the first images of a list (--grid). DRAWING is to be finished with
 * drawing_done() in any case. False with ERR. */
bool drawing_make(
    const struct settings *settings, char **operands, struct drawing *drawing, struct err *err);
void drawing_done(struct drawing *drawing);
