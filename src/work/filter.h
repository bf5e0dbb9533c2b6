/*
 * The filter expression of the runs table and of --filter.
 * Knows: terms, comparisons, and how to ask for a value by name. Must not know: where values are
 * kept.
 *
 *     faster                      the run's name (or any parameter's text) holds "faster"
 *     lr<1e-3 AP>=0.4             numbers; terms are joined by a blank, "&" or "and"
 *     status=failed model!=fcos   text, letter case ignored;  name~resnet  holds
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct filter;

/* What a name is worth in the row being asked about. */
struct filter_value {
    bool known;
    bool is_number;
    double number;
    const char *text; /* may be NULL when is_number */
    const char *also; /* another text that means the same, or NULL: a run's title and its path */
};

struct filter_row {
    void *self;
    /* NAME is the filter's own pointer: the same each time, so that its meaning may be remembered.
     */
    struct filter_value (*value)(void *self, const char *name);
    bool (*contains)(void *self, const char *text); /* for a term without an operator */
};

/* Parses EXPRESSION into ARENA; an empty one matches everything. NULL with ERR, whose place is the
 * byte where the refused term begins. */
const struct filter *filter_parse(struct arena *arena, const char *expression, struct err *err);
bool filter_matches(const struct filter *filter, const struct filter_row *row);

/* A term that orders a name against a number: lr<1e-3. */
struct filter_bound {
    const char *name;
    bool is_upper; /* "<", "<="; else ">", ">=" */
    double number;
};

/* The bounds among FILTER's terms, at most MOST of them; returns how many. */
size_t filter_bounds(const struct filter *filter, struct filter_bound *out, size_t most);
