/* fake_queue.h: a small queue that can be polled, so that whoever polls can be tested without the real ones. It checks what a queue can
 * check of its poller: receipts, and in an ordered queue that a group's messages are done in order. */
#ifndef SLSIM_TESTS_FAKE_QUEUE_H
#define SLSIM_TESTS_FAKE_QUEUE_H

#include "engine/pollable.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "notation/property.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fake_message {
    uint64_t item;
    uint32_t group, payload_bytes, receipt;
    uint16_t receives, executions;
    bool poison, hidden, gone;
};

struct fake_reception {
    int64_t until_ns;
    uint32_t id;
};

struct fake_queue {
    int64_t visibility_ns;
    int64_t hide_ns;       /* of the latest receive call */
    int64_t opens_ns;      /* until then nothing is shown */
    int64_t receives_most; /* before a message is dead; 0: any number */
    int64_t groups;        /* messages belong to so many groups in turn; 0: the queue keeps no order */
    int64_t poison;        /* this one of each so many messages is poison; 0: none */

    uint32_t self;
    struct fake_message *messages; /* owned */
    uint32_t count;
    size_t capacity;
    uint32_t *shown; /* owned: a line of ids, from `head` on */
    size_t head, shown_count, shown_capacity;
    struct fake_reception *hidden; /* owned: a line, in the order in which they end */
    size_t hidden_head, hidden_count, hidden_capacity;
    bool someone_waits;
    uint32_t waiter, waiter_data, ticket;
    uint16_t waiter_kind;
    struct counter sent, deleted, receives, empty, dead, executed, stale;
    struct tally deleted_at, executions;
};

#define FAKE(field) offsetof(struct fake_queue, field)

static const struct property fake_queue_properties[] = {
    {"Visibility", PROPERTY_TIME, FAKE(visibility_ns), .unit = "s", .fallback = "180", .help = "."},
    {"OpensAt", PROPERTY_TIME, FAKE(opens_ns), .unit = "s", .help = "."},
    {"ReceivesMost", PROPERTY_INTEGER, FAKE(receives_most), .help = "."},
    {"Groups", PROPERTY_INTEGER, FAKE(groups), .help = "."},
    {"PoisonEach", PROPERTY_INTEGER, FAKE(poison), .help = "."},
    {0},
};

static const struct metric_type fake_queue_metrics[] = {
    {"test", "Sent", "Count", METRIC_COUNT, FAKE(sent), .help = "."},
    {"test", "Deleted", "Count", METRIC_COUNT, FAKE(deleted), .help = "."},
    {"test", "Receives", "Count", METRIC_COUNT, FAKE(receives), .help = "."},
    {"test", "EmptyReceives", "Count", METRIC_COUNT, FAKE(empty), .help = "."},
    {"test", "Dead", "Count", METRIC_COUNT, FAKE(dead), .help = "."},
    {"test", "Executed", "Count", METRIC_COUNT, FAKE(executed), .help = "."},
    {"test", "Stale", "Count", METRIC_COUNT, FAKE(stale), .help = "."},
    {"test", "DeletedAt", "Seconds", METRIC_TALLY, FAKE(deleted_at), .help = "."},
    {"test", "DeadExecutions", "Count", METRIC_TALLY, FAKE(executions), .help = "."},
    {0},
};

enum { FAKE_OPENS = UINT16_MAX, FAKE_SHOWS = 1 };

static bool fake_in_order(const void *self)
{
    return ((const struct fake_queue *)self)->groups > 0;
}

static int64_t fake_visibility_ns(const void *self)
{
    return ((const struct fake_queue *)self)->visibility_ns;
}

/* Room for one more in an array; false, and the run ends, when memory is out. */
static bool fake_room(struct simulation *simulation, void *array, size_t count, size_t *capacity, size_t size)
{
    void **items = array;
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? 2 * *capacity : 64;
    void *grown = realloc(*items, wanted * size);
    if (!grown) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return false;
    }
    *items = grown;
    *capacity = wanted;
    return true;
}

/* May it be received? In an ordered queue: when nothing before it in its group is still there. */
static bool fake_takable(const struct fake_queue *queue, uint32_t id)
{
    const struct fake_message *message = &queue->messages[id];
    if (message->hidden || message->gone)
        return false;
    if (!fake_in_order(queue))
        return true;
    for (uint32_t before = 0; before < id; before++)
        if (!queue->messages[before].gone && queue->messages[before].group == message->group)
            return false;
    return true;
}

