#include "record/lookup.h"

#include "base/buf.h"
#include "base/json_writer.h"
#include "base/thread.h"
#include "record/code.h"
#include "record/packages.h"
#include "record/surroundings.h"
#include "record/words.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_FILE_BYTES = 16 << 20, PACKAGES_MS = 20000, GIT_MS = 30000 };

extern char **environ;

struct lookup {
    struct lookup_from from;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool is_ended, is_left; /* left: nobody waits any more, the thread frees */
};

static bool look_up_words(const struct lookup_from *from, struct buf *out)
{
    struct words_from words = {.words = from->words, .given = from->given, .directory = "."};
    return words_write_config(&words, out, NULL);
}

static bool look_up_surroundings(const struct lookup_from *from, struct buf *out)
{
    struct surroundings_from here = {.root = "", .environment = environ};
    struct json_writer writer;
    (void)from;
    json_writer_init(&writer, out, true);
    surroundings_write(&here, &writer);
    return buf_add_char(out, '\n');
}

static bool look_up_packages(const struct lookup_from *from, struct buf *out)
{
    struct python_env_from python = {
        .words = from->words, .directory = ".", .environment = environ};
    return packages_write(&python, PACKAGES_MS, out, NULL);
}

static void *run(void *self)
{
    static const struct {
        const char *name;
        bool (*look_up)(const struct lookup_from *from, struct buf *out);
    } FILES[] = {{"config.json", look_up_words}, {"environment.json", look_up_surroundings},
        {"packages.txt", look_up_packages}};
    struct lookup *lookup = self;
    const struct lookup_from *from = &lookup->from;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        struct buf out;
        buf_init(&out, MOST_FILE_BYTES);
        if (FILES[i].look_up(from, &out) && out.length)
            run_dir_write(from->dir, FILES[i].name, out.data, out.length, NULL);
        buf_done(&out);
    }
    struct code_from code = {.words = from->words, .directory = ".", .limit_ms = GIT_MS};
    code_record(&code, from->dir, NULL);
    pthread_mutex_lock(&lookup->lock);
    lookup->is_ended = true;
    bool is_left = lookup->is_left;
    pthread_cond_signal(&lookup->ended);
    pthread_mutex_unlock(&lookup->lock);
    if (is_left)
        free(lookup);
    return NULL;
}

struct lookup *lookup_start(const struct lookup_from *from, struct err *err)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);
    pthread_condattr_t attributes;
    if (!lookup) {
        err_set(err, ERR_MEMORY, "out of memory for what is looked up about the command");
        return NULL;
    }
    lookup->from = *from;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&lookup->lock, NULL);
    pthread_cond_init(&lookup->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    if (thread_start(&lookup->thread, run, lookup, err))
        return lookup;
    free(lookup);
    return NULL;
}

bool lookup_finish(struct lookup *lookup, int64_t wait_ms)
{
    struct timespec until;
    if (!lookup)
        return true;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(wait_ms / 1000);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lookup->lock);
    while (!lookup->is_ended &&
           pthread_cond_timedwait(&lookup->ended, &lookup->lock, &until) != ETIMEDOUT)
        ;
    bool is_ended = lookup->is_ended;
    lookup->is_left = !is_ended;
    pthread_t thread = lookup->thread;
    pthread_mutex_unlock(&lookup->lock);
    if (!is_ended) {
        pthread_detach(thread);
        return false;
    }
    pthread_join(thread, NULL);
    pthread_cond_destroy(&lookup->ended);
    pthread_mutex_destroy(&lookup->lock);
    free(lookup);
    return true;
}
