/* environment.h: one execution environment, and the set of those that are idle, by the order in which they are reused. */
#ifndef SLSIM_LAMBDA_ENVIRONMENT_H
#define SLSIM_LAMBDA_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The values are those of the choices of `behavior.reuse`, in their order. */
enum reuse_order { REUSE_MOST_RECENT, REUSE_LEAST_RECENT, REUSE_NEWEST, REUSE_OLDEST, REUSE_RANDOM };

/* STARTING: a provisioned one in INIT, that nobody waits for. FINISHING: it has answered, and extensions are still at work. LOST: taken by
 * a fault; one event of it is still to come. */
enum environment_state {
    ENVIRONMENT_BUSY,
    ENVIRONMENT_IDLE,
    ENVIRONMENT_STARTING,
    ENVIRONMENT_FINISHING,
    ENVIRONMENT_LOST,
    ENVIRONMENT_GONE
};

#define NETWORK_NOWHERE UINT8_MAX

/* Where an environment will be: set before it is made. */
struct network_stand {
    uint8_t subnet;
    bool waits; /* for an interface */
};

/* One cache line; what holds while it is busy and what while it is idle share room. */
struct environment {
    uint32_t id;        /* its own, in the pool; lost while gone */
    uint32_t request;   /* busy: what it serves, in the simulation's pool */
    int64_t retires_ns; /* recycled when next idle at or after this instant */
    int64_t event_ns;   /* its earliest pending expiry event; TIME_FOREVER: none */
    union {
        int64_t duration_ns; /* busy: handler time as Lambda reports it, suppressed INIT included */
        int64_t due_ns;      /* idle: when its keep-alive is over */
    };
    union {
        int64_t init_ns; /* busy, cold: its INIT */
        uint64_t place;  /* idle, by age or at random: its place in the array */
    };
    union {
        struct {
            struct environment *before, *after; /* idle, by recency: its neighbours */
        };
        struct {
            int64_t began_ns; /* finishing: since when; busy, a handler with calls: when it began, and */
            uint32_t run;     /* its procedure; POOL_NONE: over */
        };
    };
    uint32_t ordinal;     /* the how-manieth that was created */
    uint8_t state : 4;    /* enum environment_state */
    uint8_t region : 4;   /* of a function at edges: in which place it is; 0: at home */
    uint8_t outcome;      /* busy: how this invocation will end; enum invocation_end of function.h */
    bool cold : 1;        /* busy: this invocation waited for INIT */
    bool provisioned : 1; /* kept ready, whether it is used or not */
    bool needs_init : 1;  /* a reset lost its runtime: the next invocation initialises again within its own duration */
    bool connected : 1;   /* has the connections that it keeps, */
    bool mounted : 1;     /* and those by which its file systems are mounted, which outlive them */
    bool attaching : 1;   /* its first invocation waits for a network interface */
    uint8_t subnet;       /* which of its function's subnets it is in; NETWORK_NOWHERE: none */
};

_Static_assert(sizeof(struct environment) == 64, "100,000 environments at once are paid for by the cache line");

/* By recency it is a doubly linked list (O(1) in all operations); by age a binary heap over an array (O(log n)); at random a plain array
 * (O(1)). Environments stay where they are, so pointers do. */
struct idle_set {
    enum reuse_order order;
    uint32_t count;
    struct environment *oldest, *newest; /* the ends of the list: longest idle, and last used */
    struct environment **array;          /* owned */
    size_t capacity;
};

void idle_set_init(struct idle_set *set, enum reuse_order order);
void idle_set_fini(struct idle_set *set);
/* False when memory is out (only by age and at random). */
bool idle_set_add(struct idle_set *set, struct environment *environment);
void idle_set_remove(struct idle_set *set, struct environment *environment);
/* Which one would serve next; NULL when none is idle. `chance` in [0, 1) decides for REUSE_RANDOM. */
struct environment *idle_set_next(const struct idle_set *set, double chance);

#endif
