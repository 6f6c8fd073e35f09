/* queue_messages.h: a message from its entry to its end. */
#ifndef SLSIM_MESSAGING_QUEUE_MESSAGES_H
#define SLSIM_MESSAGING_QUEUE_MESSAGES_H

#include "queue_state.h"

/* What is known of a message before it is in a queue. */
struct message_content {
    const struct past *past; /* NULL: it was sent here */
    uint64_t item;
    int64_t sent_ns;
    uint32_t payload_bytes;
    uint32_t key;
    uint8_t content, hops;
    bool poison;
};

/* Adding fails only with the run. */
void queue_add(struct simulation *simulation, struct queue *queue, const struct message_content *content, int64_t delay_ns);
/* What to hand over of a message that goes to another queue. */
struct message_content queue_content_of(const struct queue *queue, const struct message *message);
/* It has left; its fate is the caller's to count, before. `id` is dead. */
void queue_remove(struct simulation *simulation, struct queue *queue, uint32_t id);
/* Hands the message to the dead-letter queue. */
void queue_move(struct simulation *simulation, struct queue *queue, uint32_t id);

/* What is delayed or hidden may be over. */
void queue_look_at_due(struct simulation *simulation, struct queue *queue);
/* `id` is the message that the event was for. It may have left, and its place may be another's, which then is judged for itself. */
void queue_end_retention(struct simulation *simulation, struct queue *queue, uint32_t id);

#endif
