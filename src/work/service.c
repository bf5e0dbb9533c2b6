#include "work/service.h"

#include "work/album.h"
#include "work/clerk.h"
#include "work/indexer.h"
#include "work/librarian.h"
#include "work/scribe.h"
#include "work/plates.h"
#include "work/studio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct service {
    struct queue *answers;
    struct librarian *librarian;
    struct plates *plates;
    struct studio *studio;
    struct album *album;
    struct clerk *clerk;
    struct indexer *indexer;
    struct scribe *scribe;
    bool runs_stale, runs_ordered;
    bool runs_due; /* nobody writes to the index any more: if the order fails it is given again */
    bool indexes; /* the indexer was told that the first table is there */
    bool looked;  /* it has looked at everything once */
    bool runs_doubted; /* another process may have written them before that */
    struct wants ordered;       /* what was ordered last of each kind */
    uint64_t turn, studies_wanted[WORLD_STUDIES]; /* when last */
    struct arena ordered_arena; /* its names */
};

/* ---- orders ---- */

static bool same_curves(const struct wants *a, const struct wants *b)
{
    if (a->curve_count != b->curve_count)
        return false;
    for (size_t i = 0; i < a->curve_count; i++)
        if (!curve_want_same(&a->curves[i], &b->curves[i]))
            return false;
    return true;
}

static bool same_photos(
    const struct photo_want *a, size_t a_count, const struct photo_want *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++)
        same = photo_want_same(&a[i], &b[i]) && a[i].ahead == b[i].ahead;
    return same;
}

static void order_runs(struct service *service, const struct world *world)
{
    bool stale = service->runs_stale;
    service->runs_ordered = librarian_order_runs(
        service->librarian, world->runs, service->ordered.tails, !stale);
    service->runs_stale = stale && !service->runs_ordered;
    service->runs_doubted = false;
}

static void order_curves(struct service *service, const struct wants *wants)
{
    if (!librarian_order_curves(service->librarian, wants->curves, wants->curve_count))
        return;
    arena_done(&service->ordered_arena);
    librarian_copy_wants(
        &service->ordered_arena, wants->curves, wants->curve_count, service->ordered.curves);
    service->ordered.curve_count = wants->curve_count;
}

/* Detections of studies that are kept though nobody wants them just now. */
enum { MOST_KEPT_DETECTIONS = 2000000 };

/* The slot that was wanted least recently, of COUNT; -1 when all are wanted in TURN. */
static int free_slot(const uint64_t *wanted, size_t count, uint64_t turn)
{
    size_t oldest = 0;
    for (size_t i = 1; i < count; i++)
        if (wanted[i] < wanted[oldest])
            oldest = i;
    return wanted[oldest] == turn ? -1 : (int)oldest;
}

static void order_studies(
    struct service *service, const struct world *world, const struct wants *wants)
{
    struct study_want *ordered = service->ordered.studies;
    const struct study_want *missing[WORLD_STUDIES];
    size_t missing_count = 0;
    for (size_t i = 0; i < WORLD_STUDIES; i++) {
        size_t slot = 0;
        if (!wants->studies[i].run_id)
            continue;
        while (slot < WORLD_STUDIES && !study_want_same(&ordered[slot], &wants->studies[i]))
            slot++;
        bool again = slot < WORLD_STUDIES && world->studies[slot].trouble[0] &&
                     service->studies_wanted[slot] + 1 < service->turn;
        if (again) /* asked for anew: what was wrong may be mended */
            ordered[slot] = (struct study_want){0};
        if (slot < WORLD_STUDIES && !again)
            service->studies_wanted[slot] = service->turn;
        else
            missing[missing_count++] = &wants->studies[i];
    }
    while (world->runs && missing_count--) { /* the desk takes the last first: here the first want */
        int slot = free_slot(service->studies_wanted, WORLD_STUDIES, service->turn);
        if (slot < 0 || !studio_order_study(service->studio, (size_t)slot, missing[missing_count],
                            world->runs))
            continue;
        ordered[slot] = *missing[missing_count];
        service->studies_wanted[slot] = service->turn;
    }
}

static bool is_of_world(const struct world *world, const struct study *study)
{
    for (size_t i = 0; i < WORLD_STUDIES; i++)
        if (study && world->studies[i].study == study)
            return true;
    return false;
}

