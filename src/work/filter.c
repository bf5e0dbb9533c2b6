#include "work/filter.h"

struct filter {
    const struct expr *expr;
};

const struct filter *filter_parse_with(struct arena *arena, const char *expression,
    const struct expr_names *names, struct err *err)
{
    struct filter *filter = ARENA_NEW(arena, struct filter);
    if (!filter) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    filter->expr = expr_parse(arena, expression, EXPR_CONDITION, names, err);
    return filter->expr ? filter : NULL;
}

const struct filter *filter_parse(struct arena *arena, const char *expression, struct err *err)
{
    return filter_parse_with(arena, expression, NULL, err);
}

const struct expr *filter_expr(const struct filter *filter)
{
    return filter->expr;
}

bool filter_matches(const struct filter *filter, const struct expr_row *row)
{
    return expr_holds(filter->expr, row);
}
