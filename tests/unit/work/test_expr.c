/*
 * Expressions: what they are worth, where they are refused, whatever is typed; lists, completion.
 */
#include "scene.h"

#include "work/expr.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of a table: some hold what else is an operator. */
static const struct {
    const char *name;
    struct expr_value value;
} VALUES[] = {
    {"a", {true, true, 2, NULL, NULL}},
    {"b", {true, true, 3, NULL, NULL}},
    {"c", {true, true, -4, NULL, NULL}},
    {"a-b", {true, true, 100, NULL, NULL}},
    {"val/AP", {true, true, 0.5, NULL, NULL}},
    {"metrics/mAP50-95(B)", {true, true, 0.25, NULL, NULL}},
    {"val loss", {true, true, 7, NULL, NULL}},
    {"lr", {true, true, 0.001, "1e-3", NULL}},
    {"bad", {true, true, NAN, NULL, NULL}},
    {"age", {true, true, 7000, NULL, NULL}},
    {"started", {true, true, 1714557600, "2024-05-01T10:00:00Z", NULL}},
    {"model", {true, false, 0, "ResNet-50", "backbone"}},
    {"gone", {false, false, 0, NULL, NULL}},
};

static struct expr_value value_named(const char *name)
{
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++)
        if (strcmp(VALUES[i].name, name) == 0)
            return VALUES[i].value;
    return (struct expr_value){0};
}

static struct expr_value value_of(void *self, const struct expr_name *name)
{
    (void)self;
    struct expr_value value = value_named(name->text);
    value.number += 10 * (double)name->ask + 1000 * (double)name->tail;
    return value;
}

static bool contains(void *self, const char *text)
{
    (void)self;
    return strstr("exp1 faster c++ a*b group/run-7 -v2 x(1) two words", text) != NULL;
}

static bool has(void *self, const char *text, size_t length)
{
    (void)self;
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++)
        if (strlen(VALUES[i].name) == length && memcmp(VALUES[i].name, text, length) == 0)
            return true;
    return false;
}

static bool check(void *self, const struct expr_name *name, struct err *err)
{
    return has(self, name->text, strlen(name->text)) || err_set(err, ERR_USAGE, "no %s", name->text);
}

static const struct expr_names NAMES = {NULL, has, check};
static const struct expr_row ROW = {NULL, value_of, contains};

static const struct expr *parsed(struct arena *arena, const char *text, enum expr_kind kind)
{
    struct err err = {0};
    const struct expr *expr = expr_parse(arena, text, kind, &NAMES, &err);
    if (!expr)
        fail_msg("\"%s\": %s at %lld", text, err.text, (long long)err.at);
    return expr;
}

static const struct {
    const char *text;
    double value; /* NaN: not known */
} NUMBERS[] = {
    {"1+2*3", 7},
    {"(1+2)*3", 9},
    {"2^3^2", 512},
    {"-2^2", -4},
    {"2^-1", 0.5},
    {"7-2-1", 4},
    {"16/4/2", 2},
    {"--2", 2},
    {"+3", 3},
    {".5*4", 2},
    {"1e-3*1000", 1},
    {"2e3", 2000},
    {"a*b", 6},
    {"a * b", 6},
    {"a *b", 6},
    {"a-b", 100}, /* a name that there is */
    {"a - b", -1},
    {"b-a", 1}, /* no such name */
    {"val/AP/2", 0.25},
    {"metrics/mAP50-95(B)*2", 0.5},
    {"`val loss`-7", 0},
    {"\"val loss\"+1", 8},
    {"abs(c)+sqrt(b*b)", 7},
    {"log(1)", 0},
    {"best(a)", 12},
    {"last( a )", 22},
    {"first(a)", 32},
    {"min(a)", 42},
    {"max(a)", 52},
    {"best_step(a)", 62},
    {"count(a)", 72},
    {"mean(a,5)", 5082},
    {"mean( a , 12 )", 12082},
    {"delta(a)", 92},
    {"best(metrics/mAP50-95(B))", 10.25},
    {"best(val loss)", 17},
    {"best(`val loss`)/val/AP", 34},
    {"abs(best(a)-last(a))", 10},
    {"gone+1", NAN},
    {"-gone", NAN},
    {"model*2", NAN},
    {"2h", 7200},
    {"1.5d/86400", 1.5},
    {"a>1", 1},
    {"a>1 and b>5", 0},
    {"not a>1", 0},
    {"model=\"resnet-50\"", 1},
    {"(a>1)", 1},
    {"2024-05-01T10:00", 1714557600},
    {"2024-05-01", 1714521600},
};

