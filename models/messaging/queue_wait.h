/* queue_wait.h: who waits for a message, and when one is to be had. */
#ifndef SLSIM_MESSAGING_QUEUE_WAIT_H
#define SLSIM_MESSAGING_QUEUE_WAIT_H

#include "queue_state.h"

void queue_wait_init(struct simulation *simulation, struct queue *queue);
void queue_wait_fini(struct queue *queue);

/* How many messages a receive call could take now. O(1). */
uint64_t queue_takeable(const struct simulation *simulation, const struct queue *queue);
/* Wakes one who waits, if there is a message to be had. */
void queue_offer(struct simulation *simulation, struct queue *queue);

/* May there be another receive call now? A FIFO queue allows so many a second; one that is refused is not billed, and finds nothing. */
bool queue_quota_allows(struct simulation *simulation, struct queue *queue);
/* The quota of receive calls may allow another. */
void queue_quota_event(struct simulation *simulation, struct queue *queue);

/* As `wait` and `cancel` of engine/pollable.h. */
uint32_t queue_wait(struct simulation *simulation, void *self, uint32_t entity, uint16_t kind, uint32_t data);
void queue_cancel(struct simulation *simulation, void *self, uint32_t ticket);

#endif
