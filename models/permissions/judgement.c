/* judgement.c: from policies to yes or no, and what to say of a no. */
#include "judgement.h"

#include "arn.h"
#include "attachments.h"
#include "engine/request.h"
#include "engine/rule_book.h"
#include "identity.h"
#include "policy.h"

#include <stdio.h>
#include <string.h>

#define ASSUME_ROLE "sts:AssumeRole"

/* Services that call in their own name, and whether they look for the permission when they are set up, or only fail at each call.
 * Source: Lambda developer guide, "Granting Lambda function access to AWS services" and each service's own page. */
static const struct caller_service {
    const char *type, *principal;
    const char *entry; /* the type that SAM makes of a function's event of this service: SAM adds the permission too */
    bool looks_first;
} services[] = {
    {"AWS::SNS::Topic", "sns.amazonaws.com", "AWS::SNS::Subscription", false},
    {"AWS::Events::Rule", "events.amazonaws.com", "AWS::Events::Rule", false},
    {"AWS::S3::Bucket", "s3.amazonaws.com", "Slsim::S3::Notification", true},
    {"AWS::Logs::LogGroup", "logs.amazonaws.com", "AWS::Logs::SubscriptionFilter", true},
    {"AWS::IoT::TopicRule", "iot.amazonaws.com", NULL, false},
    {"Slsim::IoT::TopicRule", "iot.amazonaws.com", "Slsim::IoT::TopicRule", false},
    {"AWS::Config::ConfigRule", "config.amazonaws.com", NULL, true},
    {"AWS::SES::ReceiptRule", "ses.amazonaws.com", NULL, true},
    {"AWS::CodeCommit::Repository", "codecommit.amazonaws.com", NULL, false},
    {"AWS::CloudWatch::Alarm", "lambda.alarms.cloudwatch.amazonaws.com", NULL, false},
    {"AWS::ApiGateway::RestApi", "apigateway.amazonaws.com", NULL, false},
    {"AWS::ApiGateway::Stage", "apigateway.amazonaws.com", NULL, false},
    {"AWS::ApiGatewayV2::Api", "apigateway.amazonaws.com", NULL, false},
    {"AWS::ApiGatewayV2::Stage", "apigateway.amazonaws.com", NULL, false},
    {"AWS::Serverless::Api", "apigateway.amazonaws.com", "Slsim::ApiGateway::Event", false},
    {"AWS::Serverless::HttpApi", "apigateway.amazonaws.com", "Slsim::ApiGatewayV2::Event", false},
    {"AWS::ElasticLoadBalancingV2::TargetGroup", "elasticloadbalancing.amazonaws.com", NULL, true},
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", "elasticloadbalancing.amazonaws.com", NULL, true},
};

static const struct caller_service *service_of(const struct model_type *type)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (model_is(type, services[i].type))
            return &services[i];
    return NULL;
}

/* A part of its resource that an action is done to: an object rather than its bucket, a table's stream. */
static bool is_of_part(const struct resource_kind *kind, const char *action)
{
    const char *name = strchr(action, ':');
    if (!kind->part || !name)
        return false;
    if (strcmp(kind->service, "s3") == 0)
        return strstr(name, "Object") != NULL;
    if (strcmp(kind->service, "execute-api") == 0)
        return true;
    return strstr(name, "Stream") || strstr(name, "GetRecords") || strstr(name, "GetShardIterator");
}

/* The ARN of what the action is done to; `*known` as in struct circumstances. */
static const char *arn_for(struct validation *validation, const struct deed *deed, const char *action, uint32_t target, size_t *known)
{
    char text[700];
    const struct resource_kind *kind = target == ENTITY_NONE ? NULL : resource_kind(validation_type(validation, target));
    *known = 0;
    if (strncmp(action, "logs:", 5) == 0 && target == ENTITY_NONE) {
        const char *name = validation_name(validation, deed->from);
        snprintf(text, sizeof text, "arn:aws:logs:" OWN_REGION ":" OWN_ACCOUNT ":log-group:/aws/lambda/%.*s:log-stream:*",
                 (int)strcspn(name, ":"), name);
        *known = strlen(text) - strlen(":log-stream:*");
        return validation_string(validation, text);
    }
    const char *arn = target == ENTITY_NONE ? NULL : arn_of(validation, target);
    if (arn && kind && strchr(kind->arn, '*') && strchr(kind->arn, '*') < strchr(kind->arn, '@')) /* as a consumer's: which stream's? */
        *known = strcspn(arn, "*");
    if (!arn || !kind || !is_of_part(kind, action))
        return arn ? arn : "*";
    *known = strlen(arn) + 1; /* and its slash */
    snprintf(text, sizeof text, "%.600s%s", arn, kind->part);
    return validation_string(validation, text);
}

