/*
 * Pixels as PNG, into memory or a file.
 * Knows: PNG through libspng. Must not know: what is on the picture.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "picture/pixels.h"

/* A picture of palette entries. */
struct png_indexed {
    const uint8_t *index; /* packed rows */
    int32_t width_px, height_px;
    const uint8_t (*rgb)[3];
    int32_t colours;     /* 1..256; no index is larger */
    bool first_is_clear; /* entry 0 is transparent */
};

/* Append an 8-bit RGB or palette PNG to OUT. ERR_MEMORY, also when OUT's maximum is reached. Any
 * thread. */
bool png_out_buf(const struct pixels *pixels, struct buf *out, struct err *err);
bool png_out_indexed(const struct png_indexed *picture, struct buf *out, struct err *err);
/* Writes PATH through a temporary file beside it. ERR_IO, ERR_MEMORY. */
bool png_out_file(const struct pixels *pixels, const char *path, struct err *err);
