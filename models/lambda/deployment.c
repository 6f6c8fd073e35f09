/* deployment.c: a new version behind an alias: hooks before and after, traffic by steps, back again on an alarm.
 * Sources: rules codedeploy_*, which cite the CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform" and
 * "AppSpec hooks", and the Lambda developer guide, "Rolling deployments". */
#include "deployment.h"

#include "engine/observable.h"
#include "function_fault.h"
#include "lambda_kinds.h"
#include "provisioned.h"
#include "scenario/validation.h"
#include "snap_start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPLOYMENT_CONFIG_TYPE "AWS::CodeDeploy::DeploymentConfig"

#define ALARMS_MOST 64u
/* from_data of what is sent to a hook: no delivery has a target of that number. */
#define HOOK_ANSWER UINT32_C(0x7ffffff0)

enum stage { STAGE_BEFORE, STAGE_TRAFFIC, STAGE_AFTER };

/* The arguments of one `deploy`. */
struct deploy {
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
    {.name = "Role", .kind = PROPERTY_ACCEPTED},
    {.name = "TriggerConfigurations", .kind = PROPERTY_ACCEPTED},
    {.name = "PassthroughCondition", .kind = PROPERTY_ACCEPTED},
    {0},
};

#undef AT
#define AT(field) offsetof(struct deploy, field)

static const struct property deploy_properties[] = {
    {"preference", PROPERTY_STRING, AT(preference), .help = "A deployment configuration; left out: the function's DeploymentPreference."},
    {"alarms", PROPERTY_STRINGS, AT(alarms), .given = PROPERTY_GIVEN(struct deploy, alarms_given),
     .help = "Alarms that roll it back; left out: those of DeploymentPreference."},
    {"behavior", PROPERTY_JSON, AT(behavior), .help = "What of the behavior is another in the new version."},
    {"Properties", PROPERTY_JSON, AT(properties), .help = "What of the properties is another in the new version."},
    {0},
};

#undef AT

/* -- configurations -- */

/* A configuration of the scenario's own: AWS::CodeDeploy::DeploymentConfig. */
struct deployment_config {
    uint32_t self;
    int routing; /* enum deployment_kind */
    double canary_percent, linear_percent;
    int64_t canary_interval, linear_interval; /* minutes */
};

#define AT(field) offsetof(struct deployment_config, field)

static const char *const routings[] = {"AllAtOnce", "TimeBasedCanary", "TimeBasedLinear", NULL};

static const struct property canary_properties[] = {
    {"CanaryPercentage", PROPERTY_NUMBER, AT(canary_percent), .minimum = "0", .maximum = "100", .required = true,
     .help = "Percent of the traffic that moves first."},
    {"CanaryInterval", PROPERTY_INTEGER, AT(canary_interval), .unit = "minutes", .minimum = "0", .required = true,
     .help = "Minutes until the rest moves."},
    {0},
};

static const struct property linear_properties[] = {
    {"LinearPercentage", PROPERTY_NUMBER, AT(linear_percent), .minimum = "0", .maximum = "100", .required = true,
     .help = "Percent of the traffic that moves at each step."},
    {"LinearInterval", PROPERTY_INTEGER, AT(linear_interval), .unit = "minutes", .minimum = "0", .required = true,
     .help = "Minutes between two steps."},
    {0},
};

static const struct property routing_properties[] = {
    {"Type", PROPERTY_ENUM, AT(routing), .choices = routings, .required = true, .help = "How the traffic moves."},
    {"TimeBasedCanary", PROPERTY_OBJECT, 0, .properties = canary_properties, .help = "Of TimeBasedCanary."},
    {"TimeBasedLinear", PROPERTY_OBJECT, 0, .properties = linear_properties, .help = "Of TimeBasedLinear."},
    {0},
};

static const struct property config_properties[] = {
    {"TrafficRoutingConfig", PROPERTY_OBJECT, 0, .properties = routing_properties, .help = "How the traffic moves."},
    {.name = "ComputePlatform", .kind = PROPERTY_ACCEPTED},
    {.name = "DeploymentConfigName", .kind = PROPERTY_ACCEPTED},
    {.name = "MinimumHealthyHosts", .kind = PROPERTY_ACCEPTED},
    {.name = "ZonalConfig", .kind = PROPERTY_ACCEPTED},
    {0},
};

const struct model_type deployment_config_type = {
    .type = DEPLOYMENT_CONFIG_TYPE,
    .help = "How traffic moves to a new version of a function: named by DeploymentPreference.Type or a deployment's `preference`.",
    .size = sizeof(struct deployment_config),
    .self_offset = AT(self),
    .properties = config_properties,
};

#undef AT

static struct deployment_course course_of(const struct deployment_config *config)
{
    bool canary = config->routing == DEPLOY_CANARY;
    return (struct deployment_course){
        .kind = (enum deployment_kind)config->routing,
        .share = (canary ? config->canary_percent : config->linear_percent) / 100,
        .interval_ns = (canary ? config->canary_interval : config->linear_interval) * NS_PER_MIN,
    };
}

/* Does the rule, numbers apart by spaces, name this one? */
static bool rule_names(const struct rule_book *rules, const char *rule, long number)
{
    const char *text = rule_text(rules, rule);
    for (char *end; *text; text = *end ? end + 1 : end)
        if (strtol(text, &end, 10) == number)
            return true;
        else if (end == text)
            return false;
    return false;
}

