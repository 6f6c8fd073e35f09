/* test_token_bucket.c: the bucket against arithmetic on paper and against a bucket that keeps single tokens' birthdays. */
#include "engine/sim_time.h"
#include "engine/token_bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_starts_full(void **state)
{
    (void)state;
    struct token_bucket bucket;
    token_bucket_init(&bucket, 3, 1, NS_PER_S, 5);
    assert_int_equal(token_bucket_available(&bucket, 5), 3);
    assert_true(token_bucket_take(&bucket, 3, 5));
    assert_false(token_bucket_take(&bucket, 1, 5));
    assert_true(token_bucket_take(&bucket, 0, 5));
    assert_false(token_bucket_take(&bucket, 1, NS_PER_S + 4));
    assert_true(token_bucket_take(&bucket, 1, NS_PER_S + 5));
    assert_false(token_bucket_take(&bucket, 1, NS_PER_S + 5));
}

static void test_takes_all_or_nothing(void **state)
{
    (void)state;
    struct token_bucket bucket;
    token_bucket_init(&bucket, 10, 1, NS_PER_S, 0);
    assert_false(token_bucket_take(&bucket, 11, 0));
    assert_int_equal(token_bucket_available(&bucket, 0), 10);
    assert_false(token_bucket_take(&bucket, INT64_MAX, 0));
    assert_true(token_bucket_take(&bucket, 7, 0));
    assert_false(token_bucket_take(&bucket, 4, 0));
    assert_true(token_bucket_take(&bucket, 3, 0));
    /* Over its capacity it never holds more, however long it waits. */
    assert_int_equal(token_bucket_available(&bucket, NS_PER_DAY), 10);
}

/* 200 at once and 100/s, asked 300 times a second for 10 s. The last request is at 2999/300 s, when 200 + 999.67 tokens have come in:
 * 1,199 pass. The bucket is empty after the 300th, at 299/300 s (200 + 99.67 tokens); from then on one passes every 10 ms, and that is
 * exactly the third of the three requests in between. */
static void test_sustained_overload(void **state)
{
    (void)state;
    struct token_bucket bucket;
    token_bucket_init(&bucket, 200, 100, NS_PER_S, 0);
    int accepted = 0;
    for (int64_t k = 0; k < 3000; k++) {
        const bool passed = token_bucket_take(&bucket, 1, k * NS_PER_S / 300);
        if (k < 299)
            assert_true(passed);
        else
            assert_int_equal(passed, k % 3 == 0);
        accepted += passed;
    }
    assert_int_equal(accepted, 1199);
}

/* 500 a minute is a token every 120 ms, to the ns; 7 a minute is one every 8571428571.43 ns. */
static void test_every_token_on_time(void **state)
{
    (void)state;
    static const int64_t rates[] = {500, 7, 1, 59, 999983};
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        struct token_bucket bucket;
        token_bucket_init(&bucket, 1000, rates[r], NS_PER_MIN, 0);
        assert_true(token_bucket_take(&bucket, 1000, 0));
        for (int64_t k = 1; k <= 1000; k++) {
            const int64_t due_ns = (k * NS_PER_MIN + rates[r] - 1) / rates[r];
            assert_int_equal(token_bucket_available(&bucket, due_ns - 1), k - 1);
            assert_int_equal(token_bucket_available(&bucket, due_ns), k);
        }
    }
}

static void test_forever(void **state)
{
    (void)state;
    struct token_bucket bucket;
    token_bucket_init(&bucket, 2500000, INT64_MAX, NS_PER_HOUR, 0);
    assert_true(token_bucket_take(&bucket, 2500000, 0));
    assert_int_equal(token_bucket_available(&bucket, TIME_FOREVER), 2500000);

    token_bucket_init(&bucket, 2500000, 1, NS_PER_HOUR, 0); /* 9e18 of the 9.2e18 that 63 bits hold */
    assert_true(token_bucket_take(&bucket, 2500000, 0));
    assert_int_equal(token_bucket_available(&bucket, TIME_FOREVER), 2500000);

    token_bucket_init(&bucket, INT64_MAX, 0, 1, 0);
    assert_true(token_bucket_take(&bucket, INT64_MAX, TIME_FOREVER));
    assert_false(token_bucket_take(&bucket, 1, TIME_FOREVER));
    token_bucket_init(&bucket, INT64_MAX, 0, NS_PER_S, 0); /* beyond the contract: as many as fit */
    assert_int_equal(token_bucket_available(&bucket, 0), INT64_MAX / NS_PER_S);

    token_bucket_init(&bucket, 0, 100, NS_PER_S, 0);
    assert_false(token_bucket_take(&bucket, 1, TIME_FOREVER));
}

