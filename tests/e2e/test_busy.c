/*
 * Keys while 400 MB of event files are being indexed: the table moves before that is over. The
 * median time from a key to its echo is printed; it is no test.
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
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { SMALL_RUNS = 12, LINKS = 4, KEYS = 200 };
static const long FILE_BYTES = 100L << 20;
static const unsigned long NEEDED_BYTES = 1UL << 30;

/* CRC-32C of event records, by a table: a hundred megabytes are too much for the bitwise one. */
static uint32_t masked_crc(const uint32_t table[256], const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < length; i++)
        crc = crc >> 8 ^ table[(crc ^ at[i]) & 0xff];
    crc = ~crc;
    return (crc >> 15 | crc << 17) + UINT32_C(0xa282ead8);
}

static void make_table(uint32_t table[256])
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ UINT32_C(0x82F63B78) : crc >> 1;
        table[i] = crc;
    }
}

/* Event{1: wall, 2: step, 5: Summary{1: Value{1: "train/loss", 2: value}}}; returns its bytes. */
static size_t make_event(unsigned char *out, uint32_t step)
{
    static const unsigned char VALUE[] = "\x2a\x13\x0a\x11\x0a\x0atrain/loss\x15";
    double wall_s = 1714557600.0 + step;
    float value = 1.0F / (float)(step + 1);
    size_t used = 0;
    out[used++] = 0x09;
    memcpy(out + used, &wall_s, 8);
    used += 8;
    out[used++] = 0x10;
    for (; step >= 128; step >>= 7)
        out[used++] = (unsigned char)(step | 128);
    out[used++] = (unsigned char)step;
    memcpy(out + used, VALUE, sizeof VALUE - 1);
    used += sizeof VALUE - 1;
    memcpy(out + used, &value, 4);
    return used + 4;
}

static void write_events(const char *path)
{
    uint32_t table[256];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    make_table(table);
    for (uint32_t step = 1; ftell(file) < FILE_BYTES; step++) {
        unsigned char event[128];
        uint64_t length = make_event(event, step);
        uint32_t length_crc = masked_crc(table, &length, 8), crc = masked_crc(table, event, length);
        fwrite(&length, 8, 1, file);
        fwrite(&length_crc, 4, 1, file);
        fwrite(event, 1, length, file);
        fwrite(&crc, 4, 1, file);
    }
    assert_int_equal(fclose(file), 0);
}

static const char *root;

static void make_big_runs(void)
{
    char path[4300], name[32];
    snprintf(path, sizeof path, "%s/.events", root);
    write_events(path);
    for (int i = 0; i < LINKS; i++) {
        snprintf(path, sizeof path, "%s/z-big%d", root, i);
        assert_int_equal(mkdir(path, 0700), 0);
        snprintf(name, sizeof name, "/events.out.tfevents.%d", i);
        strncat(path, name, sizeof path - strlen(path) - 1);
        assert_int_equal(symlink("../.events", path), 0);
    }
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool is_indexing(struct pty *pty)
{
    int row, col;
    return pty_find(pty, "indexing", &row, &col);
}

/* Selects the first run, or none, and waits until the screen says so; returns the milliseconds. */
static double select_and_see(struct pty *pty, bool select)
{
    double before = now_ms();
    pty_type(pty, select ? "g " : "u");
    if (select)
        visit_expect(pty, "1 selected");
    else
        visit_gone(pty, "1 selected");
    return now_ms() - before;
}

static void test_keys_while_indexing(void **state)
{
    (void)state;
    struct statvfs disk;
    double times[KEYS];
    int count = 0, row, col;
    root = temp_dir();
    if (statvfs(root, &disk) != 0 || disk.f_bavail * disk.f_frsize < NEEDED_BYTES)
        skip();
    for (int i = 0; i < SMALL_RUNS; i++) {
        char name[16];
        snprintf(name, sizeof name, "small%02d", i);
        made_plain(root, name, "0.1", 3, 0.5);
    }
    EXPECT(0, "index", root);
    make_big_runs();
    const char *words[] = {root, NULL};
    struct visit visit = {.words = words, .terminal = WIRE_FOOT, .cols = 100, .rows = 30};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "small11");
    visit_expect(pty, "indexing"); /* one of the four has been read */
    while (count < KEYS && is_indexing(pty)) {
        times[count] = select_and_see(pty, count % 2 == 0);
        count++;
    }
    bool moved_meanwhile = count > 0 && is_indexing(pty);
    int during = moved_meanwhile ? count : count - 1;
    assert_true(during > 0);
    qsort(times, (size_t)count, sizeof *times, compare);
    print_message("%d keys while indexing: median %.1f ms, longest %.1f ms\n", during,
        times[count / 2], times[count - 1]);
    visit_gone(pty, "indexing");
    visit_expect(pty, "16 runs");
    assert_true(pty_find(pty, "z-big3", &row, &col));
    visit_quit(pty);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_while_indexing),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
