/* test_idle_set.c: which idle environment serves next, against a list that is searched from end to end. */
#include "lambda/environment.h"

#include "engine/random.h"
#include "failing_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MOST = 200, STEPS = 20000 };

/* The same set, without any cleverness: environments in the order in which they became idle. */
struct plain_set {
    enum reuse_order order;
    struct environment *list[MOST];
    size_t count;
};

static bool serves_before(enum reuse_order order, const struct environment *a, const struct environment *b)
{
    return order == REUSE_NEWEST ? a->ordinal > b->ordinal : a->ordinal < b->ordinal;
}

static struct environment *plain_next(const struct plain_set *set)
{
    if (set->count == 0)
        return NULL;
    if (set->order == REUSE_MOST_RECENT)
        return set->list[set->count - 1];
    struct environment *best = set->list[0];
    for (size_t i = 1; i < set->count && set->order != REUSE_LEAST_RECENT; i++)
        if (serves_before(set->order, set->list[i], best))
            best = set->list[i];
    return best;
}

static void plain_remove(struct plain_set *set, const struct environment *environment)
{
    size_t place = 0;
    while (set->list[place] != environment)
        place++;
    for (set->count--; place < set->count; place++)
        set->list[place] = set->list[place + 1];
}

/* At random every environment has the same share of [0, 1). */
static void check_shares(const struct idle_set *set, const struct plain_set *plain)
{
    bool seen[MOST] = {false};
    assert_int_equal(set->count, plain->count);
    for (size_t i = 0; i < plain->count; i++) {
        const double low = (double)i / (double)plain->count, high = ((double)i + 1) / (double)plain->count;
        const struct environment *next = idle_set_next(set, low + (high - low) / 2);
        assert_ptr_equal(next, idle_set_next(set, low + (high - low) * 0.01));
        assert_ptr_equal(next, idle_set_next(set, low + (high - low) * 0.99));
        assert_false(seen[next->ordinal]);
        seen[next->ordinal] = true;
    }
    for (size_t i = 0; i < plain->count; i++)
        assert_true(seen[plain->list[i]->ordinal]);
}

/* Environments become idle, serve, or expire from anywhere, in an order that chance decides. */
static void check_order(enum reuse_order order)
{
    static struct environment environments[MOST];
    bool idle[MOST] = {false};
    struct plain_set plain = {.order = order};
    struct idle_set set;
    struct stream chance;
    stream_init(&chance, 1, 0, "idle", "test");
    idle_set_init(&set, order);
    for (uint32_t i = 0; i < MOST; i++)
        environments[i] = (struct environment){.id = i, .ordinal = i};
    for (uint64_t step = 0; step < STEPS; step++) {
        stream_at(&chance, step, 0);
        const size_t which = (size_t)(stream_uniform(&chance) * MOST);
        struct environment *environment = &environments[which];
        /* Mostly adding, then mostly removing, in turn: the set grows and shrinks by much. */
        const bool add = stream_uniform(&chance) < (step / 2000 % 2 ? 0.2 : 0.8);
        if (add && !idle[which]) {
            assert_true(idle_set_add(&set, environment));
            plain.list[plain.count++] = environment;
            idle[which] = true;
        } else if (!add && plain.count > 0) {
            environment = idle[which] ? environment : idle_set_next(&set, stream_uniform(&chance));
            idle_set_remove(&set, environment);
            plain_remove(&plain, environment);
            idle[environment->ordinal] = false;
        }
        assert_int_equal(set.count, plain.count);
        if (order != REUSE_RANDOM)
            assert_ptr_equal(idle_set_next(&set, stream_uniform(&chance)), plain_next(&plain));
        else if (step % 64 == 0)
            check_shares(&set, &plain);
    }
    while (plain.count > 0) {
        struct environment *next = idle_set_next(&set, 0.5);
        if (order != REUSE_RANDOM)
            assert_ptr_equal(next, plain_next(&plain));
        idle_set_remove(&set, next);
        plain_remove(&plain, next);
    }
    assert_null(idle_set_next(&set, 0));
    assert_int_equal(set.count, 0);
    idle_set_fini(&set);
}

static void test_orders(void **state)
{
    (void)state;
    static const enum reuse_order orders[] = {REUSE_MOST_RECENT, REUSE_LEAST_RECENT, REUSE_NEWEST, REUSE_OLDEST, REUSE_RANDOM};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        check_order(orders[i]);
}

/* Four environments, used in the order 2, 0, 3, 1: each order has its own favourite. */
static void test_favourites(void **state)
{
    (void)state;
    static const struct {
        enum reuse_order order;
        uint32_t served[4];
    } cases[] = {
        {REUSE_MOST_RECENT, {1, 3, 0, 2}},
        {REUSE_LEAST_RECENT, {2, 0, 3, 1}},
        {REUSE_NEWEST, {3, 2, 1, 0}},
        {REUSE_OLDEST, {0, 1, 2, 3}},
    };
    static const uint32_t released[4] = {2, 0, 3, 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct environment environments[4];
        struct idle_set set;
        idle_set_init(&set, cases[i].order);
        for (uint32_t k = 0; k < 4; k++)
            environments[k] = (struct environment){.ordinal = k};
        for (size_t k = 0; k < 4; k++)
            assert_true(idle_set_add(&set, &environments[released[k]]));
        for (size_t k = 0; k < 4; k++) {
            struct environment *next = idle_set_next(&set, 0);
            assert_int_equal(next->ordinal, cases[i].served[k]);
            idle_set_remove(&set, next);
        }
        idle_set_fini(&set);
    }
}

/* Without memory nothing is added, and what was there stays. */
static void test_no_memory(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    static struct environment environments[64];
    struct idle_set set;
    size_t added = 0;
    idle_set_init(&set, REUSE_OLDEST);
    fail_allocations_after(1);
    for (uint32_t i = 0; i < 64; i++) {
        environments[i] = (struct environment){.ordinal = 64 - i};
        if (!idle_set_add(&set, &environments[i]))
            break;
        added++;
    }
    fail_allocations_after(-1);
    assert_true(added > 0 && added < 64);
    assert_int_equal(set.count, added);
    for (; added > 0; added--) {
        struct environment *next = idle_set_next(&set, 0);
        assert_ptr_equal(next, &environments[added - 1]); /* the last added is the oldest here */
        idle_set_remove(&set, next);
    }
    idle_set_fini(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_favourites),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests_name("idle environments", tests, NULL, NULL);
}
