/* back_off.c: how long to wait before trying again. */
#include "engine/back_off.h"

#include "engine/sim_time.h"

#include <math.h>

/* Beyond so many failures every wait that grows at all is at its cap, or at the end of time. */
#define EARLIER_MOST 1000u

double back_off_full_ns(const struct back_off *back_off, uint32_t earlier)
{
    int times = (int)(earlier < EARLIER_MOST ? earlier : EARLIER_MOST);
    if (!(back_off->base_ns > 0))
        return 0; /* and not 0 times a factor beyond all numbers */
    double full_ns = back_off->factor == 2 ? ldexp(back_off->base_ns, times) : back_off->base_ns * pow(back_off->factor, times);
    return fmin(full_ns, back_off->cap_ns);
}

int64_t back_off_ns(const struct back_off *back_off, uint32_t earlier)
{
    return time_from_double(back_off_full_ns(back_off, earlier));
}

int64_t back_off_shortened_ns(double wait_ns, double jitter, struct stream *stream)
{
    return time_from_double(jitter > 0 ? wait_ns * (1 - jitter * stream_uniform(stream)) : wait_ns);
}
