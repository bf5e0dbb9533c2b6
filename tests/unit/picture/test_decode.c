/*
 * Decoding: pictures made here by the libraries themselves come back, upright, scaled, or refused.
 */
#include "picture/decode.h"
#include "picture/png_out.h"
#include "quarters.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jpeglib.h>
#include <spng.h>
#include <webp/encode.h>

enum { MOST_BYTES = 16 << 20 };

static size_t tiff_block(uint8_t *to, int orientation, bool big)
{
    static const uint8_t little_form[26] = {
        'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0};
    static const uint8_t big_form[26] = {
        'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1};
    memcpy(to, big ? big_form : little_form, 26);
    to[big ? 19 : 18] = (uint8_t)orientation;
    return 26;
}

struct jpeg_kind {
    int orientation;
    bool big_endian, progressive, grey, cmyk;
};

static struct file make_jpeg(const struct pixels *p, struct jpeg_kind kind)
{
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long length = 0;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &data, &length);
    info.image_width = (JDIMENSION)p->width_px;
    info.image_height = (JDIMENSION)p->height_px;
    info.input_components = kind.cmyk ? 4 : 3;
    info.in_color_space = kind.cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&info);
    if (kind.grey)
        jpeg_set_colorspace(&info, JCS_GRAYSCALE);
    if (kind.cmyk)
        info.write_Adobe_marker = TRUE;
    if (kind.progressive)
        jpeg_simple_progression(&info);
    jpeg_start_compress(&info, TRUE);
    uint8_t exif[40] = "Exif\0";
    if (kind.orientation)
        jpeg_write_marker(&info, JPEG_APP0 + 1, exif,
            (unsigned)(6 + tiff_block(exif + 6, kind.orientation, kind.big_endian)));
    uint8_t *inks = calloc((size_t)p->width_px, 4);
    for (int32_t y = 0; y < p->height_px; y++) {
        JSAMPROW row = p->rgb + (size_t)y * (size_t)p->width_px * 3;
        for (int32_t x = 0; x < p->width_px && kind.cmyk; x++) { /* inverted, no black */
            memcpy(inks + x * 4, row + x * 3, 3);
            inks[x * 4 + 3] = 255;
        }
        if (kind.cmyk)
            row = inks;
        jpeg_write_scanlines(&info, &row, 1);
    }
    free(inks);
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    return (struct file){data, length};
}

static struct file make_png(struct spng_ihdr ihdr, struct spng_plte *palette,
    struct spng_trns *clear, int orientation, const void *samples, size_t length)
{
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    assert_int_equal(spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1), 0);
    assert_int_equal(spng_set_ihdr(png, &ihdr), 0);
    uint8_t tiff[26];
    struct spng_exif exif = {.length = tiff_block(tiff, orientation, true), .data = (char *)tiff};
    if (palette)
        assert_int_equal(spng_set_plte(png, palette), 0);
    if (clear)
        assert_int_equal(spng_set_trns(png, clear), 0);
    if (orientation)
        assert_int_equal(spng_set_exif(png, &exif), 0);
    assert_int_equal(
        spng_encode_image(png, samples, length, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE), 0);
    struct file file;
    int code;
    file.data = spng_get_png_buffer(png, &file.length, &code);
    spng_ctx_free(png);
    return file;
}

static struct file make_rgb_png(const struct pixels *p, int orientation)
{
    struct spng_ihdr ihdr = {.width = (uint32_t)p->width_px,
        .height = (uint32_t)p->height_px,
        .bit_depth = 8,
        .color_type = SPNG_COLOR_TYPE_TRUECOLOR};
    return make_png(ihdr, NULL, NULL, orientation, p->rgb, pixels_bytes(p));
}

