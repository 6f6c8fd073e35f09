/* fault.h: what the scenario's `changes` can do to an entity for a while: it is down, slow, or fails at some rate. Faults may overlap: what
 * each of them does then happens at once. */
#ifndef SLSIM_ENGINE_FAULT_H
#define SLSIM_ENGINE_FAULT_H

#include "engine/model.h"
#include "engine/random.h"
#include "engine/simulation.h"

#include <stdbool.h>
#include <stdint.h>

enum fault_kind { FAULT_DOWN, FAULT_SLOW, FAULT_ERRORS, FAULT_LOST };

/* The arguments of one `fault`; the tables of notation/property.h are by offsets into it. */
struct fault {
    int64_t kind;  /* enum fault_kind: by the table's defaults */
    double factor; /* of FAULT_SLOW: so many times longer */
    double rate;   /* of FAULT_ERRORS */
    double share;  /* of FAULT_LOST: of what there is */
};

/* All that are under way, of one entity. Begins as zeros. */
struct fault_state {
    bool any, down;
    double slow;               /* with `any`: the product of all factors */
    double error_rate;         /* of all together */
    const struct fault **list; /* owned */
    uint32_t count;
    size_t capacity;
    struct stream errors; /* of the entity, once there was a fault */
};

/* What answers while it is down, and what fails: a 5xx, which SDKs try again. */
extern const struct cause cause_service_down, cause_service_error;

/* `self`: the entity whose state it is. */
void fault_begin(struct simulation *simulation, struct fault_state *state, uint32_t self, const struct fault *fault);
/* With what fault_begin was given. */
void fault_end(struct fault_state *state, const struct fault *fault);
void fault_fini(struct fault_state *state);

/* By the rate of errors: does this attempt fail? With `any` only. */
static inline bool fault_strikes(struct fault_state *state, const struct request *request)
{
    if (state->error_rate <= 0)
        return false;
    stream_at(&state->errors, request->item, request->attempt);
    return stream_uniform(&state->errors) < state->error_rate;
}

/* Does a fault answer `request`: is its entity down, or does it strike? */
static inline bool fault_befalls(struct fault_state *state, const struct request *request)
{
    return __builtin_expect(state->any, 0) && (state->down || fault_strikes(state, request));
}

/* Does a fault answer `request`, which comes to `self` now? Then that is done. */
bool fault_answers_now(struct simulation *simulation, struct fault_state *state, uint32_t self, struct request *request);
static inline bool fault_answers(struct simulation *simulation, struct fault_state *state, uint32_t self, struct request *request)
{
    return __builtin_expect(state->any, 0) && fault_answers_now(simulation, state, self, request);
}

/* A time of the entity's own, as long as its faults make it. */
static inline int64_t fault_slowed(const struct fault_state *state, int64_t ns)
{
    return __builtin_expect(state->any, 0) ? time_from_double((double)ns * state->slow) : ns;
}

/* Rows of a model's actions. `begin` and `end` hand the arguments, a struct fault, to fault_begin and fault_end. */
#define FAULT_ROW(KIND, PROPERTIES, BEGIN, END, HELP)                                                                                      \
    {                                                                                                                                      \
        .verb = "fault", .kind = KIND, .properties = PROPERTIES, .size = sizeof(struct fault), .begin = BEGIN, .end = END, .help = HELP    \
    }

/* For a model whose `struct TYPE` has `faults`, and its entity at SELF: begin_fault and end_fault; and the rows of an endpoint that answers
 * at once (FAULT_ENDPOINT_ROWS), or takes its time (with FAULT_SLOW_ROW). */
#define FAULT_FUNCTIONS(TYPE, SELF)                                                                                                        \
    static void begin_fault(struct simulation *simulation, void *self, const void *arguments)                                              \
    {                                                                                                                                      \
        struct TYPE *state = self;                                                                                                         \
        fault_begin(simulation, &state->faults, state->SELF, arguments);                                                                   \
    }                                                                                                                                      \
    static void end_fault(struct simulation *simulation, void *self, const void *arguments)                                                \
    {                                                                                                                                      \
        (void)simulation;                                                                                                                  \
        fault_end(&((struct TYPE *)self)->faults, arguments);                                                                              \
    }
#define FAULT_ENDPOINT_ROWS                                                                                                                \
    FAULT_ROW("down", NULL, begin_fault, end_fault, "Every request that comes is answered with a server error."),                          \
        FAULT_ROW("errors", fault_errors_properties, begin_fault, end_fault,                                                               \
                  "That share of the requests is answered with a server error.")
#define FAULT_SLOW_ROW FAULT_ROW("slow", fault_slow_properties, begin_fault, end_fault, "What is begun takes longer by the factor.")

#endif
