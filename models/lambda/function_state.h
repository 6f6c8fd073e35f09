/* function_state.h: a function while it runs: its environments, what follows from its settings, what is measured of it. Versions and
 * aliases have the same state. Everything else in this folder stands on it, from the ground up:
 *
 *   lambda_kinds  function_stream  function_log  snap_start       what others ask of a function
 *   function_network                                              where environments are, and whom they reach
 *   function_environment -> provisioned -> function_idle          environments: made, kept ready, kept idle
 *   function_end -> function_steps                                an invocation ends, at once or with its last step
 *   function_package  function_files  function_load               what it is made of, mounts and reads in INIT
 *   function_async  function_create                               the internal event queue; a replication begins
 *   function_run                                                  an invocation begins
 *   function_change  function_fault -> deployment                 what may happen meanwhile
 *   function_check                                                what is refused when the scenario is read
 *   function_events                                               which event or answer belongs to whom
 *   function  version                                             the tables that the simulator sees */
#ifndef SLSIM_LAMBDA_FUNCTION_STATE_H
#define SLSIM_LAMBDA_FUNCTION_STATE_H

#include "account.h"
#include "engine/delivery.h"
#include "engine/fault.h"
#include "engine/held.h"
#include "engine/pool.h"
#include "engine/procedure.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "environment.h"
#include "function_config.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"

/* Environments that are kept ready. provisioned.c */
struct provisioned {
    int64_t wanted;  /* asked for last: what is paid for */
    int64_t ready;   /* usable: serving, idle, or being recycled */
    int64_t present; /* environments that there are */
    int64_t paid_mb; /* what is counted for the bill, until it is withdrawn */
    struct idle_set idle;
    struct token_bucket rate; /* of requests, in proportion to `ready` */
    int64_t enabled_ns;       /* since when there are any; -1: there are none */
    uint32_t order;           /* the latest order: an allocation of an earlier one is void */
};

/* Of a function in a VPC, or one that is made while it runs. function_network.c */
struct function_network {
    bool watched;       /* it may be a time at which it cannot be invoked */
    bool carried;       /* a subnet of the scenario carries what it sends */
    bool at_invocation; /* interfaces are made with environments */
    int64_t interface_mb, reclaim_ns;
    const struct distribution *attach;     /* how long that takes */
    int64_t ready_ns;                      /* of a family: Pending until then */
    int64_t used_ns;                       /* the same: its last invocation */
    const struct cause *refused;           /* the same: why it has no interface; NULL: nothing */
    struct held_line held;                 /* calls of whom it does not reach, of a part of its own */
    struct part *unreachable;              /* NULL: there are none */
    struct network_interface **interfaces; /* owned; by its subnets; NULL in those of elsewhere */
};

/* Of a function at edges, in another Region than its own. */
struct function_place {
    struct idle_set idle;
    struct token_bucket scaling;
};

struct function_streams {
    struct handler_streams handler;
    struct stream provisioned_init, init_steps, route;
    struct stream init, placement, keep_alive, lifetime, reuse, error, memory, response, record_error, poison, trace;
    struct stream restore, proactive, post_runtime, shutdown, fault_share, attach;
};

struct function_metrics {
    struct counter invocations, errors, throttles;
    struct tally duration;
    struct gauge concurrent;
    struct counter cold_starts;
    struct tally init_duration, response_time, billed_duration;
    struct gauge environments, idle;
    struct counter created, expired, timeouts, yields, out_of_memory;
    struct counter recursive_dropped;
    struct counter duplicate_effects;
    struct counter tmp_lookups, tmp_hits, tmp_misses, tmp_stale, tmp_evictions;
    struct gauge tmp_bytes;
    struct counter async_received, async_dropped, dead_letter_errors, destination_failures;
    struct tally async_age, iterator_age;
    struct gauge async_queued;
    struct gauge provisioned_busy, provisioned_ready, provisioned_paid_mb;
    struct counter provisioned_invocations, spillover;
    struct counter deployments, rollbacks;
    struct counter service_errors, lost, proactive_inits, not_ready;
    struct tally restore_duration, post_runtime, first_byte;
    struct counter streamed_bytes; /* that are billed */
    struct counter restored_mb;
    struct gauge snapshot_mb;
    struct counter provisioned_mb_ms;
    struct counter traces;               /* begun here and sampled */
    struct counter unlogged_bytes;       /* for want of permission */
    struct counter async_extra_requests; /* large events are billed as several requests */
    /* for the bill, in MB x ms: exact, and right also where the memory changes while it runs */
    struct counter billed_mb_ms, init_mb_ms, storage_mb_ms;
};

struct function {
    struct function_config config;

