/* test_random.c: the generator against published numbers, its keys, and its numbers in the striding that models use. */
#include "engine/random.h"
#include "statistics_bounds.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Of each hypothesis test. With the 60 or so of this file a good generator would fail somewhere with a chance of one in a thousand. */
#define ALPHA (1e-3 / 60)
#define ITEMS 200000u

/* The five-squarings numbers of counters 0, 1, ... for a key; the upper halves are those of four. The first key is that of the
 * author's own examples, with numbers from the documentation of an implementation in Rust; the second set was made with the author's C
 * for the tests of the Python package randomgen. */
static const struct {
    uint64_t key;
    uint64_t numbers[5];
    size_t count;
} published[] = {
    {UINT64_C(0x548c9decbce65297), {UINT64_C(0x36d88366cee633a5), UINT64_C(0x944716e00e60dfaa), UINT64_C(0xc8a8f4e0678654bf)}, 3},
    {UINT64_C(0x3bc8bca4d301945b),
     {UINT64_C(0x5167ea8b7923d95b), UINT64_C(0x0e03102be2db8c20), UINT64_C(0xe59f61d7beb27f5d), UINT64_C(0x943ac4d08e1a4431),
      UINT64_C(0x55a666125bf71ba4)},
     5},
};

static void test_published_numbers(void **state)
{
    (void)state;
    struct stream stream;
    stream_init(&stream, 1, 0, "any", "any");
    for (size_t i = 0; i < COUNT_OF(published); i++) {
        stream.key = published[i].key;
        for (size_t j = 0; j < published[i].count; j++) {
            const uint64_t number = published[i].numbers[j];
            const double uniform = (double)(number >> 11) / 9007199254740992.0;
            stream.counter = j;
            assert_int_equal(gsl_rng_get(&stream.rng), number >> 32);
            assert_int_equal(stream.counter, j + 1);
            stream.counter = j;
            assert_true(stream_uniform(&stream) == uniform);
            assert_int_equal(stream.counter, j + 1);
            stream.counter = j;
            assert_true(gsl_rng_uniform(&stream.rng) == uniform);
        }
    }
    assert_int_equal(gsl_rng_min(&stream.rng), 0);
    assert_int_equal(gsl_rng_max(&stream.rng), 0xffffffff);
}

static int compare_words(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool all_differ(uint64_t *words, size_t count)
{
    qsort(words, count, sizeof *words, compare_words);
    for (size_t i = 1; i < count; i++) {
        if (words[i] == words[i - 1])
            return false;
    }
    return true;
}

/* The rule of the generator's author for keys; see random.c. */
static void check_key(uint64_t key)
{
    unsigned seen = 0;
    unsigned below = 0;
    assert_int_equal(key & 1, 1);
    for (unsigned place = 0; place < 16; place++) {
        const unsigned digit = (unsigned)(key >> (4 * place)) & 15;
        assert_int_not_equal(digit, 0);
        assert_int_not_equal(digit, below);
        if (place < 8)
            assert_int_equal(seen & 1u << digit, 0);
        seen |= 1u << digit;
        below = digit;
    }
}

static void test_keys(void **state)
{
    (void)state;
    static uint64_t keys[20000];
    uint64_t last_digit[8] = {0};
    uint64_t second_digit[15] = {0};
    uint64_t first_digit[15] = {0};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        char name[32];
        snprintf(name, sizeof name, "F%zu", i / 4);
        struct stream stream;
        stream_init(&stream, 7, (uint32_t)(i % 2), name, i % 4 < 2 ? "duration" : "init");
        check_key(stream.key);
        assert_int_equal(stream.counter, 0);
        keys[i] = stream.key;
        last_digit[(stream.key & 15) / 2]++;
        second_digit[(stream.key >> 4 & 15) - 1]++;
        first_digit[(stream.key >> 60) - 1]++;
    }
    check_chi_square("last digit of keys", last_digit, NULL, 8, ALPHA);
    check_chi_square("first digit of keys", first_digit, NULL, 15, ALPHA);
    /* A digit that may be last is second when it is not last: 7/8 x 1/14; an even one: 1/14. */
    double probabilities[15];
    for (unsigned i = 0; i < 15; i++)
        probabilities[i] = i % 2 == 0 ? 7.0 / 8 / 14 : 1.0 / 14;
    check_chi_square("second digit of keys", second_digit, probabilities, 15, ALPHA);
    assert_true(all_differ(keys, COUNT_OF(keys)));
}

