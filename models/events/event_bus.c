/* event_bus.c: AWS::Events::EventBus: events come in, and every rule of the bus sees them.
 * Source: rules eventbridge_*, which cite the EventBridge user guide. */
#include "event_bus.h"

#include "measure/bill.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(struct event_bus, field)

static const struct cause cause_too_large = {.fate = FATE_REJECTED, .text = "ValidationException: event too large"};
static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .text = "ThrottlingException"};

static const struct property bus_properties[] = {
    {"Name", PROPERTY_STRING, AT(name), .help = "Without effect: rules name the resource. The one called `default` is the account's."},
    ACCEPTED("EventSourceName"),
    ACCEPTED("Policy"),
    ACCEPTED("Description"),
    ACCEPTED("KmsKeyIdentifier"),
    ACCEPTED("DeadLetterConfig"),
    ACCEPTED("LogConfig"),
    ACCEPTED("Tags"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct event_bus, metrics.field)

static const struct metric_type bus_metrics[] = {
    {"AWS/Events", "PutEventsEntriesCount", "Count", METRIC_COUNT, AT(entries), .help = "Events that came."},
    {"AWS/Events", "PutEventsFailedEntriesCount", "Count", METRIC_COUNT, AT(failed), .better = -1,
     .help = "Of them, those that were not taken."},
    {"AWS/Events", "PutEventsApproximateThrottledCount", "Count", METRIC_COUNT, AT(throttled), .better = -1,
     .help = "Events beyond the quota."},
    {"AWS/Events", "PutEventsRequestSize", "Bytes", METRIC_TALLY, AT(size), .help = "Sizes of the events taken."},
    {"AWS/Events", "MatchedEvents", "Count", METRIC_COUNT, AT(matched), .help = "Events that at least one rule matched."},
    {"slsim", "EventsUnmatched", "Count", METRIC_COUNT, AT(unmatched), .help = "Events that no rule matched: they went nowhere."},
    {NULL, "billed events", "None", METRIC_COUNT, AT(custom_chunks), .help = ""},
    {0},
};

enum { ITEM_CUSTOM };

static const struct line_item bus_line_items[] = {
    [ITEM_CUSTOM] = {"Event-64K-Chunks", "Events that are not AWS's own, in chunks of 64 KB."},
    {0},
};

static void bus_validate(struct validation *validation, void *blob)
{
    struct event_bus *bus = blob;
    bus->quota = validation_self(validation);
    for (uint32_t i = 0; i < bus->quota; i++)
        if (model_is(validation_type(validation, i), EVENT_BUS_TYPE))
            bus->quota = i;
}

static enum status bus_create(struct simulation *simulation, void *self)
{
    struct event_bus *bus = self;
    const struct rule_book *rules = simulation->settings->rules;
    token_bucket_init_per_s(&bus->bucket, fmax(rule_number(rules, "eventbridge_put_rate"), 1), 1, 0);
    bus->event_max_bytes = rule_bytes(rules, "eventbridge_event_max_kb");
    bus->chunk_bytes = (uint64_t)rule_bytes(rules, "eventbridge_chunk_kb");
    return STATUS_OK;
}

/* Is it an event that an AWS service puts out by itself? Its envelope says so. */
static bool is_service_event(const struct simulation *simulation, const struct request *request)
{
    if (request->from == ENTITY_NONE)
        return false;
    const struct model_type *type = simulation->entities[request->from].type;
    if (!type->envelopes)
        return false;
    uint32_t index = type->envelope ? type->envelope(simulation, entity_state(simulation, request->from), request) : 0;
    for (const struct envelope *row = type->envelopes[index]; row->path; row++)
        if (strcmp(row->path, "source") == 0)
            return row->text && strncmp(row->text, "aws.", 4) == 0;
    return false;
}

/* Why the event is not taken; NULL: it is. */
static const struct cause *refusal_of(struct simulation *simulation, struct event_bus *bus, const struct request *request, bool service)
{
    struct event_bus *keeper = entity_state(simulation, bus->quota);
    if (request->payload_bytes > bus->event_max_bytes)
        return &cause_too_large;
    if (service || token_bucket_take(&keeper->bucket, 1, simulation->now_ns))
        return NULL;
    counter_add(&bus->metrics.throttled, 1);
    return &cause_throttled;
}

static void bus_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct event_bus *bus = self;
    if (fault_answers(simulation, &bus->faults, bus->self, request))
        return;
    bool service = is_service_event(simulation, request), matched = false;
    const struct cause *refusal = refusal_of(simulation, bus, request, service);
    counter_add(&bus->metrics.entries, 1);
    if (refusal) {
        counter_add(&bus->metrics.failed, 1);
        request_done(simulation, bus->self, request, refusal);
        return;
    }
    tally_add(&bus->metrics.size, TALLY_ALL, request->payload_bytes);
    if (!service)
        counter_add(&bus->metrics.custom_chunks, bill_chunks(request->payload_bytes, bus->chunk_bytes));
    for (uint32_t next = bus->first; next != 0 && simulation->status == STATUS_OK;) {
        struct event_rule *rule = entity_state(simulation, next - 1);
        simulation->entities[next - 1].ledger.entered++;
        matched = event_rule_see(simulation, rule, request) || matched;
        next = rule->next;
    }
    counter_add(matched ? &bus->metrics.matched : &bus->metrics.unmatched, 1);
    request_done(simulation, bus->self, request, &cause_succeeded);
}

static void bus_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    bill_add(bill, &bus_line_items[ITEM_CUSTOM], (double)((const struct event_bus *)self)->metrics.custom_chunks.whole);
}

static void bus_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    fault_fini(&((struct event_bus *)self)->faults);
}

FAULT_FUNCTIONS(event_bus, self)

static const struct action bus_actions[] = {FAULT_ENDPOINT_ROWS, {0}};

static const char *const bus_operations[] = {"PutEvents", NULL};

const struct model_type event_bus_type = {
    .type = EVENT_BUS_TYPE,
    .service = "Amazon EventBridge",
    .help = "An event bus. The account's own, `default`, is there wherever there is a rule, also unwritten.",
    .size = sizeof(struct event_bus),
    .self_offset = offsetof(struct event_bus, self),
    .properties = bus_properties,
    .metrics = bus_metrics,
    .line_items = bus_line_items,
    .validate = bus_validate,
    .create = bus_create,
    .destroy = bus_destroy,
    .actions = bus_actions,
    .accept = bus_accept,
    .operations = bus_operations,
    .quantities = bus_quantities,
};
