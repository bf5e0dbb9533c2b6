/*
 * Expressions over the values of a row: the language of filters and of computed columns.
 * Knows: words, numbers, functions, comparisons, and how to ask for a value by name. Must not know:
 * where values are kept, runs, keys.
 *
 *     faster                                the row's name (or any text of it) holds "faster"
 *     lr<1e-3 AP>=0.4                       numbers; terms are joined by a blank, "&" or "and"
 *     status=failed model!=fcos             text, letter case ignored;  name~resnet  holds
 *     best(AP) > 0.4 and (seed=1 or not model~/res.*50/)
 *     age<2h started>2024-05-01             spans of time (s m min h d w y), days (UTC)
 *     best(val/AP) / ms_per_image           a number, for a column
 *
 * A name is a word; what else it holds is put between `backquotes` or, before an operator, "quotes".
 * Inside a word "/" and "-" belong to the name where the table has such a name, else they divide
 * and subtract. Behind = != and ~ stands a text, as it was typed up to the next blank, "&" or "|"
 * ("quotes" where it holds those); `backquotes`, a function or "(" make it a value. An operator
 * with a blank before it and none behind begins another term: "exp -v2" are two.
 *
 * What is not known stays so: arithmetic with it is not known, a comparison with it does not hold
 * (!= does). A number or text that stands where a condition is needed holds when it is known.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    EXPR_MOST_BYTES = 4096, /* of an expression */
    EXPR_MOST_WORD = 511,   /* bytes of one word */
    EXPR_MOST_NODES = 512,  /* bounds the depth of evaluation too */
    EXPR_MOST_DEEP = 48,    /* parentheses and "not"s inside one another */
    EXPR_MOST_NAMES = 64,
    EXPR_MOST_PATTERN = 256, /* bytes of a regular expression */
    EXPR_MOST_TAIL = 100000  /* k of mean(x,k) */
};

/* What is asked of a name: its plain value, or something of a metric's course. */
enum expr_ask {
    EXPR_PLAIN,
    EXPR_BEST, /* by the direction of the quantity */
    EXPR_LAST,
    EXPR_FIRST,
    EXPR_MIN,
    EXPR_MAX,
    EXPR_BEST_STEP,
    EXPR_COUNT,
    EXPR_MEAN, /* of the last k points */
    EXPR_DELTA /* against the baseline */
};

struct expr_name {
    const char *text;
    enum expr_ask ask;
    size_t tail;  /* k of EXPR_MEAN */
    size_t index; /* 0, 1, 2... among the names of its expression: equal ones share one */
};

struct expr_value {
    bool known;
    bool is_number;
    double number;
    const char *text; /* may be NULL when is_number */
    const char *also; /* another text that means the same, or NULL: a run's title and its path */
    bool is_list;     /* the text is words between blanks or new lines, and it is each of them: = and != */
};

/* The names that there are. Without them every word is taken as one name. */
struct expr_names {
    void *self;
    /* Whether TEXT (LENGTH bytes) is a name. */
    bool (*has)(void *self, const char *text, size_t length);
    /* Whether NAME can be asked for so; else ERR says why not. */
    bool (*check)(void *self, const struct expr_name *name, struct err *err);
};

/* The row that an expression is put to. */
struct expr_row {
    void *self;
    struct expr_value (*value)(void *self, const struct expr_name *name);
    bool (*contains)(void *self, const char *text); /* for a word that is alone */
};

enum expr_kind {
    EXPR_CONDITION, /* a filter; an empty one always holds */
    EXPR_NUMBER     /* a value: unknown names are refused, words do not search */
};

struct expr;

/* Parses TEXT into ARENA, which the expression then needs. NAMES may be NULL; it is not kept. NULL
 * with ERR: ERR_USAGE with the byte, ERR_MEMORY. */
const struct expr *expr_parse(struct arena *arena, const char *text, enum expr_kind kind,
    const struct expr_names *names, struct err *err);
/* The names that it asks for, by index. */
size_t expr_name_count(const struct expr *expr);
const struct expr_name *expr_name(const struct expr *expr, size_t index);
/* When it is nothing but one name or one function of a name: that, else NULL. */
const struct expr_name *expr_only_name(const struct expr *expr);

/* No allocation, no lock; one expression may be put to rows by several threads at once. */
bool expr_holds(const struct expr *expr, const struct expr_row *row);
/* A condition is worth 1 or 0. */
struct expr_value expr_evaluate(const struct expr *expr, const struct expr_row *row);

/* The bytes up to the next comma of a list of expressions, or to its end: commas in parentheses and
 * between quotes do not count. */
size_t expr_item_length(const char *list);
/* Where "NAME=EXPRESSION" has its "=" (which may be the first byte), or -1: outside parentheses and
 * quotes, and not a part of "==", "<=", ">=" or "!=". */
long expr_assignment(const char *text);

/* ---- completion ---- */

enum expr_word_kind { EXPR_WORD_NAME, EXPR_WORD_FUNCTION, EXPR_WORD_VALUE };

/* Where words come from: the I-th of the names, or, with OF, of the values that the name OF has.
 * NULL behind the last. */
struct expr_words {
    void *self;
    const char *(*word)(void *self, const char *of, size_t i);
};

struct expr_candidate {
    const char *text; /* as it is to be put in: quoted where it must be */
    enum expr_word_kind kind;
    int fit; /* higher is better */
};

/* The word of an expression that is being typed: candidates replace the bytes FROM..TO. */
struct expr_typed {
    size_t from, to;
    const char *of; /* the name that it is a value of, or NULL */
};

/*
 * Candidates for the word that ends at CURSOR in TEXT, the best first: words that begin with it,
 * then those with a part that does, then those that hold it, then those that hold its letters in
 * order; of equals the shorter, then in natural order. OUT has room for MOST; returns how many.
 * Texts live in ARENA; 0 when memory is out.
 */
size_t expr_complete(const char *text, size_t cursor, const struct expr_words *words,
    struct arena *arena, struct expr_typed *typed, struct expr_candidate *out, size_t most);
