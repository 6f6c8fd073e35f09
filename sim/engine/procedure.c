/* procedure.c: a run's plan is its steps laid out in a row: delays, calls, and parallel branches, which are rows of their own behind the
 * node that forks. A task is what waits: a strand, which walks along a row, or a call that has not been answered for good. */
#include "engine/procedure.h"

#include "engine/batch.h"

#include <math.h>
#include <stdlib.h>

/* from_data of what procedures send; no pool comes that far, and deliveries use the bits below. */
#define SENT_BY_PROCEDURE UINT32_C(0x80000000)
/* Attempts of a call follow on those of the handler's own, so that a handler that is tried again draws anew for what it calls. */
#define ATTEMPTS_APART 16u

enum node_kind { NODE_DELAY, NODE_CALL, NODE_FORK, NODE_BRANCH };

struct node {
    int64_t time_ns; /* DELAY */
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
            uint64_t item;
            int64_t born_ns;
            double spent; /* of the quota, by the last retry */
        } call;
    };
};

bool steps_call(const struct step_list *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->steps[i].calls)
            return true;
    return false;
}

/* Nodes that a plan of these steps can have, and the calls among them. */
static uint32_t count_nodes(const struct step_list *steps, uint32_t *calls)
{
    uint32_t count = 0;
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->steps[i];
        count += step->kind == STEP_PARALLEL ? 5u : 2u; /* what is pending before it; a fork's own work */
        *calls += step->kind == STEP_CALL;
        for (size_t k = 0; k < step->branch_count; k++)
            count += 1 + count_nodes(&step->branches[k], calls);
    }
    return count;
}

static enum status init_policies(struct procedure_runner *runner, const struct step_list *steps, const struct rule_book *rules)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->steps[i];
        if (step->kind == STEP_CALL) {
            struct procedure_call_policy *policy = &runner->policies[step->place];
            retry_policy_init(&policy->retry, &step->call->retry, rules);
            retry_rules_init(&policy->rules, rules);
            runner->has_quotas = runner->has_quotas || policy->retry.quota > 0 || policy->retry.mode == RETRY_ADAPTIVE;
        }
        for (size_t k = 0; k < step->branch_count; k++)
            init_policies(runner, &step->branches[k], rules);
    }
    return STATUS_OK;
}

enum status procedure_init(struct procedure_runner *runner, const struct procedure_type *type, const struct step_list *steps,
                           struct simulation *simulation, void *owner, uint32_t self, uint16_t event_kind)
{
    const char *name = simulation->entities[self].name;
    *runner = (struct procedure_runner){.owner = owner, .self = self, .event_kind = event_kind, .steps = steps, .salt = item_salt(name)};
    runner->node_most = count_nodes(steps, &runner->call_count);
    runner->policies = calloc(runner->call_count ? runner->call_count : 1, sizeof *runner->policies);
    if (!runner->policies)
        return STATUS_NO_MEMORY;
    init_policies(runner, steps, simulation->settings->rules);
    pool_init(&runner->runs, sizeof(struct run) + runner->node_most * sizeof(struct node), &simulation->memory, name);
    pool_init(&runner->tasks, sizeof(struct task), &simulation->memory, name);
    stream_init(&runner->draws, simulation->settings->seed, simulation->replication, name, "steps");
    stream_init(&runner->retries, simulation->settings->seed, simulation->replication, name, "step retries");
    runner->type = type;
    return STATUS_OK;
}

void procedure_fini(struct procedure_runner *runner)
{
    free(runner->policies);
    free(runner->clients);
    if (!runner->type)
        return;
    pool_fini(&runner->runs);
    pool_fini(&runner->tasks);
}

static struct run *run_at(const struct procedure_runner *runner, uint32_t id)
{
    return pool_at(&runner->runs, id);
}

static struct task *task_at(const struct procedure_runner *runner, uint32_t id)
{
    return pool_at(&runner->tasks, id);
}

