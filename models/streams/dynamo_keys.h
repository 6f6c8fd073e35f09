/* dynamo_keys.h: what one item, or one partition, can have of a table: so many units a second and no more, whatever the table has.
 * Private to this folder.
 * Source: DynamoDB developer guide, "Burst and adaptive capacity": adaptive capacity is immediate and isolates a hot item, up to the limit
 * of a partition. What nobody has touched for as long as its units take to be full again is forgotten: so memory is for those in use. */
#ifndef SLSIM_STREAMS_DYNAMO_KEYS_H
#define SLSIM_STREAMS_DYNAMO_KEYS_H

#include "dynamo_throughput.h"
#include "engine/chain.h"
#include "engine/key_map.h"
#include "engine/pool.h"

struct dynamo_keys {
    struct pool entries;
    struct key_map places;
    struct chain used; /* the one that was not used for longest first */
    int64_t full_ns;   /* after such a time without use, all is there again */
    int64_t limits[2]; /* parts a second, read and written */
};

/* `keys` must not be moved afterwards. */
void dynamo_keys_init(struct simulation *simulation, struct dynamo_keys *keys, const char *owner);
void dynamo_keys_fini(struct dynamo_keys *keys);

/* The bucket of `key`, of writes or of reads. NULL when memory is out, which also fails the run. O(1), amortised. */
struct token_bucket *dynamo_keys_of(struct simulation *simulation, struct dynamo_keys *keys, uint64_t key, bool writes);

#endif
