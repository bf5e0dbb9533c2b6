/*
 * Pictures from files: JPEG, PNG, WebP, TIFF, BMP, PPM (decoders.def), scaled while they are decoded.
 * Knows: limits, EXIF orientation, fitting. Must not know: boxes, terminals.
 *
 * The kind is told by the first bytes, never by the name. Every size in a file is a claim and is
 * checked before memory is asked for: at most 256 MiB of regular file, 16384 px a side, 100
 * megapixels (JPEG up to 400, since it is scaled down inside the decoder; interlaced PNG,
 * lossless WebP, TIFF and run-length BMP, which have to be held whole, 50). A damaged or cut-off file is an error, not half
 * a picture. All functions may run on any thread and hold no state between calls. ERR: ERR_IO,
 * ERR_LIMIT, ERR_FORMAT, ERR_UNSUPPORTED (not a known kind, an animation), ERR_MEMORY.
 */
#pragma once

#include "base/err.h"
#include "picture/pixels.h"

/* Width and height as they will be shown (EXIF orientation applied); reads the header only. */
bool picture_size(const char *path, int32_t *width_px, int32_t *height_px, struct err *err);

/* The picture, upright, as large as fits in MAX_WIDTH x MAX_HEIGHT (each at least 1) with its
 * aspect kept, never larger than it is. Transparency lies over mid-grey. The caller frees it. */
struct pixels *picture_decode(
    const char *path, int32_t max_width_px, int32_t max_height_px, struct err *err);

/* The same two from memory. */
bool picture_size_memory(
    const void *data, size_t length, int32_t *width_px, int32_t *height_px, struct err *err);
struct pixels *picture_decode_memory(
    const void *data, size_t length, int32_t max_width_px, int32_t max_height_px, struct err *err);

/* The largest size of the given aspect within the maxima, rounded to the nearest pixel, at least
 * 1 x 1; larger than WIDTH x HEIGHT only when ENLARGE. */
void picture_fit(int32_t width_px, int32_t height_px, int32_t max_width_px, int32_t max_height_px,
    bool enlarge, int32_t *fit_width_px, int32_t *fit_height_px);

/* A copy of exactly WIDTH x HEIGHT: area average where it shrinks, nearest pixel where it grows.
 * NULL when out of memory or a side is not in 1..PIXELS_MAX_SIDE. The caller frees it. */
struct pixels *picture_scale(const struct pixels *pixels, int32_t width_px, int32_t height_px);
