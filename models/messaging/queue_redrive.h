/* queue_redrive.h: messages that go from one queue to another. Private to this folder. */
#ifndef SLSIM_MESSAGING_QUEUE_REDRIVE_H
#define SLSIM_MESSAGING_QUEUE_REDRIVE_H

#include "engine/model.h"
#include "queue.h"

/* What a scenario's change says of a task. */
struct move_task_arguments {
    uint32_t destination; /* ENTITY_NONE: each goes back to where it came from */
    bool destination_given;
    int64_t per_s;
};

enum queue_action { ACTION_START_TASK, ACTION_CANCEL_TASK };
extern const struct action queue_actions[]; /* by enum queue_action */

void queue_redrive_init(struct simulation *simulation, struct queue *queue);
void queue_redrive_fini(struct queue *queue);

/* What is kept of the message `id`; where nothing is: .from ENTITY_NONE, no receives. */
struct past queue_past(const struct queue *queue, uint32_t id);
enum status queue_past_keep(struct simulation *simulation, struct queue *queue, uint32_t id, const struct past *past);
void queue_past_forget(struct queue *queue, uint32_t id);

/* The task may move its next message. */
void queue_move_event(struct simulation *simulation, struct queue *queue, uint32_t number);

#endif
