/* machine_callback.c: SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat of who has a task's token. What a task with
 * ".waitForTaskToken" sends carries the token (engine/claim.h), and so does all that is made of it: a message that is passed on, a
 * function's own calls. A token is good until its task's try is over; it comes back in vain after that, also a second time for a message
 * that was delivered twice. Sources: Step Functions developer guide, "Wait for a Callback with Task Token"; API reference,
 * "SendTaskSuccess" (TaskTimedOut); rules sfn_callback_*. The calls cost nothing. */
#include "machine_callback.h"

#include "engine/claim.h"
#include "machine_quota.h"
#include "machine_strand.h"
#include "machine_task.h"

static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .text = "ThrottlingException"};
static const struct cause cause_over = {.fate = FATE_REJECTED, .text = "TaskTimedOut"};

void machine_answer(struct simulation *simulation, struct machine *machine, struct request *request, const struct cause *cause)
{
    int64_t latency_ns = 0;
    if (machine->latency) {
        stream_at(&machine->api, request->item, request->attempt);
        latency_ns = distribution_sample_ns(machine->latency, &machine->api.rng);
    }
    if (latency_ns == 0) {
        request_answer(simulation, request, cause);
        return;
    }
    request->cause = cause;
    simulation_schedule(simulation, machine->self, MACHINE_ANSWER, RANK_COMPLETION, time_add(simulation->now_ns, latency_ns), request->id);
}

/* What the call does to the task of its token. */
static const struct cause *call_back(struct simulation *simulation, struct machine *machine, const struct request *request,
                                     enum callback_kind kind)
{
    uint32_t strand;
    if (!quota_take_callback(simulation, machine, kind))
        return &cause_throttled;
    if (!claim_find(simulation, request->item, machine->self, &strand)) {
        counter_add(&machine->metrics.callbacks_late, 1);
        return &cause_over;
    }
    counter_add(kind == CALLBACK_IS_ALIVE ? &machine->metrics.heartbeats : &machine->metrics.callbacks, 1);
    if (kind == CALLBACK_IS_ALIVE)
        task_is_alive(simulation, machine, strand);
    else
        task_called_back(simulation, machine, strand, kind == CALLBACK_SUCCEEDS);
    return &cause_succeeded;
}

bool callback_accept(struct simulation *simulation, struct machine *machine, struct request *request)
{
    int kind = 0;
    while (kind < CALLBACK_KINDS && !content_set_has(&machine->callbacks[kind], request->content))
        kind++;
    if (kind == CALLBACK_KINDS)
        return false;
    const struct cause *cause = call_back(simulation, machine, request, (enum callback_kind)kind);
    ledger_count(&simulation->entities[machine->self].ledger, cause);
    machine_answer(simulation, machine, request, cause);
    machine_work(simulation, machine);
    return true;
}
