/*
 * The stable descending sort beside one by insertion, with keys that are many, few, or equal in
 * their higher half.
 */
#include "eval/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 6000, KINDS = 5 };

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state ^ *state >> 29;
}

static uint64_t random_key(uint64_t *state, int kind)
{
    uint64_t r = next(state);
    switch (kind) {
    case 0:
        return r;
    case 1:
        return r % 7;
    case 2: /* scores of few decimals */
        return rank_key((double)(r % 1000) / 1000);
    case 3: /* they differ where the wide digits hardly look */
        return UINT64_C(0xC0FFEE) << 40 | r % (UINT64_C(1) << 34);
    default: /* some heads, each with many tails */
        return r % 3 << 40 | next(state) % 500;
    }
}

static int compare_items(const void *left, const void *right)
{
    const struct rank_item *a = left, *b = right;
    if (a->key != b->key)
        return a->key > b->key ? 1 : -1;
    return (a->index > b->index) - (a->index < b->index);
}

static void sorting_is_stable(void **unused)
{
    (void)unused;
    static const size_t SIZES[] = {0, 1, 2, 48, 49, 500, 2047, 2048, 2049, MOST};
    struct rank_item *items = calloc(2 * MOST, sizeof *items);
    struct rank_item *should = calloc(MOST, sizeof *should);
    uint64_t state = 7;
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t s = 0; s < sizeof SIZES / sizeof *SIZES; s++) {
            size_t n = SIZES[s];
            for (size_t i = 0; i < n; i++)
                items[i] = should[i] = (struct rank_item){random_key(&state, kind), (uint32_t)i};
            qsort(should, n, sizeof *should, compare_items);
            rank_sort(items, items + MOST, n);
            for (size_t i = 0; i < n; i++) {
                assert_true(items[i].key == should[i].key);
                assert_int_equal(items[i].index, should[i].index);
            }
        }
    free(items);
    free(should);
}

static void keys_ascend_while_scores_descend(void **unused)
{
    (void)unused;
    static const double SCORES[] = {1e308, 1, 1 - 0x1p-53, .5, 5e-324, 0, -5e-324, -.5, -1e308};
    for (size_t i = 0; i < sizeof SCORES / sizeof *SCORES; i++) {
        assert_true(rank_score(rank_key(SCORES[i])) == SCORES[i]);
        assert_true(i == 0 || rank_key(SCORES[i - 1]) < rank_key(SCORES[i]));
    }
    assert_true(rank_key(-0.) == rank_key(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorting_is_stable), cmocka_unit_test(keys_ascend_while_scores_descend)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