static void test_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        struct arena arena = {0};
        struct expr_value value =
            expr_evaluate(parsed(&arena, NUMBERS[i].text, EXPR_NUMBER), &ROW);
        bool known = !isnan(NUMBERS[i].value);
        if (value.known != known || (known && fabs(value.number - NUMBERS[i].value) > 1e-9))
            fail_msg("%s is %g", NUMBERS[i].text, value.number);
        arena_done(&arena);
    }
}

static const struct {
    const char *text;
    bool holds;
} CONDITIONS[] = {
    {"a<3 or a>5", true},
    {"a>5 or b=3", true},
    {"a>5 | b>5", false},
    {"a>5 || b=3", true},
    {"a>1 and b>5 or c<0", true}, /* "and" binds closer */
    {"a>1 and (b>5 or c<0)", true},
    {"a>5 and (b>5 or c<0)", false},
    {"a>5 (b>5 or c<0)", false},
    {"not a>5", true},
    {"!a>5", true},
    {"! (a>1 & b>1)", false},
    {"not not a>1", true},
    {"NOT a>5 OR a>5", true},
    {"best(a)>11 and model~resnet", true},
    {"best(a) - last(a) = -10", true},
    {"a*b>5", true},
    {"a * b > 5", true},
    {"(a+b)*2 = 10", true},
    {"(a)*2 = 4", true},
    {"3 < b+1", true},
    {"b > a", true},
    {"a > b", false},
    {"a < 2*b", true},
    {"lr<best(lr)", true},
    {"val/AP>0.4", true},
    {"metrics/mAP50-95(B)<0.3", true},
    {"`val loss`=7", true},
    {"\"val loss\">6", true},
    {"`a-b`=100", true},
    {"a=`b`", false},
    {"age<2h", true},
    {"age<1.9h", false},
    {"age>110min", true},
    {"age>110m age<7001s", true},
    {"started>2024-05-01", true},
    {"started>2024-05-02", false},
    {"started<2024-05-01T10:00:01Z", true},
    {"started>=2024-05-01T10:00", true},
    {"started~2024-05", true},
    {"model~/res.*50/", true},
    {"model~/^50/", false},
    {"model~/^(res|dense)net-[0-9]+$/ and a=2", true},
    {"model~/a b|res/ a=5", false},
    {"(model~/net/)", true},
    {"model~/net", false}, /* not closed: a text */
    {"model=backbone", true},
    {"model~/^back/", true},
    {"model=\"ResNet-50\"", true},
    {"model=resnet-50", true},
    {"(model=resnet-50)", true},
    {"(model=fcos|a=2)", true},
    {"model!=fcos", true},
    {"model!=backbone", false},
    {"model<5", false},
    {"bad<1", false},
    {"bad!=1", true},
    {"gone<1", false},
    {"gone!=1", true},
    {"gone*2!=1", true},
    {"gone+a>0", false},
    {"not gone>1", true},
    {"unheard=1", false},
    {"unheard!=1", true},
    {"gone/a>1", false},
    {"best(a)", true}, /* is known */
    {"best(gone)", false},
    {"not best(gone)", true},
    {"abs(c)", true},
    /* words search, whatever they hold */
    {"faster", true},
    {"a*b", true},
    {"c++", true},
    {"group/run-7", true},
    {"exp1 -v2", true},
    {"x(1)", true},
    {"\"two words\"", true},
    {"\"two birds\"", false},
    {"not slower", true},
    {"slower or faster", true},
    {"(slower or faster) exp1", true},
    {"lr", false}, /* no text holds it, though there is such a name */
    {"and=1", false},
    {"", true},
    {"and", true},
    {"a>1 and", true},
};

static void test_conditions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CONDITIONS / sizeof *CONDITIONS; i++) {
        struct arena arena = {0};
        const struct expr *expr = parsed(&arena, CONDITIONS[i].text, EXPR_CONDITION);
        if (expr_holds(expr, &ROW) != CONDITIONS[i].holds)
            fail_msg("\"%s\"", CONDITIONS[i].text);
        arena_done(&arena);
    }
}