static void put_le(uint8_t *at, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

/* Lossless; with an orientation in the extended format, EXIF behind the pixels. */
static struct file make_webp(const struct pixels *p, int orientation)
{
    uint8_t *data;
    size_t length =
        WebPEncodeLosslessRGB(p->rgb, p->width_px, p->height_px, p->width_px * 3, &data);
    struct file file = {calloc(1, length + 100), length};
    memcpy(file.data, data, length);
    if (orientation) {
        uint8_t *vp8x = file.data + 12;
        memcpy(vp8x, "VP8X\x0a\0\0\0\x08\0\0\0", 12);
        put_le(vp8x + 12, (uint32_t)p->width_px - 1, 3);
        put_le(vp8x + 15, (uint32_t)p->height_px - 1, 3);
        memcpy(vp8x + 18, data + 12, length - 12);
        uint8_t *exif = vp8x + 18 + length - 12;
        memcpy(exif, "EXIF\x1a\0\0\0", 8);
        tiff_block(exif + 8, orientation, false);
        file.length = length + 18 + 8 + 26;
        put_le(file.data + 4, (uint32_t)file.length - 8, 4);
    }
    WebPFree(data);
    return file;
}

static void expect_turned(struct file file, int orientation)
{
    int32_t w, h;
    struct err err = {0};
    bool turned = orientation >= 5;
    if (!picture_size_memory(file.data, file.length, &w, &h, &err))
        fail_msg("%s", err.text);
    assert_int_equal(w, turned ? 40 : 120);
    assert_int_equal(h, turned ? 120 : 40);
    struct pixels *whole = picture_decode_memory(file.data, file.length,
        &(struct picture_ask){500, 500}, NULL, &err);
    assert_non_null(whole);
    assert_int_equal(whole->width_px, w);
    assert_int_equal(whole->height_px, h);
    expect_corners(whole, TURNED[orientation]);
    struct pixels *part = picture_decode_memory(file.data, file.length,
        &(struct picture_ask){30, 60}, NULL, &err);
    assert_int_equal(part->width_px, turned ? 20 : 30);
    assert_int_equal(part->height_px, turned ? 60 : 10);
    expect_corners(part, TURNED[orientation]);
    pixels_free(whole);
    pixels_free(part);
    free(file.data);
}

static void all_orientations_stand_upright(void **state)
{
    (void)state;
    struct pixels *p = quarters(120, 40);
    for (int orientation = 1; orientation <= 8; orientation++) {
        expect_turned(make_jpeg(p, (struct jpeg_kind){.orientation = orientation}), orientation);
        expect_turned(
            make_jpeg(p, (struct jpeg_kind){.orientation = orientation, .big_endian = true}),
            orientation);
        expect_turned(make_rgb_png(p, orientation), orientation);
        expect_turned(make_webp(p, orientation), orientation);
    }
    expect_turned(make_jpeg(p, (struct jpeg_kind){.orientation = 0}), 1);
    expect_turned(make_jpeg(p, (struct jpeg_kind){.orientation = 9}), 1);
    expect_turned(make_webp(p, 0), 1);
    pixels_free(p);
}

static void jpeg_in_every_colour_space(void **state)
{
    (void)state;
    struct pixels *p = quarters(200, 160);
    const struct jpeg_kind kinds[] = {{.progressive = true}, {.cmyk = true}, {.grey = true}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct file file = make_jpeg(p, kinds[i]);
        struct pixels *got = picture_decode_memory(file.data, file.length,
            &(struct picture_ask){70, 70}, NULL, NULL);
        assert_non_null(got);
        assert_int_equal(got->width_px, 70);
        assert_int_equal(got->height_px, 56);
        if (kinds[i].grey)
            assert_true(got->rgb[0] == got->rgb[1] && got->rgb[1] == got->rgb[2]);
        else
            expect_corners(got, "rgbw");
        pixels_free(got);
        free(file.data);
    }
    pixels_free(p);
}

/* Every scale of the transform and of the averaging behind it: the mean colour is kept. */
static void jpeg_scales_to_any_size(void **state)
{
    (void)state;
    struct pixels *p = quarters(333, 221);
    struct file file = make_jpeg(p, (struct jpeg_kind){0});
    for (int32_t side = 1; side < 400; side += 7) {
        struct pixels *got = picture_decode_memory(file.data, file.length,
            &(struct picture_ask){side, side}, NULL, NULL);
        int32_t w, h;
        picture_fit(333, 221, side, side, false, &w, &h);
        assert_int_equal(got->width_px, w);
        assert_int_equal(got->height_px, h);
        if (side > 8)
            expect_corners(got, "rgbw");
        pixels_free(got);
    }
    free(file.data);
    pixels_free(p);
}

static void expect_pixel(struct file file, size_t at, int r, int g, int b)
{
    struct err err = {0};
    struct pixels *got = picture_decode_memory(file.data, file.length,
        &(struct picture_ask){100, 100}, NULL, &err);
    if (!got)
        fail_msg("%s", err.text);
    const uint8_t want[3] = {(uint8_t)r, (uint8_t)g, (uint8_t)b};
    assert_memory_equal(got->rgb + at * 3, want, 3);
    pixels_free(got);
    free(file.data);
}

static void png_of_every_kind(void **state)
{
    (void)state;
    struct spng_ihdr ihdr = {.width = 2, .height = 1, .bit_depth = 8};
    struct spng_plte palette = {.n_entries = 2, .entries = {{10, 20, 30, 0}, {200, 100, 50, 0}}};
    struct spng_trns clear = {.n_type3_entries = 2, .type3_alpha = {255, 0}};
    ihdr.color_type = SPNG_COLOR_TYPE_INDEXED;
    expect_pixel(make_png(ihdr, &palette, NULL, 0, "\0\1", 2), 1, 200, 100, 50);
    expect_pixel(make_png(ihdr, &palette, &clear, 0, "\0\1", 2), 1, 128, 128, 128);
    ihdr.bit_depth = 1;
    expect_pixel(make_png(ihdr, &palette, NULL, 0, "\x40", 1), 1, 200, 100, 50);
    ihdr.bit_depth = 8;
    ihdr.color_type = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
    expect_pixel(make_png(ihdr, NULL, NULL, 0, "\xff\0\0\x80\0\xff\0\xff", 8), 0, 192, 64, 64);
    ihdr.color_type = SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
    expect_pixel(make_png(ihdr, NULL, NULL, 0, "\xff\xff\0\0", 4), 1, 128, 128, 128);
    ihdr.color_type = SPNG_COLOR_TYPE_GRAYSCALE;
    expect_pixel(make_png(ihdr, NULL, NULL, 0, "\x07\x80", 2), 1, 128, 128, 128);
    static const uint16_t deep[6] = {0, 0, 0, 0xFFFF, 0x8080, 0x0101};
    ihdr.bit_depth = 16;
    ihdr.color_type = SPNG_COLOR_TYPE_TRUECOLOR;
    expect_pixel(make_png(ihdr, NULL, NULL, 0, deep, sizeof deep), 1, 255, 128, 1);
}

static void interlaced_png_is_held_whole(void **state)
{
    (void)state;
    /* 4 x 4 greys 40 y + 10 x in Adam7 order, made outside. */
    static const uint8_t png[] = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00,
        0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x04, 0x08, 0x00,
        0x00, 0x00, 0x01, 0xfb, 0x9d, 0xf1, 0x34, 0x00, 0x00, 0x00, 0x1f, 0x49, 0x44, 0x41, 0x54,
        0x78, 0x9c, 0x63, 0x60, 0x60, 0x10, 0x61, 0x08, 0x48, 0x61, 0xe0, 0x92, 0x63, 0x88, 0xca,
        0x63, 0xd0, 0x30, 0xb2, 0x71, 0x63, 0xa8, 0x68, 0xea, 0x99, 0x06, 0x00, 0x24, 0x6b, 0x04,
        0xb1, 0xe3, 0x66, 0x67, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42,
        0x60, 0x82};
    struct pixels *got = picture_decode_memory(png, sizeof png,
        &(struct picture_ask){100, 100}, NULL, NULL);
    assert_non_null(got);
    assert_int_equal(got->width_px, 4);
    for (int i = 0; i < 16; i++)
        assert_int_equal(got->rgb[i * 3], 40 * (i / 4) + 10 * (i % 4));
    pixels_free(got);
}

