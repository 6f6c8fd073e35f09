/* queue_messages.c: a message from its entry to its end: delay, retention, and the way to the dead-letter queue.
 * Source: the SQS developer guide, "Setting up dead-letter queue retention" (a standard queue's message keeps its first time stamp when it
 * is moved, a FIFO queue's gets a new one; the age counts from the move). */
#include "queue_messages.h"

#include "queue_age.h"
#include "queue_line.h"
#include "queue_past.h"
#include "queue_wait.h"

#include <stdio.h>

static const struct cause cause_retention = {.fate = FATE_EXPIRED, .text = "retention"};

static void find_delayed(struct queue *queue)
{
    do
        queue->delayed = message_at(queue, queue->delayed)->age.next;
    while (queue->delayed != POOL_NONE && message_at(queue, queue->delayed)->state != MESSAGE_DELAYED);
}

/* Messages expire in the order of their entry, so one event does, for the first of all. Those that were moved here keep the time when they
 * were first sent, and each has its own. */
static void await_retention(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    if (id == POOL_NONE || (queue->retention_timer && !queue->moved_into))
        return;
    int64_t ends_ns = time_add(message_at(queue, id)->sent_ns, queue->config.retention_ns);
    queue->retention_timer = true;
    simulation_schedule(simulation, queue->self, QUEUE_RETENTION, RANK_EXPIRY, ends_ns > simulation->now_ns ? ends_ns : simulation->now_ns,
                        id);
}

void queue_add(struct simulation *simulation, struct queue *queue, const struct message_content *content, int64_t delay_ns)
{
    uint32_t id = pool_take(&queue->messages);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    /* Nothing overtakes in a FIFO queue, also where the delay was longer a while ago. */
    bool delayed = delay_ns > 0 || (queue->config.fifo && queue->delayed != POOL_NONE);
    struct message *message = message_at(queue, id);
    *message = (struct message){
        .item = content->item,
        .sent_ns = content->sent_ns,
        .entered_ns = simulation->now_ns,
        .until_ns = time_add(simulation->now_ns, delay_ns),
        .group = queue_line_group(simulation, queue, content->key),
        .payload_bytes = content->payload_bytes & PAYLOAD_BYTES_MAX,
        .state = delayed ? MESSAGE_DELAYED : MESSAGE_VISIBLE,
        .poison = content->poison,
        .content = content->content,
        .hops = content->hops & HOPS_MAX,
    };
    enum status status = content->past ? queue_past_keep(simulation, queue, id, content->past) : STATUS_OK;
    if (status != STATUS_OK || (queue->config.fifo && message->group == POOL_NONE)) {
        simulation_fail(simulation, status);
        message->state = MESSAGE_GONE;
        pool_give(&queue->messages, id);
        return;
    }
    if (simulation->tracer)
        simulation_trace_enter(simulation, content->item, 0, simulation->entities[queue->self].name, "message");
    chain_append(&queue->all, id);
    queue_line_add(queue, id);
    await_retention(simulation, queue, id);
    queue_entered(simulation, queue, id);
    queue_count(simulation, queue, delayed ? MESSAGE_DELAYED : MESSAGE_VISIBLE, 1);
    if (delayed) {
        queue->delayed = queue->delayed == POOL_NONE ? id : queue->delayed;
        queue_due_by(simulation, queue, message_at(queue, queue->delayed)->until_ns);
    } else {
        queue_line_show(simulation, queue, id);
    }
}

void queue_remove(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    struct message *message = message_at(queue, id);
    enum message_state state = message->state;
    if (simulation->tracer)
        simulation_trace_leave(simulation, message->item, simulation->entities[queue->self].name, "message");
    queue_leaves(simulation, queue, id);
    if (id == queue->delayed)
        find_delayed(queue);
    if (id == queue->task.next)
        queue->task.next = message->age.next;
    queue_past_forget(queue, id);
    chain_remove(&queue->all, id);
    bool full = queue_level(queue, MESSAGE_HIDDEN) >= queue->in_flight_max;
    queue_count(simulation, queue, state, -1);
    queue_line_remove(simulation, queue, id);
    message->state = MESSAGE_GONE;
    message->receipt = 0;
    pool_give(&queue->messages, id);
    if (full && state == MESSAGE_HIDDEN)
        queue_offer(simulation, queue);
}

