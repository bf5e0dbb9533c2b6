/*
 * Roles: the quantity behind a metric's name, so that runs of different frameworks share a column.
 * Knows: the tables roles.def and metrics.def. Must not know: runs or files.
 */
#pragma once

#include "facts/metric.h"

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

/* The roles that stand for the course of ROLE (ROLE_LOSS or ROLE_AP), the nearest first, ended by
 * ROLE_NONE; and whether ROLE is in one of these lists. */
const enum role *role_courses(enum role role);
bool role_has_course(enum role role);

/* One of the twelve numbers of COCO, which a source gives all in the same unit. */
bool role_is_coco(enum role role);

/* A scale of metrics.def: percent or fraction, as the values say. */
#define ROLE_EITHER 0.0

/* What a metric's name says ("bbox/AP", "metrics/mAP50-95(B)"). */
struct role_match {
    enum role role; /* ROLE_NONE where no row matches */
    double scale;   /* value x scale = the role's unit; 1 for ROLE_NONE; ROLE_EITHER is open */
    int row;        /* of metrics.def: of two that fit a run the lower is preferred */
};

/* The first row of metrics.def that matches NAME. Some microseconds: look each name up once. */
struct role_match role_match(const char *name);

/*
 * What the values add to it. An open scale becomes 0.01 (percent) when a value is above 1.5,
 * else 1. A "time" that begins with its smallest value, ends with its largest and at least doubled
 * is the time since the start: ROLE_NONE.
 */
struct role_match role_settle(struct role_match match, const struct metric_summary *values);
