/* progress.h: how far a run is, on a terminal, on one line that is gone when the run is over. */
#ifndef SLSIM_OUTPUT_PROGRESS_H
#define SLSIM_OUTPUT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

struct progress {
    FILE *terminal; /* NULL: says nothing */
    struct timespec began;
    bool shown;
    size_t width;         /* of a line; 0: not known */
    int64_t simulated_ns; /* of one replication, to be told of; 0: nothing is told of it */
};

/* `out` says something only where it is a terminal. */
void progress_init(struct progress *progress, FILE *out);
/* For run_options.on_progress, with the progress as context; `share` in 0..1; `calls`: requests simulated so far, 0: nothing is told of
 * them. */
void progress_show(void *context, double share, uint64_t calls);
/* Erases the line. */
void progress_fini(struct progress *progress);

#endif
