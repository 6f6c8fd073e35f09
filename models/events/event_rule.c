/* event_rule.c: AWS::Events::Rule: matches events of its bus, or goes off by a schedule, and has its targets called.
 * Source: rules eventbridge_*, which cite the EventBridge user guide. */
#include "event_bus.h"

#include "measure/metric.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_RULE_TYPE "AWS::Events::Rule"

enum rule_event { RULE_DELIVER, RULE_TICK, RULE_FIRE };

#define DEFAULT_BUS "default"

static const struct cause cause_unmatched = {.fate = FATE_DISCARDED, .text = "not matched"};
static const struct cause cause_disabled = {.fate = FATE_DISCARDED, .text = "rule disabled"};

static const char *const states[] = {"ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", NULL};

#define AT(field) offsetof(struct event_rule, field)

static const struct property rule_properties[] = {
    {"EventBusName", PROPERTY_REFERENCE, AT(bus), .given = PROPERTY_GIVEN(struct event_rule, bus_given),
     .help = "The bus; left out: `default`, the account's own."},
    {"EventPattern", PROPERTY_PATTERN, AT(pattern), .unit = "event", .given = PROPERTY_GIVEN(struct event_rule, pattern_given),
     .help = "Which events it matches."},
    {"ScheduleExpression", PROPERTY_ARRIVAL, AT(schedule), .unit = "schedule",
     .help = "rate(5 minutes), first after one interval, or cron(0 12 * * ? *), in UTC: somewhere within the minute that it names."},
    {"State", PROPERTY_ENUM, AT(state), .choices = states, .fallback = "\"ENABLED\"", .live = true,
     .help = "A disabled rule does nothing."},
    {"Targets", PROPERTY_LIST, AT(targets), .properties = event_target_properties, .size = sizeof(struct event_target),
     .maximum = "eventbridge_targets_per_rule", .help = "Who is called, asynchronously, each with its own retries."},
    ACCEPTED("Name"),
    ACCEPTED("Description"),
    {"RoleArn", PROPERTY_STRING, AT(role), .help = "In whose name targets are called that name no role of their own."},
    ACCEPTED("Tags"),
    {0},
};

static const struct property rule_behavior[] = {
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency), .fallback = "eventbridge_latency",
     .help = "From an event to the first try at each target; a schedule's own events set out at once."},
    {"payload", PROPERTY_SIZE, AT(payload_bytes), .unit = "B", .fallback = "\"1KB\"",
     .help = "Size of the events that its schedule makes."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct event_rule, metrics.field)

static const struct metric_type rule_metrics[] = {
    {"AWS/Events", "MatchedEvents", "Count", METRIC_COUNT, AT(matched), .help = "Events that the pattern matched."},
    {"AWS/Events", "TriggeredRules", "Count", METRIC_COUNT, AT(triggered), .help = "Times that the rule ran, by an event or its schedule."},
    {"AWS/Events", "Invocations", "Count", METRIC_COUNT, AT(push.over),
     .help = "Targets called, successfully or in vain; what is still being retried is not among them."},
    {"AWS/Events", "FailedInvocations", "Count", METRIC_COUNT, AT(push.failed), .better = -1, .compared = "Sum",
     .help = "Invocations that failed for good."},
    {"AWS/Events", "ThrottledRules", "Count", METRIC_COUNT, AT(throttled), .better = -1,
     .help = "Invocations that the account's quota delayed."},
    {"AWS/Events", "InvocationsCreated", "Count", METRIC_COUNT, AT(push.created), .help = "Events x targets."},
    {"AWS/Events", "InvocationAttempts", "Count", METRIC_COUNT, AT(push.attempts), .help = "Tries, retries included."},
    {"AWS/Events", "SuccessfulInvocationAttempts", "Count", METRIC_COUNT, AT(push.succeeded), .better = 1,
     .help = "Tries that the target took."},
    {"AWS/Events", "RetryInvocationAttempts", "Count", METRIC_COUNT, AT(push.retried), .better = -1, .help = "Tries after the first."},
    {"AWS/Events", "InvocationsSentToDlq", "Count", METRIC_COUNT, AT(push.sent_to_dlq), .better = -1,
     .help = "Events that the dead-letter queue got."},
    {"AWS/Events", "InvocationsFailedToBeSentToDlq", "Count", METRIC_COUNT, AT(push.lost), .better = -1,
     .help = "Events that it did not take: lost."},
    {"AWS/Events", "IngestionToInvocationStartLatency", "Milliseconds", METRIC_TALLY, AT(push.start_latency), .better = -1,
     .help = "From an event to the first try at a target."},
    {"AWS/Events", "IngestionToInvocationSuccessLatency", "Milliseconds", METRIC_TALLY, AT(push.success_latency), .better = -1,
     .help = "From an event to the try that a target took."},
    {"slsim", "InvocationsPending", "Count", METRIC_GAUGE, AT(push.pending), .help = "Deliveries that are not over."},
    {0},
};

