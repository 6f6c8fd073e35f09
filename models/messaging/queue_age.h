/* queue_age.h: how old the oldest message is, and when a queue is to be looked at again. */
#ifndef SLSIM_MESSAGING_QUEUE_AGE_H
#define SLSIM_MESSAGING_QUEUE_AGE_H

#include "queue_state.h"

/* The message is the last of queue->all now; it leaves, and is still there; it was received once more. */
void queue_entered(struct simulation *simulation, struct queue *queue, uint32_t id);
void queue_leaves(struct simulation *simulation, struct queue *queue, uint32_t id);
void queue_received_again(struct simulation *simulation, struct queue *queue, uint32_t id);
/* The oldest is a second older. */
void queue_age_event(struct simulation *simulation, struct queue *queue);

/* Something is to be looked at in `at_ns` at the latest. */
void queue_due_by(struct simulation *simulation, struct queue *queue, int64_t at_ns);

/* One step in the life of a message, for --trace. */
void queue_trace(struct simulation *simulation, const struct queue *queue, const struct message *message, const char *step,
                 const char *detail);

#endif
