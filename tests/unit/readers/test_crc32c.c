/* CRC-32C against the values of RFC 3720, appendix B.4, and of the polynomial's check value. */
#include "readers/crc32c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void published_values_hold(void **state)
{
    (void)state;
    unsigned char zeros[32] = {0}, ones[32], rising[32], falling[32];
    memset(ones, 0xff, sizeof ones);
    for (int i = 0; i < 32; i++) {
        rising[i] = (unsigned char)i;
        falling[i] = (unsigned char)(31 - i);
    }
    const struct {
        const void *bytes;
        size_t length;
        uint32_t crc;
    } CASES[] = {
        {"123456789", 9, 0xE3069283},
        {zeros, 32, 0x8A9136AA},
        {ones, 32, 0x62A8AB43},
        {rising, 32, 0x46DD794E},
        {falling, 32, 0x113FDB5C},
        {"", 0, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_int_equal(crc32c(CASES[i].bytes, CASES[i].length), CASES[i].crc);
        assert_int_equal(crc32c_portable(CASES[i].bytes, CASES[i].length), CASES[i].crc);
    }
}

static void both_ways_agree_at_every_length_and_place(void **state)
{
    (void)state;
    unsigned char bytes[300];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof bytes; i++) {
        seed = seed * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(seed >> 24);
    }
    for (size_t from = 0; from < 9; from++)
        for (size_t length = 0; from + length <= sizeof bytes; length++)
            assert_int_equal(crc32c(bytes + from, length), crc32c_portable(bytes + from, length));
}

static void the_mask_is_that_of_the_record_format(void **state)
{
    (void)state;
    uint32_t crc = 0xE3069283;
    assert_int_equal(
        crc32c_masked("123456789", 9), (uint32_t)((crc >> 15 | crc << 17) + 0xa282ead8u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values_hold),
        cmocka_unit_test(both_ways_agree_at_every_length_and_place),
        cmocka_unit_test(the_mask_is_that_of_the_record_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
