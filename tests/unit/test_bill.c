/* test_bill.c: quantities in the order in which they were added, zeros too. */
#include "failing_allocation.h"
#include "measure/bill.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct line_item requests = {.usage_type = "Requests", .help = "Requests"};
static const struct line_item storage = {.usage_type = "Storage", .help = "Storage"};

static void test_lines(void **state)
{
    (void)state;
    enum { ENTITIES = 100 };
    struct bill bill = {0};
    for (uint32_t i = 0; i < ENTITIES; i++) {
        bill.entity = i;
        bill_add(&bill, &requests, i);
        bill_add(&bill, &storage, 0);
    }
    assert_int_equal(bill.status, STATUS_OK);
    assert_int_equal(bill.count, 2 * ENTITIES);
    for (uint32_t i = 0; i < ENTITIES; i++) {
        assert_int_equal(bill.lines[2 * i].entity, i);
        assert_ptr_equal(bill.lines[2 * i].usage_type, requests.usage_type);
        assert_true(bill.lines[2 * i].quantity == i);
        assert_int_equal(bill.lines[2 * i + 1].entity, i);
        assert_ptr_equal(bill.lines[2 * i + 1].usage_type, storage.usage_type);
        assert_true(bill.lines[2 * i + 1].quantity == 0);
    }
    bill_fini(&bill);
    assert_int_equal(bill.count, 0);
    bill_fini(&bill);
}

static void test_chunks(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes, chunk_bytes, chunks;
    } cases[] = {
        {0, 64, 1}, {1, 64, 1}, {63, 64, 1}, {64, 64, 1}, {65, 64, 2}, {128, 64, 2}, {129, 64, 3}, {0, 0, 1}, {UINT64_MAX, 1, UINT64_MAX},
        {7, 0, 7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(bill_chunks(cases[i].bytes, cases[i].chunk_bytes), cases[i].chunks);
}

static void test_memory_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    struct bill bill = {0};
    fail_allocations_after(1);
    for (int i = 0; i < 100; i++)
        bill_add(&bill, &requests, i);
    fail_allocations_after(-1);
    assert_int_equal(bill.status, STATUS_NO_MEMORY);
    assert_true(bill.count > 0 && bill.count < 100);
    size_t count = bill.count;
    bill_add(&bill, &requests, 1); /* a bill with a gap would be a wrong one: nothing is added behind it */
    assert_int_equal(bill.count, count);
    bill_fini(&bill);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
