/*
 * The image workbench: the mouse over boxes, a visit of all its views, a stop in a shell. What was
 * sent is decoded: every view shows just what a fresh picture of it shows.
 */
#include "made.h"
#include "seat.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *root;

static int make_runs(void **state)
{
    (void)state;
    root = temp_dir();
    made_set(root);
    made_detector(root, "alpha", "0.1");
    made_detector(root, "beta", "0.2");
    return 0;
}

/* The table is there, and stays as it is. */
static void wait_for_runs(struct pty *pty)
{
    visit_expect(pty, "2 runs");
    visit_expect(pty, "alpha");
    visit_expect(pty, ".7030");
    visit_gone(pty, "evaluating");
    visit_settle(pty);
}

static struct seat sit_down(const struct seat_place *place)
{
    struct seat seat = seat_open(place, root);
    wait_for_runs(seat.pty);
    return seat;
}

static void sit_before_one_image(struct seat *seat)
{
    visit_type(seat->pty, "i", "joined by id");
    visit_expect(seat->pty, "img0.png");
    assert_true(pty_wait_pictures(seat->pty, 1));
    free(seat_look_at_rest(seat));
}

/* ---- the mouse over boxes ---- */

/* Appends to TEXT that the mouse is at ROW and COL. */
static void move_to(char *text, size_t bytes, int row, int col)
{
    size_t used = strlen(text);
    snprintf(text + used, bytes - used, "\033[<35;%d;%dM", col + 1, row + 1);
}

/* The middle of a box of image 0 in the picture, which is as high as 24 of its cells can be. */
enum { EXACT_ROW = 10, EXACT_COL = 18, SHIFTED_ROW = 16, SHIFTED_COL = 48, NOTHING_ROW = 22 };

static void expect_said(struct pty *pty, int row, int col, const char *said)
{
    char text[64] = "";
    move_to(text, sizeof text, row, col);
    visit_type(pty, text, said);
}

static void what_is_under_the_mouse_is_said(void **state)
{
    enum { SWEEPS = 60, MOST_BYTES = 400, SWEEP_BYTES = SWEEPS * 16 };
    struct seat seat = sit_down(*state);
    assert_int_equal(seat_count_since(&seat, 0, "\033[?1003h"), 0); /* not in the table */
    sit_before_one_image(&seat);
    assert_int_equal(seat_count_since(&seat, 0, "\033[?1003h"), 1);
    uint8_t *before = seat_look_at_rest(&seat);
    size_t pictures = wire_picture_count(pty_wire(seat.pty)), from = seat_sent(&seat);
    expect_said(seat.pty, EXACT_ROW, EXACT_COL, "TP  IoU 1.00 with truth 1");
    visit_settle(seat.pty);
    size_t one = seat_sent(&seat) - from;
    if (one > MOST_BYTES)
        fail_msg("%s: a box under the mouse takes %zu bytes", seat.place->name, one);
    expect_said(seat.pty, NOTHING_ROW, 5, "FP");
    /* On the same box nothing is sent; and of a sweep that waits but the last place counts. */
    visit_settle(seat.pty);
    from = seat_sent(&seat);
    char sweep[SWEEP_BYTES] = "";
    move_to(sweep, sizeof sweep, NOTHING_ROW, 6);
    pty_type(seat.pty, sweep);
    visit_settle(seat.pty);
    assert_int_equal(seat_sent(&seat), from);
    for (int i = 0; i < SWEEPS; i++)
        move_to(
            sweep, sizeof sweep, i % 2 ? EXACT_ROW : SHIFTED_ROW, i % 2 ? EXACT_COL : SHIFTED_COL);
    move_to(sweep, sizeof sweep, SHIFTED_ROW, SHIFTED_COL);
    visit_type(seat.pty, sweep, "IoU 0.67 with truth 2");
    visit_settle(seat.pty);
    size_t all = seat_sent(&seat) - from;
    if (all > 10 * MOST_BYTES)
        fail_msg("%s: a sweep over %d cells takes %zu bytes", seat.place->name, SWEEPS, all);
    print_message("%s: %zu bytes a box, %zu for %d waiting\n", seat.place->name, one, all, SWEEPS);
    uint8_t *after = seat_look_at_rest(&seat); /* the picture is what it was */
    seat_expect_same(&seat, before, after, "under the mouse");
    assert_int_equal(wire_picture_count(pty_wire(seat.pty)), pictures);
    free(before);
    free(after);
    from = seat_sent(&seat);
    visit_type(seat.pty, "p", "at a click"); /* switched off; and on again */
    visit_settle(seat.pty);
    assert_int_equal(seat_count_since(&seat, from, "\033[?1003l\033[?1002h"), 1);
    visit_type(seat.pty, "p", "as it moves");
    visit_settle(seat.pty);
    assert_int_equal(seat_count_since(&seat, from, "\033[?1003h"), 1);
    pty_type(seat.pty, "q");
    visit_expect(seat.pty, "select");
    visit_settle(seat.pty);
    assert_int_equal(seat_count_since(&seat, from, "\033[?1003l"), 2); /* the table asks for none */
    visit_quit(seat.pty);
}

