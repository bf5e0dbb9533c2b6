/*
 * PNG through libspng: every colour type and depth, transparency over mid-grey.
 * Knows: libspng. Must not know: files, terminals.
 */
#include "picture/decoder.h"
#include "picture/exif.h"
#include "picture/over_grey.h"
#include "picture/shrink.h"

#include <stdlib.h>
#include <string.h>

#include <spng.h>

enum { MAX_CHUNK_BYTES = 8 << 20, MAX_CACHED_BYTES = 16 << 20 };

static bool refuse(int code, struct err *err)
{
    switch (code) {
    case SPNG_EMEM:
        return err_set(err, ERR_MEMORY, "out of memory");
    case SPNG_ECHUNK_LIMITS:
        return err_set(err, ERR_LIMIT, "its metadata is larger than is read");
    case SPNG_IO_EOF:
    case SPNG_EOF:
    case SPNG_EIDAT_TOO_SHORT:
        return err_set(err, ERR_FORMAT, "the file ends before the picture does");
    default:
        return err_set(err, ERR_FORMAT, "%s", spng_strerror(code));
    }
}

static spng_ctx *open_memory(const uint8_t *data, size_t length, struct err *err)
{
    spng_ctx *png = spng_ctx_new(0);
    if (!png) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    int code = spng_set_chunk_limits(png, MAX_CHUNK_BYTES, MAX_CACHED_BYTES);
    /* A wrong checksum in a comment is no reason to hide the picture. */
    code = code ? code : spng_set_crc_action(png, SPNG_CRC_ERROR, SPNG_CRC_DISCARD);
    code = code ? code : spng_set_png_buffer(png, data, length);
    if (!code)
        return png;
    refuse(code, err);
    spng_ctx_free(png);
    return NULL;
}

static bool sniff(const uint8_t *data, size_t length)
{
    return length >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The chunks up to the pixels, by no library: sizes are asked for where nothing is between a file and
 * this program. Source: Portable Network Graphics (W3C), chapters 5 and 11. */
static bool header(const uint8_t *data, size_t length, struct decoder_header *out, struct err *err)
{
    enum { SIGNATURE_BYTES = 8, AROUND_BYTES = 12, IHDR_BYTES = 13 };
    for (size_t at = SIGNATURE_BYTES; length - at >= AROUND_BYTES;) {
        size_t bytes = big_endian(data + at), room = length - at - AROUND_BYTES;
        const uint8_t *name = data + at + 4, *body = name + 4;
        bool first = at == SIGNATURE_BYTES;
        if (first && (memcmp(name, "IHDR", 4) != 0 || bytes != IHDR_BYTES))
            return err_set(err, ERR_FORMAT, "it does not begin with its sizes");
        if (memcmp(name, "IDAT", 4) == 0)
            return true;
        if (bytes > room)
            break;
        if (first) {
            out->width_px = big_endian(body);
            out->height_px = big_endian(body + 4);
            if (body[12] != 0) /* interlaced */
                out->max_pixels = DECODER_MAX_WHOLE_PIXELS;
        } else if (memcmp(name, "eXIf", 4) == 0) {
            out->orientation = exif_orientation(body, bytes);
        }
        at += AROUND_BYTES + bytes;
    }
    return err_set(err, ERR_FORMAT, "the file ends before the picture begins");
}

/* Rows in order, one at a time. */
static int read_rows(spng_ctx *png, const struct spng_ihdr *ihdr, struct shrink *shrink)
{
    uint8_t *row = malloc((size_t)ihdr->width * 4);
    if (!row)
        return SPNG_EMEM;
    int code =
        spng_decode_image(png, NULL, 0, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS | SPNG_DECODE_PROGRESSIVE);
    for (uint32_t y = 0; !code && y < ihdr->height; y++) {
        code = spng_decode_row(png, row, (size_t)ihdr->width * 4);
        if (code == SPNG_EOI && y + 1 == ihdr->height)
            code = 0; /* said with the last row */
        over_grey(row, ihdr->width);
        shrink_row(shrink, row);
    }
    free(row);
    return code;
}

/* Interlaced: the passes scatter over the picture, so that it is held whole. */
static int read_whole(spng_ctx *png, const struct spng_ihdr *ihdr, struct shrink *shrink)
{
    size_t row_bytes = (size_t)ihdr->width * 4, bytes = row_bytes * ihdr->height;
    uint8_t *rgba = malloc(bytes);
    if (!rgba)
        return SPNG_EMEM;
    int code = spng_decode_image(png, rgba, bytes, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS);
    for (uint32_t y = 0; !code && y < ihdr->height; y++) {
        over_grey(rgba + y * row_bytes, ihdr->width);
        shrink_row(shrink, rgba + y * row_bytes);
    }
    free(rgba);
    return code;
}

static bool decode(const uint8_t *data, size_t length, struct pixels *out, struct err *err)
{
    spng_ctx *png = open_memory(data, length, err);
    if (!png)
        return false;
    struct spng_ihdr ihdr;
    struct shrink shrink = {0};
    int code = spng_get_ihdr(png, &ihdr);
    if (!code && !shrink_init(&shrink, (int32_t)ihdr.width, (int32_t)ihdr.height, out))
        code = SPNG_EMEM;
    if (!code)
        code = ihdr.interlace_method == SPNG_INTERLACE_NONE ? read_rows(png, &ihdr, &shrink)
                                                            : read_whole(png, &ihdr, &shrink);
    shrink_done(&shrink);
    spng_ctx_free(png);
    return !code || refuse(code, err);
}

const struct decoder decoder_png = {"png", sniff, header, decode};
