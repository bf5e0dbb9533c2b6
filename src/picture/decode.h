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

/* Width and height as they will be shown (EXIF orientation applied); reads the header only, and no
 * library is asked: a damaged file does no harm where it is. */
bool picture_size(const char *path, int32_t *width_px, int32_t *height_px, struct err *err);

struct picture_ask {
    int32_t max_width_px, max_height_px; /* each at least 1 */
    bool coarse; /* an eighth of the detail will do, where that is much quicker (a large JPEG) */
};

struct picture_plan {
    int32_t width_px, height_px; /* what will be decoded: as stored, not turned yet */
    int32_t original_width_px, original_height_px; /* upright */
    int orientation;                               /* EXIF, 1..8 */
    bool coarse;                                   /* and it can be had finer */
};

/* The picture, upright, as large as fits in what ASK says with its aspect kept, never larger than it
 * is. Transparency lies over mid-grey. PLAN may be NULL. The caller frees it. */
struct pixels *picture_decode(const char *path, const struct picture_ask *ask,
    struct picture_plan *plan, struct err *err);

/* Opens PATH for reading when it is a regular file of at most PICTURE_MOST_FILE_BYTES; a named pipe
 * does not hang it. -1 with ERR, which does not name the file. */
enum { PICTURE_MOST_FILE_BYTES = 256 << 20 };
int picture_open(const char *path, size_t *size_bytes, struct err *err);

/* The size and the picture from memory. */
bool picture_size_memory(
    const void *data, size_t length, int32_t *width_px, int32_t *height_px, struct err *err);
struct pixels *picture_decode_memory(const void *data, size_t length,
    const struct picture_ask *ask, struct picture_plan *plan, struct err *err);

/* The steps of picture_decode_memory(): what ASK will be answered with, after all limits; the pixels
 * into OUT, which is of the plan's size; and OUT (consumed) upright, NULL when memory is out. */
bool picture_plan(const void *data, size_t length, const struct picture_ask *ask,
    struct picture_plan *plan, struct err *err);
bool picture_fill(const void *data, size_t length, struct pixels *out, struct err *err);
struct pixels *picture_upright(struct pixels *stored, int orientation, struct err *err);

/* The largest size of the given aspect within the maxima, rounded to the nearest pixel, at least
 * 1 x 1; larger than WIDTH x HEIGHT only when ENLARGE. */
void picture_fit(int32_t width_px, int32_t height_px, int32_t max_width_px, int32_t max_height_px,
    bool enlarge, int32_t *fit_width_px, int32_t *fit_height_px);

/* A copy of exactly WIDTH x HEIGHT: area average where it shrinks, nearest pixel where it grows.
 * NULL when out of memory or a side is not in 1..PIXELS_MAX_SIDE. The caller frees it. */
struct pixels *picture_scale(const struct pixels *pixels, int32_t width_px, int32_t height_px);