static void test_changes(void **state)
{
    (void)state;
    struct token_bucket bucket;
    token_bucket_init(&bucket, 100, 10, NS_PER_S, 0);
    assert_true(token_bucket_take(&bucket, 100, 0));
    /* Ten tokens at the old rate, then two a second. */
    token_bucket_change(&bucket, 50, 2, NS_PER_S, NS_PER_S);
    assert_int_equal(token_bucket_available(&bucket, NS_PER_S), 10);
    assert_int_equal(token_bucket_available(&bucket, 2 * NS_PER_S), 12);
    assert_int_equal(token_bucket_available(&bucket, 100 * NS_PER_S), 50);
    /* A larger one is not filled by the change; a smaller one overflows. */
    token_bucket_change(&bucket, 1000, 500, NS_PER_MIN, 100 * NS_PER_S);
    assert_int_equal(token_bucket_available(&bucket, 100 * NS_PER_S), 50);
    token_bucket_change(&bucket, 7, 500, NS_PER_MIN, 100 * NS_PER_S);
    assert_int_equal(token_bucket_available(&bucket, 100 * NS_PER_S), 7);
}

/* Half a token stays half a token when the rate is spelled per minute instead of per second. */
static void test_change_keeps_fractions(void **state)
{
    (void)state;
    struct token_bucket bucket;
    token_bucket_init(&bucket, 10, 1, NS_PER_S, 0);
    assert_true(token_bucket_take(&bucket, 10, 0));
    token_bucket_change(&bucket, 10, 60, NS_PER_MIN, NS_PER_S / 2);
    assert_false(token_bucket_take(&bucket, 1, NS_PER_S - 1));
    assert_true(token_bucket_take(&bucket, 1, NS_PER_S));
    token_bucket_change(&bucket, 10, 1, NS_PER_S, NS_PER_S + NS_PER_S / 4);
    assert_false(token_bucket_take(&bucket, 1, 2 * NS_PER_S - 1));
    assert_true(token_bucket_take(&bucket, 1, 2 * NS_PER_S));
}

/* Quotas as they are documented: so many a second, and how many at once. */
static void test_per_s(void **state)
{
    (void)state;
    static const struct {
        double per_s, depth_s;
        int64_t at_once, in_a_minute; /* what a full bucket gives, and what it gives when it is asked for a minute */
    } cases[] = {{10, 1, 10, 610}, {10, 0.1, 1, 601}, {10, 0.5, 5, 605}, {0.4, 1, 1, 1}, {0, 1, 1, 1}, {-3, 1, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct token_bucket bucket;
        int64_t taken = 0;
        token_bucket_init_per_s(&bucket, cases[i].per_s, cases[i].depth_s, 0);
        while (token_bucket_take(&bucket, 1, 0))
            taken++;
        assert_int_equal(taken, cases[i].at_once);
        for (int64_t at_ns = 0; at_ns <= NS_PER_MIN; at_ns += NS_PER_MS)
            taken += token_bucket_take(&bucket, 1, at_ns);
        assert_int_equal(taken, cases[i].in_a_minute);
    }
    struct token_bucket widest;
    token_bucket_init_per_s(&widest, 1e300, 1, 0);
    assert_int_equal(token_bucket_available(&widest, 0), 1000000000);
}

/* Against a bucket that counts nothing but: tokens taken so far, and the instant since which it has not been full. */
static void test_random_use(void **state)
{
    (void)state;
    uint64_t lcg = 12345;
    for (int round = 0; round < 200; round++) {
        lcg = lcg * UINT64_C(6364136223846793005) + 1442695040888963407;
        const int64_t capacity = 1 + (int64_t)(lcg >> 33) % 50;
        const int64_t rate = 1 + (int64_t)(lcg >> 40) % 1000;
        const int64_t per_ns = 1 + (int64_t)(lcg >> 20) % NS_PER_S;
        struct token_bucket bucket;
        token_bucket_init(&bucket, capacity, rate, per_ns, 0);
        int64_t full_ns = 0;
        int64_t taken = 0; /* since full_ns */
        int64_t now_ns = 0;
        for (int i = 0; i < 500; i++) {
            lcg = lcg * UINT64_C(6364136223846793005) + 1442695040888963407;
            now_ns += (int64_t)(lcg >> 34) % (4 * per_ns / rate + 2);
            const int64_t count = (int64_t)(lcg >> 60) % 5;
            if ((int128)(now_ns - full_ns) * rate >= (int128)taken * per_ns) {
                full_ns = now_ns;
                taken = 0;
            }
            const int64_t there = capacity - taken + (int64_t)((int128)(now_ns - full_ns) * rate / per_ns);
            assert_int_equal(token_bucket_available(&bucket, now_ns), there);
            assert_int_equal(token_bucket_take(&bucket, count, now_ns), count <= there);
            taken += count <= there ? count : 0;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts_full),
        cmocka_unit_test(test_takes_all_or_nothing),
        cmocka_unit_test(test_sustained_overload),
        cmocka_unit_test(test_every_token_on_time),
        cmocka_unit_test(test_forever),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_change_keeps_fractions),
        cmocka_unit_test(test_per_s),
        cmocka_unit_test(test_random_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
