/* event_target.c: delivering to targets, and going off by a schedule.
 * Sources: rules eventbridge_retry_*, which cite the EventBridge user guide, "Retrying event delivery"; eventbridge_precision_s. */
#include "event_target.h"

#include "engine/content.h"
#include "engine/key.h"
#include "engine/pollable.h"
#include "engine/streamable.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define AT(field) offsetof(struct event_target, field)

static const struct property retry_properties[] = {
    {"MaximumRetryAttempts", PROPERTY_INTEGER, AT(retries), .minimum = "0", .maximum = "eventbridge_retry_attempts_max",
     .fallback = "eventbridge_retry_attempts", .help = "Retries after throttles and errors of the target's service."},
    {"MaximumEventAgeInSeconds", PROPERTY_TIME, AT(max_age_ns), .unit = "s", .minimum = "eventbridge_retry_age_min_s",
     .maximum = "eventbridge_retry_age_max_s", .fallback = "eventbridge_retry_age_s", .help = "An older event is given up."},
    {0},
};

static const struct property dead_letter_properties[] = {
    {"Arn", PROPERTY_REFERENCE, AT(dead_letter), .given = PROPERTY_GIVEN(struct event_target, dead_letter_given),
     .help = "The queue that gets what could not be delivered."},
    ACCEPTED("Type"),
    ACCEPTED("QueueLogicalId"),
    {0},
};

static const struct property queue_properties[] = {
    {"MessageGroupId", PROPERTY_STRING, AT(message_group), .help = "The message group in a FIFO queue."},
    {0},
};

static const struct property stream_properties[] = {
    ACCEPTED("PartitionKeyPath"),
    ACCEPTED("PartitionKey"),
    {0},
};

const struct property event_target_properties[] = {
    {"Arn", PROPERTY_REFERENCE, AT(endpoint), .required = true, .help = "The function, queue, topic, stream or event bus."},
    {"Id", PROPERTY_STRING, AT(id), .help = "Names the target in outputs: `Rule/target-Id`; by default its place, from 0."},
    {"RetryPolicy", PROPERTY_OBJECT, 0, .properties = retry_properties, .help = "How often and how long."},
    {"DeadLetterConfig", PROPERTY_OBJECT, 0, .properties = dead_letter_properties, .help = "Where events go that could not be delivered."},
    {"SqsParameters", PROPERTY_OBJECT, 0, .properties = queue_properties, .help = "Of a queue."},
    {"KinesisParameters", PROPERTY_OBJECT, 0, .properties = stream_properties,
     .given = PROPERTY_GIVEN(struct event_target, partition_given),
     .help = "Of a stream: events keep the key that they have; without it each has one of its own."},
    {"RoleArn", PROPERTY_STRING, AT(role), .help = "In whose name it is called; a role of the scenario is judged."},
    ACCEPTED("Input"),
    ACCEPTED("InputPath"),
    ACCEPTED("InputTransformer"),
    ACCEPTED("EventBridgeParameters"),
    {0},
};

/* A role of the scenario: the service must be let in, and it must be let call the target; where it may not, deliveries fail. */
static void check_role(struct validation *validation, const struct event_target *target, const char *place, const char *service,
                       const char *rule_role, bool trusted)
{
    char property[96];
    uint32_t role = validation_role(validation, target->role ? target->role : rule_role);
    if (role == ENTITY_NONE || target->endpoint == ENTITY_NONE)
        return;
    if (target->role)
        snprintf(property, sizeof property, "%s.RoleArn", place);
    else
        snprintf(property, sizeof property, "RoleArn");
    validation_may_assume(validation, role, service, trusted, property);
    validation_may(validation,
                   &(struct deed){.from = validation_self(validation), .holder = role, .target = target->endpoint, .property = property});
}