static void lossy_webp_and_alpha(void **state)
{
    (void)state;
    struct pixels *p = quarters(100, 60);
    uint8_t *data;
    size_t length = WebPEncodeRGB(p->rgb, 100, 60, 300, 80, &data);
    struct pixels *got = picture_decode_memory(data, length,
        &(struct picture_ask){50, 50}, NULL, NULL);
    assert_int_equal(got->height_px, 30);
    expect_corners(got, "rgbw");
    pixels_free(got);
    pixels_free(p);
    WebPFree(data);
    uint8_t rgba[16 * 4] = {0}; /* wholly transparent black */
    length = WebPEncodeLosslessRGBA(rgba, 4, 4, 16, &data);
    got = picture_decode_memory(data, length, &(struct picture_ask){50, 50}, NULL, NULL);
    for (int i = 0; i < 48; i++)
        assert_int_equal(got->rgb[i], 128);
    pixels_free(got);
    WebPFree(data);
}

static void expect_refused(const uint8_t *data, size_t length, enum err_code code)
{
    struct err err = {0};
    int32_t w, h;
    assert_false(picture_size_memory(data, length, &w, &h, &err));
    assert_int_equal(err.code, code);
    memset(&err, 0, sizeof err);
    assert_null(picture_decode_memory(data, length, &(struct picture_ask){100, 100}, NULL, &err));
    assert_int_equal(err.code, code);
    assert_true(err.text[0]);
}

