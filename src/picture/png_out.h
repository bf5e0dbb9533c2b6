/*
 * Pixels as a PNG file.
 * Knows: PNG through libspng. Must not know: what is on the picture.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "picture/pixels.h"

/* Appends an 8-bit RGB PNG to OUT. ERR_MEMORY, also when OUT's maximum is reached. Any thread. */
bool png_out_buf(const struct pixels *pixels, struct buf *out, struct err *err);
/* Writes PATH through a temporary file beside it. ERR_IO, ERR_MEMORY. */
bool png_out_file(const struct pixels *pixels, const char *path, struct err *err);
