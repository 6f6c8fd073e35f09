/* deployment_config.c: in which steps traffic moves to a new version: CodeDeploy's predefined configurations, and the scenario's own.
 * Sources: rules codedeploy_*, which cite the CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform". */
#include "deployment_config.h"

#include "engine/model.h"
#include "engine/sim_time.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPLOYMENT_CONFIG_TYPE "AWS::CodeDeploy::DeploymentConfig"

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
    ACCEPTED("ComputePlatform"),
    ACCEPTED("DeploymentConfigName"),
    ACCEPTED("MinimumHealthyHosts"),
    ACCEPTED("ZonalConfig"),
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

void deployment_course_read(struct validation *validation, const char *property, const char *name, struct deployment_course *course)
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
