/* redrive_bench.h: a dead-letter queue whose messages tasks move. */
#ifndef SLSIM_TESTS_REDRIVE_BENCH_H
#define SLSIM_TESTS_REDRIVE_BENCH_H

#include "messaging/queue_redrive.h"
#include "queue_bench.h"

static inline void start_task(struct world *world, uint32_t destination, int64_t per_s)
{
    const struct move_task_arguments arguments = {.destination = destination, .per_s = per_s};
    queue_actions[ACTION_START_TASK].begin(world->simulation, queue_of(world, DEAD), &arguments);
}

static inline void start_back(struct world *world)
{
    start_task(world, ENTITY_NONE, 2);
}

static inline void cancel(struct world *world)
{
    queue_actions[ACTION_CANCEL_TASK].begin(world->simulation, queue_of(world, DEAD), NULL);
}

/* After one reception each, a queue's messages go to the dead-letter queue. */
static inline void dead_letter_init(struct world *world, bool fifo)
{
    if (fifo)
        fifo_init(world, NULL);
    else
        world_init(world, NULL);
    world->config[0].config.dead_letter = DEAD;
    world->config[0].config.max_receives = 1;
}

static inline void two_sources(struct world *world)
{
    dead_letter_init(world, false);
    world->config[2].config.dead_letter = DEAD;
    world->config[2].config.max_receives = 1;
}

static inline void send_four(struct world *world)
{
    for (int i = 0; i < 4; i++)
        send_one(world);
}

#endif
