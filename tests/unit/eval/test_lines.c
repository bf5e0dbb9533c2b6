/*
 * Lines of two texts: pairs by hand, and random texts against the table of all common subsequences.
 */
#include "base/buf.h"
#include "eval/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void compare(
    const char *a, const char *b, struct arena *arena, struct lines sides[2], struct lines_diff *out)
{
    struct err err = {0};
    assert_true(lines_cut(a, strlen(a), arena, &sides[0]));
    assert_true(lines_cut(b, strlen(b), arena, &sides[1]));
    assert_true(lines_compare(&sides[0], &sides[1], arena, out, &err));
}

/* "=" the same, "|" changed, "<" only in A, ">" only in B. */
static void assert_marks(const char *a, const char *b, const char *marks)
{
    struct arena arena = {0};
    struct lines sides[2];
    struct lines_diff diff;
    char is[64] = "";
    compare(a, b, &arena, sides, &diff);
    for (size_t i = 0; i < diff.count; i++) {
        const struct lines_row *row = &diff.rows[i];
        is[i] = row->same ? '=' : row->a < 0 ? '>' : row->b < 0 ? '<' : '|';
    }
    assert_string_equal(is, marks);
    arena_done(&arena);
}

static void pairs_by_hand(void **state)
{
    (void)state;
    assert_marks("", "", "");
    assert_marks("", "x\n", ">");
    assert_marks("x", "", "<");
    assert_marks("x\ny\n", "x\ny", "=="); /* a missing last newline is no difference here */
    assert_marks("x\r\n", "x\n", "=");
    assert_marks("lr: 1\nbatch: 8\nend\n", "lr: 2\nbatch: 8\nend\n", "|==");
    assert_marks("a\nb\nc\n", "a\nc\n", "=<=");
    assert_marks("a\nc\n", "a\nb\nc\n", "=>=");
    assert_marks("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", "<<=>==<=>");
    assert_marks("1\n2\n3\n", "x\ny\n", "||<");
}

/* ---- against the table ---- */

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static size_t make_text(uint32_t *seed, char *out)
{
    size_t lines = next(seed) % 13, length = 0;
    for (size_t i = 0; i < lines; i++) {
        out[length++] = (char)('a' + next(seed) % 4);
        out[length++] = '\n';
    }
    out[length] = '\0';
    return lines;
}

static size_t longest_common(const char *a, size_t n, const char *b, size_t m)
{
    size_t table[16][16] = {0};
    for (size_t i = 1; i <= n; i++)
        for (size_t k = 1; k <= m; k++) {
            size_t best = table[i - 1][k] > table[i][k - 1] ? table[i - 1][k] : table[i][k - 1];
            bool same = a[2 * i - 2] == b[2 * k - 2];
            table[i][k] = same && table[i - 1][k - 1] + 1 > best ? table[i - 1][k - 1] + 1 : best;
        }
    return table[n][m];
}

static void random_texts_keep_as_much_as_can_be(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (int i = 0; i < 5000; i++) {
        char a[64], b[64];
        struct arena arena = {0};
        struct lines sides[2];
        struct lines_diff diff;
        size_t n = make_text(&seed, a), m = make_text(&seed, b), kept = 0;
        int32_t next_a = 0, next_b = 0;
        compare(a, b, &arena, sides, &diff);
        for (size_t r = 0; r < diff.count; r++) {
            const struct lines_row *row = &diff.rows[r];
            assert_true(row->a == LINES_NONE || row->a == next_a++);
            assert_true(row->b == LINES_NONE || row->b == next_b++);
            assert_true(!row->same || a[2 * row->a] == b[2 * row->b]);
            kept += row->same;
        }
        assert_int_equal(next_a, n);
        assert_int_equal(next_b, m);
        assert_int_equal(kept, longest_common(a, n, b, m));
        arena_done(&arena);
    }
}

static void texts_without_anything_in_common_stay_within_bounds(void **state)
{
    (void)state;
    enum { LINES = 20000 };
    struct buf texts[2];
    struct arena arena = {0};
    struct lines sides[2];
    struct lines_diff diff;
    for (int t = 0; t < 2; t++) {
        buf_init(&texts[t], LINES * 16);
        buf_add_string(&texts[t], "head\n");
        for (int i = 0; i < LINES; i++)
            buf_printf(&texts[t], "%c%d\n", 'a' + t, i);
        buf_add_string(&texts[t], "tail\n");
        assert_false(texts[t].failed);
    }
    compare(texts[0].data, texts[1].data, &arena, sides, &diff);
    assert_true(diff.coarse);
    assert_int_equal(diff.count, LINES + 2);
    assert_int_equal(diff.changes, 1);
    assert_true(diff.rows[0].same && diff.rows[LINES + 1].same && !diff.rows[1].same);
    arena_done(&arena);
    buf_done(&texts[0]);
    buf_done(&texts[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_by_hand),
        cmocka_unit_test(random_texts_keep_as_much_as_can_be),
        cmocka_unit_test(texts_without_anything_in_common_stay_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
