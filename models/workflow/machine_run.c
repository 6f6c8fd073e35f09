/* machine_run.c: one state after the other. A Choice goes where chance says, by the weights of `behavior`; a Wait waits; a Pass takes no
 * time. Entering a state of a STANDARD execution takes a token of the account, and so does each retry.
 * Sources: the States Language specification; the developer guide, "Quotas related to state throttling". */
#include "machine_run.h"
#include "machine_error.h"
#include "machine_execution.h"
#include "machine_map.h"
#include "machine_quota.h"
#include "machine_retry.h"
#include "machine_strand.h"
#include "machine_task.h"

#include <string.h>

/* The place of a draw: what the strand is about, and where in the machine it is. */
static void place_at(const struct machine *machine, const struct strand *strand, struct stream *stream)
{
    stream_at(stream, item_child(strand->item, machine->salt, strand->state, strand->visit), strand->attempt);
}

static void choose(struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    const struct workflow_state *state = state_of(machine, strand);
    const struct state_plan *plan = plan_of(machine, strand);
    place_at(machine, strand, &machine->choices);
    double drawn = stream_uniform(&machine->choices);
    size_t i = 0;
    while (i < plan->choice_count && drawn >= plan->choices[i])
        i++;
    if (i == plan->choice_count) {
        strand_fail(machine, id, error_no_choice);
        return;
    }
    strand->chosen = state->choices[i];
    strand->phase = STRAND_LEAVE;
    strand_ready(machine, id);
}

static void wait(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    const struct workflow_state *state = state_of(machine, strand);
    const struct state_plan *plan = plan_of(machine, strand);
    int64_t wait_ns = state->wait_ns;
    if (state->timestamp)
        wait_ns = plan->until_ns > simulation->now_ns ? plan->until_ns - simulation->now_ns : 0;
    if (state->wait_drawn && plan->behavior && plan->behavior->wait) {
        place_at(machine, strand, &machine->waits);
        wait_ns = distribution_sample_ns(plan->behavior->wait, &machine->waits.rng);
    }
    strand_wait(simulation, machine, id, STRAND_LEAVE, RANK_COMPLETION, wait_ns);
}

static void run_state(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    const struct state_plan *plan = plan_of(machine, strand);
    switch ((enum workflow_kind)state_of(machine, strand)->kind) {
    case WORKFLOW_TASK:
        task_begin(simulation, machine, id);
        break;
    case WORKFLOW_CHOICE:
        choose(machine, id);
        break;
    case WORKFLOW_WAIT:
        wait(simulation, machine, id);
        break;
    case WORKFLOW_PARALLEL:
    case WORKFLOW_MAP:
        group_begin(simulation, machine, id);
        break;
    case WORKFLOW_FAIL:
        strand_fail(machine, id, (struct error){NULL, plan->cause->text, plan->cause});
        break;
    case WORKFLOW_PASS:
    case WORKFLOW_SUCCEED:
        strand->phase = STRAND_LEAVE;
        strand_ready(machine, id);
        break;
    }
}

/* The strand is in its state from now on. */
static void come_in(struct simulation *simulation, struct machine *machine, struct strand *strand)
{
    struct state_part *part = part_of(simulation, machine, strand->state);
    uint32_t entity = machine->first_part + strand->state;
    strand->inside = true;
    strand->at_once = strand->entered_ns == simulation->now_ns ? strand->at_once + 1 : 1;
    strand->entered_ns = simulation->now_ns;
    strand->attempt = 0;
    memset(strand->tries, 0, sizeof strand->tries);
    simulation->entities[entity].ledger.entered++;
    counter_add(&part->metrics.entries, 1);
    gauge_add(&part->metrics.inside, simulation->now_ns, 1);
    execution_event(machine, execution_at(machine, strand->execution), 1);
    if (!simulation->tracer)
        return;
    simulation_trace_enter(simulation, strand->item, 0, simulation->entities[entity].name, "state");
    simulation_trace_item(simulation, strand->item, 0, simulation->entities[entity].name, "entered", simulation->now_ns, 0, "");
}

