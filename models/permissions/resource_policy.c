/* resource_policy.c: AWS::Lambda::Permission, AWS::SQS::QueuePolicy, AWS::SNS::TopicPolicy.
 * Sources: CloudFormation's types; Lambda API reference, "AddPermission". */
#include "resource_policy.h"

#include "engine/model.h"
#include "engine/request.h"
#include "measure/metric.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct resource_policy, field)

static const char *const auth_types[] = {"AWS_IAM", "NONE", NULL};

static const struct property permission_properties[] = {
    {"FunctionName", PROPERTY_STRING, AT(function), .required = true, .help = "The function, or an alias or version of it."},
    {"Action", PROPERTY_STRING, AT(action), .required = true, .help = "lambda:InvokeFunction, lambda:InvokeFunctionUrl."},
    {"Principal", PROPERTY_STRING, AT(principal), .required = true,
     .help = "A service (\"sns.amazonaws.com\"), an account's number, a role or user, or \"*\"."},
    {"SourceArn", PROPERTY_STRING, AT(source_arn), .help = "Of a service: the resource that sends, with * and ?."},
    {"SourceAccount", PROPERTY_STRING, AT(source_account), .help = "Of a service: the account of the resource that sends."},
    {"FunctionUrlAuthType", PROPERTY_ENUM, AT(url_auth), .choices = auth_types,
     .given = PROPERTY_GIVEN(struct resource_policy, url_auth_given), .help = "Only through a function URL of this AuthType."},
    {"InvokedViaFunctionUrl", PROPERTY_BOOLEAN, AT(via_url), .fallback = "false", .help = "Only through a function URL."},
    ACCEPTED("EventSourceToken"),
    ACCEPTED("PrincipalOrgID"),
    {0},
};

static const struct property document_rows[] = {POLICY_DOCUMENT_ROWS(AT(statements), true), {0}};

static const struct property queue_policy_properties[] = {
    {"PolicyDocument", PROPERTY_OBJECT, 0, .properties = document_rows, .required = true, .help = "Its statements."},
    {"Queues", PROPERTY_STRINGS, AT(names), .required = true, .help = "Of which queues."},
    {0},
};

static const struct property topic_policy_properties[] = {
    {"PolicyDocument", PROPERTY_OBJECT, 0, .properties = document_rows, .required = true, .help = "Its statements."},
    {"Topics", PROPERTY_STRINGS, AT(names), .required = true, .help = "Of which topics."},
    {0},
};

bool is_resource_policy_type(const struct model_type *type)
{
    return model_is(type, "AWS::Lambda::Permission") || model_is(type, "AWS::SQS::QueuePolicy") || model_is(type, "AWS::SNS::TopicPolicy");
}

struct string_list resource_policy_names(struct validation *validation, const struct resource_policy *policy)
{
    const char **one = policy->function ? validation_alloc(validation, 1, sizeof *one) : NULL;
    if (!one)
        return policy->names;
    one[0] = policy->function;
    return (struct string_list){one, 1};
}

static struct string_list one_text(struct validation *validation, const char *text)
{
    const char **items = validation_alloc(validation, 1, sizeof *items);
    if (!items)
        return (struct string_list){0};
    items[0] = text;
    return (struct string_list){items, 1};
}

/* What a permission's properties say, as conditions of a statement. */
static struct property_list conditions_of(struct validation *validation, const struct resource_policy *policy)
{
    const struct {
        const char *operator_name, *key, *value;
    } rows[] = {
        {"ArnLike", "aws:SourceArn", policy->source_arn},
        {"StringEquals", "aws:SourceAccount", policy->source_account},
        {"StringEquals", "lambda:FunctionUrlAuthType", policy->url_auth_given ? auth_types[policy->url_auth] : NULL},
        {"Bool", "lambda:InvokedViaFunctionUrl", policy->via_url ? "true" : NULL},
    };
    size_t room = sizeof rows / sizeof *rows;
    struct condition_operator *list = validation_alloc(validation, room, sizeof *list);
    struct condition_key *keys = validation_alloc(validation, room, sizeof *keys);
    struct property_list made = {.items = list};
    for (size_t i = 0; list && keys && i < room; i++) {
        if (!rows[i].value)
            continue;
        keys[i] = (struct condition_key){rows[i].key, one_text(validation, rows[i].value)};
        list[made.count++] = (struct condition_operator){rows[i].operator_name, {&keys[i], 1}};
    }
    return made;
}

