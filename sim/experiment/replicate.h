/* replicate.h: one replication, and what is kept of all of them. Private to this folder. */
#ifndef SLSIM_EXPERIMENT_REPLICATE_H
#define SLSIM_EXPERIMENT_REPLICATE_H

#include "experiment/run.h"
#include "experiment/windows.h"
#include "measure/bill.h"

#include <pthread.h>

/* What the threads of one run share. */
struct run {
    const struct scenario *scenario;
    struct run_options kept_options;
    const struct run_options *options;   /* these */
    struct simulation_settings settings; /* the scenario's, with the options' */
    struct run_result *result;
    uint32_t replications;   /* so far to be run: the columns of what is kept */
    uint32_t months;         /* replications whose bill is worked out */
    pthread_mutex_t lock;    /* of everything below */
    struct bill_line *lines; /* the bill's; the same in every replication */
    size_t line_count;
    int64_t measured_ns;         /* of a replication: from the warm-up's end to the end of `duration`, or where it was stopped */
    double *quantities;          /* lines x replications */
    size_t *histogram_at;        /* 2 x slots: where in the result each class's histogram is; SIZE_MAX: not yet */
    bool parts_differ;           /* two replications have other parts, or the same in another order */
    uint32_t begun;              /* replications of the steps before */
    enum status status;          /* of the steps so far */
    struct simulation **running; /* by worker; NULL while it has none */
    uint32_t workers;
    uint64_t calls; /* requests of replications that are over */
};

/* The sum over all resources of a type: a blob like theirs, of which only the metrics are used. */
struct type_total {
    const struct model_type *type;
    void *blob; /* owned */
};

/* One replication with what hangs on it. */
struct replication {
    struct run *run;
    uint32_t index;  /* its chance */
    uint32_t column; /* its place in what is kept */
    struct simulation *simulation;
    struct measure *measure;
    struct type_total *totals; /* owned */
    size_t total_count, total_capacity;
    struct windows *windows; /* of the expectations with from and until */
};

/* `replication` is to be given to replication_fini whatever comes back. */
enum status replication_init(struct replication *replication, struct run *run, uint32_t column);
void replication_fini(struct replication *replication);

/* Takes what is to be kept of a replication that is over; under the run's lock. */
enum status keep_replication(struct run *run, const struct replication *replication);
/* Makes room for replications up to `total`, before they begin. */
enum status keep_grow(struct run *run, uint32_t total);
/* When all so far are over: intervals, and each replication's bill. */
enum status keep_look(struct run *run);
/* When there will be no more: order, the bill's lines. */
enum status keep_sum_up(struct run *run);

#endif
