/*
 * Numbers as text: exactness, whatever the locale; what is refused; shortest output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/num.h"
#include "comma_locale.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    double value;
} PARSED[] = {{"0", 0}, {"-0", 0}, {" 12 ", 12}, {"+3", 3}, {"1.5e3", 1500}, {"1E-2", 0.01},
    {".5", 0.5}, {"5.", 5}, {"0.1", 0.1},
    {"123456789012345678901234567890", 123456789012345678901234567890.0},
    {"9007199254740993", 9007199254740992.0}, {"0.30000000000000004", 0.30000000000000004},
    {"1e400", INFINITY}, {"-1e400", -INFINITY}, {"1e-400", 0},
    {"2.2250738585072014e-308", 0x1p-1022}, {"4.9e-324", 0x1p-1074}, {"inf", INFINITY},
    {"-Infinity", -INFINITY}, {"+INF", INFINITY}, {"00012", 12},
    {"0.000000000000000000000000000001", 1e-30}};

static void test_parsing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PARSED / sizeof *PARSED; i++) {
        double value = -99;
        if (!num_parse(PARSED[i].text, strlen(PARSED[i].text), &value) || value != PARSED[i].value)
            fail_msg("%s gives %.17g", PARSED[i].text, value);
    }
    double value;
    assert_true(num_parse("NaN", 3, &value) && isnan(value));
    assert_true(num_parse("-nan", 4, &value) && isnan(value));
    assert_true(num_parse("-0", 2, &value) && signbit(value));
}

static void test_what_is_no_number(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"", " ", "-", "+", ".", "e5", "1x", "1 2", "1,5", "0x10",
        "infinit", "nanny", "--1", "1e", "1e+", "5\x1b"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        double value;
        if (num_parse(TEXTS[i], strlen(TEXTS[i]), &value))
            fail_msg("\"%s\" gives %g", TEXTS[i], value);
    }
}

static void test_scan_stops_behind_the_number(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t used;
    } SCANNED[] = {{"12,3", 2}, {"1.5]", 3}, {"1e5}", 3}, {"1e}", 1}, {"-7 ", 2}, {"nan", 0},
        {"x", 0}, {"-", 0},
        {"12\xb3\xb4"
         "56789",
            2},
        {"1.5\xb6"
         "12345",
            3},
        {"1.5.2345", 3}, {"1:2345678", 1}, {"1/2345678", 1}, {"12345e6,", 7}, {"1.e2,    ", 4},
        {".,      ", 0}};
    for (size_t i = 0; i < sizeof SCANNED / sizeof *SCANNED; i++) {
        double value;
        const char *text = SCANNED[i].text;
        assert_int_equal(num_scan(text, text + strlen(text), &value), SCANNED[i].used);
    }
}

static void test_long_numbers(void **state)
{
    (void)state;
    enum { DIGITS = 100000 };
    char *text = malloc(DIGITS + 8);
    double value;
    memset(text, '0', DIGITS);
    memcpy(text, "0.", 2);
    memcpy(text + DIGITS - 1, "5e1", 3);
    assert_true(num_parse(text, DIGITS + 2, &value));
    assert_true(value == 0);
    memset(text, '1', DIGITS);
    memcpy(text + DIGITS, "e-99999", 7);
    assert_true(num_parse(text, DIGITS + 7, &value));
    assert_true(value > 1.11 && value < 1.112);
    memset(text, '3', DIGITS); /* a third, as exactly as it can be told */
    memcpy(text, "0.", 2);
    assert_true(num_parse(text, DIGITS, &value));
    assert_true(value == 1 / 3.);
    free(text);
}

static void test_integers(void **state)
{
    (void)state;
    int64_t value;
    assert_true(num_parse_int("9223372036854775807", 19, &value) && value == INT64_MAX);
    assert_true(num_parse_int("-9223372036854775808", 20, &value) && value == INT64_MIN);
    assert_true(num_parse_int("+5", 2, &value) && value == 5);
    assert_false(num_parse_int("9223372036854775808", 19, &value));
    assert_false(num_parse_int("", 0, &value));
    assert_false(num_parse_int("-", 1, &value));
    assert_false(num_parse_int("1.0", 3, &value));
    assert_false(num_parse_int(" 1", 2, &value));
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 11 ^ *seed << 20;
}

/* Law: any double comes back from its text; text as scripts write it is read as strtod reads it. */
static void test_random_numbers(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 100000; round++) {
        uint64_t bits = next_random(&seed);
        double value, back;
        char text[64];
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) {
            num_print(value, text, sizeof text);
            assert_true(num_parse(text, strlen(text), &back));
            assert_true(back == value);
        }
        snprintf(text, sizeof text, "%.*f", (int)(bits % 20), (double)(bits >> 20) * 1e-9);
        assert_true(num_parse(text, strlen(text), &back));
        if (back != strtod(text, NULL))
            fail_msg("%s gives %.17g", text, back);
        snprintf(text, sizeof text, "%.*e", (int)(bits % 18), value);
        if (isfinite(value)) {
            assert_true(num_parse(text, strlen(text), &back));
            assert_true(back == strtod(text, NULL));
        }
    }
}

