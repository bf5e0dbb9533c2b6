/*
 * Bytes to events: every sequence whole and cut at every byte; answers are never keys.
 */
#include "screen/input.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What came, in words: "j Up Ctrl-D (press 1 2,3) <paste> {answer}". */
static void describe(const struct event *event, struct buf *out)
{
    static const char *const ACTIONS[] = {"press", "release", "drag", "move", "wheel"};
    char name[64];
    if (out->length)
        buf_add_char(out, ' ');
    switch (event->kind) {
    case EVENT_KEY:
        key_name(event->key, event->mods, name, sizeof name);
        buf_add_string(out, name);
        break;
    case EVENT_MOUSE:
        buf_printf(out, "(%s %d,%d b%d w%d,%d m%d)", ACTIONS[event->action], event->row, event->col,
            event->button, event->wheel_rows, event->wheel_cols, event->mods);
        break;
    case EVENT_PASTE:
        buf_printf(out, "<%.*s>", (int)event->length, event->text);
        break;
    case EVENT_ANSWER:
        buf_printf(out, "{%.*s}", (int)event->length - 1, event->text + 1);
        break;
    case EVENT_FOCUS:
        buf_add_string(out, event->focused ? "focus" : "blur");
        break;
    case EVENT_RESIZE:
    case EVENT_TICK:
        fail_msg("input makes no resize events");
    }
}

static void drain(struct input *input, struct buf *out)
{
    struct event event;
    while (input_next(input, &event))
        describe(&event, out);
}

/* Feeds the parts [0, cut) and [cut, length); with EXPIRE the wait at the end runs out. */
static void feed(const char *bytes, size_t length, size_t cut, bool expire, struct buf *out)
{
    struct input input;
    input_init(&input);
    assert_true(input_feed(&input, bytes, cut));
    drain(&input, out);
    assert_true(input_feed(&input, bytes + cut, length - cut));
    drain(&input, out);
    if (expire) {
        input_timeout(&input);
        drain(&input, out);
        assert_false(input_waits(&input));
    }
    input_done(&input);
}

static const struct {
    const char *bytes;
    const char *want;
} SEQUENCES[] = {
    {"", ""},
    {"jkG?", "j k G ?"},
    {" \r\t\x7f", "Space Enter Tab Backspace"},
    {"\n\b", "Enter Backspace"},
    {"\x04\x15\x1a\x1f", "Ctrl-D Ctrl-U Ctrl-Z Ctrl-_"},
    {"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x90\x8d", "é 日 🐍"},
    {"a\xff\xc3(b", "a ( b"},
    {"\xe6\x97", ""},
    {"\x1b", "Esc"},
    {"\x1b\x1b", "Esc Esc"},
    {"\x1bx", "Alt-x"},
    {"\x1b\x7f", "Alt-Backspace"},
    {"\x1b\xc3\xa9", "Alt-é"},
    {"\x1b[", "Alt-["},
    {"\x1bO", "Alt-O"},
    {"\x1bP", "Alt-P"},
    {"\x1bX", "Alt-X"},
    /* xterm, its application mode, and modifiers */
    {"\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F", "Up Down Right Left Home End"},
    {"\x1bOA\x1bOB\x1bOC\x1bOD\x1bOH\x1bOF", "Up Down Right Left Home End"},
    {"\x1bOP\x1bOQ\x1bOR\x1bOS", "F1 F2 F3 F4"},
    {"\x1b[15~\x1b[17~\x1b[21~\x1b[24~", "F5 F6 F10 F12"},
    {"\x1b[2~\x1b[3~\x1b[5~\x1b[6~", "Insert Delete PgUp PgDn"},
    {"\x1b[1;5C\x1b[1;2A\x1b[1;3D\x1b[5;5~", "Ctrl-Right Shift-Up Alt-Left Ctrl-PgUp"},
    {"\x1b[1;2P\x1b[1;2R", "Shift-F1 Shift-F3"},
    {"\x1b[Z", "Shift-Tab"},
    {"\x1bOM\x1bOk\x1bOy", "Enter + 9"},
    /* the linux console */
    {"\x1b[[A\x1b[[E\x1b[1~\x1b[4~", "F1 F5 Home End"},
    /* rxvt */
    {"\x1b[7~\x1b[8~\x1b[5$\x1b[5^\x1b[5@", "Home End Shift-PgUp Ctrl-PgUp Ctrl-Shift-PgUp"},
    {"\x1b[a\x1bOa", "Shift-Up Ctrl-Up"},
    {"\x1b\x1b[A\x1b\x1bOP", "Alt-Up Alt-F1"},
    {"\x1b\x1bx", "Esc Alt-x"},
    /* mice */
    {"\x1b[<0;5;3M\x1b[<0;5;3m", "(press 2,4 b1 w0,0 m0) (release 2,4 b1 w0,0 m0)"},
    {"\x1b[<2;1;1M\x1b[<32;9;9M", "(press 0,0 b3 w0,0 m0) (drag 8,8 b1 w0,0 m0)"},
    {"\x1b[<64;1;2M\x1b[<65;1;2M", "(wheel 1,0 b0 w-1,0 m0) (wheel 1,0 b0 w1,0 m0)"},
    {"\x1b[<66;1;2M\x1b[<20;1;2M", "(wheel 1,0 b0 w0,-1 m0) (press 1,0 b1 w0,0 m5)"},
    {"\x1b[<35;1;2M", "(move 1,0 b0 w0,0 m0)"},
    {"\x1b[M !!\x1b[M#!!", "(press 0,0 b1 w0,0 m0) (release 0,0 b0 w0,0 m0)"},
    {"\x1b[<999999999999;1;1Mx", "x"},
    /* pastes and focus */
    {"\x1b[200~a\nb\x1b[A\x1b[201~c", "<a\nb\x1b[A> c"},
    {"\x1b[200~\x1b[201~c\x1b[201~d", "c d"},
    {"\x1b[I\x1b[O", "focus blur"},
    /* answers */
    {"\x1b[?63;1;2;4;6;9;15;16;22;28c", "{[?63;1;2;4;6;9;15;16;22;28c}"},
    {"j\x1b[?62;4;22ck", "j {[?62;4;22c} k"},
    {"\x1bP>|XTerm(379)\x1b\\j", "{P>|XTerm(379)\x1b\\} j"},
    {"\x1b[6;17;8t\x1b[4;510;800t", "{[6;17;8t} {[4;510;800t}"},
    {"\x1b[?1;0;1024S\x1b[?2;0;800;510S", "{[?1;0;1024S} {[?2;0;800;510S}"},
    {"\x1b[?2026;2$y", "{[?2026;2$y}"},
    {"\x1b_Gi=31;OK\x1b\\", "{_Gi=31;OK\x1b\\}"},
    {"\x1b]11;rgb:0000/0000/0000\x1b\\\x1b]11;rgb:ff/ff/ff\aj",
        "{]11;rgb:0000/0000/0000\x1b\\} {]11;rgb:ff/ff/ff\a} j"},
    {"\x1b[0n\x1b[24;80R", "{[0n} {[24;80R}"},
    {"\x1bP1+r524742=8\x1b\\q", "{P1+r524742=8\x1b\\} q"},
    /* broken off */
    {"\x1b[1;\x1b[A", "Up"},
    {"\x1bO\x1b[A", "Up"},
    {"\x1b[12\x01q", "Ctrl-A q"},
    {"\x1bPabc\x1b[Aq", "Up q"},
    {"\x1b]0;evil\x18q", "q"},
    {"\x1b[99~q", "{[99~} q"},
};

