/* pipeline.c: AWS::CodePipeline::Pipeline: what can be said of it, and what is measured. How executions go stands in pipeline_run.c.
 * A Lambda action waits for the function's PutJobSuccessResult or PutJobFailureResult, and hangs where neither comes. */
#include "pipeline.h"

#include "engine/content.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACTION(field) offsetof(struct pipeline_action, field)
#define STAGE(field) offsetof(struct pipeline_stage, field)
#define AT(field) offsetof(struct pipeline, field)

static const char *const categories[] = {"Source", "Build", "Test", "Deploy", "Invoke", "Approval", "Compute", NULL};
static const char *const modes[] = {"SUPERSEDED", "QUEUED", "PARALLEL", NULL};
enum { TYPE_V1, TYPE_V2 };
static const char *const types[] = {"V1", "V2", NULL};

static const struct property type_id_properties[] = {
    {"Category", PROPERTY_ENUM, ACTION(category), .choices = categories, .required = true, .help = "What kind of action."},
    {"Provider", PROPERTY_STRING, ACTION(provider), .required = true, .help = "Lambda, with the category Invoke: a function is invoked."},
    {.name = "Owner", .kind = PROPERTY_ACCEPTED, .required = true},
    {.name = "Version", .kind = PROPERTY_ACCEPTED, .required = true},
    {0},
};

static const struct property configuration_properties[] = {
    {"FunctionName", PROPERTY_STRING, ACTION(function_name), .help = "Of a Lambda action: the function."},
    ACCEPTED(PROPERTY_ANY_KEY),
    {0},
};

static const struct property action_properties[] = {
    {"Name", PROPERTY_STRING, ACTION(name), .required = true, .help = "Its name."},
    {"ActionTypeId", PROPERTY_OBJECT, 0, .properties = type_id_properties, .required = true, .help = "What it does."},
    {"Configuration", PROPERTY_OBJECT, 0, .properties = configuration_properties, .help = "With what."},
    {"RunOrder", PROPERTY_INTEGER, ACTION(run_order), .minimum = "1", .maximum = "999", .fallback = "1",
     .help = "Actions of the same number run at the same time."},
    {"TimeoutInMinutes", PROPERTY_INTEGER, ACTION(timeout_min), .minimum = "5", .maximum = "86400",
     .given = PROPERTY_GIVEN(struct pipeline_action, timeout_given), .help = "Of an approval alone."},
    ACCEPTED("Commands"),
    ACCEPTED("EnvironmentVariables"),
    ACCEPTED("InputArtifacts"),
    ACCEPTED("Namespace"),
    ACCEPTED("OutputArtifacts"),
    ACCEPTED("OutputVariables"),
    ACCEPTED("Region"),
    ACCEPTED("RoleArn"),
    {0},
};

static const struct property stage_properties[] = {
    {"Name", PROPERTY_STRING, STAGE(name), .required = true, .help = "Its name."},
    {"Actions", PROPERTY_LIST, STAGE(actions), .properties = action_properties, .size = sizeof(struct pipeline_action), .minimum = "1",
     .maximum = "50", .required = true, .help = "What is done, by run order."},
    ACCEPTED("BeforeEntry"),
    ACCEPTED("Blockers"),
    ACCEPTED("OnFailure"),
    ACCEPTED("OnSuccess"),
    {0},
};

static const struct property pipeline_properties[] = {
    {"Stages", PROPERTY_LIST, AT(stages), .properties = stage_properties, .size = sizeof(struct pipeline_stage), .minimum = "2",
     .maximum = "50", .required = true, .help = "One after the other."},
    {"ExecutionMode", PROPERTY_ENUM, AT(mode), .choices = modes, .fallback = "\"SUPERSEDED\"",
     .given = PROPERTY_GIVEN(struct pipeline, mode_given),
     .help = "SUPERSEDED: of those that wait before a stage the latest stays; QUEUED: they wait in line; PARALLEL: none waits."},
    {"PipelineType", PROPERTY_ENUM, AT(type), .choices = types, .fallback = "\"V1\"", .given = PROPERTY_GIVEN(struct pipeline, type_given),
     .help = "QUEUED and PARALLEL need V2."},
    ACCEPTED("ArtifactStore"),
    ACCEPTED("ArtifactStores"),
    ACCEPTED("DisableInboundStageTransitions"),
    ACCEPTED("Name"),
    ACCEPTED("RestartExecutionOnUpdate"),
    ACCEPTED("RoleArn"),
    ACCEPTED("Tags"),
    ACCEPTED("Triggers"),
    ACCEPTED("Variables"),
    {0},
};

