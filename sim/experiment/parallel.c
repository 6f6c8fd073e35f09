/* parallel.c: a pool of threads. */
#include "experiment/parallel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct pool {
    const struct parallel *parallel;
    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t change;
    size_t next, ended;
    enum status status; /* the first bad one */
    uint32_t working;   /* workers that have not returned */
};

struct worker {
    struct pool *pool;
    uint32_t index;
    pthread_t thread;
};

/* Under the lock. */
static bool take(struct pool *pool, size_t *index)
{
    const struct parallel *parallel = pool->parallel;
    if (pool->status != STATUS_OK || pool->next == parallel->count)
        return false;
    if (parallel->stop && atomic_load_explicit(parallel->stop, memory_order_relaxed)) {
        pool->status = STATUS_INTERRUPTED;
        return false;
    }
    *index = pool->next++;
    return true;
}

static void *work(void *argument)
{
    const struct worker *worker = argument;
    struct pool *pool = worker->pool;
    size_t index;
    pthread_mutex_lock(&pool->lock);
    while (take(pool, &index)) {
        pthread_mutex_unlock(&pool->lock);
        enum status status = pool->parallel->one(pool->parallel->context, worker->index, index);
        pthread_mutex_lock(&pool->lock);
        pool->ended++;
        if (status != STATUS_OK && pool->status == STATUS_OK)
            pool->status = status;
    }
    pool->working--;
    pthread_cond_signal(&pool->change);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Waits until all workers have returned, telling about progress ten times a second. */
static void wait_for_workers(struct pool *pool)
{
    const struct parallel *parallel = pool->parallel;
    bool working = true;
    enum status status = STATUS_OK;
    while (working) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 100 * 1000 * 1000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_mutex_lock(&pool->lock);
        if (pool->working > 0)
            pthread_cond_timedwait(&pool->change, &pool->lock, &until);
        working = pool->working > 0;
        size_t ended = pool->ended;
        pthread_mutex_unlock(&pool->lock);
        if (status == STATUS_OK && parallel->tick)
            status = parallel->tick(parallel->context, ended);
        if (status == STATUS_OK)
            continue;
        pthread_mutex_lock(&pool->lock);
        if (pool->status == STATUS_OK)
            pool->status = status;
        pthread_mutex_unlock(&pool->lock);
    }
}

uint32_t parallel_workers(uint32_t threads, size_t count)
{
    if (threads == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        threads = cores > 0 && cores < 4096 ? (uint32_t)cores : 1;
    }
    return threads < count ? threads : (uint32_t)count;
}

static enum status run_threads(struct pool *pool, struct worker *workers, uint32_t count)
{
    uint32_t started = 0;
    pool->working = count;
    for (; started < count; started++) {
        workers[started] = (struct worker){.pool = pool, .index = started};
        if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0)
            break;
    }
    pthread_mutex_lock(&pool->lock);
    pool->working -= count - started;
    pthread_mutex_unlock(&pool->lock);
    wait_for_workers(pool);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    return started > 0 || count == 0 ? pool->status : STATUS_NO_MEMORY;
}

enum status parallel_run(const struct parallel *parallel)
{
    struct pool pool = {.parallel = parallel};
    uint32_t count = parallel_workers(parallel->threads, parallel->count);
    struct worker *workers = calloc(count + 1u, sizeof *workers);
    if (!workers)
        return STATUS_NO_MEMORY;
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.change, NULL);
    enum status status;
    if (count == 1 && !parallel->tick) {
        workers[0] = (struct worker){.pool = &pool};
        pool.working = 1;
        (void)work(&workers[0]);
        status = pool.status;
    } else {
        status = run_threads(&pool, workers, count);
    }
    pthread_cond_destroy(&pool.change);
    pthread_mutex_destroy(&pool.lock);
    free(workers);
    return status;
}
