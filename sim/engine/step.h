/* step.h: what a handler does, in order. Immutable, shared by replications. */
#ifndef SLSIM_ENGINE_STEP_H
#define SLSIM_ENGINE_STEP_H

#include "engine/content.h"
#include "engine/distribution.h"
#include "engine/key.h"
#include "engine/retry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum step_kind {
    STEP_CPU,         /* `time` on one full vCPU, scaled by the memory's share */
    STEP_WAIT,        /* `time` that memory does not change */
    STEP_PROBABILITY, /* with `probability`, the steps of branches[0] */
    STEP_PARALLEL,    /* all branches at once: over when the slowest is */
    STEP_CALL         /* something is sent to another entity, and its answer waited for */
};

struct step_list {
    struct step *steps;
    size_t count;
};

/* Values of step_call.type, on_error and connect, in the order of their choices. */
enum call_type { CALL_REQUEST_RESPONSE, CALL_EVENT };
enum call_on_error { CALL_FAIL, CALL_CONTINUE };
enum call_connect { CONNECT_INIT, CONNECT_INVOCATION };

struct step_call {
    uint32_t target;                  /* entity */
    uint32_t via;                     /* what stands in front of it, which gets the request; ENTITY_NONE: nothing */
    const char *spelling;             /* "call", "invoke" or "send": the key that names it */
    const char *part;                 /* what is named of it, "$LATEST" of "F:$LATEST", where that is no entity of its own; NULL: nothing */
    const struct distribution *count; /* requests, all at once; NULL: one */
    const struct distribution *payload; /* bytes of each; NULL: as the item that is handled */
    struct content_choice content;      /* none: nothing is known of its body */
    struct key_choice key;              /* KEY_NONE: that of the item that is handled */
    int64_t timeout_ns;                 /* of one attempt; 0: none */
    struct retry_config retry;
    int type;     /* enum call_type */
    int on_error; /* enum call_on_error */
    int connect;  /* enum call_connect: where a connection to the target is opened, if it takes one */
    bool connect_given;
    bool each;             /* once for each record of a batch */
    bool idempotent;       /* it bears a key by which it is known again, and is then done once */
    bool duplicate_effect; /* done again, it has its effect again */
    bool duplicate_effect_given;
    bool counted; /* what it does again is counted; set by its owner's validation */
};

struct step {
    enum step_kind kind;
    const struct distribution *time; /* CPU, WAIT: ns */
    double parallel;                 /* CPU: the part that can use several vCPUs */
    double probability;
    struct step_list *branches;
    size_t branch_count;
    struct step_call *call;
    uint32_t place; /* CALL: its number among the calls of a handler: tells its requests apart */
    bool calls;     /* it, or something in it, is a CALL: else its time is known when it begins */
};

/* Called for each step of a list and of those within it, in the order of the scenario. `place`: its path there; NULL: none is wanted. */
typedef void step_visit(void *context, struct step *step, const char *place);
/* `path`: that of the list, "behavior.steps"; NULL: no places are wanted. */
void steps_visit(const struct step_list *steps, const char *path, step_visit *visit, void *context);

#endif