static void sequences_become_events_wherever_they_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SEQUENCES / sizeof *SEQUENCES; i++) {
        size_t length = strlen(SEQUENCES[i].bytes);
        for (size_t cut = 0; cut <= length; cut++) {
            struct buf out;
            buf_init(&out, 4096);
            buf_add_string(&out, "");
            feed(SEQUENCES[i].bytes, length, cut, true, &out);
            assert_string_equal(out.data ? out.data : "", SEQUENCES[i].want);
            buf_done(&out);
        }
    }
}

static void sequences_become_events_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SEQUENCES / sizeof *SEQUENCES; i++) {
        struct input input;
        struct buf out;
        input_init(&input);
        buf_init(&out, 4096);
        for (const char *at = SEQUENCES[i].bytes; *at; at++) {
            assert_true(input_feed(&input, at, 1));
            drain(&input, &out);
        }
        input_timeout(&input);
        drain(&input, &out);
        assert_string_equal(out.data ? out.data : "", SEQUENCES[i].want);
        buf_done(&out);
        input_done(&input);
    }
}

static const char *const ANSWERS[] = {"\x1b[?62;4;22c", "\x1bP>|foot(1.13.1)\x1b\\", "\x1b[6;17;8t",
    "\x1b[4;510;800t", "\x1b[?1;0;1024S", "\x1b[?2;0;800;510S", "\x1b[?2026;2$y",
    "\x1b_Gi=31;OK\x1b\\", "\x1bP1+r524742\x1b\\", "\x1b]11;rgb:0/0/0\x1b\\", "\x1b[0n"};

/* The slowest line there is: at every byte the wait for what follows runs out. */
static void late_answers_are_never_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++)
        for (size_t cut = 1; cut < strlen(ANSWERS[i]); cut++) {
            struct input input;
            struct buf out;
            input_init(&input);
            buf_init(&out, 4096);
            buf_add_string(&out, "");
            input_feed(&input, ANSWERS[i], cut);
            drain(&input, &out);
            if (cut != 2) /* "ESC [" is Alt-[ then: two bytes cannot tell */
                input_timeout(&input);
            drain(&input, &out);
            input_feed(&input, ANSWERS[i] + cut, strlen(ANSWERS[i]) - cut);
            drain(&input, &out);
            input_feed(&input, "jj\x1b[A", 5);
            drain(&input, &out);
            char want[128];
            snprintf(want, sizeof want, "%s{%s} j j Up", cut == 1 ? "Esc " : "", ANSWERS[i] + 1);
            assert_string_equal(out.data, want);
            buf_done(&out);
            input_done(&input);
        }
}

