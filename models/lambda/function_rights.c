/* function_rights.c: what a function does in the name of its role. */
#include "function_rights.h"

#include "lambda_kinds.h"

#include <stdio.h>
#include <string.h>

#define MADE_ROLE "Slsim::IAM::FunctionRole"

static const struct function_config *config_of(const struct validation *validation, uint32_t entity)
{
    return &((const struct function *)validation_config(validation, entity))->config;
}

uint32_t function_role(const struct validation *validation, uint32_t function, bool *by_sam)
{
    const struct function_config *config = config_of(validation, function);
    uint32_t whole = is_function_type(validation_type(validation, function)) ? function : config->whole;
    char name[300];
    *by_sam = false;
    if (whole == ENTITY_NONE)
        return ENTITY_NONE;
    const char *text = config_of(validation, whole)->role;
    if (text)
        return validation_role(validation, text);
    snprintf(name, sizeof name, "%.280sRole", validation_name(validation, whole));
    uint32_t role = validation_find(validation, name);
    *by_sam = role != ENTITY_NONE && model_is(validation_type(validation, role), MADE_ROLE);
    return *by_sam ? role : ENTITY_NONE;
}

struct asking {
    struct validation *validation;
    struct deed common;
};

static void check_step(void *context, struct step *step, const char *place)
{
    const struct asking *asking = context;
    struct deed deed = asking->common;
    if (step->kind != STEP_CALL || step->call->target == ENTITY_NONE)
        return;
    deed.target = step->call->target;
    deed.contents = &step->call->content;
    deed.property = place;
    validation_may(asking->validation, &deed);
}

/* What SAM's role is given by itself: AWSLambdaBasicExecutionRole, and what Tracing, VpcConfig, DeadLetterQueue, destinations and events
 * need. Source: SAM, samtranslator: the function's execution role. */
static void check_own(struct validation *validation, struct function_config *config, const struct deed *common, bool by_sam)
{
    struct deed deed = *common;
    deed.by_number = true;
    deed.granted = by_sam;
    deed.target = config->log_group_given ? config->log_group : ENTITY_NONE;
    deed.action = "logs:CreateLogStream";
    config->rights.log_stream = validation_may(validation, &deed);
    deed.action = "logs:PutLogEvents";
    config->rights.log_events = validation_may(validation, &deed);
    deed.target = ENTITY_NONE;
    deed.action = "xray:PutTraceSegments";
    if (config->tracing == TRACING_ACTIVE)
        config->rights.trace = validation_may(validation, &deed);
    if (config->key != ENTITY_NONE && config->package.variables.count > 0)
        config->rights.decrypt = validation_may(validation, &(struct deed){.from = common->from,
                                                                           .holder = common->holder,
                                                                           .target = config->key,
                                                                           .action = "kms:Decrypt",
                                                                           .by_number = true,
                                                                           .silent = common->silent,
                                                                           .property = "KmsKeyArn"});
    deed.action = "ec2:CreateNetworkInterface";
    deed.needed = true;
    deed.property = "VpcConfig";
    if (config->network.attached)
        validation_may(validation, &deed);
}

void function_right_to_send(struct validation *validation, uint32_t from, uint32_t function, uint32_t target, const char *property)
{
    bool by_sam;
    uint32_t role = function_role(validation, function, &by_sam);
    if (target == ENTITY_NONE || role == ENTITY_NONE)
        return;
    validation_may(validation, &(struct deed){
                                   .from = from,
                                   .holder = role,
                                   .target = target,
                                   .granted = by_sam,
                                   .needed = true,
                                   .silent = !property,
                                   .property = property,
                               });
}

void function_rights_of_parts(struct validation *validation, uint32_t function, uint32_t target)
{
    uint32_t whole = is_function_type(validation_type(validation, function)) ? function : config_of(validation, function)->whole;
    for (uint32_t i = 1; target != ENTITY_NONE && i < validation_entity_count(validation); i++)
        if (is_version_type(validation_type(validation, i)) && config_of(validation, i)->whole == whole)
            function_right_to_send(validation, i, i, target, NULL);
}