static void assert_as_strtod(const char *text)
{
    double value;
    if (!num_parse(text, strlen(text), &value))
        fail_msg("%s is refused", text);
    double expected = strtod(text, NULL);
    if (memcmp(&value, &expected, sizeof value) != 0)
        fail_msg("%s gives %.17g, not %.17g", text, value, expected);
}

/* Where roundings go wrong: halfway between two doubles and one digit to either side, the longest
 * that are held exactly and one more, leading zeros, the ends of the range. */
static void test_hard_numbers(void **state)
{
    static const char *const TEXTS[] = {"9007199254740993", "9007199254740992.999",
        "9007199254740993.001", "9007199254740995", "9007199254740991.5", "4503599627370496.5",
        "4503599627370497.5", "4503599627370496.500000001",
        "0.500000000000000166533453693773481063544750213623046875",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126", "18446744073709551615e-5",
        "18446744073709551616e-5", "9999999999999999999e-27", "9999999999999999999e-28", "1e-27",
        "1e-28", "1e22", "1e23", "9007199254740993e-27", "123456789012345678e-19",
        "0.0000000000012345678901234567", "0.00000000000000000000000000012345678901234567",
        "00000000000000000000000000.1", "0.0000000000000000000000000000000", "0e-400", "0e400",
        "-0.0", "1e-400", "-1e-400", "1e400", "-1e400", "2.2250738585072014e-308",
        "2.2250738585072011e-308", "2.2250738585072012e-308", "4.9406564584124654e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308",
        "1.7976931348623158e308", "1.7976931348623159e308", "7.2057594037927933e16",
        "0.1234567890123456789", "6.5751519203186035", "9.999999747378752e-05", "3.3554432e7",
        "8.5e-25", "1.0000000000000002220446049250313", "1.", "12345.67", "1234567.", "1234567",
        "12345678", "123456.7", "1234567.8", ".5", "-.5", "-1234.56", "0.000000", "99999999.9"};
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        assert_as_strtod(TEXTS[i]);
}

/* Law: halfway between two neighbours, and a bit beside it, at every scale that is divided. */
static void test_halfway_numbers(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int round = 0; round < 50000; round++) {
        char text[80];
        uint64_t bits = next_random(&seed);
        uint64_t digits = bits % UINT64_C(9999999999999999999);
        snprintf(text, sizeof text, "%llue-%d", (unsigned long long)digits, (int)(bits >> 57) % 32);
        assert_as_strtod(text);
        /* An odd number of 54 bits over a power of two lies halfway; 5^places keeps it short. */
        uint64_t odd = (bits >> 10 | UINT64_C(1) << 53 | 1) & ((UINT64_C(1) << 54) - 1);
        int halvings = 1 + (int)(bits & 3);
        unsigned __int128 scaled = odd;
        for (int i = 0; i < halvings; i++)
            scaled *= 5;
        for (int beside = -1; beside <= 1; beside++) {
            unsigned __int128 number = scaled + (unsigned __int128)(__int128)beside;
            if (number > UINT64_MAX)
                continue;
            snprintf(text, sizeof text, "%llue-%d", (unsigned long long)number, halvings);
            assert_as_strtod(text);
        }
    }
}

/* ---- a million texts ---- */

static int below(uint64_t *seed, int most)
{
    return (int)(next_random(seed) >> 8 & INT32_MAX) % most;
}

static size_t add_digits(char *out, int count, uint64_t *seed)
{
    for (int i = 0; i < count; i++)
        out[i] = (char)('0' + below(seed, 10));
    return (size_t)count;
}

static size_t add_sign(char *out, uint64_t *seed)
{
    *out = '-';
    return (size_t)below(seed, 2);
}

/* As scripts write: some digits before a point and some behind. */
static void write_plain(char *out, uint64_t *seed)
{
    out += add_sign(out, seed);
    out += add_digits(out, 1 + below(seed, 5), seed);
    if (below(seed, 4)) {
        *out++ = '.';
        out += add_digits(out, below(seed, 8), seed);
    }
    *out = '\0';
}

/* More digits than a double holds, the point and the exponent anywhere. */
static void write_long(char *out, uint64_t *seed)
{
    int before = below(seed, 24), behind = below(seed, 24);
    out += add_sign(out, seed);
    out += add_digits(out, before + 1, seed);
    *out++ = '.';
    out += add_digits(out, behind, seed);
    snprintf(out, 16, "%c%d", below(seed, 2) ? 'e' : 'E', below(seed, 80) - 40);
}

/* Any double at all, from its shortest text to more digits than it has. */
static void write_any(char *out, uint64_t *seed)
{
    uint64_t bits = next_random(seed) ^ next_random(seed) << 32;
    double value;
    memcpy(&value, &bits, sizeof value);
    snprintf(out, 64, "%.*e", below(seed, 25), isfinite(value) ? value : 1 / 3.);
}

