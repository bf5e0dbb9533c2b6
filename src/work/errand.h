/*
 * Errands: what a screen has done for it once, by another thread: keep a remark, keep settings or a
 * file, copy.
 * Knows: the shapes of orders. Must not know: who runs them, or when.
 *
 * Unlike a want, which is answered for where the person is now, every errand is run.
 */
#pragma once

#include "work/copy.h"
#include "work/image_tags.h"
#include "work/remarks.h"

enum errand_kind { ERRAND_REMARK, ERRAND_SETTINGS, ERRAND_FILE, ERRAND_COPY, ERRAND_TAG };

struct errand {
    struct errand *next;
    enum errand_kind kind;
    struct arena arena;      /* of the texts */
    struct remark *remarks;  /* ERRAND_REMARK, of as many runs */
    size_t remark_count;
    const char *name, *value; /* ERRAND_SETTINGS: of the member, and its JSON text; ERRAND_FILE: the
                                 path, and all of the text that is to be there */
    struct copy *copy;       /* ERRAND_COPY */
    /* ERRAND_TAG: the images called NAMES of STUDY (a reference) get the tag NAME, or lose it. */
    struct study *study;
    const char **names;
    size_t name_count;
    bool takes;
};

/* Each copies what it is given (ownership of COPY, which may be NULL, moves); NULL when memory is
 * out. */
struct errand *errand_remark(const struct remark *remarks, size_t count);
struct errand *errand_settings(const char *name, const char *value);
struct errand *errand_file(const char *path, const char *text);
struct errand *errand_copy(struct copy *copy);
/* STUDY is shared. */
struct errand *errand_tag(
    struct study *study, const char *const *names, size_t count, const char *tag, bool takes);
void errand_free(struct errand *errand); /* accepts NULL; not what follows it */

/* Puts ERRAND (owned; NULL is passed over) behind the last of *FIRST. */
void errand_append(struct errand **first, struct errand *errand);
/* Takes the first of *FIRST, NULL when there is none. */
struct errand *errand_take(struct errand **first);
