/* test_key.c: partition keys: laws, ends, names, and that the choice of a key costs no table. */
#include "engine/key.h"
#include "statistics_bounds.h"

#include <stdio.h>

#define DRAWS 40000u
#define ALPHA 1e-4

static void count_keys(const struct key_choice *choice, uint64_t *counts, uint32_t cells)
{
    struct stream stream;
    stream_init(&stream, 7, 0, "keys", "key");
    for (uint32_t i = 0; i < DRAWS; i++) {
        stream_at(&stream, i, 0);
        const uint32_t key = key_draw(choice, &stream);
        assert_in_range(key, 1, choice->count);
        counts[key <= cells ? key - 1 : cells - 1]++;
    }
}

static void test_uniform(void **state)
{
    (void)state;
    uint64_t counts[97] = {0};
    const struct key_choice choice = key_choice_uniform(97);
    count_keys(&choice, counts, 97);
    check_chi_square("uniform over 97", counts, NULL, 97, ALPHA);
}

/* Against the exact weights; the last cell holds all keys from there on. */
static void check_zipf(uint32_t count, double exponent, uint32_t cells)
{
    uint64_t counts[64] = {0};
    double weights[64] = {0}, sum = 0;
    char what[64];
    assert_in_range(cells, 2, 64);
    for (uint32_t k = count; k >= 1; k--) {
        const double weight = pow(k, -exponent);
        weights[k <= cells ? k - 1 : cells - 1] += weight;
        sum += weight;
    }
    for (uint32_t i = 0; i < cells; i++)
        weights[i] /= sum;
    const struct key_choice choice = key_choice_zipf(count, exponent);
    count_keys(&choice, counts, cells);
    snprintf(what, sizeof what, "zipf of %u, exponent %g", count, exponent);
    check_chi_square(what, counts, weights, cells, ALPHA);
}

static void test_zipf(void **state)
{
    (void)state;
    static const double exponents[] = {0, 1e-9, 0.3, 0.999999, 1, 1.000001, 1.1, 2, 3.5};
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
        check_zipf(2, exponents[i], 2);
        check_zipf(50, exponents[i], exponents[i] > 3 ? 6 : exponents[i] > 1.5 ? 20 : 50);
    }
    check_zipf(100000, 0.8, 64);
    check_zipf(100000, 1.1, 64);
    check_zipf(1000000, 1, 64);
}

static void test_ends(void **state)
{
    (void)state;
    struct stream stream;
    stream_init(&stream, 1, 0, "keys", "key");
    static const double exponents[] = {0, 0.5, 1, 7, KEY_EXPONENT_MAX};
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
        const struct key_choice one = key_choice_zipf(1, exponents[i]), most = key_choice_zipf(KEY_COUNT_MAX, exponents[i]);
        for (uint32_t k = 0; k < 2000; k++) {
            stream_at(&stream, k, 0);
            assert_int_equal(key_draw(&one, &stream), 1);
            const uint32_t key = key_draw(&most, &stream);
            assert_in_range(key, 1, KEY_COUNT_MAX);
            assert_true(exponents[i] < KEY_EXPONENT_MAX || key == 1); /* the second key's share is 2^-100 */
            assert_true(stream.counter - ((uint64_t)k << 20) < 4096); /* what an item may draw */
        }
    }
    const struct key_choice none = {0}, constant = {.kind = KEY_CONSTANT, .constant = 12};
    assert_int_equal(key_draw(&none, &stream), KEY_NONE_GIVEN);
    assert_int_equal(key_draw(&constant, &stream), 12);
}

/* A key depends on the item alone, not on what was drawn before. */
static void test_place(void **state)
{
    (void)state;
    const struct key_choice choice = key_choice_zipf(10000000, 0.9);
    struct stream stream;
    uint32_t keys[100];
    stream_init(&stream, 3, 0, "keys", "key");
    for (uint32_t i = 0; i < 100; i++) {
        stream_at(&stream, i, 0);
        keys[i] = key_draw(&choice, &stream);
    }
    for (uint32_t i = 100; i-- > 0;) {
        stream_at(&stream, i, 0);
        assert_int_equal(key_draw(&choice, &stream), keys[i]);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(key_named("1"), 1);
    assert_int_equal(key_named("1000000000"), KEY_COUNT_MAX);
    static const char *const others[] = {"0", "1000000001", "99999999999999999999", "-1", "1.5", "1 ", "", "a", "b", "user-7", "7a"};
    const size_t count = sizeof others / sizeof *others;
    for (size_t i = 0; i < count; i++) {
        assert_true(key_named(others[i]) > KEY_COUNT_MAX);
        assert_int_equal(key_named(others[i]), key_named(others[i]));
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(key_named(others[i]), key_named(others[k]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uniform), cmocka_unit_test(test_zipf),  cmocka_unit_test(test_ends),
        cmocka_unit_test(test_place),   cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
