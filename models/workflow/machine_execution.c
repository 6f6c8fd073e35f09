/* machine_execution.c: the beginning and the end of executions: time limits, histories, what they cost.
 * Sources: rules sfn_*, which cite the developer guide, "Quotas", and the price page: Express memory is a base, the definition and the
 * payload of each branch and item, in steps; its time is rounded up. */
#include "machine_execution.h"

#include "machine_error.h"
#include "machine_map.h"
#include "machine_quota.h"
#include "machine_strand.h"
#include "measure/bill.h"

static bool is_child(const struct execution *execution)
{
    return execution->parent != POOL_NONE;
}

uint32_t execution_begin(struct simulation *simulation, struct machine *machine, const struct execution *like, uint32_t scope,
                         uint32_t number)
{
    uint32_t id = pool_take(&machine->executions);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return POOL_NONE;
    }
    struct execution *execution = execution_at(machine, id);
    *execution = *like;
    execution->began_ns = simulation->now_ns;
    execution->events = 0;
    chain_append(&machine->under_way, id);
    execution->root = strand_new(simulation, machine, id, execution->parent, number, scope, execution->item);
    execution->has_deadline = !is_child(execution) || execution->express;
    if (execution->has_deadline)
        deadline_enter(simulation, is_child(execution) ? &machine->children_deadlines : &machine->deadlines, id);
    if (execution->express)
        counter_add(&machine->metrics.requests, 1);
    if (is_child(execution))
        return execution->root == POOL_NONE ? POOL_NONE : id;
    counter_add(&machine->metrics.started, 1);
    gauge_add(&machine->metrics.open, simulation->now_ns, 1);
    if (!execution->express)
        quota_open(simulation, machine, 1);
    if (simulation->tracer)
        simulation_trace_enter(simulation, execution->item, execution->attempt, simulation->entities[machine->self].name, "execution");
    execution_event(machine, execution, machine->limits.execution_events);
    return execution->root == POOL_NONE ? POOL_NONE : id;
}

void execution_event(struct machine *machine, struct execution *execution, int64_t count)
{
    execution->events += (uint64_t)count;
    counter_add(&machine->metrics.events, (uint64_t)count);
}

bool execution_is_too_long(const struct machine *machine, const struct execution *execution)
{
    return !execution->express && execution->events >= (uint64_t)machine->limits.events_most;
}

/* What an Express execution costs: its memory and its time, both in steps. */
static void bill_express(struct simulation *simulation, struct machine *machine, const struct execution *execution)
{
    const struct machine_limits *limits = &machine->limits;
    uint64_t copies = execution->children > 0 ? execution->children : 1;
    uint64_t memory = (uint64_t)limits->memory_base + (uint64_t)machine->definition->bytes + copies * execution->payload_bytes;
    int64_t time_ns = simulation->now_ns - execution->began_ns;
    uint64_t chunks = bill_chunks(memory, (uint64_t)limits->memory_step);
    uint64_t steps = ((uint64_t)time_ns + (uint64_t)limits->billing_step_ns - 1) / (uint64_t)limits->billing_step_ns;
    counter_add(&machine->metrics.memory_time, chunks * steps);
    tally_add(&machine->metrics.memory, TALLY_ALL, (int64_t)memory);
    tally_add(&machine->metrics.billed_memory, TALLY_ALL, (int64_t)chunks * limits->memory_step);
    tally_add(&machine->metrics.billed_time, TALLY_ALL, (int64_t)steps * limits->billing_step_ns);
}

static void measure_end(struct simulation *simulation, struct machine *machine, const struct execution *execution, enum execution_end end)
{
    struct machine_metrics *metrics = &machine->metrics;
    struct counter *const counters[] = {[EXECUTION_SUCCEEDED] = &metrics->succeeded,
                                        [EXECUTION_FAILED] = &metrics->failed,
                                        [EXECUTION_TIMED_OUT] = &metrics->timed_out,
                                        [EXECUTION_ABORTED] = &metrics->aborted};
    counter_add(counters[end], 1);
    tally_add(&metrics->time, TALLY_ALL, simulation->now_ns - execution->began_ns);
    gauge_add(&metrics->open, simulation->now_ns, -1);
    if (!execution->express)
        quota_open(simulation, machine, -1);
}

void execution_close(struct simulation *simulation, struct machine *machine, uint32_t id, enum execution_end end, const struct cause *cause)
{
    struct execution *execution = execution_at(machine, id);
    strand_drop(simulation, machine, execution->root, cause);
    chain_remove(&machine->under_way, id);
    if (execution->has_deadline)
        deadline_leave(is_child(execution) ? &machine->children_deadlines : &machine->deadlines, id);
    if (execution->express)
        bill_express(simulation, machine, execution);
    const struct execution over = *execution;
    pool_give(&machine->executions, id);
    if (is_child(&over))
        return;
    measure_end(simulation, machine, &over, end);
    const char *name = simulation->entities[machine->self].name;
    if (simulation->tracer) {
        simulation_trace_item(simulation, over.item, over.attempt, name, fate_names[cause->fate], simulation->now_ns, 0, cause->text);
        simulation_trace_leave(simulation, over.item, name, "execution");
    }
    if (over.request == POOL_NONE) {
        ledger_count(&simulation->entities[machine->self].ledger, cause);
        return;
    }
    struct request *request = request_at(simulation, over.request);
    request->payload_bytes = cause == &cause_succeeded ? over.payload_bytes : request->payload_bytes;
    request_done(simulation, machine->self, request, cause);
}

void execution_fail(struct simulation *simulation, struct machine *machine, uint32_t id, const struct error *error)
{
    const struct execution *execution = execution_at(machine, id);
    const uint32_t parent = execution->parent;
    const struct error copy = *error;
    enum execution_end end = error_is_timeout(error) ? EXECUTION_TIMED_OUT : EXECUTION_FAILED;
    execution_close(simulation, machine, id, end, error->cause);
    if (parent != POOL_NONE)
        group_child_over(simulation, machine, parent, &copy);
}

void execution_stop_child(struct simulation *simulation, uint32_t entity, uint32_t root)
{
    struct machine *machine = entity_state(simulation, entity);
    struct strand *strand = strand_at(machine, root);
    if (strand->abort == POOL_NONE)
        strand->abort = strand_schedule(simulation, machine, root, MACHINE_ABORT, RANK_COMPLETION, 0);
}

void executions_due(struct simulation *simulation, struct machine *machine, uint32_t which)
{
    struct deadline_line *line = which == 0 ? &machine->deadlines : &machine->children_deadlines;
    for (uint32_t id = deadline_due(simulation, line); id != POOL_NONE; id = deadline_due(simulation, line)) {
        execution_at(machine, id)->has_deadline = false;
        execution_fail(simulation, machine, id, &error_timeout);
    }
    machine_work(simulation, machine);
}