static const struct {
    const char *text;
    enum expr_kind kind;
    int64_t at;
} REFUSED[] = {
    {"a<", EXPR_CONDITION, 2},
    {"a < nothing", EXPR_CONDITION, 4},
    {"a or", EXPR_CONDITION, 4},
    {"or a", EXPR_CONDITION, 0},
    {"(a>1", EXPR_CONDITION, 4},
    {"a>1)", EXPR_CONDITION, 3},
    {"()", EXPR_CONDITION, 1},
    {"not", EXPR_CONDITION, 3},
    {"1<a<3", EXPR_CONDITION, 3},
    {"best(nothing)>1", EXPR_CONDITION, 5},
    {"a>1 best(", EXPR_CONDITION, 9},
    {"mean(a)>1", EXPR_CONDITION, 6},
    {"mean(a,0)", EXPR_NUMBER, 7},
    {"mean(a,x)", EXPR_NUMBER, 7},
    {"mean(a,1000000)", EXPR_NUMBER, 7},
    {"max(a,b)", EXPR_NUMBER, 5},
    {"`a", EXPR_NUMBER, 0},
    {"model~/(/", EXPR_CONDITION, 6},
    {"(a>1)*2", EXPR_NUMBER, 2},
    {"1+(a>1)", EXPR_NUMBER, 4},
    {"", EXPR_NUMBER, 0},
    {"a b", EXPR_NUMBER, 2},
    {"a+", EXPR_NUMBER, 2},
    {"a+nothing", EXPR_NUMBER, 2},
    {"foo(a)", EXPR_NUMBER, 0},
    {"a,b", EXPR_NUMBER, 1},
    {"model=fcos", EXPR_NUMBER, 6},
};

static void test_refusals_name_the_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        struct arena arena = {0};
        struct err err = {0};
        if (expr_parse(&arena, REFUSED[i].text, REFUSED[i].kind, &NAMES, &err))
            fail_msg("\"%s\" is taken", REFUSED[i].text);
        if (err.code != ERR_USAGE || err.place != ERR_AT_BYTE || err.at != REFUSED[i].at)
            fail_msg("\"%s\": %s at %lld", REFUSED[i].text, err.text, (long long)err.at);
        assert_null(expr_parse(&arena, REFUSED[i].text, REFUSED[i].kind, &NAMES, NULL));
        arena_done(&arena);
    }
}

static void test_names_are_numbered(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct expr *expr = parsed(&arena, "a+best(a)+a+mean(b,2)+mean(b,3)", EXPR_NUMBER);
    assert_int_equal(expr_name_count(expr), 4);
    assert_string_equal(expr_name(expr, 0)->text, "a");
    assert_int_equal(expr_name(expr, 1)->ask, EXPR_BEST);
    assert_int_equal(expr_name(expr, 3)->tail, 3);
    assert_null(expr_only_name(expr));
    assert_int_equal(expr_only_name(parsed(&arena, "(best(a))", EXPR_NUMBER))->ask, EXPR_BEST);
    arena_done(&arena);
}

/* ---- against a slow, obviously right calculator ---- */

struct random_tree {
    unsigned short seed[3];
    char text[1024];
    size_t length;
};

static void add(struct random_tree *tree, const char *text)
{
    size_t length = strlen(text);
    assert_true(tree->length + length < sizeof tree->text);
    memcpy(tree->text + tree->length, text, length + 1);
    tree->length += length;
}

/* Writes a random number in full parentheses, and says what it is. */
static double grow_number(struct random_tree *tree, int deep)
{
    static const char *const NAMES_OF[] = {"a", "b", "c", "(5)", "0.5"};
    static const double WORTH[] = {2, 3, -4, 5, 0.5};
    long kind = nrand48(tree->seed) % (deep ? 6 : 1);
    if (kind < 1) {
        long which = nrand48(tree->seed) % 5;
        add(tree, NAMES_OF[which]);
        return WORTH[which];
    }
    if (kind == 1) {
        add(tree, "abs(");
        double inner = grow_number(tree, deep - 1);
        add(tree, ")");
        return fabs(inner);
    }
    static const char *const OPERATORS[] = {"+", " - ", "*", " / "};
    add(tree, "(");
    double left = grow_number(tree, deep - 1);
    add(tree, OPERATORS[kind - 2]);
    double right = grow_number(tree, deep - 1);
    add(tree, ")");
    return kind == 2   ? left + right
           : kind == 3 ? left - right
           : kind == 4 ? left * right
                       : left / right;
}

static bool grow_condition(struct random_tree *tree, int deep)
{
    long kind = nrand48(tree->seed) % (deep ? 5 : 2);
    if (kind < 2) {
        double left = grow_number(tree, 2);
        add(tree, kind ? " < " : ">=");
        double right = grow_number(tree, 2);
        return kind ? left < right : left >= right;
    }
    add(tree, kind == 2 ? "not (" : "(");
    bool left = grow_condition(tree, deep - 1);
    if (kind == 2) {
        add(tree, ")");
        return !left;
    }
    add(tree, kind == 3 ? " and " : " or ");
    bool right = grow_condition(tree, deep - 1);
    add(tree, ")");
    return kind == 3 ? left && right : left || right;
}

