#include "work/filter.h"

#include "work/expr_node.h"

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

struct bounds {
    struct filter_bound *out;
    size_t count, most;
};

/* Terms that are joined by "and", in the order in which they were typed. */
static void find_bounds(const struct expr_node *node, struct bounds *bounds)
{
    if (node->op == EXPR_OP_AND) {
        find_bounds(node->left, bounds);
        find_bounds(node->right, bounds);
        return;
    }
    bool is_order = node->op >= EXPR_OP_LESS && node->op <= EXPR_OP_MORE_EQUAL;
    if (!is_order || node->left->op != EXPR_OP_NAME || node->left->name->ask != EXPR_PLAIN)
        return;
    bool negated = node->right->op == EXPR_OP_NEGATE;
    const struct expr_node *number = negated ? node->right->left : node->right;
    if (number->op != EXPR_OP_NUMBER || bounds->count == bounds->most)
        return;
    bounds->out[bounds->count++] = (struct filter_bound){.name = node->left->name->text,
        .is_upper = node->op <= EXPR_OP_LESS_EQUAL,
        .number = negated ? -number->literal.number : number->literal.number};
}

size_t filter_bounds(const struct filter *filter, struct filter_bound *out, size_t most)
{
    struct bounds bounds = {out, 0, most};
    find_bounds(filter->expr->root, &bounds);
    return bounds.count;
}
