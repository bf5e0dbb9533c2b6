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
