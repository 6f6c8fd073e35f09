/* test_pool.c: ids and items of pools, and what is counted for them. */
#include "engine/pool.h"
#include "failing_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct item {
    uint64_t stamp[3];
};

static const char owner[] = "a queue";

static void test_account(void **state)
{
    (void)state;
    struct memory_account account = {.limit_bytes = 100};
    assert_int_equal(memory_account_take(&account, 60, "first"), STATUS_OK);
    assert_int_equal(memory_account_take(&account, 40, "second"), STATUS_OK);
    assert_int_equal(account.used_bytes, 100);
    assert_int_equal(memory_account_take(&account, 0, "second"), STATUS_OK);
    assert_int_equal(account.status, STATUS_OK);
    assert_int_equal(memory_account_take(&account, 1, "third"), STATUS_LIMIT);
    assert_int_equal(account.used_bytes, 100);
    memory_account_give(&account, 50);
    assert_int_equal(memory_account_take(&account, UINT64_MAX, "fourth"), STATUS_LIMIT);
    assert_int_equal(memory_account_take(&account, 50, "fifth"), STATUS_OK);
    /* The first refusal is the one that is told. */
    assert_int_equal(account.status, STATUS_LIMIT);
    assert_string_equal(account.culprit, "third");

    struct memory_account unlimited = {.limit_bytes = 0};
    assert_int_equal(memory_account_take(&unlimited, UINT64_MAX - 1, "all"), STATUS_OK);
    assert_int_equal(memory_account_take(&unlimited, 2, "more"), STATUS_LIMIT);
    assert_int_equal(unlimited.used_bytes, UINT64_MAX - 1);
}

static void test_items_are_apart_and_stay(void **state)
{
    (void)state;
    enum { ITEMS = 20001 }; /* eleven chunks */
    static struct item *items[ITEMS];
    struct pool pool;
    pool_init(&pool, sizeof(struct item), NULL, owner);
    for (uint32_t i = 0; i < ITEMS; i++) {
        assert_int_equal(pool_take(&pool), i);
        items[i] = pool_at(&pool, i);
        for (uint64_t j = 0; j < 3; j++)
            items[i]->stamp[j] = (uint64_t)i << 2 | j;
    }
    assert_int_equal(pool.used, ITEMS);
    for (uint32_t i = 0; i < ITEMS; i++) {
        assert_ptr_equal(pool_at(&pool, i), items[i]);
        for (uint64_t j = 0; j < 3; j++)
            assert_int_equal(items[i]->stamp[j], (uint64_t)i << 2 | j);
    }
    pool_fini(&pool);
}

static void test_last_given_comes_first(void **state)
{
    (void)state;
    struct pool pool;
    pool_init(&pool, sizeof(uint32_t), NULL, owner); /* as small as they get: the chain covers all of it */
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(pool_take(&pool), i);
    pool_give(&pool, 3);
    pool_give(&pool, 9);
    pool_give(&pool, 0);
    assert_int_equal(pool.used, 7);
    assert_int_equal(pool_take(&pool), 0);
    assert_int_equal(pool_take(&pool), 9);
    pool_give(&pool, 9);
    assert_int_equal(pool_take(&pool), 9);
    assert_int_equal(pool_take(&pool), 3);
    assert_int_equal(pool_take(&pool), 10);
    assert_int_equal(pool.used, 11);
    pool_fini(&pool);
}

/* Held against a table of who has what, in a random order of takes and gives. */
static void test_random_use(void **state)
{
    (void)state;
    enum { STEPS = 100000, MOST = 5000 };
    static uint32_t held[MOST];
    static uint64_t stamps[MOST];
    uint32_t count = 0;
    uint64_t lcg = 1;
    struct memory_account account = {.limit_bytes = 0};
    struct pool pool;
    pool_init(&pool, sizeof(struct item), &account, owner);
    for (uint64_t step = 0; step < STEPS; step++) {
        lcg = lcg * UINT64_C(6364136223846793005) + 1442695040888963407;
        const bool take = count == 0 || (count < MOST && lcg >> 60 < (step < STEPS / 2 ? 9 : 7));
        if (take) {
            held[count] = pool_take(&pool);
            stamps[count] = step;
            ((struct item *)pool_at(&pool, held[count]))->stamp[0] = step;
            count++;
        } else {
            const uint32_t which = (uint32_t)(lcg >> 33) % count;
            assert_int_equal(((struct item *)pool_at(&pool, held[which]))->stamp[0], stamps[which]);
            pool_give(&pool, held[which]);
            count--;
            held[which] = held[count];
            stamps[which] = stamps[count];
        }
        assert_int_equal(pool.used, count);
    }
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(((struct item *)pool_at(&pool, held[i]))->stamp[0], stamps[i]);
    pool_fini(&pool);
    assert_int_equal(account.used_bytes, 0);
}

