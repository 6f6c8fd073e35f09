/* network_service.c: which service somebody calls who calls a resource.
 * Source: AWS PrivateLink guide, "AWS services that integrate with AWS PrivateLink", "Gateway endpoints". */
#include "network_service.h"

#include <string.h>

/* By how the type begins; the first that fits. Without a row: what has a public address alone. */
static const struct {
    const char *type;
    enum whereabouts where;
    const char *service;
} rows[] = {
    {"AWS::Lambda::Url", IN_INTERNET, NULL},
    {"AWS::Lambda::", IN_SERVICE, "lambda"},
    {"Slsim::Lambda::", IN_SERVICE, "lambda"},
    {"AWS::Serverless::Function", IN_SERVICE, "lambda"},
    {"AWS::Serverless::SimpleTable", IN_SERVICE, "dynamodb"},
    {"AWS::Serverless::StateMachine", IN_SERVICE, "states"},
    {"AWS::CodePipeline::", IN_SERVICE, "codepipeline"},
    {"AWS::Cognito::", IN_SERVICE, "cognito-idp"},
    {"AWS::DynamoDB::", IN_SERVICE, "dynamodb"},
    {"AWS::Events::", IN_SERVICE, "events"},
    {"AWS::KMS::", IN_SERVICE, "kms"},
    {"AWS::Kinesis::", IN_SERVICE, "kinesis-streams"},
    {"AWS::KinesisFirehose::", IN_SERVICE, "kinesis-firehose"},
    {"AWS::Logs::", IN_SERVICE, "logs"},
    {"AWS::S3::", IN_SERVICE, "s3"},
    {"AWS::SES::", IN_SERVICE, "email-smtp"},
    {"AWS::SNS::", IN_SERVICE, "sns"},
    {"AWS::SQS::", IN_SERVICE, "sqs"},
    {"AWS::Scheduler::", IN_SERVICE, "scheduler"},
    {"AWS::SecretsManager::", IN_SERVICE, "secretsmanager"},
    {"AWS::StepFunctions::", IN_SERVICE, "states"},
    {"AWS::ApiGateway::RestApi", IN_SERVICE, "execute-api"},
    {"AWS::Serverless::Api", IN_SERVICE, "execute-api"},
    {"AWS::AutoScaling::", IN_NETWORK, NULL},
    {"AWS::DAX::", IN_NETWORK, NULL},
    {"AWS::EC2::", IN_NETWORK, NULL},
    {"AWS::ECS::", IN_NETWORK, NULL},
    {"AWS::EFS::", IN_NETWORK, NULL},
    {"AWS::ElastiCache::", IN_NETWORK, NULL},
    {"AWS::ElasticLoadBalancingV2::", IN_NETWORK, NULL}, /* taken to be an internal one */
    {"AWS::RDS::", IN_NETWORK, NULL},
};

enum whereabouts network_whereabouts(const struct model_type *type, const char **service)
{
    *service = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strncmp(type->type, rows[i].type, strlen(rows[i].type)) == 0) {
            *service = rows[i].service;
            return rows[i].where;
        }
    return IN_INTERNET;
}

const char *network_service_of_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}
