/*
 * Chunks: whatever goes in comes out bit for bit, and no bytes can do harm.
 * Knows: chunk.h. Must not know: SQLite.
 */
#include "scene.h"

#include "store/chunk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct point in[CHUNK_POINTS], out[CHUNK_POINTS];
static unsigned char packed[CHUNK_MAX_BYTES];

static uint64_t random64(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static double any_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static size_t round_trip(size_t n)
{
    struct err err = {0};
    memset(packed, 0xa5, sizeof packed);
    memset(out, 0x5a, sizeof out);
    size_t length = chunk_pack(in, n, packed);
    assert_true(length <= sizeof packed - 8);
    assert_int_equal(chunk_count(packed, length), n);
    MUST(chunk_unpack(packed, length, out, &err), &err);
    assert_memory_equal(in, out, n * sizeof *in);
    return length;
}

/* A point of one of several characters, from tame to absurd. */
static struct point random_point(uint64_t *state, int character, size_t i)
{
    static const double SPECIAL[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 5e-324, 1.7e308};
    uint64_t r = random64(state);
    struct point tame = {.step = (int64_t)i * 50, .wall_s = 1.7e9 + (double)i, .value = (float)i};
    switch (character) {
    case 0:
        return tame;
    case 1: /* any bits at all */
        return (struct point){(int64_t)r, any_double(random64(state)), any_double(random64(state))};
    case 2: /* a restart and a pause now and then */
        tame.step = (int64_t)i * 50 - (r % 97 == 0 ? INT64_C(1) << (r % 63) : 0);
        tame.wall_s += r % 89 == 0 ? 86400 : (double)(r % 1000) * 1e-6;
        tame.value = (double)r * 1e-3;
        return tame;
    default:
        return (struct point){r % 2 ? INT64_MIN : INT64_MAX, SPECIAL[r % 7], SPECIAL[r / 7 % 7]};
    }
}

static void test_round_trips(void **state)
{
    (void)state;
    uint64_t seed = 1;
    static const size_t SIZES[] = {1, 2, 3, 255, 256, 257, 511, 4095, 4096};
    for (int round = 0; round < 400; round++) {
        size_t n = round < 36 ? SIZES[round / 4] : 1 + random64(&seed) % CHUNK_POINTS;
        for (size_t i = 0; i < n; i++)
            in[i] = random_point(&seed, round % 4, i);
        round_trip(n);
    }
}

static void test_signalling_nan_and_payload(void **state)
{
    (void)state;
    uint64_t bits[] = {
        0x7ff0000000000001, 0xfff8000012345678, 0x7ff8000000000000, 0x36a0000000000000};
    for (size_t i = 0; i < 4; i++)
        in[i] = (struct point){0, any_double(bits[i]), any_double(bits[i])};
    round_trip(4);
    round_trip(1);
}

static void test_regular_series_are_small(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHUNK_POINTS; i++)
        in[i] = (struct point){1000 + 10 * (int64_t)i, NAN, (double)(float)(0.1 * (double)i)};
    /* Four bytes a value, a byte a frame and column, and the heads. */
    assert_int_equal(round_trip(CHUNK_POINTS), 8 + 2 * (16 + 16) + 4 * CHUNK_POINTS);
}

static void test_damage_is_noticed(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (size_t i = 0; i < 300; i++)
        in[i] = random_point(&seed, 2, i);
    size_t length = round_trip(300);
    unsigned char *copy = malloc(length);
    for (size_t at = 0; at < length; at++) {
        memcpy(copy, packed, length);
        copy[at] ^= (unsigned char)(1u << (at % 8));
        struct err err = {0};
        assert_false(chunk_unpack(copy, length, out, &err));
        assert_int_equal(err.code, ERR_FORMAT);
    }
    free(copy);
    for (size_t cut = 0; cut < length; cut++) {
        unsigned char *shorter = malloc(cut ? cut : 1);
        memcpy(shorter, packed, cut);
        assert_false(chunk_unpack(shorter, cut, out, NULL));
        free(shorter);
    }
}

static void test_bucket_keeps_extremes(void **state)
{
    (void)state;
    static const double VALUES[] = {NAN, 3, -2, INFINITY, 8, 1, NAN};
    for (size_t i = 0; i < 7; i++)
        in[i] = (struct point){(int64_t)(i == 3 ? 100 : i), 0, VALUES[i]};
    struct store_bucket whole = chunk_bucket(in, 7);
    assert_int_equal(whole.count, 7);
    assert_int_equal(whole.nonfinite, 3);
    assert_int_equal(whole.low_step, 0);
    assert_int_equal(whole.high_step, 100);
    assert_true(whole.first == 3 && whole.last == 1 && whole.min == -2 && whole.max == 8);
    for (size_t cut = 1; cut < 7; cut++) {
        struct store_bucket joined = {0}, left = chunk_bucket(in, cut);
        struct store_bucket right = chunk_bucket(in + cut, 7 - cut);
        chunk_bucket_join(&joined, &left);
        chunk_bucket_join(&joined, &right);
        assert_memory_equal(&joined, &whole, sizeof whole);
    }
    struct store_bucket none = chunk_bucket(in, 1);
    assert_true(isnan(none.first) && isnan(none.last) && isnan(none.min) && isnan(none.max));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_signalling_nan_and_payload),
        cmocka_unit_test(test_regular_series_are_small),
        cmocka_unit_test(test_damage_is_noticed),
        cmocka_unit_test(test_bucket_keeps_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
