/*
 * What goes wrong: words, files, folders, homes, locales and standard output that are not as hoped.
 * program_run() itself holds every outcome to one line and to harmless bytes.
 */
#include "made.h"
#include "program.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const COMMANDS[] = {"index", "ls", "show", "diff", "eval", "images", "draw", "data", "sql"};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static const char *root;

static int make_runs(void **state)
{
    (void)state;
    root = temp_dir();
    made_set(root);
    made_detector(root, "alpha", "0.1");
    return 0;
}

static void test_help(void **state)
{
    (void)state;
    const char *overview = EXPECT(0, "--help")->out;
    assert_string_equal(EXPECT(0, "help")->out, overview);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        char usage[64];
        snprintf(usage, sizeof usage, "usage: boxtop %s ", COMMANDS[i]);
        const struct outcome *help = EXPECT(0, COMMANDS[i], "--help");
        assert_non_null(strstr(help->out, usage));
        assert_non_null(strstr(overview, COMMANDS[i]));
        assert_string_equal(help->err, "");
        assert_string_equal(EXPECT(0, COMMANDS[i], "-h", "/nowhere")->out, help->out);
    }
    assert_non_null(strstr(EXPECT(0, "/nowhere", "--help")->out, "usage: boxtop "));
    assert_memory_equal(EXPECT(0, "--version")->out, "boxtop ", 7);
}

static void test_wrong_words(void **state)
{
    (void)state;
    for (int i = 0; i < COMMAND_COUNT; i++) {
        EXPECT(2, COMMANDS[i], "--nonsense");
        EXPECT(2, COMMANDS[i], "--index"); /* needs a word */
        EXPECT(2, COMMANDS[i], "-\033[31m");
    }
    EXPECT(2, "ls", root, "--format", "yaml");
    EXPECT(2, "ls", root, "--sort", "nothing-of-this-name");
    EXPECT(2, "ls", root, "--columns", "name,nothing");
    EXPECT(2, "ls", root, "--filter", "lr<");
    EXPECT(2, "ls", root, "--rebuild=yes");
    EXPECT(2, "show");
    EXPECT(2, "show", temp_path(root, "alpha"), "--format", "csv");
    EXPECT(2, "diff", temp_path(root, "alpha"));
    EXPECT(2, "eval");
    EXPECT(2, "eval", temp_path(root, "alpha"), "--conf", "half");
    EXPECT(2, "eval", temp_path(root, "alpha"), "--iou", "0");
    EXPECT(2, "eval", temp_path(root, "alpha"), "--iou", "1.01");
    EXPECT(2, "eval", temp_path(root, "alpha"), "--class", "unicorn");
    EXPECT(2, "eval", temp_path(root, "alpha"), "--step", "7");
    EXPECT(2, "draw", temp_path(root, "alpha"));
    EXPECT(2, "images");
    EXPECT(2, "images", temp_path(root, "alpha"), "--broken");
    EXPECT(2, "images", temp_path(root, "alpha"), "--conf", "half");
    EXPECT(2, "images", temp_path(root, "alpha"), "--sort", "nothing");
    EXPECT(2, "images", temp_path(root, "alpha"), "--filter", "nothing>2");
    EXPECT(2, "images", temp_path(root, "alpha"), "--error", "Odd");
    EXPECT(2, "images", temp_path(root, "alpha"), "--confusion", "person");
    EXPECT(2, "images", temp_path(root, "alpha"), "--tag-as", "two words");
    EXPECT(2, "draw", temp_path(root, "alpha"), "--grid", "4x", "-o", "out.png");
    EXPECT(0, "ls", "--", root);
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    const char *empty = temp_dir();
    assert_string_equal(EXPECT(3, "ls", "/nowhere/at/all")->err,
        "boxtop: /nowhere/at/all: cannot open: No such file or directory\n");
    EXPECT(3, "/nowhere/at/all");
    EXPECT(3, "index", "/nowhere/at/all");
    EXPECT(3, "index", "--where", "/nowhere/at/all");
    EXPECT(3, "eval", "--gt", "/nowhere", "--dt", "/nowhere");
    EXPECT(3, "eval", "--gt", temp_path(root, "set/instances.json"), "--dt", root);
    EXPECT(3, "eval", temp_path(root, "alpha"), "--gt", "/nowhere");
    EXPECT(3, "show", empty);
    assert_string_equal(EXPECT(3, "show", "/nowhere/at/all")->err,
        "boxtop: /nowhere/at/all: cannot open: No such file or directory\n");
    assert_non_null(strstr(EXPECT(0, "ls", empty)->out, "no runs found"));
    assert_string_equal(EXPECT(0, "ls", empty, "--format", "json")->out, "[]\n");
    assert_non_null(strstr(EXPECT(0, "index", empty)->out, "0 runs, 0 points"));
    EXPECT(0, "ls", temp_path(root, "alpha/metrics.csv")); /* the folder that holds it */
}