void function_rights_validate(struct validation *validation, struct function_config *config, bool silent)
{
    bool by_sam;
    uint32_t self = validation_self(validation), role = function_role(validation, self, &by_sam);
    const struct async_config *async = config->whole != ENTITY_NONE ? &config_of(validation, config->whole)->async : &config->async;
    const struct deed common = {.from = self, .holder = role, .target = ENTITY_NONE, .silent = silent};
    if (role == ENTITY_NONE)
        return;
    if (!silent)
        validation_may_assume(validation, role, "lambda.amazonaws.com", true, "Role"); /* Lambda itself must be let in */
    check_own(validation, config, &common, by_sam);
    steps_visit(&config->init_steps, "behavior.init_steps", check_step, &(struct asking){validation, common});
    steps_visit(&config->handler.steps, "behavior.steps", check_step, &(struct asking){validation, common});
    bool serverless = validation_written(validation, "DeadLetterQueue");
    function_right_to_send(validation, self, self, async->dead_letter,
                           silent       ? NULL
                           : serverless ? "DeadLetterQueue.TargetArn"
                                        : "DeadLetterConfig.TargetArn");
    if (async->given)
        return; /* an EventInvokeConfig of its own says so */
    function_right_to_send(validation, self, self, async->on_success,
                           silent ? NULL : "EventInvokeConfig.DestinationConfig.OnSuccess.Destination");
    function_right_to_send(validation, self, self, async->on_failure,
                           silent ? NULL : "EventInvokeConfig.DestinationConfig.OnFailure.Destination");
}

/* The rule that lists what a mapping does at its source; NULL: nothing that needs permission is known. */
static const char *rule_of_source(const struct model_type *type)
{
    if (model_is(type, "AWS::SQS::Queue"))
        return "mapping_sqs_actions";
    if (model_is(type, "AWS::Kinesis::Stream"))
        return "mapping_kinesis_actions";
    if (model_is(type, "AWS::Kinesis::StreamConsumer"))
        return "mapping_kinesis_consumer_actions";
    return strncmp(type->type, "AWS::DynamoDB::", 15) == 0 || model_is(type, "AWS::Serverless::SimpleTable") ? "mapping_dynamodb_actions"
                                                                                                             : NULL;
}

void role_rights_at_source(struct validation *validation, uint32_t role, bool granted, uint32_t source, const char *property,
                           uint32_t rights[SOURCE_RIGHTS_MOST])
{
    const char *rule = role == ENTITY_NONE ? NULL : rule_of_source(validation_type(validation, source));
    const char *text = rule ? rule_text(validation_rules(validation), rule) : "";
    for (size_t i = 0; *text && i < SOURCE_RIGHTS_MOST; i++) {
        char action[100];
        size_t length = strcspn(text, " ");
        snprintf(action, sizeof action, "%.*s", (int)length, text);
        text += length + strspn(text + length, " ");
        const char *kept = validation_string(validation, action);
        if (!kept)
            return;
        rights[i] = validation_may(validation, &(struct deed){
                                                   .from = validation_self(validation),
                                                   .holder = role,
                                                   .target = source,
                                                   .action = kept,
                                                   .by_number = true,
                                                   .granted = granted,
                                                   .needed = true,
                                                   .property = property,
                                               });
    }
}

void function_rights_at_source(struct validation *validation, uint32_t function, uint32_t source, uint32_t rights[SOURCE_RIGHTS_MOST])
{
    bool by_sam;
    uint32_t role = function_role(validation, function, &by_sam);
    role_rights_at_source(validation, role, by_sam && validation_owner(validation, validation_self(validation)), source, "EventSourceArn",
                          rights);
}

bool source_is_denied(const struct simulation *simulation, const uint32_t rights[SOURCE_RIGHTS_MOST])
{
    for (size_t i = 0; i < SOURCE_RIGHTS_MOST && rights[i] > 0; i++)
        if (right_is_denied(simulation, rights[i]))
            return true;
    return false;
}
