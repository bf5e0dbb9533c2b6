/*
 * `boxtop log`, `log-image` and `log-table` as a shell script uses them, eight at once too; and a
 * recorded command: what it printed, and its live page.
 */
#include "program.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HANDS = 8, LINES = 12 };

/* Kept until the program ends. */
static const char *below(const char *directory, const char *name)
{
    static char *kept[64];
    static size_t count;
    assert_true(count < sizeof kept / sizeof *kept);
    assert_true(asprintf(&kept[count], "%s/%s", directory, name) > 0);
    return kept[count++];
}

static const cJSON *metric_of(const cJSON *runs, const char *name)
{
    const cJSON *metrics = cJSON_GetObjectItem(cJSON_GetArrayItem(runs, 0), "metrics");
    return cJSON_GetObjectItemCaseSensitive(metrics, name);
}

static double number_of(const cJSON *runs, const char *name, const char *key)
{
    const cJSON *metric = metric_of(runs, name);
    assert_non_null(metric);
    return cJSON_GetObjectItem(metric, key)->valuedouble;
}

static void test_metrics(void **state)
{
    (void)state;
    const char *run = below(temp_dir(), "runs/a");
    EXPECT(0, "log", run, "--step", "3", "train/loss=0.5", "AP=0.25");
    EXPECT(0, "log", run, "train/loss=0.25", "bad=nan");
    EXPECT(0, "log", run, "--step=-2", "early=-1e-3");
    cJSON *shown = BOXTOP_JSON("show", run);
    assert_int_equal(number_of(shown, "train/loss", "count"), 2);
    assert_int_equal(number_of(shown, "train/loss", "last_step"), 4);
    assert_true(number_of(shown, "AP", "last") == 0.25);
    assert_true(number_of(shown, "early", "last") == -1e-3);
    assert_non_null(metric_of(shown, "bad"));
}

static void test_the_run_being_recorded(void **state)
{
    (void)state;
    const char *run = temp_dir();
    char named[4300];
    snprintf(named, sizeof named, "BOXTOP_RUN=%s", run);
    const char *const words[] = {"log", "loss=1", NULL}, *const env[] = {named, NULL};
    assert_int_equal(program_run(&(struct program){.words = words, .more_env = env})->code, 0);
    const char *const table[] = {"log-table", below(run, "metrics.jsonl"), NULL};
    assert_int_equal(program_run(&(struct program){.words = table, .more_env = env})->code, 0);
    assert_int_equal(access(below(run, "metrics.jsonl"), R_OK), 0);
    assert_int_equal(access(below(run, "tables/metrics.jsonl"), R_OK), 0);
}

/* Every line has a step of its own, for none was given. */
static void test_eight_at_once(void **state)
{
    pid_t children[HANDS];
    const char *run = below(temp_dir(), "run");
    (void)state;
    for (int i = 0; i < LINES; i++) {
        for (int h = 0; h < HANDS; h++)
            children[h] = program_start((const char *const[]){"log", run, "loss=1", NULL});
        for (int h = 0; h < HANDS; h++) {
            int status;
            assert_int_equal(waitpid(children[h], &status, 0), children[h]);
            assert_int_equal(status, 0);
        }
    }
    cJSON *shown = BOXTOP_JSON("show", run);
    assert_int_equal(number_of(shown, "loss", "count"), HANDS * LINES);
    assert_int_equal(number_of(shown, "loss", "last_step"), HANDS * LINES - 1);
    assert_int_equal(number_of(shown, "loss", "segments"), 1);
}

static void test_files(void **state)
{
    (void)state;
    const char *root = temp_dir(), *run = below(root, "run");
    const char *table = temp_text(root, "per class.csv", "class,AP\ncat,0.5\n");
    EXPECT(0, "log-table", run, table);
    EXPECT(0, "log-table", run, table, "--name", "first");
    EXPECT(0, "log-image", run, temp_text(root, "a.png", "x"), "--step", "3", "--name", "val");
    EXPECT(0, "log-image", run, temp_text(root, "b.png", "x"));
    assert_int_equal(access(below(run, "tables/per class.csv"), R_OK), 0);
    assert_int_equal(access(below(run, "tables/first.csv"), R_OK), 0);
    assert_int_equal(access(below(run, "images/step_000003/val.png"), R_OK), 0);
    assert_int_equal(access(below(run, "images/b.png"), R_OK), 0);
}

