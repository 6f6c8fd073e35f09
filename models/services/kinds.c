/* kinds.c: the types of what services tell, and which contents concern them. */
#include "kinds.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *type;
    enum kind kind;
    const char *text; /* NULL: as the row before */
} kinds[] = {
    {"AWS::Lambda::Function", KIND_FUNCTION, "a function"},
    {"AWS::Serverless::Function", KIND_FUNCTION, NULL},
    {"AWS::SQS::Queue", KIND_QUEUE, "a queue"},
    {"AWS::SNS::Topic", KIND_TOPIC, "a topic"},
    {"AWS::Kinesis::Stream", KIND_STREAM, "a stream"},
    {"AWS::KinesisFirehose::DeliveryStream", KIND_DELIVERY_STREAM, "a delivery stream"},
    {"AWS::S3::Bucket", KIND_BUCKET, "a bucket"},
    {"AWS::Logs::LogGroup", KIND_LOG_GROUP, "a log group"},
    {"AWS::DynamoDB::Table", KIND_TABLE, "a table"},
    {"AWS::Serverless::SimpleTable", KIND_TABLE, NULL},
    {"AWS::Events::EventBus", KIND_BUS, "an event bus"},
};

#define KINDS (sizeof kinds / sizeof *kinds)

bool kind_is(const struct validation *validation, uint32_t entity, unsigned wanted)
{
    const char *type = entity == ENTITY_NONE ? "" : validation_type(validation, entity)->type;
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].type, type) == 0)
            return kinds[i].kind & wanted;
    return false;
}

bool kind_check(struct validation *validation, const char *property, uint32_t entity, unsigned wanted)
{
    char hint[200] = "name ";
    size_t length = strlen(hint), first = length;
    if (entity == ENTITY_NONE || kind_is(validation, entity, wanted))
        return entity != ENTITY_NONE;
    for (size_t i = 0; i < KINDS && length < sizeof hint; i++)
        if (kinds[i].kind & wanted && kinds[i].text)
            length += (size_t)snprintf(hint + length, sizeof hint - length, "%s%s", length > first ? " or " : "", kinds[i].text);
    validation_error(validation, property, hint, "%s is %s, which cannot be told here", validation_name(validation, entity),
                     validation_type(validation, entity)->type);
    return false;
}

uint32_t kind_named(const struct validation *validation, const char *text)
{
    uint32_t entity = validation_named(validation, text);
    return entity != ENTITY_NONE && validation_type(validation, entity)->accept ? entity : ENTITY_NONE;
}

static bool has_operation(const struct content *content, const void *context)
{
    const struct string_list *names = context;
    for (size_t i = 0; i < names->count; i++)
        if (content->operation && strcmp(names->items[i], content->operation) == 0)
            return true;
    return names->count == 0 || !content->operation;
}

void contents_with_operation(struct validation *validation, const struct string_list *names, struct content_set *set)
{
    validation_contents_where(validation, has_operation, names, set);
}
