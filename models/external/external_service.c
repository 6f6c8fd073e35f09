/* external_service.c: Custom::External: somebody else's service that handlers call: it takes its time, fails at times, serves so many at
 * once while the others wait, and may be slow or down for a while. It serves what it has begun also when the caller has given up: so work
 * that nobody waits for can keep it busy. */

#include "engine/fault.h"
#include "engine/pool.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "notation/property.h"
#include "scenario/validation.h"

enum external_event { EXTERNAL_SERVED };

/* A request in the line. */
struct in_line {
    uint32_t next; /* behind it; POOL_NONE: the last */
    uint32_t request;
};

struct external_service {
    /* config */
    const struct distribution *latency; /* NULL: none */
    double error_rate;
    int64_t capacity;   /* served at once; 0: no limit */
    int64_t line_limit; /* waiting at once; -1: no limit */
    bool in_vpc;

    /* state */
    uint32_t self;
    struct fault_state faults;
    struct pool places;
    uint32_t first, last; /* of the line */
    struct stream latencies, errors;
    struct counter requests, failures, refused;
    struct gauge serving, waiting;
    struct tally response_time;
};

#define AT(field) offsetof(struct external_service, field)

static const struct cause cause_error = {.fate = FATE_FAILED, .server_error = true, .text = "500"};
static const struct cause cause_down = {.fate = FATE_FAILED, .server_error = true, .text = "down"};
static const struct cause cause_full = {.fate = FATE_THROTTLED, .text = "503"};

static const struct property external_properties[] = {
    ACCEPTED("ServiceToken"),
    {0},
};

static const struct property external_behavior[] = {
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency), .live = true, .help = "How long it serves a request; left out: no time."},
    {"error_rate", PROPERTY_PROBABILITY, AT(error_rate), .fallback = "0", .live = true,
     .help = "Probability that a request is answered with a server error."},
    {"capacity", PROPERTY_INTEGER, AT(capacity), .minimum = "1", .fallback = "0",
     .help = "Requests served at once; others wait in line. Left out: any number."},
    {"line_limit", PROPERTY_INTEGER, AT(line_limit), .minimum = "0", .fallback = "-1",
     .help = "Requests that may wait; one more is refused (503). Left out: any number."},
    {"in_vpc", PROPERTY_BOOLEAN, AT(in_vpc), .fallback = "false",
     .help = "It is in the VPC of the functions that call it, or in a network beside it: they reach it without a NAT gateway."},
    {0},
};

static const struct metric_type external_metrics[] = {
    {"slsim", "Calls", "Count", METRIC_COUNT, AT(requests), .help = "Requests that came, each attempt."},
    {"slsim", "Errors", "Count", METRIC_COUNT, AT(failures), .better = -1,
     .help = "Requests answered with a server error, also while it was down."},
    {"slsim", "Throttles", "Count", METRIC_COUNT, AT(refused), .better = -1, .help = "Requests refused as the line was full."},
    {"slsim", "Serving", "Count", METRIC_GAUGE, AT(serving), .levels = 1, .help = "Requests being served."},
    {"slsim", "Waiting", "Count", METRIC_GAUGE, AT(waiting), .help = "Requests in line."},
    {"slsim", "ResponseTime", "Milliseconds", METRIC_TALLY, AT(response_time), .better = -1,
     .help = "From a request's coming to its answer, waiting "
             "included, also of those whose caller gave up."},
    {0},
};

static enum status external_create(struct simulation *simulation, void *self)
{
    struct external_service *service = self;
    const char *name = simulation->entities[service->self].name;
    service->first = service->last = POOL_NONE;
    pool_init(&service->places, sizeof(struct in_line), &simulation->memory, name);
    stream_init(&service->latencies, simulation->settings->seed, simulation->replication, name, "latency");
    stream_init(&service->errors, simulation->settings->seed, simulation->replication, name, "error");
    return STATUS_OK;
}

static void external_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct external_service *service = self;
    if (service->places.owner)
        pool_fini(&service->places);
    fault_fini(&service->faults);
}

