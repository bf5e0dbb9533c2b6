#include "work/clerk.h"

#include "work/desk.h"

#include <stdlib.h>
#include <time.h>

struct clerk {
    const struct service_settings *settings;
    struct queue *answers;
    struct desk *desk;
};

/* ---- intervals of differences ---- */

struct deltas_job {
    struct clerk *clerk;
    struct deltas_want want;
    struct runs *runs; /* a reference */
};

static void deltas_job_drop(void *self)
{
    struct deltas_job *job = self;
    runs_release(job->runs);
    free(job);
}

static void tell_deltas(void *self, const struct deltas *so_far)
{
    struct clerk *clerk = self;
    struct message *message = message_new(MESSAGE_DELTAS);
    struct deltas *copy = message ? malloc(sizeof *copy) : NULL;
    if (copy) {
        *copy = *so_far;
        message->deltas = copy;
    }
    message_post(clerk->answers, message);
}

static void deltas_job_run(void *self, const atomic_bool *stale)
{
    struct deltas_job *job = self;
    struct err err = {0};
    if (!deltas_make(&job->want, job->runs, &job->clerk->settings->index, stale, tell_deltas,
            job->clerk, &err))
        message_post_trouble(job->clerk->answers, &err);
    deltas_job_drop(job);
}

/* ---- intervals class by class ---- */

struct intervals_job {
    struct clerk *clerk;
    struct intervals_want want; /* its studies are references */
};

static void intervals_job_drop(void *self)
{
    struct intervals_job *job = self;
    for (size_t i = 0; i < job->want.count; i++)
        study_release((struct study *)job->want.studies[i]);
    free(job);
}

static void tell_intervals(void *self, struct intervals *so_far)
{
    struct clerk *clerk = self;
    struct message *message = message_new(MESSAGE_INTERVALS);
    if (message)
        message->intervals = so_far;
    else
        intervals_free(so_far);
    message_post(clerk->answers, message);
}

static void intervals_job_run(void *self, const atomic_bool *stale)
{
    struct intervals_job *job = self;
    struct err err = {0};
    if (!intervals_make(&job->want, stale, tell_intervals, job->clerk, &err))
        message_post_trouble(job->clerk->answers, &err);
    intervals_job_drop(job);
}

/* ---- rankings ---- */

struct influence_job {
    struct clerk *clerk;
    struct influence_want want;
    struct runs *runs; /* a reference */
};

static void influence_job_drop(void *self)
{
    struct influence_job *job = self;
    runs_release(job->runs);
    free(job);
}

static void influence_job_run(void *self, const atomic_bool *stale)
{
    struct influence_job *job = self;
    struct message *message = message_new(MESSAGE_INFLUENCE);
    (void)stale;
    if (message)
        message->influence = influence_answer_make(&job->want, job->runs);
    message_post(job->clerk->answers, message);
    influence_job_drop(job);
}

/* ---- texts ---- */

struct texts_job {
    struct clerk *clerk;
    struct text_want want;
};

/* How often a file that is followed is looked at. */
enum { LOOK_MS = 200, NAP_MS = 20 };

static void tell_texts(struct clerk *clerk, struct texts *texts)
{
    struct message *message = message_new(MESSAGE_TEXTS);
    if (message)
        message->texts = texts_share(texts);
    message_post(clerk->answers, message);
}

static bool nap(const atomic_bool *stale)
{
    struct timespec time = {.tv_nsec = NAP_MS * 1000000};
    for (int i = 0; i < LOOK_MS / NAP_MS && !atomic_load(stale); i++)
        nanosleep(&time, NULL);
    return !atomic_load(stale);
}

static void texts_job_run(void *self, const atomic_bool *stale)
{
    struct texts_job *job = self;
    struct texts *texts = texts_load(&job->want);
    if (texts)
        tell_texts(job->clerk, texts);
    while (texts && job->want.follow && nap(stale)) {
        struct texts *grown = texts_grow(texts);
        if (!grown)
            continue;
        texts_release(texts);
        texts = grown;
        tell_texts(job->clerk, texts);
    }
    texts_release(texts);
    free(job);
}

/* ---- orders ---- */

bool clerk_order_deltas(
    struct clerk *clerk, const struct deltas_want *want, struct runs *runs)
{
    struct deltas_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    *job = (struct deltas_job){clerk, *want, runs_share(runs)};
    desk_put(clerk->desk, CLERK_DELTAS, (struct desk_job){deltas_job_run, deltas_job_drop, job});
    return true;
}

bool clerk_order_influence(
    struct clerk *clerk, const struct influence_want *want, struct runs *runs)
{
    struct influence_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    *job = (struct influence_job){clerk, *want, runs_share(runs)};
    desk_put(clerk->desk, CLERK_INFLUENCE,
        (struct desk_job){influence_job_run, influence_job_drop, job});
    return true;
}

bool clerk_order_texts(struct clerk *clerk, const struct text_want *want)
{
    struct texts_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    *job = (struct texts_job){clerk, *want};
    desk_put(clerk->desk, CLERK_TEXTS, (struct desk_job){texts_job_run, free, job});
    return true;
}

bool clerk_order_intervals(struct clerk *clerk, const struct intervals_want *want)
{
    struct intervals_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    *job = (struct intervals_job){clerk, *want};
    for (size_t i = 0; i < want->count; i++)
        study_share((struct study *)want->studies[i]);
    desk_put(clerk->desk, CLERK_INTERVALS,
        (struct desk_job){intervals_job_run, intervals_job_drop, job});
    return true;
}

void clerk_cancel(struct clerk *clerk, enum clerk_kind kind)
{
    desk_cancel(clerk->desk, (int)kind);
}

/* ---- life ---- */

struct clerk *clerk_new(
    const struct service_settings *settings, struct queue *answers, struct err *err)
{
    struct clerk *clerk = calloc(1, sizeof *clerk);
    if (!clerk) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    *clerk = (struct clerk){.settings = settings, .answers = answers, .desk = desk_new(err)};
    if (clerk->desk)
        return clerk;
    free(clerk);
    return NULL;
}

void clerk_free(struct clerk *clerk)
{
    if (!clerk)
        return;
    desk_free(clerk->desk);
    free(clerk);
}
