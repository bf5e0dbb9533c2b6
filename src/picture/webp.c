/*
 * WebP through libwebp, scaled by it; transparency over mid-grey. No animations.
 * Knows: libwebp, and RIFF chunks as far as to find EXIF. Must not know: files, terminals.
 */
#include "picture/decoder.h"
#include "picture/exif.h"
#include "picture/over_grey.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

enum { RIFF_HEADER_BYTES = 12, CHUNK_HEADER_BYTES = 8, FLAG_EXIF = 8, FORMAT_LOSSLESS = 2 };

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

/* The orientation from the EXIF chunk, which stands behind the pixels. False when the header
 * announces one and DATA ends before it. Source: WebP Container Specification, Extended File
 * Format. */
static bool find_orientation(const uint8_t *data, size_t length, int *orientation)
{
    size_t at = RIFF_HEADER_BYTES;
    if (length < at + CHUNK_HEADER_BYTES + 1 || memcmp(data + at, "VP8X", 4) != 0 ||
        !(data[at + CHUNK_HEADER_BYTES] & FLAG_EXIF))
        return true;
    while (length - at >= CHUNK_HEADER_BYTES) {
        size_t bytes = little_endian(data + at + 4), room = length - at - CHUNK_HEADER_BYTES;
        if (bytes > room)
            return false;
        if (memcmp(data + at, "EXIF", 4) == 0) {
            *orientation = exif_orientation(data + at + CHUNK_HEADER_BYTES, bytes);
            return true;
        }
        at += CHUNK_HEADER_BYTES + bytes + (bytes < room ? bytes & 1 : 0);
    }
    return false;
}

static bool header(const uint8_t *data, size_t length, struct decoder_header *out, struct err *err)
{
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(data, length, &features);
    if (code != VP8_STATUS_OK)
        return refuse(code, err);
    if (features.has_animation)
        return err_set(err, ERR_UNSUPPORTED, "an animated WebP; save one frame of it");
    out->width_px = features.width;
    out->height_px = features.height;
    if (features.format == FORMAT_LOSSLESS)
        out->max_pixels = DECODER_MAX_WHOLE_PIXELS;
    return find_orientation(data, length, &out->orientation) ||
           refuse(VP8_STATUS_NOT_ENOUGH_DATA, err);
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
