#include "work/errand.h"

#include <stdlib.h>

static struct errand *new_errand(enum errand_kind kind)
{
    struct errand *errand = calloc(1, sizeof *errand);
    if (errand)
        errand->kind = kind;
    return errand;
}

/* TEXT (may be NULL) in the errand's arena; *OK becomes false when memory is out. */
static const char *keep(struct errand *errand, const char *text, bool *ok)
{
    const char *kept = text ? arena_string(&errand->arena, text) : NULL;
    *ok &= kept || !text;
    return kept;
}

struct errand *errand_remark(const struct remark *remarks, size_t count)
{
    struct errand *errand = new_errand(ERRAND_REMARK);
    bool ok = errand != NULL;
    if (ok) {
        errand->remarks = ARENA_ARRAY(&errand->arena, struct remark, count + 1);
        ok = errand->remarks != NULL;
    }
    for (size_t i = 0; ok && i < count; i++)
        errand->remarks[errand->remark_count++] =
            (struct remark){keep(errand, remarks[i].directory, &ok),
                keep(errand, remarks[i].tags, &ok), keep(errand, remarks[i].note, &ok)};
    if (ok)
        return errand;
    errand_free(errand);
    return NULL;
}

static struct errand *new_texts(enum errand_kind kind, const char *name, const char *value)
{
    struct errand *errand = new_errand(kind);
    bool ok = errand != NULL;
    if (ok) {
        errand->name = keep(errand, name, &ok);
        errand->value = keep(errand, value, &ok);
    }
    if (ok)
        return errand;
    errand_free(errand);
    return NULL;
}

struct errand *errand_settings(const char *name, const char *value)
{
    return new_texts(ERRAND_SETTINGS, name, value);
}

struct errand *errand_file(const char *path, const char *text)
{
    return new_texts(ERRAND_FILE, path, text);
}

struct errand *errand_copy(struct copy *copy)
{
    struct errand *errand = copy ? new_errand(ERRAND_COPY) : NULL;
    if (errand)
        errand->copy = copy;
    else
        copy_free(copy);
    return errand;
}

struct errand *errand_tag(
    struct study *study, const char *const *names, size_t count, const char *tag, bool takes)
{
    struct errand *errand = new_texts(ERRAND_TAG, tag, NULL);
    bool ok = errand != NULL;
    if (ok) {
        errand->study = study_share(study);
        errand->takes = takes;
        errand->names = ARENA_ARRAY(&errand->arena, const char *, count + 1);
        ok = errand->names != NULL;
    }
    for (size_t i = 0; ok && i < count; i++)
        errand->names[errand->name_count++] = keep(errand, names[i], &ok);
    if (ok)
        return errand;
    errand_free(errand);
    return NULL;
}

void errand_free(struct errand *errand)
{
    if (!errand)
        return;
    copy_free(errand->copy);
    study_release(errand->study);
    arena_done(&errand->arena);
    free(errand);
}

void errand_append(struct errand **first, struct errand *errand)
{
    while (*first)
        first = &(*first)->next;
    *first = errand;
}

struct errand *errand_take(struct errand **first)
{
    struct errand *errand = *first;
    if (errand) {
        *first = errand->next;
        errand->next = NULL;
    }
    return errand;
}
