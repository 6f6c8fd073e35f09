/* random.c: the Squares counter-based generator as a gsl_rng, its keys, and the hashes that name streams.
 *
 * Squares: B. Widynski, "Squares: A Fast Counter-Based RNG", arXiv:2004.06278. A number is four (32 bits) or five (64 bits)
 * squarings of counter x key; its author reports BigCrush and PractRand passed for either width. The state is two words, nothing is
 * buffered, and going to another item is one store.
 *
 * Chosen by speed among generators of published quality, in ns on one core of a Xeon (gcc 12 -O3, GSL 2.7, 4 M items, best of three):
 *
 *                     stream_at, then one     the same where the next     uniforms
 *                     lognormal (ziggurat)    item waits for the value    in sequence
 *   Squares                  10.8                    27.5                    2.4
 *   Threefry2x64-13          13.5                    29.0                    3.4
 *   Philox2x64-10            15.1                    35.7                    3.6
 *   Threefry2x64-20          17.5                    34.4                    4.3
 *   Philox4x32-10            19.0                    38.5                    5.7
 *
 * The counter strides by 2^20 from item to item, so counter x key ends in 20 zero bits at each item's first draw. The first squaring
 * spreads the 44 bits that differ over the half that the swap brings down, so this costs less than one of the four; counters that
 * differ in high bits only would cost more, which is why the draws sit in the low bits. In that striding (first draws of successive
 * items, three draws an item, attempts, 64 replications in turn, the low bits of uniforms) the numbers pass dieharder 3.31's tests
 * of birthdays, ranks, ones, runs, permutations, lagged sums and trees; the unit test keeps the quicker ones. */
#include "engine/random.h"

#define GOLDEN UINT64_C(0x9E3779B97F4A7C15) /* 2^64 / golden ratio, odd: the step of SplitMix64 */

static inline uint64_t swap_halves(uint64_t x)
{
    return x >> 32 | x << 32;
}

/* What both widths have in common: the top half of the 64-bit number is the 32-bit number of the same counter. Either of them uses
 * up its counter, so the two never meet. */
static inline uint64_t four_squarings(uint64_t counter, uint64_t key)
{
    const uint64_t y = counter * key;
    const uint64_t z = y + key;
    uint64_t x = swap_halves(y * y + y);
    x = swap_halves(x * x + z);
    x = swap_halves(x * x + y);
    return x * x + z;
}

static inline double next_uniform(struct stream *stream)
{
    const uint64_t counter = stream->counter++;
    const uint64_t fourth = four_squarings(counter, stream->key);
    const uint64_t x = swap_halves(fourth);
    const uint64_t number = fourth ^ (x * x + counter * stream->key) >> 32;
    return (double)(number >> 11) * 0x1p-53;
}

static unsigned long stream_get(void *state)
{
    struct stream *stream = state;
    return (unsigned long)(four_squarings(stream->counter++, stream->key) >> 32);
}

static double stream_get_double(void *state)
{
    return next_uniform(state);
}

double stream_uniform(struct stream *stream)
{
    return next_uniform(stream);
}

/* A bijection of 64 bits that flips each output bit with probability 1/2 for any input bit: D. Stafford's variant 13 of the
 * MurmurHash3 finaliser, as SplitMix64 uses it (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* Chains a word onto a hash. For a given hash, different words give different hashes, and the other way round. */
static uint64_t absorb(uint64_t hash, uint64_t word)
{
    return mix((hash ^ word) + GOLDEN);
}

/* Eight bytes a step, in one order on every machine. The last word holds at least one zero, which no text does, so different texts give
 * different words, and chaining one text onto another tells ("ab", "c") from ("a", "bc"). */
uint64_t random_hash(uint64_t seed, const char *text)
{
    uint64_t hash = mix(seed + GOLDEN);
    uint64_t word = 0;
    for (unsigned shift = 0; *text != '\0'; text++) {
        word |= (uint64_t)(unsigned char)*text << shift;
        shift = (shift + 8) % 64;
        if (shift == 0) {
            hash = absorb(hash, word);
            word = 0;
        }
    }
    return absorb(hash, word);
}

uint64_t item_salt(const char *source)
{
    return random_hash(0, source) >> 20;
}

/* The next of SplitMix64's numbers, brought to 0..count-1. */
static unsigned next_below(uint64_t *state, unsigned count)
{
    *state += GOLDEN;
    return (unsigned)((mix(*state) >> 32) * count >> 32);
}

/* Squares wants keys of irregular bit patterns. Its author's rule, in hexadecimal digits: none is 0, the last is odd, the lower
 * eight all differ, each of the upper eight differs from the one below it. There are 2^57.5 such keys. */
static uint64_t key_from_hash(uint64_t hash)
{
    unsigned digits[15];
    for (unsigned i = 0; i < 15; i++)
        digits[i] = i + 1;

    uint64_t key = 0;
    unsigned digit = 0;
    for (unsigned place = 0; place < 8; place++) {
        /* digits[place..14] are still free; at first 1, 3, ... 15 stand at the even indices. */
        const unsigned pick = place == 0 ? 2 * next_below(&hash, 8) : place + next_below(&hash, 15 - place);
        digit = digits[pick];
        digits[pick] = digits[place];
        digits[place] = digit;
        key |= (uint64_t)digit << (4 * place);
    }
    for (unsigned place = 8; place < 16; place++) {
        unsigned next = 1 + next_below(&hash, 14);
        if (next >= digit)
            next++;
        digit = next;
        key |= (uint64_t)digit << (4 * place);
    }
    return key;
}

static void stream_seed(void *state, unsigned long seed)
{
    struct stream *stream = state;
    stream->key = key_from_hash(mix(seed + GOLDEN));
    stream->counter = 0;
}

/* 0..0xffffffff is what GSL's ziggurat takes all of its bits from with a single number. */
static const gsl_rng_type squares_type = {
    .name = "squares",
    .max = UINT32_MAX,
    .min = 0,
    .size = sizeof(struct stream),
    .set = stream_seed,
    .get = stream_get,
    .get_double = stream_get_double,
};

void stream_init(struct stream *stream, uint64_t seed, uint32_t replication, const char *entity, const char *purpose)
{
    const uint64_t run = absorb(mix(seed + GOLDEN), replication);
    stream->rng.type = &squares_type;
    stream->rng.state = stream;
    stream->key = key_from_hash(random_hash(random_hash(run, entity), purpose));
    stream->counter = 0;
}
