#include "sixel_screen.h"

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
        return escapes_wrong(screen->wrong, "register %d defined twice or oddly", reg);
    for (int c = 0; c < 3; c++) {
        if (numbers[2 + c] > 100)
            return escapes_wrong(screen->wrong, "%d percent", numbers[2 + c]);
        image->rgb[reg][c] = (uint8_t)((numbers[2 + c] * 255 + 50) / 100);
    }
    image->defined[reg] = true;
    return true;
}

static bool paint(struct sixel_screen *screen, struct image *image, int count, int bits)
{
    size_t width = (size_t)(screen->cols * screen->cell_width_px);
    if (bits && (image->reg < 0 || !image->defined[image->reg]))
        return escapes_wrong(screen->wrong, "register %d used and not defined", image->reg);
    if (bits)
        image->used[image->reg] = true;
    for (; count > 0; count--, image->x++)
        for (int row = 0; row < 6; row++) {
            int y = image->y + row;
            if (!(bits >> row & 1))
                continue;
            if (image->x >= image->width || y >= image->height)
                return escapes_wrong(screen->wrong, "pixel %d,%d outside of the raster", image->x, y);
            if (image->painted[y * image->width + image->x]++)
                return escapes_wrong(screen->wrong, "pixel %d,%d painted twice", image->x, y);
            size_t to = (size_t)(screen->cursor.row * screen->cell_height_px + y) * width +
                        (size_t)(screen->cursor.col * screen->cell_width_px + image->x);
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
                ok = escapes_wrong(screen->wrong, "register named oddly");
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
            return escapes_wrong(screen->wrong, "odd sixel data at '%c'", c);
    }
    return true;
}

/* Raster attributes, and what they mean for the place of the image. */
static bool read_raster(struct sixel_screen *screen, struct image *image)
{
    int numbers[MOST_NUMBERS];
    if (image->at == image->end || *image->at++ != '"' ||
        read_numbers(&image->at, image->end, numbers) != 4 || numbers[0] != 1 || numbers[1] != 1)
        return escapes_wrong(screen->wrong, "no raster attributes of 1:1");
    image->width = numbers[2];
    image->height = numbers[3];
    int rows = (image->height + screen->cell_height_px - 1) / screen->cell_height_px;
    int cols = (image->width + screen->cell_width_px - 1) / screen->cell_width_px;
    if (screen->cursor.row + rows > screen->rows || screen->cursor.col + cols > screen->cols)
        return escapes_wrong(
            screen->wrong, "an image of %d x %d px beyond the screen", image->width, image->height);
    if (screen->wipes_cells)
        fill_cells(screen, screen->cursor.row, screen->cursor.col, rows, cols, WIPED);
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
            return escapes_wrong(screen->wrong, "register %d defined and not used", reg);
    for (int i = 0; !image->clear && i < image->width * image->height; i++)
        if (!image->painted[i])
            return escapes_wrong(screen->wrong, "an opaque image with a hole at %d", i);
    return true;
}

/* A DCS string between its introducer and ST. */
static bool read_sixel(void *self, const char *at, const char *end)
{
    struct sixel_screen *screen = self;
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
    return ok || escapes_wrong(screen->wrong, "not a sixel");
}

static bool read_csi(void *self, const char **at, const char *end)
{
    struct sixel_screen *screen = self;
    int numbers[MOST_NUMBERS];
    read_numbers(at, end, numbers);
    char final = *at < end ? *(*at)++ : '?';
    switch (final) {
    case 'H':
        screen->cursor.row = numbers[0] - 1;
        screen->cursor.col = numbers[1] - 1;
        if (screen->cursor.row < 0 || screen->cursor.col < 0 || screen->cursor.row >= screen->rows ||
            screen->cursor.col >= screen->cols)
            return escapes_wrong(screen->wrong, "the cursor leaves the screen");
        return true;
    case 'X':
        if (screen->cursor.col + numbers[0] > screen->cols)
            return escapes_wrong(screen->wrong, "blanks beyond the screen");
        fill_cells(screen, screen->cursor.row, screen->cursor.col, 1, numbers[0], GROUND);
        return true;
    case 'm':
        return true;
    default:
        return escapes_wrong(screen->wrong, "CSI %c", final);
    }
}

bool sixel_screen_feed(struct sixel_screen *screen, const char *bytes, size_t length)
{
    static const struct escapes ESCAPES = {read_csi, 'P', "\x1b\\", read_sixel};
    return escapes_feed(&ESCAPES, screen, &screen->cursor, screen->wrong, bytes, length);
}
