/* pipeline_run.c: executions on their way: one a stage at a time, in front of it a line or the latest alone, actions by run order.
 * Source: AWS CodePipeline User Guide, "How pipeline executions work"; quotas page for the Lambda action's 20 minutes. */
#include "pipeline.h"

static const struct cause cause_job_failed = {.fate = FATE_FAILED, .text = "PutJobFailureResult"};
static const struct cause cause_refused = {.fate = FATE_FAILED, .text = "the function could not be invoked"};
static const struct cause cause_action_failed = {.fate = FATE_FAILED, .text = "action failed"};
static const struct cause cause_hung = {.fate = FATE_TIMED_OUT, .text = "no callback"};
static const struct cause cause_superseded = {.fate = FATE_DISCARDED, .text = "superseded"};
static const struct cause cause_too_many = {.fate = FATE_REJECTED, .text = "ConcurrentPipelineExecutionsLimitExceededException"};

static struct execution *execution_at(const struct pipeline *pipeline, uint32_t id)
{
    return pool_at(&pipeline->executions, id);
}

static const struct pipeline_stage *stage_at(const struct pipeline *pipeline, uint32_t stage)
{
    return &((const struct pipeline_stage *)pipeline->stages.items)[stage];
}

static const struct pipeline_action *action_at(const struct pipeline *pipeline, uint32_t stage, size_t number)
{
    return &((const struct pipeline_action *)stage_at(pipeline, stage)->actions.items)[number];
}

/* Service events are taken as they come: nobody waits for the answer. */
static void tell(struct simulation *simulation, const struct pipeline *pipeline, const struct execution *execution, enum pipeline_news news)
{
    struct request *request = pipeline->bus == ENTITY_NONE ? NULL : request_new(simulation);
    if (!request)
        return;
    uint32_t id = request->id;
    *request = execution->model;
    request->id = id;
    request->from = pipeline->self;
    request->from_data = PIPELINE_TOLD;
    request->born_ns = simulation->now_ns;
    request->handler_ns = -1;
    request->attempt = 0;
    request->group = news;
    request->asynchronous = true;
    request_send(simulation, pipeline->bus, request);
}

static void finish_execution(struct simulation *simulation, struct pipeline *pipeline, uint32_t id, const struct cause *cause)
{
    const struct execution *execution = execution_at(pipeline, id);
    ledger_count(&pipeline->part->ledger, cause);
    counter_add(cause == &cause_succeeded    ? &pipeline->succeeded
                : cause == &cause_superseded ? &pipeline->superseded
                                             : &pipeline->failed,
                1);
    if (cause != &cause_superseded)
        tally_add(&pipeline->duration, TALLY_ALL, simulation->now_ns - execution->began_ns);
    gauge_add(&pipeline->in_progress, simulation->now_ns, -1);
    if (simulation->tracer)
        simulation_trace_item(simulation, execution->model.item, 0, pipeline->part->name, fate_names[cause->fate], simulation->now_ns, 0,
                              cause->text);
    tell(simulation, pipeline, execution,
         cause == &cause_succeeded    ? NEWS_SUCCEEDED
         : cause == &cause_superseded ? NEWS_SUPERSEDED
                                      : NEWS_FAILED);
    pool_give(&pipeline->executions, id);
}

/* The least run order of the stage above `after`; INT64_MAX: none. */
static int64_t next_run_order(const struct pipeline_stage *stage, int64_t after)
{
    const struct pipeline_action *actions = stage->actions.items;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < stage->actions.count; i++)
        if (actions[i].run_order > after && actions[i].run_order < least)
            least = actions[i].run_order;
    return least;
}

/* Chance tells actions apart by their place. */
static uint32_t action_number(uint32_t stage, size_t action)
{
    return (stage * 16u + (uint32_t)action) & 255u;
}

static void begin_action(struct simulation *simulation, struct pipeline *pipeline, uint32_t id, size_t number)
{
    const struct execution *execution = execution_at(pipeline, id);
    const struct pipeline_action *action = &((const struct pipeline_action *)stage_at(pipeline, execution->stage)->actions.items)[number];
    uint32_t draw = action_number(execution->stage, number);
    if (action->function != ENTITY_NONE) {
        callbacks_ask(simulation, &pipeline->callbacks, action->function, CALLBACK_OF_RUN, &execution->model, draw, id,
                      pipeline->lambda_timeout_ns);
        return;
    }
    int64_t duration_ns = 0;
    if (action->category != CATEGORY_SOURCE) {
        stream_at(&pipeline->duration_stream, execution->model.item, draw);
        duration_ns = distribution_sample_ns(pipeline->action_duration, &pipeline->duration_stream.rng);
    }
    simulation_schedule(simulation, pipeline->self, (uint16_t)(PIPELINE_ACTION + number), RANK_COMPLETION,
                        time_add(simulation->now_ns, duration_ns), id);
}

/* The actions of the next run order; false where the stage has none left. */
static bool begin_actions(struct simulation *simulation, struct pipeline *pipeline, uint32_t id)
{
    struct execution *execution = execution_at(pipeline, id);
    const struct pipeline_stage *stage = stage_at(pipeline, execution->stage);
    const struct pipeline_action *actions = stage->actions.items;
    int64_t order = next_run_order(stage, execution->run_order);
    if (order == INT64_MAX)
        return false;
    execution->run_order = order;
    execution->order_began_ns = simulation->now_ns;
    for (size_t i = 0; i < stage->actions.count; i++)
        execution->running += actions[i].run_order == order;
    for (size_t i = 0; i < stage->actions.count; i++)
        if (actions[i].run_order == order)
            begin_action(simulation, pipeline, id, i);
    return true;
}

