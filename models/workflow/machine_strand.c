/* machine_strand.c: what runs in an execution, and what it waits for. */
#include "machine_strand.h"

#include "machine_error.h"
#include "machine_execution.h"

#include "engine/claim.h"

uint32_t tie_new(struct simulation *simulation, struct machine *machine, uint32_t strand)
{
    uint32_t id = pool_take(&machine->ties);
    if (id == POOL_NONE)
        simulation_fail(simulation, simulation->memory.status);
    else
        *(struct tie *)pool_at(&machine->ties, id) = (struct tie){strand, POOL_NONE, ENTITY_NONE};
    return id;
}

uint32_t tie_end(struct machine *machine, uint32_t tie)
{
    uint32_t strand = ((const struct tie *)pool_at(&machine->ties, tie))->strand;
    pool_give(&machine->ties, tie);
    return strand;
}

void tie_cut(struct machine *machine, uint32_t *tie)
{
    if (*tie != POOL_NONE)
        ((struct tie *)pool_at(&machine->ties, *tie))->strand = POOL_NONE;
    *tie = POOL_NONE;
}

uint32_t strand_new(struct simulation *simulation, struct machine *machine, uint32_t execution, uint32_t parent, uint32_t number,
                    uint32_t scope, uint64_t item)
{
    uint32_t id = pool_take(&machine->strands);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return POOL_NONE;
    }
    struct strand *strand = strand_at(machine, id);
    *strand = (struct strand){.item = item,
                              .execution = execution,
                              .parent = parent,
                              .number = number,
                              .state = machine->definition->scopes[scope].start,
                              .chosen = WORKFLOW_END,
                              .timer = POOL_NONE,
                              .limit = POOL_NONE,
                              .call = POOL_NONE,
                              .abort = POOL_NONE,
                              .claim = POOL_NONE,
                              .payload_bytes = execution_at(machine, execution)->payload_bytes,
                              .phase = STRAND_ENTER};
    chain_init(&strand->children, &machine->strands, offsetof(struct strand, siblings));
    if (parent != POOL_NONE)
        chain_append(&strand_at(machine, parent)->children, id);
    return id;
}

void strand_let_go(struct simulation *simulation, struct machine *machine, struct strand *strand)
{
    if (strand->call != POOL_NONE) {
        const struct tie *tie = pool_at(&machine->ties, strand->call);
        if (tie->child != POOL_NONE)
            execution_stop_child(simulation, tie->machine, tie->child);
    }
    tie_cut(machine, &strand->call);
    tie_cut(machine, &strand->timer);
    tie_cut(machine, &strand->limit);
    if (strand->claim != POOL_NONE)
        claim_end(simulation, strand->claim);
    strand->claim = POOL_NONE;
}

void strand_leave_state(struct simulation *simulation, struct machine *machine, struct strand *strand, const struct cause *cause)
{
    if (!strand->inside)
        return;
    uint32_t entity = machine->first_part + strand->state;
    struct state_part *part = entity_state(simulation, entity);
    strand->inside = false;
    gauge_add(&part->metrics.inside, simulation->now_ns, -1);
    tally_add(&part->metrics.time, TALLY_ALL, simulation->now_ns - strand->entered_ns);
    ledger_count(&simulation->entities[entity].ledger, cause);
    if (!simulation->tracer)
        return;
    const char *name = simulation->entities[entity].name;
    simulation_trace_item(simulation, strand->item, strand->attempt, name, fate_names[cause->fate], simulation->now_ns, 0, cause->text);
    simulation_trace_leave(simulation, strand->item, name, "state");
}

void strand_drop_children(struct simulation *simulation, struct machine *machine, uint32_t strand)
{
    while (strand_at(machine, strand)->children.head != POOL_NONE) {
        uint32_t child = strand_at(machine, strand)->children.head;
        uint32_t execution = strand_at(machine, child)->execution;
        if (execution != strand_at(machine, strand)->execution)
            execution_close(simulation, machine, execution, EXECUTION_ABORTED, &cause_aborted);
        else
            strand_drop(simulation, machine, child, &cause_aborted);
    }
}

void strand_drop(struct simulation *simulation, struct machine *machine, uint32_t id, const struct cause *cause)
{
    struct strand *strand = strand_at(machine, id);
    strand_drop_children(simulation, machine, id);
    strand_let_go(simulation, machine, strand);
    tie_cut(machine, &strand->abort);
    strand_leave_state(simulation, machine, strand, cause);
    if (strand->ready)
        chain_remove(&machine->ready, id);
    if (strand->parent != POOL_NONE)
        chain_remove(&strand_at(machine, strand->parent)->children, id);
    pool_give(&machine->strands, id);
}

void strand_ready(struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    if (strand->ready)
        return;
    strand->ready = true;
    chain_append(&machine->ready, id);
}

uint32_t strand_schedule(struct simulation *simulation, struct machine *machine, uint32_t strand, enum machine_event kind,
                         enum event_rank rank, int64_t wait_ns)
{
    int64_t at_ns = time_add(simulation->now_ns, wait_ns);
    if (at_ns >= simulation->end_ns) /* it never happens */
        return POOL_NONE;
    uint32_t tie = tie_new(simulation, machine, strand);
    if (tie != POOL_NONE)
        simulation_schedule(simulation, machine->self, (uint16_t)kind, rank, at_ns, tie);
    return tie;
}

void strand_wait(struct simulation *simulation, struct machine *machine, uint32_t id, enum strand_phase phase, enum event_rank rank,
                 int64_t wait_ns)
{
    struct strand *strand = strand_at(machine, id);
    strand->phase = (uint8_t)phase;
    if (wait_ns == 0)
        strand_ready(machine, id);
    else
        strand->timer = strand_schedule(simulation, machine, id, MACHINE_GO_ON, rank, wait_ns);
}

void strand_fail(struct machine *machine, uint32_t id, struct error error)
{
    struct strand *strand = strand_at(machine, id);
    strand->error = error;
    strand->phase = STRAND_FAILED;
    strand_ready(machine, id);
}
