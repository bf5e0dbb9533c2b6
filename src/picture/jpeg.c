/*
 * JPEG through libjpeg-turbo, scaled inside the transform to 1/2, 1/4 or 1/8 where that is enough.
 * Knows: libjpeg; here and in jpeg_out.c is setjmp, which is how libjpeg leaves on errors.
 * Must not know: files, terminals.
 */
#include "picture/decoder.h"
#include "picture/exif.h"
#include "picture/shrink.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum { MAX_SCALED_PIXELS = 400000000, MAX_SCANS = 100, MAX_MEMORY_BYTES = 640 << 20 };
/* A progressive file repeats all its pixels in every scan: 100 scans of 100 megapixels take
 * minutes. */
static const int64_t MAX_SCAN_PIXELS = 1500000000;

struct jpeg {
    struct jpeg_decompress_struct info; /* first: libjpeg hands it back to the callbacks */
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf leave;
    bool ran_out; /* data ended before the end marker */
    struct err *err;

    const uint8_t *data;
    size_t length;
    struct pixels *out; /* where read_rows() puts it */
    struct shrink shrink;
};

static struct jpeg *jpeg_of(j_common_ptr info)
{
    return (struct jpeg *)info;
}

static void leave_with(struct jpeg *jpeg, enum err_code code, const char *text)
{
    err_set(jpeg->err, code, "%s", text);
    longjmp(jpeg->leave, 1);
}

static void on_error(j_common_ptr info)
{
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    bool memory =
        info->err->msg_code == JERR_OUT_OF_MEMORY || info->err->msg_code == JERR_NO_BACKING_STORE;
    leave_with(jpeg_of(info), memory ? ERR_MEMORY : ERR_FORMAT, text);
}

/* Most warnings leave a good picture. Data that ends in the middle of a scan does not: libjpeg
 * would fill the rest with grey. */
static void on_message(j_common_ptr info, int level)
{
    struct jpeg *jpeg = jpeg_of(info);
    if (level >= 0)
        return;
    info->err->num_warnings++;
    if (info->err->msg_code == JWRN_JPEG_EOF)
        jpeg->ran_out = true;
    if (jpeg->ran_out && info->err->msg_code == JWRN_HIT_MARKER)
        leave_with(jpeg, ERR_FORMAT, "the file ends before the picture does");
}

static void on_progress(j_common_ptr info)
{
    const struct jpeg_decompress_struct *jpeg = &jpeg_of(info)->info;
    int64_t pixels = (int64_t)jpeg->image_width * jpeg->image_height;
    if (jpeg->input_scan_number > MAX_SCANS || jpeg->input_scan_number * pixels > MAX_SCAN_PIXELS)
        leave_with(jpeg_of(info), ERR_LIMIT, "too many progressive scans");
}

static void no_output(j_common_ptr info)
{
    (void)info;
}

