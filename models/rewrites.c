/* rewrites.c: the template's short forms, as SAM writes them out: an event source mapping is named <Function><Event>.
 * Source: AWS SAM Developer Guide, "Generated CloudFormation resources". */
#include "rewrites.h"

#include <stddef.h>

#define FUNCTION "AWS::Serverless::Function"
#define MAPPING "AWS::Lambda::EventSourceMapping"

static const char *const queue_names[] = {"Queue", "EventSourceArn", NULL};
static const char *const stream_names[] = {"Stream", "EventSourceArn", NULL};

const struct rewrite model_rewrites[] = {
    {FUNCTION, "Events", "SQS", MAPPING, "FunctionName", queue_names},
    {FUNCTION, "Events", "Kinesis", MAPPING, "FunctionName", stream_names},
    {FUNCTION, "Events", "DynamoDB", MAPPING, "FunctionName", stream_names},
    {FUNCTION, "Events", "S3", "Slsim::S3::Notification", "FunctionName", NULL},
    {FUNCTION, "Events", "IoTRule", "Slsim::IoT::TopicRule", "FunctionName", NULL},
    {FUNCTION, "Events", "CloudWatchLogs", "AWS::Logs::SubscriptionFilter", "DestinationArn", NULL},
    {0},
};
