#include "record/gpu.h"

#include "base/clock.h"
#include "base/thread.h"
#include "record/thrift.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_SOURCES = 4, LAST_WAIT_MS = 300 };
static const double SHARE = 0.002; /* of a core, a source */

enum state { OPENING, IDLE, ASKED, ANSWERED, ENDED };

struct worker {
    const struct gpu_source *source;
    char *where;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum state state;
    bool quit, left_behind; /* nobody waits for it any more: the thread frees the worker itself */
    bool answered;          /* once at least */
    struct thrift thrift;   /* the thread's */
    struct gpu_load loads[GPU_MOST];
    size_t count;
};

struct gpus {
    struct worker *workers[MOST_SOURCES];
    size_t worker_count;
    char keys[GPU_MOST][GPU_KEY_BYTES]; /* by number */
    int key_count;
};

/* ---- the thread of a source ---- */

static void worker_free(struct worker *worker)
{
    pthread_mutex_destroy(&worker->lock);
    pthread_cond_destroy(&worker->changed);
    free(worker->where);
    free(worker);
}

/* With the lock held. */
static void set_state(struct worker *worker, enum state state)
{
    worker->state = state;
    pthread_cond_broadcast(&worker->changed);
}

/* With the lock held, but not while the driver is asked. */
static void serve(struct worker *worker, void *driver, struct gpu_load *loads)
{
    while (!worker->quit) {
        if (worker->state != ASKED) {
            pthread_cond_wait(&worker->changed, &worker->lock);
            continue;
        }
        pthread_mutex_unlock(&worker->lock);
        size_t count = 0;
        bool paid = thrift_begin(&worker->thrift);
        if (paid) {
            count = worker->source->read(driver, loads, GPU_MOST);
            thrift_end(&worker->thrift);
        }
        pthread_mutex_lock(&worker->lock);
        memcpy(worker->loads, loads, count * sizeof *loads);
        worker->count = count;
        worker->answered = true;
        set_state(worker, ANSWERED);
    }
}

static void *work(void *self)
{
    struct worker *worker = self;
    struct gpu_load *loads = malloc(GPU_MOST * sizeof *loads);
    void *driver = loads ? worker->source->open(worker->where) : NULL;
    pthread_mutex_lock(&worker->lock);
    if (driver) {
        if (worker->state == OPENING)
            set_state(worker, IDLE);
        serve(worker, driver, loads);
        pthread_mutex_unlock(&worker->lock);
        worker->source->close(driver);
        pthread_mutex_lock(&worker->lock);
    }
    free(loads);
    set_state(worker, ENDED);
    bool left_behind = worker->left_behind;
    pthread_mutex_unlock(&worker->lock);
    if (left_behind)
        worker_free(worker);
    return NULL;
}

static struct worker *worker_new(const struct gpu_start *start, struct err *err)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker)
        worker->where = strdup(start->where);
    if (!worker || !worker->where) {
        free(worker);
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&worker->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&worker->lock, NULL);
    worker->source = start->source;
    worker->thrift.share = SHARE;
    if (thread_start(&worker->thread, work, worker, err))
        return worker;
    worker_free(worker);
    return NULL;
}

/* With the lock held: waits while the state is BUSY, until UNTIL_MS of clock_ms(). */
static void wait_while(struct worker *worker, enum state busy, int64_t until_ms)
{
    struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
    while (worker->state == busy)
        if (pthread_cond_timedwait(&worker->changed, &worker->lock, &until) != 0)
            return;
}

static void worker_stop(struct worker *worker)
{
    int64_t until_ms = clock_ms() + LAST_WAIT_MS;
    pthread_mutex_lock(&worker->lock);
    worker->quit = true;
    pthread_cond_broadcast(&worker->changed);
    while (worker->state != ENDED && clock_ms() < until_ms)
        wait_while(worker, worker->state, until_ms);
    bool ended = worker->state == ENDED;
    worker->left_behind = !ended;
    if (!ended)
        pthread_detach(worker->thread);
    pthread_mutex_unlock(&worker->lock);
    if (!ended)
        return;
    pthread_join(worker->thread, NULL);
    worker_free(worker);
}

/* ---- who asks ---- */

struct gpus *gpus_new(const struct gpu_start *starts, size_t count, struct err *err)
{
    struct gpus *gpus = calloc(1, sizeof *gpus);
    if (!gpus) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < count && i < MOST_SOURCES; i++) {
        struct worker *worker = worker_new(&starts[i], err);
        if (!worker) {
            gpus_free(gpus);
            return NULL;
        }
        gpus->workers[gpus->worker_count++] = worker;
    }
    return gpus;
}

void gpus_free(struct gpus *gpus)
{
    if (!gpus)
        return;
    for (size_t i = 0; i < gpus->worker_count; i++)
        worker_stop(gpus->workers[i]);
    free(gpus);
}

void gpus_ask(struct gpus *gpus)
{
    for (size_t i = 0; i < gpus->worker_count; i++) {
        struct worker *worker = gpus->workers[i];
        pthread_mutex_lock(&worker->lock);
        if (worker->state == IDLE || worker->state == ANSWERED)
            set_state(worker, ASKED);
        pthread_mutex_unlock(&worker->lock);
    }
}

/* The number that KEY has or gets; -1 when there is none left. */
static int number_of(struct gpus *gpus, const char *key)
{
    for (int i = 0; i < gpus->key_count; i++)
        if (strcmp(gpus->keys[i], key) == 0)
            return i;
    if (gpus->key_count == GPU_MOST)
        return -1;
    memcpy(gpus->keys[gpus->key_count], key, GPU_KEY_BYTES);
    return gpus->key_count++;
}

size_t gpus_take(struct gpus *gpus, int wait_ms, struct gpu_load *out, bool *settled)
{
    int64_t until_ms = clock_ms() + wait_ms;
    size_t taken = 0;
    *settled = true;
    for (size_t i = 0; i < gpus->worker_count; i++) {
        struct worker *worker = gpus->workers[i];
        pthread_mutex_lock(&worker->lock);
        wait_while(worker, ASKED, until_ms);
        for (size_t k = 0; worker->state == ANSWERED && k < worker->count && taken < GPU_MOST;
             k++) {
            out[taken] = worker->loads[k];
            out[taken].number = number_of(gpus, out[taken].key);
            taken += out[taken].number >= 0;
        }
        if (worker->state == ANSWERED)
            worker->state = IDLE;
        *settled = *settled && (worker->answered || worker->state == ENDED);
        pthread_mutex_unlock(&worker->lock);
    }
    return taken;
}