static const struct property pipeline_behavior[] = {
    CALLBACK_BEHAVIOR(AT(behavior)),
    {"action_duration", PROPERTY_TIME_DISTRIBUTION, AT(action_duration), .fallback = "\"0s\"",
     .help = "How long each action takes that is neither a source nor a function."},
    {"action_failure_rate", PROPERTY_PROBABILITY, AT(action_failure_rate), .fallback = "0", .help = "How often such an action fails."},
    {0},
};

static const struct metric_type pipeline_metrics[] = {
    {"slsim", "ExecutionsStarted", "Count", METRIC_COUNT, AT(started), .help = "Executions that began."},
    {"slsim", "ExecutionsSucceeded", "Count", METRIC_COUNT, AT(succeeded), .better = 1, .help = "Of them, those that came to the end."},
    {"slsim", "ExecutionsFailed", "Count", METRIC_COUNT, AT(failed), .better = -1, .help = "Of them, those that a failed action ended."},
    {"slsim", "ExecutionsSuperseded", "Count", METRIC_COUNT, AT(superseded), .help = "Of them, those that a later one replaced."},
    {"slsim", "ExecutionsRejected", "Count", METRIC_COUNT, AT(rejected), .better = -1,
     .help = "Executions beyond the quota of QUEUED and PARALLEL."},
    {"slsim", "ActionsHung", "Count", METRIC_COUNT, AT(hung), .better = -1, .help = "Lambda actions that timed out without a call back."},
    {"slsim", "ExecutionDuration", "Milliseconds", METRIC_TALLY, AT(duration), .better = -1,
     .help = "From the start to success or failure."},
    {"slsim", "ExecutionsInProgress", "Count", METRIC_GAUGE, AT(in_progress), .help = "Executions under way or waiting."},
    {NULL, "billed minutes", "None", METRIC_COUNT, AT(billed_minutes), .help = ""},
    {0},
};

enum { ITEM_PIPELINE, ITEM_MINUTES };

static const struct line_item pipeline_line_items[] = {
    [ITEM_PIPELINE] = {"CodePipeline-activePipeline",
                       "A pipeline of type V1 that had an execution, by the share of a month that was simulated."},
    [ITEM_MINUTES] = {"CodePipeline-actionExecutionMinute",
                      "Minutes of the actions of a pipeline of type V2, each rounded up; approvals are free."},
    {0},
};

static void pipeline_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct pipeline *pipeline = self;
    double month_ns = (double)rule_ns(simulation->settings->rules, "billing_month_h");
    if (pipeline->type == TYPE_V2)
        bill_add(bill, &pipeline_line_items[ITEM_MINUTES], (double)pipeline->billed_minutes.whole);
    else
        bill_add(bill, &pipeline_line_items[ITEM_PIPELINE],
                 pipeline->started.whole > 0 ? (double)pipeline->in_progress.whole.length_ns / month_ns : 0);
}

/* On the event bus. */
#define STATE_CHANGE(NAME, STATE)                                                                                                          \
    static const struct envelope NAME[] = {{"source", ENVELOPE_TEXT, "aws.codepipeline"},                                                  \
                                           {"detail-type", ENVELOPE_TEXT, "CodePipeline Pipeline Execution State Change"},                 \
                                           {"detail.pipeline", ENVELOPE_SENDER, NULL},                                                     \
                                           {"detail.state", ENVELOPE_TEXT, STATE},                                                         \
                                           {0}}

STATE_CHANGE(has_started, "STARTED");
STATE_CHANGE(has_succeeded, "SUCCEEDED");
STATE_CHANGE(has_failed, "FAILED");
STATE_CHANGE(was_superseded, "SUPERSEDED");
static const struct envelope *const pipeline_envelopes[] = {
    [NEWS_STARTED] = has_started, [NEWS_SUCCEEDED] = has_succeeded, [NEWS_FAILED] = has_failed, [NEWS_SUPERSEDED] = was_superseded, NULL};

static uint32_t pipeline_envelope(const struct simulation *simulation, const void *self, const struct request *request)
{
    (void)simulation;
    (void)self;
    return request->group;
}

static void resolve_action(struct validation *validation, struct pipeline_action *action, const char *place)
{
    char property[120];
    action->function = ENTITY_NONE;
    if (action->timeout_given && action->category != CATEGORY_APPROVAL) {
        snprintf(property, sizeof property, "%s.TimeoutInMinutes", place);
        validation_error(validation, property, NULL, "only an approval may say how long it waits");
    }
    if (action->category != CATEGORY_INVOKE || !action->provider || strcmp(action->provider, "Lambda") != 0)
        return;
    action->function = kind_named(validation, action->function_name);
    snprintf(property, sizeof property, "%s.Configuration.FunctionName", place);
    if (!action->function_name)
        validation_error(validation, property, "name the function", "a Lambda action needs FunctionName");
    else if (action->function == ENTITY_NONE)
        validation_warning(validation, property, "name a function of this scenario",
                           "there is no function \"%s\" here: the action is one like others", action->function_name);
    else if (!kind_check(validation, property, action->function, KIND_FUNCTION))
        action->function = ENTITY_NONE;
    validation_flow(validation, validation_self(validation), action->function);
}

