/* test_waits.c: waits that grow from failure to failure (back_off), and a pace that holds back without refusing (pace). */
#include "engine/back_off.h"
#include "engine/pace.h"
#include "statistics_bounds.h"

static void test_growth(void **state)
{
    (void)state;
    static const struct {
        struct back_off back_off;
        int64_t waits_ns[6];
    } cases[] = {
        {{.base_ns = 100, .factor = 2, .cap_ns = 1000}, {100, 200, 400, 800, 1000, 1000}},
        {{.base_ns = 100, .factor = 1, .cap_ns = 1000}, {100, 100, 100, 100, 100, 100}},
        {{.base_ns = 10, .factor = 3, .cap_ns = 5000}, {10, 30, 90, 270, 810, 2430}},
        {{.base_ns = 100, .factor = 1.5, .cap_ns = 400}, {100, 150, 225, 338, 400, 400}}, /* 337.5: rounded once, at the end */
        {{.base_ns = 100, .factor = 2, .cap_ns = 50}, {50, 50, 50, 50, 50, 50}},
        {{.base_ns = 0, .factor = 2, .cap_ns = 50}, {0, 0, 0, 0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint32_t earlier = 0; earlier < 6; earlier++)
            assert_int_equal(back_off_ns(&cases[i].back_off, earlier), cases[i].waits_ns[earlier]);
}

/* However often it failed, the wait is a number. */
static void test_far(void **state)
{
    (void)state;
    const struct back_off doubling = {.base_ns = 100, .factor = 2, .cap_ns = 7000}, still = {.base_ns = 3, .factor = 1, .cap_ns = 7000},
                          endless = {.base_ns = 100, .factor = 1e9, .cap_ns = INFINITY};
    assert_int_equal(back_off_ns(&doubling, UINT32_MAX), 7000);
    assert_int_equal(back_off_ns(&still, UINT32_MAX), 3);
    assert_int_equal(back_off_ns(&endless, UINT32_MAX), TIME_FOREVER);
}

/* Uniform within the share that chance may take away, and nothing drawn where it takes none. */
static void test_shortened(void **state)
{
    (void)state;
    enum { ITEMS = 2000 };
    struct stream stream, untouched;
    double u[ITEMS];
    stream_init(&stream, 1, 0, "a", "jitter");
    for (uint64_t item = 0; item < ITEMS; item++) {
        stream_at(&stream, item, 0);
        u[item] = (1000 * 1e6 - (double)back_off_shortened_ns(1000 * 1e6, 0.25, &stream)) / (250 * 1e6);
        assert_true(u[item] >= 0 && u[item] <= 1);
    }
    check_uniform("jitter", u, ITEMS, 1e-3);
    stream_at(&stream, 7, 0);
    untouched = stream;
    assert_int_equal(back_off_shortened_ns(1000.6, 0, &stream), 1001);
    assert_true(stream_uniform(&stream) == stream_uniform(&untouched));
}

/* One may go each 10 ns, three at once after a rest. */
static void test_pace(void **state)
{
    (void)state;
    struct pace pace = {0};
    static const struct {
        int64_t now_ns, goes_ns;
    } calls[] = {{100, 100}, {100, 100},   {100, 100},   {100, 110},   {100, 120},  {125, 130},
                 {140, 140}, {1000, 1000}, {1000, 1000}, {1000, 1000}, {1000, 1010}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        int64_t next_ns = pace_next_ns(&pace, 20);
        assert_int_equal(next_ns > calls[i].now_ns ? next_ns : calls[i].now_ns, calls[i].goes_ns);
        pace_spend(&pace, calls[i].now_ns, 10);
    }
    pace_spend(&pace, 1000, TIME_FOREVER); /* it never may again */
    assert_int_equal(pace_next_ns(&pace, 0), TIME_FOREVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_far),
        cmocka_unit_test(test_shortened),
        cmocka_unit_test(test_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