/* "Canary10Percent5Minutes", "Linear10PercentEvery1Minute": how it is spelled exactly; false when there is no such one. */
static bool predefined(const struct rule_book *rules, const char *text, struct deployment_course *course, char *exact, size_t size)
{
    bool linear = strncasecmp(text, "Linear", 6) == 0;
    if (strcasecmp(text, "AllAtOnce") == 0) {
        *course = (struct deployment_course){.kind = DEPLOY_ALL_AT_ONCE, .share = 1};
        snprintf(exact, size, "AllAtOnce");
        return true;
    }
    if (!linear && strncasecmp(text, "Canary", 6) != 0)
        return false;
    char *end;
    long percent = strtol(text + 6, &end, 10);
    size_t word = strlen(linear ? "PercentEvery" : "Percent");
    if (strncasecmp(end, "PercentEvery", word) != 0)
        return false;
    long minutes = strtol(end + word, &end, 10);
    if (strcasecmp(end, "Minutes") != 0 && strcasecmp(end, "Minute") != 0)
        return false;
    if (!rule_names(rules, linear ? "codedeploy_linear_minutes" : "codedeploy_canary_minutes", minutes) ||
        percent != (long)rule_number(rules, linear ? "codedeploy_linear_percent" : "codedeploy_canary_percent"))
        return false;
    *course = (struct deployment_course){
        .kind = linear ? DEPLOY_LINEAR : DEPLOY_CANARY, .share = (double)percent / 100, .interval_ns = minutes * NS_PER_MIN};
    snprintf(exact, size, linear ? "Linear%ldPercentEvery%ldMinute%s" : "Canary%ldPercent%ldMinute%s", percent, minutes,
             minutes == 1 ? "" : "s");
    return true;
}

/* The names that there are, for a hint. */
static void list_configurations(const struct rule_book *rules, char *text, size_t size)
{
    snprintf(text, size,
             "AllAtOnce, Canary%.0fPercent{%s}Minutes, Linear%.0fPercentEvery{%s}Minutes, or an AWS::CodeDeploy::DeploymentConfig",
             rule_number(rules, "codedeploy_canary_percent"), rule_text(rules, "codedeploy_canary_minutes"),
             rule_number(rules, "codedeploy_linear_percent"), rule_text(rules, "codedeploy_linear_minutes"));
}

static void read_course(struct validation *validation, const char *property, const char *name, struct deployment_course *course)
{
    static const char *const prefixes[] = {"CodeDeployDefault.", "Lambda"};
    const struct rule_book *rules = validation_rules(validation);
    char exact[100], hint[300];
    *course = (struct deployment_course){.kind = DEPLOY_ALL_AT_ONCE, .share = 1};
    if (!name)
        return;
    uint32_t own = validation_find(validation, name[0] == '$' ? "" : name);
    for (uint32_t i = 0; own == ENTITY_NONE && i < validation_entity_count(validation); i++) /* "${Own}": a Ref */
        if (name[0] == '$' && strlen(name) > 3 && strncmp(name + 2, validation_name(validation, i), strlen(name) - 3) == 0 &&
            strlen(validation_name(validation, i)) == strlen(name) - 3)
            own = i;
    if (own != ENTITY_NONE && model_is(validation_type(validation, own), DEPLOYMENT_CONFIG_TYPE)) {
        *course = course_of(validation_config(validation, own));
        return;
    }
    const char *text = name;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(text, prefixes[i], strlen(prefixes[i])) == 0)
            text += strlen(prefixes[i]);
    if (!predefined(rules, text, course, exact, sizeof exact)) {
        list_configurations(rules, hint, sizeof hint);
        validation_error(validation, property, hint, "there is no deployment configuration \"%s\"", name);
    } else if (strcmp(text, exact) != 0) {
        snprintf(hint, sizeof hint, "AWS spells it %.100s", exact);
        validation_warning(validation, property, hint, "\"%s\" is taken for %s", name, exact);
    }
}

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
    read_course(validation, "DeploymentPreference.Type", preference->enabled ? preference->type : NULL, &preference->course);
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
        read_course(validation, "preference", deploy->preference, &deploy->course);
    if (deploy->alarms_given)
        deploy->alarm_entities = find_alarms(validation, "alarms", &deploy->alarms, &deploy->alarm_count);
    uint32_t alias = deployed_alias(validation, validation_self(validation));
    if (deploy->version == ENTITY_NONE || alias == ENTITY_NONE)
        validation_error(validation, NULL, "add AutoPublishAlias to the function, and send the traffic to the alias",
                         "%s has no alias, or several, that could move to a new version",
                         validation_name(validation, validation_self(validation)));
    else
        function->config.deploying_alias = alias;
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
    schedule_next(simulation, function,
                  time_from_double(rule_number(simulation->settings->rules, "codedeploy_hook_timeout_s") * (double)NS_PER_S));
    request_send(simulation, hook, request);
}

static void after_traffic(struct simulation *simulation, struct function *function)
{
    set_weights(simulation, function, function->deployment->deploy->version, ENTITY_NONE, 0);
    if (function->config.preference.post_traffic != ENTITY_NONE)
        ask(simulation, function, function->config.preference.post_traffic, STAGE_AFTER);
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
    if (function->config.preference.pre_traffic != ENTITY_NONE)
        ask(simulation, function, function->config.preference.pre_traffic, STAGE_BEFORE);
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
