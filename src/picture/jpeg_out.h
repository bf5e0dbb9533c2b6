/*
 * Pixels as JPEG into memory.
 * Knows: libjpeg's compressor. Must not know: what is on the picture.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "picture/pixels.h"

/* Appends PIXELS to OUT as a JPEG of QUALITY 1..100 (of libjpeg's tables), colour at half the
 * resolution. ERR_MEMORY, also when OUT's maximum is reached. Any thread. */
bool jpeg_out_buf(const struct pixels *pixels, int quality, struct buf *out, struct err *err);
