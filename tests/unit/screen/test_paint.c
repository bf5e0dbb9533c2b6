/*
 * The painter against a terminal in memory: text, colours, only what changed, pictures left alone,
 * terminals without UTF-8 or colours.
 */
#include "dump.h"
#include "screen/paint.h"
#include "screen/spark.h"
#include "screen/table.h"
#include "vt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ncurses keeps what newterm() allocated before it found the terminal unknown. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:new_prescr";
}

#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A painter whose bytes a pipe brings to a terminal in memory. */
struct stage {
    struct painter *painter;
    struct vt *vt;
    struct theme theme;
    int pipe[2];
};

static void open_stage(struct stage *stage, const char *term, int rows, int cols, bool sync)
{
    struct err err;
    assert_int_equal(pipe2(stage->pipe, O_NONBLOCK | O_CLOEXEC), 0);
    fcntl(stage->pipe[1], F_SETPIPE_SZ, 1 << 20);
    assert_true(theme_builtin(&stage->theme, "dark", &err));
    struct painter_options options = {.term = term, .out_fd = stage->pipe[1], .sync2026 = sync};
    stage->painter = painter_new(&options, &stage->theme, &err);
    if (!stage->painter)
        fail_msg("%s", err.text);
    stage->vt = vt_new(rows, cols);
}

static void close_stage(struct stage *stage)
{
    painter_free(stage->painter);
    vt_free(stage->vt);
    close(stage->pipe[0]);
    close(stage->pipe[1]);
}

/* Paints, and returns how many bytes it took. */
static size_t paint(struct stage *stage, const struct grid *grid)
{
    struct err err;
    assert_true(paint_frame(stage->painter, grid, NULL, 0, &err));
    return vt_feed_fd(stage->vt, stage->pipe[0]);
}

static void text_and_colours_reach_the_screen(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, "xterm-256color", 5, 20, false);
    struct grid *grid = grid_of(5, 20);
    grid_text(grid, 0, 0, 20, STYLE_IS(TITLE), "boxtop");
    grid_text(grid, 1, 2, 20, STYLE_IS(GOOD), "+.0187");
    grid_text(grid, 2, 0, 20, STYLE_IS(TEXT), "日本 e\u0301 ⣿█");
    grid_text(grid, 3, 0, 20, STYLE_IS(TEXT), "row");
    grid_mark(grid, (struct rect){3, 0, 1, 20}, STYLE_ON_CURSOR);
    grid_text(grid, 4, 14, 6, STYLE_IS(TEXT), "corner");
    grid_cursor(grid, 3, 0);
    paint(&stage, grid);
    assert_string_equal(
        vt_text(stage.vt), "boxtop\n  +.0187\n日本 e\u0301 ⣿█\nrow\n              corner\n");
    struct vt_cell title = vt_at(stage.vt, 0, 0), good = vt_at(stage.vt, 1, 2);
    struct vt_cell bar = vt_at(stage.vt, 3, 15), plain = vt_at(stage.vt, 4, 15);
    assert_true(title.bold);
    assert_int_equal(title.fg, 231);
    assert_int_equal(good.fg, 114); /* #87d787 is the cube's own */
    assert_int_equal(good.bg, -1);
    assert_int_equal(bar.bg, theme_nearest(stage.theme.roles[STYLE_CURSOR].bg.rgb, 256));
    assert_true(plain.fg == -1 && plain.bg == -1 && !plain.bold);
    int row, col;
    bool shown;
    vt_cursor(stage.vt, &row, &col, &shown);
    assert_true(shown && row == 3 && col == 0);
    grid->cursor_shown = false;
    paint(&stage, grid);
    vt_cursor(stage.vt, &row, &col, &shown);
    assert_false(shown);
    grid_free(grid);
    close_stage(&stage);
}

static void only_changes_are_sent(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, "xterm-256color", 40, 140, false);
    struct grid *grid = grid_of(40, 140);
    for (int row = 0; row < 40; row++)
        grid_printf(grid, row, 0, 140, STYLE_HUE(RUN, row), "%0139d", row);
    size_t whole = paint(&stage, grid);
    assert_true(whole > 40 * 100);
    assert_int_equal(paint(&stage, grid), 0);
    grid_text(grid, 20, 70, 1, STYLE_IS(TEXT), "x");
    size_t one = paint(&stage, grid);
    assert_in_range(one, 1, 40);
    assert_int_equal(vt_at(stage.vt, 20, 70).code, 'x');
    grid_mark(grid, (struct rect){20, 0, 1, 140}, STYLE_ON_CURSOR);
    assert_in_range(paint(&stage, grid), 100, 400);
    paint_redraw_all(stage.painter);
    assert_true(paint(&stage, grid) >= whole);
    grid_free(grid);
    close_stage(&stage);
}

