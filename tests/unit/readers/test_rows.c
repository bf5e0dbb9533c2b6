/* Tables of rows: laws of the CSV that hold whatever the cells are, and the bookmark's header. */
#include "base/num.h"
#include "reading.h"
#include "readers/rows.h"
#include "temp.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const STEPS[] = {"step", "epoch", NULL};
static const char *const WALLS[] = {"timestamp", NULL};
static const struct rows_rules RULES = {
    .steps = STEPS, .walls = WALLS, .prefix = "", .numbers_only = true};

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* The facts of TEXT, of a file that is settled or not. */
static const char *facts(const char *text, size_t length, bool settled)
{
    struct record record;
    struct stream stream;
    struct reader_source source = {.name = "t.csv", .settled = settled};
    struct reader_mark mark = {0};
    struct err err = {0};
    record_init(&record);
    struct sink sink = record_sink(&record);
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    assert_true(stream_open_memory(&stream, text, length, &err));
    assert_true(rows_read_csv(&stream, &source, &RULES, &mark, &sink, &err));
    stream_close(&stream);
    buf_done(&mark.state);
    const char *out_text = record_text(&record);
    record_done(&record);
    return out_text;
}

/* A cell as anything may write it; without quotes, separators and line ends. */
static void random_cell(uint64_t *seed, char *out, size_t out_bytes)
{
    static const char *const WORDS[] = {"", "", "nan", "-inf", "NA", "words", "+5", "1e400", "1e",
        ".", "-", "1.5x", "1714557600", "2024-05-01T10:00:00Z", "epoch", "0x10", "1e-400", "-0",
        "9223372036854775808", "4.9e-324", "0.000000000000000000012345678901234567"};
    uint64_t bits = next_random(seed) << 32 ^ next_random(seed);
    double value = (double)(int64_t)bits * 0x1p-63;
    switch (next_random(seed) % 5) {
    case 0:
        snprintf(out, out_bytes, "%s", WORDS[bits % (sizeof WORDS / sizeof *WORDS)]);
        break;
    case 1:
        snprintf(out, out_bytes, "%lld", (long long)bits % 1000);
        break;
    case 2:
        snprintf(out, out_bytes, "%.*g", 1 + (int)(bits % 19), value);
        break;
    case 3:
        snprintf(out, out_bytes, "%.*f", (int)(bits % 25), value);
        break;
    default:
        snprintf(
            out, out_bytes, "%.*ge%d", 1 + (int)(bits % 18), value, (int)(bits >> 8 & 63) - 40);
    }
}

/* Law: cells in quotes, which go another way, and cells without give the same facts. */
static void quotes_change_nothing(void **state)
{
    static const char *const PADS[] = {"", "", "", " ", "  ", "\t"};
    static const char *const ENDS[] = {"\n", "\r\n", "\n\n"};
    enum { TABLES = 2000, ROWS = 6 };
    (void)state;
    uint64_t seed = 7;
    for (int table = 0; table < TABLES; table++) {
        struct buf plain, quoted;
        buf_init(&plain, 1 << 16);
        buf_init(&quoted, 1 << 16);
        buf_add_string(&plain, "loss,step,timestamp,,AP\n");
        buf_add_string(&quoted, "loss,step,timestamp,,AP\n");
        const char *end = ENDS[next_random(&seed) % 3];
        for (int row = 0; row < ROWS; row++) {
            int cells = next_random(&seed) % 8 ? 5 : 2 + (int)(next_random(&seed) % 6);
            for (int i = 0; i < cells; i++) {
                char cell[128];
                const char *pad = PADS[next_random(&seed) % 6];
                random_cell(&seed, cell, sizeof cell);
                if (i == 1 && next_random(&seed) % 4)
                    snprintf(cell, sizeof cell, "%d", row);
                buf_printf(&plain, "%s%s%s%s", i ? "," : "", pad, cell, pad);
                buf_printf(&quoted, "%s%s\"%s\"%s", i ? "," : "", pad, cell, pad);
            }
            buf_add_string(&plain, end);
            buf_add_string(&quoted, end);
        }
        for (size_t cut = 0; cut < 2; cut++) { /* the whole, and without its last line's end */
            size_t less = cut ? strlen(end) : 0;
            char expected[64 << 10];
            snprintf(expected, sizeof expected, "%s",
                facts(quoted.data, quoted.length - less, cut));
            assert_string_equal(facts(plain.data, plain.length - less, cut), expected);
        }
        buf_done(&plain);
        buf_done(&quoted);
    }
}

