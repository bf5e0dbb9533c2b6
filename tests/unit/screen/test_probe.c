/*
 * What terminals answered when they were recorded, and what follows from it.
 */
#include "screen/input.h"
#include "screen/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Recorded in windows of 100 x 30 cells of 8 x 17 pixels. */
static const struct {
    const char *title, *term, *answers;
    int width_px, height_px; /* of the ioctl */
    enum terminal_graphics graphics;
    enum terminal_delta delta;
    int cell_w, cell_h, max_w, registers;
    bool guessed, sync, truecolour;
    const char *why; /* a part of it */
} TERMINALS[] = {
    {"xterm -ti vt340", "xterm-256color",
        "\x1bP>|XTerm(379)\x1b\\\x1b[?1;0;1024S\x1b[?2;0;800;510S\x1b[?2;0;1000;1000S"
        "\x1b[?2026;0$y\x1b[?63;1;2;4;6;9;15;16;22;28c",
        804, 514, GRAPHICS_SIXEL, DELTA_PIXELS, 8, 17, 1000, 1024, false, false, false, "sixel"},
    {"stock xterm", "xterm-256color",
        "\x1bP>|XTerm(379)\x1b\\\x1b[?2026;0$y\x1b[?64;1;2;6;9;15;22c", 804, 514, GRAPHICS_BLOCKS,
        DELTA_PIXELS, 8, 17, 0, 0, false, false, false, "-ti vt340"},
    {"foot", "foot",
        "\x1bP>|foot(1.13.1)\x1b\\\x1b[6;17;8t\x1b[4;510;800t\x1b[?1;0;1024S\x1b[?2;0;800;510S"
        "\x1b[?2;0;10000;10000S\x1b[?2026;2$y\x1bP1+r524742=38\x1b\\\x1b[?62;4;22c",
        800, 510, GRAPHICS_SIXEL, DELTA_PIXELS, 8, 17, 10000, 1024, false, true, true, "sixel"},
    {"mlterm", "mlterm",
        "\x1b[6;17;8t\x1b[4;510;800t\x1b[?1;0;1024S\x1b[?2;3;0S\x1b[?2;3;0S\x1b[?2026;0$y"
        "\x1b[?63;1;2;3;4;6;7;15;18;22;29c",
        800, 510, GRAPHICS_SIXEL, DELTA_CELLS, 8, 17, 0, 1024, false, false, false, "sixel"},
    {"Konsole", "xterm-256color",
        "\x1b_Gi=31;OK\x1b\\\x1bP>|Konsole 22.12.3\x1b\\\x1b[6;17;8t\x1b[4;510;800t"
        "\x1b[?1;0;256S\x1b[?2;0;16384;16384S\x1b[?2;0;16384;16384S\x1b[?62;1;4c",
        802, 510, GRAPHICS_KITTY, DELTA_BANDS, 8, 17, 16384, 256, false, false, false, "OK"},
    {"kitty", "xterm-kitty",
        "\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.26.5)\x1b\\\x1b[6;17;8t\x1b[4;510;800t\x1b[?2026;2$y"
        "\x1b[?62;c",
        800, 510, GRAPHICS_KITTY, DELTA_CELLS, 8, 17, 0, 0, false, true, false, "OK"},
    {"Alacritty", "alacritty", "\x1b[4;510;800t\x1b[?6c", 800, 510, GRAPHICS_BLOCKS, DELTA_CELLS, 8,
        17, 0, 0, false, false, false, "neither"},
    {"tmux", "tmux-256color", "\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2c", 800, 510, GRAPHICS_BLOCKS,
        DELTA_CELLS, 8, 17, 0, 0, false, false, false, "tmux"},
    {"tmux with sixel", "tmux-256color", "\x1bP>|tmux 3.4\x1b\\\x1b[?1;2;4c", 800, 510,
        GRAPHICS_SIXEL, DELTA_CELLS, 8, 17, 0, 0, false, false, false, "names it"},
    {"screen", "screen", "\x1b[?1;2c", 800, 510, GRAPHICS_BLOCKS, DELTA_CELLS, 8, 17, 0, 0, false,
        false, false, "neither"},
    {"62;22 is not 4", "xterm-ghostty", "\x1b[?62;22;52c", 0, 0, GRAPHICS_BLOCKS, DELTA_CELLS, 8,
        16, 0, 0, true, false, false, "neither"},
    {"level 4 is not feature 4", "x", "\x1b[?4;6c", 0, 0, GRAPHICS_BLOCKS, DELTA_CELLS, 8, 16, 0, 0,
        true, false, false, "neither"},
    {"silence", "xterm", "", 0, 0, GRAPHICS_BLOCKS, DELTA_CELLS, 8, 16, 0, 0, true, false, false,
        "did not answer"},
    {"dumb", "dumb", "", 0, 0, GRAPHICS_NONE, DELTA_CELLS, 8, 16, 0, 0, true, false, false, "dumb"},
    {"nonsense pixels", "x", "\x1b[?62;4c", 32000, 0, GRAPHICS_SIXEL, DELTA_CELLS, 8, 16, 0, 0,
        true, false, false, "sixel"},
    {"the query is right, the ioctl wrong", "x", "\x1b[6;20;10t\x1b[?62;4c", 1600, 1020,
        GRAPHICS_SIXEL, DELTA_CELLS, 10, 20, 0, 0, false, false, false, "sixel"},
};

