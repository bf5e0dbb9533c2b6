#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct waiting {
    struct waiting *next;
    pool_job *job;
    void *self;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct waiting *first, **last;
    bool closing;
    int threads;
    pthread_t thread[];
};

static struct waiting *take(struct pool *pool)
{
    struct waiting *found = pool->first;
    if (found) {
        pool->first = found->next;
        if (!pool->first)
            pool->last = &pool->first;
    }
    return found;
}

static void *work(void *argument)
{
    struct pool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->first && !pool->closing)
            pthread_cond_wait(&pool->changed, &pool->lock);
        if (pool->closing)
            break;
        struct waiting *next = take(pool);
        pthread_mutex_unlock(&pool->lock);
        next->job(next->self);
        free(next);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Signals go to the main thread only. */
static int start_thread(pthread_t *thread, void *(*run)(void *), void *self)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, NULL, run, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

struct pool *pool_new(int threads, struct err *err)
{
    struct pool *pool = calloc(1, sizeof *pool + (size_t)threads * sizeof *pool->thread);
    if (!pool) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    pool->last = &pool->first;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    while (pool->threads < threads && start_thread(&pool->thread[pool->threads], work, pool) == 0)
        pool->threads++;
    if (threads && !pool->threads) {
        pool_free(pool, NULL);
        err_set(err, ERR_IO, "cannot start a worker thread");
        return NULL;
    }
    return pool;
}

void pool_free(struct pool *pool, void (*drop)(void *self))
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->threads; i++)
        pthread_join(pool->thread[i], NULL);
    for (struct waiting *left; (left = take(pool)); free(left))
        if (drop)
            drop(left->self);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

bool pool_run(struct pool *pool, pool_job *job, void *self)
{
    struct waiting *added = malloc(sizeof *added);
    if (!added)
        return false;
    *added = (struct waiting){.job = job, .self = self};
    pthread_mutex_lock(&pool->lock);
    *pool->last = added;
    pool->last = &added->next;
    pthread_cond_signal(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return true;
}
