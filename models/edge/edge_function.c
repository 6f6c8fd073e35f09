/* edge_function.c: AWS::CloudFront::Function: runs at the edge for viewer requests and viewer responses, without network, without a body,
 * in less than a millisecond. Sources: CloudFront developer guide, "Differences between CloudFront Functions and Lambda@Edge", "Quotas"
 * (rules cf_function_*), "Metrics for CloudFront Functions", "Restrictions on CloudFront Functions". */
#include "edge_function.h"

#include "edge.h"
#include "engine/rule_book.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <string.h>

#define AT(field) offsetof(struct edge_function, field)
#define PARTS_OF_A_PERCENT 1000

static const struct property config_properties[] = {
    ACCEPTED("Comment"),
    {"Runtime", PROPERTY_STRING, AT(runtime), .help = "cloudfront-js-1.0 or cloudfront-js-2.0."},
    ACCEPTED("KeyValueStoreAssociations"),
    {0},
};

static const struct property function_properties[] = {
    ACCEPTED("AutoPublish"),
    {"FunctionCode", PROPERTY_STRING, AT(code), .help = "Its code: only the size is looked at."},
    {"FunctionConfig", PROPERTY_OBJECT, 0, .properties = config_properties, .help = "Its settings."},
    ACCEPTED("FunctionMetadata"),
    ACCEPTED("Name"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property function_behavior[] = {
    {"duration", PROPERTY_TIME_DISTRIBUTION, AT(duration), .fallback = "cf_function_duration",
     .help = "How long it runs; cut off, and answered 503, at rule cf_function_max_ms."},
    {"reject_rate", PROPERTY_PROBABILITY, AT(reject_rate), .fallback = "0",
     .help = "Probability that it answers by itself (403), so that the request ends at the edge."},
    {"normalizes_key", PROPERTY_BOOLEAN, AT(normalizes_key), .fallback = "false",
     .help = "It takes query strings off the request: what `variants` of a source stands for is one object then."},
    {"error_rate", PROPERTY_PROBABILITY, AT(error_rate), .fallback = "0", .help = "Probability that it fails: answered 503."},
    {"memory_used", PROPERTY_SIZE_DISTRIBUTION, AT(memory_used),
     .help = "Its peak: more than rule cf_function_memory_mb fails. Left out: never too much."},
    {"code_size", PROPERTY_SIZE, AT(code_size_bytes), .minimum = "1", .fallback = "0",
     .help = "Of its code; left out: what FunctionCode has."},
    {0},
};

static const struct metric_type function_metrics[] = {
    {"AWS/CloudFront", "FunctionInvocations", "Count", METRIC_COUNT, AT(invocations), .help = "How often it ran."},
    {"AWS/CloudFront", "FunctionExecutionErrors", "Count", METRIC_COUNT, AT(execution_errors), .better = -1,
     .help = "How often it failed, by itself or for want of memory."},
    {"AWS/CloudFront", "FunctionThrottles", "Count", METRIC_COUNT, AT(throttles), .better = -1,
     .help = "How often it ran longer than it may."},
    {"AWS/CloudFront", "FunctionComputeUtilization", "Percent", METRIC_TALLY, AT(utilization), .parts = PARTS_OF_A_PERCENT,
     .help = "The time that it ran, in percent of what it may."},
    {"slsim", "FunctionRejected", "Count", METRIC_COUNT, AT(rejected), .help = "Requests that it answered by itself (reject_rate)."},
    {0},
};

static const struct line_item function_line_items[] = {
    {"Executions-CloudFrontFunctions", "Invocations."},
    {0},
};

static const char *const function_refusals[] = {"edge_function_count", "edge_function_size", NULL};

/* So many functions may an account have: the first that is too many says so. */
static void check_count(struct validation *validation)
{
    const double most = rule_number(validation_rules(validation), "cf_functions_max");
    double count = 0;
    for (uint32_t i = 0; i <= validation_self(validation); i++)
        count += validation_type(validation, i) == &edge_function_type;
    if (count == most + 1 && !validation_allowed(validation, "edge_function_count"))
        validation_error(validation, NULL, "ask AWS for more, or allow_invalid: [\"edge_function_count\"]",
                         "an account has at most %.15g CloudFront functions (rule cf_functions_max)", most);
}

static void function_validate(struct validation *validation, void *config)
{
    struct edge_function *function = config;
    const struct rule_book *rules = validation_rules(validation);
    int64_t most = rule_bytes(rules, "cf_function_code_max_kb");
    int64_t size = function->code_size_bytes > 0 ? function->code_size_bytes : function->code ? (int64_t)strlen(function->code) : 0;
    if (size > most && !validation_allowed(validation, "edge_function_size"))
        validation_error(validation, function->code_size_bytes > 0 ? "behavior.code_size" : "FunctionCode",
                         "let Lambda@Edge do it, or allow_invalid: [\"edge_function_size\"]",
                         "CloudFront takes functions of at most %.15g KB (rule cf_function_code_max_kb), and this one has %.1f",
                         (double)most / 1024, (double)size / 1024);
    check_count(validation);
    if (function->runtime && strncmp(function->runtime, "cloudfront-js-", strlen("cloudfront-js-")) != 0)
        validation_error(validation, "FunctionConfig.Runtime", "\"cloudfront-js-2.0\"", "CloudFront has no runtime \"%.40s\"",
                         function->runtime);
    if (distribution_is_constant(function->duration) &&
        distribution_sample(function->duration, NULL) > (double)rule_ns(rules, "cf_function_max_ms"))
        validation_warning(validation, "behavior.duration", "longer work is Lambda@Edge's",
                           "a CloudFront function may run for %.15g ms (rule cf_function_max_ms): every request would be answered 503",
                           rule_number(rules, "cf_function_max_ms"));
}

static enum status function_create(struct simulation *simulation, void *self)
{
    struct edge_function *function = self;
    const char *name = simulation->entities[function->self].name;
    const struct rule_book *rules = simulation->settings->rules;
    stream_init(&function->durations, simulation->settings->seed, simulation->replication, name, "duration");
    stream_init(&function->ends, simulation->settings->seed, simulation->replication, name, "end");
    stream_init(&function->memories, simulation->settings->seed, simulation->replication, name, "memory");
    function->limit_ns = rule_pause_ns(rules, "cf_function_max_ms");
    function->memory_limit_bytes = rule_bytes(rules, "cf_function_memory_mb");
    return STATUS_OK;
}

int64_t edge_function_run(struct edge_function *function, const struct request *request, uint32_t event, enum edge_outcome *outcome)
{
    const uint32_t place = (uint32_t)request->attempt * 4 + event; /* each of its events draws anew */
    stream_at(&function->durations, request->item, place);
    int64_t took_ns = distribution_sample_ns(function->duration, &function->durations.rng);
    stream_at(&function->ends, request->item, place);
    const double chance = stream_uniform(&function->ends);
    counter_add(&function->invocations, 1);
    *outcome = EDGE_PASSES;
    if (function->memory_used) {
        stream_at(&function->memories, request->item, place);
        if (distribution_sample(function->memory_used, &function->memories.rng) > (double)function->memory_limit_bytes)
            *outcome = EDGE_FAILS;
    }
    if (took_ns > function->limit_ns) {
        took_ns = function->limit_ns;
        *outcome = EDGE_THROTTLED;
    } else if (chance < function->error_rate) {
        *outcome = EDGE_FAILS;
    } else if (*outcome == EDGE_PASSES && chance < function->error_rate + (1 - function->error_rate) * function->reject_rate) {
        *outcome = EDGE_REJECTS;
    }
    counter_add(&function->execution_errors, *outcome == EDGE_FAILS);
    counter_add(&function->throttles, *outcome == EDGE_THROTTLED);
    counter_add(&function->rejected, *outcome == EDGE_REJECTS);
    tally_add(&function->utilization, TALLY_ALL, took_ns * (100 * PARTS_OF_A_PERCENT) / function->limit_ns);
    return took_ns;
}

static void function_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    bill_add(bill, &function_line_items[0], (double)((const struct edge_function *)self)->invocations.whole);
}

const struct model_type edge_function_type = {
    .type = "AWS::CloudFront::Function",
    .service = "Amazon CloudFront",
    .help = "A CloudFront function: runs at the edge for what viewers ask and get, in less than a millisecond, without network.",
    .size = sizeof(struct edge_function),
    .self_offset = AT(self),
    .properties = function_properties,
    .behavior = function_behavior,
    .metrics = function_metrics,
    .line_items = function_line_items,
    .refusals = function_refusals,
    .validate = function_validate,
    .create = function_create,
    .quantities = function_quantities,
};