static void work(struct simulation *simulation, struct pipeline *pipeline, uint32_t id);

/* Takes the one that waits first into the stage that is free now. */
static void admit_next(struct simulation *simulation, struct pipeline *pipeline, uint32_t stage)
{
    struct stage_state *state = &pipeline->states[stage];
    uint32_t id = state->first;
    state->occupant = id;
    if (id == POOL_NONE)
        return;
    state->first = execution_at(pipeline, id)->next;
    if (state->first == POOL_NONE)
        state->last = POOL_NONE;
    state->waiting--;
    work(simulation, pipeline, id);
}

/* Waits before its stage, which is occupied: behind the others, or instead of the one that waits. */
static void wait_in_line(struct simulation *simulation, struct pipeline *pipeline, uint32_t id)
{
    struct stage_state *state = &pipeline->states[execution_at(pipeline, id)->stage];
    execution_at(pipeline, id)->next = POOL_NONE;
    if (state->first != POOL_NONE && pipeline->mode == MODE_SUPERSEDED) {
        finish_execution(simulation, pipeline, state->first, &cause_superseded);
        state->first = state->last = POOL_NONE;
        state->waiting = 0;
    }
    if (state->last == POOL_NONE)
        state->first = id;
    else
        execution_at(pipeline, state->last)->next = id;
    state->last = id;
    state->waiting++;
}

static void enter_stage(struct simulation *simulation, struct pipeline *pipeline, uint32_t id)
{
    struct execution *execution = execution_at(pipeline, id);
    struct stage_state *state = &pipeline->states[execution->stage];
    execution->run_order = INT64_MIN;
    if (pipeline->mode != MODE_PARALLEL && state->occupant != POOL_NONE) {
        wait_in_line(simulation, pipeline, id);
        return;
    }
    state->occupant = id;
    work(simulation, pipeline, id);
}

/* Goes on with the execution's stage, or past it. */
static void work(struct simulation *simulation, struct pipeline *pipeline, uint32_t id)
{
    struct execution *execution = execution_at(pipeline, id);
    uint32_t stage = execution->stage;
    if (!execution->trouble && begin_actions(simulation, pipeline, id))
        return;
    bool last = stage + 1u >= pipeline->stages.count;
    if (execution->trouble || last) {
        finish_execution(simulation, pipeline, id, execution->trouble ? execution->trouble : &cause_succeeded);
    } else {
        execution->stage++;
        enter_stage(simulation, pipeline, id);
    }
    if (pipeline->mode != MODE_PARALLEL)
        admit_next(simulation, pipeline, stage);
}

void pipeline_action_ended(struct simulation *simulation, struct pipeline *pipeline, uint32_t id, const struct cause *trouble)
{
    struct execution *execution = execution_at(pipeline, id);
    if (trouble && !execution->trouble)
        execution->trouble = trouble;
    if (--execution->running == 0)
        work(simulation, pipeline, id);
}

/* Each action is billed by minutes that have begun. */
static void bill_action(const struct simulation *simulation, struct pipeline *pipeline, const struct execution *execution)
{
    int64_t ns = simulation->now_ns - execution->order_began_ns;
    counter_add(&pipeline->billed_minutes, ns > NS_PER_MIN ? (uint64_t)((ns + NS_PER_MIN - 1) / NS_PER_MIN) : 1);
}

void pipeline_called(struct simulation *simulation, void *owner, uint32_t id, enum callback_end end)
{
    static const struct cause *const troubles[] = {[CALLBACK_SUCCESS] = NULL,
                                                   [CALLBACK_FAILURE] = &cause_job_failed,
                                                   [CALLBACK_REFUSED] = &cause_refused,
                                                   [CALLBACK_NEVER] = &cause_hung};
    struct pipeline *pipeline = owner;
    if (end == CALLBACK_NEVER)
        counter_add(&pipeline->hung, 1);
    bill_action(simulation, pipeline, execution_at(pipeline, id));
    pipeline_action_ended(simulation, pipeline, id, troubles[end]);
}

void pipeline_action_over(struct simulation *simulation, struct pipeline *pipeline, uint32_t id, uint32_t number)
{
    const struct execution *execution = execution_at(pipeline, id);
    stream_at(&pipeline->failure_stream, execution->model.item, action_number(execution->stage, number));
    int category = action_at(pipeline, execution->stage, number)->category;
    if (category != CATEGORY_APPROVAL)
        bill_action(simulation, pipeline, execution);
    bool failed = category != CATEGORY_SOURCE && stream_uniform(&pipeline->failure_stream) < pipeline->action_failure_rate;
    pipeline_action_ended(simulation, pipeline, id, failed ? &cause_action_failed : NULL);
}

void pipeline_begin(struct simulation *simulation, struct pipeline *pipeline, struct request *request)
{
    uint32_t most = pipeline->mode == MODE_SUPERSEDED ? UINT32_MAX : pipeline->queued_max;
    if (pipeline->executions.used >= most) {
        counter_add(&pipeline->rejected, 1);
        request_done(simulation, pipeline->self, request, &cause_too_many);
        return;
    }
    uint32_t id = pool_take(&pipeline->executions);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *execution_at(pipeline, id) = (struct execution){.next = POOL_NONE, .began_ns = simulation->now_ns, .model = *request};
    pipeline->part->ledger.entered++;
    counter_add(&pipeline->started, 1);
    gauge_add(&pipeline->in_progress, simulation->now_ns, 1);
    request_done(simulation, pipeline->self, request, &cause_succeeded);
    tell(simulation, pipeline, execution_at(pipeline, id), NEWS_STARTED);
    enter_stage(simulation, pipeline, id);
}
