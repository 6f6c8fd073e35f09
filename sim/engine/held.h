/* held.h: requests whose first packet nobody answers. The sender's system sends it again after a while, each time twice as long, and then
 * says that the connection timed out: unless whoever waits for the answer gave up before. Source: rules tcp_*. */
#ifndef SLSIM_ENGINE_HELD_H
#define SLSIM_ENGINE_HELD_H

#include "engine/pool.h"
#include "engine/simulation.h"

#include <stdbool.h>
#include <stdint.h>

struct held {
    uint32_t pool_link;
    uint32_t request, to;
    uint32_t sent; /* packets so far */
    uint64_t client;
};

struct held_line {
    struct pool held;
    uint32_t self;
    struct ledger *ledger; /* counts what ends here */
    uint16_t kind;         /* of its events, whose data is a held one's id */
    int64_t first_ns;
    uint32_t most; /* packets after the first */
};

/* `self`: the entity that gets its events; `ledger`: where who puts something in counts that it entered. */
void held_init(struct held_line *line, struct simulation *simulation, uint32_t self, uint16_t kind, struct ledger *ledger);
/* How long it takes until the sender's system says that the connection timed out. */
int64_t held_give_up_ns(const struct rule_book *rules);
void held_fini(struct held_line *line);
/* Nobody answers: holds `request` on its way to `to`. */
void held_begin(struct simulation *simulation, struct held_line *line, uint32_t to, uint64_t client, struct request *request);
/* At the event of `id`: is a packet of it sent once more? Then one of the two below must follow; else it is over. */
bool held_due(struct simulation *simulation, struct held_line *line, uint32_t id, struct held *held);
/* Nobody answers that one either. */
void held_again(struct simulation *simulation, struct held_line *line, uint32_t id);
/* It goes on its way: it is the caller's. */
void held_release(struct held_line *line, uint32_t id);

#endif
