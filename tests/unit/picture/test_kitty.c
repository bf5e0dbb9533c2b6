/*
 * Kitty graphics: a small terminal keeps the pictures that were sent and lays them over one
 * another; it must show what was drawn.
 */
#include "picture/encode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_WIDTH = 10, CELL_HEIGHT = 20, ROWS = 8, COLS = 20, MOST_PICTURES = 8, STEPS = 100 };
enum { WIDTH = CELL_WIDTH * COLS, HEIGHT = CELL_HEIGHT * ROWS, MOST_BYTES = 16 << 20 };

struct shown_picture {
    unsigned id;
    int row, col, z;
    uint32_t width, height;
    uint8_t *rgba;
};

struct terminal {
    int row, col, saved_row, saved_col;
    struct shown_picture pictures[MOST_PICTURES];
    int count, largest_count;
    struct shown_picture coming; /* while its chunks arrive */
    uint8_t data[1 << 20];
    size_t length;
    bool more;
};

static void remove_picture(struct terminal *terminal, unsigned id)
{
    for (int i = 0; i < terminal->count; i++)
        if (terminal->pictures[i].id == id) {
            free(terminal->pictures[i].rgba);
            terminal->pictures[i--] = terminal->pictures[--terminal->count];
        }
}

static void add_base64(struct terminal *terminal, const char *at, const char *end)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert_true(end - at <= 4096 && (end - at) % 4 == 0);
    for (; at < end; at += 4) {
        unsigned bits = 0;
        int pads = 0;
        for (int i = 0; i < 4; i++) {
            const char *digit = strchr(digits, at[i]);
            pads += at[i] == '=';
            assert_true(digit || (at[i] == '=' && at + 4 == end));
            bits = bits << 6 | (digit ? (unsigned)(digit - digits) : 0);
        }
        for (int i = 0; i < 3 - pads; i++)
            terminal->data[terminal->length++] = (uint8_t)(bits >> (16 - 8 * i));
    }
}

static void finish_picture(struct terminal *terminal)
{
    struct shown_picture *coming = &terminal->coming;
    spng_ctx *png = spng_ctx_new(0);
    struct spng_ihdr ihdr;
    size_t bytes;
    spng_set_png_buffer(png, terminal->data, terminal->length);
    assert_int_equal(spng_get_ihdr(png, &ihdr), 0);
    assert_int_equal(spng_decoded_image_size(png, SPNG_FMT_RGBA8, &bytes), 0);
    coming->width = ihdr.width;
    coming->height = ihdr.height;
    coming->rgba = malloc(bytes);
    assert_int_equal(
        spng_decode_image(png, coming->rgba, bytes, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS), 0);
    spng_ctx_free(png);
    remove_picture(terminal, coming->id);
    assert_true(terminal->count < MOST_PICTURES);
    terminal->pictures[terminal->count++] = *coming;
    if (terminal->count > terminal->largest_count)
        terminal->largest_count = terminal->count;
}

static void take_command(struct terminal *terminal, const char *at, const char *end)
{
    const char *data = memchr(at, ';', (size_t)(end - at));
    char keys[200] = {0};
    memcpy(keys, at, (size_t)((data ? data : end) - at));
    int z, more;
    unsigned id;
    if (sscanf(keys, "Ga=d,d=I,q=2,i=%u", &id) == 1) {
        remove_picture(terminal, id);
        return;
    }
    if (sscanf(keys, "Ga=T,q=2,f=100,i=%u,p=1,z=%d,C=1,m=%d", &id, &z, &more) == 3) {
        assert_false(terminal->more);
        terminal->coming =
            (struct shown_picture){.id = id, .row = terminal->row, .col = terminal->col, .z = z};
        terminal->length = 0;
    } else {
        assert_true(terminal->more);
        assert_int_equal(sscanf(keys, "Gq=2,m=%d", &more), 1);
    }
    add_base64(terminal, data + 1, end);
    terminal->more = more;
    if (!more)
        finish_picture(terminal);
}

static void feed(struct terminal *terminal, const struct buf *bytes)
{
    const char *at = bytes->data, *end = at + bytes->length;
    while (at < end) {
        assert_int_equal(*at++, '\x1b');
        char c = *at++;
        if (c == '7') {
            terminal->saved_row = terminal->row;
            terminal->saved_col = terminal->col;
        } else if (c == '8') {
            terminal->row = terminal->saved_row;
            terminal->col = terminal->saved_col;
        } else if (c == '[') {
            int used;
            assert_int_equal(sscanf(at, "%d;%dH%n", &terminal->row, &terminal->col, &used), 2);
            at += used;
        } else {
            assert_int_equal(c, '_');
            const char *stop = memmem(at, (size_t)(end - at), "\x1b\\", 2);
            assert_non_null(stop);
            take_command(terminal, at, stop);
            at = stop + 2;
        }
    }
    assert_false(terminal->more);
}

