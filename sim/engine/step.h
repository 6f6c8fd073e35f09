/* step.h: what a handler does, in order. Immutable, shared by replications. */
#ifndef SLSIM_ENGINE_STEP_H
#define SLSIM_ENGINE_STEP_H

#include "engine/distribution.h"

#include <stddef.h>

enum step_kind {
    STEP_CPU,         /* `time` on one full vCPU, scaled by the memory's share */
    STEP_WAIT,        /* `time` that memory does not change */
    STEP_PROBABILITY, /* with `probability`, the steps of branches[0] */
    STEP_PARALLEL     /* all branches at once: over when the slowest is */
};

struct step_list {
    struct step *steps;
    size_t count;
};

struct step {
    enum step_kind kind;
    const struct distribution *time; /* CPU, WAIT: ns */
    double parallel;                 /* CPU: the part that can use several vCPUs */
    double probability;
    struct step_list *branches;
    size_t branch_count;
};

#endif
