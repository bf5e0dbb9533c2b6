#include "work/indexer.h"

#include "base/clock.h"
#include "base/thread.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    GATHER_MS = 200,            /* what happens within so long is looked at together... */
    MOST_GATHER_MS = 1000,      /* ...and where looking takes long, within so long */
    SETTLE_MS = 2500,           /* then a file that was just being written is looked at again */
    WATCHED_REST_MS = 30000,    /* between two looks at everything, where changes are told of */
    BLIND_REST_MS = 1000,       /* where they are not... */
    MOST_BLIND_REST_MS = 10000, /* ...and where a look takes long */
    REST_FACTOR = 5,            /* so much longer than a look is the rest behind it */
    FIRST_TABLE_MS = 1000,      /* the first look waits so long for the table of what is known */
};

struct indexer {
    const struct service_settings *settings;
    struct queue *answers;
    pthread_t thread;
    pthread_mutex_t lock;
    int wake;                    /* readable when something is asked */
    bool closing, refresh_asked; /* under lock */
    struct store *writing;       /* under lock; the thread's own otherwise */
    atomic_bool stop;
};

/* The thread's own: when to look, and at what. */
struct pace {
    struct store *store;
    struct index_memory *memory;
    int64_t whole_due_ms, settle_due_ms, gather_ms;
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

/* Waits for MS, or until something is asked; with WATCHED, until that is readable. Returns whether
 * it is. */
static bool wait_for(struct indexer *indexer, int watched, int64_t ms)
{
    struct pollfd fds[] = {{.fd = indexer->wake, .events = POLLIN},
        {.fd = watched, .events = POLLIN}}; /* a negative one is passed over */
    int ready = poll(fds, 2, (int)(ms > 0 ? ms : 0));
    return ready > 0 && fds[1].revents;
}

/* What is asked for: false when it is to close. *WHOLE: to look at everything. */
static bool take_orders(struct indexer *indexer, bool *whole)
{
    uint64_t count;
    pthread_mutex_lock(&indexer->lock);
    ssize_t got = read(indexer->wake, &count, sizeof count);
    (void)got; /* nothing was pending then */
    *whole |= indexer->refresh_asked;
    indexer->refresh_asked = false;
    bool go_on = !indexer->closing;
    pthread_mutex_unlock(&indexer->lock);
    return go_on;
}

/* Waits until a look is due; false when the service closes. */
static bool wait_for_turn(struct indexer *indexer, const struct pace *pace, bool *whole)
{
    int64_t now_ms = clock_ms();
    int64_t due_ms = pace->settle_due_ms && pace->settle_due_ms < pace->whole_due_ms
                         ? pace->settle_due_ms
                         : pace->whole_due_ms;
    bool told = wait_for(indexer, index_memory_fd(pace->memory), due_ms - now_ms);
    if (told) /* more will follow: one look for all of it, and not too many of them */
        wait_for(indexer, -1, pace->gather_ms);
    *whole = clock_ms() >= pace->whole_due_ms;
    return take_orders(indexer, whole);
}

static int64_t between(int64_t ms, int64_t least_ms, int64_t most_ms)
{
    return ms < least_ms ? least_ms : ms > most_ms ? most_ms : ms;
}

static void look(struct indexer *indexer, struct pace *pace, bool whole)
{
    struct index_listener listener = {indexer, tell_progress, tell_trouble, &indexer->stop};
    const struct index_settings *settings = &indexer->settings->index;
    struct err err = {0};
    int64_t began_ms = clock_ms();
    bool ok = whole
                  ? index_refresh_remembering(pace->store, pace->memory, settings, &listener, &err)
                  : index_refresh_changed(pace->store, pace->memory, settings, &listener, &err);
    if (!ok)
        message_post_trouble(indexer->answers, &err);
    int64_t now_ms = clock_ms(), rest_ms = (now_ms - began_ms) * REST_FACTOR;
    pace->gather_ms = whole ? GATHER_MS : between(rest_ms, GATHER_MS, MOST_GATHER_MS);
    rest_ms = ok && !index_memory_is_blind(pace->memory)
                  ? WATCHED_REST_MS
                  : between(rest_ms, BLIND_REST_MS, MOST_BLIND_REST_MS);
    if (whole || !ok)
        pace->whole_due_ms = now_ms + rest_ms;
    pace->settle_due_ms = index_memory_is_unsettled(pace->memory) ? now_ms + SETTLE_MS : 0;
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
    struct err err = {0};
    struct pace pace = {
        .store = index_open(&settings->index, settings->index_path, settings->rebuild, &err)};
    if (pace.store)
        pace.memory = index_memory_new(settings->polls, &err);
    if (!pace.memory) {
        message_post_trouble(indexer->answers, &err);
        store_close(pace.store);
        return NULL;
    }
    set_writing(indexer, pace.store);
    bool whole = true;
    wait_for(indexer, -1, FIRST_TABLE_MS);
    for (bool go_on = take_orders(indexer, &whole); go_on;
        go_on = wait_for_turn(indexer, &pace, &whole))
        look(indexer, &pace, whole);
    set_writing(indexer, NULL);
    index_memory_free(pace.memory);
    store_close(pace.store);
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
    indexer->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (indexer->wake < 0) {
        err_set_errno(err, "cannot make an event descriptor");
        free(indexer);
        return NULL;
    }
    pthread_mutex_init(&indexer->lock, NULL);
    if (thread_start(&indexer->thread, index_for_ever, indexer, err))
        return indexer;
    pthread_mutex_destroy(&indexer->lock);
    close(indexer->wake);
    free(indexer);
    return NULL;
}

static void wake(const struct indexer *indexer)
{
    uint64_t one = 1;
    ssize_t put = write(indexer->wake, &one, sizeof one);
    (void)put; /* it can only fail when the counter is full, and then it is awake */
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
    wake(indexer);
    pthread_mutex_unlock(&indexer->lock);
    pthread_join(indexer->thread, NULL);
    close(indexer->wake);
    pthread_mutex_destroy(&indexer->lock);
    free(indexer);
}

void indexer_refresh(struct indexer *indexer)
{
    pthread_mutex_lock(&indexer->lock);
    indexer->refresh_asked = true;
    wake(indexer);
    pthread_mutex_unlock(&indexer->lock);
}
