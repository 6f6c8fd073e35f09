/* identity.c: AWS::IAM::Role, User, Policy and ManagedPolicy, and the role that SAM makes of a function's `Policies`.
 * Sources: CloudFormation's types; SAM developer guide, "AWS::Serverless::Function: Policies" and "AWS SAM policy templates". */
#include "identity.h"

#include "engine/simulation.h"
#include "measure/metric.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct identity, field)

static const char *const template_names[] = {
#define TEMPLATE_NAME(NAME, PARAMETER) #NAME,
    SAM_TEMPLATES(TEMPLATE_NAME)
#undef TEMPLATE_NAME
};

static const char *const template_parameters[] = {
#define TEMPLATE_PARAMETER(NAME, PARAMETER) #PARAMETER,
    SAM_TEMPLATES(TEMPLATE_PARAMETER)
#undef TEMPLATE_PARAMETER
};

static const struct property document_rows[] = {POLICY_DOCUMENT_ROWS(AT(statements), true), {0}};
static const struct property trust_rows[] = {POLICY_DOCUMENT_ROWS(AT(trust), true), {0}};
static const struct property inline_document_rows[] = {POLICY_DOCUMENT_ROWS(offsetof(struct inline_policy, statements), true), {0}};

static const struct property inline_policy_rows[] = {
    {"PolicyName", PROPERTY_STRING, offsetof(struct inline_policy, name), .required = true, .help = "Its name."},
    {"PolicyDocument", PROPERTY_OBJECT, 0, .properties = inline_document_rows, .required = true, .help = "Its statements."},
    {0},
};

static const struct property parameter_rows[] = {
    {PROPERTY_ITSELF, PROPERTY_STRING, offsetof(struct template_parameter, value), .help = "What it is about: a name or an ARN."},
    {0},
};

