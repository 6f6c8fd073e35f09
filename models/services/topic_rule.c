/* topic_rule.c: AWS::IoT::TopicRule: each message goes to every action; one that no try gets through goes to the error action.
 * Source: AWS IoT Core Developer Guide, "AWS IoT rule actions" and "Error handling (error action)"; rules iot_rule_*. */
#include "actions.h"

#include "measure/bill.h"

#include <stdio.h>

struct topic_rule {
    struct service service;
    struct iot_action error;
    bool disabled, error_given;
    struct counter chunks, action_chunks; /* as billed */
    struct property_list actions;         /* of struct iot_action */
};

#define AT(field) offsetof(struct topic_rule, field)

/* The tables of an action whose struct iot_action is at BASE of what they fill. */
#define ACTION_TABLES(PREFIX, BASE)                                                                                                        \
    static const struct property PREFIX##_lambda[] = {IOT_TARGET(BASE, "FunctionArn", function), {0}};                                     \
    static const struct property PREFIX##_sqs[] = {IOT_TARGET(BASE, "QueueUrl", queue), ACCEPTED("RoleArn"), ACCEPTED("UseBase64"), {0}};  \
    static const struct property PREFIX##_sns[] = {                                                                                        \
        IOT_TARGET(BASE, "TargetArn", topic), ACCEPTED("RoleArn"), ACCEPTED("MessageFormat"), {0}};                                        \
    static const struct property PREFIX##_kinesis[] = {                                                                                    \
        IOT_TARGET(BASE, "StreamName", stream), ACCEPTED("RoleArn"), ACCEPTED("PartitionKey"), {0}};                                       \
    static const struct property PREFIX##_firehose[] = {                                                                                   \
        IOT_TARGET(BASE, "DeliveryStreamName", delivery_stream), ACCEPTED("RoleArn"), ACCEPTED("Separator"), ACCEPTED("BatchMode"), {0}};  \
    static const struct property PREFIX##_s3[] = {                                                                                         \
        IOT_TARGET(BASE, "BucketName", bucket), ACCEPTED("RoleArn"), ACCEPTED("Key"), ACCEPTED("CannedAcl"), {0}};                         \
    static const struct property PREFIX##_actions[] = {                                                                                    \
        IOT_ACTION("Lambda", PREFIX##_lambda, "Invokes a function, asynchronously."),                                                      \
        IOT_ACTION("Sqs", PREFIX##_sqs, "Sends to a queue."),                                                                              \
        IOT_ACTION("Sns", PREFIX##_sns, "Publishes to a topic."),                                                                          \
        IOT_ACTION("Kinesis", PREFIX##_kinesis, "Writes to a stream."),                                                                    \
        IOT_ACTION("Firehose", PREFIX##_firehose, "Writes to a delivery stream."),                                                         \
        IOT_ACTION("S3", PREFIX##_s3, "Writes an object."),                                                                                \
        IOT_OTHER(BASE, "CloudwatchAlarm"),                                                                                                \
        IOT_OTHER(BASE, "CloudwatchLogs"),                                                                                                 \
        IOT_OTHER(BASE, "CloudwatchMetric"),                                                                                               \
        IOT_OTHER(BASE, "DynamoDB"),                                                                                                       \
        IOT_OTHER(BASE, "DynamoDBv2"),                                                                                                     \
        IOT_OTHER(BASE, "Elasticsearch"),                                                                                                  \
        IOT_OTHER(BASE, "Http"),                                                                                                           \
        IOT_OTHER(BASE, "IotAnalytics"),                                                                                                   \
        IOT_OTHER(BASE, "IotEvents"),                                                                                                      \
        IOT_OTHER(BASE, "IotSiteWise"),                                                                                                    \
        IOT_OTHER(BASE, "Kafka"),                                                                                                          \
        IOT_OTHER(BASE, "Location"),                                                                                                       \
        IOT_OTHER(BASE, "OpenSearch"),                                                                                                     \
        IOT_OTHER(BASE, "Republish"),                                                                                                      \
        IOT_OTHER(BASE, "StepFunctions"),                                                                                                  \
        IOT_OTHER(BASE, "Timestream"),                                                                                                     \
        {0},                                                                                                                               \
    }

ACTION_TABLES(listed, 0);
ACTION_TABLES(error, offsetof(struct topic_rule, error));

static const struct property payload_properties[] = {
    {"Actions", PROPERTY_LIST, AT(actions), .properties = listed_actions, .size = sizeof(struct iot_action), .minimum = "0",
     .maximum = "iot_rule_actions_max", .required = true, .help = "Where each message goes."},
    {"ErrorAction", PROPERTY_OBJECT, 0, .properties = error_actions, .given = PROPERTY_GIVEN(struct topic_rule, error_given),
     .help = "Where a message goes that an action could not deliver."},
    {"RuleDisabled", PROPERTY_BOOLEAN, AT(disabled), .fallback = "false", .help = "true does nothing."},
    {.name = "Sql", .kind = PROPERTY_ACCEPTED, .required = true, .help = "The statement: every message of a source is taken to match."},
    ACCEPTED("AwsIotSqlVersion"),
    ACCEPTED("Description"),
    {0},
};

static const struct property topic_rule_properties[] = {
    {"TopicRulePayload", PROPERTY_OBJECT, 0, .properties = payload_properties, .required = true, .help = "What the rule does."},
    ACCEPTED("RuleName"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property topic_rule_behavior[] = {SERVICE_DELAY(struct topic_rule, "iot_rule_delay"), {0}};
static const struct metric_type topic_rule_metrics[] = {
    SERVICE_METRICS(struct topic_rule),
    {NULL, "billed chunks", "None", METRIC_COUNT, AT(chunks), .help = ""},
    {NULL, "billed chunks of actions", "None", METRIC_COUNT, AT(action_chunks), .help = ""},
    {0}};

enum { ITEM_MESSAGES, ITEM_RULES, ITEM_ACTIONS };

static const struct line_item topic_rule_line_items[] = {
    [ITEM_MESSAGES] = {"IoT-Messages", "Messages, in chunks of 5 KB, each counted for one rule."},
    [ITEM_RULES] = {"IoT-RulesTriggered", "The same, as the rule was triggered by them."},
    [ITEM_ACTIONS] = {"IoT-ActionsExecuted", "The same for each action."},
    {0},
};

static void topic_rule_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct topic_rule *rule = self;
    bill_add(bill, &topic_rule_line_items[ITEM_MESSAGES], (double)rule->chunks.whole);
    bill_add(bill, &topic_rule_line_items[ITEM_RULES], rule->disabled ? 0 : (double)rule->chunks.whole);
    bill_add(bill, &topic_rule_line_items[ITEM_ACTIONS], (double)rule->action_chunks.whole);
}

static void topic_rule_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct topic_rule *rule = self;
    uint64_t chunks = bill_chunks(request->payload_bytes, (uint64_t)rule_bytes(simulation->settings->rules, "iot_chunk_kb"));
    counter_add(&rule->chunks, chunks);
    counter_add(&rule->action_chunks, chunks * rule->service.outlets.count);
    service_accept(simulation, self, request);
}

/* What both types are made of. */
#define RULE_FUNCTIONS                                                                                                                     \
    .service = "AWS IoT", .line_items = topic_rule_line_items, .quantities = topic_rule_quantities, .create = service_create,              \
    .destroy = service_destroy, .handle = service_handle, .accept = topic_rule_accept, .done = service_done, .finish = service_finish

static void topic_rule_validate(struct validation *validation, void *config)
{
    struct topic_rule *rule = config;
    struct iot_action *actions = rule->actions.items;
    uint32_t error = rule->error_given ? iot_action_target(validation, &rule->error, "TopicRulePayload.ErrorAction") : ENTITY_NONE;
    struct service nobody = {0};
    rule->service.part = "action";
    rule->service.tries_rule = "iot_rule_tries";
    for (size_t i = 0; i < rule->actions.count; i++) {
        char property[60];
        snprintf(property, sizeof property, "TopicRulePayload.Actions[%zu]", i);
        iot_action_add(validation, rule->disabled ? &nobody : &rule->service, &actions[i], property);
        actions[i].outlet.on_failure = error;
        validation_flow(validation, validation_self(validation), error);
    }
}

const struct model_type topic_rule_type = {
    .type = "AWS::IoT::TopicRule",
    .help = "A rule for messages of devices: each arrival of a source is a message that its statement selects.",
    .size = sizeof(struct topic_rule),
    .self_offset = offsetof(struct topic_rule, service.self),
    .properties = topic_rule_properties,
    .behavior = topic_rule_behavior,
    .metrics = topic_rule_metrics,
    .validate = topic_rule_validate,
    RULE_FUNCTIONS,
};

/* What a function's IoTRule event makes: a rule with one action. */
static const struct property iot_event_properties[] = {
    {"FunctionName", PROPERTY_REFERENCE, AT(error.function), .required = true, .help = "The function that is invoked."},
    {.name = "Sql", .kind = PROPERTY_ACCEPTED, .required = true},
    ACCEPTED("AwsIotSqlVersion"),
    {0},
};

/* Here the only action stands where the other has its error action. */
static void iot_event_validate(struct validation *validation, void *config)
{
    struct topic_rule *rule = config;
    rule->service.part = "action";
    rule->service.tries_rule = "iot_rule_tries";
    service_tell(validation, &rule->service, validation_self(validation), "FunctionName", &rule->error.outlet, rule->error.function,
                 KIND_FUNCTION);
}

const struct model_type iot_event_type = {
    .type = "Slsim::IoT::TopicRule",
    .help = "What an IoTRule event of a function (SAM) makes: a topic rule whose action is the function.",
    .size = sizeof(struct topic_rule),
    .self_offset = offsetof(struct topic_rule, service.self),
    .properties = iot_event_properties,
    .behavior = topic_rule_behavior,
    .metrics = topic_rule_metrics,
    .validate = iot_event_validate,
    RULE_FUNCTIONS,
};
