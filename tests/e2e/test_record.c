/*
 * `boxtop record` with real commands: they end, stop, die, are resized and interrupted as if nobody
 * stood between them and the terminal; and what was written down is what happened.
 */
#include "program.h"
#include "pty.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEADLINE_S = 30 };

static const char *place;  /* a fresh directory, where each test's command starts */
static struct pty *opened; /* its terminal, NULL for none */

static int new_place(void **state)
{
    (void)state;
    place = temp_dir();
    return 0;
}

/* A test that fails leaves nothing running. */
static int leave_place(void **state)
{
    (void)state;
    pty_close(opened);
    opened = NULL;
    return 0;
}

/* ---- the run's files ---- */

static char *text_of(const char *name)
{
    static char text[1 << 20];
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", place, name);
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[length] = '\0';
    return text;
}

static bool has_text(const char *name, const char *part)
{
    return strstr(text_of(name), part) != NULL;
}

static void wait_for_text(const char *name, const char *part)
{
    for (time_t end = time(NULL) + DEADLINE_S; !has_text(name, part);) {
        if (time(NULL) > end)
            fail_msg("%s has no \"%s\" but: %s", name, part, text_of(name));
        poll(NULL, 0, 10);
    }
}

static void expect_status(const char *name, const char *word, const char *key, const char *value)
{
    char path[256];
    snprintf(path, sizeof path, "runs/%s/status.json", name);
    cJSON *json = cJSON_Parse(text_of(path));
    assert_non_null(json);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "status")), word);
    char *said = key ? cJSON_PrintUnformatted(cJSON_GetObjectItem(json, key)) : NULL;
    if (key)
        assert_string_equal(said ? said : "absent", value);
    free(said);
    cJSON_Delete(json);
}

/* ---- without a terminal ---- */

static const struct outcome *record_piped(const char *script)
{
    const char *const words[] = {"record", "--name", "r", "--", "sh", "-c", script, NULL};
    return program_run(&(struct program){.words = words, .directory = place});
}

static void test_output(void **state)
{
    (void)state;
    const struct outcome *outcome = record_piped("echo out; echo err >&2");
    assert_int_equal(outcome->code, 0);
    assert_string_equal(outcome->out, "out\n");
    assert_string_equal(outcome->err, "err\n");
    expect_status("r", "finished", "exit_code", "0");
    assert_true(has_text("runs/r/console.log", " | out\n"));
    assert_true(has_text("runs/r/console.log", " ! err\n"));

    outcome = record_piped("echo $BOXTOP_RUN");
    assert_non_null(strstr(outcome->out, "/runs/r-2\n"));
}

static void test_load_is_sampled(void **state)
{
    (void)state;
    /* What forked twice and left group and session belongs: without it there never are three, the
     * shell and a child of it. */
    static const char SCRIPT[] =
        "cd \"$BOXTOP_RUN\"; (setsid sh -c 'until [ -e done ]; do sleep 0.05; done' &)\n"
        "until grep -q ',[3-9],[3-9],' system.csv; do sleep 0.05; done; : > done";
    const char *const words[] = {
        "record", "--name", "r", "--interval", "0.1", "--", "sh", "-c", SCRIPT, NULL};
    assert_int_equal(program_run(&(struct program){.words = words, .directory = place})->code, 0);
    assert_true(has_text("runs/r/system.csv", "wall_time,cpu_percent,rss_mb,"));
}

static void test_not_to_be_started(void **state)
{
    (void)state;
    const char *const words[] = {"record", "no-such-command", NULL};
    const struct outcome *outcome =
        program_run(&(struct program){.words = words, .directory = place});
    assert_int_equal(outcome->code, 127);
    assert_non_null(strstr(outcome->err, "no-such-command: cannot be run"));
    assert_int_equal(EXPECT(2, "record")->code, 2);
    assert_string_equal(text_of("runs"), ""); /* and no run of it is left */
    char path[1024];
    snprintf(path, sizeof path, "%s/runs", place);
    assert_int_equal(rmdir(path), 0);
}

