/* machine_state.h: the state of a state machine. Private to this folder, whose files are, from the ground up: machine_metrics.c (what is
 * measured, in all and of each state), machine_error.c (which errors are which), machine_quota.c (what the account's machines share),
 * machine_execution.c (an execution's beginning and end), machine_strand.c (what runs in it: one after the other), machine_wait.c (events
 * to come), machine_retry.c (after a failure), machine_map.c (items and branches), machine_task.c (what is called), machine_callback.c (who
 * has a task's token), machine_run.c (one state after the other), machine_start.c (who starts executions), machine_version.c (by which
 * name), machine_check.c (what is judged when the scenario is read), machine.c (the tables).
 *
 * An execution is made of strands: one for the machine, and one for each branch and each item that is under way. A strand is in one state
 * at a time. Whatever happens to it only sets its phase and puts it in the line of those that are ready; machine_work goes through that
 * line, so nothing here calls itself, however machines are nested. */
#ifndef SLSIM_WORKFLOW_MACHINE_STATE_H
#define SLSIM_WORKFLOW_MACHINE_STATE_H

#include "engine/chain.h"
#include "engine/deadline_line.h"
#include "engine/fault.h"
#include "engine/pool.h"
#include "engine/random.h"
#include "engine/request.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "engine/workflow.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

enum machine_type { MACHINE_STANDARD, MACHINE_EXPRESS };

/* What the scenario says of one state. */
struct state_behavior {
    const char *name;
    struct property_list choices;     /* of double */
    const struct distribution *items; /* NULL: not said */
    const struct distribution *wait, *latency, *timeout, *heartbeat;
    double error_rate, lost_rate;
    const char *error; /* how what fails calls it */
};

/* How a task waits for what it began. */
enum task_pattern {
    TASK_RESPONSE, /* for the answer */
    TASK_RUN,      /* ".sync": for the end of what was begun */
    TASK_TOKEN     /* ".waitForTaskToken": for SendTaskSuccess or SendTaskFailure */
};

/* The key of what it sends: that of what started the execution, the same for all, or one of its own for each. */
enum task_key { TASK_KEY_PASSED_ON, TASK_KEY_CONSTANT, TASK_KEY_OWN };

/* One state, as `validate` has worked it out. */
struct state_plan {
    const struct state_behavior *behavior; /* NULL: nothing is said */
    const double *choices;                 /* rising to the sum of all */
    size_t choice_count;
    uint32_t reader, writer; /* of a distributed Map: buckets; ENTITY_NONE: none that is simulated */
    uint32_t target;         /* of a Task; ENTITY_NONE: not simulated: `latency` says how long */
    int pattern;             /* enum task_pattern */
    int key;                 /* enum task_key */
    bool is_function;
    bool answered;             /* of a TASK_TOKEN: by a call of somebody who is simulated; else `latency` says when */
    const char *prefix;        /* of the errors of what it calls: "Lambda." */
    const struct cause *cause; /* of a Fail */
    int64_t until_ns;          /* of a Wait with a Timestamp */
};

struct state_metrics {
    struct counter entries, retries, failures, caught, timed_out, children, children_failed;
    struct tally time;
    struct gauge inside;
};

/* "Machine/Check". */
struct state_part {
    uint32_t self;
    struct state_metrics metrics;
};

struct machine_metrics {
    struct counter started, succeeded, failed, timed_out, aborted, throttled, refused, transitions, events, requests, repeated;
    struct counter consumed; /* of the quota of transitions */
    struct counter memory_time;
    struct counter callbacks, heartbeats, callbacks_late;
    struct counter functions_scheduled, functions_started, functions_succeeded, functions_failed, functions_timed_out;
    struct counter services_scheduled, services_started, services_succeeded, services_failed, services_timed_out;
    struct tally time, function_time, service_time, memory, billed_memory, billed_time;
    struct gauge open;
};

enum strand_phase {
    STRAND_ENTER, /* goes into its state */
    STRAND_RUN,   /* is in it, and does what it says */
    STRAND_LEAVE, /* its state is done */
    STRAND_FAILED /* its state has failed, by its `error` */
};

#define RETRIERS_MOST 16u

/* What a state failed with. */
struct error {
    const char *prefix, *name; /* "Lambda.", "ServiceException"; `prefix` NULL: none */
    const struct cause *cause; /* of an execution that fails with it */
};

enum execution_end { EXECUTION_SUCCEEDED, EXECUTION_FAILED, EXECUTION_TIMED_OUT, EXECUTION_ABORTED };

struct execution {
    struct deadline_place deadline; /* first: executions end in the order in which they began, at the latest */
    struct link link;               /* among those under way */
    uint64_t item;
    int64_t began_ns;
    uint64_t events, children;
    uint32_t request; /* whose answer is its end; POOL_NONE: nobody waits */
    uint32_t root;    /* its strand */
    uint32_t parent;  /* the strand whose item it handles, of another execution; POOL_NONE: none */
    uint32_t payload_bytes, group;
    uint16_t attempt;
    bool express, poison, has_deadline;
};

