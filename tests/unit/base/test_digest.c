/*
 * Digests: known values, sums, files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/file.h"
#include "temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *shown(struct digest digest, char out[DIGEST_TEXT_BYTES])
{
    digest_print(&digest, out);
    return out;
}

/* The value of XXH3_128bits() of no bytes is published in xxHash's own tests; it must never change,
 * for it stands in files. */
static void test_known_values(void **state)
{
    (void)state;
    char text[DIGEST_TEXT_BYTES];
    assert_string_equal(shown(digest_of("", 0), text), "99aa06d3014798d86001c324468d497f");
    struct digest a = digest_of("abc", 3), b = digest_of("abd", 3);
    assert_false(digest_equal(&a, &b));
    unsigned char bytes[DIGEST_BYTES];
    digest_put(&a, bytes);
    b = digest_get(bytes);
    assert_true(digest_equal(&a, &b));
    assert_int_equal(bytes[0], a.high >> 56);
    assert_int_equal(bytes[15], a.low & 0xff);
}

static void test_sums(void **state)
{
    (void)state;
    struct digest a = {1, UINT64_MAX}, b = {2, 1};
    struct digest sum = digest_add(a, b), back = digest_add(b, a), want = {4, 0};
    assert_true(digest_equal(&sum, &want) && digest_equal(&back, &want));
}

/* Longer than the window of a stream, so that it is read in several pieces. */
static void test_a_file_is_its_bytes(void **state)
{
    (void)state;
    const char *top = temp_dir();
    size_t length = 700001;
    char *bytes = malloc(length + 1), path[512];
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)('a' + i * i % 23);
    bytes[length] = '\0';
    temp_text(top, "file", bytes);
    snprintf(path, sizeof path, "%s/file", top);
    struct digest file, memory = digest_of(bytes, length);
    struct err err = {0};
    assert_true(digest_file(path, &file, &err));
    assert_true(digest_equal(&file, &memory));
    snprintf(path, sizeof path, "%s/none", top);
    assert_false(digest_file(path, &file, &err));
    assert_int_equal(err.code, ERR_IO);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_a_file_is_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
