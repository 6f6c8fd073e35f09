/* procedure_run.h: a run, its plan and its tasks. Private to procedure*.c.
 * A run's plan is its steps laid out in a row: delays, work that its owner does, calls, and parallel branches, which are rows of their own
 * behind the node that forks. A task is what waits: a strand, which walks along a row, or a call that has not been answered for good. */
#ifndef SLSIM_ENGINE_PROCEDURE_RUN_H
#define SLSIM_ENGINE_PROCEDURE_RUN_H

#include "engine/procedure.h"

enum node_kind { NODE_DELAY, NODE_WORK, NODE_CALL, NODE_FORK, NODE_BRANCH };

struct node {
    int64_t time_ns; /* DELAY; WORK: of one vCPU */
    const struct step *step;
    uint32_t end;   /* FORK, BRANCH: the node behind it and all that is in it */
    uint32_t count; /* CALL: requests (for each record) */
    uint8_t kind;   /* enum node_kind */
};

struct run {
    uint32_t pool_link;
    uint32_t data;
    uint32_t request; /* what is handled */
    uint32_t tasks;   /* the first of its tasks */
    uint32_t held;    /* tasks that are there, and one while the run is being worked on */
    uint32_t group, payload_bytes;
    uint16_t attempt;
    uint8_t hops;
    bool over;
    uint64_t item;
    uint32_t node_count;
    struct node nodes[];
};

struct task {
    uint32_t pool_link;
    uint32_t run;
    uint32_t next, previous; /* of the run's */
    uint32_t pending;        /* events that will come */
    bool open;               /* not over: else it only waits for its events */
    bool is_call;
    bool under_way; /* a call: `request` is with the target */
    uint16_t attempt;
    union {
        struct {
            uint32_t at, end; /* the node that is next, and where its row ends */
            uint32_t parent;  /* POOL_NONE: the run itself */
            uint32_t waiting; /* for so many calls or branches */
        } strand;
        struct {
            const struct step *step;
            uint32_t strand, request;
            uint64_t item;   /* its own */
            uint64_t parent; /* for which it is made, as the `k`-th of its step */
            uint32_t k;
            int64_t born_ns;
            int64_t sent_ns; /* of this attempt; a network may hold the request before it is sent on */
            double spent;    /* of the quota, by the last retry */
        } call;
    };
};

/* from_data of what procedures send; no pool comes that far, and deliveries use the bits below: but for what a run has left. */
#define SENT_BY_PROCEDURE UINT32_C(0x80000000)
#define PROCEDURE_LEFT UINT32_C(0xc0000000)

static inline struct run *run_at(const struct procedure_runner *runner, uint32_t id)
{
    return pool_at(&runner->runs, id);
}

static inline struct task *task_at(const struct procedure_runner *runner, uint32_t id)
{
    return pool_at(&runner->tasks, id);
}

/* procedure_plan.c: how many nodes a plan of these steps can have, and the calls among them. */
uint32_t plan_size(const struct step_list *steps, uint32_t *calls);
/* Lays out the steps for `run`, and draws all that is drawn. */
void plan_run(struct procedure_runner *runner, struct run *run);

/* procedure.c: a task of the run, open; POOL_NONE when memory is out, which fails the replication. */
uint32_t task_new(struct simulation *simulation, struct procedure_runner *runner, uint32_t run);
/* It is over; its place is free when no event of it is to come. */
void task_close(struct procedure_runner *runner, uint32_t id);
/* An event of it; what lies past the end never happens, and is not waited for. */
void task_schedule(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, enum procedure_event event,
                   enum event_rank rank, int64_t at_ns);
void run_fail(struct simulation *simulation, struct procedure_runner *runner, uint32_t run);
/* One of the things that the strand waits for is over. */
void strand_arrive(struct simulation *simulation, struct procedure_runner *runner, uint32_t strand);

/* procedure_call.c: the `k`-th call of a step, for the item `parent`. The answer may come before it returns. */
void call_begin(struct simulation *simulation, struct procedure_runner *runner, uint32_t strand, const struct step *step, uint64_t parent,
                uint32_t k);
void call_send(struct simulation *simulation, struct procedure_runner *runner, uint32_t id);
void call_timed_out(struct simulation *simulation, struct procedure_runner *runner, uint32_t id);

/* procedure_effects.c: is it of those whose effects are counted? */
bool call_is_counted(const struct procedure_runner *runner, const struct step *step);
/* The call `id` succeeded. */
void call_had_effect(struct simulation *simulation, struct procedure_runner *runner, uint32_t id);
/* Nobody waits any more for `waiting`, the call's request that is under way. */
void call_leave(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, struct request *waiting);
/* The answer to one that was left; `repeated`: nothing was done, as it had been before. */
void orphan_answered(struct simulation *simulation, struct procedure_runner *runner, struct request *request, bool repeated);
void orphans_init(struct procedure_runner *runner, struct memory_account *account, const char *owner);
void orphans_fini(struct procedure_runner *runner);

#endif
