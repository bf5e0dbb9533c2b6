/*
 * A sheet: pictures with their boxes and captions, side by side in one picture, for papers.
 * Knows: image files, boxes as an easel has them, text. Must not know: runs, why a box is red.
 *
 * Black on white. Pictures are in their own size, or as large as fits in a size that all have; one
 * that cannot be decoded leaves its place empty but for the reason.
 */
#pragma once

#include "base/err.h"
#include "work/easel.h"

enum { SHEET_MOST_TILES = 64, SHEET_LINE_BYTES = 256, SHEET_LINES = 2 };

struct sheet_tile {
    const char *path;        /* of the image file; NULL: it is not here */
    struct easel_tile boxes; /* photo and place are ignored */
    char lines[SHEET_LINES][SHEET_LINE_BYTES]; /* above the picture; "" none. Raw bytes */
};

struct sheet {
    bool bare; /* one tile's picture alone, without text; its file must then be readable */
    char heading[SHEET_LINE_BYTES]; /* above all; "" none */
    struct sheet_tile *tiles;
    size_t count, cols;              /* 1 or more each */
    int32_t width_px, height_px;     /* of each picture; 0: their own, less where a side of the sheet
                                        or its memory would pass a limit */
};

/* Draws SHEET, its pictures decoded in ROOM (work/darkroom.h, may be NULL), and writes it as a PNG to
 * OUTPUT. */
bool sheet_write_png(
    const struct sheet *sheet, struct darkroom *room, const char *output, struct err *err);