/* Whoever wraps what it sends is matched by its envelopes: for each of them, what the pattern lets pass. */
static void match_senders(struct validation *validation, struct event_rule *rule)
{
    size_t count = 0;
    uint32_t entities = validation_entity_count(validation);
    for (uint32_t i = 0; i < entities; i++)
        for (const struct envelope *const *envelope = validation_type(validation, i)->envelopes; envelope && *envelope; envelope++)
            count++;
    rule->matches = count > 0 ? validation_alloc(validation, count, sizeof *rule->matches) : NULL;
    for (uint32_t i = 0; rule->matches && i < entities; i++) {
        const struct envelope *const *envelopes = validation_type(validation, i)->envelopes;
        for (uint32_t k = 0; envelopes && envelopes[k]; k++)
            rule->matches[rule->match_count++] = (struct event_match){i, k, validation_match(validation, rule->pattern, envelopes[k], i)};
    }
}

/* Behind the bus's others, so that rules stand in the order of the file. */
static void join_bus(struct validation *validation, struct event_rule *rule)
{
    if (!rule->bus_given)
        rule->bus = validation_find(validation, DEFAULT_BUS);
    if (rule->bus == ENTITY_NONE)
        return; /* it could not be read, which was said */
    if (!model_is(validation_type(validation, rule->bus), EVENT_BUS_TYPE)) {
        validation_error(validation, "EventBusName", rule->bus_given ? NULL : "the name default is for the account's own bus",
                         "%s is no event bus", validation_name(validation, rule->bus));
        return;
    }
    if (rule->schedule && strcmp(validation_name(validation, rule->bus), DEFAULT_BUS) != 0)
        validation_error(validation, "ScheduleExpression", "leave EventBusName out", "only rules of the default bus can have a schedule");
    uint32_t *last = &((struct event_bus *)validation_config(validation, rule->bus))->first;
    uint32_t others = 0;
    double most = rule_number(validation_rules(validation), "eventbridge_rules_per_bus");
    for (; *last != 0; others++)
        last = &((struct event_rule *)validation_config(validation, *last - 1))->next;
    *last = validation_self(validation) + 1;
    if (others == most) /* said once, of the first that is too many */
        validation_warning(validation, "EventBusName", "rule eventbridge_rules_per_bus", "a bus has %.0f rules unless the quota is raised",
                           most);
}

static void check_targets(struct validation *validation, struct event_rule *rule)
{
    struct event_target *targets = rule->targets.items;
    if (rule->targets.count == 0)
        validation_warning(validation, "Targets", NULL, "the rule has no target: it does nothing");
    for (size_t i = 0; i < rule->targets.count; i++) {
        char place[48];
        snprintf(place, sizeof place, "Targets[%zu]", i);
        event_target_check(validation, &targets[i], place, "events.amazonaws.com", rule->role, false);
        for (size_t k = 0; k < i && targets[i].id; k++)
            if (targets[k].id && strcmp(targets[k].id, targets[i].id) == 0) {
                snprintf(place, sizeof place, "Targets[%zu].Id", i);
                validation_error(validation, place, NULL, "two targets have the id \"%s\"", targets[i].id);
                break;
            }
    }
}

