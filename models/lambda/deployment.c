/* deployment.c: a new version behind an alias: hooks before and after, traffic by steps, back again on an alarm.
 * Sources: rules codedeploy_*, which cite the CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform" and
 * "AppSpec hooks", and the Lambda developer guide, "Rolling deployments". */
#include "deployment.h"

#include "app_spec.h"
#include "deployment_config.h"
#include "engine/observable.h"
#include "function_fault.h"
#include "function_package.h"
#include "lambda_kinds.h"
#include "provisioned.h"
#include "scenario/validation.h"
#include "snap_start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALARMS_MOST 64u
/* from_data of what is sent to a hook: no delivery has a target of that number. */
#define HOOK_ANSWER UINT32_C(0x7ffffff0)

enum stage { STAGE_BEFORE, STAGE_TRAFFIC, STAGE_AFTER };

/* The arguments of one `deploy`. */
struct deploy {
    struct app_spec spec;   /* first: its rows' offsets are its own */
    const char *preference; /* NULL: the function's */
    struct string_list alarms;
    bool alarms_given;
    const char *behavior, *properties; /* the version has them: only their keys are known here */
    /* set by validate */
    uint32_t version;
    struct deployment_course course;
    const uint32_t *alarm_entities;
    size_t alarm_count;
};

/* The one under way. */
struct deployment {
    const struct deploy *deploy; /* NULL: none */
    enum stage stage;
    uint32_t old_version;
    uint32_t number; /* events and answers of earlier ones are void */
    double weight;   /* of the new version */
};

#define AT(field) offsetof(struct function, config.preference.field)

static const struct property hook_properties[] = {
    {"PreTraffic", PROPERTY_REFERENCE, AT(pre_traffic), .help = "A function that judges the new version before it gets traffic."},
    {"PostTraffic", PROPERTY_REFERENCE, AT(post_traffic), .help = "The same when it has all of it."},
    {0},
};

const struct property deployment_preference_properties[] = {
    {"Enabled", PROPERTY_BOOLEAN, AT(enabled), .fallback = "true", .help = "False: the alias moves at once."},
    {"Type", PROPERTY_STRING, AT(type),
     .help = "A predefined configuration (Canary10Percent5Minutes, Linear10PercentEvery1Minute, AllAtOnce, ...) or one of the template's."},
    {"Alarms", PROPERTY_STRINGS, AT(alarms), .help = "Alarms that stop a deployment and roll it back."},
    {"Hooks", PROPERTY_OBJECT, 0, .properties = hook_properties, .help = "Functions that judge the new version."},
    ACCEPTED("Role"),
    ACCEPTED("TriggerConfigurations"),
    ACCEPTED("PassthroughCondition"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct deploy, field)

static const struct property deploy_properties[] = {
    {"preference", PROPERTY_STRING, AT(preference), .help = "A deployment configuration; left out: the function's DeploymentPreference."},
    {"alarms", PROPERTY_STRINGS, AT(alarms), .given = PROPERTY_GIVEN(struct deploy, alarms_given),
     .help = "Alarms that roll it back; left out: those of DeploymentPreference."},
    {"appspec", PROPERTY_OBJECT, 0, .properties = app_spec_properties, .given = PROPERTY_GIVEN(struct deploy, spec.given),
     .help = "The AppSpec by which CodeDeploy deploys, or the path of its file, YAML or JSON: it is judged, and its hooks are called."},
    {"behavior", PROPERTY_JSON, AT(behavior), .help = "What of the behavior is another in the new version."},
    {"Properties", PROPERTY_JSON, AT(properties), .help = "What of the properties is another in the new version."},
    {0},
};

#undef AT

/* -- what is read -- */

static const uint32_t *find_alarms(struct validation *validation, const char *property, const struct string_list *names, size_t *count)
{
    uint32_t *found = names->count > 0 ? validation_alloc(validation, names->count, sizeof *found) : NULL;
    *count = 0;
    for (size_t i = 0; found && i < names->count && i < ALARMS_MOST; i++) {
        char place[80];
        uint32_t alarm = validation_named(validation, names->items[i]);
        snprintf(place, sizeof place, "%.60s[%zu]", property, i);
        if (alarm == ENTITY_NONE || !validation_type(validation, alarm)->observable)
            validation_error(validation, place, "name an AWS::CloudWatch::Alarm", "\"%s\" is no alarm", names->items[i]);
        else
            found[(*count)++] = alarm;
    }
    return found;
}

static void check_hook(struct validation *validation, const char *property, uint32_t hook)
{
    if (hook != ENTITY_NONE && !is_invocable_type(validation_type(validation, hook)))
        validation_error(validation, property, NULL, "%s is no function", validation_name(validation, hook));
}

void deployment_validate(struct validation *validation, struct function *function)
{
    struct deployment_preference *preference = &function->config.preference;
    if (model_is(validation_type(validation, validation_self(validation)), FUNCTION_TYPE)) {
        preference->pre_traffic = preference->post_traffic = ENTITY_NONE;
        preference->enabled = true;
    }
    if (preference->enabled && preference->type && validation_written(validation, "DeploymentPreference") &&
        !function->config.published_alias) /* SAM refuses it */
        validation_error(validation, "DeploymentPreference", "add AutoPublishAlias: the alias is what is shifted",
                         "needs an alias that SAM publishes");
    deployment_course_read(validation, "DeploymentPreference.Type", preference->enabled ? preference->type : NULL, &preference->course);
    preference->alarm_entities = find_alarms(validation, "DeploymentPreference.Alarms", &preference->alarms, &preference->alarm_count);
    check_hook(validation, "DeploymentPreference.Hooks.PreTraffic", preference->pre_traffic);
    check_hook(validation, "DeploymentPreference.Hooks.PostTraffic", preference->post_traffic);
}

/* The version that the k-th deployment brings. */
static uint32_t deployed_version(const struct validation *validation, uint32_t function, uint32_t k)
{
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), DEPLOYED_TYPE))
            continue;
        const struct function *version = validation_config(validation, i);
        if (version->config.whole == function && k-- == 0)
            return i;
    }
    return ENTITY_NONE;
}

