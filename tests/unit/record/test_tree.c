/*
 * The processes of a command, in a /proc made by the test: whose they are, what they used, and what
 * becomes of those that end, are named badly, or have a number that was another's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_proc.h"
#include "record/tree.h"
#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { SHELL = 90, COMMAND = 100 };

static const char *proc;
static struct tree *tree;
static struct tree_load load;

static int begin(void **state)
{
    (void)state;
    proc = temp_dir();
    made_file(proc, "version", "Linux\n");
    made_file(proc, "12x/stat", "12 (no) S 100 100 100\n"); /* no process */
    made_process(proc, &(struct made_process){1, 0, 1, 1, .threads = 1, .pages = 1000});
    made_process(proc, &(struct made_process){SHELL, 1, SHELL, SHELL, .threads = 1, .pages = 500});
    tree = tree_new(proc, COMMAND, NULL, NULL);
    assert_non_null(tree);
    return 0;
}

static int end(void **state)
{
    (void)state;
    tree_free(tree);
    return 0;
}

static struct made_process command(void)
{
    return (struct made_process){COMMAND, SHELL, COMMAND, COMMAND, .threads = 4, .pages = 100};
}

static double ticks(double seconds)
{
    return seconds * (double)sysconf(_SC_CLK_TCK);
}

static double near_s(double seconds)
{
    return round(ticks(seconds));
}

static void children_groups_and_sessions_belong(void **state)
{
    (void)state;
    struct made_process its = command();
    made_process(proc, &its);
    made_process(proc, &(struct made_process){101, 100, 100, 100, .threads = 2, .pages = 10});
    made_process(proc, &(struct made_process){102, 101, 100, 100, .threads = 1, .pages = 1});
    /* Forked twice: its parent is gone, the group and the session are the command's. */
    made_process(proc, &(struct made_process){103, 1, 100, 90, .threads = 1, .pages = 1});
    made_process(proc, &(struct made_process){104, 1, 104, 100, .threads = 1, .pages = 1});
    /* A job of the same shell, and the shell. */
    made_process(proc, &(struct made_process){105, SHELL, 105, SHELL, .threads = 9, .pages = 9});
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.processes, 5);
    assert_int_equal(load.threads, 9);
    assert_int_equal(load.rss_bytes, 113 * sysconf(_SC_PAGESIZE));
    assert_true(tree_has(tree, 103) && tree_has(tree, 104));
    assert_false(tree_has(tree, 105) || tree_has(tree, SHELL) || tree_has(tree, 1));
    assert_true(isnan(load.cpu_s) && isnan(load.read_bytes)); /* since when? */

    /* Its parent dies and it makes a session of its own: it stays. */
    made_process_ends(proc, 101);
    made_process(proc, &(struct made_process){102, 1, 102, 102, .threads = 1, .pages = 1});
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.processes, 4);
    assert_true(tree_has(tree, 102));
}

static void a_group_of_the_shell_is_not_the_commands(void **state)
{
    (void)state;
    /* Without job control the command is in the shell's group, as others are. */
    made_process(proc, &(struct made_process){COMMAND, SHELL, SHELL, SHELL, .threads = 1});
    made_process(proc, &(struct made_process){101, SHELL, SHELL, SHELL, .threads = 1});
    made_process(proc, &(struct made_process){102, COMMAND, SHELL, SHELL, .threads = 1});
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.processes, 2);
}

static void environment(int pid, const char *text, size_t length)
{
    char file[64];
    snprintf(file, sizeof file, "%d/environ", pid);
    temp_file(proc, file, text, length);
}

static void the_mark_is_enough(void **state)
{
    (void)state;
    static const char MARKED[] = "A=1\0RUN=/runs/7", OTHER[] = "A=1\0RUN=/runs/77\0XRUN=/runs/7";
    struct tree *marked = tree_new(proc, COMMAND, "RUN=/runs/7", NULL);
    struct made_process its = command();
    its.born = 50;
    made_process(proc, &its);
    made_process(proc, &(struct made_process){101, 1, 101, 101, .threads = 1, .born = 60});
    environment(101, MARKED, sizeof MARKED);
    made_process(proc, &(struct made_process){102, 1, 102, 102, .threads = 1, .born = 60});
    environment(102, OTHER, sizeof OTHER);
    made_process(proc, &(struct made_process){103, 1, 103, 103, .threads = 1, .born = 60});
    environment(103, "RUN=/runs/7", 11); /* the last one without its end */
    made_process(proc, &(struct made_process){99, 1, 99, 99, .threads = 1, .born = 40});
    environment(99, MARKED, sizeof MARKED); /* older than the command */
    assert_true(tree_read(marked, &load));
    assert_true(tree_has(marked, 101) && tree_has(marked, 103));
    assert_false(tree_has(marked, 102) || tree_has(marked, 99));
    tree_free(marked);
}

