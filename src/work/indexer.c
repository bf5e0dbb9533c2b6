#include "work/indexer.h"

#include "base/clock.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* After a quick refresh the roots are looked at again soon, after a long one later. */
enum { REST_MS = 3000, LONG_REST_MS = 30000, QUICK_REFRESH_MS = 300 };

struct indexer {
    const struct service_settings *settings;
    struct queue *answers;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    bool closing, refresh_asked; /* under lock */
    struct store *writing;       /* under lock; the thread's own otherwise */
    atomic_bool stop;
};

static bool tell_progress(void *self, const struct index_progress *progress)
{
    struct indexer *indexer = self;
    struct message *message = message_new(MESSAGE_PROGRESS);
    if (message) {
        message->progress = *progress;
        message->progress.now = NULL;
        message->indexing = progress->phase != INDEX_DONE;
    }
    message_post(indexer->answers, message);
    return !atomic_load(&indexer->stop);
}

static void tell_trouble(void *self, const struct err *err)
{
    message_post_trouble(((struct indexer *)self)->answers, err);
}

/* Waits until a refresh is due; false when the service closes. */
static bool wait_for_turn(struct indexer *indexer, int64_t rest_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += rest_ms / 1000;
    pthread_mutex_lock(&indexer->lock);
    while (!indexer->closing && !indexer->refresh_asked)
        if (pthread_cond_timedwait(&indexer->asked, &indexer->lock, &until) != 0)
            break;
    indexer->refresh_asked = false;
    bool go_on = !indexer->closing;
    pthread_mutex_unlock(&indexer->lock);
    return go_on;
}

static void set_writing(struct indexer *indexer, struct store *store)
{
    pthread_mutex_lock(&indexer->lock);
    indexer->writing = store;
    pthread_mutex_unlock(&indexer->lock);
}

static void *index_for_ever(void *argument)
{
    struct indexer *indexer = argument;
    const struct service_settings *settings = indexer->settings;
    struct index_listener listener = {indexer, tell_progress, tell_trouble, &indexer->stop};
    struct err err = {0};
    struct store *store =
        index_open(&settings->index, settings->index_path, settings->rebuild, &err);
    if (!store) {
        message_post_trouble(indexer->answers, &err);
        return NULL;
    }
    set_writing(indexer, store);
    int64_t rest_ms;
    do {
        int64_t began_ms = clock_ms();
        err = (struct err){0};
        if (!index_refresh(store, &settings->index, &listener, &err))
            message_post_trouble(indexer->answers, &err);
        rest_ms = clock_ms() - began_ms < QUICK_REFRESH_MS ? REST_MS : LONG_REST_MS;
    } while (wait_for_turn(indexer, rest_ms));
    set_writing(indexer, NULL);
    store_close(store);
    return NULL;
}

struct indexer *indexer_new(
    const struct service_settings *settings, struct queue *answers, struct err *err)
{
    struct indexer *indexer = calloc(1, sizeof *indexer);
    if (!indexer) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    indexer->settings = settings;
    indexer->answers = answers;
    pthread_mutex_init(&indexer->lock, NULL);
    pthread_cond_init(&indexer->asked, NULL);
    sigset_t all, before;
    sigfillset(&all); /* signals go to the main thread */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&indexer->thread, NULL, index_for_ever, indexer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed)
        return indexer;
    err_set(err, ERR_IO, "cannot start a thread");
    free(indexer);
    return NULL;
}

void indexer_free(struct indexer *indexer)
{
    if (!indexer)
        return;
    atomic_store(&indexer->stop, true);
    pthread_mutex_lock(&indexer->lock);
    indexer->closing = true;
    if (indexer->writing)
        store_interrupt(indexer->writing);
    pthread_cond_signal(&indexer->asked);
    pthread_mutex_unlock(&indexer->lock);
    pthread_join(indexer->thread, NULL);
    pthread_cond_destroy(&indexer->asked);
    pthread_mutex_destroy(&indexer->lock);
    free(indexer);
}

void indexer_refresh(struct indexer *indexer)
{
    pthread_mutex_lock(&indexer->lock);
    indexer->refresh_asked = true;
    pthread_cond_signal(&indexer->asked);
    pthread_mutex_unlock(&indexer->lock);
}
