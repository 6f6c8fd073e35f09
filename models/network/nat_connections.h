/* nat_connections.h: connections through a gateway that translates addresses: one of each client to each whom it calls, kept open from call
 * to call, as SDKs do. The gateway forgets one that was idle for too long, and does not tell: who goes on with it hears that it is none.
 * Sources: VPC user guide, "NAT gateway basics", "Troubleshoot NAT gateways"; rules nat_*. */
#ifndef SLSIM_NETWORK_NAT_CONNECTIONS_H
#define SLSIM_NETWORK_NAT_CONNECTIONS_H

#include "engine/deadline_line.h"
#include "engine/key_map.h"
#include "engine/pool.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/gauge.h"

#include <stdbool.h>
#include <stdint.h>

enum connection_state {
    CONNECTION_OPEN,    /* known to both */
    CONNECTION_STALE,   /* known to the client alone */
    CONNECTION_ORPHANED /* known to the gateway alone */
};

struct nat_connections {
    struct pool pool;
    struct key_map clients; /* the first of each client's */
    struct deadline_line idle;
    uint32_t *open_to; /* owned; to each entity */
    uint32_t entity_count;
    struct memory_account *account;
    uint32_t most; /* at once to the same; */
    struct gauge *active;
    struct counter *timed_out;
};

/* How one is found that a client wants to use. */
enum connection_use { CONNECTION_USED, CONNECTION_MADE, CONNECTION_RESET, CONNECTION_REFUSED, CONNECTION_FAILED };

/* The events of `self` of that kind are nat_connections_due's. `active` and `timed_out` are the owner's. */
enum status nat_connections_init(struct nat_connections *table, struct simulation *simulation, uint32_t self, uint16_t kind,
                                 int64_t idle_ns, uint32_t most, struct gauge *active, struct counter *timed_out);
void nat_connections_fini(struct nat_connections *table);
/* The client sends to `to`: over the connection that it has, or a new one; RESET: over one that is none any more, and is forgotten then;
 * REFUSED: there is no port for a new one; FAILED: memory is out. */
enum connection_use nat_connections_use(struct simulation *simulation, struct nat_connections *table, uint64_t client, uint32_t to);
/* Something came back over it, if it is still there. */
void nat_connections_touch(struct simulation *simulation, struct nat_connections *table, uint64_t client, uint32_t to);
/* The client is gone, without a word to the gateway. */
void nat_connections_forget(struct nat_connections *table, uint64_t client);
void nat_connections_due(struct simulation *simulation, struct nat_connections *table);

#endif
