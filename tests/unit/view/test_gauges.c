/*
 * How loads are called, and in which order they stand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/gauges.h"

#include <string.h>

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *shown, *unit;
    } NAMES[] = {
        {"disk_read_mb_per_s", "disk read", "MB/s"},
        {"cpu_percent", "cpu", "%"},
        {"gpu_0_temperature_c", "gpu 0 temperature",
            "\xc2\xb0"
            "C"},
        {"gpu_12_power_w", "gpu 12 power", "W"},
        {"processes", "processes", ""},
        {"_mb", " mb", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        char shown[GAUGE_NAME_BYTES], unit[GAUGE_UNIT_BYTES];
        gauge_name(NAMES[i].name, shown, unit);
        assert_string_equal(shown, NAMES[i].shown);
        assert_string_equal(unit, NAMES[i].unit);
    }
}

static void test_order(void **state)
{
    (void)state;
    static const char *const SORTED[] = {"system/cpu_percent", "system/disk_read_mb_per_s",
        "system/gpu_0_percent", "system/own", "system/rss_mb", "system/zzz"};
    static const uint32_t WANTED[] = {2, 0, 4, 1, 3, 5};
    enum { COUNT = sizeof SORTED / sizeof *SORTED };
    struct run_metric_kind kinds[COUNT] = {0};
    struct run_metric metrics[COUNT] = {0};
    for (size_t i = 0; i < COUNT; i++) {
        kinds[i].name = SORTED[i];
        metrics[i].kind = &kinds[i];
    }
    struct run_row run = {.metrics = metrics, .metric_count = COUNT};
    struct arena arena = {0};
    struct run_tables_part part = run_tables_system(&run, true, &arena);
    gauges_order(&run, &part);
    assert_int_equal(part.count, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(part.rows[i], WANTED[i]);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
