/* machine_retry.c: what follows a failure. The first of Retry's elements that means the error counts its own tries; when they are used up,
 * or none means it, the first of Catch's that does says where it goes on; else what holds the state fails with the same error.
 * Source: the States Language specification, "Errors". */
#include "machine_retry.h"

#include "machine_error.h"
#include "machine_execution.h"
#include "machine_map.h"
#include "machine_strand.h"

#include "engine/back_off.h"

static const struct cause cause_caught = {.fate = FATE_FAILED, .text = "caught"};

/* The wait before the next try; false: there is none. */
static bool next_try(struct machine *machine, struct strand *strand, int64_t *wait_ns)
{
    const struct workflow_state *state = state_of(machine, strand);
    for (size_t i = 0; i < state->retriers.count && i < RETRIERS_MOST; i++) {
        const struct workflow_retrier *retrier = &state->retriers.items[i];
        const struct back_off back_off = {
            .base_ns = (double)retrier->interval_ns,
            .factor = retrier->rate,
            .cap_ns = retrier->max_delay_ns > 0 ? (double)retrier->max_delay_ns : (double)TIME_FOREVER,
        };
        if (!error_matches(&retrier->errors, &strand->error, state->kind == WORKFLOW_PARALLEL))
            continue;
        if (strand->tries[i] >= (uint64_t)retrier->attempts)
            return false;
        stream_at(&machine->jitter, strand->item + strand->state, strand->attempt);
        *wait_ns = back_off_shortened_ns(back_off_full_ns(&back_off, strand->tries[i]++), retrier->jitter == WORKFLOW_JITTER_FULL ? 1 : 0,
                                         &machine->jitter);
        return true;
    }
    return false;
}

static const struct workflow_catcher *catcher_of(const struct workflow_state *state, const struct error *error)
{
    for (size_t i = 0; i < state->catchers.count; i++)
        if (error_matches(&state->catchers.items[i].errors, error, state->kind == WORKFLOW_PARALLEL))
            return &state->catchers.items[i];
    return NULL;
}

/* Nothing handles it: what holds the state fails. */
static void fail_whole(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    const struct strand *strand = strand_at(machine, id);
    const struct error error = strand->error;
    uint32_t parent = strand->parent, execution = strand->execution;
    if (execution_at(machine, execution)->root == id) {
        execution_fail(simulation, machine, execution, &error);
        return;
    }
    strand_drop(simulation, machine, id, error.cause);
    group_child_over(simulation, machine, parent, &error);
}

void strand_failed(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    struct state_metrics *metrics = &part_of(simulation, machine, strand->state)->metrics;
    int64_t wait_ns = 0;
    counter_add(&metrics->failures, 1);
    if (next_try(machine, strand, &wait_ns)) {
        counter_add(&metrics->retries, 1);
        strand->attempt++;
        strand->retried = true;
        if (simulation->tracer)
            simulation_trace_item(simulation, strand->item, strand->attempt, simulation->entities[machine->first_part + strand->state].name,
                                  "retry", simulation->now_ns, wait_ns, strand->error.name);
        strand_wait(simulation, machine, id, STRAND_ENTER, RANK_ARRIVAL, wait_ns);
        return;
    }
    const struct workflow_catcher *catcher = catcher_of(state_of(machine, strand), &strand->error);
    if (!catcher) {
        fail_whole(simulation, machine, id);
        return;
    }
    counter_add(&metrics->caught, 1);
    strand_leave_state(simulation, machine, strand, &cause_caught);
    execution_event(machine, execution_at(machine, strand->execution), 1);
    strand->state = catcher->next;
    strand->visit++;
    strand->phase = STRAND_ENTER;
    strand_ready(machine, id);
}