/* The client that makes this call for `data`. NULL: no policy needs one, or memory is out. */
static struct client *client_of(struct simulation *simulation, struct procedure_runner *runner, uint32_t data, uint32_t place)
{
    if (!runner->has_quotas)
        return NULL;
    if (data >= runner->client_room) {
        uint32_t room = runner->client_room ? runner->client_room : 16;
        while (room <= data)
            room *= 2;
        const uint64_t bytes = (uint64_t)(room - runner->client_room) * runner->call_count * sizeof(struct client);
        enum status status = memory_account_take(&simulation->memory, bytes, simulation->entities[runner->self].name);
        struct client *grown = status == STATUS_OK ? realloc(runner->clients, (size_t)room * runner->call_count * sizeof *grown) : NULL;
        if (!grown) {
            simulation_fail(simulation, status != STATUS_OK ? status : STATUS_NO_MEMORY);
            return NULL;
        }
        runner->clients = grown;
        for (size_t i = (size_t)runner->client_room * runner->call_count; i < (size_t)room * runner->call_count; i++)
            client_init(&grown[i], &runner->policies[i % runner->call_count].retry);
        runner->client_room = room;
    }
    return &runner->clients[(size_t)data * runner->call_count + place];
}

void procedure_forget(struct procedure_runner *runner, uint32_t data)
{
    for (uint32_t i = 0; data < runner->client_room && i < runner->call_count; i++)
        client_init(&runner->clients[(size_t)data * runner->call_count + i], &runner->policies[i].retry);
}

/* A plan while it is made. */
struct planning {
    struct procedure_runner *runner;
    struct run *run;
    double pending_ns; /* of the steps that are not in a node yet */
    double work_ns;    /* so far, as time on one full vCPU, outside of forks that are over */
    double stretch;
};

static struct node *add_node(struct planning *planning, enum node_kind kind, const struct step *step)
{
    struct node *node = &planning->run->nodes[planning->run->node_count++];
    *node = (struct node){.kind = (uint8_t)kind, .step = step};
    return node;
}

static void flush(struct planning *planning)
{
    if (planning->pending_ns > 0)
        add_node(planning, NODE_DELAY, NULL)->time_ns = time_from_double(planning->pending_ns);
    planning->pending_ns = 0;
}

static void plan_steps(struct planning *planning, const struct step_list *steps);

/* The branches do their work on one share: a branch of its own waits until that is done. */
static void plan_fork(struct planning *planning, const struct step *step)
{
    const double outside_ns = planning->work_ns;
    struct node *fork = add_node(planning, NODE_FORK, step);
    planning->work_ns = 0;
    for (size_t i = 0; i < step->branch_count; i++) {
        struct node *branch = add_node(planning, NODE_BRANCH, step);
        plan_steps(planning, &step->branches[i]);
        flush(planning);
        branch->end = planning->run->node_count;
    }
    if (planning->work_ns > 0) {
        struct node *branch = add_node(planning, NODE_BRANCH, step);
        planning->pending_ns = planning->work_ns / planning->runner->type->vcpus(planning->runner->owner);
        flush(planning);
        branch->end = planning->run->node_count;
    }
    fork->end = planning->run->node_count;
    planning->work_ns += outside_ns;
}

static void plan_call(struct planning *planning, const struct step *step)
{
    double count = step->call->count ? round(distribution_sample(step->call->count, &planning->runner->draws.rng)) : 1;
    if (count >= 1)
        add_node(planning, NODE_CALL, step)->count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static void plan_step(struct planning *planning, const struct step *step)
{
    struct procedure_runner *runner = planning->runner;
    double ns;
    switch (step->kind) {
    case STEP_CPU:
        ns = planning->stretch * distribution_sample(step->time, &runner->draws.rng);
        planning->pending_ns += ns * runner->type->slowdown(runner->owner, step->parallel);
        planning->work_ns += ns;
        break;
    case STEP_WAIT:
        planning->pending_ns += planning->stretch * distribution_sample(step->time, &runner->draws.rng);
        break;
    case STEP_PROBABILITY:
        if (stream_uniform(&runner->draws) < step->probability)
            plan_steps(planning, &step->branches[0]);
        break;
    case STEP_PARALLEL:
        flush(planning);
        plan_fork(planning, step);
        break;
    case STEP_CALL:
        flush(planning);
        plan_call(planning, step);
        break;
    }
}

static void plan_steps(struct planning *planning, const struct step_list *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        plan_step(planning, &steps->steps[i]);
}

static uint32_t new_task(struct simulation *simulation, struct procedure_runner *runner, uint32_t run_id)
{
    uint32_t id = pool_take(&runner->tasks);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return POOL_NONE;
    }
    struct run *run = run_at(runner, run_id);
    struct task *task = task_at(runner, id);
    *task = (struct task){.run = run_id, .next = run->tasks, .previous = POOL_NONE, .open = true};
    if (run->tasks != POOL_NONE)
        task_at(runner, run->tasks)->previous = id;
    run->tasks = id;
    run->held++;
    return id;
}

