/* callback.c: jobs that wait for a call. */
#include "callback.h"

/* Kept until nobody will mention it again: neither its timer nor the function's end. */
struct job {
    uint32_t pool_link;
    uint32_t owner_data;
    uint64_t item;
    uint32_t number;
    uint8_t mentions; /* events and outcomes still to come */
    bool open;
    bool runs;
};

void callbacks_init(struct callbacks *callbacks, struct simulation *simulation, void *owner, uint32_t self, uint16_t timeout_kind,
                    uint16_t call_kind, const struct callback_behavior *behavior,
                    void (*ended)(struct simulation *simulation, void *owner, uint32_t owner_data, enum callback_end end))
{
    const char *name = simulation->entities[self].name;
    *callbacks = (struct callbacks){
        .self = self, .timeout_kind = timeout_kind, .call_kind = call_kind, .behavior = behavior, .ended = ended, .owner = owner};
    pool_init(&callbacks->jobs, sizeof(struct job), &simulation->memory, name);
    stream_init(&callbacks->chance, simulation->settings->seed, simulation->replication, name, "callback");
    stream_init(&callbacks->delay, simulation->settings->seed, simulation->replication, name, "callback_delay");
}

void callbacks_fini(struct callbacks *callbacks)
{
    if (callbacks->jobs.owner)
        pool_fini(&callbacks->jobs);
}

static void forget_mention(struct callbacks *callbacks, uint32_t id)
{
    struct job *job = pool_at(&callbacks->jobs, id);
    if (--job->mentions == 0)
        pool_give(&callbacks->jobs, id);
}

/* Schedules an event that mentions the job; one past the end never comes. */
static void schedule(struct simulation *simulation, struct callbacks *callbacks, uint32_t id, uint16_t kind, enum event_rank rank,
                     int64_t wait_ns)
{
    struct job *job = pool_at(&callbacks->jobs, id);
    int64_t at_ns = time_add(simulation->now_ns, wait_ns);
    if (at_ns >= simulation->end_ns)
        return;
    job->mentions++;
    simulation_schedule(simulation, callbacks->self, kind, rank, at_ns, id);
}

void callbacks_ask(struct simulation *simulation, struct callbacks *callbacks, uint32_t target, enum callback_way way,
                   const struct request *model, uint32_t number, uint32_t owner_data, int64_t timeout_ns)
{
    struct request *request = request_new(simulation);
    uint32_t id = request ? pool_take(&callbacks->jobs) : POOL_NONE;
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *(struct job *)pool_at(&callbacks->jobs, id) = (struct job){
        .owner_data = owner_data, .item = model->item, .number = number, .mentions = 1, .open = true, .runs = way == CALLBACK_OF_RUN};
    uint32_t request_id = request->id;
    *request = *model;
    request->id = request_id;
    request->from = callbacks->self;
    request->from_data = id;
    request->born_ns = simulation->now_ns;
    request->handler_ns = -1;
    request->attempt = 0;
    request->asynchronous = way != CALLBACK_OF_ANSWER;
    request->is_batch = false;
    schedule(simulation, callbacks, id, callbacks->timeout_kind, RANK_EXPIRY, timeout_ns);
    request_send(simulation, target, request);
}

static void end(struct simulation *simulation, struct callbacks *callbacks, struct job *job, enum callback_end how)
{
    if (!job->open)
        return; /* too late: nobody waits any more */
    job->open = false;
    callbacks->ended(simulation, callbacks->owner, job->owner_data, how);
}

/* What was asked has been done: will it call, and when? */
static void run_ended(struct simulation *simulation, struct callbacks *callbacks, uint32_t id)
{
    const struct job *job = pool_at(&callbacks->jobs, id);
    stream_at(&callbacks->chance, job->item, job->number);
    if (stream_uniform(&callbacks->chance) >= callbacks->behavior->callback_rate)
        return;
    const struct distribution *delay = callbacks->behavior->delay;
    stream_at(&callbacks->delay, job->item, job->number);
    schedule(simulation, callbacks, id, callbacks->call_kind, RANK_COMPLETION,
             delay ? distribution_sample_ns(delay, &callbacks->delay.rng) : 0);
}

void callbacks_handle(struct simulation *simulation, struct callbacks *callbacks, const struct event *event)
{
    struct job *job = pool_at(&callbacks->jobs, event->data);
    if (event->kind == callbacks->timeout_kind) {
        end(simulation, callbacks, job, CALLBACK_NEVER);
    } else {
        stream_at(&callbacks->chance, job->item, job->number);
        (void)stream_uniform(&callbacks->chance); /* whether it calls */
        bool failed = stream_uniform(&callbacks->chance) < callbacks->behavior->failure_rate;
        end(simulation, callbacks, job, failed ? CALLBACK_FAILURE : CALLBACK_SUCCESS);
    }
    forget_mention(callbacks, event->data);
}

void callbacks_answered(struct simulation *simulation, struct callbacks *callbacks, struct request *request)
{
    const struct cause *cause = request->cause;
    uint32_t id = request->from_data;
    struct job *job = pool_at(&callbacks->jobs, id);
    request_free(simulation, request);
    if (cause == &cause_succeeded && job->runs)
        return; /* accepted: its end will be heard */
    if (cause == &cause_succeeded)
        run_ended(simulation, callbacks, id);
    else
        end(simulation, callbacks, job, CALLBACK_REFUSED);
    forget_mention(callbacks, id);
}

void callbacks_outcome(struct simulation *simulation, struct callbacks *callbacks, uint32_t from_data, const struct cause *cause)
{
    if (cause == &cause_succeeded)
        run_ended(simulation, callbacks, from_data);
    forget_mention(callbacks, from_data);
}
