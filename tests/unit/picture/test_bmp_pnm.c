/*
 * BMP and the PNM family, which have decoders of our own: every kind, written here byte by byte,
 * and every way of being damaged.
 */
#include "picture/decode.h"
#include "quarters.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 1 << 16 };

static struct pixels *decoded(struct file file)
{
    struct err err = {0};
    struct pixels *p = picture_decode_memory(file.data, file.length,
        &(struct picture_ask){1000, 1000}, NULL, &err);
    if (!p)
        fail_msg("%s", err.text);
    return p;
}

static void expect_refusal(struct file file, enum err_code code, const char *part)
{
    struct err err = {0};
    assert_null(picture_decode_memory(file.data, file.length,
        &(struct picture_ask){1000, 1000}, NULL, &err));
    assert_int_equal(err.code, code);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, err.text);
}

static struct file text_file(const char *text)
{
    return (struct file){(uint8_t *)text, strlen(text)};
}

/* No length of FILE below its own, but for SPARE bytes, gives a picture, nor does it give a sanitizer
 * reason to speak. */
static void expect_whole_only(struct file file, size_t spare)
{
    for (size_t length = 0; length < file.length - spare; length++) {
        struct err err = {0};
        uint8_t *exact = malloc(length + !length);
        memcpy(exact, file.data, length);
        assert_null(picture_decode_memory(exact, length,
            &(struct picture_ask){1000, 1000}, NULL, &err));
        assert_int_not_equal(err.code, ERR_NONE);
        free(exact);
    }
}

/* ---- PNM ---- */

static void expect_samples(const char *text, size_t length, const uint8_t *samples, size_t count)
{
    struct pixels *p = decoded((struct file){(uint8_t *)text, length});
    assert_int_equal(pixels_bytes(p), count);
    assert_memory_equal(p->rgb, samples, count);
    pixels_free(p);
}

static void pnm_of_every_kind(void **state)
{
    (void)state;
    static const uint8_t black_white[] = {0, 0, 0, 255, 255, 255};
    static const uint8_t greys[] = {0, 0, 0, 51, 51, 51, 255, 255, 255};
    static const uint8_t colours[] = {0, 85, 255, 170, 255, 0};
#define EXPECT(text, samples) expect_samples(text, sizeof(text) - 1, samples, sizeof samples)
    EXPECT("P1\n# a comment\n2 1\n10\n", black_white);
    EXPECT("P1 2 1 1 0", black_white);
    EXPECT("P4\n2 1\n\x80", black_white);
    EXPECT("P2\n3 1\n5\n0 1 5\n", greys);
    EXPECT("P2\n3\t1 # wide\n10\n0 2\n#in between\n99\n", greys); /* more than the most is the most */
    EXPECT("P5 3 1 255\n\x00\x33\xff", greys);
    EXPECT("P5 3 1 65535\n\x00\x00\x33\x33\xff\xff", greys);
    EXPECT("P3 2 1 3\n0 1 3 2 3 0", colours);
    EXPECT("P6#\n2 1 255\n\x00\x55\xff\xaa\xff\x00", colours);
    EXPECT("P6 2 1 3\n\x00\x01\x03\x02\x03\x00", colours);
}

static void pnm_that_is_wrong(void **state)
{
    (void)state;
    expect_whole_only(text_file("P3 2 1 3\n0 1 3 2 3 0"), 0);
    expect_whole_only(text_file("P1\n# a comment\n2 1\n10"), 0);
    expect_whole_only((struct file){(uint8_t *)"P5 3 1 65535\n\x00\x00\x33\x33\xff\xff", 19}, 0);
    expect_refusal(text_file("P2 3 1 0 1 1 1"), ERR_FORMAT, "maximum value of 0");
    expect_refusal(text_file("P2 3 1 65536 1 1 1"), ERR_FORMAT, "maximum value");
    expect_refusal(text_file("P2 0 1 5 1"), ERR_FORMAT, "no pixels");
    expect_refusal(text_file("P2 3 -1 5 1"), ERR_FORMAT, "a number is expected");
    expect_refusal(text_file("P5 99999999999999 1 5 1"), ERR_FORMAT, "too large");
    expect_refusal(text_file("P5 16385 1 255 "), ERR_LIMIT, "16385");
    expect_refusal(text_file("P6 16000 16000 255 "), ERR_LIMIT, "megapixels");
    expect_refusal(text_file("P7\nWIDTH 1\n"), ERR_UNSUPPORTED, "not a");
}

/* ---- BMP ---- */