static void order_photos(
    struct service *service, const struct world *world, const struct wants *wants)
{
    struct wants *ordered = &service->ordered;
    struct photo_want sound[WORLD_PHOTOS];
    size_t count = 0;
    for (size_t i = 0; i < wants->photo_count; i++)
        if (is_of_world(world, wants->photos[i].study) ||
            (wants->photos[i].files && wants->photos[i].files == world->files))
            sound[count++] = wants->photos[i];
    if (same_photos(sound, count, ordered->photos, ordered->photo_count))
        return;
    album_want(service->album, sound, count);
    memcpy(ordered->photos, sound, count * sizeof *sound);
    ordered->photo_count = count;
}

/* What is there is not made again; an older order goes on as long as it is the same. */
static void order_appraisals(
    struct service *service, const struct world *world, const struct wants *wants)
{
    struct appraisals_want missing, *ordered = &service->ordered.appraisals;
    bool same = wants->appraisals.count == ordered->count;
    for (size_t i = 0; same && i < ordered->count; i++)
        same = appraisal_want_same(&ordered->items[i], &wants->appraisals.items[i]);
    if (same)
        return;
    appraisals_missing(&world->appraisals, &wants->appraisals, &missing);
    if (studio_order_appraisals(service->studio, &missing))
        *ordered = wants->appraisals;
}

static void order_intervals(
    struct service *service, const struct world *world, const struct intervals_want *want)
{
    struct intervals_want *ordered = &service->ordered.intervals;
    bool wanted = want->count > 1;
    if (intervals_want_same(want, ordered) ||
        (world->intervals && world->intervals->done &&
            intervals_want_same(want, &world->intervals->want)))
        return;
    if (!wanted)
        clerk_cancel(service->clerk, CLERK_INTERVALS);
    if (!wanted || clerk_order_intervals(service->clerk, want))
        *ordered = *want;
}

static void order_pool(
    struct service *service, const struct world *world, const struct pool_want *want)
{
    const struct pool_want *ordered = &service->ordered.pool;
    bool sound = is_of_world(world, want->a) && (!want->b || is_of_world(world, want->b));
    if (sound && (want->a != ordered->a || want->b != ordered->b) &&
        studio_order_pool(service->studio, want))
        service->ordered.pool = *want;
}

/* What the clerk does is given up when nobody wants it, for it may take long. */
static void order_clerk(
    struct service *service, const struct world *world, const struct wants *wants)
{
    struct clerk *clerk = service->clerk;
    struct wants *ordered = &service->ordered;
    if (!deltas_want_same(&wants->deltas, &ordered->deltas)) {
        bool wanted = wants->deltas.count && world->runs;
        if (!wanted)
            clerk_cancel(clerk, CLERK_DELTAS);
        if (!wanted || clerk_order_deltas(clerk, &wants->deltas, world->runs))
            ordered->deltas = wants->deltas;
    }
    if (!influence_want_same(&wants->influence, &ordered->influence)) {
        bool wanted = wants->influence.snapshot && world->runs;
        if (!wanted || clerk_order_influence(clerk, &wants->influence, world->runs))
            ordered->influence = wants->influence;
    }
    if (!text_want_same(&wants->texts, &ordered->texts)) {
        bool wanted = wants->texts.paths[0][0];
        if (!wanted)
            clerk_cancel(clerk, CLERK_TEXTS);
        if (!wanted || clerk_order_texts(clerk, &wants->texts))
            ordered->texts = wants->texts;
    }
}

static void order_data(
    struct service *service, const struct world *world, const struct data_want *want)
{
    if (world->runs && studio_order_data(service->studio, want, world->runs))
        service->ordered.data = *want;
}

void service_want(struct service *service, const struct world *world, const struct wants *wants)
{
    order_clerk(service, world, wants);
    bool files = wants->files && world->runs;
    if (wants->files != service->ordered.files &&
        (!files || librarian_order_files(service->librarian, wants->files, world->runs)))
        service->ordered.files = files ? wants->files : 0;
    if (wants->tails[0] && strcmp(wants->tails, service->ordered.tails) != 0) {
        memcpy(service->ordered.tails, wants->tails, sizeof wants->tails);
        service->runs_stale = true;
    }
    if ((service->runs_stale || service->runs_doubted) && !service->runs_ordered)
        order_runs(service, world);
    if (wants->curve_count && !same_curves(wants, &service->ordered))
        order_curves(service, wants);
    service->turn++;
    order_studies(service, world, wants);
    order_photos(service, world, wants);
    order_appraisals(service, world, wants);
    order_intervals(service, world, &wants->intervals);
    order_pool(service, world, &wants->pool);
    if (wants->data.run_id && !data_want_same(&wants->data, &service->ordered.data))
        order_data(service, world, &wants->data);
}

