/* machine_task.c: what tasks call. A function and a service's action are over with their answer; ".sync" with the end of what they began;
 * ".waitForTaskToken" when somebody calls back: who handles what carries the token (machine_callback.c), or in a time that `latency` says
 * after what gets the token has taken it. What is no part of the simulation takes `latency`. A try that TimeoutSeconds ends is left: what
 * it called runs on, for nobody. Sources: Step Functions developer guide, "Service integration patterns"; the States Language
 * specification, "Timeouts and heartbeats". */
#include "machine_task.h"

#include "machine_error.h"
#include "machine_execution.h"
#include "machine_map.h"
#include "machine_start.h"
#include "machine_strand.h"

#include "engine/claim.h"

/* Tries follow on those of what holds them. */
static uint16_t attempt_of(const struct machine *machine, const struct strand *strand)
{
    return (uint16_t)(execution_at(machine, strand->execution)->attempt * 16u + strand->attempt);
}

/* What a visit to the state is about: the same at each of its tries, but of those that somebody answers by a token. */
static uint64_t item_of(const struct machine *machine, const struct strand *strand)
{
    uint64_t item = item_child(strand->item, machine->salt, strand->state, strand->visit);
    /* The token of a try is good for that one alone. */
    return plan_of(machine, strand)->answered && strand->attempt > 0 ? item_child(item, machine->salt, strand->state, strand->attempt)
                                                                     : item;
}

struct outcome {
    struct counter *scheduled, *started, *succeeded, *failed, *timed_out;
    struct tally *time;
};

/* AWS measures functions that are named by their ARN, and all others as service integrations. */
static struct outcome outcome_of(struct machine *machine, const struct strand *strand)
{
    struct machine_metrics *metrics = &machine->metrics;
    if (state_of(machine, strand)->task.service)
        return (struct outcome){&metrics->services_scheduled, &metrics->services_started,   &metrics->services_succeeded,
                                &metrics->services_failed,    &metrics->services_timed_out, &metrics->service_time};
    return (struct outcome){&metrics->functions_scheduled, &metrics->functions_started,   &metrics->functions_succeeded,
                            &metrics->functions_failed,    &metrics->functions_timed_out, &metrics->function_time};
}

/* The try is over: its time limit is none any more. */
static void end_try(struct simulation *simulation, struct machine *machine, struct strand *strand, struct counter *counter)
{
    counter_add(counter, 1);
    tally_add(outcome_of(machine, strand).time, TALLY_ALL, simulation->now_ns - strand->tried_ns);
    strand_let_go(simulation, machine, strand);
}

static void succeed(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    end_try(simulation, machine, strand, outcome_of(machine, strand).succeeded);
    strand->phase = STRAND_LEAVE;
    strand_ready(machine, id);
}

static void fail(struct simulation *simulation, struct machine *machine, uint32_t id, struct error error)
{
    struct strand *strand = strand_at(machine, id);
    end_try(simulation, machine, strand, outcome_of(machine, strand).failed);
    strand_fail(machine, id, error);
}

static bool strikes(struct stream *stream, double rate, uint64_t item, uint16_t attempt)
{
    if (rate <= 0)
        return false;
    stream_at(stream, item, attempt);
    return stream_uniform(stream) < rate;
}

/* What is not simulated begins, or somebody has the token. Who is lost never answers, and says nothing meanwhile. */
static void serve(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    const struct state_behavior *behavior = plan_of(machine, strand)->behavior;
    int64_t heartbeat_ns = strand->heartbeat_ns, latency_ns = 0;
    uint64_t item = item_of(machine, strand);
    uint16_t attempt = attempt_of(machine, strand);
    if (behavior && strikes(&machine->lost, behavior->lost_rate, item, attempt)) {
        if (heartbeat_ns > 0)
            strand->timer = strand_schedule(simulation, machine, id, MACHINE_HEARTBEAT, RANK_EXPIRY, heartbeat_ns);
        return;
    }
    if (behavior && behavior->latency) {
        stream_at(&machine->latencies, item, attempt);
        latency_ns = distribution_sample_ns(behavior->latency, &machine->latencies.rng);
    }
    strand->timer = strand_schedule(simulation, machine, id, MACHINE_SERVED, RANK_COMPLETION, latency_ns);
}

void task_send(struct simulation *simulation, struct machine *machine, uint32_t id, uint32_t target, const struct workflow_task *task,
               uint64_t item)
{
    struct strand *strand = strand_at(machine, id);
    const struct execution *execution = execution_at(machine, strand->execution);
    const struct state_plan *plan = plan_of(machine, strand);
    const struct content_choice *content = &task->content;
    struct request *request = request_new(simulation);
    strand->call = request ? tie_new(simulation, machine, id) : POOL_NONE;
    if (strand->call == POOL_NONE)
        return;
    *request = (struct request){
        .item = item,
        .born_ns = strand->entered_ns,
        .handler_ns = -1,
        .id = request->id,
        .from = machine->self,
        .from_data = strand->call,
        .group = plan->key == TASK_KEY_OWN        ? (uint32_t)strand->item | 1u
                 : plan->key == TASK_KEY_CONSTANT ? 1u
                                                  : execution->group,
        .payload_bytes = strand->payload_bytes,
        .attempt = attempt_of(machine, strand),
        .content = content->count > 0 ? content->contents[0] : CONTENT_NONE,
        .poison = execution->poison,
    };
    if (plan->answered)
        strand->claim = claim_new(simulation, request->item, machine->self, id);
    item_made(simulation, request->item, strand->item);
    if (simulation->tracer) {
        simulation_trace(simulation, request, simulation->entities[target].name, "sent", simulation->now_ns, 0,
                         simulation->entities[machine->first_part + strand->state].name);
        simulation_trace_from(simulation, strand->item, simulation->entities[machine->first_part + strand->state].name);
    }
    request_send(simulation, target, request);
}

