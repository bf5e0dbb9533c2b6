/*
 * TIFF: files that libtiff makes here come back upright, or are refused.
 */
#include "picture/decode.h"
#include "quarters.h"
#include "temp.h"

#include <stdio.h>
#include <stdlib.h>

#include <tiffio.h>

enum { WIDTH = 24, HEIGHT = 16, MOST_BYTES = 1 << 20 };

struct kind {
    int bits, samples; /* 1 grey, 3 colours, 4 with alpha */
    int compression, orientation;
    bool separate, palette;
};

static uint16_t sample_of(const uint8_t rgb[3], struct kind kind, int channel)
{
    uint8_t value = channel == 3          ? 255
                    : kind.samples == 1 ? (uint8_t)((rgb[0] + rgb[1] + rgb[2]) / 3)
                                          : rgb[channel];
    if (kind.palette)
        value = rgb[0] > 230 ? 3 : rgb[0] > 128 ? 0 : rgb[1] > 128 ? 1 : 2;
    return kind.bits == 16 ? (uint16_t)(value * 257) : value;
}

/* One row of P; all channels of a pixel together, or only CHANNEL. */
static void fill_row(const struct pixels *p, int32_t y, struct kind kind, int channel, void *out)
{
    int first = channel < 0 ? 0 : channel, last = channel < 0 ? kind.samples - 1 : channel;
    size_t at = 0;
    for (int32_t x = 0; x < p->width_px; x++)
        for (int c = first; c <= last; c++, at++) {
            uint16_t value = sample_of(p->rgb + 3 * (y * p->width_px + x), kind, c);
            if (kind.bits == 16)
                ((uint16_t *)out)[at] = value;
            else
                ((uint8_t *)out)[at] = (uint8_t)value;
        }
}

static void set_fields(TIFF *tiff, const struct pixels *p, struct kind kind)
{
    assert_non_null(tiff);
    static uint16_t red[256] = {220 << 8, 20 << 8, 20 << 8, 240 << 8},
                    green[256] = {20 << 8, 200 << 8, 20 << 8, 240 << 8},
                    blue[256] = {20 << 8, 20 << 8, 210 << 8, 240 << 8};
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, p->width_px);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, p->height_px);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, kind.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, kind.samples);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, kind.compression ? kind.compression : COMPRESSION_NONE);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, kind.separate ? 2 : 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
        kind.palette         ? PHOTOMETRIC_PALETTE
        : kind.samples == 1 ? PHOTOMETRIC_MINISBLACK
                             : PHOTOMETRIC_RGB);
    if (kind.palette)
        TIFFSetField(tiff, TIFFTAG_COLORMAP, red, green, blue);
    if (kind.samples == 4)
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, (uint16_t[]){EXTRASAMPLE_UNASSALPHA});
    if (kind.orientation)
        TIFFSetField(tiff, TIFFTAG_ORIENTATION, kind.orientation);
}

static void write_tiff(const char *path, const struct pixels *p, struct kind kind)
{
    uint16_t row[WIDTH * 4];
    TIFF *tiff = TIFFOpen(path, "w");
    set_fields(tiff, p, kind);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 5);
    for (int channel = kind.separate ? 0 : -1; channel < (kind.separate ? kind.samples : 0);
         channel++)
        for (int32_t y = 0; y < p->height_px; y++) {
            fill_row(p, y, kind, channel, row);
            assert_int_equal(
                TIFFWriteScanline(tiff, row, (uint32_t)y, (uint16_t)(channel < 0 ? 0 : channel)), 1);
        }
    TIFFClose(tiff);
}

static void tiff_of_every_kind(void **state)
{
    (void)state;
    static const struct kind kinds[] = {{8, 3}, {16, 3}, {8, 4, COMPRESSION_LZW},
        {16, 4, COMPRESSION_ADOBE_DEFLATE}, {8, 3, COMPRESSION_PACKBITS, .separate = true},
        {8, 1, .palette = true}};
    const char *path = temp_text(temp_dir(), "kinds.tif", "");
    struct pixels *p = quarters(WIDTH, HEIGHT);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct err err = {0};
        write_tiff(path, p, kinds[i]);
        struct pixels *seen = picture_decode(path, &(struct picture_ask){1000, 1000}, NULL, &err);
        if (!seen)
            fail_msg("kind %zu: %s", i, err.text);
        assert_true(pixels_same_size(p, seen));
        for (size_t at = 0; at < pixels_bytes(p); at++)
            assert_in_range(seen->rgb[at] + 1, p->rgb[at], p->rgb[at] + 2);
        pixels_free(seen);
        seen = picture_decode(path, &(struct picture_ask){12, 100}, NULL, &err);
        assert_int_equal(seen->width_px, 12);
        assert_int_equal(seen->height_px, 8);
        expect_corners(seen, "rgbw");
        pixels_free(seen);
    }
    pixels_free(p);
}

