#include "base/parallel.h"

#include "base/thread.h"

#include <sched.h>
#include <stdatomic.h>

/* One call of parallel_for(), seen by all its workers. */
struct loop {
    void (*run)(void *self, int worker, size_t index);
    void *self;
    size_t count;
    atomic_size_t next;
};

struct helper {
    pthread_t thread;
    struct loop *loop;
    int worker;
};

int parallel_cores(void)
{
    cpu_set_t set;
    int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return cores < 1 ? 1 : cores > PARALLEL_MOST ? PARALLEL_MOST : cores;
}

static void take_rounds(struct loop *loop, int worker)
{
    size_t index;
    while ((index = atomic_fetch_add(&loop->next, 1)) < loop->count)
        loop->run(loop->self, worker, index);
}

static void *help(void *self)
{
    struct helper *helper = self;
    take_rounds(helper->loop, helper->worker);
    return NULL;
}

void parallel_for(
    int threads, size_t count, void (*run)(void *self, int worker, size_t index), void *self)
{
    struct loop loop = {.run = run, .self = self, .count = count};
    struct helper helpers[PARALLEL_MOST];
    int most = threads < PARALLEL_MOST ? threads : PARALLEL_MOST, made = 0;
    for (int worker = 1; worker < most && (size_t)worker < count; worker++) {
        helpers[made] = (struct helper){.loop = &loop, .worker = worker};
        if (!thread_start(&helpers[made].thread, help, &helpers[made], NULL))
            break;
        made++;
    }
    take_rounds(&loop, 0);
    for (int i = 0; i < made; i++)
        pthread_join(helpers[i].thread, NULL);
}
