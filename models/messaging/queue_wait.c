/* queue_wait.c: who waits for a message, and when one is to be had. Source: rules sqs_in_flight_max, sqs_fifo_calls_per_s. */
#include "queue_wait.h"

void queue_wait_init(struct simulation *simulation, struct queue *queue)
{
    const char *name = simulation->entities[queue->self].name;
    pool_init(&queue->waiters, sizeof(struct waiter), &simulation->memory, name);
    chain_init(&queue->waiting, &queue->waiters, offsetof(struct waiter, link));
    key_map_init(&queue->waiter_ids, &simulation->memory, name);
}

void queue_wait_fini(struct queue *queue)
{
    key_map_fini(&queue->waiter_ids);
    pool_fini(&queue->waiters);
}

uint64_t queue_takeable(const struct simulation *simulation, const struct queue *queue)
{
    int64_t room = queue->in_flight_max - queue_level(queue, MESSAGE_HIDDEN);
    if (room <= 0 || simulation->now_ns < queue->blocked_ns || queue->faults.down)
        return 0;
    uint64_t ready = queue_ready(queue);
    return ready < (uint64_t)room ? ready : (uint64_t)room;
}

static void forget_waiter(struct queue *queue, uint32_t id)
{
    const struct waiter *waiter = pool_at(&queue->waiters, id);
    key_map_remove(&queue->waiter_ids, waiter->ticket);
    chain_remove(&queue->waiting, id);
    pool_give(&queue->waiters, id);
}

void queue_offer(struct simulation *simulation, struct queue *queue)
{
    uint32_t id = queue->waiting.head;
    if (id == POOL_NONE || queue_takeable(simulation, queue) == 0)
        return;
    const struct waiter woken = *(const struct waiter *)pool_at(&queue->waiters, id);
    forget_waiter(queue, id);
    simulation_schedule(simulation, woken.entity, woken.kind, RANK_ARRIVAL, simulation->now_ns, woken.data);
}

uint32_t queue_wait(struct simulation *simulation, void *self, uint32_t entity, uint16_t kind, uint32_t data)
{
    struct queue *queue = self;
    uint32_t ticket = ++queue->tickets;
    if (queue_takeable(simulation, queue) > 0) {
        simulation_schedule(simulation, entity, kind, RANK_ARRIVAL, simulation->now_ns, data);
        return ticket;
    }
    uint32_t id = pool_take(&queue->waiters);
    enum status status = id == POOL_NONE ? simulation->memory.status : key_map_put(&queue->waiter_ids, ticket, id);
    if (status != STATUS_OK) {
        simulation_fail(simulation, status);
        return ticket;
    }
    *(struct waiter *)pool_at(&queue->waiters, id) = (struct waiter){.ticket = ticket, .entity = entity, .kind = kind, .data = data};
    chain_append(&queue->waiting, id);
    return ticket;
}

void queue_cancel(struct simulation *simulation, void *self, uint32_t ticket)
{
    struct queue *queue = self;
    uint32_t id = key_map_find(&queue->waiter_ids, ticket);
    if (id != POOL_NONE)
        forget_waiter(queue, id);
    else
        queue_offer(simulation, queue); /* it was woken for a message that it may not fetch any more */
}

/* With the quota used up a waiter is woken for each call that it allows. */
static void await_quota(struct simulation *simulation, struct queue *queue)
{
    if (queue->quota_timer)
        return;
    queue->quota_timer = true;
    simulation_schedule(simulation, queue->self, QUEUE_QUOTA, RANK_ARRIVAL, time_add(simulation->now_ns, queue->receive_step_ns), 0);
}

void queue_quota_event(struct simulation *simulation, struct queue *queue)
{
    queue->quota_timer = false;
    queue_offer(simulation, queue);
    if (queue->waiting.head != POOL_NONE && queue_takeable(simulation, queue) > 0)
        await_quota(simulation, queue);
}

bool queue_quota_allows(struct simulation *simulation, struct queue *queue)
{
    if (!queue->config.fifo || token_bucket_take(&queue->receive_quota, 1, simulation->now_ns))
        return true;
    queue->blocked_ns = time_add(simulation->now_ns, queue->receive_step_ns);
    await_quota(simulation, queue);
    return false;
}
