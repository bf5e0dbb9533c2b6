/*
 * Which parameter made the difference: against numbers computed by hand, and against a slow version
 * that tries every permutation.
 */
#include "eval/importance.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_RUNS = 16, MOST_PARAMS = 8 };

/* A table of parameters by run, as texts; NULL: the run has none. */
struct made {
    struct arena arena;
    struct param values[MOST_PARAMS][MOST_RUNS];
    const struct param *pointers[MOST_PARAMS][MOST_RUNS];
    struct diff_param rows[MOST_PARAMS];
    struct diff_params params;
    struct importance result;
};

static void add(struct made *made, const char *name, const char *const *texts, size_t runs)
{
    size_t row = made->params.count++;
    for (size_t r = 0; r < runs; r++) {
        made->values[row][r] = param_from_text(name, texts[r] ? texts[r] : "");
        made->pointers[row][r] = texts[r] ? &made->values[row][r] : NULL;
    }
    made->rows[row] = (struct diff_param){.name = name, .values = made->pointers[row]};
    made->params.rows = made->rows;
}

#define ADD(made, name, ...)                                                                       \
    add((made), (name), (const char *const[]){__VA_ARGS__},                                        \
        sizeof(const char *const[]){__VA_ARGS__} / sizeof(char *))

static void make(struct made *made, const double *metric, size_t runs)
{
    struct err err = {0};
    assert_true(
        importance_make(&made->params, metric, runs, &made->arena, &made->result, &err));
}

#define ASSERT_NEAR(a, b, by) assert_true(fabs((a) - (b)) <= (by))

/* 1 - 6 x 4 / (5 x 24) = 0.8; of the 120 orders 16 are as strong. */
static void a_number_is_ranked_by_spearman(void **state)
{
    (void)state;
    struct made made = {0};
    const double metric[] = {2, 1, 4, 3, 5};
    ADD(&made, "lr", "1e-4", "1e-3", "0.01", "0.1", "10");
    ADD(&made, "seed", "7", "7", "7", "7.0", "7");
    make(&made, metric, 5);
    assert_int_equal(made.result.count, 1); /* seed does not vary */
    const struct importance_row *row = &made.result.rows[0];
    assert_string_equal(row->name, "lr");
    assert_true(row->numeric);
    assert_int_equal(row->n, 5);
    ASSERT_NEAR(row->rho, 0.8, 1e-12);
    ASSERT_NEAR(row->share, 0.64, 1e-12);
    ASSERT_NEAR(row->p, 16.0 / 120, 0.025);
    assert_int_equal(row->value_count, 5);
    assert_string_equal(row->values[0].value->text, "1e-4");
    ASSERT_NEAR(row->values[4].median, 5, 0);
    arena_done(&made.arena);
}

/* Ranks 1 2 3 against 4 5 6: SSB 13.5 of SST 17.5; 2 of 20 ways to choose are as strong. */
static void a_category_is_ranked_by_eta_squared_of_ranks(void **state)
{
    (void)state;
    struct made made = {0};
    const double metric[] = {0.1, 0.2, 0.9, 0.4, 0.5, 0.6};
    ADD(&made, "model", "a", "a", "b", "a", "b", "b");
    make(&made, metric, 6); /* a: .1 .2 .4 are ranks 1 2 3 */
    const struct importance_row *row = &made.result.rows[0];
    assert_false(row->numeric);
    assert_true(isnan(row->rho));
    ASSERT_NEAR(row->share, 13.5 / 17.5, 1e-12);
    ASSERT_NEAR(row->p, 0.1, 0.025);
    assert_int_equal(row->value_count, 2);
    assert_string_equal(row->values[0].value->text, "b"); /* the best median first */
    ASSERT_NEAR(row->values[0].median, 0.6, 0);
    ASSERT_NEAR(row->values[1].median, 0.2, 0);
    arena_done(&made.arena);
}

/* Ties: x ranks 1.5 1.5 3.5 3.5 5, y ranks 1 2.5 2.5 4 5: products sum to 8, squares to 9 and 9.5. */
static void ties_share_their_rank(void **state)
{
    (void)state;
    struct made made = {0};
    const double metric[] = {1, 2, 2, 3, 4};
    ADD(&made, "batch", "8", "8", "16", "16", "32");
    make(&made, metric, 5);
    ASSERT_NEAR(made.result.rows[0].rho, 8 / sqrt(9 * 9.5), 1e-12);
    arena_done(&made.arena);
}

static void small_n_says_so(void **state)
{
    (void)state;
    struct made made = {0};
    const double metric[] = {1, 2, 3, 4, NAN, 6};
    ADD(&made, "each.its.own", "a", "b", "c", "d", "e", "f");
    ADD(&made, "few", "1", "2", "3", "4", "5", NULL);
    ADD(&made, "fine", "1", "2", "3", "4", "5", "6");
    ADD(&made, "one.group", "a", "a", "a", "a", "b", "b");
    make(&made, metric, 6);
    const struct importance_row *rows = made.result.rows;
    assert_int_equal(made.result.count, 4);
    assert_int_equal(made.result.tested, 1);
    assert_int_equal(made.result.run_count, 5);
    assert_string_equal(rows[0].name, "fine");
    assert_int_equal(rows[1].trouble, IMPORTANCE_FEW_EACH);
    assert_int_equal(rows[2].trouble, IMPORTANCE_FEW_RUNS);
    assert_int_equal(rows[2].n, 4);
    assert_int_equal(rows[3].trouble, IMPORTANCE_FEW_EACH);
    for (size_t i = 1; i < 4; i++)
        assert_true(isnan(rows[i].share) && isnan(rows[i].p));
    const double same[] = {1, 1, 1, 1, 1, 1};
    made.params.count = 3;
    make(&made, same, 6);
    assert_int_equal(made.result.tested, 0);
    assert_int_equal(made.result.rows[2].trouble, IMPORTANCE_SAME);
    arena_done(&made.arena);
}

