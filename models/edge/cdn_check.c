/* cdn_check.c: what is judged of a distribution when the scenario is read: its origins, its cache behaviors and their policies,
 * its edges, the functions at them, and whether what is asked for has somebody who answers. Sources: CloudFormation's reference of
 * AWS::CloudFront::Distribution; CloudFront developer guide, "Restrictions on edge functions", "Restrictions on Lambda@Edge", "Quotas". */
#include "cdn_state.h"

#include "edge.h"
#include "engine/rule_book.h"
#include "engine/sending.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* -- origins -- */

/* What speaks HTTP, by the beginning of its type's name; `says_size`: its answers have a size of their own. */
static const struct {
    const char *type;
    bool is_bucket, says_size;
} servers[] = {
    {"AWS::S3::Bucket", true, false},
    {"AWS::ApiGateway::RestApi", false, true},
    {"AWS::ApiGateway::Stage", false, true},
    {"AWS::ApiGatewayV2::Api", false, true},
    {"AWS::ApiGatewayV2::Stage", false, true},
    {"AWS::Serverless::Api", false, true},
    {"AWS::Serverless::HttpApi", false, true},
    {"AWS::Lambda::Url", false, true},
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", false, true},
    {"AWS::EC2::Instance", false, true},
    {"AWS::AutoScaling::AutoScalingGroup", false, true},
    {"AWS::ECS::Service", false, true},
    {"Custom::External", false, false},
};

static void find_target(struct validation *validation, struct cdn_origin *origin, const char *property)
{
    const uint32_t named = origin->domain ? validation_named(validation, origin->domain) : ENTITY_NONE;
    origin->target = ENTITY_NONE;
    if (named == ENTITY_NONE) {
        validation_error(
            validation, property,
            "name a bucket, an API, a load balancer or a function URL, {\"Fn::GetAtt\": [\"Files\", \"RegionalDomainName\"]}; describe "
            "another server as a resource of type Custom::External, and name that",
            "names no resource of this scenario: \"%.60s\"", origin->domain ? origin->domain : "");
        return;
    }
    const struct model_type *type = validation_type(validation, named);
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++)
        if (model_is(type, servers[i].type) && type->accept) {
            origin->target = validation_callee(validation, NULL, named);
            origin->is_bucket = servers[i].is_bucket;
            origin->says_size = servers[i].says_size;
            validation_flow(validation, validation_self(validation), origin->target);
            return;
        }
    validation_error(validation, property, model_takes(type, "Invoke") ? "give it an AWS::Lambda::Url, and name that" : NULL,
                     "%s, of type %s, cannot be an origin", validation_name(validation, named), type->type);
}

static void check_origins(struct validation *validation, struct cdn *cdn)
{
    struct cdn_origin *origins = cdn->origins.items;
    const struct rule_book *rules = validation_rules(validation);
    for (size_t i = 0; i < cdn->origins.count; i++) {
        char property[80];
        snprintf(property, sizeof property, "DistributionConfig.Origins[%zu].DomainName", i);
        find_target(validation, &origins[i], property);
        for (size_t k = 0; k < i; k++)
            if (origins[k].id && origins[i].id && strcmp(origins[k].id, origins[i].id) == 0)
                validation_error(validation, property, "give each origin an Id of its own", "there are two origins \"%.60s\"",
                                 origins[i].id);
        if (cdn->shield_said)
            origins[i].shield = cdn->shield_everywhere;
        origins[i].shield_area = cdn_area_of(rules, origins[i].shield_region);
        snprintf(property, sizeof property, "DistributionConfig.Origins[%zu].OriginShield", i);
        if (origins[i].shield && !cdn->shield_said && !origins[i].shield_region)
            validation_error(validation, property, "{\"Enabled\": true, \"OriginShieldRegion\": \"us-east-1\"}",
                             "Origin Shield needs its OriginShieldRegion");
        else if (origins[i].shield_region && origins[i].shield_area == AREAS)
            validation_error(validation, property, "such as \"us-east-1\"", "there is no Region \"%.40s\"", origins[i].shield_region);
    }
}

