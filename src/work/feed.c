#include "work/feed.h"

#include "base/thread.h"

#include <stdlib.h>

enum { PATIENCE_MS = 50 };

/* A source in the hands of the crew. Its mark and trouble are the reading thread's until the tape
 * is over. */
struct reading {
    struct fed *fed;
    struct tape *tape;
    bool ok;
    struct err trouble;
    struct reading *next;
};

struct crew {
    pthread_mutex_t lock;
    pthread_cond_t asked;
    struct reading *first, *last; /* not begun yet, under lock */
    bool closing;
    pthread_t threads[FEED_THREADS];
    int thread_count;
};

/* ---- the crew ---- */

static void *read_for_ever(void *argument)
{
    struct crew *crew = argument;
    pthread_mutex_lock(&crew->lock);
    while (!crew->closing) {
        struct reading *reading = crew->first;
        if (!reading) {
            pthread_cond_wait(&crew->asked, &crew->lock);
            continue;
        }
        crew->first = reading->next;
        if (!crew->first)
            crew->last = NULL;
        pthread_mutex_unlock(&crew->lock);
        struct sink sink = tape_sink(reading->tape);
        struct fed *fed = reading->fed;
        reading->ok = fed->reader->read(&fed->source, &fed->mark, &sink, &reading->trouble);
        tape_end(reading->tape);
        pthread_mutex_lock(&crew->lock);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

static struct crew *crew_new(void)
{
    struct crew *crew = calloc(1, sizeof *crew);
    if (!crew)
        return NULL;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->asked, NULL);
    while (crew->thread_count < FEED_THREADS &&
           thread_start(&crew->threads[crew->thread_count], read_for_ever, crew, NULL))
        crew->thread_count++;
    return crew;
}

static void crew_free(struct crew *crew)
{
    if (!crew)
        return;
    pthread_mutex_lock(&crew->lock);
    crew->closing = true;
    pthread_cond_broadcast(&crew->asked);
    pthread_mutex_unlock(&crew->lock);
    for (int i = 0; i < crew->thread_count; i++)
        pthread_join(crew->threads[i], NULL);
    pthread_cond_destroy(&crew->asked);
    pthread_mutex_destroy(&crew->lock);
    free(crew);
}

/* False when FED has to be read by the writer itself. */
static bool hand_over(struct feed *feed, struct fed *fed)
{
    if (!feed->crew)
        feed->crew = crew_new();
    struct crew *crew = feed->crew;
    struct reading *reading = crew && crew->thread_count ? calloc(1, sizeof *reading) : NULL;
    if (reading)
        *reading = (struct reading){.fed = fed, .tape = tape_new(NULL)};
    if (!reading || !reading->tape) {
        free(reading);
        return false;
    }
    fed->reading = reading;
    pthread_mutex_lock(&crew->lock);
    *(crew->last ? &crew->last->next : &crew->first) = reading;
    crew->last = reading;
    pthread_cond_signal(&crew->asked);
    pthread_mutex_unlock(&crew->lock);
    return true;
}

/* ---- the feed ---- */

struct fed *fed_new(void)
{
    struct fed *fed = calloc(1, sizeof *fed);
    if (fed)
        buf_init(&fed->mark.state, READER_MAX_STATE_BYTES);
    return fed;
}

void fed_free(struct fed *fed)
{
    if (!fed)
        return;
    if (fed->reading) {
        tape_free(fed->reading->tape);
        free(fed->reading);
    }
    if (fed->notes && !fed->reader) {
        place_notes_done(fed->notes);
        free(fed->notes);
    }
    buf_done(&fed->mark.state);
    arena_done(&fed->memory);
    free(fed);
}

void feed_put(struct feed *feed, struct fed *fed)
{
    fed->unread_bytes = fed->known.stat.size_bytes - fed->mark.offset;
    if (fed->reader && fed->unread_bytes >= FEED_SMALL_BYTES)
        hand_over(feed, fed);
    *(feed->last ? &feed->last->next : &feed->first) = fed;
    feed->last = fed;
    feed->count++;
}

struct fed *feed_take(struct feed *feed)
{
    struct fed *fed = feed->first;
    if (!fed)
        return NULL;
    feed->first = fed->next;
    if (!feed->first)
        feed->last = NULL;
    feed->count--;
    return fed;
}

/* Plays to the very end whatever happens, for until then the reading thread holds FED. */
static enum feed_result play(
    struct fed *fed, struct sink *sink, bool (*go_on)(void *self), void *self, struct err *err)
{
    struct reading *reading = fed->reading;
    bool stopped = false, cancelled = false;
    for (enum tape_played played = TAPE_MORE; played != TAPE_OVER;) {
        played = tape_play(reading->tape, stopped ? NULL : sink, PATIENCE_MS);
        cancelled |= !cancelled && !go_on(self);
        if (!stopped && (cancelled || played == TAPE_REFUSED)) {
            tape_stop(reading->tape);
            stopped = true;
        }
    }
    if (cancelled || tape_failed(reading->tape)) {
        err_set(
            err, cancelled ? ERR_CANCELLED : ERR_MEMORY, cancelled ? "cancelled" : "out of memory");
        return FEED_STOPPED;
    }
    if (!reading->ok)
        *err = reading->trouble;
    return reading->ok ? FEED_READ : FEED_UNREADABLE;
}

enum feed_result feed_read(
    struct fed *fed, struct sink *sink, bool (*go_on)(void *self), void *self, struct err *err)
{
    if (fed->reading)
        return play(fed, sink, go_on, self, err);
    return fed->reader->read(&fed->source, &fed->mark, sink, err) ? FEED_READ : FEED_UNREADABLE;
}

void feed_done(struct feed *feed)
{
    for (struct fed *fed = feed->first; fed; fed = fed->next)
        if (fed->reading)
            tape_stop(fed->reading->tape);
    crew_free(feed->crew);
    for (struct fed *fed; (fed = feed_take(feed));)
        fed_free(fed);
    feed->crew = NULL;
}
