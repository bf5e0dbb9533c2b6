/*
 * The desk: the newest order first, overtaken ones dropped, running ones told. Semaphores say when
 * a job has begun and when it may go on; nothing sleeps.
 */
#include "scene.h"

#include "work/desk.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4096 };

struct record {
    atomic_int ran[MOST], dropped[MOST];
    atomic_int order[MOST]; /* numbers of the jobs as they ran */
    atomic_int count;
    sem_t begun, go_on, done;
    bool saw_stale; /* by a job that waited */
};

struct job {
    struct record *record;
    int number;
    bool waits; /* says that it has begun, then waits to go on */
};

static void finish(struct job *job)
{
    struct record *record = job->record;
    free(job);
    sem_post(&record->done);
}

static void run(void *self, const atomic_bool *stale)
{
    struct job *job = self;
    struct record *record = job->record;
    if (job->waits) {
        sem_post(&record->begun);
        sem_wait(&record->go_on);
        record->saw_stale = atomic_load(stale);
    }
    atomic_fetch_add(&record->ran[job->number], 1);
    atomic_store(&record->order[atomic_fetch_add(&record->count, 1)], job->number);
    finish(job);
}

static void drop(void *self)
{
    struct job *job = self;
    atomic_fetch_add(&job->record->dropped[job->number], 1);
    finish(job);
}

static struct record *record_new(void)
{
    struct record *record = calloc(1, sizeof *record);
    assert_non_null(record);
    assert_int_equal(sem_init(&record->begun, 0, 0), 0);
    assert_int_equal(sem_init(&record->go_on, 0, 0), 0);
    assert_int_equal(sem_init(&record->done, 0, 0), 0);
    return record;
}

static void record_free(struct record *record)
{
    sem_destroy(&record->begun);
    sem_destroy(&record->go_on);
    sem_destroy(&record->done);
    free(record);
}

static void put(struct desk *desk, struct record *record, int slot, int number, bool waits)
{
    struct job *job = calloc(1, sizeof *job);
    assert_non_null(job);
    *job = (struct job){record, number, waits};
    desk_put(desk, slot, (struct desk_job){run, drop, job});
}

static void wait_for(sem_t *semaphore, int times)
{
    for (int i = 0; i < times; i++)
        while (sem_wait(semaphore) != 0)
            ;
}

static struct desk *new_desk(void)
{
    struct err err = {0};
    struct desk *desk = desk_new(&err);
    if (!desk)
        fail_msg("%s", err.text);
    return desk;
}

static void test_the_newest_goes_first(void **state)
{
    (void)state;
    struct record *record = record_new();
    struct desk *desk = new_desk();
    put(desk, record, 0, 0, true);
    wait_for(&record->begun, 1);
    put(desk, record, 1, 1, false);
    put(desk, record, 2, 2, false);
    put(desk, record, 3, 3, false);
    sem_post(&record->go_on);
    wait_for(&record->done, 4);
    static const int EXPECTED[] = {0, 3, 2, 1};
    for (int i = 0; i < 4; i++)
        assert_int_equal(atomic_load(&record->order[i]), EXPECTED[i]);
    desk_free(desk);
    record_free(record);
}

static void test_an_order_overtakes_the_one_that_waits(void **state)
{
    (void)state;
    struct record *record = record_new();
    struct desk *desk = new_desk();
    put(desk, record, 0, 0, true);
    wait_for(&record->begun, 1);
    put(desk, record, 1, 1, false);
    put(desk, record, 1, 2, false);
    assert_int_equal(atomic_load(&record->dropped[1]), 1); /* at once, on this thread */
    put(desk, record, 1, 3, false);
    sem_post(&record->go_on);
    wait_for(&record->done, 4);
    assert_int_equal(atomic_load(&record->ran[1]) + atomic_load(&record->ran[2]), 0);
    assert_int_equal(atomic_load(&record->dropped[2]), 1);
    assert_int_equal(atomic_load(&record->ran[3]), 1);
    assert_false(record->saw_stale); /* the running one is of another slot */
    desk_free(desk);
    record_free(record);
}