/* A terminal that does not say that it knows the mouse's numbers is not asked for its motion. */
static void who_does_not_answer_is_not_asked(void **state)
{
    (void)state;
    const char *words[] = {"--graphics=blocks", root, NULL};
    struct visit visit = {.words = words, .terminal = WIRE_ALACRITTY, .cols = 100, .rows = 30};
    struct pty *pty = visit_open(&visit);
    wait_for_runs(pty);
    visit_type(pty, "i", "joined by id");
    visit_type(pty, "p", "click on a box");
    size_t length;
    const char *bytes = pty_bytes(pty, &length);
    assert_null(memmem(bytes, length, "\033[?1003h", 8));
    visit_quit(pty);
}

/* ---- all views ---- */

/* The view is there, and what came of the way to it is what a fresh picture is. */
static void look_around(struct seat *seat, const char *keys, const char *said, const char *when)
{
    visit_type(seat->pty, keys, said);
    free(seat_expect_fresh(seat, when));
}

static void every_view_is_what_a_fresh_one_is(void **state)
{
    struct seat seat = sit_down(*state);
    pty_type(seat.pty, " j ");
    visit_type(seat.pty, "i", "joined by id");
    visit_expect(seat.pty, "truth 2");
    visit_expect(seat.pty, "B \342\226\240");
    assert_true(pty_wait_pictures(seat.pty, 1));
    uint8_t *first = seat_expect_fresh(&seat, "runs side by side");
    look_around(&seat, "V", "steps side by side", "steps");
    visit_expect(seat.pty, "step 0");
    look_around(&seat, "V", "A against B", "A against B");
    visit_expect(seat.pty, "both 2 A 0 B 0 none 0");
    look_around(&seat, "V", "one image", "one image");
    visit_type(seat.pty, "c", "[x] person");
    visit_type(seat.pty, "c", "img5.png");
    visit_type(seat.pty, "O", "each class at its own best F1");
    visit_type(seat.pty, "O", "all classes at confidence");
    look_around(&seat, "V", "grid", "the grid, after lists and thresholds");
    visit_type(seat.pty, "W", "precision-recall");
    visit_settle(seat.pty);
    uint8_t *none = seat_look_at_rest(&seat);
    assert_int_equal(seat_coloured_pixels(&seat, none), 0); /* no picture lies on the curves */
    free(none);
    visit_type(seat.pty, "q", "img0.png");
    free(seat_expect_fresh(&seat, "back from the evaluation"));
    look_around(&seat, "V", "runs side by side", "runs again");
    pty_type(seat.pty, "]["); /* whatever is said goes */
    uint8_t *last = seat_look_at_rest(&seat);
    seat_expect_same(&seat, first, last, "after a round of all views");
    free(first);
    free(last);
    visit_quit(seat.pty);
}

/* ---- a stop in a shell ---- */

/* While it is stopped its picture is gone and its modes are; then both are back. */
static void stopped_by_a_shell_and_back(void **state)
{
    struct seat seat = seat_open_shell(*state, root,
        "set -m; \"$BOXTOP\" \"$ROOT\"; echo stopped; "
        "case $(stty -a) in *' -echo '*) ;; *) echo cooked;; esac; read line; fg >/dev/null; echo "
        "over $?");
    wait_for_runs(seat.pty);
    sit_before_one_image(&seat);
    uint8_t *before = seat_expect_fresh(&seat, "in a shell");
    size_t from = seat_sent(&seat), pictures = wire_picture_count(pty_wire(seat.pty));
    visit_type(seat.pty, "\032", "stopped");
    visit_expect(seat.pty, "cooked");
    visit_settle(seat.pty);
    assert_string_equal(pty_left_on(seat.pty), "");
    assert_int_equal(seat_count_since(&seat, from, "\033[?1003l"), 1);
    assert_int_equal(seat_count_since(&seat, from, "\033[?1003h"), 0);
    uint8_t *stopped = seat_look_at_rest(&seat);
    assert_int_equal(seat_coloured_pixels(&seat, stopped), 0);
    free(stopped);
    pictures = wire_picture_count(pty_wire(seat.pty)); /* kitty's were taken away */
    pty_type(seat.pty, "\r");
    assert_true(pty_wait_pictures(seat.pty, pictures + 1));
    visit_expect(seat.pty, "joined by id");
    assert_true(seat_count_since(&seat, from, "\033[?1003h") > 0);
    uint8_t *after = seat_look_at_rest(&seat);
    seat_expect_same(&seat, before, after, "after fg");
    free(before);
    free(after);
    visit_type(seat.pty, "]", ".51");
    free(seat_expect_fresh(&seat, "a step after fg"));
    visit_type(seat.pty, "Q", "over 0");
    visit_over(seat.pty, 0, 0);
}

int main(int argc, char **argv)
{
    enum { OF_A_PLACE = 3 };
    static const struct seat_place *const PLACES[] = {&SEAT_FOOT, &SEAT_KITTY};
    enum { COUNT = sizeof PLACES / sizeof *PLACES };
    static void (*const TESTS[OF_A_PLACE])(void **state) = {what_is_under_the_mouse_is_said,
        every_view_is_what_a_fresh_one_is, stopped_by_a_shell_and_back};
    static const char *const NAMES[OF_A_PLACE] = {"mouse", "views", "stop"};
    struct CMUnitTest tests[1 + OF_A_PLACE * COUNT] = {
        cmocka_unit_test(who_does_not_answer_is_not_asked)};
    for (int i = 0; i < COUNT * OF_A_PLACE; i++)
        tests[1 + i] = (struct CMUnitTest){NAMES[i % OF_A_PLACE], TESTS[i % OF_A_PLACE], NULL, NULL,
            (void *)PLACES[i / OF_A_PLACE]};
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, NULL);
}