/* What TimeoutSeconds says, 0: nothing; and HeartbeatSeconds, for the strand to keep. */
static int64_t limits_of(struct machine *machine, struct strand *strand)
{
    const struct workflow_task *task = &state_of(machine, strand)->task;
    const struct state_behavior *behavior = plan_of(machine, strand)->behavior;
    int64_t timeout_ns = task->timeout_ns;
    strand->heartbeat_ns = task->heartbeat_ns;
    if (!behavior || (!behavior->timeout && !behavior->heartbeat))
        return timeout_ns;
    stream_at(&machine->limits_drawn, item_of(machine, strand), attempt_of(machine, strand));
    if (behavior->timeout)
        timeout_ns = distribution_sample_ns(behavior->timeout, &machine->limits_drawn.rng);
    if (behavior->heartbeat)
        strand->heartbeat_ns = distribution_sample_ns(behavior->heartbeat, &machine->limits_drawn.rng);
    return timeout_ns;
}

void task_is_alive(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    tie_cut(machine, &strand->timer);
    if (strand->heartbeat_ns > 0)
        strand->timer = strand_schedule(simulation, machine, id, MACHINE_HEARTBEAT, RANK_EXPIRY, strand->heartbeat_ns);
}

void task_called_back(struct simulation *simulation, struct machine *machine, uint32_t id, bool good)
{
    if (good)
        succeed(simulation, machine, id);
    else
        fail(simulation, machine, id, error_of_work(plan_of(machine, strand_at(machine, id))));
}

void task_begin(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    const struct state_plan *plan = plan_of(machine, strand);
    struct outcome outcome = outcome_of(machine, strand);
    strand->tried_ns = simulation->now_ns;
    counter_add(outcome.scheduled, 1);
    counter_add(outcome.started, 1);
    execution_event(machine, execution_at(machine, strand->execution), machine->limits.attempt_events);
    if (plan->pattern != TASK_RESPONSE)
        execution_event(machine, execution_at(machine, strand->execution), machine->limits.submit_events);
    int64_t timeout_ns = limits_of(machine, strand);
    if (timeout_ns > 0)
        strand->limit = strand_schedule(simulation, machine, id, MACHINE_TIMEOUT, RANK_EXPIRY, timeout_ns);
    if (plan->answered)
        task_is_alive(simulation, machine, id);
    if (plan->target == ENTITY_NONE)
        serve(simulation, machine, id);
    else
        task_send(simulation, machine, id, plan->target, &state_of(machine, strand)->task, item_of(machine, strand));
}

void task_served(struct simulation *simulation, struct machine *machine, uint32_t id)
{
    struct strand *strand = strand_at(machine, id);
    const struct state_plan *plan = plan_of(machine, strand);
    strand->timer = POOL_NONE;
    if (plan->behavior && strikes(&machine->errors, plan->behavior->error_rate, item_of(machine, strand), attempt_of(machine, strand)))
        fail(simulation, machine, id, error_of_work(plan));
    else
        succeed(simulation, machine, id);
}

void task_answered(struct simulation *simulation, struct machine *machine, struct request *request)
{
    uint32_t id = tie_end(machine, request->from_data), bytes = request->payload_bytes;
    const struct cause *cause = request->cause;
    request_free(simulation, request);
    if (id == POOL_NONE)
        return;
    struct strand *strand = strand_at(machine, id);
    const struct state_plan *plan = plan_of(machine, strand);
    strand->call = POOL_NONE;
    if (state_of(machine, strand)->kind == WORKFLOW_MAP)
        group_accessed(simulation, machine, id, cause);
    else if (cause != &cause_succeeded)
        fail(simulation, machine, id, error_of_answer(plan, cause));
    else if (plan->is_function && bytes > machine->limits.payload_most)
        fail(simulation, machine, id, error_size);
    else if (plan->answered)
        return; /* until somebody calls back */
    else if (plan->pattern == TASK_TOKEN)
        serve(simulation, machine, id);
    else {
        if (plan->is_function && bytes > 0)
            strand->payload_bytes = bytes;
        succeed(simulation, machine, id);
    }
    machine_work(simulation, machine);
}

void task_timed_out(struct simulation *simulation, struct machine *machine, uint32_t id, bool silent)
{
    struct strand *strand = strand_at(machine, id);
    *(silent ? &strand->timer : &strand->limit) = POOL_NONE;
    counter_add(&part_of(simulation, machine, strand->state)->metrics.timed_out, 1);
    end_try(simulation, machine, strand, outcome_of(machine, strand).timed_out);
    strand_fail(machine, id, silent ? error_heartbeat : error_timeout);
}
