/*
 * Work split over the cores: every round once, workers apart.
 */
#include "base/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROUNDS = 10000 };

struct tally {
    atomic_int calls[ROUNDS];
    size_t by_worker[PARALLEL_MOST]; /* plain: each belongs to one worker */
    atomic_int wrong_worker;
    int threads;
};

static void note(void *self, int worker, size_t index)
{
    struct tally *tally = self;
    atomic_fetch_add(&tally->calls[index], 1);
    if (worker < 0 || worker >= tally->threads)
        atomic_fetch_add(&tally->wrong_worker, 1);
    else
        tally->by_worker[worker]++;
}

static void check(int threads, size_t count)
{
    static struct tally tally;
    tally = (struct tally){.threads = threads < PARALLEL_MOST ? threads : PARALLEL_MOST};
    parallel_for(threads, count, note, &tally);
    size_t sum = 0;
    for (int w = 0; w < PARALLEL_MOST; w++)
        sum += tally.by_worker[w];
    assert_int_equal(sum, count);
    assert_int_equal(tally.wrong_worker, 0);
    for (size_t i = 0; i < ROUNDS; i++)
        assert_int_equal(tally.calls[i], i < count);
}

static void each_round_runs_once(void **state)
{
    (void)state;
    check(1, ROUNDS);
    check(2, ROUNDS);
    check(4, ROUNDS);
    check(1000, ROUNDS);
    check(4, 3);
    check(4, 1);
    check(4, 0);
}

static void one_thread_goes_in_order(void **state)
{
    (void)state;
    static struct tally tally;
    tally = (struct tally){.threads = 1};
    parallel_for(1, ROUNDS, note, &tally);
    assert_int_equal(tally.by_worker[0], ROUNDS);
    assert_in_range(parallel_cores(), 1, PARALLEL_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_round_runs_once),
        cmocka_unit_test(one_thread_goes_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
