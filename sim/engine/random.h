/* random.h: chance by name. A stream is keyed by (seed, replication, entity's name, purpose); its place is an item's ordinal and
 * attempt. So the k-th request of a source draws the same service time in every variant of a scenario, whatever a policy did to it,
 * adding a resource moves no other resource's numbers, and no draw depends on threads. Every stream is a gsl_rng, so all of GSL's
 * samplers work on it. */
#ifndef SLSIM_ENGINE_RANDOM_H
#define SLSIM_ENGINE_RANDOM_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

/* The generator's state; the gsl_rng points at it, so a stream must not be copied or moved after stream_init. */
struct stream {
    gsl_rng rng;
    uint64_t key;
    uint64_t counter;
};

/* A well-mixed 64-bit hash of `text` chained onto `seed`: for keys and salts. */
uint64_t random_hash(uint64_t seed, const char *text);

/* The salt that keeps the items of one source apart from another's: add the ordinal to it to make an item. */
uint64_t item_salt(const char *source);

/* The item that an entity (its item_salt) makes of another: the `k`-th at the `place`-th of its steps that make any. All 64 bits tell it
 * apart; streams look at 44 of them. */
static inline uint64_t item_child(uint64_t parent, uint64_t salt, uint32_t place, uint32_t k)
{
    uint64_t x = parent * UINT64_C(0x9e3779b97f4a7c15) + salt + ((uint64_t)place << 32 | k) * UINT64_C(0xd1342543de82ef95);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9); /* the finaliser of SplitMix64 */
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Sets up `stream` for (seed, replication, entity, purpose), placed at item 0, attempt 0. Allocates nothing. */
void stream_init(struct stream *stream, uint64_t seed, uint32_t replication, const char *entity, const char *purpose);

/* Layout of the counter: 44 bits of item, 8 of attempt, 12 of draws. */
static inline void stream_at(struct stream *stream, uint64_t item, uint32_t attempt)
{
    stream->counter = item << 20 | (uint64_t)(attempt & 255u) << 12;
}

/* The next number in [0, 1), with 53 bits. A few ns. */
double stream_uniform(struct stream *stream);

#endif
