/* function_async.c: asynchronous invocation: Lambda's internal event queue, its retries, destinations and dead letters.
 * Source: rules async_*, which cite the Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation". */
#include "function_async.h"

#include "engine/back_off.h"
#include "engine/content.h"
#include "function_rights.h"
#include "lambda_kinds.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

/* Throttles and system errors: a wait that doubles, as often as the age allows. Errors of the function: so many retries, a minute before
 * the first, two before the second. */
static int64_t async_wait_ns(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    struct function *function = owner;
    const struct rule_book *rules = simulation->settings->rules;
    if (cause == &cause_recursion)
        return DELIVERY_GIVE_UP;
    if (cause_is_of_service(cause)) {
        if (function->config.reserved == 0 && !rule_flag(rules, "async_reserved_zero_retries"))
            return DELIVERY_GIVE_UP;
        const struct back_off back_off = {
            .base_ns = (double)rule_ns(rules, "async_throttle_retry_base_s"),
            .factor = rule_number(rules, "async_throttle_retry_factor"),
            .cap_ns = (double)rule_ns(rules, "async_throttle_retry_cap_s"),
        };
        stream_at(&function->async_jitter, item->item, item->tries);
        return back_off_shortened_ns(back_off_full_ns(&back_off, item->throttles - 1), rule_share(rules, "async_throttle_retry_jitter"),
                                     &function->async_jitter);
    }
    if (item->failures > function->config.async.retries)
        return DELIVERY_GIVE_UP;
    return rule_ns(rules, item->failures == 1 ? "async_retry_wait_1_s" : "async_retry_wait_2_s");
}

static void async_tried(struct simulation *simulation, void *owner, const struct delivery_item *item)
{
    struct function *function = owner;
    tally_add(&function->metrics.async_age, TALLY_ALL, simulation->now_ns - item->received_ns);
}

static void async_settled(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    (void)item;
    struct function *function = owner;
    gauge_add(&function->metrics.async_queued, simulation->now_ns, -1);
    if (cause != &cause_succeeded)
        counter_add(&function->metrics.async_dropped, 1);
}

static void async_lost(struct simulation *simulation, void *owner, uint32_t target)
{
    (void)simulation;
    struct function *function = owner;
    counter_add(
        target == function->config.async.dead_letter ? &function->metrics.dead_letter_errors : &function->metrics.destination_failures, 1);
}

const struct cause cause_recursion = {.fate = FATE_DROPPED, .text = "RecursiveInvocationException"};
static const struct cause cause_recursion_kept = {.fate = FATE_DEAD_LETTERED, .text = "RecursiveInvocationException"};

static const struct cause *async_given_up(const struct cause *cause, bool kept)
{
    if (cause != &cause_recursion)
        return NULL;
    return kept ? &cause_recursion_kept : &cause_recursion;
}

static const struct delivery_type async_delivery = {
    .given_up = async_given_up,
    .wait_ns = async_wait_ns,
    .tried = async_tried,
    .settled = async_settled,
    .lost = async_lost,
};

enum status function_async_create(struct simulation *simulation, struct function *function)
{
    const struct async_config *config = &function->config.async;
    const struct delivery_policy policy = {
        .target = function->self,
        .first_wait_ns = rule_ns(simulation->settings->rules, "async_queue_delay_ms"),
        .max_age_ns = config->max_age_ns,
        .on_success = config->on_success,
        .on_failure = config->on_failure,
        .dead_letter = config->dead_letter,
    };
    stream_init(&function->async_jitter, simulation->settings->seed, simulation->replication, simulation->entities[function->self].name,
                "async jitter");
    return delivery_init(&function->async, &async_delivery, &policy, simulation, function, function->self, FUNCTION_ASYNC, "async");
}

static const struct cause cause_async_payload = {.fate = FATE_REJECTED, .text = "RequestTooLargeException"};

