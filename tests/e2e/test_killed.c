/*
 * The index while it is killed, shared and refreshed: whatever happens to it, what `ls` says in the
 * end is what a fresh index says.
 */
#include "made.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PLAIN_RUNS = 40, EPOCHS = 2500, EVENT_RUNS = 4, EVENTS = 2500, KILLS = 20, KILLS_EACH = 5 };

static const char *root;
static char *fresh;    /* what a fresh index says */
static double whole_s; /* how long that takes */
static unsigned seed = 20240501;

/* Files of one and the same age, so that no run's status changes while the test goes on. */
static int make_old(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
    (void)s, (void)type, (void)ftw;
    struct timespec times[2] = {{1714600000, 0}, {1714600000, 0}};
    return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const char *index_file(const char *name)
{
    static char path[4200];
    static const char *directory;
    if (!directory)
        directory = temp_dir();
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void ask_fresh(void)
{
    static int number;
    char name[32];
    snprintf(name, sizeof name, "fresh%d.db", number++);
    double before = now_s();
    const struct outcome *outcome =
        EXPECT(0, "ls", root, "--format", "json", "--index", index_file(name));
    whole_s = now_s() - before;
    free(fresh);
    fresh = strdup(outcome->out);
}

static int make_runs(void **state)
{
    (void)state;
    char name[32];
    root = temp_dir();
    made_set(root);
    made_detector(root, "detector", "0.1");
    for (int i = 0; i < PLAIN_RUNS; i++) {
        snprintf(name, sizeof name, "plain%d", i);
        made_plain(root, name, "0.1", EPOCHS, 0.1 * i);
    }
    for (int i = 0; i < EVENT_RUNS; i++) {
        snprintf(name, sizeof name, "events%d", i);
        made_tensorboard(root, name, EVENTS);
    }
    nftw(root, make_old, 16, FTW_PHYS);
    ask_fresh();
    return 0;
}

/* Some moment of the time that a whole index takes. */
static void wait_a_moment(void)
{
    double moment_s = whole_s * (rand_r(&seed) % 1000) / 1000;
    struct timespec moment = {
        .tv_sec = (time_t)moment_s, .tv_nsec = (long)((moment_s - (double)(time_t)moment_s) * 1e9)};
    nanosleep(&moment, NULL);
}

/* Returns whether the kill hit it at work. */
static bool index_and_kill(const char *file)
{
    int status;
    pid_t child = program_start((const char *const[]){"index", root, "--index", file, NULL});
    wait_a_moment();
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

static void check_same(const char *file)
{
    assert_string_equal(EXPECT(0, "ls", root, "--format", "json", "--index", file)->out, fresh);
    assert_non_null(
        strstr(EXPECT(0, "index", "--check", root, "--index", file)->out, "index sound"));
}

static void test_killed_at_any_moment(void **state)
{
    (void)state;
    int killed = 0;
    char name[32];
    for (int i = 0; i < KILLS; i++) {
        snprintf(name, sizeof name, "killed%d.db", i / KILLS_EACH);
        killed += index_and_kill(index_file(name));
        if (i % KILLS_EACH == KILLS_EACH - 1)
            check_same(index_file(name));
    }
    print_message("%d of %d were killed at work, within %.0f ms\n", killed, KILLS, whole_s * 1000);
    assert_true(killed > 0);
}

/* Half of the runs go on between two kills. */
static void test_killed_while_runs_go_on(void **state)
{
    (void)state;
    for (int round = 0; round < KILLS_EACH; round++) {
        for (int i = round % 2; i < PLAIN_RUNS; i += 2) {
            char path[4300];
            snprintf(path, sizeof path, "%s/plain%d/metrics.csv", root, i);
            FILE *file = fopen(path, "a");
            assert_non_null(file);
            for (int row = 0; row < 50; row++)
                fprintf(file, "%d,%.6f\n", EPOCHS + round * 50 + row, 1.0 / (row + 1));
            fclose(file);
        }
        nftw(root, make_old, 16, FTW_PHYS); /* the sizes tell */
        index_and_kill(index_file("growing.db"));
    }
    ask_fresh();
    check_same(index_file("growing.db"));
}

static void test_the_screen_is_killed(void **state)
{
    (void)state;
    for (int i = 0; i < KILLS_EACH; i++) {
        const char *words[] = {root, "--index", index_file("screen.db"), NULL};
        struct visit visit = {.words = words, .terminal = WIRE_XTERM, .cols = 100, .rows = 30};
        struct pty *pty = visit_open(&visit);
        visit_expect(pty, "boxtop");
        wait_a_moment();
        pty_signal(pty, SIGKILL);
        assert_true(pty_wait_exit(pty));
        pty_close(pty);
    }
    check_same(index_file("screen.db"));
}

static void test_several_at_once(void **state)
{
    (void)state;
    enum { PROGRAMS = 3 };
    char file[4300];
    snprintf(file, sizeof file, "%s", index_file("shared.db"));
    const char *words[] = {root, "--index", file, NULL};
    struct visit visit = {.words = words, .terminal = WIRE_XTERM, .cols = 100, .rows = 30};
    pid_t children[PROGRAMS];
    for (int i = 0; i < PROGRAMS; i++)
        children[i] = program_start((const char *const[]){"index", root, "--index", file, NULL});
    struct pty *pty = visit_open(&visit);
    check_same(file);
    for (int i = 0; i < PROGRAMS; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    visit_expect(pty, " 45 runs");
    visit_gone(pty, "indexing");
    /* Under the screen's feet: it may be refused, and harms nothing. */
    const struct outcome *rebuilt = BOXTOP("index", "--rebuild", root, "--index", file);
    assert_true(rebuilt->code == 0 || strstr(rebuilt->err, "another boxtop"));
    visit_type(pty, "r", "45 runs");
    visit_quit(pty);
    check_same(file);
}

/* A file that is rewritten in place, with its size and its time put back: the system still knows.
 */
static void test_a_change_that_hides_its_time_is_seen(void **state)
{
    (void)state;
    char path[4300];
    snprintf(path, sizeof path, "%s/plain7/metrics.csv", root);
    check_same(index_file("twice.db"));
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    char *text = malloc((size_t)length);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)length, file), length);
    char *old = memmem(text, (size_t)length, "\n1200,", 6), first = old[6];
    old[6] = first == '1' ? '2' : '1';
    rewind(file);
    assert_int_equal(fwrite(text, 1, (size_t)length, file), length);
    fclose(file);
    nftw(root, make_old, 16, FTW_PHYS);
    const char *listed =
        EXPECT(0, "ls", root, "--format", "json", "--index", index_file("twice.db"))->out;
    assert_string_not_equal(listed, fresh);
    free(text);
}

static int forget(void **state)
{
    (void)state;
    free(fresh);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_any_moment),
        cmocka_unit_test(test_killed_while_runs_go_on),
        cmocka_unit_test(test_the_screen_is_killed),
        cmocka_unit_test(test_several_at_once),
        cmocka_unit_test(test_a_change_that_hides_its_time_is_seen),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, forget);
}
