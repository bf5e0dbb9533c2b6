/*
 * The decoder interface: what understands one picture format.
 * Knows: bytes in memory. Must not know: files, terminals, other decoders.
 *
 * One decoder is one .c file that defines `const struct decoder decoder_NAME` and one row in
 * decoders.def. Decoders are pure and may run on several threads at once.
 */
#pragma once

#include "base/err.h"
#include "picture/pixels.h"

struct decoder_header {
    int64_t width_px, height_px; /* as stored */
    int orientation;             /* EXIF, 1..8 */
    int64_t max_pixels;          /* what this decoder holds such a file to */
    int64_t max_side_px;
    bool scales; /* down to an eighth while it decodes, which is quicker than decoding all */
};

enum { DECODER_MAX_PIXELS = 100000000, DECODER_MAX_WHOLE_PIXELS = 50000000 };

struct decoder {
    const char *name;
    bool (*sniff)(const uint8_t *data, size_t length);
    /* Reads the header from the first LENGTH bytes of a file, by no library: it is also asked for
     * outside of the processes that decode. False also when they are too few. */
    bool (*header)(const uint8_t *data, size_t length, struct decoder_header *out, struct err *err);
    /* Decodes into OUT, whose size is at most the stored one (as stored, not turned). Called only
     * after header() and the limits were passed. */
    bool (*decode)(const uint8_t *data, size_t length, struct pixels *out, struct err *err);
};
