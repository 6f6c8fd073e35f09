/* actions.c: actions of AWS IoT and AWS IoT Events.
 * Source: CloudFormation's AWS::IoT::TopicRule Action and AWS::IoTEvents::DetectorModel Action. */
#include "actions.h"

#include <stdio.h>

static const struct property events_lambda_rows[] = {IOT_TARGET(0, "FunctionArn", function), ACCEPTED("Payload"), {0}};
static const struct property events_sqs_rows[] = {IOT_TARGET(0, "QueueUrl", queue), ACCEPTED("UseBase64"), ACCEPTED("Payload"), {0}};
static const struct property events_sns_rows[] = {IOT_TARGET(0, "TargetArn", topic), ACCEPTED("Payload"), {0}};
static const struct property events_firehose_rows[] = {
    IOT_TARGET(0, "DeliveryStreamName", delivery_stream), ACCEPTED("Separator"), ACCEPTED("Payload"), {0}};

const struct property iot_events_action_properties[] = {
    IOT_ACTION("Lambda", events_lambda_rows, "Invokes a function, asynchronously."),
    IOT_ACTION("Sqs", events_sqs_rows, "Sends to a queue."),
    IOT_ACTION("Sns", events_sns_rows, "Publishes to a topic."),
    IOT_ACTION("Firehose", events_firehose_rows, "Writes to a delivery stream."),
    IOT_OTHER(0, "ClearTimer"),
    IOT_OTHER(0, "DynamoDB"),
    IOT_OTHER(0, "DynamoDBv2"),
    IOT_OTHER(0, "IotEvents"),
    IOT_OTHER(0, "IotSiteWise"),
    IOT_OTHER(0, "IotTopicPublish"),
    IOT_OTHER(0, "ResetTimer"),
    IOT_OTHER(0, "SetTimer"),
    IOT_OTHER(0, "SetVariable"),
    {0},
};

uint32_t iot_action_target(struct validation *validation, const struct iot_action *action, const char *property)
{
    const struct {
        uint32_t target;
        unsigned kind;
        const char *name;
    } fields[] = {
        {action->function, KIND_FUNCTION, "Lambda.FunctionArn"},
        {action->queue, KIND_QUEUE, "Sqs.QueueUrl"},
        {action->topic, KIND_TOPIC, "Sns.TargetArn"},
        {action->stream, KIND_STREAM, "Kinesis.StreamName"},
        {action->delivery_stream, KIND_DELIVERY_STREAM, "Firehose.DeliveryStreamName"},
        {action->bucket, KIND_BUCKET, "S3.BucketName"},
    };
    uint32_t target = ENTITY_NONE;
    unsigned given = action->other ? 1 : 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char path[160];
        if (fields[i].target == ENTITY_NONE || fields[i].target == 0) /* 0 is the account: a row that this table lacks */
            continue;
        snprintf(path, sizeof path, "%.100s.%s", property, fields[i].name);
        given++;
        if (kind_check(validation, path, fields[i].target, fields[i].kind))
            target = fields[i].target;
    }
    if (given > 1)
        validation_error(validation, property, "make an action of each", "an action goes to one place, and here are %u", given);
    return target;
}

void iot_action_add(struct validation *validation, struct service *service, struct iot_action *action, const char *property)
{
    uint32_t target = iot_action_target(validation, action, property);
    if (target == ENTITY_NONE)
        return;
    action->outlet.target = target;
    action->outlet.on_failure = ENTITY_NONE;
    outlet_add(validation, validation_self(validation), &service->outlets, &action->outlet);
}