/* -- cache behaviors -- */

/* ForwardedValues and the times to live beside it: the way before there were policies. */
static void read_older_keys(struct validation *validation, struct cdn_behavior *behavior, const char *place)
{
    char property[160];
    behavior->rules.query = !behavior->forwards_query ? QUERY_NONE : behavior->query_keys.count > 0 ? QUERY_LISTED : QUERY_ALL;
    behavior->rules.listed = behavior->query_keys;
    behavior->rules.cookies = behavior->cookies;
    behavior->rules.gzip = true; /* as it was before there were policies */
    snprintf(property, sizeof property, "%s.MinTTL", place);
    cache_rules_check(validation, &behavior->rules, property);
    if (behavior->forwards_given)
        return;
    snprintf(property, sizeof property, "%s", place);
    validation_warning(validation, property, "CachePolicyId: \"658327ea-f89d-4fab-a63d-7e88639e58f6\" (CachingOptimized)",
                       "CloudFront wants a CachePolicyId, or ForwardedValues: taken as one without query strings in the key");
}

static void find_policy(struct validation *validation, struct cdn_behavior *behavior, const char *place)
{
    char property[160];
    if (!behavior->policy) {
        read_older_keys(validation, behavior, place);
        return;
    }
    snprintf(property, sizeof property, "%s.CachePolicyId", place);
    if (!cache_policy_find(validation, behavior->policy, &behavior->rules))
        validation_error(validation, property, "Ref an AWS::CloudFront::CachePolicy, or write the id of a managed one",
                         "there is no cache policy \"%.60s\"", behavior->policy);
    if (behavior->forwards_given)
        validation_error(validation, property, "leave ForwardedValues out", "CachePolicyId and ForwardedValues are not both");
}

static void find_origin(struct validation *validation, const struct cdn *cdn, struct cdn_behavior *behavior, const char *place)
{
    const struct cdn_origin *origins = cdn->origins.items;
    char property[160];
    snprintf(property, sizeof property, "%s.TargetOriginId", place);
    const size_t alone = cdn_origin_named(cdn, behavior->target);
    behavior->origin = alone == SIZE_MAX ? 0 : alone;
    behavior->second = SIZE_MAX;
    behavior->group = alone == SIZE_MAX ? cdn_group_named(cdn, behavior->target) : NULL;
    if (behavior->group)
        cdn_join_group(validation, cdn, behavior, place);
    if (alone != SIZE_MAX || behavior->group)
        return;
    char hint[120];
    snprintf(hint, sizeof hint, "an origin's Id, such as \"%.60s\"", cdn->origins.count > 0 && origins[0].id ? origins[0].id : "site");
    validation_error(validation, property, hint, "there is no origin \"%.60s\"", behavior->target ? behavior->target : "");
}

static bool is_method(const char *name, size_t among)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"};
    for (size_t i = 0; i < among; i++)
        if (strcmp(methods[i], name) == 0)
            return true;
    return false;
}

/* So many methods, of the first `among`; `count` 0: the usual ones. */
static bool are_methods(const struct string_list *list, size_t among)
{
    for (size_t i = 0; i < list->count; i++)
        if (!list->items[i] || !is_method(list->items[i], among))
            return false;
    return list->count == among || list->count == 0;
}

