/* cacheable.h: the role of what a step's `cache` may name, beside the handler's own memory: something that keeps what others have fetched,
 * and knows nothing of where they fetched it. Who asks sends it a request, of which it finds out what is wished by the sender's
 * model_type.wish. */
#ifndef SLSIM_ENGINE_CACHEABLE_H
#define SLSIM_ENGINE_CACHEABLE_H

#include <stdbool.h>
#include <stdint.h>

struct sending; /* engine/sending.h */
struct simulation;
struct validation; /* scenario/validation.h */

enum cache_verb { CACHE_GET, CACHE_SET, CACHE_DELETE };

struct cache_wish {
    uint64_t key;     /* of what was called, and the item there */
    int64_t lives_ns; /* SET: for so long; 0: until it has to make room */
    uint32_t bytes;   /* of what is kept, at least 1 */
    uint8_t verb;     /* enum cache_verb */
    bool found;       /* GET: set by the cache when the request comes */
};

struct cacheable {
    /* When the scenario is read: a call whose cache it is, with this `config`, will keep things there, which are over at some time or not
     * (`for_ever`). What is to say of that it says through the sender's validation. */
    void (*keeps)(struct validation *validation, const struct sending *sending, const void *config, bool for_ever);
    /* What it may have kept of `key` is no longer what is stored. Costs no time, and is no request: it is for counting what is served in
     * spite of it. */
    void (*outdated)(struct simulation *simulation, void *self, uint64_t key);
};

#endif
