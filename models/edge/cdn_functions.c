/* cdn_functions.c: which functions a cache behavior has, and what of that AWS refuses.
 * Sources: CloudFront developer guide, "Restrictions on edge functions", "Restrictions on CloudFront Functions", "Restrictions on
 * Lambda@Edge", "Quotas on Lambda@Edge" (rules edge_*). */
#include "cdn_state.h"

#include "edge.h"
#include "engine/rule_book.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define PLACE_ROOM 200

const char *const cdn_refusals[] = {"edge_arm64",
                                    "edge_container",
                                    "edge_dead_letter",
                                    "edge_environment",
                                    "edge_function_distributions",
                                    "edge_layers",
                                    "edge_memory",
                                    "edge_package",
                                    "edge_provisioned",
                                    "edge_region",
                                    "edge_runtime",
                                    "edge_storage",
                                    "edge_timeout",
                                    "edge_tracing",
                                    "edge_version",
                                    "edge_vpc",
                                    "origin_group_methods",
                                    "permission",
                                    NULL};

/* One function that is judged for an event. */
struct judged {
    struct validation *validation;
    const char *place; /* where it is named */
    const char *text;  /* as it is named */
    uint32_t version;  /* who is called */
    uint32_t whole;    /* the function that it is of */
    bool viewer;
};

static void refuse(const struct judged *judged, const char *refusal, const char *advice, const char *why)
{
    char hint[300];
    if (validation_allowed(judged->validation, refusal))
        return;
    snprintf(hint, sizeof hint, "%s, or allow_invalid: [\"%s\"]", advice, refusal);
    validation_error(judged->validation, judged->place, hint, "%s cannot run at the edge: %s",
                     validation_name(judged->validation, judged->whole), why);
}

/* Settings that Lambda@Edge does not take, by the function's own property. */
static void check_features(const struct judged *judged)
{
    static const struct {
        const char *property, *refusal, *why;
    } features[] = {
        {"VpcConfig", "edge_vpc", "Lambda@Edge reaches no VPC"},
        {"Layers", "edge_layers", "Lambda@Edge has no layers"},
        {"Environment", "edge_environment", "Lambda@Edge has no environment variables"},
        {"DeadLetterConfig", "edge_dead_letter", "Lambda@Edge has no dead-letter queue"},
        {"DeadLetterQueue", "edge_dead_letter", "Lambda@Edge has no dead-letter queue"},
        {"ProvisionedConcurrencyConfig", "edge_provisioned", "Lambda@Edge has no provisioned concurrency"},
    };
    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        char advice[80];
        snprintf(advice, sizeof advice, "leave %s out", features[i].property);
        if (validation_written_of(judged->validation, judged->whole, features[i].property) ||
            validation_written_of(judged->validation, judged->version, features[i].property))
            refuse(judged, features[i].refusal, advice, features[i].why);
    }
}

static bool has_choice(const struct judged *judged, const char *property, const char *choice)
{
    const char *chosen = validation_choice_of(judged->validation, judged->whole, property);
    return chosen && strcmp(chosen, choice) == 0;
}

static void check_choices(const struct judged *judged)
{
    const char *runtime = validation_text(judged->validation, judged->whole, "Runtime");
    double storage_mb = 0;
    if (has_choice(judged, "Architectures", "arm64"))
        refuse(judged, "edge_arm64", "Architectures: [\"x86_64\"]", "Lambda@Edge runs on x86_64 alone");
    if (has_choice(judged, "PackageType", "Image"))
        refuse(judged, "edge_container", "PackageType: \"Zip\"", "Lambda@Edge takes no container images");
    if (has_choice(judged, "TracingConfig.Mode", "Active") || has_choice(judged, "Tracing", "Active"))
        refuse(judged, "edge_tracing", "do not trace it", "Lambda@Edge has no X-Ray");
    if (runtime && strncmp(runtime, "nodejs", 6) != 0 && strncmp(runtime, "python", 6) != 0)
        refuse(judged, "edge_runtime", "nodejs22.x or python3.13", "Lambda@Edge runs Node.js and Python only");
    if (validation_number_of(judged->validation, judged->whole, "EphemeralStorage.Size", &storage_mb) &&
        storage_mb > rule_number(validation_rules(judged->validation), "tmp_default_mb"))
        refuse(judged, "edge_storage", "leave EphemeralStorage out", "Lambda@Edge has the usual /tmp only");
}

