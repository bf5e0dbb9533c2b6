/*
 * The parser of expressions: by descent, with the text's own bounds on depth and size.
 * Knows: the grammar of expr.h. Must not know: rows, values.
 */
#include "work/expr_node.h"
#include "work/pattern.h"

#include "base/num.h"

#include <string.h>
#include <strings.h>

struct parser {
    struct arena *arena;
    const char *text; /* the expression's own copy */
    size_t at;
    enum expr_kind kind;
    bool strict; /* unknown names are refused: in a value, and behind < and its like */
    bool value;  /* what comes is an operand: a word is a name, it does not search */
    const struct expr_names *names;
    struct expr *out;
    size_t nodes, deep;
    struct err *err;
};

typedef const struct expr_node *node_ref;

static node_ref parse_or(struct parser *p);
static node_ref parse_sum(struct parser *p);
static node_ref parse_not(struct parser *p);
static node_ref parse_unary(struct parser *p);

/* ---- small things ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t after_blanks(const struct parser *p, size_t at)
{
    return at + strspn(p->text + at, " \t");
}

static void skip_blanks(struct parser *p)
{
    p->at = after_blanks(p, p->at);
}

/* Places a refusal that has just been set at byte AT. */
static void *refuse_at(struct parser *p, size_t at)
{
    err_at(p->err, ERR_AT_BYTE, (int64_t)at);
    return NULL;
}

static void *no_memory(struct parser *p)
{
    err_set(p->err, ERR_MEMORY, "out of memory");
    return NULL;
}

static void *refuse(struct parser *p, size_t at, const char *what)
{
    err_set(p->err, ERR_USAGE, "%s", what);
    return refuse_at(p, at);
}

static struct expr_node *new_node(struct parser *p, enum expr_op op, size_t from)
{
    if (p->nodes++ == EXPR_MOST_NODES)
        return refuse(p, from, "the expression is too long");
    struct expr_node *node = ARENA_NEW(p->arena, struct expr_node);
    if (!node)
        return no_memory(p);
    *node = (struct expr_node){.op = op, .from = from, .to = p->at};
    return node;
}

/* LEFT op RIGHT; RIGHT may be NULL for what takes one only. */
static node_ref join(struct parser *p, enum expr_op op, node_ref left, node_ref right)
{
    struct expr_node *node = new_node(p, op, left->from);
    if (!node)
        return NULL;
    node->left = left;
    node->right = right;
    return node;
}

static bool enter(struct parser *p)
{
    if (p->deep++ < EXPR_MOST_DEEP)
        return true;
    refuse(p, p->at, "nested too deep");
    return false;
}

static char *copy_word(struct parser *p, size_t from, size_t to)
{
    if (to - from > EXPR_MOST_WORD) {
        err_set(p->err, ERR_USAGE, "a term has at most %d characters", EXPR_MOST_WORD);
        return refuse_at(p, from);
    }
    char *word = arena_copy(p->arena, p->text + from, to - from);
    return word ? word : no_memory(p);
}

/* ---- signs and keywords ---- */

static const struct expr_sign *sign_at(const struct parser *p, size_t at)
{
    return expr_sign_at(p->text + at);
}

static bool keyword_at(const struct parser *p, size_t at, const char *keyword)
{
    return expr_keyword_at(p->text + at, keyword);
}

static size_t word_end(const struct parser *p, size_t at, const char *stops)
{
    return at + expr_word_bytes(p->text + at, stops);
}

/* ---- functions ---- */

static const struct {
    const char *name;
    enum expr_ask ask; /* EXPR_PLAIN: of any value */
    enum expr_op op;
} FUNCTIONS[] = {{"best", EXPR_BEST, EXPR_OP_NAME}, {"last", EXPR_LAST, EXPR_OP_NAME},
    {"first", EXPR_FIRST, EXPR_OP_NAME}, {"min", EXPR_MIN, EXPR_OP_NAME},
    {"max", EXPR_MAX, EXPR_OP_NAME}, {"best_step", EXPR_BEST_STEP, EXPR_OP_NAME},
    {"count", EXPR_COUNT, EXPR_OP_NAME}, {"mean", EXPR_MEAN, EXPR_OP_NAME},
    {"delta", EXPR_DELTA, EXPR_OP_NAME}, {"abs", EXPR_PLAIN, EXPR_OP_ABS},
    {"log", EXPR_PLAIN, EXPR_OP_LOG}, {"sqrt", EXPR_PLAIN, EXPR_OP_SQRT}};

