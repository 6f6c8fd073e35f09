/* machine_target.c: whom a task calls, by its Resource and its parameters.
 * Sources: Step Functions developer guide, "Integrating services with Step Functions", "Learning to use AWS service SDK integrations"; for
 * the names of errors, each integration's own page. */
#include "engine/pollable.h"
#include "engine/sending.h"
#include "machine_check.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

/* Services that are simulated: which parameter names what is called. */
static const struct integration {
    const char *service, *parameter, *other, *prefix;
    const char *usual; /* what it is where no parameter says so */
    const char *run;   /* the action that has ".sync" */
} integrations[] = {
    {"lambda", "FunctionName", NULL, "Lambda.", NULL, NULL},
    {"sqs", "QueueUrl", NULL, "Sqs.", NULL, NULL},
    {"sns", "TopicArn", "TargetArn", "SNS.", NULL, NULL},
    {"dynamodb", "TableName", NULL, "DynamoDB.", NULL, NULL},
    {"events", "EventBusName", NULL, "EventBridge.", "default", NULL},
    {"eventbridge", "EventBusName", NULL, "EventBridge.", "default", NULL},
    {"kinesis", "StreamName", "StreamARN", "Kinesis.", NULL, NULL},
    {"firehose", "DeliveryStreamName", NULL, "Firehose.", NULL, NULL},
    {"s3", "Bucket", NULL, "S3.", NULL, NULL},
    {"states", "StateMachineArn", NULL, "StepFunctions.", NULL, "StartExecution"},
    {"sfn", "StateMachineArn", NULL, "Sfn.", NULL, NULL},
};

static const struct integration *integration_of(const char *service)
{
    for (size_t i = 0; i < sizeof integrations / sizeof *integrations; i++)
        if (strcmp(integrations[i].service, service) == 0)
            return &integrations[i];
    return NULL;
}

/* The text of a parameter, or of the path to one ("QueueUrl.$"), which `*by_path` tells; NULL: it is not there. */
static const char *parameter_of(const struct workflow_task *task, const char *name, bool *by_path)
{
    size_t length = name ? strlen(name) : 0;
    for (size_t i = 0; name && i < task->parameter_count; i++) {
        const struct workflow_parameter *parameter = &task->parameters[i];
        if (!parameter->text || strncmp(parameter->name, name, length) != 0)
            continue;
        *by_path = strcmp(parameter->name + length, ".$") == 0 || strncmp(parameter->text, "{%", 2) == 0;
        if (*by_path || parameter->name[length] == '\0')
            return parameter->text;
    }
    return NULL;
}

static void find_pattern(struct validation *validation, const struct machine *machine, const struct workflow_state *state,
                         const struct integration *integration, const char *property, struct state_plan *plan)
{
    static const char *const words[] = {"sync", "sync:2", "waitForTaskToken"};
    const char *pattern = state->task.pattern;
    char hint[80];
    if (!pattern)
        return;
    plan->pattern = strcmp(pattern, "waitForTaskToken") == 0 ? TASK_TOKEN : TASK_RUN;
    if (plan->pattern == TASK_RUN && strcmp(pattern, words[0]) != 0 && strcmp(pattern, words[1]) != 0) {
        const char *near = validation_nearest(pattern, words, sizeof words / sizeof *words);
        snprintf(hint, sizeof hint, near ? "did you mean \".%s\"?" : "there are .sync, .sync:2 and .waitForTaskToken", near);
        validation_error(validation, property, hint, "there is no pattern \".%s\"", pattern);
    } else if (plan->pattern == TASK_RUN && integration && !(integration->run && strcmp(integration->run, state->task.action) == 0)) {
        validation_error(validation, property, "leave it out: the answer is the end", "%s has no \".%s\"", state->task.service, pattern);
    } else if (machine->type == MACHINE_EXPRESS) {
        validation_error(validation, property, "make it a STANDARD machine", "an EXPRESS machine cannot wait for the end of \".%s\"",
                         pattern);
    }
}

/* What is no part of the simulation takes the time that its behavior says. */
static void not_simulated(struct validation *validation, const struct workflow_state *state, const char *property,
                          const struct state_plan *plan)
{
    char hint[200];
    if (plan->behavior && plan->behavior->latency)
        return;
    snprintf(hint, sizeof hint, "say how long it takes: \"behavior\": {\"%.60s\": {\"states\": {\"%.60s\": {\"latency\": \"1s\"}}}}",
             validation_name(validation, validation_self(validation)), state->name);
    validation_warning(validation, property, hint, "what it calls is not simulated: it takes no time");
}

