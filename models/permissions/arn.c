/* arn.c: ARNs of resources, and the actions of their APIs. */
#include "arn.h"

#include <stdio.h>
#include <string.h>

#define AT_HOME ":" OWN_REGION ":" OWN_ACCOUNT ":"

static const struct resource_kind kinds[] = {
    {"AWS::Lambda::Function", "lambda", "InvokeFunction", "FunctionName", "arn:aws:lambda" AT_HOME "function:@", NULL, false},
    {"AWS::Serverless::Function", "lambda", "InvokeFunction", "FunctionName", "arn:aws:lambda" AT_HOME "function:@", NULL, false},
    {"AWS::Lambda::Alias", "lambda", "InvokeFunction", NULL, "arn:aws:lambda" AT_HOME "function:@", NULL, true},
    {"AWS::Lambda::Version", "lambda", "InvokeFunction", NULL, "arn:aws:lambda" AT_HOME "function:@", NULL, true},
    {"AWS::SQS::Queue", "sqs", "SendMessage", "QueueName", "arn:aws:sqs" AT_HOME "@", NULL, false},
    {"AWS::SNS::Topic", "sns", "Publish", "TopicName", "arn:aws:sns" AT_HOME "@", NULL, true},
    {"AWS::DynamoDB::Table", "dynamodb", "PutItem", "TableName", "arn:aws:dynamodb" AT_HOME "table/@", "/stream/*", false},
    {"AWS::DynamoDB::GlobalTable", "dynamodb", "PutItem", "TableName", "arn:aws:dynamodb" AT_HOME "table/@", "/stream/*", false},
    {"AWS::Serverless::SimpleTable", "dynamodb", "PutItem", "TableName", "arn:aws:dynamodb" AT_HOME "table/@", "/stream/*", false},
    {"AWS::Kinesis::Stream", "kinesis", "PutRecord", "Name", "arn:aws:kinesis" AT_HOME "stream/@", NULL, false},
    {"AWS::Kinesis::StreamConsumer", "kinesis", "SubscribeToShard", "ConsumerName", "arn:aws:kinesis" AT_HOME "stream/*/consumer/@", NULL,
     true},
    {"AWS::Events::EventBus", "events", "PutEvents", "Name", "arn:aws:events" AT_HOME "event-bus/@", NULL, false},
    {"AWS::Events::Rule", "events", "", "Name", "arn:aws:events" AT_HOME "rule/@", NULL, false},
    {"AWS::S3::Bucket", "s3", "PutObject", "BucketName", "arn:aws:s3:::@", "/*", false},
    {"AWS::StepFunctions::StateMachine", "states", "StartExecution", "StateMachineName", "arn:aws:states" AT_HOME "stateMachine:@", NULL,
     true},
    {"AWS::Serverless::StateMachine", "states", "StartExecution", "Name", "arn:aws:states" AT_HOME "stateMachine:@", NULL, true},
    {"AWS::StepFunctions::StateMachineVersion", "states", "StartExecution", NULL, "arn:aws:states" AT_HOME "stateMachine:*:@", NULL, true},
    {"AWS::StepFunctions::StateMachineAlias", "states", "StartExecution", "Name", "arn:aws:states" AT_HOME "stateMachine:*:@", NULL, true},
    {"AWS::KinesisFirehose::DeliveryStream", "firehose", "PutRecord", "DeliveryStreamName", "arn:aws:firehose" AT_HOME "deliverystream/@",
     NULL, false},
    {"AWS::Logs::LogGroup", "logs", "PutLogEvents", "LogGroupName", "arn:aws:logs" AT_HOME "log-group:@:*", NULL, false},
    {"AWS::CodeCommit::Repository", "codecommit", "", "RepositoryName", "arn:aws:codecommit" AT_HOME "@", NULL, false},
    {"AWS::SecretsManager::Secret", "secretsmanager", "GetSecretValue", "Name", "arn:aws:secretsmanager" AT_HOME "secret:@", NULL, true},
    {"AWS::RDS::DBProxy", "rds-db", "connect", NULL, "arn:aws:rds-db" AT_HOME "dbuser:*/@", NULL, false},
    {"AWS::Cognito::UserPool", "cognito-idp", "InitiateAuth", NULL, "arn:aws:cognito-idp" AT_HOME "userpool/@", NULL, true},
    {"AWS::KMS::Key", "kms", "Decrypt", NULL, "arn:aws:kms" AT_HOME "key/@", NULL, true},
    {"AWS::SES::EmailIdentity", "ses", "SendEmail", NULL, "arn:aws:ses" AT_HOME "identity/@", NULL, true},
    {"AWS::ApiGateway::RestApi", "execute-api", "", NULL, "arn:aws:execute-api" AT_HOME "@", "/*", false},
    {"AWS::ApiGatewayV2::Api", "execute-api", "", NULL, "arn:aws:execute-api" AT_HOME "@", "/*", false},
    {"AWS::Serverless::Api", "execute-api", "", NULL, "arn:aws:execute-api" AT_HOME "@", "/*", false},
    {"AWS::Serverless::HttpApi", "execute-api", "", NULL, "arn:aws:execute-api" AT_HOME "@", "/*", false},
    {"AWS::IAM::Role", "iam", "", "RoleName", "arn:aws:iam::" OWN_ACCOUNT ":role/@", NULL, false},
    {"Slsim::IAM::FunctionRole", "iam", "", NULL, "arn:aws:iam::" OWN_ACCOUNT ":role/@", NULL, false},
    {"AWS::IAM::User", "iam", "", "UserName", "arn:aws:iam::" OWN_ACCOUNT ":user/@", NULL, false},
    {"AWS::IAM::ManagedPolicy", "iam", "", "ManagedPolicyName", "arn:aws:iam::" OWN_ACCOUNT ":policy/@", NULL, true},
};

