/* run.h: runs all replications of a scenario on threads and merges what they measured, in the order of replications. */
#ifndef SLSIM_EXPERIMENT_RUN_H
#define SLSIM_EXPERIMENT_RUN_H

#include "engine/ledger.h"
#include "engine/simulation.h"
#include "measure/interval.h"
#include "measure/measure.h"
#include "scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One figure of summary.csv. */
struct figure {
    const char *resource;
    const struct metric_type *metric;
    const char *stat;
    const double *values;     /* one a replication; NaN where there is none; owned by the result */
    struct interval interval; /* of the mean, 95 % */
    bool is_total;            /* a type's sum over its resources: not a row of summary.csv */
};

/* One distribution of histograms.csv, summed over replications. Weights are counts, for gauges ns. */
struct figure_histogram {
    const char *resource;
    const struct metric_type *metric;
    const char *class_name; /* "cold", "warm" or "" */
    struct histogram histogram;
    size_t order; /* of the rows */
};

/* One row of cost.csv: means over replications. */
struct cost_line {
    uint32_t entity;
    const char *resource;
    const struct price *price;
    double quantity;
    double unit_price_usd; /* of the tier that this row is of; 0 in the free tier */
    bool at_plan_never;    /* no commitment covers it */
    double amount_usd;
    double monthly_amount_usd;
};

/* So many events a replication may take of a scenario with a loop that nothing stops, unless max_events says another number. */
#define RUN_ENDLESS_EVENTS UINT64_C(20000000)

struct run_result {
    const struct scenario *scenario; /* borrowed: must outlive the result */
    uint32_t replications;           /* that are complete; with a single one that ended early, that one as far as it came */
    uint32_t planned;                /* columns of the values below */
    enum status status;              /* STATUS_OK, or why it ended early: then only complete replications are in here */
    char *culprit;                   /* of STATUS_LIMIT by memory: what grew; else NULL */
    uint64_t event_count;            /* of all replications */
    uint64_t max_events;             /* of one; 0: as many as it takes */
    struct figure *figures;
    size_t figure_count;
    double *values; /* figures x planned */
    struct figure_histogram *histograms;
    size_t histogram_count, histogram_capacity;
    struct ledger *ledgers; /* one an entity, then one a part in the order of their creation; summed over replications, sorted */
    size_t ledger_count, ledger_capacity;
    char **part_names; /* of ledgers[entity_count] and on: "Api/async" */
    size_t part_capacity;
    struct cause_list causes; /* that the ledgers point at */
    double *observed;         /* expectations x planned: what each observed, in its metric's unit; NaN: nothing, or a cost */
    struct cost_line *cost;
    size_t cost_count;
    double month_usd; /* the whole bill of a month: the sum of the rows */
    double *months;   /* the same of each replication */
    struct interval month_interval;
};

struct run_options {
    uint32_t threads;           /* 0: all cores; 1 without `on_progress`: the calling one alone */
    uint32_t first_replication; /* the run's first is this one of the scenario's, from 0: for those who run some of them alone */
    uint64_t max_memory_bytes, max_events;
    enum event_queue_kind queue;
    /* The sink for one replication's periods, or NULL where none is wanted. Called from the replication's thread before it starts. May be
     * NULL. */
    const struct series_sink *(*sink)(void *context, uint32_t replication);
    void *sink_context;
    const struct tracer *tracer; /* follows replication 0; may be NULL */
    const atomic_bool *interrupted;
    /* Called from the calling thread about ten times a second with the share done in 0..1 and the requests made so far; may be NULL. */
    void (*on_progress)(void *context, double share, uint64_t calls);
    void *progress_context;
};

/* All replications of the scenario. On STATUS_OK, STATUS_LIMIT and STATUS_INTERRUPTED *result holds what is complete; NULL otherwise. */
enum status run_scenario(const struct scenario *scenario, const struct run_options *options, struct run_result **result);
void run_result_free(struct run_result *result);

/* The same in steps, for those who look at what they have before they ask for more: replications are the same whatever the steps, and
 * nothing depends on the number of threads. */
struct run;
/* `options` is copied, what it points at is borrowed. */
enum status run_begin(const struct scenario *scenario, const struct run_options *options, struct run **run);
/* Runs until `total` replications are complete, whatever number the scenario asks for. Once this was not STATUS_OK it stays so. */
enum status run_replicate(struct run *run, uint32_t total);
/* What is complete, between two steps: figures with their values and intervals, `months` and `month_interval`, and nothing else. Valid
 * until the next step. */
const struct run_result *run_so_far(const struct run *run);
/* Lets go of the run (which may be NULL) and hands out its result as run_scenario does. */
enum status run_end(struct run *run, struct run_result **result);

/* Whose ledger that is. */
const char *run_result_ledger_name(const struct run_result *result, size_t ledger);

/* The figure of that name; NULL when there is none. `stat` NULL: the metric's default. */
const struct figure *run_result_find(const struct run_result *result, const char *resource, const char *metric, const char *stat);

#endif
