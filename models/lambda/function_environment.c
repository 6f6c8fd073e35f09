/* function_environment.c: environments from creation to their end: keep-alive, recycling, reset.
 * Keep-alive costs one event per environment and keep-alive, not one per release: the pending event looks when the environment is due by
 * then and moves on. Source: rules idle_keep_alive_*, env_max_lifetime (measured; AWS documents neither), reset_on_failure. */
#include "function.h"

struct environment *environment_create(struct simulation *simulation, struct function *function)
{
    uint32_t id = pool_take(&function->environments);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return NULL;
    }
    int64_t lifetime_ns = function->lifetime_ns;
    if (lifetime_ns < 0) {
        stream_at(&function->streams.lifetime, function->environment_ordinal, 0);
        lifetime_ns = distribution_sample_ns(function->config.max_lifetime.drawn, &function->streams.lifetime.rng);
    }
    struct environment *environment = pool_at(&function->environments, id);
    *environment = (struct environment){
        .id = id,
        .retires_ns = time_add(simulation->now_ns, lifetime_ns),
        .event_ns = TIME_FOREVER,
        .ordinal = function->environment_ordinal++,
        .state = ENVIRONMENT_BUSY,
    };
    if (function->procedure)
        procedure_forget(function->procedure, id);
    counter_add(&function->metrics.created, 1);
    gauge_add(&function->metrics.environments, simulation->now_ns, 1);
    return environment;
}

/* It is there, but not for requests, until what it has to do at its end is done: rules shutdown_*. */
static void shut_down(struct simulation *simulation, struct function *function, const struct environment *environment)
{
    int64_t limit_ns = function->shutdown_limit_ns, shutdown_ns = limit_ns;
    if (function->config.shutdown) {
        stream_at(&function->streams.shutdown, environment->ordinal, 0);
        shutdown_ns = distribution_sample_ns(function->config.shutdown, &function->streams.shutdown.rng);
    }
    shutdown_ns = shutdown_ns < limit_ns ? shutdown_ns : limit_ns;
    int64_t steps = (shutdown_ns + function->billing_step_ns - 1) / function->billing_step_ns;
    if (function->shutdown_billed)
        counter_add(environment->provisioned ? &function->metrics.provisioned_mb_ms : &function->metrics.billed_mb_ms,
                    (uint64_t)steps * function->billing_step_ms * (uint64_t)function->config.memory_mb);
    simulation_schedule(simulation, function->self, FUNCTION_SHUT, RANK_EXPIRY, time_add(simulation->now_ns, shutdown_ns), 0);
}

void environment_destroy(struct simulation *simulation, struct function *function, struct environment *environment)
{
    environment->state = ENVIRONMENT_GONE; /* a pending event will find it so */
    counter_add(&function->metrics.expired, 1);
    if (function->shutdown_limit_ns > 0)
        shut_down(simulation, function, environment);
    else
        gauge_add(&function->metrics.environments, simulation->now_ns, -1);
    pool_give(&function->environments, environment->id);
}

void environment_lose(struct simulation *simulation, struct function *function, struct environment *environment, bool event_pending)
{
    environment->state = event_pending ? ENVIRONMENT_LOST : ENVIRONMENT_GONE;
    counter_add(&function->metrics.lost, 1);
    gauge_add(&function->metrics.environments, simulation->now_ns, -1);
    if (!event_pending)
        pool_give(&function->environments, environment->id);
}

void environment_look_by(struct simulation *simulation, struct function *function, struct environment *environment, int64_t at_ns)
{
    if (at_ns >= environment->event_ns)
        return; /* the earlier event will look again */
    environment->event_ns = at_ns;
    simulation_schedule(simulation, function->self, FUNCTION_EXPIRE, RANK_EXPIRY, at_ns, environment->id);
}

/* The next instant at which something ends or may end the idle environment. */
static int64_t next_end_ns(const struct environment *environment)
{
    return environment->due_ns < environment->retires_ns ? environment->due_ns : environment->retires_ns;
}

