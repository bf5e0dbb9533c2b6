#include "work/desk.h"

#include "base/thread.h"

#include <stdlib.h>

struct desk {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct desk_job waiting[DESK_SLOTS]; /* run == NULL: nothing waits there */
    uint64_t put_at[DESK_SLOTS];         /* order of arrival */
    uint64_t puts;
    int running_slot; /* -1: idle */
    atomic_bool stale;
    bool closing;
};

static int newest_slot(const struct desk *desk)
{
    int newest = -1;
    for (int i = 0; i < DESK_SLOTS; i++)
        if (desk->waiting[i].run && (newest < 0 || desk->put_at[i] > desk->put_at[newest]))
            newest = i;
    return newest;
}

static void *answer(void *argument)
{
    struct desk *desk = argument;
    pthread_mutex_lock(&desk->lock);
    while (!desk->closing) {
        int slot = newest_slot(desk);
        if (slot < 0) {
            pthread_cond_wait(&desk->changed, &desk->lock);
            continue;
        }
        struct desk_job job = desk->waiting[slot];
        desk->waiting[slot] = (struct desk_job){0};
        desk->running_slot = slot;
        atomic_store(&desk->stale, false);
        pthread_mutex_unlock(&desk->lock);
        job.run(job.self, &desk->stale);
        pthread_mutex_lock(&desk->lock);
        desk->running_slot = -1;
    }
    pthread_mutex_unlock(&desk->lock);
    return NULL;
}

struct desk *desk_new(struct err *err)
{
    struct desk *desk = calloc(1, sizeof *desk);
    if (!desk) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    desk->running_slot = -1;
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->changed, NULL);
    if (thread_start(&desk->thread, answer, desk, err))
        return desk;
    free(desk);
    return NULL;
}

void desk_free(struct desk *desk)
{
    if (!desk)
        return;
    pthread_mutex_lock(&desk->lock);
    desk->closing = true;
    atomic_store(&desk->stale, true);
    pthread_cond_broadcast(&desk->changed);
    pthread_mutex_unlock(&desk->lock);
    pthread_join(desk->thread, NULL);
    for (int i = 0; i < DESK_SLOTS; i++)
        if (desk->waiting[i].run)
            desk->waiting[i].drop(desk->waiting[i].self);
    pthread_cond_destroy(&desk->changed);
    pthread_mutex_destroy(&desk->lock);
    free(desk);
}

void desk_put(struct desk *desk, int slot, struct desk_job job)
{
    pthread_mutex_lock(&desk->lock);
    struct desk_job overtaken = desk->waiting[slot];
    desk->waiting[slot] = job;
    desk->put_at[slot] = ++desk->puts;
    if (desk->running_slot == slot)
        atomic_store(&desk->stale, true);
    pthread_cond_signal(&desk->changed);
    pthread_mutex_unlock(&desk->lock);
    if (overtaken.run)
        overtaken.drop(overtaken.self);
}

void desk_cancel(struct desk *desk, int slot)
{
    pthread_mutex_lock(&desk->lock);
    struct desk_job dropped = desk->waiting[slot];
    desk->waiting[slot] = (struct desk_job){0};
    if (desk->running_slot == slot)
        atomic_store(&desk->stale, true);
    pthread_mutex_unlock(&desk->lock);
    if (dropped.run)
        dropped.drop(dropped.self);
}