static const char *identity_arn(struct validation *validation, uint32_t holder, const char *account)
{
    const char *arn = arn_of(validation, holder), *rest = arn ? strstr(arn, OWN_ACCOUNT) : NULL;
    char text[500];
    if (!rest || !account)
        return arn;
    snprintf(text, sizeof text, "%.*s%.40s%.300s", (int)(rest - arn), arn, account, rest + strlen(OWN_ACCOUNT));
    return validation_string(validation, text);
}

static struct circumstances circumstances_of(struct validation *validation, const struct deed *deed, const char *action, uint32_t target)
{
    struct circumstances request = {.action = action, .account = deed->account ? deed->account : OWN_ACCOUNT, .ip = deed->ip};
    request.crosses = strcmp(request.account, OWN_ACCOUNT) != 0;
    request.arn = arn_for(validation, deed, action, target, &request.known);
    if (target != ENTITY_NONE)
        request.whole_arn = arn_of_whole(validation, target);
    if (deed->target != target) /* through its URL */
        request.url_auth = validation_text(validation, deed->target, "AuthType");
    if (deed->principal && strcmp(deed->principal, "*") != 0) {
        request.principal = deed->principal;
        request.source_arn = arn_of(validation, deed->from);
    } else if (deed->holder != ENTITY_NONE) {
        request.home_arn = arn_of(validation, deed->holder);
        request.principal_arn = identity_arn(validation, deed->holder, deed->account);
    }
    return request;
}

struct opinion {
    bool allows, denies;
};

static void ask(struct validation *validation, const struct attachments *attachments, uint32_t entity, const struct circumstances *request,
                bool of_resource, struct opinion *opinion)
{
    size_t count;
    const struct attachment *list = attachments_of(attachments, entity, &count);
    for (size_t i = 0; i < count; i++) {
        if (!statement_applies(validation, list[i].statement, request, of_resource))
            continue;
        *(list[i].statement->effect == EFFECT_DENY ? &opinion->denies : &opinion->allows) = true;
    }
}

/* What a resource's own policies say; those of a function hold for its aliases. */
static struct opinion resource_opinion(struct validation *validation, const struct attached *attached, uint32_t target,
                                       const struct circumstances *request)
{
    struct opinion opinion = {0};
    uint32_t whole = target == ENTITY_NONE ? ENTITY_NONE : whole_of(validation, target);
    if (target != ENTITY_NONE)
        ask(validation, &attached->resources, target, request, true, &opinion);
    if (whole != ENTITY_NONE)
        ask(validation, &attached->resources, whole, request, true, &opinion);
    return opinion;
}

/* What a holder is called: of the role that SAM makes, where its policies stand. */
static const char *holder_name(struct validation *validation, uint32_t holder)
{
    const char *name = validation_name(validation, holder);
    char text[400];
    if (!model_is(validation_type(validation, holder), "Slsim::IAM::FunctionRole"))
        return name;
    snprintf(text, sizeof text, "Policies of %.*s", (int)(strlen(name) - strlen("Role")), name);
    return validation_string(validation, text);
}

static const char *target_name(struct validation *validation, const struct deed *deed)
{
    return deed->target == ENTITY_NONE ? "" : validation_name(validation, deed->target);
}

static void say_identity(struct validation *validation, const struct deed *deed, const char *action, uint32_t target, bool denies,
                         struct verdict *verdict)
{
    char why[400], hint[600];
    const char *holder = holder_name(validation, deed->holder), *name = target_name(validation, deed);
    const char *resource = target == ENTITY_NONE ? "\"*\"" : arn_as_written(validation, target);
    if (target != ENTITY_NONE && resource_kind(validation_type(validation, target))->part && strstr(action, "dynamodb:") &&
        is_of_part(resource_kind(validation_type(validation, target)), action)) {
        char text[320];
        snprintf(text, sizeof text, "{\"Fn::GetAtt\": [\"%.255s\", \"StreamArn\"]}", validation_name(validation, target));
        resource = validation_string(validation, text);
    } else if (strncmp(action, "s3:", 3) == 0 && target != ENTITY_NONE &&
               !is_of_part(resource_kind(validation_type(validation, target)), action)) {
        char text[320]; /* the bucket itself */
        snprintf(text, sizeof text, "{\"Fn::GetAtt\": [\"%.255s\", \"Arn\"]}", validation_name(validation, target));
        resource = validation_string(validation, text);
    }
    snprintf(why, sizeof why, "%.100s %s %.100s%s%.100s", holder,
             denies                                ? "denies"
             : strncmp(holder, "Policies", 8) == 0 ? "do not allow"
                                                   : "does not allow",
             action, *name ? " on " : "", name);
    snprintf(hint, sizeof hint,
             denies ? "a statement with Effect Deny wins"
                    : "add the statement {\"Effect\": \"Allow\", \"Action\": \"%s\", \"Resource\": %.300s}",
             action, resource ? resource : "\"*\"");
    verdict->why = validation_string(validation, why);
    verdict->hint = validation_string(validation, hint);
}