static void keys_after_a_lone_esc_stay_keys(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *want;
    } AFTER[] = {{"j", "Esc j"}, {"[", "Esc ["}, {"[x", "Esc [ x"}, {"P", "Esc P"},
        {"Px", "Esc P x"}, {"]]", "Esc ] ]"}, {"\x1b", "Esc Esc"}, {"\x1b[A", "Esc Up"},
        {"[[", "Esc [ ["}};
    for (size_t i = 0; i < sizeof AFTER / sizeof *AFTER; i++) {
        struct input input;
        struct buf out;
        input_init(&input);
        buf_init(&out, 4096);
        input_feed(&input, "\x1b", 1);
        drain(&input, &out);
        assert_true(input_waits(&input));
        input_timeout(&input);
        drain(&input, &out);
        assert_string_equal(out.data, "Esc");
        drain(&input, &out);
        input_feed(&input, AFTER[i].bytes, strlen(AFTER[i].bytes));
        drain(&input, &out);
        input_timeout(&input);
        drain(&input, &out);
        assert_string_equal(out.data, AFTER[i].want);
        buf_done(&out);
        input_done(&input);
    }
}

/* Random bytes, fed whole and in random pieces, give the same events, and at last nothing waits. */
static void any_bytes_in_any_pieces_give_the_same(void **state)
{
    (void)state;
    static const char ALPHABET[] = "\x1b\x1b\x1b[[OP]_?;<$~MAac0149 \\\a\x18x\xc3\xa9\xe6\xff\r";
    unsigned seed = 12345;
    for (int round = 0; round < 3000; round++) {
        char bytes[64];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1103515245 + 12345;
            bytes[i] = ALPHABET[(seed >> 16) % (sizeof ALPHABET - 1)];
        }
        struct buf whole, pieces;
        buf_init(&whole, 1 << 16);
        buf_init(&pieces, 1 << 16);
        feed(bytes, sizeof bytes, 0, false, &whole);
        feed(bytes, sizeof bytes, 1 + (seed >> 8) % 63, false, &pieces);
        if (whole.length || pieces.length)
            assert_string_equal(whole.data, pieces.data);
        buf_done(&whole);
        buf_done(&pieces);
    }
}

static void long_strings_are_dropped_and_long_pastes_come_in_pieces(void **state)
{
    (void)state;
    size_t length = 200000;
    char *bytes = malloc(length);
    memset(bytes, 'x', length);
    for (int kind = 0; kind < 2; kind++)
        for (size_t step = 7000; step <= length; step += length - 7000) {
            struct input input;
            struct event event;
            input_init(&input);
            const char *begin = kind ? "\x1b[200~" : "\x1bP", *end = kind ? "\x1b[201~" : "\x1b\\";
            size_t pasted = 0, keys = 0, pieces = 0;
            struct {
                const char *at;
                size_t length;
            } parts[] = {{begin, strlen(begin)}, {bytes, length}, {end, strlen(end)}, {"q", 1}};
            for (size_t i = 0; i < 4; i++)
                for (size_t at = 0; at < parts[i].length; at += step) {
                    size_t left = parts[i].length - at;
                    input_feed(&input, parts[i].at + at, left < step ? left : step);
                    while (input_next(&input, &event)) {
                        assert_true(event.kind == EVENT_KEY || event.kind == EVENT_PASTE);
                        keys += event.kind == EVENT_KEY;
                        pasted += event.length;
                        pieces += event.kind == EVENT_PASTE;
                        assert_true(event.length <= INPUT_MAX_STRING_BYTES);
                    }
                }
            assert_int_equal(keys, 1);
            assert_int_equal(pasted, kind ? length : 0);
            assert_int_equal(pieces, kind ? 4 : 0);
            input_done(&input);
        }
    free(bytes);
}

static void names_of_keys_can_be_read_back(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"a", "G", "<", "-", "Space", "Ctrl-D", "Alt-x", "Shift-Tab",
        "PgUp", "F12", "Ctrl-Alt-Left", "é", "Esc", "Ctrl-_", "+", "[", "Ctrl-Space"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        int32_t key;
        uint8_t mods;
        char name[64];
        assert_true(key_parse(NAMES[i], strlen(NAMES[i]), &key, &mods));
        key_name(key, mods, name, sizeof name);
        assert_string_equal(name, NAMES[i]);
    }
    static const char *const WRONG[] = {"", "ab", "Ctrl-", "F13", " ", "\x1b", "Hyper-x", "\xff"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        int32_t key;
        uint8_t mods;
        assert_false(key_parse(WRONG[i], strlen(WRONG[i]), &key, &mods));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_become_events_wherever_they_are_cut),
        cmocka_unit_test(sequences_become_events_byte_by_byte),
        cmocka_unit_test(late_answers_are_never_keys),
        cmocka_unit_test(keys_after_a_lone_esc_stay_keys),
        cmocka_unit_test(any_bytes_in_any_pieces_give_the_same),
        cmocka_unit_test(long_strings_are_dropped_and_long_pastes_come_in_pieces),
        cmocka_unit_test(names_of_keys_can_be_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
