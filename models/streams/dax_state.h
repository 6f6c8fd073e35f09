/* dax_state.h: the state of a DAX cluster, for the files that share it. Private to this folder. */
#ifndef SLSIM_STREAMS_DAX_STATE_H
#define SLSIM_STREAMS_DAX_STATE_H

#include "dynamo_operation.h"
#include "engine/distribution.h"
#include "engine/fault.h"
#include "engine/lru_cache.h"
#include "engine/pool.h"
#include "engine/random.h"
#include "engine/token_bucket.h"
#include "measure/counter.h"
#include "measure/gauge.h"

#include <stdbool.h>
#include <stdint.h>

#define DAX_PARAMETERS_TYPE "AWS::DAX::ParameterGroup"

enum dax_event { DAX_ANSWER };

/* AWS::DAX::ParameterGroup: how long what is cached lives; 0: until it has to make room. */
struct dax_parameters {
    int64_t item_ns, query_ns;
};

struct dax_cluster {
    uint32_t self;
    struct fault_state faults;

    /* config */
    int node_type; /* index of dax_node_types */
    int64_t nodes;
    const char *parameter_group;
    const struct distribution *hit_latency;
    int64_t item_ns, query_ns;        /* set by validate */
    const struct dynamo_asked *asked; /* by content; the same */

    /* state */
    struct lru_cache cache; /* of items and of the answers of queries */
    struct pool passing;    /* what was handed on to a table */
    struct stream latencies;
    struct token_bucket load;   /* parts of normalised requests */
    struct token_bucket writes; /* of the cluster */
    double miss_weight, write_weight;
    uint64_t answering; /* hits whose answer is on its way */
    uint64_t evicted;   /* of the cache, as far as it was counted */

    struct counter requests, throttled, evictions;
    struct counter item_hits, item_misses, query_hits, query_misses, scan_hits, scan_misses;
    struct counter hits, lookups;
    struct gauge node_count, cached_bytes, load_used, load_given;
};

/* dax_cluster.c: names of node types; ends with NULL. */
extern const char *const dax_node_types[];

/* dax_run.c */
enum status dax_create(struct simulation *simulation, void *self);
void dax_destroy(struct simulation *simulation, void *self);
void dax_accept(struct simulation *simulation, void *self, struct request *request);
void dax_handle(struct simulation *simulation, void *self, const struct event *event);
void dax_done(struct simulation *simulation, void *self, struct request *request);
enum status dax_finish(struct simulation *simulation, void *self);

#endif