static struct file bmp_begin(int header_bytes, int32_t width, int32_t height, int bits, int coding)
{
    struct file file = {calloc(1, ROOM), (size_t)(14 + header_bytes)};
    uint8_t *info = file.data + 14;
    memcpy(file.data, "BM", 2);
    info[0] = (uint8_t)header_bytes;
    if (header_bytes == 12) {
        memcpy(info + 4, &(uint16_t[4]){(uint16_t)width, (uint16_t)height, 1, (uint16_t)bits}, 8);
        return file;
    }
    memcpy(info + 4, &width, 4);
    memcpy(info + 8, &height, 4);
    memcpy(info + 12, &(uint16_t[2]){1, (uint16_t)bits}, 4);
    memcpy(info + 16, &(uint32_t){(uint32_t)coding}, 4);
    return file;
}

static void add(struct file *file, const void *bytes, size_t length)
{
    memcpy(file->data + file->length, bytes, length);
    file->length += length;
}

/* The pixels begin here. */
static void begin_pixels(struct file *file)
{
    memcpy(file->data + 10, &(uint32_t){(uint32_t)file->length}, 4);
}

static uint32_t pixel_of(const uint8_t rgb[3], int bits, bool masked)
{
    static const uint8_t FIRST[4][3] = {{220, 20, 20}, {20, 200, 20}, {20, 20, 210}};
    uint32_t r = rgb[0], g = rgb[1], b = rgb[2];
    if (bits <= 8) {
        for (uint32_t i = 0; i < 3; i++)
            if (memcmp(rgb, FIRST[i], 3) == 0)
                return i;
        return 3;
    }
    if (bits == 16)
        return masked ? (r >> 3) << 11 | (g >> 2) << 5 | b >> 3
                      : (r >> 3) << 10 | (g >> 3) << 5 | b >> 3;
    return masked ? b << 16 | g << 8 | r : r << 16 | g << 8 | b;
}

/* Rows as they are stored: from the bottom, each padded to 4 bytes. */
static void add_rows(struct file *file, const struct pixels *p, int bits, bool masked, bool down)
{
    size_t row_bytes = ((size_t)p->width_px * (size_t)bits + 31) / 32 * 4;
    begin_pixels(file);
    for (int32_t i = 0; i < p->height_px; i++) {
        int32_t y = down ? i : p->height_px - 1 - i;
        uint8_t *row = file->data + file->length;
        for (int32_t x = 0; x < p->width_px; x++) {
            uint32_t pixel = pixel_of(p->rgb + 3 * (y * p->width_px + x), bits, masked);
            if (bits < 8)
                row[x * bits / 8] |= (uint8_t)(pixel << (8 - bits - x * bits % 8));
            else
                memcpy(row + x * bits / 8, &pixel, (size_t)bits / 8);
        }
        file->length += row_bytes;
    }
}

static void add_palette(struct file *file, bool triples)
{
    static const uint8_t entries[4][4] = {
        {20, 20, 220}, {20, 200, 20}, {210, 20, 20}, {240, 240, 240}};
    for (size_t i = 0; i < 4; i++)
        add(file, entries[i], triples ? 3 : 4);
}

static void expect_quarters(struct file file, size_t spare)
{
    struct pixels *p = decoded(file);
    assert_int_equal(p->width_px, 10);
    assert_int_equal(p->height_px, 7);
    expect_corners(p, "rgbw");
    pixels_free(p);
    expect_whole_only(file, spare);
    free(file.data);
}

static void bmp_of_every_kind(void **state)
{
    (void)state;
    static const uint32_t masks_16[3] = {0xf800, 0x07e0, 0x001f};
    static const uint32_t masks_32[4] = {0xff, 0xff00, 0xff0000, 0};
    struct pixels *p = quarters(10, 7);
    for (int bits = 4; bits <= 8; bits += 4)
        for (int core = 0; core < 2; core++) {
            struct file file = bmp_begin(core ? 12 : 40, 10, 7, bits, 0);
            if (!core)
                file.data[14 + 32] = 4; /* entries used */
            add_palette(&file, core);
            add_rows(&file, p, bits, false, false);
            expect_quarters(file, 0);
        }
    for (int bits = 16; bits <= 32; bits += 8)
        for (int down = 0; down < 2; down++) {
            struct file file = bmp_begin(40, 10, down ? -7 : 7, bits, 0);
            add_rows(&file, p, bits, false, down);
            expect_quarters(file, 0);
        }
    struct file file = bmp_begin(40, 10, 7, 16, 3);
    add(&file, masks_16, sizeof masks_16);
    add_rows(&file, p, 16, true, false);
    expect_quarters(file, 0);
    file = bmp_begin(124, 10, 7, 32, 3); /* the masks stand in the header */
    memcpy(file.data + 14 + 40, masks_32, sizeof masks_32);
    add_rows(&file, p, 32, true, false);
    expect_quarters(file, 0);
    pixels_free(p);
}

