/*
 * Pictures on real paths: what `boxtop probe` finds in several terminals; a burst of keys over a
 * slow link; popups, Ctrl-Z, Ctrl-L, other sizes and fonts. What was sent is decoded: afterwards
 * the glass shows just what a fresh picture shows.
 */
#include "made.h"
#include "seat.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOXES = 36 };

static const char *root;

/* Many boxes on one image, so that each step of the slider changes a few. */
static int make_crowd(void **state)
{
    (void)state;
    enum { BYTES = 1 << 14 };
    char *text = malloc(BYTES);
    size_t used = 0;
    assert_non_null(text);
    root = temp_dir();
    made_set(root);
    temp_text(root, "alpha/dataset.json",
        "{\"ground_truth\":\"../set/instances.json\",\"images\":\"../set/images\"}");
    for (int i = 0; i < BOXES; i++)
        used += (size_t)snprintf(text + used, BYTES - used,
            "%c{\"image_id\":1,\"category_id\":%d,\"bbox\":[%d,%d,%d,%d],\"score\":%.3f}",
            i ? ',' : '[', 1 + i % 3, i * 37 % 230, i * 53 % 170, 30 + i * 7 % 60, 20 + i * 11 % 50,
            0.35 + i * 0.017);
    snprintf(text + used, BYTES - used, "]");
    temp_text(root, "alpha/predictions.json", text);
    free(text);
    return 0;
}

/* ---- what a terminal is found to be ---- */

static void expect_probe(enum wire_terminal terminal, const char *const *env,
    const char *const *words, const char *const *said)
{
    struct visit visit = {
        .words = words, .terminal = terminal, .cols = 140, .rows = 40, .more_env = env};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "decoding");
    for (size_t i = 0; said[i]; i++)
        visit_expect(pty, said[i]);
    visit_over(pty, 0, 0);
}

static void probe_says_what_was_found(void **state)
{
    (void)state;
    static const struct {
        enum wire_terminal terminal;
        const char *term, *word, *said[6];
    } CASES[] = {
        {WIRE_XTERM, "TERM=xterm-256color", NULL,
            {"XTerm(379)", "pictures         sixel", "changes          pixels",
                "the size of its sixel area", "1000 x 1000 px", NULL}},
        {WIRE_FOOT, "TERM=foot", NULL,
            {"foot(1.13.1)", "pictures         sixel", "10000 x 10000 px",
                "whole frames     yes", NULL}},
        {WIRE_KITTY, "TERM=xterm-kitty", NULL,
            {"kitty(0.26.5)", "pictures         kitty", "changes          placements",
                "asked for its cell", NULL}},
        {WIRE_KITTY, "TERM=xterm-kitty", "--graphics=blocks",
            {"pictures         blocks", "asked for by --graphics", NULL}},
        {WIRE_ALACRITTY, "TERM=alacritty", NULL,
            {"nameless", "pictures         blocks", "neither sixel nor kitty", "xterm -ti vt340",
                NULL}},
        {WIRE_TMUX, "TERM=tmux-256color", NULL,
            {"tmux 3.4", "inside of        tmux", "pictures         sixel", NULL}},
        {WIRE_DUMB, "TERM=xterm", NULL, {"no answer within", "pictures         blocks", NULL}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const char *words[] = {"probe", CASES[i].word, NULL}, *env[] = {CASES[i].term, NULL};
        print_message("%s\n", CASES[i].term);
        expect_probe(CASES[i].terminal, env, words, CASES[i].said);
    }
}

static void tmux_takes_no_kitty(void **state)
{
    (void)state;
    const char *words[] = {"--graphics=kitty", root, NULL},
               *env[] = {"TERM=tmux-256color", "TMUX=/tmp/tmux,1,0", NULL};
    struct visit visit = {.words = words, .terminal = WIRE_TMUX, .more_env = env};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "tmux, which is in between, does not show such pictures");
    visit_over(pty, 2, 0);
}

/* ---- what happens to it ---- */

static const struct seat_place *const PLACES[] = {&SEAT_FOOT, &SEAT_KITTY};
enum { PLACE_COUNT = sizeof PLACES / sizeof *PLACES };

static struct seat sit_down(const struct seat_place *place)
{
    struct seat seat = seat_open(place, root);
    visit_expect(seat.pty, "1 run");
    visit_expect(seat.pty, "alpha");
    visit_gone(seat.pty, "evaluating");
    visit_type(seat.pty, "i", "joined by id");
    assert_true(pty_wait_pictures(seat.pty, 1));
    return seat;
}

