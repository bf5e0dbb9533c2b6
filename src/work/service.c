#include "work/service.h"

#include "base/clock.h"
#include "base/queue.h"
#include "work/desk.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REST_MS = 3000, LONG_REST_MS = 30000, QUICK_REFRESH_MS = 300 };
enum librarian_slot { SLOT_RUNS, SLOT_CURVES };
enum studio_slot { SLOT_STUDY, SLOT_PHOTO = SLOT_STUDY + WORLD_STUDIES, SLOT_PAINT };

/* ---- what travels to the main thread ---- */

enum message_kind {
    MESSAGE_PROGRESS,
    MESSAGE_TROUBLE,
    MESSAGE_RUNS,
    MESSAGE_CURVES,
    MESSAGE_STUDY,
    MESSAGE_PHOTO,
    MESSAGE_PAINTED,
};

struct message {
    enum message_kind kind;
    struct index_progress progress;
    bool indexing;
    struct runs *runs;
    struct curves *curves;
    size_t slot; /* of the study */
    struct study_answer study;
    struct photo_answer photo;
    struct service_paint paint;
    char trouble[512];
};

static void message_free(void *item)
{
    struct message *message = item;
    runs_release(message->runs);
    curves_release(message->curves);
    study_release(message->study.study);
    photo_release(message->photo.photo);
    buf_done(&message->paint.bytes);
    free(message);
}

/* Photos decoded last: a change of step or of thresholds shows the same picture again. */
enum { KEPT_PHOTOS = 4 };

struct kept_photo {
    char *path;
    int32_t width_px, height_px;
    struct photo *photo; /* a reference */
};

struct service {
    const struct service_settings *settings;
    struct queue *answers;
    struct desk *librarian, *studio;
    struct store *reading;               /* the librarian's */
    struct easel *easel;                 /* the studio's */
    struct kept_photo kept[KEPT_PHOTOS]; /* the studio's, newest first */

    pthread_t indexer;
    bool indexer_runs;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    bool closing, refresh_asked; /* under lock */
    struct store *writing;       /* under lock; the indexer's */
    atomic_bool stop;

    /* The main thread's own. */
    bool runs_stale, runs_ordered;
    struct arena ordered_arena;
    struct wants ordered;
    atomic_bool whole_wanted;
};

static struct message *message_new(enum message_kind kind)
{
    struct message *message = calloc(1, sizeof *message);
    if (message)
        message->kind = kind;
    return message;
}

static void post(struct service *service, struct message *message)
{
    if (message && !queue_post(service->answers, message))
        message_free(message);
}

static void post_trouble(struct service *service, const struct err *err)
{
    struct message *message = message_new(MESSAGE_TROUBLE);
    if (message && err->code != ERR_CANCELLED)
        err_print(err, message->trouble, sizeof message->trouble);
    post(service, message);
}

/* ---- the indexer ---- */

static bool tell_progress(void *self, const struct index_progress *progress)
{
    struct service *service = self;
    struct message *message = message_new(MESSAGE_PROGRESS);
    if (message) {
        message->progress = *progress;
        message->progress.now = NULL;
        message->indexing = progress->phase != INDEX_DONE;
    }
    post(service, message);
    return !atomic_load(&service->stop);
}

static void tell_trouble(void *self, const struct err *err)
{
    post_trouble(self, err);
}

/* Waits until a refresh is due; false when the service closes. */
static bool wait_for_turn(struct service *service, int64_t rest_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += rest_ms / 1000;
    pthread_mutex_lock(&service->lock);
    while (!service->closing && !service->refresh_asked)
        if (pthread_cond_timedwait(&service->asked, &service->lock, &until) != 0)
            break;
    service->refresh_asked = false;
    bool go_on = !service->closing;
    pthread_mutex_unlock(&service->lock);
    return go_on;
}

static void set_writing(struct service *service, struct store *store)
{
    pthread_mutex_lock(&service->lock);
    service->writing = store;
    pthread_mutex_unlock(&service->lock);
}

