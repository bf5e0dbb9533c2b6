/*
 * The tree of differences, and what is noise among them.
 */
#include "eval/diff_tree.h"
#include "eval/noise.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 64 };

struct made {
    struct arena arena;
    struct param a[MOST], b[MOST];
    struct diff_run runs[2];
    struct diff_params params;
    struct diff_tree tree;
};

static void add(struct made *made, const char *name, const char *a, const char *b)
{
    if (a)
        made->a[made->runs[0].count++] = param_from_text(name, a);
    if (b)
        made->b[made->runs[1].count++] = param_from_text(name, b);
}

static void arrange(struct made *made, bool all)
{
    static const char *const NAMES[] = {"exp/first", "exp/second"};
    struct err err = {0};
    made->runs[0].params = made->a;
    made->runs[1].params = made->b;
    assert_true(diff_params(made->runs, 2, all, &made->arena, &made->params, &err));
    for (size_t i = 0; i < made->params.count; i++)
        made->params.rows[i].noise = noise_is(&made->params.rows[i], NAMES, 2);
    assert_true(diff_tree_make(&made->params, 2, &made->arena, &made->tree, &err));
}

/* "kind depth label differ" of every line. */
static void assert_lines(const struct diff_tree *tree, const char *expected)
{
    char is[4096] = "";
    for (size_t i = 0; i < tree->count; i++) {
        const struct diff_line *line = &tree->lines[i];
        size_t length = strlen(is);
        snprintf(is + length, sizeof is - length, "%c%d %s %zu %zu\n", "peLosn"[line->kind],
            line->depth, line->label ? line->label : "-", line->differ, line->end - i - 1);
    }
    assert_string_equal(is, expected);
}

static void levels_are_made_where_names_share_them(void **state)
{
    (void)state;
    struct made made = {0};
    add(&made, "lr", "1", "2");
    add(&made, "model.head.dropout", "0", "0.1");
    add(&made, "model.head.width", "8", "16");
    add(&made, "optim.adam.beta", "1", "2");
    add(&made, "optim.name", "a", "b");
    add(&made, "solo.deep.name", "a", "b");
    arrange(&made, false);
    assert_lines(&made.tree, "p0 lr 0 0\n"
                             "L0 model.head 2 2\np1 dropout 0 0\np1 width 0 0\n"
                             "L0 optim 2 2\np1 adam.beta 0 0\np1 name 0 0\n"
                             "p0 solo.deep.name 0 0\n");
    assert_int_equal(diff_tree_next(&made.tree, 1, true), 4);
    assert_int_equal(diff_tree_next(&made.tree, 1, false), 2);
    assert_true(made.tree.lines[1].key != made.tree.lines[4].key);
    arena_done(&made.arena);
}

static void a_level_counts_what_differs_below(void **state)
{
    (void)state;
    struct made made = {0};
    add(&made, "m.a", "1", "2");
    add(&made, "m.b", "1", "1");
    arrange(&made, true);
    assert_lines(&made.tree, "L0 m 1 2\np1 a 0 0\np1 b 0 0\n");
    assert_false(made.tree.lines[0].folds);
    arena_done(&made.arena);
}

static void what_one_run_has_stands_apart(void **state)
{
    (void)state;
    struct made made = {0};
    static const char *const NAMES[] = {"x.a", "x.b", "x.c", "x.d", "x.e", "x.f", "x.g"};
    add(&made, "lr", "1", "2");
    add(&made, "only", NULL, "1");
    for (size_t i = 0; i < 7; i++)
        add(&made, NAMES[i], "1", NULL);
    arrange(&made, false);
    assert_lines(&made.tree, "p0 lr 0 0\no0 - 7 8\nL1 x 7 7\n"
                             "p2 a 0 0\np2 b 0 0\np2 c 0 0\np2 d 0 0\np2 e 0 0\np2 f 0 0\np2 g 0 0\n"
                             "o0 - 1 1\np1 only 0 0\n");
    assert_int_equal(made.tree.only_count, 8);
    assert_true(made.tree.lines[1].folds); /* too many to stand before a person */
    assert_int_equal(made.tree.lines[1].run, 0);
    assert_false(made.tree.lines[10].folds);
    assert_int_equal(made.tree.lines[10].run, 1);
    arena_done(&made.arena);
}

static void what_some_have_alike_stands_apart(void **state)
{
    (void)state;
    struct made made = {0};
    struct err err = {0};
    struct param c = param_from_text("lr", "1");
    add(&made, "batch", "1", "1");
    add(&made, "lr", "1", "2");
    add(&made, "seed", "1", "2");
    struct diff_run runs[] = {
        {made.a, made.runs[0].count}, {made.b, made.runs[1].count}, {&c, 1}};
    assert_true(diff_params(runs, 3, false, &made.arena, &made.params, &err));
    assert_true(diff_tree_make(&made.params, 3, &made.arena, &made.tree, &err));
    assert_lines(&made.tree, "p0 lr 0 0\np0 seed 0 0\ns0 - 1 1\np1 batch 0 0\n");
    assert_int_equal(made.tree.only_count, 1);
    arena_done(&made.arena);
}

