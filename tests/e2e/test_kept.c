/*
 * What a person leaves in the runs table: copies, tags, notes, columns, order, selection. All are
 * there the next time, and the commands say the same.
 */
#include "made.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *root, *home;
static char data_word[4200], state_word[4200];

static int make_runs(void **state)
{
    (void)state;
    root = temp_dir();
    home = temp_dir();
    snprintf(data_word, sizeof data_word, "XDG_DATA_HOME=%s/data", home);
    snprintf(state_word, sizeof state_word, "XDG_STATE_HOME=%s/state", home);
    made_plain(root, "alpha", "0.1", 3, 0.5);
    made_plain(root, "beta", "0.02", 3, 0.25);
    return 0;
}

static struct pty *open_with(const char *term, enum wire_terminal terminal)
{
    const char *env[] = {term, data_word, state_word, NULL}, *words[] = {root, NULL};
    struct visit visit = {
        .words = words, .terminal = terminal, .cols = 140, .rows = 40, .more_env = env};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "2 runs");
    visit_expect(pty, "alpha");
    visit_settle(pty);
    return pty;
}

static const char *read_state(const char *name)
{
    static char text[65536];
    char path[4300];
    snprintf(path, sizeof path, "%s/state/boxtop/%s", home, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static size_t sequences(struct pty *pty, const char *sequence)
{
    size_t length, count = 0;
    const char *bytes = pty_bytes(pty, &length), *end = bytes + length;
    for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), sequence, strlen(sequence)));
         at++)
        count++;
    return count;
}

static void test_a_cell_goes_to_the_clipboard_and_a_file(void **state)
{
    (void)state;
    struct pty *pty = open_with("TERM=xterm-256color", WIRE_XTERM);
    visit_type(pty, "y", "copied alpha, also in ");
    visit_settle(pty);
    assert_int_equal(sequences(pty, "\033]52;c;YWxwaGE=\033\\"), 1); /* "alpha" */
    assert_int_equal(sequences(pty, "\033]52;"), 1);
    assert_string_equal(read_state("copied.txt"), "alpha");
    visit_type(pty, "Y", "copy the table:");
    visit_type(pty, "c", "copied 2 rows, also in ");
    visit_settle(pty);
    assert_int_equal(sequences(pty, "\033]52;c;cnVuLHN0YXR1cyxhZ2"), 1); /* "run,status,age" */
    const char *csv = read_state("copied.csv");
    assert_int_equal(strncmp(csv, "run,status,age", strlen("run,status,age")), 0);
    assert_non_null(strstr(csv, "\nalpha,finished,"));
    assert_non_null(strstr(csv, "\nbeta,finished,"));
    visit_quit(pty);
}

static void test_a_terminal_that_cannot_is_spared(void **state)
{
    (void)state;
    struct pty *pty = open_with("TERM=linux", WIRE_DUMB);
    visit_type(pty, "y", "copied alpha into ");
    visit_type(pty, "YL", "copied 1 row into ");
    visit_settle(pty);
    assert_int_equal(sequences(pty, "\033]52"), 0);
    assert_non_null(strstr(read_state("copied.tex"), "alpha & finished & "));
    visit_quit(pty);
}

static void test_tmux_gets_both(void **state)
{
    (void)state;
    const char *env[] = {"TERM=xterm-256color", "TMUX=/tmp/tmux-0/default,1,0", data_word,
        state_word, NULL};
    const char *words[] = {root, NULL};
    struct visit visit = {
        .words = words, .terminal = WIRE_ALACRITTY, .cols = 140, .rows = 40, .more_env = env};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "2 runs");
    visit_type(pty, "y", "copied alpha, also in ");
    visit_settle(pty);
    assert_int_equal(sequences(pty, "\033]52;c;YWxwaGE=\033\\"
                                    "\033Ptmux;\033\033]52;c;YWxwaGE=\a\033\\"),
        1);
    visit_quit(pty);
}

/* What was listed; each is freed at the end. */
static cJSON *lists[8];
static size_t list_count;

