/* server_tables.c: what instances, groups and services say alike: how they serve, what befalls them, how a replication begins and ends. */
#include "server_state.h"

#include "engine/rule_book.h"
#include "engine/sending.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdlib.h>

#define AT(field) offsetof(struct servers, behavior.field)

const struct property servers_behavior_rows[] = {
    {"like", PROPERTY_REFERENCE, AT(like),
     .help = "The function whose handler runs here: its `cpu`, `wait`, `steps`, `error_rate`; not its INIT, memory or time limit. The same "
             "item takes as much work on both. Left out: it serves nobody, and costs what it costs."},
    {"capacity", PROPERTY_INTEGER, AT(capacity), .minimum = "1", .maximum = "100000", .fallback = "server_capacity",
     .help = "Requests that one server works on at once: its threads. Their CPU work shares its vCPUs, each at most one."},
    {"line_limit", PROPERTY_INTEGER, AT(line_limit), .minimum = "0", .maximum = "10000000", .fallback = "server_line_limit", .live = true,
     .help = "Requests that wait for one server when all its threads are busy; one more is refused."},
    {"line_timeout", PROPERTY_TIME, AT(line_timeout_ns), .fallback = "server_line_timeout",
     .help = "How long a request may wait there; then it is answered with a server error."},
    {"boot", PROPERTY_TIME_DISTRIBUTION, AT(boot),
     .help = "From a server's launch until it serves. Left out: rule ec2_boot; of a task rule fargate_start, and the pull of its image."},
    {"response", PROPERTY_SIZE_DISTRIBUTION, AT(response),
     .help = "What it answers: goes out through the network of its type, one answer behind the other, and holds its thread so long. What "
             "leaves AWS, to users who come to it or to its load balancer, is billed. Left out: small, and not billed."},
    {"spot_lifetime", PROPERTY_TIME_DISTRIBUTION, AT(spot_lifetime),
     .help = "From a launch on Spot until AWS gives notice that it takes the server back. Left out: rule spot_lifetime."},
    {"request_memory", PROPERTY_SIZE, AT(request_memory_bytes), .fallback = "0",
     .help = "Memory that a request takes while it is worked on: more of them than a server has room for are refused when the scenario is "
             "read."},
    {0},
};

/* A request has room for the size of 4 GB. */
static void check_response(struct validation *validation, const struct servers_behavior *behavior)
{
    if (behavior->response && distribution_is_constant(behavior->response) && distribution_sample(behavior->response, NULL) > UINT32_MAX)
        validation_error(validation, "behavior.response", "answer in parts", "answers of more than 4 GB are not simulated");
}

static uint32_t like_of(const struct servers *servers)
{
    return servers->behavior.like;
}

static void check_handler(struct validation *validation, const struct servers *servers)
{
    uint32_t like = like_of(servers);
    struct handled handled;
    if (like == ENTITY_NONE)
        return;
    const struct model_type *type = validation_type(validation, like);
    if (!type->handled) {
        validation_error(validation, "behavior.like", "name a function whose behavior says what it does", "%s has no handler",
                         validation_name(validation, like));
        return;
    }
    type->handled(validation_config(validation, like), &handled);
    if (handled.handler->duration)
        validation_warning(validation, "behavior.like", "say `cpu` and `wait` there instead of `duration`",
                           "%s says only how long it takes: here that is waiting, which uses no vCPU", validation_name(validation, like));
    validation_flow(validation, validation_self(validation), like); /* what it calls is called from here, too */
}

void servers_validate(struct validation *validation, struct servers *servers)
{
    const struct servers_behavior *behavior = &servers->behavior;
    double room_gib = servers->size.memory_gib;
    for (uint32_t i = 0; i < servers->kind_count; i++)
        room_gib = servers->kinds[i].size.memory_gib < room_gib ? servers->kinds[i].size.memory_gib : room_gib;
    double room_bytes = room_gib * BYTES_PER_GB;
    double wanted_bytes = (double)behavior->request_memory_bytes * (double)behavior->capacity;
    check_handler(validation, servers);
    check_response(validation, behavior);
    if (servers->is_mixed && !behavior->spot_lifetime)
        servers->behavior.spot_lifetime = rule_find(validation_rules(validation), "spot_lifetime")->distribution;
    if (behavior->spot_lifetime && !servers->is_mixed)
        validation_warning(validation, "behavior.spot_lifetime", NULL, "has no effect: nothing here is on Spot");
    if (wanted_bytes > room_bytes && behavior->request_memory_bytes > 0)
        validation_error(validation, "behavior.capacity", "lower capacity, or take more memory",
                         "%lld requests at once take %.1f GB, and a server has %.1f: %lld fit", (long long)behavior->capacity,
                         wanted_bytes / BYTES_PER_GB, room_gib, (long long)(room_bytes / (double)behavior->request_memory_bytes));
}

