/* queue_past.h: what is kept of the queue that a message was in before. */
#ifndef SLSIM_MESSAGING_QUEUE_PAST_H
#define SLSIM_MESSAGING_QUEUE_PAST_H

#include "queue_state.h"

void queue_past_init(struct simulation *simulation, struct queue *queue);
void queue_past_fini(struct queue *queue);

/* What is kept of the message `id`; where nothing is: .from ENTITY_NONE, no receives. O(1). */
struct past queue_past(const struct queue *queue, uint32_t id);
/* STATUS_NO_MEMORY or what the run's memory says; nothing is kept then. */
enum status queue_past_keep(struct simulation *simulation, struct queue *queue, uint32_t id, const struct past *past);
void queue_past_forget(struct queue *queue, uint32_t id);

#endif
