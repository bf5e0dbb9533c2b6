/*
 * The pseudo terminal of the end-to-end tests, tried on shell scripts whose behaviour is known.
 */
#include "pty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static const char *const PLAIN[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TERM=vt100", NULL};

static struct pty *run(const char *script, enum wire_terminal terminal)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    struct pty_start start = {
        .argv = argv, .env = PLAIN, .cols = 100, .rows = 30, .terminal = terminal};
    return pty_open(&start);
}

static void check_exit(struct pty *pty, int code, const char *left_on)
{
    assert_true(pty_wait_exit(pty));
    assert_true(WIFEXITED(pty_status(pty)));
    assert_int_equal(WEXITSTATUS(pty_status(pty)), code);
    assert_string_equal(pty_left_on(pty), left_on);
    pty_close(pty);
}

static void test_text_and_status(void **state)
{
    (void)state;
    struct pty *pty =
        run("echo one; printf '\\033[3;5Htwo \\303\\244\\346\\274\\242x'; exit 7", WIRE_DUMB);
    int row, col;
    assert_true(pty_wait_text(pty, "x"));
    assert_string_equal(pty_row(pty, 0), "one");
    assert_string_equal(pty_row(pty, 2), "    two \xc3\xa4\xe6\xbc\xa2x");
    assert_non_null(strstr(pty_screen(pty), "one\n\n    two"));
    assert_true(pty_find(pty, "x", &row, &col));
    assert_int_equal(row, 2);
    assert_int_equal(col, 11); /* the wide character takes two cells */
    check_exit(pty, 7, "");
}

static void test_environment_is_exact(void **state)
{
    (void)state;
    struct pty *pty = run("env | sort | tr '\\n' ' '; tty -s && stty size", WIRE_DUMB);
    assert_true(pty_wait_text(pty, "30 100"));
    assert_null(strstr(pty_screen(pty), "HOME="));
    assert_non_null(strstr(pty_screen(pty), "LC_ALL=C"));
    check_exit(pty, 0, "");
}

static void test_keys(void **state)
{
    (void)state;
    struct pty *pty = run("printf 'name? '; read name; echo \"<$name>\"", WIRE_DUMB);
    assert_true(pty_wait_text(pty, "name?"));
    pty_type(pty, "coco" PTY_ENTER);
    assert_true(pty_wait_text(pty, "<coco>"));
    check_exit(pty, 0, "");
}

static void test_resize(void **state)
{
    (void)state;
    struct pty *pty =
        run("trap 'stty size; exit 3' WINCH; echo ready; while :; do read x; done", WIRE_DUMB);
    assert_true(pty_wait_text(pty, "ready"));
    pty_resize(pty, 60, 20);
    assert_true(pty_wait_text(pty, "20 60"));
    check_exit(pty, 3, "");
}

static void test_colours(void **state)
{
    (void)state;
    struct pty *pty = run("printf '\\033[1;38;2;10;20;30mA\\033[0m\\033[7;4mB\\033[m.'", WIRE_DUMB);
    assert_true(pty_wait_text(pty, "AB."));
    struct pty_cell a = pty_cell(pty, 0, 0), b = pty_cell(pty, 0, 1), dot = pty_cell(pty, 0, 2);
    assert_string_equal(a.text, "A");
    assert_true(a.bold && !a.underline && !a.plain_foreground && a.plain_background);
    assert_memory_equal(a.foreground, ((uint8_t[]){10, 20, 30}), 3);
    assert_true(b.reverse && b.underline && !b.bold);
    assert_true(dot.plain_foreground && dot.plain_background && !dot.reverse);
    check_exit(pty, 0, "");
}

static void test_what_is_left_on(void **state)
{
    (void)state;
    check_exit(run("printf '\\033[?1049h\\033[?25l\\033[?1002;1006h\\033='", WIRE_DUMB), 0,
        "alternate screen 1049, mouse 1002, mouse 1006, hidden cursor, application keypad");
    check_exit(
        run("printf "
            "'\\033[?1049h\\033[?25l\\033[?1000h\\033=\\033[?1000l\\033[?25h\\033>\\033[?1049l'",
            WIRE_DUMB),
        0, "");
    check_exit(run("stty raw -echo", WIRE_DUMB), 0, "terminal settings");
    check_exit(run("saved=$(stty -g); stty raw -echo; stty \"$saved\"", WIRE_DUMB), 0, "");
    check_exit(
        run("printf '\\033[?7l\\033Pq'", WIRE_DUMB), 0, "no wrapping, an unfinished sequence");
}

static void test_pictures_are_kept_apart(void **state)
{
    (void)state;
    struct pty *pty =
        run("printf '\\033[4;6Hbefore\\033P0;1;0q#0;2;0;0;0#0~~-\\033\\\\after'", WIRE_XTERM);
    assert_true(pty_wait_text(pty, "beforeafter"));
    assert_int_equal(wire_picture_count(pty_wire(pty)), 1);
    const struct wire_picture *picture = wire_picture(pty_wire(pty), 0);
    assert_int_equal(picture->kind, WIRE_SIXEL);
    assert_string_equal(picture->bytes, "0;1;0q#0;2;0;0;0#0~~-");
    assert_int_equal(picture->length, strlen(picture->bytes));
    assert_int_equal(picture->row, 3);
    assert_int_equal(picture->col, 11);
    check_exit(pty, 0, "");
    pty = run("printf 'a\\033_Ga=T,i=3,q=2;AAAA\\033\\\\b'", WIRE_KITTY);
    assert_true(pty_wait_text(pty, "ab"));
    assert_true(pty_wait_pictures(pty, 1));
    assert_string_equal(wire_picture(pty_wire(pty), 0)->bytes, "Ga=T,i=3,q=2;AAAA");
    check_exit(pty, 0, "");
}

