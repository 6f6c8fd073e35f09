/* sweep_run.c: units on threads. */
#include "experiment/parallel.h"
#include "experiment/sweep.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_POINT SIZE_MAX

/* A thread's own: the point that it loaded last, for the next replication is likely to be of it too. */
struct worker {
    size_t point;
    struct variant variant;
    char seed[24];
    char **sets;
    size_t set_count;
    struct sweep_values values;
};

struct sweeping {
    const struct sweep *sweep;
    struct worker *workers;
    size_t *pending; /* units that are not there yet, by number: point x replications + replication; owned */
    size_t pending_count;
    size_t all;
    pthread_mutex_t lock; /* of the diagnostics, and of keeping */
    struct diagnostics *diagnostics;
};

size_t sweep_point_count(const struct sweep *sweep)
{
    size_t points = sweep->plan->point_count;
    return points > sweep->shard ? (points - sweep->shard + sweep->shards - 1) / sweep->shards : 0;
}

size_t sweep_unit_count(const struct sweep *sweep)
{
    return sweep_point_count(sweep) * sweep->scenario->replications;
}

uint32_t sweep_threads(const struct sweep *sweep)
{
    return parallel_workers(sweep->options->threads, sweep_unit_count(sweep));
}

static void worker_clear(struct worker *worker)
{
    variant_fini(&worker->variant);
    sweep_plan_free_sets(worker->sets, worker->set_count);
    worker->sets = NULL;
    worker->set_count = 0;
    worker->point = NO_POINT;
}

static enum status worker_load(const struct sweep *sweep, struct worker *worker, size_t point, struct diagnostics *diagnostics)
{
    if (worker->point == point)
        return STATUS_OK;
    worker_clear(worker);
    struct variant_base base = sweep->base;
    if (sweep->plan->spec->independent) {
        (void)snprintf(worker->seed, sizeof worker->seed, "%llu", (unsigned long long)sweep_plan_seed(sweep->plan, point));
        base.seed = worker->seed;
    }
    enum status status = sweep_plan_sets(sweep->plan, point, &worker->sets, &worker->set_count);
    if (status == STATUS_OK)
        status = variant_load(&base, (const char *const *)worker->sets, worker->set_count, diagnostics, &worker->variant);
    if (status != STATUS_OK)
        return status;
    worker->variant.scenario->wants_totals |= sweep->scenario->wants_totals;
    worker->point = point;
    return STATUS_OK;
}

/* `*culprit`: what grew beyond the memory's limit; the caller frees. */
static enum status simulate(const struct sweep *sweep, struct worker *worker, uint32_t replication, char **culprit)
{
    struct run_options options = *sweep->options;
    struct run *run;
    struct run_result *result = NULL;
    options.threads = 1;
    options.first_replication = replication;
    options.on_progress = NULL;
    options.interrupted = NULL; /* a unit that runs is finished */
    enum status status = run_begin(worker->variant.scenario, &options, &run);
    if (status != STATUS_OK)
        return status;
    status = run_replicate(run, 1);
    if (status == STATUS_OK)
        status = sweep_values_take(sweep->figures, run_so_far(run), 0, &worker->values);
    const char *grew = run_so_far(run)->culprit;
    *culprit = grew ? strdup(grew) : NULL;
    (void)run_end(run, &result);
    run_result_free(result);
    return status;
}

static void tell_of_failure(const struct sweep *sweep, size_t point, uint32_t replication, enum status status, const char *culprit,
                            struct diagnostics *diagnostics)
{
    char described[300];
    const char *hint = "";
    if (status == STATUS_LIMIT)
        hint = "allow more with --max-memory or --max-events, and the same command goes on from here";
    else if (status == STATUS_INTERNAL)
        hint = "this is a fault of the program: please report it, with the scenario";
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "point %zu (%s), replication %u: %s%s%s", point + 1,
             sweep_plan_describe(sweep->plan, point, described, sizeof described), replication + 1, status_text(status),
             culprit ? ": " : "", culprit ? culprit : "");
}

