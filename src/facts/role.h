/*
 * Roles: the quantity behind a metric's name, so that runs of different frameworks share a column.
 * Knows: the tables roles.def and metrics.def. Must not know: runs or files.
 */
#pragma once

enum role {
    ROLE_NONE,
#define ROLE(id, name, better, meaning) ROLE_##id,
#include "facts/roles.def"
#undef ROLE
    ROLE_COUNT
};

enum better { BETTER_NEITHER, BETTER_HIGHER, BETTER_LOWER };

struct role_info {
    const char *name; /* "AP", "loss"; NULL for ROLE_NONE */
    enum better better;
    const char *meaning;
};

const struct role_info *role_info(enum role role);

/* The role of a metric's name ("bbox/AP", "metrics/mAP50-95(B)"), by the first row of metrics.def whose
 * pattern matches the name without letter case. *SCALE is what a value is multiplied by to become the
 * role's unit (0.01 where the source writes percent). */
enum role role_of_metric(const char *name, double *scale);