/* Each part of a stream's name counts, and it matters where one ends and the next begins. */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        uint32_t replication;
        const char *entity;
        const char *purpose;
    } names[] = {
        {1, 0, "Api", "init"},          {2, 0, "Api", "init"},          {1, 1, "Api", "init"},          {0, 1, "Api", "init"},
        {1, 0, "Apj", "init"},          {1, 0, "Api", "inis"},          {1, 0, "Apii", "nit"},          {1, 0, "init", "Api"},
        {1, 0, "", "Apiinit"},          {1, 0, "Apiinit", ""},          {1, 0, "12345678", "9"},        {1, 0, "1234567", "89"},
        {1, 0, "123456789", ""},        {1, 0, "", "123456789"},        {1, 0, "12345678", "\x01\x01"}, {1, 0, "12345678\x01", "\x01"},
        {UINT64_MAX, 0, "Api", "init"}, {1, UINT32_MAX, "Api", "init"},
    };
    uint64_t keys[COUNT_OF(names)];
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct stream once;
        struct stream again;
        stream_init(&once, names[i].seed, names[i].replication, names[i].entity, names[i].purpose);
        stream_init(&again, names[i].seed, names[i].replication, names[i].entity, names[i].purpose);
        assert_int_equal(once.key, again.key);
        keys[i] = once.key;
    }
    assert_true(all_differ(keys, COUNT_OF(keys)));
}

/* Every result of every seed hangs on these. Computed apart from the program, from the definition in random.c. */
static void test_pinned(void **state)
{
    (void)state;
    assert_int_equal(random_hash(0, ""), UINT64_C(0xa706dd2f4d197e6f));
    assert_int_equal(random_hash(1, "Api"), UINT64_C(0xe292cfaf3893935));
    assert_int_equal(random_hash(UINT64_MAX, "a name of 23 characters"), UINT64_C(0x45829b1baba98d5a));
    assert_int_equal(item_salt("users"), UINT64_C(0x5bebc3184aa));
    struct stream stream;
    stream_init(&stream, 1, 0, "Api", "duration");
    assert_int_equal(stream.key, UINT64_C(0xc2e34826948f21bd));
}

/* A bit of the text moves each bit of the hash with probability 1/2, whichever it is. */
static void test_hash_avalanche(void **state)
{
    (void)state;
    static uint64_t flips[64];
    memset(flips, 0, sizeof flips);
    unsigned trials = 0;
    for (unsigned n = 0; n < 1000; n++) {
        char text[16];
        snprintf(text, sizeof text, "name-%04u-x", n); /* two words, the second not full */
        const uint64_t hash = random_hash(n, text);
        for (size_t place = 0; text[place] != '\0'; place++) {
            for (unsigned bit = 0; bit < 7; bit++) {
                const char kept = text[place];
                text[place] = (char)(kept ^ 1 << bit);
                if (text[place] != '\0') {
                    const uint64_t moved = hash ^ random_hash(n, text);
                    for (unsigned i = 0; i < 64; i++)
                        flips[i] += moved >> i & 1;
                    trials++;
                }
                text[place] = kept;
            }
        }
    }
    double most = 0;
    for (unsigned i = 0; i < 64; i++)
        most = fmax(most, fabs((double)flips[i] - trials / 2.0) / sqrt(trials / 4.0));
    check_z("the output bit that flips least or most", most, ALPHA / 64);
}

