/* queue_age.c: how old the oldest message is, and when a queue is to be looked at again.
 * Source: the SQS developer guide, "Available CloudWatch metrics for Amazon SQS": what is received three times no longer counts as the
 * oldest, except in FIFO queues. */
#include "queue_age.h"

void queue_trace(struct simulation *simulation, const struct queue *queue, const struct message *message, const char *step,
                 const char *detail)
{
    if (simulation->tracer)
        simulation_trace_item(simulation, message->item, message->receive_count > 0 ? message->receive_count - 1u : 0,
                              simulation->entities[queue->self].name, step, simulation->now_ns, 0, detail);
}

/* The gauge rises by whole seconds: brought up to date whenever the oldest message changes, and by an event each second while there is
 * one. */
static void update_age(struct simulation *simulation, struct queue *queue)
{
    int64_t now_ns = simulation->now_ns, age_s = 0;
    if (queue->oldest != POOL_NONE) {
        int64_t entered_ns = message_at(queue, queue->oldest)->entered_ns;
        age_s = (now_ns - entered_ns) / NS_PER_S;
        if (!queue->age_timer) {
            queue->age_timer = true;
            simulation_schedule(simulation, queue->self, QUEUE_AGE, RANK_EXPIRY, entered_ns + (age_s + 1) * NS_PER_S, 0);
        }
    }
    struct gauge *gauge = &queue->metrics.oldest_age;
    if (age_s * NS_PER_S != gauge->level)
        gauge_add(gauge, now_ns, age_s * NS_PER_S - gauge->level);
}

static bool counts_as_oldest(const struct queue *queue, const struct message *message)
{
    return queue->config.fifo || queue->aged_receives == 0 || message->receive_count < queue->aged_receives;
}

/* The oldest has left or was received too often: what comes before it no longer counts, so the search never turns back. */
static void find_oldest(struct simulation *simulation, struct queue *queue)
{
    update_age(simulation, queue);
    do
        queue->oldest = message_at(queue, queue->oldest)->age.next;
    while (queue->oldest != POOL_NONE && !counts_as_oldest(queue, message_at(queue, queue->oldest)));
    update_age(simulation, queue);
}

void queue_received_again(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    if (id == queue->oldest && !counts_as_oldest(queue, message_at(queue, id)))
        find_oldest(simulation, queue);
}

void queue_due_by(struct simulation *simulation, struct queue *queue, int64_t at_ns)
{
    if (at_ns >= queue->due_ns)
        return;
    queue->due_ns = at_ns;
    simulation_schedule(simulation, queue->self, QUEUE_DUE, RANK_EXPIRY, at_ns, 0);
}

void queue_entered(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    if (queue->oldest != POOL_NONE)
        return;
    queue->oldest = id;
    update_age(simulation, queue);
}

void queue_leaves(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    if (id == queue->oldest)
        find_oldest(simulation, queue);
}

void queue_age_event(struct simulation *simulation, struct queue *queue)
{
    queue->age_timer = false;
    update_age(simulation, queue);
}