/* One place in the stream for each time of being idle: the instant and the environment, mixed well into the 44 bits that there are (two
 * rounds of multiplying by 2^64 / golden ratio; one would leave the environments of one instant apart in high bits only). */
static uint64_t idle_item(const struct environment *environment, int64_t now_ns)
{
    uint64_t mixed = ((uint64_t)now_ns ^ (uint64_t)environment->ordinal << 32) * UINT64_C(0x9e3779b97f4a7c15);
    return (mixed ^ mixed >> 32) * UINT64_C(0x9e3779b97f4a7c15) >> 20;
}

static int64_t keep_alive_ns(struct function *function, const struct environment *environment, int64_t now_ns)
{
    if (function->keep_alive_ns >= 0)
        return function->keep_alive_ns;
    const struct lifetime *keep_alive = &function->config.keep_alive;
    if (keep_alive->kind == LIFETIME_HALVING)
        return keep_alive->halving_ns;
    stream_at(&function->streams.keep_alive, idle_item(environment, now_ns), 0);
    return distribution_sample_ns(keep_alive->drawn, &function->streams.keep_alive.rng);
}

void environment_release(struct simulation *simulation, struct function *function, struct environment *environment)
{
    if (environment->provisioned) {
        provisioned_release(simulation, function, environment);
        return;
    }
    int64_t now_ns = simulation->now_ns;
    int64_t keep_ns = keep_alive_ns(function, environment, now_ns);
    if (now_ns >= environment->retires_ns) {
        environment_destroy(simulation, function, environment);
        return;
    }
    environment->state = ENVIRONMENT_IDLE;
    environment->due_ns = time_add(now_ns, keep_ns);
    if (!idle_set_add(&function->idle, environment)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    gauge_add(&function->metrics.idle, now_ns, 1);
    environment_look_by(simulation, function, environment, next_end_ns(environment));
}

/* At the end of each halving time an idle environment goes: surely if it is the only idle one, else with probability 1/2. */
static bool survives_halving(struct function *function, struct environment *environment, int64_t now_ns)
{
    if (function->config.keep_alive.kind != LIFETIME_HALVING || function->idle.count <= 1 || now_ns >= environment->retires_ns)
        return false;
    stream_at(&function->streams.keep_alive, idle_item(environment, now_ns), 1);
    if (stream_uniform(&function->streams.keep_alive) < 0.5)
        return false;
    environment->due_ns = time_add(now_ns, function->config.keep_alive.halving_ns);
    return true;
}

void environments_drop_idle(struct simulation *simulation, struct function *function, uint32_t count)
{
    for (; count > 0 && function->idle.count > 0; count--) {
        struct environment *environment = idle_set_next(&function->idle, 0);
        idle_set_remove(&function->idle, environment);
        gauge_add(&function->metrics.idle, simulation->now_ns, -1);
        environment_destroy(simulation, function, environment);
    }
}

void environment_expire(struct simulation *simulation, struct function *function, struct environment *environment)
{
    if (environment->state == ENVIRONMENT_GONE || environment->event_ns != simulation->now_ns)
        return; /* of an environment that is no more, or a later one in its place */
    environment->event_ns = TIME_FOREVER;
    if (environment->state == ENVIRONMENT_BUSY) {
        (void)function_steps_expired(simulation, function, environment); /* else its release schedules the next */
        return;
    }
    if (environment->state != ENVIRONMENT_IDLE)
        return;
    if (environment->provisioned && environment->retires_ns <= simulation->now_ns) {
        provisioned_recycle(simulation, function, environment);
        return;
    }
    if (next_end_ns(environment) > simulation->now_ns || survives_halving(function, environment, simulation->now_ns)) {
        environment_look_by(simulation, function, environment, next_end_ns(environment));
        return;
    }
    idle_set_remove(&function->idle, environment);
    gauge_add(&function->metrics.idle, simulation->now_ns, -1);
    environment_destroy(simulation, function, environment);
}
