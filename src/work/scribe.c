#include "work/scribe.h"

#include "base/thread.h"
#include "work/own.h"
#include "work/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COPIED_BYTES = 256 << 20 };

struct scribe {
    const struct service_settings *settings;
    struct queue *answers;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct errand *waiting;
    bool begun, closing;
};

/* ---- errands ---- */

static bool keep_remarks(struct scribe *scribe, const struct errand *errand, struct err *err)
{
    struct arena arena = {0};
    char *path = remarks_path(&arena, err);
    bool ok = path && remarks_write(path, errand->remarks, errand->remark_count, err);
    if (ok)
        message_post(scribe->answers, message_new(MESSAGE_REMARKED));
    arena_done(&arena);
    return ok;
}

static bool keep_settings(struct scribe *scribe, const struct errand *errand, struct err *err)
{
    struct arena arena = {0};
    const struct index_settings *index = &scribe->settings->index;
    struct settings_change change = {index->roots, index->root_count, errand->name, errand->value};
    char *path = settings_path(&arena, index->roots, index->root_count, err);
    bool ok = path && settings_write(path, &change, err);
    arena_done(&arena);
    return ok;
}

/* The text goes to the main thread even when it could not be written: the clipboard is left. */
static bool make_copy(struct scribe *scribe, struct errand *errand, struct err *err)
{
    struct arena arena = {0};
    struct message *message = message_new(MESSAGE_COPIED);
    char *path = own_state_path(&arena, copy_file_name(errand->copy), err);
    bool ok = message != NULL;
    if (ok) {
        struct copied *copied = &message->copied;
        buf_init(&copied->text, MOST_COPIED_BYTES);
        copied->rows = errand->copy->line_count;
        copied->bare = errand->copy->bare;
        ok = copy_print(errand->copy, &copied->text, err);
        copied->done = ok;
        const struct buf *text = &copied->text;
        ok = ok && path && own_put(path, text->data ? text->data : "", text->length, err);
        snprintf(copied->path, sizeof copied->path, "%s", ok ? path : "");
    }
    message_post(scribe->answers, message);
    arena_done(&arena);
    return ok;
}

static bool keep_tag(struct scribe *scribe, const struct errand *errand, struct err *err)
{
    struct arena arena = {0};
    char *path = image_tags_path(&arena, err);
    size_t changed;
    bool ok = path && image_tags_write(path, errand->study, errand->names, errand->name_count,
                          errand->name, !errand->takes, &changed, err);
    if (ok)
        message_post(scribe->answers, message_new(MESSAGE_TAGGED));
    arena_done(&arena);
    return ok;
}

static void run(struct scribe *scribe, struct errand *errand)
{
    struct err err = {0};
    switch (errand->kind) {
    case ERRAND_REMARK:
        keep_remarks(scribe, errand, &err);
        break;
    case ERRAND_SETTINGS:
        keep_settings(scribe, errand, &err);
        break;
    case ERRAND_FILE:
        if (!own_put(errand->name, errand->value, strlen(errand->value), &err))
            err_in_file(&err, errand->name);
        break;
    case ERRAND_COPY:
        make_copy(scribe, errand, &err);
        break;
    case ERRAND_TAG:
        keep_tag(scribe, errand, &err);
        break;
    }
    if (err.code)
        message_post_trouble(scribe->answers, &err);
    errand_free(errand);
}

/* ---- the thread ---- */

static bool is_overtaken(const struct errand *errand)
{
    bool replaces = errand->kind == ERRAND_SETTINGS || errand->kind == ERRAND_FILE;
    for (const struct errand *later = errand->next; replaces && later; later = later->next)
        if (later->kind == errand->kind && strcmp(later->name, errand->name) == 0)
            return true;
    return false;
}

static void *write_all(void *argument)
{
    struct scribe *scribe = argument;
    pthread_mutex_lock(&scribe->lock);
    for (;;) {
        while (!scribe->waiting && !scribe->closing)
            pthread_cond_wait(&scribe->changed, &scribe->lock);
        if (!scribe->waiting)
            break; /* only now: what was ordered is written before the end */
        bool overtaken = is_overtaken(scribe->waiting);
        struct errand *errand = errand_take(&scribe->waiting);
        pthread_mutex_unlock(&scribe->lock);
        if (overtaken)
            errand_free(errand);
        else
            run(scribe, errand);
        pthread_mutex_lock(&scribe->lock);
    }
    pthread_mutex_unlock(&scribe->lock);
    return NULL;
}

struct scribe *scribe_new(
    const struct service_settings *settings, struct queue *answers, struct err *err)
{
    struct scribe *scribe = calloc(1, sizeof *scribe);
    if (!scribe) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    scribe->settings = settings;
    scribe->answers = answers;
    pthread_mutex_init(&scribe->lock, NULL);
    pthread_cond_init(&scribe->changed, NULL);
    return scribe;
}

void scribe_order(struct scribe *scribe, struct errand *errand)
{
    pthread_mutex_lock(&scribe->lock);
    errand_append(&scribe->waiting, errand);
    pthread_cond_signal(&scribe->changed);
    pthread_mutex_unlock(&scribe->lock);
    if (scribe->begun)
        return;
    scribe->begun = thread_start(&scribe->thread, write_all, scribe, NULL);
}

void scribe_free(struct scribe *scribe)
{
    if (!scribe)
        return;
    pthread_mutex_lock(&scribe->lock);
    scribe->closing = true;
    pthread_cond_signal(&scribe->changed);
    pthread_mutex_unlock(&scribe->lock);
    if (scribe->begun)
        pthread_join(scribe->thread, NULL);
    for (struct errand *errand; (errand = errand_take(&scribe->waiting));)
        run(scribe, errand); /* no thread could be had */
    pthread_cond_destroy(&scribe->changed);
    pthread_mutex_destroy(&scribe->lock);
    free(scribe);
}