static void *index_for_ever(void *argument)
{
    struct service *service = argument;
    const struct service_settings *settings = service->settings;
    struct index_listener listener = {service, tell_progress, tell_trouble};
    struct err err = {0};
    struct store *store =
        index_open(&settings->index, settings->index_path, settings->rebuild, &err);
    if (!store) {
        post_trouble(service, &err);
        return NULL;
    }
    set_writing(service, store);
    int64_t rest_ms;
    do {
        int64_t began_ms = clock_ms();
        err = (struct err){0};
        if (!index_refresh(store, &settings->index, &listener, &err))
            post_trouble(service, &err);
        rest_ms = clock_ms() - began_ms < QUICK_REFRESH_MS ? REST_MS : LONG_REST_MS;
    } while (wait_for_turn(service, rest_ms));
    set_writing(service, NULL);
    store_close(store);
    return NULL;
}

/* ---- the librarian ---- */

struct runs_job {
    struct service *service;
    struct runs *before; /* a reference, may be NULL */
};

static void runs_job_drop(void *self)
{
    struct runs_job *job = self;
    runs_release(job->before);
    free(job);
}

static struct store *open_reading(struct service *service, struct err *err)
{
    if (service->reading)
        return service->reading;
    struct arena arena = {0};
    const char *path =
        index_path(&arena, &service->settings->index, service->settings->index_path, err);
    if (path)
        service->reading = store_open(path, STORE_READ_ONLY, err);
    arena_done(&arena);
    return service->reading;
}

static void runs_job_run(void *self, const atomic_bool *stale)
{
    struct runs_job *job = self;
    (void)stale;
    struct err err = {0};
    struct store *store = open_reading(job->service, &err);
    struct message *message = message_new(MESSAGE_RUNS);
    if (message && store)
        message->runs = runs_load(store, job->before, &err);
    post(job->service, message);
    if (err.code && store) /* without an index yet there is nothing to say: it is being made */
        post_trouble(job->service, &err);
    runs_job_drop(job);
}

struct curves_job {
    struct service *service;
    struct arena arena;
    struct curve_want wants[CURVES_MOST];
    size_t count;
};

static void curves_job_drop(void *self)
{
    struct curves_job *job = self;
    arena_done(&job->arena);
    free(job);
}

static void curves_job_run(void *self, const atomic_bool *stale)
{
    struct curves_job *job = self;
    struct err err = {0};
    struct store *store = open_reading(job->service, &err);
    struct message *message = message_new(MESSAGE_CURVES);
    if (message && store)
        message->curves = curves_load(store, job->wants, job->count, stale, &err);
    post(job->service, message);
    if (err.code && err.code != ERR_CANCELLED)
        post_trouble(job->service, &err);
    curves_job_drop(job);
}

/* ---- the studio ---- */

struct study_job {
    struct service *service;
    size_t slot;
    struct study_want want;
    struct runs *runs; /* a reference */
};

static void study_job_drop(void *self)
{
    struct study_job *job = self;
    runs_release(job->runs);
    free(job);
}

static struct study *load_study(
    const struct study_job *job, const atomic_bool *stale, struct err *err)
{
    const struct run_row *run = runs_find(job->runs, job->want.run_id);
    const struct index_settings *settings = &job->service->settings->index;
    struct arena arena = {0};
    struct truth_rules rules = {.ground_truth = settings->ground_truth, .images = settings->images};
    struct truth truth;
    struct study *study = NULL;
    if (!run || job->want.artifact < 0 || (size_t)job->want.artifact >= run->prediction_count)
        err_set(err, ERR_USAGE, "the run has no such predictions any more");
    else if (truth_read_rules(&arena, run->root, &rules, err) &&
             truth_find(&arena, &rules, run->root, run->directory, run->artifacts,
                 run->artifact_count, &truth, err)) {
        struct study_request request = {run->artifacts[job->want.artifact].path, &truth};
        study = study_load(&request, stale, err);
    }
    arena_done(&arena);
    return study;
}