/* The archive may be another: where the template names the same bucket, key and version, CloudFormation sees no change. */
static void check_code(struct validation *validation, const struct function *function, const struct deploy *deploy)
{
    const struct function *version = validation_config(validation, deploy->version);
    if (deploy->properties && strstr(deploy->properties, "\"Code\"") &&
        function_package_same(&function->config.package, &version->config.package) && !validation_allowed(validation, "code_unchanged"))
        validation_error(validation, "Properties", "another S3Key or S3ObjectVersion, or allow_invalid: [\"code_unchanged\"]",
                         "CloudFormation does not update the code of %s: S3Bucket, S3Key and S3ObjectVersion are what they were",
                         validation_name(validation, validation_self(validation)));
}

static void deploy_validate(struct validation *validation, const void *config, void *arguments)
{
    struct function *function = validation_config(validation, validation_self(validation));
    struct deploy *deploy = arguments;
    (void)config;
    deploy->version = deployed_version(validation, validation_self(validation), function->config.deployments++);
    deploy->course = function->config.preference.course;
    deploy->alarm_entities = function->config.preference.alarm_entities;
    deploy->alarm_count = function->config.preference.alarm_count;
    if (deploy->preference)
        deployment_course_read(validation, "preference", deploy->preference, &deploy->course);
    if (deploy->alarms_given)
        deploy->alarm_entities = find_alarms(validation, "alarms", &deploy->alarms, &deploy->alarm_count);
    uint32_t alias = deployed_alias(validation, validation_self(validation));
    if (deploy->version == ENTITY_NONE || alias == ENTITY_NONE)
        validation_error(validation, NULL, "add AutoPublishAlias to the function, and send the traffic to the alias",
                         "%s has no alias, or several, that could move to a new version",
                         validation_name(validation, validation_self(validation)));
    else
        function->config.deploying_alias = alias;
    if (deploy->version != ENTITY_NONE)
        check_code(validation, function, deploy);
    if (deploy->spec.given && deploy->version != ENTITY_NONE && alias != ENTITY_NONE)
        app_spec_check(validation, &deploy->spec, validation_self(validation), alias, deploy->version, function->config.deployments == 1);
}

