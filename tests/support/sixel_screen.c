#include "sixel_screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUND = 40, WIPED = 7, MOST_NUMBERS = 8 };

/* One image while it is read. */
struct image {
    const char *at, *end;
    bool clear; /* P2=1 */
    int width, height, x, y, reg;
    uint8_t rgb[256][3];
    bool defined[256], used[256];
    uint8_t *painted;
};

void sixel_screen_init(
    struct sixel_screen *screen, int rows, int cols, int cell_width_px, int cell_height_px)
{
    size_t bytes = (size_t)(rows * cell_height_px) * (size_t)(cols * cell_width_px) * 3;
    *screen = (struct sixel_screen){.rows = rows,
        .cols = cols,
        .cell_width_px = cell_width_px,
        .cell_height_px = cell_height_px,
        .rgb = malloc(bytes)};
    if (!screen->rgb)
        abort();
    memset(screen->rgb, GROUND, bytes);
}

void sixel_screen_done(struct sixel_screen *screen)
{
    free(screen->rgb);
}

static bool fail(struct sixel_screen *screen, const char *format, ...)
{
    if (!screen->wrong[0]) {
        va_list args;
        va_start(args, format);
        vsnprintf(screen->wrong, sizeof screen->wrong, format, args);
        va_end(args);
    }
    return false;
}

static void fill_cells(
    struct sixel_screen *screen, int row, int col, int rows, int cols, uint8_t level)
{
    size_t width = (size_t)(screen->cols * screen->cell_width_px);
    int bottom = (row + rows) * screen->cell_height_px;
    for (int y = row * screen->cell_height_px; y < bottom; y++)
        memset(screen->rgb + ((size_t)y * width + (size_t)(col * screen->cell_width_px)) * 3, level,
            (size_t)(cols * screen->cell_width_px) * 3);
}

void sixel_screen_wipe(struct sixel_screen *screen, int row, int col, int rows, int cols)
{
    fill_cells(screen, row, col, rows, cols, GROUND);
}

/* Numbers between semicolons; returns how many. */
static int read_numbers(const char **at, const char *end, int numbers[MOST_NUMBERS])
{
    int count = 0;
    memset(numbers, 0, MOST_NUMBERS * sizeof *numbers);
    for (; *at < end && count < MOST_NUMBERS; ++*at) {
        if (**at >= '0' && **at <= '9')
            numbers[count] = numbers[count] * 10 + **at - '0';
        else if (**at == ';')
            count++;
        else
            break;
    }
    return count + 1;
}

static bool define(struct sixel_screen *screen, struct image *image, const int numbers[])
{
    int reg = numbers[0];
    if (reg > 255 || image->defined[reg] || numbers[1] != 2)
        return fail(screen, "register %d defined twice or oddly", reg);
    for (int c = 0; c < 3; c++) {
        if (numbers[2 + c] > 100)
            return fail(screen, "%d percent", numbers[2 + c]);
        image->rgb[reg][c] = (uint8_t)((numbers[2 + c] * 255 + 50) / 100);
    }
    image->defined[reg] = true;
    return true;
}

static bool paint(struct sixel_screen *screen, struct image *image, int count, int bits)
{
    size_t width = (size_t)(screen->cols * screen->cell_width_px);
    if (bits && (image->reg < 0 || !image->defined[image->reg]))
        return fail(screen, "register %d used and not defined", image->reg);
    if (bits)
        image->used[image->reg] = true;
    for (; count > 0; count--, image->x++)
        for (int row = 0; row < 6; row++) {
            int y = image->y + row;
            if (!(bits >> row & 1))
                continue;
            if (image->x >= image->width || y >= image->height)
                return fail(screen, "pixel %d,%d outside of the raster", image->x, y);
            if (image->painted[y * image->width + image->x]++)
                return fail(screen, "pixel %d,%d painted twice", image->x, y);
            size_t to = (size_t)(screen->row * screen->cell_height_px + y) * width +
                        (size_t)(screen->col * screen->cell_width_px + image->x);
            memcpy(screen->rgb + to * 3, image->rgb[image->reg], 3);
        }
    return true;
}

static bool read_body(struct sixel_screen *screen, struct image *image)
{
    int numbers[MOST_NUMBERS];
    while (image->at < image->end) {
        char c = *image->at++;
        bool ok = true;
        if (c == '#') {
            int count = read_numbers(&image->at, image->end, numbers);
            image->reg = numbers[0];
            if (count == 5)
                ok = define(screen, image, numbers);
            else if (count != 1 || image->reg > 255)
                ok = fail(screen, "register named oddly");
        } else if (c == '!') {
            int count = read_numbers(&image->at, image->end, numbers);
            ok = count == 1 && image->at < image->end && *image->at >= '?' && *image->at <= '~' &&
                 paint(screen, image, numbers[0], *image->at++ - '?');
        } else if (c == '$') {
            image->x = 0;
        } else if (c == '-') {
            image->x = 0;
            image->y += 6;
        } else {
            ok = c >= '?' && c <= '~' && paint(screen, image, 1, c - '?');
        }
        if (!ok)
            return fail(screen, "odd sixel data at '%c'", c);
    }
    return true;
}