void service_paint(struct service *service, struct easel_scene *scene, bool whole, uint64_t serial)
{
    studio_paint(service->studio, scene, whole, serial);
}

void service_set_terminal(struct service *service, const struct easel_terminal *terminal)
{
    studio_set_terminal(service->studio, terminal);
}

void service_run(struct service *service, struct errand *errand)
{
    scribe_order(service->scribe, errand);
}

void service_refresh(struct service *service)
{
    indexer_refresh(service->indexer);
}

/* ---- answers ---- */

static void take_progress(
    struct service *service, struct world *world, const struct message *message)
{
    world->progress = message->progress;
    world->indexing = message->indexing;
    bool missed = !world->runs && !message->indexing;
    service->runs_stale |= message->progress.changed || (missed && !service->runs_ordered);
    service->runs_due |= missed;
    service->runs_doubted |= !message->indexing && !service->looked;
    service->looked |= !message->indexing;
}

static void drop_photo(struct photo_answer *answer)
{
    photo_release(answer->photo);
    *answer = (struct photo_answer){0};
}

static bool photo_is_of(const struct photo_want *want, const void *source)
{
    return want->study == source || want->files == source;
}

/* Forgets the photos of SOURCE, a study or a list of files, which goes: a new one may come to stand
 * at its address. */
static void drop_photos(struct service *service, struct world *world, const void *source)
{
    struct wants *ordered = &service->ordered;
    size_t kept = 0;
    for (size_t i = 0; i < ordered->photo_count; i++)
        if (!photo_is_of(&ordered->photos[i], source))
            ordered->photos[kept++] = ordered->photos[i];
    ordered->photo_count = kept;
    for (size_t i = 0; i < WORLD_PHOTOS; i++)
        if (world->photos[i].photo && photo_is_of(&world->photos[i].want, source))
            drop_photo(&world->photos[i]);
}

static void drop_study(struct service *service, struct world *world, size_t slot)
{
    struct study_answer *place = &world->studies[slot];
    const struct pool_want *pool = &service->ordered.pool;
    if (place->study) {
        drop_photos(service, world, place->study);
        appraisals_forget(&world->appraisals, place->study);
    }
    if (place->study && (pool->a == place->study || pool->b == place->study))
        service->ordered.pool = (struct pool_want){0};
    service->ordered.appraisals.count = 0; /* what is still wanted is asked for again */
    service->ordered.intervals.count = 0;
    study_release(place->study);
    *place = (struct study_answer){0};
}

/* Studies that nobody wants now go, those of long ago first, while they are too large. */
static void forget_studies(struct service *service, struct world *world)
{
    for (;;) {
        int64_t held = 0;
        size_t oldest = WORLD_STUDIES;
        for (size_t i = 0; i < WORLD_STUDIES; i++) {
            if (!world->studies[i].study || service->studies_wanted[i] == service->turn)
                continue;
            held += world->studies[i].study->detection_count;
            if (oldest == WORLD_STUDIES ||
                service->studies_wanted[i] < service->studies_wanted[oldest])
                oldest = i;
        }
        if (held <= MOST_KEPT_DETECTIONS)
            return;
        drop_study(service, world, oldest);
        service->ordered.studies[oldest] = (struct study_want){0};
    }
}

static void take_runs(struct service *service, struct world *world, struct message *message)
{
    service->runs_ordered = false;
    if (!service->indexes)
        indexer_refresh(service->indexer);
    service->indexes = true;
    service->runs_stale |= service->runs_due && !message->runs;
    service->runs_due = false;
    if (!message->runs)
        return;
    runs_release(world->runs);
    world->runs = message->runs;
    message->runs = NULL;
}

static void take_study(struct service *service, struct world *world, struct message *message)
{
    service->ordered.data = (struct data_want){0}; /* its study may be another at that address */
    drop_study(service, world, message->slot);
    world->studies[message->slot] = message->study;
    message->study.study = NULL;
    forget_studies(service, world);
}

static void take_files(struct service *service, struct world *world, struct message *message)
{
    if (world->files)
        drop_photos(service, world, world->files);
    run_files_release(world->files);
    world->files = message->files;
    message->files = NULL;
}

/* One of a study that has gone meanwhile is passed over. */
static void take_appraisal(struct world *world, struct message *message)
{
    for (size_t i = 0; message->appraisal && i < WORLD_STUDIES; i++)
        if (world->studies[i].study == message->appraisal->want.study) {
            appraisals_take(&world->appraisals, message->appraisal);
            message->appraisal = NULL;
        }
}

