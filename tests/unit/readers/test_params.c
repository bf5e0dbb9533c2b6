/* Parameters from YAML and from JSON: the same names and values from both, limits, hostile input.
 */
#include "event_file.h"
#include "readers/json_params.h"
#include "readers/yaml_params.h"
#include "reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What TEXT gives, as record_text() gives it. *WRONG is what the function
 * returned. */
static const char *params_of(bool yaml, const char *text, size_t length, int64_t *wrong)
{
    struct record record;
    struct params params;
    record_init(&record);
    struct sink sink = record_sink(&record);
    params_init_sink(&params, &sink);
    *wrong = yaml ? yaml_params_put(text, length, &params) : json_params_put(text, length, &params);
    params_note(&params, &sink, "file");
    params_done(&params);
    const char *out = record_text(&record);
    record_done(&record);
    return out;
}

static const char *from_yaml(const char *text)
{
    int64_t wrong;
    const char *out = params_of(true, text, strlen(text), &wrong);
    assert_int_equal(wrong, 0);
    return out;
}

static const char *from_json(const char *text)
{
    int64_t wrong;
    const char *out = params_of(false, text, strlen(text), &wrong);
    assert_int_equal(wrong, -1);
    return out;
}

static void scalars_have_their_kinds(void **state)
{
    (void)state;
    assert_string_equal(from_yaml("a: 1e-4\nb: '1'\nc: true\nd: null\ne: ~\nf:\ng: C:\\dir\nh: ''\n"
                                  "i: \"x\\ty\"\nj: .5\n? k\n: 10_000\n"),
        "param a = number 1e-4\nparam b = text 1\nparam c = bool true\nparam d = null null\n"
        "param e = null ~\nparam f = null \nparam g = text C:\\dir\nparam h = text \n"
        "param i = text x\\x09y\nparam j = number .5\nparam k = text 10_000\n");
    assert_string_equal(from_json("{\"a\": 1e-4, \"b\": \"1\", \"c\": true, \"d\": null, "
                                  "\"e\": NaN, \"f\": -Infinity, \"g\": 12345678901234567890}"),
        "param a = number 1e-4\nparam b = text 1\nparam c = bool true\nparam d = null null\n"
        "param e = number NaN\nparam f = number -Infinity\n"
        "param g = number 12345678901234567890\n");
}

static void nesting_is_dotted_and_lists_are_json(void **state)
{
    static const char EXPECTED[] =
        "param o.lr = number 0.1\nparam o.s.e = text {}\n"
        "param l = text [1,\"a\",null,{\"k\":[true]},[]]\nparam n = text []\n";
    (void)state;
    assert_string_equal(
        from_yaml("o:\n  lr: 0.1\n  s: {e: {}}\nl: [1, a, null, {k: [true]}, []]\nn: []\n"),
        EXPECTED);
    assert_string_equal(from_json("{\"o\": {\"lr\": 0.1, \"s\": {\"e\": {}}}, "
                                  "\"l\": [1, \"a\", null, {\"k\": [true]}, []], \"n\": []}"),
        EXPECTED);
    assert_string_equal(from_yaml(""), "");
    assert_string_equal(from_yaml("{}\n"), "");
    assert_string_equal(from_json("{}"), "");
}

static void tags_anchors_and_merges_are_followed(void **state)
{
    (void)state;
    assert_string_equal(
        from_yaml("a: !!python/tuple [1, 2]\nb: !!python/object:torch.device {type: cuda}\n"
                  "c: &c {x: 1, y: 2}\nd: *c\ne: {<<: *c, y: 3}\nf: !!set {p: null}\ng: [*c, *c]\n"
                  "h: *nothing\n"),
        "param a = text [1,2]\nparam b.type = text cuda\nparam c.x = number 1\n"
        "param c.y = number 2\nparam d.x = number 1\nparam d.y = number 2\nparam e.x = number 1\n"
        "param e.y = number 3\nparam f = text [\"p\"]\n"
        "param g = text [{\"x\":1,\"y\":2},{\"x\":1,\"y\":2}]\nparam h = text \n");
    assert_string_equal(from_yaml("a: 1\n---\nb: 2\n"), "param a = number 1\n");
}

static void what_python_dumps_as_calls_is_one_text(void **state)
{
    (void)state;
    assert_string_equal(
        from_yaml("a: !!python/object/apply:torch.device [cuda, 1]\n"
                  "b: !!python/object/apply:pathlib.PosixPath [/, mnt, x y]\n"
                  "c: !!python/object/apply:pathlib._local.WindowsPath\n- data\n- b\n"
                  "d: &d !!python/name:torch.float16 ''\ne: [*d, 1]\n"
                  "f: !!python/object/apply:pathlib.PosixPath []\n"
                  "g: !!python/object/apply:pathlib.PosixPath [a, [b]]\n"
                  "h: !!python/object/apply:other.Call [a, b]\n"),
        "param a = text cuda:1\nparam b = text /mnt/x y\nparam c = text data/b\n"
        "param d = text torch.float16\nparam e = text [\"torch.float16\",1]\nparam f = text \n"
        "param g = text [\"a\",[\"b\"]]\nparam h = text [\"a\",\"b\"]\n");
}