/* Headers that claim more than is decoded, on files that hold next to nothing. */
static void bombs_are_refused(void **state)
{
    (void)state;
    struct pixels *p = quarters(64, 64);
    struct file jpeg = make_jpeg(p, (struct jpeg_kind){0});
    uint8_t *frame = memmem(jpeg.data, jpeg.length, "\xff\xc0", 2);
    memcpy(frame + 5, "\xff\xdc\xff\xdc", 4); /* 65500 x 65500 */
    expect_refused(jpeg.data, jpeg.length, ERR_LIMIT);
    free(jpeg.data);
    jpeg = make_jpeg(p, (struct jpeg_kind){.progressive = true});
    frame = memmem(jpeg.data, jpeg.length, "\xff\xc2", 2);
    memcpy(frame + 5, "\x30\x00\x30\x00", 4); /* 12288 x 12288: too much to hold in scans */
    expect_refused(jpeg.data, jpeg.length, ERR_LIMIT);
    free(jpeg.data);
    struct file webp = make_webp(p, 0);
    memcpy(webp.data + 21, "\xff\xff\xff\x0f", 4); /* 16384 x 16384 */
    expect_refused(webp.data, webp.length, ERR_LIMIT);
    free(webp.data);
    /* PNG headers of 16384 x 16384 and of 8192 x 8192 interlaced, with their checksums. */
    static const uint8_t wide[] = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00,
        0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x40, 0x00, 0x08, 0x02,
        0x00, 0x00, 0x00, 0x26, 0xaa, 0x87, 0xd3, 0x00, 0x00, 0x00, 0x00, 0x49, 0x44, 0x41, 0x54,
        0x35, 0xaf, 0x06, 0x1e};
    static const uint8_t laced[] = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00,
        0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, 0x20, 0x00, 0x08,
        0x02, 0x00, 0x00, 0x01, 0x8a, 0xcf, 0x6d, 0x98, 0x00, 0x00, 0x00, 0x00, 0x49, 0x44, 0x41,
        0x54, 0x35, 0xaf, 0x06, 0x1e};
    expect_refused(wide, sizeof wide, ERR_LIMIT);
    expect_refused(laced, sizeof laced, ERR_LIMIT);
    pixels_free(p);
}

