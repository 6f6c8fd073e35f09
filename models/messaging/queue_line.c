/* queue_line.c: in which order messages can be taken.
 * A standard queue promises none: here it is the order in which messages became visible. A FIFO queue hands out a group's messages in the
 * order of sending, and none of a group that has some in flight: what returns stands before what was never received. Source: the SQS
 * developer guide, "FIFO queue delivery logic". */
#include "queue_line.h"

#include "queue_age.h"
#include "queue_past.h"
#include "queue_wait.h"

static struct group *group_at(const struct queue *queue, uint32_t id)
{
    return pool_at(&queue->groups, id);
}

bool queue_line_is_first(const struct queue *queue, uint32_t id)
{
    const struct message *message = pool_at(&queue->messages, id);
    const struct chain *line = queue->config.fifo ? &group_at(queue, message->group)->messages : &queue->all;
    return line->head == id;
}

void queue_line_init(struct simulation *simulation, struct queue *queue)
{
    const char *name = simulation->entities[queue->self].name;
    chain_init(&queue->line, &queue->messages, offsetof(struct message, place));
    chain_init(&queue->hidden, &queue->messages, offsetof(struct message, place));
    pool_init(&queue->groups, sizeof(struct group), &simulation->memory, name);
    key_map_init(&queue->group_ids, &simulation->memory, name);
    chain_init(&queue->ready, &queue->groups, offsetof(struct group, link));
    chain_init(&queue->locked, &queue->groups, offsetof(struct group, link));
    stream_init(&queue->duplicates, simulation->settings->seed, simulation->replication, name, "duplicate");
}

void queue_line_fini(struct queue *queue)
{
    key_map_fini(&queue->group_ids);
    pool_fini(&queue->groups);
}

uint32_t queue_line_group(struct simulation *simulation, struct queue *queue, uint32_t key)
{
    if (!queue->config.fifo)
        return key;
    uint32_t id = key_map_find(&queue->group_ids, key);
    if (id != POOL_NONE)
        return id;
    id = pool_take(&queue->groups);
    enum status status = id == POOL_NONE ? simulation->memory.status : key_map_put(&queue->group_ids, key, id);
    if (status != STATUS_OK) {
        simulation_fail(simulation, status);
        return POOL_NONE;
    }
    struct group *group = group_at(queue, id);
    *group = (struct group){.key = key, .place = GROUP_IDLE};
    chain_init(&group->messages, &queue->messages, offsetof(struct message, place));
    return id;
}

uint32_t queue_line_key(const struct queue *queue, const struct message *message)
{
    return queue->config.fifo ? group_at(queue, message->group)->key : message->group;
}

static void leave_place(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    struct group *group = group_at(queue, id);
    if (group->place == GROUP_READY) {
        chain_remove(&queue->ready, id);
        queue->ready_messages -= group->visible;
    } else if (group->place == GROUP_LOCKED) {
        chain_remove(&queue->locked, id);
        gauge_add(&queue->metrics.locked_groups, simulation->now_ns, -1);
    }
    group->place = GROUP_IDLE;
}

/* Where a group belongs after something has changed. One that is being taken from waits for the end of that. */
static void settle_group(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    struct group *group = group_at(queue, id);
    if (group->place == GROUP_TAKING)
        return;
    enum group_place place = group->out > 0 ? GROUP_LOCKED : group->visible > 0 ? GROUP_READY : GROUP_IDLE;
    if (place != group->place)
        leave_place(simulation, queue, id);
    if (group->messages.head == POOL_NONE) {
        key_map_remove(&queue->group_ids, group->key);
        pool_give(&queue->groups, id);
        return;
    }
    if (place == group->place)
        return;
    group->place = place;
    if (place == GROUP_LOCKED) {
        chain_insert_by_time(&queue->locked, offsetof(struct group, until_ns), id);
        gauge_add(&queue->metrics.locked_groups, simulation->now_ns, 1);
    } else if (place == GROUP_READY) {
        chain_append(&queue->ready, id);
        queue->ready_messages += group->visible;
        queue_offer(simulation, queue);
    }
}

