/*
 * The whole of a visit to the runs that come with the program, as a researcher would pay it: what
 * differs between two models, where precision and recall are furthest apart, which model to take when
 * there is little time, the ready dashboards, one of one's own. What the screens say is what the
 * commands say, or what is counted here from their rows.
 */
#include "program.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FAST SAMPLE_RUNS "/fasterrcnn-r18"
#define BEST SAMPLE_RUNS "/maskrcnn-r18-pretrained"

static const char *home_word;

static struct pty *open_runs(void)
{
    static const char *const WORDS[] = {SAMPLE_RUNS, NULL};
    const char *env[] = {"TERM=xterm-256color", home_word, NULL};
    struct visit visit = {
        .words = WORDS, .terminal = WIRE_XTERM, .cols = 140, .rows = 40, .more_env = env};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "9 runs");
    visit_gone(pty, "indexing");
    visit_gone(pty, "evaluating");
    return pty;
}

static const cJSON *in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item)
        fail_msg("no %s", key);
    return item;
}

static double number_in(const cJSON *object, const char *key)
{
    const cJSON *item = in(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static const char *text_in(const cJSON *object, const char *key)
{
    const cJSON *item = in(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static void expect_number(struct pty *pty, const char *format, double number)
{
    char text[64];
    snprintf(text, sizeof text, format, number);
    visit_expect(pty, text);
}

/* Of the run called so; NULL: of all. */
static double best_ap(const char *name)
{
    const cJSON *run;
    double best = NAN;
    const cJSON *runs = in(BOXTOP_JSON("tradeoff", SAMPLE_RUNS, "-y", "AP"), "runs");
    cJSON_ArrayForEach(run, runs)
    {
        const cJSON *ap = in(run, "y");
        if (cJSON_IsNumber(ap) && (!name || strcmp(text_in(run, "run"), name) == 0))
            best = fmax(best, ap->valuedouble); /* which passes NaN over */
    }
    assert_false(isnan(best));
    return best;
}

static void filter(struct pty *pty, const char *text, const char *then_expect)
{
    char keys[128];
    snprintf(keys, sizeof keys, "f\x15%s\r", text);
    visit_type(pty, keys, then_expect);
}

/* ---- the stations ---- */

static void compare_models(struct pty *pty)
{
    const cJSON *diff = BOXTOP_JSON("diff", FAST, BEST), *param;
    filter(pty, "name=fasterrcnn-r18", "1 of 9");
    visit_type(pty, " ", "1 selected");
    filter(pty, "name=maskrcnn-r18-pretrained", "1 of 9");
    visit_type(pty, " ", "2 selected");
    filter(pty, "", "ssd-r18-seed2");
    visit_type(pty, "d", "parameters differ among 2 runs");
    char text[64];
    int differ = 0;
    cJSON_ArrayForEach(param, in(diff, "params"))
    {
        const cJSON *values = in(param, "values");
        bool both = !cJSON_IsNull(cJSON_GetArrayItem(values, 0)) &&
                    !cJSON_IsNull(cJSON_GetArrayItem(values, 1));
        differ += both && cJSON_IsFalse(in(param, "noise"));
    }
    snprintf(text, sizeof text, "%d of ", differ);
    visit_expect(pty, text);
    expect_number(pty, "%+.4f", best_ap("maskrcnn-r18-pretrained") - best_ap("fasterrcnn-r18"));
    cJSON_ArrayForEach(param, in(diff, "params"))
    {
        const cJSON *values = in(param, "values");
        if (strcmp(text_in(param, "name"), "backbone") != 0)
            continue;
        visit_expect(pty, cJSON_GetArrayItem(values, 0)->valuestring);
        visit_expect(pty, cJSON_GetArrayItem(values, 1)->valuestring);
    }
    visit_type(pty, "q", "2 selected");
}

/* The row of the images' table where precision and recall are furthest apart. */
static const cJSON *furthest_apart(const cJSON *rows)
{
    const cJSON *row, *found = NULL;
    double most = -1;
    cJSON_ArrayForEach(row, rows)
    {
        double gap = fabs(number_in(row, "precision") - number_in(row, "recall"));
        if (gap > most) {
            most = gap;
            found = row;
        }
    }
    return found;
}

static void find_image(struct pty *pty)
{
    const cJSON *rows = BOXTOP_JSON("data", BEST "/images");
    const cJSON *set = in(BOXTOP_JSON("eval", BEST, "--conf", "0.5"), "at");
    const cJSON *row = furthest_apart(rows);
    char text[128];
    filter(pty, "name=maskrcnn-r18-pretrained", "1 of 9");
    visit_type(pty, "T", "every image");
    visit_type(pty, "\r", "street_001.jpg");
    visit_type(pty, "lllllll", "gap  ");
    visit_type(pty, "s", "sort gap \xe2\x96\xb4"); /* the smallest first */
    visit_type(pty, "I", "sort gap \xe2\x96\xbe");
    visit_settle(pty); /* its rows come after its head, and the cursor stays with its row */
    pty_type(pty, "g");
    visit_settle(pty);
    snprintf(text, sizeof text, "%s", text_in(row, "image"));
    visit_expect(pty, text);
    visit_type(pty, "\r", "images joined");
    visit_expect(pty, text);
    visit_expect(pty, "B \xe2\x96\xa0 "); /* side by side, for two are selected */
    visit_type(pty, "VVV", "maskrcnn-r18-pretrained");
    visit_gone(pty, "fasterrcnn-r18");
    static const char *const COUNTS[][2] = {{"TP", "tp"}, {"FP", "fp"}, {"FN", "fn"}};
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%-10s%9d%9d", COUNTS[i][0],
            (int)number_in(row, COUNTS[i][0]), (int)number_in(set, COUNTS[i][1]));
        visit_expect(pty, text);
    }
    assert_true(pty_wait_pictures(pty, 1));
    visit_type(pty, "q", "sort gap");
    visit_type(pty, "q", "1 of 9");
    filter(pty, "", "ssd-r18-seed2");
}

static void choose_by_speed(struct pty *pty)
{
    const cJSON *front = in(BOXTOP_JSON("tradeoff", SAMPLE_RUNS), "front");
    const cJSON *quick =
        in(BOXTOP_JSON("tradeoff", SAMPLE_RUNS, "--filter", "ms/img<120"), "front");
    int count = cJSON_GetArraySize(quick);
    const char *choice = cJSON_GetArrayItem(quick, count - 1)->valuestring;
    char text[64];
    snprintf(text, sizeof text, "%d on the front", cJSON_GetArraySize(front));
    visit_type(pty, "t", text);
    assert_true(count < cJSON_GetArraySize(front));
    snprintf(text, sizeof text, "%d on the front", count);
    visit_type(pty, "C120\r", text);
    visit_type(pty, "\tG\r", "metric");
    visit_expect(pty, choice);
    visit_type(pty, "q", "on the front");
    visit_type(pty, "q", "2 selected");
}

static void look_at_dashboards(struct pty *pty)
{
    double best = best_ap(NULL);
    visit_type(pty, "1", "best of all");
    expect_number(pty, "%.4f", best);
    visit_type(pty, "2", "images joined");
    visit_expect(pty, "every image");
    visit_type(pty, "3", "AP50  last");
    expect_number(pty, "%.5f", best);
    visit_type(pty, "s", "EMA 0.2");
    visit_type(pty, "4", "on the front");
}

static void make_dashboard(struct pty *pty)
{
    visit_type(pty, "4E", "editing \"Accuracy-Speed\"");
    visit_type(pty, "|", "editing");
    visit_type(pty, "c", "what the panel shows");
    visit_type(pty, "gjj\r", "parameters differ among 2 runs"); /* a diff of the selected */
    visit_type(pty, "r\x15Paper\r", "editing \"Paper\"");
    visit_type(pty, "E", "the dashboards are kept");
}

static void test_the_whole_story(void **state)
{
    (void)state;
    static char word[4200];
    snprintf(word, sizeof word, "XDG_DATA_HOME=%s", temp_dir());
    home_word = word;
    struct pty *pty = open_runs();
    compare_models(pty);
    find_image(pty);
    choose_by_speed(pty);
    look_at_dashboards(pty);
    make_dashboard(pty);
    visit_quit(pty);
    pty = open_runs(); /* it was open, so it opens again, with the runs that were selected */
    visit_expect(pty, "4 Paper");
    visit_expect(pty, "parameters differ among 2 runs");
    visit_type(pty, "3", "EMA 0.2");
    visit_quit(pty);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_whole_story)};
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