static void test_random_trees(void **state)
{
    (void)state;
    struct random_tree tree = {.seed = {2, 7, 1}};
    for (int round = 0; round < 5000; round++) {
        struct arena arena = {0};
        tree.length = 0;
        double number = grow_number(&tree, 4);
        struct expr_value value = expr_evaluate(parsed(&arena, tree.text, EXPR_NUMBER), &ROW);
        if (!value.known || (value.number != number && !isnan(number)))
            fail_msg("%s is %g, not %g", tree.text, value.number, number);
        tree.length = 0;
        bool holds = grow_condition(&tree, 3);
        if (expr_holds(parsed(&arena, tree.text, EXPR_CONDITION), &ROW) != holds)
            fail_msg("%s", tree.text);
        arena_done(&arena);
    }
}

/* ---- hostile ---- */

static void refused_or_taken(const char *text)
{
    struct arena arena = {0};
    for (int kind = EXPR_CONDITION; kind <= EXPR_NUMBER; kind++)
        for (int known = 0; known < 2; known++) {
            struct err err = {0};
            const struct expr *expr =
                expr_parse(&arena, text, (enum expr_kind)kind, known ? &NAMES : NULL, &err);
            assert_true(expr || err.code == ERR_USAGE);
            if (!expr)
                assert_in_range(err.at, 0, strlen(text));
            else {
                expr_holds(expr, &ROW);
                expr_evaluate(expr, &ROW);
            }
        }
    arena_done(&arena);
}

static void repeat(char *out, size_t bytes, const char *piece)
{
    size_t length = strlen(piece), used = 0;
    for (; used + length < bytes; used += length)
        memcpy(out + used, piece, length);
    out[used] = '\0';
}

static void test_deep_and_long(void **state)
{
    (void)state;
    static const char *const PIECES[] = {"(", "not ", "!", "-", "abs(", "2^", "a+", "a ", "a>1 or ",
        "best(a)+", "x", "\"", "\"a\" ", "~", "a=", "/", "model~/a/ ", ")", "((a)", "|", "&", "a~`",
        "\xff", "\xf0\x9f\x98\x80 ", "\xe2\x80\xae", "1", "1-", "best(((", "mean(a,", "a<b "};
    char text[EXPR_MOST_BYTES + 100];
    for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++)
        for (size_t bytes = 20; bytes < sizeof text; bytes = bytes * 3 + 1) {
            repeat(text, bytes < sizeof text ? bytes : sizeof text, PIECES[i]);
            refused_or_taken(text);
        }
    struct arena arena = {0};
    struct err err = {0};
    repeat(text, sizeof text, "(");
    assert_null(expr_parse(&arena, text, EXPR_CONDITION, NULL, &err));
    assert_int_equal(err.code, ERR_USAGE);
    text[EXPR_MOST_DEEP + 10] = '\0';
    assert_null(expr_parse(&arena, text, EXPR_CONDITION, NULL, &err));
    assert_string_equal(err.text, "nested too deep");
    arena_done(&arena);
}

static void test_any_text(void **state)
{
    (void)state;
    static const char *const PIECES[] = {"a", "b", " ", "<", ">=", "=", "!=", "~", "!", "&", "|",
        "(", ")", "/", "-", "+", "*", "^", "\"", "`", "and ", "or ", "not ", "best(", "mean(", ",",
        "1", ".", "e", "h", "\xff", "\xc3", "\xc3\xa9", "2024-05-01", "abs(", "\t", "\\", "[", "{9}"};
    unsigned short seed[3] = {1, 2, 3};
    for (int round = 0; round < 30000; round++) {
        char text[192] = "";
        long pieces = nrand48(seed) % 14;
        for (size_t used = 0; pieces-- > 0; used = strlen(text))
            snprintf(text + used, sizeof text - used, "%s",
                PIECES[(size_t)nrand48(seed) % (sizeof PIECES / sizeof *PIECES)]);
        refused_or_taken(text);
        assert_true(expr_item_length(text) <= strlen(text));
        assert_true(expr_assignment(text) < (long)strlen(text));
    }
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    for (size_t most = 1; most < 6000; most += 29) {
        struct arena arena;
        struct err err = {0};
        arena_init(&arena, most);
        const struct expr *expr = expr_parse(
            &arena, "best(a)+1>2 model~/x/ (b or not c)", EXPR_CONDITION, &NAMES, &err);
        assert_true(expr || err.code == ERR_MEMORY);
        arena_done(&arena);
    }
}