/* Raster attributes, and what they mean for the place of the image. */
static bool read_raster(struct sixel_screen *screen, struct image *image)
{
    int numbers[MOST_NUMBERS];
    if (image->at == image->end || *image->at++ != '"' ||
        read_numbers(&image->at, image->end, numbers) != 4 || numbers[0] != 1 || numbers[1] != 1)
        return fail(screen, "no raster attributes of 1:1");
    image->width = numbers[2];
    image->height = numbers[3];
    int rows = (image->height + screen->cell_height_px - 1) / screen->cell_height_px;
    int cols = (image->width + screen->cell_width_px - 1) / screen->cell_width_px;
    if (screen->row + rows > screen->rows || screen->col + cols > screen->cols)
        return fail(
            screen, "an image of %d x %d px beyond the screen", image->width, image->height);
    if (screen->wipes_cells)
        fill_cells(screen, screen->row, screen->col, rows, cols, WIPED);
    screen->images++;
    screen->clear_images += image->clear;
    screen->odd_heights += image->height % 6 != 0;
    if (image->width > screen->largest_width_px)
        screen->largest_width_px = image->width;
    if (image->height > screen->largest_height_px)
        screen->largest_height_px = image->height;
    return true;
}

static bool check_image(struct sixel_screen *screen, const struct image *image)
{
    for (int reg = 0; reg < 256; reg++)
        if (image->defined[reg] && !image->used[reg])
            return fail(screen, "register %d defined and not used", reg);
    for (int i = 0; !image->clear && i < image->width * image->height; i++)
        if (!image->painted[i])
            return fail(screen, "an opaque image with a hole at %d", i);
    return true;
}

/* A DCS string between its introducer and ST. */
static bool read_sixel(struct sixel_screen *screen, const char *at, const char *end)
{
    struct image *image = calloc(1, sizeof *image);
    int numbers[MOST_NUMBERS];
    image->reg = -1;
    image->at = at;
    image->end = end;
    read_numbers(&image->at, end, numbers);
    image->clear = numbers[1] == 1;
    bool ok = image->at < end && *image->at++ == 'q' && read_raster(screen, image);
    if (ok) {
        image->painted = calloc((size_t)image->width, (size_t)image->height);
        ok = read_body(screen, image) && check_image(screen, image);
    }
    free(image->painted);
    free(image);
    return ok || fail(screen, "not a sixel");
}

static bool read_csi(struct sixel_screen *screen, const char **at, const char *end)
{
    int numbers[MOST_NUMBERS];
    read_numbers(at, end, numbers);
    char final = *at < end ? *(*at)++ : '?';
    switch (final) {
    case 'H':
        screen->row = numbers[0] - 1;
        screen->col = numbers[1] - 1;
        if (screen->row < 0 || screen->col < 0 || screen->row >= screen->rows ||
            screen->col >= screen->cols)
            return fail(screen, "the cursor leaves the screen");
        return true;
    case 'X':
        if (screen->col + numbers[0] > screen->cols)
            return fail(screen, "blanks beyond the screen");
        fill_cells(screen, screen->row, screen->col, 1, numbers[0], GROUND);
        return true;
    case 'm':
        return true;
    default:
        return fail(screen, "CSI %c", final);
    }
}

bool sixel_screen_feed(struct sixel_screen *screen, const char *bytes, size_t length)
{
    const char *at = bytes, *end = bytes + length;
    while (at < end) {
        if (*at++ != '\x1b' || at == end)
            return fail(screen, "text outside of sequences");
        char c = *at++;
        if (c == '7') {
            screen->saved_row = screen->row;
            screen->saved_col = screen->col;
        } else if (c == '8') {
            screen->row = screen->saved_row;
            screen->col = screen->saved_col;
        } else if (c == '[') {
            if (!read_csi(screen, &at, end))
                return false;
        } else if (c == 'P') {
            const char *stop = memmem(at, (size_t)(end - at), "\x1b\\", 2);
            if (!stop || !read_sixel(screen, at, stop))
                return fail(screen, "a DCS without end");
            at = stop + 2;
        } else {
            return fail(screen, "ESC %c", c);
        }
    }
    return true;
}