static void learn(struct probe *probe, const char *answers)
{
    struct input input;
    struct event event;
    input_init(&input);
    input_feed(&input, answers, strlen(answers));
    while (input_next(&input, &event)) {
        assert_int_equal(event.kind, EVENT_ANSWER);
        probe_answer(probe, event.text, event.length);
    }
    input_done(&input);
}

static void a_light_ground_is_one_that_was_said_to_be(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        bool light;
    } GROUNDS[] = {{"", false}, {"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", true},
        {"\x1b]11;rgb:fdfd/f6f6/e3e3\x07", true}, {"\x1b]11;rgb:0000/2b2b/3636\x1b\\", false},
        {"\x1b]11;rgb:ff/ff/ff\x1b\\", true}, {"\x1b]11;rgba:0/0/0/f\x1b\\", false},
        {"\x1b]11;rgba:e/e/e/f\x1b\\", true}, {"\x1b]11;rgb:ffff/ffff\x1b\\", false},
        {"\x1b]11;rgb:ffffff\x1b\\", false}, {"\x1b]11;rgb:gg/gg/gg\x1b\\", false},
        {"\x1b]11;rgb:fffff/fffff/fffff\x1b\\", false}, {"\x1b]11;rgb\x1b\\", false}};
    for (size_t i = 0; i < sizeof GROUNDS / sizeof *GROUNDS; i++) {
        struct probe probe;
        struct terminal terminal;
        struct probe_env env = {.term = "xterm-256color", .utf8 = true};
        probe_init(&probe);
        learn(&probe, GROUNDS[i].answer);
        assert_true(probe_decide(&probe, &env, &terminal, NULL));
        assert_true(terminal.light == GROUNDS[i].light);
    }
}

static void recorded_terminals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TERMINALS / sizeof *TERMINALS; i++) {
        struct probe probe;
        struct terminal terminal;
        struct probe_env env = {.term = TERMINALS[i].term,
            .utf8 = true,
            .size = {30, 100, TERMINALS[i].width_px, TERMINALS[i].height_px}};
        probe_init(&probe);
        learn(&probe, TERMINALS[i].answers);
        print_message("%s\n", TERMINALS[i].title);
        assert_true(probe_decide(&probe, &env, &terminal, NULL));
        assert_int_equal(terminal.graphics, TERMINALS[i].graphics);
        assert_int_equal(terminal.delta, TERMINALS[i].delta);
        assert_int_equal(terminal.cell_w_px, TERMINALS[i].cell_w);
        assert_int_equal(terminal.cell_h_px, TERMINALS[i].cell_h);
        assert_int_equal(terminal.max_w_px, TERMINALS[i].max_w);
        assert_int_equal(terminal.registers, TERMINALS[i].registers);
        assert_int_equal(terminal.cell_from == CELL_GUESSED, TERMINALS[i].guessed);
        assert_int_equal(terminal.sync2026, TERMINALS[i].sync);
        assert_int_equal(terminal.truecolour, TERMINALS[i].truecolour);
        assert_int_equal(terminal.answered, *TERMINALS[i].answers != '\0');
        assert_non_null(strstr(terminal.why, TERMINALS[i].why));
    }
}