/* What an operation is called among actions, where it is not called so itself; and words for it that are none of the API's. */
static const struct {
    const char *service, *operation, *action;
} aliases[] = {
    {"lambda", "Invoke", "InvokeFunction"},
    {"lambda", "InvokeAsync", "InvokeFunction"},
    {"lambda", "InvokeWithResponseStream", "InvokeFunction"},
    {"sqs", "SendMessageBatch", "SendMessage"},
    {"sqs", "DeleteMessageBatch", "DeleteMessage"},
    {"sns", "PublishBatch", "Publish"},
    {"s3", "HeadObject", "GetObject"},
    {"s3", "ListObjectsV2", "ListBucket"},
    {"s3", "ListObjects", "ListBucket"},
    {"s3", "CopyObject", "PutObject"},
    {"s3", "CompleteMultipartUpload", "PutObject"},
    {"s3", "Put", "PutObject"},
    {"s3", "Post", "PutObject"},
    {"s3", "Copy", "PutObject"},
    {"s3", "DeleteObjects", "DeleteObject"},
    {"s3", "read", "GetObject"},
    {"s3", "write", "PutObject"},
    {"dynamodb", "read", "GetItem"},
    {"dynamodb", "write", "PutItem"},
    {"dynamodb", "TransactGetItems", "GetItem"},
    {"dynamodb", "TransactWriteItems", "PutItem"},
    {"rds-db", "read", "connect"},
    {"rds-db", "write", "connect"},
    {"rds-db", "SELECT", "connect"},
    {"rds-db", "INSERT", "connect"},
    {"rds-db", "UPDATE", "connect"},
    {"rds-db", "DELETE", "connect"},
};

const struct resource_kind *resource_kind(const struct model_type *type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (model_is(type, kinds[i].type))
            return &kinds[i];
    return NULL;
}

/* `format` with `name` for its @. */
static const char *fill_in(struct validation *validation, const char *format, const char *name)
{
    char text[700];
    const char *at = strchr(format, '@');
    if (!at)
        return format;
    snprintf(text, sizeof text, "%.*s%.500s%s", (int)(at - format), format, name, at + 1);
    return validation_string(validation, text);
}

/* What a resource is called: by its own property where that is plain text, else by its logical id. */
static const char *name_of(struct validation *validation, uint32_t entity, const struct resource_kind *kind)
{
    const char *text = kind->name ? validation_text(validation, entity, kind->name) : NULL;
    return text && *text && !strstr(text, "${") ? text : validation_name(validation, entity);
}

uint32_t whole_of(const struct validation *validation, uint32_t entity)
{
    const char *name = validation_name(validation, entity), *colon = strchr(name, ':');
    char owner[300];
    if (!colon)
        return ENTITY_NONE;
    snprintf(owner, sizeof owner, "%.*s", (int)(colon - name), name);
    return validation_find(validation, owner);
}

const char *arn_of_whole(struct validation *validation, uint32_t entity)
{
    uint32_t whole = whole_of(validation, entity);
    return whole == ENTITY_NONE ? NULL : arn_of(validation, whole);
}

/* "function:F:live": the function has a name, and the part is called by it too. */
static const char *part_arn(struct validation *validation, uint32_t entity)
{
    const char *arn = arn_of_whole(validation, entity);
    char text[700];
    if (!arn)
        return NULL;
    snprintf(text, sizeof text, "%.400s%.255s", arn, strchr(validation_name(validation, entity), ':'));
    return validation_string(validation, text);
}

const char *arn_of(struct validation *validation, uint32_t entity)
{
    const struct resource_kind *kind = resource_kind(validation_type(validation, entity));
    if (!kind)
        return NULL;
    if (strcmp(kind->service, "lambda") == 0 && strchr(validation_name(validation, entity), ':'))
        return part_arn(validation, entity);
    return fill_in(validation, kind->arn, name_of(validation, entity, kind));
}

