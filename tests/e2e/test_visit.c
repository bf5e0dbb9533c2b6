/*
 * A visit: the runs table, diff, curves, images with the slider by keys and by mouse, classes,
 * steps, help. At each station the screen says what the commands say, and the glass shows the
 * boxes.
 */
#include "glass.h"
#include "made.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_WIDTH_PX = 8, CELL_HEIGHT_PX = 17, SLIDER_STEPS = 40 };

struct place {
    const char *name;
    enum wire_terminal terminal;
    int cols, rows;
    const char *term; /* of the environment */
    const char *word; /* one more on the command line, or NULL */
    bool sixel, pictures;
};

static const struct place PLACES[] = {
    {"xterm 80x24", WIRE_XTERM, 80, 24, "TERM=xterm-256color", NULL, true, true},
    {"xterm 140x40", WIRE_XTERM, 140, 40, "TERM=xterm-256color", NULL, true, true},
    {"foot 140x40", WIRE_FOOT, 140, 40, "TERM=foot", NULL, true, true},
    {"foot 80x24", WIRE_FOOT, 80, 24, "TERM=foot", NULL, true, true},
    {"kitty 80x24", WIRE_KITTY, 80, 24, "TERM=xterm-kitty", NULL, false, true},
    {"kitty 140x40", WIRE_KITTY, 140, 40, "TERM=xterm-kitty", NULL, false, true},
    {"a nameless sixel terminal", WIRE_ALACRITTY, 100, 30, "TERM=xterm-256color",
        "--graphics=sixel", true, true},
    {"no pictures", WIRE_DUMB, 80, 24, "TERM=linux", "--graphics=none", false, false},
    {"no pictures 140x40", WIRE_ALACRITTY, 140, 40, "TERM=xterm-256color", "--graphics=none", false,
        false},
};
enum { REFINED_MS = 1000 }; /* by then a person at rest has the finer picture */
enum { PLACE_COUNT = sizeof PLACES / sizeof *PLACES };

static const char *root;

static int make_runs(void **state)
{
    (void)state;
    root = temp_dir();
    made_set(root);
    made_detector(root, "alpha", "0.1");
    made_detector(root, "beta", "0.02");
    made_plain(root, "gamma", "0.5", 30, 0.125);
    return 0;
}

static struct pty *open_at(const struct place *place)
{
    const char *env[] = {place->term, NULL}, *words[] = {root, place->word, NULL};
    struct visit visit = {.words = words,
        .terminal = place->terminal,
        .cols = place->cols,
        .rows = place->rows,
        .more_env = env};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "3 runs");
    visit_expect(pty, "alpha");
    visit_gone(pty, "evaluating");
    return pty;
}

/* ---- what the images screen says ---- */

static void expect_row(struct pty *pty, const char *label, int of_image, int of_set)
{
    char text[64];
    snprintf(text, sizeof text, "%-10s%9d%9d", label, of_image, of_set);
    visit_expect(pty, text);
}

static const char *ratio(char text[8], int part, int whole)
{
    if (whole)
        snprintf(text, 8, "%.3f", (double)part / whole);
    else
        snprintf(text, 8, "\342\200\223");
    return text;
}

/* On a small screen they stand in one line, of the whole set only the ratios. */
static void expect_folded(struct pty *pty, struct made_counts image, struct made_counts set)
{
    char text[96], precision[8], recall[8];
    snprintf(text, sizeof text, "TP %d FP %d FN %d F1", image.tp, image.fp, image.fn);
    visit_expect(pty, text);
    snprintf(text, sizeof text, "precision %s recall %s F1",
        ratio(precision, set.tp, set.tp + set.fp), ratio(recall, set.tp, set.tp + set.fn));
    visit_expect(pty, text);
}

static void expect_counts(struct pty *pty, struct made_counts image, struct made_counts set)
{
    int row, col;
    if (pty_find(pty, "all precision", &row, &col)) {
        expect_folded(pty, image, set);
        return;
    }
    expect_row(pty, "TP", image.tp, set.tp);
    expect_row(pty, "FP", image.fp, set.fp);
    expect_row(pty, "FN", image.fn, set.fn);
}