void servers_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    if (like_of(config) == ENTITY_NONE)
        validation_sending_error(validation, sending, NULL, "give it behavior.like: the function whose handler it runs",
                                 "%s says not what it does with a request", validation_name(validation, sending->target));
}

uint32_t servers_room(const void *config, uint32_t by)
{
    const struct servers *servers = config;
    for (uint32_t i = 0; i < servers->door_count; i++)
        if (servers->doors[i] == by)
            return servers->room;
    return 0;
}

const struct hosts servers_hosts = {.room = servers_room, .accept = servers_accept_by, .failed = servers_failed};

enum status servers_create(struct simulation *simulation, void *self)
{
    struct servers *servers = self;
    const struct simulation_settings *settings = simulation->settings;
    const char *name = simulation->entities[servers->self].name;
    servers->salt = item_salt(name);
    servers->notice_ns = rule_ns(settings->rules, "spot_notice_s");
    servers->credits_kept_ns = (double)rule_ns(settings->rules, "ec2_burst_kept_h");
    servers->billing_least_ns = rule_ns(settings->rules, servers->billing_least);
    stream_init(&servers->boots, settings->seed, simulation->replication, name, "boot");
    stream_init(&servers->fates, settings->seed, simulation->replication, name, "lost");
    stream_init(&servers->recalls, settings->seed, simulation->replication, name, "recall");
    stream_init(&servers->places, settings->seed, simulation->replication, name, "place");
    enum status status = servers_create_requests(simulation, servers);
    if (status == STATUS_OK)
        status =
            memory_account_take(&simulation->memory, (uint64_t)servers->room * (sizeof *servers->list + sizeof *servers->running), name);
    if (status != STATUS_OK)
        return status;
    servers->list = calloc(servers->room + 1u, sizeof *servers->list);
    servers->running = calloc(servers->room + 1u, sizeof *servers->running);
    return servers->list && servers->running ? STATUS_OK : STATUS_NO_MEMORY;
}

void servers_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct servers *servers = self;
    for (uint32_t i = 0; servers->list && i < servers->end; i++)
        processor_fini(&servers->list[i].processor);
    free(servers->list);
    free(servers->running);
    servers_destroy_requests(servers);
    fault_fini(&servers->faults);
}

enum status servers_finish(struct simulation *simulation, void *self)
{
    const struct servers *servers = self;
    int64_t there = servers->metrics.serving.level + servers->metrics.waiting.level;
    simulation_in_flight(simulation, servers->self, (uint64_t)there + servers->pipe.passing.used);
    return there <= servers->calls.used && servers->metrics.units_in_service.level + servers->metrics.units_pending.level == servers->here
               ? STATUS_OK
               : STATUS_INTERNAL;
}

struct server_hours servers_hours(const struct gauge *billed, const struct counter *extra_ns, const struct gauge *billed_spot,
                                  const struct counter *extra_spot_ns)
{
    return (struct server_hours){
        .on_demand = ((double)billed->whole.integral + (double)extra_ns->whole) / (double)NS_PER_HOUR,
        .spot = ((double)billed_spot->whole.integral + (double)extra_spot_ns->whole) / (double)NS_PER_HOUR,
    };
}

void servers_bill_left(const struct servers *servers, const struct line_item *item, struct bill *bill)
{
    if (servers->metrics.left_bytes.whole > 0)
        bill_add(bill, item, (double)servers->metrics.left_bytes.whole / BYTES_PER_GB);
}

/* The arguments of a Spot interruption. */
struct interruption {
    struct fault fault; /* first */
    const char *type;
};

FAULT_FUNCTIONS(servers, self)

static void lose_share(struct simulation *simulation, void *self, const void *arguments)
{
    servers_befall(simulation, self, ((const struct fault *)arguments)->share, false, NULL);
}

static void interrupt_share(struct simulation *simulation, void *self, const void *arguments)
{
    const struct interruption *interruption = arguments;
    servers_befall(simulation, self, interruption->fault.share, true, interruption->type);
}

static const struct property interruption_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = fault_share_properties},
    {"instance_type", PROPERTY_STRING, offsetof(struct interruption, type),
     .help = "Of this type alone, where a group mixes several: a pool that AWS needs. Left out: of all."},
    {0},
};

const struct action servers_actions[] = {
    FAULT_ENDPOINT_ROWS,
    FAULT_SLOW_ROW,
    FAULT_ROW("az_lost", fault_share_properties, lose_share, NULL, "That share of the servers is gone at once, with what they work on."),
    {.verb = "fault",
     .kind = "spot_interruption",
     .properties = interruption_properties,
     .size = sizeof(struct interruption),
     .begin = interrupt_share,
     .help = "That share of the servers on Spot gets its notice, and is gone when it is over: rule spot_notice_s."},
    {0},
};
