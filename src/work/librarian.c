#include "work/librarian.h"

#include "work/catalogue.h"
#include "work/desk.h"
#include "work/remarks.h"

#include <stdio.h>
#include <stdlib.h>

enum slot { SLOT_RUNS, SLOT_CURVES, SLOT_FILES };

struct librarian {
    const struct service_settings *settings;
    struct queue *answers;
    struct desk *desk;
    struct store *reading; /* the thread's own; opened with the first order */
    uint64_t generation;   /* of the store when runs were loaded last */
};

struct runs_job {
    struct librarian *librarian;
    struct runs *before; /* a reference, may be NULL */
    bool if_written;
    char tails[WANTS_TAILS_BYTES];
};

static void runs_job_drop(void *self)
{
    struct runs_job *job = self;
    runs_release(job->before);
    free(job);
}

static struct store *open_reading(struct librarian *librarian, struct err *err)
{
    if (librarian->reading)
        return librarian->reading;
    struct arena arena = {0};
    const char *path =
        index_path(&arena, &librarian->settings->index, librarian->settings->index_path, err);
    if (path)
        librarian->reading = store_open(path, STORE_READ_ONLY, err);
    arena_done(&arena);
    return librarian->reading;
}

static void runs_job_run(void *self, const atomic_bool *stale)
{
    struct runs_job *job = self;
    (void)stale;
    struct err err = {0};
    struct store *store = open_reading(job->librarian, &err);
    struct message *message = message_new(MESSAGE_RUNS);
    uint64_t generation = 0, *loaded = &job->librarian->generation;
    bool known = store && store_generation(store, &generation, &err);
    if (message && known && !(job->if_written && generation == *loaded))
        message->runs = runs_load(store, job->before, &err);
    if (message && message->runs) {
        *loaded = generation;
        runs_load_listed_tails(store, message->runs, job->before, job->tails, &err);
        remarks_attach_own(message->runs, &err);
        catalogue_find(message->runs); /* without memory for it there is less to choose from */
    }
    message_post(job->librarian->answers, message);
    if (err.code && store) /* without an index yet there is nothing to say: it is being made */
        message_post_trouble(job->librarian->answers, &err);
    runs_job_drop(job);
}

struct curves_job {
    struct librarian *librarian;
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
    struct store *store = open_reading(job->librarian, &err);
    struct message *message = message_new(MESSAGE_CURVES);
    if (message && store)
        message->curves = curves_load(store, job->wants, job->count, stale, &err);
    message_post(job->librarian->answers, message);
    if (err.code && err.code != ERR_CANCELLED)
        message_post_trouble(job->librarian->answers, &err);
    curves_job_drop(job);
}

struct files_job {
    struct librarian *librarian;
    int64_t run;
    struct runs *runs; /* a reference */
};

static void files_job_drop(void *self)
{
    struct files_job *job = self;
    runs_release(job->runs);
    free(job);
}

static void files_job_run(void *self, const atomic_bool *stale)
{
    struct files_job *job = self;
    (void)stale;
    struct err err = {0};
    struct store *store = open_reading(job->librarian, &err);
    const struct run_row *row = runs_find(job->runs, job->run);
    struct message *message = message_new(MESSAGE_FILES);
    if (message && store && row)
        message->files = run_files_load(store, row, &err);
    message_post(job->librarian->answers, message);
    if (err.code)
        message_post_trouble(job->librarian->answers, &err);
    files_job_drop(job);
}

/* ---- orders ---- */

void librarian_copy_wants(
    struct arena *arena, const struct curve_want *wants, size_t count, struct curve_want *to)
{
    for (size_t i = 0; i < count; i++) {
        const char *name = arena_string(arena, wants[i].metric);
        const char *x = wants[i].x_metric ? arena_string(arena, wants[i].x_metric) : NULL;
        to[i] = wants[i];
        to[i].metric = name ? name : "";
        to[i].x_metric = x;
    }
}

bool librarian_order_runs(
    struct librarian *librarian, struct runs *before, const char *tails, bool if_written)
{
    struct runs_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    *job = (struct runs_job){.librarian = librarian,
        .before = before ? runs_share(before) : NULL,
        .if_written = if_written};
    snprintf(job->tails, sizeof job->tails, "%s", tails);
    desk_put(librarian->desk, SLOT_RUNS, (struct desk_job){runs_job_run, runs_job_drop, job});
    return true;
}

bool librarian_order_curves(
    struct librarian *librarian, const struct curve_want *wants, size_t count)
{
    struct curves_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    job->librarian = librarian;
    job->count = count;
    librarian_copy_wants(&job->arena, wants, count, job->wants);
    desk_put(librarian->desk, SLOT_CURVES, (struct desk_job){curves_job_run, curves_job_drop, job});
    return true;
}

bool librarian_order_files(struct librarian *librarian, int64_t run, struct runs *runs)
{
    struct files_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    *job = (struct files_job){librarian, run, runs_share(runs)};
    desk_put(librarian->desk, SLOT_FILES, (struct desk_job){files_job_run, files_job_drop, job});
    return true;
}

/* ---- life ---- */

struct librarian *librarian_new(
    const struct service_settings *settings, struct queue *answers, struct err *err)
{
    struct librarian *librarian = calloc(1, sizeof *librarian);
    if (!librarian) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    *librarian =
        (struct librarian){.settings = settings, .answers = answers, .desk = desk_new(err)};
    if (librarian->desk)
        return librarian;
    free(librarian);
    return NULL;
}

void librarian_free(struct librarian *librarian)
{
    if (!librarian)
        return;
    desk_free(librarian->desk);
    store_close(librarian->reading);
    free(librarian);
}
