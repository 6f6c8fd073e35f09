/* test_chain.c: linked lists of pool items, held against arrays. */
#include "engine/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct item {
    uint64_t place_in_pool;
    struct link first, second;
    int64_t at_ns;
};

struct lists {
    struct pool pool;
    struct chain by_entry, by_time;
};

static void lists_init(struct lists *lists)
{
    pool_init(&lists->pool, sizeof(struct item), NULL, "a test");
    chain_init(&lists->by_entry, &lists->pool, offsetof(struct item, first));
    chain_init(&lists->by_time, &lists->pool, offsetof(struct item, second));
}

static struct item *item_at(const struct lists *lists, uint32_t id)
{
    return pool_at(&lists->pool, id);
}

static uint32_t enter(struct lists *lists, int64_t at_ns)
{
    uint32_t id = pool_take(&lists->pool);
    item_at(lists, id)->at_ns = at_ns;
    chain_append(&lists->by_entry, id);
    chain_insert_by_time(&lists->by_time, offsetof(struct item, at_ns), id);
    return id;
}

/* Both ways along the chain. */
static void assert_chain(const struct chain *chain, const uint32_t *ids, size_t count)
{
    size_t place = 0;
    for (uint32_t id = chain->head; id != POOL_NONE; id = chain_link(chain, id)->next)
        assert_true(place < count && ids[place++] == id);
    assert_int_equal(place, count);
    for (uint32_t id = chain->tail; id != POOL_NONE; id = chain_link(chain, id)->prev)
        assert_true(place > 0 && ids[--place] == id);
    assert_int_equal(place, 0);
}

static void test_insert(void **state)
{
    (void)state;
    struct lists lists;
    lists_init(&lists);
    assert_chain(&lists.by_entry, NULL, 0);
    uint32_t a = pool_take(&lists.pool), b = pool_take(&lists.pool), c = pool_take(&lists.pool), d = pool_take(&lists.pool);
    chain_insert(&lists.by_entry, POOL_NONE, b);
    chain_insert(&lists.by_entry, POOL_NONE, a);
    chain_append(&lists.by_entry, d);
    chain_insert(&lists.by_entry, b, c);
    assert_chain(&lists.by_entry, (const uint32_t[]){a, b, c, d}, 4);
    chain_remove(&lists.by_entry, b);
    assert_chain(&lists.by_entry, (const uint32_t[]){a, c, d}, 3);
    chain_remove(&lists.by_entry, a);
    chain_remove(&lists.by_entry, d);
    assert_chain(&lists.by_entry, &c, 1);
    chain_remove(&lists.by_entry, c);
    assert_chain(&lists.by_entry, NULL, 0);
    pool_fini(&lists.pool);
}

/* In two chains at once; of equal times, who came first is first. */
static void test_by_time(void **state)
{
    (void)state;
    struct lists lists;
    lists_init(&lists);
    uint32_t a = enter(&lists, 5), b = enter(&lists, 7), c = enter(&lists, 5), d = enter(&lists, 1), e = enter(&lists, 7);
    assert_chain(&lists.by_entry, (const uint32_t[]){a, b, c, d, e}, 5);
    assert_chain(&lists.by_time, (const uint32_t[]){d, a, c, b, e}, 5);
    chain_remove(&lists.by_time, a);
    assert_chain(&lists.by_entry, (const uint32_t[]){a, b, c, d, e}, 5);
    assert_chain(&lists.by_time, (const uint32_t[]){d, c, b, e}, 4);
    pool_fini(&lists.pool);
}

/* Entries and removals in any order, against an array that is searched. */
static void test_random_use(void **state)
{
    (void)state;
    enum { MOST = 200 };
    struct lists lists;
    lists_init(&lists);
    uint32_t entered[MOST], timed[MOST];
    size_t count = 0;
    uint64_t lcg = 99;
    for (int i = 0; i < 5000; i++) {
        lcg = lcg * UINT64_C(6364136223846793005) + 1442695040888963407;
        if (count < MOST && (count == 0 || lcg >> 62 != 0)) {
            int64_t at_ns = (int64_t)(lcg >> 40) % 50;
            size_t place = count;
            entered[count] = enter(&lists, at_ns);
            while (place > 0 && item_at(&lists, timed[place - 1])->at_ns > at_ns)
                place--;
            memmove(timed + place + 1, timed + place, (count - place) * sizeof *timed);
            timed[place] = entered[count++];
        } else {
            size_t which = (size_t)(lcg >> 33) % count, place = 0;
            uint32_t id = entered[which];
            while (timed[place] != id)
                place++;
            count--;
            memmove(entered + which, entered + which + 1, (count - which) * sizeof *entered);
            memmove(timed + place, timed + place + 1, (count - place) * sizeof *timed);
            chain_remove(&lists.by_entry, id);
            chain_remove(&lists.by_time, id);
            pool_give(&lists.pool, id);
        }
        if (i % 16 == 0 || count == MOST) {
            assert_chain(&lists.by_entry, entered, count);
            assert_chain(&lists.by_time, timed, count);
        }
    }
    pool_fini(&lists.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_insert),
        cmocka_unit_test(test_by_time),
        cmocka_unit_test(test_random_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