static void names_cannot_lie(void **state)
{
    (void)state;
    struct made_process its = command();
    its.name = "a) R 1 1 1 (b\n c) S";
    its.own_ticks = 7;
    made_process(proc, &its);
    made_process(proc,
        &(struct made_process){101, SHELL, 101, SHELL, .name = ") S 100 100 100 ", .threads = 5});
    made_process(proc, &(struct made_process){102, 100, 100, 100, .name = "\033[2J", .threads = 1});
    made_file(proc, "103/stat", "103 (torn) S 100 100");
    made_file(proc, "104/stat", "%s", "");
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.processes, 2);
    assert_int_equal(load.threads, 5);
}

static void time_is_counted_once(void **state)
{
    (void)state;
    struct made_process its = command();
    its.own_ticks = (long)ticks(50);
    made_process(proc, &its);
    struct made_process child = {101, 100, 100, 100, .threads = 1, .own_ticks = (long)ticks(5)};
    made_process(proc, &child);
    tree_read(tree, &load);

    its.own_ticks += (long)ticks(1);
    child.own_ticks += (long)ticks(2);
    made_process(proc, &its);
    made_process(proc, &child);
    made_process(proc, /* began since */
        &(struct made_process){102, 101, 100, 100, .threads = 1, .own_ticks = (long)ticks(0.5)});
    assert_true(tree_read(tree, &load));
    assert_int_equal(near_s(load.cpu_s), ticks(3.5));

    /* 101 used another second and ended, its child with it: the command has waited for 101, which
     * had waited for 102, and collects all that both ever used. */
    made_process_ends(proc, 101);
    made_process_ends(proc, 102);
    its.collected_ticks += (long)ticks(5 + 2 + 1 + 0.5);
    made_process(proc, &its);
    assert_true(tree_read(tree, &load));
    assert_int_equal(near_s(load.cpu_s), ticks(1));

    /* One that began and ended between two readings. */
    its.collected_ticks += (long)ticks(4);
    made_process(proc, &its);
    assert_true(tree_read(tree, &load));
    assert_int_equal(near_s(load.cpu_s), ticks(4));

    /* A counter that goes back, and nothing at all. */
    its.own_ticks -= (long)ticks(3);
    made_process(proc, &its);
    assert_true(tree_read(tree, &load));
    assert_true(load.cpu_s == 0);
}

static void a_number_given_anew_is_another_process(void **state)
{
    (void)state;
    struct made_process its = command();
    made_process(proc, &its);
    struct made_process child = {
        101, 100, 100, 100, .threads = 1, .own_ticks = (long)ticks(9), .born = 5};
    made_process(proc, &child);
    tree_read(tree, &load);
    child = (struct made_process){101, SHELL, 101, SHELL, .threads = 1, .born = 6};
    made_process(proc, &child);
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.processes, 1);

    /* And back: in another directory it is seen at once, */
    char old[4096], parked[4096];
    snprintf(old, sizeof old, "%s/101", proc);
    snprintf(parked, sizeof parked, "%s/parked", proc);
    assert_int_equal(rename(old, parked), 0); /* its inode cannot be taken again */
    child = (struct made_process){101, 100, 100, 100, .threads = 1, .born = 7};
    made_process(proc, &child);
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.processes, 2);

    /* else a little later. */
    made_process(proc, &(struct made_process){101, SHELL, 101, SHELL, .threads = 1, .born = 8});
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.processes, 1);
    child.born = 9;
    made_process(proc, &child);
    for (int i = 0; i <= TREE_READINGS_TRUSTED; i++)
        assert_true(tree_read(tree, &load));
    assert_int_equal(load.processes, 2);
}