/* What the clerk and the studio answer takes the place of older answers. */
static void take_clerks(struct world *world, struct message *message)
{
    if (message->deltas) {
        free(world->deltas);
        world->deltas = message->deltas;
        message->deltas = NULL;
    }
    if (message->influence) {
        influence_answer_free(world->influence);
        world->influence = message->influence;
        message->influence = NULL;
    }
    take_appraisal(world, message);
    if (message->intervals) {
        intervals_free(world->intervals);
        world->intervals = message->intervals;
        message->intervals = NULL;
    }
    if (message->texts) {
        texts_release(world->texts);
        world->texts = message->texts;
        message->texts = NULL;
    }
}

static bool is_wanted(const struct service *service, const struct photo_want *want)
{
    const struct wants *ordered = &service->ordered;
    for (size_t i = 0; i < ordered->photo_count; i++)
        if (photo_want_same(&ordered->photos[i], want))
            return true;
    return false;
}

/* In the place of what the same want was answered with before, else of what is wanted no more. */
static void take_photo(struct service *service, struct world *world, struct message *message)
{
    struct photo_answer *place = NULL;
    if (!is_wanted(service, &message->photo.want))
        return;
    for (size_t i = 0; i < WORLD_PHOTOS; i++) {
        struct photo_answer *at = &world->photos[i];
        if (photo_want_same(&at->want, &message->photo.want)) {
            place = at;
            break;
        }
        if (!at->photo || !is_wanted(service, &at->want))
            place = at;
    }
    if (!place)
        return;
    drop_photo(place);
    *place = message->photo;
    message->photo.photo = NULL;
}

static void take_curves(struct world *world, struct message *message)
{
    if (!message->curves)
        return;
    curves_release(world->curves);
    world->curves = message->curves;
    message->curves = NULL;
}

static void take_pool(struct world *world, struct message *message)
{
    pool_answer_done(&world->pool);
    world->pool = message->pool;
    message->pool = (struct pool_answer){0};
}

static void take_copied(struct world *world, struct message *message)
{
    buf_done(&world->copied.text);
    world->copied = message->copied;
    message->copied = (struct copied){0};
}

static void take_data(struct world *world, struct message *message)
{
    data_page_release(world->data.page);
    world->data = message->data;
    message->data.page = NULL;
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
        take_runs(service, world, message);
        break;
    case MESSAGE_CURVES:
        take_curves(world, message);
        break;
    case MESSAGE_STUDY:
        take_study(service, world, message);
        break;
    case MESSAGE_PHOTO:
        take_photo(service, world, message);
        break;
    case MESSAGE_POOL:
        take_pool(world, message);
        break;
    case MESSAGE_DELTAS:
    case MESSAGE_INFLUENCE:
    case MESSAGE_TEXTS:
    case MESSAGE_INTERVALS:
    case MESSAGE_APPRAISAL:
        take_clerks(world, message);
        break;
    case MESSAGE_FILES:
        if (message->files)
            take_files(service, world, message);
        break;
    case MESSAGE_DATA:
        take_data(world, message);
        break;
    case MESSAGE_PAINTED:
        *paint = message->paint;
        message->paint = (struct service_paint){0};
        break;
    case MESSAGE_REMARKED:
        service->runs_stale = true;
        break;
    case MESSAGE_TAGGED:
        service->ordered.pool = (struct pool_want){0};
        break;
    case MESSAGE_COPIED:
        take_copied(world, message);
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
    service->runs_stale = true; /* what the index holds already is shown at once */
    service->answers = queue_new(err);
    if (service->answers)
        service->librarian = librarian_new(settings, service->answers, err);
    if (service->librarian)
        service->plates = plates_new(err);
    if (service->plates)
        service->studio = studio_new(settings, service->plates, service->answers, err);
    if (service->studio)
        service->album =
            album_new(settings->room, service->plates, service->answers, ALBUM_BYTES, err);
    if (service->album)
        service->clerk = clerk_new(settings, service->answers, err);
    if (service->clerk)
        service->indexer = indexer_new(settings, service->answers, err);
    if (service->indexer)
        service->scribe = scribe_new(settings, service->answers, err);
    if (service->scribe)
        return service;
    service_free(service);
    return NULL;
}

void service_free(struct service *service)
{
    if (!service)
        return;
    scribe_free(service->scribe);
    librarian_free(service->librarian);
    studio_free(service->studio);
    album_free(service->album);
    plates_free(service->plates);
    clerk_free(service->clerk);
    indexer_free(service->indexer);
    queue_free(service->answers, message_free);
    arena_done(&service->ordered_arena);
    free(service);
}

int service_fd(const struct service *service)
{
    return queue_fd(service->answers);
}
