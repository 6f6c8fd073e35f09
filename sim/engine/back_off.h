/* back_off.h: waits that grow from failure to failure, up to a cap, and may be shortened by chance. */
#ifndef SLSIM_ENGINE_BACK_OFF_H
#define SLSIM_ENGINE_BACK_OFF_H

#include "engine/random.h"

#include <stdint.h>

struct back_off {
    double base_ns; /* after the first failure */
    double factor;  /* from each wait to the next */
    double cap_ns;  /* no wait is longer */
};

/* The wait after so many earlier failures (0: this was the first), as it is before chance shortens it. */
double back_off_full_ns(const struct back_off *back_off, uint32_t earlier);
/* The same, rounded. */
int64_t back_off_ns(const struct back_off *back_off, uint32_t earlier);

/* `wait_ns` less up to the share `jitter` of it, by a draw of `stream`; with a jitter of 0 nothing is drawn. */
int64_t back_off_shortened_ns(double wait_ns, double jitter, struct stream *stream);

#endif
