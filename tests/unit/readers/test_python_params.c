/* Python read as parameters: literals, what is none, and text that is no Python at all. */
#include "readers/python_params.h"
#include "record_sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *facts_of(
    void (*put)(const char *text, size_t length, struct params *params), const char *text)
{
    struct record record;
    struct params params;
    record_init(&record);
    struct sink sink = record_sink(&record);
    params_init_sink(&params, &sink);
    size_t length = strlen(text);
    char *exactly = malloc(length ? length : 1); /* so that reading beyond it is seen */
    memcpy(exactly, text, length);
    put(exactly, length, &params);
    free(exactly);
    params_note(&params, &sink, "config.py");
    params_done(&params);
    const char *facts = record_text(&record);
    record_done(&record);
    return facts;
}

static const char *assigned(const char *text)
{
    return facts_of(python_params_put, text);
}

static void literals_are_what_they_are(void **state)
{
    (void)state;
    assert_string_equal(assigned("lr = 0.02\nseed=-1\nresume = None\nfp16 = True\nname = 'a b'\n"
                                 "rate = .5e-3 # a comment, (unclosed\n"),
        "param lr = number 0.02\nparam seed = number -1\nparam resume = null None\n"
        "param fp16 = bool True\nparam name = text a b\nparam rate = number .5e-3\n");
    assert_string_equal(
        assigned("one = \"it's\"\ntwo = 'a' \"b\"\nlong = '''x\n'y' '''\n"
                 "raw = r'\\d'\nbytes = b'z'\nescaped = 'a\\tb\\'c\\\\'\nempty = ''\n"),
        "param one = text it's\nparam two = text ab\nparam long = text x\\x0a'y' \n"
        "param raw = text \\d\nparam bytes = text z\nparam escaped = text a\\x09b'c\\\n"
        "param empty = text \n");
}

static void maps_become_dotted_names_and_lists_json(void **state)
{
    (void)state;
    assert_string_equal(
        assigned(
            "model = dict(\n    type='RetinaNet',  # the detector\n    backbone=dict(depth=50, "
            "frozen=[1, -1]),\n    test_cfg={'nms': {\"iou\": 0.5}, 3: None},)\n"),
        "param model.type = text RetinaNet\nparam model.backbone.depth = number 50\n"
        "param model.backbone.frozen = text [1,-1]\nparam model.test_cfg.nms.iou = number 0.5\n"
        "param model.test_cfg.3 = null None\n");
    assert_string_equal(
        assigned(
            "scale = (1333, 800)\none = (0.1)\njoined = ('a'\n  'b')\nnone = ()\nopen = dict()\n"
            "steps = [dict(type='Resize', keep=True), {'a': (1,)}, None, 'x', y * 2]\nset = {1, "
            "2}\n"),
        "param scale = text [1333,800]\nparam one = number 0.1\nparam joined = text ab\n"
        "param none = text []\nparam open = text {}\n"
        "param steps = text [{\"type\":\"Resize\",\"keep\":true},{\"a\":[1]},null,\"x\",\"y * "
        "2\"]\n"
        "param set = text [1,2]\n");
}

static void a_map_in_braces_may_stand_in_a_call(void **state)
{
    (void)state;
    assert_string_equal(assigned("a = dict({\n    0:\n    dict(name='x', id=0),\n    'b': 2\n})\n"
                                 "l = [dict({1: 2})]\nn = dict({})\n"),
        "param a.0.name = text x\nparam a.0.id = number 0\nparam a.b = number 2\n"
        "param l = text [{\"1\":2}]\nparam n = text {}\n");
}

static void what_is_no_literal_becomes_its_text(void **state)
{
    (void)state;
    assert_string_equal(
        assigned("lr = 0.02 * 8\nroot = 'data/' + name\nfiles = glob(\n    'a,b', # all\n    1)\n"
                 "pick = [1, 2][0]\nf = f'{x}'\nmodel = dict(head=num_classes, **base)\nu = 'open\n"
                 "v = 1\n"),
        "param lr = text 0.02 * 8\nparam root = text 'data/' + name\n"
        "param files = text glob( 'a,b', 1)\nparam pick = text [1, 2][0]\nparam f = text f'{x}'\n"
        "param model.head = text num_classes\nparam u = text open\nparam v = number 1\n");
}

static void other_statements_are_passed_over(void **state)
{
    (void)state;
    assert_string_equal(assigned("\"\"\"words\na = 1\n\"\"\"\nimport os\nif x == 1:\n    b = 2\n"
                                 "del c\nd += 1\ne == 2\nf: int = 3\n_base_ = './x.py'\ng.h = 4\n"
                                 "i = \\\n    5\n) j = 6\n=\nk =\n"),
        "param _base_ = text ./x.py\nparam g.h = number 4\nparam i = number 5\n");
}

static void arguments_of_a_call(void **state)
{
    static const char CALL[] = "Namespace(lr=0.02, steps=[16, 22], out=PosixPath('a)b'), x=None)";
    (void)state;
    assert_int_equal(python_call_length(CALL, sizeof CALL - 1), sizeof CALL - 1);
    assert_int_equal(python_call_length(CALL, sizeof CALL - 2), 0);
    assert_int_equal(python_call_length("Namespace", 9), 0);
    assert_int_equal(python_call_length("(1)", 3), 0);
    assert_string_equal(
        facts_of(python_params_put_arguments, "lr=0.02, steps=[16, 22], positional, "
                                              "out=PosixPath('a)b'), x=None"),
        "param lr = number 0.02\nparam steps = text [16,22]\n"
        "param out = text PosixPath('a)b')\nparam x = null None\n");
}

static void no_text_is_too_strange(void **state)
{
    static char deep[20000];
    (void)state;
    for (size_t i = 0; i + 6 < sizeof deep; i += 6)
        memcpy(deep + i, i ? "dict(a" : "x=    ", 6);
    assigned(deep);
    char *at = deep;
    at += snprintf(at, sizeof deep, "x = ");
    for (int i = 0; i < 1000; i++)
        at += snprintf(at, 16, "dict(a=");
    for (int i = 0; i < 1000; i++)
        at += snprintf(at, 16, ")");
    assert_string_equal(assigned(deep), "note config.py line 0 byte -1 x1 parameters left out: too "
                                        "long, too deep, or too many\n");
    memset(deep, '[', sizeof deep - 1);
    memcpy(deep, "x = ", 4);
    memset(deep + sizeof deep / 2, ']', sizeof deep / 2 - 3);
    deep[sizeof deep - 3] = '\0';
    assert_non_null(strstr(assigned(deep), "param x = text [[["));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_are_what_they_are),
        cmocka_unit_test(maps_become_dotted_names_and_lists_json),
        cmocka_unit_test(a_map_in_braces_may_stand_in_a_call),
        cmocka_unit_test(what_is_no_literal_becomes_its_text),
        cmocka_unit_test(other_statements_are_passed_over),
        cmocka_unit_test(arguments_of_a_call),
        cmocka_unit_test(no_text_is_too_strange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
