/* app_spec.c: the AppSpec of a deployment on Lambda: one function, its alias, and the two versions, all required; and the hooks. Sources:
 * CodeDeploy user guide, "AppSpec 'resources' section for AWS Lambda deployments", "AppSpec 'hooks' section for an AWS Lambda deployment".
 */
#include "app_spec.h"

#include "function_state.h"
#include "lambda_kinds.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A function that is deployed; its name here is the file's own. */
struct app_function {
    const char *label;
    const char *type, *name, *alias, *current, *target;
};

struct app_entry {
    struct property_list functions; /* struct app_function */
};

struct app_hook {
    const char *event, *function;
};

struct app_hooks {
    struct property_list list; /* struct app_hook */
};

#define AT(field) offsetof(struct app_function, field)

/* Either spelling is AWS's own: the guide's structure has small letters, its examples capitals. */
static const struct property target_properties[] = {
    {"Name", PROPERTY_STRING, AT(name), .help = "The function: its logical id, or its FunctionName."},
    {"Alias", PROPERTY_STRING, AT(alias), .help = "The name of its alias."},
    {"CurrentVersion", PROPERTY_STRING, AT(current), .help = "The version that the alias points to."},
    {"TargetVersion", PROPERTY_STRING, AT(target), .help = "The version that it moves to: the one that this deployment publishes."},
    {"name", PROPERTY_STRING, AT(name), .help = "As Name."},
    {"alias", PROPERTY_STRING, AT(alias), .help = "As Alias."},
    {"currentversion", PROPERTY_STRING, AT(current), .help = "As CurrentVersion."},
    {"targetversion", PROPERTY_STRING, AT(target), .help = "As TargetVersion."},
    {0},
};

static const struct property function_properties[] = {
    {"Type", PROPERTY_STRING, AT(type), .help = "AWS::Lambda::Function."},
    {"Properties", PROPERTY_OBJECT, 0, .properties = target_properties, .help = "What moves from where to where."},
    {"type", PROPERTY_STRING, AT(type), .help = "As Type."},
    {"properties", PROPERTY_OBJECT, 0, .properties = target_properties, .help = "As Properties."},
    {0},
};

static const struct property entry_properties[] = {
    {PROPERTY_ITSELF, PROPERTY_MAP, offsetof(struct app_entry, functions), .properties = function_properties,
     .size = sizeof(struct app_function), .minimum = "1", .maximum = "1", .help = "One function, by a name of the file's own."},
    {0},
};

static const struct property hook_row[] = {
    {PROPERTY_ITSELF, PROPERTY_STRING, offsetof(struct app_hook, function), .help = "The function that judges."},
    {0},
};