/* Starts `boxtop record --name r -- sh -c SCRIPT` with its output to FILE, without a terminal. */
static pid_t start_recording(const char *script, const char *file, rlim_t most_file_bytes)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    char path[1024];
    snprintf(
        path, sizeof path, "%s%s%s", file[0] == '/' ? "" : place, file[0] == '/' ? "" : "/", file);
    int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    setsid();
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(out, 1);
    dup2(out, 2);
    if (most_file_bytes)
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){most_file_bytes, most_file_bytes});
    const char *words[] = {program_path(), "record", "--name", "r", "sh", "-c", script, NULL};
    if (chdir(place) == 0)
        execve(words[0], (char **)words, (char **)program_env(NULL));
    _exit(99);
}

static int wait_for(pid_t pid)
{
    int status;
    for (time_t end = time(NULL) + DEADLINE_S; waitpid(pid, &status, WNOHANG) == 0;) {
        if (time(NULL) > end) {
            kill(pid, SIGKILL);
            fail_msg("does not end");
        }
        poll(NULL, 0, 5);
    }
    return status;
}

static void test_ends(void **state)
{
    (void)state;
    int status = wait_for(start_recording("exit 7", "out", 0));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    expect_status("r", "failed", "exit_code", "7");
    status = wait_for(start_recording("kill -SEGV $$", "out", 0));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    expect_status("r-2", "failed", "signal", "\"SIGSEGV\"");
}

