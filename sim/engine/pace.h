/* pace.h: so much a time and no more, without a refusal: what is over waits. Each that is let through costs time; what was not used is kept
 * up to a burst. */
#ifndef SLSIM_ENGINE_PACE_H
#define SLSIM_ENGINE_PACE_H

#include "engine/sim_time.h"

#include <stdint.h>

struct pace {
    int64_t spent_ns; /* the costs until now end here */
};

/* When the next may go, where costs of `burst_ns` may come at once: in the past where it is late. */
static inline int64_t pace_next_ns(const struct pace *pace, int64_t burst_ns)
{
    return pace->spent_ns - burst_ns;
}

/* One that costs `cost_ns` was let through at `now_ns`, or will be as soon as it may. */
static inline void pace_spend(struct pace *pace, int64_t now_ns, int64_t cost_ns)
{
    pace->spent_ns = time_add(pace->spent_ns > now_ns ? pace->spent_ns : now_ns, cost_ns);
}

#endif