/* Tiles of 768 bytes, which libtiff reads only out of memory that it is lent. */
static void tiff_of_tiles(void **state)
{
    (void)state;
    enum { SIDE = 16 };
    const char *path = temp_text(temp_dir(), "tiles.tif", "");
    struct pixels *p = quarters(2 * SIDE, 2 * SIDE);
    uint8_t tile[SIDE * SIDE * 3];
    struct err err = {0};
    TIFF *tiff = TIFFOpen(path, "w");
    set_fields(tiff, p, (struct kind){8, 3});
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, SIDE);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, SIDE);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t x = i % 2 * SIDE, y = i / 2 * SIDE;
        for (uint32_t row = 0; row < SIDE; row++)
            memcpy(tile + row * SIDE * 3, p->rgb + ((y + row) * 2 * SIDE + x) * 3, SIDE * 3);
        assert_true(TIFFWriteTile(tiff, tile, x, y, 0, 0) > 0);
    }
    TIFFClose(tiff);
    struct pixels *seen = picture_decode(path, &(struct picture_ask){1000, 1000}, NULL, &err);
    if (!seen)
        fail_msg("%s", err.text);
    assert_memory_equal(seen->rgb, p->rgb, pixels_bytes(p));
    pixels_free(seen);
    pixels_free(p);
}

static void tiff_stands_upright(void **state)
{
    (void)state;
    const char *path = temp_text(temp_dir(), "turned.tif", "");
    struct pixels *p = quarters(WIDTH, HEIGHT);
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct err err = {0};
        int32_t w, h;
        write_tiff(path, p, (struct kind){8, 3, .orientation = orientation});
        assert_true(picture_size(path, &w, &h, &err));
        assert_int_equal(w, orientation >= 5 ? HEIGHT : WIDTH);
        struct pixels *seen = picture_decode(path, &(struct picture_ask){1000, 1000}, NULL, &err);
        assert_non_null(seen);
        assert_int_equal(seen->height_px, h);
        expect_corners(seen, TURNED[orientation]);
        pixels_free(seen);
    }
    pixels_free(p);
}

static struct file read_back(const char *path)
{
    struct file file = {malloc(MOST_BYTES), 0};
    FILE *from = fopen(path, "rb");
    assert_non_null(from);
    file.length = fread(file.data, 1, MOST_BYTES, from);
    fclose(from);
    return file;
}

static void a_cut_off_or_huge_tiff_is_refused(void **state)
{
    (void)state;
    const char *path = temp_text(temp_dir(), "whole.tif", "");
    struct pixels *p = quarters(WIDTH, HEIGHT);
    write_tiff(path, p, (struct kind){8, 3});
    struct file file = read_back(path);
    for (size_t length = 0; length < file.length; length++) {
        struct err err = {0};
        struct pixels *seen = picture_decode_memory(file.data, length,
            &(struct picture_ask){100, 100}, NULL, &err);
        assert_true(!seen == (err.code != ERR_NONE));
        /* What stands behind the directory may be of no consequence; the pixels come before it. */
        assert_true(!seen || length > WIDTH * HEIGHT * 3);
        pixels_free(seen);
    }
    /* The width, wherever it stands in the directory: a SHORT that becomes a LONG. */
    static const uint8_t width[12] = {0, 1, 3, 0, 1, 0, 0, 0, WIDTH, 0, 0, 0};
    uint8_t *at = memmem(file.data, file.length, width, sizeof width);
    assert_non_null(at);
    memcpy(at, (uint8_t[12]){0, 1, 4, 0, 1, 0, 0, 0, 0, 0, 0, 1}, 12);
    struct err err = {0};
    assert_null(picture_decode_memory(file.data, file.length,
        &(struct picture_ask){100, 100}, NULL, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    memcpy(at, (uint8_t[12]){0, 1, 4, 0, 1, 0, 0, 0, 0, 0x40, 0, 0}, 12); /* 16384: too few data */
    err = (struct err){0};
    assert_null(picture_decode_memory(file.data, file.length,
        &(struct picture_ask){100, 100}, NULL, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    free(file.data);
    pixels_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiff_of_every_kind),
        cmocka_unit_test(tiff_of_tiles),
        cmocka_unit_test(tiff_stands_upright),
        cmocka_unit_test(a_cut_off_or_huge_tiff_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