/* ---- a table's cursor ---- */

static size_t source_rows(void *self)
{
    (void)self;
    return 300;
}

/* A mark of the row's colour, a long name, numbers of which some are the best. */
static void source_cell(void *self, size_t row, int column, struct table_cell *out)
{
    (void)self;
    out->text = out->room;
    out->style = column == 0                       ? STYLE_HUE(RUN, row)
                 : (row + (size_t)column) % 5 == 0 ? STYLE_IS(BEST)
                                                   : STYLE_IS(TEXT);
    if (column == 0)
        snprintf(out->room, sizeof out->room, "\xe2\x96\xa0");
    else if (column == 1)
        snprintf(out->room, sizeof out->room, "faster_rcnn/resnet101-lr5e-05-b8-%05zu-s1", row);
    else
        snprintf(out->room, sizeof out->room, "0.%04zu", (row * 7919 + (size_t)column) % 10000);
}

static void source_draw(void *self, size_t row, int column, struct grid *grid, struct rect place)
{
    (void)self, (void)column;
    static const double COURSE[] = {1, 2, 3, 4, 5, 6, 7, 8};
    spark_draw(grid, place.row, place.col, place.cols, STYLE_HUE(RUN, row), COURSE, 8, NAN, NAN);
}

/* A step of the cursor at 140 x 40 takes no more than the 400 bytes that screens are held to. */
static void a_step_in_a_table_is_cheap(void **state)
{
    (void)state;
    enum { COLUMNS = 14 };
    static const struct table_source SOURCE = {NULL, source_rows, source_cell, NULL, source_draw};
    struct table_column columns[COLUMNS] = {{.title = "", .min_cols = 1, .max_cols = 1},
        {.title = "run", .max_cols = 40, .ends = true}};
    for (int i = 2; i < COLUMNS; i++)
        columns[i] = (struct table_column){.title = "metric",
            .align = TABLE_DECIMAL,
            .drawn = i == 4 || i == 7,
            .min_cols = i == 4 || i == 7 ? 8 : 0};
    struct stage stage;
    struct table table = {.column = 1};
    open_stage(&stage, "xterm-256color", 40, 140, true);
    struct grid *grid = grid_of(40, 140);
    for (size_t at = 0; at < 60; at++) {
        grid_clear(grid);
        table.scroll.cursor = at;
        table.column = 1 + (int)at / 10;
        table_draw(&table, grid, grid_rect(grid), &SOURCE, columns, COLUMNS, 2, true);
        size_t bytes = paint(&stage, grid);
        if (at && table.column == 1 + (int)(at - 1) / 10 && !table.scroll.top)
            assert_in_range(bytes, 1, 400);
    }
    grid_free(grid);
    close_stage(&stage);
}

/* Random grids one after the other: what is sent as changes must show the same as a whole repaint.
 */
static void changes_add_up_to_the_whole(void **state)
{
    (void)state;
    static const char *const PIECES[] = {"a", "run ", "日", "e\u0301", "…", "   ", "⣿", "0.4123"};
    struct stage stage;
    open_stage(&stage, "xterm-256color", 8, 24, false);
    struct grid *grid = grid_of(8, 24);
    unsigned seed = 7;
    for (int round = 0; round < 300; round++) {
        if (round % 10 == 0)
            grid_clear(grid);
        for (int i = 0; i < 12; i++) {
            seed = seed * 1103515245 + 12345;
            unsigned r = seed >> 8;
            int col = (int)(r / 8 % 24);
            if (r / 960 % 8 == 3) /* libvterm 0.1 loses marks in its last column */
                col %= 23;
            grid_text(grid, (int)(r % 8), col, 8, STYLE_HUE(RUN, r / 192 % 5), PIECES[r / 960 % 8]);
        }
        paint(&stage, grid);
        struct buf want;
        buf_init(&want, 1 << 16);
        grid_dump(grid, &want, false);
        assert_string_equal(vt_text(stage.vt), want.data);
        buf_done(&want);
        for (int at = 0; at < 8 * 24; at++) {
            const struct cell *cell = &grid->cells[at];
            if (cell->role == STYLE_RUN && cell->cols && cell->code[0] != ' ') {
                int fg = theme_nearest(stage.theme.run.rgb[cell->hue], 256);
                assert_int_equal(vt_at(stage.vt, at / 24, at % 24).fg, fg);
            }
        }
    }
    grid_free(grid);
    close_stage(&stage);
}

