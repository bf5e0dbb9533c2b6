#include "work/darkroom.h"

#include "picture/decode_child.h"

#include <pthread.h>
#include <stdlib.h>

enum { CHILDREN = 4 };

struct darkroom {
    struct decode_nursery *nursery;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t freed;
    struct decode_child *children[CHILDREN]; /* NULL: not needed yet */
    bool busy[CHILDREN];
};

struct darkroom *darkroom_new(struct err *err)
{
    struct darkroom *room = calloc(1, sizeof *room);
    if (!room) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    room->nursery = decode_nursery_new(&decode_pictures, err);
    if (!room->nursery) {
        free(room);
        return NULL;
    }
    pthread_mutex_init(&room->lock, NULL);
    pthread_cond_init(&room->freed, NULL);
    return room;
}

void darkroom_free(struct darkroom *room)
{
    if (!room)
        return;
    for (size_t i = 0; i < CHILDREN; i++)
        decode_child_free(room->children[i]);
    decode_nursery_free(room->nursery);
    pthread_cond_destroy(&room->freed);
    pthread_mutex_destroy(&room->lock);
    free(room);
}

/* The first free one, so that as few as possible are ever raised. */
static size_t take_place(struct darkroom *room)
{
    size_t place = 0;
    pthread_mutex_lock(&room->lock);
    for (;;) {
        for (place = 0; place < CHILDREN && room->busy[place]; place++)
            continue;
        if (place < CHILDREN)
            break;
        pthread_cond_wait(&room->freed, &room->lock);
    }
    room->busy[place] = true;
    pthread_mutex_unlock(&room->lock);
    return place;
}

static void give_back(struct darkroom *room, size_t place)
{
    pthread_mutex_lock(&room->lock);
    room->busy[place] = false;
    pthread_cond_signal(&room->freed);
    pthread_mutex_unlock(&room->lock);
}

/* Of a place that is taken. */
static struct decode_child *child_at(struct darkroom *room, size_t place, struct err *err)
{
    if (!room->children[place])
        room->children[place] = decode_child_new(room->nursery, err);
    return room->children[place];
}

struct pixels *darkroom_decode(struct darkroom *room, const char *path,
    const struct picture_ask *ask, struct picture_plan *plan, struct err *err)
{
    if (!room)
        return picture_decode(path, ask, plan, err);
    size_t place = take_place(room);
    struct decode_child *child = child_at(room, place, err);
    struct pixels *pixels = child ? decode_child_picture(child, path, ask, plan, err) : NULL;
    give_back(room, place);
    return pixels;
}

const char *darkroom_guards(struct darkroom *room)
{
    size_t place = take_place(room);
    struct decode_child *child = child_at(room, place, NULL);
    const char *guards = child ? decode_child_guards(child) : "not at all: memory is out";
    give_back(room, place);
    return guards;
}