static void what_stands_before_a_damage_counts(void **state)
{
    (void)state;
    int64_t wrong;
    static const char YAML[] = "a: 1\nb: {c: 2,\nd: [\n";
    assert_string_equal(params_of(true, YAML, sizeof YAML - 1, &wrong),
        "param a = number 1\nparam b.c = number 2\nparam b.d = text []\n");
    assert_true(wrong >= 3);
    static const char JSON[] = "{\"a\": 1, \"b\": {\"c\": 2, \"d\": [1,";
    assert_string_equal(params_of(false, JSON, sizeof JSON - 1, &wrong),
        "param a = number 1\nparam b.c = number 2\n");
    assert_int_equal(wrong, (int64_t)sizeof JSON - 1);
    assert_string_equal(params_of(true, "- a\n- b\n", 8, &wrong), "");
    assert_int_equal(wrong, 1);
    assert_string_equal(params_of(false, "[1]", 3, &wrong), "");
    assert_true(wrong >= 0);
    params_of(true, "a: \xff\xfe", 5, &wrong);
    assert_true(wrong > 0);
}

static void hostile_names_and_values_pass_as_bytes(void **state)
{
    (void)state;
    assert_string_equal(from_json("{\"\\u001b\\n\xe2\x80\xae\": \"a\\u0000b\xff\"}"),
        "param \\x1b\\x0a\\u{202e} = text a\xef\xbf\xbd""b\\xff\n");
    assert_string_equal(from_yaml("\"\\e\\0\": \"\\0x\"\n"), "param \\x1b? = text ?x\n");
}

/* N times TEXT, with what stands before and behind. */
static struct buf repeated(const char *before, const char *text, int n, const char *behind)
{
    struct buf out = event_buf();
    buf_add_string(&out, before);
    for (int i = 0; i < n; i++)
        buf_add_string(&out, text);
    buf_add_string(&out, behind);
    return out;
}

static void assert_limited(bool yaml, struct buf *text)
{
    int64_t wrong;
    const char *out = params_of(yaml, text->data, text->length, &wrong);
    if (!strstr(out, "note file"))
        fail_msg("nothing was left out of %.40s...", text->data);
    buf_done(text);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    struct buf text = repeated("", "{a: ", 200, "");
    for (int i = 0; i < 200; i++)
        buf_add_char(&text, '}');
    assert_limited(true, &text);
    text = repeated("", "{\"a\": ", 200, "1");
    for (int i = 0; i < 200; i++)
        buf_add_char(&text, '}');
    assert_limited(false, &text);
    int64_t wrong;
    text = repeated("{\"a\": ", "[", 100000, "");
    params_of(false, text.data, text.length, &wrong);
    assert_true(wrong > 0);
    buf_done(&text);
}

static void size_is_bounded(void **state)
{
    (void)state;
    struct buf text = repeated("a: '", "0123456789abcdef", 5000, "'\nb: 1\n");
    int64_t wrong;
    const char *out = params_of(true, text.data, text.length, &wrong);
    assert_int_equal(strncmp(out, "param b = number 1\nnote file", 28), 0);
    buf_done(&text);
    text = repeated("{\"", "0123456789abcdef", 500, "\": {\"c\": 1, \"d\": {\"e\": 2}}, \"b\": 1}");
    out = params_of(false, text.data, text.length, &wrong);
    assert_int_equal(strncmp(out, "param b = number 1\nnote file", 28), 0);
    buf_done(&text);
}

/* Small files that say very much: each line has everything of the line before several times. */
static void aliases_cannot_multiply_without_end(void **state)
{
    (void)state;
    static const char *const SHAPES[] = {
        "a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n",
        "a%d: &a%d {p: *a%d, q: *a%d, r: *a%d, s: *a%d}\n",
        "a%d: &a%d {<<: *a%d, x: 1, <<: *a%d, <<: *a%d, <<: *a%d}\n",
    };
    for (size_t shape = 0; shape < sizeof SHAPES / sizeof *SHAPES; shape++) {
        struct buf text = event_buf();
        buf_add_string(&text, shape ? "a0: &a0 {x: 1, y: 1}\n" : "a0: &a0 [x]\n");
        for (int i = 1; i < 40; i++) {
            char line[128];
            snprintf(line, sizeof line, SHAPES[shape], i, i, i - 1, i - 1, i - 1, i - 1);
            buf_add_string(&text, line);
        }
        int64_t wrong;
        params_of(true, text.data, text.length, &wrong);
        buf_done(&text);
    }
    int64_t wrong;
    assert_non_null(strstr(params_of(true, "a: &a {b: *a}\n", 14, &wrong), "note file"));
    params_of(true, "a: &a [*a, *a]\n", 15, &wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_have_their_kinds),
        cmocka_unit_test(nesting_is_dotted_and_lists_are_json),
        cmocka_unit_test(tags_anchors_and_merges_are_followed),
        cmocka_unit_test(what_python_dumps_as_calls_is_one_text),
        cmocka_unit_test(what_stands_before_a_damage_counts),
        cmocka_unit_test(hostile_names_and_values_pass_as_bytes),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(aliases_cannot_multiply_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
