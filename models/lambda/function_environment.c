/* function_environment.c: environments are made, looked at again, lost, shut down.
 * Source: rules env_max_lifetime (measured; AWS documents none), shutdown_*. */
#include "function_environment.h"

#include "function_connect.h"
#include "function_network.h"

struct environment *environment_create(struct simulation *simulation, struct function *function, const struct network_stand *stand)
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
        .subnet = stand->subnet,
        .attaching = stand->waits,
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

/* What it had goes with it. */
static void let_go(struct simulation *simulation, struct function *function, struct environment *environment)
{
    function_leave_links(simulation, function, environment);
    if (function->procedure)
        procedure_forget_kept(simulation, function->procedure, environment->id);
    function_network_leave(simulation, function, environment);
}

void environment_destroy(struct simulation *simulation, struct function *function, struct environment *environment)
{
    let_go(simulation, function, environment);
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
    let_go(simulation, function, environment);
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

double reuse_chance(struct function *function, const struct request *request)
{
    if (function->config.reuse != REUSE_RANDOM)
        return 0;
    stream_at(&function->streams.reuse, request->item, request->attempt);
    return stream_uniform(&function->streams.reuse);
}