static void let_go(struct procedure_runner *runner, uint32_t run_id)
{
    struct run *run = run_at(runner, run_id);
    if (--run->held == 0)
        pool_give(&runner->runs, run_id);
}

/* The task is over; its place is free when no event of it is to come. */
static void drop_task(struct procedure_runner *runner, uint32_t id)
{
    struct task *task = task_at(runner, id);
    if (task->open || task->pending > 0)
        return;
    struct run *run = run_at(runner, task->run);
    uint32_t run_id = task->run;
    if (task->previous != POOL_NONE)
        task_at(runner, task->previous)->next = task->next;
    else
        run->tasks = task->next;
    if (task->next != POOL_NONE)
        task_at(runner, task->next)->previous = task->previous;
    pool_give(&runner->tasks, id);
    let_go(runner, run_id);
}

static void close_task(struct procedure_runner *runner, uint32_t id)
{
    task_at(runner, id)->open = false;
    drop_task(runner, id);
}

/* What lies past the end never happens, and must not be waited for. */
static void schedule(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, enum procedure_event event,
                     enum event_rank rank, int64_t at_ns)
{
    if (at_ns >= simulation->end_ns)
        return;
    task_at(runner, id)->pending++;
    simulation_schedule(simulation, runner->self, (uint16_t)(runner->event_kind + event), rank, at_ns, id);
}

uint32_t procedure_start(struct simulation *simulation, struct procedure_runner *runner, const struct request *request, uint32_t data,
                         uint32_t hops, int64_t delay_ns)
{
    uint32_t id = pool_take(&runner->runs);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return POOL_NONE;
    }
    struct run *run = run_at(runner, id);
    *run = (struct run){.data = data,
                        .request = request->id,
                        .tasks = POOL_NONE,
                        .held = 0,
                        .group = request->group,
                        .payload_bytes = request->payload_bytes,
                        .attempt = request->attempt,
                        .hops = (uint8_t)(hops < HOPS_MAX ? hops : HOPS_MAX),
                        .item = request->item};
    struct planning planning = {.runner = runner, .run = run, .stretch = runner->type->stretch ? runner->type->stretch(runner->owner) : 1};
    stream_at(&runner->draws, request->item, request->attempt);
    plan_steps(&planning, runner->steps);
    flush(&planning);
    uint32_t strand = new_task(simulation, runner, id);
    if (strand == POOL_NONE) {
        pool_give(&runner->runs, id);
        return POOL_NONE;
    }
    struct task *task = task_at(runner, strand);
    task->strand.end = run->node_count;
    task->strand.parent = POOL_NONE;
    schedule(simulation, runner, strand, PROCEDURE_GO_ON, RANK_COMPLETION, time_add(simulation->now_ns, delay_ns));
    return id;
}

/* Nothing of the run goes on: calls under way are answered to nobody. */
static void end_run(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    struct run *run = run_at(runner, id);
    run->over = true;
    run->held++;
    for (uint32_t at = run->tasks; at != POOL_NONE;) {
        struct task *task = task_at(runner, at);
        uint32_t next = task->next;
        if (task->open && task->is_call && task->call.request != POOL_NONE) {
            struct request *request = request_at(simulation, task->call.request);
            if (task->under_way)
                request->from = ENTITY_NONE;
            else
                request_free(simulation, request); /* it was to be sent again */
        }
        close_task(runner, at);
        at = next;
    }
    let_go(runner, id);
}

