/*
 * The rows of system.csv: what is in them, what the plain reader makes of them, and the thread that
 * writes them. The path of the stub of NVML is the argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_proc.h"
#include "nvml_stub.h"
#include "record/sampler.h"
#include "temp.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COMMAND = 100 };

static const char *stub_path, *proc, *sys;
static struct nvml_stub *stub;
static struct sampler *sampler;
static struct buf out;

static void machine(long busy, long idle)
{
    made_file(proc, "stat", "cpu  %ld 0 0 %ld 0 0 0 0 0 0\n", busy, idle);
}

static void command(double cpu_s, long long read_bytes)
{
    made_process(proc, &(struct made_process){COMMAND, 1, COMMAND, COMMAND, .threads = 3,
                           .pages = 25000000 / (long)sysconf(_SC_PAGESIZE),
                           .own_ticks = (long)(cpu_s * (double)sysconf(_SC_CLK_TCK)),
                           .read_bytes = read_bytes, .pss_kb = 1000});
}

static int begin(void **state)
{
    (void)state;
    proc = temp_dir();
    sys = temp_dir();
    memset(stub, 0, sizeof *stub);
    buf_init(&out, 1 << 20);
    command(10, 0);
    machine(100, 100);
    made_file(proc, "meminfo", "MemTotal: 1000 kB\nMemAvailable: 600 kB\nSwapTotal: 0 kB\n");
    sampler = NULL;
    return 0;
}

static int end(void **state)
{
    (void)state;
    stub->hangs = 0;
    sampler_free(sampler);
    buf_done(&out);
    return 0;
}

static void make(const char *nvml)
{
    struct sampler_setup setup = {
        .command = COMMAND, .interval_s = 5, .proc = proc, .sys = sys, .nvml = nvml};
    sampler = sampler_new(&setup, NULL);
    assert_non_null(sampler);
}

static void a_row_without_cards(void **state)
{
    (void)state;
    make("/nonexistent/libnvidia-ml.so.1");
    command(12.5, 3500000);
    machine(125, 175);
    assert_true(sampler_row(sampler, 1714557600, 5, &out));
    char expected[512];
    long page = sysconf(_SC_PAGESIZE);
    snprintf(expected, sizeof expected,
        "wall_time,cpu_percent,rss_mb,pss_mb,processes,threads,read_mb_per_s,written_mb_per_s,"
        "machine_cpu_percent,memory_percent\n1714557600,50,%g,1,1,3,0.7,0,25,40\n",
        round((double)(25000000 / page * page) / 1e5) / 10);
    assert_string_equal(out.data, expected);

    /* Without its command it is the machine's row, in the same columns. */
    buf_clear(&out);
    made_process_ends(proc, COMMAND);
    machine(225, 175);
    assert_true(sampler_row(sampler, 1714557605, 5, &out));
    assert_string_equal(out.data, "1714557605,,,,,,,,100,40\n");
}

/* The last line of OUT has VALUE at the last header's NAME. */
static const char *cell(const char *name)
{
    static char found[64];
    const char *header = out.data, *row = out.data;
    for (const char *at = out.data; *at; at = strchr(at, '\n') + 1) {
        header = strncmp(at, "wall_time", 9) == 0 ? at : header;
        row = at;
    }
    size_t length = strlen(name);
    for (; *header && *header != '\n'; header += strcspn(header, ",\n") + 1) {
        if (strncmp(header, name, length) == 0 && strchr(",\n", header[length])) {
            snprintf(found, sizeof found, "%.*s", (int)strcspn(row, ",\n"), row);
            return found;
        }
        if (header[strcspn(header, ",\n")] == '\n')
            return "no column";
        row += strcspn(row, ",\n") + 1;
    }
    return "no column";
}

