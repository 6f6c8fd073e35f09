/* cacheable.h: the role of what a step's `cache` may name, beside the handler's own memory: something that keeps what others have fetched,
 * and knows nothing of where they fetched it. Who asks sends it a request, of which it finds out what is wished by the sender's
 * model_type.wish. */
#ifndef SLSIM_ENGINE_CACHEABLE_H
#define SLSIM_ENGINE_CACHEABLE_H

#include <stdbool.h>
#include <stdint.h>

struct simulation;

enum cache_verb { CACHE_GET, CACHE_SET, CACHE_DELETE };

struct cache_wish {
    uint64_t key;     /* of what was called, and the item there */
    int64_t lives_ns; /* SET: for so long; 0: until it has to make room */
    uint32_t bytes;   /* of what is kept, at least 1 */
    uint8_t verb;     /* enum cache_verb */
    bool found;       /* GET: set by the cache when the request comes */
};

struct cacheable {
    /* What it may have kept of `key` is no longer what is stored. Costs no time, and is no request: it is for counting what is served in
     * spite of it. */
    void (*outdated)(struct simulation *simulation, void *self, uint64_t key);
};

#endif