enum { FUNCTION_COUNT = sizeof FUNCTIONS / sizeof *FUNCTIONS };

const char *expr_function_name(size_t i)
{
    return i < FUNCTION_COUNT ? FUNCTIONS[i].name : NULL;
}

/* Which function is called at AT; FUNCTION_COUNT for none. */
static size_t function_at(const struct parser *p, size_t at)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        size_t length = strlen(FUNCTIONS[i].name);
        if (strncmp(p->text + at, FUNCTIONS[i].name, length) == 0 && p->text[at + length] == '(')
            return i;
    }
    return FUNCTION_COUNT;
}

static const struct expr_name *put_name(
    struct parser *p, const char *text, enum expr_ask ask, size_t tail, size_t at)
{
    struct expr *out = p->out;
    for (size_t i = 0; i < out->name_count; i++) {
        const struct expr_name *name = out->names[i];
        if (name->ask == ask && name->tail == tail && strcmp(name->text, text) == 0)
            return name;
    }
    if (out->name_count == EXPR_MOST_NAMES)
        return refuse(p, at, "too many names");
    struct expr_name *name = ARENA_NEW(p->arena, struct expr_name);
    if (!name)
        return no_memory(p);
    *name = (struct expr_name){text, ask, tail, out->name_count};
    bool checked = p->names && (ask != EXPR_PLAIN || p->strict);
    if (checked && !p->names->check(p->names->self, name, p->err))
        return refuse_at(p, at);
    return out->names[out->name_count++] = name;
}

/* A name node of p->text[from, p->at). */
static struct expr_node *name_node(
    struct parser *p, const char *text, enum expr_ask ask, size_t tail, size_t from, size_t name_at)
{
    struct expr_node *node = new_node(p, EXPR_OP_NAME, from);
    if (!node || !(node->name = put_name(p, text, ask, tail, name_at)))
        return NULL;
    return node;
}

/* The text between the quotes that begin here; p->at moves behind them. */
static char *parse_quoted(struct parser *p)
{
    char quote = p->text[p->at];
    const char *from = p->text + p->at + 1, *end = strchr(from, quote);
    if (!end)
        return refuse(p, p->at, "the quote is not closed");
    char *word = copy_word(p, p->at + 1, (size_t)(end - p->text));
    p->at = (size_t)(end - p->text) + 1;
    return word;
}

/* The name inside "best(...": quoted, or all up to the parenthesis or a comma. */
static char *parse_subject(struct parser *p)
{
    skip_blanks(p);
    size_t from = p->at, open = 0;
    if (p->text[from] == '"' || p->text[from] == '`')
        return parse_quoted(p);
    for (; p->text[p->at]; p->at++) {
        char c = p->text[p->at];
        if (!open && (c == ')' || c == ','))
            break;
        open += c == '(';
        open -= c == ')';
    }
    size_t to = p->at;
    while (to > from && is_blank(p->text[to - 1]))
        to--;
    return to > from ? copy_word(p, from, to) : refuse(p, from, "a metric is missing here");
}

static bool expect(struct parser *p, char c)
{
    skip_blanks(p);
    if (p->text[p->at] == c) {
        p->at++;
        return true;
    }
    err_set(p->err, ERR_USAGE, "\"%c\" is missing here", c);
    refuse_at(p, p->at);
    return false;
}

static bool parse_tail(struct parser *p, size_t *tail)
{
    int64_t count;
    if (!expect(p, ','))
        return false;
    skip_blanks(p);
    size_t digits = strspn(p->text + p->at, "0123456789");
    if (!num_parse_int(p->text + p->at, digits, &count) || count < 1 || count > EXPR_MOST_TAIL) {
        refuse(p, p->at, "mean(metric,k) takes a number k of points");
        return false;
    }
    p->at += digits;
    *tail = (size_t)count;
    return true;
}

