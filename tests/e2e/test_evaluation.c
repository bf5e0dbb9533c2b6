/*
 * The evaluation screen beside `boxtop eval`: the same numbers at the same thresholds, and the way
 * from them to the images.
 */
#include "made.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cJSON *in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item)
        fail_msg("no %s", key);
    return item;
}

static double number(const cJSON *object, const char *key)
{
    const cJSON *item = in(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

/* ".412" */
static const char *share(double value)
{
    static char texts[8][16];
    static int at;
    char *out = texts[at++ % 8], plain[16];
    snprintf(plain, sizeof plain, "%.3f", value);
    snprintf(out, 16, "%s", plain[0] == '0' ? plain + 1 : plain);
    return out;
}

/* The row that holds TEXT, from there on; it is waited for. */
static const char *row_from(struct pty *pty, const char *text, int rows)
{
    visit_expect(pty, text);
    for (int row = 0; row < rows; row++) {
        const char *found = strstr(pty_row(pty, row), text);
        if (found)
            return found;
    }
    fail_msg("no row has %s", text);
    return NULL;
}

enum { ROWS = 60, COLS = 200 };

/* NAME, its ground truth, AP of A and B, their difference, F1 of A and B. */
static void check_class(
    struct pty *pty, const char *name, long gt, const double ap[2], const double f1[2])
{
    char shown[6][32], gap[16], start[64];
    snprintf(start, sizeof start, "%s ", name); /* titles go on with a comma */
    const char *row = row_from(pty, start, ROWS);
    assert_int_equal(sscanf(row + strlen(name), "%31s %31s %31s %31s %31s %31s", shown[0], shown[1],
                         shown[2], shown[3], shown[4], shown[5]),
        6);
    double delta = ap[1] - ap[0];
    snprintf(gap, sizeof gap, "%s%s", delta < 0 ? "\xe2\x88\x92" : "+", share(fabs(delta)));
    assert_int_equal(strtol(shown[0], NULL, 10), gt);
    assert_string_equal(shown[1], share(ap[0]));
    assert_string_equal(shown[2], share(ap[1]));
    assert_int_equal(strncmp(shown[3], gap, strlen(gap)), 0);
    assert_string_equal(shown[4], share(f1[0]));
    assert_string_equal(shown[5], share(f1[1]));
}

static void check_classes(struct pty *pty, const cJSON *a, const cJSON *b)
{
    double ap[2] = {number(in(a, "stats"), "AP"), number(in(b, "stats"), "AP")};
    double f1[2] = {number(in(a, "at"), "f1"), number(in(b, "at"), "f1")};
    const cJSON *classes[2] = {in(a, "per_class"), in(b, "per_class")};
    const cJSON *at[2] = {in(in(a, "at"), "per_class"), in(in(b, "at"), "per_class")};
    double sum = 0;
    for (int c = 0; c < cJSON_GetArraySize(classes[0]); c++) {
        double ap_of[2], f1_of[2];
        const cJSON *class = cJSON_GetArrayItem(classes[0], c);
        for (int side = 0; side < 2; side++) {
            ap_of[side] = number(cJSON_GetArrayItem(classes[side], c), "AP");
            f1_of[side] = number(cJSON_GetArrayItem(at[side], c), "f1");
        }
        check_class(pty, in(class, "name")->valuestring, (long)number(class, "gt"), ap_of, f1_of);
        sum += number(class, "gt");
    }
    check_class(pty, "all classes", (long)sum, ap, f1);
}

static void check_errors(struct pty *pty, const cJSON *errors)
{
    static const char *const TYPES[] = {"Cls", "Loc", "Both", "Dupe", "Bkg", "Miss"};
    for (int t = 0; t < 6; t++) {
        const cJSON *type = in(in(errors, "types"), TYPES[t]);
        char name[16], numbers[64];
        snprintf(name, sizeof name, "%-8s A", TYPES[t]);
        snprintf(numbers, sizeof numbers, "%.2f %8.0f", number(type, "dAP"), number(type, "count"));
        assert_non_null(strstr(row_from(pty, name, ROWS), numbers));
    }
}

static void check_confusion(struct pty *pty, const cJSON *confusion)
{
    char text[128];
    const cJSON *matrix = in(confusion, "matrix");
    double of = 0, found = cJSON_GetArrayItem(cJSON_GetArrayItem(matrix, 0), 0)->valuedouble;
    for (int predicted = 0; predicted < cJSON_GetArraySize(matrix); predicted++)
        of += cJSON_GetArrayItem(cJSON_GetArrayItem(matrix, predicted), 0)->valuedouble;
    snprintf(text, sizeof text, "%.0f of %.0f right", number(confusion, "trace"),
        number(confusion, "sum"));
    visit_expect(pty, text);
    snprintf(text, sizeof text, "%.0f of %.0f %s (", found, of,
        cJSON_GetArrayItem(in(confusion, "labels"), 0)->valuestring);
    visit_expect(pty, text);
}

static void check_screen(
    struct pty *pty, const char *a, const char *b, const char *confidence, const char *iou)
{
    const cJSON *json = BOXTOP_JSON("eval", a, b, "--compare", "--errors", "--confusion", "--sweep",
        "--conf", confidence, "--iou", iou);
    char best[64];
    const cJSON *best_f1 = in(in(json, "sweep"), "best_f1");
    visit_settle(pty);
    snprintf(best, sizeof best, "best F1 of A %.3f at %.3f", number(best_f1, "f1"),
        number(best_f1, "conf"));
    visit_expect(pty, best);
    check_confusion(pty, in(json, "confusion"));
    check_errors(pty, in(json, "errors"));
    check_classes(pty, json, in(in(json, "compare"), "with"));
}

static void test_the_screen_shows_what_eval_prints(void **state)
{
    (void)state;
    const char *top = temp_dir();
    char a[512], b[512];
    made_set(top);
    made_detector(top, "det-a", "0.1");
    made_detector(top, "det-b", "0.2");
    made_predictions(top, "det-b/predictions/epoch_001.json", true);
    snprintf(a, sizeof a, "%s/det-a", top);
    snprintf(b, sizeof b, "%s/det-b", top);
    struct pty *pty = visit_open(
        &(struct visit){.words = (const char *const[]){top, NULL}, .cols = COLS, .rows = ROWS});
    visit_expect(pty, "det-b");
    visit_settle(pty);
    visit_type(pty, "aW", "A det-a");
    visit_expect(pty, "95 % intervals");
    check_screen(pty, a, b, "0.5", "0.5");
    visit_type(pty, "{", "confidence > 0.40");
    check_screen(pty, a, b, "0.4", "0.5");
    visit_type(pty, "))))))", "TIDE at IoU 0.80");
    visit_expect(pty, "IoU > 0.80:");
    check_screen(pty, a, b, "0.4", "0.8");
    visit_type(pty, "\t\t\t\tw\r", "1 of ");
    visit_expect(pty, "\xe2\x86\x92");
    visit_type(pty, "q", "precision-recall");
    visit_quit(pty);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_screen_shows_what_eval_prints),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
