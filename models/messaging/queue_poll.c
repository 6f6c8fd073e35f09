/* queue_poll.c: who receives and deletes.
 * Sources: the SQS API reference, ReceiveMessage and DeleteMessage (the receipt of the latest reception deletes, in a FIFO queue only while
 * the message is in flight); rule sqs_receive_max. */
#include "queue_poll.h"

#include "engine/content.h"
#include "queue_age.h"
#include "queue_line.h"
#include "queue_messages.h"
#include "queue_wait.h"

#define CALL_MASK (UINT32_MAX >> RECEIPT_INDEX_BITS)

/* One ReceiveMessage; while the queue is down, in vain. With too many messages in flight a FIFO queue returns nothing, a standard queue the
 * error OverLimit: both count as empty here. */
static uint32_t receive_call(struct simulation *simulation, struct queue *queue, uint32_t most, int64_t until_ns, struct received *list)
{
    if (queue->faults.down || !queue_quota_allows(simulation, queue))
        return 0;
    int64_t room = queue->in_flight_max - queue_level(queue, MESSAGE_HIDDEN);
    queue->calls = (queue->calls + 1) & CALL_MASK;
    queue->calls += queue->calls == 0;
    struct reception reception = {.call = queue->calls,
                                  .most = room < most ? (uint32_t)(room > 0 ? room : 0) : most,
                                  .until_ns = until_ns,
                                  .list = list,
                                  .worn_out = queue_move};
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
    } while (got == asked && count < most && queue_takeable(simulation, queue) > 0);
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
    if (!queue_line_is_first(queue, id))
        counter_add(&queue->metrics.out_of_order, 1);
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
    return queue_takeable(simulation, self);
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
