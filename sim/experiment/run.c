/* run.c: replications on threads. */
#include "experiment/run.h"

#include "experiment/parallel.h"
#include "experiment/replicate.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A run that ended early, the only one: what it measured up to there. */
static bool is_worth_keeping(const struct run *run, enum status status)
{
    return status == STATUS_OK || (run->replications == 1 && (status == STATUS_LIMIT || status == STATUS_INTERRUPTED));
}

static void close_early(struct replication *replication)
{
    struct simulation *simulation = replication->simulation;
    simulation->end_ns = simulation->now_ns;
    (void)measure_boundary(replication->measure, simulation, simulation->now_ns);
}

static enum status one_replication(void *context, uint32_t worker, size_t index)
{
    struct run *run = context;
    struct replication replication;
    enum status status = replication_init(&replication, run, run->begun + (uint32_t)index);
    if (status == STATUS_OK) {
        pthread_mutex_lock(&run->lock);
        run->running[worker] = replication.simulation;
        pthread_mutex_unlock(&run->lock);
        status = simulation_run(replication.simulation);
        if (status != STATUS_OK && is_worth_keeping(run, status))
            close_early(&replication);
    }
    pthread_mutex_lock(&run->lock);
    run->running[worker] = NULL;
    run->calls += replication.simulation ? replication.simulation->call_count : 0;
    enum status kept = replication.measure && is_worth_keeping(run, status) ? keep_replication(run, &replication) : STATUS_OK;
    status = kept != STATUS_OK ? kept : status;
    if (status != STATUS_OK && run->status == STATUS_OK) {
        run->status = status;
        const char *culprit = replication.simulation ? replication.simulation->memory.culprit : NULL;
        run->result->culprit = culprit ? strdup(culprit) : NULL;
    }
    pthread_mutex_unlock(&run->lock);
    replication_fini(&replication);
    return status;
}

/* The share that is done, in 0..1. */
static enum status tell(void *context, size_t ended)
{
    struct run *run = context;
    double done = run->begun + (double)ended;
    pthread_mutex_lock(&run->lock);
    uint64_t calls = run->calls;
    for (uint32_t i = 0; i < run->workers; i++) {
        struct simulation *simulation = run->running[i];
        if (simulation)
            calls += atomic_load_explicit(&simulation->progress_calls, memory_order_relaxed);
        if (simulation && simulation->end_ns > 0)
            done += (double)atomic_load_explicit(&simulation->progress_ns, memory_order_relaxed) / (double)simulation->end_ns;
    }
    pthread_mutex_unlock(&run->lock);
    run->options->on_progress(run->options->progress_context, done / run->replications, calls);
    return STATUS_OK;
}

static enum status run_all(struct run *run)
{
    const struct parallel parallel = {.threads = run->options->threads,
                                      .count = run->replications - run->begun,
                                      .one = one_replication,
                                      .tick = run->options->on_progress ? tell : NULL,
                                      .context = run};
    run->workers = parallel_workers(parallel.threads, parallel.count);
    run->running = calloc(run->workers + 1u, sizeof *run->running);
    enum status status = run->running ? parallel_run(&parallel) : STATUS_NO_MEMORY;
    free(run->running);
    run->running = NULL;
    run->begun = run->replications;
    return run->status != STATUS_OK ? run->status : status;
}

static bool has_result(enum status status)
{
    return status == STATUS_OK || status == STATUS_LIMIT || status == STATUS_INTERRUPTED;
}

enum status run_begin(const struct scenario *scenario, const struct run_options *options, struct run **run)
{
    struct run *made = calloc(1, sizeof *made);
    struct run_result *result = calloc(1, sizeof *result);
    *run = NULL;
    if (!made || !result) {
        free(made);
        free(result);
        return STATUS_NO_MEMORY;
    }
    *made = (struct run){.scenario = scenario, .kept_options = *options, .settings = scenario->settings, .result = result};
    made->options = &made->kept_options;
    made->settings.queue = options->queue;
    made->settings.max_events = options->max_events == 0 && scenario->endless ? RUN_ENDLESS_EVENTS : options->max_events;
    result->max_events = made->settings.max_events;
    made->settings.max_memory_bytes = options->max_memory_bytes;
    made->settings.interrupted = options->interrupted;
    result->scenario = scenario;
    pthread_mutex_init(&made->lock, NULL);
    *run = made;
    return STATUS_OK;
}

enum status run_replicate(struct run *run, uint32_t total)
{
    if (run->status != STATUS_OK || total <= run->replications)
        return run->status;
    enum status status = keep_grow(run, total);
    if (status == STATUS_OK)
        status = run_all(run);
    if (has_result(status)) {
        enum status looked = keep_look(run);
        status = looked != STATUS_OK ? looked : status;
    }
    run->status = status;
    run->result->status = status;
    return status;
}

const struct run_result *run_so_far(const struct run *run)
{
    return run->result;
}

enum status run_end(struct run *run, struct run_result **result)
{
    *result = NULL;
    if (!run)
        return STATUS_OK;
    enum status status = run->status;
    if (has_result(status)) {
        enum status summed = keep_sum_up(run);
        status = summed != STATUS_OK ? summed : status;
    }
    run->result->status = status;
    if (has_result(status))
        *result = run->result;
    else
        run_result_free(run->result);
    pthread_mutex_destroy(&run->lock);
    free(run->lines);
    free(run->quantities);
    free(run->histogram_at);
    free(run);
    return status;
}

enum status run_scenario(const struct scenario *scenario, const struct run_options *options, struct run_result **result)
{
    struct run *run;
    *result = NULL;
    enum status status = run_begin(scenario, options, &run);
    if (status != STATUS_OK)
        return status;
    (void)run_replicate(run, scenario->replications);
    return run_end(run, result);
}

void run_result_free(struct run_result *result)
{
    if (!result)
        return;
    for (size_t i = 0; i < result->histogram_count; i++)
        histogram_fini(&result->histograms[i].histogram);
    for (size_t i = 0; i < result->ledger_count; i++) {
        ledger_fini(&result->ledgers[i]);
        if (i >= result->scenario->entity_count)
            free(result->part_names[i - result->scenario->entity_count]);
    }
    free(result->part_names);
    cause_list_fini(&result->causes);
    free(result->histograms);
    free(result->ledgers);
    free(result->figures);
    free(result->values);
    free(result->observed);
    free(result->months);
    free(result->cost);
    free(result->culprit);
    free(result);
}

const char *run_result_ledger_name(const struct run_result *result, size_t ledger)
{
    size_t entities = result->scenario->entity_count;
    return ledger < entities ? result->scenario->entities[ledger].name : result->part_names[ledger - entities];
}

const struct figure *run_result_find(const struct run_result *result, const char *resource, const char *metric, const char *stat)
{
    for (size_t i = 0; i < result->figure_count; i++) {
        const struct figure *figure = &result->figures[i];
        if (strcmp(figure->resource, resource) == 0 && strcmp(figure->metric->name, metric) == 0 &&
            strcmp(figure->stat, stat ? stat : metric_default_stat(figure->metric)) == 0)
            return figure;
    }
    return NULL;
}
