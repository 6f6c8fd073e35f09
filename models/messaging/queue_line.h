/* queue_line.h: in which order messages can be taken: a line, or groups with a line each. */
#ifndef SLSIM_MESSAGING_QUEUE_LINE_H
#define SLSIM_MESSAGING_QUEUE_LINE_H

#include "queue_state.h"

void queue_line_init(struct simulation *simulation, struct queue *queue);
void queue_line_fini(struct queue *queue);
/* The number of its group as a FIFO queue keeps it; of a standard queue the key itself. POOL_NONE when memory is out, which fails the
 * run. */
uint32_t queue_line_group(struct simulation *simulation, struct queue *queue, uint32_t key);
uint32_t queue_line_key(const struct queue *queue, const struct message *message);
/* A new message, behind all others. */
void queue_line_add(struct queue *queue, uint32_t id);
/* A message that is counted as visible from now on can be taken. */
void queue_line_show(struct simulation *simulation, struct queue *queue, uint32_t id);
/* Could a receive call have it now? */
/* Is it the first of those that are still there: of the queue, or of its group in a FIFO queue? */
bool queue_line_is_first(const struct queue *queue, uint32_t id);
bool queue_line_can_take(const struct queue *queue, uint32_t id);
void queue_line_remove(struct simulation *simulation, struct queue *queue, uint32_t id);

/* A receive call: takes up to `most` messages into `list` and hides them until `until_ns`. */
struct reception {
    uint32_t call; /* its number */
    uint32_t most;
    int64_t until_ns;
    struct received *list;
    uint32_t count; /* of them so far */
    /* Takes away a message that was received too often already. */
    void (*worn_out)(struct simulation *simulation, struct queue *queue, uint32_t id);
};
void queue_line_take(struct simulation *simulation, struct queue *queue, struct reception *reception);
/* Shows what was hidden until now. Returns when the next is due; TIME_FOREVER: nothing is. */
int64_t queue_line_return(struct simulation *simulation, struct queue *queue);

#endif