void function_async_accept(struct simulation *simulation, struct function *function, struct request *request)
{
    const struct rule_book *rules = simulation->settings->rules;
    int64_t more_bytes = request->payload_bytes - rule_bytes(rules, "async_metering_first_kb");
    if (request->payload_bytes > rule_bytes(rules, "payload_async_max_kb")) {
        request_done(simulation, function->self, request, &cause_async_payload);
        return;
    }
    if (more_bytes > 0)
        counter_add(&function->metrics.async_extra_requests,
                    bill_chunks((uint64_t)more_bytes, (uint64_t)rule_bytes(rules, "async_metering_step_kb")));
    counter_add(&function->metrics.async_received, 1);
    gauge_add(&function->metrics.async_queued, simulation->now_ns, 1);
    delivery_accept(simulation, &function->async, request);
}

/* What a destination's record looks like on an event bus. */
#define RECORD(OUTCOME)                                                                                                                    \
    {"version", ENVELOPE_TEXT, "0"}, {"source", ENVELOPE_TEXT, "lambda"},                                                                  \
        {"detail-type", ENVELOPE_TEXT, "Lambda Function Invocation Result - " OUTCOME}, {"resources", ENVELOPE_SENDER, NULL},              \
        {"detail.requestContext.functionArn", ENVELOPE_SENDER, NULL},                                                                      \
    {                                                                                                                                      \
        "detail.requestPayload", ENVELOPE_EVENT, NULL                                                                                      \
    }

static const struct envelope success_record[] = {
    RECORD("Success"),
    {"detail.requestContext.condition", ENVELOPE_TEXT, "Success"},
    {0},
};
static const struct envelope failure_record[] = {RECORD("Failure"), {0}};
enum { RECORD_SUCCESS, RECORD_FAILURE };
const struct envelope *const function_envelopes[] = {[RECORD_SUCCESS] = success_record, [RECORD_FAILURE] = failure_record, NULL};

uint32_t function_envelope(const struct simulation *simulation, const void *self, const struct request *request)
{
    (void)simulation;
    (void)self;
    return delivery_role(request) == DELIVERY_SUCCESS_RECORD ? RECORD_SUCCESS : RECORD_FAILURE;
}

/* A target must take what is sent: an endpoint that is not the function itself where that would go round for ever. */
static void check_target(struct validation *validation, uint32_t from, uint32_t target, const char *property, bool of_failures)
{
    if (target == ENTITY_NONE)
        return;
    if (!validation_type(validation, target)->accept)
        validation_error(validation, property, "a queue, a topic, a function, an event bus or a bucket", "%s cannot be a destination",
                         validation_name(validation, target));
    else if (validation_in_order(validation, target)) /* the developer guide, "Capturing records of invocations": standard ones */
        validation_error(validation, property, "name a standard queue",
                         "%s is a FIFO queue, and a function sends what became of events to "
                         "standard ones",
                         validation_name(validation, target));
    validation_passes(validation, &(const struct onward){.from = from, .to = target, .times = of_failures ? 0 : 1});
}

/* The developer guide, "Dead-letter queues": a queue or a topic. */
static void check_dead_letter(struct validation *validation, uint32_t target)
{
    const char *property = validation_written(validation, "DeadLetterQueue") ? "DeadLetterQueue.TargetArn" : "DeadLetterConfig.TargetArn";
    const char *type = target == ENTITY_NONE ? "" : validation_type(validation, target)->type;
    if (target != ENTITY_NONE && strcmp(type, "AWS::SQS::Queue") != 0 && strcmp(type, "AWS::SNS::Topic") != 0)
        validation_error(validation, property, "a queue or a topic", "%s, %s, cannot get dead letters", validation_name(validation, target),
                         type);
    else
        check_target(validation, validation_self(validation), target, property, true);
}

void function_async_validate(struct validation *validation, const struct function_config *config)
{
    check_target(validation, validation_self(validation), config->async.on_success,
                 "EventInvokeConfig.DestinationConfig.OnSuccess.Destination", false);
    check_target(validation, validation_self(validation), config->async.on_failure,
                 "EventInvokeConfig.DestinationConfig.OnFailure.Destination", true);
    check_dead_letter(validation, config->async.dead_letter);
}

/* AWS::Lambda::EventInvokeConfig: the same settings as a resource of their own. */
struct event_invoke_config {
    uint32_t self;
    uint32_t function;
    const char *qualifier; /* NULL: $LATEST */
    struct async_config async;
};

#define AT(field) offsetof(struct event_invoke_config, field)

