/*
 * What an expression is worth in a row.
 * Knows: nodes and values. Must not know: how they were written, where values come from.
 */
#include "work/expr_node.h"
#include "work/pattern.h"

#include "base/num.h"
#include "base/text.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static struct expr_value number(double value)
{
    return (struct expr_value){.known = true, .is_number = true, .number = value};
}

static bool compare_numbers(enum expr_op op, double a, double b)
{
    switch (op) {
    case EXPR_OP_LESS:
        return a < b;
    case EXPR_OP_LESS_EQUAL:
        return a <= b;
    case EXPR_OP_MORE:
        return a > b;
    case EXPR_OP_MORE_EQUAL:
        return a >= b;
    case EXPR_OP_NOT_EQUAL:
        return a != b;
    default:
        return a == b;
    }
}

/* TEXT holds what NODE looks for, or for = and != is it. */
static bool text_fits(const struct expr_node *node, const char *text, const char *other)
{
    switch (node->op) {
    case EXPR_OP_FITS:
        return pattern_fits(node->pattern, text);
    case EXPR_OP_HOLDS:
        return text_contains(text, other);
    case EXPR_OP_EQUAL:
    case EXPR_OP_NOT_EQUAL:
        return strcasecmp(text, other) == 0;
    default:
        return false; /* a text is on no side of a number */
    }
}

/* One of the words in LIST is WORD. */
static bool has_word(const char *list, const char *word)
{
    static const char BETWEEN[] = " \n";
    for (const char *at = list + strspn(list, BETWEEN); *at; at += strspn(at, BETWEEN)) {
        size_t length = strcspn(at, BETWEEN);
        if (length == strlen(word) && strncasecmp(at, word, length) == 0)
            return true;
        at += length;
    }
    return false;
}

enum { PRINTED_BYTES = 32 };

static const char *text_of(const struct expr_value *value, char *room)
{
    if (value->text)
        return value->text;
    num_print(value->number, room, PRINTED_BYTES);
    return room;
}

static bool compares(const struct expr_node *node, const struct expr_row *row)
{
    struct expr_value a = expr_node_value(node->left, row), b = {.known = true, .text = ""};
    if (node->op != EXPR_OP_FITS)
        b = expr_node_value(node->right, row);
    if (!a.known || !b.known)
        return node->op == EXPR_OP_NOT_EQUAL;
    if (a.is_number && b.is_number && node->op < EXPR_OP_HOLDS)
        return compare_numbers(node->op, a.number, b.number);
    char a_room[PRINTED_BYTES], b_room[PRINTED_BYTES];
    const char *other = text_of(&b, b_room);
    bool by_word = a.is_list && (node->op == EXPR_OP_EQUAL || node->op == EXPR_OP_NOT_EQUAL);
    bool fits = text_fits(node, text_of(&a, a_room), other) ||
                (by_word && a.text && has_word(a.text, other)) ||
                (a.also && text_fits(node, a.also, other));
    return node->op == EXPR_OP_NOT_EQUAL ? !fits : fits;
}

static bool holds(const struct expr_node *node, const struct expr_row *row)
{
    switch (node->op) {
    case EXPR_OP_TRUE:
        return true;
    case EXPR_OP_SEARCH:
        return row->contains(row->self, node->literal.text);
    case EXPR_OP_NOT:
        return !holds(node->left, row);
    case EXPR_OP_AND:
        return holds(node->left, row) && holds(node->right, row);
    case EXPR_OP_OR:
        return holds(node->left, row) || holds(node->right, row);
    default:
        return expr_op_is_condition(node->op) ? compares(node, row)
                                              : expr_node_value(node, row).known;
    }
}

static double calculate(enum expr_op op, double a, double b)
{
    switch (op) {
    case EXPR_OP_NEGATE:
        return -a;
    case EXPR_OP_ABS:
        return fabs(a);
    case EXPR_OP_LOG:
        return log(a);
    case EXPR_OP_SQRT:
        return sqrt(a);
    case EXPR_OP_ADD:
        return a + b;
    case EXPR_OP_SUBTRACT:
        return a - b;
    case EXPR_OP_MULTIPLY:
        return a * b;
    case EXPR_OP_DIVIDE:
        return a / b;
    default:
        return pow(a, b);
    }
}

struct expr_value expr_node_value(const struct expr_node *node, const struct expr_row *row)
{
    if (node->op == EXPR_OP_NUMBER || node->op == EXPR_OP_TEXT)
        return node->literal;
    if (node->op == EXPR_OP_NAME)
        return row->value(row->self, node->name);
    if (expr_op_is_condition(node->op))
        return number(holds(node, row));
    struct expr_value a = expr_node_value(node->left, row), b = number(0);
    if (node->right)
        b = expr_node_value(node->right, row);
    if (!a.known || !a.is_number || !b.known || !b.is_number)
        return (struct expr_value){0};
    return number(calculate(node->op, a.number, b.number));
}

bool expr_holds(const struct expr *expr, const struct expr_row *row)
{
    return holds(expr->root, row);
}

struct expr_value expr_evaluate(const struct expr *expr, const struct expr_row *row)
{
    return expr_node_value(expr->root, row);
}