/* An ordered queue hands out several of a group in one reception, but none while others of it are out. */
static bool fake_group_is_out(const struct fake_queue *queue, uint32_t group)
{
    for (uint32_t id = 0; id < queue->count; id++)
        if (queue->messages[id].group == group && queue->messages[id].hidden && !queue->messages[id].gone)
            return true;
    return false;
}

static uint64_t fake_visible(const struct simulation *simulation, const void *self)
{
    const struct fake_queue *queue = self;
    uint64_t visible = 0;
    if (simulation->now_ns < queue->opens_ns)
        return 0;
    if (!fake_in_order(queue))
        return queue->shown_count - queue->head;
    for (uint32_t id = 0; id < queue->count; id++)
        visible += fake_takable(queue, id);
    return visible;
}

static void fake_wake(struct simulation *simulation, struct fake_queue *queue)
{
    if (!queue->someone_waits || fake_visible(simulation, queue) == 0)
        return;
    queue->someone_waits = false;
    simulation_schedule(simulation, queue->waiter, queue->waiter_kind, RANK_ARRIVAL, simulation->now_ns, queue->waiter_data);
}

static void fake_show(struct simulation *simulation, struct fake_queue *queue, uint32_t id)
{
    if (fake_room(simulation, &queue->shown, queue->shown_count, &queue->shown_capacity, sizeof *queue->shown))
        queue->shown[queue->shown_count++] = id;
}

static void fake_hide(struct simulation *simulation, struct fake_queue *queue, uint32_t id)
{
    const struct fake_reception reception = {simulation->now_ns + queue->hide_ns, id};
    queue->messages[id].hidden = true;
    if (!fake_room(simulation, &queue->hidden, queue->hidden_count, &queue->hidden_capacity, sizeof *queue->hidden))
        return;
    queue->hidden[queue->hidden_count++] = reception;
    simulation_schedule(simulation, queue->self, FAKE_SHOWS, RANK_EXPIRY, reception.until_ns, 0);
}

/* All that are due at once. */
static void fake_show_due(struct simulation *simulation, struct fake_queue *queue)
{
    while (queue->hidden_head < queue->hidden_count && queue->hidden[queue->hidden_head].until_ns <= simulation->now_ns) {
        uint32_t id = queue->hidden[queue->hidden_head++].id;
        queue->messages[id].hidden = false;
        if (!queue->messages[id].gone)
            fake_show(simulation, queue, id);
    }
}

static void fake_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct fake_queue *queue = self;
    if (!fake_room(simulation, &queue->messages, queue->count, &queue->capacity, sizeof *queue->messages))
        return;
    uint32_t id = queue->count++;
    queue->messages[id] = (struct fake_message){
        .item = request->item,
        .payload_bytes = request->payload_bytes,
        .group = queue->groups > 0 ? id % (uint32_t)queue->groups : 0,
        .poison = queue->poison > 0 && (id + 1) % (uint64_t)queue->poison == 0,
    };
    counter_add(&queue->sent, 1);
    request_done(simulation, queue->self, request, &cause_succeeded);
    fake_show(simulation, queue, id);
    fake_wake(simulation, queue);
}

static void fake_hand_out(struct simulation *simulation, struct fake_queue *queue, uint32_t id, struct received *list, uint32_t *count)
{
    struct fake_message *message = &queue->messages[id];
    message->receives++;
    if (queue->receives_most > 0 && message->receives > queue->receives_most) {
        message->gone = true;
        counter_add(&queue->dead, 1);
        tally_add(&queue->executions, TALLY_ALL, message->executions);
        return;
    }
    fake_hide(simulation, queue, id);
    message->receipt++;
    list[(*count)++] = (struct received){
        .item = message->item,
        .group = message->group,
        .message = id,
        .receipt = message->receipt,
        .payload_bytes = message->payload_bytes,
        .receive_count = message->receives,
        .attempt = (uint16_t)(message->receives - 1),
        .poison = message->poison,
    };
}

