/*
 * Graphics cards: NVIDIA's through a stub of NVML, AMD's in a /sys made by the test. What they say,
 * what is absent, cards that go and come, and a driver that hangs. The stub's path is the argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_proc.h"
#include "nvml_stub.h"
#include "record/gpu.h"
#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

static const char *stub_path, *sys;
static struct nvml_stub *stub;
static struct gpus *gpus;
static struct gpu_load loads[GPU_MOST];

static int begin(void **state)
{
    (void)state;
    sys = temp_dir();
    gpus = NULL;
    memset(stub, 0, sizeof *stub);
    stub->count = 2;
    stub->devices[0] = (struct nvml_stub_device){.use = 87,
        .pid = 4242,
        .used_bytes = 3000000000,
        .total_bytes = 12000000000,
        .process_bytes = 2500000000,
        .temperature_c = 61,
        .power_mw = 215500,
        .uuid = "GPU-a"};
    stub->devices[1] = (struct nvml_stub_device){.total_bytes = 12000000000, .uuid = "GPU-b"};
    return 0;
}

static int end(void **state)
{
    (void)state;
    stub->hangs = 0;
    gpus_free(gpus);
    return 0;
}

static void open_both(const char *nvml)
{
    const struct gpu_start starts[] = {{&gpu_nvml, nvml}, {&gpu_amd, sys}};
    gpus = gpus_new(starts, 2, NULL);
    assert_non_null(gpus);
}

static void rest(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

/* Readings until one has COUNT cards: drivers need time to open, and are asked only as often as
 * they are cheap. */
static void read_until(size_t count)
{
    bool settled;
    for (int i = 0; i < PATIENCE_MS; i++, rest()) {
        gpus_ask(gpus);
        if (gpus_take(gpus, 20, loads, &settled) == count && settled)
            return;
    }
    fail_msg("there never were %zu cards", count);
}

static const struct gpu_load *with_key(const char *key, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(loads[i].key, key) == 0)
            return &loads[i];
    fail_msg("no card is called %s", key);
    return NULL;
}

static void nvidia_tells_all(void **state)
{
    (void)state;
    open_both(stub_path);
    read_until(2);
    const struct gpu_load *load = with_key("GPU-a", 2);
    assert_int_equal(load->number, 0);
    assert_int_equal(load->use_percent, 87);
    assert_int_equal(load->memory_bytes, 3000000000);
    assert_int_equal(load->memory_percent, 25);
    assert_int_equal(load->temperature_c, 61);
    assert_float_equal(load->power_w, 215.5, 1e-9);
    assert_true(load->tells_processes);
    assert_int_equal(load->process_count, 1);
    assert_int_equal(load->processes[0].pid, 4242);
    assert_int_equal(load->processes[0].memory_bytes, 2500000000);
    load = with_key("GPU-b", 2);
    assert_int_equal(load->number, 1);
    assert_int_equal(load->use_percent, 0); /* idle is not absent */
    assert_int_equal(load->process_count, 0);
    gpus_free(gpus);
    gpus = NULL;
    assert_int_equal(stub->inits, 1);
    assert_int_equal(stub->shutdowns, 1);
}

static void what_is_not_supported_is_absent(void **state)
{
    (void)state;
    stub->devices[1].bare = 1;
    stub->devices[0].process_bytes = ~0ULL; /* NVML_VALUE_NOT_AVAILABLE */
    open_both(stub_path);
    read_until(2);
    const struct gpu_load *load = with_key("GPU-b", 2);
    assert_true(isnan(load->use_percent) && isnan(load->memory_bytes) &&
                isnan(load->memory_percent) && isnan(load->temperature_c) && isnan(load->power_w));
    assert_false(load->tells_processes);
    assert_true(isnan(with_key("GPU-a", 2)->processes[0].memory_bytes));
}

static void a_lost_card_keeps_its_number(void **state)
{
    (void)state;
    open_both(stub_path);
    read_until(2);
    stub->devices[0].lost = 1;
    read_until(2);
    while (!isnan(with_key("GPU-a", 2)->use_percent)) /* an answer to the question before */
        read_until(2);
    assert_true(isnan(with_key("GPU-a", 2)->power_w));
    assert_int_equal(with_key("GPU-b", 2)->use_percent, 0);

    /* It is gone, the other moves up in NVML's list, and a new one comes. */
    stub->count = 0;
    read_until(0);
    stub->devices[0] = stub->devices[1];
    stub->count = 1;
    read_until(1);
    assert_int_equal(with_key("GPU-b", 1)->number, 1);
    stub->devices[1] = (struct nvml_stub_device){.uuid = "GPU-c"};
    stub->count = 2;
    read_until(2);
    assert_int_equal(with_key("GPU-c", 2)->number, 2);
}