static void test_signals_go_on_once(void **state)
{
    (void)state;
    static const char COUNTS[] = "n=0; trap 'n=$((n+1)); echo got $n' USR1; trap 'exit 5' TERM;"
                                 "echo ready; while :; do sleep 0.01; done";
    pid_t pid = start_recording(COUNTS, "out", 0);
    wait_for_text("out", "ready");
    kill(pid, SIGUSR1);
    wait_for_text("out", "got 1");
    kill(-pid, SIGUSR1); /* to the group: the command has it already */
    wait_for_text("out", "got 2");
    kill(pid, SIGTERM); /* goes on behind any second one */
    int status = wait_for(pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    assert_false(has_text("out", "got 3"));
}

static void test_nobody_reads(void **state)
{
    (void)state;
    const char *const words[] = {"record", "--name", "r", "--", "yes", NULL};
    const struct outcome *outcome = program_run(
        &(struct program){.words = words, .directory = place, .out = PROGRAM_NOBODY_READS});
    assert_int_equal(outcome->signal, SIGPIPE); /* as of `yes | true` */
    expect_status("r", "failed", "signal", "\"SIGPIPE\"");
}

static void test_full_disk_stops_recording_only(void **state)
{
    (void)state;
    static const char SCRIPT[] =
        "i=0; while [ $i -lt 3000 ]; do echo line $i of a long output; i=$((i+1));"
        "done | cat; exit 4";
    pid_t pid = start_recording(SCRIPT, "out", 128 << 10);
    int status = wait_for(pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
    assert_true(has_text("out", "line 2999 of"));
    char *said = strstr(text_of("out"), "recording stops here");
    assert_non_null(said);
    assert_null(strstr(said + 1, "recording stops here"));
    assert_true(has_text("runs/r/console.log", "line 0 of"));
    expect_status("r", "failed", "exit_code", "4");
}

static void test_no_directory_is_no_reason(void **state)
{
    (void)state;
    temp_text(place, "runs", "a file stands there");
    const struct outcome *outcome = record_piped("echo trained");
    assert_int_equal(outcome->code, 0);
    assert_string_equal(outcome->out, "trained\n");
    assert_non_null(strstr(outcome->err, "nothing is recorded, the command runs"));
}

/* What the command writes elsewhere is its run's, where nobody would have looked. */
static void test_watches(void **state)
{
    (void)state;
    const char *const words[] = {"record", "--name", "r", "--watch", "logs", "--", "sh", "-c",
        "mkdir -p logs/v1; printf 'step,loss\\n1,3\\n2,2.5\\n' >logs/v1/metrics.csv; echo loss: 9",
        NULL};
    assert_int_equal(program_run(&(struct program){.words = words, .directory = place})->code, 0);
    const char *const list[] = {"ls", "--format", "csv", "--columns", "name,loss", "runs", NULL};
    const struct outcome *outcome =
        program_run(&(struct program){.words = list, .directory = place});
    assert_int_equal(outcome->code, 0);
    assert_non_null(strstr(outcome->out, "r,2.5\n"));
    assert_null(strstr(outcome->out, "v1"));
    const char *const wrong[] = {"record", "--watch", "runs/r/status.json", "true", NULL};
    outcome = program_run(&(struct program){.words = wrong, .directory = place});
    assert_int_equal(outcome->code, 2);
    assert_non_null(strstr(outcome->err, "is no directory"));
}

/* ---- in a terminal ---- */

static struct pty *open_shell(const char *script)
{
    char *line = NULL;
    if (asprintf(&line, "cd '%s'; R='%s record --name r --'; %s", place, program_path(), script) <
        0)
        abort();
    const char *words[] = {"/bin/sh", "-c", line, NULL};
    struct pty *pty = pty_open(&(struct pty_start){.argv = words, .env = program_env(NULL)});
    free(line);
    opened = pty;
    return pty;
}

static void expect_text(struct pty *pty, const char *text)
{
    if (pty_wait_text(pty, text))
        return;
    pty_print(pty, stderr);
    fail_msg("no \"%s\" on the screen", text);
}

static void expect_end(struct pty *pty, int code)
{
    if (!pty_wait_exit(pty)) {
        pty_print(pty, stderr);
        fail_msg("does not end");
    }
    assert_true(WIFEXITED(pty_status(pty)));
    assert_int_equal(WEXITSTATUS(pty_status(pty)), code);
    assert_string_equal(pty_left_on(pty), "");
}

static void test_terminal_is_one(void **state)
{
    (void)state;
    struct pty *pty = open_shell("$R sh -c '"
                                 "for i in 0 1 2; do test -t $i && echo fd $i; done; stty size;"
                                 "trap \"stty size; exit 9\" WINCH; read x; echo got $x;"
                                 "while :; do sleep 0.01; done'");
    expect_text(pty, "fd 2");
    expect_text(pty, "24 80");
    pty_type(pty, "hello\r");
    expect_text(pty, "got hello");
    pty_resize(pty, 100, 30);
    expect_text(pty, "30 100");
    expect_end(pty, 9);
    expect_status("r", "failed", "exit_code", "9");
}

static void test_control_c(void **state)
{
    (void)state;
    struct pty *pty =
        open_shell("$R sh -c '"
                   "trap \"echo caught; exit 6\" INT; echo ready; while :; do sleep 0.01; done'");
    expect_text(pty, "ready");
    pty_type(pty, "\003");
    expect_end(pty, 6);
    assert_true(has_text("runs/r/console.log", "caught"));
}

static void test_control_c_kills(void **state)
{
    (void)state;
    struct pty *pty = open_shell("trap : INT; $R sh -c 'echo ready; exec sleep 1000'; exit $?");
    expect_text(pty, "ready");
    pty_type(pty, "\003");
    expect_end(pty, 128 + SIGINT);
    expect_status("r", "failed", "signal", "\"SIGINT\"");
}

static void test_stop_and_continue(void **state)
{
    (void)state;
    struct pty *pty =
        open_shell("set -m; $R sh -c '"
                   "echo ready; read x; echo got $x; exit 3'; echo stopped $?;"
                   "stty -a | grep -q -- -echo || echo cooked; fg >/dev/null; exit $?");
    expect_text(pty, "ready");
    pty_type(pty, "\032");
    expect_text(pty, "stopped 1");
    pty_type(pty, "again\r");
    expect_text(pty, "got again");
    expect_end(pty, 3);
    expect_status("r", "failed", "exit_code", "3");
}

/* In a pipeline there is no terminal between: the terminal stops all, and `fg` continues all. */
static void test_stop_in_a_pipeline(void **state)
{
    (void)state;
    struct pty *pty = open_shell("set -m; $R sh -c 'echo ready; read x; echo got $x' | cat;"
                                 "echo stopped $?; fg >/dev/null; exit 0");
    expect_text(pty, "ready");
    pty_type(pty, "\032");
    expect_text(pty, "stopped 1");
    pty_type(pty, "again\r");
    expect_text(pty, "got again");
    expect_end(pty, 0);
    expect_status("r", "finished", "exit_code", "0");
}

/* `bg` lets it run on without the terminal's keys. */
static void test_background(void **state)
{
    (void)state;
    struct pty *pty = open_shell("set -m; $R sh -c '"
                                 "echo ready; until test -e go; do sleep 0.01; done; echo went' & "
                                 "read x; echo mine $x; touch go; wait $!; exit $?");
    expect_text(pty, "ready");
    pty_type(pty, "key\r");
    expect_text(pty, "mine key");
    expect_text(pty, "went");
    expect_end(pty, 0);
}

static void test_standard_output_elsewhere(void **state)
{
    (void)state;
    struct pty *pty =
        open_shell("$R sh -c 'test -t 1 || echo file; test -t 2 && echo tty >&2' >out;"
                   "cat out");
    expect_text(pty, "tty");
    expect_text(pty, "file");
    expect_end(pty, 0);
    assert_true(has_text("runs/r/console.log", " | file\n"));
    assert_true(has_text("runs/r/console.log", " | tty\n"));
}

static void test_progress_bars(void **state)
{
    (void)state;
    struct pty *pty =
        open_shell("$R sh -c 'i=0; while [ $i -lt 50 ]; do i=$((i+1));"
                   "printf \"\\r\\033[32mbar %d/50\\033[0m\" $i; done; echo; echo done'");
    expect_text(pty, "done");
    expect_end(pty, 0);
    assert_true(has_text("runs/r/console.log", " | bar 50/50\n"));
    assert_false(has_text("runs/r/console.log", "bar 49/50"));
    assert_false(has_text("runs/r/console.log", "\033"));
    assert_false(has_text("runs/r/status.json", "recorder_killed"));
}

/* The window is closed: the command learns it, and if it lives on it is recorded on. */
static void test_terminal_goes_away(void **state)
{
    (void)state;
    struct pty *pty =
        open_shell("exec $R sh -c '"
                   "trap \"echo hung up\" HUP; echo ready; until test -e go; do sleep 0.01; done;"
                   "echo the end >there'");
    expect_text(pty, "ready");
    pty_hang_up(pty);
    wait_for_text("runs/r/console.log", "hung up");
    temp_text(place, "go", "");
    wait_for_text("there", "the end");
    wait_for_text("runs/r/status.json", "finished");
}

static void test_nohup(void **state)
{
    (void)state;
    struct pty *pty =
        open_shell("nohup $R sh -c 'echo ready; until test -e go; do sleep 0.01; done;"
                   "echo the end' >out 2>&1 & wait");
    wait_for_text("out", "ready");
    pty_hang_up(pty);
    assert_true(pty_wait_exit(pty));
    temp_text(place, "go", "");
    wait_for_text("out", "the end");
    wait_for_text("runs/r/status.json", "finished");
    assert_false(has_text("runs/r/status.json", "recorder_killed"));
}

/* ---- kill -9 ---- */

/* Nobody is left who could know how the command ends; its output is recorded to the last. */
static void test_killed_keeper(void **state)
{
    (void)state;
    pid_t pid = start_recording(
        "echo keeper $PPID.; until test -e go; do sleep 0.01; done; echo the end", "out", 0);
    wait_for_text("out", ".");
    kill((pid_t)strtol(text_of("out") + strlen("keeper "), NULL, 10), SIGKILL);
    temp_text(place, "go", "");
    int status = wait_for(pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    assert_true(has_text("out", "the end"));
    assert_true(has_text("runs/r/console.log", "| the end"));
    expect_status("r", "unknown", "exit_code", "absent");
}

static int64_t number_of(const char *name, const char *key)
{
    cJSON *json = cJSON_Parse(text_of(name));
    int64_t number = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(json, key));
    cJSON_Delete(json);
    return number;
}

static const char *listed_status(void)
{
    const char *const list[] = {"ls", "--format", "csv", "--columns", "status", "runs", NULL};
    return program_run(&(struct program){.words = list, .directory = place})->out;
}

/* Recorder, keeper and command: nobody is left to write the end down, and that can be told. */
static void test_killed_all(void **state)
{
    (void)state;
    pid_t pid = start_recording("echo keeper $PPID.; exec sleep 1000", "out", 0);
    wait_for_text("out", ".");
    wait_for_text("runs/r/status.json", "recorder_start");
    assert_non_null(strstr(listed_status(), "running"));
    pid_t command = (pid_t)number_of("runs/r/status.json", "pid");
    kill(pid, SIGKILL);
    kill((pid_t)strtol(text_of("out") + strlen("keeper "), NULL, 10), SIGKILL);
    wait_for(pid);
    assert_non_null(strstr(listed_status(), "running")); /* the command does, whoever knows of it */
    kill(command, SIGKILL);
    for (time_t end = time(NULL) + DEADLINE_S; !strstr(listed_status(), "unknown");)
        if (time(NULL) > end)
            fail_msg("still said to be: %s", listed_status());
    expect_status("r", "running", "exit_code", "absent");
}

static void test_killed_in_pipes(void **state)
{
    (void)state;
    pid_t pid = start_recording("echo ready; until test -e go; do sleep 0.01; done;"
                                "echo one; echo two; exit 3",
        "out", 0);
    wait_for_text("out", "ready");
    wait_for_text("runs/r/console.log", "ready");
    kill(pid, SIGKILL);
    wait_for(pid);
    expect_status("r", "running", NULL, NULL);
    temp_text(place, "go", "");
    wait_for_text("out", "two"); /* it was not killed, and its output goes where it went */
    wait_for_text("runs/r/status.json", "recorder_killed");
    expect_status("r", "failed", "exit_code", "3");
    assert_true(has_text("runs/r/console.log", "ready"));
}

static void test_killed_in_a_terminal(void **state)
{
    (void)state;
    struct pty *pty = open_shell(
        "exec $R sh -c '"
        "trap \"echo hung up >there\" HUP; echo ready; until test -e go; do sleep 0.01; done;"
        "echo more; echo the end >>there'");
    expect_text(pty, "ready");
    wait_for_text("runs/r/console.log", "ready");
    pty_signal(pty, SIGKILL);
    assert_true(pty_wait_exit(pty));
    temp_text(place, "go", "");
    wait_for_text("there", "the end");
    assert_false(has_text("there", "hung up"));
    wait_for_text("runs/r/status.json", "recorder_killed");
    expect_status("r", "finished", "exit_code", "0");
}

/* ---- much output ---- */

/* The output is 98 MB; sanitizers take several times what a program takes. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MOST_KB = 1 << 20 };
#else
enum { MOST_KB = 64 << 10 };
#endif

static void test_much_output_takes_little(void **state)
{
    (void)state;
    struct rusage usage;
    struct stat log;
    char path[1024];
    pid_t pid = start_recording(
        "yes 'a line of output that is as long as lines are' | head -c 100000000", "/dev/null", 0);
    int status;
    assert_int_equal(wait4(pid, &status, 0, &usage), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_in_range(usage.ru_maxrss, 1, MOST_KB);
    snprintf(path, sizeof path, "%s/runs/r/console.log", place);
    assert_int_equal(stat(path, &log), 0);
    assert_in_range(log.st_size, 1 << 20, 20 << 20);
}

int main(int argc, char **argv)
{
    program_init(argc, argv);
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, new_place, leave_place)
    const struct CMUnitTest tests[] = {
        IN_PLACE(test_output),
        IN_PLACE(test_load_is_sampled),
        IN_PLACE(test_not_to_be_started),
        IN_PLACE(test_ends),
        IN_PLACE(test_signals_go_on_once),
        IN_PLACE(test_nobody_reads),
        IN_PLACE(test_full_disk_stops_recording_only),
        IN_PLACE(test_no_directory_is_no_reason),
        IN_PLACE(test_watches),
        IN_PLACE(test_terminal_is_one),
        IN_PLACE(test_control_c),
        IN_PLACE(test_control_c_kills),
        IN_PLACE(test_stop_and_continue),
        IN_PLACE(test_stop_in_a_pipeline),
        IN_PLACE(test_background),
        IN_PLACE(test_standard_output_elsewhere),
        IN_PLACE(test_progress_bars),
        IN_PLACE(test_terminal_goes_away),
        IN_PLACE(test_nohup),
        IN_PLACE(test_killed_keeper),
        IN_PLACE(test_killed_all),
        IN_PLACE(test_killed_in_pipes),
        IN_PLACE(test_killed_in_a_terminal),
        IN_PLACE(test_much_output_takes_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
