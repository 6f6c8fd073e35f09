/* queue_send.h: who sends, and what is refused. */
#ifndef SLSIM_MESSAGING_QUEUE_SEND_H
#define SLSIM_MESSAGING_QUEUE_SEND_H

#include "queue_state.h"

void queue_send_init(struct simulation *simulation, struct queue *queue);
void queue_send_fini(struct queue *queue);
void queue_accept(struct simulation *simulation, void *self, struct request *request);

#endif