static void without_a_driver_there_are_none(void **state)
{
    (void)state;
    open_both("/nonexistent/libnvidia-ml.so.1");
    read_until(0);
    gpus_free(gpus);
    stub->broken = 1; /* the library without its kernel module */
    open_both(stub_path);
    read_until(0);
    assert_int_equal(stub->shutdowns, 0);
    gpus_free(gpus);
    open_both("libm.so.6"); /* another library altogether */
    read_until(0);
}

static void amd_card(int card, int busy, long long used, const char *power, long long microwatts)
{
    char file[64];
    snprintf(file, sizeof file, "class/drm/card%d/device/vendor", card);
    made_file(sys, file, "0x1002\n");
    snprintf(file, sizeof file, "class/drm/card%d/device/gpu_busy_percent", card);
    made_file(sys, file, "%d\n", busy);
    snprintf(file, sizeof file, "class/drm/card%d/device/mem_info_vram_used", card);
    made_file(sys, file, "%lld\n", used);
    snprintf(file, sizeof file, "class/drm/card%d/device/mem_info_vram_total", card);
    made_file(sys, file, "16000000000\n");
    snprintf(
        file, sizeof file, "class/drm/card%d/device/hwmon/hwmon%d/temp1_input", card, card + 3);
    made_file(sys, file, "54321\n");
    snprintf(file, sizeof file, "class/drm/card%d/device/hwmon/hwmon%d/%s", card, card + 3, power);
    made_file(sys, file, "%lld\n", microwatts);
}

static void amd_tells_by_files(void **state)
{
    (void)state;
    open_both("/nonexistent/libnvidia-ml.so.1");
    read_until(0);
    amd_card(1, 42, 4000000000, "power1_average", 123000000);
    amd_card(2, 0, 0, "power1_input", 9000000);
    made_file(sys, "class/drm/card0/device/vendor", "0x8086\n");
    made_file(sys, "class/drm/card1-DP-1/status", "connected\n");
    made_file(sys, "class/drm/card3/device/vendor", "0x1002\n"); /* tells nothing */
    made_file(sys, "class/drm/renderD128/device/vendor", "0x1002\n");
    read_until(3);
    const struct gpu_load *load = with_key("amd card1", 3);
    assert_int_equal(load->use_percent, 42);
    assert_int_equal(load->memory_bytes, 4000000000);
    assert_int_equal(load->memory_percent, 25);
    assert_float_equal(load->temperature_c, 54.321, 1e-9);
    assert_int_equal(load->power_w, 123);
    assert_false(load->tells_processes);
    assert_int_equal(with_key("amd card2", 3)->power_w, 9);
    assert_int_equal(with_key("amd card2", 3)->use_percent, 0);
    load = with_key("amd card3", 3);
    assert_true(isnan(load->use_percent) && isnan(load->memory_percent) &&
                isnan(load->temperature_c) && isnan(load->power_w));
}

static void a_driver_that_hangs_stops_nobody(void **state)
{
    (void)state;
    bool settled;
    amd_card(0, 5, 1, "power1_average", 1);
    open_both(stub_path);
    read_until(3);
    stub->hangs = 1;
    while (!stub->waiting) {
        gpus_ask(gpus);
        gpus_take(gpus, 1, loads, &settled);
    }
    read_until(1); /* AMD's goes on */
    assert_string_equal(loads[0].key, "amd card0");
    stub->hangs = 0;
    read_until(3); /* both again */

    stub->hangs = 1;
    while (!stub->waiting) {
        gpus_ask(gpus);
        gpus_take(gpus, 1, loads, &settled);
    }
    gpus_free(gpus); /* does not wait for ever, */
    gpus = NULL;
    assert_int_equal(stub->shutdowns, 0);
    stub->hangs = 0;
    while (!stub->shutdowns) /* and what was left behind cleans up after itself */
        rest();
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(nvidia_tells_all),
        TEST(what_is_not_supported_is_absent),
        TEST(a_lost_card_keeps_its_number),
        TEST(without_a_driver_there_are_none),
        TEST(amd_tells_by_files),
        TEST(a_driver_that_hangs_stops_nobody),
    };
    stub_path = argc > 1 ? argv[1] : "";
    stub = nvml_stub_load(stub_path);
    if (!stub)
        return 1;
    return cmocka_run_group_tests_name("record gpu", tests, NULL, NULL);
}