static void serve(struct simulation *simulation, struct external_service *service, const struct request *request)
{
    int64_t time_ns = 0;
    if (service->latency) {
        stream_at(&service->latencies, request->item, request->attempt);
        time_ns = fault_slowed(&service->faults, distribution_sample_ns(service->latency, &service->latencies.rng));
    }
    gauge_add(&service->serving, simulation->now_ns, 1);
    simulation_schedule(simulation, service->self, EXTERNAL_SERVED, RANK_COMPLETION, time_add(simulation->now_ns, time_ns), request->id);
}

static void stand_in_line(struct simulation *simulation, struct external_service *service, const struct request *request)
{
    uint32_t id = pool_take(&service->places);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *(struct in_line *)pool_at(&service->places, id) = (struct in_line){.next = POOL_NONE, .request = request->id};
    if (service->last == POOL_NONE)
        service->first = id;
    else
        ((struct in_line *)pool_at(&service->places, service->last))->next = id;
    service->last = id;
    gauge_add(&service->waiting, simulation->now_ns, 1);
}

static void serve_next(struct simulation *simulation, struct external_service *service)
{
    uint32_t id = service->first;
    if (id == POOL_NONE)
        return;
    const struct in_line *place = pool_at(&service->places, id);
    const struct request *request = request_at(simulation, place->request);
    service->first = place->next;
    if (service->first == POOL_NONE)
        service->last = POOL_NONE;
    pool_give(&service->places, id);
    gauge_add(&service->waiting, simulation->now_ns, -1);
    serve(simulation, service, request);
}

static void external_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct external_service *service = self;
    counter_add(&service->requests, 1);
    if (service->faults.down) {
        counter_add(&service->failures, 1);
        request_done(simulation, service->self, request, &cause_down);
    } else if (service->capacity == 0 || service->serving.level < service->capacity) {
        serve(simulation, service, request);
    } else if (service->line_limit < 0 || service->waiting.level < service->line_limit) {
        stand_in_line(simulation, service, request);
    } else {
        counter_add(&service->refused, 1);
        request_done(simulation, service->self, request, &cause_full);
    }
}

static bool fails(struct external_service *service, const struct request *request)
{
    if (service->faults.any && fault_strikes(&service->faults, request))
        return true;
    if (service->error_rate <= 0)
        return false;
    stream_at(&service->errors, request->item, request->attempt);
    return stream_uniform(&service->errors) < service->error_rate;
}

static void external_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct external_service *service = self;
    struct request *request = request_at(simulation, event->data);
    const struct cause *cause = fails(service, request) ? &cause_error : &cause_succeeded;
    gauge_add(&service->serving, simulation->now_ns, -1);
    tally_add(&service->response_time, TALLY_ALL, simulation->now_ns - request->sent_ns);
    counter_add(&service->failures, cause != &cause_succeeded);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[service->self].name, fate_names[cause->fate], simulation->now_ns, 0,
                         cause->text);
    serve_next(simulation, service); /* before the answer: what that brings stands behind */
    request_done(simulation, service->self, request, cause);
}

static enum status external_finish(struct simulation *simulation, void *self)
{
    const struct external_service *service = self;
    simulation_in_flight(simulation, service->self, (uint64_t)(service->serving.level + service->waiting.level));
    return service->waiting.level == service->places.used ? STATUS_OK : STATUS_INTERNAL;
}

FAULT_FUNCTIONS(external_service, self)

static const struct action external_actions[] = {
    FAULT_ROW("down", NULL, begin_fault, end_fault, "Every request fails at once."),
    FAULT_SLOW_ROW,
    FAULT_ROW("errors", fault_errors_properties, begin_fault, end_fault, "That share of the requests fails after they were served."),
    {0},
};

const struct model_type external_service_type = {
    .type = "Custom::External",
    .help = "A service outside of what is deployed, for handlers to call: latency, errors, a capacity with a line before it, faults.",
    .size = sizeof(struct external_service),
    .properties = external_properties,
    .behavior = external_behavior,
    .metrics = external_metrics,
    .actions = external_actions,
    .self_offset = AT(self),
    .create = external_create,
    .destroy = external_destroy,
    .handle = external_handle,
    .accept = external_accept,
    .finish = external_finish,
};