static void check_limit(const struct judged *judged, const char *refusal, const char *property, const char *rule, double unit,
                        const char *word)
{
    double value = 0;
    char why[200], advice[120];
    const double most = rule_number(validation_rules(judged->validation), rule);
    if (!validation_number_of(judged->validation, judged->whole, property, &value) || value / unit <= most)
        return;
    snprintf(why, sizeof why, "%s may be at most %.15g %s for %s event (rule %s), and is %.15g", property, most, word,
             judged->viewer ? "a viewer's" : "an origin's", rule, value / unit);
    snprintf(advice, sizeof advice, "%s of at most %.15g", property, most);
    refuse(judged, refusal, advice, why);
}

/* Lambda@Edge itself must be let in by the function's role, where that is one of the scenario. Source: CloudFront developer guide, "Set up
 * IAM permissions and roles for Lambda@Edge". */
static void check_trust(const struct judged *judged)
{
    struct validation *validation = judged->validation;
    const uint32_t role = validation_role(validation, validation_text(validation, judged->whole, "Role"));
    if (role != ENTITY_NONE)
        validation_may_assume(validation, role, "edgelambda.amazonaws.com", true, judged->place);
}

static void check_lambda(const struct judged *judged)
{
    struct validation *validation = judged->validation;
    const char *arn = strstr(judged->text, "arn:aws:lambda:");
    const char *region = arn ? arn + strlen("arn:aws:lambda:") : NULL;
    const char *home = rule_text(validation_rules(validation), "edge_authoring_region");
    char why[100];
    if (!model_is(validation_type(validation, judged->version), "AWS::Lambda::Version"))
        refuse(judged, "edge_version", "name a version: an AWS::Lambda::Version, \"F:1\"",
               "Lambda@Edge runs numbered versions, not $LATEST and not an alias");
    snprintf(why, sizeof why, "a function of Lambda@Edge lives in %.40s", home);
    if (region && region[0] != '$' && (strncmp(region, home, strlen(home)) != 0 || region[strlen(home)] != ':'))
        refuse(judged, "edge_region", "put it there", why);
    check_trust(judged);
    check_features(judged);
    check_choices(judged);
    check_limit(judged, "edge_timeout", "Timeout", judged->viewer ? "edge_viewer_timeout_s" : "edge_origin_timeout_s", (double)NS_PER_S,
                "s");
    check_limit(judged, "edge_memory", "MemorySize", judged->viewer ? "edge_viewer_memory_max_mb" : "edge_origin_memory_max_mb", 1, "MB");
    check_limit(judged, "edge_package", "behavior.code_size", "edge_package_max_mb", 1024.0 * 1024, "MB");
}

/* The version that a text means: "F:1", a resource that is one, SAM's "F.Version". ENTITY_NONE: nothing. */
static uint32_t find_version(struct validation *validation, const char *text)
{
    const uint32_t named = validation_named(validation, text);
    char name[300];
    if (named == ENTITY_NONE || !strstr(text, ".Version"))
        return named;
    snprintf(name, sizeof name, "%.250s:1", validation_name(validation, named));
    const uint32_t first = validation_find(validation, name);
    return first == ENTITY_NONE ? named : first;
}

static uint32_t whole_of(const struct validation *validation, uint32_t version)
{
    const char *name = validation_name(validation, version), *colon = strchr(name, ':');
    char owner[300];
    if (!colon)
        return version;
    snprintf(owner, sizeof owner, "%.*s", (int)(colon - name < 250 ? colon - name : 250), name);
    const uint32_t whole = validation_find(validation, owner);
    return whole == ENTITY_NONE ? version : whole;
}

bool cdn_add_lambda(struct validation *validation, struct cdn_behavior *behavior, const struct edge_association *association,
                    const char *place)
{
    struct edge_hook *hook = &behavior->hooks[association->event];
    const uint32_t version = find_version(validation, association->function);
    double number = 0;
    if (version == ENTITY_NONE || !model_takes(validation_type(validation, version), "Invoke")) {
        validation_error(validation, place, "{\"Ref\": \"V\"} of an AWS::Lambda::Version", "names no function of this scenario: \"%.60s\"",
                         association->function);
        return false;
    }
    const struct judged judged = {
        .validation = validation,
        .place = place,
        .text = association->function,
        .version = version,
        .whole = whole_of(validation, version),
        .viewer = association->event == ON_VIEWER_REQUEST || association->event == ON_VIEWER_RESPONSE,
    };
    check_lambda(&judged);
    *hook = (struct edge_hook){.function = version, .is_lambda = true, .include_body = association->include_body};
    if (validation_number_of(validation, judged.whole, "behavior.reject_rate", &number))
        hook->reject_rate = number;
    hook->normalizes_key = validation_number_of(validation, judged.whole, "behavior.normalizes_key", &number) && number != 0;
    validation_flow(validation, validation_self(validation), version);
    return true;
}