static void test_what_is_counted(void **state)
{
    (void)state;
    struct memory_account account = {.limit_bytes = 0};
    struct pool pool;
    pool_init(&pool, sizeof(struct item), &account, owner);
    assert_int_equal(account.used_bytes, 0);
    /* Chunks of 16, 32, 64, ... items, in whole cache lines. */
    uint64_t room = 0, bytes = 0, chunk = POOL_FIRST_ITEMS;
    for (uint64_t i = 0; i < 3000; i++) {
        pool_take(&pool);
        if (i == room) {
            room += chunk;
            bytes += (chunk * sizeof(struct item) + 63) / 64 * 64;
            chunk *= 2;
        }
        assert_int_equal(account.used_bytes, bytes);
        assert_int_equal((uintptr_t)pool_at(&pool, (uint32_t)(room - chunk / 2)) % 64, 0);
    }
    const uint64_t most = account.used_bytes;
    for (uint32_t i = 0; i < 3000; i++)
        pool_give(&pool, i);
    for (uint32_t i = 0; i < 3000; i++)
        pool_take(&pool);
    assert_int_equal(account.used_bytes, most);
    pool_fini(&pool);
    assert_int_equal(account.used_bytes, 0);
    /* After the end it is an empty pool. */
    assert_int_equal(pool_take(&pool), 0);
    pool_fini(&pool);
    assert_int_equal(account.used_bytes, 0);
}

static void test_limit(void **state)
{
    (void)state;
    struct memory_account account = {.limit_bytes = 3 * POOL_FIRST_ITEMS * sizeof(struct item) + 100};
    struct pool pool;
    pool_init(&pool, sizeof(struct item), &account, owner);
    for (uint32_t i = 0; i < 3 * POOL_FIRST_ITEMS; i++)
        assert_int_equal(pool_take(&pool), i);
    const uint64_t used = account.used_bytes;
    assert_int_equal(account.status, STATUS_OK);
    assert_int_equal(pool_take(&pool), POOL_NONE);
    assert_int_equal(account.status, STATUS_LIMIT);
    assert_string_equal(account.culprit, owner);
    assert_int_equal(account.used_bytes, used);
    assert_int_equal(pool.used, 3 * POOL_FIRST_ITEMS);
    /* What is there goes on working. */
    pool_give(&pool, 5);
    assert_int_equal(pool_take(&pool), 5);
    assert_int_equal(pool_take(&pool), POOL_NONE);
    pool_fini(&pool);
    assert_int_equal(account.used_bytes, 0);
}

/* No id may be POOL_NONE: the last chunk that would hold it is never made. */
static void test_out_of_ids(void **state)
{
    (void)state;
    struct memory_account account = {.limit_bytes = 0};
    struct pool pool;
    pool_init(&pool, sizeof(struct item), &account, owner);
    pool.chunk_count = POOL_CHUNKS;
    pool.room = pool.fresh = POOL_NONE - 15; /* what 28 doublings of 16 hold */
    assert_int_equal(pool_take(&pool), POOL_NONE);
    assert_int_equal(account.status, STATUS_LIMIT);
    assert_string_equal(account.culprit, owner);
    assert_int_equal(account.used_bytes, 0);
}

/* The chunk may fail, with an account and without, and a later try may work. */
static void test_out_of_memory(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    struct memory_account account = {.limit_bytes = 0};
    struct pool pool;
    for (int counted = 0; counted < 2; counted++) {
        pool_init(&pool, sizeof(struct item), counted ? &account : NULL, owner);
        fail_allocations_after(0);
        const uint32_t got = pool_take(&pool);
        fail_allocations_after(-1);
        assert_int_equal(got, POOL_NONE);
        assert_int_equal(pool.used, 0);
        assert_int_equal(pool_take(&pool), 0);
        pool_fini(&pool);
    }
    assert_int_equal(account.status, STATUS_NO_MEMORY);
    assert_string_equal(account.culprit, owner);
    assert_int_equal(account.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_account),
        cmocka_unit_test(test_items_are_apart_and_stay),
        cmocka_unit_test(test_last_given_comes_first),
        cmocka_unit_test(test_random_use),
        cmocka_unit_test(test_what_is_counted),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_out_of_ids),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
