/* hosts.h: the roles of servers that come and go, and of who hands requests to them: each knows the other by these tables alone. Servers
 * of one entity are told apart by numbers, from 0; a number is used again once its server has gone. */
#ifndef SLSIM_ENGINE_HOSTS_H
#define SLSIM_ENGINE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

struct cause;
struct request;
struct simulation;

/* What a request ends with whose server goes before it is done, or that finds none; and one whose server takes no more. */
extern const struct cause cause_host_gone, cause_host_none, cause_host_full;

/* Of an entity that is several servers. */
struct hosts {
    /* By its parsed blob: numbers below this are used of servers that the registrar `by` gets; 0: it gets none. */
    uint32_t (*room)(const void *config, uint32_t by);
    /* As model_type.accept, by one of its servers. Requests have come by request_enter. */
    void (*accept)(struct simulation *simulation, void *self, uint32_t server, struct request *request);
    /* A registrar has found that the server serves nobody. */
    void (*failed)(struct simulation *simulation, void *self, uint32_t server);
};

/* Of an entity that hands requests to servers. */
struct registrar {
    /* A server of `entity` comes: it gets requests once it is found to be well. `proven`: it is taken to be, as at the simulation's zero.
     */
    void (*enter)(struct simulation *simulation, void *self, uint32_t entity, uint32_t server, bool proven);
    /* It gets no more. */
    void (*leave)(struct simulation *simulation, void *self, uint32_t entity, uint32_t server);
    /* How long those that it has may still take. */
    int64_t (*drain_ns)(const void *self);
};

#endif