static void count_visible(struct queue *queue, struct group *group, bool more)
{
    uint32_t change = more ? 1 : UINT32_MAX; /* -1, modulo 2^32 */
    group->visible += change;
    if (group->place == GROUP_READY)
        queue->ready_messages += more ? 1 : UINT64_MAX;
}

void queue_line_add(struct queue *queue, uint32_t id)
{
    if (queue->config.fifo)
        chain_append(&group_at(queue, message_at(queue, id)->group)->messages, id);
}

void queue_line_show(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    if (!queue->config.fifo) {
        chain_append(&queue->line, id);
        queue_offer(simulation, queue);
        return;
    }
    uint32_t group_id = message_at(queue, id)->group;
    struct group *group = group_at(queue, group_id);
    count_visible(queue, group, true);
    settle_group(simulation, queue, group_id); /* offers a group that becomes ready, once: only one receiver can have it */
}

bool queue_line_can_take(const struct queue *queue, uint32_t id)
{
    const struct message *message = message_at(queue, id);
    return message->state == MESSAGE_VISIBLE && (!queue->config.fifo || group_at(queue, message->group)->out == 0);
}

void queue_line_remove(struct simulation *simulation, struct queue *queue, uint32_t id)
{
    const struct message *message = message_at(queue, id);
    if (!queue->config.fifo) {
        if (message->state != MESSAGE_DELAYED)
            chain_remove(message->state == MESSAGE_HIDDEN ? &queue->hidden : &queue->line, id);
        return;
    }
    uint32_t group_id = message->group;
    struct group *group = group_at(queue, group_id);
    chain_remove(&group->messages, id);
    if (message->state == MESSAGE_VISIBLE)
        count_visible(queue, group, false);
    else if (message->state == MESSAGE_HIDDEN)
        group->out--;
    settle_group(simulation, queue, group_id);
}

/* Received as often as the redrive policy allows: it is given up now, in place of one more time. */
static bool is_worn_out(const struct queue *queue, const struct message *message)
{
    return queue->config.dead_letter != ENTITY_NONE && message->receive_count >= queue->config.max_receives;
}

/* Counts the reception, and says of the message what the receiver gets to know. */
static void hand_out(struct simulation *simulation, struct queue *queue, uint32_t id, struct reception *reception)
{
    struct message *message = message_at(queue, id);
    message->receipt = (reception->call << RECEIPT_INDEX_BITS) + reception->count;
    if (message->receive_count < MESSAGE_COUNT_MAX)
        message->receive_count++;
    message->until_ns = reception->until_ns;
    queue_received_again(simulation, queue, id);
    queue_trace(simulation, queue, message, "received", "");
    uint32_t attempt = queue_past(queue, id).receives + message->receive_count - 1;
    reception->list[reception->count++] = (struct received){
        .item = message->item,
        .group = queue->config.fifo ? queue_line_key(queue, message) : 0,
        .message = id,
        .receipt = message->receipt,
        .payload_bytes = message->payload_bytes,
        .receive_count = (uint16_t)message->receive_count,
        .attempt = attempt < UINT16_MAX ? (uint16_t)attempt : UINT16_MAX,
        .content = (uint8_t)message->content,
        .hops = message->hops & HOPS_MAX,
        .poison = message->poison,
    };
}

/* At least once: the message may stay where others find it. */
static bool is_duplicated(struct queue *queue, const struct message *message)
{
    if (queue->duplicate_rate <= 0)
        return false;
    stream_at(&queue->duplicates, message->item, message->receive_count);
    return stream_uniform(&queue->duplicates) < queue->duplicate_rate;
}

