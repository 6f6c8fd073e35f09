/* scaled_crew.h: a resource with a capacity that can be scaled, and a load by the minute, so that policies can be tested alone. */
#ifndef SLSIM_TESTS_SCALED_CREW_H
#define SLSIM_TESTS_SCALED_CREW_H

#include "engine/scalable.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "models.h"
#include "notation/property.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct crew_step {
    int64_t at_ns, capacity;
};

struct crew {
    uint32_t self;
    int64_t initial, takes_ns; /* how long it takes until capacity is there */
    const char *load;          /* "5x10 20x-": for 5 minutes 10, for 20 nothing at all; the last goes on */
    double mean, amplitude;    /* instead: a sine of this period, from its mean upwards */
    int64_t period_ns;
    int64_t asked, there;
    struct gauge busy, allocated, wanted;
    struct counter calls;
};

/* What was set, by whichever crew, in the run under way. */
static struct crew_step crew_steps[256];
static size_t crew_step_count;

enum { CREW_MINUTE, CREW_THERE };

static const struct property crew_properties[] = {
    {.name = "Capacity", .kind = PROPERTY_INTEGER, .offset = offsetof(struct crew, initial), .fallback = "0"},
    {.name = "Takes", .kind = PROPERTY_TIME, .offset = offsetof(struct crew, takes_ns), .fallback = "\"0s\""},
    {.name = "Load", .kind = PROPERTY_STRING, .offset = offsetof(struct crew, load)},
    {.name = "Mean", .kind = PROPERTY_NUMBER, .offset = offsetof(struct crew, mean)},
    {.name = "Amplitude", .kind = PROPERTY_NUMBER, .offset = offsetof(struct crew, amplitude)},
    {.name = "Period", .kind = PROPERTY_TIME, .offset = offsetof(struct crew, period_ns)},
    {0},
};

static const struct metric_type crew_metrics[] = {
    {"AWS/Lambda", "ProvisionedConcurrencyUtilization", "None", METRIC_GAUGE_RATIO, offsetof(struct crew, busy),
     offsetof(struct crew, allocated), .samples = METRIC_WHILE(struct crew, calls), .help = "Load by capacity."},
    {"AWS/Lambda", "Demand", "None", METRIC_GAUGE_RATIO, offsetof(struct crew, wanted), offsetof(struct crew, allocated),
     .samples = METRIC_WHILE(struct crew, calls), .help = "The same of all that is wanted, above 1 too."},
    {"test", "Load", "Count", METRIC_GAUGE, offsetof(struct crew, wanted), .help = "The load."},
    {0},
};

/* -1: nothing. */
static inline int64_t crew_load(const struct crew *crew, int64_t minute)
{
    const char *at = crew->load;
    if (!at)
        return (int64_t)floor(crew->mean + crew->amplitude * sin(2 * M_PI * (double)(minute * NS_PER_MIN) / (double)crew->period_ns) + 0.5);
    for (;;) {
        char *end;
        int64_t minutes = strtoll(at, &end, 10), load = end[1] == '-' ? -1 : strtoll(end + 1, NULL, 10);
        at = end + strcspn(end, " ");
        if (minute < minutes || *at == '\0')
            return load;
        minute -= minutes;
    }
}

static inline void crew_update(struct simulation *simulation, struct crew *crew, int64_t load)
{
    int64_t wanted = load > 0 ? load : 0, busy = wanted < crew->there ? wanted : crew->there;
    gauge_add(&crew->wanted, simulation->now_ns, wanted - crew->wanted.level);
    gauge_add(&crew->busy, simulation->now_ns, busy - crew->busy.level);
    gauge_add(&crew->allocated, simulation->now_ns, crew->there - crew->allocated.level);
}

static inline enum status crew_create(struct simulation *simulation, void *self)
{
    struct crew *crew = self;
    crew_step_count = 0;
    crew->asked = crew->there = crew->initial;
    crew_update(simulation, crew, 0);
    return STATUS_OK;
}

static inline void crew_start(struct simulation *simulation, void *self)
{
    simulation_schedule(simulation, ((struct crew *)self)->self, CREW_MINUTE, RANK_ARRIVAL, 0, 0);
}

static inline void crew_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct crew *crew = self;
    int64_t load = crew_load(crew, simulation->now_ns / NS_PER_MIN);
    if (event->kind == CREW_THERE) {
        crew->there = crew->asked;
    } else {
        if (load >= 0)
            counter_add(&crew->calls, 1);
        simulation_schedule(simulation, crew->self, CREW_MINUTE, RANK_ARRIVAL, simulation->now_ns + NS_PER_MIN, 0);
    }
    crew_update(simulation, crew, load);
}

static inline int64_t crew_asked(const void *self)
{
    const struct crew *crew = self;
    return crew->asked ? crew->asked : crew->initial; /* a config has only what it begins with */
}

static inline int64_t crew_there(const void *self)
{
    return ((const struct crew *)self)->there;
}

static inline void crew_set(struct simulation *simulation, void *self, int64_t capacity)
{
    struct crew *crew = self;
    crew->asked = capacity;
    if (crew_step_count < sizeof crew_steps / sizeof *crew_steps)
        crew_steps[crew_step_count++] = (struct crew_step){simulation->now_ns, capacity};
    if (crew->takes_ns > 0) {
        simulation_schedule(simulation, crew->self, CREW_THERE, RANK_COMPLETION, simulation->now_ns + crew->takes_ns, 0);
        return;
    }
    crew->there = capacity;
    crew_update(simulation, crew, crew_load(crew, simulation->now_ns / NS_PER_MIN));
}

static const struct scalable crew_scalable[] = {
    {.dimension = "lambda:function:ProvisionedConcurrency", .capacity = crew_asked, .allocated = crew_there, .set_capacity = crew_set},
    {0},
};

static const struct model_type crew_type = {
    .type = "Test::Scaled::Crew",
    .help = "A capacity and a load.",
    .size = sizeof(struct crew),
    .self_offset = offsetof(struct crew, self),
    .properties = crew_properties,
    .metrics = crew_metrics,
    .create = crew_create,
    .start = crew_start,
    .handle = crew_handle,
    .scalable = crew_scalable,
};

/* The real models and this one. */
static inline struct model_registry registry_with_crew(void)
{
    static const struct model_type *types[128];
    size_t count = 0;
    while (model_registry.resources[count] && count < 126) {
        types[count] = model_registry.resources[count];
        count++;
    }
    types[count] = &crew_type;
    types[count + 1] = NULL;
    struct model_registry registry = model_registry;
    registry.resources = types;
    return registry;
}

#endif