static void expect_at(struct pty *pty, int index, double confidence, bool weaker, int category)
{
    expect_counts(pty, made_counts(index, confidence, 0.5, weaker, category),
        made_counts(-1, confidence, 0.5, weaker, category));
}

static int count_in(const cJSON *at, const char *key)
{
    return (int)cJSON_GetObjectItem(at, key)->valuedouble;
}

/* The same numbers by `boxtop eval --conf`. */
static void expect_eval(struct pty *pty, int index, const char *confidence)
{
    char run[4300];
    snprintf(run, sizeof run, "%s/alpha", root);
    const cJSON *eval = BOXTOP_JSON("eval", run, "--conf", confidence, "--per-image");
    const cJSON *set = cJSON_GetObjectItem(eval, "at");
    const cJSON *image = cJSON_GetArrayItem(cJSON_GetObjectItem(eval, "images"), index);
    expect_counts(pty,
        (struct made_counts){count_in(image, "tp"), count_in(image, "fp"), count_in(image, "fn")},
        (struct made_counts){count_in(set, "tp"), count_in(set, "fp"), count_in(set, "fn")});
}

/* ---- what stands on the glass ---- */

static struct sixel_screen look_at_glass(struct pty *pty, const struct place *place)
{
    struct sixel_screen glass;
    size_t length;
    const char *bytes = pty_bytes(pty, &length);
    sixel_screen_init(&glass, place->rows, place->cols, CELL_WIDTH_PX, CELL_HEIGHT_PX);
    if (!glass_show(&glass, bytes, length))
        fail_msg("%s: %s", place->name, glass.wrong);
    return glass;
}

static bool is_coloured(const uint8_t *rgb)
{
    return abs(rgb[0] - rgb[1]) > 40 || abs(rgb[1] - rgb[2]) > 40;
}

static size_t coloured_pixels(const struct sixel_screen *glass)
{
    size_t count = 0;
    size_t pixels = (size_t)(glass->rows * CELL_HEIGHT_PX) * (size_t)(glass->cols * CELL_WIDTH_PX);
    for (size_t i = 0; i < pixels; i++)
        count += is_coloured(glass->rgb + i * 3);
    return count;
}

/* The last row is the keys': a picture there would scroll some terminals. */
static void check_last_row(const struct sixel_screen *glass)
{
    size_t row_bytes = (size_t)(glass->cols * CELL_WIDTH_PX) * 3;
    size_t from = (size_t)((glass->rows - 1) * CELL_HEIGHT_PX) * row_bytes;
    for (size_t i = 0; i < CELL_HEIGHT_PX * row_bytes; i++)
        assert_int_equal(glass->rgb[from + i], 40); /* its ground */
}

/* What many small changes left equals the same picture drawn anew. */
static void check_redraw(struct pty *pty, const struct place *place)
{
    size_t bytes =
        (size_t)(place->rows * CELL_HEIGHT_PX) * (size_t)(place->cols * CELL_WIDTH_PX) * 3;
    assert_true(pty_wait_quiet(pty, REFINED_MS));
    size_t pictures = wire_picture_count(pty_wire(pty));
    struct sixel_screen before = look_at_glass(pty, place);
    check_last_row(&before);
    assert_true(coloured_pixels(&before) > 100);
    pty_type(pty, "\014");
    assert_true(pty_wait_pictures(pty, pictures + 1));
    visit_settle(pty);
    struct sixel_screen after = look_at_glass(pty, place);
    size_t wrong = 0;
    for (size_t i = 0; i < bytes; i++)
        wrong += before.rgb[i] != after.rgb[i];
    if (wrong)
        fail_msg("%s: %zu bytes differ from a fresh picture", place->name, wrong);
    check_last_row(&after);
    sixel_screen_done(&before);
    sixel_screen_done(&after);
}

/* ---- the stations ---- */

static void at_the_table(struct pty *pty)
{
    int alpha = 0, gamma = 0, col;
    visit_type(pty, "s", "sort run");
    visit_settle(pty);
    assert_true(pty_find(pty, "alpha", &alpha, &col));
    assert_true(pty_find(pty, "gamma", &gamma, &col));
    assert_true(alpha < gamma);
    pty_type(pty, "I");
    visit_settle(pty);
    assert_true(pty_find(pty, "alpha", &alpha, &col));
    assert_true(pty_find(pty, "gamma", &gamma, &col));
    assert_true(alpha > gamma);
    pty_type(pty, "Ig");
    visit_type(pty, "  ", "2 selected");
    visit_type(pty, "fname~amm\r", "1 of 3");
    visit_gone(pty, "beta   finished");
    visit_type(pty, "f\033", "beta   finished");
}

