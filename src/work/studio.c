#include "work/studio.h"

#include "work/desk.h"
#include "work/image_tags.h"
#include "work/run_study.h"

#include <stdlib.h>

enum slot {
    SLOT_STUDY,
    SLOT_PAINT = SLOT_STUDY + WORLD_STUDIES,
    SLOT_DATA,
    SLOT_POOL,
    SLOT_APPRAISALS,
    SLOTS
};

_Static_assert((int)SLOTS <= (int)DESK_SLOTS, "a desk has as many slots");

struct studio {
    const struct service_settings *settings;
    struct easel_terminal terminal; /* of those who order: what the next painting is for */
    struct plates *plates;
    struct queue *answers;
    struct desk *desk;
    struct easel *easel;      /* the thread's own; made with the first painting */
    struct data_keep data;    /* the thread's own: the table shown last */
    atomic_bool whole_wanted; /* a painting that had to be whole was overtaken */
};

struct study_job {
    struct studio *studio;
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
    if (run && job->want.artifact >= 0)
        return run_study_load(
            run, (size_t)job->want.artifact, true, &job->studio->settings->index, stale, err);
    err_set(err, ERR_USAGE, "the run has no such predictions any more");
    return NULL;
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
    message_post(job->studio->answers, message);
    study_job_drop(job);
}

struct paint_job {
    struct studio *studio;
    struct easel_terminal terminal;
    struct easel_scene *scene;
    bool whole;
    uint64_t serial;
};

static void paint_job_drop(void *self)
{
    struct paint_job *job = self;
    if (job->whole)
        atomic_store(&job->studio->whole_wanted, true);
    easel_scene_free(job->scene);
    free(job);
}

enum { MOST_PAINTED_BYTES = 64 << 20 };

static void paint_job_run(void *self, const atomic_bool *stale)
{
    struct paint_job *job = self;
    struct studio *studio = job->studio;
    (void)stale;
    struct err err = {0};
    struct message *message = message_new(MESSAGE_PAINTED);
    if (!studio->easel)
        studio->easel = easel_new(&job->terminal, studio->plates, &err);
    if (message && studio->easel) {
        bool whole = atomic_exchange(&studio->whole_wanted, false) || job->whole;
        buf_init(&message->paint.bytes, MOST_PAINTED_BYTES);
        message->paint.serial = job->serial;
        easel_set_terminal(studio->easel, &job->terminal, &message->paint.bytes);
        message->paint.done =
            easel_paint(studio->easel, job->scene, whole, &message->paint.bytes, &err);
    }
    message_post(studio->answers, message);
    if (err.code)
        message_post_trouble(studio->answers, &err);
    job->whole = false;
    paint_job_drop(job);
}

struct pool_job {
    struct studio *studio;
    struct pool_answer answer;
};

static void pool_job_drop(void *self)
{
    struct pool_job *job = self;
    pool_answer_done(&job->answer);
    free(job);
}

static void pool_job_run(void *self, const atomic_bool *stale)
{
    struct pool_job *job = self;
    struct pool_answer *answer = &job->answer;
    struct message *message = message_new(MESSAGE_POOL);
    (void)stale;
    if (message) {
        struct arena arena = {0};
        pool_answer_make(answer, image_tags_path(&arena, NULL));
        arena_done(&arena);
        message->pool = *answer;
        *answer = (struct pool_answer){0};
    }
    message_post(job->studio->answers, message);
    pool_job_drop(job);
}

struct data_job {
    struct studio *studio;
    struct data_want want;
    struct runs *runs;   /* a reference */
    struct study *study; /* a reference to the want's, or NULL */
};

static void data_job_drop(void *self)
{
    struct data_job *job = self;
    runs_release(job->runs);
    study_release(job->study);
    free(job);
}

static void data_job_run(void *self, const atomic_bool *stale)
{
    struct data_job *job = self;
    struct message *message = message_new(MESSAGE_DATA);
    if (message &&
        !data_answer_make(&job->studio->data, &job->want, job->runs, stale, &message->data)) {
        message_free(message);
        message = NULL;
    }
    message_post(job->studio->answers, message);
    data_job_drop(job);
}

struct appraisals_job {
    struct studio *studio;
    struct appraisals_want want; /* its studies are references */
};

static void appraisals_job_drop(void *self)
{
    struct appraisals_job *job = self;
    for (size_t i = 0; i < job->want.count; i++)
        study_release((struct study *)job->want.items[i].study);
    free(job);
}

static void appraisals_job_run(void *self, const atomic_bool *stale)
{
    struct appraisals_job *job = self;
    for (size_t i = 0; i < job->want.count && !atomic_load(stale); i++) {
        struct message *message = message_new(MESSAGE_APPRAISAL);
        if (message)
            message->appraisal = appraisal_make(&job->want.items[i]);
        message_post(job->studio->answers, message);
    }
    appraisals_job_drop(job);
}

/* ---- orders ---- */

bool studio_order_study(
    struct studio *studio, size_t slot, const struct study_want *want, struct runs *runs)
{
    struct study_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    *job = (struct study_job){studio, slot, *want, runs_share(runs)};
    desk_put(studio->desk, SLOT_STUDY + (int)slot,
        (struct desk_job){study_job_run, study_job_drop, job});
    return true;
}

bool studio_order_pool(struct studio *studio, const struct pool_want *want)
{
    struct pool_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    job->studio = studio;
    job->answer.want.a = study_share((struct study *)want->a);
    job->answer.want.b = want->b ? study_share((struct study *)want->b) : NULL;
    desk_put(studio->desk, SLOT_POOL, (struct desk_job){pool_job_run, pool_job_drop, job});
    return true;
}

bool studio_order_data(struct studio *studio, const struct data_want *want, struct runs *runs)
{
    struct data_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    *job = (struct data_job){studio, *want, runs_share(runs),
        want->study ? study_share((struct study *)want->study) : NULL};
    desk_put(studio->desk, SLOT_DATA, (struct desk_job){data_job_run, data_job_drop, job});
    return true;
}

void studio_set_terminal(struct studio *studio, const struct easel_terminal *terminal)
{
    studio->terminal = *terminal;
}

bool studio_order_appraisals(struct studio *studio, const struct appraisals_want *want)
{
    struct appraisals_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    *job = (struct appraisals_job){studio, *want};
    for (size_t i = 0; i < want->count; i++)
        study_share((struct study *)want->items[i].study);
    desk_put(studio->desk, SLOT_APPRAISALS,
        (struct desk_job){appraisals_job_run, appraisals_job_drop, job});
    return true;
}

void studio_paint(struct studio *studio, struct easel_scene *scene, bool whole, uint64_t serial)
{
    struct paint_job *job = calloc(1, sizeof *job);
    if (!job) {
        easel_scene_free(scene);
        return;
    }
    *job = (struct paint_job){studio, studio->terminal, scene, whole, serial};
    desk_put(studio->desk, SLOT_PAINT, (struct desk_job){paint_job_run, paint_job_drop, job});
}

/* ---- life ---- */

struct studio *studio_new(const struct service_settings *settings, struct plates *plates,
    struct queue *answers, struct err *err)
{
    struct studio *studio = calloc(1, sizeof *studio);
    if (!studio) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    studio->settings = settings;
    studio->terminal = settings->terminal;
    studio->plates = plates;
    studio->answers = answers;
    studio->desk = desk_new(err);
    if (studio->desk)
        return studio;
    free(studio);
    return NULL;
}

void studio_free(struct studio *studio)
{
    if (!studio)
        return;
    desk_free(studio->desk);
    easel_free(studio->easel);
    data_keep_done(&studio->data);
    free(studio);
}