/* Subnormal, or at an end of the range. */
static void write_extreme(char *out, uint64_t *seed)
{
    out += add_digits(out, 1 + below(seed, 20), seed);
    snprintf(out, 16, "e%d", below(seed, 2) ? -350 + below(seed, 60) : 280 + below(seed, 40));
}

/* Exactly halfway between two doubles (subnormal ones among them), or a digit to either side: the
 * wider type holds what lies halfway, and its decimal text ends. */
static void write_halfway(char *out, uint64_t *seed)
{
    uint64_t bits = next_random(seed) ^ next_random(seed) << 32;
    int exponent = below(seed, 3) ? 1023 - 60 + below(seed, 120) : below(seed, 2046);
    bits = (bits & ((UINT64_C(1) << 52) - 1)) | (uint64_t)exponent << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    long double halfway = ((long double)value + (long double)nextafter(value, INFINITY)) / 2;
    int length = snprintf(out, 1200, "%.800Le", halfway);
    char *exponent_text = strchr(out, 'e');
    switch (below(seed, 3)) {
    case 0:
        exponent_text[-1] = '1'; /* far behind all that is not 0: a bit above */
        break;
    case 1:
        /* A bit below: the last digit that is not 0 one less, and nines behind. */
        for (char *at = exponent_text - 1; at > out; at--)
            if (*at == '0') {
                *at = '9';
            } else if (*at != '.') {
                --*at;
                break;
            }
        break;
    default:
        break;
    }
    assert_true(length < 1200);
}

/* Zeros that an exponent takes back. */
static void write_zeros(char *out, uint64_t *seed)
{
    int zeros = below(seed, 8) ? below(seed, 40) : below(seed, 1100);
    int back = zeros + below(seed, 40) - 20;
    if (below(seed, 2)) {
        memcpy(out, "0.", 2);
        memset(out + 2, '0', (size_t)zeros);
        out += 2 + zeros;
        out += add_digits(out, 1 + below(seed, 20), seed);
        snprintf(out, 16, "e%d", back);
    } else {
        out += add_digits(out, 1 + below(seed, 20), seed);
        memset(out, '0', (size_t)zeros);
        snprintf(out + zeros, 16, "e%d", -back);
    }
}

/* Law: whatever the text, it is the number that the C library reads in its own locale, to the last
 * bit; and what stands behind it does not matter. */
static void test_a_million_texts(void **state)
{
    (void)state;
    static void (*const WRITE[])(char *out, uint64_t *seed) = {
        write_plain, write_long, write_any, write_extreme, write_halfway, write_zeros};
    enum { SHAPES = sizeof WRITE / sizeof *WRITE, TEXTS = 1000000 };
    uint64_t seed = 7;
    for (int i = 0; i < TEXTS; i++) {
        char text[1400];
        WRITE[i % SHAPES](text, &seed);
        assert_as_strtod(text);
        size_t length = strlen(text);
        double alone, followed;
        assert_int_equal(num_scan(text, text + length, &alone), length);
        memcpy(text + length, ",1234567", 9);
        assert_int_equal(num_scan(text, text + length + 8, &followed), length);
        assert_memory_equal(&alone, &followed, sizeof alone);
    }
}

static void test_printing(void **state)
{
    (void)state;
    char text[40];
    num_print(0.1, text, sizeof text);
    assert_string_equal(text, "0.1");
    num_print(0.1 + 0.2, text, sizeof text);
    assert_string_equal(text, "0.30000000000000004");
    num_print(NAN, text, sizeof text);
    assert_string_equal(text, "NaN");
    num_print(-INFINITY, text, sizeof text);
    assert_string_equal(text, "-Infinity");
    num_print_short(0.123456, 3, text, sizeof text);
    assert_string_equal(text, "0.123");
    num_print_short(1e-9, 3, text, sizeof text);
    assert_string_equal(text, "1e-09");
}

/* Runs the rest under a locale with a decimal comma where the system has or makes one. */
static void test_decimal_comma(void **state)
{
    if (!comma_locale_set())
        skip();
    char text[16];
    snprintf(text, sizeof text, "%.1f", .5);
    assert_string_equal(text, "0,5"); /* it is in force */
    test_parsing(state);
    test_long_numbers(state);
    test_printing(state);
    comma_locale_unset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parsing),
        cmocka_unit_test(test_what_is_no_number),
        cmocka_unit_test(test_scan_stops_behind_the_number),
        cmocka_unit_test(test_long_numbers),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_random_numbers),
        cmocka_unit_test(test_hard_numbers),
        cmocka_unit_test(test_halfway_numbers),
        cmocka_unit_test(test_a_million_texts),
        cmocka_unit_test(test_printing),
        cmocka_unit_test(test_decimal_comma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