struct property_list resource_policy_statements(struct validation *validation, const struct resource_policy *policy)
{
    struct statement *statement =
        policy->function && policy->action && policy->principal ? validation_alloc(validation, 1, sizeof *statement) : NULL;
    if (!statement)
        return policy->statements;
    const struct string_list principal = one_text(validation, policy->principal);
    *statement = (struct statement){
        .effect = EFFECT_ALLOW,
        .actions = one_text(validation, policy->action),
        .principals = {.any = strcmp(policy->principal, "*") == 0 ? 0 : -1, .given = true, .aws = principal, .services = principal},
        .conditions = conditions_of(validation, policy),
    };
    return (struct property_list){statement, 1};
}

static void permission_validate(struct validation *validation, void *config)
{
    const struct resource_policy *policy = config;
    uint32_t function = policy->function ? validation_named(validation, policy->function) : ENTITY_NONE;
    if (policy->function && (function == ENTITY_NONE || !model_takes(validation_type(validation, function), "Invoke")))
        validation_warning(validation, "FunctionName", "write {\"Ref\": \"MyFunction\"}",
                           "%.100s is no function of this scenario: the permission has no effect", policy->function);
    if (policy->action && strncmp(policy->action, "lambda:", 7) != 0)
        validation_error(validation, "Action", "such as lambda:InvokeFunction", "%.100s is no action of Lambda", policy->action);
    if (policy->url_auth_given && policy->action && strcmp(policy->action, "lambda:InvokeFunctionUrl") != 0)
        validation_error(validation, "FunctionUrlAuthType", "InvokedViaFunctionUrl limits lambda:InvokeFunction to function URLs",
                         "goes with the action lambda:InvokeFunctionUrl alone");
}

static void document_policy_validate(struct validation *validation, void *config)
{
    const struct resource_policy *policy = config;
    bool of_queues = model_is(validation_type(validation, validation_self(validation)), "AWS::SQS::QueuePolicy");
    statements_check(validation, &policy->statements, "PolicyDocument.Statement", true);
    for (size_t i = 0; i < policy->names.count; i++) {
        uint32_t entity = validation_named(validation, policy->names.items[i]);
        char path[80];
        snprintf(path, sizeof path, "%s[%zu]", of_queues ? "Queues" : "Topics", i);
        if (entity == ENTITY_NONE || !model_is(validation_type(validation, entity), of_queues ? "AWS::SQS::Queue" : "AWS::SNS::Topic"))
            validation_warning(validation, path, of_queues ? "write {\"Ref\": \"MyQueue\"}" : "write {\"Ref\": \"MyTopic\"}",
                               "%.100s is no %s of this scenario", policy->names.items[i], of_queues ? "queue" : "topic");
    }
}

#define RESOURCE_POLICY_TYPE(NAME, HELP, PROPERTIES, VALIDATE)                                                                             \
    {                                                                                                                                      \
        .type = NAME, .help = HELP, .size = sizeof(struct resource_policy), .self_offset = AT(self), .properties = PROPERTIES,             \
        .validate = VALIDATE                                                                                                               \
    }

const struct model_type permission_type = RESOURCE_POLICY_TYPE("AWS::Lambda::Permission",
                                                               "Lets somebody invoke a function. Who else may is judged only of functions "
                                                               "that have a permission here: of the others it is taken as given.",
                                                               permission_properties, permission_validate);
const struct model_type queue_policy_type = RESOURCE_POLICY_TYPE(
    "AWS::SQS::QueuePolicy", "Who may send to a queue: judged of queues that have one.", queue_policy_properties, document_policy_validate);
const struct model_type topic_policy_type =
    RESOURCE_POLICY_TYPE("AWS::SNS::TopicPolicy", "Who may publish to a topic: judged of topics that have one.", topic_policy_properties,
                         document_policy_validate);
