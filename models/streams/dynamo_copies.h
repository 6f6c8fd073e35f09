/* dynamo_copies.h: writes of a global table on their way to its other replicas. Private to this folder.
 * Sources: DynamoDB developer guide, "How DynamoDB global tables work" and "Using DynamoDB global tables": each Region takes writes of its
 * own; where two write an item before the one has come to the other, the last writer wins and the first loses, which AWS tells nobody.
 * With multi-Region strong consistency a write is in another Region before it is answered, and one of an item that another Region is
 * writing fails. */
#ifndef SLSIM_STREAMS_DYNAMO_COPIES_H
#define SLSIM_STREAMS_DYNAMO_COPIES_H

#include "dynamo_throughput.h"
#include "engine/chain.h"
#include "engine/key_map.h"
#include "engine/pool.h"
#include "measure/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* A set of replicas is one word. */
#define REPLICAS_MOST 64u

struct dynamo_table;

/* What is measured of a replica: a part of its table, "Carts/eu-west-1". */
struct replica_figures {
    struct counter writes, lost, discarded, records, stale;
    struct counter reads, throttled; /* of reads; `reads` in parts */
    struct tally latency;            /* on the way to it */
    struct gauge pending;
};

struct dynamo_copies {
    uint32_t regions;                   /* replicas, if there are several; else 0 */
    uint8_t *region_of;                 /* owned; of each entity that sends, or REGION_UNKNOWN: nobody has asked yet */
    struct throughput *reads;           /* owned; of each replica but the first, whose are the table's own */
    struct throughput_figures *figures; /* owned; of these */
    struct pool writes, trips, items, lanes;
    struct key_map places;  /* of items, by key */
    struct key_map origins; /* of lanes, by key and Region */
    uint64_t made;

    struct counter lost, stale, conflicts;
    struct gauge differing;
};

enum status dynamo_copies_create(struct simulation *simulation, struct dynamo_table *table);
void dynamo_copies_destroy(struct dynamo_copies *copies);

/* The replica that a request comes to: that of its sender's Region, else the first. O(1) but for a sender's first. */
uint32_t dynamo_region(struct simulation *simulation, struct dynamo_table *table, const struct request *request);

/* A write of the item `key` (0: a new one) was accepted in a Region: it sets out to the others. False when memory is out, which also fails
 * the run. O(replicas), amortised. */
bool dynamo_copies_write(struct simulation *simulation, struct dynamo_table *table, uint32_t region, const struct request *request,
                         uint32_t key, bool deletes);
/* An event: a write has come to a replica. */
void dynamo_copies_arrive(struct simulation *simulation, struct dynamo_table *table, uint32_t trip);
/* A read of the item. O(1). */
void dynamo_copies_read(struct simulation *simulation, struct dynamo_table *table, uint32_t region, uint32_t key);

/* Multi-Region strong consistency: may a Region write the item now? */
bool dynamo_strong_may(struct simulation *simulation, struct dynamo_table *table, uint32_t region, uint32_t key);
/* It writes it, until `commit_ns` from now. False as above. */
bool dynamo_strong_write(struct simulation *simulation, struct dynamo_table *table, uint32_t region, uint32_t key, int64_t commit_ns);
void dynamo_strong_committed(struct dynamo_table *table, uint32_t item);

#endif