static void items_of_lists_stand_below_them(void **state)
{
    (void)state;
    struct made made = {0};
    add(&made, "betas", "[0.1, 0.2]", "[0.1,0.3]");
    add(&made, "cut", "[1, 2", "[1, 3");
    add(&made, "longer", "[\"a,b\", {\"c\": [1, 2]}]", "[\"a,b\", {\"c\": [1, 2]}, 3]");
    add(&made, "same", "[1, 2]", "[1,2]");
    add(&made, "steps", "[1, 2]", "[3, 4]"); /* all of it differs: nothing to add */
    arrange(&made, false);
    assert_lines(&made.tree, "p0 betas 0 1\ne1 [1] 0 0\np0 cut 0 0\n"
                             "p0 longer 0 1\ne1 [2] 0 0\np0 steps 0 0\n");
    const struct diff_param *item = made.tree.lines[1].param;
    assert_string_equal(item->values[0]->text, "0.2");
    assert_string_equal(item->values[1]->text, "0.3");
    assert_null(made.tree.lines[4].param->values[0]);
    arena_done(&made.arena);
}

static void names_of_many_levels_end(void **state)
{
    (void)state;
    struct made made = {0};
    static char a[4096], b[4096];
    for (size_t i = 0; i < 2000; i++) {
        memcpy(a + 2 * i, "x.a", 4);
        memcpy(b + 2 * i, "x.b", 4);
    }
    add(&made, a, "1", "2");
    add(&made, b, "1", "2");
    arrange(&made, false);
    assert_int_equal(made.tree.count, 3); /* one level: nothing but another stands on the way */
    arena_done(&made.arena);
}

/* ---- noise ---- */

static bool is_noise(const char *name, const char *a, const char *b)
{
    static const char *const NAMES[] = {"exp/first", "exp/second"};
    struct param values[] = {param_from_text(name, a), param_from_text(name, b ? b : "")};
    const struct param *pointers[] = {&values[0], b ? &values[1] : NULL};
    struct diff_param row = {.name = name, .values = pointers, .differs = true};
    return noise_is(&row, NAMES, 2);
}

static void paths_names_and_dates_are_noise(void **state)
{
    (void)state;
    assert_true(is_noise("anything", "/mnt/a/x", "/mnt/b/y"));
    assert_true(is_noise("anything", "C:\\x", "./y"));
    assert_true(is_noise("anything", "s3://a/x", NULL));
    assert_true(is_noise("trainer.log_dir", "logs/17", "logs/18"));
    assert_true(is_noise("trainer.Save-Dir", "a", "b"));
    assert_true(is_noise("x", "runs/first/out", "runs/second/out"));
    assert_true(is_noise("x", "2024-05-01 10:00", "2024-05-02"));
    assert_true(is_noise("x", "20240501_101112", "20240501-101112"));
    assert_true(is_noise("x", "0123456789abcdef0123456789abcdef01234567",
        "01234567-89ab-cdef-0123-456789abcdef"));
    assert_true(is_noise("pid", "1", "2"));
    assert_true(is_noise("name", "train3", "train4"));
    assert_true(is_noise("data.root", "/here/coco", "/there/coco/"));
    assert_true(is_noise("x", "/a", "null"));
}

static void what_a_person_chose_is_no_noise(void **state)
{
    (void)state;
    assert_false(is_noise("lr", "0.1", "0.2"));
    assert_false(is_noise("model.name", "fcos", "ssd"));
    assert_false(is_noise("model", "first", "second")); /* the runs are called after it */
    assert_false(is_noise("model", "facebook/detr-resnet-50", "facebook/detr-resnet-101"));
    assert_false(is_noise("data.root", "/here/coco", "/here/voc"));
    assert_false(is_noise("model.weights", "/w/r50.pth", "/w/r101.pth"));
    assert_false(is_noise("seed", "1", "2"));
    assert_false(is_noise("x", "/a", "b"));
    assert_false(is_noise("x", "null", NULL));
    assert_false(is_noise("x", "12345678", "12345679"));
    struct diff_param same = {.name = "output_dir"};
    assert_false(noise_is(&same, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_made_where_names_share_them),
        cmocka_unit_test(a_level_counts_what_differs_below),
        cmocka_unit_test(what_one_run_has_stands_apart),
        cmocka_unit_test(what_some_have_alike_stands_apart),
        cmocka_unit_test(items_of_lists_stand_below_them),
        cmocka_unit_test(names_of_many_levels_end),
        cmocka_unit_test(paths_names_and_dates_are_noise),
        cmocka_unit_test(what_a_person_chose_is_no_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
