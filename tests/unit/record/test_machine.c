/*
 * The machine's load, in a /proc and a /sys made by the test: rates, counters that go back, which
 * devices count, and the limits of containers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_proc.h"
#include "record/machine.h"
#include "temp.h"

#include <math.h>
#include <stdio.h>

enum { PID = 77 };

static const char *proc, *sys;
static struct machine *machine;
static struct machine_load load;

static int begin(void **state)
{
    (void)state;
    proc = temp_dir();
    sys = temp_dir();
    machine = NULL;
    made_file(proc, "meminfo",
        "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    4000000 kB\n"
        "SwapCached: 5 kB\nSwapTotal:       2000 kB\nSwapFree:        1500 kB\n");
    return 0;
}

static int end(void **state)
{
    (void)state;
    machine_free(machine);
    return 0;
}

static void start(void)
{
    machine = machine_new(proc, sys, PID, NULL);
    assert_non_null(machine);
    machine_read(machine, 1, &load);
}

static void processors(long user, long idle, long waiting)
{
    made_file(
        proc, "stat", "cpu  %ld 0 0 %ld %ld 0 0 0 99 0\ncpu0 1 2 3\nintr 5\n", user, idle, waiting);
}

static void near(double value, double expected)
{
    if (!(fabs(value - expected) < 1e-6 * fmax(1, fabs(expected))))
        fail_msg("%g is not %g", value, expected);
}

static void rates_need_two_readings(void **state)
{
    (void)state;
    processors(100, 900, 100);
    start();
    assert_true(isnan(load.cpu_percent) && isnan(load.disk_read_bytes_per_s));
    near(load.memory_percent, 75);
    near(load.swap_bytes, 500 * 1024);
    processors(130, 950, 120);
    machine_read(machine, 1, &load);
    near(load.cpu_percent, 30);
    processors(130, 950, 120); /* not a tick */
    machine_read(machine, 1, &load);
    assert_true(isnan(load.cpu_percent));
}