static bool must_be_value(struct parser *p, node_ref node)
{
    if (!node || !expr_op_is_condition(node->op))
        return node != NULL;
    refuse(p, node->from, "a condition is no number");
    return false;
}

static node_ref parse_function(struct parser *p, size_t function)
{
    size_t from = p->at, tail = 0;
    p->at += strlen(FUNCTIONS[function].name) + 1;
    enum expr_ask ask = FUNCTIONS[function].ask;
    if (ask == EXPR_PLAIN) {
        p->value = true;
        node_ref inner = enter(p) ? parse_sum(p) : NULL;
        p->deep--;
        if (!inner || !must_be_value(p, inner) || !expect(p, ')'))
            return NULL;
        struct expr_node *node = new_node(p, FUNCTIONS[function].op, from);
        if (node)
            node->left = inner;
        return node;
    }
    size_t name_at = after_blanks(p, p->at);
    const char *subject = parse_subject(p);
    if (!subject || (ask == EXPR_MEAN && !parse_tail(p, &tail)) || !expect(p, ')'))
        return NULL;
    return name_node(p, subject, ask, tail, from, name_at);
}

/* ---- numbers and names ---- */

static struct expr_node *literal_node(struct parser *p, size_t from, bool is_number, double value)
{
    struct expr_node *node = new_node(p, is_number ? EXPR_OP_NUMBER : EXPR_OP_TEXT, from);
    const char *text = node ? copy_word(p, from, p->at) : NULL;
    if (!text)
        return NULL;
    node->literal = (struct expr_value){
        .known = true, .is_number = is_number, .number = value, .text = text};
    return node;
}

static bool has_name(const struct parser *p, size_t from, size_t to)
{
    return p->names && p->names->has(p->names->self, p->text + from, to - from);
}

/* The longest name that there is at FROM, ending where an operator could stand; FROM for none. */
static size_t known_end(const struct parser *p, size_t from)
{
    size_t end = word_end(p, from, ",\"`");
    if (end - from > EXPR_MOST_WORD)
        end = from + EXPR_MOST_WORD;
    for (size_t to = end; to > from; to--)
        if ((to == end || strchr("+-*/^()", p->text[to])) && has_name(p, from, to))
            return to;
    return from;
}

static node_ref parse_word(struct parser *p)
{
    size_t from = p->at, known = known_end(p, from);
    double value;
    if (known == from) {
        size_t length = expr_day_bytes(p->text + from, &value);
        if (!length)
            length = expr_number_bytes(p->text + from, &value);
        char next = p->text[from + length];
        if (length && (!next || is_blank(next) || strchr("&|,)+-*/^<>=!~", next))) {
            p->at += length;
            return literal_node(p, from, true, value);
        }
    }
    p->at = known > from ? known : word_end(p, from, "+*^,\"`");
    if (p->at == from)
        return refuse(p, from, p->text[from] ? "a name or a number is missing before this"
                                             : "a name or a number is missing at the end");
    char *word = copy_word(p, from, p->at);
    if (!word)
        return NULL;
    if (known == from && num_parse(word, p->at - from, &value))
        return literal_node(p, from, true, value); /* inf */
    if (known == from && p->strict && !p->names) {
        err_set(p->err, ERR_USAGE, "this compares numbers, and \"%.60s\" is none", word);
        return refuse_at(p, from);
    }
    return name_node(p, word, EXPR_PLAIN, 0, from, from);
}

/* An operator of arithmetic at AT, and not the first letter of another term. */
static bool is_operator(const struct parser *p, size_t at)
{
    bool apart = at && is_blank(p->text[at - 1]) && !is_blank(p->text[at + 1]);
    return p->text[at] && strchr("+-*/^", p->text[at]) && (p->kind == EXPR_NUMBER || !apart);
}

/* What stands in the parentheses at p->at is calculated or compared with. */
static bool is_operand(const struct parser *p)
{
    size_t behind = (size_t)(expr_skip_grouped(p->text + p->at) - p->text);
    behind = after_blanks(p, behind);
    return sign_at(p, behind) || is_operator(p, behind);
}

