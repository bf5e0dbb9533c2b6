/*
 * BMP: 1, 4 and 8 bits with a palette, also run-length coded, 16, 24 and 32 bits, also by masks.
 * Knows: the format, from OS/2's header of 12 bytes to Windows' of 124 (Microsoft's "Bitmap
 * Storage" pages). Must not know: files, terminals.
 *
 * What seems to be transparency is ignored: most programs leave it 0 where they mean opaque.
 */
#include "picture/decoder.h"
#include "picture/shrink.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_HEADER_BYTES = 14, CORE_BYTES = 12, INFO_BYTES = 40, MASKED_BYTES = 52 };
enum coding { PLAIN, RLE8, RLE4, MASKS, MASKS_AND_ALPHA = 6 };

/* Where a colour stands in a pixel of 16 or 32 bits. */
struct channel {
    uint32_t mask;
    int shift;
};

struct bmp {
    const uint8_t *data;
    size_t length;
    int32_t width_px, height_px;
    bool top_down;
    int bits;
    enum coding coding;
    size_t pixels_at;
    const uint8_t *palette;
    size_t entry_bytes, entries; /* of the palette */
    struct channel channels[3];  /* red, green, blue */
};

static uint32_t number(const uint8_t *at, int bytes)
{
    uint32_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

static bool sniff(const uint8_t *data, size_t length)
{
    if (length < FILE_HEADER_BYTES + 4 || memcmp(data, "BM", 2) != 0)
        return false;
    uint32_t size = number(data + FILE_HEADER_BYTES, 4);
    return size == CORE_BYTES || (size >= 16 && size <= 124);
}

static bool ends_early(struct err *err)
{
    return err_set(err, ERR_FORMAT, "the file ends before the picture does");
}

static void set_channel(struct channel *channel, uint32_t mask)
{
    *channel = (struct channel){.mask = mask};
    while (mask && !(mask & 1)) {
        mask >>= 1;
        channel->shift++;
    }
}

static uint8_t channel_of(const struct channel *channel, uint32_t pixel)
{
    uint64_t most = channel->mask >> channel->shift;
    uint64_t value = (pixel & channel->mask) >> channel->shift;
    return most ? (uint8_t)((value * 255 + most / 2) / most) : 0;
}

static bool check_kind(const struct bmp *bmp, struct err *err)
{
    int bits = bmp->bits;
    bool masks = bmp->coding == MASKS || bmp->coding == MASKS_AND_ALPHA;
    if (bmp->coding == RLE8 || bmp->coding == RLE4)
        return bits == (bmp->coding == RLE8 ? 8 : 4) ||
               err_set(err, ERR_FORMAT, "run lengths of %d bits", bits);
    if (bmp->coding != PLAIN && !masks)
        return err_set(err, ERR_UNSUPPORTED, "a BMP coded in way %d", (int)bmp->coding);
    if (masks ? bits == 16 || bits == 32
              : bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32)
        return true;
    return err_set(err, ERR_FORMAT, "%d bits a pixel", bits);
}

/* The masks stand in the larger headers, and behind the one of INFO_BYTES. */
static bool read_masks(struct bmp *bmp, size_t header_bytes, size_t *palette_at, struct err *err)
{
    static const uint32_t OF_16[3] = {0x7c00, 0x03e0, 0x001f}, OF_32[3] = {0xff0000, 0xff00, 0xff};
    bool masks = bmp->coding == MASKS || bmp->coding == MASKS_AND_ALPHA;
    size_t at = FILE_HEADER_BYTES + INFO_BYTES;
    if (masks && bmp->length < at + 12)
        return ends_early(err);
    const uint32_t *fixed = bmp->bits == 16 ? OF_16 : OF_32;
    for (size_t i = 0; i < 3; i++)
        set_channel(&bmp->channels[i], masks ? number(bmp->data + at + 4 * i, 4) : fixed[i]);
    if (masks && header_bytes < MASKED_BYTES)
        *palette_at += bmp->coding == MASKS ? 12 : 16;
    return true;
}

static bool read_header(struct bmp *bmp, const uint8_t *data, size_t length, struct err *err)
{
    *bmp = (struct bmp){.data = data, .length = length, .coding = PLAIN};
    size_t bytes = number(data + FILE_HEADER_BYTES, 4), at = FILE_HEADER_BYTES + bytes;
    const uint8_t *info = data + FILE_HEADER_BYTES;
    if (length < at)
        return ends_early(err);
    bool core = bytes == CORE_BYTES;
    int64_t height = core ? (int32_t)number(info + 6, 2) : (int32_t)number(info + 8, 4);
    bmp->width_px = (int32_t)number(info + 4, core ? 2 : 4);
    bmp->top_down = height < 0;
    height = height < 0 ? -height : height;
    bmp->bits = (int)number(info + (core ? 10 : 14), 2);
    if (bytes >= 20)
        bmp->coding = (enum coding)number(info + 16, 4);
    if (height > INT32_MAX || bmp->width_px < 0)
        return err_set(err, ERR_FORMAT, "the sides are damaged");
    bmp->height_px = (int32_t)height;
    if (!check_kind(bmp, err) || !read_masks(bmp, bytes, &at, err))
        return false;
    bmp->pixels_at = number(data + 10, 4);
    if (bmp->bits > 8)
        return true;
    bmp->entry_bytes = core ? 3 : 4;
    size_t most = (size_t)1 << bmp->bits, used = bytes >= 36 ? number(info + 32, 4) : 0;
    bmp->entries = used && used < most ? used : most;
    size_t before = bmp->pixels_at > at ? bmp->pixels_at - at : 0; /* it may be shorter than said */
    if (before / bmp->entry_bytes < bmp->entries)
        bmp->entries = before / bmp->entry_bytes;
    if (length < at || (length - at) / bmp->entry_bytes < bmp->entries)
        return ends_early(err);
    bmp->palette = data + at;
    return true;
}

static bool header(const uint8_t *data, size_t length, struct decoder_header *out, struct err *err)
{
    struct bmp bmp;
    if (!read_header(&bmp, data, length, err))
        return false;
    out->width_px = bmp.width_px;
    out->height_px = bmp.height_px;
    if (bmp.coding == RLE8 || bmp.coding == RLE4)
        out->max_pixels = DECODER_MAX_WHOLE_PIXELS;
    return true;
}

/* An index beyond the palette is black. */
static void put_entry(const struct bmp *bmp, uint32_t index, uint8_t rgb[3])
{
    const uint8_t *entry = bmp->palette + index * bmp->entry_bytes;
    for (size_t c = 0; c < 3; c++)
        rgb[c] = index < bmp->entries ? entry[2 - c] : 0;
}

static void unpack_row(const struct bmp *bmp, const uint8_t *from, uint8_t *rgb)
{
    uint32_t bits = (uint32_t)bmp->bits;
    for (uint32_t x = 0; x < (uint32_t)bmp->width_px; x++, rgb += 3) {
        if (bits <= 8) {
            uint32_t at = x * bits;
            put_entry(bmp, from[at / 8] >> (8 - bits - at % 8) & ((1u << bits) - 1), rgb);
            continue;
        }
        if (bits == 24) {
            for (size_t c = 0; c < 3; c++)
                rgb[c] = from[3 * x + 2 - c];
            continue;
        }
        uint32_t pixel = number(from + x * (bits / 8), (int)bits / 8);
        for (size_t c = 0; c < 3; c++)
            rgb[c] = channel_of(&bmp->channels[c], pixel);
    }
}

static bool read_rows(const struct bmp *bmp, struct shrink *shrink, uint8_t *row, struct err *err)
{
    size_t row_bytes = ((size_t)bmp->width_px * (size_t)bmp->bits + 31) / 32 * 4;
    size_t height = (size_t)bmp->height_px;
    if (bmp->pixels_at > bmp->length || (bmp->length - bmp->pixels_at) / row_bytes < height)
        return ends_early(err);
    for (size_t y = 0; y < height; y++) {
        size_t stored = bmp->top_down ? y : height - 1 - y;
        unpack_row(bmp, bmp->data + bmp->pixels_at + stored * row_bytes, row);
        shrink_row(shrink, row);
    }
    return true;
}

/* ---- run lengths ---- */

struct runs {
    const struct bmp *bmp;
    uint8_t *indices; /* one a pixel, the stored order of rows */
    const uint8_t *at, *end;
    int64_t x, y;
};

static void put_index(struct runs *runs, uint32_t index)
{
    if (runs->x < runs->bmp->width_px && runs->y < runs->bmp->height_px)
        runs->indices[runs->y * runs->bmp->width_px + runs->x] = (uint8_t)index;
    runs->x++;
}

/* COUNT indices out of the bytes at FROM, of which a run has only one (four bits: two indices). */
static void put_indices(struct runs *runs, const uint8_t *from, uint32_t count, bool run)
{
    bool four = runs->bmp->coding == RLE4;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t byte = from[run ? 0 : four ? i / 2 : i];
        put_index(runs, !four ? byte : i % 2 ? byte & 15 : byte >> 4);
    }
}