static void at_diff_and_curves(struct pty *pty)
{
    visit_type(pty, "d", "1 of 4 parameters differ among 2 runs");
    visit_expect(pty, "parameters differ");
    visit_expect(pty, "0.02");
    visit_type(pty, "D", "batch");
    visit_type(pty, "v", "Curves");
    visit_expect(pty, "loss");
    visit_settle(pty);
    pty_type(pty, "qq");
    visit_expect(pty, "3 runs");
    visit_gone(pty, "parameters differ");
}

static void drag(struct pty *pty, int row, int from, int to)
{
    char event[96];
    snprintf(event, sizeof event, "\033[<0;%d;%dM\033[<32;%d;%dM\033[<0;%d;%dm", from + 1, row + 1,
        to + 1, row + 1, to + 1, row + 1);
    pty_type(pty, event);
}

static void at_the_slider(struct pty *pty, const struct place *place)
{
    int row, col, end;
    expect_at(pty, 0, 0.5, false, 0);
    expect_eval(pty, 0, "0.5");
    visit_type(pty, "]]]]]]]]", ".58");
    expect_at(pty, 0, 0.58, false, 0);
    expect_eval(pty, 0, "0.58");
    visit_type(pty, "{{", ".38");
    expect_at(pty, 0, 0.38, false, 0);
    visit_type(pty, "t0.47\r", ".47");
    expect_eval(pty, 0, "0.47");
    /* By mouse to both ends of the track. */
    assert_true(pty_find(pty, "confidence", &row, &col));
    assert_true(pty_find(pty, "\342\224\234", &end, &col) && end == row);
    assert_true(pty_find(pty, "\342\227\217", &end, &end));
    drag(pty, row, end, col);
    expect_at(pty, 0, 0, false, 0);
    drag(pty, row, col, place->cols - 1);
    expect_at(pty, 0, 1, false, 0);
    visit_type(pty, "t.5\r", ".50");
    expect_at(pty, 0, 0.5, false, 0);
}

static void many_steps(struct pty *pty, const struct place *place)
{
    for (int i = 0; i < SLIDER_STEPS; i++) {
        pty_type(pty, i % 20 < 10 ? "}" : "{");
        pty_type(pty, i % 3 ? "]" : "[");
        if (i % 8 == 0)
            visit_settle(pty);
    }
    visit_type(pty, "t.5\r", ".50");
    expect_at(pty, 0, 0.5, false, 0);
    visit_settle(pty);
    if (place->sixel)
        check_redraw(pty, place);
}

static void at_classes_and_steps(struct pty *pty)
{
    visit_type(pty, "c", "class");
    visit_expect(pty, "person");
    pty_type(pty, "gC"); /* the first alone: car */
    expect_at(pty, 0, 0.5, false, 1);
    pty_type(pty, "C");
    expect_at(pty, 0, 0.5, false, 0);
    pty_type(pty, "j "); /* all but person */
    struct made_counts set = made_counts(-1, 0.5, 0.5, false, 1);
    struct made_counts dog = made_counts(-1, 0.5, 0.5, false, 3);
    struct made_counts image = made_counts(0, 0.5, 0.5, false, 1);
    struct made_counts dog_image = made_counts(0, 0.5, 0.5, false, 3);
    expect_counts(pty,
        (struct made_counts){
            image.tp + dog_image.tp, image.fp + dog_image.fp, image.fn + dog_image.fn},
        (struct made_counts){set.tp + dog.tp, set.fp + dog.fp, set.fn + dog.fn});
    pty_type(pty, " c");
    expect_at(pty, 0, 0.5, false, 0);
    visit_type(pty, ",", "step 0");
    expect_at(pty, 0, 0.5, true, 0);
    visit_type(pty, ".", "step 1");
    expect_at(pty, 0, 0.5, false, 0);
    visit_type(pty, "l", "img1.png");
    expect_at(pty, 1, 0.5, false, 0);
    visit_type(pty, ">", "img5.png");
    expect_at(pty, 5, 0.5, false, 0);
}