/* Source: CloudFormation's reference of CacheBehavior: GET and HEAD; with OPTIONS; or all. */
static void check_methods(struct validation *validation, const struct cdn_behavior *behavior, const char *place)
{
    char property[160];
    const struct string_list *allowed = &behavior->allowed, *cached = &behavior->cached;
    snprintf(property, sizeof property, "%s.AllowedMethods", place);
    if (!are_methods(allowed, 2) && !are_methods(allowed, 3) && !are_methods(allowed, 7))
        validation_error(validation, property, "[\"GET\", \"HEAD\", \"OPTIONS\", \"PUT\", \"PATCH\", \"POST\", \"DELETE\"]",
                         "CloudFront lets GET and HEAD in, or OPTIONS with them, or all seven methods");
    snprintf(property, sizeof property, "%s.CachedMethods", place);
    if (!are_methods(cached, 2) && !are_methods(cached, 3))
        validation_error(validation, property, "[\"GET\", \"HEAD\", \"OPTIONS\"]",
                         "CloudFront keeps answers to GET and HEAD, or to OPTIONS with them");
}

static void check_behaviors(struct validation *validation, struct cdn *cdn)
{
    struct cdn_behavior *list = cdn->behaviors.items;
    for (size_t i = 0; i < cdn->behaviors.count + cdn->usual_list.count; i++) {
        struct cdn_behavior *behavior = i < cdn->behaviors.count ? &list[i] : cdn->usual_list.items;
        char place[100];
        if (i < cdn->behaviors.count)
            snprintf(place, sizeof place, "DistributionConfig.CacheBehaviors[%zu]", i);
        else
            snprintf(place, sizeof place, "DistributionConfig.DefaultCacheBehavior");
        find_origin(validation, cdn, behavior, place);
        find_policy(validation, behavior, place);
        check_methods(validation, behavior, place);
        cdn_check_functions(validation, behavior, place);
    }
}

/* -- what origins say -- */

static void check_headers(struct validation *validation, const struct cdn *cdn)
{
    const struct cdn_header *headers = cdn->headers.items;
    for (size_t i = 0; i < cdn->headers.count; i++) {
        struct cache_word word;
        const char *at;
        size_t length;
        char property[60];
        snprintf(property, sizeof property, "behavior.cache_control[%zu]", i);
        if (headers[i].text && !cache_word_read(&word, headers[i].text, &at, &length))
            validation_error(validation, property, "\"max-age=60, stale-if-error=3600\", or \"no-store\"",
                             "is no directive of Cache-Control: \"%.*s\"", (int)(length < 60 ? length : 60), at);
    }
    if (cdn->max_age_given && cdn->headers.count > 0)
        validation_error(validation, "behavior.max_age", "write max-age in cache_control", "max_age and cache_control are not both");
}

/* -- edges -- */

static void check_edges(struct validation *validation, struct cdn *cdn)
{
    struct edge_spec *specs = cdn->edges.items;
    const double most = rule_number(validation_rules(validation), "cloudfront_edges_max");
    const bool is_count = cdn->edges.count == 1 && !specs[0].region;
    double count = is_count ? specs[0].weight : (double)cdn->edges.count;
    if (cdn->edges.count == 0)
        count = 1;
    if (is_count && (count < 1 || count != floor(count)))
        validation_error(validation, "behavior.edges", "4, or a weight for each: [3, 1, 1]",
                         "must be a whole number of edges, at least 1, got %.15g", count);
    else if (count > most)
        validation_error(validation, "behavior.edges", "rule cloudfront_edges_max", "at most %.0f edges, got %.15g", most, count);
    for (size_t i = 0; i < cdn->edges.count && !is_count; i++) {
        char property[60];
        snprintf(property, sizeof property, "behavior.edges[%zu]", i);
        if (!(specs[i].weight > 0))
            validation_error(validation, property, NULL, "an edge that nobody comes to: its weight must be more than 0");
        if (specs[i].region && cdn_area_of(validation_rules(validation), specs[i].region) == AREAS)
            validation_error(validation, property, "such as \"eu-west-1\"", "there is no Region \"%.40s\"", specs[i].region);
    }
    cdn->edge_count = count >= 1 && count <= most ? (uint32_t)count : 1;
}