static void bmp_of_one_bit(void **state)
{
    (void)state;
    static const uint8_t palette[8] = {0, 0, 0, 0, 255, 255, 255, 0};
    struct file file = bmp_begin(40, 3, 2, 1, 0);
    add(&file, palette, sizeof palette);
    begin_pixels(&file);
    add(&file, (uint8_t[8]){0xa0, 0, 0, 0, 0x40, 0, 0, 0}, 8);
    struct pixels *p = decoded(file);
    static const uint8_t seen[6] = {0, 255, 0, 255, 0, 255};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(p->rgb[3 * i], seen[i]);
    pixels_free(p);
    free(file.data);
}

static void bmp_of_run_lengths(void **state)
{
    (void)state;
    static const uint8_t of_8[] = {5, 2, 5, 3, 0, 0, /* rows from the bottom */
        0, 10, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 0, 0,   /* indices as they are */
        5, 2, 5, 3, 0, 0, 5, 2, 5, 3, 0, 0,          /* the middle */
        0, 5, 0, 0, 0, 0, 0, 0, 5, 1, 0, 0,          /* an odd number of them */
        5, 0, 5, 1, 0, 0, 5, 0, 5, 1, 0, 1};
    struct file file = bmp_begin(40, 10, 7, 8, 1);
    file.data[14 + 32] = 4;
    add_palette(&file, false);
    begin_pixels(&file);
    add(&file, of_8, sizeof of_8);
    expect_quarters(file, 2); /* all rows are there without the end marker */
    /* Four bits: two indices in turn, a jump over what stays the first colour, a run that is too
     * long for its row. */
    static const uint8_t of_4[] = {4, 0x12, 0, 0, 0, 3, 0x12, 0x30, 0, 2, 0, 1, 99, 0x33, 0, 1};
    file = bmp_begin(40, 4, 3, 4, 2);
    file.data[14 + 32] = 4;
    add_palette(&file, false);
    begin_pixels(&file);
    add(&file, of_4, sizeof of_4);
    struct pixels *p = decoded(file);
    static const char seen[12] = {'r', 'r', 'r', 'w', 'g', 'b', 'w', 'r', 'g', 'b', 'g', 'b'};
    for (int32_t i = 0; i < 12; i++)
        assert_int_equal(seen_at(p, (i % 4 + .5) / 4, (i / 4 + .5) / 3), seen[i]);
    pixels_free(p);
    expect_whole_only(file, 2);
    free(file.data);
}

static void bmp_that_is_wrong(void **state)
{
    (void)state;
    static const struct {
        int header, bits, coding;
        int32_t width, height;
        enum err_code code;
        const char *part;
    } cases[] = {
        {40, 24, 0, 20000, 1, ERR_LIMIT, "20000"},
        {40, 24, 0, 16000, -16000, ERR_LIMIT, "megapixels"},
        {40, 8, 1, 10000, 10000, ERR_LIMIT, "megapixels"}, /* held whole */
        {40, 24, 0, 16, INT32_MIN, ERR_FORMAT, "damaged"},
        {40, 24, 0, -5, 5, ERR_FORMAT, "damaged"},
        {40, 24, 0, 0, 5, ERR_FORMAT, "no pixels"},
        {40, 7, 0, 5, 5, ERR_FORMAT, "7 bits"},
        {40, 24, 1, 5, 5, ERR_FORMAT, "run lengths"},
        {40, 24, 3, 5, 5, ERR_FORMAT, "24 bits"},
        {40, 0, 5, 5, 5, ERR_UNSUPPORTED, "way 5"},
        {40, 24, 0, 5, 5, ERR_FORMAT, "ends before"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file = bmp_begin(cases[i].header, cases[i].width, cases[i].height,
            cases[i].bits, cases[i].coding);
        if (cases[i].bits == 8)
            file.data[14 + 32] = 4;
        add_palette(&file, false);
        begin_pixels(&file);
        expect_refusal(file, cases[i].code, cases[i].part);
        free(file.data);
    }
    /* Pixels said to stand beyond the end, and an index beyond the palette, which is black. */
    struct file file = bmp_begin(40, 1, 1, 8, 0);
    file.data[14 + 32] = 4;
    add_palette(&file, false);
    begin_pixels(&file);
    add(&file, (uint8_t[4]){200}, 4);
    struct pixels *p = decoded(file);
    assert_int_equal(p->rgb[0], 0);
    pixels_free(p);
    memset(file.data + 10, 0xff, 4);
    expect_refusal(file, ERR_FORMAT, "ends before");
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pnm_of_every_kind),
        cmocka_unit_test(pnm_that_is_wrong),
        cmocka_unit_test(bmp_of_every_kind),
        cmocka_unit_test(bmp_of_one_bit),
        cmocka_unit_test(bmp_of_run_lengths),
        cmocka_unit_test(bmp_that_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
