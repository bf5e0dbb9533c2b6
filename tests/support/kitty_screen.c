#include "kitty_screen.h"

#include "base64.h"

#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kitty_screen_init(
    struct kitty_screen *screen, int rows, int cols, int cell_width_px, int cell_height_px)
{
    memset(screen, 0, sizeof *screen);
    screen->rows = rows;
    screen->cols = cols;
    screen->cell_width_px = cell_width_px;
    screen->cell_height_px = cell_height_px;
}

void kitty_screen_done(struct kitty_screen *screen)
{
    for (size_t i = 0; i < screen->image_count; i++)
        free(screen->images[i].rgba);
    free(screen->data);
}

static struct kitty_image *find_image(struct kitty_screen *screen, uint32_t id)
{
    for (size_t i = 0; i < screen->image_count; i++)
        if (screen->images[i].id == id)
            return &screen->images[i];
    return NULL;
}

/* The placements of image ID, or that of them called PLACEMENT. */
static size_t remove_placements(struct kitty_screen *screen, uint32_t id, uint32_t placement)
{
    size_t kept = 0, before = screen->placement_count;
    for (size_t i = 0; i < before; i++) {
        const struct kitty_placement *at = &screen->placements[i];
        if (at->image != id || (placement && at->id != placement))
            screen->placements[kept++] = *at;
    }
    screen->placement_count = kept;
    return before - kept;
}

static void remove_image(struct kitty_screen *screen, uint32_t id)
{
    struct kitty_image *image = find_image(screen, id);
    remove_placements(screen, id, 0);
    if (!image)
        return;
    free(image->rgba);
    *image = screen->images[--screen->image_count];
}

/* As kitty 0.26 does whenever an image is deleted with its data. */
static void forget_unplaced(struct kitty_screen *screen)
{
    for (size_t i = 0; i < screen->image_count;) {
        bool placed = false;
        for (size_t p = 0; p < screen->placement_count; p++)
            placed |= screen->placements[p].image == screen->images[i].id;
        if (placed)
            i++;
        else
            remove_image(screen, screen->images[i].id);
    }
}

/* Numbers of a command by their letter; 0 when not given. */
struct keys {
    char action, delete;
    uint32_t value[128];
};

static bool read_keys(
    struct kitty_screen *screen, const char *at, const char *end, struct keys *out)
{
    memset(out, 0, sizeof *out);
    while (at < end) {
        char key = *at;
        if (end - at < 3 || at[1] != '=')
            return escapes_wrong(screen->wrong, "an odd key %c", key);
        at += 2;
        if (key == 'a')
            out->action = *at++;
        else if (key == 'd')
            out->delete = *at++;
        else if (strchr("qfipmXYxywhzC", key))
            out->value[(int)key] = (uint32_t)strtoul(at, (char **)&at, 10);
        else
            return escapes_wrong(screen->wrong, "an unknown key %c", key);
        at += at < end && *at == ',';
    }
    return true;
}

static bool place(struct kitty_screen *screen, struct kitty_placement placement, bool stays)
{
    const struct kitty_image *image = find_image(screen, placement.image);
    if (!image)
        return escapes_wrong(screen->wrong, "a placement of %u, which is not here", placement.image);
    placement.width = placement.width ? placement.width : image->width;
    placement.height = placement.height ? placement.height : image->height;
    if (placement.from_x + placement.width > image->width ||
        placement.from_y + placement.height > image->height)
        return escapes_wrong(screen->wrong, "a placement larger than its image");
    if (placement.x + (int)placement.width > screen->cols * screen->cell_width_px ||
        placement.y + (int)placement.height > screen->rows * screen->cell_height_px)
        return escapes_wrong(screen->wrong, "a placement beyond the screen");
    remove_placements(screen, placement.image, placement.id);
    if (screen->placement_count == KITTY_SCREEN_PLACEMENTS)
        return escapes_wrong(screen->wrong, "too many placements");
    screen->placements[screen->placement_count++] = placement;
    if (!stays) { /* an encoder must not rely on where */
        screen->cursor.row = screen->rows - 1;
        screen->cursor.col = screen->cols - 1;
    }
    return true;
}

static bool finish(struct kitty_screen *screen)
{
    struct kitty_image *coming = &screen->coming;
    spng_ctx *png = spng_ctx_new(0);
    struct spng_ihdr ihdr;
    size_t bytes;
    bool ok = !spng_set_png_buffer(png, screen->data, screen->length) &&
              !spng_get_ihdr(png, &ihdr) && !spng_decoded_image_size(png, SPNG_FMT_RGBA8, &bytes);
    if (ok) {
        coming->width = ihdr.width;
        coming->height = ihdr.height;
        coming->rgba = malloc(bytes);
        ok = !spng_decode_image(png, coming->rgba, bytes, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS);
    }
    spng_ctx_free(png);
    if (!ok || screen->image_count == KITTY_SCREEN_IMAGES)
        return escapes_wrong(screen->wrong, "no PNG, or too many");
    remove_image(screen, coming->id);
    screen->images[screen->image_count++] = *coming;
    *coming = (struct kitty_image){0};
    return !screen->places || place(screen, screen->coming_place, screen->coming_stays);
}

