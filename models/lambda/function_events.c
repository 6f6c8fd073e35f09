/* function_events.c: which event and which answer of a function belongs to whom. */
#include "function_events.h"

#include "deployment.h"
#include "function_connect.h"
#include "function_end.h"
#include "function_idle.h"
#include "function_network.h"
#include "function_steps.h"
#include "provisioned.h"

void function_prefetch(const struct simulation *simulation, const void *self, const struct event *event, bool near)
{
    const struct function *function = self;
    if (event->kind >= FUNCTION_ASYNC)
        return;
    const struct environment *environment = pool_at(&function->environments, event->data);
    if (!near)
        __builtin_prefetch(environment, 1);
    else if (event->kind == FUNCTION_COMPLETE)
        __builtin_prefetch(request_at(simulation, environment->request), 1);
}

/* A fault has taken the environment that the event names: its place is free from here on. */
static bool was_lost(struct function *function, uint32_t id)
{
    struct environment *environment = pool_at(&function->environments, id);
    if (__builtin_expect(environment->state != ENVIRONMENT_LOST, 1))
        return false;
    environment->state = ENVIRONMENT_GONE;
    pool_give(&function->environments, id);
    return true;
}

/* The time has come for which environment_look_by asked. */
static void look_again(struct simulation *simulation, struct function *function, struct environment *environment)
{
    if (environment->state == ENVIRONMENT_GONE || environment->event_ns != simulation->now_ns)
        return; /* of an environment that is no more, or a later one in its place */
    environment->event_ns = TIME_FOREVER;
    if (environment->state == ENVIRONMENT_BUSY)
        function_steps_expired(simulation, function, environment); /* else its release schedules the next */
    else
        environment_expire(simulation, function, environment);
}

void function_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct function *function = self;
    switch ((enum function_event)event->kind) {
    case FUNCTION_COMPLETE:
        if (!was_lost(function, event->data))
            function_complete(simulation, function, pool_at(&function->environments, event->data));
        return;
    case FUNCTION_FINISHED:
        if (!was_lost(function, event->data))
            function_finished(simulation, function, pool_at(&function->environments, event->data));
        return;
    case FUNCTION_SHUT:
        gauge_add(&function->metrics.environments, simulation->now_ns, -1);
        return;
    case FUNCTION_EXPIRE:
        look_again(simulation, function, pool_at(&function->environments, event->data));
        return;
    case FUNCTION_ASYNC:
        delivery_handle(simulation, &function->async, event);
        return;
    case FUNCTION_ALLOCATED:
        provisioned_allocated(simulation, function, event->data);
        return;
    case FUNCTION_STARTED:
        if (!was_lost(function, event->data))
            provisioned_started(simulation, function, pool_at(&function->environments, event->data));
        return;
    case FUNCTION_PAID:
        provisioned_paid(simulation, function, event->data);
        return;
    case FUNCTION_DEPLOYMENT:
        deployment_handle(simulation, function, event);
        return;
    case FUNCTION_CREATED:
        function_network_made(simulation, function);
        return;
    case FUNCTION_PACKET:
        function_network_packet(simulation, function, event->data);
        return;
    case FUNCTION_PROCEDURE:
        break;
    }
    procedure_handle(simulation, function->procedure, event);
}

void function_done(struct simulation *simulation, void *self, struct request *request)
{
    struct function *function = self;
    if (procedure_sent(request)) {
        if (__builtin_expect(request->cause->disconnects, 0))
            function_connection_lost(simulation, function, request);
        procedure_answered(simulation, function->procedure, request);
    } else if (deployment_sent(request))
        deployment_answered(simulation, function, request);
    else
        delivery_answered(simulation, &function->async, request);
}

/* Little's law as an identity: the integral of the level is the sum of the times, to the nanosecond. */
enum status function_finish(struct simulation *simulation, void *self)
{
    struct function *function = self;
    int128 busy_ns = function->busy_ns;
    int64_t in_flight = 0, finishing = 0;
    for (uint32_t id = 0; id < function->environments.fresh; id++) {
        const struct environment *environment = pool_at(&function->environments, id);
        if (environment->state == ENVIRONMENT_FINISHING) {
            busy_ns += simulation->now_ns - environment->began_ns;
            finishing++;
        }
        if (environment->state != ENVIRONMENT_BUSY)
            continue;
        busy_ns += simulation->now_ns - request_at(simulation, environment->request)->sent_ns;
        in_flight++;
    }
    simulation_in_flight(simulation, function->self, (uint64_t)in_flight);
    delivery_finish(simulation, &function->async);
    if (function->network.unreachable)
        part_in_flight(simulation, function->network.unreachable, function->network.held.held.used);
    if (function->config.has_parts) /* what is measured of it is what its versions do, too: they have been looked at themselves */
        return STATUS_OK;
    int128 integral = gauge_integral(&function->metrics.concurrent, simulation->now_ns);
    return busy_ns == integral && in_flight + finishing == function->metrics.concurrent.level ? STATUS_OK : STATUS_INTERNAL;
}