void procedure_cancel(struct simulation *simulation, struct procedure_runner *runner, uint32_t run)
{
    end_run(simulation, runner, run);
}

static void finish_run(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, enum procedure_end end)
{
    uint32_t data = run_at(runner, id)->data;
    end_run(simulation, runner, id);
    runner->type->ended(simulation, runner->owner, data, end);
}

/* One more request like this call; an attempt's own, as the one before may still be under way. */
static struct request *make_request(struct simulation *simulation, const struct procedure_runner *runner, uint32_t id)
{
    const struct task *task = task_at(runner, id);
    const struct run *run = run_at(runner, task->run);
    const struct step_call *call = task->call.step->call;
    struct request *request = request_new(simulation);
    if (!request)
        return NULL;
    *request = (struct request){
        .item = task->call.item,
        .born_ns = task->call.born_ns,
        .handler_ns = -1,
        .id = request->id,
        .from = runner->self,
        .from_data = id | SENT_BY_PROCEDURE,
        .group = run->group,
        .payload_bytes = run->payload_bytes,
        .attempt = (uint16_t)(run->attempt * ATTEMPTS_APART + task->attempt),
        .asynchronous = call->type == CALL_EVENT,
        .hops = (simulation->entities[call->target].type->keeps_chain ? run->hops : 0u) & HOPS_MAX,
    };
    return request;
}

/* Size, key and content of a call's request are drawn at the item's own place: the same at each attempt. */
static void fill_request(struct procedure_runner *runner, const struct step_call *call, struct request *request)
{
    if (call->payload) {
        stream_at(&runner->draws, request->item, 0);
        request->payload_bytes = (uint32_t)fmin(fmax(distribution_sample(call->payload, &runner->draws.rng), 0), UINT32_MAX);
    }
    if (call->key.kind != KEY_NONE) {
        stream_at(&runner->draws, request->item, 1);
        request->group = key_draw(&call->key, &runner->draws);
    }
    if (call->content.count > 0) {
        stream_at(&runner->draws, request->item, 2);
        request->content = content_draw(&call->content, &runner->draws);
    }
}

static void send(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    struct task *task = task_at(runner, id);
    const struct step_call *call = task->call.step->call;
    struct request *request = request_at(simulation, task->call.request);
    task->under_way = true;
    if (call->timeout_ns > 0)
        schedule(simulation, runner, id, PROCEDURE_TIMEOUT, RANK_EXPIRY, time_add(simulation->now_ns, call->timeout_ns));
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[call->target].name, "sent", simulation->now_ns, 0,
                         simulation->entities[runner->self].name);
    request_send(simulation, call->target, request);
}

/* Sends now, or when the adaptive mode's limiter lets it. */
static void send_when_allowed(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    const struct task *task = task_at(runner, id);
    const struct procedure_call_policy *policy = &runner->policies[task->call.step->place];
    int64_t wait_ns = 0;
    if (policy->retry.mode == RETRY_ADAPTIVE) {
        struct client *client = client_of(simulation, runner, run_at(runner, task->run)->data, task->call.step->place);
        wait_ns = client ? adaptive_delay_ns(&policy->rules, client, simulation->now_ns) : 0;
    }
    if (wait_ns > 0)
        schedule(simulation, runner, id, PROCEDURE_SEND, RANK_ARRIVAL, time_add(simulation->now_ns, wait_ns));
    else
        send(simulation, runner, id);
}

/* One call of a node: the `k`-th, for the item `parent`. */
static void begin_call(struct simulation *simulation, struct procedure_runner *runner, uint32_t strand, const struct step *step,
                       uint64_t parent, uint32_t k)
{
    uint32_t run_id = task_at(runner, strand)->run;
    uint32_t id = new_task(simulation, runner, run_id);
    if (id == POOL_NONE)
        return;
    struct task *task = task_at(runner, id);
    task->is_call = true;
    task->call.step = step;
    task->call.strand = strand;
    task->call.request = POOL_NONE;
    task->call.item = item_child(parent, runner->salt, step->place, k);
    task->call.born_ns = simulation->now_ns;
    if (simulation->tracer)
        simulation_derive(simulation, task->call.item, parent);
    struct request *request = make_request(simulation, runner, id);
    if (!request)
        return;
    fill_request(runner, step->call, request);
    task->call.request = request->id;
    send_when_allowed(simulation, runner, id);
}