static enum status run_unit(const struct sweep *sweep, struct worker *worker, size_t point, uint32_t replication,
                            struct diagnostics *diagnostics)
{
    char *culprit = NULL;
    enum status status = worker_load(sweep, worker, point, diagnostics);
    if (status == STATUS_OK)
        status = simulate(sweep, worker, replication, &culprit);
    if (status != STATUS_OK)
        tell_of_failure(sweep, point, replication, status, culprit, diagnostics);
    free(culprit);
    return status;
}

static enum status one(void *context, uint32_t index, size_t at)
{
    struct sweeping *sweeping = context;
    const struct sweep *sweep = sweeping->sweep;
    struct worker *worker = &sweeping->workers[index];
    size_t number = sweeping->pending[at], point = number / sweep->scenario->replications;
    uint32_t replication = (uint32_t)(number % sweep->scenario->replications);
    struct diagnostics diagnostics = {0};
    enum status status = run_unit(sweep, worker, point, replication, &diagnostics);
    pthread_mutex_lock(&sweeping->lock);
    if (status == STATUS_OK) {
        const struct sweep_unit unit = {point, replication, worker->variant.scenario->settings.seed, &worker->values};
        status = sweep->keep(sweep->context, &unit);
    } else {
        for (size_t i = 0; i < diagnostics.count; i++)
            if (diagnostics.list[i].severity == SEVERITY_ERROR)
                diagnose(sweeping->diagnostics, SEVERITY_ERROR, diagnostics.list[i].place, diagnostics.list[i].path,
                         diagnostics.list[i].hint, "%s", diagnostics.list[i].message);
    }
    pthread_mutex_unlock(&sweeping->lock);
    diagnostics_fini(&diagnostics);
    return status;
}

static enum status tick(void *context, size_t ended)
{
    const struct sweeping *sweeping = context;
    const struct sweep *sweep = sweeping->sweep;
    size_t before = sweeping->all - sweeping->pending_count;
    return sweep->tick ? sweep->tick(sweep->context, before + ended, sweeping->all, before) : STATUS_OK;
}

static void collect_pending(struct sweeping *sweeping)
{
    const struct sweep *sweep = sweeping->sweep;
    uint32_t replications = sweep->scenario->replications;
    for (size_t point = sweep->shard; point < sweep->plan->point_count; point += sweep->shards)
        for (uint32_t r = 0; r < replications; r++)
            if (!sweep->is_done || !sweep->is_done(sweep->context, point, r))
                sweeping->pending[sweeping->pending_count++] = point * replications + r;
}

enum status sweep_run(const struct sweep *sweep, struct diagnostics *diagnostics)
{
    struct sweeping sweeping = {.sweep = sweep, .diagnostics = diagnostics, .all = sweep_unit_count(sweep)};
    sweeping.pending = malloc((sweeping.all + 1) * sizeof *sweeping.pending);
    if (!sweeping.pending)
        return STATUS_NO_MEMORY;
    collect_pending(&sweeping);
    uint32_t workers = parallel_workers(sweep->options->threads, sweeping.pending_count);
    sweeping.workers = calloc(workers + 1u, sizeof *sweeping.workers);
    for (uint32_t i = 0; sweeping.workers && i < workers; i++)
        sweeping.workers[i].point = NO_POINT;
    pthread_mutex_init(&sweeping.lock, NULL);
    const struct parallel parallel = {.threads = workers,
                                      .count = sweeping.pending_count,
                                      .one = one,
                                      .tick = tick,
                                      .context = &sweeping,
                                      .stop = sweep->options->interrupted};
    enum status status = sweeping.workers ? parallel_run(&parallel) : STATUS_NO_MEMORY;
    for (uint32_t i = 0; sweeping.workers && i < workers; i++) {
        worker_clear(&sweeping.workers[i]);
        sweep_values_fini(&sweeping.workers[i].values);
    }
    pthread_mutex_destroy(&sweeping.lock);
    free(sweeping.workers);
    free(sweeping.pending);
    return status;
}

enum status sweep_run_unit(const struct sweep *sweep, size_t point, uint32_t replication, struct sweep_values *values,
                           struct diagnostics *diagnostics)
{
    struct worker worker = {.point = NO_POINT, .values = *values};
    enum status status = run_unit(sweep, &worker, point, replication, diagnostics);
    *values = worker.values;
    worker_clear(&worker);
    return status;
}
