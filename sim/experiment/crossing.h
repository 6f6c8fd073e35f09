/* crossing.h: where a figure of one variant becomes larger than that of another, as one setting goes from low to high. */
#ifndef SLSIM_EXPERIMENT_CROSSING_H
#define SLSIM_EXPERIMENT_CROSSING_H

#include "experiment/server.h"
#include "experiment/trial.h"
#include "scenario/axis.h"

struct crossing_request {
    const struct axis *axis; /* a range: its ends and its unit count, not its step */
    const char *const *sets; /* the other variant has these besides; */
    size_t set_count;
    const char *other_path;      /* or is another scenario; NULL: the same */
    const struct server *server; /* or servers; NULL: none */
    uint32_t replications;       /* of each of the two at each value */
};

struct crossing_point {
    double at;
    double *differences;                     /* this one's less the other's, by replication; owned */
    struct interval mine, other, difference; /* 95 %; the difference is paired */
    double servers;
};

struct crossing {
    struct crossing_point *points; /* owned; sorted */
    size_t count, capacity;
    bool found;
    double at, low, high; /* where the mean difference is 0; 95 % over replications, NaN with one */
    bool mine_below;      /* this one is the smaller below it */
    size_t changes;       /* of the sign over the whole range: more than one, and `at` is the first */
};

/* Figure 0 of the study. `crossing` is to be given to crossing_fini whatever comes back. */
enum status crossing_find(struct study *study, const struct crossing_request *request, struct crossing *crossing);
void crossing_fini(struct crossing *crossing);

#endif
