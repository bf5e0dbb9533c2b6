#include "picture/png_out.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

#include <spng.h>

enum { FILE_LEVEL = 6, WIRE_LEVEL = 4 };

static int append(spng_ctx *png, void *self, void *bytes, size_t length)
{
    (void)png;
    return buf_add(self, bytes, length) ? 0 : SPNG_IO_ERROR;
}

/* Encodes LENGTH bytes of samples behind a header and, with PALETTE, its entries. */
static bool encode(struct spng_ihdr *ihdr, struct spng_plte *palette, bool first_is_clear,
    const void *samples, size_t length, struct buf *out, struct err *err)
{
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    if (!png)
        return err_set(err, ERR_MEMORY, "out of memory");
    struct spng_trns clear = {.n_type3_entries = 1}; /* alpha 0 */
    int code = spng_set_png_stream(png, append, out);
    code = code ? code : spng_set_ihdr(png, ihdr);
    code =
        code ? code
             : spng_set_option(png, SPNG_IMG_COMPRESSION_LEVEL, palette ? WIRE_LEVEL : FILE_LEVEL);
    if (palette) {
        /* Differences of palette entries mean nothing in a photo; in boxes on a clear ground most
         * rows are the row above, and become zeros. */
        int filter = first_is_clear ? SPNG_FILTER_CHOICE_UP : SPNG_FILTER_CHOICE_NONE;
        code = code ? code : spng_set_option(png, SPNG_FILTER_CHOICE, filter);
        code = code ? code : spng_set_plte(png, palette);
        if (first_is_clear)
            code = code ? code : spng_set_trns(png, &clear);
    }
    code =
        code ? code : spng_encode_image(png, samples, length, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    spng_ctx_free(png);
    return !code || err_set(err, ERR_MEMORY, "cannot make a PNG: %s", spng_strerror(code));
}

bool png_out_buf(const struct pixels *pixels, struct buf *out, struct err *err)
{
    struct spng_ihdr ihdr = {.width = (uint32_t)pixels->width_px,
        .height = (uint32_t)pixels->height_px,
        .bit_depth = 8,
        .color_type = SPNG_COLOR_TYPE_TRUECOLOR};
    return encode(&ihdr, NULL, false, pixels->rgb, pixels_bytes(pixels), out, err);
}

/* Bits that COLOURS entries need, of those that PNG has. */
static int depth_of(int32_t colours)
{
    return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
}

/* Several pixels in a byte, the first in its upper bits, rows in whole bytes; NULL when out of
 * memory. */
static uint8_t *pack(const struct png_indexed *picture, int depth, size_t *bytes)
{
    size_t w = (size_t)picture->width_px, stride = (w * (size_t)depth + 7) / 8;
    *bytes = stride * (size_t)picture->height_px;
    uint8_t *packed = calloc(*bytes, 1);
    for (size_t y = 0; packed && y < (size_t)picture->height_px; y++) {
        const uint8_t *row = picture->index + y * w;
        for (size_t x = 0; x < w; x++) {
            static const uint8_t NOTHING[64];
            if (w - x > sizeof NOTHING && memcmp(row + x, NOTHING, sizeof NOTHING) == 0) {
                x += sizeof NOTHING - 1; /* most of an outline is clear */
                continue;
            }
            size_t bit = x * (size_t)depth;
            packed[y * stride + bit / 8] |= (uint8_t)(row[x] << (8 - depth - (int)(bit % 8)));
        }
    }
    return packed;
}

bool png_out_indexed(const struct png_indexed *picture, struct buf *out, struct err *err)
{
    int depth = depth_of(picture->colours);
    struct spng_ihdr ihdr = {.width = (uint32_t)picture->width_px,
        .height = (uint32_t)picture->height_px,
        .bit_depth = (uint8_t)depth,
        .color_type = SPNG_COLOR_TYPE_INDEXED};
    struct spng_plte palette = {.n_entries = (uint32_t)picture->colours};
    for (int32_t i = 0; i < picture->colours; i++)
        palette.entries[i] = (struct spng_plte_entry){
            .red = picture->rgb[i][0], .green = picture->rgb[i][1], .blue = picture->rgb[i][2]};
    size_t bytes;
    uint8_t *packed = pack(picture, depth, &bytes);
    if (!packed)
        return err_set(err, ERR_MEMORY, "out of memory");
    bool ok = encode(&ihdr, &palette, picture->first_is_clear, packed, bytes, out, err);
    free(packed);
    return ok;
}

bool png_out_file(const struct pixels *pixels, const char *path, struct err *err)
{
    struct buf out;
    buf_init(&out, pixels_bytes(pixels) * 2 + (1 << 20));
    bool ok =
        png_out_buf(pixels, &out, err) && file_write_atomically(path, out.data, out.length, err);
    buf_done(&out);
    if (!ok)
        err_in_file(err, path);
    return ok;
}