/* Indices as they are, padded to an even number of bytes. */
static bool read_literal(struct runs *runs, uint32_t count)
{
    size_t bytes = runs->bmp->coding == RLE4 ? (count + 1) / 2 : count;
    if ((size_t)(runs->end - runs->at) < bytes + bytes % 2)
        return false;
    put_indices(runs, runs->at, count, false);
    runs->at += bytes + bytes % 2;
    return true;
}

/* False where the data ends before its end marker. A row that is not reached stays 0. */
static bool read_runs(struct runs *runs)
{
    enum { END_OF_ROW, END, JUMP };
    while (runs->end - runs->at >= 2) {
        uint32_t count = runs->at[0], value = runs->at[1];
        runs->at += 2;
        if (count) {
            put_indices(runs, runs->at - 1, count, true);
        } else if (value == END_OF_ROW) {
            runs->x = 0;
            runs->y++;
        } else if (value == END) {
            return true;
        } else if (value == JUMP) {
            if (runs->end - runs->at < 2)
                return false;
            runs->x += runs->at[0];
            runs->y += runs->at[1];
            runs->at += 2;
        } else if (!read_literal(runs, value)) {
            return false;
        }
    }
    return runs->y >= runs->bmp->height_px - 1 && runs->x >= runs->bmp->width_px;
}

