/* function_steps.c: handlers whose steps call others: how long they run is known only when the last answer is there.
 * The time limit is one event an environment, not one an invocation: the environment's pending event looks again (environment_expire). */
#include "function_steps.h"

#include "function_end.h"
#include "function_environment.h"
#include "function_stream.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>

static double steps_slowdown(const void *owner, double parallel)
{
    return compute_slowdown(&((const struct function *)owner)->share, parallel);
}

static double steps_vcpus(const void *owner)
{
    return ((const struct function *)owner)->share.vcpus;
}

static void end_handler(struct simulation *simulation, struct function *function, struct environment *environment)
{
    environment->duration_ns = simulation->now_ns - environment->began_ns;
    environment->run = POOL_NONE;
    function_complete(simulation, function, environment);
}

/* The handler has answered, and the rest of its response is under way for so long. */
static void stream_rest(struct simulation *simulation, struct function *function, struct environment *environment, int64_t stream_ns)
{
    int64_t run_ns = time_add(simulation->now_ns - environment->began_ns, stream_ns);
    if (run_ns > function->config.timeout_ns) {
        run_ns = function->config.timeout_ns;
        environment->outcome = END_TIMED_OUT;
    }
    environment->duration_ns = run_ns;
    environment->run = POOL_NONE; /* from here on it is as a handler without calls */
    simulation_schedule(simulation, function->self, FUNCTION_COMPLETE, RANK_COMPLETION, time_add(environment->began_ns, run_ns),
                        environment->id);
}

static void steps_ended(struct simulation *simulation, void *owner, uint32_t data, enum procedure_end end)
{
    struct function *function = owner;
    struct environment *environment = pool_at(&function->environments, data);
    if (end == PROCEDURE_FAILED)
        environment->outcome = END_ERROR;
    const struct request *request = request_at(simulation, environment->request);
    int64_t stream_ns = function_streams(function, request) && end != PROCEDURE_FAILED ? function_stream_ns(function, request) : 0;
    if (stream_ns > 0)
        stream_rest(simulation, function, environment, stream_ns);
    else
        end_handler(simulation, function, environment);
}

static double steps_stretch(const void *owner)
{
    const struct fault_state *faults = &((const struct function *)owner)->faults;
    return faults->any ? faults->slow : 1;
}

static const struct procedure_type handler_procedure = {
    .slowdown = steps_slowdown,
    .vcpus = steps_vcpus,
    .stretch = steps_stretch,
    .ended = steps_ended,
};

enum status function_steps_create(struct simulation *simulation, struct function *function)
{
    if (!steps_call(&function->config.handler.steps))
        return STATUS_OK;
    function->procedure = calloc(1, sizeof *function->procedure);
    if (!function->procedure)
        return STATUS_NO_MEMORY;
    return procedure_init(function->procedure, &handler_procedure, &function->config.handler.steps, simulation, function, function->self,
                          FUNCTION_PROCEDURE);
}

void function_steps_destroy(struct function *function)
{
    if (function->procedure)
        procedure_fini(function->procedure);
    free(function->procedure);
}

uint32_t function_beyond(const struct simulation *simulation, const void *self, const struct request *request)
{
    (void)simulation;
    const struct function *function = self;
    return function->procedure && procedure_sent(request) ? procedure_beyond(function->procedure, request) : ENTITY_NONE;
}

void function_steps_begin(struct simulation *simulation, struct function *function, struct environment *environment,
                          const struct request *request, int64_t before_ns, int64_t suppressed_ns)
{
    environment->began_ns = time_add(simulation->now_ns, before_ns);
    environment->run = procedure_start(simulation, function->procedure, request, environment->id,
                                       function_hops(simulation, function, request), time_add(before_ns, suppressed_ns));
    environment_look_by(simulation, function, environment, time_add(environment->began_ns, function->config.timeout_ns));
}

void function_steps_expired(struct simulation *simulation, struct function *function, struct environment *environment)
{
    int64_t until_ns = time_add(environment->began_ns, function->config.timeout_ns);
    if (!function->procedure || environment->run == POOL_NONE)
        return;
    if (until_ns > simulation->now_ns) {
        environment_look_by(simulation, function, environment, until_ns);
        return;
    }
    procedure_cancel(simulation, function->procedure, environment->run);
    environment->outcome = END_TIMED_OUT;
    end_handler(simulation, function, environment);
}

static bool is_in_front(const struct model_type *front, const struct model_type *behind)
{
    const char *const *type = front->in_front_of;
    while (type && *type && !model_is(behind, *type))
        type++;
    return type && *type;
}

/* Does what is called know the operation, and what stands in front of it know it? */
static void check_call(struct validation *validation, const struct step_call *call, const char *here)
{
    const struct model_type *target = validation_type(validation, call->target);
    const char *name = validation_name(validation, call->target);
    validation_check_operations(validation, here, call->target, &call->content);
    if (target->in_front_of)
        validation_error(validation, here, "write {\"call\": <the table>, \"via\": <the cache>}",
                         "%s stands in front of something, and is not called itself", name);
    if (call->via == ENTITY_NONE)
        return;
    if (!is_in_front(validation_type(validation, call->via), target))
        validation_error(validation, here, NULL, "%s cannot stand in front of %s", validation_name(validation, call->via), name);
    if (call->key.kind == KEY_NONE)
        validation_require_key(validation, "a function that reads through a cache by the key of what it handles");
    validation_flow(validation, validation_self(validation), call->via);
}

/* What a handler calls must be something that can be called, and passes items on. */
static void check_list(struct validation *validation, const struct step_list *steps, const char *path)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->steps[i];
        char here[200];
        snprintf(here, sizeof here, "%.150s[%zu]", path, i);
        if (step->kind == STEP_CALL && step->call->target != ENTITY_NONE) {
            if (!validation_type(validation, step->call->target)->accept)
                validation_error(validation, here, NULL, "%s cannot be called", validation_name(validation, step->call->target));
            check_call(validation, step->call, here);
            validation_flow(validation, validation_self(validation), step->call->target);
        }
        for (size_t k = 0; k < step->branch_count; k++) {
            char inner[260];
            if (step->kind == STEP_PARALLEL)
                snprintf(inner, sizeof inner, "%s.parallel[%zu]", here, k);
            else
                snprintf(inner, sizeof inner, "%s.steps", here);
            check_list(validation, &step->branches[k], inner);
        }
    }
}

void function_steps_validate(struct validation *validation, const struct function_config *config)
{
    check_list(validation, &config->handler.steps, "behavior.steps");
}
