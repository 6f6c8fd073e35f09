/* queue_poll.c: who receives, deletes and waits.
 * Sources: the SQS API reference, ReceiveMessage and DeleteMessage (the receipt of the latest reception deletes, in a FIFO queue only while
 * the message is in flight); rules sqs_receive_max, sqs_in_flight_max, sqs_fifo_calls_per_s. */
#include "queue.h"

#include "engine/content.h"

#define CALL_MASK (UINT32_MAX >> RECEIPT_INDEX_BITS)

void queue_poll_init(struct simulation *simulation, struct queue *queue)
{
    const char *name = simulation->entities[queue->self].name;
    pool_init(&queue->waiters, sizeof(struct waiter), &simulation->memory, name);
    chain_init(&queue->waiting, &queue->waiters, offsetof(struct waiter, link));
    key_map_init(&queue->waiter_ids, &simulation->memory, name);
}

void queue_poll_fini(struct queue *queue)
{
    key_map_fini(&queue->waiter_ids);
    pool_fini(&queue->waiters);
}

/* What a receive call could take now. */
static uint64_t takeable(const struct simulation *simulation, const struct queue *queue)
{
    int64_t room = queue->in_flight_max - queue_level(queue, MESSAGE_HIDDEN);
    if (room <= 0 || simulation->now_ns < queue->blocked_ns || queue->faults.down)
        return 0;
    uint64_t ready = queue_line_ready(queue);
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
    if (id == POOL_NONE || takeable(simulation, queue) == 0)
        return;
    const struct waiter woken = *(const struct waiter *)pool_at(&queue->waiters, id);
    forget_waiter(queue, id);
    simulation_schedule(simulation, woken.entity, woken.kind, RANK_ARRIVAL, simulation->now_ns, woken.data);
}

