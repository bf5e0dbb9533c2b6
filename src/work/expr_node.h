/*
 * The parsed form of an expression, between its parser (expr.c) and its evaluation (expr_value.c).
 * Knows: nodes, and pieces of text that both sides read. Must not know: rows.
 */
#pragma once

#include "work/expr.h"

struct pattern;

enum expr_op {
    EXPR_OP_TRUE, /* an empty condition */
    EXPR_OP_NUMBER,
    EXPR_OP_TEXT, /* also a number when it reads as one */
    EXPR_OP_NAME,
    EXPR_OP_SEARCH,
    EXPR_OP_NEGATE,
    EXPR_OP_ABS,
    EXPR_OP_LOG,
    EXPR_OP_SQRT,
    EXPR_OP_ADD,
    EXPR_OP_SUBTRACT,
    EXPR_OP_MULTIPLY,
    EXPR_OP_DIVIDE,
    EXPR_OP_POWER,
    EXPR_OP_LESS,
    EXPR_OP_LESS_EQUAL,
    EXPR_OP_MORE,
    EXPR_OP_MORE_EQUAL,
    EXPR_OP_EQUAL,
    EXPR_OP_NOT_EQUAL,
    EXPR_OP_HOLDS,
    EXPR_OP_FITS, /* a pattern */
    EXPR_OP_NOT,
    EXPR_OP_AND,
    EXPR_OP_OR
};

struct expr_node {
    enum expr_op op;
    const struct expr_node *left, *right;
    const struct pattern *pattern;
    struct expr_value literal;    /* of NUMBER and TEXT; the text of SEARCH */
    const struct expr_name *name; /* of NAME */
    size_t from, to;              /* bytes of the expression */
    bool quoted;                  /* a name between quotes */
};

struct expr {
    const struct expr_node *root;
    const struct expr_name *names[EXPR_MOST_NAMES];
    size_t name_count;
};

/* The I-th function, NULL behind the last. */
const char *expr_function_name(size_t i);

/* Whether OP is worth true or false. */
static inline bool expr_op_is_condition(enum expr_op op)
{
    return op == EXPR_OP_TRUE || op == EXPR_OP_SEARCH || op >= EXPR_OP_LESS;
}

/* Of NODE and what is below it; see expr_evaluate(). */
struct expr_value expr_node_value(const struct expr_node *node, const struct expr_row *row);

struct expr_sign {
    const char *text;
    enum expr_op op;
};

/* The comparison that stands at AT, or NULL. */
const struct expr_sign *expr_sign_at(const char *at);
/* KEYWORD stands at AT as a word, and is not the name of what is compared: "and=1". */
bool expr_keyword_at(const char *at, const char *keyword);
/* The bytes of a word up to a blank, "&", "|", a comparison or one of STOPS outside parentheses, or
 * a ")" that it does not open. */
size_t expr_word_bytes(const char *word, const char *stops);
/* Goes on behind what is between quotes or parentheses at AT; AT where nothing is. */
const char *expr_skip_grouped(const char *at);
/* The bytes of a number at AT, with a unit of time behind it or not; 0 for none. */
size_t expr_number_bytes(const char *at, double *value);
/* The bytes of "2024-05-01" or "2024-05-01T10:00[:00]" (UTC) at AT; 0 for none. */
size_t expr_day_bytes(const char *at, double *value);
