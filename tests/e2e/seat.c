#include "seat.h"

#include "glass.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_WIDTH_PX = 8, CELL_HEIGHT_PX = 17, ROWS = 30, COLS = 100 };

const struct seat_place SEAT_FOOT = {"foot", "TERM=foot", WIRE_FOOT, false};
const struct seat_place SEAT_KITTY = {"kitty", "TERM=xterm-kitty", WIRE_KITTY, true};

static struct seat seat_before(const struct seat_place *place, struct pty *pty)
{
    struct seat seat = {place, pty, ROWS, COLS, CELL_WIDTH_PX, CELL_HEIGHT_PX, 0, 0};
    seat.bytes = (size_t)(seat.rows * CELL_HEIGHT_PX) * (size_t)(seat.cols * CELL_WIDTH_PX) * 3;
    return seat;
}

struct seat seat_open(const struct seat_place *place, const char *root)
{
    const char *env[] = {place->term, NULL}, *words[] = {root, NULL};
    struct visit visit = {
        .words = words, .terminal = place->terminal, .cols = COLS, .rows = ROWS, .more_env = env};
    return seat_before(place, visit_open(&visit));
}

struct seat seat_open_shell(const struct seat_place *place, const char *root, const char *script)
{
    char program[4200], on[4200];
    snprintf(program, sizeof program, "BOXTOP=%s", program_path());
    snprintf(on, sizeof on, "ROOT=%s", root);
    const char *env[] = {place->term, program, on, NULL};
    const char *words[] = {"/bin/sh", "-c", script, NULL};
    struct pty_start start = {.argv = words,
        .env = program_env(env),
        .directory = program_home(),
        .cols = COLS,
        .rows = ROWS,
        .terminal = place->terminal};
    return seat_before(place, pty_open(&start));
}

uint8_t *seat_look(struct seat *seat)
{
    size_t length;
    const char *bytes = pty_bytes(seat->pty, &length) + seat->from;
    uint8_t *rgb = malloc(seat->bytes);
    assert_non_null(rgb);
    length -= seat->from;
    if (seat->place->kitty) {
        static struct kitty_screen glass;
        kitty_screen_init(
            &glass, seat->rows, seat->cols, seat->cell_width_px, seat->cell_height_px);
        if (!glass_show_kitty(&glass, bytes, length))
            fail_msg("%s: %s", seat->place->name, glass.wrong);
        kitty_screen_look(&glass, rgb);
        kitty_screen_done(&glass);
        return rgb;
    }
    struct sixel_screen glass;
    sixel_screen_init(&glass, seat->rows, seat->cols, seat->cell_width_px, seat->cell_height_px);
    if (!glass_show(&glass, bytes, length))
        fail_msg("%s: %s", seat->place->name, glass.wrong);
    memcpy(rgb, glass.rgb, seat->bytes);
    sixel_screen_done(&glass);
    return rgb;
}

uint8_t *seat_look_at_rest(struct seat *seat)
{
    assert_true(pty_wait_quiet(seat->pty, SEAT_REFINED_MS));
    return seat_look(seat);
}

size_t seat_coloured_pixels(const struct seat *seat, const uint8_t *rgb)
{
    size_t count = 0;
    for (size_t i = 0; i < seat->bytes; i += 3)
        count += abs(rgb[i] - rgb[i + 1]) > 40 || abs(rgb[i + 1] - rgb[i + 2]) > 40;
    return count;
}

void seat_expect_same(const struct seat *seat, const uint8_t *a, const uint8_t *b, const char *when)
{
    size_t wrong = 0;
    for (size_t i = 0; i < seat->bytes; i++)
        wrong += a[i] != b[i];
    if (wrong)
        fail_msg("%s, %s: %zu bytes differ", seat->place->name, when, wrong);
}

uint8_t *seat_expect_fresh(struct seat *seat, const char *when)
{
    uint8_t *before = seat_look_at_rest(seat);
    size_t pictures = wire_picture_count(pty_wire(seat->pty));
    if (seat_coloured_pixels(seat, before) <= 300)
        fail_msg("%s, %s: no boxes are seen", seat->place->name, when);
    pty_type(seat->pty, "\014");
    assert_true(pty_wait_pictures(seat->pty, pictures + 1));
    uint8_t *after = seat_look_at_rest(seat);
    seat_expect_same(seat, before, after, when);
    free(before);
    return after;
}

size_t seat_count_since(struct seat *seat, size_t from, const char *what)
{
    size_t length, count = 0;
    const char *bytes = pty_bytes(seat->pty, &length), *at = bytes + from, *end = bytes + length;
    while ((at = memmem(at, (size_t)(end - at), what, strlen(what)))) {
        count++;
        at += strlen(what);
    }
    return count;
}

size_t seat_sent(struct seat *seat)
{
    size_t length;
    pty_bytes(seat->pty, &length);
    return length;
}
