/* rewrites.c: the template's short forms, as SAM writes them out: an event source mapping is named <Function><Event>.
 * Source: AWS SAM Developer Guide, "Generated CloudFormation resources". */
#include "rewrites.h"

#include <stddef.h>

#define FUNCTION "AWS::Serverless::Function"
#define MACHINE "AWS::Serverless::StateMachine"
#define MAPPING "AWS::Lambda::EventSourceMapping"
#define RULE "AWS::Events::Rule"
#define SCHEDULE "AWS::Scheduler::Schedule"
#define REST_ROUTE "Slsim::ApiGateway::Event"
#define HTTP_ROUTE "Slsim::ApiGatewayV2::Event"

static const char *const queue_names[] = {"Queue", "EventSourceArn", NULL};
static const char *const stream_names[] = {"Stream", "EventSourceArn", NULL};
static const char *const topic_names[] = {"Topic", "TopicArn", NULL};
static const char *const pattern_names[] = {"Pattern", "EventPattern", "RuleName", "Name", NULL};
static const char *const schedule_names[] = {"Schedule", "ScheduleExpression", NULL};

const struct rewrite model_rewrites[] = {
    {FUNCTION, "Events", "SQS", MAPPING, "FunctionName", queue_names},
    {FUNCTION, "Events", "Kinesis", MAPPING, "FunctionName", stream_names},
    {FUNCTION, "Events", "DynamoDB", MAPPING, "FunctionName", stream_names},
    {FUNCTION, "Events", "S3", "Slsim::S3::Notification", "FunctionName", NULL},
    {FUNCTION, "Events", "IoTRule", "Slsim::IoT::TopicRule", "FunctionName", NULL},
    {FUNCTION, "Events", "CloudWatchLogs", "AWS::Logs::SubscriptionFilter", "DestinationArn", NULL},
    {FUNCTION, "Events", "SNS", "AWS::SNS::Subscription", "Endpoint", topic_names},
    {FUNCTION, "Events", "EventBridgeRule", RULE, "Arn", pattern_names},
    {FUNCTION, "Events", "CloudWatchEvent", RULE, "Arn", pattern_names},
    {FUNCTION, "Events", "Schedule", RULE, "Arn", schedule_names},
    {FUNCTION, "Events", "ScheduleV2", SCHEDULE, "Arn", NULL},
    {FUNCTION, "Events", "Api", REST_ROUTE, "FunctionName", NULL},
    {FUNCTION, "Events", "HttpApi", HTTP_ROUTE, "FunctionName", NULL},
    {MACHINE, "Events", "Api", REST_ROUTE, "FunctionName", NULL},
    {MACHINE, "Events", "EventBridgeRule", RULE, "Arn", pattern_names},
    {MACHINE, "Events", "CloudWatchEvent", RULE, "Arn", pattern_names},
    {MACHINE, "Events", "Schedule", RULE, "Arn", schedule_names},
    {MACHINE, "Events", "ScheduleV2", SCHEDULE, "Arn", NULL},
    {0},
};

static const char *const rule_target_keys[] = {"Target", "RetryPolicy", "DeadLetterConfig", "Input", "InputPath", "InputTransformer", NULL};
static const char *const schedule_target_keys[] = {"RetryPolicy", "DeadLetterConfig", "Input", "RoleArn", NULL};
static const char *const rule_words[] = {"Enabled", "true", "State", "ENABLED", "Enabled", "false", "State", "DISABLED", NULL};

/* SAM says of a function's event what CloudFormation says of the rule's target. */
const struct inner_form model_inner_forms[] = {
    {RULE, "Targets", true, "Target", rule_target_keys, rule_words},
    {SCHEDULE, "Target", false, NULL, schedule_target_keys, NULL},
    {0},
};

/* Every account has a bus of its own; SAM makes an API for events that name none. */
const struct implied model_implied[] = {
    {RULE, "AWS::Events::EventBus", "default", NULL},
    {REST_ROUTE, "AWS::Serverless::Api", "ServerlessRestApi", "RestApiId"},
    {HTTP_ROUTE, "AWS::Serverless::HttpApi", "ServerlessHttpApi", "ApiId"},
    {0},
};

/* A Multi-AZ DB cluster: a writer and two readers. Source: RDS User Guide, "Multi-AZ DB cluster deployments". */
const struct multiple model_multiples[] = {
    {"AWS::RDS::DBCluster", "DBClusterInstanceClass", "AWS::RDS::DBInstance", "DBClusterIdentifier", "DBInstanceClass", "Instance", 3},
    {0},
};

static const char *const alias_has[] = {"ProvisionedConcurrencyConfig", NULL};

/* AutoPublishAlias: SAM publishes a version at each deployment, and moves the alias. */
const struct publication model_publications[] = {
    {FUNCTION, "FunctionName", "AutoPublishAlias", alias_has, "AWS::Lambda::Version", "Slsim::Lambda::DeployedVersion",
     "AWS::Lambda::Alias"},
    {"AWS::Lambda::Function", "FunctionName", NULL, NULL, "AWS::Lambda::Version", "Slsim::Lambda::DeployedVersion", "AWS::Lambda::Alias"},
    {0},
};

/* Events of a function that SAM has, and no model yet. */
const char *const model_later_entries[] = {"AlexaSkill", "Cognito", "MSK", "MQ", "SelfManagedKafka", "DocumentDB", NULL};

static const char *const role_keys[] = {"Policies", "PermissionsBoundary", "AssumeRolePolicyDocument", "RolePath", NULL};

/* SAM makes a role of a function's or a state machine's policies, where it has none of its own; and a URL. */
const struct extraction model_extractions[] = {
    {FUNCTION, "Policies", "Role", "Slsim::IAM::FunctionRole", "Role", role_keys, NULL},
    {MACHINE, "Policies", "Role", "Slsim::IAM::FunctionRole", "Role", role_keys, NULL},
    {FUNCTION, "FunctionUrlConfig", NULL, "AWS::Lambda::Url", "Url", NULL, "TargetFunctionArn"},
    {0},
};