/* What "${Name}" or "${Name.Attribute}" stands for; what is not known here may be anything. */
static const char *meaning(struct validation *validation, const char *text, size_t length)
{
    static const char *const pseudo[][2] = {{"AWS::Region", OWN_REGION}, {"AWS::AccountId", OWN_ACCOUNT}, {"AWS::Partition", "aws"}};
    char name[300];
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : 0), text);
    for (size_t i = 0; i < sizeof pseudo / sizeof *pseudo; i++)
        if (strcmp(name, pseudo[i][0]) == 0)
            return pseudo[i][1];
    char *dot = strchr(name, '.');
    if (dot)
        *dot++ = '\0';
    uint32_t entity = validation_find(validation, name);
    const struct resource_kind *kind = entity == ENTITY_NONE ? NULL : resource_kind(validation_type(validation, entity));
    if (!kind)
        return "*";
    if (dot && strcmp(dot, "StreamArn") == 0) {
        char stream[700];
        snprintf(stream, sizeof stream, "%.600s/stream/*", arn_of(validation, entity));
        return validation_string(validation, stream);
    }
    bool is_name = dot ? !strstr(dot, "Arn") : !kind->by_reference;
    return is_name ? name_of(validation, entity, kind) : arn_of(validation, entity);
}

const char *arn_expand(struct validation *validation, const char *text)
{
    char expanded[1600];
    size_t used = 0;
    if (!strstr(text, "${")) {
        uint32_t entity = strpbrk(text, ":*?/") ? ENTITY_NONE : validation_find(validation, text);
        const char *arn = entity == ENTITY_NONE ? NULL : arn_of(validation, entity);
        return arn ? arn : text;
    }
    while (*text && used + 1 < sizeof expanded) {
        const char *end = text[0] == '$' && text[1] == '{' ? strchr(text, '}') : NULL;
        const char *word = end ? meaning(validation, text + 2, (size_t)(end - text - 2)) : NULL;
        if (end && !word)
            return NULL;
        int wrote = snprintf(expanded + used, sizeof expanded - used, "%.*s", word ? 800 : 1, word ? word : text);
        used += wrote > 0 ? (size_t)wrote : 0;
        text = end ? end + 1 : text + 1;
    }
    return validation_string(validation, expanded);
}

const char *arn_as_written(struct validation *validation, uint32_t entity)
{
    const struct resource_kind *kind = resource_kind(validation_type(validation, entity));
    const char *name = validation_name(validation, entity), *colon = strchr(name, ':');
    char text[700];
    if (colon)
        snprintf(text, sizeof text, "{\"Fn::Sub\": \"${%.*s.Arn}%.200s\"}", (int)(colon - name), name, colon);
    else if (kind && kind->by_reference)
        snprintf(text, sizeof text, "{\"Ref\": \"%.255s\"}", name);
    else if (kind && strcmp(kind->service, "execute-api") == 0)
        snprintf(text, sizeof text, "{\"Fn::Sub\": \"arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${%.255s}/*\"}", name);
    else if (kind && strcmp(kind->service, "rds-db") == 0)
        snprintf(text, sizeof text, "{\"Fn::Sub\": \"arn:aws:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:*/*\"}");
    else if (kind && strcmp(kind->service, "s3") == 0)
        snprintf(text, sizeof text, "{\"Fn::Sub\": \"${%.255s.Arn}/*\"}", name);
    else
        snprintf(text, sizeof text, "{\"Fn::GetAtt\": [\"%.255s\", \"Arn\"]}", name);
    return validation_string(validation, text);
}

const char *action_of(struct validation *validation, const struct resource_kind *kind, const char *operation)
{
    char text[200];
    const char *word = operation && *operation ? operation : kind->usual;
    if (!*kind->usual) /* it can be named, and a call of it asks for nothing */
        return NULL;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i].service, kind->service) == 0 && strcmp(aliases[i].operation, word) == 0)
            word = aliases[i].action;
    snprintf(text, sizeof text, "%s:%.120s", kind->service, word);
    return validation_string(validation, text);
}

uint32_t url_function(struct validation *validation, uint32_t entity)
{
    char name[600];
    if (!model_is(validation_type(validation, entity), "AWS::Lambda::Url"))
        return ENTITY_NONE;
    const char *target = validation_text(validation, entity, "TargetFunctionArn");
    const char *qualifier = validation_text(validation, entity, "Qualifier");
    uint32_t function = target ? validation_named(validation, target) : ENTITY_NONE;
    if (function == ENTITY_NONE || !qualifier || strchr(validation_name(validation, function), ':'))
        return function;
    snprintf(name, sizeof name, "%.255s:%.255s", validation_name(validation, function), qualifier);
    uint32_t part = validation_find(validation, name);
    return part != ENTITY_NONE ? part : function;
}