/* Who answers a task that waits for its token: a step that calls, where any of the scenario does and the behavior says nothing else. */
static void find_answerer(struct validation *validation, const struct machine *machine, const struct workflow_state *state,
                          const char *property, struct state_plan *plan)
{
    const struct state_behavior *behavior = plan->behavior;
    bool calls = false;
    char hint[300];
    if (plan->pattern != TASK_TOKEN || (behavior && (behavior->latency || behavior->lost_rate > 0 || behavior->error_rate > 0)))
        return;
    for (uint32_t i = 1; i < CONTENT_COUNT && !calls; i++)
        calls = content_set_has(&machine->callbacks[CALLBACK_SUCCEEDS], (uint8_t)i) ||
                content_set_has(&machine->callbacks[CALLBACK_FAILS], (uint8_t)i);
    plan->answered = calls;
    if (calls)
        return;
    snprintf(hint, sizeof hint,
             "say it: \"behavior\": {\"%.60s\": {\"states\": {\"%.60s\": {\"latency\": \"1h\"}}}}; or let a step {\"call\": \"%.60s\", "
             "\"op\": \"SendTaskSuccess\"}",
             validation_name(validation, validation_self(validation)), state->name,
             validation_name(validation, validation_self(validation)));
    validation_warning(validation, property, hint, "nothing says when somebody calls back: it takes no time");
}

static void by_service(struct validation *validation, const struct machine *machine, const struct workflow_state *state,
                       const char *property, struct state_plan *plan)
{
    const struct workflow_task *task = &state->task;
    const struct integration *integration = integration_of(task->service);
    bool by_path = false;
    char hint[160];
    find_pattern(validation, machine, state, integration, property, plan);
    if (!integration) {
        not_simulated(validation, state, property, plan);
        return;
    }
    find_answerer(validation, machine, state, property, plan);
    const char *text = parameter_of(task, integration->parameter, &by_path);
    if (!text)
        text = parameter_of(task, integration->other, &by_path);
    plan->prefix = integration->prefix;
    plan->target = text && !by_path ? validation_named(validation, text) : ENTITY_NONE;
    if (!text && integration->usual) {
        plan->target = validation_find(validation, integration->usual);
        if (plan->target == ENTITY_NONE)
            not_simulated(validation, state, property, plan);
        return;
    }
    if (plan->target != ENTITY_NONE)
        return;
    snprintf(hint, sizeof hint, "write \"%s\": \"${NAME}\" among its Parameters", integration->parameter);
    if (by_path)
        validation_error(validation, property, hint, "a path says whom it calls, and no data flows here");
    else if (text)
        validation_error(validation, property, hint, "\"%.100s\" names no resource of this scenario", text);
    else
        validation_error(validation, property, hint, "nothing says whom it calls: %s is missing", integration->parameter);
}

static int key_of(const struct workflow_task *task)
{
    bool by_path = false;
    const char *text = parameter_of(task, "MessageGroupId", &by_path);
    if (!text)
        text = parameter_of(task, "PartitionKey", &by_path);
    return !text ? TASK_KEY_PASSED_ON : by_path ? TASK_KEY_OWN : TASK_KEY_CONSTANT;
}

/* Limits that are data: does the behavior say them? */
static void check_limits(struct validation *validation, const struct workflow_state *state, const struct state_plan *plan)
{
    const struct {
        const char *key;
        bool drawn, said;
    } limits[] = {{"timeout", state->task.timeout_drawn, plan->behavior && plan->behavior->timeout},
                  {"heartbeat", state->task.heartbeat_drawn, plan->behavior && plan->behavior->heartbeat}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        char hint[300];
        snprintf(hint, sizeof hint, "write \"behavior\": {\"%.60s\": {\"states\": {\"%.60s\": {\"%s\": \"5m\"}}}}",
                 validation_name(validation, validation_self(validation)), state->name, limits[i].key);
        if (limits[i].drawn && !limits[i].said)
            validation_warning(validation, state->place, hint, "its %s is data, and nothing says it: there is none", limits[i].key);
    }
}

