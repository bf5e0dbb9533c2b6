/*
 * A chart as a picture: lines with soft edges on the cells where dots would be, axes stay text.
 * Knows: figures, photos, tiles of the frame's scene. Must not know: runs, what a curve means.
 *
 * The picture is drawn anew only when what is on it changes; the crosshair lies over it as a box, so
 * that moving it sends a few columns.
 */
#pragma once

#include "base/digest.h"
#include "screen/chart.h"
#include "view/view.h"

/* A terminal may take smaller pictures than a plot is wide (xterm: 1000 pixels): then several stand
 * beside one another. */
enum { CURVES_PICTURE_PARTS = 4 };

/* The pictures drawn last, and of what. Zeroed at first. */
struct curves_picture {
    struct curves_picture_part {
        struct digest of;
        struct photo *photo;
    } parts[CURVES_PICTURE_PARTS];
};

/* Whether the terminal shows pixels at all: half blocks are coarser than dots. */
bool curves_picture_can(const struct world *world);
/* Puts CHART, drawn bare into PLACE, on the canvas. False, and nothing there, when it does not fit into
 * the terminal's pictures or the frame has no room for one more. */
bool curves_picture_draw(struct curves_picture *picture, const struct chart *chart,
    const struct chart_place *place, const struct session *session, const struct world *world,
    struct canvas *canvas);
void curves_picture_done(struct curves_picture *picture);