static uint32_t fake_receive(struct simulation *simulation, void *self, uint32_t most, int64_t hide_ns, struct received *list)
{
    struct fake_queue *queue = self;
    queue->hide_ns = hide_ns;
    uint32_t count = 0;
    assert_true(most >= 1 && most <= 10);
    assert_true(simulation->now_ns >= queue->opens_ns);
    if (fake_in_order(queue)) {
        bool group_known = false;
        uint32_t group = 0;
        for (uint32_t id = 0; id < queue->count && count < most; id++) {
            struct fake_message *message = &queue->messages[id];
            bool first = !group_known && fake_takable(queue, id);
            if (first || (group_known && message->group == group && !message->gone && !message->hidden)) {
                assert_true(!first || !fake_group_is_out(queue, message->group));
                group = message->group;
                group_known = true;
                fake_hand_out(simulation, queue, id, list, &count);
            }
        }
    } else {
        while (count < most && queue->head < queue->shown_count)
            fake_hand_out(simulation, queue, queue->shown[queue->head++], list, &count);
    }
    counter_add(&queue->receives, 1);
    return count;
}

/* Good for as long as the message is hidden, and was not received again. */
static bool fake_receipt_is_good(const struct fake_queue *queue, uint32_t message, uint32_t receipt)
{
    assert_true(message < queue->count);
    assert_true(receipt <= queue->messages[message].receipt);
    return queue->messages[message].hidden && !queue->messages[message].gone && queue->messages[message].receipt == receipt;
}

static bool fake_acknowledge(struct simulation *simulation, void *self, uint32_t message, uint32_t receipt)
{
    struct fake_queue *queue = self;
    if (!fake_receipt_is_good(queue, message, receipt)) {
        counter_add(&queue->stale, 1);
        return false;
    }
    if (fake_in_order(queue))
        for (uint32_t before = 0; before < message; before++)
            assert_true(queue->messages[before].gone || queue->messages[before].group != queue->messages[message].group);
    queue->messages[message].gone = true;
    counter_add(&queue->deleted, 1);
    tally_add(&queue->deleted_at, TALLY_ALL, simulation->now_ns);
    fake_wake(simulation, queue);
    return true;
}

static void fake_executed(struct simulation *simulation, void *self, uint32_t message, uint32_t receipt)
{
    (void)simulation;
    (void)receipt;
    struct fake_queue *queue = self;
    assert_true(message < queue->count);
    queue->messages[message].executions++;
    counter_add(&queue->executed, 1);
}

static uint32_t fake_wait(struct simulation *simulation, void *self, uint32_t entity, uint16_t kind, uint32_t data)
{
    struct fake_queue *queue = self;
    assert_false(queue->someone_waits);
    queue->someone_waits = true;
    queue->waiter = entity;
    queue->waiter_kind = kind;
    queue->waiter_data = data;
    uint32_t ticket = ++queue->ticket;
    fake_wake(simulation, queue);
    return ticket;
}

static void fake_cancel(struct simulation *simulation, void *self, uint32_t ticket)
{
    (void)simulation;
    struct fake_queue *queue = self;
    assert_true(ticket > 0 && ticket <= queue->ticket);
    queue->someone_waits = queue->someone_waits && ticket != queue->ticket;
}

static void fake_empty_receive(struct simulation *simulation, void *self, uint64_t calls)
{
    (void)simulation;
    counter_add(&((struct fake_queue *)self)->empty, calls);
}

/* Called when everything is made and the run begins; may be NULL. */
static void (*fake_at_start)(void);

static void fake_start(struct simulation *simulation, void *self)
{
    const struct fake_queue *queue = self;
    if (fake_at_start)
        fake_at_start();
    if (queue->opens_ns > 0)
        simulation_schedule(simulation, queue->self, FAKE_OPENS, RANK_ARRIVAL, queue->opens_ns, 0);
}

static void fake_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct fake_queue *queue = self;
    if (event->kind == FAKE_SHOWS)
        fake_show_due(simulation, queue);
    fake_wake(simulation, queue);
}

static void fake_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct fake_queue *queue = self;
    free(queue->messages);
    free(queue->shown);
    free(queue->hidden);
}

static const struct pollable fake_pollable = {
    .in_order = fake_in_order,
    .receive = fake_receive,
    .acknowledge = fake_acknowledge,
    .executed = fake_executed,
    .wait = fake_wait,
    .cancel = fake_cancel,
    .visible = fake_visible,
    .visibility_ns = fake_visibility_ns,
    .empty_receive = fake_empty_receive,
};

static const struct model_type fake_queue_type = {
    .type = "Test::Messaging::Queue",
    .size = sizeof(struct fake_queue),
    .self_offset = offsetof(struct fake_queue, self),
    .properties = fake_queue_properties,
    .metrics = fake_queue_metrics,
    .start = fake_start,
    .destroy = fake_destroy,
    .handle = fake_handle,
    .accept = fake_accept,
    .pollable = &fake_pollable,
};

#endif
