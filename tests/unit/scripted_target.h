/* scripted_target.h: a resource that answers as a scenario tells it, attempt by attempt, so that its callers can be tested alone. */
#ifndef SLSIM_TESTS_SCRIPTED_TARGET_H
#define SLSIM_TESTS_SCRIPTED_TARGET_H

#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/metric.h"
#include "model_fixture.h"
#include "models.h"
#include "notation/property.h"

#include <string.h>

struct target {
    const char *answers; /* a letter an attempt, the last for all that follow: T throttled, E server error, F failed, S succeeded */
    int64_t latency_ns;  /* of everything but throttles, which come at once */
    uint32_t self;
    uint64_t pending;
    struct counter calls;
};

static const struct property target_properties[] = {
    {.name = "Answers", .kind = PROPERTY_STRING, .offset = offsetof(struct target, answers), .required = true},
    {.name = "Latency", .kind = PROPERTY_TIME, .offset = offsetof(struct target, latency_ns), .fallback = "\"0s\""},
    {0},
};

static const struct metric_type target_metrics[] = {
    {"test", "Calls", "Count", METRIC_COUNT, offsetof(struct target, calls), .help = "Attempts that came."},
    {0},
};

static const struct cause target_throttled = {.fate = FATE_THROTTLED, .text = "slow down"};
static const struct cause target_error = {.fate = FATE_FAILED, .server_error = true, .text = "503"};
static const struct cause target_failed = {.fate = FATE_FAILED, .text = "no"};

static inline void target_answer(struct simulation *simulation, struct target *target, struct request *request)
{
    const size_t length = strlen(target->answers), attempt = request->attempt;
    switch (target->answers[attempt < length ? attempt : length - 1]) {
    case 'T':
        request_done(simulation, target->self, request, &target_throttled);
        break;
    case 'E':
        request_done(simulation, target->self, request, &target_error);
        break;
    case 'F':
        request_done(simulation, target->self, request, &target_failed);
        break;
    default:
        request_done(simulation, target->self, request, &cause_succeeded);
    }
}

static inline void target_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct target *target = self;
    const size_t length = strlen(target->answers), attempt = request->attempt;
    counter_add(&target->calls, 1);
    if (target->latency_ns == 0 || target->answers[attempt < length ? attempt : length - 1] == 'T') {
        target_answer(simulation, target, request);
        return;
    }
    target->pending++;
    simulation_schedule(simulation, target->self, 0, RANK_COMPLETION, simulation->now_ns + target->latency_ns, request->id);
}

static inline void target_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct target *target = self;
    target->pending--;
    target_answer(simulation, target, request_at(simulation, event->data));
}

static inline enum status target_finish(struct simulation *simulation, void *self)
{
    const struct target *target = self;
    simulation_in_flight(simulation, target->self, target->pending);
    return STATUS_OK;
}

static const struct model_type target_type = {
    .type = "Test::Scripted::Target",
    .size = sizeof(struct target),
    .self_offset = offsetof(struct target, self),
    .properties = target_properties,
    .metrics = target_metrics,
    .accept = target_accept,
    .handle = target_handle,
    .finish = target_finish,
};

/* The real models, and the target. */
static inline struct model_registry registry_with_target(void)
{
    static const struct model_type *resources[128] = {&target_type};
    struct model_registry registry = model_registry;
    for (size_t i = 0; i < 126 && model_registry.resources[i] != NULL; i++)
        resources[i + 1] = model_registry.resources[i];
    registry.resources = resources;
    return registry;
}

/* cmocka's setup and teardown: *state is a model_run that knows the target and keeps its steps. */
static inline int open_traced_run(void **state)
{
    static struct model_registry registry;
    struct model_run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    model_open(run);
    registry = registry_with_target();
    run->registry = &registry;
    run->traced = true;
    *state = run;
    return 0;
}

static inline int close_traced_run(void **state)
{
    model_close(*state);
    free(*state);
    return 0;
}

#endif