static const struct property on_success_properties[] = {
    {"Destination", PROPERTY_REFERENCE, AT(async.on_success), .help = "Who gets a record of each success."},
    {0},
};

static const struct property on_failure_properties[] = {
    {"Destination", PROPERTY_REFERENCE, AT(async.on_failure), .help = "Who gets a record of each event that was given up."},
    {0},
};

static const struct property destination_properties[] = {
    {"OnSuccess", PROPERTY_OBJECT, 0, .properties = on_success_properties, .help = "For events that succeeded."},
    {"OnFailure", PROPERTY_OBJECT, 0, .properties = on_failure_properties, .help = "For events that were given up."},
    {0},
};

static const struct property event_invoke_properties[] = {
    {"FunctionName", PROPERTY_REFERENCE, AT(function), .required = true, .help = "The function."},
    {"Qualifier", PROPERTY_STRING, AT(qualifier), .help = "A version's number, an alias's name, or $LATEST."},
    {"MaximumRetryAttempts", PROPERTY_INTEGER, AT(async.retries), .minimum = "async_max_retries_min", .maximum = "async_max_retries_max",
     .fallback = "async_max_retries_default", .help = "Retries after errors of the function."},
    {"MaximumEventAgeInSeconds", PROPERTY_TIME, AT(async.max_age_ns), .unit = "s", .minimum = "async_max_event_age_min_s",
     .maximum = "async_max_event_age_max_s", .fallback = "async_max_event_age_default_s", .help = "An older event is given up."},
    {"DestinationConfig", PROPERTY_OBJECT, 0, .properties = destination_properties, .help = "Where records of events go."},
    {0},
};

/* The function, or the part of it that the qualifier names. */
static uint32_t configured(struct validation *validation, const struct event_invoke_config *invoke)
{
    char name[600];
    if (!invoke->qualifier || strcmp(invoke->qualifier, "$LATEST") == 0)
        return invoke->function;
    snprintf(name, sizeof name, "%.255s:%.255s", validation_name(validation, invoke->function), invoke->qualifier);
    uint32_t part = validation_find(validation, name);
    if (part == ENTITY_NONE)
        part = validation_named(validation, invoke->qualifier);
    if (part != ENTITY_NONE && is_invocable_type(validation_type(validation, part)))
        return part;
    validation_error(validation, "Qualifier", NULL, "%s has no version or alias \"%s\"", validation_name(validation, invoke->function),
                     invoke->qualifier);
    return ENTITY_NONE;
}

static void event_invoke_validate(struct validation *validation, void *config)
{
    struct event_invoke_config *invoke = config;
    if (invoke->function == ENTITY_NONE)
        return;
    if (!is_function_type(validation_type(validation, invoke->function))) {
        validation_error(validation, "FunctionName", NULL, "%s is no function", validation_name(validation, invoke->function));
        return;
    }
    uint32_t part = configured(validation, invoke);
    if (part == ENTITY_NONE)
        return;
    struct function *function = validation_config(validation, part);
    if (function->config.async.given)
        validation_error(validation, "FunctionName", NULL, "%s has an EventInvokeConfig already", validation_name(validation, part));
    check_target(validation, part, invoke->async.on_success, "DestinationConfig.OnSuccess.Destination", false);
    check_target(validation, part, invoke->async.on_failure, "DestinationConfig.OnFailure.Destination", true);
    function_right_to_send(validation, part, part, invoke->async.on_success, "DestinationConfig.OnSuccess.Destination");
    function_right_to_send(validation, part, part, invoke->async.on_failure, "DestinationConfig.OnFailure.Destination");
    function_rights_of_parts(validation, part, invoke->async.on_success);
    function_rights_of_parts(validation, part, invoke->async.on_failure);
    uint32_t dead_letter = function->config.async.dead_letter;
    function->config.async = invoke->async;
    function->config.async.dead_letter = dead_letter;
    function->config.async.given = true;
}

const struct model_type event_invoke_config_type = {
    .type = "AWS::Lambda::EventInvokeConfig",
    .help = "How a function handles asynchronous invocation.",
    .size = sizeof(struct event_invoke_config),
    .self_offset = AT(self),
    .properties = event_invoke_properties,
    .validate = event_invoke_validate,
};