static void test_salts(void **state)
{
    (void)state;
    static uint64_t salts[20000];
    uint64_t top[256] = {0};
    for (size_t i = 0; i < COUNT_OF(salts); i++) {
        char name[32];
        snprintf(name, sizeof name, "source%zu", i);
        salts[i] = item_salt(name);
        assert_true(salts[i] < UINT64_C(1) << 44);
        top[salts[i] >> 36]++;
    }
    check_chi_square("salts", top, NULL, 256, ALPHA);
    assert_true(all_differ(salts, COUNT_OF(salts)));
}

static void test_places(void **state)
{
    (void)state;
    struct stream stream;
    stream_init(&stream, 1, 0, "Api", "duration");
    stream_at(&stream, 5, 3);
    const double first = stream_uniform(&stream);
    const double second = stream_uniform(&stream);
    assert_true(first != second);
    stream_at(&stream, 6, 0);
    stream_uniform(&stream);
    stream_at(&stream, 5, 3);
    assert_true(stream_uniform(&stream) == first);
    assert_true(stream_uniform(&stream) == second);

    stream_at(&stream, 1, 1);
    assert_int_equal(stream.counter, (1u << 20) + (1u << 12));
    stream_at(&stream, (UINT64_C(1) << 44) + 1, 257); /* both go round */
    assert_int_equal(stream.counter, (1u << 20) + (1u << 12));

    gsl_rng_set(&stream.rng, 5);
    check_key(stream.key);
    assert_int_equal(stream.counter, 0);
}

/* Two numbers that a model could draw for neighbours in one sense or another. `i` is the item. */
enum neighbours { NEXT_ITEM, NEXT_DRAW, NEXT_ATTEMPT, NEXT_REPLICATION, NEXT_SEED, NEXT_PURPOSE, NEXT_ENTITY, FAR_ITEM, NEIGHBOURS };
static const char *const neighbour_names[NEIGHBOURS] = {"items", "draws",    "attempts", "replications",
                                                        "seeds", "purposes", "entities", "items 2^20 apart"};

struct pair_of_streams {
    struct stream one;
    struct stream other;
};

static void set_up_pair(struct pair_of_streams *pair, enum neighbours how)
{
    stream_init(&pair->one, 1, 0, "F1", "duration");
    stream_init(&pair->other, how == NEXT_SEED ? 2 : 1, how == NEXT_REPLICATION, how == NEXT_ENTITY ? "F2" : "F1",
                how == NEXT_PURPOSE ? "init" : "duration");
}

static void draw_pair(struct pair_of_streams *pair, enum neighbours how, uint64_t item, uint32_t drawn[2])
{
    stream_at(&pair->one, item, 0);
    drawn[0] = (uint32_t)gsl_rng_get(&pair->one.rng);
    if (how == NEXT_DRAW) {
        drawn[1] = (uint32_t)gsl_rng_get(&pair->one.rng);
        return;
    }
    const uint64_t further = how == NEXT_ITEM ? 1 : how == FAR_ITEM ? 1u << 20 : 0;
    stream_at(&pair->other, item + further, how == NEXT_ATTEMPT);
    drawn[1] = (uint32_t)gsl_rng_get(&pair->other.rng);
}

/* The top six bits of both, and the low six: 64 x 64 cells each; their correlation; and how often each bit is the same in both. */
static void check_pairs(enum neighbours how, uint64_t first_item)
{
    static uint64_t high[4096];
    static uint64_t low[4096];
    uint64_t same[32] = {0};
    memset(high, 0, sizeof high);
    memset(low, 0, sizeof low);
    double products = 0;
    struct pair_of_streams pair;
    set_up_pair(&pair, how);
    for (uint64_t i = 0; i < ITEMS; i++) {
        uint32_t drawn[2];
        draw_pair(&pair, how, first_item + i, drawn);
        high[(drawn[0] >> 26) << 6 | drawn[1] >> 26]++;
        low[(drawn[0] & 63) << 6 | (drawn[1] & 63)]++;
        products += (drawn[0] / 4294967296.0 - 0.5) * (drawn[1] / 4294967296.0 - 0.5);
        for (unsigned bit = 0; bit < 32; bit++)
            same[bit] += ~(drawn[0] ^ drawn[1]) >> bit & 1;
    }
    check_chi_square(neighbour_names[how], high, NULL, 4096, ALPHA);
    check_chi_square(neighbour_names[how], low, NULL, 4096, ALPHA);
    check_z(neighbour_names[how], 12 * products / sqrt(ITEMS), ALPHA);
    double statistic = 0;
    for (unsigned bit = 0; bit < 32; bit++)
        statistic += pow((double)same[bit] - ITEMS / 2.0, 2) / (ITEMS / 4.0);
    check_tails(neighbour_names[how], gsl_cdf_chisq_P(statistic, 32), gsl_cdf_chisq_Q(statistic, 32), ALPHA);
}