static void pictures_are_left_alone(void **state)
{
    (void)state;
    static const char *const TERMS[] = {"xterm-256color", "vt100"};
    for (int which = 0; which < 2; which++) {
        struct stage stage;
        open_stage(&stage, TERMS[which], 6, 30, false);
        struct grid *grid = grid_of(6, 30);
        bool damaged[256];
        grid_text(grid, 1, 0, 9, STYLE_IS(TEXT), "long name");
        grid_text(grid, 2, 0, 9, STYLE_IS(TEXT), "long name");
        grid_reserve(grid, (struct rect){1, 10, 3, 20}, 4);
        paint_damage(stage.painter, grid, damaged);
        assert_true(damaged[4]);
        /* The picture: characters that curses does not know of. */
        struct err err;
        char picture[200];
        const char *line = "####################";
        snprintf(picture, sizeof picture, "\0337\033[2;11H%s\033[3;11H%s\033[4;11H%s\0338", line,
            line, line);
        assert_true(paint_frame(stage.painter, grid, picture, strlen(picture), &err));
        vt_feed_fd(stage.vt, stage.pipe[0]);
        /* Shorter names, and a blank last row: what curses likes to clear to the end of line. */
        for (int col = 2; col < 9; col++) {
            grid_put(grid, 1, col, STYLE_IS(TEXT), ' ');
            grid_put(grid, 2, col, STYLE_IS(TEXT), ' ');
        }
        grid_text(grid, 5, 0, 30, STYLE_IS(TEXT), "below");
        paint_damage(stage.painter, grid, damaged);
        assert_false(damaged[4]);
        paint(&stage, grid);
        assert_string_equal(vt_text(stage.vt), "\nlo        ####################\n"
                                               "lo        ####################\n"
                                               "          ####################\n\nbelow\n");
        paint_redraw_all(stage.painter);
        paint_damage(stage.painter, grid, damaged);
        assert_true(damaged[4]);
        grid_free(grid);
        close_stage(&stage);
    }
}

/* Twenty lines that no two are alike, the first of them at row TOP. */
static void fill_lines(struct grid *grid, int top)
{
    grid_clear(grid);
    for (int i = 0; i < 20; i++) {
        char line[64];
        memset(line, 'a' + i, sizeof line - 1);
        line[sizeof line - 1] = '\0';
        grid_text(grid, top + i, 0, 70, STYLE_IS(TEXT), line);
    }
}

/* xterm shows a picture that was wiped again on lines that are scrolled. */
static void nothing_scrolls_after_a_picture(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, "xterm-256color", 24, 80, false);
    struct grid *grid = grid_of(24, 80);
    fill_lines(grid, 0);
    paint(&stage, grid);
    fill_lines(grid, 3);
    assert_in_range(paint(&stage, grid), 1, 400);
    grid_clear(grid);
    grid_reserve(grid, (struct rect){1, 10, 3, 20}, 4);
    paint(&stage, grid);
    fill_lines(grid, 3);
    paint(&stage, grid);
    fill_lines(grid, 0);
    assert_true(paint(&stage, grid) > 20 * 40);
    grid_free(grid);
    close_stage(&stage);
}

