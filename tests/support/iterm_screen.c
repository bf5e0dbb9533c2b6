#include "iterm_screen.h"

#include "base64.h"

#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum { GROUND = 40 };

static size_t screen_bytes(const struct iterm_screen *screen)
{
    return (size_t)(screen->rows * screen->cell_height_px) *
           (size_t)(screen->cols * screen->cell_width_px) * 3;
}

void iterm_screen_init(
    struct iterm_screen *screen, int rows, int cols, int cell_width_px, int cell_height_px)
{
    *screen = (struct iterm_screen){.rows = rows,
        .cols = cols,
        .cell_width_px = cell_width_px,
        .cell_height_px = cell_height_px};
    screen->rgb = malloc(screen_bytes(screen));
    memset(screen->rgb, GROUND, screen_bytes(screen));
}

void iterm_screen_done(struct iterm_screen *screen)
{
    free(screen->rgb);
}

/* Pixels of a file, malloc'd; NULL when it is none. */
static uint8_t *decode_png(const uint8_t *file, size_t length, int *width, int *height)
{
    spng_ctx *png = spng_ctx_new(0);
    struct spng_ihdr ihdr;
    size_t bytes;
    uint8_t *rgb = NULL;
    if (!spng_set_png_buffer(png, file, length) && !spng_get_ihdr(png, &ihdr) &&
        !spng_decoded_image_size(png, SPNG_FMT_RGB8, &bytes)) {
        rgb = malloc(bytes);
        spng_decode_image(png, rgb, bytes, SPNG_FMT_RGB8, 0);
        *width = (int)ihdr.width;
        *height = (int)ihdr.height;
    }
    spng_ctx_free(png);
    return rgb;
}

static uint8_t *decode_jpeg(const uint8_t *file, size_t length, int *width, int *height)
{
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors; /* ends the program on an error, which fails the test */
    info.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, file, length);
    jpeg_read_header(&info, TRUE);
    info.out_color_space = JCS_RGB;
    jpeg_start_decompress(&info);
    *width = (int)info.output_width;
    *height = (int)info.output_height;
    uint8_t *rgb = malloc((size_t)*width * (size_t)*height * 3);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = rgb + (size_t)info.output_scanline * (size_t)*width * 3;
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    return rgb;
}

static bool show(
    struct iterm_screen *screen, const uint8_t *file, size_t length, int cols, int rows)
{
    int width = 0, height = 0;
    bool is_jpeg = length > 2 && file[0] == 0xff && file[1] == 0xd8;
    uint8_t *rgb = is_jpeg ? decode_jpeg(file, length, &width, &height)
                           : decode_png(file, length, &width, &height);
    bool fits = rgb && width == cols * screen->cell_width_px &&
                height == rows * screen->cell_height_px && screen->cursor.row + rows <= screen->rows &&
                screen->cursor.col + cols <= screen->cols;
    size_t stride = (size_t)(screen->cols * screen->cell_width_px) * 3;
    size_t at = (size_t)(screen->cursor.row * screen->cell_height_px) * stride +
                (size_t)(screen->cursor.col * screen->cell_width_px) * 3;
    for (int y = 0; fits && y < height; y++)
        memcpy(screen->rgb + at + (size_t)y * stride, rgb + (size_t)(y * width) * 3,
            (size_t)width * 3);
    free(rgb);
    screen->images++;
    return fits || escapes_wrong(screen->wrong, "%d x %d px in %d x %d cells", width, height, cols, rows);
}

static bool take_osc(void *self, const char *at, const char *end)
{
    struct iterm_screen *screen = self;
    unsigned long size;
    int cols, rows, used = 0;
    const char *data = memchr(at, ':', (size_t)(end - at));
    char keys[200] = {0};
    if (!data || (size_t)(data - at) >= sizeof keys)
        return escapes_wrong(screen->wrong, "an OSC without data");
    memcpy(keys, at, (size_t)(data - at));
    if (sscanf(keys,
            "1337;File=inline=1;size=%lu;width=%d;height=%d;preserveAspectRatio=0;"
            "doNotMoveCursor=1%n",
            &size, &cols, &rows, &used) != 3 ||
        used != data - at)
        return escapes_wrong(screen->wrong, "OSC %.40s", keys);
    uint8_t *file = malloc((size_t)(end - data) + 3);
    size_t length = base64_read(data + 1, end, file);
    bool ok = length == size ? show(screen, file, length, cols, rows)
                             : escapes_wrong(screen->wrong, "%zu bytes, told %lu", length, size);
    screen->longest = (size_t)(end - at) > screen->longest ? (size_t)(end - at) : screen->longest;
    free(file);
    return ok;
}

static void blank(struct iterm_screen *screen, int cols)
{
    size_t stride = (size_t)(screen->cols * screen->cell_width_px) * 3;
    for (int y = screen->cursor.row * screen->cell_height_px;
         y < (screen->cursor.row + 1) * screen->cell_height_px; y++)
        memset(screen->rgb + (size_t)y * stride + (size_t)(screen->cursor.col * screen->cell_width_px) * 3,
            GROUND, (size_t)(cols * screen->cell_width_px) * 3);
}

static bool take_csi(void *self, const char **at, const char *stop)
{
    struct iterm_screen *screen = self;
    (void)stop;
    char *end;
    long first = strtol(*at, &end, 10), second = *end == ';' ? strtol(end + 1, &end, 10) : 0;
    char final = *end++;
    *at = end;
    if (final == 'H' && first >= 1 && second >= 1 && first <= screen->rows &&
        second <= screen->cols) {
        screen->cursor.row = (int)first - 1;
        screen->cursor.col = (int)second - 1;
    } else if (final == 'X' && screen->cursor.col + first <= screen->cols) {
        blank(screen, (int)first);
    } else if (final != 'm') {
        return escapes_wrong(screen->wrong, "CSI %ld;%ld %c", first, second, final);
    }
    return true;
}

bool iterm_screen_feed(struct iterm_screen *screen, const char *bytes, size_t length)
{
    static const struct escapes ESCAPES = {take_csi, ']', "\a", take_osc};
    return escapes_feed(&ESCAPES, screen, &screen->cursor, screen->wrong, bytes, length);
}