/* Every kind of node where a file is expected: none may be waited for, or read without end. */
static void test_odd_files(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"results.csv", "metrics.csv", "config.json", "args.yaml",
        "predictions.json", "status.json", "dataset.json", "boxtop.json",
        "events.out.tfevents.1.host"};
    const char *odd = temp_dir();
    made_plain(odd, "sound", "0.1", 3, 0.5);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        char path[4300], name[64];
        static const char *const KINDS[] = {"fifo", "device", "empty", "directory", "loop", "gone"};
        for (size_t kind = 0; kind < sizeof KINDS / sizeof *KINDS; kind++) {
            snprintf(name, sizeof name, "%s-%zu", KINDS[kind], i);
            mkdir(temp_path(odd, name), 0700);
            snprintf(path, sizeof path, "%s/%s/%s", odd, name, NAMES[i]);
            int made = kind == 0   ? mkfifo(path, 0600)
                       : kind == 1 ? symlink("/dev/zero", path)
                       : kind == 2 ? (fclose(fopen(path, "w")), 0)
                       : kind == 3 ? mkdir(path, 0700)
                       : kind == 4 ? symlink(NAMES[i], path)
                                   : symlink("/nowhere", path);
            assert_int_equal(made, 0);
        }
    }
    mkdir(temp_path(odd, "around"), 0700);
    assert_int_equal(symlink("..", temp_path(odd, "around/up")), 0);
    assert_int_equal(symlink("self", temp_path(odd, "around/self")), 0);
    assert_int_equal(symlink(".", temp_path(odd, "around/here")), 0);
    EXPECT(0, "index", odd);
    const char *rows = EXPECT(0, "ls", odd, "-c", "name,loss", "-f", "csv")->out;
    assert_non_null(strstr(rows, "\nsound,0.5\n"));
    EXPECT(0, "index", "--check", odd);
    mkfifo(temp_path(root, "fifo.json"), 0600);
    EXPECT(3, "eval", "--gt", temp_path(root, "fifo.json"), "--dt", temp_path(root, "fifo.json"));
    EXPECT(3, "eval", "--gt", "/dev/zero", "--dt", "/dev/zero");
    EXPECT(3, "ls", odd, "--index", odd);
    EXPECT(3, "ls", odd, "--index", "/dev/zero");
    EXPECT(2, "ls", odd, "--index", temp_path(odd, "sound/metrics.csv")); /* and not written over */
    assert_non_null(strstr(EXPECT(0, "ls", odd, "-c", "name,loss", "-f", "csv")->out, "sound,0.5"));
}

static void test_a_folder_that_cannot_be_listed(void **state)
{
    (void)state;
    const char *tree = temp_dir();
    made_plain(tree, "open", "0.1", 3, 0.5);
    made_plain(tree, "closed/inside", "0.1", 3, 0.5);
    assert_non_null(strstr(EXPECT(0, "ls", tree)->out, "inside"));
    chmod(temp_path(tree, "closed"), 0);
    DIR *listed = opendir(temp_path(tree, "closed"));
    if (listed) { /* who runs the tests may read everything */
        closedir(listed);
        chmod(temp_path(tree, "closed"), 0700);
        skip();
    }
    const struct outcome *outcome = EXPECT(0, "ls", tree, "-c", "name", "-f", "csv");
    /* What was known of it is not forgotten, and it is named. */
    assert_string_equal(outcome->out, "name\nclosed/inside\nopen\n");
    assert_non_null(strstr(outcome->err, "closed"));
    chmod(temp_path(tree, "closed"), 0700);
}