/* The principal as a policy writes it. */
static const char *principal_text(const struct deed *deed)
{
    return deed->principal ? deed->principal : deed->account ? deed->account : OWN_ACCOUNT;
}

static void say_trust(struct validation *validation, const struct deed *deed, uint32_t role, struct verdict *verdict)
{
    char why[400], hint[400];
    snprintf(why, sizeof why, "the trust policy of %.200s does not let %.100s assume it", validation_name(validation, role),
             deed->principal);
    snprintf(hint, sizeof hint,
             "add to AssumeRolePolicyDocument the statement {\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"%.100s\"}, \"Action\": "
             "\"" ASSUME_ROLE "\"}",
             deed->principal);
    verdict->why = validation_string(validation, why);
    verdict->hint = validation_string(validation, hint);
}

static void say_resource(struct validation *validation, const struct deed *deed, const char *action, uint32_t target, bool denies,
                         struct verdict *verdict)
{
    char why[400], hint[700], more[300] = "";
    const char *name = target_name(validation, deed), *who = principal_text(deed), *owner = validation_name(validation, target);
    const struct resource_kind *kind = resource_kind(validation_type(validation, target));
    const struct resource_kind *sender =
        deed->principal && strcmp(who, "*") != 0 ? resource_kind(validation_type(validation, deed->from)) : NULL;
    if (sender && (strcmp(sender->service, "sns") == 0 || strcmp(sender->service, "s3") == 0 || strcmp(sender->service, "events") == 0))
        snprintf(more, sizeof more, ", \"SourceArn\": %s%.200s%s", sender->by_reference ? "{\"Ref\": \"" : "{\"Fn::GetAtt\": [\"",
                 validation_name(validation, deed->from), sender->by_reference ? "\"}" : "\", \"Arn\"]}");
    else if (deed->target != target && strcmp(action, "lambda:InvokeFunctionUrl") == 0)
        snprintf(more, sizeof more, ", \"FunctionUrlAuthType\": \"%.20s\"", validation_text(validation, deed->target, "AuthType"));
    else if (deed->target != target)
        snprintf(more, sizeof more, ", \"InvokedViaFunctionUrl\": true");
    snprintf(why, sizeof why, "the policy of %.100s %s %s to %.100s%s%.100s", owner, denies ? "denies" : "does not allow", action,
             strcmp(who, "*") == 0 ? "everybody" : who, deed->target != target ? ", through " : "", deed->target != target ? name : "");
    if (strcmp(kind ? kind->service : "", "lambda") == 0)
        snprintf(hint, sizeof hint,
                 "add {\"Type\": \"AWS::Lambda::Permission\", \"Properties\": {\"FunctionName\": {\"Ref\": \"%.*s\"}, \"Action\": \"%s\", "
                 "\"Principal\": \"%.100s\"%.250s}}",
                 (int)strcspn(owner, ":"), owner, action, who, more);
    else
        snprintf(hint, sizeof hint,
                 "add the statement {\"Effect\": \"Allow\", \"Principal\": {\"%s\": \"%.100s\"}, \"Action\": \"%s\", \"Resource\": %.300s}",
                 deed->principal ? "Service" : "AWS", who, action, arn_as_written(validation, target));
    verdict->why = validation_string(validation, why);
    verdict->hint = validation_string(validation, denies ? "a statement with Effect Deny wins" : hint);
}

/* What a boundary leaves of what an identity's own policies say: only what both allow. Source: IAM user guide, "Permissions boundaries for
 * IAM entities". True: it takes something away. */
static bool bound(struct validation *validation, uint32_t holder, const struct circumstances *request, struct opinion *identity)
{
    struct property_list list;
    struct opinion most = {0};
    if (!is_identity_type(validation_type(validation, holder)) ||
        !identity_boundary(validation, validation_config(validation, holder), &list))
        return false;
    const struct statement *statements = list.items;
    for (size_t i = 0; i < list.count; i++)
        if (statement_applies(validation, &statements[i], request, false))
            *(statements[i].effect == EFFECT_DENY ? &most.denies : &most.allows) = true;
    bool less = identity->allows && (!most.allows || most.denies);
    identity->allows = identity->allows && most.allows;
    identity->denies = identity->denies || most.denies;
    return less;
}

