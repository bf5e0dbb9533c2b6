#include "base/queue.h"

#include "base/grow.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct queue {
    pthread_mutex_t lock;
    void **items;
    size_t first, count, capacity; /* items[first .. first+count) */
    int fd;
};

struct queue *queue_new(struct err *err)
{
    struct queue *queue = calloc(1, sizeof *queue);
    if (!queue) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    queue->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (queue->fd < 0) {
        err_set_errno(err, "cannot make an event descriptor");
        free(queue);
        return NULL;
    }
    pthread_mutex_init(&queue->lock, NULL);
    return queue;
}

void queue_free(struct queue *queue, void (*drop)(void *item))
{
    if (!queue)
        return;
    for (void *item; (item = queue_take(queue));)
        if (drop)
            drop(item);
    pthread_mutex_destroy(&queue->lock);
    close(queue->fd);
    free(queue->items);
    free(queue);
}

static void signal_fd(int fd)
{
    uint64_t one = 1;
    ssize_t put = write(fd, &one, sizeof one);
    (void)put; /* it can only fail when the counter is full, and then the descriptor is readable */
}

bool queue_post(struct queue *queue, void *item)
{
    pthread_mutex_lock(&queue->lock);
    if (queue->first && queue->first + queue->count == queue->capacity) {
        memmove(queue->items, queue->items + queue->first, queue->count * sizeof *queue->items);
        queue->first = 0;
    }
    bool ok = GROW(queue->items, queue->capacity, queue->first + queue->count + 1);
    if (ok) {
        queue->items[queue->first + queue->count++] = item;
        if (queue->count == 1)
            signal_fd(queue->fd);
    }
    pthread_mutex_unlock(&queue->lock);
    return ok;
}

void *queue_take(struct queue *queue)
{
    void *item = NULL;
    pthread_mutex_lock(&queue->lock);
    if (queue->count) {
        item = queue->items[queue->first++];
        if (--queue->count == 0) {
            uint64_t counter;
            queue->first = 0;
            ssize_t got = read(queue->fd, &counter, sizeof counter);
            (void)got; /* it can only fail when nothing was pending, and then all is quiet */
        }
    }
    pthread_mutex_unlock(&queue->lock);
    return item;
}

int queue_fd(const struct queue *queue)
{
    return queue->fd;
}