/* Rows until one has VALUE at NAME: the driver has a thread of its own. */
static void row_until(const char *name, const char *value)
{
    for (int i = 0; i < 60000; i++) {
        assert_true(sampler_row(sampler, 1714557600 + i, 5, &out));
        if (strcmp(cell(name), value) == 0)
            return;
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    fail_msg("%s is \"%s\", never \"%s\"", name, cell(name), value);
}

static void cards_of_others_are_not_the_commands(void **state)
{
    (void)state;
    stub->count = 2;
    stub->devices[0] = (struct nvml_stub_device){
        .use = 99, .pid = 7, .used_bytes = 8000000000, .total_bytes = 10000000000, .uuid = "GPU-a"};
    stub->devices[1] =
        (struct nvml_stub_device){.use = 5, .total_bytes = 10000000000, .uuid = "GPU-b"};
    make(stub_path);
    row_until("gpu_0_percent", "99");
    assert_string_equal(cell("gpu_0_memory_mb"), "8000");
    assert_string_equal(cell("gpu_0_memory_percent"), "80");
    assert_string_equal(cell("gpu_percent"), "");

    /* The command begins to compute on the second. */
    stub->devices[1].process_bytes = 1500000000;
    stub->devices[1].pid = COMMAND;
    row_until("gpu_memory_mb", "1500");
    assert_string_equal(cell("gpu_percent"), "5");

    /* It falls off the bus: its cells are empty from then on, the columns stay. */
    stub->devices[1].lost = 1;
    row_until("gpu_1_percent", "");
    assert_string_equal(cell("gpu_percent"), "");
}

static void in_a_container_all_that_is_seen_counts(void **state)
{
    (void)state;
    char path[4096];
    made_file(proc, "self/ns/x", "%s", "");
    snprintf(path, sizeof path, "%s/self/ns/pid", proc);
    assert_int_equal(symlink("pid:[4026532201]", path), 0);
    stub->count = 1;
    stub->devices[0] = (struct nvml_stub_device){
        .use = 50, .pid = 31337, .used_bytes = 2000000, .total_bytes = 10000000, .uuid = "GPU-a"};
    make(stub_path);
    row_until("gpu_percent", "50");
    assert_string_equal(cell("gpu_memory_mb"), "2");
}

/* ---- the thread ---- */

static bool refuse(void *self, const char *lines, size_t length)
{
    (void)lines, (void)length;
    atomic_fetch_add((atomic_int *)self, 1);
    return false;
}

static bool take(void *self, const char *lines, size_t length)
{
    int *pipe_end = self;
    return write(*pipe_end, lines, length) == (ssize_t)length;
}

static void rows_come_until_it_is_freed(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct sampler_setup setup = {.command = getpid(),
        .interval_s = 0.1,
        .nvml = "/nonexistent/libnvidia-ml.so.1",
        .append = take,
        .self = &ends[1]};
    sampler = sampler_new(&setup, NULL);
    assert_non_null(sampler);
    assert_true(sampler_start(sampler, NULL));
    char text[8192] = {0};
    size_t length = 0;
    while (strchr(text, '\n') == strrchr(text, '\n')) { /* a header and a row */
        ssize_t got = read(ends[0], text + length, sizeof text - 1 - length);
        assert_true(got > 0);
        length += (size_t)got;
    }
    sampler_free(sampler);
    sampler = NULL;
    assert_memory_equal(text, "wall_time,", 10);
    close(ends[0]);
    close(ends[1]);
}

static void a_full_disk_ends_it(void **state)
{
    (void)state;
    atomic_int calls = 0;
    struct sampler_setup setup = {.command = COMMAND,
        .interval_s = 0.1,
        .proc = proc,
        .sys = sys,
        .nvml = "/nonexistent/libnvidia-ml.so.1",
        .append = refuse,
        .self = &calls};
    sampler = sampler_new(&setup, NULL);
    assert_true(sampler_start(sampler, NULL));
    while (!calls)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    nanosleep(&(struct timespec){0, 250000000}, NULL); /* time for two rows more */
    sampler_free(sampler);
    sampler = NULL;
    assert_int_equal(calls, 1);
}

static void a_hanging_driver_lets_it_end(void **state)
{
    (void)state;
    stub->count = 1;
    snprintf(stub->devices[0].uuid, sizeof stub->devices[0].uuid, "GPU-a");
    stub->hangs = 1;
    make(stub_path);
    while (!stub->waiting)
        assert_true(sampler_row(sampler, 1714557600, 5, &out));
    assert_true(sampler_row(sampler, 1714557600, 5, &out));
    assert_string_equal(cell("processes"), "1"); /* the rest goes on */
    assert_string_equal(cell("gpu_0_percent"), "no column");
    sampler_free(sampler);
    sampler = NULL;
    stub->hangs = 0;
    while (!stub->shutdowns)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_row_without_cards),
        TEST(cards_of_others_are_not_the_commands),
        TEST(in_a_container_all_that_is_seen_counts),
        TEST(rows_come_until_it_is_freed),
        TEST(a_full_disk_ends_it),
        TEST(a_hanging_driver_lets_it_end),
    };
    stub_path = argc > 1 ? argv[1] : "";
    stub = nvml_stub_load(stub_path);
    if (!stub)
        return 1;
    return cmocka_run_group_tests_name("record sampler", tests, NULL, NULL);
}