static void words_of_the_person_win(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum terminal_graphics graphics;
    } WORDS[] = {{"none", GRAPHICS_NONE}, {"blocks", GRAPHICS_BLOCKS}, {"sixel", GRAPHICS_SIXEL},
        {"kitty", GRAPHICS_KITTY}, {"auto", GRAPHICS_SIXEL}, {"", GRAPHICS_SIXEL},
        {NULL, GRAPHICS_SIXEL}};
    struct probe probe;
    struct terminal terminal;
    struct err err;
    probe_init(&probe);
    learn(&probe, "\x1b[?62;4;22c");
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        struct probe_env env = {.graphics = WORDS[i].word, .size = {24, 80, 0, 0}};
        assert_true(probe_decide(&probe, &env, &terminal, &err));
        assert_int_equal(terminal.graphics, WORDS[i].graphics);
    }
    struct probe_env env = {.graphics = "sixels\x1b", .size = {24, 80, 0, 0}};
    assert_false(probe_decide(&probe, &env, &terminal, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_int_equal(terminal.graphics, GRAPHICS_SIXEL);
}

/* What a multiplexer does not show is refused, in words, and never sent. */
static void nothing_is_sent_through_a_multiplexer(void **state)
{
    (void)state;
    static const struct {
        const char *term, *tmux, *sty, *word, *answers, *said; /* said: NULL when it is taken */
    } CASES[] = {
        {"tmux-256color", "/tmp/t,1,0", NULL, "kitty", "\x1b[?1;2;4c", "tmux"},
        {"tmux-256color", "/tmp/t,1,0", NULL, "iterm", "\x1b[?1;2c", "tmux"},
        {"tmux-256color", "/tmp/t,1,0", NULL, "sixel", "\x1b[?1;2c", "tmux"},
        {"tmux-256color", "/tmp/t,1,0", NULL, "sixel", "\x1b[?1;2;4c", NULL},
        {"tmux-256color", "/tmp/t,1,0", NULL, "blocks", "\x1b[?1;2;4c", NULL},
        {"tmux-256color", NULL, NULL, "kitty", "\x1b[?1;2c", "tmux"}, /* over ssh from within */
        {"xterm-256color", NULL, NULL, "kitty", "\x1bP>|tmux 3.4\x1b\\\x1b[?1;2;4c", "tmux"},
        {"screen", NULL, "1.pts", "sixel", "\x1b[?1;2c", "screen"},
        {"screen.xterm", NULL, NULL, "kitty", "\x1b[?1;2c", "screen"},
        {"screen", NULL, "1.pts", "none", "\x1b[?1;2c", NULL},
        {"xterm-256color", NULL, NULL, "kitty", "\x1b[?1;2c", NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct probe probe;
        struct terminal terminal;
        struct err err = {0};
        struct probe_env env = {.graphics = CASES[i].word,
            .term = CASES[i].term,
            .tmux = CASES[i].tmux,
            .sty = CASES[i].sty,
            .size = {24, 80, 0, 0}};
        probe_init(&probe);
        learn(&probe, CASES[i].answers);
        assert_int_equal(probe_decide(&probe, &env, &terminal, &err), !CASES[i].said);
        if (CASES[i].said)
            assert_non_null(strstr(err.text, CASES[i].said));
        else
            assert_string_equal(terminal_graphics_name(terminal.graphics), CASES[i].word);
    }
}

static void colours_by_what_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *term, *colorterm, *no_color;
        bool truecolour;
    } ENVS[] = {{"xterm", "truecolor", NULL, true}, {"xterm", "24bit", "", true},
        {"xterm", "truecolor", "1", false}, {"xterm-direct", NULL, NULL, true},
        {"xterm-256color", "yes", NULL, false}, {NULL, NULL, NULL, false}};
    for (size_t i = 0; i < sizeof ENVS / sizeof *ENVS; i++) {
        struct probe probe;
        struct terminal terminal;
        struct probe_env env = {
            .term = ENVS[i].term, .colorterm = ENVS[i].colorterm, .no_color = ENVS[i].no_color};
        probe_init(&probe);
        assert_true(probe_decide(&probe, &env, &terminal, NULL));
        assert_int_equal(terminal.truecolour, ENVS[i].truecolour);
    }
}

static void a_mouse_in_decimal_is_one_that_was_said_to_be(void **state)
{
    (void)state;
    static const struct {
        const char *answers;
        bool sgr;
    } ANSWERS[] = {{"\x1b[?1006;2$y\x1b[?62c", true}, {"\x1b[?1006;1$y\x1b[?62c", true},
        {"\x1b[?1006;0$y\x1b[?62c", false}, {"\x1b[?1006;4$y\x1b[?62c", false},
        {"\x1b[?2026;2$y\x1b[?62c", false}, {"\x1b[?62c", false}, {"", false}};
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++) {
        struct probe probe;
        struct terminal terminal;
        struct probe_env env = {.term = "xterm-256color", .size = {24, 80, 0, 0}};
        probe_init(&probe);
        learn(&probe, ANSWERS[i].answers);
        assert_true(probe_decide(&probe, &env, &terminal, NULL));
        assert_int_equal(terminal.sgr_mouse, ANSWERS[i].sgr);
        assert_int_equal(terminal.trip_ms, -1); /* nobody was asked */
    }
}