static void a_burst_over_a_slow_link(void **state)
{
    enum { BYTES_PER_MS = 200, ANSWER_MS = 40, MOST_FRAMES = 8 };
    struct seat seat = sit_down(*state);
    size_t from;
    free(seat_look_at_rest(&seat));
    pty_bytes(seat.pty, &from);
    pty_set_link(seat.pty, BYTES_PER_MS, ANSWER_MS);
    pty_type(seat.pty, "]]]]]]]]]]]]]]]]]]]]");
    visit_expect(seat.pty, ".70");
    uint8_t *last = seat_look_at_rest(&seat);
    size_t frames = seat_count_since(&seat, from, "\033[5n");
    if (frames < 1 || frames > MOST_FRAMES) /* of 20 steps */
        fail_msg("%s: %zu frames", seat.place->name, frames);
    pty_set_link(seat.pty, 0, 0);
    uint8_t *fresh = seat_expect_fresh(&seat, "after a burst");
    seat_expect_same(&seat, last, fresh, "the end of a burst");
    free(last);
    free(fresh);
    visit_quit(seat.pty);
}

static void popups_leave_no_hole(struct seat *seat, const uint8_t *before)
{
    visit_type(seat->pty, "?", "confidence + 0.01");
    uint8_t *covered = seat_look_at_rest(seat);
    assert_true(seat_coloured_pixels(seat, covered) < seat_coloured_pixels(seat, before));
    if (seat->place->kitty) /* it would lie over the text */
        assert_int_equal(seat_coloured_pixels(seat, covered), 0);
    free(covered);
    pty_type(seat->pty, "?");
    visit_expect(seat->pty, "joined by id");
    uint8_t *after = seat_look_at_rest(seat);
    seat_expect_same(seat, before, after, "after the help");
    free(after);
    pty_type(seat->pty, ":");
    visit_settle(seat->pty);
    pty_type(seat->pty, "zoo");
    visit_settle(seat->pty);
    pty_type(seat->pty, PTY_ESCAPE);
    after = seat_look_at_rest(seat);
    seat_expect_same(seat, before, after, "after the palette");
    free(after);
}

static void stopping_leaves_no_hole(struct seat *seat, const uint8_t *before)
{
    size_t from;
    pty_bytes(seat->pty, &from);
    pty_type(seat->pty, "\032");
    uint8_t *after = seat_look_at_rest(seat);
    assert_int_equal(seat_count_since(seat, from, "\033[?1049l"), 1);
    assert_true(seat_count_since(seat, from, "\033[?1049h") > 0);
    if (seat->place->kitty)
        assert_int_equal(seat_count_since(seat, from, "\033_Ga=d,d=A,q=2\033\\"), 1);
    seat_expect_same(seat, before, after, "after Ctrl-Z and going on");
    free(after);
}

static void sizes_come_and_go(struct seat *seat, const uint8_t *before)
{
    pty_resize(seat->pty, 110, 34);
    assert_true(pty_wait_quiet(seat->pty, SEAT_REFINED_MS));
    pty_bytes(seat->pty, &seat->from);
    pty_resize(seat->pty, seat->cols, seat->rows);
    uint8_t *after = seat_look_at_rest(seat);
    seat_expect_same(seat, before, after, "after other sizes");
    free(after);
}

/* As many cells, of another size: all is placed anew. */
static void fonts_come_and_go(struct seat *seat)
{
    pty_bytes(seat->pty, &seat->from);
    size_t pictures = wire_picture_count(pty_wire(seat->pty));
    seat->cell_width_px = 7;
    seat->cell_height_px = 14;
    seat->bytes = (size_t)(seat->rows * 14) * (size_t)(seat->cols * 7) * 3;
    pty_set_cell(seat->pty, 7, 14);
    assert_true(pty_wait_pictures(seat->pty, pictures + 1));
    free(seat_expect_fresh(seat, "with another font"));
}

static void what_happens_leaves_it_whole(void **state)
{
    struct seat seat = sit_down(*state);
    uint8_t *before = seat_expect_fresh(&seat, "at first");
    popups_leave_no_hole(&seat, before);
    stopping_leaves_no_hole(&seat, before);
    sizes_come_and_go(&seat, before);
    fonts_come_and_go(&seat);
    free(before);
    visit_quit(seat.pty);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[2 + 2 * PLACE_COUNT] = {
        cmocka_unit_test(probe_says_what_was_found), cmocka_unit_test(tmux_takes_no_kitty)};
    for (int i = 0; i < PLACE_COUNT; i++) {
        tests[2 + 2 * i] = (struct CMUnitTest){
            PLACES[i]->name, a_burst_over_a_slow_link, NULL, NULL, (void *)PLACES[i]};
        tests[3 + 2 * i] = (struct CMUnitTest){
            PLACES[i]->name, what_happens_leaves_it_whole, NULL, NULL, (void *)PLACES[i]};
    }
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_crowd, NULL);
}