static void take_from_line(struct simulation *simulation, struct queue *queue, struct reception *reception)
{
    uint32_t hidden = 0;
    /* What is shown again below stands at the end, and one call returns no message twice. */
    for (int64_t there = queue_level(queue, MESSAGE_VISIBLE); there > 0 && reception->count < reception->most; there--) {
        uint32_t id = queue->line.head;
        struct message *message = message_at(queue, id);
        if (is_worn_out(queue, message)) {
            reception->worn_out(simulation, queue, id);
            continue;
        }
        chain_remove(&queue->line, id);
        hand_out(simulation, queue, id, reception);
        if (is_duplicated(queue, message)) {
            chain_append(&queue->line, id);
            counter_add(&queue->metrics.duplicated, 1);
            continue;
        }
        message->state = MESSAGE_HIDDEN;
        chain_insert_by_time(&queue->hidden, offsetof(struct message, until_ns), id);
        hidden++;
    }
    queue_count(simulation, queue, MESSAGE_VISIBLE, -(int64_t)hidden);
    queue_count(simulation, queue, MESSAGE_HIDDEN, hidden);
}

/* As many of one group as there are, then the next group. */
static void take_from_group(struct simulation *simulation, struct queue *queue, uint32_t group_id, struct reception *reception)
{
    struct group *group = group_at(queue, group_id);
    uint32_t before = reception->count;
    leave_place(simulation, queue, group_id);
    group->place = GROUP_TAKING;
    for (uint32_t id = group->messages.head, next; id != POOL_NONE && reception->count < reception->most; id = next) {
        struct message *message = message_at(queue, id);
        next = message->place.next;
        if (message->state != MESSAGE_VISIBLE)
            break;
        if (is_worn_out(queue, message)) {
            reception->worn_out(simulation, queue, id);
            continue;
        }
        hand_out(simulation, queue, id, reception);
        message->state = MESSAGE_HIDDEN;
        group->visible--;
        group->out++;
        group->until_ns = message->until_ns;
    }
    uint32_t count = reception->count - before;
    queue_count(simulation, queue, MESSAGE_VISIBLE, -(int64_t)count);
    queue_count(simulation, queue, MESSAGE_HIDDEN, count);
    group->place = GROUP_IDLE;
    settle_group(simulation, queue, group_id);
}

void queue_line_take(struct simulation *simulation, struct queue *queue, struct reception *reception)
{
    if (!queue->config.fifo)
        take_from_line(simulation, queue, reception);
    while (queue->config.fifo && reception->count < reception->most && queue->ready.head != POOL_NONE && simulation->status == STATUS_OK)
        take_from_group(simulation, queue, queue->ready.head, reception);
    if (reception->count > 0)
        queue_due_by(simulation, queue, reception->until_ns);
}

static void show_again(struct simulation *simulation, struct queue *queue, struct message *message)
{
    message->state = MESSAGE_VISIBLE;
    queue_count(simulation, queue, MESSAGE_HIDDEN, -1);
    queue_count(simulation, queue, MESSAGE_VISIBLE, 1);
    queue_trace(simulation, queue, message, "visible", "visibility timeout");
}

static void unlock_group(struct simulation *simulation, struct queue *queue, uint32_t group_id)
{
    struct group *group = group_at(queue, group_id);
    for (uint32_t id = group->messages.head; group->out > 0; id = message_at(queue, id)->place.next) {
        show_again(simulation, queue, message_at(queue, id));
        count_visible(queue, group, true);
        group->out--;
    }
    settle_group(simulation, queue, group_id);
}

int64_t queue_line_return(struct simulation *simulation, struct queue *queue)
{
    int64_t now_ns = simulation->now_ns;
    if (queue->config.fifo) {
        while (queue->locked.head != POOL_NONE && group_at(queue, queue->locked.head)->until_ns <= now_ns)
            unlock_group(simulation, queue, queue->locked.head);
        return queue->locked.head == POOL_NONE ? TIME_FOREVER : group_at(queue, queue->locked.head)->until_ns;
    }
    while (queue->hidden.head != POOL_NONE && message_at(queue, queue->hidden.head)->until_ns <= now_ns) {
        uint32_t id = queue->hidden.head;
        chain_remove(&queue->hidden, id);
        show_again(simulation, queue, message_at(queue, id));
        queue_line_show(simulation, queue, id);
    }
    return queue->hidden.head == POOL_NONE ? TIME_FOREVER : message_at(queue, queue->hidden.head)->until_ns;
}
