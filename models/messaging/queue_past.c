/* queue_past.c: what is kept of the queue that a message was in before. Few messages have one, so it is kept apart from them. */
#include "queue_past.h"

void queue_past_init(struct simulation *simulation, struct queue *queue)
{
    const char *name = simulation->entities[queue->self].name;
    pool_init(&queue->pasts, sizeof(struct past), &simulation->memory, name);
    key_map_init(&queue->past_ids, &simulation->memory, name);
}

void queue_past_fini(struct queue *queue)
{
    key_map_fini(&queue->past_ids);
    pool_fini(&queue->pasts);
}

enum status queue_past_keep(struct simulation *simulation, struct queue *queue, uint32_t id, const struct past *past)
{
    uint32_t place = pool_take(&queue->pasts);
    enum status status = place == POOL_NONE ? simulation->memory.status : key_map_put(&queue->past_ids, id, place);
    if (status == STATUS_OK)
        *(struct past *)pool_at(&queue->pasts, place) = *past;
    return status;
}

struct past queue_past(const struct queue *queue, uint32_t id)
{
    uint32_t place = key_map_find(&queue->past_ids, id);
    return place == POOL_NONE ? (struct past){.from = ENTITY_NONE} : *(const struct past *)pool_at(&queue->pasts, place);
}

void queue_past_forget(struct queue *queue, uint32_t id)
{
    uint32_t place = key_map_find(&queue->past_ids, id);
    if (place == POOL_NONE)
        return;
    key_map_remove(&queue->past_ids, id);
    pool_give(&queue->pasts, place);
}
