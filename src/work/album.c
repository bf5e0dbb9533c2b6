#include "work/album.h"

#include "base/file.h"
#include "base/grow.h"
#include "base/thread.h"
#include "picture/pixels.h"
#include "work/message.h"
#include "work/plates.h"

#include <stdlib.h>

enum { WORKERS = 2 };

enum state { WAITING, RUNNING, DONE };

struct item {
    struct photo_want want; /* its study, or its files, are a reference of the item's own */
    enum state state;
    bool answered; /* with what it is to be */
};

static void share_source(const struct photo_want *want)
{
    if (want->study)
        study_share((struct study *)want->study);
    else
        run_files_share((struct run_files *)want->files);
}

static void release_source(const struct photo_want *want)
{
    study_release((struct study *)want->study);
    run_files_release((struct run_files *)want->files);
}

/* What makes two photos the same: the file as it is on the disk, and the room. */
struct photo_key {
    uint64_t device, inode;
    int64_t size_bytes, mtime_ns;
    int32_t width_px, height_px;
};

struct kept {
    struct photo_key key;
    struct photo *photo; /* a reference */
    size_t bytes;
    uint64_t used;
};

struct worker {
    struct album *album;
    pthread_t thread;
    bool started, ahead;
    bool decoding; /* KEY */
    struct photo_key key;
};

struct album {
    struct darkroom *room;
    struct plates *plates;
    struct queue *answers;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t changed;
    struct item items[WORLD_PHOTOS];
    size_t count;
    bool closing;
    struct worker workers[WORKERS];
    struct kept *kept;
    size_t kept_count, kept_capacity, kept_bytes, most_bytes;
    uint64_t uses;
};

/* ---- what is kept ---- */

static bool same_key(const struct photo_key *a, const struct photo_key *b)
{
    return a->device == b->device && a->inode == b->inode && a->size_bytes == b->size_bytes &&
           a->mtime_ns == b->mtime_ns && a->width_px == b->width_px &&
           a->height_px == b->height_px;
}

/* A reference, or NULL. */
static struct photo *find_kept(struct album *album, const struct photo_key *key)
{
    for (size_t i = 0; i < album->kept_count; i++)
        if (same_key(&album->kept[i].key, key)) {
            album->kept[i].used = ++album->uses;
            return photo_share(album->kept[i].photo);
        }
    return NULL;
}

static void drop_oldest(struct album *album)
{
    size_t oldest = 0;
    for (size_t i = 1; i < album->kept_count; i++)
        if (album->kept[i].used < album->kept[oldest].used)
            oldest = i;
    photo_release(album->kept[oldest].photo);
    album->kept_bytes -= album->kept[oldest].bytes;
    album->kept[oldest] = album->kept[--album->kept_count];
}

/* Only what could be decoded: what failed may be the fault of this moment. */
static void keep(struct album *album, const struct photo_key *key, struct photo *photo)
{
    size_t bytes = photo->pixels ? pixels_bytes(photo->pixels) : 0;
    if (!bytes || bytes > album->most_bytes)
        return;
    while (album->kept_count && album->kept_bytes + bytes > album->most_bytes)
        drop_oldest(album);
    if (!GROW(album->kept, album->kept_capacity, album->kept_count + 1))
        return;
    album->kept[album->kept_count++] =
        (struct kept){*key, photo_share(photo), bytes, ++album->uses};
    album->kept_bytes += bytes;
}

/* ---- wants ---- */

static struct item *find_item(struct album *album, const struct photo_want *want)
{
    for (size_t i = 0; i < album->count; i++)
        if (photo_want_same(&album->items[i].want, want))
            return &album->items[i];
    return NULL;
}

void album_want(struct album *album, const struct photo_want *wants, size_t count)
{
    struct item items[WORLD_PHOTOS], old[WORLD_PHOTOS];
    size_t made = 0;
    pthread_mutex_lock(&album->lock);
    for (size_t i = 0; i < count && made < WORLD_PHOTOS; i++) {
        const struct item *had = find_item(album, &wants[i]);
        items[made] = (struct item){wants[i], WAITING, had && had->answered};
        share_source(&wants[i]);
        /* What failed ahead may do now; of what was shown a plate is made. */
        bool again = had && had->state == DONE && had->want.ahead != wants[i].ahead &&
                     (wants[i].ahead || !had->answered);
        if (had && !again)
            items[made].state = had->state;
        made++;
    }
    size_t old_count = album->count;
    for (size_t i = 0; i < old_count; i++)
        old[i] = album->items[i];
    for (size_t i = 0; i < made; i++)
        album->items[i] = items[i];
    album->count = made;
    pthread_cond_broadcast(&album->changed);
    pthread_mutex_unlock(&album->lock);
    for (size_t i = 0; i < old_count; i++) /* the last reference may take a while to free */
        release_source(&old[i].want);
}

static bool may_work_ahead(const struct album *album)
{
    size_t busy = 0;
    for (size_t i = 0; i < WORKERS; i++)
        busy += album->workers[i].ahead;
    return busy + 1 < WORKERS;
}

static struct item *next_item(struct album *album)
{
    struct item *ahead = NULL;
    for (size_t i = 0; i < album->count; i++) {
        struct item *item = &album->items[i];
        if (item->state != WAITING)
            continue;
        if (!item->want.ahead)
            return item;
        ahead = ahead ? ahead : item;
    }
    return ahead && may_work_ahead(album) ? ahead : NULL;
}

