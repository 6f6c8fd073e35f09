/* test_room.c: lists that grow. */
#include "engine/room.h"
#include "failing_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct list {
    uint64_t *items;
    size_t count, capacity;
};

static void test_growth(void **state)
{
    (void)state;
    struct list list = {0};
    size_t moves = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        size_t before = list.capacity;
        assert_true(room_for(&list.items, list.count + 1, &list.capacity, sizeof *list.items));
        assert_true(list.capacity > list.count);
        moves += list.capacity != before;
        list.items[list.count++] = i;
    }
    for (uint64_t i = 0; i < 100000; i++)
        assert_int_equal(list.items[i], i);
    assert_true(moves < 20); /* each twice as large: 2^17 is above 100,000 */
    free(list.items);
}

static void test_many_at_once(void **state)
{
    (void)state;
    struct list list = {0};
    assert_true(room_for(&list.items, 0, &list.capacity, sizeof *list.items));
    assert_null(list.items);
    assert_true(room_for(&list.items, 1000, &list.capacity, sizeof *list.items));
    assert_true(list.capacity >= 1000);
    list.items[999] = 7;
    const uint64_t *there = list.items;
    size_t capacity = list.capacity;
    assert_true(room_for(&list.items, capacity, &list.capacity, sizeof *list.items));
    assert_ptr_equal(list.items, there);
    assert_int_equal(list.capacity, capacity);
    assert_true(room_for(&list.items, capacity + 1, &list.capacity, sizeof *list.items));
    assert_int_equal(list.capacity, 2 * capacity);
    assert_int_equal(list.items[999], 7);
    free(list.items);
}

/* What cannot be had leaves the list as it was: memory that is out, and sizes that no number holds. */
static void test_refusals(void **state)
{
    (void)state;
    struct list list = {0};
    assert_true(room_for(&list.items, 3, &list.capacity, sizeof *list.items));
    list.items[2] = 5;
    const struct list before = list;
    assert_false(room_for(&list.items, SIZE_MAX, &list.capacity, sizeof *list.items));
    assert_false(room_for(&list.items, SIZE_MAX / 4, &list.capacity, sizeof *list.items));
    if (allocation_failures_work()) {
        fail_allocations_after(0);
        bool grown = room_for(&list.items, before.capacity + 1, &list.capacity, sizeof *list.items);
        fail_allocations_after(-1);
        assert_false(grown);
    }
    assert_ptr_equal(list.items, before.items);
    assert_int_equal(list.capacity, before.capacity);
    assert_int_equal(list.items[2], 5);
    free(list.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