static node_ref parse_primary(struct parser *p)
{
    skip_blanks(p);
    size_t from = p->at, function = function_at(p, from);
    if (p->text[from] == '(') {
        bool is_value = p->value || is_operand(p);
        p->at++;
        node_ref inner = !enter(p) ? NULL : is_value ? parse_sum(p) : parse_or(p);
        p->deep--;
        if (inner && is_value && sign_at(p, after_blanks(p, p->at)))
            return refuse(p, after_blanks(p, p->at), "a condition is no number");
        return inner && expect(p, ')') ? inner : NULL;
    }
    if (p->text[from] == '"' || p->text[from] == '`') {
        char *word = parse_quoted(p);
        struct expr_node *node = word ? name_node(p, word, EXPR_PLAIN, 0, from, from) : NULL;
        if (node)
            node->quoted = true;
        return node;
    }
    return function < FUNCTION_COUNT ? parse_function(p, function) : parse_word(p);
}

/* ---- arithmetic ---- */

/* One of OPERATORS is what comes next; p->at moves behind it. In a condition " -v2" is a term. */
static char take_operator(struct parser *p, const char *operators)
{
    size_t at = after_blanks(p, p->at);
    char c = p->text[at];
    if (!is_operator(p, at) || !strchr(operators, c))
        return '\0';
    p->at = at + 1;
    p->value = true;
    return c;
}

static node_ref arithmetic(struct parser *p, enum expr_op op, node_ref left, node_ref right)
{
    return must_be_value(p, left) && must_be_value(p, right) ? join(p, op, left, right) : NULL;
}

static node_ref parse_power(struct parser *p)
{
    node_ref base = parse_primary(p);
    if (!base || !take_operator(p, "^"))
        return base;
    node_ref exponent = parse_unary(p);
    return exponent ? arithmetic(p, EXPR_OP_POWER, base, exponent) : NULL;
}

static node_ref parse_unary(struct parser *p)
{
    skip_blanks(p);
    size_t from = p->at;
    node_ref node = NULL;
    if (!enter(p))
        return NULL;
    if (p->text[from] == '-' || p->text[from] == '+') {
        p->at++;
        p->value = true;
        node_ref inner = parse_unary(p);
        if (inner && must_be_value(p, inner))
            node = p->text[from] == '-' ? join(p, EXPR_OP_NEGATE, inner, NULL) : inner;
    } else
        node = parse_power(p);
    p->deep--;
    return node;
}

static node_ref parse_product(struct parser *p)
{
    node_ref left = parse_unary(p);
    for (char c; left && (c = take_operator(p, "*/"));) {
        node_ref right = parse_unary(p);
        enum expr_op op = c == '*' ? EXPR_OP_MULTIPLY : EXPR_OP_DIVIDE;
        left = right ? arithmetic(p, op, left, right) : NULL;
    }
    return left;
}

static node_ref parse_sum(struct parser *p)
{
    node_ref left = parse_product(p);
    for (char c; left && (c = take_operator(p, "+-"));) {
        node_ref right = parse_product(p);
        left = right ? arithmetic(p, c == '+' ? EXPR_OP_ADD : EXPR_OP_SUBTRACT, left, right) : NULL;
    }
    return left;
}

/* ---- comparisons ---- */

/* What is behind "~" when it is "/.../" and ends as a term does; or NULL with p->at unmoved. */
static char *take_pattern(struct parser *p)
{
    const char *from = p->text + p->at;
    if (*from != '/')
        return NULL;
    for (const char *at = from + 1; *at; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == '/' && (!at[1] || strchr(" \t&|)", at[1]))) {
            p->at = (size_t)(at - p->text) + 1;
            return arena_copy(p->arena, from + 1, (size_t)(at - from) - 1);
        }
    }
    return NULL;
}

static node_ref fits_pattern(struct parser *p, node_ref left, size_t at, const char *text)
{
    if (strlen(text) > EXPR_MOST_PATTERN)
        return refuse(p, at, "the pattern is too long");
    const struct pattern *pattern = pattern_new(p->arena, text, p->err);
    if (!pattern)
        return refuse_at(p, at);
    struct expr_node *node = new_node(p, EXPR_OP_FITS, left->from);
    if (!node)
        return NULL;
    node->left = left;
    node->pattern = pattern;
    return node;
}

