/* simulation.h: one replication: its clock, its events, its entities. No globals, so replications run on threads. */
#ifndef SLSIM_ENGINE_SIMULATION_H
#define SLSIM_ENGINE_SIMULATION_H

#include "engine/event_queue.h"
#include "engine/key_map.h"
#include "engine/ledger.h"
#include "engine/model.h"
#include "engine/pool.h"
#include "engine/request.h"
#include "engine/right.h"
#include "engine/rule_book.h"
#include "engine/sim_time.h"
#include "engine/status.h"
#include "engine/trace.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct change;        /* engine/change.h */
struct claims;        /* engine/claim.h */
struct content_table; /* engine/content.h */
struct measure;       /* measure/measure.h */
struct simulation;

/* What all replications of a run share. Borrowed for the simulation's life. */
struct simulation_settings {
    uint64_t seed;
    int64_t duration_ns;
    int64_t drain_ns;
    int64_t warmup_ns;
    int64_t period_ns;
    int64_t start_epoch_s; /* Unix time of the simulation's zero */
    const struct rule_book *rules;
    const struct content_table *contents; /* what the scenario says of its items; NULL: nothing */
    const struct change *changes;         /* what happens while it runs */
    uint32_t change_count;
    struct right_table rights; /* that were judged; none: all is taken as given */
    enum event_queue_kind queue;
    uint64_t max_memory_bytes;      /* 0: none; of one replication */
    uint64_t max_events;            /* 0: none; of one replication */
    const atomic_bool *interrupted; /* looked at every few thousand events; may be NULL */
};

/* One thing that the scenario names. */
struct entity_spec {
    const char *name;
    const struct model_type *type;
    const void *config; /* type->size bytes, copied */
    bool series;        /* measured by period */
    bool closes_loop;   /* of type->closes_loops: chains may come round to it, and it counts for its loop */
};

struct entity {
    const struct model_type *type;
    void *state;
    const char *name;
    bool closes_loop; /* as in its spec */
    uint32_t guarded; /* rights to call it that somebody has not: requests are looked at */
    struct ledger ledger;
};

/* A ledger beside an entity's own, for what passes through a part of it: an internal queue, a shard. */
struct part {
    const char *name; /* as in every output: "F/async", "Clicks/shard-0"; owned */
    struct ledger ledger;
};

/* Who closes the periods: called before the first event at or after next_boundary_ns, with that instant; must move next_boundary_ns on. */
struct boundary_hook {
    void *context;
    enum status (*call)(void *context, struct simulation *simulation, int64_t at_ns);
};

struct simulation {
    int64_t now_ns;
    int64_t end_ns;           /* duration + drain: events from here on do not happen */
    int64_t next_boundary_ns; /* TIME_FOREVER: nobody asks */
    struct event_queue *queue;
    struct entity *entities; /* and one more, whose events are the changes, where there are any */
    uint32_t entity_count;
    uint32_t replication; /* from 0 */
    uint64_t event_count; /* handled so far */
    uint64_t call_count;  /* requests that were made so far */
    uint32_t *denials;    /* owned; of each right, what is said against it; NULL: there are no rights */
    struct pool requests;
    struct part **parts; /* owned; in the order of their creation */
    uint32_t part_count;
    size_t part_capacity;
    struct measure *measure; /* where models register metrics of parts; may be NULL */
    struct boundary_hook boundary;
    const struct tracer *tracer; /* NULL: not traced */
    struct tracing *tracing;     /* owned; only where there is a tracer */
    struct claims *claims;       /* owned; once an item carries one */
    const struct simulation_settings *settings;
    struct memory_account memory;
    bool answer_repeats;             /* of the answer that is being given: nothing was done, as it had been done before */
    enum status status;              /* the first thing that went wrong inside a handler */
    _Atomic int64_t progress_ns;     /* now_ns, published now and then for whoever shows progress */
    _Atomic uint64_t progress_calls; /* call_count, the same */
};

/* Makes every entity's state, a copy of its config; `create` comes with simulation_run, so that metrics can be attached in between.
 * `specs`, `settings` and `tracer` are borrowed for the simulation's life. Entity i of every simulation is specs[i]. On failure nothing
 * is left. */
enum status simulation_new(const struct simulation_settings *settings, const struct entity_spec *specs, uint32_t count,
                           uint32_t replication, const struct tracer *tracer, struct simulation **simulation);
void simulation_free(struct simulation *simulation);

/* Creates and starts the entities, runs to the end, then finishes every entity and checks conservation. After STATUS_INTERRUPTED or
 * STATUS_LIMIT what was measured so far stands. */
enum status simulation_run(struct simulation *simulation);

/* Schedules `handle` of `entity` at `at_ns` (>= now). What lies past the end is dropped at once. Failures are kept in
 * simulation->status and end the run. */
