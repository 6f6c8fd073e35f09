/* fault.h: what the scenario's `changes` can do to an entity for a while: it is down, slow, or fails at some rate. Faults may overlap: what
 * each of them does then happens at once. */
#ifndef SLSIM_ENGINE_FAULT_H
#define SLSIM_ENGINE_FAULT_H

#include "engine/model.h"

#include <stdbool.h>
#include <stdint.h>

enum fault_kind { FAULT_DOWN, FAULT_SLOW, FAULT_ERRORS, FAULT_LOST };

/* The arguments of one `fault`; the tables of scenario/property.h are by offsets into it. */
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
    uint32_t count, capacity;
};

/* What answers while it is down: a 5xx, which SDKs try again. */
extern const struct cause cause_service_down;

void fault_begin(struct simulation *simulation, struct fault_state *state, const struct fault *fault);
/* With what fault_begin was given. */
void fault_end(struct fault_state *state, const struct fault *fault);
void fault_fini(struct fault_state *state);

/* Rows of a model's actions. `begin` and `end` hand the arguments, a struct fault, to fault_begin and fault_end. */
#define FAULT_ROW(KIND, PROPERTIES, BEGIN, END, HELP)                                                                                      \
    {                                                                                                                                      \
        .verb = "fault", .kind = KIND, .properties = PROPERTIES, .size = sizeof(struct fault), .begin = BEGIN, .end = END, .help = HELP    \
    }

#endif
