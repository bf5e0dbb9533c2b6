/*
 * Synonyms: the quantity behind a parameter's name, so that "lr0" and "SOLVER.BASE_LR" are one row.
 * Knows: the table synonyms.def, and lists that a person added. Must not know: runs or files.
 */
#pragma once

#include "base/map.h"

struct synonym {
    const char *quantity;
    int rank; /* of two spellings in one run the lower is preferred */
};

struct synonyms {
    struct arena *arena;
    struct map places; /* name in small letters to index */
    struct synonym *items;
    size_t count, capacity;
};

/* The table of synonyms.def. Memory from ARENA and the heap; false when it is out. Finished with
 * synonyms_done() in any case. */
bool synonyms_init(struct synonyms *synonyms, struct arena *arena);
void synonyms_done(struct synonyms *synonyms);
/* Adds a list of COUNT names that are one quantity: the quantity of the first that has one already,
 * else one that is called like the first. Names are copied. False when memory is out. */
bool synonyms_add(struct synonyms *synonyms, const char *const *names, size_t count);
/* What NAME spells, also as a member of "args", "hparams", "cfg", "config" or "params"; or NULL. */
const struct synonym *synonyms_find(const struct synonyms *synonyms, const char *name);