static void study_job_run(void *self, const atomic_bool *stale)
{
    struct study_job *job = self;
    struct err err = {0};
    struct message *message = message_new(MESSAGE_STUDY);
    if (message) {
        message->slot = job->slot;
        message->study.want = job->want;
        message->study.study = load_study(job, stale, &err);
        if (!message->study.study)
            err_print(&err, message->study.trouble, sizeof message->study.trouble);
        if (err.code == ERR_CANCELLED) {
            message_free(message);
            message = NULL;
        }
    }
    post(job->service, message);
    study_job_drop(job);
}

struct photo_job {
    struct service *service;
    struct photo_want want;
    struct study *study; /* a reference */
};

static void photo_job_drop(void *self)
{
    struct photo_job *job = self;
    study_release(job->study);
    free(job);
}

static void forget_photo(struct kept_photo *kept)
{
    free(kept->path);
    photo_release(kept->photo);
    *kept = (struct kept_photo){0};
}

static struct photo *find_photo(
    struct service *service, const char *path, const struct photo_want *want)
{
    for (size_t i = 0; path && i < KEPT_PHOTOS; i++) {
        const struct kept_photo *kept = &service->kept[i];
        if (kept->path && strcmp(kept->path, path) == 0 && kept->width_px == want->width_px &&
            kept->height_px == want->height_px)
            return photo_share(kept->photo);
    }
    struct photo *photo = photo_load(path, want->width_px, want->height_px);
    char *copy = photo && photo->pixels ? strdup(path) : NULL;
    if (!copy)
        return photo;
    forget_photo(&service->kept[KEPT_PHOTOS - 1]);
    memmove(service->kept + 1, service->kept, (KEPT_PHOTOS - 1) * sizeof *service->kept);
    service->kept[0] =
        (struct kept_photo){copy, want->width_px, want->height_px, photo_share(photo)};
    return photo;
}

static void photo_job_run(void *self, const atomic_bool *stale)
{
    struct photo_job *job = self;
    (void)stale;
    struct arena arena = {0};
    struct message *message = message_new(MESSAGE_PHOTO);
    if (message) {
        const char *path = study_image_path(job->study, &arena, job->want.image);
        message->photo.want = job->want;
        message->photo.photo = find_photo(job->service, path, &job->want);
    }
    arena_done(&arena);
    post(job->service, message);
    photo_job_drop(job);
}

struct paint_job {
    struct service *service;
    struct easel_scene *scene;
    bool whole;
    uint64_t serial;
};

static void paint_job_drop(void *self)
{
    struct paint_job *job = self;
    if (job->whole)
        atomic_store(&job->service->whole_wanted, true);
    easel_scene_free(job->scene);
    free(job);
}

enum { MOST_PAINTED_BYTES = 64 << 20 };

static void paint_job_run(void *self, const atomic_bool *stale)
{
    struct paint_job *job = self;
    struct service *service = job->service;
    (void)stale;
    struct err err = {0};
    struct message *message = message_new(MESSAGE_PAINTED);
    if (!service->easel)
        service->easel = easel_new(&service->settings->terminal, &err);
    if (message && service->easel) {
        bool whole = atomic_exchange(&service->whole_wanted, false) || job->whole;
        buf_init(&message->paint.bytes, MOST_PAINTED_BYTES);
        message->paint.serial = job->serial;
        message->paint.done =
            easel_paint(service->easel, job->scene, whole, &message->paint.bytes, &err);
    }
    post(service, message);
    if (err.code)
        post_trouble(service, &err);
    job->whole = false;
    paint_job_drop(job);
}

/* ---- orders ---- */

static void order_runs(struct service *service, const struct world *world)
{
    struct runs_job *job = calloc(1, sizeof *job);
    if (!job)
        return;
    *job = (struct runs_job){service, world->runs ? runs_share(world->runs) : NULL};
    service->runs_stale = false;
    service->runs_ordered = true;
    desk_put(service->librarian, SLOT_RUNS, (struct desk_job){runs_job_run, runs_job_drop, job});
}

