#include "work/service.h"

#include "work/clerk.h"
#include "work/indexer.h"
#include "work/keeper.h"
#include "work/librarian.h"
#include "work/scribe.h"
#include "work/studio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct service {
    struct queue *answers;
    struct librarian *librarian;
    struct studio *studio;
    struct clerk *clerk;
    struct indexer *indexer;
    struct keeper *keeper;
    struct scribe *scribe;
    bool runs_stale, runs_ordered;
    struct wants ordered;       /* what was ordered last of each kind */
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

static bool same_study(const struct study_want *a, const struct study_want *b)
{
    return a->run_id == b->run_id && a->artifact == b->artifact;
}

static bool same_photo(const struct photo_want *a, const struct photo_want *b)
{
    return a->wanted == b->wanted && a->study == b->study && a->image == b->image &&
           a->width_px == b->width_px && a->height_px == b->height_px;
}

static void order_runs(struct service *service, const struct world *world)
{
    service->runs_ordered = librarian_order_runs(service->librarian, world->runs);
    service->runs_stale = !service->runs_ordered;
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

static void order_study(
    struct service *service, const struct world *world, const struct study_want *want, size_t slot)
{
    if (world->runs && studio_order_study(service->studio, slot, want, world->runs))
        service->ordered.studies[slot] = *want;
}

static void order_photo(
    struct service *service, const struct world *world, const struct photo_want *want)
{
    for (size_t i = 0; i < WORLD_STUDIES; i++) {
        struct study *study = world->studies[i].study;
        if (study && study == want->study && studio_order_photo(service->studio, want, study))
            service->ordered.photo = *want;
    }
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

void service_keep(struct service *service, const char *path, const char *text, size_t length)
{
    keeper_put(service->keeper, path, text, length);
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
    service->ordered.data = (struct data_want){0};
    if (world->photo.want.study == place->study) {
        photo_release(world->photo.photo); /* it belongs to an image of the study that goes */
        world->photo = (struct photo_answer){0};
    }
    study_release(place->study);
    *place = message->study;
    message->study.study = NULL;
}

/* What the clerk answers, and the list of files, take the place of older ones. */
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
    if (message->texts) {
        texts_release(world->texts);
        world->texts = message->texts;
        message->texts = NULL;
    }
    if (message->files) {
        run_files_release(world->files);
        world->files = message->files;
        message->files = NULL;
    }
}

static void take_photo(struct world *world, struct message *message)
{
    photo_release(world->photo.photo);
    world->photo = message->photo;
    message->photo.photo = NULL;
}

static void take_copied(struct world *world, struct message *message)
{
    buf_done(&world->copied.text);
    world->copied = message->copied;
    message->copied = (struct copied){0};
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
        take_photo(world, message);
        break;
    case MESSAGE_DELTAS:
    case MESSAGE_INFLUENCE:
    case MESSAGE_TEXTS:
    case MESSAGE_FILES:
        take_clerks(world, message);
        break;
    case MESSAGE_DATA:
        data_page_release(world->data.page);
        world->data = message->data;
        message->data.page = NULL;
        break;
    case MESSAGE_PAINTED:
        *paint = message->paint;
        message->paint = (struct service_paint){0};
        break;
    case MESSAGE_REMARKED:
        service->runs_stale = true;
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
        service->keeper = keeper_new(service->answers, err);
    if (service->keeper)
        service->librarian = librarian_new(settings, service->answers, err);
    if (service->librarian)
        service->studio = studio_new(settings, service->answers, err);
    if (service->studio)
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
    clerk_free(service->clerk);
    indexer_free(service->indexer);
    keeper_free(service->keeper);
    queue_free(service->answers, message_free);
    arena_done(&service->ordered_arena);
    free(service);
}

int service_fd(const struct service *service)
{
    return queue_fd(service->answers);
}