static void test_neighbours_are_independent(void **state)
{
    (void)state;
    for (int how = 0; how < NEIGHBOURS; how++)
        check_pairs((enum neighbours)how, item_salt("users"));
    check_pairs(NEXT_ITEM, 0); /* items as small as they get */
}

/* The first numbers of successive items, byte by byte; of uniforms the lowest bits too. */
static void test_first_draws_are_uniform(void **state)
{
    (void)state;
    static uint64_t bytes[4][256];
    uint64_t low_bits[256] = {0};
    static double uniforms[ITEMS];
    memset(bytes, 0, sizeof bytes);
    struct stream stream;
    stream_init(&stream, 1, 0, "F1", "duration");
    const uint64_t salt = item_salt("users");
    for (uint64_t i = 0; i < ITEMS; i++) {
        stream_at(&stream, salt + i, 0);
        const unsigned long number = gsl_rng_get(&stream.rng);
        for (unsigned byte = 0; byte < 4; byte++)
            bytes[byte][number >> (8 * byte) & 255]++;
        stream_at(&stream, salt + i, 0);
        uniforms[i] = stream_uniform(&stream);
        assert_true(uniforms[i] >= 0 && uniforms[i] < 1);
        low_bits[(uint64_t)(uniforms[i] * 9007199254740992.0) & 255]++;
    }
    for (unsigned byte = 0; byte < 4; byte++)
        check_chi_square("first draws, a byte", bytes[byte], NULL, 256, ALPHA);
    check_chi_square("uniforms, low bits", low_bits, NULL, 256, ALPHA);
    check_uniform("uniforms", uniforms, ITEMS, ALPHA);
}

/* Marsaglia's birthday spacings: of 4,096 numbers below 2^32 the sorted gaps repeat 4096^3 / 2^34 = 4 times on average (Poisson).
 * It is what finds generators that are a lattice in disguise. */
static void test_birthday_spacings(void **state)
{
    (void)state;
    enum { BIRTHDAYS = 4096, YEARS = 64 };
    static uint64_t days[BIRTHDAYS];
    struct stream stream;
    stream_init(&stream, 1, 0, "F1", "duration");
    for (unsigned stride = 1; stride <= 1u << 16; stride <<= 8) {
        unsigned repeats = 0;
        for (uint64_t year = 0; year < YEARS; year++) {
            for (uint64_t i = 0; i < BIRTHDAYS; i++) {
                stream_at(&stream, (year * BIRTHDAYS + i) * stride, 0);
                days[i] = gsl_rng_get(&stream.rng);
            }
            qsort(days, BIRTHDAYS, sizeof *days, compare_words);
            for (size_t i = BIRTHDAYS - 1; i > 0; i--)
                days[i] -= days[i - 1];
            qsort(days + 1, BIRTHDAYS - 1, sizeof *days, compare_words);
            for (size_t i = 2; i < BIRTHDAYS; i++)
                repeats += days[i] == days[i - 1];
        }
        check_poisson("birthday spacings", repeats, 4.0 * YEARS, ALPHA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_numbers),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_hash_avalanche),
        cmocka_unit_test(test_salts),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_neighbours_are_independent),
        cmocka_unit_test(test_first_draws_are_uniform),
        cmocka_unit_test(test_birthday_spacings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