static void pipeline_validate(struct validation *validation, void *config)
{
    struct pipeline *pipeline = config;
    const struct pipeline_stage *stages = pipeline->stages.items;
    uint32_t bus = validation_find(validation, "default");
    pipeline->bus = kind_is(validation, bus, KIND_BUS) ? bus : ENTITY_NONE;
    validation_flow(validation, validation_self(validation), pipeline->bus);
    if (pipeline->mode != MODE_SUPERSEDED && pipeline->type == TYPE_V1)
        validation_error(validation, "ExecutionMode", "set PipelineType to V2", "a V1 pipeline is always SUPERSEDED");
    for (size_t i = 0; i < pipeline->stages.count; i++) {
        struct pipeline_action *actions = stages[i].actions.items;
        for (size_t k = 0; k < stages[i].actions.count; k++) {
            char place[60];
            snprintf(place, sizeof place, "Stages[%zu].Actions[%zu]", i, k);
            resolve_action(validation, &actions[k], place);
        }
    }
}

static enum status pipeline_create(struct simulation *simulation, void *self)
{
    struct pipeline *pipeline = self;
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[pipeline->self].name;
    callbacks_init(&pipeline->callbacks, simulation, pipeline, pipeline->self, PIPELINE_TIMEOUT, PIPELINE_CALL, &pipeline->behavior,
                   pipeline_called);
    pool_init(&pipeline->executions, sizeof(struct execution), &simulation->memory, name);
    stream_init(&pipeline->duration_stream, simulation->settings->seed, simulation->replication, name, "action_duration");
    stream_init(&pipeline->failure_stream, simulation->settings->seed, simulation->replication, name, "action_failure");
    pipeline->lambda_timeout_ns = rule_ns(rules, "codepipeline_lambda_timeout_s");
    pipeline->queued_max = (uint32_t)rule_number(rules, "codepipeline_queued_max");
    pipeline->states = calloc(pipeline->stages.count, sizeof *pipeline->states);
    pipeline->part = simulation_part(simulation, pipeline->self, "executions");
    if (!pipeline->states || !pipeline->part)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < pipeline->stages.count; i++)
        pipeline->states[i] = (struct stage_state){.occupant = POOL_NONE, .first = POOL_NONE, .last = POOL_NONE};
    return STATUS_OK;
}

static void pipeline_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct pipeline *pipeline = self;
    callbacks_fini(&pipeline->callbacks);
    if (pipeline->executions.owner)
        pool_fini(&pipeline->executions);
    free(pipeline->states);
}

static void pipeline_accept(struct simulation *simulation, void *self, struct request *request)
{
    pipeline_begin(simulation, self, request);
}

static void pipeline_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct pipeline *pipeline = self;
    if (event->kind >= PIPELINE_ACTION)
        pipeline_action_over(simulation, pipeline, event->data, event->kind - PIPELINE_ACTION);
    else
        callbacks_handle(simulation, &pipeline->callbacks, event);
}

static void pipeline_done(struct simulation *simulation, void *self, struct request *request)
{
    if (request->from_data == PIPELINE_TOLD)
        request_free(simulation, request);
    else
        callbacks_answered(simulation, &((struct pipeline *)self)->callbacks, request);
}

static void pipeline_outcome(struct simulation *simulation, void *self, uint32_t from_data, const struct cause *cause)
{
    callbacks_outcome(simulation, &((struct pipeline *)self)->callbacks, from_data, cause);
}

static enum status pipeline_finish(struct simulation *simulation, void *self)
{
    const struct pipeline *pipeline = self;
    part_in_flight(simulation, pipeline->part, pipeline->executions.used);
    return STATUS_OK;
}

const struct model_type pipeline_type = {
    .type = "AWS::CodePipeline::Pipeline",
    .service = "AWS CodePipeline",
    .help = "A pipeline: each arrival of a source starts an execution; a Lambda action waits until its function calls back.",
    .size = sizeof(struct pipeline),
    .self_offset = AT(self),
    .properties = pipeline_properties,
    .behavior = pipeline_behavior,
    .metrics = pipeline_metrics,
    .line_items = pipeline_line_items,
    .quantities = pipeline_quantities,
    .validate = pipeline_validate,
    .envelopes = pipeline_envelopes,
    .envelope = pipeline_envelope,
    .create = pipeline_create,
    .destroy = pipeline_destroy,
    .handle = pipeline_handle,
    .accept = pipeline_accept,
    .done = pipeline_done,
    .outcome = pipeline_outcome,
    .finish = pipeline_finish,
};
