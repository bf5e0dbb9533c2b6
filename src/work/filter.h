/*
 * The filter of the runs table and of --filter: an expression (see expr.h) that holds or not.
 * Knows: conditions. Must not know: where values are kept.
 */
#pragma once

#include "work/expr.h"

struct filter;

/* Parses EXPRESSION into ARENA; an empty one matches everything. Without knowing which names there
 * are every word is one name; see runs_parse_filter(). NULL with ERR, whose place is the byte. */
const struct filter *filter_parse(struct arena *arena, const char *expression, struct err *err);
/* The same with the names that there are. */
const struct filter *filter_parse_with(struct arena *arena, const char *expression,
    const struct expr_names *names, struct err *err);
const struct expr *filter_expr(const struct filter *filter);
bool filter_matches(const struct filter *filter, const struct expr_row *row);

/* A term that orders a name against a number: lr<1e-3. */
struct filter_bound {
    const char *name;
    bool is_upper; /* "<", "<="; else ">", ">=" */
    double number;
};

/* The bounds among FILTER's terms, at most MOST of them; returns how many. */
size_t filter_bounds(const struct filter *filter, struct filter_bound *out, size_t most);