static void a_large_png_is_refused_by_its_header(void **state)
{
    (void)state;
    enum { WIDE = 16385 };
    struct spng_ihdr ihdr = {.width = WIDE, .height = 1, .bit_depth = 1};
    uint8_t row[WIDE / 8 + 1] = {0};
    struct file file = make_png(ihdr, NULL, NULL, 0, row, sizeof row);
    expect_refused(file.data, file.length, ERR_LIMIT);
    free(file.data);
    ihdr.width = WIDE - 1;
    file = make_png(ihdr, NULL, NULL, 0, row, sizeof row - 1);
    struct pixels *got = picture_decode_memory(file.data, file.length,
        &(struct picture_ask){100, 100}, NULL, NULL);
    assert_int_equal(got->width_px, 100);
    assert_int_equal(got->height_px, 1);
    pixels_free(got);
    free(file.data);
}

static void cut_everywhere(struct file file, bool may_be_whole_without_end)
{
    for (size_t length = 0; length < file.length; length += length < 128 ? 1 : 64) {
        uint8_t *part = malloc(length + 1); /* exact, for the address sanitizer */
        part = realloc(part, length ? length : 1);
        memcpy(part, file.data, length);
        struct err err = {0};
        struct pixels *got = picture_decode_memory(part, length,
            &(struct picture_ask){50, 50}, NULL, &err);
        if (got && !(may_be_whole_without_end && length + 64 > file.length))
            fail_msg("%zu of %zu bytes gave a picture", length, file.length);
        if (!got)
            assert_true(err.code == ERR_FORMAT || err.code == ERR_UNSUPPORTED);
        pixels_free(got);
        free(part);
    }
    free(file.data);
}

static struct pixels *noise(int32_t w, int32_t h)
{
    struct pixels *p = pixels_new(w, h);
    uint32_t random = 3;
    for (size_t i = 0; i < pixels_bytes(p); i++)
        p->rgb[i] = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24);
    return p;
}

static void a_cut_off_file_is_an_error(void **state)
{
    (void)state;
    struct pixels *p = noise(90, 70);
    cut_everywhere(make_jpeg(p, (struct jpeg_kind){.orientation = 6}), true);
    cut_everywhere(make_rgb_png(p, 3), true);
    cut_everywhere(make_webp(p, 8), false);
    cut_everywhere(make_webp(p, 0), true);
    pixels_free(p);
}

/* A progressive file cut between its scans is whole but coarse; anywhere else it is an error. */
static void a_cut_off_progressive_file_does_no_harm(void **state)
{
    (void)state;
    struct pixels *p = noise(90, 70);
    struct file file = make_jpeg(p, (struct jpeg_kind){.progressive = true});
    size_t refused = 0, tried = 0;
    for (size_t length = 0; length < file.length; length += 64, tried++) {
        struct pixels *got = picture_decode_memory(file.data, length,
            &(struct picture_ask){50, 50}, NULL, NULL);
        refused += !got;
        pixels_free(got);
    }
    assert_true(refused > tried * 9 / 10);
    free(file.data);
    pixels_free(p);
}

static void damage_does_no_harm(void **state)
{
    (void)state;
    struct pixels *p = quarters(60, 50);
    struct file files[] = {
        make_jpeg(p, (struct jpeg_kind){.orientation = 5}), make_rgb_png(p, 2), make_webp(p, 7)};
    uint32_t random = 11;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        for (int round = 0; round < 300; round++) {
            uint8_t *copy = malloc(files[i].length);
            memcpy(copy, files[i].data, files[i].length);
            for (int n = 0; n < 3; n++) {
                random = random * 1664525u + 1013904223u;
                copy[(random >> 8) % files[i].length] = (uint8_t)random;
            }
            struct err err = {0};
            struct pixels *got = picture_decode_memory(copy, files[i].length,
                &(struct picture_ask){40, 40}, NULL, &err);
            assert_true(got ? got->width_px <= 40 && got->height_px <= 40 : err.code != ERR_NONE);
            int32_t w = 0, h = 0, fit_w, fit_h;
            bool told = picture_size_memory(copy, files[i].length, &w, &h, NULL);
            assert_true(told || !got); /* what is decoded is of the size told before */
            if (got) {
                picture_fit(w, h, 40, 40, false, &fit_w, &fit_h);
                assert_true(got->width_px == fit_w && got->height_px == fit_h);
            }
            pixels_free(got);
            free(copy);
        }
        free(files[i].data);
    }
    pixels_free(p);
}