static bool same_curves(const struct wants *a, const struct wants *b)
{
    if (a->curve_count != b->curve_count)
        return false;
    for (size_t i = 0; i < a->curve_count; i++)
        if (!curve_want_same(&a->curves[i], &b->curves[i]))
            return false;
    return true;
}

static void copy_curve_wants(struct arena *arena, const struct wants *from, struct curve_want *to)
{
    for (size_t i = 0; i < from->curve_count; i++) {
        const char *name = arena_string(arena, from->curves[i].metric);
        to[i] = from->curves[i];
        to[i].metric = name ? name : "";
    }
}

static void order_curves(struct service *service, const struct wants *wants)
{
    struct curves_job *job = calloc(1, sizeof *job);
    if (!job)
        return;
    job->service = service;
    job->count = wants->curve_count;
    copy_curve_wants(&job->arena, wants, job->wants);
    desk_put(
        service->librarian, SLOT_CURVES, (struct desk_job){curves_job_run, curves_job_drop, job});
    arena_done(&service->ordered_arena);
    copy_curve_wants(&service->ordered_arena, wants, service->ordered.curves);
    service->ordered.curve_count = wants->curve_count;
}

static void order_study(
    struct service *service, const struct world *world, const struct study_want *want, size_t slot)
{
    struct study_job *job = calloc(1, sizeof *job);
    if (!job || !world->runs) {
        free(job);
        return;
    }
    *job = (struct study_job){service, slot, *want, runs_share(world->runs)};
    service->ordered.studies[slot] = *want;
    desk_put(service->studio, SLOT_STUDY + (int)slot,
        (struct desk_job){study_job_run, study_job_drop, job});
}

static void order_photo(
    struct service *service, const struct world *world, const struct photo_want *want)
{
    struct study *study = NULL;
    for (size_t i = 0; i < WORLD_STUDIES; i++)
        if (world->studies[i].study == want->study)
            study = world->studies[i].study;
    struct photo_job *job = study ? calloc(1, sizeof *job) : NULL;
    if (!job)
        return;
    *job = (struct photo_job){service, *want, study_share(study)};
    service->ordered.photo = *want;
    desk_put(service->studio, SLOT_PHOTO, (struct desk_job){photo_job_run, photo_job_drop, job});
}

static bool same_study(const struct study_want *a, const struct study_want *b)
{
    return a->run_id == b->run_id && a->artifact == b->artifact;
}

static bool same_photo(const struct photo_want *a, const struct photo_want *b)
{
    return a->wanted == b->wanted && a->study == b->study && a->image == b->image &&
           a->width_px == b->width_px && a->height_px == b->height_px;
}

void service_want(struct service *service, const struct world *world, const struct wants *wants)
{
    if (service->runs_stale && !service->runs_ordered)
        order_runs(service, world);
    if (wants->curve_count && !same_curves(wants, &service->ordered))
        order_curves(service, wants);
    for (size_t i = 0; i < WORLD_STUDIES; i++)
        if (wants->studies[i].run_id &&
            !same_study(&wants->studies[i], &service->ordered.studies[i]))
            order_study(service, world, &wants->studies[i], i);
    if (wants->photo.wanted && !same_photo(&wants->photo, &service->ordered.photo))
        order_photo(service, world, &wants->photo);
}

void service_paint(struct service *service, struct easel_scene *scene, bool whole, uint64_t serial)
{
    struct paint_job *job = calloc(1, sizeof *job);
    if (!job) {
        easel_scene_free(scene);
        return;
    }
    *job = (struct paint_job){service, scene, whole, serial};
    desk_put(service->studio, SLOT_PAINT, (struct desk_job){paint_job_run, paint_job_drop, job});
}