static void a_last_row_without_its_end_counts_but_for_its_last_cell(void **state)
{
    static const char NOTE[] = "the last row has no line end: its last value may be cut and is left "
                               "out\n";
    (void)state;
    char expected[512];
    snprintf(expected, sizeof expected,
        "metric loss: 1=0.5 2=0.25\nmetric AP: 1=0.5\nnote t.csv line 3 byte -1 x1 %s", NOTE);
    static const char *const TAILS[] = {"2,0.25,0.1", "2,0.25,", "2,0.25,wor", "2,0.25,\"0.1"};
    for (size_t i = 0; i < sizeof TAILS / sizeof *TAILS; i++) {
        char text[128];
        snprintf(text, sizeof text, "step,loss,AP\n1,0.5,0.5\n%s", TAILS[i]);
        assert_string_equal(facts(text, strlen(text), true), expected);
    }
    /* The step itself may be cut. */
    assert_non_null(strstr(facts("loss,step\n1,1\n2,2", 17, true), "damaged row, skipped"));
}

static void missing_values_are_no_damage_but_words_and_lists_are(void **state)
{
    static const char CSV[] = "epoch,a,b\n0,NA,None\n1,null,1\n2,\"[1, 2]\",3\n3,x,N/A\n";
    (void)state;
    assert_string_equal(facts(CSV, sizeof CSV - 1, true),
        "metric b: 1=1 2=3\nnote t.csv line 4 byte -1 x2 cell that is no number, left out\n");
}

static bool continues_after(const char *first, const char *later)
{
    const char *directory = temp_dir();
    struct reader_source source = {directory, "t.csv", temp_text(directory, "t.csv", first)};
    struct reader_mark mark = {0};
    struct record record;
    struct stream stream;
    struct err err = {0};
    record_init(&record);
    struct sink sink = record_sink(&record);
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    assert_true(stream_open(&stream, source.path, 0, &err));
    assert_true(rows_read_csv(&stream, &source, &RULES, &mark, &sink, &err));
    stream_close(&stream);
    record_done(&record);
    source.path = temp_text(directory, "t.csv", later);
    bool continues = rows_continue_csv(&source, &mark);
    buf_done(&mark.state);
    return continues;
}

static void a_changed_header_ends_the_bookmark(void **state)
{
    (void)state;
    assert_true(continues_after("step,a\n1,1\n", "step,a\n1,1\n2,2\n"));
    assert_true(continues_after("\n\xef\xbb\xbfstep,a\r\n1,1\r\n", "\n\xef\xbb\xbfstep,a\r\n1,1\r\n2,2\r\n"));
    assert_false(continues_after("step,a\n1,1\n", "step,b\n1,1\n2,2\n"));
    assert_false(continues_after("step,a\n1,1\n", "step,a,b\n1,1,\n2,2,3\n"));
    assert_false(continues_after("step,a\n1,1\n", ""));
    /* A second start wrote the header that counts. */
    assert_true(continues_after("step,a\n1,1\nstep,b\n1,2\n", "step,a\n1,1\nstep,b\n1,2\n2,3\n"));
    assert_false(continues_after("step,a\n1,1\nstep,b\n1,2\n", "step,a\n1,1\nstep,c\n1,2\n2,3\n"));
    /* No header yet: there is nothing to differ. */
    assert_true(continues_after("", "step,a\n1,1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_change_nothing),
        cmocka_unit_test(a_last_row_without_its_end_counts_but_for_its_last_cell),
        cmocka_unit_test(missing_values_are_no_damage_but_words_and_lists_are),
        cmocka_unit_test(a_changed_header_ends_the_bookmark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