static void bytes_of_those_that_tell(void **state)
{
    (void)state;
    struct made_process its = command();
    its.read_bytes = 1000, its.written_bytes = 50;
    made_process(proc, &its);
    struct made_process other = {101, 100, 100, 100, .threads = 1, .read_bytes = -1};
    made_process(proc, &other);
    tree_read(tree, &load);
    its.read_bytes = 4000, its.written_bytes = 60, its.own_ticks++;
    made_process(proc, &its);
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.read_bytes, 3000);
    assert_int_equal(load.written_bytes, 10);

    /* What it read before it could be seen is not of now. */
    other.read_bytes = 1 << 20;
    made_process(proc, &other);
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.read_bytes, 0);

    /* Without a tick of the processor it is looked at now and then only; nothing is lost. */
    its.read_bytes = 5000;
    made_process(proc, &its);
    double sum = 0;
    for (int i = 0; i <= TREE_READINGS_TRUSTED; i++) {
        assert_true(tree_read(tree, &load));
        sum += load.read_bytes;
        assert_true(i || sum == 0);
    }
    assert_int_equal(sum, 1000);

    its.read_bytes = other.read_bytes = -1;
    its.own_ticks++, other.own_ticks++;
    made_process(proc, &its);
    made_process(proc, &other);
    assert_true(tree_read(tree, &load));
    assert_true(isnan(load.read_bytes));
}

static void shares_of_memory(void **state)
{
    (void)state;
    struct made_process its = command();
    its.pss_kb = 300;
    made_process(proc, &its);
    struct made_process child = {101, 100, 100, 100, .threads = 1, .pages = 10, .pss_kb = 20};
    made_process(proc, &child);
    tree_read(tree, &load);
    assert_int_equal(tree_pss_bytes(tree), 320 * 1024);
    made_process_ends(proc, 101); /* between the readings: it is passed over */
    assert_int_equal(tree_pss_bytes(tree), 300 * 1024);
    child.pss_kb = 0; /* it may not be looked into: half a sum would be a lie */
    made_process(proc, &child);
    assert_true(isnan(tree_pss_bytes(tree)));
}

static void the_ended_do_not_count(void **state)
{
    (void)state;
    struct made_process its = command();
    made_process(proc, &its);
    made_process(proc, &(struct made_process){101, 100, 100, 100, .state = 'Z', .threads = 1});
    assert_true(tree_read(tree, &load));
    assert_int_equal(load.processes, 1);
    its.state = 'Z';
    made_process(proc, &its);
    assert_false(tree_read(tree, &load));
    assert_true(isnan(load.processes) && isnan(load.rss_bytes) && isnan(load.cpu_s));
    made_process_ends(proc, COMMAND);
    assert_false(tree_read(tree, &load));
}

static void no_proc_no_load(void **state)
{
    (void)state;
    struct tree *lost = tree_new("/nonexistent", 1, NULL, NULL);
    assert_non_null(lost);
    assert_false(tree_read(lost, &load));
    assert_true(isnan(load.cpu_s));
    tree_free(lost);
    tree_free(NULL);
}

static void this_process_is_there(void **state)
{
    (void)state;
    struct tree *ours = tree_new("/proc", getpid(), NULL, NULL);
    struct tree_load seen;
    if (access("/proc/self/stat", R_OK) == 0) {
        assert_true(tree_read(ours, &seen));
        assert_true(seen.processes >= 1 && seen.threads >= 1 && seen.rss_bytes > 0);
        assert_true(tree_has(ours, getpid()) && !tree_has(ours, getppid()));
    }
    tree_free(ours);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(children_groups_and_sessions_belong),
        TEST(a_group_of_the_shell_is_not_the_commands),
        TEST(the_mark_is_enough),
        TEST(names_cannot_lie),
        TEST(time_is_counted_once),
        TEST(a_number_given_anew_is_another_process),
        TEST(bytes_of_those_that_tell),
        TEST(shares_of_memory),
        TEST(the_ended_do_not_count),
        TEST(no_proc_no_load),
        TEST(this_process_is_there),
    };
    return cmocka_run_group_tests_name("record tree", tests, NULL, NULL);
}