/* A text as it was typed, up to a blank, "&", "|" or the ")" that closes what is around. */
static node_ref parse_text(struct parser *p, const char *sign)
{
    size_t from = p->at, open = 0;
    double value = 0;
    if (p->text[from] == '"') {
        char *word = parse_quoted(p);
        struct expr_node *node = word ? new_node(p, EXPR_OP_TEXT, from) : NULL;
        if (node)
            node->literal = (struct expr_value){.known = true, .text = word};
        return node;
    }
    for (char c; (c = p->text[p->at]) && !is_blank(c) && c != '&' && c != '|'; p->at++) {
        if (c == ')' && p->deep && !open)
            break;
        open += c == '(';
        open -= c == ')' && open;
    }
    if (p->at == from) {
        err_set(p->err, ERR_USAGE, "%s needs a name before it and a value behind it", sign);
        return refuse_at(p, from);
    }
    char *word = copy_word(p, from, p->at);
    if (!word)
        return NULL;
    size_t length = p->at - from;
    bool is_number = num_parse(word, length, &value) || expr_number_bytes(word, &value) == length;
    return literal_node(p, from, is_number, value);
}

/* What stands behind the sign at FROM. */
static node_ref parse_right(struct parser *p, const struct expr_sign *sign, size_t from)
{
    enum expr_op op = sign->op;
    bool is_order = op < EXPR_OP_EQUAL;
    skip_blanks(p);
    bool is_value = p->text[p->at] == '`' || p->text[p->at] == '(' ||
                    function_at(p, p->at) < FUNCTION_COUNT;
    if (!is_order && !is_value && !(p->kind == EXPR_NUMBER && p->text[p->at] != '"'))
        return parse_text(p, sign->text);
    if (!p->text[p->at]) {
        err_set(p->err, ERR_USAGE, "%s needs a name before it and a value behind it",
            sign->text);
        return refuse_at(p, from);
    }
    bool strict = p->strict;
    p->strict = p->value = true;
    node_ref right = parse_sum(p);
    p->strict = strict;
    return right && must_be_value(p, right) ? right : NULL;
}

/* A word that searches: no operator is in it or behind it. Returns its bytes, 0 for none. */
static size_t search_bytes(const struct parser *p)
{
    size_t end = word_end(p, p->at, ""), next = after_blanks(p, end);
    const char *word = p->text + p->at;
    if (end == p->at || strchr("(!", *word) || function_at(p, p->at) < FUNCTION_COUNT)
        return 0;
    if (memchr(word, '`', end - p->at) || memchr(word, '"', end - p->at))
        return 0;
    if (sign_at(p, next))
        return 0;
    /* "best(AP) - x > 1" may begin with any name. */
    if (is_operator(p, next))
        return 0;
    return end - p->at;
}

static node_ref search_node(struct parser *p, size_t from, const char *text)
{
    struct expr_node *node = text ? new_node(p, EXPR_OP_SEARCH, from) : NULL;
    if (node)
        node->literal = (struct expr_value){.known = true, .text = text};
    return node;
}

static node_ref parse_comparison(struct parser *p)
{
    skip_blanks(p);
    p->value = false;
    size_t from = p->at, word = p->kind == EXPR_CONDITION ? search_bytes(p) : 0;
    if (word) {
        p->at += word;
        return search_node(p, from, copy_word(p, from, p->at));
    }
    const struct expr_sign *sign = sign_at(p, from);
    if (sign) {
        err_set(p->err, ERR_USAGE, "%s needs a name before it and a value behind it",
            sign->text);
        return refuse_at(p, from);
    }
    node_ref left = parse_sum(p);
    if (!left)
        return NULL;
    size_t at = after_blanks(p, p->at);
    sign = sign_at(p, at);
    if (!sign) {
        bool searches = p->kind == EXPR_CONDITION && left->op == EXPR_OP_NAME && left->quoted;
        return searches ? search_node(p, left->from, left->name->text) : left;
    }
    if (!must_be_value(p, left))
        return NULL;
    p->at = at + strlen(sign->text);
    skip_blanks(p);
    size_t pattern_at = p->at;
    const char *pattern = sign->op == EXPR_OP_HOLDS ? take_pattern(p) : NULL;
    if (pattern)
        return fits_pattern(p, left, pattern_at, pattern);
    node_ref right = parse_right(p, sign, p->at);
    if (right && sign_at(p, after_blanks(p, p->at)))
        return refuse(p, after_blanks(p, p->at), "put \"and\" between two comparisons");
    return right ? join(p, sign->op, left, right) : NULL;
}

