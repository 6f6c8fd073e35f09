/* test_effects.c: what was done for an item is known again for as long as it is kept, and no longer. */
#include "engine/effects.h"
#include "engine/sim_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OPEN (100 * NS_PER_S)
#define SETTLED (10 * NS_PER_S)

static bool again(struct effects *effects, uint64_t item, uint32_t place, uint32_t k, int64_t now_s)
{
    bool was = false;
    assert_int_equal(effects_note(effects, &(struct effect){item, place, k}, now_s * NS_PER_S, &was), STATUS_OK);
    return was;
}

static void test_known_again(void **state)
{
    (void)state;
    struct effects effects;
    effects_init(&effects, OPEN, SETTLED, NULL, "test");
    /* the first call of the first steps has a bit, others have marks */
    static const uint32_t places[] = {0, 1, 63, 64, 1000};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (uint32_t k = 0; k < 200; k++) {
            assert_false(again(&effects, 7, places[i], k, 0));
            assert_true(again(&effects, 7, places[i], k, 0));
        }
    assert_false(again(&effects, 8, 0, 0, 0));
    assert_int_equal(effects.done.used, 2);
    effects_fini(&effects);
}

static void test_forgotten(void **state)
{
    (void)state;
    struct effects effects;
    effects_init(&effects, OPEN, SETTLED, NULL, "test");
    assert_false(again(&effects, 1, 0, 0, 0));
    assert_false(again(&effects, 1, 0, 5, 0));
    assert_true(again(&effects, 1, 0, 0, 99)); /* and from here on again */
    assert_true(again(&effects, 1, 0, 5, 198));
    assert_false(again(&effects, 1, 0, 0, 298));
    assert_false(again(&effects, 1, 0, 5, 298)); /* its marks are gone with it */
    effects_settle(&effects, 1, 298 * NS_PER_S);
    effects_settle(&effects, 2, 298 * NS_PER_S); /* for which nothing was done */
    assert_true(again(&effects, 1, 0, 0, 307));  /* open once more */
    assert_true(again(&effects, 1, 0, 0, 400));
    effects_settle(&effects, 1, 400 * NS_PER_S);
    assert_false(again(&effects, 1, 0, 0, 410));
    effects_fini(&effects);
}

/* Of a million items in a row, only those of the last ten seconds are kept. */
static void test_bounded(void **state)
{
    (void)state;
    struct effects effects;
    struct memory_account account = {.limit_bytes = 400000};
    effects_init(&effects, OPEN, SETTLED, &account, "test");
    for (uint64_t item = 0; item < 1000000; item++) {
        assert_false(again(&effects, item, 0, item % 2, (int64_t)(item / 100)));
        effects_settle(&effects, item, (int64_t)(item / 100) * NS_PER_S);
        assert_in_range(effects.done.used, 1, 1001 + 100);
    }
    assert_in_range(effects.marks.used, 1, 600);
    effects_fini(&effects);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    struct effects effects;
    struct memory_account account = {.limit_bytes = 20000};
    enum status status = STATUS_OK;
    bool was;
    effects_init(&effects, OPEN, SETTLED, &account, "test");
    for (uint64_t item = 0; item < 10000 && status == STATUS_OK; item++)
        status = effects_note(&effects, &(struct effect){item, 0, 1}, 0, &was);
    assert_int_equal(status, STATUS_LIMIT);
    effects_fini(&effects);
    assert_int_equal(account.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_known_again), cmocka_unit_test(test_forgotten), cmocka_unit_test(test_bounded),
                                       cmocka_unit_test(test_out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
