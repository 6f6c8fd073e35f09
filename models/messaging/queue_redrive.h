/* queue_redrive.h: the task that moves what is in a dead-letter queue, and the other things that may happen to a queue. */
#ifndef SLSIM_MESSAGING_QUEUE_REDRIVE_H
#define SLSIM_MESSAGING_QUEUE_REDRIVE_H

#include "engine/model.h"
#include "queue_state.h"

/* What a scenario's change says of a task. */
struct move_task_arguments {
    uint32_t destination; /* ENTITY_NONE: each goes back to where it came from */
    bool destination_given;
    int64_t per_s;
};

enum queue_action { ACTION_START_TASK, ACTION_CANCEL_TASK };
extern const struct action queue_actions[]; /* by enum queue_action */

void queue_redrive_init(struct simulation *simulation, struct queue *queue);

/* The task may move its next message. */
void queue_move_event(struct simulation *simulation, struct queue *queue, uint32_t number);

#endif