/* ---- a worker ---- */

static bool is_shown(struct album *album, const struct photo_want *want)
{
    const struct item *item = find_item(album, want);
    return item && !item->want.ahead;
}

/* Posts PHOTO (a reference that moves) where it is still waited for. Locked. */
static void answer(struct album *album, const struct photo_want *want, struct photo *photo)
{
    struct item *item = find_item(album, want);
    struct message *message =
        photo && item && !item->answered ? message_new(MESSAGE_PHOTO) : NULL;
    if (!message) {
        photo_release(photo);
        return;
    }
    item->answered = photo->pixels && !photo->coarse;
    message->photo = (struct photo_answer){*want, photo};
    message_post(album->answers, message);
}

static bool is_decoded_elsewhere(const struct worker *worker, const struct photo_key *key)
{
    const struct album *album = worker->album;
    for (size_t i = 0; i < WORKERS; i++) {
        const struct worker *other = &album->workers[i];
        if (other != worker && other->decoding && same_key(&other->key, key))
            return true;
    }
    return false;
}

/* The photo of the file at PATH, out of what is kept when it is there. Locked, but not while it
 * decodes. */
static struct photo *find_photo(
    struct worker *worker, const struct photo_want *want, const char *path)
{
    struct album *album = worker->album;
    struct file_stat stat = {0};
    bool known = path && file_stat(path, &stat);
    worker->key = (struct photo_key){stat.device, stat.inode, stat.size_bytes, stat.mtime_ns,
        want->width_px, want->height_px};
    while (known && is_decoded_elsewhere(worker, &worker->key))
        pthread_cond_wait(&album->changed, &album->lock);
    struct photo *photo = known ? find_kept(album, &worker->key) : NULL;
    if (photo)
        return photo;
    worker->decoding = known;
    pthread_mutex_unlock(&album->lock);
    bool first = path && !want->ahead;
    photo = photo_load(album->room, path, want->width_px, want->height_px, first);
    pthread_mutex_lock(&album->lock);
    if (photo && photo->coarse && is_shown(album, want)) {
        answer(album, want, photo);
        pthread_mutex_unlock(&album->lock);
        photo = photo_load(album->room, path, want->width_px, want->height_px, false);
        pthread_mutex_lock(&album->lock);
    }
    if (known && photo && !photo->coarse)
        keep(album, &worker->key, photo);
    worker->decoding = false;
    pthread_cond_broadcast(&album->changed);
    return photo;
}

/* Locked, but not while it works. */
static void answer_item(struct worker *worker, struct item *item)
{
    struct album *album = worker->album;
    struct photo_want want = item->want;
    struct arena arena = {0};
    share_source(&want);
    item->state = RUNNING;
    worker->ahead = want.ahead;
    pthread_mutex_unlock(&album->lock);
    const char *path = photo_want_path(&want, &arena);
    pthread_mutex_lock(&album->lock);
    struct photo *photo = find_photo(worker, &want, path);
    if (want.ahead && photo && album->plates) {
        pthread_mutex_unlock(&album->lock);
        plates_make(album->plates, photo);
        pthread_mutex_lock(&album->lock);
    }
    answer(album, &want, photo);
    item = find_item(album, &want); /* the list may be another by now */
    if (item)
        item->state = DONE;
    worker->ahead = false;
    pthread_cond_broadcast(&album->changed);
    pthread_mutex_unlock(&album->lock);
    arena_done(&arena);
    release_source(&want);
    pthread_mutex_lock(&album->lock);
}

static void *work(void *self)
{
    struct worker *worker = self;
    struct album *album = worker->album;
    pthread_mutex_lock(&album->lock);
    while (!album->closing) {
        struct item *item = next_item(album);
        if (item)
            answer_item(worker, item);
        else
            pthread_cond_wait(&album->changed, &album->lock);
    }
    pthread_mutex_unlock(&album->lock);
    return NULL;
}

/* ---- life ---- */

struct album *album_new(struct darkroom *room, struct plates *plates, struct queue *answers,
    size_t most_bytes, struct err *err)
{
    struct album *album = calloc(1, sizeof *album);
    if (!album) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    album->room = room;
    album->plates = plates;
    album->answers = answers;
    album->most_bytes = most_bytes;
    pthread_mutex_init(&album->lock, NULL);
    pthread_cond_init(&album->changed, NULL);
    for (size_t i = 0; i < WORKERS; i++) {
        struct worker *worker = &album->workers[i];
        worker->album = album;
        worker->started = thread_start(&worker->thread, work, worker, err);
        if (!worker->started) {
            album_free(album);
            return NULL;
        }
    }
    return album;
}

void album_free(struct album *album)
{
    if (!album)
        return;
    pthread_mutex_lock(&album->lock);
    album->closing = true;
    pthread_cond_broadcast(&album->changed);
    pthread_mutex_unlock(&album->lock);
    for (size_t i = 0; i < WORKERS; i++)
        if (album->workers[i].started)
            pthread_join(album->workers[i].thread, NULL);
    for (size_t i = 0; i < album->count; i++)
        release_source(&album->items[i].want);
    for (size_t i = 0; i < album->kept_count; i++)
        photo_release(album->kept[i].photo);
    free(album->kept);
    pthread_cond_destroy(&album->changed);
    pthread_mutex_destroy(&album->lock);
    free(album);
}