static uint32_t queue_wait(struct simulation *simulation, void *self, uint32_t entity, uint16_t kind, uint32_t data)
{
    struct queue *queue = self;
    uint32_t ticket = ++queue->tickets;
    if (takeable(simulation, queue) > 0) {
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

static void queue_cancel(struct simulation *simulation, void *self, uint32_t ticket)
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
    if (queue->waiting.head != POOL_NONE && takeable(simulation, queue) > 0)
        await_quota(simulation, queue);
}

/* A FIFO queue allows so many calls a second. One that is refused is not billed, and finds nothing. */
static bool quota_allows(struct simulation *simulation, struct queue *queue)
{
    if (!queue->config.fifo || token_bucket_take(&queue->receive_quota, 1, simulation->now_ns))
        return true;
    queue->blocked_ns = time_add(simulation->now_ns, queue->receive_step_ns);
    await_quota(simulation, queue);
    return false;
}

/* One ReceiveMessage; while the queue is down, in vain. With too many messages in flight a FIFO queue returns nothing, a standard queue the
 * error OverLimit: both count as empty here. */
static uint32_t receive_call(struct simulation *simulation, struct queue *queue, uint32_t most, int64_t until_ns, struct received *list)
{
    if (queue->faults.down || !quota_allows(simulation, queue))
        return 0;
    int64_t room = queue->in_flight_max - queue_level(queue, MESSAGE_HIDDEN);
    queue->calls = (queue->calls + 1) & CALL_MASK;
    queue->calls += queue->calls == 0;
    struct reception reception = {
        .call = queue->calls, .most = room < most ? (uint32_t)(room > 0 ? room : 0) : most, .until_ns = until_ns, .list = list};
    if (reception.most > 0)
        queue_line_take(simulation, queue, &reception);
    uint32_t count = reception.count;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += list[i].payload_bytes;
    counter_add(&queue->metrics.requests, queue_chunks(queue, bytes));
    if (count > 0)
        counter_add(&queue->metrics.received, count);
    else
        counter_add(&queue->metrics.empty_receives, 1);
    return count;
}

/* More than one call can return takes several calls, until one is not full. */
static uint32_t queue_receive(struct simulation *simulation, void *self, uint32_t most, int64_t hide_ns, struct received *list)
{
    struct queue *queue = self;
    int64_t until_ns = time_add(simulation->now_ns, hide_ns);
    uint32_t count = 0, asked, got;
    do {
        asked = most - count < queue->receive_max ? most - count : queue->receive_max;
        got = receive_call(simulation, queue, asked, until_ns, list + count);
        count += got;
    } while (got == asked && count < most && takeable(simulation, queue) > 0);
    return count;
}

/* The message, if `receipt` is of its latest reception. */
static struct message *received_message(const struct queue *queue, uint32_t id, uint32_t receipt)
{
    if (id >= queue->messages.fresh)
        return NULL;
    struct message *message = message_at(queue, id);
    return message->state != MESSAGE_GONE && receipt != 0 && message->receipt == receipt ? message : NULL;
}

/* Messages of one receive call that are deleted at one instant are one DeleteMessageBatch. */
static void count_delete_call(const struct simulation *simulation, struct queue *queue, uint32_t receipt)
{
    uint32_t call = receipt >> RECEIPT_INDEX_BITS;
    if (queue->deleted_ns == simulation->now_ns && queue->deleted_call == call)
        return;
    queue->deleted_ns = simulation->now_ns;
    queue->deleted_call = call;
    counter_add(&queue->metrics.requests, 1);
}

/* Deletes the message for good; `cause` is its fate. */
static bool delete_message(struct simulation *simulation, struct queue *queue, uint32_t id, uint32_t receipt, const struct cause *cause)
{
    const struct message *message = received_message(queue, id, receipt);
    if (!message || (queue->config.fifo && message->state != MESSAGE_HIDDEN))
        return false;
    counter_add(&queue->metrics.deleted, 1);
    tally_add(&queue->metrics.age_at_delete, TALLY_ALL, simulation->now_ns - message->sent_ns);
    tally_add(&queue->metrics.receive_count, TALLY_ALL, message->receive_count);
    queue_trace(simulation, queue, message, fate_names[cause->fate], cause == &cause_succeeded ? "deleted" : cause->text);
    ledger_count(&simulation->entities[queue->self].ledger, cause);
    queue_remove(simulation, queue, id);
    return true;
}

static bool queue_acknowledge(struct simulation *simulation, void *self, uint32_t id, uint32_t receipt)
{
    count_delete_call(simulation, self, receipt);
    return delete_message(simulation, self, id, receipt, &cause_succeeded);
}

static bool queue_discard(struct simulation *simulation, void *self, uint32_t id, uint32_t receipt, const struct cause *cause)
{
    struct queue *queue = self;
    if (queue->filtering_billed)
        count_delete_call(simulation, queue, receipt);
    return delete_message(simulation, queue, id, receipt, cause);
}

static void queue_executed(struct simulation *simulation, void *self, uint32_t id, uint32_t receipt)
{
    (void)simulation;
    const struct queue *queue = self;
    struct message *message = received_message(queue, id, receipt);
    if (message && message->executed_count < MESSAGE_COUNT_MAX)
        message->executed_count++;
}

static uint64_t queue_visible(const struct simulation *simulation, const void *self)
{
    return takeable(simulation, self);
}

static int64_t queue_visibility_ns(const void *self)
{
    return ((const struct queue *)self)->config.visibility_ns;
}

static bool queue_in_order(const void *self)
{
    return ((const struct queue *)self)->config.fifo;
}

static void queue_empty_receive(struct simulation *simulation, void *self, uint64_t calls)
{
    (void)simulation;
    struct queue *queue = self;
    counter_add(&queue->metrics.empty_receives, calls);
    counter_add(&queue->metrics.requests, calls);
}

/* Filters look at the body alone: "Using event filtering with an Amazon SQS event source". */
static const struct envelope queue_envelope[] = {{"body", ENVELOPE_EVENT, NULL}, {0}};

const struct pollable queue_pollable = {
    .in_order = queue_in_order,
    .receive = queue_receive,
    .envelope = queue_envelope,
    .acknowledge = queue_acknowledge,
    .discard = queue_discard,
    .executed = queue_executed,
    .wait = queue_wait,
    .cancel = queue_cancel,
    .visible = queue_visible,
    .visibility_ns = queue_visibility_ns,
    .empty_receive = queue_empty_receive,
};
