/*
 * Filters: the grammar, what a term means for numbers, texts and what is not known, and refusals.
 */
#include "scene.h"

#include "work/filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A row with a number (lr as it was written), a plain number, texts, a NaN and one null. */
static struct expr_value value_of(void *self, const struct expr_name *asked)
{
    const char *name = asked->text;
    (void)self;
    static const struct {
        const char *name;
        struct expr_value value;
    } VALUES[] = {
        {"lr", {true, true, 0.001, "1e-3"}},
        {"AP", {true, true, 0.4, NULL}},
        {"bad", {true, true, NAN, NULL}},
        {"model", {true, false, 0, "Faster_RCNN"}},
        {"version", {true, false, 0, "5"}},
        {"tag", {true, false, 0, "keep Paper", NULL, true}},
        {"gone", {false, false, 0, NULL}},
    };
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++)
        if (strcmp(VALUES[i].name, name) == 0)
            return VALUES[i].value;
    return (struct expr_value){0};
}

static bool contains(void *self, const char *text)
{
    (void)self;
    return strstr("exp1 faster", text) != NULL;
}

static const struct expr_row ROW = {NULL, value_of, contains};

static const struct {
    const char *expression;
    bool matches;
} CASES[] = {
    {"", true},
    {"   ", true},
    {"&", true},
    {" & and & ", true},
    {"faster", true},
    {"slower", false},
    {"exp1 faster", true},
    {"exp1 slower", false},
    {"exp1&faster", true},
    {"exp1 & faster", true},
    {"exp1 and faster", true},
    {"exp1 AND slower", false},
    {"lr<1e-2", true},
    {"lr<1e-3", false},
    {"lr<=1e-3", true},
    {"lr<=0.001", true},
    {"lr>1e-4", true},
    {"lr>=0.0010", true},
    {"lr>0.001", false},
    {"lr=0.001", true},
    {"lr==1e-3", true},
    {"lr!=0.001", false},
    {"lr!=0.002", true},
    {"lr < 1e-2", true},
    {"lr <1e-2", true},
    {"lr< 1e-2", true},
    {"lr\t<\t1e-2", true},
    {"lr < 1e-2 faster", true},
    {"lr < 1e-2 slower", false},
    {"lr<1e-2&AP>=0.4", true},
    {"lr<1e-2&AP>0.4", false},
    {"AP>=.4 and lr=1e-3 and faster", true},
    {"AP>0.3 AP<0.5", true},
    {"AP=0.4", true},
    {"AP~0.4", true},
    {"lr~e-3", true}, /* as it was written */
    {"lr~0.001", false},
    {"bad<1", false},
    {"bad>1", false},
    {"bad=1", false},
    {"bad!=1", true},
    {"gone<1", false},
    {"gone=x", false},
    {"gone~x", false},
    {"gone!=x", true},
    {"nothing!=1", true},
    {"model=faster_rcnn", true},
    {"model=faster", false},
    {"model!=fcos", true},
    {"model!=FASTER_RCNN", false},
    {"model~rcnn", true},
    {"model~RCNN faster", true},
    {"model~yolo", false},
    {"model<5", false}, /* a text is on no side of a number */
    {"model>5", false},
    {"version=5", true},
    {"version=5.0", false},
    {"tag=keep", true}, /* a list is each of its words */
    {"tag=paper", true},
    {"tag=\"keep paper\"", true},
    {"tag=pap", false},
    {"tag~pap", true},
    {"tag!=keep", false},
    {"tag!=pap", true},
    {"lr<inf", true},
    {"lr>-inf", true},
};

static void test_what_matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena arena = {0};
        struct err err = {0};
        const struct filter *filter = filter_parse(&arena, CASES[i].expression, &err);
        if (!filter)
            fail_msg("\"%s\": %s", CASES[i].expression, err.text);
        if (filter_matches(filter, &ROW) != CASES[i].matches)
            fail_msg("\"%s\"", CASES[i].expression);
        arena_done(&arena);
    }
}

static const struct {
    const char *expression;
    int64_t at; /* the byte */
} REFUSED[] = {
    {"<5", 0},
    {"lr<", 3},
    {"lr=", 3},
    {"=", 0},
    {"~x", 0},
    {"lr<abc", 3},
    {"AP>=high", 4},
    {"faster  lr<abc", 11},
    {"AP>0.1 & lr>", 12},
    {"a & < 5", 4},
};

static void test_refusals_name_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        struct arena arena = {0};
        struct err err = {0};
        if (filter_parse(&arena, REFUSED[i].expression, &err))
            fail_msg("\"%s\" is taken", REFUSED[i].expression);
        assert_int_equal(err.code, ERR_USAGE);
        if (err.place != ERR_AT_BYTE || err.at != REFUSED[i].at)
            fail_msg("\"%s\": place %lld", REFUSED[i].expression, (long long)err.at);
        assert_null(filter_parse(&arena, REFUSED[i].expression, NULL));
        arena_done(&arena);
    }
}

/* A term that is too long is refused rather than cut: half a word would match other runs. */
static void test_long_terms(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_null(filter_parse(&arena, text, &err));
    assert_int_equal(err.code, ERR_USAGE);
    text[400] = '\0';
    assert_non_null(filter_parse(&arena, text, &err));
    arena_done(&arena);
}

/* Whatever is typed, the parser ends, and what it takes can be asked. */
static void test_any_text(void **state)
{
    (void)state;
    static const char LETTERS[] = "ab <>=!~&\t.1-\x1b\xff";
    unsigned short seed[3] = {7, 7, 7};
    for (int round = 0; round < 20000; round++) {
        char text[24];
        size_t length = (size_t)(nrand48(seed) % (long)sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = LETTERS[(size_t)nrand48(seed) % (sizeof LETTERS - 1)];
        text[length < sizeof text ? length : sizeof text - 1] = '\0';
        struct arena arena = {0};
        struct err err = {0};
        const struct filter *filter = filter_parse(&arena, text, &err);
        assert_true(filter || err.code == ERR_USAGE);
        if (filter)
            filter_matches(filter, &ROW);
        arena_done(&arena);
    }
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    for (size_t most = 1; most < 2000; most += 13) {
        struct arena arena;
        struct err err = {0};
        arena_init(&arena, most);
        const struct filter *filter = filter_parse(&arena, "lr<1 model=x faster", &err);
        assert_true(filter || err.code == ERR_MEMORY);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_matches),
        cmocka_unit_test(test_refusals_name_the_place),
        cmocka_unit_test(test_long_terms),
        cmocka_unit_test(test_any_text),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