static void files_and_what_is_none(void **state)
{
    (void)state;
    const char *dir = temp_dir();
    struct pixels *p = quarters(120, 80);
    char path[4096];
    snprintf(path, sizeof path, "%s/out.png", dir);
    assert_true(png_out_file(p, path, NULL));
    int32_t w, h;
    struct err err = {0};
    assert_true(picture_size(path, &w, &h, &err));
    assert_int_equal(w, 120);
    assert_int_equal(h, 80);
    struct pixels *got = picture_decode(path, &(struct picture_ask){1000, 1000}, NULL, &err);
    assert_true(pixels_same_size(p, got));
    assert_memory_equal(p->rgb, got->rgb, pixels_bytes(p));
    pixels_free(got);
    pixels_free(p);

    assert_null(picture_decode(dir, &(struct picture_ask){10, 10}, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_string_equal(err.file, dir);
    assert_false(picture_size("/nowhere/x.png", &w, &h, NULL));
    const char *text = temp_text(dir, "x.jpg", "not a picture");
    memset(&err, 0, sizeof err);
    assert_null(picture_decode(text, &(struct picture_ask){10, 10}, NULL, &err));
    assert_int_equal(err.code, ERR_UNSUPPORTED);
    assert_false(picture_size(temp_text(dir, "empty.png", ""), &w, &h, NULL));
    snprintf(path, sizeof path, "%s/pipe", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(picture_decode(path, &(struct picture_ask){10, 10}, NULL, &err));
    assert_false(png_out_file(&(struct pixels){1, 1, (uint8_t *)"abc"}, "/nowhere/x.png", &err));
}

/* Metadata before the size that is longer than the first look into the file. */
static void size_behind_long_metadata(void **state)
{
    (void)state;
    struct pixels *p = quarters(32, 32);
    struct file jpeg = make_jpeg(p, (struct jpeg_kind){0});
    enum { SEGMENTS = 30, SEGMENT_BYTES = 65535 };
    size_t extra = (size_t)SEGMENTS * (SEGMENT_BYTES + 2);
    uint8_t *data = calloc(1, jpeg.length + extra), *at = data + 2;
    memcpy(data, jpeg.data, 2);
    for (int i = 0; i < SEGMENTS; i++, at += SEGMENT_BYTES + 2)
        memcpy(at, "\xff\xe2\xff\xff", 4);
    memcpy(at, jpeg.data + 2, jpeg.length - 2);
    const char *path = temp_file(temp_dir(), "long.jpg", data, jpeg.length + extra);
    int32_t w, h;
    assert_true(picture_size(path, &w, &h, NULL));
    assert_int_equal(w, 32);
    free(data);
    free(jpeg.data);
    pixels_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_orientations_stand_upright),
        cmocka_unit_test(jpeg_in_every_colour_space),
        cmocka_unit_test(jpeg_scales_to_any_size),
        cmocka_unit_test(png_of_every_kind),
        cmocka_unit_test(interlaced_png_is_held_whole),
        cmocka_unit_test(lossy_webp_and_alpha),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(a_large_png_is_refused_by_its_header),
        cmocka_unit_test(a_cut_off_file_is_an_error),
        cmocka_unit_test(a_cut_off_progressive_file_does_no_harm),
        cmocka_unit_test(damage_does_no_harm),
        cmocka_unit_test(files_and_what_is_none),
        cmocka_unit_test(size_behind_long_metadata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