/* Lower z first. The place begins at row 3, column 5, counted from 1 as CUP does. */
static void look(const struct terminal *terminal, struct pixels *out)
{
    for (int z = 0; z <= 1; z++)
        for (int i = 0; i < terminal->count; i++) {
            const struct shown_picture *picture = &terminal->pictures[i];
            int top = (picture->row - 3) * CELL_HEIGHT, left = (picture->col - 5) * CELL_WIDTH;
            if (picture->z != z)
                continue;
            for (uint32_t at = 0; at < picture->width * picture->height; at++) {
                int x = left + (int)(at % picture->width), y = top + (int)(at / picture->width);
                assert_true(x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT);
                if (picture->rgba[at * 4 + 3])
                    memcpy(out->rgb + (y * WIDTH + x) * 3, picture->rgba + at * 4, 3);
            }
        }
}

static struct pixels *photo(void)
{
    struct pixels *p = pixels_new(WIDTH, HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        p->rgb[i * 3] = (uint8_t)(i % WIDTH);
        p->rgb[i * 3 + 1] = (uint8_t)(i / WIDTH);
        p->rgb[i * 3 + 2] = (uint8_t)(i * 2654435761u >> 28);
    }
    return p;
}

static void draw_boxes(const struct pixels *base, uint32_t *random, struct pixels *shown)
{
    struct overlay_box boxes[5] = {0};
    size_t count = (*random >> 20) % 6;
    for (size_t i = 0; i < count; i++) {
        *random = *random * 1664525u + 1013904223u;
        boxes[i] = (struct overlay_box){.x = *random >> 8 & 127,
            .y = *random >> 16 & 127,
            .w = 10 + (*random >> 24 & 63),
            .h = 10 + (*random >> 26 & 63),
            .line_px = 2,
            .rgb = {(uint8_t)(i * 50), 255, (uint8_t)(*random >> 31)}};
        snprintf(boxes[i].label, sizeof boxes[i].label, "c%u", *random >> 28);
    }
    struct scene_map map = {1, 1, 0, 0};
    *random = *random * 1664525u + 1013904223u;
    assert_true(scene_compose(base, &map, boxes, count, shown, NULL));
}

static void every_step_shows_what_was_drawn(void **state)
{
    (void)state;
    struct encode_terminal settings = {.cell_width_px = CELL_WIDTH, .cell_height_px = CELL_HEIGHT};
    struct encode_place place = {.row = 2, .col = 4, .rows = ROWS, .cols = COLS, .id = 77};
    const struct encoder *encoder = encoder_find("kitty");
    struct pixels *base = photo(), *shown = pixels_copy(base), *plain = pixels_copy(base),
                  *seen = pixels_copy(base);
    struct encoder_frame *frame = encoder_open(encoder, &settings, &place, base, NULL);
    struct terminal *terminal = calloc(1, sizeof *terminal);
    struct buf out;
    buf_init(&out, MOST_BYTES);
    assert_true(encoder_draw(frame, base, NULL, false, &out, NULL));
    size_t full = out.length;
    feed(terminal, &out);
    look(terminal, plain); /* the base in its palette */
    uint32_t random = 9;
    for (int step = 0; step < STEPS; step++) {
        draw_boxes(base, &random, shown);
        buf_clear(&out);
        assert_true(encoder_draw(frame, shown, NULL, step % 30 == 29, &out, NULL));
        assert_true(step % 30 == 29 || out.length < full / 3);
        feed(terminal, &out);
        look(terminal, seen);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            bool drawn = memcmp(shown->rgb + i * 3, base->rgb + i * 3, 3) != 0;
            assert_memory_equal(seen->rgb + i * 3, (drawn ? shown : plain)->rgb + i * 3, 3);
        }
        assert_true(terminal->count <= 2);
    }
    assert_int_equal(terminal->largest_count, 3); /* the old goes after the new has come */
    buf_clear(&out);
    assert_true(encoder_draw(frame, shown, NULL, false, &out, NULL));
    assert_int_equal(out.length, 0);
    encoder_erase(frame, &out);
    feed(terminal, &out);
    assert_int_equal(terminal->count, 0);
    assert_true(encoder->stays);
    encoder_close(frame);
    buf_done(&out);
    free(terminal);
    pixels_free(base);
    pixels_free(shown);
    pixels_free(plain);
    pixels_free(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_step_shows_what_was_drawn)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
