/* verify.h: judges a scenario's `expect`. */
#ifndef SLSIM_EXPERIMENT_VERIFY_H
#define SLSIM_EXPERIMENT_VERIFY_H

#include "experiment/run.h"

struct verdict {
    const struct expectation *expectation; /* borrowed */
    bool holds;
    bool straddles;   /* with replications: the interval holds the bound, so the verdict may be chance */
    double observed;  /* the mean over replications, in the metric's unit; NaN: nothing was observed */
    double low, high; /* 95 %; NaN with one replication */
    const char *unit; /* borrowed */
};

struct verdicts {
    struct verdict *list;
    size_t count;
    bool all_hold;
};

/* Does the comparison hold of `observed`, in the metric's unit? Never of NaN. */
bool expectation_holds(const struct expectation *expectation, double observed);
/* Does any of its bounds lie inside the interval? Then chance may have decided. */
bool expectation_straddles(const struct expectation *expectation, double low, double high);

/* Runs the scenario and judges each expectation. */
enum status verify_scenario(const struct scenario *scenario, const struct run_options *options, struct verdicts *verdicts,
                            struct run_result **result);
/* The same of a result that is there already. */
enum status verify_result(const struct run_result *result, struct verdicts *verdicts);
void verdicts_fini(struct verdicts *verdicts);

#endif