static const struct property sam_policy_rows[] = {
    {PROPERTY_ITSELF, PROPERTY_STRING, offsetof(struct inline_policy, managed),
     .help = "A managed policy, by its name or ARN: \"AWSLambdaSQSQueueExecutionRole\"."},
    POLICY_DOCUMENT_ROWS(offsetof(struct inline_policy, statements), false),
#define TEMPLATE_ROW(NAME, PARAMETER)                                                                                                      \
    {#NAME,                                                                                                                                \
     PROPERTY_MAP,                                                                                                                         \
     offsetof(struct inline_policy, parameters[TEMPLATE_##NAME]),                                                                          \
     .properties = parameter_rows,                                                                                                         \
     .size = sizeof(struct template_parameter),                                                                                            \
     .given = PROPERTY_GIVEN(struct inline_policy, uses[TEMPLATE_##NAME]),                                                                 \
     .help = "SAM's policy template, with its parameter " #PARAMETER "."},
    SAM_TEMPLATES(TEMPLATE_ROW)
#undef TEMPLATE_ROW
        {0},
};

/* What all of them have. */
static const struct property identity_rows[] = {
    {"Policies", PROPERTY_LIST, AT(policies), .properties = inline_policy_rows, .size = sizeof(struct inline_policy),
     .help = "Policies of its own."},
    {"ManagedPolicyArns", PROPERTY_STRINGS, AT(managed),
     .help =
         "Managed policies: AWS's by their ARNs, those of the scenario by Ref. What no book has the contents of is taken to allow all."},
    {"PermissionsBoundary", PROPERTY_STRING, offsetof(struct identity, boundary),
     .help = "A managed policy, AWS's or of the scenario: what it does not allow, no policy of the identity's own can."},
    ACCEPTED("Path"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property role_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = identity_rows},
    {"AssumeRolePolicyDocument", PROPERTY_OBJECT, 0, .properties = trust_rows, .given = PROPERTY_GIVEN(struct identity, trust_given),
     .help = "Who may assume it: of a function's role, lambda.amazonaws.com. Left out: everybody."},
    ACCEPTED("RoleName"),
    ACCEPTED("Description"),
    {"MaxSessionDuration", PROPERTY_TIME, offsetof(struct identity, session_ns), .unit = "s", .minimum = "iam_session_min_s",
     .maximum = "iam_session_max_s", .fallback = "iam_session_min_s",
     .help = "How long temporary credentials of STS hold at most. Judged, and without effect on what is simulated."},
    {0},
};

static const struct property user_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = identity_rows}, ACCEPTED("UserName"), ACCEPTED("Groups"), ACCEPTED("LoginProfile"), {0},
};

static const struct property function_role_properties[] = {
    {"Policies", PROPERTY_LIST, AT(policies), .properties = sam_policy_rows, .size = sizeof(struct inline_policy), .lone = true,
     .help = "Documents, managed policies and policy templates."},
    {"PermissionsBoundary", PROPERTY_STRING, offsetof(struct identity, boundary),
     .help = "A managed policy, AWS's or of the scenario: what it does not allow, no policy of the identity's own can."},
    {"AssumeRolePolicyDocument", PROPERTY_OBJECT, 0, .properties = trust_rows, .given = PROPERTY_GIVEN(struct identity, trust_given),
     .help = "Who may assume it."},
    ACCEPTED("RolePath"),
    {0},
};

static const struct property policy_properties[] = {
    {"PolicyDocument", PROPERTY_OBJECT, 0, .properties = document_rows, .required = true, .help = "Its statements."},
    {"Roles", PROPERTY_STRINGS, AT(roles), .help = "The roles that have it."},
    {"Users", PROPERTY_STRINGS, AT(users), .help = "The users that have it."},
    ACCEPTED("Groups"),
    ACCEPTED("PolicyName"),
    ACCEPTED("ManagedPolicyName"),
    ACCEPTED("Description"),
    ACCEPTED("Path"),
    {0},
};

bool is_identity_type(const struct model_type *type)
{
    return model_is(type, "AWS::IAM::Role") || model_is(type, "AWS::IAM::User") || model_is(type, "Slsim::IAM::FunctionRole");
}

bool is_policy_type(const struct model_type *type)
{
    return model_is(type, "AWS::IAM::Policy") || model_is(type, "AWS::IAM::ManagedPolicy");
}

static const char *const every[] = {"*"};
static const struct statement all_statement = {.effect = EFFECT_ALLOW, .actions = {every, 1}, .resources = {every, 1}};

/* Is it one of the scenario's own? */
static bool is_of_scenario(const struct validation *validation, const char *text)
{
    uint32_t entity = validation_named(validation, text);
    return entity != ENTITY_NONE && is_policy_type(validation_type(validation, entity));
}

/* `path` given: also says what is not known. */
static struct property_list managed_statements(struct validation *validation, const char *text, const char *path)
{
    struct property_list statements = {0};
    if (is_of_scenario(validation, text) || managed_policy(validation, text, &statements))
        return statements;
    const char *near = path ? managed_policy_near(validation, text) : NULL;
    char hint[200] = "a rule managed_policy_<name> can say them";
    if (near)
        snprintf(hint, sizeof hint, "did you mean %.120s? A rule managed_policy_<name> can say what others allow", near);
    if (path)
        validation_warning(validation, path, hint,
                           "the contents of the managed policy %.100s are not known: "
                           "it is taken to allow everything",
                           text);
    return (struct property_list){(void *)(uintptr_t)&all_statement, 1};
}

static const char *parameter_of(const struct inline_policy *policy, size_t template)
{
    const struct template_parameter *list = policy->parameters[template].items;
    for (size_t i = 0; i < policy->parameters[template].count; i++)
        if (strcmp(list[i].name, template_parameters[template]) == 0)
            return list[i].value;
    return NULL;
}

void identity_statements(struct validation *validation, const struct identity *identity,
                         void (*visit)(void *context, const struct property_list *statements), void *context)
{
    const struct inline_policy *policies = identity->policies.items;
    struct property_list found;
    visit(context, &identity->statements);
    for (size_t i = 0; i < identity->policies.count; i++) {
        visit(context, &policies[i].statements);
        if (policies[i].managed) {
            found = managed_statements(validation, policies[i].managed, NULL);
            visit(context, &found);
        }
        for (size_t k = 0; k < SAM_TEMPLATE_COUNT; k++) {
            const struct template_use use = {template_names[k], parameter_of(&policies[i], k)};
            if (policies[i].uses[k] && template_policy(validation, &use, &found))
                visit(context, &found);
        }
    }
    for (size_t i = 0; i < identity->managed.count; i++) {
        found = managed_statements(validation, identity->managed.items[i], NULL);
        visit(context, &found);
    }
}

bool identity_boundary(struct validation *validation, const struct identity *identity, struct property_list *statements)
{
    uint32_t named = identity->boundary ? validation_named(validation, identity->boundary) : ENTITY_NONE;
    if (!identity->boundary)
        return false;
    if (named != ENTITY_NONE && is_policy_type(validation_type(validation, named)))
        *statements = ((const struct identity *)validation_config(validation, named))->statements;
    else
        *statements = managed_statements(validation, identity->boundary, NULL);
    return true;
}

/* A template wants its parameter, and nothing else; a stream's name is not looked at. */
static void check_template(struct validation *validation, const struct inline_policy *policy, size_t template, const char *path)
{
    const struct template_parameter *list = policy->parameters[template].items;
    const char *wanted = template_parameters[template];
    char here[160];
    snprintf(here, sizeof here, "%.80s.%s", path, template_names[template]);
    if (*wanted && !parameter_of(policy, template))
        validation_error(validation, here, NULL, "%s needs its parameter \"%s\"", template_names[template], wanted);
    for (size_t i = 0; i < policy->parameters[template].count; i++)
        if (strcmp(list[i].name, wanted) != 0 && strcmp(list[i].name, "StreamName") != 0)
            validation_error(validation, here, *wanted ? "its parameter says what it is about" : "write {}",
                             "%s has no parameter \"%.60s\"", template_names[template], list[i].name);
}

static void check_policies(struct validation *validation, const struct identity *identity)
{
    const struct inline_policy *policies = identity->policies.items;
    for (size_t i = 0; i < identity->policies.count; i++) {
        char path[80], statements[120];
        snprintf(path, sizeof path, "Policies[%zu]", i);
        snprintf(statements, sizeof statements, "%s%s.Statement", path, policies[i].name ? ".PolicyDocument" : "");
        statements_check(validation, &policies[i].statements, statements, false);
        if (policies[i].managed)
            (void)managed_statements(validation, policies[i].managed, path);
        for (size_t k = 0; k < SAM_TEMPLATE_COUNT; k++)
            if (policies[i].uses[k])
                check_template(validation, &policies[i], k, path);
    }
}

static void identity_validate(struct validation *validation, void *config)
{
    const struct identity *identity = config;
    check_policies(validation, identity);
    for (size_t i = 0; i < identity->managed.count; i++) {
        char path[80];
        snprintf(path, sizeof path, "ManagedPolicyArns[%zu]", i);
        (void)managed_statements(validation, identity->managed.items[i], path);
    }
    if (identity->trust_given)
        statements_check(validation, &identity->trust, "AssumeRolePolicyDocument.Statement", true);
    if (identity->boundary)
        (void)managed_statements(validation, identity->boundary, "PermissionsBoundary");
}

/* Each name of a list must be somebody who can have a policy. */
static void check_holders(struct validation *validation, const struct string_list *names, const char *property)
{
    for (size_t i = 0; i < names->count; i++) {
        uint32_t entity = validation_named(validation, names->items[i]);
        char path[80];
        snprintf(path, sizeof path, "%s[%zu]", property, i);
        if (entity == ENTITY_NONE || !is_identity_type(validation_type(validation, entity)))
            validation_warning(validation, path, "write {\"Ref\": \"MyRole\"}",
                               "%.100s is no role or user of this scenario: the policy is not attached to it", names->items[i]);
    }
}

static void policy_validate(struct validation *validation, void *config)
{
    const struct identity *policy = config;
    statements_check(validation, &policy->statements, "PolicyDocument.Statement", false);
    check_holders(validation, &policy->roles, "Roles");
    check_holders(validation, &policy->users, "Users");
}

/* {"fault": "R", "kind": "denied", "action": "sqs:*"} */
struct denial {
    const char *action;
};

static const struct property denial_rows[] = {
    {"action", PROPERTY_STRING, offsetof(struct denial, action), .fallback = "\"*\"", .help = "What it may not do any more, with * and ?."},
    {0},
};

static void denial_validate(struct validation *validation, const void *config, void *arguments)
{
    const struct denial *denial = arguments;
    (void)config;
    if (denial->action && !validation_has_right(validation, denial->action))
        validation_warning(validation, "action", "actions are called as in policies: \"sqs:SendMessage\"",
                           "nothing that %s does here takes %.100s", validation_name(validation, validation_self(validation)),
                           denial->action);
}

static void denial_begin(struct simulation *simulation, void *self, const void *arguments)
{
    rights_deny(simulation, ((const struct identity *)self)->self, ((const struct denial *)arguments)->action, true);
}

static void denial_end(struct simulation *simulation, void *self, const void *arguments)
{
    rights_deny(simulation, ((const struct identity *)self)->self, ((const struct denial *)arguments)->action, false);
}

static const struct action identity_actions[] = {
    {.verb = "fault",
     .kind = "denied",
     .properties = denial_rows,
     .size = sizeof(struct denial),
     .validate = denial_validate,
     .begin = denial_begin,
     .end = denial_end,
     .help = "It may not do what the action matches, whatever its policies say."},
    {0},
};

static const char *const permission_refusals[] = {"permission", NULL};

#define IDENTITY_TYPE(NAME, HELP, PROPERTIES, VALIDATE, ...)                                                                               \
    {                                                                                                                                      \
        .type = NAME, .help = HELP, .size = sizeof(struct identity), .self_offset = AT(self), .properties = PROPERTIES,                    \
        .validate = VALIDATE, __VA_ARGS__                                                                                                  \
    }

const struct model_type role_type =
    IDENTITY_TYPE("AWS::IAM::Role", "What may be done in its name: by the functions that have it, by traffic that says `as`.",
                  role_properties, identity_validate, .actions = identity_actions, .refusals = permission_refusals);
const struct model_type user_type = IDENTITY_TYPE("AWS::IAM::User", "Somebody who calls: traffic says so with `as`.", user_properties,
                                                  identity_validate, .actions = identity_actions);
const struct model_type function_role_type =
    IDENTITY_TYPE("Slsim::IAM::FunctionRole", "The role that SAM makes of a function's `Policies`, named <Function>Role.",
                  function_role_properties, identity_validate, .actions = identity_actions);
const struct model_type policy_type =
    IDENTITY_TYPE("AWS::IAM::Policy", "A policy that roles and users have.", policy_properties, policy_validate, );
const struct model_type managed_policy_type =
    IDENTITY_TYPE("AWS::IAM::ManagedPolicy", "A policy that roles and users have, by its own `Roles` or their `ManagedPolicyArns`.",
                  policy_properties, policy_validate, );