static const cJSON *listed(const char *filter)
{
    const char *words[] = {"ls", root, "--filter", filter, "--format", "json", NULL};
    const char *env[] = {data_word, NULL};
    const struct outcome *outcome =
        program_run(&(struct program){.words = words, .more_env = env});
    assert_int_equal(outcome->code, 0);
    cJSON *json = cJSON_Parse(outcome->out);
    assert_non_null(json);
    assert_true(list_count < sizeof lists / sizeof *lists);
    return lists[list_count++] = json;
}

static int free_lists(void **state)
{
    (void)state;
    while (list_count)
        cJSON_Delete(lists[--list_count]);
    return 0;
}

static void test_remarks_are_kept_and_said(void **state)
{
    (void)state;
    struct pty *pty = open_with("TERM=foot", WIRE_FOOT);
    visit_type(pty, "Mkeep paper\r", "keep paper ");
    visit_type(pty, "jmthe loss jumps\r", "the loss jumps ");
    visit_quit(pty);
    const cJSON *kept = listed("tag=paper"), *run = cJSON_GetArrayItem(kept, 0);
    assert_int_equal(cJSON_GetArraySize(kept), 1);
    assert_string_equal(cJSON_GetObjectItem(run, "run")->valuestring, "alpha");
    const cJSON *tags = cJSON_GetObjectItem(run, "tags");
    assert_int_equal(cJSON_GetArraySize(tags), 2);
    assert_string_equal(cJSON_GetArrayItem(tags, 1)->valuestring, "paper");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(run, "note")));
    run = cJSON_GetArrayItem(listed("note~jumps"), 0);
    assert_string_equal(cJSON_GetObjectItem(run, "note")->valuestring, "the loss jumps");
    assert_int_equal(cJSON_GetArraySize(listed("tag!=paper")), 1);
    char path[4300];
    snprintf(path, sizeof path, "%s/alpha", root); /* seen from another root too */
    const char *words[] = {"show", path, NULL}, *env[] = {data_word, NULL};
    const struct outcome *show = program_run(&(struct program){.words = words, .more_env = env});
    assert_non_null(strstr(show->out, "  tags       keep paper\n"));
}

static void test_the_arrangement_is_there_the_next_time(void **state)
{
    (void)state;
    struct pty *pty = open_with("TERM=xterm-256color", WIRE_XTERM);
    visit_type(pty, "s", "sort run"); /* by name ... */
    visit_type(pty, "S", "sort run \xe2\x96\xbe"); /* ... turned round */
    visit_type(pty, "ll-", "is hidden");
    visit_type(pty, "g ", "1 selected");
    visit_type(pty, "gp", "baseline: ");
    visit_quit(pty);
    pty = open_with("TERM=xterm-256color", WIRE_XTERM);
    visit_expect(pty, "sort run \xe2\x96\xbe");
    visit_expect(pty, "1 selected");
    visit_gone(pty, "  age ");
    visit_expect(pty, "A ");
    visit_quit(pty);
}

/* The points that a mean is of are read by another thread, also at the next start. */
static void test_means_and_groups_are_there_the_next_time(void **state)
{
    (void)state;
    struct pty *pty = open_with("TERM=xterm-256color", WIRE_XTERM);
    visit_type(pty, "=mean(loss,2)\r", "mean(loss,2)");
    visit_expect(pty, "0.6667");
    visit_expect(pty, "0.4167");
    visit_type(pty, "x", "groups by seed: 2");
    visit_quit(pty);
    pty = open_with("TERM=xterm-256color", WIRE_XTERM);
    visit_expect(pty, "groups by seed: 2");
    visit_expect(pty, "0.6667");
    visit_expect(pty, "0.4167");
    visit_type(pty, "x", "each run by itself");
    visit_quit(pty);
}

int main(int argc, char **argv)
{
    program_init(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cell_goes_to_the_clipboard_and_a_file),
        cmocka_unit_test(test_a_terminal_that_cannot_is_spared),
        cmocka_unit_test(test_tmux_gets_both),
        cmocka_unit_test(test_remarks_are_kept_and_said),
        cmocka_unit_test(test_the_arrangement_is_there_the_next_time),
        cmocka_unit_test(test_means_and_groups_are_there_the_next_time),
    };
    return cmocka_run_group_tests(tests, make_runs, free_lists);
}