/* What goes to the targets: of what functions put on the bus, and of the events of other senders. */
static void tell_loops(struct validation *validation, const struct event_rule *rule)
{
    const struct event_target *targets = rule->targets.items;
    struct content_set *put = rule->pattern_given && rule->state != RULE_DISABLED ? validation_alloc(validation, 1, sizeof *put) : NULL;
    for (size_t i = 0; put && i < CONTENT_COUNT / 64; i++)
        put->bits[i] = rule->passes ? rule->passes->bits[i] : UINT64_MAX;
    for (size_t k = 0; put && k < rule->match_count; k++) {
        const struct event_match *match = &rule->matches[k];
        const struct content_set *passes = match->passes;
        bool puts = validation_type(validation, match->sender)->closes_loops;
        for (size_t i = 0; puts && i < CONTENT_COUNT / 64; i++)
            put->bits[i] |= passes ? passes->bits[i] : UINT64_MAX;
        for (size_t i = 0; !puts && i < rule->targets.count; i++)
            validation_passes(validation, &(const struct onward){
                                              .from = match->sender, .to = targets[i].endpoint, .only = passes, .times = 1, .aside = true});
    }
    for (size_t i = 0; put && i < rule->targets.count; i++)
        validation_passes(validation,
                          &(const struct onward){.from = rule->bus, .to = targets[i].endpoint, .only = put, .times = 1, .aside = true});
}

static void rule_validate(struct validation *validation, void *blob)
{
    struct event_rule *rule = blob;
    if (!validation_written(validation, "EventPattern") && !validation_written(validation, "ScheduleExpression"))
        validation_error(validation, NULL, "give it one of the two", "a rule needs an EventPattern or a ScheduleExpression");
    rule->passes = validation_match(validation, rule->pattern, NULL, ENTITY_NONE);
    match_senders(validation, rule);
    join_bus(validation, rule);
    check_targets(validation, rule);
    tell_loops(validation, rule);
    rule->quota = validation_self(validation);
    for (uint32_t i = 0; i < rule->quota; i++)
        if (model_is(validation_type(validation, i), EVENT_RULE_TYPE))
            rule->quota = i;
}

static enum status rule_create(struct simulation *simulation, void *self)
{
    struct event_rule *rule = self;
    const struct simulation_settings *settings = simulation->settings;
    rule->invocation_ns = time_from_double((double)NS_PER_S / fmax(rule_number(settings->rules, "eventbridge_invocation_rate"), 1));
    stream_init(&rule->latency_stream, settings->seed, simulation->replication, simulation->entities[rule->self].name, "latency");
    if (rule->schedule) {
        rule->timer = (struct event_timer){.self = rule->self, .tick_kind = RULE_TICK, .fire_kind = RULE_FIRE};
        event_timer_init(&rule->timer, simulation, rule->schedule, 0, settings->duration_ns,
                         rule_ns(settings->rules, "eventbridge_precision_s"));
    }
    return event_push_init(&rule->push, simulation, rule->targets.items, rule->targets.count, &rule->metrics.push, rule->self,
                           RULE_DELIVER);
}

static void rule_start(struct simulation *simulation, void *self)
{
    struct event_rule *rule = self;
    if (rule->schedule)
        event_timer_next(simulation, &rule->timer);
}

static void rule_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    event_push_fini(&((struct event_rule *)self)->push);
}

/* The account has so many invocations a second; what is over waits. A second's worth may come at once. */
static int64_t invocation_wait_ns(struct simulation *simulation, struct event_rule *rule)
{
    struct event_rule *keeper = entity_state(simulation, rule->quota);
    int64_t wait_ns = pace_next_ns(&keeper->pace, NS_PER_S) - simulation->now_ns;
    pace_spend(&keeper->pace, simulation->now_ns, keeper->invocation_ns);
    if (wait_ns <= 0)
        return 0;
    counter_add(&rule->metrics.throttled, 1);
    return wait_ns;
}