/* What only stood on the terminal becomes metrics, unless the command logs by itself. */
static void test_what_a_command_printed(void **state)
{
    (void)state;
    const char *root = temp_dir();
    EXPECT(0, "record", "--dir", root, "--name", "printed", "--interval", "0", "--", "sh", "-c",
        "echo start; for i in 1 2 3; do echo epoch $i loss: 0.$i acc: 0.5; done; echo lr: 2");
    cJSON *shown = BOXTOP_JSON("show", below(root, "printed"));
    assert_int_equal(number_of(shown, "loss", "count"), 3);
    assert_true(number_of(shown, "loss", "last") == 0.3);
    assert_int_equal(number_of(shown, "acc", "last_step"), 3);
    assert_null(metric_of(shown, "lr"));
    EXPECT(0, "record", "--dir", root, "--name", "logged", "--interval", "0", "--", "sh", "-c",
        "echo epoch 1 loss: 0.5; \"$0\" log --step 7 AP=0.25", program_path());
    shown = BOXTOP_JSON("show", below(root, "logged"));
    assert_int_equal(number_of(shown, "AP", "last_step"), 7);
    assert_null(metric_of(shown, "loss"));
}

/* The live page of a run while it is recorded: its output comes, and K ends it as Ctrl-C would. */
static void test_a_recorded_command_is_interrupted(void **state)
{
    (void)state;
    int status;
    const char *root = temp_dir();
    signal(SIGINT, SIG_DFL); /* what is ignored here no shell could trap */
    pid_t recorder = program_start((const char *const[]){"record", "--dir", root, "--name", "live",
        "--interval", "0", "--", "sh", "-c",
        "trap 'echo was interrupted; exit 3' INT; echo is ready; for i in $(seq 600); do sleep "
        "0.1; done",
        NULL});
    struct visit visit = {.words = (const char *const[]){root, NULL}, .cols = 100, .rows = 30};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "running");
    visit_settle(pty);
    visit_type(pty, "\r", "L  live  $ sh -c \"trap");
    visit_type(pty, "L", "output  1 line");
    visit_type(pty, "K", "(SIGINT, as Ctrl-C)?");
    visit_type(pty, "n", "nothing was sent");
    visit_type(pty, "K", "(SIGINT, as Ctrl-C)?");
    visit_type(pty, "y", "SIGINT sent to pid");
    visit_expect(pty, "was interrupted");
    visit_expect(pty, "exit code 3");
    visit_type(pty, "K", "the command has ended");
    visit_quit(pty);
    assert_int_equal(waitpid(recorder, &status, 0), recorder);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static void test_wrong_words(void **state)
{
    (void)state;
    const char *root = temp_dir(), *run = below(root, "run");
    EXPECT(2, "log");
    EXPECT(2, "log", run);
    EXPECT(2, "log", "loss=1");
    EXPECT(2, "log", run, "loss=high");
    EXPECT(2, "log", run, "=1");
    EXPECT(2, "log", run, "loss=1", "--step", "1.5");
    EXPECT(2, "log-table", run);
    EXPECT(2, "log-table", run, root, "more");
    EXPECT(2, "log-table", run, "-");
    EXPECT(2, "log-table", run, temp_text(root, "t.csv", ""), "--name", "../t.csv");
    EXPECT(2, "log-table", run, temp_text(root, "t.csv", ""), "--name", ".t");
    EXPECT(3, "log-image", run, below(root, "missing.png"));
    EXPECT(3, "log-image", run, root);
    EXPECT(3, "log", below(root, "t.csv"), "loss=1");
    assert_int_not_equal(access(below(run, "metrics.jsonl"), F_OK), 0); /* nothing was half done */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_the_run_being_recorded),
        cmocka_unit_test(test_eight_at_once),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_what_a_command_printed),
        cmocka_unit_test(test_a_recorded_command_is_interrupted),
        cmocka_unit_test(test_wrong_words),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