static bool read_coded(const struct bmp *bmp, struct shrink *shrink, uint8_t *row, struct err *err)
{
    size_t width = (size_t)bmp->width_px, height = (size_t)bmp->height_px;
    if (bmp->pixels_at > bmp->length)
        return ends_early(err);
    struct runs runs = {.bmp = bmp,
        .indices = calloc(width, height),
        .at = bmp->data + bmp->pixels_at,
        .end = bmp->data + bmp->length};
    if (!runs.indices)
        return err_set(err, ERR_MEMORY, "out of memory");
    bool ok = read_runs(&runs) || ends_early(err);
    for (size_t y = 0; ok && y < height; y++) {
        const uint8_t *from = runs.indices + (bmp->top_down ? y : height - 1 - y) * width;
        for (size_t x = 0; x < width; x++)
            put_entry(bmp, from[x], row + 3 * x);
        shrink_row(shrink, row);
    }
    free(runs.indices);
    return ok;
}

static bool decode(const uint8_t *data, size_t length, struct pixels *out, struct err *err)
{
    struct bmp bmp;
    struct shrink shrink = {0};
    if (!read_header(&bmp, data, length, err))
        return false;
    uint8_t *row = malloc((size_t)bmp.width_px * 3);
    bool ok = row && shrink_init(&shrink, bmp.width_px, bmp.height_px, out);
    if (!ok)
        err_set(err, ERR_MEMORY, "out of memory");
    else
        ok = bmp.coding == RLE8 || bmp.coding == RLE4 ? read_coded(&bmp, &shrink, row, err)
                                                      : read_rows(&bmp, &shrink, row, err);
    shrink_done(&shrink);
    free(row);
    return ok;
}

const struct decoder decoder_bmp = {"bmp", sniff, header, decode};