/* ---- lists ---- */

static void test_items_and_assignments(void **state)
{
    (void)state;
    assert_int_equal(expr_item_length("AP,lr"), 2);
    assert_int_equal(expr_item_length("mean(loss,5),lr"), 12);
    assert_int_equal(expr_item_length("`a,b`,c"), 5);
    assert_int_equal(expr_item_length("\"a,b"), 2);
    assert_int_equal(expr_item_length("f(a,`)`,b),c"), 10);
    assert_int_equal(expr_item_length(""), 0);
    assert_int_equal(expr_assignment("=a"), 0);
    assert_int_equal(expr_assignment("ap/ms=best(AP)/x"), 5);
    assert_int_equal(expr_assignment("x=a=b"), 1);
    assert_int_equal(expr_assignment("a==b"), -1);
    assert_int_equal(expr_assignment("a<=b"), -1);
    assert_int_equal(expr_assignment("`a=b`"), -1);
    assert_int_equal(expr_assignment("f(a=b)"), -1);
    assert_int_equal(expr_assignment("f(x)=1"), 4);
    assert_int_equal(expr_assignment("a"), -1);
}

/* ---- completion ---- */

static const char *word(void *self, const char *of, size_t i)
{
    (void)self;
    static const char *const WORDS[] = {"lr", "optimizer.lr", "model", "model_width", "val/AP",
        "val loss", "AP", "batch", NULL};
    static const char *const MODELS[] = {"resnet50", "fcos", "faster rcnn", NULL};
    if (!of)
        return WORDS[i];
    return strcmp(of, "model") == 0 || strcmp(of, "val loss") == 0 ? MODELS[i] : NULL;
}

static const struct {
    const char *text; /* the cursor is at "|" */
    const char *found; /* joined by blanks; NULL: whatever */
    size_t from;
    const char *of;
} COMPLETIONS[] = {
    {"mo|", "model model_width", 0, NULL},
    {"model|", "model model_width", 0, NULL},
    {"a>1 and lr|", "lr optimizer.lr", 8, NULL},
    {"best(A|", "AP abs( val/AP max( last(", 5, NULL},
    {"best(AP|)>1", "AP val/AP", 5, NULL},
    {"model=|", "fcos resnet50 \"faster rcnn\"", 6, "model"},
    {"model~f|", "fcos \"faster rcnn\"", 6, "model"},
    {"model!=re|", "resnet50", 7, "model"},
    {"model = \"faster r|", "faster rcnn", 9, "model"},
    {"`val loss`=fc|", "fcos \"faster rcnn\"", 11, "val loss"},
    {"val l|", NULL, 4, NULL},
    {"`val l|", "val loss", 1, NULL},
    {"lo|", "log( `val loss`", 0, NULL},
    {"model<f|", NULL, 6, NULL},
    {"mdl|", "model model_width", 0, NULL},
    {"zzz|", "", 0, NULL},
};

static void test_completion(void **state)
{
    (void)state;
    const struct expr_words words = {NULL, word};
    for (size_t i = 0; i < sizeof COMPLETIONS / sizeof *COMPLETIONS; i++) {
        struct arena arena = {0};
        struct expr_candidate out[5];
        struct expr_typed typed;
        char text[64], found[256] = "";
        snprintf(text, sizeof text, "%s", COMPLETIONS[i].text);
        char *cursor = strchr(text, '|');
        memmove(cursor, cursor + 1, strlen(cursor));
        size_t count =
            expr_complete(text, (size_t)(cursor - text), &words, &arena, &typed, out, 5);
        for (size_t k = 0; k < count; k++) {
            size_t used = strlen(found);
            snprintf(found + used, sizeof found - used, "%s%s", k ? " " : "", out[k].text);
        }
        const char *of = COMPLETIONS[i].of, *expected = COMPLETIONS[i].found;
        if (expected && strcmp(found, expected) != 0)
            fail_msg("%s: %s", COMPLETIONS[i].text, found);
        assert_int_equal(typed.from, COMPLETIONS[i].from);
        assert_int_equal(typed.to, cursor - text);
        if (of ? !typed.of || strcmp(of, typed.of) != 0 : typed.of != NULL)
            fail_msg("%s: of %s", COMPLETIONS[i].text, typed.of ? typed.of : "nothing");
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_refusals_name_the_byte),
        cmocka_unit_test(test_names_are_numbered),
        cmocka_unit_test(test_random_trees),
        cmocka_unit_test(test_deep_and_long),
        cmocka_unit_test(test_any_text),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_items_and_assignments),
        cmocka_unit_test(test_completion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