static bool allows(struct validation *validation, const struct deed *deed, const char *action, struct verdict *verdict)
{
    const struct attached *attached = attached_statements(validation);
    uint32_t target = deed->target;
    if (target != ENTITY_NONE && model_is(validation_type(validation, target), "AWS::Lambda::Url"))
        target = url_function(validation, target);
    if (!attached)
        return true;
    const struct circumstances request = circumstances_of(validation, deed, action, target);
    struct opinion identity = {.allows = deed->granted || (deed->holder == ENTITY_NONE && !deed->principal)};
    struct opinion resource = resource_opinion(validation, attached, target, &request);
    if (request.url_auth && strcmp(request.url_auth, "NONE") == 0 && !deed->principal)
        return true; /* nobody is asked who they are: the URL itself is what everybody may or may not call */
    resource.allows = resource.allows || (deed->granted && deed->principal);
    if (deed->holder != ENTITY_NONE)
        ask(validation, &attached->identities, deed->holder, &request, false, &identity);
    bool bounded = deed->holder != ENTITY_NONE && bound(validation, deed->holder, &request, &identity);
    if (identity.denies || (deed->holder != ENTITY_NONE && !identity.allows && (request.crosses || !resource.allows) && !resource.denies)) {
        say_identity(validation, deed, action, target, identity.denies, verdict);
        if (bounded)
            verdict->hint = "its permissions boundary leaves no room for it: allow it there too";
        return false;
    }
    size_t count = 0;
    if (strcmp(action, ASSUME_ROLE) == 0)
        (void)attachments_of(&attached->resources, target, &count);
    if (strcmp(action, ASSUME_ROLE) == 0 && count == 0) /* it does not say who may: everybody */
        return true;
    bool either = !request.crosses && !deed->principal && (identity.allows || resource.allows);
    if (target != ENTITY_NONE && (resource.denies || (!either && !resource.allows))) {
        if (strcmp(action, ASSUME_ROLE) == 0)
            say_trust(validation, deed, target, verdict);
        else
            say_resource(validation, deed, action, target, resource.denies, verdict);
        return false;
    }
    return true;
}

/* Through a function URL it takes what rule function_url_actions says. */
static const char *url_action(struct validation *validation, size_t index)
{
    const char *text = rule_text(validation_rules(validation), "function_url_actions");
    char word[100];
    for (size_t i = 0; *text; i++) {
        size_t length = strcspn(text, " ");
        if (i == index) {
            snprintf(word, sizeof word, "%.*s", (int)length, text);
            return validation_string(validation, word);
        }
        text += length + strspn(text + length, " ");
    }
    return NULL;
}

static const char *action(struct validation *validation, uint32_t target, const char *operation, size_t index)
{
    const struct model_type *type = validation_type(validation, target);
    if (model_is(type, "AWS::Lambda::Url"))
        return url_action(validation, index);
    const struct resource_kind *kind = resource_kind(type);
    if (type->is_open && type->is_open(validation_config(validation, target)))
        return NULL;
    return kind && index == 0 ? action_of(validation, kind, operation) : NULL;
}

/* Has SAM made an event of the function, for this service? Then it has made the permission, too. */
static bool is_made_by_sam(const struct validation *validation, uint32_t function, const struct caller_service *service)
{
    uint32_t whole = whole_of(validation, function);
    const char *name = validation_name(validation, whole != ENTITY_NONE ? whole : function);
    for (uint32_t i = 1; service->entry && i < validation_entity_count(validation); i++) {
        const char *owner = validation_owner(validation, i);
        if (owner && strcmp(owner, name) == 0 && model_is(validation_type(validation, i), service->entry))
            return true;
    }
    return false;
}

/* Is there a policy of the resource at all? Without one, permission is taken as given. */
static bool has_policy(struct validation *validation, uint32_t target)
{
    const struct attached *attached = attached_statements(validation);
    uint32_t whole = whole_of(validation, target);
    size_t count = 0;
    if (attached)
        (void)attachments_of(&attached->resources, target, &count);
    if (attached && count == 0 && whole != ENTITY_NONE)
        (void)attachments_of(&attached->resources, whole, &count);
    return count > 0;
}

static bool asks(struct validation *validation, uint32_t from, uint32_t to, struct deed *deed)
{
    const struct caller_service *service = service_of(validation_type(validation, from));
    const struct resource_kind *kind = resource_kind(validation_type(validation, to));
    if (!service || !kind || !has_policy(validation, to) || is_made_by_sam(validation, to, service))
        return false;
    deed->principal = service->principal;
    deed->needed = service->looks_first;
    return true;
}

const struct judge permission_judge = {
    .action = action, .allows = allows, .asks = asks, .outcome = "AccessDenied", .role = "AWS::IAM::Role", .assume = ASSUME_ROLE};
