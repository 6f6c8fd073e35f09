/* run.c: replications on threads. */
#include "experiment/run.h"

#include "experiment/replicate.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

static void one_replication(struct run *run, uint32_t index, uint32_t worker)
{
    struct replication replication;
    enum status status = replication_init(&replication, run, index);
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
    enum status kept = replication.measure && is_worth_keeping(run, status) ? keep_replication(run, &replication) : STATUS_OK;
    status = kept != STATUS_OK ? kept : status;
    if (status != STATUS_OK && run->status == STATUS_OK) {
        run->status = status;
        const char *culprit = replication.simulation ? replication.simulation->memory.culprit : NULL;
        run->result->culprit = culprit ? strdup(culprit) : NULL;
    }
    run->ended++;
    pthread_cond_signal(&run->change);
    pthread_mutex_unlock(&run->lock);
    replication_fini(&replication);
}

struct worker {
    struct run *run;
    uint32_t index;
    pthread_t thread;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct run *run = worker->run;
    for (;;) {
        pthread_mutex_lock(&run->lock);
        bool more = run->status == STATUS_OK && run->next < run->replications;
        uint32_t index = more ? run->next++ : 0;
        pthread_mutex_unlock(&run->lock);
        if (!more)
            return NULL;
        one_replication(run, index, worker->index);
    }
}

/* The share that is done, in 0..1; under the lock. */
static double share_done(const struct run *run, uint32_t workers)
{
    double done = run->ended;
    for (uint32_t i = 0; i < workers; i++) {
        struct simulation *simulation = run->running[i];
        if (simulation && simulation->end_ns > 0)
            done += (double)atomic_load_explicit(&simulation->progress_ns, memory_order_relaxed) / (double)simulation->end_ns;
    }
    return done / run->replications;
}

/* Waits until no replication is left, telling about progress ten times a second. */
static void wait_for_workers(struct run *run, uint32_t workers)
{
    const struct run_options *options = run->options;
    pthread_mutex_lock(&run->lock);
    while (run->status == STATUS_OK ? run->ended < run->replications : run->ended < run->next) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 100 * 1000 * 1000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&run->change, &run->lock, &until);
        if (!options->on_progress)
            continue;
        double share = share_done(run, workers);
        pthread_mutex_unlock(&run->lock);
        options->on_progress(options->progress_context, share);
        pthread_mutex_lock(&run->lock);
    }
    pthread_mutex_unlock(&run->lock);
}

static uint32_t worker_count(const struct run *run)
{
    uint32_t count = run->options->threads;
    if (count == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        count = cores > 0 && cores < 4096 ? (uint32_t)cores : 1;
    }
    uint32_t left = run->replications - run->next;
    return count < left ? count : left;
}

static enum status run_all(struct run *run)
{
    uint32_t count = worker_count(run), started = 0;
    struct worker *workers = calloc(count, sizeof *workers);
    run->running = calloc(count, sizeof *run->running);
    if (!workers || !run->running) {
        free(workers);
        free(run->running);
        run->running = NULL;
        return STATUS_NO_MEMORY;
    }
    for (; started < count; started++) {
        workers[started] = (struct worker){.run = run, .index = started};
        if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0)
            break;
    }
    if (started > 0)
        wait_for_workers(run, started);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    free(workers);
    free(run->running);
    run->running = NULL;
    return started > 0 ? run->status : STATUS_NO_MEMORY;
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
    made->settings.max_events = options->max_events;
    made->settings.max_memory_bytes = options->max_memory_bytes;
    made->settings.interrupted = options->interrupted;
    result->scenario = scenario;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->change, NULL);
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
    pthread_cond_destroy(&run->change);
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
    for (size_t i = 0; i < result->cause_count; i++) {
        free((char *)(uintptr_t)result->causes[i]->text);
        free(result->causes[i]);
    }
    free(result->causes);
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
