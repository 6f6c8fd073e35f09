/* test_ledger.c: counting by cause, merging by what a cause says, conservation, memory running out. */
#include "engine/ledger.h"
#include "failing_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct cause reserved = {.fate = FATE_THROTTLED, .text = "reserved concurrency"};
static const struct cause account = {.fate = FATE_THROTTLED, .text = "account concurrency"};
static const struct cause account_elsewhere = {.fate = FATE_THROTTLED, .text = "account concurrency"};
static const struct cause function_error = {.fate = FATE_FAILED, .text = "function error"};
static const struct cause other_fate = {.fate = FATE_TIMED_OUT, .text = "function error"};
static const struct cause done_elsewhere = {.fate = FATE_SUCCEEDED, .text = ""};

static void expect_line(const struct ledger *ledger, size_t index, enum fate fate, const char *text, uint64_t count)
{
    assert_true(index < ledger->line_count);
    assert_int_equal(ledger->lines[index].cause->fate, fate);
    assert_string_equal(ledger->lines[index].cause->text, text);
    assert_int_equal(ledger->lines[index].count, count);
}

static void test_counting(void **state)
{
    (void)state;
    struct ledger ledger = {0};
    const struct cause *const seen[] = {&cause_succeeded, &reserved, &account, &reserved, &function_error, &cause_succeeded, &account};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
        ledger_count(&ledger, seen[i]);
    assert_int_equal(ledger.succeeded, 2);
    assert_int_equal(ledger_accounted(&ledger), 7);
    assert_int_equal(ledger_count_cause(&ledger, &cause_succeeded, 10), STATUS_OK);
    assert_int_equal(ledger_count_cause(&ledger, &function_error, 5), STATUS_OK);
    assert_int_equal(ledger.succeeded, 12);
    assert_int_equal(ledger.line_count, 3);
    expect_line(&ledger, 0, FATE_FAILED, "function error", 6); /* the latest used first */
    expect_line(&ledger, 1, FATE_THROTTLED, "account concurrency", 2);
    expect_line(&ledger, 2, FATE_THROTTLED, "reserved concurrency", 2);
    assert_int_equal(ledger_accounted(&ledger), 22);
    ledger_sort(&ledger);
    expect_line(&ledger, 0, FATE_FAILED, "function error", 6);
    expect_line(&ledger, 1, FATE_THROTTLED, "account concurrency", 2);
    expect_line(&ledger, 2, FATE_THROTTLED, "reserved concurrency", 2);
    ledger_fini(&ledger);
    assert_int_equal(ledger_accounted(&ledger), 0);
    ledger_sort(&ledger);
    assert_int_equal(ledger.line_count, 0);
}

/* More causes than fit at first, counted in a scrambled order, against plain sums. */
static void test_many_causes(void **state)
{
    (void)state;
    enum { CAUSES = 57, COUNTS = 20000 };
    static char texts[CAUSES][16];
    static struct cause causes[CAUSES];
    uint64_t expected[CAUSES] = {0};
    struct ledger ledger = {0};
    for (size_t i = 0; i < CAUSES; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "cause %02zu", i);
        causes[i] = (struct cause){.fate = i % 2 ? FATE_FAILED : FATE_DROPPED, .text = texts[i]};
    }
    uint32_t scramble = 1;
    for (size_t i = 0; i < COUNTS; i++) {
        scramble = scramble * 1664525u + 1013904223u;
        size_t cause = (scramble >> 16) % CAUSES;
        ledger.entered++;
        ledger_count(&ledger, &causes[cause]);
        expected[cause]++;
    }
    assert_int_equal(ledger_accounted(&ledger), ledger.entered);
    ledger_sort(&ledger);
    assert_int_equal(ledger.line_count, CAUSES);
    for (size_t i = 0; i < CAUSES; i++) {
        size_t cause = i < CAUSES / 2 ? 2 * i + 1 : 2 * (i - CAUSES / 2); /* FATE_FAILED comes before FATE_DROPPED */
        expect_line(&ledger, i, causes[cause].fate, texts[cause], expected[cause]);
    }
    ledger_fini(&ledger);
}

static void test_merging(void **state)
{
    (void)state;
    struct ledger sum = {0}, one = {.entered = 9}, other = {.entered = 8};
    struct cause_list kept = {0};
    assert_int_equal(ledger_count_cause(&one, &cause_succeeded, 2), STATUS_OK);
    assert_int_equal(ledger_count_cause(&one, &account, 3), STATUS_OK);
    assert_int_equal(ledger_count_cause(&one, &account_elsewhere, 1), STATUS_OK);
    assert_int_equal(ledger_count_cause(&one, &function_error, 3), STATUS_OK);
    assert_int_equal(ledger_count_cause(&other, &account_elsewhere, 4), STATUS_OK);
    assert_int_equal(ledger_count_cause(&other, &done_elsewhere, 1), STATUS_OK);
    assert_int_equal(ledger_count_cause(&other, &other_fate, 3), STATUS_OK);
    assert_int_equal(ledger_merge(&sum, &one, &kept), STATUS_OK);
    assert_int_equal(ledger_merge(&sum, &other, &kept), STATUS_OK);
    ledger_sort(&sum);
    assert_int_equal(sum.entered, 17);
    assert_int_equal(ledger_accounted(&sum), 17);
    assert_int_equal(sum.succeeded, 3);
    assert_int_equal(sum.line_count, 3);
    expect_line(&sum, 0, FATE_FAILED, "function error", 3);
    expect_line(&sum, 1, FATE_THROTTLED, "account concurrency", 8);
    expect_line(&sum, 2, FATE_TIMED_OUT, "function error", 3);
    ledger_sort(&one); /* two constants that say the same are one line here too */
    assert_int_equal(one.line_count, 2);
    expect_line(&one, 1, FATE_THROTTLED, "account concurrency", 4);
    ledger_fini(&sum);
    ledger_fini(&one);
    ledger_fini(&other);
    cause_list_fini(&kept);
}

/* What could not be written down is missing from the sum, so the conservation check sees it. */
static void test_memory_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    struct ledger ledger = {.entered = 3}, sum = {0};
    struct cause_list kept = {0};
    ledger_count(&ledger, &account);
    fail_allocations_after(0);
    ledger_count(&ledger, &account);
    enum status merged = ledger_merge(&sum, &ledger, &kept);
    fail_allocations_after(-1);
    assert_int_equal(merged, STATUS_NO_MEMORY);
    assert_int_equal(ledger_accounted(&ledger), 2);
    ledger_fini(&ledger);
    ledger_fini(&sum);
    cause_list_fini(&kept);
    ledger = (struct ledger){.entered = 1};
    fail_allocations_after(0);
    ledger_count(&ledger, &account);
    enum status status = ledger_count_cause(&ledger, &reserved, 1);
    fail_allocations_after(-1);
    assert_int_equal(status, STATUS_NO_MEMORY);
    assert_true(ledger_accounted(&ledger) < ledger.entered);
    ledger_fini(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counting),
        cmocka_unit_test(test_many_causes),
        cmocka_unit_test(test_merging),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
