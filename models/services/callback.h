/* callback.h: asking a function for something and waiting until it calls back: at the end of its run, or never. Whoever asks waits until
 * its time is over.
 * The function is invoked asynchronously, so its own retries come first: what fails for good does not call back at all. */
#ifndef SLSIM_SERVICES_CALLBACK_H
#define SLSIM_SERVICES_CALLBACK_H

#include "engine/distribution.h"
#include "engine/pool.h"
#include "engine/random.h"
#include "engine/simulation.h"

#include <stdbool.h>
#include <stdint.h>

enum callback_end { CALLBACK_SUCCESS, CALLBACK_FAILURE, CALLBACK_REFUSED, CALLBACK_NEVER };

/* How the code behaves that should call back: keys of `behavior`. */
struct callback_behavior {
    double callback_rate;             /* how often it calls back at all */
    double failure_rate;              /* of the calls, those that say that it failed */
    const struct distribution *delay; /* from the end of its run to the call; NULL: none */
};

/* Rows of a behavior table. */
#define CALLBACK_BEHAVIOR(OFFSET)                                                                                                          \
    {"callback_rate", PROPERTY_PROBABILITY, (OFFSET) + offsetof(struct callback_behavior, callback_rate), .fallback = "1",                 \
     .help = "How often a function that ends well calls back; one that fails never does."},                                                \
        {"failure_rate", PROPERTY_PROBABILITY, (OFFSET) + offsetof(struct callback_behavior, failure_rate), .fallback = "0",               \
         .help = "Of the calls, how many say that it failed."},                                                                            \
    {                                                                                                                                      \
        "callback_delay", PROPERTY_TIME_DISTRIBUTION, (OFFSET) + offsetof(struct callback_behavior, delay),                                \
            .fallback = "\"0s\"", .help = "From the end of the function's run to its call, for what it set going elsewhere."               \
    }

struct callbacks {
    uint32_t self;
    uint16_t timeout_kind, call_kind; /* of the owner's events that are to be passed on */
    const struct callback_behavior *behavior;
    void (*ended)(struct simulation *simulation, void *owner, uint32_t owner_data, enum callback_end end);
    void *owner;
    struct pool jobs;
    struct stream chance, delay;
};

void callbacks_init(struct callbacks *callbacks, struct simulation *simulation, void *owner, uint32_t self, uint16_t timeout_kind,
                    uint16_t call_kind, const struct callback_behavior *behavior,
                    void (*ended)(struct simulation *simulation, void *owner, uint32_t owner_data, enum callback_end end));
void callbacks_fini(struct callbacks *callbacks);

/* When the target has done what it was asked for: at the end of the function's run, of which the target's delivery tells; when it has
 * accepted; when it answers, to a synchronous request. */
enum callback_way { CALLBACK_OF_RUN, CALLBACK_OF_ACCEPTANCE, CALLBACK_OF_ANSWER };

/* Asks `target` with a request like `model` (its item, group, payload, content), waits `timeout_ns` (TIME_FOREVER: as long as it takes).
 * `number` tells apart what one item asks for; below 256. */
void callbacks_ask(struct simulation *simulation, struct callbacks *callbacks, uint32_t target, enum callback_way way,
                   const struct request *model, uint32_t number, uint32_t owner_data, int64_t timeout_ns);

/* The owner's events of the two kinds, answers, and outcomes. */
void callbacks_handle(struct simulation *simulation, struct callbacks *callbacks, const struct event *event);
void callbacks_answered(struct simulation *simulation, struct callbacks *callbacks, struct request *request);
void callbacks_outcome(struct simulation *simulation, struct callbacks *callbacks, uint32_t from_data, const struct cause *cause);

#endif
