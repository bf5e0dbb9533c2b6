/*
 * The schema of the index and how an older one becomes the present one.
 * Knows: SQL steps and PRAGMA user_version. Must not know: facts.
 *
 * A step, once released, is never edited: a change is a new step at the end. Ids are packed so that
 * what belongs to one source lies together and needs no index of its own:
 *
 *     metric.id = source.id << 20 | number of the metric in its source
 *     chunk.id  = metric.id << 20 | number of the chunk in its metric
 *     span.id   = the id of its first chunk
 */
#pragma once

#include "base/err.h"

#include <sqlite3.h>

enum {
    SCHEMA_APPLICATION_ID = 0x42785470, /* "BxTp" */
    SCHEMA_ID_BITS = 20,
    SCHEMA_MAX_PER_PARENT = 1 << SCHEMA_ID_BITS,
    SCHEMA_MAX_SOURCE = (1 << 23) - 1,
};

struct schema {
    const char *const *steps; /* step i takes version i to i + 1 */
    int count;
};

/* The steps of this program; count is its version. */
struct schema schema_present(void);
/* Takes the empty or older DB to the version of SCHEMA in one transaction. ERR_UNSUPPORTED when it
 * is newer. Two processes may do this at once. */
bool schema_apply(sqlite3 *db, struct schema schema, struct err *err);