static bool take_data(struct kitty_screen *screen, const char *at, const char *end, bool more)
{
    size_t most = screen->length + (size_t)(end - at);
    if (end - at > 4096)
        return escapes_wrong(screen->wrong, "a chunk of more than 4096 bytes");
    if (most > screen->capacity) {
        screen->capacity = most * 2;
        screen->data = realloc(screen->data, screen->capacity);
    }
    size_t got = base64_read(at, end, screen->data + screen->length);
    if (got == SIZE_MAX)
        return escapes_wrong(screen->wrong, "no base64");
    screen->length += got;
    screen->more = more;
    return more || finish(screen);
}

static bool take_delete(struct kitty_screen *screen, const struct keys *keys)
{
    uint32_t id = keys->value['i'], placement = keys->value['p'];
    if (keys->delete == 'I') {
        if (placement)
            return escapes_wrong(screen->wrong, "an image deleted by its placement");
        remove_image(screen, id); /* deleting what is not here does nothing */
        forget_unplaced(screen);
        return true;
    }
    if (keys->delete != 'i' || !placement || remove_placements(screen, id, placement) != 1)
        return escapes_wrong(screen->wrong, "placement %u of %u is not here", placement, id);
    return true;
}

static bool take_command(void *self, const char *at, const char *end)
{
    struct kitty_screen *screen = self;
    const char *data = memchr(at, ';', (size_t)(end - at));
    struct keys keys;
    if (*at != 'G' || !read_keys(screen, at + 1, data ? data : end, &keys))
        return escapes_wrong(screen->wrong, "no command");
    if (keys.value['q'] != 2)
        return escapes_wrong(screen->wrong, "a command that is answered");
    if (screen->more || keys.action == 'T' || keys.action == 't') {
        if (screen->more != !keys.action || !data)
            return escapes_wrong(screen->wrong, "chunks in disorder");
        if (keys.action) {
            screen->coming.id = keys.value['i'];
            screen->length = 0;
            screen->places = keys.action == 'T';
        }
    }
    struct kitty_placement placement = {.image = keys.value['i'],
        .id = keys.value['p'],
        .x = screen->cursor.col * screen->cell_width_px + (int)keys.value['X'],
        .y = screen->cursor.row * screen->cell_height_px + (int)keys.value['Y'],
        .from_x = keys.value['x'],
        .from_y = keys.value['y'],
        .width = keys.value['w'],
        .height = keys.value['h'],
        .z = (int)keys.value['z']};
    bool stays = keys.value['C'] == 1;
    if (keys.action == 'T') {
        screen->coming_place = placement;
        screen->coming_stays = stays;
    }
    if (data)
        return take_data(screen, data + 1, end, keys.value['m']);
    if (keys.action == 'd')
        return take_delete(screen, &keys);
    return keys.action == 'p' ? place(screen, placement, stays)
                              : escapes_wrong(screen->wrong, "action %c", keys.action);
}

static bool take_csi(void *self, const char **at, const char *end)
{
    struct kitty_screen *screen = self;
    int row = 0, col = 0, used = 0;
    char text[32] = {0};
    memcpy(
        text, *at, (size_t)(end - *at) < sizeof text - 1 ? (size_t)(end - *at) : sizeof text - 1);
    if (sscanf(text, "%d;%dH%n", &row, &col, &used) != 2 || !used || row < 1 || col < 1 ||
        row > screen->rows || col > screen->cols)
        return escapes_wrong(screen->wrong, "CSI %.20s", text);
    screen->cursor.row = row - 1;
    screen->cursor.col = col - 1;
    *at += used;
    return true;
}

bool kitty_screen_feed(struct kitty_screen *screen, const char *bytes, size_t length)
{
    static const struct escapes ESCAPES = {take_csi, '_', "\x1b\\", take_command};
    return escapes_feed(&ESCAPES, screen, &screen->cursor, screen->wrong, bytes, length) &&
           (!screen->more || escapes_wrong(screen->wrong, "chunks are missing"));
}

static void look_at(const struct kitty_screen *screen, const struct kitty_placement *placement,
    size_t stride, uint8_t *rgb)
{
    const struct kitty_image *image = find_image((struct kitty_screen *)screen, placement->image);
    for (uint32_t y = 0; y < placement->height; y++)
        for (uint32_t x = 0; x < placement->width; x++) {
            const uint8_t *from =
                image->rgba +
                ((size_t)(placement->from_y + y) * image->width + placement->from_x + x) * 4;
            size_t to = ((size_t)placement->y + y) * stride + (size_t)placement->x + x;
            if (from[3])
                memcpy(rgb + to * 3, from, 3);
        }
}

static int by_height(const void *a, const void *b)
{
    const struct kitty_placement *p = *(const struct kitty_placement *const *)a;
    const struct kitty_placement *q = *(const struct kitty_placement *const *)b;
    return (p->z > q->z) - (p->z < q->z);
}

void kitty_screen_look(const struct kitty_screen *screen, uint8_t *rgb)
{
    const struct kitty_placement *order[KITTY_SCREEN_PLACEMENTS];
    size_t stride = (size_t)(screen->cols * screen->cell_width_px);
    memset(rgb, 40, stride * (size_t)(screen->rows * screen->cell_height_px) * 3);
    for (size_t i = 0; i < screen->placement_count; i++)
        order[i] = &screen->placements[i];
    qsort(order, screen->placement_count, sizeof *order, by_height);
    for (size_t i = 0; i < screen->placement_count; i++)
        look_at(screen, order[i], stride, rgb);
}