static const struct property hooks_properties[] = {
    {PROPERTY_ITSELF, PROPERTY_MAP, offsetof(struct app_hooks, list), .properties = hook_row, .size = sizeof(struct app_hook),
     .minimum = "1", .maximum = "2", .help = "BeforeAllowTraffic or AfterAllowTraffic, and the function that judges."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct app_spec, field)

const struct property app_spec_properties[] = {
    {.name = "version", .kind = PROPERTY_ACCEPTED},
    {"Resources", PROPERTY_LIST, AT(resources), .properties = entry_properties, .size = sizeof(struct app_entry), .minimum = "0",
     .maximum = "1", .help = "The one function that is deployed."},
    {"Hooks", PROPERTY_LIST, AT(hooks), .properties = hooks_properties, .size = sizeof(struct app_hooks), .minimum = "0", .maximum = "2",
     .help = "Functions that judge the new version, instead of those of DeploymentPreference."},
    {"resources", PROPERTY_LIST, AT(resources), .properties = entry_properties, .size = sizeof(struct app_entry), .minimum = "0",
     .maximum = "1", .help = "As Resources."},
    {"hooks", PROPERTY_LIST, AT(hooks), .properties = hooks_properties, .size = sizeof(struct app_hooks), .minimum = "0", .maximum = "2",
     .help = "As Hooks."},
    {0},
};

/* What is being judged. */
struct judging {
    struct validation *validation;
    const struct app_function *function;
};

static void complain(const struct judging *judging, const char *hint, const char *text)
{
    validation_error(judging->validation, judging->function ? "appspec.Resources[0]" : "appspec", hint, "%s", text);
}

/* False: it is missing. */
static bool has(const struct judging *judging, const char *value, const char *key, const char *what)
{
    char text[160];
    if (value && *value)
        return true;
    snprintf(text, sizeof text, "an AppSpec needs %s: %s", key, what);
    complain(judging, NULL, text);
    return false;
}

/* "F:2" is version 2. */
static const char *part_of(const struct validation *validation, uint32_t entity)
{
    const char *name = validation_name(validation, entity), *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void check_name(const struct judging *judging, uint32_t function)
{
    struct validation *validation = judging->validation;
    const char *named = judging->function->name, *own = validation_text(validation, function, "FunctionName");
    char text[400];
    if (!has(judging, named, "Name", "the function that is deployed") || validation_named(validation, named) == function ||
        (own && strcmp(named, own) == 0))
        return;
    snprintf(text, sizeof text, "the AppSpec deploys \"%.100s\", and this deployment is of %.100s", named,
             validation_name(validation, function));
    complain(judging, NULL, text);
}

static void check_alias(const struct judging *judging, uint32_t alias)
{
    const char *named = judging->function->alias, *own = part_of(judging->validation, alias);
    char text[300], hint[200];
    if (!has(judging, named, "Alias", "the name of the function's alias") || strcmp(named, own) == 0)
        return;
    snprintf(text, sizeof text, "the function has no alias \"%.100s\" that could move", named);
    snprintf(hint, sizeof hint, "there is \"%.100s\"", own);
    complain(judging, hint, text);
}

/* A version is a number, and here it can be only this one (NULL: any). */
static void check_version(const struct judging *judging, const char *named, const char *key, const char *own, const char *what)
{
    char text[300];
    if (!has(judging, named, key, what))
        return;
    if (named[strspn(named, "0123456789")] != '\0' || strtol(named, NULL, 10) == 0)
        snprintf(text, sizeof text, "%s is the number of a version, not \"%.60s\"", key, named);
    else if (own && strcmp(named, own) != 0)
        snprintf(text, sizeof text, "%s is %s, %.60s here, and not %.60s", key, what, own, named);
    else
        return;
    complain(judging, NULL, text);
}

/* The number of the version that an alias points to; NULL: $LATEST. */
static const char *current_of(const struct validation *validation, uint32_t alias)
{
    uint32_t version = ((const struct function *)validation_config(validation, alias))->config.version;
    if (version == ENTITY_NONE || !is_version_type(validation_type(validation, version)))
        return NULL;
    return part_of(validation, version);
}

static void check_hooks(struct validation *validation, struct app_spec *spec)
{
    static const char *const events[] = {"BeforeAllowTraffic", "AfterAllowTraffic"};
    const struct app_hooks *entries = spec->hooks.items;
    for (size_t i = 0; i < spec->hooks.count; i++) {
        const struct app_hook *hooks = entries[i].list.items;
        char place[40];
        snprintf(place, sizeof place, "appspec.Hooks[%zu]", i);
        for (size_t k = 0; k < entries[i].list.count; k++) {
            size_t event = 0;
            while (event < 2 && strcmp(hooks[k].event, events[event]) != 0)
                event++;
            uint32_t function = hooks[k].function ? validation_named(validation, hooks[k].function) : ENTITY_NONE;
            if (event == 2)
                validation_error(validation, place, "BeforeAllowTraffic and AfterAllowTraffic",
                                 "a deployment on Lambda has no hook \"%.60s\"", hooks[k].event);
            else if (function == ENTITY_NONE || !is_invocable_type(validation_type(validation, function)))
                validation_error(validation, place, "name a function", "the hook %s names no function: \"%.60s\"", hooks[k].event,
                                 hooks[k].function ? hooks[k].function : "");
            else
                *(event == 0 ? &spec->before : &spec->after) = function;
        }
    }
}

void app_spec_check(struct validation *validation, struct app_spec *spec, uint32_t function, uint32_t alias, uint32_t version, bool first)
{
    const struct app_entry *entry = spec->resources.items;
    struct judging judging = {validation, NULL};
    spec->before = spec->after = ENTITY_NONE;
    check_hooks(validation, spec);
    if (spec->resources.count == 0 || entry->functions.count == 0) {
        complain(&judging, "Resources: [{\"myFunction\": {\"Type\": \"AWS::Lambda::Function\", \"Properties\": {...}}}]",
                 "an AppSpec needs Resources: the function that is deployed");
        return;
    }
    judging.function = entry->functions.items;
    if (has(&judging, judging.function->type, "Type", "AWS::Lambda::Function") && strcmp(judging.function->type, FUNCTION_TYPE) != 0)
        complain(&judging, FUNCTION_TYPE, "the Type of what an AppSpec deploys on Lambda is " FUNCTION_TYPE);
    check_name(&judging, function);
    check_alias(&judging, alias);
    check_version(&judging, judging.function->current, "CurrentVersion", first ? current_of(validation, alias) : NULL,
                  "the version that the alias points to");
    check_version(&judging, judging.function->target, "TargetVersion", part_of(validation, version),
                  "the version that this deployment publishes");
}