/* -- what happens -- */

static struct function *alias_of(const struct simulation *simulation, const struct function *function)
{
    return entity_state(simulation, function->config.deploying_alias);
}

static void set_weights(struct simulation *simulation, struct function *function, uint32_t version, uint32_t second, double weight)
{
    struct function *alias = alias_of(simulation, function);
    alias->config.version = version;
    alias->config.second = second;
    alias->config.second_weight = weight;
    if (alias->config.provisioned > 0)
        provisioned_redistribute(simulation, alias, false);
    if (!simulation->tracer)
        return;
    char detail[700];
    snprintf(detail, sizeof detail, "%.600s %.4g%%", simulation->entities[second == ENTITY_NONE ? version : second].name,
             second == ENTITY_NONE ? 100 : weight * 100);
    simulation_trace_item(simulation, 0, 0, simulation->entities[alias->self].name, "weights", simulation->now_ns, 0, detail);
}

static void conclude(struct function *function, bool good)
{
    counter_add(good ? &function->metrics.deployments : &function->metrics.rollbacks, 1);
    function->deployment->deploy = NULL;
}

static void roll_back(struct simulation *simulation, struct function *function)
{
    set_weights(simulation, function, function->deployment->old_version, ENTITY_NONE, 0);
    conclude(function, false);
}

static void schedule_next(struct simulation *simulation, struct function *function, int64_t wait_ns)
{
    simulation_schedule(simulation, function->self, FUNCTION_DEPLOYMENT, RANK_COMPLETION, time_add(simulation->now_ns, wait_ns),
                        function->deployment->number);
}

/* What is sent to a hook: of this deployment, at this stage. */
static uint64_t hook_item(const struct simulation *simulation, const struct function *function, uint32_t number, enum stage stage)
{
    return item_child(item_salt(simulation->entities[function->self].name), number, stage, 0);
}

/* Asks a hook; no answer within its time is a failure. */
static void ask(struct simulation *simulation, struct function *function, uint32_t hook, enum stage stage)
{
    struct deployment *deployment = function->deployment;
    struct request *request = request_new(simulation);
    deployment->stage = stage;
    if (!request)
        return;
    *request = (struct request){.item = hook_item(simulation, function, deployment->number, stage),
                                .born_ns = simulation->now_ns,
                                .handler_ns = -1,
                                .id = request->id,
                                .from = function->self,
                                .from_data = HOOK_ANSWER | stage};
    schedule_next(simulation, function, rule_ns(simulation->settings->rules, "codedeploy_hook_timeout_s"));
    request_send(simulation, hook, request);
}

/* The AppSpec's, where there is one. */
static uint32_t hook_of(const struct function *function, enum stage stage)
{
    const struct deployment_preference *preference = &function->config.preference;
    const struct app_spec *spec = &function->deployment->deploy->spec;
    if (spec->given)
        return stage == STAGE_BEFORE ? spec->before : spec->after;
    return stage == STAGE_BEFORE ? preference->pre_traffic : preference->post_traffic;
}

static void after_traffic(struct simulation *simulation, struct function *function)
{
    set_weights(simulation, function, function->deployment->deploy->version, ENTITY_NONE, 0);
    uint32_t hook = hook_of(function, STAGE_AFTER);
    if (hook != ENTITY_NONE)
        ask(simulation, function, hook, STAGE_AFTER);
    else
        conclude(function, true);
}

/* One step: so much more of the traffic. */
static void shift(struct simulation *simulation, struct function *function)
{
    struct deployment *deployment = function->deployment;
    const struct deployment_course *course = &deployment->deploy->course;
    bool canary = course->kind == DEPLOY_CANARY;
    deployment->weight += canary && deployment->weight > 0 ? 1 : course->share;
    if (deployment->weight >= 1 - 1e-9 || course->share <= 0) {
        after_traffic(simulation, function);
        return;
    }
    set_weights(simulation, function, deployment->old_version, deployment->deploy->version, deployment->weight);
    schedule_next(simulation, function, course->interval_ns);
}

