/* What is dear waits until it is paid for; what is cheap does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/thrift.h"

static void dear_things_wait(void **state)
{
    (void)state;
    struct thrift thrift = {.share = 1e-6};
    assert_true(thrift_begin(&thrift));
    for (double until_s = thrift_cpu_s() + 0.002; thrift_cpu_s() < until_s;)
        continue;
    thrift_end(&thrift); /* 2 ms at a millionth of a core: half an hour */
    assert_false(thrift_begin(&thrift));
    assert_true(thrift.next_ms - clock_ms() > 1000000);
}

static void a_whole_core_is_always_enough(void **state)
{
    (void)state;
    struct thrift thrift = {.share = 1e6};
    for (int i = 0; i < 3; i++) {
        assert_true(thrift_begin(&thrift));
        thrift_end(&thrift);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dear_things_wait),
        cmocka_unit_test(a_whole_core_is_always_enough),
    };
    return cmocka_run_group_tests_name("record thrift", tests, NULL, NULL);
}
