#include "work/keeper.h"

#include "base/thread.h"
#include "work/message.h"
#include "work/own.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_WAITING = 8 };

struct text {
    char *path; /* NULL: nothing waits here */
    char *bytes;
    size_t length;
};

struct keeper {
    struct queue *answers;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct text waiting[MOST_WAITING];
    bool closing;
};

static struct text take_waiting(struct keeper *keeper)
{
    for (int i = 0; i < MOST_WAITING; i++)
        if (keeper->waiting[i].path) {
            struct text text = keeper->waiting[i];
            keeper->waiting[i] = (struct text){0};
            return text;
        }
    return (struct text){0};
}

static void *keep(void *argument)
{
    struct keeper *keeper = argument;
    pthread_mutex_lock(&keeper->lock);
    for (;;) {
        struct text text = take_waiting(keeper);
        if (!text.path && keeper->closing)
            break;
        if (!text.path) {
            pthread_cond_wait(&keeper->changed, &keeper->lock);
            continue;
        }
        pthread_mutex_unlock(&keeper->lock);
        struct err err = {0};
        if (!own_put(text.path, text.bytes, text.length, &err)) {
            err_in_file(&err, text.path);
            message_post_trouble(keeper->answers, &err);
        }
        free(text.path);
        free(text.bytes);
        pthread_mutex_lock(&keeper->lock);
    }
    pthread_mutex_unlock(&keeper->lock);
    return NULL;
}

void keeper_put(struct keeper *keeper, const char *path, const char *text, size_t length)
{
    struct text put = {strdup(path), malloc(length + 1), length};
    struct text *place = NULL, replaced = {0};
    if (put.bytes)
        memcpy(put.bytes, text, length);
    pthread_mutex_lock(&keeper->lock);
    for (int i = 0; i < MOST_WAITING; i++) {
        struct text *here = &keeper->waiting[i];
        if (here->path && put.path && strcmp(here->path, put.path) == 0)
            place = here;
        else if (!here->path && !place)
            place = here;
    }
    if (place && put.path && put.bytes) {
        replaced = *place;
        *place = put;
        put = (struct text){0};
        pthread_cond_signal(&keeper->changed);
    }
    pthread_mutex_unlock(&keeper->lock);
    free(put.path); /* without memory the older text stays; the next change comes here again */
    free(put.bytes);
    free(replaced.path);
    free(replaced.bytes);
}

struct keeper *keeper_new(struct queue *answers, struct err *err)
{
    struct keeper *keeper = calloc(1, sizeof *keeper);
    if (!keeper) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    keeper->answers = answers;
    pthread_mutex_init(&keeper->lock, NULL);
    pthread_cond_init(&keeper->changed, NULL);
    if (thread_start(&keeper->thread, keep, keeper, err))
        return keeper;
    free(keeper);
    return NULL;
}

void keeper_free(struct keeper *keeper)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->closing = true;
    pthread_cond_signal(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
    pthread_join(keeper->thread, NULL);
    pthread_cond_destroy(&keeper->changed);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}
