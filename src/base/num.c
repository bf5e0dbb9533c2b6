#include "base/num.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    LONGEST_NUMBER = 400,
    SHORTEST_NUMBER_OUT = 32,
    MOST_DIGITS = 19,   /* that a 64-bit integer always holds */
    MOST_PLACES = 1000, /* behind the point, before the slow way is taken */
};

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static const double POWERS_OF_TEN[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The slow, always right way; beyond LONGEST_NUMBER it needs memory, and gives NAN without. */
static double parse_slowly(const char *text, size_t length)
{
    char copy[LONGEST_NUMBER + 1];
    if (length > LONGEST_NUMBER) {
        char *whole = strndup(text, length);
        if (!whole)
            return NAN;
        pthread_once(&c_locale_once, make_c_locale);
        double value = strtod_l(whole, NULL, c_locale);
        free(whole);
        return value;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    pthread_once(&c_locale_once, make_c_locale);
    return strtod_l(copy, NULL, c_locale);
}

static const char *scan_exponent(const char *at, const char *end, int *exponent)
{
    if (at == end || (*at != 'e' && *at != 'E'))
        return at;
    const char *digits = at + 1;
    bool negative = digits < end && *digits == '-';
    if (digits < end && (*digits == '-' || *digits == '+'))
        digits++;
    if (digits == end || *digits < '0' || *digits > '9')
        return at;
    int value = 0;
    for (; digits < end && *digits >= '0' && *digits <= '9'; digits++)
        if (value < 100000)
            value = value * 10 + (*digits - '0');
    *exponent += negative ? -value : value;
    return digits;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define EACH_BYTE UINT64_C(0x0101010101010101)

/* Of eight bytes, the first in the low byte: the highest bit of each that is no decimal digit. No
 * byte carries into the next. */
static inline uint64_t find_others(uint64_t word)
{
    uint64_t above = (word & 0x7f * EACH_BYTE) + 0x46 * EACH_BYTE;
    uint64_t not_below = (word | 0x80 * EACH_BYTE) - 0x30 * EACH_BYTE;
    return (above | ~not_below | word) & 0x80 * EACH_BYTE;
}

/* The number that eight decimal digits write; bytes in front may also be 0. */
static inline uint64_t join_eight(uint64_t word)
{
    word = (word & 0x0f * EACH_BYTE) * 2561 >> 8; /* pairs: 10 * first + second */
    word = (word & UINT64_C(0x00ff00ff00ff00ff)) * 6553601 >> 16;
    return (word & UINT64_C(0x0000ffff0000ffff)) * UINT64_C(42949672960001) >> 32;
}

/* Up to eight decimal digits at once: how many of the eight bytes of WORD are digits before one
 * that is none, and *VALUE, the number they write. No branch depends on the digits, for their
 * number is what a processor cannot guess. */
static inline int take_eight(uint64_t word, uint64_t *value)
{
    uint64_t others = find_others(word);
    int count = others ? __builtin_ctzll(others) / 8 : 8;
    /* Leading zeros in front, twice by half so that no shift is by 64. */
    *value = join_eight(word << (32 - 4 * count) << (32 - 4 * count));
    return count;
}

/*
 * A number without exponent that ends within the eight bytes at AT, as most numbers in files do:
 * the digits before and behind a point are pushed together and joined at once. The bytes used,
 * *DIGITS and how many *PLACES of them are behind the point; 0 when it is another kind of number,
 * or none.
 */
static inline int take_short(const char *at, uint64_t *digits, int *places)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t others = find_others(word);
    if (!others)
        return 0;
    int whole = __builtin_ctzll(others) / 8, used = whole;
    *places = 0;
    if (at[whole] == '.') {
        others &= others - 1;
        if (!others)
            return 0;
        used = __builtin_ctzll(others) / 8;
        *places = used - whole - 1;
        uint64_t before = (UINT64_C(1) << 8 * whole) - 1; /* a point and its end: at most 6 */
        word = (word & before) | (word >> 8 & ~before);
    }
    int count = whole + *places;
    if (count == 0 || (at[used] | 0x20) == 'e')
        return 0;
    *digits = join_eight(word << (64 - 8 * count));
    return used;
}
#else
static inline int take_short(const char *at, uint64_t *digits, int *places)
{
    (void)at, (void)digits, (void)places;
    return 0;
}
#endif

/* Passes over decimal digits; *SUM wraps when there are more than 19, which the caller tells by
 * counting. */
static inline const char *scan_digits(const char *at, const char *end, uint64_t *sum)
{
    uint64_t digits = *sum;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    while (end - at >= 8) {
        static const uint32_t POWERS[] = {
            1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
        uint64_t word, value;
        memcpy(&word, at, sizeof word);
        int count = take_eight(word, &value);
        digits = digits * POWERS[count] + value;
        at += count;
        if (count < 8) {
            *sum = digits;
            return at;
        }
    }
#endif
    for (; at < end && (unsigned char)(*at - '0') <= 9; at++)
        digits = digits * 10 + (uint64_t)(*at - '0');
    *sum = digits;
    return at;
}

/* How many of the SEEN digits from AT on, among which a point may stand, matter. */
static ptrdiff_t significant(const char *at, ptrdiff_t seen)
{
    for (; seen && (*at == '0' || *at == '.'); at++)
        seen -= *at == '0';
    return seen;
}

#ifdef __SIZEOF_INT128__
#define HAS_DIVISION 1
/* 5^27 is the last power of five below 2^63. */
enum { MOST_FIVES = 27 };

static const uint64_t POWERS_OF_FIVE[MOST_FIVES + 1] = {1, 5, 25, 125, 625, 3125, 15625, 78125,
    390625, 1953125, 9765625, 48828125, 244140625, 1220703125, 6103515625, 30517578125,
    152587890625, 762939453125, 3814697265625, 19073486328125, 95367431640625, 476837158203125,
    2384185791015625, 11920928955078125, 59604644775390625, 298023223876953125, 1490116119384765625,
    7450580596923828125};

/*
 * DIGITS / 10^PLACES, correctly rounded, without a table of approximations: both are shifted until
 * their highest bit is set, so that the quotient of 127 bits by 64 has 63 or 64 bits; whether a
 * remainder is left goes into its last bit, which is far below the 53 that stay. The conversion to
 * double then rounds once, and multiplying by a power of two is exact, for nothing here is small
 * enough to be subnormal. DIGITS is not 0.
 */
static double divide(uint64_t digits, int places)
{
    uint64_t fives = POWERS_OF_FIVE[places];
    int digits_shift = __builtin_clzll(digits), fives_shift = __builtin_clzll(fives);
    unsigned __int128 dividend = (unsigned __int128)(digits << digits_shift) << 63;
    uint64_t divisor = fives << fives_shift;
    uint64_t quotient = (uint64_t)(dividend / divisor);
    quotient |= (uint64_t)dividend != quotient * divisor;
    uint64_t scale_bits = (uint64_t)(1023 + fives_shift - digits_shift - 63 - places) << 52;
    double scale;
    memcpy(&scale, &scale_bits, sizeof scale);
    return (double)quotient * scale;
}
#else
#define HAS_DIVISION 0
enum { MOST_FIVES = 0 };

static double divide(uint64_t digits, int places)
{
    (void)places;
    return (double)digits;
}
#endif

/* Any number; its digits begin at FIRST. */
static size_t scan_any(const char *text, const char *first, const char *end, double *value)
{
    bool negative = first > text;
    uint64_t digits = 0;
    const char *at = scan_digits(first, end, &digits);
    ptrdiff_t seen = at - first, fraction = 0;
    if (at < end && *at == '.') {
        const char *behind = scan_digits(at + 1, end, &digits);
        fraction = behind - (at + 1);
        if (seen + fraction)
            at = behind;
        seen += fraction;
    }
    if (seen == 0)
        return 0;
    int exponent = fraction <= MOST_PLACES ? -(int)fraction : 0;
    if (at < end && (*at | 0x20) == 'e')
        at = scan_exponent(at, end, &exponent);
    double whole = (double)digits;
    bool held =
        fraction <= MOST_PLACES && (seen <= MOST_DIGITS || significant(first, seen) <= MOST_DIGITS);
    if (held && digits <= UINT64_C(1) << 53 && exponent >= -22 && exponent <= 22)
        whole = exponent < 0 ? whole / POWERS_OF_TEN[-exponent] : whole * POWERS_OF_TEN[exponent];
    else if (HAS_DIVISION && held && digits && exponent < 0 && exponent >= -MOST_FIVES)
        whole = divide(digits, -exponent);
    else {
        *value = parse_slowly(text, (size_t)(at - text));
        return (size_t)(at - text);
    }
    *value = negative ? -whole : whole;
    return (size_t)(at - text);
}

size_t num_scan(const char *text, const char *end, double *value)
{
    bool negative = text < end && *text == '-';
    const char *first = text + negative;
    uint64_t digits;
    int places, used = end - first >= 8 ? take_short(first, &digits, &places) : 0;
    if (!used)
        return scan_any(text, first, end, value);
    double whole = (double)(int64_t)digits; /* below 10^8: the conversion is the faster one */
    if (places)
        whole /= POWERS_OF_TEN[places];
    *value = negative ? -whole : whole;
    return (size_t)(first + used - text);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool parse_word(const char *text, size_t length, double *value)
{
    static const struct {
        const char *word;
        double value;
    } WORDS[] = {{"nan", NAN}, {"inf", INFINITY}, {"infinity", INFINITY}};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (length == strlen(WORDS[i].word) && strncasecmp(text, WORDS[i].word, length) == 0) {
            *value = WORDS[i].value;
            return true;
        }
    return false;
}

bool num_parse(const char *text, size_t length, double *value)
{
    const char *at = text, *end = text + length;
    while (at < end && is_blank(*at))
        at++;
    while (end > at && is_blank(end[-1]))
        end--;
    if (at < end && *at == '+')
        at++;
    if (at == end)
        return false;
    size_t used = num_scan(at, end, value);
    if (used)
        return at + used == end;
    bool negative = *at == '-';
    if (!parse_word(at + negative, (size_t)(end - at) - negative, value))
        return false;
    if (negative)
        *value = -*value;
    return true;
}

bool num_parse_int(const char *text, size_t length, int64_t *value)
{
    const char *at = text, *end = text + length;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    int64_t sum = 0;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9')
            return false;
        int digit = *at - '0';
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, negative ? -digit : digit, &sum))
            return false;
    }
    *value = sum;
    return true;
}

static bool print_nonfinite(double value, char *out, size_t out_bytes)
{
    if (isfinite(value))
        return false;
    snprintf(out, out_bytes, "%s", isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    return true;
}

/* snprintf writes the decimal mark of the program's locale. */
static void print_in_c_locale(char *out, size_t out_bytes, int digits, double value)
{
    pthread_once(&c_locale_once, make_c_locale);
    locale_t before = uselocale(c_locale);
    snprintf(out, out_bytes, "%.*g", digits, value);
    uselocale(before);
}

void num_print(double value, char *out, size_t out_bytes)
{
    if (print_nonfinite(value, out, out_bytes))
        return;
    char text[SHORTEST_NUMBER_OUT];
    for (int digits = 15; digits <= 17; digits++) {
        print_in_c_locale(text, sizeof text, digits, value);
        if (parse_slowly(text, strlen(text)) == value)
            break;
    }
    snprintf(out, out_bytes, "%s", text);
}

void num_print_short(double value, int digits, char *out, size_t out_bytes)
{
    if (!print_nonfinite(value, out, out_bytes))
        print_in_c_locale(out, out_bytes, digits, value);
}
