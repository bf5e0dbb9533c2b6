/*
 * Theme files: the builtin ones, errors with their line, looks, small palettes.
 */
#include "screen/theme.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void builtin_themes_are_whole(void **state)
{
    (void)state;
    size_t count = 0;
    for (; theme_builtin_name(count); count++) {
        struct theme theme;
        struct err err;
        if (!theme_builtin(&theme, theme_builtin_name(count), &err))
            fail_msg("%s, line %d: %s", theme_builtin_name(count), (int)err.at, err.text);
        assert_string_equal(theme.name, theme_builtin_name(count));
        bool mono = !strcmp(theme.name, "mono");
        assert_true(mono ? theme.run.count == 0 : theme.run.count >= 8);
        assert_true(mono ? theme.class.count == 0 : theme.class.count >= 20);
        /* What has to be told apart is. */
        static const int APART[][2] = {{STYLE_GOOD, STYLE_BAD}, {STYLE_TP, STYLE_FP},
            {STYLE_FP, STYLE_FN}, {STYLE_TP, STYLE_FN}, {STYLE_CURSOR, STYLE_SELECTED},
            {STYLE_TEXT, STYLE_BEST}};
        for (size_t i = 0; i < sizeof APART / sizeof *APART; i++)
            assert_memory_not_equal(
                &theme.roles[APART[i][0]], &theme.roles[APART[i][1]], sizeof *theme.roles);
        for (int a = 0; a < theme.run.count; a++)
            for (int b = 0; b < a; b++)
                assert_true(
                    theme_nearest(theme.run.rgb[a], 256) != theme_nearest(theme.run.rgb[b], 256));
        for (int role = 0; mono && role < STYLE_ROLES; role++)
            assert_false(theme.roles[role].fg.set || theme.roles[role].bg.set);
    }
    assert_true(count >= 4);
    assert_string_equal(theme_builtin_name(0), "dark");
}

static void lines_say_what_they_mean(void **state)
{
    (void)state;
    static const char TEXT[] = "# a comment\n\n  good=x\n";
    static const char GOOD[] = "# a comment\r\n\n  good = fg #87D787 bold  \ncursor = bg #303030\n"
                               "text = default\nrun.0 = #010203\nrun.1 = #040506\non = #ffffff";
    struct theme theme;
    struct err err;
    assert_false(theme_parse(&theme, "t", TEXT, sizeof TEXT - 1, &err));
    assert_true(theme_parse(&theme, "t", GOOD, sizeof GOOD - 1, &err));
    assert_true(theme.roles[STYLE_GOOD].fg.set);
    assert_int_equal(theme.roles[STYLE_GOOD].fg.rgb[1], 0xd7);
    assert_int_equal(theme.roles[STYLE_GOOD].attr, STYLE_BOLD);
    assert_false(theme.roles[STYLE_CURSOR].fg.set);
    assert_int_equal(theme.roles[STYLE_CURSOR].bg.rgb[0], 0x30);
    assert_int_equal(theme.run.count, 2);
    assert_int_equal(theme.ground[2], 255);
}

static void faults_name_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
        const char *part;
    } FAULTS[] = {
        {"good", 1, "name = value"},
        {"\n\ngood = #12345", 3, "#rrggbb"},
        {"good = #gggggg", 1, "#rrggbb"},
        {"good = green", 1, "\"green\""},
        {"good = fg", 1, "#rrggbb"},
        {"goood = #000000", 1, "no role called \"goood\""},
        {"run.1 = #000000", 1, "run.0 comes next"},
        {"run.0 = #000000\nrun.0 = #000000", 2, "run.1 comes next"},
        {"run.x = #000000", 1, "no hue"},
        {"run.99999999999999999999 = #000000", 1, "no hue"},
        {"class.0 = bold", 1, "a hue is one colour"},
        {"= #000000", 1, "name = value"},
    };
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
        struct theme theme;
        struct err err;
        assert_false(theme_parse(&theme, "t", FAULTS[i].text, strlen(FAULTS[i].text), &err));
        assert_int_equal(err.code, ERR_FORMAT);
        assert_int_equal(err.place, ERR_AT_LINE);
        assert_int_equal(err.at, FAULTS[i].line);
        if (!strstr(err.text, FAULTS[i].part))
            fail_msg("\"%s\" says \"%s\"", FAULTS[i].text, err.text);
    }
}

static void any_bytes_are_survived(void **state)
{
    (void)state;
    static const char PIECES[] = "run.0class.good = #00ffbgbold\n\n  \xff\x00fg default";
    unsigned seed = 99;
    for (int round = 0; round < 3000; round++) {
        char text[80];
        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * 1103515245 + 12345;
            text[i] = PIECES[(seed >> 16) % (sizeof PIECES - 1)];
        }
        struct theme theme;
        struct err err;
        if (!theme_parse(&theme, "t", text, sizeof text, &err))
            assert_in_range(err.at, 1, 80);
    }
}

