/* procedure.h: runs the steps of a handler that calls others. Its owner is an entity that has many runs at once, one for each item that it
 * handles; it passes its events and answers on to here.
 *
 * What a run draws is drawn when it begins, in the order of the steps: so a policy elsewhere moves none of its numbers. Between its calls
 * it takes the time of its CPU and WAIT steps; a call is tried again as its step says; the first step that fails fails the run, and what
 * is still under way then goes on for nobody. */
#ifndef SLSIM_ENGINE_PROCEDURE_H
#define SLSIM_ENGINE_PROCEDURE_H

#include "engine/cacheable.h"
#include "engine/effects.h"
#include "engine/local_cache.h"
#include "engine/pool.h"
#include "engine/random.h"
#include "engine/request.h"
#include "engine/retry.h"
#include "engine/simulation.h"
#include "engine/step.h"

#include <stdbool.h>
#include <stdint.h>

enum procedure_end { PROCEDURE_DONE, PROCEDURE_FAILED };

/* The owner's events of these kinds are procedure_handle's: `event_kind` and those that follow. */
enum procedure_event { PROCEDURE_GO_ON, PROCEDURE_SEND, PROCEDURE_TIMEOUT, PROCEDURE_EVENTS };

/* What an owner says of its runs. `owner` is its state. */
struct procedure_type {
    /* So many times longer does work of one vCPU take, with this part of it on several. */
    double (*slowdown)(const void *owner, double parallel);
    double (*vcpus)(const void *owner);
    /* So many times longer does all take that a run which begins now does itself, CPU and waits. NULL: as it is. */
    double (*stretch)(const void *owner);
    /* NULL: as the two above say. Else `work_ns` of one vCPU, with this part of it on several, is done by the owner, whose other runs work
     * on the same vCPUs: it calls procedure_worked for `task` when that is done, also when the run is over by then. False: memory is out.
     */
    bool (*work)(struct simulation *simulation, void *owner, uint32_t data, uint32_t task, double work_ns, double parallel);
    /* A run is over; `data` as given when it began. May begin another. */
    void (*ended)(struct simulation *simulation, void *owner, uint32_t data, enum procedure_end end);
    /* What the run of `data` sends to `to` goes by a network (engine/carrier.h) where there is one: takes the request; false: there is
     * none. NULL: never. `returned`: the answer has come. */
    bool (*carry)(struct simulation *simulation, void *owner, uint32_t data, uint32_t to, struct request *request);
    void (*returned)(struct simulation *simulation, void *owner, uint32_t data, uint32_t to, const struct request *answer);
    /* A call had an effect that it had had before for the same item. */
    void (*repeated)(void *owner);
    /* How many bytes each `data` can keep for CACHE_TMP; NULL: there is no such place, its calls do without, and neither of the next is
     * called. */
    uint64_t (*storage_bytes)(const void *owner);
    /* A call has looked there. */
    void (*looked)(void *owner, enum local_found found);
    /* What is kept there has changed. */
    void (*kept)(struct simulation *simulation, void *owner, const struct local_caches *caches);
};

struct procedure_runner {
    const struct procedure_type *type; /* NULL: the steps call nobody, and there is no runner */
    void *owner;
    uint32_t self; /* the owner's entity */
    uint16_t event_kind;
    const struct step_list *steps;
    uint64_t salt;
    uint32_t node_most; /* of a run's plan */
    uint32_t call_count;
    struct retry_policy *policies; /* owned; of each call */
    struct client *clients;        /* owned; of each `data` and call: an SDK's quota of retries; NULL: no policy has one */
    uint32_t client_room;          /* `data` below this have theirs */
    bool has_quotas;
    bool carried;            /* set by the owner: what is sent goes by type->carry */
    struct effects *effects; /* the owner's, set by it; NULL: nobody counts what is done again */
    struct local_caches own; /* of each `data`: what its calls have kept by themselves */
    struct pool orphans;     /* calls under way that their runs have left */
    struct pool runs, tasks;
    struct stream draws, retries;
};

/* Does anything in the list call? */
bool steps_call(const struct step_list *steps);

/* `runner` must not be moved afterwards. `steps` is borrowed. */
enum status procedure_init(struct procedure_runner *runner, const struct procedure_type *type, const struct step_list *steps,
                           struct simulation *simulation, void *owner, uint32_t self, uint16_t event_kind);
void procedure_fini(struct procedure_runner *runner);

/* Begins a run for `request` in `delay_ns`, which stays where it is until the run has ended. `hops` goes to what the run sends. Returns
 * its id; POOL_NONE when memory is out, which also fails the replication. */
uint32_t procedure_start(struct simulation *simulation, struct procedure_runner *runner, const struct request *request, uint32_t data,
                         uint32_t hops, int64_t delay_ns);
/* The owner gives up: `ended` is not called. */
void procedure_cancel(struct simulation *simulation, struct procedure_runner *runner, uint32_t run);
/* `data` stands for somebody new from here on: an environment that was just made. */
void procedure_forget(struct procedure_runner *runner, uint32_t data);
/* What `data` stood for is gone, with what it has kept. O(what it has kept). */
void procedure_forget_kept(struct simulation *simulation, struct procedure_runner *runner, uint32_t data);

void procedure_handle(struct simulation *simulation, struct procedure_runner *runner, const struct event *event);
/* The work of the task `id` is done, or never will be. */
void procedure_worked(struct simulation *simulation, struct procedure_runner *runner, uint32_t id);
/* Was `request` sent by a procedure of its sender? Then its answer is procedure_answered's. */
bool procedure_sent(const struct request *request);
/* The call of one that a run sent. */
const struct step_call *procedure_call_of(const struct procedure_runner *runner, const struct request *request);
/* What it asks of the call's cache; NULL: it is for what the call names, or nobody waits for it. */
struct cache_wish *procedure_wish(const struct procedure_runner *runner, const struct request *request);
/* The `data` of that run. */
uint32_t procedure_data_of(const struct procedure_runner *runner, const struct request *request);
/* Of a request whose sender is one with procedures: was it sent by a run that waits for it no longer? */
bool procedure_left(const struct request *request);
void procedure_answered(struct simulation *simulation, struct procedure_runner *runner, struct request *request);

#endif