static void without_swap_there_is_none(void **state)
{
    (void)state;
    made_file(proc, "meminfo", "MemTotal: 10 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
    start();
    assert_true(isnan(load.swap_bytes));
    assert_true(isnan(load.memory_percent)); /* no MemAvailable: an old kernel */
    assert_true(isnan(load.limit_bytes));
}

static void disks(unsigned long long read, unsigned long long written)
{
    made_file(proc, "diskstats",
        "   8       0 sda 10 0 %llu 5 20 0 %llu 9 0 1 1\n"
        "   8       1 sda1 10 0 %llu 5 20 0 %llu 9 0 1 1\n"
        " 253       0 dm-0 10 0 %llu 5 20 0 %llu 9 0 1 1\n"
        "   7       0 loop0 1 1 999 1 1 1 999 1 1 1 1\n"
        " 259       0 nvme0n1 10 0 1000 5 20 0 2000 9 0 1 1 0 0 0 0 7 7\n",
        read, written, read, written, read, written);
}

static void whole_disks_count_once(void **state)
{
    (void)state;
    made_file(sys, "block/sda/size", "1\n");
    made_file(sys, "block/nvme0n1/size", "1\n");
    made_file(sys, "block/dm-0/size", "1\n");
    disks(100, 200);
    start();
    disks(300, 240);
    machine_read(machine, 2, &load);
    near(load.disk_read_bytes_per_s, 200 * 512 / 2);
    near(load.disk_written_bytes_per_s, 40 * 512 / 2);
    disks(50, 250); /* one counter wrapped */
    machine_read(machine, 2, &load);
    assert_true(isnan(load.disk_read_bytes_per_s));
    near(load.disk_written_bytes_per_s, 10 * 512 / 2);
    disks(60, 250); /* and goes on */
    machine_read(machine, 1, &load);
    near(load.disk_read_bytes_per_s, 10 * 512);
    disks(60 + (1ULL << 40), 250);
    machine_read(machine, 1, &load);
    near(load.disk_read_bytes_per_s, 512.0 * (1ULL << 40));
}

static void cards(unsigned long long eth, unsigned long long bridge)
{
    made_file(proc, "net/dev",
        "Inter-|   Receive          |  Transmit\n face |bytes    packets errs|bytes\n"
        "    lo: 5000 9 0 0 0 0 0 0 5000 9 0 0 0 0 0 0\n"
        "  eth0:%llu 9 0 0 0 0 0 0 %llu 9 0 0 0 0 0 0\n"
        "docker0: %llu 9 0 0 0 0 0 0 7 9 0 0 0 0 0 0\n",
        eth, eth / 2, bridge);
}

static void real_network_cards_count(void **state)
{
    (void)state;
    made_file(sys, "class/net/eth0/device/vendor", "0x1\n");
    made_file(sys, "class/net/docker0/mtu", "1500\n");
    cards(1000, 1000);
    start();
    cards(5000, 9000);
    machine_read(machine, 4, &load);
    near(load.received_bytes_per_s, 1000);
    near(load.sent_bytes_per_s, 500);
}

static void in_a_container_all_cards_count(void **state)
{
    (void)state;
    cards(1000, 1000);
    start();
    cards(5000, 9000);
    machine_read(machine, 4, &load);
    near(load.received_bytes_per_s, 3000);
}

static void the_narrowest_limit_counts(void **state)
{
    (void)state;
    made_file(proc, "77/cgroup", "1:name=systemd:/x\n0::/job/step\n");
    made_file(sys, "fs/cgroup/job/step/memory.max", "max\n");
    made_file(sys, "fs/cgroup/job/step/memory.current", "1\n");
    made_file(sys, "fs/cgroup/job/memory.max", "8000000000\n");
    made_file(sys, "fs/cgroup/job/memory.current", "6000000000\n");
    made_file(sys, "fs/cgroup/job/memory.stat", "anon 1\ninactive_file 2000000000\nfile 7\n");
    start();
    near(load.limit_bytes, 8e9);
    near(load.limit_percent, 50);
    made_file(sys, "fs/cgroup/job/memory.max", "max\n"); /* lifted */
    machine_read(machine, 1, &load);
    assert_true(isnan(load.limit_bytes) && isnan(load.limit_percent));
}

static void version_1_within_a_container(void **state)
{
    (void)state;
    /* What the group is called is the host's; its files are mounted at the root. */
    made_file(proc, "77/cgroup", "5:memory:/docker/0123\n4:cpu,cpuacct:/docker/0123\n0::/\n");
    made_file(sys, "fs/cgroup/memory/memory.limit_in_bytes", "4000000000\n");
    made_file(sys, "fs/cgroup/memory/memory.usage_in_bytes", "2000000000\n");
    made_file(
        sys, "fs/cgroup/memory/memory.stat", "inactive_file 5\ntotal_inactive_file 1000000000\n");
    start();
    near(load.limit_bytes, 4e9);
    near(load.limit_percent, 25);
}

static void what_is_no_limit(void **state)
{
    (void)state;
    /* 2^63 less a page is version 1's "none"; a group out of sight is not climbed to. */
    made_file(proc, "77/cgroup", "5:memory:/../../etc\nnonsense\n0\n0:");
    made_file(sys, "fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    start();
    assert_true(isnan(load.limit_bytes));
}

static void nothing_there_nothing_known(void **state)
{
    (void)state;
    proc = sys = "/nonexistent";
    start();
    machine_read(machine, 1, &load);
    const double all[] = {load.cpu_percent, load.memory_percent, load.swap_bytes,
        load.disk_read_bytes_per_s, load.disk_written_bytes_per_s, load.received_bytes_per_s,
        load.sent_bytes_per_s, load.limit_bytes, load.limit_percent};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_true(isnan(all[i]));
}

static void torn_files(void **state)
{
    (void)state;
    made_file(proc, "stat", "cpu  1 2\n");
    made_file(proc, "meminfo", "MemTotal:");
    made_file(proc, "diskstats", "8 0 sda 1\n\n 8");
    made_file(proc, "net/dev", "eth0: 1 2\neth1\n:");
    start();
    machine_read(machine, 1, &load);
    assert_true(isnan(load.memory_percent) && isnan(load.received_bytes_per_s));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(rates_need_two_readings),
        TEST(without_swap_there_is_none),
        TEST(whole_disks_count_once),
        TEST(real_network_cards_count),
        TEST(in_a_container_all_cards_count),
        TEST(the_narrowest_limit_counts),
        TEST(version_1_within_a_container),
        TEST(what_is_no_limit),
        TEST(nothing_there_nothing_known),
        TEST(torn_files),
    };
    return cmocka_run_group_tests_name("record machine", tests, NULL, NULL);
}