/* Source: CloudFormation's reference of CustomErrorResponse: both or neither. */
static void check_pages(struct validation *validation, const struct cdn *cdn)
{
    const struct cdn_error_rule *rules = cdn->error_rules.items;
    for (size_t i = 0; i < cdn->error_rules.count; i++) {
        char property[80];
        snprintf(property, sizeof property, "DistributionConfig.CustomErrorResponses[%zu].ResponseCode", i);
        if (rules[i].shown > 0 && !cdn_may_show(rules[i].shown))
            validation_error(validation, property, "200, 400, 403, 404, 405, 414, 416, 500, 501, 502, 503 or 504",
                             "CloudFront answers with no page of status %lld", (long long)rules[i].shown);
        else if ((rules[i].shown > 0) != (rules[i].page != NULL))
            validation_error(validation, property, "\"ResponseCode\": 200, \"ResponsePagePath\": \"/sorry.html\"",
                             "ResponseCode and ResponsePagePath are both given, or neither");
    }
}

/* A request has room for the size of 4 GB. */
static void check_size(struct validation *validation, const struct cdn *cdn)
{
    if (cdn->object_size && distribution_is_constant(cdn->object_size) && distribution_sample(cdn->object_size, NULL) > UINT32_MAX)
        validation_error(validation, "behavior.object_size", "ask for it in parts, as range requests do",
                         "objects of more than 4 GB are not simulated");
}

void cdn_validate(struct validation *validation, void *config)
{
    struct cdn *cdn = config;
    check_origins(validation, cdn);
    cdn_check_groups(validation, cdn);
    check_behaviors(validation, cdn);
    check_headers(validation, cdn);
    check_edges(validation, cdn);
    check_size(validation, cdn);
    check_pages(validation, cdn);
}

/* -- what is sent to it -- */

/* Has the origin judge what would come to it. */
static void ask_origin(struct validation *validation, const struct sending *sending, const struct cdn *cdn, size_t origin, uint8_t content)
{
    const struct cdn_origin *origins = cdn->origins.items;
    const uint32_t target = origin < cdn->origins.count ? origins[origin].target : ENTITY_NONE;
    if (target == ENTITY_NONE || origins[origin].is_bucket)
        return;
    uint8_t *contents = validation_alloc(validation, 1, sizeof *contents);
    double *weights = validation_alloc(validation, 1, sizeof *weights);
    if (!contents || !weights)
        return;
    *contents = content;
    *weights = 1;
    struct sending passed = *sending;
    passed.target = target;
    passed.part = NULL;
    passed.content = (struct content_choice){.contents = contents, .weights = weights, .count = 1};
    validation_sends(validation, &passed);
}

void cdn_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    const struct cdn *cdn = config;
    const struct content_table *contents = validation_contents(validation);
    for (size_t i = 0; i < sending->content.count || i == 0; i++) {
        const uint8_t number = sending->content.count > 0 ? sending->content.contents[i] : CONTENT_NONE;
        const char *request = contents->items[number].request;
        const size_t index = cdn_behavior_for(cdn, request ? request : "GET /");
        if (index == cdn->behaviors.count && cdn->usual_list.count == 0)
            return; /* it has none, which was said */
        const struct cdn_behavior *behavior =
            index < cdn->behaviors.count ? (const struct cdn_behavior *)cdn->behaviors.items + index : cdn->usual_list.items;
        if (!(cdn_kind_of(behavior, request ? request : "GET /") & CONTENT_ALLOWED)) {
            validation_sending_error(
                validation, sending, "request",
                "AllowedMethods: [\"GET\", \"HEAD\", \"OPTIONS\", \"PUT\", \"PATCH\", \"POST\", \"DELETE\"] of that behavior",
                "%s answers \"%s\" with 403: its behavior allows other methods only", validation_name(validation, sending->target),
                request);
            return;
        }
        ask_origin(validation, sending, cdn, behavior->origin, number);
        ask_origin(validation, sending, cdn, behavior->second, number);
    }
}