static void walk(const struct place *place)
{
    print_message("at %s\n", place->name);
    struct pty *pty = open_at(place);
    at_the_table(pty);
    at_diff_and_curves(pty);
    visit_type(pty, "gui", "Images"); /* without a selection: one image */
    visit_expect(pty, "step 1");
    visit_expect(pty, "img0.png");
    visit_expect(pty, "joined by id");
    at_the_slider(pty, place);
    if (place->pictures)
        assert_true(pty_wait_pictures(pty, 1));
    many_steps(pty, place);
    at_classes_and_steps(pty);
    visit_type(pty, "?", "ten images back");
    visit_gone(pty, "joined by id");
    pty_type(pty, "?");
    visit_expect(pty, "joined by id");
    visit_settle(pty);
    if (place->sixel)
        check_redraw(pty, place);
    if (!place->pictures)
        assert_int_equal(wire_picture_count(pty_wire(pty)), 0);
    visit_type(pty, "q", "3 runs");
    visit_gone(pty, "joined by id");
    visit_settle(pty);
    if (place->sixel) { /* nothing of the picture stays behind */
        struct sixel_screen glass = look_at_glass(pty, place);
        sixel_screen_done(&glass);
    }
    pty_type(pty, "q");
    visit_over(pty, 0, 0);
}

static void test_visit(void **state)
{
    walk(*state);
}

/* ---- lines that move beside a picture ---- */

static void make_many_classes(const char *directory)
{
    char *text = malloc(1 << 16);
    size_t used = 0;
    assert_non_null(text);
    used += (size_t)snprintf(text, 1 << 16,
        "{\"images\":[{\"id\":1,\"file_name\":\"img0.png\",\"width\":320,\"height\":240}],"
        "\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[9,9,90,90],"
        "\"area\":8100,\"iscrowd\":0}],\"categories\":[");
    for (int i = 1; i <= 90; i++)
        used += (size_t)snprintf(text + used, (1 << 16) - used,
            "%s{\"id\":%d,\"name\":\"kind%d %08x\"}", i > 1 ? "," : "", i, i,
            (unsigned)i * 2654435761U); /* unlike its neighbours */
    snprintf(text + used, (1 << 16) - used, "]}");
    temp_text(directory, "instances.json", text);
    free(text);
    temp_text(directory, "dataset.json",
        "{\"ground_truth\":\"instances.json\",\"images\":\"set/images\"}");
    temp_text(directory, "predictions.json",
        "[{\"image_id\":1,\"category_id\":1,\"bbox\":[9,9,90,90],\"score\":0.9}]");
}

static void test_a_list_that_scrolls_leaves_the_picture(void **state)
{
    (void)state;
    const char *many = temp_dir();
    make_many_classes(many);
    made_set(many);
    const char *words[] = {many, NULL};
    struct place place = {"many classes", WIRE_XTERM, 100, 40, NULL, NULL, true, true};
    struct visit visit = {
        .words = words, .terminal = place.terminal, .cols = place.cols, .rows = place.rows};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "1.0000"); /* its AP */
    visit_type(pty, "i", "joined by id");
    assert_true(pty_wait_pictures(pty, 1));
    visit_type(pty, "c", "kind1");
    visit_settle(pty);
    size_t from, end;
    pty_bytes(pty, &from);
    static const char *const KEYS[] = {"\004", "\004", "\004", "\004", "jjj", "j", "\025", "\025",
        "\025", "\025", "kk", "G", "\025", "\025", "g"};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        pty_type(pty, KEYS[i]);
        visit_settle(pty);
    }
    const char *bytes = pty_bytes(pty, &end);
    assert_int_equal(glass_moves(bytes + from, end - from), 0);
    check_redraw(pty, &place);
    visit_quit(pty);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[PLACE_COUNT + 1];
    for (int i = 0; i < PLACE_COUNT; i++)
        tests[i] = (struct CMUnitTest){PLACES[i].name, test_visit, NULL, NULL, (void *)&PLACES[i]};
    tests[PLACE_COUNT] =
        (struct CMUnitTest)cmocka_unit_test(test_a_list_that_scrolls_leaves_the_picture);
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, NULL);
}