static void begin_traffic(struct simulation *simulation, struct function *function)
{
    struct deployment *deployment = function->deployment;
    const struct deployment_course *course = &deployment->deploy->course;
    deployment->stage = STAGE_TRAFFIC;
    deployment->number++; /* the hook's time limit is void */
    if (course->kind == DEPLOY_LINEAR && !rule_flag(simulation->settings->rules, "codedeploy_linear_first_at_start"))
        schedule_next(simulation, function, course->interval_ns);
    else
        shift(simulation, function);
}

static bool any_alarm(const struct simulation *simulation, const struct deploy *deploy)
{
    for (size_t i = 0; i < deploy->alarm_count; i++) {
        const struct entity *alarm = &simulation->entities[deploy->alarm_entities[i]];
        if (alarm->type->observable->observe(alarm->state).state == OBSERVED_ALARM)
            return true;
    }
    return false;
}

static void deploy_begin(struct simulation *simulation, void *self, const void *arguments)
{
    struct function *function = self;
    const struct deploy *deploy = arguments;
    if (!function->deployment && !(function->deployment = calloc(1, sizeof *function->deployment))) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    struct deployment *deployment = function->deployment;
    if (deployment->deploy || (rule_flag(simulation->settings->rules, "codedeploy_rollback_on_alarm") && any_alarm(simulation, deploy))) {
        counter_add(&function->metrics.rollbacks, 1); /* refused: one is under way, or an alarm is on already */
        return;
    }
    deployment->deploy = deploy;
    snap_start_publish(simulation, entity_state(simulation, deploy->version));
    deployment->old_version = alias_of(simulation, function)->config.version;
    deployment->weight = 0;
    deployment->number++;
    for (size_t i = 0; i < deploy->alarm_count; i++) {
        const struct entity *alarm = &simulation->entities[deploy->alarm_entities[i]];
        simulation_fail(simulation, alarm->type->observable->listen(simulation, alarm->state, function->self));
    }
    uint32_t hook = hook_of(function, STAGE_BEFORE);
    if (hook != ENTITY_NONE)
        ask(simulation, function, hook, STAGE_BEFORE);
    else
        begin_traffic(simulation, function);
}

void deployment_handle(struct simulation *simulation, struct function *function, const struct event *event)
{
    struct deployment *deployment = function->deployment;
    if (!deployment || !deployment->deploy || event->data != deployment->number)
        return;
    if (deployment->stage == STAGE_TRAFFIC)
        shift(simulation, function);
    else
        roll_back(simulation, function); /* the hook has not answered */
}

void deployment_noticed(struct simulation *simulation, void *self, uint32_t alarm)
{
    struct function *function = self;
    (void)alarm;
    const struct deployment *deployment = function->deployment;
    if (deployment && deployment->deploy && rule_flag(simulation->settings->rules, "codedeploy_rollback_on_alarm") &&
        any_alarm(simulation, deployment->deploy))
        roll_back(simulation, function);
}

bool deployment_sent(const struct request *request)
{
    return (request->from_data & HOOK_ANSWER) == HOOK_ANSWER && !procedure_sent(request);
}

void deployment_answered(struct simulation *simulation, struct function *function, struct request *request)
{
    struct deployment *deployment = function->deployment;
    enum stage stage = (enum stage)(request->from_data & ~HOOK_ANSWER);
    const struct cause *cause = request->cause;
    bool is_late = request->item != hook_item(simulation, function, deployment->number, stage); /* of an earlier deployment */
    request_free(simulation, request);
    if (!deployment->deploy || deployment->stage != stage || is_late || cause->fate == FATE_TIMED_OUT)
        return; /* a handler that was stopped has not told CodeDeploy how it went, which waits for that */
    if (cause != &cause_succeeded) {
        roll_back(simulation, function);
    } else if (stage == STAGE_BEFORE) {
        begin_traffic(simulation, function);
    } else {
        conclude(function, true);
    }
}

const struct action function_actions[] = {
    {.verb = "deploy",
     .properties = deploy_properties,
     .size = sizeof(struct deploy),
     .validate = deploy_validate,
     .begin = deploy_begin,
     .help = "A new version is published, and the alias moves to it as the deployment configuration says; an alarm or a hook that fails "
             "rolls it back."},
    FUNCTION_FAULTS,
    {0},
};