void event_target_check(struct validation *validation, struct event_target *target, const char *place, const char *service,
                        const char *role, bool trusted)
{
    char property[96];
    if (!target->dead_letter_given)
        target->dead_letter = ENTITY_NONE;
    snprintf(property, sizeof property, "%s.Arn", place);
    if (target->endpoint != ENTITY_NONE) {
        const char *name = validation_name(validation, target->endpoint);
        if (!model_is_callable(validation_type(validation, target->endpoint)))
            validation_error(validation, property, NULL, "%s cannot be called", name);
        else if (validation_in_order(validation, target->endpoint) && !target->message_group)
            validation_error(validation, property, "write \"SqsParameters\": {\"MessageGroupId\": \"all\"}",
                             "%s is a FIFO queue: the target needs a message group", name);
    }
    check_role(validation, target, place, service, role, trusted);
    snprintf(property, sizeof property, "%s.DeadLetterConfig.Arn", place);
    if (target->dead_letter == ENTITY_NONE)
        return;
    if (!validation_type(validation, target->dead_letter)->pollable)
        validation_error(validation, property, NULL, "%s is no queue", validation_name(validation, target->dead_letter));
    else if (validation_in_order(validation, target->dead_letter))
        validation_error(validation, property, "name a standard queue",
                         "%s is a FIFO queue, and a dead-letter queue must be a standard one",
                         validation_name(validation, target->dead_letter));
}

/* The wait grows from try to try, and is shortened by chance. */
static int64_t push_wait_ns(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    (void)simulation;
    struct event_push *push = owner;
    counter_add(&push->metrics->errors, 1);
    if (!cause_is_transient(cause))
        return DELIVERY_REFUSED;
    if (item->tries > push->targets[item->route].retries)
        return DELIVERY_GIVE_UP;
    stream_at(&push->jitter_stream, item->item, item->tries);
    return back_off_shortened_ns(back_off_full_ns(&push->back_off, item->tries - 1), push->jitter, &push->jitter_stream);
}

static void push_tried(struct simulation *simulation, void *owner, const struct delivery_item *item)
{
    struct event_push *push = owner;
    counter_add(&push->metrics->attempts, 1);
    if (item->tries > 0)
        counter_add(&push->metrics->retried, 1);
    else
        tally_add(&push->metrics->start_latency, TALLY_ALL, simulation->now_ns - item->received_ns);
}

static void push_answered(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    (void)simulation;
    (void)item;
    struct event_push *push = owner;
    if (cause == &cause_succeeded)
        counter_add(&push->metrics->succeeded, 1);
    else if (cause->fate == FATE_THROTTLED)
        counter_add(&push->metrics->throttled, 1);
}

static void push_settled(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    struct event_push *push = owner;
    gauge_add(&push->metrics->pending, simulation->now_ns, -1);
    counter_add(&push->metrics->over, 1);
    if (cause == &cause_succeeded)
        tally_add(&push->metrics->success_latency, TALLY_ALL, simulation->now_ns - item->received_ns);
    else
        counter_add(&push->metrics->failed, 1);
}

static void push_kept(struct simulation *simulation, void *owner, uint32_t target)
{
    (void)simulation;
    (void)target;
    counter_add(&((struct event_push *)owner)->metrics->sent_to_dlq, 1);
}

static void push_lost(struct simulation *simulation, void *owner, uint32_t target)
{
    (void)simulation;
    (void)target;
    counter_add(&((struct event_push *)owner)->metrics->lost, 1);
}

static const struct delivery_type push_delivery = {
    .wait_ns = push_wait_ns,
    .tried = push_tried,
    .answered = push_answered,
    .settled = push_settled,
    .kept = push_kept,
    .lost = push_lost,
};

static enum status add_target(struct event_push *push, struct simulation *simulation, size_t index)
{
    const struct event_target *target = &push->targets[index];
    const struct delivery_policy policy = {
        .target = target->endpoint,
        .max_age_ns = target->max_age_ns,
        .on_success = ENTITY_NONE,
        .on_failure = ENTITY_NONE,
        .dead_letter = target->dead_letter,
    };
    char *suffix = NULL;
    int length = target->id ? asprintf(&suffix, "target-%s", target->id) : asprintf(&suffix, "target-%zu", index);
    if (length < 0)
        return STATUS_NO_MEMORY;
    enum status status = delivery_add_route(&push->delivery, simulation, &policy, suffix);
    free(suffix);
    return status;
}