struct strand {
    struct link siblings; /* first */
    struct link line;     /* of those that are ready, or that wait for a transition */
    struct chain children;
    uint64_t item;
    int64_t entered_ns, tried_ns;       /* the latter: of a Task's last try */
    int64_t items, begun, open, failed; /* of a Map or a Parallel */
    int64_t pages;                      /* of a Map: calls of its reader or its writer that are still to be made */
    struct error error;
    uint32_t execution, parent, number;
    uint32_t state, visit;              /* the state it is in, and how many it was in before */
    uint32_t at_once;                   /* states that it has come into at this instant */
    uint32_t chosen;                    /* of a Choice: what follows */
    uint32_t timer, limit, call, abort; /* ties; POOL_NONE: none */
    uint32_t claim;                     /* its token; POOL_NONE: none */
    int64_t heartbeat_ns;               /* of the present try; 0: none */
    uint32_t attempt;                   /* tries of the state so far, less one */
    uint32_t payload_bytes;
    uint32_t tries[RETRIERS_MOST]; /* of each retrier */
    uint8_t phase;                 /* enum strand_phase */
    bool writes;                   /* of a Map: its items are over */
    bool ready, throttled, granted, inside, retried;
};

/* An event or an answer that is to come: knows its strand as long as that waits for it. */
struct tie {
    uint32_t strand;  /* POOL_NONE: it waits no longer */
    uint32_t child;   /* of a call that waits for an execution: that one's root; POOL_NONE: none */
    uint32_t machine; /* whose: an alias does not say */
};

/* The first of them have a tie for their data. */
enum machine_event {
    MACHINE_GO_ON,
    MACHINE_TIMEOUT,
    MACHINE_HEARTBEAT,
    MACHINE_SERVED,
    MACHINE_ABORT,
    MACHINE_DEADLINE,
    MACHINE_TOKENS,
    MACHINE_ANSWER
};

/* One of several machines' strands, in the line for a transition. */
struct turn {
    struct link link; /* first */
    uint32_t machine, tie;
};

/* How a task that waits with a token hears from who has it. */
enum callback_kind { CALLBACK_SUCCEEDS, CALLBACK_FAILS, CALLBACK_IS_ALIVE, CALLBACK_KINDS };

/* What the machines of an account share; the first of them keeps it. */
struct machine_quota {
    struct token_bucket transitions, starts, express_starts, callbacks[CALLBACK_KINDS];
    int64_t open, open_most;
    struct pool turns;
    struct chain line;
    bool scheduled;
};

struct machine_limits {
    int64_t payload_most, events_most, at_once_most, items_assumed, items_most, inline_most, distributed_most, page_items, result_files;
    int64_t memory_base, memory_step, billing_step_ns;
    int64_t execution_events, attempt_events, submit_events, group_events, child_events;
};

struct machine {
    /* config */
    const struct workflow *definition, *definition_text, *definition_file;
    int type; /* enum machine_type */
    const char *role;
    struct property_list behaviors;
    const struct distribution *overhead, *latency;
    double duplicate_rate;
    /* by `validate` */
    const struct state_plan *plans;
    struct content_set synchronous, nameless; /* requests that wait for the end; that name no operation */
    struct content_set callbacks[CALLBACK_KINDS];
    uint32_t keeper; /* of the quotas */
    uint32_t first_part;
    uint64_t salt;

    /* state */
    uint32_t self;
    struct fault_state faults;
    struct machine_quota quota; /* the keeper's */
    struct machine_limits limits;
    struct pool executions, strands, ties;
    struct chain under_way, ready;
    struct deadline_line deadlines, children_deadlines;
    bool working;
    struct stream choices, items, waits, latencies, errors, lost, jitter, overheads, duplicates, limits_drawn, api;
    struct machine_metrics metrics;
};

extern const struct inner_parts machine_parts;
extern const struct metric_type machine_metric_types[];

static inline struct execution *execution_at(const struct machine *machine, uint32_t id)
{
    return pool_at(&machine->executions, id);
}
static inline struct strand *strand_at(const struct machine *machine, uint32_t id)
{
    return pool_at(&machine->strands, id);
}
static inline const struct workflow_state *state_of(const struct machine *machine, const struct strand *strand)
{
    return &machine->definition->states[strand->state];
}
static inline const struct state_plan *plan_of(const struct machine *machine, const struct strand *strand)
{
    return &machine->plans[strand->state];
}
static inline struct state_part *part_of(const struct simulation *simulation, const struct machine *machine, uint32_t state)
{
    return entity_state(simulation, machine->first_part + state);
}

#endif