/* For each record of the batch that is handled, or for the item itself. An answer may come before the next is sent. */
static void begin_calls(struct simulation *simulation, struct procedure_runner *runner, uint32_t strand, const struct node *node)
{
    uint32_t run_id = task_at(runner, strand)->run;
    const struct run *run = run_at(runner, run_id);
    const struct request *handled = request_at(simulation, run->request);
    const struct batch *batch = NULL;
    if (node->step->call->each && handled->is_batch) {
        const struct entity *sender = &simulation->entities[handled->from];
        batch = sender->type->batch(simulation, sender->state, handled);
    }
    uint32_t records = batch ? batch->count : 1;
    for (uint32_t i = 0; i < records && !run->over; i++)
        for (uint32_t k = 0; k < node->count && !run->over && simulation->status == STATUS_OK; k++) {
            task_at(runner, strand)->strand.waiting++;
            begin_call(simulation, runner, strand, node->step, batch ? batch->records[i].item : run->item, k);
        }
}

static void walk(struct simulation *simulation, struct procedure_runner *runner, uint32_t id);

/* Something that the strand waited for is over. */
static void arrive(struct simulation *simulation, struct procedure_runner *runner, uint32_t strand)
{
    struct task *task = task_at(runner, strand);
    if (--task->strand.waiting == 0)
        walk(simulation, runner, strand);
}

static void begin_branches(struct simulation *simulation, struct procedure_runner *runner, uint32_t strand, uint32_t place)
{
    uint32_t run_id = task_at(runner, strand)->run;
    const struct run *run = run_at(runner, run_id);
    const struct node *fork = &run->nodes[place];
    for (uint32_t at = place + 1; at < fork->end && !run->over && simulation->status == STATUS_OK; at = run->nodes[at].end) {
        uint32_t id = new_task(simulation, runner, run_id);
        if (id == POOL_NONE)
            return;
        struct task *branch = task_at(runner, id);
        branch->strand.at = at + 1;
        branch->strand.end = run->nodes[at].end;
        branch->strand.parent = strand;
        task_at(runner, strand)->strand.waiting++;
        walk(simulation, runner, id);
    }
}

/* The strand stands at the end of its row. */
static void end_strand(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    uint32_t parent = task_at(runner, id)->strand.parent, run_id = task_at(runner, id)->run;
    close_task(runner, id);
    if (parent != POOL_NONE)
        arrive(simulation, runner, parent);
    else
        finish_run(simulation, runner, run_id, PROCEDURE_DONE);
}

/* Begins the node that the strand stands on. */
static void begin_node(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, uint32_t place)
{
    const struct node *node = &run_at(runner, task_at(runner, id)->run)->nodes[place];
    if (node->kind == NODE_DELAY)
        schedule(simulation, runner, id, PROCEDURE_GO_ON, RANK_COMPLETION, time_add(simulation->now_ns, node->time_ns));
    else if (node->kind == NODE_CALL)
        begin_calls(simulation, runner, id, node);
    else
        begin_branches(simulation, runner, id, place);
}

/* From node to node, until one takes time. `waiting` is one too many while a node begins: what it waits for may be over at once. */
static void walk(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    uint32_t run_id = task_at(runner, id)->run;
    struct run *run = run_at(runner, run_id);
    run->held++;
    while (!run->over && simulation->status == STATUS_OK) {
        struct task *task = task_at(runner, id);
        if (task->strand.at >= task->strand.end) {
            end_strand(simulation, runner, id);
            break;
        }
        uint32_t place = task->strand.at;
        const struct node *node = &run->nodes[place];
        task->strand.at = node->kind == NODE_FORK ? node->end : place + 1;
        task->strand.waiting = 1;
        begin_node(simulation, runner, id, place);
        if (run->over || node->kind == NODE_DELAY || --task_at(runner, id)->strand.waiting > 0)
            break;
    }
    let_go(runner, run_id);
}

