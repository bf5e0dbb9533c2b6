#include "png_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>

struct png_read png_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    spng_ctx *png = spng_ctx_new(0);
    struct spng_ihdr head;
    size_t length;
    assert_int_equal(spng_set_png_file(png, file), 0);
    assert_int_equal(spng_get_ihdr(png, &head), 0);
    assert_int_equal(spng_decoded_image_size(png, SPNG_FMT_RGB8, &length), 0);
    struct png_read out = {(int)head.width, (int)head.height, malloc(length)};
    assert_non_null(out.rgb);
    assert_int_equal(spng_decode_image(png, out.rgb, length, SPNG_FMT_RGB8, 0), 0);
    spng_ctx_free(png);
    fclose(file);
    return out;
}

bool png_is_coloured(const struct png_read *png, int x, int y)
{
    const unsigned char *pixel = png->rgb + ((size_t)y * (size_t)png->width_px + (size_t)x) * 3;
    return abs(pixel[0] - pixel[1]) > 20 || abs(pixel[1] - pixel[2]) > 20;
}