void task_plan(struct validation *validation, const struct machine *machine, const struct workflow_state *state, struct state_plan *plan)
{
    char property[400];
    check_limits(validation, state, plan);
    snprintf(property, sizeof property, "%.380s.Resource", state->place);
    plan->key = key_of(&state->task);
    if (state->task.service) {
        by_service(validation, machine, state, property, plan);
    } else if (strstr(state->task.resource, ":activity:")) { /* who works on it has a token */
        if (machine->type == MACHINE_EXPRESS)
            validation_error(validation, property, "make it a STANDARD machine", "an EXPRESS machine has no activities");
        not_simulated(validation, state, property, plan);
    } else {
        plan->target = validation_named(validation, state->task.resource);
        plan->prefix = "Lambda.";
        if (plan->target == ENTITY_NONE)
            validation_error(validation, property, "name a function: {\"Fn::GetAtt\": [\"F\", \"Arn\"]}, or \"${F.Arn}\" in a text",
                             "\"%.100s\" names no resource of this scenario", state->task.resource);
        else if (!model_takes(validation_type(validation, plan->target), "Invoke")) {
            validation_error(validation, property, "write \"arn:aws:states:::sqs:sendMessage\" or such, and name it in Parameters",
                             "%s is no function", validation_name(validation, plan->target));
            plan->target = ENTITY_NONE;
        }
    }
    if (plan->target == ENTITY_NONE)
        return;
    plan->target = validation_callee(validation, NULL, plan->target);
    plan->is_function = model_takes(validation_type(validation, plan->target), "Invoke");
    validation_flow(validation, validation_self(validation), plan->target);
}

uint32_t access_target(struct validation *validation, const struct workflow_task *task)
{
    bool by_path = false;
    const char *text = task->service && strcmp(task->service, "s3") == 0 ? parameter_of(task, "Bucket", &by_path) : NULL;
    uint32_t target = text && !by_path ? validation_named(validation, text) : ENTITY_NONE;
    if (target == ENTITY_NONE || !model_is_callable(validation_type(validation, target)))
        return ENTITY_NONE;
    validation_flow(validation, validation_self(validation), target);
    return target;
}

const struct workflow_task *state_calls(const struct workflow_state *state, const struct state_plan *plan, size_t index,
                                        const char **within, uint32_t *target)
{
    bool map = state->kind == WORKFLOW_MAP;
    *within = !map ? "" : index == 0 ? "ItemReader." : "ResultWriter.";
    *target = !map ? (index == 0 ? plan->target : ENTITY_NONE) : index == 0 ? plan->reader : plan->writer;
    if (*target == ENTITY_NONE)
        return NULL;
    return !map ? &state->task : index == 0 ? &state->map.reader : &state->map.writer;
}

/* What a Map reads or writes is said to the bucket, too. */
static void access_sends(struct validation *validation, const struct workflow_state *state, const struct state_plan *plan)
{
    for (size_t i = 0; i < STATE_CALLS_MOST; i++) {
        const char *within;
        uint32_t target;
        const struct workflow_task *task = state_calls(state, plan, i, &within, &target);
        char place[400];
        snprintf(place, sizeof place, "%.370s.%s", state->place, within);
        if (task)
            validation_sends(validation, &(struct sending){.target = target,
                                                           .content = task->content,
                                                           .passes_key_on = true,
                                                           .place = place,
                                                           .target_key = "Resource",
                                                           .operation_key = "Resource"});
    }
}

void machine_sends(struct validation *validation, const void *config)
{
    const struct machine *machine = config;
    for (uint32_t i = 0; machine->definition && machine->plans && i < machine->definition->state_count; i++) {
        const struct workflow_state *state = &machine->definition->states[i];
        const struct state_plan *plan = &machine->plans[i];
        char place[400];
        if (state->kind == WORKFLOW_MAP)
            access_sends(validation, state, plan);
        if (state->kind != WORKFLOW_TASK || plan->target == ENTITY_NONE)
            continue;
        snprintf(place, sizeof place, "%.380s.", state->place);
        const struct pollable *pollable = validation_type(validation, plan->target)->pollable;
        if (plan->key == TASK_KEY_PASSED_ON && pollable && pollable->in_order &&
            pollable->in_order(validation_config(validation, plan->target))) {
            snprintf(place, sizeof place, "%.380s.Resource", state->place);
            validation_error(validation, place, "add \"MessageGroupId\": \"all\" to its Parameters",
                             "%s is a FIFO queue: the task needs a message group", validation_name(validation, plan->target));
            continue;
        }
        validation_sends(validation, &(struct sending){.target = plan->target,
                                                       .content = state->task.content,
                                                       .has_key = plan->key != TASK_KEY_PASSED_ON,
                                                       .passes_key_on = true,
                                                       .place = place,
                                                       .target_key = "Resource",
                                                       .operation_key = "Resource"});
    }
}
