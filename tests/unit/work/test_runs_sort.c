/*
 * Sorting by several columns: against a slow sort that is right at sight.
 * Knows: runs_sort.h. Must not know: filters.
 */
#include "scene.h"

#include "work/runs_sort.h"

#include <math.h>
#include <string.h>

enum { ROWS = 40, ROUNDS = 2000 };

static uint64_t dice = 0x9e3779b97f4a7c15;

static int below(int most)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int)(dice % (uint64_t)most);
}

/* Rows by format (a text) and by duration (a number, unknown or not). */
static void make(struct run_row *rows)
{
    static const char *const FORMATS[] = {"plain", "coco", "x2", "x10"};
    for (int i = 0; i < ROWS; i++)
        rows[i] = (struct run_row){.id = i + 1,
            .name = "r",
            .format = FORMATS[below(4)],
            .started_s = 0,
            .ended_s = below(4) ? below(5) : NAN,
            .note_count = (size_t)below(3)};
}

static const struct run_column FORMAT = {.kind = RUN_COLUMN_FORMAT},
                               DURATION = {.kind = RUN_COLUMN_DURATION},
                               NOTES = {.kind = RUN_COLUMN_NOTES};

static int rank_of_format(const struct run_row *row)
{
    static const char *const SORTED[] = {"coco", "plain", "x2", "x10"};
    int rank = 0;
    while (strcmp(SORTED[rank], row->format) != 0)
        rank++;
    return rank;
}

/* Whether A comes before B. */
static bool precedes(const struct run_row *a, const struct run_row *b,
    const struct runs_sort_key *keys, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        double x, y;
        if (keys[k].column.kind == RUN_COLUMN_FORMAT) {
            x = rank_of_format(a);
            y = rank_of_format(b);
        } else if (keys[k].column.kind == RUN_COLUMN_NOTES) {
            x = (double)a->note_count;
            y = (double)b->note_count;
        } else {
            x = a->ended_s;
            y = b->ended_s;
        }
        if (isnan(x) && isnan(y))
            continue;
        if (isnan(x) || isnan(y))
            return isnan(y);
        if (x != y)
            return keys[k].descending ? x > y : x < y;
    }
    return a->id < b->id;
}

static void test_against_the_slow_one(void **state)
{
    (void)state;
    struct run_row rows[ROWS];
    struct runs runs = {.rows = rows, .count = ROWS};
    for (int round = 0; round < ROUNDS; round++) {
        const struct run_column *const all[] = {&FORMAT, &DURATION, &NOTES};
        struct runs_sort_key keys[RUNS_SORT_MOST];
        uint32_t order[ROWS];
        size_t key_count = (size_t)below(4), count = (size_t)below(ROWS + 1);
        make(rows);
        for (size_t k = 0; k < key_count; k++)
            keys[k] = (struct runs_sort_key){*all[below(3)], below(2)};
        for (size_t i = 0; i < count; i++)
            order[i] = (uint32_t)(ROWS - 1 - i); /* some of the rows, not in order */
        runs_sort(&runs, keys, key_count, NULL, 100, order, count);
        bool seen[ROWS] = {false};
        for (size_t i = 0; i < count; i++) {
            assert_false(seen[order[i]]);
            assert_true(order[i] >= ROWS - count);
            seen[order[i]] = true;
            if (i)
                assert_true(precedes(&rows[order[i - 1]], &rows[order[i]], keys, key_count));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_the_slow_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