static void count_user(struct validation *validation, struct edge_function *function, const char *place)
{
    const double most = rule_number(validation_rules(validation), "cf_function_distributions_max");
    const uint32_t self = validation_self(validation);
    if (function->users > 0 && function->last_user == self)
        return;
    function->last_user = self;
    function->users++;
    if (function->users == most + 1 && !validation_allowed(validation, "edge_function_distributions"))
        validation_error(validation, place, "another function of the same code, or allow_invalid: [\"edge_function_distributions\"]",
                         "a CloudFront function is of at most %.15g distributions (rule cf_function_distributions_max)", most);
}

static void add_function(struct validation *validation, struct cdn_behavior *behavior, const struct edge_association *association,
                         const char *place)
{
    const uint32_t named = validation_named(validation, association->function);
    if (association->event != ON_VIEWER_REQUEST && association->event != ON_VIEWER_RESPONSE) {
        validation_error(validation, place, "let Lambda@Edge do it: LambdaFunctionAssociations",
                         "CloudFront functions run for viewer-request and viewer-response only, not for %s",
                         edge_event_names[association->event]);
        return;
    }
    if (named == ENTITY_NONE || validation_type(validation, named) != &edge_function_type) {
        validation_error(validation, place, "{\"Fn::GetAtt\": [\"Function\", \"FunctionARN\"]}",
                         "names no AWS::CloudFront::Function of this scenario: \"%.60s\"", association->function);
        return;
    }
    struct edge_function *function = validation_config(validation, named);
    count_user(validation, function, place);
    behavior->hooks[association->event] = (struct edge_hook){.function = named, .normalizes_key = function->normalizes_key};
}

/* Each event has one function at most, and viewers' events those of one kind. */
static void check_pairs(struct validation *validation, const struct cdn_behavior *behavior, const char *place)
{
    const struct property_list *const lists[] = {&behavior->functions, &behavior->lambdas};
    static const char *const names[] = {"FunctionAssociations", "LambdaFunctionAssociations"};
    unsigned seen = 0, viewer_kinds = 0;
    char property[PLACE_ROOM];
    for (unsigned kind = 0; kind < 2; kind++) {
        const struct edge_association *associations = lists[kind]->items;
        for (size_t i = 0; i < lists[kind]->count; i++) {
            const int event = associations[i].event;
            const bool viewer = event == ON_VIEWER_REQUEST || event == ON_VIEWER_RESPONSE;
            snprintf(property, sizeof property, "%.100s.%s[%zu]", place, names[kind], i);
            if (seen >> event & 1u)
                validation_error(validation, property, "make one function of them", "there are two functions for %s",
                                 edge_event_names[event]);
            else if (viewer && kind == 1 && (viewer_kinds & 1u))
                validation_error(validation, property, "choose one kind for both viewer events",
                                 "CloudFront Functions and Lambda@Edge cannot share a behavior's viewer events");
            seen |= 1u << event;
            viewer_kinds |= viewer ? 1u << kind : 0;
        }
    }
}

void cdn_check_functions(struct validation *validation, struct cdn_behavior *behavior, const char *place)
{
    const struct edge_association *functions = behavior->functions.items, *lambdas = behavior->lambdas.items;
    char property[PLACE_ROOM];
    for (size_t i = 0; i < EDGE_EVENTS; i++)
        behavior->hooks[i] = (struct edge_hook){.function = ENTITY_NONE};
    for (size_t i = 0; i < behavior->functions.count; i++) {
        snprintf(property, sizeof property, "%.100s.FunctionAssociations[%zu].FunctionARN", place, i);
        add_function(validation, behavior, &functions[i], property);
    }
    for (size_t i = 0; i < behavior->lambdas.count; i++) {
        snprintf(property, sizeof property, "%.100s.LambdaFunctionAssociations[%zu].LambdaFunctionARN", place, i);
        cdn_add_lambda(validation, behavior, &lambdas[i], property);
    }
    check_pairs(validation, behavior, place);
}
