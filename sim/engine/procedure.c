/* procedure.c: runs and their tasks: strands that walk along a plan. */
#include "engine/procedure.h"

#include "engine/batch.h"
#include "engine/procedure_run.h"

#include <stdlib.h>

struct policies {
    struct procedure_runner *runner;
    const struct simulation *simulation;
};

static void init_policy(void *context, struct step *step, const char *place)
{
    const struct policies *policies = context;
    const struct simulation *simulation = policies->simulation;
    struct procedure_runner *runner = policies->runner;
    (void)place;
    if (step->kind != STEP_CALL)
        return;
    struct retry_policy *policy = &runner->policies[step->place];
    retry_policy_init(policy, &step->call->retry, simulation->settings->rules, simulation->entities[step->call->target].type->sdk);
    runner->has_quotas = runner->has_quotas || policy->quota > 0 || policy->mode == RETRY_ADAPTIVE;
}

enum status procedure_init(struct procedure_runner *runner, const struct procedure_type *type, const struct step_list *steps,
                           struct simulation *simulation, void *owner, uint32_t self, uint16_t event_kind)
{
    const char *name = simulation->entities[self].name;
    *runner = (struct procedure_runner){.owner = owner, .self = self, .event_kind = event_kind, .steps = steps, .salt = item_salt(name)};
    runner->node_most = plan_size(steps, &runner->call_count);
    runner->policies = calloc(runner->call_count ? runner->call_count : 1, sizeof *runner->policies);
    if (!runner->policies)
        return STATUS_NO_MEMORY;
    steps_visit(steps, NULL, init_policy, &(struct policies){runner, simulation});
    pool_init(&runner->runs, sizeof(struct run) + runner->node_most * sizeof(struct node), &simulation->memory, name);
    pool_init(&runner->tasks, sizeof(struct task), &simulation->memory, name);
    orphans_init(runner, &simulation->memory, name);
    stream_init(&runner->draws, simulation->settings->seed, simulation->replication, name, "steps");
    stream_init(&runner->retries, simulation->settings->seed, simulation->replication, name, "step retries");
    local_caches_init(&runner->own, type->storage_bytes ? type->storage_bytes(owner) : 0, &simulation->memory, name);
    runner->type = type;
    return STATUS_OK;
}

void procedure_fini(struct procedure_runner *runner)
{
    free(runner->policies);
    free(runner->clients);
    if (!runner->type)
        return;
    orphans_fini(runner);
    local_caches_fini(&runner->own);
    pool_fini(&runner->runs);
    pool_fini(&runner->tasks);
}

uint32_t task_new(struct simulation *simulation, struct procedure_runner *runner, uint32_t run_id)
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

void task_close(struct procedure_runner *runner, uint32_t id)
{
    task_at(runner, id)->open = false;
    drop_task(runner, id);
}

/* What lies past the end never happens, and must not be waited for. */
void task_schedule(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, enum procedure_event event,
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
    plan_run(runner, run);
    uint32_t strand = task_new(simulation, runner, id);
    if (strand == POOL_NONE) {
        pool_give(&runner->runs, id);
        return POOL_NONE;
    }
    struct task *task = task_at(runner, strand);
    task->strand.end = run->node_count;
    task->strand.parent = POOL_NONE;
    task_schedule(simulation, runner, strand, PROCEDURE_GO_ON, RANK_COMPLETION, time_add(simulation->now_ns, delay_ns));
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
                call_leave(simulation, runner, at, request);
            else
                request_free(simulation, request); /* it was to be sent again */
        }
        task_close(runner, at);
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

void run_fail(struct simulation *simulation, struct procedure_runner *runner, uint32_t run)
{
    finish_run(simulation, runner, run, PROCEDURE_FAILED);
}

/* For each record of the batch that is handled, or for the item itself. An answer may come before the next is sent. */
static void begin_calls(struct simulation *simulation, struct procedure_runner *runner, uint32_t strand, const struct node *node)
{
    uint32_t run_id = task_at(runner, strand)->run;
    const struct run *run = run_at(runner, run_id);
    const struct request *handled = request_at(simulation, run->request);
    const struct batch *batch = NULL;
    bool each = node->step->call->each, claims = simulation->claims != NULL;
    if (handled->is_batch && (each || claims) && handled->from != ENTITY_NONE) {
        const struct entity *sender = &simulation->entities[handled->from];
        batch = sender->type->batch(simulation, sender->state, handled);
        if (claims && batch && batch->count > 0) /* the whole goes by its first record */
            claims_pass_on(simulation, run->item, batch->records[0].item);
        batch = each ? batch : NULL;
    }
    uint32_t records = batch ? batch->count : 1;
    for (uint32_t i = 0; i < records && !run->over; i++)
        for (uint32_t k = 0; k < node->count && !run->over && simulation->status == STATUS_OK; k++) {
            task_at(runner, strand)->strand.waiting++;
            call_begin(simulation, runner, strand, node->step, batch ? batch->records[i].item : run->item, k);
        }
}

static void walk(struct simulation *simulation, struct procedure_runner *runner, uint32_t id);

/* Something that the strand waited for is over. */
void strand_arrive(struct simulation *simulation, struct procedure_runner *runner, uint32_t strand)
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
        uint32_t id = task_new(simulation, runner, run_id);
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
    task_close(runner, id);
    if (parent != POOL_NONE)
        strand_arrive(simulation, runner, parent);
    else
        finish_run(simulation, runner, run_id, PROCEDURE_DONE);
}

/* Its owner tells by procedure_worked when it is done. */
static void begin_work(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, const struct node *node)
{
    struct task *task = task_at(runner, id);
    task->pending++;
    if (!runner->type->work(simulation, runner->owner, run_at(runner, task->run)->data, id, (double)node->time_ns, node->step->parallel))
        simulation_fail(simulation, simulation->memory.status != STATUS_OK ? simulation->memory.status : STATUS_NO_MEMORY);
}

/* Begins the node that the strand stands on. */
static void begin_node(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, uint32_t place)
{
    const struct node *node = &run_at(runner, task_at(runner, id)->run)->nodes[place];
    if (node->kind == NODE_DELAY)
        task_schedule(simulation, runner, id, PROCEDURE_GO_ON, RANK_COMPLETION, time_add(simulation->now_ns, node->time_ns));
    else if (node->kind == NODE_WORK)
        begin_work(simulation, runner, id, node);
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
        if (run->over || node->kind == NODE_DELAY || node->kind == NODE_WORK || --task_at(runner, id)->strand.waiting > 0)
            break;
    }
    let_go(runner, run_id);
}

void procedure_worked(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    struct task *task = task_at(runner, id);
    task->pending--;
    if (task->open)
        walk(simulation, runner, id);
    else
        drop_task(runner, id);
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
        call_send(simulation, runner, event->data);
        break;
    case PROCEDURE_TIMEOUT:
        call_timed_out(simulation, runner, event->data);
        break;
    case PROCEDURE_EVENTS:
        break;
    }
}
