/* sim_time.h: simulated time is int64_t nanoseconds since the simulation's zero. Durations are rounded once, where they are
 * drawn; everything after that is integer arithmetic. */
#ifndef SLSIM_ENGINE_SIM_TIME_H
#define SLSIM_ENGINE_SIM_TIME_H

#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_HOUR (3600 * NS_PER_S)
#define NS_PER_DAY (24 * NS_PER_HOUR)

/* Later than every event: "never". Sums with it must go through time_add. */
#define TIME_FOREVER INT64_MAX

/* Products of levels and times outgrow 64 bits (100,000 environments for a month of nanoseconds), so integrals use 128. */
__extension__ typedef __int128 int128; /* the one typedef of the tree: C has no other portable name for it */

/* a + b for non-negative times, saturating at TIME_FOREVER. */
static inline int64_t time_add(int64_t a_ns, int64_t b_ns)
{
    uint64_t sum_ns = (uint64_t)a_ns + (uint64_t)b_ns;
    return sum_ns > TIME_FOREVER ? TIME_FOREVER : (int64_t)sum_ns;
}

/* Nanoseconds nearest to `ns` (ties away from zero), clamped to [0, TIME_FOREVER]; NaN gives 0. */
static inline int64_t time_from_double(double ns)
{
    if (!(ns > 0))
        return 0;
    if (ns >= 9.2233720368547748e18)
        return TIME_FOREVER;
    return (int64_t)(ns + 0.5);
}

static inline double time_to_seconds(int64_t ns)
{
    return (double)ns / 1e9;
}

#endif