static void a_frame_is_one_write(void **state)
{
    (void)state;
    struct stage stage;
    struct err err;
    open_stage(&stage, "xterm-256color", 5, 20, true);
    struct grid *grid = grid_of(5, 20);
    grid_text(grid, 0, 0, 20, STYLE_IS(TEXT), "text");
    assert_true(paint_frame(stage.painter, grid, "<picture>", 9, &err));
    char bytes[4096];
    ssize_t n = read(stage.pipe[0], bytes, sizeof bytes);
    assert_true(n > 30);
    assert_memory_equal(bytes, "\x1b[?2026h", 8);
    assert_memory_equal(bytes + n - 17, "<picture>\x1b[?2026l", 17);
    assert_true(
        paint_frame(stage.painter, grid, NULL, 0, &err)); /* nothing: not even the brackets */
    assert_int_equal(read(stage.pipe[0], bytes, sizeof bytes), -1);
    assert_true(paint_frame(stage.painter, grid, "<p>", 3, &err));
    assert_int_equal(read(stage.pipe[0], bytes, sizeof bytes), 3 + 16);
    grid_cursor(grid, 1, 1);
    assert_true(paint_frame(stage.painter, grid, "<p>", 3, &err)); /* it walks through it unseen */
    n = read(stage.pipe[0], bytes, sizeof bytes);
    assert_memory_equal(bytes + n - 23, "\x1b[?25l<p>\x1b[?25h\x1b[?2026l", 23);
    grid_free(grid);
    close_stage(&stage);
}

static void a_lost_frame_is_painted_again(void **state)
{
    (void)state;
    struct stage stage;
    struct err err;
    open_stage(&stage, "xterm-256color", 3, 10, false);
    struct grid *grid = grid_of(3, 10);
    int good = dup(stage.pipe[1]), full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    grid_text(grid, 0, 0, 10, STYLE_IS(TEXT), "first");
    dup2(full, stage.pipe[1]);
    assert_false(paint_frame(stage.painter, grid, NULL, 0, &err));
    assert_int_equal(err.code, ERR_IO);
    dup2(good, stage.pipe[1]);
    paint(&stage, grid);
    assert_string_equal(vt_text(stage.vt), "first\n\n\n");
    close(good);
    close(full);
    grid_free(grid);
    close_stage(&stage);
}

static void sizes_change(void **state)
{
    (void)state;
    static const int SIZES[][2] = {{24, 80}, {5, 20}, {60, 200}, {1, 1}, {2, 300}, {24, 80}};
    struct stage stage;
    setenv("LINES", "7", 1);
    setenv("COLUMNS", "13", 1); /* stale words that must not matter */
    open_stage(&stage, "xterm-256color", 24, 80, false);
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        int rows = SIZES[i][0], cols = SIZES[i][1];
        struct grid *grid = grid_of(rows, cols);
        for (int row = 0; row < rows; row++)
            grid_fill(
                grid, (struct rect){row, 0, 1, cols}, STYLE_IS(TEXT), 'a' + (uint32_t)row % 26);
        vt_resize(stage.vt, rows, cols);
        paint(&stage, grid);
        struct buf want;
        buf_init(&want, 1 << 20);
        grid_dump(grid, &want, false);
        assert_string_equal(vt_text(stage.vt), want.data);
        buf_done(&want);
        grid_free(grid);
    }
    close_stage(&stage);
    unsetenv("LINES");
    unsetenv("COLUMNS");
}

static bool is_described(const char *term)
{
    struct theme theme;
    struct painter_options options = {.term = term, .out_fd = -1};
    assert_true(theme_builtin(&theme, "dark", NULL));
    struct painter *painter = painter_new(&options, &theme, NULL);
    painter_free(painter);
    return painter != NULL;
}

static void few_colours_and_none(void **state)
{
    (void)state;
    static const struct {
        const char *term;
        int colours;
    } TERMS[] = {{"xterm-256color", 256}, {"xterm-direct", 256}, {"xterm-16color", 16},
        {"xterm", 8}, {"linux", 8}, {"screen", 8}, {"tmux-256color", 256}, {"vt100", 0},
        {"vt220", 0}};
    for (size_t i = 0; i < sizeof TERMS / sizeof *TERMS; i++) {
        struct stage stage;
        if (!is_described(TERMS[i].term))
            continue; /* not every system's terminfo has the rarer ones */
        open_stage(&stage, TERMS[i].term, 4, 30, false);
        assert_int_equal(painter_colours(stage.painter), TERMS[i].colours);
        struct grid *grid = grid_of(4, 30);
        for (int hue = 0; hue < 30; hue++) { /* more pairs than 8 colours have */
            grid_put(grid, 0, hue, STYLE_HUE(CLASS, hue), 'c');
            grid_put(grid, 1, hue, STYLE_HUE(RUN, hue), 'r');
        }
        grid_mark(grid, (struct rect){1, 0, 1, 30}, STYLE_ON_CURSOR);
        grid_text(grid, 2, 0, 30, STYLE_IS(BEST), "best");
        paint(&stage, grid);
        struct vt_cell class = vt_at(stage.vt, 0, 3), bar = vt_at(stage.vt, 1, 3);
        assert_int_equal(class.code, 'c');
        if (TERMS[i].colours) {
            assert_in_range(class.fg, 0, TERMS[i].colours - 1);
            assert_true(bar.bg >= 0 || bar.reverse);
        } else {
            assert_int_equal(class.fg, -1);
            assert_true(bar.reverse);
        }
        assert_true(vt_at(stage.vt, 2, 0).bold);
        grid_free(grid);
        close_stage(&stage);
    }
}

