/* function_idle.c: environments between two invocations: keep-alive, recycling, reset.
 * Keep-alive costs one event per environment and keep-alive, not one per release: the pending event looks when the environment is due by
 * then and moves on. Source: rules idle_keep_alive_*, env_max_lifetime (measured; AWS documents neither), reset_on_failure. */
#include "function_idle.h"

#include "function_environment.h"
#include "provisioned.h"

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
    if (!idle_set_add(function_idle_in(function, environment->region), environment)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    gauge_add(&function->metrics.idle, now_ns, 1);
    environment_look_by(simulation, function, environment, next_end_ns(environment));
}

/* At the end of each halving time an idle environment goes: surely if it is the only idle one, else with probability 1/2. */
static bool survives_halving(struct function *function, struct environment *environment, int64_t now_ns)
{
    const struct idle_set *idle = function_idle_in(function, environment->region);
    if (function->config.keep_alive.kind != LIFETIME_HALVING || idle->count <= 1 || now_ns >= environment->retires_ns)
        return false;
    stream_at(&function->streams.keep_alive, idle_item(environment, now_ns), 1);
    if (stream_uniform(&function->streams.keep_alive) < 0.5)
        return false;
    environment->due_ns = time_add(now_ns, function->config.keep_alive.halving_ns);
    return true;
}

void environments_drop_idle(struct simulation *simulation, struct function *function)
{
    for (uint32_t place = 0; place < (function->elsewhere ? EDGE_PLACES_MAX : 1); place++) {
        struct idle_set *idle = function_idle_in(function, place);
        while (idle->count > 0) {
            struct environment *environment = idle_set_next(idle, 0);
            idle_set_remove(idle, environment);
            gauge_add(&function->metrics.idle, simulation->now_ns, -1);
            environment_destroy(simulation, function, environment);
        }
    }
}

void environment_expire(struct simulation *simulation, struct function *function, struct environment *environment)
{
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
    idle_set_remove(function_idle_in(function, environment->region), environment);
    gauge_add(&function->metrics.idle, simulation->now_ns, -1);
    environment_destroy(simulation, function, environment);
}