enum status event_push_init(struct event_push *push, struct simulation *simulation, const struct event_target *targets, size_t count,
                            struct event_push_metrics *metrics, uint32_t self, uint16_t event_kind)
{
    const struct rule_book *rules = simulation->settings->rules;
    push->targets = targets;
    push->count = count;
    push->metrics = metrics;
    push->back_off = (struct back_off){
        .base_ns = (double)rule_ns(rules, "eventbridge_retry_base_s"),
        .factor = fmax(rule_number(rules, "eventbridge_retry_factor"), 1),
        .cap_ns = (double)rule_ns(rules, "eventbridge_retry_cap_s"),
    };
    push->jitter = rule_share(rules, "eventbridge_retry_jitter");
    stream_init(&push->jitter_stream, simulation->settings->seed, simulation->replication, simulation->entities[self].name, "jitter");
    delivery_init_routes(&push->delivery, &push_delivery, simulation, push, self, event_kind);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = add_target(push, simulation, i);
    return status;
}

void event_push_fini(struct event_push *push)
{
    delivery_fini(&push->delivery);
}

void event_push_send(struct simulation *simulation, struct event_push *push, size_t index, const struct request *request, int64_t wait_ns)
{
    const struct event_target *target = &push->targets[index];
    struct request sent = *request;
    sent.hops = 0; /* what counts how often a chain came round does not see through a bus */
    if (target->message_group)
        sent.group = key_named(target->message_group);
    else if (!target->partition_given && simulation->entities[target->endpoint].type->streamable)
        sent.group = (uint32_t)stream_key_hash((uint32_t)request->item); /* the event's id is its partition key */
    counter_add(&push->metrics->created, 1);
    gauge_add(&push->metrics->pending, simulation->now_ns, 1);
    delivery_put(simulation, &push->delivery, (uint16_t)index, &sent, wait_ns);
}

void event_timer_init(struct event_timer *timer, struct simulation *simulation, const struct arrival_process *process, int64_t from_ns,
                      int64_t until_ns, int64_t spread_ns)
{
    const char *name = simulation->entities[timer->self].name;
    uint64_t seed = simulation->settings->seed;
    timer->spread_ns = spread_ns;
    timer->salt = item_salt(name);
    stream_init(&timer->place, seed, simulation->replication, name, "place");
    arrival_generator_init(&timer->generator, process, from_ns, until_ns, seed, simulation->replication, name);
}

void event_timer_next(struct simulation *simulation, struct event_timer *timer)
{
    struct arrival next;
    if (arrival_next(&timer->generator, &next))
        simulation_schedule(simulation, timer->self, timer->tick_kind, RANK_ARRIVAL, next.time_ns, 0);
}

void event_timer_tick(struct simulation *simulation, struct event_timer *timer)
{
    uint64_t ordinal = timer->ordinal++;
    stream_at(&timer->place, timer->salt + ordinal, 0);
    int64_t delay_ns = (int64_t)((double)timer->spread_ns * stream_uniform(&timer->place));
    simulation_schedule(simulation, timer->self, timer->fire_kind, RANK_ARRIVAL, time_add(simulation->now_ns, delay_ns), (uint32_t)ordinal);
    event_timer_next(simulation, timer);
}

struct request event_timer_item(const struct simulation *simulation, const struct event_timer *timer, const struct event *event,
                                uint32_t payload_bytes)
{
    return (struct request){
        .item = timer->salt + event->data,
        .born_ns = simulation->now_ns,
        .sent_ns = simulation->now_ns,
        .handler_ns = -1,
        .from = ENTITY_NONE,
        .payload_bytes = payload_bytes,
        .content = CONTENT_NONE,
        .asynchronous = true,
    };
}