void simulation_schedule(struct simulation *simulation, uint32_t entity, uint16_t kind, enum event_rank rank, int64_t at_ns, uint32_t data);

/* Keeps the first failure; STATUS_OK is none. */
void simulation_fail(struct simulation *simulation, enum status status);

static inline void *entity_state(const struct simulation *simulation, uint32_t entity)
{
    return simulation->entities[entity].state;
}

/* A fresh request; NULL when memory is out (the run ends soon). Every field but `id` is the caller's to set. */
struct request *request_new(struct simulation *simulation);
static inline struct request *request_at(const struct simulation *simulation, uint32_t id)
{
    return pool_at(&simulation->requests, id);
}
static inline void request_free(struct simulation *simulation, const struct request *request)
{
    pool_give(&simulation->requests, request->id);
}

/* For claim.h: the item `child`, made of `parent`, carries the same claim. And the end of all. */
void claims_pass_on(struct simulation *simulation, uint64_t child, uint64_t parent);
void claims_free(struct claims *claims);

/* `child` has been made of `parent`: to be told by whoever makes items of others. */
static inline void item_made(struct simulation *simulation, uint64_t child, uint64_t parent)
{
    if (__builtin_expect(simulation->tracer != NULL, 0))
        simulation_derive(simulation, child, parent);
    if (__builtin_expect(simulation->claims != NULL, 0))
        claims_pass_on(simulation, child, parent);
}

/* What is known of who sent `request` and waits for its answer; NULL: nothing. */
static inline const struct caller *request_caller(const struct simulation *simulation, const struct request *request)
{
    const struct entity *sender = request->from == ENTITY_NONE ? NULL : &simulation->entities[request->from];
    return sender && sender->type->caller ? sender->type->caller(sender->state) : NULL;
}

/* A request like `request`, which waits, for `by` to send on: its answer comes to the `done` of `by`, with `data`. It is no batch, as the
 * records are the sender's. NULL when memory is out. */
struct request *request_pass_on(struct simulation *simulation, const struct request *request, uint32_t by, uint32_t data);

/* The sender of `waiting` waits no longer: it runs on for nobody. A request like it is the sender's, for another try; NULL when memory is
 * out. */
struct request *request_leave(struct simulation *simulation, struct request *waiting);

/* What request_send does where somebody may not call: answers who may not, with cause_access_denied, and counts that at `to`. True: it did.
 */
bool request_turn_away(struct simulation *simulation, uint32_t to, struct request *request);

/* `request` comes to the endpoint `to`, and is counted as entered there; false: it has been turned away. */
static inline bool request_enter(struct simulation *simulation, uint32_t to, struct request *request)
{
    struct entity *entity = &simulation->entities[to];
    request->sent_ns = simulation->now_ns;
    entity->ledger.entered++;
    if (__builtin_expect(simulation->tracer != NULL, 0))
        trace_sent(simulation, to, request);
    return !__builtin_expect(entity->guarded > 0, 0) || !request_turn_away(simulation, to, request);
}

/* Hands `request` to the endpoint `to`, which owns it until it calls request_done. */
static inline void request_send(struct simulation *simulation, uint32_t to, struct request *request)
{
    const struct entity *entity = &simulation->entities[to];
    if (request_enter(simulation, to, request))
        entity->type->accept(simulation, entity->state, request);
}

/* Answers the sender of `request`, which owns it again; with nobody waiting it is freed. Counts nothing: for what is taken now and has its
 * fate later. */
static inline void request_answer(struct simulation *simulation, struct request *request, const struct cause *cause)
{
    request->cause = cause;
    if (__builtin_expect(simulation->tracer != NULL, 0))
        trace_answered(simulation, request);
    if (request->from == ENTITY_NONE) {
        request_free(simulation, request);
        return;
    }
    struct entity *sender = &simulation->entities[request->from];
    sender->type->done(simulation, sender->state, request);
}

/* The endpoint `by` is done with `request`: counts its fate there and answers the sender. */
static inline void request_done(struct simulation *simulation, uint32_t by, struct request *request, const struct cause *cause)
{
    ledger_count(&simulation->entities[by].ledger, cause);
    request_answer(simulation, request, cause);
}

/* For `create`, or for what comes into being while it runs: a part named "<entity>/<suffix>". NULL when memory is out, which also fails the
 * run. */
struct part *simulation_part(struct simulation *simulation, uint32_t entity, const char *suffix);
/* For `finish`: `count` of what entered the part is still there. */
void part_in_flight(struct simulation *simulation, struct part *part, uint64_t count);
/* The same of any ledger. */
void ledger_in_flight(struct simulation *simulation, struct ledger *ledger, uint64_t count);

/* For `finish`: `count` of what entered `entity` is still there at the end. */
void simulation_in_flight(struct simulation *simulation, uint32_t entity, uint64_t count);

#endif
