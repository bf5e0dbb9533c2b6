/*
 * WebP through libwebp, scaled by it; transparency over mid-grey. No animations.
 * Knows: libwebp, and RIFF chunks as far as to find sizes and EXIF. Must not know: files, terminals.
 */
#include "picture/decoder.h"
#include "picture/exif.h"
#include "picture/over_grey.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

enum { RIFF_HEADER_BYTES = 12, CHUNK_HEADER_BYTES = 8, FLAG_EXIF = 8 };

static bool refuse(VP8StatusCode code, struct err *err)
{
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return err_set(err, ERR_MEMORY, "out of memory");
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return err_set(err, ERR_FORMAT, "the file ends before the picture does");
    default:
        return err_set(err, ERR_FORMAT, "the WebP data is damaged");
    }
}

static bool sniff(const uint8_t *data, size_t length)
{
    return length >= RIFF_HEADER_BYTES && memcmp(data, "RIFF", 4) == 0 &&
           memcmp(data + 8, "WEBP", 4) == 0;
}

static size_t little_endian(const uint8_t *at)
{
    return (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

static bool ends(struct err *err)
{
    return err_set(err, ERR_FORMAT, "the file ends before the picture does");
}

/* The beginning of a chunk of pixels, lossy or not, of which LENGTH bytes are here. False when there
 * are too few, or they are none. Source: RFC 6386, 9.1; WebP Lossless Bitstream Specification, 3. */
static bool read_pixels(
    const uint8_t *at, size_t length, bool lossless, int64_t *width_px, int64_t *height_px)
{
    enum { SIDE_BITS = 14, SIDE = (1 << SIDE_BITS) - 1 };
    if (lossless && length >= 5 && at[0] == 0x2f) {
        size_t bits = little_endian(at + 1);
        *width_px = (int64_t)(bits & SIDE) + 1;
        *height_px = (int64_t)(bits >> SIDE_BITS & SIDE) + 1;
        return true;
    }
    if (lossless || length < 10 || (at[0] & 1) || memcmp(at + 3, "\x9d\x01\x2a", 3) != 0)
        return false;
    *width_px = (at[6] | at[7] << 8) & SIDE;
    *height_px = (at[8] | at[9] << 8) & SIDE;
    return true;
}

/* By no library: sizes are asked for where nothing is between a file and this program. EXIF stands
 * behind the pixels. Source: WebP Container Specification. */
static bool header(const uint8_t *data, size_t length, struct decoder_header *out, struct err *err)
{
    enum { FLAG_ANIMATED = 2 };
    size_t at = RIFF_HEADER_BYTES;
    bool wants_exif = false, sized = false;
    while (length - at >= CHUNK_HEADER_BYTES && !(sized && !wants_exif)) {
        const uint8_t *name = data + at, *body = name + CHUNK_HEADER_BYTES;
        size_t bytes = little_endian(name + 4), room = length - at - CHUNK_HEADER_BYTES;
        size_t here = bytes < room ? bytes : room;
        bool lossless = memcmp(name, "VP8L", 4) == 0, lossy = memcmp(name, "VP8 ", 4) == 0;
        if (memcmp(name, "VP8X", 4) == 0 && here > 0) {
            if (*body & FLAG_ANIMATED)
                return err_set(err, ERR_UNSUPPORTED, "an animated WebP; save one frame of it");
            wants_exif = *body & FLAG_EXIF;
        } else if ((lossless || lossy) && !sized) {
            if (!read_pixels(body, here, lossless, &out->width_px, &out->height_px))
                return here < bytes ? ends(err)
                                    : err_set(err, ERR_FORMAT, "the WebP data is damaged");
            sized = true;
            if (lossless)
                out->max_pixels = DECODER_MAX_WHOLE_PIXELS;
        } else if (memcmp(name, "EXIF", 4) == 0 && here == bytes) {
            out->orientation = exif_orientation(body, bytes);
            wants_exif = false;
        }
        if (bytes > room)
            break;
        at += CHUNK_HEADER_BYTES + bytes + (bytes < room ? bytes & 1 : 0);
    }
    return (sized && !wants_exif) || ends(err);
}

static bool decode(const uint8_t *data, size_t length, struct pixels *out, struct err *err)
{
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return err_set(err, ERR_UNSUPPORTED, "another libwebp than this was built for");
    VP8StatusCode code = WebPGetFeatures(data, length, &config.input);
    if (code != VP8_STATUS_OK)
        return refuse(code, err);
    size_t count = (size_t)out->width_px * (size_t)out->height_px;
    uint8_t *rgba = malloc(count * 4);
    if (!rgba)
        return err_set(err, ERR_MEMORY, "out of memory");
    config.options.use_scaling =
        config.input.width != out->width_px || config.input.height != out->height_px;
    config.options.scaled_width = out->width_px;
    config.options.scaled_height = out->height_px;
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA =
        (WebPRGBABuffer){.rgba = rgba, .stride = out->width_px * 4, .size = count * 4};
    code = WebPDecode(data, length, &config);
    if (code == VP8_STATUS_OK) {
        over_grey(rgba, count);
        memcpy(out->rgb, rgba, count * 3);
    }
    WebPFreeDecBuffer(&config.output);
    free(rgba);
    return code == VP8_STATUS_OK || refuse(code, err);
}

const struct decoder decoder_webp = {"webp", sniff, header, decode};