static void run_rule(struct simulation *simulation, struct event_rule *rule, const struct request *event, bool scheduled)
{
    counter_add(&rule->metrics.triggered, 1);
    for (size_t i = 0; i < rule->push.count && simulation->status == STATUS_OK; i++) {
        int64_t wait_ns = invocation_wait_ns(simulation, rule);
        if (!scheduled) {
            stream_at(&rule->latency_stream, event->item, (uint32_t)i);
            wait_ns = time_add(wait_ns, distribution_sample_ns(rule->latency, &rule->latency_stream.rng));
        }
        event_push_send(simulation, &rule->push, i, event, wait_ns);
    }
}

static const struct event_match *match_of(const struct event_rule *rule, uint32_t sender, uint32_t envelope)
{
    size_t low = 0, high = rule->match_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct event_match *match = &rule->matches[middle];
        if (match->sender == sender && match->envelope == envelope)
            return match;
        if (match->sender < sender || (match->sender == sender && match->envelope < envelope))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool matches(const struct simulation *simulation, const struct event_rule *rule, const struct request *request)
{
    const struct content_set *passes = rule->passes;
    const struct model_type *type = request->from == ENTITY_NONE ? NULL : simulation->entities[request->from].type;
    if (!rule->pattern_given)
        return false; /* it goes by its schedule alone */
    if (type && type->envelopes) {
        uint32_t envelope = type->envelope ? type->envelope(simulation, entity_state(simulation, request->from), request) : 0;
        const struct event_match *match = match_of(rule, request->from, envelope);
        if (!match)
            return false;
        passes = match->passes;
    }
    return content_set_has(passes, request->content);
}

bool event_rule_see(struct simulation *simulation, struct event_rule *rule, const struct request *request)
{
    struct ledger *ledger = &simulation->entities[rule->self].ledger;
    if (rule->state == RULE_DISABLED || !matches(simulation, rule, request)) {
        ledger_count(ledger, rule->state == RULE_DISABLED ? &cause_disabled : &cause_unmatched);
        return false;
    }
    counter_add(&rule->metrics.matched, 1);
    ledger_count(ledger, &cause_succeeded);
    run_rule(simulation, rule, request, false);
    return true;
}

static void rule_accept(struct simulation *simulation, void *self, struct request *request)
{
    event_rule_see(simulation, self, request);
    request_answer(simulation, request, &cause_succeeded);
}

static void rule_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct event_rule *rule = self;
    switch ((enum rule_event)event->kind) {
    case RULE_DELIVER:
        delivery_handle(simulation, &rule->push.delivery, event);
        break;
    case RULE_TICK:
        event_timer_tick(simulation, &rule->timer);
        break;
    case RULE_FIRE: {
        if (rule->state == RULE_DISABLED)
            break;
        struct request item = event_timer_item(simulation, &rule->timer, event, (uint32_t)fmin((double)rule->payload_bytes, UINT32_MAX));
        simulation->entities[rule->self].ledger.entered++;
        ledger_count(&simulation->entities[rule->self].ledger, &cause_succeeded);
        run_rule(simulation, rule, &item, true);
        break;
    }
    }
}

static void rule_done(struct simulation *simulation, void *self, struct request *request)
{
    delivery_answered(simulation, &((struct event_rule *)self)->push.delivery, request);
}

static enum status rule_finish(struct simulation *simulation, void *self)
{
    delivery_finish(simulation, &((struct event_rule *)self)->push.delivery);
    return STATUS_OK;
}

const struct model_type event_rule_type = {
    .type = EVENT_RULE_TYPE,
    .help = "A rule of an event bus, by pattern or schedule, with up to five targets. As a `target` of traffic: events that it sees.",
    .size = sizeof(struct event_rule),
    .self_offset = offsetof(struct event_rule, self),
    .properties = rule_properties,
    .behavior = rule_behavior,
    .metrics = rule_metrics,
    .validate = rule_validate,
    .create = rule_create,
    .start = rule_start,
    .destroy = rule_destroy,
    .handle = rule_handle,
    .accept = rule_accept,
    .done = rule_done,
    .finish = rule_finish,
};