/* ---- conditions ---- */

static node_ref parse_not(struct parser *p)
{
    skip_blanks(p);
    size_t from = p->at;
    bool bang = p->text[from] == '!' && p->text[from + 1] != '=';
    if (!bang && !keyword_at(p, from, "not"))
        return parse_comparison(p);
    p->at += bang ? 1 : strlen("not");
    node_ref inner = enter(p) ? parse_not(p) : NULL;
    p->deep--;
    return inner ? join(p, EXPR_OP_NOT, inner, NULL) : NULL;
}

/* Skips "&"s and "and"s; true when there was one. */
static bool take_and(struct parser *p)
{
    bool any = false;
    for (;;) {
        skip_blanks(p);
        size_t length = p->text[p->at] == '&' ? 1 : keyword_at(p, p->at, "and") ? 3 : 0;
        if (!length)
            return any;
        p->at += length;
        any = true;
    }
}

static bool at_or(const struct parser *p)
{
    return p->text[p->at] == '|' || keyword_at(p, p->at, "or");
}

static node_ref parse_and(struct parser *p)
{
    node_ref all = NULL;
    for (;;) {
        bool joined = take_and(p);
        char c = p->text[p->at];
        if (!c || at_or(p) || (c == ')' && p->deep))
            break;
        if (all && !joined && p->kind == EXPR_NUMBER)
            break;
        node_ref term = parse_not(p);
        all = !term ? NULL : all ? join(p, EXPR_OP_AND, all, term) : term;
        if (!all)
            return NULL;
    }
    return all ? all : refuse(p, p->at, "a term is missing here");
}

static node_ref parse_or(struct parser *p)
{
    node_ref any = parse_and(p);
    for (skip_blanks(p); any && at_or(p); skip_blanks(p)) {
        p->at += p->text[p->at] == '|' ? strspn(p->text + p->at, "|") : strlen("or");
        node_ref other = parse_and(p);
        any = other ? join(p, EXPR_OP_OR, any, other) : NULL;
    }
    return any;
}

static node_ref parse_whole(struct parser *p)
{
    take_and(p);
    if (!p->text[p->at] && p->kind == EXPR_CONDITION)
        return new_node(p, EXPR_OP_TRUE, 0);
    node_ref root = parse_or(p);
    skip_blanks(p);
    if (root && p->text[p->at])
        return refuse(p, p->at, "this is not understood here");
    return root;
}

const struct expr *expr_parse(struct arena *arena, const char *text, enum expr_kind kind,
    const struct expr_names *names, struct err *err)
{
    struct parser parser = {.arena = arena, .kind = kind, .names = names, .err = err,
        .strict = kind == EXPR_NUMBER};
    size_t length = strnlen(text, EXPR_MOST_BYTES + 1);
    if (length > EXPR_MOST_BYTES) {
        err_set(err, ERR_USAGE, "an expression has at most %d characters", EXPR_MOST_BYTES);
        return refuse_at(&parser, EXPR_MOST_BYTES);
    }
    parser.text = arena_copy(arena, text, length);
    parser.out = ARENA_NEW(arena, struct expr);
    if (!parser.text || !parser.out)
        return no_memory(&parser);
    parser.out->root = parse_whole(&parser);
    return parser.out->root ? parser.out : NULL;
}

size_t expr_name_count(const struct expr *expr)
{
    return expr->name_count;
}

const struct expr_name *expr_name(const struct expr *expr, size_t index)
{
    return expr->names[index];
}

const struct expr_name *expr_only_name(const struct expr *expr)
{
    return expr->root->op == EXPR_OP_NAME ? expr->root->name : NULL;
}
