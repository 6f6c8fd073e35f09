/* test_cause_list.c: causes made while a run goes on: equal ones once, at an address that stays. */
#include "engine/cause_list.h"
#include "failing_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_once(void **state)
{
    (void)state;
    enum { TEXTS = 100 };
    struct cause_list causes = {0};
    const struct cause *made[TEXTS][2];
    char text[32];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < TEXTS; i++) {
            snprintf(text, sizeof text, "reason %d", i); /* a buffer that is written again: texts are copies */
            const struct cause *dropped = cause_list_get(&causes, FATE_DROPPED, text);
            const struct cause *failed = cause_list_get(&causes, FATE_FAILED, text);
            assert_ptr_not_equal(dropped, failed);
            if (round == 0) {
                made[i][0] = dropped;
                made[i][1] = failed;
            }
            assert_ptr_equal(made[i][0], dropped);
            assert_ptr_equal(made[i][1], failed);
        }
    assert_int_equal(causes.count, 2 * TEXTS);
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "reason %d", i);
        assert_int_equal(made[i][0]->fate, FATE_DROPPED);
        assert_int_equal(made[i][1]->fate, FATE_FAILED);
        assert_string_equal(made[i][0]->text, text);
        assert_string_equal(made[i][1]->text, text);
        assert_false(made[i][0]->server_error);
    }
    cause_list_fini(&causes);
    assert_int_equal(causes.count, 0);
    cause_list_fini(&causes);
}

static void test_memory_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    struct cause_list causes = {0};
    for (long working = 0; working < 2; working++) {
        fail_allocations_after(working);
        const struct cause *cause = cause_list_get(&causes, FATE_FAILED, "no room");
        fail_allocations_after(-1);
        assert_null(cause);
        assert_int_equal(causes.count, 0);
    }
    assert_non_null(cause_list_get(&causes, FATE_FAILED, "no room"));
    cause_list_fini(&causes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