static void without_utf8_everything_is_ascii(void **state)
{
    (void)state;
    struct stage stage;
    assert_non_null(setlocale(LC_CTYPE, "C"));
    open_stage(&stage, "xterm-256color", 4, 30, false);
    struct grid *grid = grid_of(4, 30);
    grid_text(grid, 0, 0, 30, STYLE_IS(TEXT), "été – 日本 ▁▃█ ⣿⠉ e\u0301");
    grid_text(grid, 1, 0, 6, STYLE_IS(TEXT), "too long");
    grid_text(grid, 2, 0, 30, STYLE_IS(TEXT), "├──●──┤ ┌┐ ▾ →");
    struct err err;
    assert_true(paint_frame(stage.painter, grid, NULL, 0, &err));
    char bytes[4096];
    ssize_t n = read(stage.pipe[0], bytes, sizeof bytes);
    assert_true(n > 0);
    for (ssize_t i = 0; i < n; i++)
        assert_true((unsigned char)bytes[i] < 0x80);
    vt_feed(stage.vt, bytes, (size_t)n);
    assert_string_equal(vt_text(stage.vt), "ete - ? ?  _-@ #' e\ntoo l~\n+--O--+ ++ v >\n\n");
    grid_free(grid);
    close_stage(&stage);
    assert_true(paint_locale());
}

static void unknown_terminals_are_refused_with_a_hint(void **state)
{
    (void)state;
    struct theme theme;
    struct err err;
    assert_true(theme_builtin(&theme, "dark", &err));
    static const char *const TERMS[] = {NULL, "", "no-such-terminal", "dumb", "../../etc/passwd"};
    for (size_t i = 0; i < sizeof TERMS / sizeof *TERMS; i++) {
        struct painter_options options = {.term = TERMS[i], .out_fd = 2};
        assert_null(painter_new(&options, &theme, &err));
        assert_int_equal(err.code, ERR_USAGE);
        assert_true(strstr(err.text, "xterm-256color") || strstr(err.text, "commands"));
    }
}

static void signals_stay_with_their_owner(void **state)
{
    (void)state;
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    struct stage stage;
    for (int i = 0; i < 4; i++)
        signal(SIGNALS[i], SIG_DFL); /* whatever we were started with */
    open_stage(&stage, "xterm-256color", 4, 10, false);
    for (int i = 0; i < 4; i++) {
        struct sigaction action;
        sigaction(SIGNALS[i], NULL, &action);
        assert_true(action.sa_handler == SIG_DFL);
    }
    close_stage(&stage);
}

int main(void)
{
    if (!paint_locale())
        return 77; /* this system has no UTF-8 locale at all */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_colours_reach_the_screen),
        cmocka_unit_test(only_changes_are_sent),
        cmocka_unit_test(a_step_in_a_table_is_cheap),
        cmocka_unit_test(changes_add_up_to_the_whole),
        cmocka_unit_test(pictures_are_left_alone),
        cmocka_unit_test(nothing_scrolls_after_a_picture),
        cmocka_unit_test(a_frame_is_one_write),
        cmocka_unit_test(a_lost_frame_is_painted_again),
        cmocka_unit_test(sizes_change),
        cmocka_unit_test(few_colours_and_none),
        cmocka_unit_test(without_utf8_everything_is_ascii),
        cmocka_unit_test(unknown_terminals_are_refused_with_a_hint),
        cmocka_unit_test(signals_stay_with_their_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
