/*
 * TIFF through libtiff: the first picture of the file, whatever libtiff makes RGBA of.
 * Knows: libtiff. Must not know: files, terminals.
 *
 * libtiff hands out whole pictures, so that one is held whole.
 */
#include "picture/decoder.h"
#include "picture/exif.h"
#include "picture/over_grey.h"
#include "picture/shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

enum { MAX_ALLOCATION_BYTES = 256 << 20 };

/* A file in memory as libtiff's callbacks see it. */
struct memory {
    const uint8_t *data;
    size_t length, at;
    struct err said; /* the first thing that libtiff complained of, which need not be fatal */
};

static tmsize_t read_some(thandle_t self, void *out, tmsize_t bytes)
{
    struct memory *memory = self;
    size_t left = memory->at < memory->length ? memory->length - memory->at : 0;
    size_t count = (size_t)bytes < left ? (size_t)bytes : left;
    if (count)
        memcpy(out, memory->data + memory->at, count);
    memory->at += count;
    return (tmsize_t)count;
}

static tmsize_t write_none(thandle_t self, void *data, tmsize_t bytes)
{
    (void)self, (void)data, (void)bytes;
    return -1;
}

static toff_t seek(thandle_t self, toff_t offset, int whence)
{
    struct memory *memory = self;
    memory->at = offset + (whence == SEEK_CUR   ? memory->at
                           : whence == SEEK_END ? memory->length
                                                : 0);
    return memory->at;
}

static int close_none(thandle_t self)
{
    (void)self;
    return 0;
}

static toff_t size_of(thandle_t self)
{
    return ((struct memory *)self)->length;
}

/* libtiff only reads there. Without this it refuses uncompressed tiles whose size is no multiple of
 * 1024: what it holds of them is rounded up. */
static int lend(thandle_t self, void **base, toff_t *bytes)
{
    struct memory *memory = self;
    *base = (void *)(uintptr_t)memory->data;
    *bytes = memory->length;
    return 1;
}

static void take_back(thandle_t self, void *base, toff_t bytes)
{
    (void)self, (void)base, (void)bytes;
}

static int on_error(TIFF *tiff, void *self, const char *module, const char *format, va_list values)
{
    struct memory *memory = self;
    char text[200];
    (void)tiff, (void)module;
    if (!memory->said.code) {
        vsnprintf(text, sizeof text, format, values);
        err_set(&memory->said, ERR_FORMAT, "%s", text);
    }
    return 1;
}

static int on_warning(
    TIFF *tiff, void *self, const char *module, const char *format, va_list values)
{
    (void)tiff, (void)self, (void)module, (void)format, (void)values;
    return 1;
}

static bool refuse(const struct memory *memory, struct err *err)
{
    return err_set(err, ERR_FORMAT, "%s",
        memory->said.code ? memory->said.text : "the TIFF data is damaged");
}

static TIFF *open_memory(struct memory *memory, struct err *err)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, MAX_ALLOCATION_BYTES);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, memory);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, memory);
    TIFF *tiff = TIFFClientOpenExt("", "r", memory, read_some, write_none, seek, close_none,
        size_of, lend, take_back, options);
    TIFFOpenOptionsFree(options);
    if (!tiff)
        refuse(memory, err);
    return tiff;
}

static bool sniff(const uint8_t *data, size_t length)
{
    return length >= 4 && (memcmp(data, "II*\0", 4) == 0 || memcmp(data, "MM\0*", 4) == 0);
}

/* Not by libtiff: sizes are asked for where nothing is between a file and this program. */
static bool header(const uint8_t *data, size_t length, struct decoder_header *out, struct err *err)
{
    uint32_t width, height;
    if (!exif_tag(data, length, TIFFTAG_IMAGEWIDTH, &width) ||
        !exif_tag(data, length, TIFFTAG_IMAGELENGTH, &height))
        return err_set(err, ERR_FORMAT, "the file ends before its sizes are told");
    out->width_px = width;
    out->height_px = height;
    out->orientation = exif_orientation(data, length);
    out->max_pixels = DECODER_MAX_WHOLE_PIXELS;
    return true;
}

/* libtiff has multiplied the colours by their alpha already. */
static void unpack_row(const uint32_t *from, uint8_t *rgb, size_t count)
{
    for (size_t i = 0; i < count; i++, rgb += 3) {
        unsigned ground = OVER_GREY_GROUND * (255u - TIFFGetA(from[i])) / 255;
        unsigned r = TIFFGetR(from[i]) + ground, g = TIFFGetG(from[i]) + ground;
        unsigned b = TIFFGetB(from[i]) + ground;
        rgb[0] = (uint8_t)(r < 255 ? r : 255);
        rgb[1] = (uint8_t)(g < 255 ? g : 255);
        rgb[2] = (uint8_t)(b < 255 ? b : 255);
    }
}

/* In the order of storage: the caller turns it. */
static bool read_whole(TIFF *tiff, const struct memory *memory, uint32_t width, uint32_t height,
    uint32_t *whole, struct err *err)
{
    TIFFRGBAImage image;
    char why[1024] = "";
    if (!TIFFRGBAImageOK(tiff, why) || !TIFFRGBAImageBegin(&image, tiff, 1, why))
        return err_set(err, ERR_UNSUPPORTED, "%.200s", why);
    image.req_orientation = image.orientation;
    bool ok = TIFFRGBAImageGet(&image, whole, width, height);
    TIFFRGBAImageEnd(&image);
    return ok || refuse(memory, err);
}

static bool decode(const uint8_t *data, size_t length, struct pixels *out, struct err *err)
{
    struct memory memory = {.data = data, .length = length};
    struct shrink shrink = {0};
    uint32_t width = 0, height = 0;
    TIFF *tiff = open_memory(&memory, err);
    if (!tiff)
        return false;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) ||
        !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height) ||
        (int64_t)width * height > DECODER_MAX_WHOLE_PIXELS || width > PIXELS_MAX_SIDE ||
        (int32_t)width < out->width_px || (int32_t)height < out->height_px) {
        TIFFClose(tiff);
        return err_set(err, ERR_FORMAT, "its sizes are told twice, and differ");
    }
    uint32_t *whole = calloc((size_t)width * height, sizeof *whole);
    uint8_t *row = malloc((size_t)width * 3);
    bool ok = whole && row && shrink_init(&shrink, (int32_t)width, (int32_t)height, out);
    if (!ok)
        err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && read_whole(tiff, &memory, width, height, whole, err);
    for (uint32_t y = 0; ok && y < height; y++) {
        unpack_row(whole + (size_t)y * width, row, width);
        shrink_row(&shrink, row);
    }
    shrink_done(&shrink);
    free(row);
    free(whole);
    TIFFClose(tiff);
    return ok;
}

const struct decoder decoder_tiff = {"tiff", sniff, header, decode};
