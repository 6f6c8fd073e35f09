/* policy.c: what a statement may say, and of which requests it speaks. Conditions are condition.c's. */
#include "policy.h"

#include "arn.h"
#include "condition.h"
#include "engine/glob.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct statement, field)

static const char *const effects[] = {"Allow", "Deny", NULL};
static const char *const anybody[] = {"*", NULL};

static const struct property principal_rows[] = {
    {"AWS", PROPERTY_STRINGS, AT(principals.aws), .help = "Accounts, roles and users."},
    {"Service", PROPERTY_STRINGS, AT(principals.services), .help = "Services, such as \"sns.amazonaws.com\"."},
    ACCEPTED("Federated"),
    ACCEPTED("CanonicalUser"),
    {0},
};

static const struct property condition_key_rows[] = {
    {PROPERTY_ITSELF, PROPERTY_STRINGS, offsetof(struct condition_key, values), .help = "The values, one of which must hold."},
    {0},
};

static const struct property condition_operator_rows[] = {
    {PROPERTY_ITSELF, PROPERTY_MAP, offsetof(struct condition_operator, keys), .properties = condition_key_rows,
     .size = sizeof(struct condition_key), .help = "Keys of the request, all of which must hold."},
    {0},
};

const struct property policy_statement_properties[] = {
    {"Effect", PROPERTY_ENUM, AT(effect), .choices = effects, .required = true, .help = "Deny wins over Allow."},
    {"Action", PROPERTY_STRINGS, AT(actions), .help = "What may be done, with * and ?: \"sqs:SendMessage\", \"dynamodb:*\"."},
    {"NotAction", PROPERTY_STRINGS, AT(not_actions), .help = "Instead: all but these."},
    {"Resource", PROPERTY_STRINGS, AT(resources), .help = "To what: ARNs with * and ?, resources of the scenario, or \"*\"."},
    {"NotResource", PROPERTY_STRINGS, AT(not_resources), .help = "Instead: to all but these."},
    {"Principal", PROPERTY_ENUM, AT(principals.any), .choices = anybody, .properties = principal_rows,
     .given = PROPERTY_GIVEN(struct statement, principals.given), .help = "Of a resource's policy: who."},
    {.name = "NotPrincipal", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct statement, not_principal)},
    {"Condition", PROPERTY_MAP, AT(conditions), .properties = condition_operator_rows, .size = sizeof(struct condition_operator),
     .help =
         "When: aws:SourceIp, aws:SourceAccount, aws:SourceArn, lambda:FunctionUrlAuthType and lambda:InvokedViaFunctionUrl are judged."},
    ACCEPTED("Sid"),
    {0},
};

static bool names_action(const struct string_list *patterns, const char *action)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (glob_match(patterns->items[i], action, true))
            return true;
    return false;
}

/* Does a resource's pattern mean what the request is done to? */
static bool means(const char *pattern, const struct circumstances *request, bool leniently)
{
    if (glob_match(pattern, request->arn, false))
        return true;
    if (!leniently)
        return false;
    if (request->whole_arn && glob_match(pattern, request->whole_arn, false))
        return true;
    return request->known > 0 && strncmp(pattern, request->arn, request->known) == 0;
}

static bool names_resource(struct validation *validation, const struct string_list *patterns, const struct circumstances *request,
                           bool leniently)
{
    for (size_t i = 0; i < patterns->count; i++) {
        const char *pattern = arn_expand(validation, patterns->items[i]);
        if (pattern && means(pattern, request, leniently))
            return true;
    }
    return false;
}

/* An account's own number stands for the account; within it, only who is named is let in by that alone.
 * Source: IAM user guide, "AWS JSON policy elements: Principal" and "Cross account resource access in IAM". */
static bool is_principal(struct validation *validation, const char *text, const struct circumstances *request)
{
    const char *named = arn_expand(validation, text);
    char root[80];
    if (!named)
        return false;
    if (strcmp(named, "*") == 0)
        return true;
    if (request->principal)
        return strcmp(named, request->principal) == 0;
    if ((request->principal_arn && strcmp(named, request->principal_arn) == 0) ||
        (request->home_arn && strcmp(named, request->home_arn) == 0))
        return true;
    snprintf(root, sizeof root, "arn:aws:iam::%.40s:root", request->account ? request->account : "");
    return request->crosses && request->account && (strcmp(named, request->account) == 0 || strcmp(named, root) == 0);
}

static bool names_principal(struct validation *validation, const struct statement *statement, const struct circumstances *request)
{
    const struct principals *principals = &statement->principals;
    if (!principals->given)
        return false;
    if (principals->any == 0)
        return true;
    const struct string_list *names = request->principal ? &principals->services : &principals->aws;
    for (size_t i = 0; i < names->count; i++)
        if (is_principal(validation, names->items[i], request))
            return true;
    for (size_t i = 0; request->principal && i < principals->aws.count; i++)
        if (strcmp(principals->aws.items[i], "*") == 0)
            return true;
    return false;
}

bool statement_applies(struct validation *validation, const struct statement *statement, const struct circumstances *request,
                       bool of_resource)
{
    bool allows = statement->effect == EFFECT_ALLOW;
    if (statement->not_actions.count > 0 ? names_action(&statement->not_actions, request->action)
                                         : !names_action(&statement->actions, request->action))
        return false;
    if (statement->not_resources.count > 0
            ? names_resource(validation, &statement->not_resources, request, !allows)
            : statement->resources.count > 0 && !names_resource(validation, &statement->resources, request, allows))
        return false;
    if (!of_resource && statement->resources.count == 0 && statement->not_resources.count == 0)
        return false;
    if (of_resource && !names_principal(validation, statement, request))
        return false;
    return conditions_hold(validation, &statement->conditions, request, allows);
}

void statements_check(struct validation *validation, const struct property_list *statements, const char *property, bool of_resource)
{
    const struct statement *list = statements->items;
    for (size_t i = 0; i < statements->count; i++) {
        char path[200];
        snprintf(path, sizeof path, "%.150s[%zu]", property, i);
        conditions_check(validation, &list[i].conditions, path);
        if (list[i].actions.count == 0 && list[i].not_actions.count == 0)
            validation_error(validation, path, "such as \"Action\": \"sqs:SendMessage\"", "has neither Action nor NotAction");
        if (!of_resource && list[i].resources.count == 0 && list[i].not_resources.count == 0)
            validation_error(validation, path, "such as \"Resource\": \"*\"", "has neither Resource nor NotResource");
        if (list[i].not_principal)
            validation_warning(validation, path, "name who is meant in Principal", "NotPrincipal is not judged: nobody is meant by it");
    }
}