/* Asks by QUERY, then by DA1, whose answer ends in c, and shows what came back, controls spelled.
 */
#define ASK(query)                                                                                 \
    "stty raw -echo; printf '" query "\\033[c'; a=; while case $a in *c) false;; esac; do "        \
    "a=$a$(dd bs=1 count=1 2>/dev/null | cat -v); done; printf '\\033[10;1H%s' \"<$a>\""

static const struct {
    enum wire_terminal terminal;
    const char *script, *answer;
} QUERIES[] = {
    {WIRE_XTERM, ASK(""), "<^[[?63;1;2;4;6;9;15;16;22;28c>"},
    {WIRE_XTERM, ASK("\\033[>q"), "<^[P>|XTerm(379)^[\\^[[?63;1;2;4;6;9;15;16;22;28c>"},
    {WIRE_XTERM, ASK("\\033[16t\\033[14t"), "<^[[?63;1;2;4;6;9;15;16;22;28c>"},
    {WIRE_XTERM, ASK("\\033[?2;1;0S"), "<^[[?2;0;800;510S^[[?63;1;2;4;6;9;15;16;22;28c>"},
    {WIRE_XTERM, ASK("\\033[?2;4;0S"), "<^[[?2;0;1000;1000S^[[?63;1;2;4;6;9;15;16;22;28c>"},
    {WIRE_XTERM, ASK("\\033[?2026$p"), "<^[[?2026;0$y^[[?63;1;2;4;6;9;15;16;22;28c>"},
    {WIRE_FOOT, ASK("\\033[16t\\033[14t"), "<^[[6;17;8t^[[4;510;800t^[[?62;4;22c>"},
    {WIRE_FOOT, ASK("\\033[18t\\033[?2026$p"), "<^[[8;30;100t^[[?2026;2$y^[[?62;4;22c>"},
    {WIRE_FOOT, ASK("\\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\\033\\\\"), "<^[[?62;4;22c>"},
    {WIRE_KITTY, ASK("\\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\\033\\\\"),
        "<^[_Gi=31;OK^[\\^[[?62;c>"},
    {WIRE_KITTY, ASK("\\033]11;?\\033\\\\"), "<^[]11;rgb:0000/0000/0000^[\\^[[?62;c>"},
    {WIRE_ALACRITTY, ASK("\\033[>q\\033[?1;1;0S"), "<^[[?6c>"},
    {WIRE_FOOT, ASK("\\033[7;9H\\033[6n"), "<^[[7;9R^[[?62;4;22c>"},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof QUERIES / sizeof *QUERIES; i++) {
        struct pty *pty = run(QUERIES[i].script, QUERIES[i].terminal);
        bool answered = pty_wait_text(pty, QUERIES[i].answer);
        if (!answered)
            pty_print(pty, stderr);
        assert_true(answered);
        pty_close(pty);
    }
}

static void test_dumb_answers_nothing(void **state)
{
    (void)state;
    struct pty *pty = run("stty raw -echo min 0 time 2; printf '\\033[c\\033[6n'; "
                          "echo \"<$(dd bs=99 count=1 2>/dev/null | cat -v)>\"",
        WIRE_DUMB);
    assert_true(pty_wait_text(pty, "<>"));
    pty_close(pty);
}

static void test_mouse_is_typed(void **state)
{
    (void)state;
    struct pty *pty =
        run("stty raw -echo; printf ready; dd bs=1 count=20 2>/dev/null | cat -v", WIRE_DUMB);
    assert_true(pty_wait_text(pty, "ready"));
    pty_mouse(pty, 0, 4, 9);
    assert_true(pty_wait_text(pty, "ready^[[<0;10;5M^[[<0;10;5m"));
    pty_close(pty);
}

static void test_waiting_ends(void **state)
{
    (void)state;
    const char *argv[] = {"/bin/sh", "-c", "printf here; read never", NULL};
    struct pty_start start = {.argv = argv, .env = PLAIN, .deadline_ms = 100};
    struct pty *pty = pty_open(&start);
    assert_false(pty_wait_text(pty, "absent"));
    assert_false(pty_wait_exit(pty));
    assert_true(pty_wait_quiet(pty, 10));
    assert_string_equal(pty_row(pty, 0), "here");
    pty_close(pty); /* and what still runs is killed */
    pty = run("printf gone", WIRE_DUMB);
    assert_false(pty_wait_text(pty, "absent")); /* at once, since it ended */
    check_exit(pty, 0, "");
}

static void test_signal(void **state)
{
    (void)state;
    struct pty *pty =
        run("trap 'echo caught; exit 5' TERM; echo ready; while :; do read x; done", WIRE_DUMB);
    assert_true(pty_wait_text(pty, "ready"));
    pty_signal(pty, SIGTERM);
    assert_true(pty_wait_text(pty, "caught"));
    check_exit(pty, 5, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_and_status),
        cmocka_unit_test(test_environment_is_exact),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_what_is_left_on),
        cmocka_unit_test(test_pictures_are_kept_apart),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_dumb_answers_nothing),
        cmocka_unit_test(test_mouse_is_typed),
        cmocka_unit_test(test_waiting_ends),
        cmocka_unit_test(test_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