static void odd_answers_teach_nothing(void **state)
{
    (void)state;
    static const char *const ODD[] = {"\x1b[c", "\x1b[?c", "\x1b[?62;x;4c", "\x1b[6;0;0t",
        "\x1b[6;99999999;8t", "\x1b[6;17t", "\x1b[8;30;100t", "\x1b[?2026$y", "\x1b[?2027;1$y",
        "\x1b[?1;3;0S", "\x1bP0+r524742\x1b\\", "\x1b_Gi=32;OK\x1b\\", "\x1b_Gi=31;ENOENT\x1b\\",
        "\x1b_Gi=31;OK;\x1b\\", "\x1bP>", "\x1b", "", "\x1bP>|", "\x1b]10;rgb:0/0/0\x1b\\",
        "\x1b]11;rgb:0/0\x1b\\"};
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++) {
        struct probe probe, fresh;
        probe_init(&probe);
        probe_init(&fresh);
        assert_false(probe_answer(&probe, ODD[i], strlen(ODD[i])));
        fresh.size_answers = probe.size_answers;
        assert_memory_equal(&probe, &fresh, sizeof probe);
    }
    struct probe probe;
    struct terminal terminal;
    struct probe_env env = {.size = {24, 80, 0, 0}};
    probe_init(&probe);
    char name[300] = "\x1bP>|";
    memset(name + 4, '\t', 200);
    memcpy(name + 204, "\x1b\\", 3);
    assert_true(probe_answer(&probe, name, 206));
    assert_true(probe_decide(&probe, &env, &terminal, NULL));
    assert_true(strlen(terminal.name) < sizeof terminal.name);
    assert_null(strchr(terminal.name, '\t'));
}

static void questions_fit_the_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *term, *tmux, *sty;
        bool kitty, version;
    } ENVS[] = {{"xterm-256color", NULL, NULL, true, true}, {"xterm-kitty", "", "", true, true},
        {"screen", NULL, NULL, false, true}, {"tmux-256color", NULL, NULL, false, true},
        {"xterm", "/run/tmux/default,1,0", NULL, false, true},
        {"xterm", NULL, "1.pts", false, true}, {"linux", NULL, NULL, false, false},
        {"dumb", NULL, NULL, false, false}, {NULL, NULL, NULL, true, true}};
    for (size_t i = 0; i < sizeof ENVS / sizeof *ENVS; i++) {
        struct probe_env env = {.term = ENVS[i].term, .tmux = ENVS[i].tmux, .sty = ENVS[i].sty};
        struct buf out;
        buf_init(&out, 4096);
        probe_questions(&env, &out);
        assert_int_equal(strstr(out.data, "\x1b_G") != NULL, ENVS[i].kitty);
        assert_int_equal(strstr(out.data, "\x1b[>q") != NULL, ENVS[i].version);
        assert_string_equal(out.data + out.length - 3, "\x1b[c");
        buf_done(&out);
    }
}

/* Both ways through pipes: the answers lie ready, with keys typed before and after. */
static void asking_keeps_the_keys(void **state)
{
    (void)state;
    int to[2], from[2];
    assert_int_equal(pipe2(to, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from, O_CLOEXEC), 0);
    static const char TYPED[] = "j\x1b[6;17;8t\x1b[?62;4;22cq";
    assert_int_equal(write(to[1], TYPED, sizeof TYPED - 1), sizeof TYPED - 1);
    struct probe probe;
    struct buf read_bytes;
    struct err err;
    struct probe_env env = {.term = "foot"};
    probe_init(&probe);
    buf_init(&read_bytes, 1 << 16);
    assert_true(probe_ask(to[0], from[1], &env, &probe, &read_bytes, &err));
    assert_true(probe.done && probe.da1_sixel && probe.trip_ms >= 0);
    assert_int_equal(probe.cell_h, 17);
    assert_string_equal(read_bytes.data, TYPED);
    char asked[1024];
    ssize_t n = read(from[0], asked, sizeof asked);
    assert_true(n > 3 && !memcmp(asked + n - 3, "\x1b[c", 3));
    /* A terminal that hangs up is no endless wait. */
    close(to[1]);
    probe_init(&probe);
    assert_true(probe_ask(to[0], from[1], &env, &probe, &read_bytes, &err));
    assert_false(probe.done);
    close(from[0]);
    close(to[0]);
    close(from[1]);
    buf_done(&read_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_terminals),
        cmocka_unit_test(a_light_ground_is_one_that_was_said_to_be),
        cmocka_unit_test(words_of_the_person_win),
        cmocka_unit_test(nothing_is_sent_through_a_multiplexer),
        cmocka_unit_test(colours_by_what_is_said),
        cmocka_unit_test(a_mouse_in_decimal_is_one_that_was_said_to_be),
        cmocka_unit_test(odd_answers_teach_nothing),
        cmocka_unit_test(questions_fit_the_terminal),
        cmocka_unit_test(asking_keeps_the_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