static const struct cause *dead_letter_cause(struct simulation *simulation, struct queue *queue, const struct message *message)
{
    char text[64];
    snprintf(text, sizeof text, "max_receives: received %u, executed %u", message->receive_count, message->executed_count);
    const struct cause *cause = cause_list_get(&queue->causes, FATE_DEAD_LETTERED, text);
    if (!cause)
        simulation_fail(simulation, STATUS_NO_MEMORY);
    return cause;
}

struct message_content queue_content_of(const struct queue *queue, const struct message *message)
{
    return (struct message_content){
        .item = message->item,
        .sent_ns = message->sent_ns,
        .payload_bytes = message->payload_bytes,
        .key = queue_line_key(queue, message),
        .content = (uint8_t)message->content,
        .hops = (uint8_t)message->hops,
        .poison = message->poison,
    };
}

void queue_move(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    struct entity *target = &simulation->entities[queue->config.dead_letter];
    struct queue *dead_letters = target->state;
    const struct message *message = message_at(queue, id);
    const struct cause *cause = dead_letter_cause(simulation, queue, message);
    const struct past past = {.from = queue->self, .receives = queue_past(queue, id).receives + message->receive_count};
    struct message_content content = queue_content_of(queue, message);
    content.past = &past;
    if (dead_letters->config.fifo)
        content.sent_ns = simulation->now_ns;
    if (!cause)
        return;
    queue_trace(simulation, queue, message, fate_names[FATE_DEAD_LETTERED], cause->text);
    ledger_count(&simulation->entities[queue->self].ledger, cause);
    counter_add(&queue->metrics.dead_lettered, 1);
    if (simulation->tracer)
        simulation_trace_from(simulation, content.item, simulation->entities[queue->self].name);
    queue_remove(simulation, queue, id);
    target->ledger.entered++;
    counter_add(&dead_letters->metrics.moved, 1);
    queue_add(simulation, dead_letters, &content, 0);
}

static void expire(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    queue_trace(simulation, queue, message_at(queue, id), fate_names[FATE_EXPIRED], cause_retention.text);
    ledger_count(&simulation->entities[queue->self].ledger, &cause_retention);
    counter_add(&queue->metrics.expired, 1);
    queue_remove(simulation, queue, id);
}

static bool is_over(const struct queue *queue, uint32_t id, int64_t now_ns)
{
    const struct message *message = message_at(queue, id);
    return message->state != MESSAGE_GONE && time_add(message->sent_ns, queue->config.retention_ns) <= now_ns;
}

void queue_end_retention(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    queue->retention_timer = false;
    if (queue->moved_into) {
        if (is_over(queue, id, simulation->now_ns))
            expire(simulation, queue, id);
        return;
    }
    while (queue->all.head != POOL_NONE && is_over(queue, queue->all.head, simulation->now_ns))
        expire(simulation, queue, queue->all.head);
    await_retention(simulation, queue, queue->all.head);
}

static void end_delays(struct simulation *simulation, struct queue *queue)
{
    while (queue->delayed != POOL_NONE && message_at(queue, queue->delayed)->until_ns <= simulation->now_ns) {
        uint32_t id = queue->delayed;
        find_delayed(queue);
        message_at(queue, id)->state = MESSAGE_VISIBLE;
        queue_count(simulation, queue, MESSAGE_DELAYED, -1);
        queue_count(simulation, queue, MESSAGE_VISIBLE, 1);
        queue_trace(simulation, queue, message_at(queue, id), "visible", "delay over");
        queue_line_show(simulation, queue, id);
    }
}

void queue_look_at_due(struct simulation *simulation, struct queue *queue)
{
    if (simulation->now_ns != queue->due_ns)
        return; /* something earlier came up after this was scheduled, and it was seen to then */
    queue->due_ns = TIME_FOREVER;
    end_delays(simulation, queue);
    queue_due_by(simulation, queue, queue_line_return(simulation, queue));
    if (queue->delayed != POOL_NONE)
        queue_due_by(simulation, queue, message_at(queue, queue->delayed)->until_ns);
}
