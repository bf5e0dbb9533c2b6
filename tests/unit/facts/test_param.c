/*
 * Parameters: which kind a text is, and which values are equal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/param.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *text;
    enum param_kind kind;
    double number;
} TEXTS[] = {
    {"", PARAM_NULL, 0},
    {"~", PARAM_NULL, 0},
    {"null", PARAM_NULL, 0},
    {"None", PARAM_NULL, 0},
    {"true", PARAM_BOOL, 1},
    {"True", PARAM_BOOL, 1},
    {"FALSE", PARAM_BOOL, 0},
    {"yes", PARAM_TEXT, 0},
    {"1e-4", PARAM_NUMBER, 1e-4},
    {"-3", PARAM_NUMBER, -3},
    {"0.10", PARAM_NUMBER, 0.1},
    {"0x10", PARAM_TEXT, 0},
    {"1,5", PARAM_TEXT, 0},
    {"1.0.0", PARAM_TEXT, 0},
    {"resnet50", PARAM_TEXT, 0},
    {"[1, 2]", PARAM_TEXT, 0},
    {"nULL", PARAM_TEXT, 0},
    {"\x1b[31m", PARAM_TEXT, 0},
};

static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct param param = param_from_text("name", TEXTS[i].text);
        if (param.kind != TEXTS[i].kind || param.number != TEXTS[i].number)
            fail_msg("\"%s\" is of kind %d and %g", TEXTS[i].text, param.kind, param.number);
        assert_ptr_equal(param.text, TEXTS[i].text); /* kept, not copied */
        assert_string_equal(param.name, "name");
    }
}

static const struct {
    const char *a, *b;
    bool equal;
} PAIRS[] = {
    {"1e-4", "0.0001", true},
    {"1", "1.0", true},
    {"1", "1.0000001", false},
    {"nan", "NaN", true},
    {"nan", "0", false},
    {"true", "True", true},
    {"true", "false", false},
    {"true", "1", false},
    {"null", "~", true},
    {"null", "0", false},
    {"sgd", "sgd", true},
    {"sgd", "SGD", false},
    {"", "null", true},
    {"[1, 2]", "[1,2]", true},
    {"[1, 2]", "[1,3]", false},
    {"[1, 2]", "[1, 2", false},
    {"[\"a b\"]", "[\"ab\"]", false},
    {"{\"a\": [1 ]}", "{\"a\":[1]}", true},
    {"[1]", "1", false},
};

static void test_equality_is_by_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        struct param a = param_from_text("x", PAIRS[i].a), b = param_from_text("y", PAIRS[i].b);
        if (param_equal(&a, &b) != PAIRS[i].equal || param_equal(&b, &a) != PAIRS[i].equal)
            fail_msg("%s and %s", PAIRS[i].a, PAIRS[i].b);
        assert_true(param_equal(&a, &a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_equality_is_by_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
