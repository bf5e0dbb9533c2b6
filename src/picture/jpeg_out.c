#include "picture/jpeg_out.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

struct jpeg_out {
    struct jpeg_compress_struct info; /* first: libjpeg hands it back to on_error() */
    struct jpeg_error_mgr errors;
    jmp_buf leave;
    unsigned char *bytes; /* libjpeg's, malloc'd */
    unsigned long length;
};

/* Only memory can fail here: the pixels are good, and the target is memory. */
static void on_error(j_common_ptr info)
{
    longjmp(((struct jpeg_out *)info)->leave, 1);
}

static void compress(struct jpeg_out *jpeg, const struct pixels *pixels, int quality)
{
    struct jpeg_compress_struct *info = &jpeg->info;
    jpeg_create_compress(info);
    jpeg_mem_dest(info, &jpeg->bytes, &jpeg->length);
    info->image_width = (JDIMENSION)pixels->width_px;
    info->image_height = (JDIMENSION)pixels->height_px;
    info->input_components = 3;
    info->in_color_space = JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, quality, TRUE);
    jpeg_start_compress(info, TRUE);
    while (info->next_scanline < info->image_height) {
        JSAMPROW row = pixels->rgb + (size_t)info->next_scanline * (size_t)pixels->width_px * 3;
        jpeg_write_scanlines(info, &row, 1);
    }
    jpeg_finish_compress(info);
}

/* JPEG is the caller's, so that its fields are defined after the jump. */
static bool attempt(struct jpeg_out *jpeg, const struct pixels *pixels, int quality)
{
    jpeg->info.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = on_error;
    bool left = setjmp(jpeg->leave) != 0;
    if (!left)
        compress(jpeg, pixels, quality);
    jpeg_destroy_compress(&jpeg->info);
    return !left;
}

bool jpeg_out_buf(const struct pixels *pixels, int quality, struct buf *out, struct err *err)
{
    struct jpeg_out jpeg = {0};
    bool ok = attempt(&jpeg, pixels, quality) && buf_add(out, jpeg.bytes, jpeg.length);
    free(jpeg.bytes);
    return ok || err_set(err, ERR_MEMORY, "out of memory for a JPEG");
}
