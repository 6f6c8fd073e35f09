/* rewrites.c: the template's short forms, as SAM writes them out: an event source mapping is named <Function><Event>.
 * Source: AWS SAM Developer Guide, "Generated CloudFormation resources". */
#include "rewrites.h"

#include <stddef.h>

#define FUNCTION "AWS::Serverless::Function"
#define MAPPING "AWS::Lambda::EventSourceMapping"

static const char *const queue_names[] = {"Queue", "EventSourceArn", NULL};
static const char *const stream_names[] = {"Stream", "EventSourceArn", NULL};
static const char *const topic_names[] = {"Topic", "TopicArn", NULL};

const struct rewrite model_rewrites[] = {
    {FUNCTION, "Events", "SQS", MAPPING, "FunctionName", queue_names},
    {FUNCTION, "Events", "Kinesis", MAPPING, "FunctionName", stream_names},
    {FUNCTION, "Events", "DynamoDB", MAPPING, "FunctionName", stream_names},
    {FUNCTION, "Events", "SNS", "AWS::SNS::Subscription", "Endpoint", topic_names},
    {0},
};