/* The call has its last answer. */
static void call_over(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, bool good)
{
    struct task *task = task_at(runner, id);
    uint32_t strand = task->call.strand, run = task->run;
    bool fails = !good && task->call.step->call->on_error == CALL_FAIL;
    task->call.request = POOL_NONE;
    close_task(runner, id);
    if (fails)
        finish_run(simulation, runner, run, PROCEDURE_FAILED);
    else
        arrive(simulation, runner, strand);
}

/* An attempt failed: try again, or that was it. `request` is the attempt's, free for the next. */
static void try_again(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, struct request *request,
                      enum failure failure)
{
    struct task *task = task_at(runner, id);
    const struct step *step = task->call.step;
    struct client none = {0};
    struct client *client = client_of(simulation, runner, run_at(runner, task->run)->data, step->place);
    int64_t delay_ns = 0;
    stream_at(&runner->retries, request->item, request->attempt);
    if (failure == FAILURE_FINAL || !retry_allowed(&runner->policies[step->place].retry, client ? client : &none, failure, task->attempt,
                                                   &runner->retries, &delay_ns, &task->call.spent)) {
        request_free(simulation, request);
        call_over(simulation, runner, id, false);
        return;
    }
    task->attempt++;
    request->attempt++;
    task->call.request = request->id;
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[runner->self].name, "retry", simulation->now_ns, delay_ns,
                         simulation->entities[step->call->target].name);
    schedule(simulation, runner, id, PROCEDURE_SEND, RANK_ARRIVAL, time_add(simulation->now_ns, delay_ns));
}

bool procedure_sent(const struct request *request)
{
    return request->from_data & SENT_BY_PROCEDURE;
}

void procedure_answered(struct simulation *simulation, struct procedure_runner *runner, struct request *request)
{
    uint32_t id = request->from_data & ~SENT_BY_PROCEDURE;
    struct task *task = task_at(runner, id);
    const struct step *step = task->call.step;
    const struct procedure_call_policy *policy = &runner->policies[step->place];
    struct client *client = client_of(simulation, runner, run_at(runner, task->run)->data, step->place);
    enum failure failure = failure_of(request->cause);
    task->under_way = false;
    if (client && policy->retry.mode == RETRY_ADAPTIVE)
        adaptive_learn(&policy->rules, client, failure == FAILURE_THROTTLED, simulation->now_ns);
    if (request->cause != &cause_succeeded) {
        try_again(simulation, runner, id, request, failure);
        return;
    }
    if (client)
        retry_succeeded(&policy->retry, client, task->attempt, task->call.spent);
    request_free(simulation, request);
    call_over(simulation, runner, id, true);
}

/* The caller's patience is over for one attempt, if it is still that one. */
static void attempt_timed_out(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    struct task *task = task_at(runner, id);
    if (!task->under_way)
        return;
    struct request *waiting = request_at(simulation, task->call.request);
    if (waiting->sent_ns + task->call.step->call->timeout_ns != simulation->now_ns)
        return;
    struct request *next = request_new(simulation);
    if (!next)
        return;
    uint32_t next_id = next->id;
    *next = *waiting;
    next->id = next_id;
    waiting->from = ENTITY_NONE; /* runs on, for nobody */
    task->under_way = false;
    try_again(simulation, runner, id, next, FAILURE_TIMEOUT);
}

void procedure_handle(struct simulation *simulation, struct procedure_runner *runner, const struct event *event)
{
    struct task *task = task_at(runner, event->data);
    task->pending--;
    if (!task->open) {
        drop_task(runner, event->data);
        return;
    }
    switch ((enum procedure_event)(event->kind - runner->event_kind)) {
    case PROCEDURE_GO_ON:
        walk(simulation, runner, event->data);
        break;
    case PROCEDURE_SEND:
        send(simulation, runner, event->data);
        break;
    case PROCEDURE_TIMEOUT:
        attempt_timed_out(simulation, runner, event->data);
        break;
    case PROCEDURE_EVENTS:
        break;
    }
}