static void test_what_is_cancelled_waits_and_runs_no_more(void **state)
{
    (void)state;
    struct record *record = record_new();
    struct desk *desk = new_desk();
    desk_cancel(desk, 1); /* nothing there: no harm */
    put(desk, record, 0, 0, true);
    wait_for(&record->begun, 1);
    put(desk, record, 1, 1, false);
    desk_cancel(desk, 1);
    assert_int_equal(atomic_load(&record->dropped[1]), 1);
    desk_cancel(desk, 0);
    sem_post(&record->go_on);
    wait_for(&record->done, 2);
    assert_true(record->saw_stale);
    assert_int_equal(atomic_load(&record->ran[1]), 0);
    put(desk, record, 0, 2, false); /* the slot is as good as ever */
    wait_for(&record->done, 1);
    assert_int_equal(atomic_load(&record->ran[2]), 1);
    desk_free(desk);
    record_free(record);
}

static void test_a_running_job_is_told_that_it_is_stale(void **state)
{
    (void)state;
    struct record *record = record_new();
    struct desk *desk = new_desk();
    put(desk, record, 5, 0, true);
    wait_for(&record->begun, 1);
    put(desk, record, 5, 1, true);
    sem_post(&record->go_on);
    wait_for(&record->done, 1);
    assert_true(record->saw_stale);
    assert_int_equal(atomic_load(&record->dropped[0]), 0); /* it ran, so it is not dropped too */
    wait_for(&record->begun, 1);
    sem_post(&record->go_on); /* and the flag is down again for the next */
    wait_for(&record->done, 1);
    assert_false(record->saw_stale);
    desk_free(desk);
    record_free(record);
}

static void *free_desk(void *desk)
{
    desk_free(desk);
    return NULL;
}

static void test_closing_drops_what_waits(void **state)
{
    (void)state;
    struct record *record = record_new();
    struct desk *desk = new_desk();
    put(desk, record, 0, 0, true);
    wait_for(&record->begun, 1);
    for (int slot = 1; slot < DESK_SLOTS; slot++)
        put(desk, record, slot, slot, false);
    pthread_t closer;
    assert_int_equal(pthread_create(&closer, NULL, free_desk, desk), 0);
    sem_post(&record->go_on);
    assert_int_equal(pthread_join(closer, NULL), 0);
    wait_for(&record->done, DESK_SLOTS);
    assert_int_equal(atomic_load(&record->ran[0]), 1);
    for (int i = 0; i < DESK_SLOTS; i++)
        assert_int_equal(atomic_load(&record->ran[i]) + atomic_load(&record->dropped[i]), 1);
    record_free(record);
}

static void test_an_idle_desk_closes(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++)
        desk_free(new_desk());
    desk_free(NULL);
}

struct putter {
    struct desk *desk;
    struct record *record;
    int first;
};

static void *put_many(void *self)
{
    struct putter *putter = self;
    for (int i = 0; i < MOST / 4; i++)
        put(putter->desk, putter->record, i % DESK_SLOTS, putter->first + i, false);
    return NULL;
}

/* Four threads order at once: every job is run or dropped, once. */
static void test_each_job_ends_once(void **state)
{
    (void)state;
    struct record *record = record_new();
    struct desk *desk = new_desk();
    struct putter putters[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        putters[i] = (struct putter){desk, record, i * MOST / 4};
        assert_int_equal(pthread_create(&threads[i], NULL, put_many, &putters[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    desk_free(desk);
    for (int i = 0; i < MOST; i++)
        assert_int_equal(atomic_load(&record->ran[i]) + atomic_load(&record->dropped[i]), 1);
    record_free(record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_newest_goes_first),
        cmocka_unit_test(test_an_order_overtakes_the_one_that_waits),
        cmocka_unit_test(test_what_is_cancelled_waits_and_runs_no_more),
        cmocka_unit_test(test_a_running_job_is_told_that_it_is_stale),
        cmocka_unit_test(test_closing_drops_what_waits),
        cmocka_unit_test(test_an_idle_desk_closes),
        cmocka_unit_test(test_each_job_ends_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