static void files_and_names(void **state)
{
    (void)state;
    struct theme theme;
    struct err err;
    const char *dir = temp_dir();
    const char *good = temp_text(dir, "mine.theme", "good = #000001\n");
    const char *bad = temp_text(dir, "bad.theme", "good = #000001\nfoo = bold\n");
    assert_true(theme_load(&theme, good, &err));
    assert_int_equal(theme.roles[STYLE_GOOD].fg.rgb[2], 1);
    assert_false(theme_load(&theme, bad, &err));
    assert_string_equal(err.file, bad);
    assert_int_equal(err.at, 2);
    assert_false(theme_load(&theme, "/no/such.theme", &err));
    assert_int_equal(err.code, ERR_IO);
    assert_false(theme_load(&theme, "darkk", &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "dark, light, colorblind, mono"));
    assert_true(theme_load(&theme, "light", &err));
    assert_string_equal(theme_default_name(NULL), "dark");
    assert_string_equal(theme_default_name(""), "dark");
    assert_string_equal(theme_default_name("1"), "mono");
}

static void looks_are_put_together(void **state)
{
    (void)state;
    static const char TEXT[] = "good = #00ff00\ncursor = bg #303030 bold\n"
                               "selected = fg #ffffff bg #000080\nrun.0 = #010101\nrun.1 = #020202";
    struct theme theme;
    struct theme_entry look;
    assert_true(theme_parse(&theme, "t", TEXT, sizeof TEXT - 1, NULL));
    struct cell cell = {.role = STYLE_GOOD, .attr = STYLE_ON_CURSOR | STYLE_UNDERLINE};
    theme_look(&theme, &cell, &look);
    assert_int_equal(look.fg.rgb[1], 255); /* its own colour on the bar's ground */
    assert_int_equal(look.bg.rgb[0], 0x30);
    assert_int_equal(look.attr, STYLE_BOLD | STYLE_UNDERLINE);
    cell = (struct cell){.role = STYLE_TEXT, .attr = STYLE_ON_SELECTED};
    theme_look(&theme, &cell, &look);
    assert_true(look.fg.set && look.fg.rgb[0] == 255 && look.bg.rgb[2] == 0x80);
    cell.attr |= STYLE_ON_CURSOR;
    theme_look(&theme, &cell, &look);
    assert_true(!look.fg.set && look.bg.rgb[0] == 0x30);
    cell = (struct cell){.role = STYLE_RUN, .hue = 5};
    theme_look(&theme, &cell, &look);
    assert_int_equal(look.fg.rgb[0], 2); /* hues go round */
    cell.role = 250;
    theme_look(&theme, &cell, &look);
    assert_false(look.fg.set);
    uint8_t rgb[3];
    theme_rgb(&theme, STYLE_RUN, 3, rgb);
    assert_int_equal(rgb[0], 2);
    theme_rgb(&theme, STYLE_CLASS, -1, rgb);
    assert_int_equal(rgb[0], 255); /* on a dark ground */
    memset(theme.ground, 255, 3);
    theme_rgb(&theme, STYLE_CLASS, 0, rgb);
    assert_int_equal(rgb[0], 0);
}

static void small_palettes(void **state)
{
    (void)state;
    static const struct {
        uint8_t rgb[3];
        int in256, in16, in8;
    } COLOURS[] = {{{0, 0, 0}, 16, 0, 0}, {{255, 255, 255}, 231, 15, 7}, {{255, 0, 0}, 196, 9, 1},
        {{0x87, 0xd7, 0x87}, 114, 10, 2}, {{8, 8, 8}, 232, 0, 0}, {{0, 0, 180}, 19, 4, 4},
        {{128, 128, 128}, 244, 8, 7}, {{0xff, 0xaf, 0x5f}, 215, 11, 3},
        {{0x5f, 0xaf, 0xff}, 75, 14, 6}, {{200, 200, 200}, 251, 7, 7}};
    for (size_t i = 0; i < sizeof COLOURS / sizeof *COLOURS; i++) {
        assert_int_equal(theme_nearest(COLOURS[i].rgb, 256), COLOURS[i].in256);
        assert_int_equal(theme_nearest(COLOURS[i].rgb, 16), COLOURS[i].in16);
        assert_int_equal(theme_nearest(COLOURS[i].rgb, 8), COLOURS[i].in8);
    }
    /* A dark bar on a dark ground would vanish among 8 colours: it is turned round instead. */
    struct theme theme;
    assert_true(theme_builtin(&theme, "dark", NULL));
    struct cell cell = {.role = STYLE_TEXT, .attr = STYLE_ON_CURSOR};
    struct theme_entry look;
    theme_look(&theme, &cell, &look);
    static const int COLOUR_COUNTS[] = {256, 16, 8, 0};
    for (size_t i = 0; i < sizeof COLOUR_COUNTS / sizeof *COLOUR_COUNTS; i++) {
        struct theme_fitted fitted = theme_fit(&theme, &look, COLOUR_COUNTS[i]);
        assert_true(fitted.bg >= 0 || (fitted.attr & STYLE_REVERSE));
        assert_true(fitted.bg < COLOUR_COUNTS[i] || fitted.bg == -1);
        for (int role = 0; role < STYLE_ROLES; role++) {
            fitted = theme_fit(&theme, &theme.roles[role], COLOUR_COUNTS[i]);
            assert_true(fitted.fg != fitted.bg || fitted.fg == -1); /* nothing is invisible */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_themes_are_whole),
        cmocka_unit_test(lines_say_what_they_mean),
        cmocka_unit_test(faults_name_their_line),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(files_and_names),
        cmocka_unit_test(looks_are_put_together),
        cmocka_unit_test(small_palettes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