void service_refresh(struct service *service)
{
    pthread_mutex_lock(&service->lock);
    service->refresh_asked = true;
    pthread_cond_signal(&service->asked);
    pthread_mutex_unlock(&service->lock);
}

/* ---- answers ---- */

static void take_progress(
    struct service *service, struct world *world, const struct message *message)
{
    world->progress = message->progress;
    world->indexing = message->indexing;
    service->runs_stale |= message->progress.changed || (!world->runs && !message->indexing);
}

static void take_study(struct service *service, struct world *world, struct message *message)
{
    struct study_answer *place = &world->studies[message->slot];
    service->ordered.photo =
        (struct photo_want){0}; /* a new study may stand at an old one's address */
    if (world->photo.want.study == place->study) {
        photo_release(world->photo.photo); /* it belongs to an image of the study that goes */
        world->photo = (struct photo_answer){0};
    }
    study_release(place->study);
    *place = message->study;
    message->study.study = NULL;
}

bool service_take(struct service *service, struct world *world, struct service_paint *paint)
{
    *paint = (struct service_paint){0};
    struct message *message = queue_take(service->answers);
    if (!message)
        return false;
    switch (message->kind) {
    case MESSAGE_PROGRESS:
        take_progress(service, world, message);
        break;
    case MESSAGE_TROUBLE:
        snprintf(world->trouble, sizeof world->trouble, "%s", message->trouble);
        world->indexing = false;
        break;
    case MESSAGE_RUNS:
        service->runs_ordered = false;
        if (message->runs) {
            runs_release(world->runs);
            world->runs = message->runs;
            message->runs = NULL;
        }
        break;
    case MESSAGE_CURVES:
        if (message->curves) {
            curves_release(world->curves);
            world->curves = message->curves;
            message->curves = NULL;
        }
        break;
    case MESSAGE_STUDY:
        take_study(service, world, message);
        break;
    case MESSAGE_PHOTO:
        photo_release(world->photo.photo);
        world->photo = message->photo;
        message->photo.photo = NULL;
        break;
    case MESSAGE_PAINTED:
        *paint = message->paint;
        message->paint = (struct service_paint){0};
        break;
    }
    message_free(message);
    return true;
}

/* ---- life ---- */

struct service *service_new(const struct service_settings *settings, struct err *err)
{
    struct service *service = calloc(1, sizeof *service);
    if (!service) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    service->settings = settings;
    service->runs_stale = true; /* what the index holds already is shown at once */
    pthread_mutex_init(&service->lock, NULL);
    pthread_cond_init(&service->asked, NULL);
    service->answers = queue_new(err);
    service->librarian = service->answers ? desk_new(err) : NULL;
    service->studio = service->librarian ? desk_new(err) : NULL;
    if (service->studio) {
        sigset_t all, before;
        sigfillset(&all); /* signals go to the main thread */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        service->indexer_runs =
            pthread_create(&service->indexer, NULL, index_for_ever, service) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (!service->indexer_runs)
            err_set(err, ERR_IO, "cannot start a thread");
    }
    if (service->indexer_runs)
        return service;
    service_free(service);
    return NULL;
}

void service_free(struct service *service)
{
    if (!service)
        return;
    atomic_store(&service->stop, true);
    pthread_mutex_lock(&service->lock);
    service->closing = true;
    if (service->writing)
        store_interrupt(service->writing);
    pthread_cond_signal(&service->asked);
    pthread_mutex_unlock(&service->lock);
    desk_free(service->librarian);
    desk_free(service->studio);
    if (service->indexer_runs)
        pthread_join(service->indexer, NULL);
    store_close(service->reading);
    easel_free(service->easel);
    for (size_t i = 0; i < KEPT_PHOTOS; i++)
        forget_photo(&service->kept[i]);
    queue_free(service->answers, message_free);
    arena_done(&service->ordered_arena);
    pthread_cond_destroy(&service->asked);
    pthread_mutex_destroy(&service->lock);
    free(service);
}

int service_fd(const struct service *service)
{
    return queue_fd(service->answers);
}