static void check_env(const char *const *env)
{
    struct program program = {
        .words = (const char *const[]){"ls", root, "-c", "name,lr", "-f", "csv", NULL},
        .more_env = env};
    assert_string_equal(program_run(&program)->out, "name,lr\nalpha,0.1\n");
}

static void test_homes_and_locales(void **state)
{
    (void)state;
    char here[4300], no_cache[4300];
    snprintf(here, sizeof here, "HOME=%s", temp_dir());
    snprintf(no_cache, sizeof no_cache, "XDG_CACHE_HOME=%s/new/ones", temp_dir());
    check_env((const char *const[]){"XDG_CACHE_HOME", here, NULL});
    check_env((const char *const[]){"HOME", no_cache, NULL});
    check_env((const char *const[]){"HOME", "XDG_CACHE_HOME", NULL});
    check_env((const char *const[]){"LC_ALL=C", NULL});
    check_env((const char *const[]){"LC_ALL=C", "LANG=C", "TERM=dumb", "PATH", NULL});
    check_env((const char *const[]){"LC_ALL=no_SUCH.locale", NULL});
    check_env((const char *const[]){"LC_ALL", "LANG=de_DE.UTF-8", NULL});
    check_env((const char *const[]){"COLORTERM=truecolor", "TERM=xterm-kitty", NULL});
}

/* A home that cannot be written to is said so, with what to do about it; --index gets round it. */
static void test_a_home_that_is_not_there(void **state)
{
    (void)state;
    static const char *const NOWHERE[] = {"HOME=/dev/null", "XDG_CACHE_HOME", NULL};
    char own[4300];
    snprintf(own, sizeof own, "%s/own.db", temp_dir());
    struct program program = {
        .words = (const char *const[]){"ls", root, "--index", own, NULL}, .more_env = NOWHERE};
    assert_int_equal(program_run(&program)->code, 0);
    program.words = (const char *const[]){"ls", root, NULL};
    const struct outcome *outcome = program_run(&program);
    assert_int_equal(outcome->code, 3);
    assert_non_null(strstr(outcome->err, "--index"));
}

static void test_standard_output(void **state)
{
    (void)state;
    struct program program = {.words = (const char *const[]){"ls", root, NULL}};
    for (program.out = PROGRAM_CLOSED; program.out <= PROGRAM_FULL; program.out++) {
        const struct outcome *outcome = program_run(&program);
        if (program.out == PROGRAM_NOBODY_READS)
            assert_true(outcome->signal == SIGPIPE || outcome->code == 3);
        else
            assert_int_equal(outcome->code, 3);
    }
    program.words = (const char *const[]){"index", root, NULL};
    program.out = PROGRAM_FULL;
    assert_int_equal(program_run(&program)->code, 3);
    program.words = (const char *const[]){"--help", NULL};
    assert_int_equal(program_run(&program)->code, 3);
    assert_non_null(strstr(EXPECT(0, "index", "--check", root)->out, "index sound"));
}

static void test_no_colour_and_no_clutter_on_a_pipe(void **state)
{
    (void)state;
    /* program_run() refuses control bytes; progress is for terminals. */
    const struct outcome *outcome = EXPECT(0, "index", "--rebuild", root);
    assert_string_equal(outcome->err, "");
    assert_string_equal(EXPECT(0, root)->out, EXPECT(0, "ls", root)->out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_wrong_words),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_odd_files),
        cmocka_unit_test(test_a_folder_that_cannot_be_listed),
        cmocka_unit_test(test_homes_and_locales),
        cmocka_unit_test(test_a_home_that_is_not_there),
        cmocka_unit_test(test_standard_output),
        cmocka_unit_test(test_no_colour_and_no_clutter_on_a_pipe),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, NULL);
}
