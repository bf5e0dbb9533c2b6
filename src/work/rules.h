/*
 * boxtop.json: what a person says about the runs below it.
 * Knows: where the file is looked for, and that it is one JSON object of lists. Must not know: what
 * its data sets are used for.
 *
 *     {"datasets": [{"name": "val", "ground_truth": "val.json", "images": "val", "runs": "exp/x"}],
 *      "synonyms": [["lr0", "SOLVER.BASE_LR", "my.lr"]]}
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "facts/synonym.h"

struct cJSON;

/* How far above a run's directory (and above a root, for boxtop.json) is looked, so that a run says
 * the same whether it or a folder above it was named as the root. */
enum { RULES_LEVELS_ABOVE = 3 };

struct rules {
    const char *home;   /* the directory of the file; NULL: there is none */
    const char *path;   /* of the file */
    struct cJSON *json; /* an object */
};

/* Reads the boxtop.json of ROOT, else of the nearest of its RULES_LEVELS_ABOVE parents; paths are
 * memory from ARENA. A missing file is no error. To be closed when true came back. */
bool rules_open(struct arena *arena, const char *root, struct rules *rules, struct err *err);
void rules_close(struct rules *rules);
/* Adds the lists of "synonyms"; none is no error. */
bool rules_add_synonyms(const struct rules *rules, struct synonyms *synonyms, struct err *err);
