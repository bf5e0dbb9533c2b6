/*
 * Dashboards and keys that outlive the program: changed on the screen, left, and there again.
 * Knows: what the screens say. Must not know: how files are written.
 */
#include "base/file.h"
#include "made.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const char *root, *other_root;

static int make_runs(void **state)
{
    char path[4300];
    (void)state;
    snprintf(path, sizeof path, "%s/runs", temp_dir());
    root = strdup(path);
    snprintf(path, sizeof path, "%s/others", temp_dir());
    other_root = strdup(path);
    made_plain(root, "alpha", "0.1", 5, 0.5);
    made_plain(root, "beta", "0.02", 5, 0.25);
    made_plain(other_root, "gamma", "0.02", 5, 0.25);
    return 0;
}

static struct pty *open_on(const char *where, const char *expect)
{
    static char data[4300]; /* the same in each visit: what one keeps the next finds */
    snprintf(data, sizeof data, "XDG_DATA_HOME=%s/.local/share", program_home());
    const char *words[] = {where, NULL}, *env[] = {data, NULL};
    struct visit visit = {
        .words = words, .terminal = WIRE_FOOT, .cols = 140, .rows = 40, .more_env = env};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, expect);
    visit_gone(pty, "indexing");
    return pty;
}

static struct buf read_home(const char *below)
{
    struct buf out;
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", program_home(), below);
    buf_init(&out, 1 << 20);
    assert_true(file_read(path, &out, NULL));
    return out;
}

static void write_home(const char *below, const char *text)
{
    char path[4300];
    struct arena arena = {0};
    snprintf(path, sizeof path, "%s/%s", program_home(), below);
    assert_true(file_make_dirs(path_parent(&arena, path), NULL));
    assert_true(file_write_atomically(path, text, strlen(text), NULL));
    arena_done(&arena);
}

static void test_a_dashboard_is_there_again(void **state)
{
    (void)state;
    struct pty *pty = open_on(root, "alpha");
    visit_type(pty, "1", "best of all");
    visit_type(pty, "E", "editing \"Overview\"");
    visit_type(pty, "|", "editing");
    visit_type(pty, "c", "what the panel shows");
    visit_type(pty, "gjj\r", "a diff wants two runs");
    visit_type(pty, "r\x15Mine\r", "editing \"Mine\"");
    visit_type(pty, "E", "the dashboards are kept");
    visit_quit(pty);
    struct buf kept = read_home(".config/boxtop/dashboards.json");
    assert_non_null(strstr(kept.data, "\"name\": \"Mine\""));
    assert_non_null(strstr(kept.data, "\"panel\": \"diff\""));
    buf_done(&kept);
    pty = open_on(root, "best of all"); /* it was open, so it opens again */
    visit_expect(pty, "1 Mine");
    visit_expect(pty, "a diff wants two runs");
    visit_type(pty, "q", "Runs");
    visit_quit(pty);
    pty = open_on(other_root, "gamma"); /* another set of roots: the same dashboards, none open */
    visit_expect(pty, "1 Mine");
    visit_gone(pty, "best of all");
    visit_quit(pty);
}

static void click_on(struct pty *pty, const char *text)
{
    int row, col;
    assert_true(pty_find(pty, text, &row, &col));
    pty_mouse(pty, 0, row, col + 1);
}

static void test_names_and_keys_can_be_clicked(void **state)
{
    (void)state;
    struct pty *pty = open_on(root, "alpha");
    click_on(pty, "3 Metrics");
    visit_expect(pty, "Curves");
    visit_settle(pty);
    click_on(pty, "E edit");
    visit_expect(pty, "editing \"Metrics\"");
    click_on(pty, "Esc undo  |");
    visit_expect(pty, "the dashboards are as they were");
    visit_type(pty, "q", "sort");
    visit_quit(pty);
}

static void test_thresholds_and_theme_are_kept(void **state)
{
    (void)state;
    struct pty *pty = open_on(root, "alpha");
    visit_type(pty, ":theme light\r", "alpha");
    visit_type(pty, ":conf 0.25\r", "alpha");
    visit_quit(pty);
    pty = open_on(root, "alpha");
    visit_type(pty, ":conf 7\r", "a number from 0 to 1");
    visit_type(pty, "j", "alpha");
    visit_quit(pty);
}

static void test_a_damaged_file_is_said_and_stays(void **state)
{
    (void)state;
    write_home(".config/boxtop/dashboards.json", "{\"dashboards\": [");
    struct pty *pty = open_on(root, "is no JSON object: mend it or take it away");
    visit_type(pty, "1", "1 Overview");
    visit_type(pty, "E|E", "alpha");
    visit_quit(pty);
    struct buf kept = read_home(".config/boxtop/dashboards.json");
    assert_string_equal(kept.data, "{\"dashboards\": [");
    buf_done(&kept);
    write_home(".config/boxtop/dashboards.json", "");
}

static void test_faults_in_the_file_of_keys(void **state)
{
    (void)state;
    write_home(".config/boxtop/keys", "runs.fly X\nruns.diff b\n");
    struct pty *pty = open_on(other_root, "keys line 1: runs.fly is no action");
    visit_expect(pty, "gamma");
    visit_type(pty, " b", "a diff wants two runs");
    visit_type(pty, "q?", "what differs between the selected runs");
    visit_expect(pty, "b                what differs");
    visit_type(pty, "q", "gamma");
    visit_quit(pty);
    write_home(".config/boxtop/keys", "");
}

static void test_the_command_lists_the_keys(void **state)
{
    (void)state;
    const struct outcome *outcome = EXPECT(0, "keys");
    assert_non_null(strstr(outcome->out, "\n# open the run; of a group its members\nruns.open "));
    assert_non_null(strstr(outcome->out, "\nmove.down "));
    assert_non_null(strstr(outcome->out, "\nedit.undo "));
    EXPECT(2, "keys", "word");
    /* What it prints changes nothing when it is the file. */
    write_home(".config/boxtop/keys", outcome->out);
    outcome = EXPECT(0, "keys");
    write_home(".config/boxtop/keys", outcome->out);
    struct pty *pty = open_on(other_root, "gamma");
    visit_gone(pty, "keys line");
    visit_type(pty, "d", "a diff wants two runs");
    visit_quit(pty);
    write_home(".config/boxtop/keys", "");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_dashboard_is_there_again),
        cmocka_unit_test(test_names_and_keys_can_be_clicked),
        cmocka_unit_test(test_thresholds_and_theme_are_kept),
        cmocka_unit_test(test_a_damaged_file_is_said_and_stays),
        cmocka_unit_test(test_faults_in_the_file_of_keys),
        cmocka_unit_test(test_the_command_lists_the_keys),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, NULL);
}