    uint32_t self;
    struct effects *effects; /* owned, of a family: what its steps have done; NULL: nobody counts it */
    struct function *family; /* who has the limits and the quotas: the function itself, of a version its function */
    struct account *account_state;
    struct pool environments;
    struct idle_set idle;
    struct function_place *elsewhere; /* owned: of a function at edges, its places from 1 on; NULL: there is one place */
    int64_t busy;                     /* of a family: environments that serve on demand */
    int64_t kept_ready;               /* of a family: what is provisioned of all its versions */
    int64_t limit;                    /* of `busy`: the reserved concurrency; INT64_MAX: the account's alone */
    int64_t keep_alive_ns;            /* of a constant keep-alive; TIME_FOREVER; -1: drawn or halving */
    int64_t lifetime_ns;              /* of a constant maximum lifetime; TIME_FOREVER; -1: drawn */
    int64_t billing_step_ns;
    uint64_t billing_step_ms;
    int64_t init_limit_ns;
    int64_t payload_limit_bytes, response_limit_bytes;
    int64_t restore_limit_ns, shutdown_limit_ns;
    double restore_billed_share;
    double stream_free_bytes, stream_limit_bytes, stream_bytes_per_s;
    int64_t billed_storage_mb; /* ephemeral storage above what is free */
    bool init_billed, proactive_billed, shutdown_billed;
    bool restores;      /* a published version with SnapStart, */
    bool restores_free; /* and of a runtime that pays nothing for it */
    struct fault_state faults;
    uint32_t fault_ordinal; /* of those that took environments */
    uint32_t environment_ordinal;
    uint32_t first_ordinal; /* of those made since the memory was changed; the ones before have */
    int64_t former_mb, present_mb;
    struct compute_share share;
    struct token_bucket rate;    /* of reserved concurrency */
    struct token_bucket scaling; /* new environments, by the present rules */
    int128 busy_ns;              /* sum of the time that finished invocations held an environment: Little's law */
    struct function_metrics metrics;
    struct provisioned provisioned;
    struct function_network network;
    struct function_config *shared;     /* owned; of a function with versions: what they were last told of it; NULL: has none */
    struct deployment *deployment;      /* owned; of a function that is deployed while it runs; NULL: none */
    struct delivery async;              /* the internal event queue */
    struct stream async_jitter;         /* by item and try */
    struct procedure_runner *procedure; /* owned; NULL: the handler calls nobody, and its time is known when it begins */
    uint64_t tmp_evicted;               /* of what its handlers keep, as far as it was counted */
    struct function_link *links;        /* owned; whom its environments keep connections to */
    uint32_t link_count, mount_count;   /* of them, those of file systems come first */
    int64_t *connected_ns;              /* owned; by environment: when it opened its connections */
    size_t connected_room;
    int64_t traced_second;       /* of a family: of the latest request that could be traced */
    uint32_t traced_for_certain; /* in that second */
    uint32_t chain_limit;        /* invocations in one chain of requests; 0: loops are not detected */
    struct function_streams streams;
};

/* The events of a function, by kind: who handles each stands in function_events.c. */
enum function_event {
    FUNCTION_COMPLETE,
    FUNCTION_EXPIRE,
    FUNCTION_FINISHED, /* the extensions of an environment */
    FUNCTION_SHUT,     /* an environment has shut down */
    FUNCTION_ASYNC,
    FUNCTION_ALLOCATED, /* data: the order */
    FUNCTION_STARTED,   /* data: a provisioned environment */
    FUNCTION_PAID,      /* data: MB that are no longer paid for */
    FUNCTION_DEPLOYMENT,
    FUNCTION_CREATED,  /* the function itself */
    FUNCTION_PACKET,   /* data: a call that nobody answers */
    FUNCTION_PROCEDURE /* and PROCEDURE_EVENTS in all */
};

/* So many environments more, or fewer, serve a request. */
static inline void function_concurrency(struct function *function, int64_t now_ns, int64_t change, const struct environment *environment)
{
    struct account *account = function->account_state;
    struct function *family = function->family;
    gauge_add(&function->metrics.concurrent, now_ns, change);
    if (__builtin_expect(environment->region > 0, 0)) { /* another Region's */
        account->elsewhere[environment->region - 1].busy += change;
        return;
    }
    gauge_add(&account->concurrent, now_ns, change);
    if (environment->provisioned) {
        gauge_add(&function->metrics.provisioned_busy, now_ns, change);
        return;
    }
    family->busy += change;
    if (family->limit == INT64_MAX) {
        gauge_add(&account->unreserved, now_ns, change);
        gauge_add(&account->claimed, now_ns, change);
    }
}

/* Was there no file system to mount? */
static inline bool end_is_mount(enum invocation_end end)
{
    return end == END_MOUNT_TIMED_OUT || end == END_MOUNT_UNREACHABLE;
}

/* Did it come to the handler? */
static inline bool handler_ran(enum invocation_end end)
{
    return end != END_RESTORE_TIMED_OUT && end != END_INIT_FAILED && end != END_LOAD_FAILED && end != END_KEY_DENIED &&
           end != END_KEY_FAILED && end != END_NO_SPACE && !end_is_mount(end);
}

/* Does this item fail whenever it is tried? */
static inline bool function_is_poison(struct function *function, uint64_t item, bool by_its_source)
{
    if (by_its_source || function->config.poison_rate <= 0)
        return by_its_source;
    stream_at(&function->streams.poison, item, 0);
    return stream_uniform(&function->streams.poison) < function->config.poison_rate;
}

/* How often the chain of `request` has come round, this invocation counted. */
static inline uint32_t function_hops(const struct simulation *simulation, const struct function *function, const struct request *request)
{
    return request->hops + (simulation->entities[function->self].closes_loop ? 1u : 0u);
}

#endif