static void what_cannot_be_told_apart_is_named(void **state)
{
    (void)state;
    struct made made = {0};
    const double metric[] = {1, 2, 3, 4, 5, 6};
    ADD(&made, "model", "a", "a", "a", "b", "b", "b");
    ADD(&made, "batch", "4", "4", "4", "2", "2", "2");
    ADD(&made, "other", "4", "4", "2", "2", "2", "4");
    ADD(&made, "noise", "1", "2", "3", "4", "5", "6");
    made.rows[3].noise = true;
    make(&made, metric, 6);
    assert_int_equal(made.result.count, 3);
    assert_null(made.result.rows[0].twin);
    assert_string_equal(made.result.rows[1].twin, "model");
    assert_null(made.result.rows[2].twin);
    arena_done(&made.arena);
}

/* ---- against the slow version ---- */

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void slow_ranks(const double *values, size_t n, double *ranks)
{
    for (size_t i = 0; i < n; i++) {
        ranks[i] = 0.5;
        for (size_t k = 0; k < n; k++)
            ranks[i] += values[k] < values[i] ? 1 : values[k] == values[i] ? 0.5 : 0;
    }
}

/* Share of the variance of the ranks Y: by correlation with X, or by groups of equal X. */
static double slow_share(const double *x, const double *y, size_t n, bool numeric)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0, between = 0;
    for (size_t i = 0; i < n; i++) {
        mx += x[i] / (double)n;
        my += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double sum = 0, size = 0;
        for (size_t k = 0; k < n; k++)
            if (x[k] == x[i]) {
                sum += y[k];
                size++;
            }
        between += (sum / size - my) * (sum / size - my);
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return numeric ? xy * xy / (xx * yy) : between / yy;
}

/* Counts, over all orders of Y from AT on, those as strong as LEAST. */
static void slow_count(const double *x, double *y, size_t n, size_t at, bool numeric, double least,
    double *strong, double *all)
{
    if (at == n) {
        (*all)++;
        *strong += slow_share(x, y, n, numeric) >= least - 1e-9;
        return;
    }
    for (size_t i = at; i < n; i++) {
        double held = y[at];
        y[at] = y[i];
        y[i] = held;
        slow_count(x, y, n, at + 1, numeric, least, strong, all);
        y[i] = y[at];
        y[at] = held;
    }
}

static void check_random(uint32_t *seed, bool slowly)
{
    struct made made = {0};
    char texts[MOST_RUNS][8];
    const char *pointers[MOST_RUNS];
    double metric[MOST_RUNS], x[MOST_RUNS], rx[MOST_RUNS], ry[MOST_RUNS];
    size_t n = slowly ? 5 + next(seed) % 2 : 5 + next(seed) % 12;
    bool numeric = next(seed) % 2;
    uint32_t values = 2 + next(seed) % 3;
    for (size_t r = 0; r < n; r++) {
        uint32_t value = next(seed) % values;
        x[r] = value;
        metric[r] = next(seed) % 9;
        snprintf(texts[r], sizeof texts[r], numeric ? "%u" : "v%u", value);
        pointers[r] = texts[r];
    }
    add(&made, "p", pointers, n);
    make(&made, metric, n);
    slow_ranks(x, n, rx);
    slow_ranks(metric, n, ry);
    if (made.result.tested) {
        const struct importance_row *row = &made.result.rows[0];
        double share = slow_share(numeric ? rx : x, ry, n, numeric), strong = 0, all = 0;
        assert_true(row->numeric == numeric);
        ASSERT_NEAR(row->share, share, 1e-9);
        if (slowly) {
            slow_count(numeric ? rx : x, ry, n, 0, numeric, share, &strong, &all);
            ASSERT_NEAR(row->p, strong / all, 0.06); /* 5 standard errors */
        }
    }
    arena_done(&made.arena);
}

static void random_tables_agree_with_the_slow_version(void **state)
{
    (void)state;
    uint32_t seed = 5;
    for (int i = 0; i < 2000; i++)
        check_random(&seed, false);
    for (int i = 0; i < 60; i++)
        check_random(&seed, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_ranked_by_spearman),
        cmocka_unit_test(a_category_is_ranked_by_eta_squared_of_ranks),
        cmocka_unit_test(ties_share_their_rank),
        cmocka_unit_test(small_n_says_so),
        cmocka_unit_test(what_cannot_be_told_apart_is_named),
        cmocka_unit_test(random_tables_agree_with_the_slow_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