static void read_header(struct jpeg *jpeg)
{
    jpeg_create_decompress(&jpeg->info);
    jpeg->info.mem->max_memory_to_use = MAX_MEMORY_BYTES;
    jpeg->info.progress = &jpeg->progress;
    jpeg_save_markers(&jpeg->info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_mem_src(&jpeg->info, jpeg->data, jpeg->length);
    jpeg_read_header(&jpeg->info, TRUE);
}

/* Does WORK and tidies up, also when libjpeg leaves in the middle. JPEG is the caller's, so that
 * its fields are defined after the jump. */
static bool attempt(struct jpeg *jpeg, void (*work)(struct jpeg *jpeg))
{
    jpeg->info.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = on_error;
    jpeg->errors.emit_message = on_message;
    jpeg->errors.output_message = no_output;
    jpeg->progress.progress_monitor = on_progress;
    bool left = setjmp(jpeg->leave) != 0;
    if (!left)
        work(jpeg);
    shrink_done(&jpeg->shrink);
    jpeg_destroy_decompress(&jpeg->info);
    return !left;
}

static bool sniff(const uint8_t *data, size_t length)
{
    return length >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0;
}

/* The markers up to the first scan, by no library: sizes are asked for where nothing is between a file
 * and this program. Source: ITU-T T.81, annex B. */
enum { SOF0 = 0xc0, DHT = 0xc4, JPG = 0xc8, DAC = 0xcc, SOF15 = 0xcf, EOI = 0xd9, SOS = 0xda };
enum { RST0 = 0xd0, TEM = 0x01, APP1 = 0xe1, SOF_PROGRESSIVE = 2 };

static uint32_t two_bytes(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static bool is_frame(int marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

/* A segment of LENGTH bytes behind its length. False with ERR when it cannot be. */
static bool take_segment(int marker, const uint8_t *at, size_t length, int *frame, int *components,
    struct decoder_header *out, struct err *err)
{
    if (marker == APP1 && length >= 6 && memcmp(at, "Exif\0\0", 6) == 0 && out->orientation == 1)
        out->orientation = exif_orientation(at, length);
    if (!is_frame(marker))
        return true;
    if (*frame || length < 6)
        return err_set(err, ERR_FORMAT, *frame ? "two frames are in it" : "its frame is cut off");
    *frame = marker;
    *components = at[5];
    out->height_px = two_bytes(at + 1);
    out->width_px = two_bytes(at + 3);
    return true;
}

static bool header(const uint8_t *data, size_t length, struct decoder_header *out, struct err *err)
{
    int frame = 0, components = 0;
    for (size_t at = 2; at + 2 <= length;) {
        int marker = data[at + 1];
        if (data[at] != 0xff || marker == 0xff || !marker) { /* what no marker is is passed over */
            at++;
            continue;
        }
        at += 2;
        if ((marker >= RST0 && marker < EOI) || marker == TEM)
            continue;
        if (marker == EOI || length - at < 2)
            break;
        size_t bytes = two_bytes(data + at);
        if (bytes < 2)
            return err_set(err, ERR_FORMAT, "a segment has no length");
        if (bytes > length - at)
            break;
        if (marker == SOS && frame && bytes > 2) {
            out->scales = true;
            if (data[at + 2] >= components && (frame & 3) != SOF_PROGRESSIVE) {
                out->max_pixels = MAX_SCALED_PIXELS;
                out->max_side_px = SHRINK_MAX_SIDE;
            }
            return true;
        }
        if (!take_segment(marker, data + at + 2, bytes - 2, &frame, &components, out, err))
            return false;
        at += bytes;
    }
    return err_set(err, ERR_FORMAT, "the file ends before the picture begins");
}

/* The smallest of 1/8, 1/4, 1/2, 1 that is still no smaller than OUT; other eighths are slower than
 * decoding in full. */
static void choose_scale(struct jpeg_decompress_struct *info, const struct pixels *out)
{
    info->scale_num = 1;
    for (info->scale_denom = 8; info->scale_denom > 1; info->scale_denom /= 2) {
        jpeg_calc_output_dimensions(info);
        if (info->output_width >= (JDIMENSION)out->width_px &&
            info->output_height >= (JDIMENSION)out->height_px)
            return;
    }
}

static void choose_colours(struct jpeg_decompress_struct *info)
{
    bool four = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    info->out_color_space = four ? JCS_CMYK : JCS_RGB;
}

/* In place. Adobe's files hold the inks inverted, which is also nearly all that exist. */
static void cmyk_to_rgb(uint8_t *row, size_t count, bool inverted)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = row + i * 4;
        unsigned black = inverted ? from[3] : 255u - from[3];
        for (size_t c = 0; c < 3; c++) {
            unsigned ink = inverted ? from[c] : 255u - from[c];
            row[i * 3 + c] = (uint8_t)((ink * black + 127) / 255);
        }
    }
}

static void read_rows(struct jpeg *jpeg)
{
    struct jpeg_decompress_struct *info = &jpeg->info;
    read_header(jpeg);
    choose_scale(info, jpeg->out);
    choose_colours(info);
    jpeg_start_decompress(info);
    JSAMPARRAY row = info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE,
        info->output_width * (JDIMENSION)info->output_components, 1);
    int32_t w = (int32_t)info->output_width, h = (int32_t)info->output_height;
    if (!shrink_init(&jpeg->shrink, w, h, jpeg->out))
        leave_with(jpeg, ERR_MEMORY, "out of memory");
    while (info->output_scanline < info->output_height) {
        jpeg_read_scanlines(info, row, 1);
        if (info->out_color_space == JCS_CMYK)
            cmyk_to_rgb(row[0], info->output_width, info->saw_Adobe_marker);
        shrink_row(&jpeg->shrink, row[0]);
    }
}

static bool decode(const uint8_t *data, size_t length, struct pixels *out, struct err *err)
{
    struct jpeg jpeg = {.err = err, .data = data, .length = length, .out = out};
    return attempt(&jpeg, read_rows);
}

const struct decoder decoder_jpeg = {"jpeg", sniff, header, decode};
