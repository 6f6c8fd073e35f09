/* machine_start.c: StartExecution is answered when the execution is begun, StartSyncExecution and another machine's ".sync" when it is
 * over. Where a caller names no operation, an EXPRESS machine goes by the invocation type: who waits for the answer waits for the end.
 * Sources: Step Functions API reference, "StartExecution", "StartSyncExecution"; developer guide, "Choosing workflow type": an asynchronous
 * Express execution may run more than once (`duplicate_rate`). */
#include "machine_start.h"

#include "machine_callback.h"
#include "machine_execution.h"
#include "machine_quota.h"
#include "machine_strand.h"

static const struct cause cause_too_large = {.fate = FATE_REJECTED, .text = "InvalidExecutionInput"};
static const struct cause cause_standard = {.fate = FATE_REJECTED, .text = "StateMachineTypeNotSupported"};

/* The call of another machine that waits for the end; NULL: it is none. */
static struct tie *run_of(const struct simulation *simulation, const struct request *request)
{
    const struct entity *sender = request->from == ENTITY_NONE ? NULL : &simulation->entities[request->from];
    if (!sender || sender->type->accept != machine_accept)
        return NULL;
    const struct machine *machine = sender->state;
    struct tie *tie = pool_at(&machine->ties, request->from_data);
    return plan_of(machine, strand_at(machine, tie->strand))->pattern == TASK_RUN ? tie : NULL;
}

static uint32_t begin(struct simulation *simulation, struct machine *machine, const struct request *request, bool waits, uint16_t attempt)
{
    struct execution like = {
        .item = request->item,
        .request = waits ? request->id : POOL_NONE,
        .parent = POOL_NONE,
        .payload_bytes = request->payload_bytes,
        .group = request->group,
        .attempt = attempt,
        .express = machine->type == MACHINE_EXPRESS,
        .poison = request->poison,
    };
    uint32_t id = execution_begin(simulation, machine, &like, 0, 0);
    if (id == POOL_NONE)
        return POOL_NONE;
    uint32_t root = execution_at(machine, id)->root;
    strand_at(machine, root)->timer = strand_schedule(simulation, machine, root, MACHINE_GO_ON, RANK_ARRIVAL, 0);
    return root;
}

/* An asynchronous one may be begun again. */
static void begin_again(struct simulation *simulation, struct machine *machine, const struct request *request)
{
    if (machine->type != MACHINE_EXPRESS || machine->duplicate_rate <= 0)
        return;
    stream_at(&machine->duplicates, request->item, request->attempt);
    if (stream_uniform(&machine->duplicates) >= machine->duplicate_rate)
        return;
    counter_add(&machine->metrics.repeated, 1);
    simulation->entities[machine->self].ledger.entered++;
    (void)begin(simulation, machine, request, false, (uint16_t)(request->attempt + 1u));
}

void machine_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct machine *machine = self;
    bool express = machine->type == MACHINE_EXPRESS, said = content_set_has(&machine->synchronous, request->content);
    bool unsaid = express && !request->asynchronous && content_set_has(&machine->nameless, request->content);
    if (fault_answers(simulation, &machine->faults, machine->self, request))
        return;
    if (callback_accept(simulation, machine, request))
        return;
    struct tie *run = run_of(simulation, request);
    bool synchronous = said || (unsaid && !run);
    const struct cause *refusal = said && !express                                        ? &cause_standard
                                  : request->payload_bytes > machine->limits.payload_most ? &cause_too_large
                                  : synchronous                                           ? NULL
                                                                                          : quota_refusal(simulation, machine);
    if (refusal) {
        if (simulation->tracer)
            simulation_trace(simulation, request, simulation->entities[machine->self].name, fate_names[refusal->fate], simulation->now_ns,
                             0, refusal->text);
        request_done(simulation, machine->self, request, refusal);
        return;
    }
    uint32_t root = begin(simulation, machine, request, synchronous || run, request->attempt);
    if (root == POOL_NONE || synchronous)
        return;
    if (run) {
        run->child = root;
        run->machine = machine->self;
        return;
    }
    begin_again(simulation, machine, request);
    machine_answer(simulation, machine, request, &cause_succeeded);
}