static void enter(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    int64_t overhead_ns = 0;
    if (!execution_at(machine, strand->execution)->express) {
        if (!strand->granted && !quota_take_transition(simulation, machine, id))
            return;
        strand->granted = false;
        counter_add(&machine->metrics.transitions, 1);
    }
    if (!strand->retried)
        come_in(simulation, machine, strand);
    strand->retried = false;
    if (machine->overhead) {
        place_at(machine, strand, &machine->overheads);
        overhead_ns = distribution_sample_ns(machine->overhead, &machine->overheads.rng);
    }
    strand_wait(simulation, machine, id, STRAND_RUN, RANK_COMPLETION, fault_slowed(&machine->faults, overhead_ns));
}

/* The strand has come to its end. */
static void end(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    const struct strand *strand = strand_at(machine, id);
    uint32_t parent = strand->parent, execution = strand->execution;
    if (execution_at(machine, execution)->root == id) {
        execution_at(machine, execution)->payload_bytes = strand->payload_bytes;
        execution_close(simulation, machine, execution, EXECUTION_SUCCEEDED, &cause_succeeded);
    } else {
        strand_drop(simulation, machine, id, &cause_succeeded);
    }
    if (parent != POOL_NONE)
        group_child_over(simulation, machine, parent, NULL);
}

static void leave(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    const struct workflow_state *state = state_of(machine, strand);
    uint32_t next = state->kind == WORKFLOW_CHOICE ? strand->chosen : state->next;
    strand_leave_state(simulation, machine, strand, &cause_succeeded);
    execution_event(machine, execution_at(machine, strand->execution), 1);
    if (next == WORKFLOW_END) {
        end(simulation, machine, id);
        return;
    }
    strand->state = next;
    strand->visit++;
    strand->phase = STRAND_ENTER;
    strand_ready(machine, id);
}

static void step(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    if (execution_is_too_long(machine, execution_at(machine, strand->execution)) || strand->at_once > machine->limits.at_once_most) {
        execution_fail(simulation, machine, strand->execution, &error_runtime);
        return;
    }
    switch ((enum strand_phase)strand->phase) {
    case STRAND_ENTER:
        enter(simulation, machine, id);
        break;
    case STRAND_RUN:
        run_state(simulation, machine, id);
        break;
    case STRAND_LEAVE:
        leave(simulation, machine, id);
        break;
    case STRAND_FAILED:
        strand_failed(simulation, machine, id);
        break;
    }
}

void machine_work(struct simulation *simulation, struct machine *machine)
{
    if (machine->working)
        return;
    machine->working = true;
    while (machine->ready.head != POOL_NONE && simulation->status == STATUS_OK) {
        uint32_t id = machine->ready.head;
        chain_remove(&machine->ready, id);
        strand_at(machine, id)->ready = false;
        step(simulation, machine, id);
    }
    machine->working = false;
}

void machine_happens(struct simulation *simulation, struct machine *machine, const struct event *event)
{
    enum machine_event kind = (enum machine_event)event->kind;
    if (kind == MACHINE_ANSWER) {
        struct request *request = request_at(simulation, event->data);
        request_answer(simulation, request, request->cause);
        return;
    }
    if (kind == MACHINE_DEADLINE || kind == MACHINE_TOKENS) {
        if (kind == MACHINE_DEADLINE)
            executions_due(simulation, machine, event->data);
        else
            quota_tokens(simulation, machine);
        return;
    }
    uint32_t id = tie_end(machine, event->data);
    if (id == POOL_NONE)
        return;
    struct strand *strand = strand_at(machine, id);
    switch (kind) {
    case MACHINE_GO_ON:
        strand->timer = POOL_NONE;
        strand_ready(machine, id);
        break;
    case MACHINE_SERVED:
        task_served(simulation, machine, id);
        break;
    case MACHINE_ABORT:
        strand->abort = POOL_NONE;
        execution_close(simulation, machine, strand->execution, EXECUTION_ABORTED, &cause_aborted);
        break;
    default:
        task_timed_out(simulation, machine, id, kind == MACHINE_HEARTBEAT);
        break;
    }
    machine_work(simulation, machine);
}
